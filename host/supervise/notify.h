/*
 * sd_notify without a library: datagrams to $NOTIFY_SOCKET, as systemd documents them.
 */
#ifndef BOTHY_SUPERVISE_NOTIFY_H
#define BOTHY_SUPERVISE_NOTIFY_H

#include <stdint.h>

/*
 * Effect: remembers $NOTIFY_SOCKET and $WATCHDOG_USEC (if $WATCHDOG_PID is this process or unset)
 * and removes all three from the environment. Call it once, first.
 */
void notify_init(void);
/* Effect: sends "KEY=value\n…". Does nothing without systemd. Returns 0 or BOTHY_EIO. */
int notify_send(const char *lines);
/* How often "WATCHDOG=1" must be sent; 0: not at all. */
int64_t notify_watchdog_ns(void);

#endif
