/*
 * What the mock host keeps of a plugin's doings, and the questions that a test asks about it.
 */
#include "mock_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 10000000

/* ---- lists ---- */

void *mock_list_add(struct mock_list *list, const void *data, size_t length)
{
    void *copy;

    if (list->count == RECORDS_MAX)
        return NULL;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        void **grown = realloc(list->items, capacity * sizeof *grown);

        if (!grown)
            return NULL;
        list->items = grown;
        list->capacity = capacity;
    }
    copy = malloc(length ? length : 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, data, length);
    list->items[list->count++] = copy;
    return copy;
}

void mock_list_clear(struct mock_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

void *mock_list_get(const struct mock_list *list, uint32_t index)
{
    return index < list->count ? list->items[index] : NULL;
}

int32_t mock_fault(struct bothy_mock *mock, int32_t code, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mock_list_add(&mock->faults, text, strlen(text) + 1);
    return code;
}

void bothy_mock_forget(struct bothy_mock *mock)
{
    mock_list_clear(&mock->faults);
    mock_list_clear(&mock->subscriptions);
    mock_list_clear(&mock->signals);
    mock_list_clear(&mock->orders);
    mock_list_clear(&mock->cancels);
    mock_list_clear(&mock->lines);
    mock_list_clear(&mock->notices);
    mock_list_clear(&mock->published);
    free(mock->state);
    mock->state = NULL;
    mock->state_length = 0;
    for (uint32_t i = 0; i < mock->metric_count; i++)
        mock->metrics[i].count = 0;
}

/* ---- faults, subscriptions ---- */

uint32_t bothy_mock_fault_count(const struct bothy_mock *mock)
{
    return mock->faults.count;
}

const char *bothy_mock_fault(const struct bothy_mock *mock, uint32_t index)
{
    return mock_list_get(&mock->faults, index);
}

uint32_t bothy_mock_subscription_count(const struct bothy_mock *mock)
{
    return mock->subscriptions.count;
}

const struct bothy_subscription *bothy_mock_subscription(const struct bothy_mock *mock,
                                                         uint32_t index)
{
    return mock_list_get(&mock->subscriptions, index);
}

const struct bothy_subscription *bothy_mock_subscribed(const struct bothy_mock *mock,
                                                       uint32_t symbol, uint32_t feeds)
{
    for (uint32_t i = 0; i < mock->subscriptions.count; i++) {
        const struct bothy_subscription *s = mock->subscriptions.items[i];

        if (s->instrument == bothy_mock_instrument(mock, symbol) && (s->feeds & feeds) == feeds)
            return s;
    }
    return NULL;
}

/* ---- signals, orders ---- */

uint32_t bothy_mock_signal_count(const struct bothy_mock *mock)
{
    return mock->signals.count;
}

const struct bothy_signal *bothy_mock_signal(const struct bothy_mock *mock, uint32_t index)
{
    const struct mock_signal *kept = mock_list_get(&mock->signals, index);

    return kept ? &kept->signal : NULL;
}

uint64_t bothy_mock_signal_tag(const struct bothy_mock *mock, uint32_t index)
{
    const struct mock_signal *kept = mock_list_get(&mock->signals, index);

    return kept ? kept->tag : 0;
}

uint32_t bothy_mock_order_count(const struct bothy_mock *mock)
{
    return mock->orders.count;
}

const struct bothy_order_request *bothy_mock_order(const struct bothy_mock *mock, uint32_t index)
{
    const struct mock_order *kept = mock_list_get(&mock->orders, index);

    return kept ? &kept->request : NULL;
}

uint64_t bothy_mock_order_id(const struct bothy_mock *mock, uint32_t index)
{
    const struct mock_order *kept = mock_list_get(&mock->orders, index);

    return kept ? kept->id : 0;
}

uint32_t bothy_mock_cancel_count(const struct bothy_mock *mock)
{
    return mock->cancels.count;
}

uint64_t bothy_mock_cancel(const struct bothy_mock *mock, uint32_t index)
{
    const uint64_t *id = mock_list_get(&mock->cancels, index);

    return id ? *id : 0;
}

/* ---- timers, lines ---- */

uint32_t bothy_mock_timer_count(const struct bothy_mock *mock)
{
    return mock->timer_count;
}

const struct bothy_mock_timer *bothy_mock_timer(const struct bothy_mock *mock, uint32_t index)
{
    return index < mock->timer_count ? &mock->timers[index] : NULL;
}

uint32_t bothy_mock_line_count(const struct bothy_mock *mock)
{
    return mock->lines.count;
}

const struct bothy_mock_line *bothy_mock_line(const struct bothy_mock *mock, uint32_t index)
{
    return mock_list_get(&mock->lines, index);
}

const char *bothy_mock_last_line(const struct bothy_mock *mock)
{
    const struct bothy_mock_line *line = mock_list_get(&mock->lines, mock->lines.count - 1);

    return line ? line->text : "";
}

uint32_t bothy_mock_notice_count(const struct bothy_mock *mock)
{
    return mock->notices.count;
}

const struct bothy_mock_line *bothy_mock_notice(const struct bothy_mock *mock, uint32_t index)
{
    return mock_list_get(&mock->notices, index);
}

/* ---- metrics, state ---- */

static const struct mock_metric *find_metric(const struct bothy_mock *mock, const char *name)
{
    for (uint32_t i = 0; i < mock->metric_count; i++) {
        if (strcmp(mock->metrics[i].name, name) == 0)
            return &mock->metrics[i];
    }
    return NULL;
}

struct mock_metric *mock_metric_make(struct bothy_mock *mock, const char *name, uint32_t most)
{
    const struct mock_metric *found = find_metric(mock, name);

    if (found)
        return &mock->metrics[found - mock->metrics];
    if (mock->metric_count >= most)
        return NULL;
    snprintf(mock->metrics[mock->metric_count].name, sizeof mock->metrics[0].name, "%s", name);
    return &mock->metrics[mock->metric_count++];
}

double bothy_mock_gauge(const struct bothy_mock *mock, const char *name)
{
    const struct mock_metric *metric = find_metric(mock, name);

    return metric ? metric->value : 0;
}

uint64_t bothy_mock_counter(const struct bothy_mock *mock, const char *name)
{
    const struct mock_metric *metric = find_metric(mock, name);

    return metric ? metric->count : 0;
}

const char *bothy_mock_metric_name(const struct bothy_mock *mock, uint32_t index)
{
    return index < mock->metric_count ? mock->metrics[index].name : NULL;
}

uint64_t bothy_mock_counter_sum(const struct bothy_mock *mock, const char *prefix)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < mock->metric_count; i++) {
        if (strncmp(mock->metrics[i].name, prefix, strlen(prefix)) == 0)
            sum += mock->metrics[i].count;
    }
    return sum;
}

const void *bothy_mock_state(const struct bothy_mock *mock, size_t *ret_length)
{
    *ret_length = mock->state_length;
    return mock->state;
}

uint32_t bothy_mock_published_count(const struct bothy_mock *mock)
{
    return mock->published.count;
}

const struct bothy_event *bothy_mock_published(const struct bothy_mock *mock, uint32_t index)
{
    return mock_list_get(&mock->published, index);
}
