/*
 * The one skeleton of the programs that run plugins. What they say to the core is in wire.h;
 * for people there is
 *
 *     --describe FILE [--json]   the descriptor and the options of a plugin
 *     --check FILE [--json] [--set NAME=VALUE]…
 *                                loads it, walks the ladder with made-up events, and judges it
 *     --version, --help
 */
#ifndef BOTHY_RUNNER_RUNNER_H
#define BOTHY_RUNNER_RUNNER_H

#include <stdint.h>

/* Effect: the program, for plugins of `kind`. Ends the process without exit handlers. */
void runner_main(uint32_t kind, int argc, char **argv) __attribute__((noreturn));

#endif
