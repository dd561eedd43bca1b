/*
 * The calculators as scripts see them: exit status, standard output, standard error.
 */
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "ctl/calc.h"

#include "suite.h"

#define OUTPUT_MAX (512 * 1024)

typedef int calculator(int argc, char **argv, int json);

static char output[OUTPUT_MAX], errors[OUTPUT_MAX], bars_path[] = "/tmp/bothy-calc-XXXXXX";

static void read_back(FILE *file, char *text)
{
    size_t length;

    rewind(file);
    length = fread(text, 1, OUTPUT_MAX - 1, file);
    text[length] = '\0';
    fclose(file);
}

/* Runs a calculator on words separated by blanks, with stdout and stderr in files. */
static int run(calculator *calculate, const char *line, int json)
{
    char words[1024], *argv[64], *save = NULL;
    FILE *out = tmpfile(), *err = tmpfile();
    int out_was = dup(STDOUT_FILENO), err_was = dup(STDERR_FILENO);
    int argc = 0, status;

    ck_assert(out && err && out_was >= 0 && err_was >= 0);
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    argv[argc] = NULL;
    fflush(stdout);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    status = calculate(argc, argv, json);
    fflush(stdout);
    fflush(stderr);
    dup2(out_was, STDOUT_FILENO);
    dup2(err_was, STDERR_FILENO);
    close(out_was);
    close(err_was);
    read_back(out, output);
    read_back(err, errors);
    return status;
}

static json_t *run_json(calculator *calculate, const char *line)
{
    json_error_t error;
    json_t *document;

    ck_assert_int_eq(run(calculate, line, 1), 0);
    document = json_loads(output, 0, &error);
    ck_assert_msg(document != NULL, "%s: %s", error.text, output);
    return document;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    ck_assert_msg(json_is_number(value), "%s is no number in %s", key, output);
    return json_number_value(value);
}

