/*
 * Which plugin files and which secrets a configuration may point at: owners, modes, hashes.
 */
#include "conf_fixture.h"

#include "conf/trust.h"

/* A tree of our own below a folder that is nobody else's; NULL where /tmp cannot serve. */
static const char *private_folder(void)
{
    const char *folder = fixture_path("own");

    ck_assert_int_eq(mkdir(folder, 0755), 0);
    return folder;
}

/* /tmp is sticky and open to all: not for root, but for everybody else. */
static uid_t user(void)
{
    return geteuid() ? geteuid() : 4711;
}

static void own(const char *path)
{
    if (geteuid() == 0)
        ck_assert_int_eq(lchown(path, user(), (gid_t)-1), 0);
}

static const char *make(const char *name, mode_t mode)
{
    const char *path = fixture_path(name);

    fixture_write(path, "code\n", mode);
    own(path);
    return path;
}

static void prepare(void)
{
    private_folder();
    own(fixture_folder());
    own(fixture_path("own"));
}

START_TEST(own_files_are_trusted)
{
    struct bothy_error error = { 0 };

    prepare();
    ck_assert_msg(trust_check_file(make("own/a.so", 0644), user(), &error) == 0, "%s", error.text);
    ck_assert_msg(trust_check_file("/bin/sh", user(), &error) == 0 || error.code == BOTHY_EPERM,
                  "%s", error.text);
}
END_TEST

START_TEST(files_that_others_may_write_are_not)
{
    struct bothy_error error = { 0 };
    char expected[700];

    prepare();
    ck_assert_int_eq(trust_check_file(make("own/a.so", 0664), user(), &error), BOTHY_EPERM);
    snprintf(expected, sizeof expected, "%s is writable by others (mode 0664): chmod go-w it",
             fixture_path("own/a.so"));
    ck_assert_str_eq(error.text, expected);
    ck_assert_int_eq(trust_check_file(make("own/b.so", 0646), user(), &error), BOTHY_EPERM);
    make("own/c.so", 0644);
    ck_assert_int_eq(chmod(fixture_path("own"), 0777), 0);
    ck_assert_int_eq(trust_check_file(fixture_path("own/c.so"), user(), &error), BOTHY_EPERM);
    snprintf(expected, sizeof expected, "%s is writable by others (mode 0777): chmod go-w it",
             fixture_path("own"));
    ck_assert_str_eq(error.text, expected);
    /* Sticky does not make a folder safe that is not root's. */
    ck_assert_int_eq(chmod(fixture_path("own"), 01777), 0);
    ck_assert_int_eq(trust_check_file(fixture_path("own/c.so"), user(), &error), BOTHY_EPERM);
}
END_TEST

START_TEST(a_shared_folder_is_nothing_for_root)
{
    struct bothy_error error = { 0 };
    struct stat st;

    prepare();
    ck_assert_int_eq(stat("/tmp", &st), 0);
    if (st.st_uid != 0 || !(st.st_mode & S_IWOTH))
        return; /* this machine's /tmp is private */
    ck_assert_int_eq(trust_check_file(make("own/a.so", 0644), 0, &error), BOTHY_EPERM);
    ck_assert_ptr_nonnull(strstr(error.text, "/tmp is writable by others"));
}
END_TEST

START_TEST(somebody_elses_files_are_not_trusted)
{
    struct bothy_error error = { 0 };

    prepare();
    make("own/a.so", 0644);
    ck_assert_int_eq(trust_check_file(fixture_path("own/a.so"), user() + 1, &error), BOTHY_EPERM);
    ck_assert_ptr_nonnull(strstr(error.text, "belongs to user"));
}
END_TEST

