/*
 * How long until a record is durable: put, commit, wake-up. One record at a time is what an order
 * waits for; a batch is what a busy market costs. The reference does the least that any durable
 * store must: it appends as many bytes to a file and syncs it. Both run in turns on the same
 * file system, that of TMPDIR (a tmpfs syncs for nothing: see that it is a disk).
 */
#include "bench.h"

#include "store/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SINGLES 1500
#define BATCHES 200
#define BATCH   100

static struct store *store;
static int reference_fd;
static uint64_t next_n;

static void put_orders(int count)
{
    union {
        struct record record;
        uint8_t bytes[sizeof(struct record) + sizeof(struct record_order)];
    } room;
    struct record_order *body = (struct record_order *)(void *)(&room.record + 1);

    memset(&room, 0, sizeof room);
    room.record.type = RECORD_ORDER;
    room.record.size = sizeof *body;
    snprintf(room.record.bot, sizeof room.record.bot, "bench");
    snprintf(room.record.venue, sizeof room.record.venue, "sim");
    snprintf(room.record.symbol, sizeof room.record.symbol, "BTC/USDT");
    for (int i = 0; i < count; i++) {
        room.record.n = ++next_n;
        room.record.ts_ns = (int64_t)next_n * 1000000;
        body->order.order_id = next_n;
        body->order.state = BOTHY_ORDER_NEW;
        body->order.side = BOTHY_SIDE_BUY;
        body->order.type = BOTHY_ORDER_TYPE_LIMIT;
        body->order.time_in_force = BOTHY_TIF_GTC;
        body->order.quantity = bothy_decimal_make(50, -2);
        body->order.price = bothy_decimal_make(6400010, -2);
        snprintf(body->order.client_order_id, sizeof body->order.client_order_id, "b%llu",
                 (unsigned long long)next_n);
        if (store_put(store, &room.record) < 0) {
            fprintf(stderr, "bench_store: the queue is full\n");
            exit(1);
        }
    }
    if (store_wait(store, next_n, 60000) < 0) {
        fprintf(stderr, "bench_store: the store does not commit\n");
        exit(1);
    }
}

static void append_and_sync(int count)
{
    static const char block[sizeof(struct record) + sizeof(struct record_order)];

    for (int i = 0; i < count; i++) {
        if (write(reference_fd, block, sizeof block) != sizeof block)
            exit(1);
    }
    if (fdatasync(reference_fd) < 0)
        exit(1);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void report(const char *name, int64_t *samples, size_t count)
{
    char full[96];

    qsort(samples, count, sizeof *samples, compare);
    snprintf(full, sizeof full, "%s.p50", name);
    bench_report(full, (double)samples[count / 2] / 1000, "us");
    snprintf(full, sizeof full, "%s.p99", name);
    bench_report(full, (double)samples[count * 99 / 100] / 1000, "us");
}

static void measure(const char *name, int count, int batch)
{
    int64_t *ours = calloc((size_t)count, sizeof *ours);
    int64_t *reference = calloc((size_t)count, sizeof *reference);
    char full[96];

    if (!ours || !reference)
        exit(1);
    for (int i = 0; i < count; i++) {
        int64_t begin = bench_now_ns(), middle;

        put_orders(batch);
        middle = bench_now_ns();
        append_and_sync(batch);
        ours[i] = middle - begin;
        reference[i] = bench_now_ns() - middle;
    }
    report(name, ours, (size_t)count);
    snprintf(full, sizeof full, "%s.reference", name);
    report(full, reference, (size_t)count);
    free(ours);
    free(reference);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int main(int argc, char **argv)
{
    const char *base = getenv("TMPDIR");
    struct bothy_error error = { 0 };
    struct store_conf conf = { .virtual_time = 1, .seed = 1, .version = "bench" };
    char directory[256], audit[280], file[280];

    bench_begin(argc, argv);
    snprintf(directory, sizeof directory, "%s/bothy-bench-XXXXXX", base ? base : "/var/tmp");
    if (!mkdtemp(directory)) {
        perror(directory);
        return 1;
    }
    snprintf(audit, sizeof audit, "%s/audit", directory);
    snprintf(file, sizeof file, "%s/reference", directory);
    conf.directory = directory;
    conf.audit_directory = audit;
    reference_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (reference_fd < 0 || store_open(&conf, &store, &error) < 0) {
        fprintf(stderr, "bench_store: %s: %s\n", directory, error.text);
        return 1;
    }
    put_orders(1);
    if (bench_wanted("store.commit"))
        measure("store.commit", SINGLES, 1);
    if (bench_wanted("store.commit_100"))
        measure("store.commit_100", BATCHES, BATCH);
    store_close(store, 60000);
    close(reference_fd);
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return bench_end();
}
