/*
 * A look at the text before libconfig gets it. libconfig 1.5 reads 4294967297 as 1 and 3000000000
 * as a negative number, takes decimals for doubles, joins two strings that lost the comma
 * between them, drops \x00, swallows the rest of the file after an unclosed comment, stops at
 * the first mistake, and remembers of a value in a list only the line after it. So this pass
 * refuses the first kind with the place and the remedy, and records where every setting stands.
 *
 * It accepts exactly libconfig's grammar, less what is refused here, and no @include: that
 * would be a second file under the first one's name. What is refused without breaking the
 * structure is blanked out or marked, so that everything else can still be checked in this run.
 * It knows nothing of what the settings mean.
 */
#ifndef BOTHY_CONF_SCAN_H
#define BOTHY_CONF_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

#define SCAN_DEPTH_MAX    16
#define SCAN_SETTINGS_MAX 65536 /* settings and elements of one file */
#define SCAN_KEYS_MAX     1024  /* settings of one group */
#define SCAN_STRING_MAX   4096  /* bytes of one string */

/* One setting, or one element of a list, in the order in which libconfig adds them. */
struct scan_mark {
    uint32_t parent; /* index of the mark it is in, or SCAN_TOP */
    uint32_t index;  /* place in its parent, from 0 */
    uint32_t name;   /* offset of its name; meaningless when name_length is 0 */
    uint32_t name_length;
    uint32_t value;        /* offset of the value's first byte */
    uint32_t value_length; /* of a scalar; 0 for a group, list or array */
    uint32_t line;         /* of the name, or of an element's first byte */
    uint32_t refused;      /* it has been complained about: do not use the value */
};

#define SCAN_TOP UINT32_MAX

struct scan {
    char *text; /* what libconfig may parse: NUL-terminated, newline at the end */
    size_t length;
    struct scan_mark *marks;
    uint32_t mark_count;
};

/*
 * Effect: checks `text` and reports into `errors` under the name `file`. On 0 the structure is
 * sound and *ret is [owned] (scan_clear), though errors may have been added. Errors:
 * BOTHY_EINVAL the structure is broken, and no more of this file was read; BOTHY_ENOMEM.
 */
int32_t scan_text(const char *file, const char *text, size_t length, struct conf_errors *errors,
                  struct scan *ret);
void scan_clear(struct scan *scan);

/*
 * Effect: writes the path of a mark: "risk.sl_mult", "bot.funding.params.x", "bots[2].enabled".
 * `text` is the original text. Cut to fit.
 */
void scan_path(const struct scan *scan, uint32_t mark, char *path, size_t capacity);

#endif
