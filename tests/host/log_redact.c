/*
 * Redaction: every pattern, in texts and in JSON; what must stay as it is; exact secrets in all
 * forms that they take on in a line.
 */
#include "log/redact.h"

#include "suite.h"

#include <string.h>

#define HEX64 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define JWT   "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
#define R     REDACT_MARK

static const struct {
    const char *in, *out;
} shapes[] = {
    { "api_key=abc123", "api_key=" R },
    { "api_key: abc123 next", "api_key: " R " next" },
    { "API-KEY = 'abc 123'", "API-KEY = '" R "'" },
    { "apikey=abc,123", "apikey=" R },
    { "{\"apiKey\":\"abc\",\"side\":\"buy\"}", "{\"apiKey\":\"" R "\",\"side\":\"buy\"}" },
    { "{\"api_secret\": \"a, b; c]\"}", "{\"api_secret\": \"" R "\"}" },
    { "api-secret:x", "api-secret:" R },
    { "token=abc&symbol=BTC", "token=" R "&symbol=BTC" },
    { "access_token: abc", "access_token: " R },
    { "accessToken=abc", "accessToken=" R },
    { "password=hunter2!,;]&x", "password=" R },
    { "password = \"it's \\\"quoted\\\" here\" after", "password = \"" R "\" after" },
    { "PASSWORD:x", "PASSWORD:" R },
    { "userPassword: x", "userPassword: " R },
    { "private_key=0xabc", "private_key=" R },
    { "privateKey: abc", "privateKey: " R },
    { "passphrase='a b'", "passphrase='" R "'" },
    { "secret=abc", "secret=" R },
    { "client_secret=abc", "client_secret=" R },
    { "secretKey=abc", "secretKey=" R },
    { "X-API-Key: abc", "X-API-Key: " R },
    { "X-MBX-APIKEY: abc", "X-MBX-APIKEY: " R },
    { "GET /order?symbol=BTC&signature=deadbeef&x=1", "GET /order?symbol=BTC&signature=" R "&x=1" },
    { "Authorization: Bearer abc.def-ghi", "Authorization: Bearer " R },
    { "authorization: basic dXNlcjpwYXNz", "authorization: basic " R },
    { "Authorization: Token abc", "Authorization: Token " R },
    { "Authorization: abcdef", "Authorization: " R },
    { "{\"Authorization\":\"Bearer abc\"}", "{\"Authorization\":\"Bearer " R "\"}" },
    { "token: Bearer abc", "token: Bearer " R },
    { "https://hooks.slack.com/services/T0/B0/XYZ done",
      "https://hooks.slack.com/services/" R " done" },
    { "https://api.telegram.org/bot123456789:AAE-abcdefghijklmnopqrstuvwxyz_0/sendMessage",
      "https://api.telegram.org/bot123456789:" R "/sendMessage" },
    { "jwt " JWT " end", "jwt " R " end" },
    { "\"" JWT "\"", "\"" R "\"" },
    { "key " HEX64, "key " R },
    { "key 0x" HEX64 ".", "key 0x" R "." },
    { "(" HEX64 ")", "(" R ")" },
    { "postgresql://bot:pa@ss@db.example/x", "postgresql://bot:" R "@db.example/x" },
    { "redis://:abc@host", "redis://:" R "@host" },
    { "https://tokenonly@host/x", "https://" R "@host/x" },
    /* inside the JSON of a line, where quotes are escaped */
    { "{\"message\":\"got {\\\"api_key\\\": \\\"a b\\\"} back\"}",
      "{\"message\":\"got {\\\"api_key\\\": \\\"" R "\\\"} back\"}" },
    { "{\"message\":\"password=a\\\\b\\nnext\"}", "{\"message\":\"password=" R "\\nnext\"}" },
    { "{\"message\":\"token=abc\"}", "{\"message\":\"token=" R "\"}" },
    { "{\"context\":{\"token\":\"abc\"}}", "{\"context\":{\"token\":\"" R "\"}}" },
    { "{\"message\":\"password='open\",\"x\":1}", "{\"message\":\"password='" R "\",\"x\":1}" },
    { "token=a token=b", "token=" R " token=" R },
};

