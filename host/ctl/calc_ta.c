/*
 * bothyctl ta: an indicator over the bars of a file. Which there are, their parameters and
 * outputs, is libbothy's table; this file turns the command line into parameters and the
 * values into CSV or JSON.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "ctl/calc.h"
#include "ctl/calc_bars.h"
#include "ctl/calc_options.h"

/* What the command line says, and what comes of it. */
struct run {
    const struct bothy_ta_info *info;
    double parameters[BOTHY_TA_PARAMETERS_MAX];
    const char *choices[BOTHY_TA_PARAMETERS_MAX]; /* of parameters that have words */
    const char *path;
    struct calc_bars bars;
    double *values; /* of rows × outputs */
    int64_t rows;
};

static int print_list(void)
{
    const struct bothy_ta_info *info;

    printf("Usage: bothyctl [--json] ta NAME [--PARAMETER VALUE]... FILE\n\n"
           "Computes an indicator over the bars of a CSV file with a header line (columns high,\n"
           "low, close, volume, as the indicator needs them; '-' is standard input). Prints the\n"
           "bar's index, counted from 0, and the values, from the first bar that has any.\n\n");
    for (uint32_t k = 0; (info = bothy_ta_get(k)) != NULL; k++) {
        printf("  %-14s %s\n", info->name, info->doc);
        for (uint32_t j = 0; j < info->parameter_count; j++) {
            const struct bothy_ta_parameter *p = &info->parameters[j];

            if (p->choices)
                printf("  %-14s   --%s %s\n", "", p->name, p->choices);
            else
                printf("  %-14s   --%s %g\n", "", p->name, p->default_value);
        }
    }
    return calc_finish();
}

/* A parameter with words ("sma|wilder") has the index of one of them for its value. */
static size_t choice_length(const char *choices)
{
    return strcspn(choices, "|");
}

static int choice_find(const char *choices, const char *word)
{
    for (int index = 0;; index++) {
        size_t length = choice_length(choices);

        if (strlen(word) == length && strncmp(choices, word, length) == 0)
            return index;
        if (choices[length] == '\0')
            return -1;
        choices += length + 1;
    }
}

static void choice_text(const char *choices, double value, char *text, size_t capacity)
{
    for (int index = (int)value; index > 0; index--)
        choices += choice_length(choices) + 1;
    snprintf(text, capacity, "%.*s", (int)choice_length(choices), choices);
}

/* Reads the options of this indicator into `run`. */
static int parse(struct run *run, int argc, char **argv, int *json, int *ret_exit)
{
    const struct bothy_ta_info *info = run->info;
    struct calc_option options[BOTHY_TA_PARAMETERS_MAX + 1] = { { .name = NULL } };
    char docs[BOTHY_TA_PARAMETERS_MAX][96], name[64];
    const struct calc_command command = {
        .name = name, .arguments = "FILE", .doc = info->doc, .options = options
    };

    snprintf(name, sizeof name, "ta %s", info->name);
    for (uint32_t k = 0; k < info->parameter_count; k++) {
        const struct bothy_ta_parameter *parameter = &info->parameters[k];

        run->parameters[k] = parameter->default_value;
        options[k].name = parameter->name;
        options[k].value_name = parameter->choices ? "WORD" : "N";
        options[k].doc = docs[k];
        if (parameter->choices) {
            snprintf(docs[k], sizeof docs[k], "one of %s (default %.*s)", parameter->choices,
                     (int)choice_length(parameter->choices), parameter->choices);
            options[k].text = &run->choices[k];
        } else {
            snprintf(docs[k], sizeof docs[k], "from %g to %.15g (default %g)", parameter->minimum,
                     parameter->maximum, parameter->default_value);
            options[k].number = &run->parameters[k];
        }
    }
    if (calc_options_parse(&command, argc, argv, json, &run->path, ret_exit) == CALC_DONE)
        return CALC_DONE;
    for (uint32_t k = 0; k < info->parameter_count; k++) {
        int index;

        if (!run->choices[k])
            continue;
        index = choice_find(info->parameters[k].choices, run->choices[k]);
        if (index < 0) {
            *ret_exit = calc_usage(name, "--%s: '%s' is none of %s", info->parameters[k].name,
                                   run->choices[k], info->parameters[k].choices);
            return CALC_DONE;
        }
        run->parameters[k] = index;
    }
    if (!run->path) {
        *ret_exit = calc_usage(name, "FILE is missing ('-' reads standard input)");
        return CALC_DONE;
    }
    return 0;
}

