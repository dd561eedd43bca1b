/*
 * The calculators of bothyctl: pure arithmetic on what the command line and a file say; no
 * host need run. Each function is one command. argv[0] is the command's own name, the rest
 * its arguments; `json` is 1 if --json stood before the command (it may also stand among the
 * arguments). Results go to stdout as CSV (a header line and values) or as one JSON document,
 * messages to stderr. Nothing is written to stdout unless the command succeeds.
 *
 * Returns the exit status: 0 computed (also where the answer is "not valid", which scripts
 * read in the field `valid`), 1 an error (of a file), 2 usage.
 */
#ifndef BOTHY_CTL_CALC_H
#define BOTHY_CTL_CALC_H

enum {
    CALC_EXIT_OK = 0,
    CALC_EXIT_ERROR = 1,
    CALC_EXIT_USAGE = 2,
};

/* Stop loss and take profits. */
int calc_tpsl(int argc, char **argv, int json);
/* Size of a position. */
int calc_size(int argc, char **argv, int json);
/* An indicator over a file of bars. */
int calc_ta(int argc, char **argv, int json);

#endif