static const char *const harmless[] = {
    "the token bucket is empty",
    "monkey=banana turkey: roast",
    "tokens=5 left",
    "passwords are not logged",
    "a secret is kept",
    "secretary: Mary",
    "no api key was given",
    "authorization failed",
    "bot12:short",
    "robot123456789:AAE-abcdefghijklmnopqrstuvwxyz_0",
    "eyJ.is.short",
    "deadbeef 0x1234567890",
    HEX64 "0",
    HEX64 "x",
    "https://example.com/a@b",
    "https://example.com:8080/path",
    "time 12:30:45 BTC/USDT:USDT at 43250.5",
    "notional=1500 max=1000",
    "",
    "x",
    "token",
    "token=",
};

static size_t run(const struct redact *redact, const char *in, char *out, size_t capacity)
{
    size_t length = strlen(in);

    memcpy(out, in, length);
    length = redact_line(redact, out, length, capacity - 1);
    out[length] = '\0';
    return length;
}

START_TEST(shape)
{
    struct redact redact = { 0 };
    char line[1024];

    run(&redact, shapes[_i].in, line, sizeof line);
    ck_assert_str_eq(line, shapes[_i].out);
}
END_TEST

START_TEST(stays)
{
    struct redact redact = { 0 };
    char line[1024];

    run(&redact, harmless[_i], line, sizeof line);
    ck_assert_str_eq(line, harmless[_i]);
}
END_TEST

START_TEST(exact_secrets)
{
    static const char secret[] = "p\"a/ss w\\ord\xc3\xa9";
    struct redact redact = { 0 };
    char line[1024];

    ck_assert_int_eq(redact_add(&redact, secret, strlen(secret)), 0);
    ck_assert_int_eq(redact_add(&redact, secret, strlen(secret)), 0);
    run(&redact, "raw p\"a/ss w\\ord\xc3\xa9.", line, sizeof line);
    ck_assert_str_eq(line, "raw " R ".");
    run(&redact, "{\"message\":\"raw p\\\"a/ss w\\\\ord\xc3\xa9.\"}", line, sizeof line);
    ck_assert_str_eq(line, "{\"message\":\"raw " R ".\"}");
    run(&redact, "GET /?q=p%22a%2Fss%20w%5Cord%C3%A9&x=1", line, sizeof line);
    ck_assert_str_eq(line, "GET /?q=" R "&x=1");
    run(&redact, "GET /?q=p%22a%2fss%20w%5cord%c3%a9&x=1", line, sizeof line);
    ck_assert_str_eq(line, "GET /?q=" R "&x=1");
    redact_clear(&redact);
    run(&redact, "raw p\"a/ss w\\ord.", line, sizeof line);
    ck_assert_str_eq(line, "raw p\"a/ss w\\ord.");
}
END_TEST

/* A form that ends in a backslash must not leave half an escape behind. */
START_TEST(the_longest_form_wins)
{
    struct redact redact = { 0 };
    char line[1024];

    ck_assert_int_eq(redact_add(&redact, "secret\\", 7), 0);
    run(&redact, "{\"message\":\"secret\\\\\"}", line, sizeof line);
    ck_assert_str_eq(line, "{\"message\":\"" R "\"}");
    redact_clear(&redact);
}
END_TEST

START_TEST(bounds)
{
    struct redact redact = { 0 };
    char secret[32], line[256], big[REDACT_SECRET_MAX + 1];
    int added = 0;

    ck_assert_int_lt(redact_add(&redact, "short", 5), 0);
    memset(big, 'x', sizeof big);
    ck_assert_int_lt(redact_add(&redact, big, sizeof big), 0);
    ck_assert_int_eq(redact_add(&redact, big, sizeof big - 1), 0);
    while (added < 2 * REDACT_SECRETS_MAX) {
        snprintf(secret, sizeof secret, "secret-%06d", added);
        if (redact_add(&redact, secret, strlen(secret)) < 0)
            break;
        added++;
    }
    ck_assert_int_eq(added, REDACT_SECRETS_MAX - 1);
    /* No more room in the line: cut, and nothing of the secret is left. */
    memcpy(line, "a secret-000003", 15);
    ck_assert_uint_eq(redact_line(&redact, line, 15, 15), 15);
    ck_assert_int_eq(memcmp(line, "a ***REDACTED**", 15), 0);
    redact_clear(&redact);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("log_redact");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, shape, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_loop_test(all, stays, 0, sizeof harmless / sizeof harmless[0]);
    tcase_add_test(all, exact_secrets);
    tcase_add_test(all, the_longest_form_wins);
    tcase_add_test(all, bounds);
    suite_add_tcase(suite, all);
    return suite;
}

BOTHY_TEST_MAIN(make_suite)