START_TEST(links_are_followed_with_the_same_eyes)
{
    struct bothy_error error = { 0 };

    prepare();
    make("own/a.so", 0644);
    ck_assert_int_eq(symlink("a.so", fixture_path("own/link.so")), 0);
    own(fixture_path("own/link.so"));
    ck_assert_msg(trust_check_file(fixture_path("own/link.so"), user(), &error) == 0, "%s",
                  error.text);
    ck_assert_int_eq(symlink("../own/./link.so", fixture_path("own/far.so")), 0);
    own(fixture_path("own/far.so"));
    ck_assert_msg(trust_check_file(fixture_path("own/far.so"), user(), &error) == 0, "%s",
                  error.text);
    ck_assert_int_eq(symlink("loop.so", fixture_path("own/loop.so")), 0);
    own(fixture_path("own/loop.so"));
    ck_assert_int_eq(trust_check_file(fixture_path("own/loop.so"), user(), &error), BOTHY_EPERM);
    ck_assert_int_eq(chmod(fixture_path("own/a.so"), 0666), 0);
    ck_assert_int_eq(trust_check_file(fixture_path("own/far.so"), user(), &error), BOTHY_EPERM);
    ck_assert_int_eq(symlink("/dev/null", fixture_path("own/null.so")), 0);
    own(fixture_path("own/null.so"));
    ck_assert_int_lt(trust_check_file(fixture_path("own/null.so"), user(), &error), 0);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    struct bothy_error error = { 0 };

    prepare();
    ck_assert_int_eq(trust_check_file(fixture_path("own/none.so"), user(), &error), BOTHY_ENOENT);
    ck_assert_int_eq(trust_check_file(fixture_path("own"), user(), &error), BOTHY_EPERM);
    ck_assert_int_eq(trust_check_file("own/a.so", user(), &error), BOTHY_EINVAL);
    ck_assert_int_lt(trust_check_file("/", user(), &error), 0);
}
END_TEST

