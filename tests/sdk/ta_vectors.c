/*
 * Every series of indicators_talib.json: same first valid bar, values equal to 1e-9 relative.
 * A value that is zero but for the rounding of running sums (theirs or ours) passes within
 * 1e-14 of the largest value of its series.
 */
#include <math.h>
#include <string.h>

#include <jansson.h>

#include <bothy/ta.h>

#include "suite.h"

#define BARS_MAX 5000

static struct bothy_ta_bar bars[BARS_MAX];
static size_t bar_count;
static json_t *document;

static int read_bars(const char *path, size_t wanted)
{
    FILE *file = fopen(path, "re");
    char line[256];

    if (!file)
        return -1;
    while (bar_count < wanted && bar_count < BARS_MAX && fgets(line, sizeof line, file)) {
        struct bothy_ta_bar *bar = &bars[bar_count];

        if (sscanf(line, "%*[^,],%lf,%lf,%lf,%lf,%lf", &bar->open, &bar->high, &bar->low,
                   &bar->close, &bar->volume) == 5)
            bar_count++;
    }
    fclose(file);
    return bar_count == wanted ? 0 : -1;
}

static void read_parameters(const struct bothy_ta_info *info, const json_t *params, double *values)
{
    size_t used = 0;

    for (uint32_t k = 0; k < info->parameter_count; k++) {
        const struct bothy_ta_parameter *parameter = &info->parameters[k];
        const json_t *value = json_object_get(params, parameter->name);

        values[k] = parameter->default_value;
        if (!value)
            continue;
        used++;
        if (json_is_string(value)) {
            ck_assert_ptr_nonnull(parameter->choices);
            ck_assert_str_eq(parameter->choices, "sma|wilder");
            values[k] = strcmp(json_string_value(value), "wilder") == 0;
        } else {
            values[k] = json_number_value(value);
        }
    }
    ck_assert_uint_eq(used, json_object_size(params));
}

START_TEST(series)
{
    const json_t *entry = json_array_get(json_object_get(document, "cases"), (size_t)_i);
    const char *name = json_string_value(json_object_get(entry, "indicator"));
    const char *output = json_string_value(json_object_get(entry, "output"));
    const json_t *values = json_object_get(entry, "values");
    const struct bothy_ta_info *info = bothy_ta_find(name);
    double parameters[BOTHY_TA_PARAMETERS_MAX], ring[1024], scale = 0;
    static double results[BARS_MAX * BOTHY_TA_OUTPUTS_MAX];
    struct bothy_error error = { 0 };
    struct bothy_ta ta;
    uint32_t column = 0;
    int64_t first, rows;

    ck_assert_msg(info != NULL, "no indicator %s", name);
    while (column < info->output_count && strcmp(info->outputs[column], output) != 0)
        column++;
    ck_assert_msg(column < info->output_count, "%s has no output %s", name, output);
    read_parameters(info, json_object_get(entry, "params"), parameters);
    ck_assert_uint_le(bothy_ta_ring_length(info, parameters), 1024);
    ck_assert_msg(bothy_ta_init(&ta, info, parameters, ring, 1024, &error) == 0, "%s", error.text);

    rows = bothy_ta_run(&ta, bars, bar_count, results, NULL);
    first = json_integer_value(json_object_get(entry, "first_valid"));
    ck_assert_int_eq((int64_t)bar_count - rows, first);
    ck_assert_int_eq(bothy_ta_first_valid(info, parameters), first);

    for (size_t k = 0; k < json_array_size(values); k++)
        scale = fmax(scale, fabs(json_number_value(json_array_get(json_array_get(values, k), 1))));
    for (size_t k = 0; k < json_array_size(values); k++) {
        const json_t *pair = json_array_get(values, k);
        int64_t row = json_integer_value(json_array_get(pair, 0)) - first;
        double expected = json_number_value(json_array_get(pair, 1));
        double got = results[(size_t)row * info->output_count + column];
        double off = fabs(got - expected);

        ck_assert_msg(off <= fmax(1e-9 * fabs(expected), 1e-14 * scale),
                      "%s.%s bar %lld: %.17g, expected %.17g", name, output,
                      (long long)(row + first), got, expected);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("ta_vectors");
    TCase *tcase = tcase_create("series");

    tcase_add_loop_test(tcase, series, 0, (int)json_array_size(json_object_get(document, "cases")));
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    char vectors[4096], csv[4096];
    const char *path = shared_path("data/vectors/indicators_talib.json");
    SRunner *runner;
    int failed;

    if (!path)
        return skip_all("no shared data: data/vectors/indicators_talib.json");
    snprintf(vectors, sizeof vectors, "%s", path);
    document = json_load_file(vectors, 0, NULL);
    snprintf(csv, sizeof csv, "data/market/ohlcv/%s",
             json_string_value(json_object_get(document, "source")));
    path = shared_path(csv);
    if (!path)
        return skip_all("no shared data: the bars of indicators_talib.json");
    if (read_bars(path, (size_t)json_integer_value(json_object_get(document, "bars"))) < 0) {
        printf("Bail out! cannot read %s\n", path);
        return EXIT_FAILURE;
    }
    runner = srunner_create(make_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    json_decref(document);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
