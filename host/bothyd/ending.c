/*
 * How the end of a plugin process reads: from its wait status, which decides, and from what the
 * reporter in it said before, which is advice.
 */
#include "bothyd/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/*
 * What a plugin says of itself may be no text at all, and goes into status, audit and log:
 * control characters, and all beyond ASCII in what is no UTF-8, become '?'.
 */
void worker_clean_text(char *text)
{
    json_t *whole = json_string(text);

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f || (!whole && c >= 0x80))
            *text = '?';
    }
    json_decref(whole);
}

void worker_describe_crash(struct bytes_reader *in, char *text, size_t capacity)
{
    uint32_t kind = bytes_get_u32(in), number = bytes_get_u32(in);
    uint64_t address = bytes_get_u64(in), offset = bytes_get_u64(in);
    char module[160], word[64], where[200] = "";

    bytes_get_text(in, module, sizeof module);
    bytes_get_text(in, word, sizeof word);
    if (in->failed)
        return;
    if (module[0])
        snprintf(where, sizeof where, " in %s+0x%llx", module, (unsigned long long)offset);
    if (kind == WIRE_CRASH_SYSCALL)
        snprintf(text, capacity, "forbidden system call %s (%u)%s", word, number, where);
    else if (number == SIGABRT)
        snprintf(text, capacity, "%s%s", word, where);
    else
        snprintf(text, capacity, "%s at address 0x%llx%s", word, (unsigned long long)address,
                 where);
}

void worker_describe_end(uint32_t status, const char *crash, char *text, size_t capacity)
{
    int ended = (int)status;
    char how[160] = "";

    if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGSYS)
        snprintf(how, sizeof how,
                 "killed by signal %d (SIGSYS): forbidden system call with signals blocked, as "
                 "when a thread is started",
                 SIGSYS);
    else if (WIFSIGNALED(ended))
        snprintf(how, sizeof how, "killed by signal %d (%s)", WTERMSIG(ended),
                 strsignal(WTERMSIG(ended)));
    else if (WEXITSTATUS(ended) == WIRE_EXIT_OK)
        snprintf(how, sizeof how, "ended by itself");
    else if (!crash[0] && WEXITSTATUS(ended) != WIRE_EXIT_SYSCALL &&
             WEXITSTATUS(ended) != WIRE_EXIT_SIGNAL)
        snprintf(how, sizeof how, "ended with code %d", WEXITSTATUS(ended));
    snprintf(text, capacity, "%s%s%s", how, how[0] && crash[0] ? ": " : "",
             crash[0] || how[0] ? crash : "crashed without a report");
    worker_clean_text(text);
}
