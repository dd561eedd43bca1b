/*
 * The main() of a fuzz target in a plain build: a regression test that prints TAP. It gives the
 * target every file of its corpus (or those named on the command line), and a few hundred
 * mutations of each: bytes changed, cut out, doubled, and joined with other files. The seed is
 * fixed, so that a failure comes again.
 *
 * Each file runs in a child process: a crash is one "not ok", and the rest still runs. The input
 * lies at the end of a page, before one that cannot be read, so that a read past its end is a
 * crash even without a sanitizer; on failure the parent saves it.
 *
 *     fuzz_NAME                  corpus/NAME in the source tree ($BOTHY_SRCDIR)
 *     fuzz_NAME FILE…            those files
 *     BOTHY_FUZZ_MUTATIONS=N     mutations of each file, 300 unless set; 0 runs it as it is
 *
 * It does not look for new paths: libFuzzer does that (configure --enable-fuzzers).
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX     (1024 * 1024)
#define FILES_MAX     4096
#define MUTATIONS     300
#define SECONDS_MAX   120 /* a child that runs so long hangs */
#define SEED          UINT64_C(0x9e3779b97f4a7c15)
#define STACKED_EDITS 4

/* Shared with the child, so that the parent knows what it was at when it died. */
struct progress {
    uint32_t mutation; /* 0: the file as it is */
    uint32_t size;
    uint8_t data[INPUT_MAX];
};

struct input {
    char *name;
    uint8_t *data;
    size_t size;
};

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct progress *progress;
static uint8_t *guarded; /* INPUT_MAX bytes, then the page that cannot be read */
static struct input inputs[FILES_MAX];
static size_t input_count;

static void die(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += SEED;

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t random_below(uint64_t *state, size_t limit)
{
    return limit ? (size_t)(random_next(state) % limit) : 0;
}

/* One edit of progress->data, in place. */
static void mutate(uint64_t *random)
{
    static const uint8_t interesting[] = "\0\x01\x7f\x80\xff\n\r\t \"'()+,-./0179:;=AEZ[\\]ae{}";
    uint8_t *data = progress->data;
    size_t size = progress->size;
    size_t at = random_below(random, size);
    size_t length;

    switch (random_below(random, 7)) {
    case 0:
        if (size)
            data[at] ^= (uint8_t)(1u << random_below(random, 8));
        break;
    case 1:
        if (size)
            data[at] = interesting[random_below(random, sizeof interesting - 1)];
        break;
    case 2:
        progress->size = (uint32_t)at;
        break;
    case 3: /* cut a piece out */
        length = size ? 1 + random_below(random, size - at) : 0;
        memmove(data + at, data + at + length, size - at - length);
        progress->size -= (uint32_t)length;
        break;
    case 4: /* double a piece */
        length = size ? 1 + random_below(random, size - at) : 0;
        if (size + length > INPUT_MAX)
            break;
        memmove(data + at + length, data + at, size - at);
        progress->size += (uint32_t)length;
        break;
    case 5: /* insert a byte */
        if (size == INPUT_MAX)
            break;
        memmove(data + at + 1, data + at, size - at);
        data[at] = interesting[random_below(random, sizeof interesting - 1)];
        progress->size++;
        break;
    default: { /* go on as another file does */
        const struct input *other = &inputs[random_below(random, input_count)];
        size_t from = random_below(random, other->size);

        length = other->size - from;
        if (at + length > INPUT_MAX)
            break;
        memcpy(data + at, other->data + from, length);
        progress->size = (uint32_t)(at + length);
    }
    }
}

static void run_target(void)
{
    uint8_t *start = guarded + INPUT_MAX - progress->size;

    memcpy(start, progress->data, progress->size);
    LLVMFuzzerTestOneInput(start, progress->size);
}

static void run_child(const struct input *input, uint32_t mutations)
{
    uint64_t random = SEED;
    size_t i;

    for (i = 0; i < input->size; i++)
        random = (random ^ input->data[i]) * UINT64_C(0x100000001b3);
    alarm(SECONDS_MAX);
    for (progress->mutation = 0; progress->mutation <= mutations; progress->mutation++) {
        size_t edits = progress->mutation ? 1 + random_below(&random, STACKED_EDITS) : 0;

        if (input->size)
            memcpy(progress->data, input->data, input->size);
        progress->size = (uint32_t)input->size;
        while (edits--)
            mutate(&random);
        run_target();
    }
    /* Not _exit(): the leak sanitizer reports at exit. */
    exit(EXIT_SUCCESS);
}

/* Saves the input that a child died of. Returns 1 if it could. */
static int save_failure(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int saved;

    if (fd < 0)
        return 0;
    saved = write(fd, progress->data, progress->size) == (ssize_t)progress->size;
    close(fd);
    return saved;
}

/* Returns 1 if the file and all its mutations passed. */
static int run_input(const char *target, size_t number, uint32_t mutations)
{
    const struct input *input = &inputs[number];
    char path[256];
    pid_t pid;
    int status;

    fflush(NULL);
    pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0)
        run_child(input, mutations);
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            die("waitpid");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        printf("ok %zu - %s\n", number + 1, input->name);
        return 1;
    }
    printf("not ok %zu - %s\n", number + 1, input->name);
    if (WIFSIGNALED(status))
        printf("# %s", strsignal(WTERMSIG(status)));
    else
        printf("# exit status %d", WEXITSTATUS(status));
    if (progress->mutation > mutations)
        printf(", after the last input\n");
    else if (progress->mutation)
        printf(", at mutation %u\n", progress->mutation);
    else
        printf(", at the file itself\n");
    snprintf(path, sizeof path, "%s.failed-%zu", target, number + 1);
    if (save_failure(path))
        printf("# the input is in %s; to run it alone:\n# BOTHY_FUZZ_MUTATIONS=0 %s %s\n", path,
               target, path);
    return 0;
}

