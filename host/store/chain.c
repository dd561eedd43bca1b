/*
 * The chain of actions. What is hashed is unambiguous: every field has its length before it.
 */
#include "store/chain.h"

#include <nettle/sha2.h>

#include <string.h>

static void add_number(struct sha256_ctx *hash, int64_t number)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * i));
    sha256_update(hash, sizeof bytes, bytes);
}

static void add_text(struct sha256_ctx *hash, const char *text)
{
    size_t length = text ? strlen(text) : 0;

    add_number(hash, (int64_t)length);
    if (length > 0)
        sha256_update(hash, length, (const uint8_t *)text);
}

void chain_hash(const char *previous, const struct chain_row *row, char ret_hash[CHAIN_TEXT_MAX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx hash;

    sha256_init(&hash);
    add_text(&hash, previous);
    add_number(&hash, row->run);
    add_number(&hash, row->session);
    add_number(&hash, row->n);
    add_number(&hash, row->ts_ns);
    for (size_t i = 0; i < CHAIN_FIELDS; i++)
        add_text(&hash, row->texts[i]);
    sha256_digest(&hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        ret_hash[2 * i] = digits[digest[i] >> 4];
        ret_hash[2 * i + 1] = digits[digest[i] & 15];
    }
    ret_hash[2 * sizeof digest] = '\0';
}

static const char *text_at(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text ? text : "";
}

int32_t chain_verify(sqlite3 *db, uint64_t *ret_rows, char ret_last[CHAIN_TEXT_MAX],
                     struct bothy_error *error)
{
    char last[CHAIN_TEXT_MAX] = "", hash[CHAIN_TEXT_MAX];
    sqlite3_stmt *statement = NULL;
    uint64_t rows = 0;
    int32_t r = 0;
    int step;

    if (sqlite3_prepare_v2(db,
                           "SELECT id, run, session, n, ts_ns, actor, action, entity, before,"
                           " after, event, prev_hash, hash FROM actions ORDER BY id",
                           -1, &statement, NULL) != SQLITE_OK)
        return bothy_fail(error, BOTHY_EIO, "cannot read the actions: %s", sqlite3_errmsg(db));
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct chain_row row = { .run = sqlite3_column_int64(statement, 1),
                                 .session = sqlite3_column_int64(statement, 2),
                                 .n = sqlite3_column_int64(statement, 3),
                                 .ts_ns = sqlite3_column_int64(statement, 4) };

        for (int i = 0; i < CHAIN_FIELDS; i++)
            row.texts[i] = text_at(statement, 5 + i);
        chain_hash(last, &row, hash);
        if (strcmp(text_at(statement, 11), last) != 0 || strcmp(text_at(statement, 12), hash) != 0)
            r = bothy_fail(error, BOTHY_ECORRUPT,
                           "action %lld does not follow from the one before: it, or one before it, "
                           "was changed after it was written; compare with a backup",
                           (long long)sqlite3_column_int64(statement, 0));
        memcpy(last, hash, sizeof last);
        rows++;
    }
    if (r == 0 && step != SQLITE_DONE)
        r = bothy_fail(error, BOTHY_EIO, "cannot read the actions: %s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    if (r == 0)
        *ret_rows = rows;
    if (r == 0 && ret_last)
        memcpy(ret_last, last, sizeof last);
    return r;
}
