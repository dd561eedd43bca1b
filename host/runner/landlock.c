/*
 * Landlock: the second wall. By system calls, since no libc has wrappers; the constants of newer
 * kernels are repeated here, since a distribution's header may be older than its kernel. A right
 * that the kernel does not know is not asked for; a file that does not exist gets no rule.
 */
#include "config.h" /* _GNU_SOURCE */

#include "runner/sandbox.h"

#include "base/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule       445
#define __NR_landlock_restrict_self  446
#endif

#define RULESET_VERSION 1u
#define RULE_PATH       1

#define FS_EXECUTE   (UINT64_C(1) << 0)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR  (UINT64_C(1) << 3)
#define FS_ABI_1     ((UINT64_C(1) << 13) - 1)
#define FS_REFER     (UINT64_C(1) << 13) /* ABI 2 */
#define FS_TRUNCATE  (UINT64_C(1) << 14) /* ABI 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define NET_BIND     (UINT64_C(1) << 0)  /* ABI 4 */
#define NET_CONNECT  (UINT64_C(1) << 1)
#define SCOPE_ALL    UINT64_C(3) /* ABI 6: abstract sockets and signals */

struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t access;
    int32_t fd;
} __attribute__((packed));

static const char *const library_paths[] = {
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache",
};

static const char *const network_paths[] = {
    "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/hosts",
    "/etc/host.conf",     "/etc/gai.conf",    "/run/systemd/resolve",
    "/etc/ssl",           "/etc/pki",         "/usr/share/ca-certificates",
};

static int allow(int ruleset, const char *path)
{
    struct path_rule rule = { .access = FS_EXECUTE | FS_READ_FILE };
    _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return 0;
    if (fstat(fd, &st) < 0)
        return -1;
    if (S_ISDIR(st.st_mode))
        rule.access |= FS_READ_DIR;
    rule.fd = fd;
    return (int)syscall(__NR_landlock_add_rule, ruleset, RULE_PATH, &rule, 0u);
}

int32_t landlock_enter(const char *plugin_path, int network, struct bothy_error *error)
{
    struct ruleset rules = { .fs = FS_ABI_1 };
    _cleanup_close_ int ruleset = -1;
    size_t size = offsetof(struct ruleset, net);
    long abi;

    abi = syscall(__NR_landlock_create_ruleset, NULL, (size_t)0, RULESET_VERSION);
    if (abi <= 0)
        return 0;
    if (abi >= 2)
        rules.fs |= FS_REFER;
    if (abi >= 3)
        rules.fs |= FS_TRUNCATE;
    if (abi >= 4) {
        size = offsetof(struct ruleset, scoped);
        rules.net = network ? NET_BIND : NET_BIND | NET_CONNECT;
    }
    if (abi >= 5)
        rules.fs |= FS_IOCTL_DEV;
    if (abi >= 6) {
        size = sizeof rules;
        rules.scoped = SCOPE_ALL;
    }
    ruleset = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0u);
    if (ruleset < 0)
        return bothy_fail(error, BOTHY_EIO, "landlock_create_ruleset: %s", strerror(errno));
    for (size_t i = 0; i < ARRAY_SIZE(library_paths); i++) {
        if (allow(ruleset, library_paths[i]) < 0)
            return bothy_fail(error, BOTHY_EIO, "landlock rule for %s: %s", library_paths[i],
                              strerror(errno));
    }
    for (size_t i = 0; network && i < ARRAY_SIZE(network_paths); i++) {
        if (allow(ruleset, network_paths[i]) < 0)
            return bothy_fail(error, BOTHY_EIO, "landlock rule for %s: %s", network_paths[i],
                              strerror(errno));
    }
    if (allow(ruleset, plugin_path) < 0)
        return bothy_fail(error, BOTHY_EIO, "landlock rule for %s: %s", plugin_path,
                          strerror(errno));
    if (syscall(__NR_landlock_restrict_self, ruleset, 0u) < 0)
        return bothy_fail(error, BOTHY_EIO, "landlock_restrict_self: %s", strerror(errno));
    return (int32_t)abi;
}
