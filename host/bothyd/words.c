/*
 * Words of plugins: they may be no text at all, and they may speak to terminals. What goes to
 * people, files and JSON goes through here first.
 */
#include "bothyd/daemon.h"

#include <stdio.h>

void status_clean(char *text)
{
    json_t *whole = json_string(text);

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f || (!whole && c >= 0x80))
            *text = '?';
    }
    json_decref(whole);
}

json_t *status_text(const char *text)
{
    char copy[1024];

    snprintf(copy, sizeof copy, "%s", text);
    status_clean(copy);
    return json_string(copy);
}
