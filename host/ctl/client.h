/*
 * The client's end of the control socket: one connection, one request, one answer. Frames and
 * limits are those of bothyd/control.h.
 */
#ifndef BOTHY_CTL_CLIENT_H
#define BOTHY_CTL_CLIENT_H

#include "ctl/ctl.h"

/*
 * Effect: sends {command, args} to the host that listens at `path` and waits for the answer, at
 * most timeout_ms in all. `args` [steals], may be NULL. On success returns CTL_OK and *ret_result
 * is [owned] (json_decref). Otherwise returns the exit code that says why, with a sentence in
 * error->text: CTL_NO_HOST nobody listens; CTL_TIMEOUT; CTL_REFUSED the socket is not for this
 * user; CTL_ERROR the peer does not speak the protocol, or went away; else what the host said.
 */
int client_call(const char *path, int32_t timeout_ms, const char *command, json_t *args,
                json_t **ret_result, struct bothy_error *error);

/* Effect: client_call() for a command of bothyctl: what goes wrong is printed. */
int client_ask(const struct ctl *ctl, const char *command, json_t *args, json_t **ret_result);

#endif
