/*
 * What the host did: signals, orders, trades, actions, positions. The host answers with rows of
 * objects; here is which of their members people look at, in which order. A column that no row
 * has is left out. CSV has all members of the rows.
 */
#include "ctl/client.h"
#include "ctl/show.h"

#include "base/clean.h"

#include <bothy/csv.h>
#include <bothy/time.h>

#include <string.h>

/* How a member is shown. OPTIONAL: a number that is absent as 0; PRICE, RATIO: doubles. */
enum { TEXT, TIME, MONEY, NUMBER, OPTIONAL, PRICE, RATIO, STATUS };

#define NAMES_MAX   4
#define COLUMNS_MAX 20

struct column {
    const char *title;
    const char *keys[NAMES_MAX]; /* the first that a row has */
    int kind;
    uint32_t flags;
};

static const struct column signal_columns[] = {
    { "TIME (UTC)", { "ts", "time" }, TIME, TABLE_LEFT },
    { "BOT", { "bot" }, TEXT, TABLE_LEFT },
    { "SYMBOL", { "symbol" }, TEXT, TABLE_LEFT },
    { "TYPE", { "type", "signal_type" }, TEXT, TABLE_LEFT },
    { "TF", { "timeframe" }, TEXT, TABLE_LEFT },
    { "DIRECTION", { "direction" }, TEXT, TABLE_LEFT },
    { "ENTRY", { "entry", "entry_price" }, PRICE, TABLE_RIGHT },
    { "STOP", { "stop_loss" }, PRICE, TABLE_RIGHT },
    { "TP1", { "take_profit_1" }, PRICE, TABLE_RIGHT },
    { "TP2", { "take_profit_2" }, PRICE, TABLE_RIGHT },
    { "R:R", { "risk_reward_1" }, RATIO, TABLE_RIGHT },
    { "CONFIDENCE", { "confidence" }, RATIO, TABLE_RIGHT },
    { "OUTCOME", { "outcome", "code" }, STATUS, TABLE_LEFT },
    { "PNL R", { "pnl_r" }, RATIO, TABLE_RIGHT },
    { NULL },
};

static const struct column order_columns[] = {
    { "TIME (UTC)", { "created", "created_at", "ts", "time" }, TIME, TABLE_LEFT },
    { "ID", { "order_id", "id" }, NUMBER, TABLE_RIGHT },
    { "BOT", { "bot" }, TEXT, TABLE_LEFT },
    { "SYMBOL", { "symbol" }, TEXT, TABLE_LEFT },
    { "SIDE", { "side" }, TEXT, TABLE_LEFT },
    { "TYPE", { "type" }, TEXT, TABLE_LEFT },
    { "QUANTITY", { "quantity" }, NUMBER, TABLE_RIGHT },
    { "FILLED", { "filled" }, NUMBER, TABLE_RIGHT },
    { "PRICE", { "price" }, OPTIONAL, TABLE_RIGHT },
    { "STOP", { "stop_price" }, OPTIONAL, TABLE_RIGHT },
    { "AVERAGE", { "average_price" }, OPTIONAL, TABLE_RIGHT },
    { "STATE", { "state" }, STATUS, TABLE_LEFT },
    { "CODE", { "code" }, TEXT, TABLE_LEFT | TABLE_CUT },
    { "TEXT", { "text" }, TEXT, TABLE_LEFT | TABLE_CUT },
    { NULL },
};

static const struct column trade_columns[] = {
    { "TIME (UTC)", { "ts", "time" }, TIME, TABLE_LEFT },
    { "BOT", { "bot", "strategy" }, TEXT, TABLE_LEFT },
    { "SYMBOL", { "symbol", "instrument" }, TEXT, TABLE_LEFT },
    { "SIDE", { "side" }, TEXT, TABLE_LEFT },
    { "QUANTITY", { "quantity", "size" }, NUMBER, TABLE_RIGHT },
    { "PRICE", { "price" }, NUMBER, TABLE_RIGHT },
    { "FEE", { "fee" }, NUMBER, TABLE_RIGHT },
    { "", { "fee_currency" }, TEXT, TABLE_LEFT },
    { "REALISED", { "realised_pnl", "profit" }, MONEY, TABLE_RIGHT },
    { "MODE", { "mode", "status" }, TEXT, TABLE_LEFT },
    { "ORDER", { "order_id" }, NUMBER, TABLE_RIGHT },
    { NULL },
};

