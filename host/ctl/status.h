/*
 * The page of `bothyctl status`, which `top` shows again and again.
 */
#ifndef BOTHY_CTL_STATUS_H
#define BOTHY_CTL_STATUS_H

#include "ctl/ctl.h"
#include "ctl/table.h"

/* Effect: header, bots, exchanges, feeds. Returns 0, or -1 when memory ran out. */
int status_page(const json_t *status, const struct table_style *style, FILE *out);

#endif
