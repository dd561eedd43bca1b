/*
 * `bothyctl doctor`: checks of this machine and installation, each with a result and, where
 * something is wrong, what to do. Nothing is changed.
 */
#ifndef BOTHY_CTL_DOCTOR_H
#define BOTHY_CTL_DOCTOR_H

#include "conf/conf.h"
#include "ctl/ctl.h"

enum { DOCTOR_OK = 0, DOCTOR_WARN = 1, DOCTOR_FAIL = 2 };

struct doctor {
    const struct ctl *ctl;
    json_t *checks; /* {check, result, text, remedy} */
    int worst;
};

/* Effect: adds a finding. `remedy` may be NULL. */
void doctor_say(struct doctor *doctor, int result, const char *check, const char *remedy,
                const char *format, ...) BOTHY_PRINTF(5, 6);

/* Kernel, clock, limits of processes. */
void doctor_system(struct doctor *doctor);
/* Folders, disk, store. */
void doctor_files(struct doctor *doctor, const struct conf *conf);
/* The running host, if there is one. */
void doctor_host(struct doctor *doctor);

#endif
