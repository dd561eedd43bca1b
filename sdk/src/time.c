/*
 * Points of time as text: RFC 3339 both ways, and the other forms that files and venues use. The
 * calendar is the proleptic Gregorian one, computed here: no time zone of the machine and no
 * function of libc has a say. Every int64_t of nanoseconds (1677 to 2262) can be written and
 * read back.
 */
#include "wide.h"

#include <bothy/time.h>

#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)

/*
 * The calendar repeats every 400 years. Counted from March, a leap day is the last of its year,
 * and the months have lengths that a linear formula gives.
 */
#define YEARS_PER_CYCLE 400
#define DAYS_PER_CYCLE  146097
/* From 0000-03-01 to 1970-01-01. */
#define DAYS_TO_EPOCH 719468

/* Days since 1970-01-01; year ≥ 0, and the date is valid. */
static int64_t days_of_date(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int64_t march_year = year - (month <= 2);
    /* For January and February of the year 0 the cycle is the one before. */
    int64_t cycle = march_year < 0 ? -1 : march_year / YEARS_PER_CYCLE;
    int64_t year_of_cycle = march_year - cycle * YEARS_PER_CYCLE;
    int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;

    return cycle * DAYS_PER_CYCLE + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 +
           day_of_year - DAYS_TO_EPOCH;
}

/* The reverse, for days from the year 0 on. */
static void date_of_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t since = days + DAYS_TO_EPOCH;
    int64_t cycle = since / DAYS_PER_CYCLE;
    int64_t day_of_cycle = since % DAYS_PER_CYCLE;
    int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
                             day_of_cycle / (DAYS_PER_CYCLE - 1)) /
                            365;
    int64_t day_of_year =
        day_of_cycle - (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;

    *ret_day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    *ret_month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *ret_year = (int)(cycle * YEARS_PER_CYCLE + year_of_cycle + (*ret_month <= 2));
}

