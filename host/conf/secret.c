/*
 * References to secrets and files. Only where they are and who may read them is looked at, by
 * stat(2): no byte of a secret passes through this process.
 */
#include "conf/loader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_PREFIX       "file:"
#define CREDENTIAL_PREFIX "cred:"
#define PATH_BYTES        1024

static int starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

int32_t conf_secret_path(const char *text, const char *credentials_directory, char *path,
                         size_t capacity, struct bothy_error *error)
{
    const char *name;
    int length;

    if (starts_with(text, FILE_PREFIX)) {
        name = text + strlen(FILE_PREFIX);
        if (*name != '/')
            return bothy_fail(error, BOTHY_EINVAL, "the path after file: is not absolute");
        length = snprintf(path, capacity, "%s", name);
    } else if (starts_with(text, CREDENTIAL_PREFIX)) {
        name = text + strlen(CREDENTIAL_PREFIX);
        if (!*name || strchr(name, '/') || *name == '.')
            return bothy_fail(error, BOTHY_EINVAL,
                              "the name after cred: must be that of a credential, without /");
        if (!credentials_directory)
            return bothy_fail(error, BOTHY_ENOENT,
                              "there are no credentials: the service manager passes them by "
                              "LoadCredential=, or use file:/path");
        length = snprintf(path, capacity, "%s/%s", credentials_directory, name);
    } else {
        return bothy_fail(error, BOTHY_EINVAL,
                          "a secret stands here itself: put it into a file of mode 0600 and "
                          "write file:/path, or cred:name");
    }
    if (length < 0 || (size_t)length >= capacity)
        return bothy_fail(error, BOTHY_ERANGE, "the path is too long");
    return 0;
}

static void insecure(struct loader *loader, const struct conf_value *value, const char *path,
                     const char *text)
{
    const char *file = value->origin.file;

    if (loader->conf->allow_insecure_secrets)
        conf_warning(loader->errors, file, value->origin.line, path, "%s", text);
    else
        conf_error(loader->errors, file, value->origin.line, path, "%s", text);
}

void secret_check(struct loader *loader, const struct conf_value *value, const char *path)
{
    char file[PATH_BYTES], text[PATH_BYTES + 128];
    struct bothy_error error = { 0 };
    struct stat st;
    mode_t forbidden = 077;
    int32_t r;

    if (!starts_with(value->text, FILE_PREFIX) && !starts_with(value->text, CREDENTIAL_PREFIX)) {
        conf_secret_path(value->text, NULL, file, sizeof file, &error);
        insecure(loader, value, path, error.text);
        return;
    }
    if (loader->env->flags & CONF_NO_SECRET_FILES)
        return;
    r = conf_secret_path(value->text, loader->env->credentials_directory, file, sizeof file,
                         &error);
    if (r < 0) {
        value_error(loader, value, path, "%s", error.text);
        return;
    }
    if (stat(file, &st) < 0) {
        value_error(loader, value, path, "%s: %s", file,
                    errno == ENOENT ? "there is no such file: put the secret there, mode 0600"
                                    : strerror(errno));
        return;
    }
    if (!S_ISREG(st.st_mode)) {
        value_error(loader, value, path, "%s is not a regular file", file);
        return;
    }
    /* The service manager's own folder is closed to others; an ACL there shows as group bits. */
    if (starts_with(value->text, CREDENTIAL_PREFIX))
        forbidden = 007;
    if (st.st_mode & forbidden) {
        snprintf(text, sizeof text, "%s has mode %04o, so others may read it: chmod 0600 it", file,
                 (unsigned)(st.st_mode & 07777));
        insecure(loader, value, path, text);
    }
}

void file_option_check(struct loader *loader, const struct conf_value *value, const char *path)
{
    struct stat st;

    if (loader->env->flags & CONF_NO_SECRET_FILES)
        return;
    if (value->text[0] != '/')
        value_error(loader, value, path, "\"%.64s\" is not absolute: begin it with /", value->text);
    else if (stat(value->text, &st) < 0)
        value_error(loader, value, path, "%s: %s", value->text, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        value_error(loader, value, path, "%s is not a regular file", value->text);
}
