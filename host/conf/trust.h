/*
 * Whether a file may be loaded as code: nobody but root and the daemon's own user can have
 * changed it, or put another one in its place, and it has the hash that an administrator
 * pinned. It looks and hashes; it loads nothing.
 */
#ifndef BOTHY_CONF_TRUST_H
#define BOTHY_CONF_TRUST_H

#include <bothy/base.h>

#include <sys/types.h>

#define TRUST_SHA256_TEXT 65 /* 64 hex digits and a NUL */

/*
 * Effect: walks `path` (absolute) from the root, through symbolic links, and checks that every
 * folder and the file at its end belong to root or to `uid`, and that neither group nor others
 * may write to them. A sticky folder of root's that all may write to, as /tmp, is accepted only
 * for uid != 0, and only if what is in it belongs to `uid`. Errors: BOTHY_EPERM with the place
 * and the remedy, BOTHY_ENOENT, BOTHY_EIO.
 */
int32_t trust_check_file(const char *path, uid_t uid, struct bothy_error *error);

/* Effect: the SHA-256 of a file's contents, in lower-case hex. Errors: BOTHY_EIO, BOTHY_ERANGE. */
int32_t trust_sha256(const char *path, char ret_text[TRUST_SHA256_TEXT], struct bothy_error *error);

#endif