static int days_of_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static char *put_number(char *at, int64_t value, int digits)
{
    int i;

    for (i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + digits;
}

int32_t bothy_time_format(int64_t ts_ns, int32_t digits, char *text, size_t capacity)
{
    char plain[BOTHY_TIME_TEXT_MAX];
    char *at = plain;
    int64_t seconds = ts_ns / BOTHY_NS_PER_S;
    int64_t ns = ts_ns % BOTHY_NS_PER_S;
    int64_t days;
    int64_t of_day;
    int year;
    int month;
    int day;
    int i;

    if (capacity)
        text[0] = '\0';
    if (digits != 0 && digits != 3 && digits != 6 && digits != 9)
        return BOTHY_EINVAL;
    if (ns < 0) {
        ns += BOTHY_NS_PER_S;
        seconds--;
    }
    days = seconds / SECONDS_PER_DAY;
    of_day = seconds % SECONDS_PER_DAY;
    if (of_day < 0) {
        of_day += SECONDS_PER_DAY;
        days--;
    }
    date_of_days(days, &year, &month, &day);
    at = put_number(at, year, 4);
    *at++ = '-';
    at = put_number(at, month, 2);
    *at++ = '-';
    at = put_number(at, day, 2);
    *at++ = 'T';
    at = put_number(at, of_day / 3600, 2);
    *at++ = ':';
    at = put_number(at, of_day / 60 % 60, 2);
    *at++ = ':';
    at = put_number(at, of_day % 60, 2);
    if (digits) {
        /* Cut, never rounded: the text must not name an instant that is still to come. */
        for (i = digits; i < 9; i++)
            ns /= 10;
        *at++ = '.';
        at = put_number(at, ns, digits);
    }
    *at++ = 'Z';
    *at = '\0';
    if ((size_t)(at - plain) >= capacity)
        return BOTHY_ERANGE;
    memcpy(text, plain, (size_t)(at - plain) + 1);
    return (int32_t)(at - plain);
}

struct scanner {
    const char *at;
    const char *end;
};

/* Takes exactly `digits` digits. Returns their value, or -1. */
static int take_number(struct scanner *scanner, int digits)
{
    int value = 0;

    if (scanner->end - scanner->at < digits)
        return -1;
    while (digits--) {
        unsigned digit = (unsigned)(*scanner->at++ - '0');

        if (digit > 9)
            return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

/* Takes one of the bytes of `set`. Returns it, or 0. */
static char take_one_of(struct scanner *scanner, const char *set)
{
    if (scanner->at == scanner->end || !*scanner->at || !strchr(set, *scanner->at))
        return 0;
    return *scanner->at++;
}

/* ".5" to ".123456789". Returns nanoseconds; 0 without a point; -1 for none or too many digits. */
static int64_t take_fraction(struct scanner *scanner)
{
    int64_t ns = 0;
    int64_t unit = BOTHY_NS_PER_S;

    if (!take_one_of(scanner, "."))
        return 0;
    while (scanner->at < scanner->end && (unsigned)(*scanner->at - '0') <= 9) {
        if (unit == 1)
            return -1;
        unit /= 10;
        ns += (*scanner->at++ - '0') * unit;
    }
    return unit == BOTHY_NS_PER_S ? -1 : ns;
}

/* "Z", "+02:00", or nothing. Seconds east of UTC go to *ret_offset. */
static int32_t take_zone(struct scanner *scanner, int64_t *ret_offset)
{
    char sign;
    int hours;
    int minutes;

    *ret_offset = 0;
    if (scanner->at == scanner->end || take_one_of(scanner, "Zz"))
        return BOTHY_OK;
    sign = take_one_of(scanner, "+-");
    hours = take_number(scanner, 2);
    if (!sign || hours < 0 || hours > 23 || !take_one_of(scanner, ":"))
        return BOTHY_EINVAL;
    minutes = take_number(scanner, 2);
    if (minutes < 0 || minutes > 59)
        return BOTHY_EINVAL;
    *ret_offset = (sign == '-' ? -60 : 60) * (hours * 60 + minutes);
    return BOTHY_OK;
}

/* "2024-08-08", with the year, month and day checked. */
static int32_t take_date(struct scanner *scanner, int64_t *ret_days)
{
    int year = take_number(scanner, 4);
    int month;
    int day;

    if (year < 0 || !take_one_of(scanner, "-"))
        return BOTHY_EINVAL;
    month = take_number(scanner, 2);
    if (month < 1 || month > 12 || !take_one_of(scanner, "-"))
        return BOTHY_EINVAL;
    day = take_number(scanner, 2);
    if (day < 1 || day > days_of_month(year, month))
        return BOTHY_EINVAL;
    *ret_days = days_of_date(year, month, day);
    return BOTHY_OK;
}

/* "23:54:15.03+02:00" as seconds (in UTC, may be outside the day) and nanoseconds. */
static int32_t take_time_of_day(struct scanner *scanner, int64_t *ret_seconds, int64_t *ret_ns)
{
    int hour = take_number(scanner, 2);
    int minute;
    int second;
    int64_t offset;

    if (hour < 0 || hour > 23 || !take_one_of(scanner, ":"))
        return BOTHY_EINVAL;
    minute = take_number(scanner, 2);
    if (minute < 0 || minute > 59 || !take_one_of(scanner, ":"))
        return BOTHY_EINVAL;
    second = take_number(scanner, 2);
    if (second < 0 || second > 60)
        return BOTHY_EINVAL;
    *ret_ns = take_fraction(scanner);
    if (*ret_ns < 0 || take_zone(scanner, &offset) < 0)
        return BOTHY_EINVAL;
    *ret_seconds = hour * 3600 + minute * 60 + second - offset;
    /* A leap second ends a day of UTC, and counts as the second after it. */
    if (second == 60 && *ret_seconds % SECONDS_PER_DAY != 0)
        return BOTHY_EINVAL;
    return BOTHY_OK;
}

/*
 * A number since 1970. Eleven digits of seconds reach the year 5138 and twelve of milliseconds
 * begin in 1973, so that the sizes do not meet for any date that a market has.
 */
static int32_t parse_count(const char *text, size_t length, int64_t *ret_ts_ns)
{
    static const struct {
        uint64_t below;
        int64_t unit_ns;
    } units[] = {
        { UINT64_C(100000000000), BOTHY_NS_PER_S },
        { UINT64_C(100000000000000), BOTHY_NS_PER_MS },
        { UINT64_C(100000000000000000), BOTHY_NS_PER_US },
        { UINT64_MAX, 1 },
    };
    uint64_t count;
    int64_t ts_ns;
    size_t i = 0;
    int32_t r = bothy_uint64_parse(text, length, &count);

    if (r < 0)
        return r;
    if (count > INT64_MAX)
        return BOTHY_ERANGE;
    while (count >= units[i].below)
        i++;
    if (__builtin_mul_overflow((int64_t)count, units[i].unit_ns, &ts_ns))
        return BOTHY_ERANGE;
    *ret_ts_ns = ts_ns;
    return BOTHY_OK;
}

int32_t bothy_time_parse(const char *text, size_t length, int64_t *ret_ts_ns)
{
    struct scanner scanner;
    int64_t days;
    int64_t seconds = 0;
    int64_t ns = 0;
    int128 total_ns;
    int32_t r;

    if (!length)
        return BOTHY_EINVAL;
    /* A date has a dash there, and a number never has one. */
    if (length < 5 || text[4] != '-')
        return parse_count(text, length, ret_ts_ns);
    scanner.at = text;
    scanner.end = text + length;
    r = take_date(&scanner, &days);
    if (r == BOTHY_OK && scanner.at < scanner.end) {
        if (!take_one_of(&scanner, "Tt "))
            return BOTHY_EINVAL;
        r = take_time_of_day(&scanner, &seconds, &ns);
    }
    if (r < 0)
        return r;
    if (scanner.at != scanner.end)
        return BOTHY_EINVAL;
    total_ns = (int128)(days * SECONDS_PER_DAY + seconds) * BOTHY_NS_PER_S + ns;
    if (total_ns != (int64_t)total_ns)
        return BOTHY_ERANGE;
    *ret_ts_ns = (int64_t)total_ns;
    return BOTHY_OK;
}