static int compute(struct run *run, struct bothy_error *error)
{
    size_t length = bothy_ta_ring_length(run->info, run->parameters);
    _cleanup_free_ double *ring = calloc(length + 1, sizeof *ring);
    struct bothy_ta ta;
    size_t bad = 0;
    int32_t r;

    run->values = calloc(run->bars.count + 1, run->info->output_count * sizeof *run->values);
    if (!ring || !run->values)
        return bothy_fail(error, BOTHY_ENOMEM, "out of memory");
    r = bothy_ta_init(&ta, run->info, run->parameters, ring, length, error);
    if (r < 0)
        return r;
    run->rows = bothy_ta_run(&ta, run->bars.bars, run->bars.count, run->values, &bad);
    if (run->rows < 0) {
        error->line = (uint32_t)run->bars.lines[bad];
        return bothy_fail(error, BOTHY_EINVAL,
                          "not a bar: the high is below the low, a volume is negative or a number "
                          "is out of range");
    }
    return 0;
}

static void print_csv(const struct run *run)
{
    uint32_t width = run->info->output_count;
    const double *value = run->values;
    size_t index = run->bars.count - (size_t)run->rows;

    fputs("index", stdout);
    for (uint32_t k = 0; k < width; k++)
        printf(",%s", run->info->outputs[k]);
    for (; index < run->bars.count; index++) {
        printf("\n%zu", index);
        for (uint32_t k = 0; k < width; k++, value++) {
            if (isfinite(*value))
                printf(",%.17g", *value);
            else
                putchar(',');
        }
    }
    putchar('\n');
}

static void print_json(const struct run *run)
{
    const struct bothy_ta_info *info = run->info;
    const double *value = run->values;
    size_t first = run->bars.count - (size_t)run->rows;

    printf("{\"indicator\": \"%s\", \"params\": {", info->name);
    for (uint32_t k = 0; k < info->parameter_count; k++) {
        const struct bothy_ta_parameter *parameter = &info->parameters[k];
        char text[32];

        printf("%s\"%s\": ", k > 0 ? ", " : "", parameter->name);
        if (parameter->choices) {
            choice_text(parameter->choices, run->parameters[k], text, sizeof text);
            printf("\"%s\"", text);
        } else {
            printf("%.15g", run->parameters[k]);
        }
    }
    printf("}, \"bars\": %zu, \"first_valid\": %u, \"columns\": [\"index\"", run->bars.count,
           bothy_ta_first_valid(info, run->parameters));
    for (uint32_t k = 0; k < info->output_count; k++)
        printf(", \"%s\"", info->outputs[k]);
    fputs("], \"values\": [", stdout);
    for (size_t index = first; index < run->bars.count; index++) {
        printf("%s[%zu", index > first ? ",\n" : "\n", index);
        for (uint32_t k = 0; k < info->output_count; k++, value++) {
            if (isfinite(*value))
                printf(", %.17g", *value);
            else
                fputs(", null", stdout);
        }
        putchar(']');
    }
    puts("]}");
}

static int report(const struct bothy_error *error)
{
    if (error->line > 0)
        fprintf(stderr, "%s:%u: %s\n", error->where, error->line, error->text);
    else
        fprintf(stderr, "%s: %s\n", error->where, error->text);
    return CALC_EXIT_ERROR;
}

static int run_indicator(struct run *run, int json)
{
    struct bothy_error error = { .code = 0 };

    if (calc_bars_read(&run->bars, run->path, run->info->inputs, &error) < 0 ||
        compute(run, &error) < 0)
        return report(&error);
    if (run->rows == 0)
        fprintf(stderr, "bothyctl ta: warning: %s has %zu bars, %s needs %u for its first value\n",
                run->path, run->bars.count, run->info->name,
                bothy_ta_first_valid(run->info, run->parameters) + 1);
    if (json)
        print_json(run);
    else
        print_csv(run);
    return calc_finish();
}

/* The place of the indicator's name: the first argument that is no --json. */
static int find_name(int argc, char **argv, int *json)
{
    int k = 1;

    for (; k < argc && strcmp(argv[k], "--json") == 0; k++)
        *json = 1;
    return k;
}

int calc_ta(int argc, char **argv, int json)
{
    struct run run = { .info = NULL };
    struct bothy_error error = { .code = 0 };
    int name = find_name(argc, argv, &json);
    int status;

    if (name >= argc)
        return calc_usage("ta", "the name of an indicator is missing");
    if (strcmp(argv[name], "--help") == 0)
        return print_list();
    run.info = bothy_ta_find(argv[name]);
    if (!run.info)
        return calc_usage("ta", "there is no indicator '%s'; --help lists them", argv[name]);
    if (parse(&run, argc - name, argv + name, &json, &status) == CALC_DONE)
        return status;
    if (bothy_ta_check(run.info, run.parameters, &error) < 0)
        return calc_usage("ta", "%s", error.text);
    status = run_indicator(&run, json);
    calc_bars_free(&run.bars);
    free(run.values);
    return status;
}