static void write_bars(const char *text)
{
    FILE *file = fopen(bars_path, "we");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* `ta ARGUMENTS FILE` on a file that holds `text`. */
static int run_ta(const char *arguments, const char *text)
{
    char line[512];

    write_bars(text);
    snprintf(line, sizeof line, "%s %s", arguments, bars_path);
    return run(calc_ta, line, 0);
}

START_TEST(tpsl_prints_levels)
{
    json_t *o = run_json(calc_tpsl, "tpsl --entry 100 --dir long --atr 2.5");

    ck_assert_double_eq_tol(number(o, "stop_loss"), 96.221875, 1e-9);
    ck_assert_double_eq_tol(number(o, "take_profit_1"), 105, 1e-9);
    ck_assert_double_eq_tol(number(o, "take_profit_2"), 108.75, 1e-9);
    ck_assert(json_is_null(json_object_get(o, "take_profit_3")));
    ck_assert_double_eq_tol(number(o, "risk_reward_1"), 1.323408, 1e-6);
    ck_assert_double_eq_tol(number(o, "risk_reward_2"), 2.315964, 1e-6);
    ck_assert_double_eq_tol(number(o, "risk_amount"), 3.778125, 1e-9);
    ck_assert(json_is_true(json_object_get(o, "valid")));
    ck_assert(json_is_null(json_object_get(o, "rejection_reason")));
    ck_assert_uint_eq(json_array_size(json_object_get(o, "reasons")), 0);
    ck_assert_str_eq(errors, "");
    json_decref(o);
}
END_TEST

START_TEST(tpsl_rejection_is_no_failure)
{
    json_t *o = run_json(calc_tpsl, "tpsl --entry=100 --dir=long --atr=5 --tp1=5");

    ck_assert(json_is_false(json_object_get(o, "valid")));
    ck_assert_str_eq(json_string_value(json_object_get(o, "rejection_reason")),
                     "SL too far (7.6% > 5.0%)");
    ck_assert_uint_eq(json_array_size(json_object_get(o, "reasons")), 2);
    json_decref(o);
    o = run_json(calc_tpsl, "tpsl --entry 100 --dir short --method structure");
    ck_assert_str_eq(json_string_value(json_object_get(o, "rejection_reason")),
                     "No swing high for SHORT structure");
    ck_assert_double_eq(number(o, "stop_loss"), 0);
    json_decref(o);
    o = run_json(calc_tpsl, "tpsl --entry -1 --dir short --atr 1");
    ck_assert_str_eq(json_string_value(json_object_get(o, "rejection_reason")),
                     "Invalid entry: -1 is not above 0");
    json_decref(o);
}
END_TEST

START_TEST(tpsl_takes_every_option)
{
    json_t *o = run_json(calc_tpsl, "tpsl --entry 100 --dir SHORT --method fibonacci --swing-high "
                                    "102 --swing-low 90 --min-rr 1.8 --buffer-pct 1 --max-sl-pct "
                                    "3.1 --min-sl-pct 3");

    ck_assert_double_eq_tol(number(o, "stop_loss"), 103.02, 1e-9);
    ck_assert_double_eq_tol(number(o, "take_profit_3"), 80.584, 1e-9);
    ck_assert(json_is_true(json_object_get(o, "valid")));
    json_decref(o);
    o = run_json(calc_tpsl, "tpsl --entry 100 --dir long --method volatility --volatility-pct 2 "
                            "--sl 9 --tp1 2 --tp2 3 --tp3 4 --custom-sl 97.5");
    ck_assert_double_eq_tol(number(o, "stop_loss"), 97.5, 1e-9);
    ck_assert_double_eq_tol(number(o, "take_profit_3"), 108, 1e-9);
    ck_assert_double_eq_tol(number(o, "risk_reward_3"), 3.2, 1e-9);
    json_decref(o);
}
END_TEST

START_TEST(tpsl_prints_csv)
{
    ck_assert_int_eq(
        run(calc_tpsl, "tpsl --entry 100 --dir long --custom-sl 98 --tp1 3 --tp2 4", 0), 0);
    ck_assert_str_eq(output,
                     "entry,direction,method,stop_loss,take_profit_1,take_profit_2,take_profit_3,"
                     "risk_amount,risk_pct,risk_reward_1,risk_reward_2,risk_reward_3,valid,"
                     "rejection_reason,reasons,atr_assumed\n"
                     "100,long,atr,98,103,104,,2,2,1.5,2,,true,,,true\n");
    ck_assert_str_eq(errors, "bothyctl tpsl: warning: no --atr, taking 1 % of the entry\n");
}
END_TEST

static const struct {
    calculator *calculate;
    const char *line, *message;
} misuses[] = {
    { calc_tpsl, "tpsl --dir long", "bothyctl tpsl: --entry PRICE is missing\n" },
    { calc_tpsl, "tpsl --entry 100", "bothyctl tpsl: --dir long|short is missing\n" },
    { calc_tpsl, "tpsl --entry 1e --dir long",
      "bothyctl tpsl: --entry: '1e' is not a number (write it like 1234.5)\n" },
    { calc_tpsl, "tpsl --entry nan --dir long",
      "bothyctl tpsl: --entry: 'nan' is not a number (write it like 1234.5)\n" },
    { calc_tpsl, "tpsl --entry 1,5 --dir long",
      "bothyctl tpsl: --entry: '1,5' is not a number (write it like 1234.5)\n" },
    { calc_tpsl, "tpsl --entry 100 --dir up",
      "bothyctl tpsl: --dir: 'up' is neither long nor short\n" },
    { calc_tpsl, "tpsl --entry 100 --dir long --method guess",
      "bothyctl tpsl: --method: 'guess' is none of atr, percentage, structure, fibonacci, "
      "volatility\n" },
    { calc_tpsl, "tpsl --entry 100 --entry 101 --dir long",
      "bothyctl tpsl: --entry stands there twice\n" },
    { calc_tpsl, "tpsl --entry 100 --dir", "bothyctl tpsl: --dir needs a value\n" },
    { calc_tpsl, "tpsl --enter 100", "bothyctl tpsl: there is no option --enter\n" },
    { calc_tpsl, "tpsl 100", "bothyctl tpsl: '100' is one argument too many\n" },
    { calc_tpsl, "tpsl --entry 100 --dir long --min-rr -1",
      "bothyctl tpsl: --min-rr, --max-sl-pct, --min-sl-pct and --buffer-pct must not be "
      "negative\n" },
    { calc_size, "size --balance 1000 --entry 100",
      "bothyctl size: stop loss must be a finite number above 0, not 0\n" },
    { calc_size, "size --balance 0 --entry 100 --sl 95",
      "bothyctl size: balance must be a finite number above 0, not 0\n" },
    { calc_size, "size --balance 1 --entry 100 --sl 95 --policy all",
      "bothyctl size: --policy: 'all' is none of risk, fixed, pct, kelly, volatility\n" },
    { calc_ta, "ta", "bothyctl ta: the name of an indicator is missing\n" },
    { calc_ta, "ta nothing x",
      "bothyctl ta: there is no indicator 'nothing'; --help lists them\n" },
    { calc_ta, "ta sma --period 5",
      "bothyctl ta sma: FILE is missing ('-' reads standard input)\n" },
    { calc_ta, "ta sma --fast 5 x", "bothyctl ta sma: there is no option --fast\n" },
    { calc_ta, "ta sma --period 0 x", "bothyctl ta: sma: period must be from 1 to 100000\n" },
    { calc_ta, "ta sma --period 1.5 x", "bothyctl ta: sma: period must be a whole number\n" },
    { calc_ta, "ta atr --kind ema x", "bothyctl ta atr: --kind: 'ema' is none of sma|wilder\n" },
    { calc_ta, "ta sma x y", "bothyctl ta sma: 'y' is one argument too many\n" },
};

START_TEST(misuse_is_told)
{
    ck_assert_int_eq(run(misuses[_i].calculate, misuses[_i].line, 0), 2);
    ck_assert_str_eq(output, "");
    ck_assert_msg(strncmp(errors, misuses[_i].message, strlen(misuses[_i].message)) == 0, "%s",
                  errors);
}
END_TEST

START_TEST(help_is_there)
{
    ck_assert_int_eq(run(calc_tpsl, "tpsl --help", 0), 0);
    ck_assert_ptr_nonnull(strstr(output, "--swing-high PRICE"));
    ck_assert_int_eq(run(calc_size, "size --help", 0), 0);
    ck_assert_ptr_nonnull(strstr(output, "--max-position-pct X"));
    ck_assert_int_eq(run(calc_ta, "ta --help", 0), 0);
    ck_assert_ptr_nonnull(strstr(output, "stochrsi"));
    ck_assert_int_eq(run(calc_ta, "ta bbands --help", 0), 0);
    ck_assert_ptr_nonnull(strstr(output, "--deviations N"));
    ck_assert_str_eq(errors, "");
}
END_TEST

START_TEST(size_prints_sizes)
{
    json_t *o = run_json(calc_size, "size --balance 1000 --risk-pct 2 --entry 100 --sl 95 "
                                    "--leverage 5");

    ck_assert_double_eq_tol(number(o, "risk_amount"), 20, 1e-9);
    ck_assert_double_eq_tol(number(o, "notional"), 400, 1e-9);
    ck_assert_double_eq_tol(number(o, "quantity"), 4, 1e-9);
    ck_assert_double_eq_tol(number(o, "margin"), 80, 1e-9);
    ck_assert_double_eq_tol(number(o, "price_risk_pct"), 5, 1e-9);
    json_decref(o);
    o = run_json(calc_size, "size --balance 1000 --entry 100 --sl 96.221875 --lot 0.1 "
                            "--min-notional 530");
    ck_assert(json_is_false(json_object_get(o, "valid")));
    ck_assert_str_eq(json_string_value(json_object_get(o, "rejection_reason")),
                     "Notional below minimum (520 < 530)");
    json_decref(o);
    o = run_json(calc_size, "size --balance 1000 --entry 0.5 --policy kelly --belief 0.6 "
                            "--max-position-pct 1");
    ck_assert_double_eq_tol(number(o, "kelly"), 0.2, 1e-9);
    ck_assert_double_eq_tol(number(o, "notional"), 10, 1e-9);
    ck_assert(json_is_true(json_object_get(o, "capped")));
    json_decref(o);
}
END_TEST

START_TEST(ta_reads_columns_by_name)
{
    ck_assert_int_eq(run_ta("ta sma --period 2", "Volume,CLOSE,time\n5,1,a\n6,2,b\n7,4,c\n"), 0);
    ck_assert_str_eq(output, "index,value\n1,1.5\n2,3\n");
    ck_assert_int_eq(run_ta("ta volume_sum --period=2", "Volume,CLOSE\r\n5,1\r\n6,2\r\n\r\n"), 0);
    ck_assert_str_eq(output, "index,value\n1,11\n");
    ck_assert_int_eq(run_ta("ta atr --period 1", "High,Low,Close\n3,1,2\n\"4\",2,3\n9,8,9"), 0);
    ck_assert_str_eq(output, "index,value\n1,2\n2,6\n");
    ck_assert_int_eq(run_ta("ta bbands --period 2 --deviations 1", "close\n0.1\n0.2\n"), 0);
    ck_assert_str_eq(output, "index,upper,middle,lower\n"
                             "1,0.20000000000000001,0.15000000000000002,0.10000000000000002\n");
}
END_TEST

START_TEST(ta_says_when_there_are_too_few_bars)
{
    char expected[256];

    ck_assert_int_eq(run_ta("ta sma --period 4", "close\n1\n2\n"), 0);
    ck_assert_str_eq(output, "index,value\n");
    snprintf(expected, sizeof expected,
             "bothyctl ta: warning: %s has 2 bars, sma needs 4 for its first value\n", bars_path);
    ck_assert_str_eq(errors, expected);
}
END_TEST

START_TEST(ta_prints_json)
{
    char line[256];
    json_t *o, *row;

    write_bars("close\n1\n2\n4\n");
    snprintf(line, sizeof line, "ta --json sma --period 2 %s", bars_path);
    ck_assert_int_eq(run(calc_ta, line, 0), 0);
    o = json_loads(output, 0, NULL);
    ck_assert_ptr_nonnull(o);
    ck_assert_str_eq(json_string_value(json_object_get(o, "indicator")), "sma");
    ck_assert_int_eq(json_integer_value(json_object_get(o, "first_valid")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "bars")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(o, "params"), "period")),
                     2);
    ck_assert_uint_eq(json_array_size(json_object_get(o, "values")), 2);
    row = json_array_get(json_object_get(o, "values"), 1);
    ck_assert_int_eq(json_integer_value(json_array_get(row, 0)), 2);
    ck_assert_double_eq(json_number_value(json_array_get(row, 1)), 3);
    json_decref(o);

    write_bars("high,low,close\n3,1,2\n4,2,3\n");
    snprintf(line, sizeof line, "ta atr --kind wilder --period 1 %s --json", bars_path);
    ck_assert_int_eq(run(calc_ta, line, 0), 0);
    o = json_loads(output, 0, NULL);
    ck_assert_ptr_nonnull(o);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o, "params"), "kind")),
                     "wilder");
    json_decref(o);
}
END_TEST

