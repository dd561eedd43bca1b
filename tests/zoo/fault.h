/*
 * The faults and the rungs of tests/zoo/fault.c. Each library is compiled with one of both.
 */
#ifndef BOTHY_TESTS_ZOO_FAULT_H
#define BOTHY_TESTS_ZOO_FAULT_H

/* Where. */
#define RUNG_CONSTRUCTOR 1
#define RUNG_CHECK       2
#define RUNG_CREATE      3
#define RUNG_START       4
#define RUNG_EVENT       5
#define RUNG_STOP        6
#define RUNG_SAVE        7
#define RUNG_DESTROY     8

/* What. */
#define FAULT_SEGV        1
#define FAULT_ABORT       2
#define FAULT_HANG        3
#define FAULT_MALLOC      4 /* 2 GB: comes back with NULL */
#define FAULT_FORK        5 /* as often as it goes */
#define FAULT_OPEN        6 /* /etc/passwd */
#define FAULT_SOCKET      7
#define FAULT_THREAD      8
#define FAULT_REOPEN      9  /* the log, for writing, through /proc/self/fd */
#define FAULT_MPROTECT    10 /* the log's mapping, and then writes into it */
#define FAULT_DESCRIPTORS 11 /* uses whatever is open in 3 … 64 */
#define FAULT_FLOOD       12 /* of log lines */
#define FAULT_LENGTH      13 /* a record in the rings whose length lies */
#define FAULT_INDEX       14 /* whose position lies */
#define FAULT_GENERATION  15 /* of another incarnation */
#define FAULT_EXEC        16
#define FAULT_EXIT        17 /* exit(0) as if all were well */
#define FAULT_HANDLER     18 /* takes the reporter's signal */
#define FAULT_STACK       19 /* recursion without end */
#define FAULT_CODE        20 /* memory that is writable and executable */
#define FAULT_KILL        21 /* its parent */
#define FAULT_ERROR       22 /* on_event returns an error each time */
#define FAULT_TEXT        23 /* create fails with bytes that are no text */
#define FAULT_STEAL       24 /* reads the doorbell of the core */
#define FAULT_OUTLIVE     25 /* its parent, by taking the death signal away */

#endif
