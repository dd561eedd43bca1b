/*
 * 128-bit integers: what lies between the exact result of an operation and the check that it
 * fits. GCC and clang have them on every 64-bit machine; they never appear in a public header.
 */
#ifndef BOTHY_SRC_WIDE_H
#define BOTHY_SRC_WIDE_H

#include <stdint.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#endif
