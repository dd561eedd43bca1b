/*
 * Decimals beside doubles: text of typical prices to a value and back, and arithmetic. Each
 * operation goes through an array that fits the first cache, so that neither the branches nor
 * the values are always the same.
 */
#include "bench.h"

#include <bothy/decimal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 256

struct texts {
    char text[COUNT][24];
    size_t length[COUNT];
    struct bothy_decimal value[COUNT];
    struct bothy_decimal other[COUNT]; /* sizes, at another exponent */
    double number[COUNT];
    double other_number[COUNT];
};

static void parse(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal value;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_parse(texts->text[i % COUNT], texts->length[i % COUNT], &value);
        BENCH_KEEP_AT(&value);
    }
}

static void parse_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(strtod(texts->text[i % COUNT], NULL));
}

static void format(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    char text[BOTHY_DECIMAL_TEXT_MAX];
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_format(texts->value[i % COUNT], text, sizeof text);
        BENCH_KEEP_AT(text);
    }
}

static void format_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    char text[64];
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        snprintf(text, sizeof text, "%g", texts->number[i % COUNT]);
        BENCH_KEEP_AT(text);
    }
}

static void add(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal sum;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_add(texts->value[i % COUNT], texts->value[(i + 1) % COUNT], &sum);
        BENCH_KEEP_AT(&sum);
    }
}

/* Exponents differ: one side is brought to the other's scale. */
static void add_scales(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal sum;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_add(texts->value[i % COUNT], texts->other[i % COUNT], &sum);
        BENCH_KEEP_AT(&sum);
    }
}

static void add_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(texts->number[i % COUNT] + texts->other_number[i % COUNT]);
}

static void multiply(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal product;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_multiply(texts->value[i % COUNT], texts->other[i % COUNT], &product);
        BENCH_KEEP_AT(&product);
    }
}

static void multiply_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(texts->number[i % COUNT] * texts->other_number[i % COUNT]);
}

static void multiply_to(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal product;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_multiply_to(texts->value[i % COUNT], texts->other[i % COUNT], -4,
                                  BOTHY_ROUND_HALF_EVEN, &product);
        BENCH_KEEP_AT(&product);
    }
}

static void divide(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal quotient;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_divide(texts->value[i % COUNT], texts->other[i % COUNT], -4,
                             BOTHY_ROUND_HALF_EVEN, &quotient);
        BENCH_KEEP_AT(&quotient);
    }
}

static void divide_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(texts->number[i % COUNT] / texts->other_number[i % COUNT]);
}

static void compare(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(bothy_decimal_compare(texts->value[i % COUNT], texts->value[(i + 1) % COUNT]));
}

static void compare_scales(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(bothy_decimal_compare(texts->value[i % COUNT], texts->other[i % COUNT]));
}

static void compare_reference(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(texts->number[i % COUNT] < texts->number[(i + 1) % COUNT]);
}

static void round_to_step(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal step = bothy_decimal_make(5, -1);
    struct bothy_decimal value;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_round_to_step(texts->value[i % COUNT], step, BOTHY_ROUND_DOWN, &value);
        BENCH_KEEP_AT(&value);
    }
}

static void to_double(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    uint64_t i;

    for (i = 0; i < iterations; i++)
        BENCH_KEEP(bothy_decimal_to_double(texts->value[i % COUNT]));
}

static void from_double(void *context, uint64_t iterations)
{
    const struct texts *texts = context;
    struct bothy_decimal value;
    uint64_t i;

    for (i = 0; i < iterations; i++) {
        bothy_decimal_from_double(texts->number[i % COUNT], -2, BOTHY_ROUND_HALF_EVEN, &value);
        BENCH_KEEP_AT(&value);
    }
}

static void make_texts(struct texts *texts)
{
    uint32_t random = 12345;
    int i;

    for (i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        texts->value[i] = bothy_decimal_make(6400000 + (random >> 8) % 99999, -2);
        texts->other[i] = bothy_decimal_make(1 + (random >> 10) % 5000000, -6);
        texts->length[i] =
            (size_t)bothy_decimal_format(texts->value[i], texts->text[i], sizeof texts->text[i]);
        texts->number[i] = bothy_decimal_to_double(texts->value[i]);
        texts->other_number[i] = bothy_decimal_to_double(texts->other[i]);
    }
}

int main(int argc, char **argv)
{
    static struct texts texts;

    make_texts(&texts);
    bench_begin(argc, argv);
    bench_run_beside("decimal.parse", "ns", parse, parse_reference, &texts);
    bench_run_beside("decimal.format", "ns", format, format_reference, &texts);
    bench_run_beside("decimal.add", "ns", add, add_reference, &texts);
    bench_run_beside("decimal.add_scales", "ns", add_scales, add_reference, &texts);
    bench_run_beside("decimal.multiply", "ns", multiply, multiply_reference, &texts);
    bench_run("decimal.multiply_to", "ns", multiply_to, &texts);
    bench_run_beside("decimal.divide", "ns", divide, divide_reference, &texts);
    bench_run_beside("decimal.compare", "ns", compare, compare_reference, &texts);
    bench_run_beside("decimal.compare_scales", "ns", compare_scales, compare_reference, &texts);
    bench_run("decimal.round_to_step", "ns", round_to_step, &texts);
    bench_run("decimal.to_double", "ns", to_double, &texts);
    bench_run("decimal.from_double", "ns", from_double, &texts);
    return bench_end();
}
