/*
 * host/ipc/fdpass: descriptors arrive all or not at all, and a peer that sends too much leaves
 * none behind.
 */
#include "config.h"

#include "ipc/fdpass.h"
#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int ends[2];
static struct bothy_error error;
static char text[64];
static int fds[FDPASS_MAX];
static size_t length;
static uint32_t count;

static void setup(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static int receive(size_t capacity, uint32_t max_fds)
{
    return fdpass_receive(ends[1], text, capacity, &length, fds, max_fds, &count, 0, &error);
}

static int open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int open_now = 0;

    ck_assert_ptr_nonnull(directory);
    while (readdir(directory))
        open_now++;
    closedir(directory);
    return open_now;
}

/* As a peer sends that does not use our functions. */
static void send_raw(size_t bytes, uint32_t descriptors)
{
    char payload[256] = "raw";
    struct iovec part = { payload, bytes };
    _Alignas(8) char control[CMSG_SPACE(64 * sizeof(int))] = { 0 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

    if (descriptors) {
        struct cmsghdr *header = (struct cmsghdr *)control;

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
        for (uint32_t i = 0; i < descriptors; i++)
            memcpy(CMSG_DATA(header) + i * sizeof(int), &ends[0], sizeof(int));
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
    }
    ck_assert_int_eq(sendmsg(ends[0], &message, 0), (ssize_t)bytes);
}

/* _i: the number of descriptors. */
START_TEST(descriptors_arrive_with_their_message)
{
    int sent[FDPASS_MAX];
    struct stat one, two;

    for (int i = 0; i < _i; i++) {
        sent[i] = memfd_create("test", MFD_CLOEXEC);
        ck_assert_int_ge(sent[i], 0);
    }
    ck_assert_int_eq(fdpass_send(ends[0], "hello", 5, sent, (uint32_t)_i, 0, &error), 0);
    ck_assert_int_eq(receive(sizeof text, FDPASS_MAX), 0);
    ck_assert_uint_eq(length, 5);
    ck_assert_mem_eq(text, "hello", 5);
    ck_assert_uint_eq(count, (uint32_t)_i);
    for (int i = 0; i < _i; i++) {
        ck_assert_int_ne(fds[i], sent[i]);
        ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
        ck_assert_int_eq(fstat(sent[i], &one), 0);
        ck_assert_int_eq(fstat(fds[i], &two), 0);
        ck_assert_uint_eq(one.st_ino, two.st_ino);
    }
}
END_TEST

START_TEST(messages_keep_their_bounds)
{
    ck_assert_int_eq(fdpass_send(ends[0], "one", 3, NULL, 0, 0, &error), 0);
    ck_assert_int_eq(fdpass_send(ends[0], "second", 6, NULL, 0, 0, &error), 0);
    ck_assert_int_eq(receive(sizeof text, 0), 0);
    ck_assert_uint_eq(length, 3);
    ck_assert_int_eq(receive(6, 0), 0);
    ck_assert_uint_eq(length, 6);
    ck_assert_int_eq(receive(sizeof text, 0), BOTHY_EAGAIN);
}
END_TEST

START_TEST(the_largest_message_passes)
{
    static char large[FDPASS_PAYLOAD_MAX], back[FDPASS_PAYLOAD_MAX];

    memset(large, 'x', sizeof large);
    ck_assert_int_eq(fdpass_send(ends[0], large, sizeof large, ends, 2, 0, &error), 0);
    ck_assert_int_eq(fdpass_receive(ends[1], back, sizeof back, &length, fds, 2, &count, 0, &error),
                     0);
    ck_assert_uint_eq(length, sizeof large);
    ck_assert_mem_eq(large, back, sizeof large);
}
END_TEST

static const struct {
    size_t bytes;
    uint32_t descriptors; /* sent */
    uint32_t max_fds;
    int r;
} too_much[] = {
    { 3, 2, 1, BOTHY_EPROTO },
    { 3, 1, 0, BOTHY_EPROTO },
    { 3, FDPASS_MAX, FDPASS_MAX - 1, BOTHY_EPROTO },
    { 3, FDPASS_MAX + 1, FDPASS_MAX, BOTHY_EPROTO }, /* the kernel cuts the control data */
    { 3, 64, FDPASS_MAX, BOTHY_EPROTO },
    { 65, 3, FDPASS_MAX, BOTHY_EPROTO }, /* the payload is cut */
    { 65, 0, FDPASS_MAX, BOTHY_EPROTO },
    { 0, 3, FDPASS_MAX, BOTHY_EDISCONNECTED }, /* an empty message looks like the end */
};

START_TEST(a_message_that_is_too_much_leaves_nothing_open)
{
    int before = open_descriptors();

    length = 4711;
    count = 4712;
    fds[0] = 4713;
    send_raw(too_much[_i].bytes, too_much[_i].descriptors);
    ck_assert_int_eq(receive(sizeof text, too_much[_i].max_fds), too_much[_i].r);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert_uint_eq(length, 4711);
    ck_assert_uint_eq(count, 4712);
    ck_assert_int_eq(fds[0], 4713);
    /* The socket itself is sound. */
    ck_assert_int_eq(fdpass_send(ends[0], "next", 4, NULL, 0, 0, &error), 0);
    ck_assert_int_eq(receive(sizeof text, 0), 0);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    static char large[FDPASS_PAYLOAD_MAX + 1];

    ck_assert_int_eq(fdpass_send(ends[0], "", 0, NULL, 0, 0, &error), BOTHY_EINVAL);
    ck_assert_int_eq(fdpass_send(ends[0], large, sizeof large, NULL, 0, 0, &error), BOTHY_EINVAL);
    ck_assert_int_eq(fdpass_send(ends[0], "x", 1, fds, FDPASS_MAX + 1, 0, &error), BOTHY_EINVAL);
    ck_assert_int_eq(receive(0, 0), BOTHY_EINVAL);
    ck_assert_int_eq(receive(1, FDPASS_MAX + 1), BOTHY_EINVAL);
    fds[0] = -1;
    ck_assert_int_eq(fdpass_send(ends[0], "x", 1, fds, 1, 0, &error), BOTHY_EIO);
}
END_TEST

START_TEST(a_closed_socket_is_a_disconnected_peer_and_no_signal)
{
    close(ends[0]);
    ck_assert_int_eq(receive(sizeof text, 0), BOTHY_EDISCONNECTED);
    ck_assert_int_eq(
        fdpass_receive(ends[1], text, sizeof text, &length, fds, 0, &count, -1, &error),
        BOTHY_EDISCONNECTED);
    ck_assert_int_eq(fdpass_send(ends[1], "x", 1, NULL, 0, -1, &error), BOTHY_EDISCONNECTED);
}
END_TEST

/* A peer that ends without having read all resets the socket; what it said before still counts. */
START_TEST(the_last_words_of_a_peer_that_did_not_listen_are_heard)
{
    ck_assert_int_eq(fdpass_send(ends[1], "unread", 6, NULL, 0, 0, &error), 0);
    ck_assert_int_eq(fdpass_send(ends[0], "last", 4, NULL, 0, 0, &error), 0);
    close(ends[0]);
    ck_assert_int_eq(receive(sizeof text, 0), 0);
    ck_assert_uint_eq(length, 4);
    ck_assert_int_eq(receive(sizeof text, 0), BOTHY_EDISCONNECTED);
}
END_TEST

START_TEST(a_full_socket_does_not_hold_the_sender)
{
    char payload[1000] = { 0 };
    int r;

    /* The socket itself is a blocking one. */
    ck_assert_int_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    memset(&error, 0, sizeof error);
    do {
        r = fdpass_send(ends[0], payload, sizeof payload, NULL, 0, 0, &error);
    } while (r == 0);
    ck_assert_int_eq(r, BOTHY_EAGAIN);
    ck_assert_int_eq(error.code, 0);
    ck_assert_int_eq(fdpass_send(ends[0], payload, 1, NULL, 0, 10, &error), BOTHY_ETIMEOUT);
}
END_TEST

START_TEST(an_empty_socket_holds_the_receiver_as_long_as_it_wants)
{
    memset(&error, 0, sizeof error);
    ck_assert_int_eq(receive(sizeof text, 0), BOTHY_EAGAIN);
    ck_assert_int_eq(error.code, 0);
    ck_assert_int_eq(
        fdpass_receive(ends[1], text, sizeof text, &length, fds, 0, &count, 10, &error),
        BOTHY_ETIMEOUT);
}
END_TEST

START_TEST(the_peer_is_known)
{
    struct fdpass_peer peer = { 0 };
    int pipe_ends[2], lonely;

    ck_assert_int_eq(fdpass_peer(ends[0], &peer, &error), 0);
    ck_assert_int_eq(peer.pid, getpid());
    ck_assert_uint_eq(peer.uid, geteuid());
    ck_assert_uint_eq(peer.gid, getegid());
    ck_assert_int_eq(pipe(pipe_ends), 0);
    ck_assert_int_eq(fdpass_peer(pipe_ends[0], &peer, &error), BOTHY_EIO);
    lonely = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(lonely, 0);
    ck_assert_int_eq(fdpass_peer(lonely, &peer, &error), BOTHY_EIO);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_fdpass");
    TCase *tcase = tcase_create("fdpass");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, descriptors_arrive_with_their_message, 0, FDPASS_MAX + 1);
    tcase_add_test(tcase, messages_keep_their_bounds);
    tcase_add_test(tcase, the_largest_message_passes);
    tcase_add_loop_test(tcase, a_message_that_is_too_much_leaves_nothing_open, 0,
                        sizeof too_much / sizeof too_much[0]);
    tcase_add_test(tcase, wrong_arguments_are_refused);
    tcase_add_test(tcase, a_closed_socket_is_a_disconnected_peer_and_no_signal);
    tcase_add_test(tcase, the_last_words_of_a_peer_that_did_not_listen_are_heard);
    tcase_add_test(tcase, a_full_socket_does_not_hold_the_sender);
    tcase_add_test(tcase, an_empty_socket_holds_the_receiver_as_long_as_it_wants);
    tcase_add_test(tcase, the_peer_is_known);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
