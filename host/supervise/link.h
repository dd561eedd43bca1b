/*
 * What the core and the supervisor say to each other: packets on a SOCK_SEQPACKET socket (the
 * core's descriptor LINK_FD), u16 type, u16 LINK_VERSION, then fields by base/bytes.h. The
 * supervisor knows how to start, end and count processes; what to start, and what an end means,
 * is the core's to say.
 */
#ifndef BOTHY_SUPERVISE_LINK_H
#define BOTHY_SUPERVISE_LINK_H

#include <stddef.h>
#include <stdint.h>

#define LINK_VERSION     1
#define LINK_FD          3
#define LINK_PACKET_MAX  16384
#define LINK_SECRETS_MAX 8
#define LINK_WORKERS_MAX 128
#define LINK_NAME_MAX    64

enum {
    /*
     * core → supervisor. u32 worker, u32 program (LINK_PROGRAM_*), u64 bytes of memory (0: no
     * limit), text name, u32 n, n × text path of a secret's file (opened here, handed to the
     * process as descriptors, never read); descriptors: control socket, standard error
     */
    LINK_SPAWN = 1,
    LINK_KILL = 2,      /* u32 worker, u32 signal */
    LINK_NOTIFY = 3,    /* text: lines for systemd: "READY=1\nSTATUS=…" */
    LINK_HEARTBEAT = 4, /* the core's main loop is alive */
    /* supervisor → core */
    LINK_SPAWNED = 10, /* u32 worker, i64 pid */
    LINK_FAILED = 11,  /* u32 worker, u32 errno, text */
    LINK_EXITED = 12,  /* u32 worker, i64 pid, u32 wait status, u64 CPU time in ns, u64 max RSS */
    LINK_RELOAD = 13,  /* SIGHUP */
    LINK_STOP = 14,    /* text name of the signal */
    LINK_REOPEN = 15,  /* SIGUSR1: files were rotated */
};

enum { LINK_PROGRAM_RUNNER = 1, LINK_PROGRAM_NETRUNNER = 2 };

#endif