static const struct column action_columns[] = {
    { "TIME (UTC)", { "ts", "time", "created_at" }, TIME, TABLE_LEFT },
    { "WHO", { "actor", "user" }, TEXT, TABLE_LEFT },
    { "ACTION", { "action" }, TEXT, TABLE_LEFT },
    { "WHAT", { "entity" }, TEXT, TABLE_LEFT },
    { "BEFORE", { "before", "old_value" }, TEXT, TABLE_LEFT | TABLE_CUT },
    { "AFTER", { "after", "new_value" }, TEXT, TABLE_LEFT | TABLE_CUT },
    { NULL },
};

static const struct column position_columns[] = {
    { "BOT", { "bot" }, TEXT, TABLE_LEFT },
    { "VENUE", { "venue" }, TEXT, TABLE_LEFT },
    { "SYMBOL", { "symbol" }, TEXT, TABLE_LEFT },
    { "QUANTITY", { "quantity" }, NUMBER, TABLE_RIGHT },
    { "ENTRY", { "average_entry" }, NUMBER, TABLE_RIGHT },
    { "MARK", { "mark" }, NUMBER, TABLE_RIGHT },
    { "REALISED", { "realised_pnl" }, MONEY, TABLE_RIGHT },
    { "UNREALISED", { "unrealised_pnl" }, MONEY, TABLE_RIGHT },
    { "FEES", { "fees" }, NUMBER, TABLE_RIGHT },
    { NULL },
};

static int by_bot_and_symbol(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = strcmp(show_text(a, "bot"), show_text(b, "bot"));

    return order ? order : strcmp(show_text(a, "symbol"), show_text(b, "symbol"));
}

/* Rows that have no time stand in an order that people can find things in. Returns [owned]. */
static json_t *sorted(const json_t *rows)
{
    size_t count = json_array_size(rows);
    _cleanup_free_ json_t **list = calloc(count + 1, sizeof(json_t *));
    json_t *result = json_array();

    for (size_t i = 0; list && i < count; i++)
        list[i] = json_array_get(rows, i);
    if (list)
        qsort(list, count, sizeof(json_t *), by_bot_and_symbol);
    for (size_t i = 0; list && i < count; i++)
        json_array_append(result, list[i]);
    return result;
}

static const json_t *member(const json_t *row, const struct column *column)
{
    for (int k = 0; k < NAMES_MAX && column->keys[k]; k++) {
        const json_t *value = json_object_get(row, column->keys[k]);

        if (value)
            return value;
    }
    return NULL;
}

static int any_row_has(const json_t *rows, const struct column *column)
{
    const json_t *row;
    size_t i;

    json_array_foreach((json_t *)rows, i, row)
    {
        if (member(row, column))
            return 1;
    }
    return json_array_size(rows) == 0;
}

static void print_member(struct table *table, const json_t *row, const struct column *column)
{
    char room[TABLE_CELL_MAX], small[SHOW_MAX];
    const char *text = show_value(member(row, column), room, sizeof room);

    switch (column->kind) {
    case TIME:
        table_cell(table, show_time(text, small), COLOUR_NONE);
        break;
    case MONEY:
        text = show_money(text, 2, small);
        table_cell(table, text, show_sign_colour(text));
        break;
    case OPTIONAL:
        table_cell(table, strspn(text, "0.") == strlen(text) ? "-" : text, COLOUR_NONE);
        break;
    case PRICE:
    case RATIO:
        if (json_is_number(member(row, column))) {
            snprintf(small, sizeof small, column->kind == PRICE ? "%.7g" : "%.2f",
                     json_number_value(member(row, column)));
            text = small;
        }
        table_cell(table, text, COLOUR_NONE);
        break;
    case STATUS:
        table_cell(table, text, show_status_colour(text));
        break;
    default:
        table_cell(table, text, COLOUR_NONE);
        break;
    }
}

static int print_table(const json_t *rows, const struct column *columns)
{
    const struct column *shown[COLUMNS_MAX];
    struct table_style style = table_style_stdout();
    struct table *table = table_new();
    uint32_t count = 0;
    const json_t *row;
    size_t i;
    int r;

    if (!table)
        return -1;
    for (; columns->title && count < COLUMNS_MAX; columns++) {
        if (!any_row_has(rows, columns))
            continue;
        table_column(table, columns->title, columns->flags);
        shown[count++] = columns;
    }
    json_array_foreach((json_t *)rows, i, row)
    {
        for (uint32_t k = 0; k < count; k++)
            print_member(table, row, shown[k]);
    }
    r = table_print(table, &style, stdout);
    table_free(table);
    return r;
}

static int print_csv_cell(const char *text, int first)
{
    size_t capacity = 2 * strlen(text) + 8; /* every quote doubled, and the quotes around it */
    _cleanup_free_ char *cell = malloc(capacity);

    if (!first)
        putchar(',');
    if (!cell || bothy_csv_quote(text, strlen(text), ',', 0, cell, capacity) < 0)
        return -1;
    fputs(cell, stdout);
    return 0;
}

