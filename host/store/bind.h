/*
 * Values to SQLite and to text: the forms in which everything stands in the databases, the JSON
 * and the audit file. Texts of records are arrays that may lack their NUL.
 */
#ifndef BOTHY_STORE_BIND_H
#define BOTHY_STORE_BIND_H

#include <bothy/decimal.h>

#include <sqlite3.h>

#define UUID_TEXT_MAX 37

/* The text of an array, up to its NUL or its end. */
#define bind_array(statement, index, array) bind_bytes(statement, index, array, sizeof(array))

void bind_bytes(sqlite3_stmt *statement, int index, const char *array, size_t capacity);
void bind_text(sqlite3_stmt *statement, int index, const char *text);
void bind_u64(sqlite3_stmt *statement, int index, uint64_t value);
/* Plain notation without trailing zeros. */
void bind_decimal(sqlite3_stmt *statement, int index, struct bothy_decimal value);
/* NULL where it is no finite number. */
void bind_double(sqlite3_stmt *statement, int index, double value);
/* NULL where it is 0 as well: a level that there is not. */
void bind_level(sqlite3_stmt *statement, int index, double value);
/* A UUID, NULL for none. */
void bind_correlation(sqlite3_stmt *statement, int index, const uint8_t id[16]);
/* RFC 3339. */
void bind_time_text(sqlite3_stmt *statement, int index, int64_t ts_ns);

/* Returns 0 for the id of all zeros. */
int uuid_text(const uint8_t id[16], char text[UUID_TEXT_MAX]);
/* Milliseconds, or finer where the time is. */
void time_text(int64_t ts_ns, char *text, size_t capacity);
void decimal_text(struct bothy_decimal value, char text[BOTHY_DECIMAL_TEXT_MAX]);
/* The column as a decimal; 0 where it is none. */
struct bothy_decimal column_decimal(sqlite3_stmt *statement, int index);

#endif