static const struct {
    const char *arguments, *text, *message;
} bad_files[] = {
    { "ta sma", "", "%s: the file is empty; it must begin with a header\n" },
    { "ta sma", "1,2,3\n4,5,6\n", "%s:1: no column 'close' in the header" },
    { "ta mfi", "high,low,close\n1,1,1\n", "%s:1: no column 'volume' in the header" },
    { "ta sma", "close,Close\n1,1\n", "%s:1: the header names 'close' twice\n" },
    { "ta sma --period 1", "close\n1\nx\n", "%s:3: close: 'x' is not a number\n" },
    { "ta sma --period 1", "close\n1\n\n\ninf\n", "%s:5: close: 'inf' is not a number\n" },
    { "ta sma --period 1", "time,close\n1,1\n2\n", "%s:3: 1 fields, but the header has 2\n" },
    { "ta sma --period 1", "close\n1\n1e300\n", "%s:3: not a bar:" },
    { "ta willr --period 1", "high,low,close\n2,1,1\n1,2,1\n", "%s:3: not a bar:" },
    { "ta obv", "close,volume\n2,1\n1,-2\n", "%s:3: not a bar:" },
    { "ta sma", "close\n\"1\n", "%s:2: column 1: this quote is never closed\n" },
};

START_TEST(bad_files_are_named)
{
    char expected[512];

    ck_assert_int_eq(run_ta(bad_files[_i].arguments, bad_files[_i].text), 1);
    snprintf(expected, sizeof expected, bad_files[_i].message, bars_path);
    ck_assert_str_eq(output, "");
    ck_assert_msg(strncmp(errors, expected, strlen(expected)) == 0, "%s", errors);
}
END_TEST

