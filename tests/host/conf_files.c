/*
 * Every file of tests/conf/wrong must be refused with exactly the messages of its .expect, and
 * every one of tests/conf/good accepted with exactly those warnings. To add one, write the
 * file, and beside it what ought to be said about it.
 */
#include "conf_fixture.h"

#include <dirent.h>

#define FILES_MAX 512

struct corpus {
    char folder[512];
    struct dirent **entries;
    int count;
};

static struct corpus wrong, good;

static int is_conf(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 5 && !strcmp(entry->d_name + length - 5, ".conf");
}

static void open_corpus(struct corpus *corpus, const char *name)
{
    const char *source = getenv("BOTHY_SRCDIR");

    snprintf(corpus->folder, sizeof corpus->folder, "%s/tests/conf/%s", source ? source : ".",
             name);
    corpus->count = scandir(corpus->folder, &corpus->entries, is_conf, alphasort);
}

/* What is expected of FILE.conf, from FILE.expect. */
static char *expected_of(const char *file)
{
    char name[300];
    char *text = calloc(1, 65536);
    FILE *in;

    snprintf(name, sizeof name, "%.*s.expect", (int)(strlen(file) - 5), file);
    in = fopen(name, "r");
    ck_assert_msg(in != NULL, "%s is missing", name);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, 65536, in), 65536);
    fclose(in);
    return text;
}

static void check_file(const struct corpus *corpus, int index, int32_t result)
{
    const char *file = corpus->entries[index]->d_name;
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *expected, *said;
    int32_t r;

#ifndef BOTHY_LIVE
    if (!strncmp(file, "live-without-", 13)) /* says something else in such a build */
        return;
#endif
    ck_assert_int_eq(chdir(corpus->folder), 0);
    expected = expected_of(file);
    r = conf_load(file, &fixture_environment, &errors, &conf);
    said = fixture_messages(&errors);
    ck_assert_msg(!strcmp(said, expected), "%s: said\n%sexpected\n%s", file, said, expected);
    ck_assert_msg(r == result, "%s: result %d", file, r);
    ck_assert_int_eq(conf == NULL, result < 0);
    conf_errors_clear(&errors);
    conf_free(conf);
    free(said);
    free(expected);
}

START_TEST(wrong_file_is_refused)
{
    check_file(&wrong, _i, BOTHY_EINVAL);
}
END_TEST

START_TEST(good_file_is_accepted)
{
    check_file(&good, _i, 0);
}
END_TEST

START_TEST(the_corpus_is_there)
{
    ck_assert_int_ge(wrong.count, 60);
    ck_assert_int_ge(good.count, 10);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_files");
    TCase *tcase = tcase_create("files");

    open_corpus(&wrong, "wrong");
    open_corpus(&good, "good");
    tcase_add_test(tcase, the_corpus_is_there);
    tcase_add_loop_test(tcase, wrong_file_is_refused, 0, wrong.count < 0 ? 0 : wrong.count);
    tcase_add_loop_test(tcase, good_file_is_accepted, 0, good.count < 0 ? 0 : good.count);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
