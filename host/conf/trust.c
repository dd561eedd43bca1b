/*
 * Trust in plugin files: see trust.h.
 *
 * SHA-256 comes from nettle: it is maintained with GnuTLS, packaged everywhere, used for
 * Keccak elsewhere in this project, and only a hash. OpenSSL's libcrypto would bring its
 * configuration, its allocations at start and several times the memory into a process that
 * otherwise needs no cryptography.
 */
#include "conf/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"

#define LINKS_MAX  16
#define BYTES_MAX  (INT64_C(512) << 20) /* of a file that is hashed */
#define READ_BYTES 65536

struct walk {
    char done[PATH_MAX]; /* checked so far: "" stands for the root */
    char left[PATH_MAX]; /* components to come, without a leading slash */
    uid_t uid;
    int sticky; /* the folder just checked is shared: what is in it must be uid's own */
    unsigned links;
};

static int32_t check_node(struct walk *walk, const char *path, const struct stat *st,
                          struct bothy_error *error)
{
    int link = S_ISLNK(st->st_mode), folder = S_ISDIR(st->st_mode);
    int shared = folder && (st->st_mode & S_ISVTX) && st->st_uid == 0 && walk->uid != 0;

    if (walk->sticky ? st->st_uid != walk->uid : st->st_uid != 0 && st->st_uid != walk->uid)
        return bothy_fail(error, BOTHY_EPERM, "%s belongs to user %u: chown it to %s", path,
                          (unsigned)st->st_uid, walk->uid ? "yourself" : "root");
    walk->sticky = 0;
    if (link || !(st->st_mode & (S_IWGRP | S_IWOTH)))
        return 0;
    if (shared) {
        walk->sticky = 1;
        return 0;
    }
    return bothy_fail(error, BOTHY_EPERM, "%s is writable by others (mode %04o): chmod go-w it",
                      path, (unsigned)(st->st_mode & 07777));
}

/* Puts the target of a link before what is left of the path. */
static int32_t follow(struct walk *walk, const char *path, struct bothy_error *error)
{
    char target[PATH_MAX], joined[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    int n;

    if (length < 0)
        return bothy_fail(error, BOTHY_EIO, "%s: %s", path, strerror(errno));
    target[length] = '\0';
    if (++walk->links > LINKS_MAX)
        return bothy_fail(error, BOTHY_EPERM, "%s: too many symbolic links", path);
    if (target[0] == '/')
        walk->done[0] = '\0';
    n = snprintf(joined, sizeof joined, "%s%s%s", target, walk->left[0] ? "/" : "", walk->left);
    if (n < 0 || (size_t)n >= sizeof joined)
        return bothy_fail(error, BOTHY_ERANGE, "%s: the path is too long", path);
    memcpy(walk->left, joined, sizeof joined);
    return 0;
}

/* Takes the next component off `left`; returns 0 when there is none. */
static int next_component(struct walk *walk, char component[NAME_MAX + 1])
{
    size_t skip = strspn(walk->left, "/");
    size_t length = strcspn(walk->left + skip, "/");

    if (!length || length > NAME_MAX)
        return length ? -1 : 0;
    memcpy(component, walk->left + skip, length);
    component[length] = '\0';
    memmove(walk->left, walk->left + skip + length, strlen(walk->left + skip + length) + 1);
    return 1;
}

static int32_t step(struct walk *walk, const char *component, mode_t *ret_mode,
                    struct bothy_error *error)
{
    char path[PATH_MAX];
    struct stat st;
    int32_t r;
    int n;

    if (!strcmp(component, "."))
        return 0;
    if (!strcmp(component, "..")) {
        char *slash = strrchr(walk->done, '/');

        if (slash)
            *slash = '\0';
        return 0;
    }
    n = snprintf(path, sizeof path, "%s/%s", walk->done, component);
    if (n < 0 || (size_t)n >= sizeof path)
        return bothy_fail(error, BOTHY_ERANGE, "the path is too long");
    if (lstat(path, &st) < 0)
        return bothy_fail(error, errno == ENOENT ? BOTHY_ENOENT : BOTHY_EIO, "%s: %s", path,
                          errno == ENOENT ? "there is no such file" : strerror(errno));
    r = check_node(walk, path, &st, error);
    if (r < 0)
        return r;
    if (S_ISLNK(st.st_mode))
        return follow(walk, path, error);
    memcpy(walk->done, path, sizeof path);
    *ret_mode = st.st_mode;
    return 0;
}

int32_t trust_check_file(const char *path, uid_t uid, struct bothy_error *error)
{
    struct walk walk = { .uid = uid };
    char component[NAME_MAX + 1];
    mode_t mode = S_IFDIR;
    struct stat st;
    int more, n;
    int32_t r;

    n = snprintf(walk.left, sizeof walk.left, "%s", path);
    if (path[0] != '/' || n < 0 || (size_t)n >= sizeof walk.left)
        return bothy_fail(error, BOTHY_EINVAL, "%s is not an absolute path", path);
    if (stat("/", &st) < 0)
        return bothy_fail(error, BOTHY_EIO, "/: %s", strerror(errno));
    r = check_node(&walk, "/", &st, error);
    while (r == 0 && (more = next_component(&walk, component)) != 0) {
        if (more < 0)
            return bothy_fail(error, BOTHY_ERANGE, "%s: a name in it is too long", path);
        r = step(&walk, component, &mode, error);
    }
    if (r < 0)
        return r;
    if (!S_ISREG(mode))
        return bothy_fail(error, BOTHY_EPERM, "%s is not a regular file", path);
    return 0;
}

int32_t trust_sha256(const char *path, char ret_text[TRUST_SHA256_TEXT], struct bothy_error *error)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    _cleanup_free_ uint8_t *buffer = malloc(READ_BYTES);
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;
    int64_t total = 0;

    if (!buffer)
        return bothy_fail(error, BOTHY_ENOMEM, "%s: no memory", path);
    if (fd < 0)
        return bothy_fail(error, BOTHY_EIO, "%s: %s", path, strerror(errno));
    sha256_init(&sha);
    for (;;) {
        ssize_t n = read(fd, buffer, READ_BYTES);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bothy_fail(error, BOTHY_EIO, "%s: %s", path, strerror(errno));
        if (n == 0)
            break;
        total += n;
        if (total > BYTES_MAX)
            return bothy_fail(error, BOTHY_ERANGE, "%s is larger than 512 MiB", path);
        sha256_update(&sha, (size_t)n, buffer);
    }
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", digest[i]);
    return 0;
}
