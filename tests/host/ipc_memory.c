/*
 * host/ipc/memory: what the seals forbid, tried in every way that a holder of the descriptor has;
 * and that memory without them is not mapped.
 */
#include "config.h"

#include "ipc/memory.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SIZE 8192

static struct memory_map map;
static struct bothy_error error;
static int fd;

static void make(enum memory_access peers)
{
    ck_assert_int_eq(memory_create("test", SIZE, peers, &map, &fd, &error), 0);
    ck_assert_uint_eq(map.size, SIZE);
}

/* The same file as a new open file, as a peer gets it from /proc. */
static int reopen(int flags)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, flags | O_CLOEXEC);
}

START_TEST(memory_is_zeroed_and_close_on_exec)
{
    static const uint8_t zero[SIZE];

    make(MEMORY_READ_WRITE);
    ck_assert_int_eq(memcmp(map.address, zero, SIZE), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    memory_unmap(&map);
    ck_assert_ptr_null(map.address);
    memory_unmap(&map);
}
END_TEST

START_TEST(size_is_rounded_up_to_pages)
{
    struct stat status;

    ck_assert_int_eq(memory_create("test", 1, MEMORY_READ_WRITE, &map, &fd, &error), 0);
    ck_assert_uint_eq(map.size, (size_t)sysconf(_SC_PAGESIZE));
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq((size_t)status.st_size, map.size);
    /* The pages are there: no later touch can fail for want of memory. */
    ck_assert_int_ge(status.st_blocks * 512, status.st_size);
}
END_TEST

START_TEST(sizes_out_of_limits_are_refused)
{
    fd = -7;
    ck_assert_int_eq(memory_create("test", 0, MEMORY_READ_WRITE, &map, &fd, &error), BOTHY_EINVAL);
    ck_assert_int_eq(
        memory_create("test", MEMORY_SIZE_MAX + 1, MEMORY_READ_WRITE, &map, &fd, &error),
        BOTHY_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "4294967296"));
    ck_assert_int_eq(fd, -7);
}
END_TEST

START_TEST(nobody_resizes_it)
{
    make(_i ? MEMORY_READ_ONLY : MEMORY_READ_WRITE);
    ck_assert_int_eq(ftruncate(fd, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(ftruncate(fd, 2 * SIZE), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(fallocate(fd, 0, SIZE, SIZE), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(reopen(O_RDWR | O_TRUNC), -1);
    ck_assert_int_eq(errno, EPERM);
    /* Nor adds a seal that would keep the other side from mapping it. */
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
    ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(a_reader_never_gets_to_write)
{
    struct memory_map reader;
    int again;

    make(MEMORY_READ_ONLY);
    memcpy(map.address, "before", 7);
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_ONLY, SIZE, SIZE, &reader, &error), 0);
    ck_assert_str_eq(reader.address, "before");

    ck_assert_ptr_eq(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    again = reopen(O_RDWR);
    ck_assert_int_ge(again, 0);
    ck_assert_ptr_eq(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(mprotect(reader.address, SIZE, PROT_READ | PROT_WRITE), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(pwrite(again, "after", 6, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(fallocate(again, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), -1);
    ck_assert_int_eq(errno, EPERM);
    ck_assert_int_eq(madvise(reader.address, 4096, MADV_REMOVE), -1);

    /* The maker still writes, and the reader sees it. */
    memcpy(map.address, "after!", 7);
    ck_assert_str_eq(reader.address, "after!");
}
END_TEST

START_TEST(a_forked_child_does_not_inherit_the_writable_mapping)
{
    int status;
    pid_t child;

    make(MEMORY_READ_ONLY);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) /* msync() fails with ENOMEM where nothing is mapped */
        _exit(msync(map.address, map.size, MS_ASYNC) == -1 && errno == ENOMEM ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(both_sides_write_what_is_made_for_both)
{
    struct memory_map peer;

    make(MEMORY_READ_WRITE);
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_WRITE, 1, SIZE, &peer, &error), 0);
    memcpy(peer.address, "from the peer", 14);
    ck_assert_str_eq(map.address, "from the peer");
    memory_unmap(&peer);
}
END_TEST

static int sealed_memfd(int seals)
{
    int memfd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    ck_assert_int_ge(memfd, 0);
    ck_assert_int_eq(ftruncate(memfd, SIZE), 0);
    ck_assert_int_eq(fcntl(memfd, F_ADD_SEALS, seals), 0);
    return memfd;
}

static const struct {
    int seals;
    enum memory_access access;
    const char *text;
} wrong_seals[] = {
    { 0, MEMORY_READ_WRITE, "not sealed" },
    { F_SEAL_GROW | F_SEAL_SEAL, MEMORY_READ_WRITE, "not sealed" },
    { F_SEAL_SHRINK | F_SEAL_SEAL, MEMORY_READ_WRITE, "not sealed" },
    { F_SEAL_SHRINK | F_SEAL_GROW, MEMORY_READ_WRITE, "not sealed" },
    { F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, MEMORY_READ_ONLY, "against writing" },
    { F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE, MEMORY_READ_ONLY, "not sealed" },
    { F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL, MEMORY_READ_WRITE,
      "must be written" },
};

START_TEST(wrong_seals_are_refused)
{
    fd = sealed_memfd(wrong_seals[_i].seals);
    ck_assert_int_eq(memory_attach(fd, wrong_seals[_i].access, 1, SIZE, &map, &error),
                     BOTHY_EPROTO);
    ck_assert_msg(strstr(error.text, wrong_seals[_i].text) != NULL, "%s", error.text);
    ck_assert_ptr_null(map.address);
}
END_TEST

START_TEST(what_is_no_memory_is_refused)
{
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    ck_assert_int_eq(memory_attach(ends[0], MEMORY_READ_ONLY, 1, SIZE, &map, &error), BOTHY_EPROTO);
    fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_ONLY, 1, SIZE, &map, &error), BOTHY_EPROTO);
    ck_assert_int_eq(memory_attach(-1, MEMORY_READ_WRITE, 1, SIZE, &map, &error), BOTHY_EPROTO);
}
END_TEST

START_TEST(wrong_sizes_are_refused)
{
    struct memory_map peer;

    make(MEMORY_READ_WRITE);
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_WRITE, SIZE + 1, 4 * SIZE, &peer, &error),
                     BOTHY_EPROTO);
    ck_assert_str_eq(error.text, "shared memory has 8192 bytes, expected 8193 to 32768");
    ck_assert_int_eq(memory_attach(fd, MEMORY_READ_WRITE, 1, SIZE - 1, &peer, &error),
                     BOTHY_EPROTO);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ipc_memory");
    TCase *tcase = tcase_create("memory");

    tcase_add_test(tcase, memory_is_zeroed_and_close_on_exec);
    tcase_add_test(tcase, size_is_rounded_up_to_pages);
    tcase_add_test(tcase, sizes_out_of_limits_are_refused);
    tcase_add_loop_test(tcase, nobody_resizes_it, 0, 2);
    tcase_add_test(tcase, a_reader_never_gets_to_write);
    tcase_add_test(tcase, a_forked_child_does_not_inherit_the_writable_mapping);
    tcase_add_test(tcase, both_sides_write_what_is_made_for_both);
    tcase_add_loop_test(tcase, wrong_seals_are_refused, 0,
                        sizeof wrong_seals / sizeof wrong_seals[0]);
    tcase_add_test(tcase, what_is_no_memory_is_refused);
    tcase_add_test(tcase, wrong_sizes_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