START_TEST(missing_file_is_an_error)
{
    ck_assert_int_eq(run(calc_ta, "ta sma /nonexistent/bars.csv", 0), 1);
    ck_assert_str_eq(errors, "/nonexistent/bars.csv: cannot open: No such file or directory\n");
}
END_TEST

/* More than one buffer, with the cut inside a line, and through standard input. */
START_TEST(long_files_are_read_in_pieces)
{
    FILE *file = fopen(bars_path, "we");
    const char *last;
    int fd;

    ck_assert_ptr_nonnull(file);
    fputs("time,open,high,low,close,volume\n", file);
    for (int i = 0; i < 20000; i++)
        fprintf(file, "2024-01-01 00:00:00.%06d,1,2,1,%d.25,1\n", i, i);
    fclose(file);
    fd = open(bars_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    ck_assert_int_eq(run(calc_ta, "ta sma --period 19999 -", 0), 0);
    last = strstr(output, "\n19999,");
    ck_assert_str_eq(last, "\n19999,10000.25\n");
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
    FILE *file = fopen(bars_path, "we");
    char line[128], expected[256];

    ck_assert_ptr_nonnull(file);
    fputs("close\n1\n", file);
    for (int i = 0; i < 600000; i++)
        putc('1', file);
    fclose(file);
    snprintf(line, sizeof line, "ta sma %s", bars_path);
    ck_assert_int_eq(run(calc_ta, line, 0), 1);
    snprintf(expected, sizeof expected, "%s:3: a line of more than 262144 bytes\n", bars_path);
    ck_assert_str_eq(errors, expected);
}
END_TEST

/* The number in `line` that stands in the column named in the header of `output`. */
static double value_of(const char *line, const char *name)
{
    const char *column = output;
    double value = NAN;

    line++; /* after its line end */
    for (;;) {
        size_t length = strcspn(column, ",\n");

        if (strlen(name) == length && strncmp(column, name, length) == 0)
            break;
        ck_assert_msg(column[length] == ',', "no column %s", name);
        column += length + 1;
        line += strcspn(line, ",") + 1;
    }
    ck_assert_int_eq(sscanf(line, "%lf", &value), 1);
    return value;
}

/* Every series of TA-Lib's vectors through the command, from the real file. */
START_TEST(ta_equals_the_vectors)
{
    char csv[4096], line[8192];
    const char *path = shared_path("data/vectors/indicators_talib.json");
    json_t *document, *entry;
    size_t index;

    document = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(document);
    path = shared_path("data/market/ohlcv/BTCUSDT-perp-1m-2022-01a.csv");
    ck_assert_ptr_nonnull(path);
    snprintf(csv, sizeof csv, "%s", path);
    json_array_foreach(json_object_get(document, "cases"), index, entry)
    {
        const json_t *pair = json_array_get(json_object_get(entry, "values"), 0), *value;
        const char *key;
        char row[64];
        size_t length;

        length = (size_t)snprintf(line, sizeof line, "ta %s",
                                  json_string_value(json_object_get(entry, "indicator")));
        json_object_foreach(json_object_get(entry, "params"), key, value)
        {
            if (json_is_string(value))
                length += (size_t)snprintf(line + length, sizeof line - length, " --%s %s", key,
                                           json_string_value(value));
            else
                length += (size_t)snprintf(line + length, sizeof line - length, " --%s %g", key,
                                           json_number_value(value));
        }
        snprintf(line + length, sizeof line - length, " %s", csv);
        ck_assert_msg(run(calc_ta, line, 0) == 0, "%s: %s", line, errors);
        snprintf(row, sizeof row, "\n%lld,",
                 (long long)json_integer_value(json_array_get(pair, 0)));
        ck_assert_ptr_eq(strstr(output, "\n"), strstr(output, row)); /* the first line of values */
        ck_assert_double_eq_tol(
            value_of(strstr(output, row), json_string_value(json_object_get(entry, "output"))),
            json_number_value(json_array_get(pair, 1)), 1e-6);
    }
    json_decref(document);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("calc");
    TCase *tcase = tcase_create("calc");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, tpsl_prints_levels);
    tcase_add_test(tcase, tpsl_rejection_is_no_failure);
    tcase_add_test(tcase, tpsl_takes_every_option);
    tcase_add_test(tcase, tpsl_prints_csv);
    tcase_add_loop_test(tcase, misuse_is_told, 0, (int)(sizeof misuses / sizeof misuses[0]));
    tcase_add_test(tcase, help_is_there);
    tcase_add_test(tcase, size_prints_sizes);
    tcase_add_test(tcase, ta_reads_columns_by_name);
    tcase_add_test(tcase, ta_says_when_there_are_too_few_bars);
    tcase_add_test(tcase, ta_prints_json);
    tcase_add_loop_test(tcase, bad_files_are_named, 0,
                        (int)(sizeof bad_files / sizeof bad_files[0]));
    tcase_add_test(tcase, missing_file_is_an_error);
    tcase_add_test(tcase, long_files_are_read_in_pieces);
    tcase_add_test(tcase, a_line_without_end_is_refused);
    if (shared_path("data/vectors/indicators_talib.json"))
        tcase_add_test(tcase, ta_equals_the_vectors);
    else
        printf("# no shared data: not comparing `ta` with indicators_talib.json\n");
    fflush(stdout);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    int fd = mkstemp(bars_path), failed;

    if (fd < 0) {
        printf("Bail out! cannot make %s\n", bars_path);
        return EXIT_FAILURE;
    }
    close(fd);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    unlink(bars_path);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