START_TEST(hashes_are_those_of_fips_180)
{
    char text[TRUST_SHA256_TEXT];
    char *million = malloc(1000001);

    ck_assert_ptr_nonnull(million);
    fixture_write(fixture_path("abc"), "abc", 0644);
    ck_assert_int_eq(trust_sha256(fixture_path("abc"), text, NULL), 0);
    ck_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    memset(million, 'a', 1000000);
    million[1000000] = '\0';
    fixture_write(fixture_path("million"), million, 0644);
    ck_assert_int_eq(trust_sha256(fixture_path("million"), text, NULL), 0);
    ck_assert_str_eq(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    ck_assert_int_eq(trust_sha256(fixture_path("none"), text, NULL), BOTHY_EIO);
    free(million);
}
END_TEST

/* ---- through a load ---- */

/* Loads main.conf with a plugin in the folder, as whoever runs the test. */
static int32_t load_plugin(struct conf_errors *errors, struct conf **ret)
{
    struct conf_environment env = { .schema = fixture_schema };

    conf_errors_clear(errors);
    return conf_load(fixture_path("main.conf"), &env, errors, ret);
}

static void write_main(const char *plugin)
{
    char text[1024];

    snprintf(text, sizeof text, "exchanges = ( { name = \"sim\"; plugin = \"%s\"; } );\n", plugin);
    fixture_write(fixture_path("main.conf"), text, 0644);
}

START_TEST(a_lock_lists_what_may_be_loaded)
{
    struct conf_errors errors = { 0 };
    char sha256[TRUST_SHA256_TEXT], lock[1024];
    struct bothy_error error;
    struct conf *conf = NULL;

    fixture_use_build_tree(); /* root does not trust anything in /tmp */
    fixture_write(fixture_path("sim.so"), "code\n", 0644);
    if (trust_check_file(fixture_path("sim.so"), geteuid(), &error) < 0) {
        /* Somebody else could write here: then no lock helps. */
        write_main(fixture_path("sim.so"));
        ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
        ck_assert_str_eq(errors.messages[0].text, error.text);
        conf_errors_clear(&errors);
        return;
    }
    write_main(fixture_path("sim.so"));
    ck_assert_int_eq(load_plugin(&errors, &conf), 0);
    ck_assert_ptr_null(conf->exchanges[0].plugin.sha256);
    conf = conf_free(conf);
    ck_assert_int_eq(trust_sha256(fixture_path("sim.so"), sha256, NULL), 0);
    snprintf(lock, sizeof lock, "# pinned\n\n%s  %s\n", sha256, fixture_path("sim.so"));
    fixture_write(fixture_path("plugins.lock"), lock, 0644);
    ck_assert_int_eq(load_plugin(&errors, &conf), 0);
    ck_assert_str_eq(conf->exchanges[0].plugin.sha256, sha256);
    conf = conf_free(conf);
    fixture_write(fixture_path("sim.so"), "other code\n", 0644);
    ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(errors.messages[0].text, "has SHA-256"));
    fixture_write(fixture_path("plugins.lock"), "# nothing is trusted\n", 0644);
    ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(errors.messages[0].text, "is not in"));
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(a_lock_must_be_well_formed)
{
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;
    char *said;

    fixture_write(fixture_path("main.conf"), "", 0644);
    fixture_write(fixture_path("plugins.lock"), "# one\n0123  /usr/lib/x.so\n", 0644);
    ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
    said = fixture_messages(&errors);
    ck_assert_ptr_nonnull(strstr(said, "plugins.lock:2: expected 64 hex digits and an absolute "
                                       "path, as sha256sum prints them\n"));
    free(said);
    fixture_write(fixture_path("plugins.lock"), "", 0646);
    ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
    ck_assert_str_eq(errors.messages[0].text, "is writable by others: chmod o-w it");
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(a_plugin_that_is_not_there_is_named)
{
    struct conf_errors errors = { 0 };
    struct conf *conf = NULL;

    write_main("/nonexistent/sim.so");
    ck_assert_int_eq(load_plugin(&errors, &conf), BOTHY_EINVAL);
    ck_assert_str_eq(errors.messages[0].text, "/nonexistent: there is no such file");
    conf_errors_clear(&errors);
}
END_TEST

/* ---- secrets ---- */

static int32_t load_secret(const char *reference, const char *before, const char *credentials,
                           struct conf_errors *errors)
{
    struct conf_environment env = fixture_environment;
    struct conf *conf = NULL;
    char text[1024];
    int32_t r;

    env.credentials_directory = credentials;
    snprintf(text, sizeof text,
             "%sexchanges = ( { name = \"sim\"; params = { api_key = \"%s\"; }; } );\n", before,
             reference);
    conf_errors_clear(errors);
    r = conf_load_text("test.conf", text, strlen(text), &env, errors, &conf);
    conf_free(conf);
    return r;
}

START_TEST(a_secret_is_for_its_owner_alone)
{
    static const mode_t refused[] = { 0644, 0640, 0604, 0620, 0601 };
    struct conf_errors errors = { 0 };
    char reference[600];

    snprintf(reference, sizeof reference, "file:%s", fixture_path("key"));
    fixture_write(fixture_path("key"), "secret", 0600);
    ck_assert_int_eq(load_secret(reference, "", NULL, &errors), 0);
    ck_assert_uint_eq(errors.count, 0);
    fixture_write(fixture_path("key"), "secret", 0400);
    ck_assert_int_eq(load_secret(reference, "", NULL, &errors), 0);
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        ck_assert_int_eq(chmod(fixture_path("key"), refused[i]), 0);
        ck_assert_int_eq(load_secret(reference, "", NULL, &errors), BOTHY_EINVAL);
        ck_assert_ptr_nonnull(strstr(errors.messages[0].text, "so others may read it"));
        ck_assert_int_eq(load_secret(reference, "allow_insecure_secrets = true;\n", NULL, &errors),
                         0);
        ck_assert_uint_eq(errors.warning_count, 1);
    }
    snprintf(reference, sizeof reference, "file:%s", fixture_folder());
    ck_assert_int_eq(load_secret(reference, "", NULL, &errors), BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(errors.messages[0].text, "is not a regular file"));
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(credentials_are_looked_up_in_their_folder)
{
    struct conf_errors errors = { 0 };

    fixture_write(fixture_path("key"), "secret", 0440);
    ck_assert_int_eq(load_secret("cred:key", "", fixture_folder(), &errors), 0);
    ck_assert_int_eq(load_secret("cred:other", "", fixture_folder(), &errors), BOTHY_EINVAL);
    ck_assert_int_eq(load_secret("cred:../key", "", fixture_folder(), &errors), BOTHY_EINVAL);
    ck_assert_int_eq(load_secret("cred:", "", fixture_folder(), &errors), BOTHY_EINVAL);
    ck_assert_int_eq(load_secret("cred:key", "", NULL, &errors), BOTHY_EINVAL);
    ck_assert_int_eq(chmod(fixture_path("key"), 0444), 0);
    ck_assert_int_eq(load_secret("cred:key", "", fixture_folder(), &errors), BOTHY_EINVAL);
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(an_inline_secret_is_never_repeated)
{
    struct conf_errors errors = { 0 };
    char *said;

    ck_assert_int_eq(load_secret("hunter2hunter2", "", NULL, &errors), BOTHY_EINVAL);
    said = fixture_messages(&errors);
    ck_assert_ptr_null(strstr(said, "hunter2"));
    free(said);
    ck_assert_int_eq(
        load_secret("hunter2hunter2", "allow_insecure_secrets = true;\n", NULL, &errors), 0);
    ck_assert_uint_eq(errors.warning_count, 1);
    conf_errors_clear(&errors);
}
END_TEST

START_TEST(references_become_paths)
{
    char path[32];

    ck_assert_int_eq(conf_secret_path("file:/etc/key", NULL, path, sizeof path, NULL), 0);
    ck_assert_str_eq(path, "/etc/key");
    ck_assert_int_eq(conf_secret_path("cred:key", "/run/c", path, sizeof path, NULL), 0);
    ck_assert_str_eq(path, "/run/c/key");
    ck_assert_int_eq(conf_secret_path("cred:a/b", "/run/c", path, sizeof path, NULL), BOTHY_EINVAL);
    ck_assert_int_eq(conf_secret_path("cred:key", NULL, path, sizeof path, NULL), BOTHY_ENOENT);
    ck_assert_int_eq(conf_secret_path("inline", NULL, path, sizeof path, NULL), BOTHY_EINVAL);
    ck_assert_int_eq(
        conf_secret_path("file:/a/path/that/is/far/too/long/for/it", NULL, path, sizeof path, NULL),
        BOTHY_ERANGE);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("conf_trust");
    TCase *files = tcase_create("files"), *secrets = tcase_create("secrets");

    tcase_add_test(files, own_files_are_trusted);
    tcase_add_test(files, files_that_others_may_write_are_not);
    tcase_add_test(files, a_shared_folder_is_nothing_for_root);
    tcase_add_test(files, somebody_elses_files_are_not_trusted);
    tcase_add_test(files, links_are_followed_with_the_same_eyes);
    tcase_add_test(files, what_is_no_file_is_refused);
    tcase_add_test(files, hashes_are_those_of_fips_180);
    tcase_add_test(files, a_lock_lists_what_may_be_loaded);
    tcase_add_test(files, a_lock_must_be_well_formed);
    tcase_add_test(files, a_plugin_that_is_not_there_is_named);
    suite_add_tcase(suite, files);
    tcase_add_test(secrets, a_secret_is_for_its_owner_alone);
    tcase_add_test(secrets, credentials_are_looked_up_in_their_folder);
    tcase_add_test(secrets, an_inline_secret_is_never_repeated);
    tcase_add_test(secrets, references_become_paths);
    suite_add_tcase(suite, secrets);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
