/*
 * The client's end of the control socket against hosts that answer well, badly, late and not at
 * all: what it returns is an exit code that scripts rely on.
 */
#include "suite.h"

#include "bothyd/control.h"
#include "ctl/client.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static char folder[64], path[96];
static pid_t host;

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/bothy-client.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control.sock", folder);
    host = 0;
}

static void teardown(void)
{
    if (host > 0) {
        kill(host, SIGKILL);
        waitpid(host, NULL, 0);
    }
    unlink(path);
    rmdir(folder);
}

static int listen_here(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    return fd;
}

static void read_all(int fd, void *data, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = read(fd, (char *)data + done, length - done);

        if (n <= 0)
            _exit(1);
        done += (size_t)n;
    }
}

/*
 * A host that reads one request, sends `length` bytes in pieces of `piece`, and then closes the
 * connection or, with `stay`, keeps it open.
 */
static void start_host(const void *answer, size_t length, size_t piece, int stay)
{
    int fd = listen_here();

    host = fork();
    ck_assert_int_ge(host, 0);
    if (host == 0) {
        static char request[CONTROL_REQUEST_MAX];
        unsigned char head[4];
        int peer = accept(fd, NULL, NULL);
        size_t size;

        read_all(peer, head, sizeof head);
        size = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        if (size > sizeof request)
            _exit(1);
        read_all(peer, request, size);
        for (size_t at = 0; at < length; at += piece) {
            size_t n = length - at < piece ? length - at : piece;

            if (write(peer, (const char *)answer + at, n) != (ssize_t)n)
                _exit(1);
        }
        while (stay)
            pause();
        _exit(0);
    }
    close(fd);
}

static size_t frame(const char *text, char *out)
{
    size_t length = strlen(text);

    for (int i = 0; i < 4; i++)
        out[i] = (char)(length >> (8 * i));
    memcpy(out + 4, text, length);
    return length + 4;
}

static int ask(int32_t timeout_ms, json_t **ret_result, struct bothy_error *error)
{
    memset(error, 0, sizeof *error);
    *ret_result = NULL;
    return client_call(path, timeout_ms, "status", json_pack("{s:s}", "name", "a"), ret_result,
                       error);
}

START_TEST(test_answer_in_pieces)
{
    struct bothy_error error;
    char out[256];
    size_t length = frame("{\"code\":0,\"result\":{\"version\":\"0.1.0\"}}", out);
    json_t *result;

    start_host(out, length, (size_t)_i, 1);
    ck_assert_int_eq(ask(5000, &result, &error), CTL_OK);
    ck_assert_str_eq(json_string_value(json_object_get(result, "version")), "0.1.0");
    json_decref(result);
}
END_TEST

