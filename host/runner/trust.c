/*
 * Who can have put a plugin where it lies: see loader.h. The check and the load are two moments;
 * between them only the users that the check trusts can change anything, so it holds.
 */
#include "runner/loader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int32_t check_part(const char *path, const char *part, uid_t own_uid,
                          struct bothy_error *error)
{
    struct stat st;

    if (stat(part, &st) < 0)
        return bothy_fail(error, BOTHY_ENOENT, "plugin %s: %s: %s", path, part, strerror(errno));
    if (st.st_uid != 0 && st.st_uid != own_uid)
        return bothy_fail(error, BOTHY_EPERM,
                          "plugin %s: %s belongs to user %u, who could exchange it; chown it to "
                          "root",
                          path, part, (unsigned)st.st_uid);
    if ((st.st_mode & S_IWOTH) && !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX)))
        return bothy_fail(error, BOTHY_EPERM,
                          "plugin %s: %s is writable by everybody; chmod o-w it", path, part);
    return 0;
}

int32_t trust_check(const char *path, uid_t own_uid, char *ret_resolved, struct bothy_error *error)
{
    char part[PATH_MAX];
    struct stat st;
    int32_t r;

    if (path[0] != '/')
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: not an absolute path; name it from / on",
                          path);
    if (!realpath(path, part))
        return bothy_fail(error, BOTHY_ENOENT, "plugin %s: %s", path, strerror(errno));
    if (stat(part, &st) < 0 || !S_ISREG(st.st_mode))
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: not a regular file", path);
    memcpy(ret_resolved, part, strlen(part) + 1);
    for (;;) {
        char *slash;

        r = check_part(path, part, own_uid, error);
        if (r < 0)
            return r;
        slash = strrchr(part, '/');
        if (slash == part && part[1] == '\0')
            return 0;
        if (slash == part)
            part[1] = '\0';
        else
            *slash = '\0';
    }
}
