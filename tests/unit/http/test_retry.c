/* What is tried again after a refusal, how long it waits, and what is never sent twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_call.h"

struct script {
    const int *codes; /* one an answer; the last stays */
    const char *headers;
};

static void
answer_script(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct script *s = arg;
    int code = *s->codes;

    (void)r;
    if (s->codes[1] != 0)
        s->codes++;
    test_reply(c, code, code == 200 ? "Content-Type: application/json\r\n" : s->headers, code == 200 ? "{}" : "busy");
}

static void
read_is_tried_again_after_a_passing_refusal(void **state)
{
    static const int codes[] = { 429, 503, 502, 504, 200, 0 };
    struct script script = { codes, "" };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    struct test_outcome o = test_get(&s, UD_HTTP_LIST, UD_HTTP_READ);
    assert_int_equal(o.status, UD_OK);
    assert_int_equal(o.code, 200);
    assert_int_equal(o.waits, 4);
    assert_int_equal(test_server_count(s.server), 5);
    test_scene_close(&s);
}

static void
storm_of_refusals_ends_after_five_requests(void **state)
{
    static const int codes[] = { 503, 0 };
    struct script script = { codes, "Retry-After: 0\r\n" };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    struct test_outcome o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    assert_int_equal(o.code, 503);
    assert_int_equal(test_server_count(s.server), 5);
    test_scene_close(&s);
}

static void
request_that_must_be_sent_once_is_sent_once(void **state)
{
    static const int codes[] = { 503, 200, 0 };
    struct script script = { codes, "" };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    struct test_outcome o = test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    assert_int_equal(o.code, 503);
    assert_int_equal(test_server_count(s.server), 1);
    test_scene_close(&s);
}

/* With the limits of the product: whoever waits for a sentence gets it within a second. */
static void
server_that_does_not_run_is_said_within_a_second(void **state)
{
    static const int codes[] = { 200, 0 };
    struct script script = { codes, "" };
    struct test_scene s;
    struct ud_http *usual;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    usual = test_http_new(NULL);
    assert_int_equal(unlink(test_server_url(s.server) + strlen("unix://")), 0);
    struct ud_http *short_ones = s.http;
    s.http = usual;
    ud_msec started = ud_clock_now();
    struct test_outcome o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_CONNECT);
    assert_int_equal(o.status, UD_OFFLINE);
    assert_false(o.sent);
    assert_true(ud_clock_now() - started < 1000);
    s.http = short_ones;
    ud_http_free(&usual);
    test_scene_close(&s);
}

static void
waiting_longer_than_allowed_is_left_to_the_operator(void **state)
{
    static const int codes[] = { 429, 200, 0 };
    struct script script = { codes, "Retry-After: 100000\r\n" };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    struct test_outcome o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    assert_int_equal(o.code, 429);
    assert_int_equal(o.retry_after, 100000);
    assert_int_equal(test_server_count(s.server), 1);
    test_scene_close(&s);
}

static void
asked_wait_is_kept(void **state)
{
    static const int codes[] = { 429, 200, 0 };
    struct script script = { codes, "Retry-After: 0.3\r\n" };
    ud_msec start = ud_clock_now();
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_script, &script);
    struct test_outcome o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    assert_int_equal(o.code, 200);
    assert_true(ud_clock_now() - start >= 1000);
    test_scene_close(&s);
}

static void
retry_after_is_read_in_every_form(void **state)
{
    const ud_wall noon = 1787395200000; /* 2026-08-22T10:40:00Z */
    static const struct {
        const char *value;
        int64_t seconds;
    } cases[] = {
        { "0", 0 },
        { "5", 5 },
        { "2.128", 3 },
        { "2.000", 2 },
        { "100000", 100000 },
        { "-1", -1 },
        { "soon", -1 },
        { "", -1 },
        { "5 s", -1 },
        { "1e3", -1 },
        { "99999999999999999999", 999999999 },
        { "Sat, 22 Aug 2026 10:41:00 GMT", 60 },
        { "Sat, 22 Aug 2026 10:39:00 GMT", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got = ud_http_retry_after(cases[i].value, UD_WALL_NONE, noon);
        if (cases[i].seconds == 999999999)
            assert_true(got > 100000);
        else if (got != cases[i].seconds)
            fail_msg("\"%s\" read as %lld", cases[i].value, (long long)got);
    }
    assert_int_equal(ud_http_retry_after("Sat, 22 Aug 2026 10:41:00 GMT", noon + 30000, noon), 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_is_tried_again_after_a_passing_refusal),
        cmocka_unit_test(storm_of_refusals_ends_after_five_requests),
        cmocka_unit_test(request_that_must_be_sent_once_is_sent_once),
        cmocka_unit_test(server_that_does_not_run_is_said_within_a_second),
        cmocka_unit_test(waiting_longer_than_allowed_is_left_to_the_operator),
        cmocka_unit_test(asked_wait_is_kept),
        cmocka_unit_test(retry_after_is_read_in_every_form),
    };

    return cmocka_run_group_tests(tests, test_http_setup, NULL);
}
