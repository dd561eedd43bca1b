/*
 * The walls around a plugin process: see sandbox.h. The filters are made from the table in
 * syscalls.c and nothing else. A build with sanitizers leaves open what their run-time needs
 * (any call that the table does not name, files, signal handlers), and says so in the state.
 */
#include "config.h"

#include "runner/sandbox.h"

#include "base/clean.h"
#include "runner/syscalls.h"

#include <bothy/plugin.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#ifdef BOTHY_SANITIZED
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static int holds_keys(uint32_t kind)
{
    return kind != BOTHY_KIND_STRATEGY;
}

int32_t sandbox_prepare(uint32_t kind, struct bothy_error *error)
{
    pid_t parent = getppid();

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return bothy_fail(error, BOTHY_EIO, "no_new_privs: %s", strerror(errno));
    /* A parent that died before this line has closed the control socket; one that dies in
     * between has changed our parent; one that dies later takes us along. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return bothy_fail(error, BOTHY_EIO, "death signal: %s", strerror(errno));
    if (getppid() != parent)
        return bothy_fail(error, BOTHY_EDISCONNECTED, "the parent process is gone");
    if (holds_keys(kind)) {
        struct rlimit none = { 0, 0 };

        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
            return bothy_fail(error, BOTHY_EIO, "forbidding core dumps: %s", strerror(errno));
    }
    return 0;
}

/* Sanitizers open /proc/self/maps, map shadow memory and set handlers of their own. */
static int relaxed(int number)
{
    static const int needed[] = {
        __SNR_open,         __SNR_openat,      __SNR_newfstatat, __SNR_stat,     __SNR_readlink,
        __SNR_readlinkat,   __SNR_sigaltstack, __SNR_mmap,       __SNR_mprotect, __SNR_prctl,
        __SNR_rt_sigaction, __SNR_dup,         __SNR_dup2,       __SNR_pipe,     __SNR_fcntl,
    };

    if (!SANITIZED)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        if (needed[i] == number)
            return 1;
    }
    return 0;
}

static int add_rule(scmp_filter_ctx filter, const struct syscalls_rule *rule)
{
    struct scmp_arg_cmp conditions[2] = { rule->condition[0], rule->condition[1] };

    for (uint32_t i = 0; i < rule->conditions; i++) {
        if (conditions[i].datum_a == SYSCALLS_OWN_PID)
            conditions[i].datum_a = (scmp_datum_t)getpid();
    }
    return seccomp_rule_add_array(filter, rule->action, rule->number, rule->conditions, conditions);
}

/* A call that has no row for this context is known and not permitted in it. */
static int is_named(int number, uint32_t context)
{
    for (uint32_t i = 0; i < syscalls_rule_count; i++) {
        if (syscalls_rules[i].number == number && (syscalls_rules[i].contexts & context))
            return 1;
    }
    return 0;
}

static int fill(scmp_filter_ctx filter, uint32_t context)
{
    int last_trapped = -1;
    int r;

    for (uint32_t i = 0; i < syscalls_rule_count; i++) {
        const struct syscalls_rule *rule = &syscalls_rules[i];

        if (rule->number < 0 || relaxed(rule->number))
            continue; /* not of this machine, or open to a sanitizer */
        if (rule->contexts & context) {
            r = add_rule(filter, rule);
        } else if (rule->number != last_trapped && !is_named(rule->number, context)) {
            r = seccomp_rule_add(filter, SCMP_ACT_TRAP, rule->number, 0);
            last_trapped = rule->number;
        } else {
            continue;
        }
        /* The default's own action needs no rule of its own. */
        if (r < 0 && r != -EEXIST && r != -EACCES)
            return r;
    }
    return 0;
}

static int32_t refused(int r, struct bothy_error *error)
{
    return bothy_fail(error, BOTHY_ENOTSUP,
                      "seccomp filter: %s; plugins run only under one unless sandbox = \"off\"",
                      strerror(-r));
}

/* An empty filter for all threads, or NULL. */
static scmp_filter_ctx new_filter(uint32_t default_action)
{
    scmp_filter_ctx filter = seccomp_init(default_action);

    if (filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) == 0 && /* it is on already */
        seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0)
        return filter;
    seccomp_release(filter);
    return NULL;
}

static int32_t load_filter(uint32_t context, struct bothy_error *error)
{
    scmp_filter_ctx filter = new_filter(SANITIZED ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
    int r = -ENOMEM;

    if (filter)
        r = fill(filter, context);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r < 0 ? refused(r, error) : 0;
}

int32_t sandbox_finish(const struct sandbox_state *state, int core_bell, struct bothy_error *error)
{
    static const int reads[] = { __SNR_read, __SNR_readv };
    struct scmp_arg_cmp is_bell = { .arg = 0, .op = SCMP_CMP_EQ };
    struct scmp_arg_cmp is_control = { .arg = 0, .op = SCMP_CMP_EQ, .datum_a = WIRE_FD_CONTROL };
    scmp_filter_ctx filter;
    int r = 0;

    if (state->mode == WIRE_SANDBOX_OFF)
        return 0;
    is_bell.datum_a = (scmp_datum_t)core_bell;
    filter = new_filter(SCMP_ACT_ALLOW);
    if (!filter)
        return refused(-ENOMEM, error);
    r = seccomp_rule_add(filter, SCMP_ACT_TRAP, __SNR_seccomp, 0);
    if (r == 0)
        r = seccomp_rule_add_array(filter, SCMP_ACT_TRAP, __SNR_recvmsg, 1, &is_control);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(reads); i++)
        r = seccomp_rule_add_array(filter, SCMP_ACT_TRAP, reads[i], 1, &is_bell);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    return r < 0 ? refused(r, error) : 0;
}

int32_t sandbox_enter(uint32_t wanted, uint32_t kind, const char *plugin_path,
                      struct sandbox_state *ret_state, struct bothy_error *error)
{
    struct sandbox_state state = { WIRE_SANDBOX_OFF, 0 };
    int32_t r;

    if (wanted == WIRE_SANDBOX_OFF) {
        *ret_state = state;
        return 0;
    }
    if (!SANITIZED) {
        r = landlock_enter(plugin_path, kind != BOTHY_KIND_STRATEGY, error);
        if (r < 0)
            return r;
        state.landlock_abi = (uint32_t)r;
        if (r == 0 && wanted == WIRE_SANDBOX_REQUIRE)
            return bothy_fail(error, BOTHY_ENOTSUP,
                              "this kernel has no Landlock; boot it with lsm=…,landlock or set "
                              "sandbox = \"best-effort\"");
    }
    r = load_filter(
        kind == BOTHY_KIND_STRATEGY ? SYSCALLS_STRATEGY_LOADING : SYSCALLS_EXCHANGE_LOADING, error);
    if (r < 0)
        return r;
    state.mode = state.landlock_abi ? WIRE_SANDBOX_REQUIRE : WIRE_SANDBOX_BEST_EFFORT;
    *ret_state = state;
    return 0;
}

int32_t sandbox_seal(const struct sandbox_state *state, uint32_t kind, uint32_t plugin_flags,
                     struct bothy_error *error)
{
    uint32_t context = SYSCALLS_NETWORK_RUNNING;

    if (state->mode == WIRE_SANDBOX_OFF)
        return 0;
    if (kind == BOTHY_KIND_STRATEGY)
        context = SYSCALLS_STRATEGY_RUNNING;
    else if (plugin_flags & BOTHY_PLUGIN_VIRTUAL_TIME)
        context = SYSCALLS_VIRTUAL_RUNNING;
    return load_filter(context, error);
}
