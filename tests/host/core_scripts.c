/*
 * Plays every script of tests/host/core_scripts/ against the core, each as a test of its own.
 * With arguments it plays just these files, and says what is wrong with them.
 */
#include "core_player.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPTS_MAX 128

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int play(const char *path, int number, const char *name)
{
    char error[1024];
    int r = player_file(path, error, sizeof error);

    if (number)
        printf("%sok %d - %s%s%s\n", r < 0 ? "not " : "", number, name, r < 0 ? ": " : "", error);
    else if (r < 0)
        fprintf(stderr, "%s\n", error);
    return r < 0;
}

int main(int argc, char **argv)
{
    const char *source = getenv("BOTHY_SRCDIR");
    char folder[2048], path[4096], *names[SCRIPTS_MAX];
    struct dirent *entry;
    int count = 0, failed = 0;
    DIR *dir;

    for (int i = 1; i < argc; i++)
        failed += play(argv[i], 0, "");
    if (argc > 1)
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
    snprintf(folder, sizeof folder, "%s/tests/host/core_scripts", source ? source : ".");
    dir = opendir(folder);
    while (dir && count < SCRIPTS_MAX && (entry = readdir(dir))) {
        if (strstr(entry->d_name, ".script"))
            names[count++] = strdup(entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (count == 0) {
        printf("Bail out! no scripts in %s\n", folder);
        return EXIT_FAILURE;
    }
    qsort(names, (size_t)count, sizeof names[0], by_name);
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        failed += play(path, i + 1, names[i]);
        free(names[i]);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