START_TEST(test_no_host)
{
    struct bothy_error error;
    json_t *result;

    ck_assert_int_eq(ask(5000, &result, &error), CTL_NO_HOST);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    /* A socket that was left behind. */
    close(listen_here());
    ck_assert_int_eq(ask(5000, &result, &error), CTL_NO_HOST);
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(test_silent_host)
{
    struct bothy_error error;
    json_t *result;

    start_host("", 0, 1, 1);
    ck_assert_int_eq(ask(50, &result, &error), CTL_TIMEOUT);
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(test_half_an_answer_then_silence)
{
    struct bothy_error error;
    char out[256];
    size_t length = frame("{\"code\":0,\"result\":{}}", out);
    json_t *result;

    start_host(out, length - 3, length, 1);
    ck_assert_int_eq(ask(50, &result, &error), CTL_TIMEOUT);
}
END_TEST

START_TEST(test_truncated)
{
    struct bothy_error error;
    char out[256];
    json_t *result;

    frame("{\"code\":0,\"result\":{}}", out);
    start_host(out, (size_t)_i, 64, 0);
    ck_assert_int_eq(ask(5000, &result, &error), CTL_ERROR);
    ck_assert_ptr_nonnull(strstr(error.text, "closed the connection"));
    ck_assert_ptr_null(result);
}
END_TEST

/* Answers that no honest host gives, and a word that the message has. */
static const struct {
    const char *bytes;
    size_t length;
    const char *word;
} lies[] = {
    { "\0\0\0\0", 4, "protocol" },
    { "\xff\xff\xff\xff", 4, "protocol" },
    { "\x01\0\0\x04", 4, "protocol" }, /* one byte more than a frame may have */
    { "\x04\0\0\0nope", 8, "JSON" },
    { "\x02\0\0\0[]", 6, "JSON" },
    { "\x02\0\0\0{}", 6, "no code" },
    { "\x0a\0\0\0{\"code\":0}", 14, "no result" },
    { "\x17\0\0\0{\"code\":\"0\",\"result\":1}", 27, "no code" },
};

START_TEST(test_lies)
{
    struct bothy_error error;
    json_t *result;

    start_host(lies[_i].bytes, lies[_i].length, 64, 1);
    ck_assert_int_eq(ask(5000, &result, &error), CTL_ERROR);
    ck_assert_msg(strstr(error.text, lies[_i].word) != NULL, "%s", error.text);
    ck_assert_ptr_null(result);
}
END_TEST

static const struct {
    const char *answer;
    int code;
    const char *text;
} refusals[] = {
    { "{\"code\":4,\"error\":\"no bot 'x'\"}", CTL_REFUSED, "no bot 'x'" },
    { "{\"code\":2,\"error\":\"not a time\"}", CTL_USAGE, "not a time" },
    { "{\"code\":1}", CTL_ERROR, "refused" },
    { "{\"code\":77,\"error\":\"odd\"}", CTL_ERROR, "odd" },
    { "{\"code\":-1,\"error\":\"odd\"}", CTL_ERROR, "odd" },
};

START_TEST(test_refusals)
{
    struct bothy_error error;
    char out[256];
    size_t length = frame(refusals[_i].answer, out);
    json_t *result;

    start_host(out, length, 64, 0);
    ck_assert_int_eq(ask(5000, &result, &error), refusals[_i].code);
    ck_assert_str_eq(error.text, refusals[_i].text);
    ck_assert_ptr_null(result);
}
END_TEST

START_TEST(test_request_too_long)
{
    struct bothy_error error = { 0 };
    static char name[CONTROL_REQUEST_MAX];
    json_t *result = NULL;

    memset(name, 'a', sizeof name - 1);
    close(listen_here());
    unlink(path);
    start_host("", 0, 1, 1);
    ck_assert_int_eq(
        client_call(path, 5000, "bot.show", json_pack("{s:s}", "name", name), &result, &error),
        CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "too long"));
}
END_TEST

START_TEST(test_socket_name)
{
    struct bothy_error error = { 0 };
    char name[sizeof((struct sockaddr_un *)0)->sun_path + 1];
    json_t *result = NULL;

    ck_assert_int_eq(client_call("", 100, "status", NULL, &result, &error), CTL_USAGE);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(client_call(name, 100, "status", NULL, &result, &error), CTL_USAGE);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("client");
    TCase *tcase = tcase_create("client");

    signal(SIGPIPE, SIG_IGN);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_answer_in_pieces, 1, 8);
    tcase_add_test(tcase, test_no_host);
    tcase_add_test(tcase, test_silent_host);
    tcase_add_test(tcase, test_half_an_answer_then_silence);
    tcase_add_loop_test(tcase, test_truncated, 0, 8);
    tcase_add_loop_test(tcase, test_lies, 0, sizeof lies / sizeof lies[0]);
    tcase_add_loop_test(tcase, test_refusals, 0, sizeof refusals / sizeof refusals[0]);
    tcase_add_test(tcase, test_request_too_long);
    tcase_add_test(tcase, test_socket_name);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
