/*
 * Every code that the host's sources use for a warning or worse stands in the table of codes,
 * once; and the table is whole and sorted.
 */
#include "log/codes.h"

#include "suite.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int found;
static char missing[2048];

static void use(const char *path, const char *code, size_t length)
{
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)length, code);
    found++;
    if (!log_code_find(name) && strlen(missing) < sizeof missing - 200)
        snprintf(missing + strlen(missing), sizeof missing - strlen(missing), "%s (%s) ", name,
                 path);
}

/* The first text behind `at`, if it is a code: capitals and underscores only. */
static void take_code(const char *path, const char *at)
{
    const char *from = strchr(at, '"'), *end;

    if (!from || from - at > 250 || memchr(at, ';', (size_t)(from - at)))
        return;
    for (end = ++from; isupper((unsigned char)*end) || *end == '_' || isdigit((unsigned char)*end);)
        end++;
    if (*end == '"' && end - from >= 2)
        use(path, from, (size_t)(end - from));
}

static void look_for(const char *path, const char *text, const char *word)
{
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        take_code(path, at + strlen(word));
}

static void read_source(const char *path)
{
    static const char *const levels[] = { "BOTHY_LOG_WARNING", "BOTHY_LOG_ERROR", "BOTHY_LOG_FATAL",
                                          "BOTHY_LOG_PANIC" };
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 1 << 20);

    ck_assert(file && text);
    ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    for (size_t i = 0; i < 4; i++)
        look_for(path, text, levels[i]);
    /* The gate's refusals of orders are warnings; those of signals are not. */
    if (strstr(path, "core/gate.c") || strstr(path, "core/orders.c"))
        look_for(path, text, "gate_refuse(");
    free(text);
}

static void read_folder(const char *folder)
{
    char path[4096];
    struct dirent *entry;
    DIR *dir = opendir(folder);

    ck_assert_msg(dir != NULL, "%s", folder);
    while ((entry = readdir(dir))) {
        size_t n = strlen(entry->d_name);

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_type == DT_DIR)
            read_folder(path);
        else if (n > 2 && strcmp(entry->d_name + n - 2, ".c") == 0)
            read_source(path);
    }
    closedir(dir);
}

START_TEST(every_code_is_explained)
{
    const char *source = getenv("BOTHY_SRCDIR");
    char folder[2048];

    snprintf(folder, sizeof folder, "%s/host", source ? source : ".");
    read_folder(folder);
    ck_assert_int_ge(found, 30); /* or this test looks in the wrong places */
    ck_assert_msg(missing[0] == '\0', "not in host/log/codes.c: %s", missing);
}
END_TEST

START_TEST(table_is_whole)
{
    for (size_t i = 0; i < log_code_count; i++) {
        ck_assert_uint_gt(strlen(log_codes[i].title), 5);
        ck_assert_uint_gt(strlen(log_codes[i].meaning), 10);
        ck_assert_uint_gt(strlen(log_codes[i].remedy), 5);
        ck_assert_ptr_eq(log_code_find(log_codes[i].code), &log_codes[i]);
        if (i > 0)
            ck_assert_int_lt(strcmp(log_codes[i - 1].code, log_codes[i].code), 0);
    }
    ck_assert_ptr_null(log_code_find("NO_SUCH_CODE"));
    ck_assert_ptr_null(log_code_find(""));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("log_codes");
    TCase *all = tcase_create("all");

    tcase_add_test(all, every_code_is_explained);
    tcase_add_test(all, table_is_whole);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
