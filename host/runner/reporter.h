/*
 * The crash reporter: says on the control socket why this process is about to end. It is
 * advice: the parent trusts the wait status alone, because a plugin shares this memory and could
 * say anything.
 *
 * It is installed before the plugin is loaded, on a stack of its own, so that an overflow of the
 * stack is reported too. What it needs is prepared beforehand; the handler itself makes two
 * system calls (one message, one exit) and allocates nothing.
 */
#ifndef BOTHY_RUNNER_REPORTER_H
#define BOTHY_RUNNER_REPORTER_H

#include <bothy/base.h>

/*
 * Effect: catches SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT and SIGSYS. Reports go to `socket`
 * as WIRE_CRASH of `generation`, and one line to standard error; the exit code is
 * WIRE_EXIT_SYSCALL or WIRE_EXIT_SIGNAL. Errors: BOTHY_EIO.
 */
int32_t reporter_install(int socket, uint32_t generation, struct bothy_error *error);

/*
 * Effect: remembers where each module lies, for module and offset. Call it again after dlopen()
 * with the plugin's path (NULL before); modules that come later are reported by address only.
 */
void reporter_read_modules(const char *plugin_path);

#endif
