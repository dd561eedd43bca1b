/*
 * What the core cannot do once it is confined, and what it still can. Each case is a process of
 * its own (check forks): a filter is for good.
 */
#include "bothyd/confine.h"

#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

static void confine(void)
{
    struct bothy_error error = { 0 };

    ck_assert_msg(confine_core(&error) == 0, "%s", error.text);
}

#ifndef BOTHY_SANITIZED
START_TEST(no_network)
{
    confine();
    errno = 0;
    ck_assert_int_eq(socket(AF_INET, SOCK_STREAM, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    errno = 0;
    ck_assert_int_eq(socket(AF_INET6, SOCK_DGRAM, 0), -1);
    ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(no_programs)
{
    char *const argv[] = { (char *)"true", NULL };

    confine();
    errno = 0;
    ck_assert_int_eq(execv("/bin/true", argv), -1);
    ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(no_other_processes)
{
    confine();
    errno = 0;
    ck_assert_int_eq(ptrace(PTRACE_ATTACH, getppid(), 0, 0), -1);
    ck_assert_int_eq(errno, EPERM);
}
END_TEST
#endif

START_TEST(files_and_unix_sockets_stay)
{
    int fd, pair[2];

    confine();
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("bothyd_confine");
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, files_and_unix_sockets_stay);
#ifndef BOTHY_SANITIZED
    tcase_add_test(tc, no_network);
    tcase_add_test(tc, no_programs);
    tcase_add_test(tc, no_other_processes);
#endif
    suite_add_tcase(suite, tc);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