/* Whole, as the host said it: programs read this. */
static int print_csv_value(const json_t *value, int first)
{
    _cleanup_free_ char *dump = NULL;

    if (!value || json_is_null(value))
        return print_csv_cell("", first);
    if (json_is_string(value))
        return print_csv_cell(json_string_value(value), first);
    dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    return dump ? print_csv_cell(dump, first) : -1;
}

/* Columns are the members of the first row; without rows those that a table would have. */
static int print_csv(const json_t *rows, const struct column *columns)
{
    json_t *head = json_array_get(rows, 0), *value;
    const json_t *row;
    const char *key;
    int first = 1, r = 0;
    size_t i;

    for (; !head && columns->title; columns++, first = 0)
        r |= print_csv_cell(columns->keys[0], first);
    json_object_foreach(head, key, value)
    {
        r |= print_csv_cell(key, first);
        first = 0;
    }
    putchar('\n');
    json_array_foreach((json_t *)rows, i, row)
    {
        first = 1;
        json_object_foreach(head, key, value)
        {
            r |= print_csv_value(json_object_get(row, key), first);
            first = 0;
        }
        putchar('\n');
    }
    return r;
}

static int make_filter(const struct ctl *ctl, const struct ctl_args *args, json_t **ret_filter)
{
    static const char *const texts[] = { "bot", "symbol", "since" };
    const char *limit = ctl_option(args, "limit"), *since = ctl_option(args, "since");
    json_t *filter;
    int64_t number;

    if (since && bothy_time_parse(since, strlen(since), &number) < 0)
        return ctl_usage(ctl,
                         "--since %s: not a time; write it like 2024-08-08T12:00:00Z or "
                         "2024-08-08",
                         since);
    if (limit &&
        (bothy_int64_parse(limit, strlen(limit), &number) < 0 || number < 0 || number > UINT32_MAX))
        return ctl_usage(ctl, "--limit %s: not a whole number from 0 (all) on", limit);
    filter = json_object();
    if (limit)
        json_object_set_new(filter, "limit", json_integer(number));
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const char *value = ctl_option(args, texts[i]);

        if (value && json_object_set_new(filter, texts[i], json_string(value)) < 0) {
            json_decref(filter);
            return ctl_usage(ctl, "--%s: not UTF-8 text", texts[i]);
        }
    }
    if (ctl_option(args, "all-runs"))
        json_object_set_new(filter, "all_runs", json_true());
    *ret_filter = filter;
    return CTL_OK;
}

static int print_rows(struct ctl *ctl, const struct ctl_args *args, const char *command,
                      const struct column *columns)
{
    const char *format = ctl_option(args, "format");
    json_t *filter = NULL, *rows = NULL;
    int csv = format && strcmp(format, "csv") == 0;
    int r;

    if (format && !csv && strcmp(format, "json") != 0 && strcmp(format, "table") != 0)
        return ctl_usage(ctl, "--format %s: use table, csv or json", format);
    if (format && strcmp(format, "json") == 0)
        ctl->json = 1;
    if (csv && ctl->json)
        return ctl_usage(ctl, "--json and --format csv exclude each other");
    r = make_filter(ctl, args, &filter);
    if (r == CTL_OK)
        r = client_ask(ctl, command, filter, &rows);
    if (r != CTL_OK)
        return r;
    if (columns == position_columns && !ctl->json) {
        json_t *ordered = sorted(rows);

        json_decref(rows);
        rows = ordered;
    }
    if (ctl->json)
        r = ctl_print_json(ctl, rows);
    else if ((csv ? print_csv(rows, columns) : print_table(rows, columns)) < 0)
        r = ctl_fail(ctl, CTL_ERROR, "a row cannot be written, or there is no memory");
    json_decref(rows);
    return r;
}

int command_signals(struct ctl *ctl, const struct ctl_args *args)
{
    return print_rows(ctl, args, "signals", signal_columns);
}

int command_orders(struct ctl *ctl, const struct ctl_args *args)
{
    return print_rows(ctl, args, "orders", order_columns);
}

int command_trades(struct ctl *ctl, const struct ctl_args *args)
{
    return print_rows(ctl, args, "trades", trade_columns);
}

int command_actions(struct ctl *ctl, const struct ctl_args *args)
{
    return print_rows(ctl, args, "actions", action_columns);
}

int command_positions(struct ctl *ctl, const struct ctl_args *args)
{
    return print_rows(ctl, args, "positions", position_columns);
}
