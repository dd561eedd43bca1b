/*
 * `new strategy NAME`: a copy of the installed skeleton under another name. In every file, and in
 * its name, "skeleton" becomes NAME and "SKELETON" its capitals; nothing else changes. Nothing
 * that exists is written to.
 */
#include "ctl/ctl.h"

#include "base/clean.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 64
#define BYTES_MAX (1024 * 1024) /* of one file */
/* It is part of the name of a signal's type, "x_NAME", and that has 31 bytes. */
#define NAME_LENGTH_MAX 29

static const char word[] = "skeleton", word_capital[] = "SKELETON";
#define WORD_LENGTH (sizeof word - 1)

struct copy {
    const struct ctl *ctl;
    const char *name;
    char capital[NAME_LENGTH_MAX + 1];
    int from, to; /* folders */
    json_t *files;
};

static int check_name(const struct ctl *ctl, const char *name)
{
    static const char *const reserved[] = {
        "auto",   "break",    "case",   "char",     "class",    "const",    "continue", "default",
        "do",     "double",   "else",   "enum",     "extern",   "float",    "for",      "goto",
        "if",     "inline",   "int",    "long",     "register", "restrict", "return",   "short",
        "signed", "skeleton", "sizeof", "static",   "struct",   "switch",   "typedef",  "union",
        "void",   "volatile", "while",  "unsigned", "template", "bothy",
    };
    size_t length = strlen(name);

    if (!islower((unsigned char)name[0]) || length > NAME_LENGTH_MAX ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return ctl_usage(ctl,
                         "'%s' is no name for a plugin: a lower-case letter, then such letters, "
                         "digits and underscores, %d at most",
                         name, NAME_LENGTH_MAX);
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
        if (strcmp(name, reserved[i]) == 0)
            return ctl_usage(ctl, "'%s' means something else in C or here; take another name",
                             name);
    return CTL_OK;
}

static void replace(const struct copy *copy, const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length;) {
        int small = length - i >= WORD_LENGTH && memcmp(text + i, word, WORD_LENGTH) == 0;
        int capital = length - i >= WORD_LENGTH && memcmp(text + i, word_capital, WORD_LENGTH) == 0;

        if (small || capital) {
            fputs(small ? copy->name : copy->capital, out);
            i += WORD_LENGTH;
        } else {
            fputc(text[i++], out);
        }
    }
}

static ssize_t read_all(int fd, char *text, size_t capacity)
{
    size_t length = 0;

    while (length < capacity) {
        ssize_t n = read(fd, text + length, capacity - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return (ssize_t)length;
}

static int copy_file(struct copy *copy, const char *name)
{
    _cleanup_free_ char *text = malloc(BYTES_MAX), *target = NULL;
    size_t target_length = 0;
    _cleanup_close_ int from = openat(copy->from, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    FILE *out = open_memstream(&target, &target_length);
    ssize_t length;
    int fd;

    if (out) {
        replace(copy, name, strlen(name), out);
        fclose(out);
    }
    if (!text || !target)
        return ctl_fail(copy->ctl, CTL_ERROR, "no memory");
    length = from < 0 ? -1 : read_all(from, text, BYTES_MAX);
    if (length < 0)
        return ctl_fail(copy->ctl, CTL_ERROR, "%s: %s", name, strerror(errno));
    if (length == BYTES_MAX)
        return ctl_fail(copy->ctl, CTL_ERROR, "%s: too long for a file of the skeleton", name);
    fd = openat(copy->to, target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out)
        return ctl_fail(copy->ctl, CTL_ERROR, "%s: %s", target, strerror(errno));
    replace(copy, text, (size_t)length, out);
    if (fclose(out) != 0)
        return ctl_fail(copy->ctl, CTL_ERROR, "%s: %s", target, strerror(errno));
    json_array_append_new(copy->files, json_string(target));
    return CTL_OK;
}

/* Plain files only; what the build of the skeleton itself needs stays where it is. */
static int wanted(const struct copy *copy, const char *name)
{
    struct stat st;

    return name[0] != '.' && strcmp(name, "Makefile.inc") != 0 &&
           fstatat(copy->from, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

static int copy_files(struct copy *copy, const char *source)
{
    struct dirent **entries = NULL;
    int count = scandir(source, &entries, NULL, alphasort), r = CTL_OK, copied = 0;

    for (int i = 0; i < count; i++) {
        if (r == CTL_OK && wanted(copy, entries[i]->d_name) && copied++ < FILES_MAX)
            r = copy_file(copy, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (r == CTL_OK && copied == 0)
        r = ctl_fail(copy->ctl, CTL_ERROR, "%s: there is nothing in it to copy", source);
    return r;
}

static void report(const struct copy *copy, const char *target)
{
    json_t *document;

    if (copy->ctl->json) {
        document = json_pack("{s:s, s:s, s:O}", "name", copy->name, "directory", target, "files",
                             copy->files);
        ctl_print_json(copy->ctl, document);
        json_decref(document);
        return;
    }
    printf("%s: a strategy named %s\n", target, copy->name);
    for (size_t i = 0; i < json_array_size(copy->files); i++)
        printf("  %s\n", json_string_value(json_array_get(copy->files, i)));
    printf("Next: cd %s && make && make check && make try. How to go on: bothy-plugin(7).\n",
           target);
}

int command_new_strategy(struct ctl *ctl, const struct ctl_args *args)
{
    const char *source = getenv("BOTHY_SKELETON"); /* to run from a build tree */
    const char *target = ctl_option(args, "directory");
    struct copy copy = { .ctl = ctl, .name = args->words[0], .from = -1, .to = -1 };
    int r = check_name(ctl, copy.name);

    if (r != CTL_OK)
        return r;
    for (size_t i = 0; copy.name[i]; i++)
        copy.capital[i] = (char)toupper((unsigned char)copy.name[i]);
    if (!source || !source[0])
        source = BOTHY_DATADIR "/skeleton";
    if (!target)
        target = copy.name;
    copy.from = open(source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy.from < 0)
        return ctl_fail(ctl, CTL_ERROR, "%s: %s; it comes with the development package", source,
                        strerror(errno));
    if (mkdir(target, 0777) < 0) {
        r = ctl_fail(ctl, errno == EEXIST ? CTL_REFUSED : CTL_ERROR, "%s: %s%s", target,
                     strerror(errno), errno == EEXIST ? "; take another --directory" : "");
        close(copy.from);
        return r;
    }
    copy.to = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    copy.files = json_array();
    r = copy.to < 0 ? ctl_fail(ctl, CTL_ERROR, "%s: %s", target, strerror(errno))
                    : copy_files(&copy, source);
    if (r == CTL_OK)
        report(&copy, target);
    json_decref(copy.files);
    close(copy.from);
    if (copy.to >= 0)
        close(copy.to);
    return r;
}
