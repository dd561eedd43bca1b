/*
 * The open-ended parts of a signal as JSON text: they are columns of their own in the ledger.
 */
#ifndef BOTHY_STORE_SIGNAL_TEXT_H
#define BOTHY_STORE_SIGNAL_TEXT_H

#include <bothy/signal.h>

/* An array of lines, an object of names. [owned] (free); NULL without memory. */
char *signal_reasons_text(const struct bothy_signal *signal);
char *signal_extra_text(const struct bothy_signal *signal);

#endif