static void add_input(const char *name, const char *path)
{
    struct input *input = &inputs[input_count];
    struct stat status;
    size_t used = 0;
    int fd;

    if (input_count == FILES_MAX) {
        errno = E2BIG;
        die(path);
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        die(path);
    if (!S_ISREG(status.st_mode)) {
        close(fd);
        return;
    }
    if (status.st_size > INPUT_MAX) {
        errno = EFBIG;
        die(path);
    }
    input->name = strdup(name);
    input->size = (size_t)status.st_size;
    input->data = malloc(input->size + 1);
    if (!input->name || !input->data)
        die("memory");
    while (used < input->size) {
        ssize_t n = read(fd, input->data + used, input->size - used);

        if (n <= 0)
            die(path);
        used += (size_t)n;
    }
    close(fd);
    input_count++;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct input *)a)->name, ((const struct input *)b)->name);
}

static void add_corpus(const char *name)
{
    const char *source = getenv("BOTHY_SRCDIR");
    char directory[3072];
    char path[4096];
    const struct dirent *entry;
    DIR *stream;

    snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%s", source ? source : ".", name);
    stream = opendir(directory);
    if (!stream)
        die(directory);
    while ((entry = readdir(stream))) {
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] != '.')
            add_input(entry->d_name, path);
    }
    closedir(stream);
    if (!input_count) {
        errno = ENOENT;
        die(directory);
    }
    /* The order of a directory differs between file systems; a failure must not. */
    qsort(inputs, input_count, sizeof inputs[0], compare_names);
}

static void map_memory(void)
{
    progress =
        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        die("mmap");
    guarded = mmap(NULL, INPUT_MAX + (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guarded == MAP_FAILED ||
        mprotect(guarded + INPUT_MAX, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE) < 0)
        die("mmap");
}

int main(int argc, char **argv)
{
    const char *target = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    const char *wish = getenv("BOTHY_FUZZ_MUTATIONS");
    uint32_t mutations = MUTATIONS;
    size_t failed = 0;
    size_t i;

    /* Programs that libtool runs from its own folder have a prefix. */
    if (!strncmp(target, "lt-", 3))
        target += 3;
    if (wish && sscanf(wish, "%7u", &mutations) != 1)
        mutations = MUTATIONS;
    map_memory();
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    for (i = 1; i < (size_t)argc; i++)
        add_input(argv[i], argv[i]);
    if (argc < 2)
        add_corpus(strncmp(target, "fuzz_", 5) ? target : target + 5);

    printf("1..%zu\n", input_count);
    for (i = 0; i < input_count; i++)
        failed += !run_input(target, i, mutations);
    for (i = 0; i < input_count; i++) {
        free(inputs[i].name);
        free(inputs[i].data);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
