/*
 * What the core gives up before it reads anything: the network, the execution of programs, and
 * what reaches into other processes or the machine. It keeps its files and unix sockets.
 */
#ifndef BOTHY_BOTHYD_CONFINE_H
#define BOTHY_BOTHYD_CONFINE_H

#include <bothy/base.h>

/*
 * Effect: for this process, for all threads that it starts from now on, and for good: the calls
 * above fail with EPERM. Call it while there is one thread. A build with sanitizers, whose
 * runtime needs some of them, does nothing. Errors: BOTHY_EIO, the kernel does not do that.
 */
int confine_core(struct bothy_error *error);

#endif
