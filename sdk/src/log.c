/*
 * bothy_log(): formats a line for the host's log service. The level is asked for first, so that
 * a line that nobody keeps costs no formatting.
 */
#include <bothy/host.h>

#include <stdarg.h>
#include <stdio.h>

void bothy_log(const struct bothy_host *host, int32_t level, const char *format, ...)
{
    const struct bothy_log_service *log = bothy_host_get(host, BOTHY_LOG_1);
    char text[1024];
    va_list args;

    if (!log || !log->enabled(host, level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log->write(host, level, text);
}
