/* Transfers against a server under the test's control: what is sent, what is refused, how the flow is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support_call.h"

/* --- what is sent -------------------------------------------------------------------------------------------------------------- */

static void
answer_ok(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 200, "{\"a\":1}");
}

static void
request_names_us_and_carries_an_id_and_the_token(void **state)
{
    struct ud_secret *token;
    struct test_outcome o = { 0 };
    struct test_scene s;
    struct ud_error e;
    char value[200];

    (void)state;
    test_scene_open(&s, answer_ok, NULL);
    assert_int_equal(ud_secret_new(&token, 64, &e), UD_OK);
    assert_int_equal(ud_secret_append(token, "abc.DEF-123_~+/=", 16, &e), UD_OK);
    struct ud_http_request r = { .kind = UD_HTTP_SMALL, .origin = &s.origin, .path = "/v1.0/me?$select=id%20x", .bearer = token };
    test_run(s.http, &r, &o);
    assert_int_equal(o.status, UD_OK);
    assert_int_equal(o.code, 200);
    assert_string_equal(o.text, "{\"a\":1}");
    struct test_request q = test_server_request(s.server, 0);
    assert_string_equal(q.method, "GET");
    assert_string_equal(q.path, "/v1.0/me?$select=id%20x");
    test_header(value, sizeof(value), &q, "Authorization");
    assert_string_equal(value, "Bearer abc.DEF-123_~+/=");
    test_header(value, sizeof(value), &q, "User-Agent");
    assert_string_equal(value, "unlockdesk/test");
    test_header(value, sizeof(value), &q, "client-request-id");
    assert_int_equal(strlen(value), 36);
    test_header(value, sizeof(value), &q, "Accept-Encoding");
    assert_string_equal(value, "identity");
    ud_secret_free(&token);
    test_scene_close(&s);
}

static void
token_that_would_end_its_header_is_not_sent(void **state)
{
    struct ud_secret *token;
    struct test_outcome o = { 0 };
    struct test_scene s;
    struct ud_error e;

    (void)state;
    test_scene_open(&s, answer_ok, NULL);
    assert_int_equal(ud_secret_new(&token, 64, &e), UD_OK);
    assert_int_equal(ud_secret_append(token, "abc\r\nX: y", 9, &e), UD_OK);
    struct ud_http_request r = { .kind = UD_HTTP_SMALL, .origin = &s.origin, .path = "/", .bearer = token };
    test_run(s.http, &r, &o);
    assert_int_equal(o.status, UD_MALFORMED);
    assert_int_equal(test_server_count(s.server), 0);
    ud_secret_free(&token);
    test_scene_close(&s);
}

static void
secret_body_arrives_whole_and_is_wiped(void **state)
{
    size_t before = ud_secret_live();
    struct ud_secret *body;
    struct test_outcome o = { 0 };
    struct test_scene s;
    struct ud_error e;

    (void)state;
    test_scene_open(&s, answer_ok, NULL);
    assert_int_equal(ud_secret_new(&body, 64, &e), UD_OK);
    assert_int_equal(ud_secret_append(body, "a=1&refresh_token=zzz", 21, &e), UD_OK);
    struct ud_http_request r = { .kind = UD_HTTP_SECRET,
        .post = true,
        .origin = &s.origin,
        .path = "/token",
        .type = "application/x-www-form-urlencoded",
        .secret_body = body };
    test_run(s.http, &r, &o);
    assert_int_equal(o.status, UD_OK);
    struct test_request q = test_server_request(s.server, 0);
    assert_string_equal(q.method, "POST");
    assert_string_equal(q.body, "a=1&refresh_token=zzz");
    assert_string_equal(o.text, "{\"a\":1}");
    assert_int_equal(ud_secret_live(), before);
    test_scene_close(&s);
}

static void
lists_share_a_connection_and_secrets_do_not(void **state)
{
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_ok, NULL);
    (void)test_get(&s, UD_HTTP_LIST, UD_HTTP_READ);
    (void)test_get(&s, UD_HTTP_LIST, UD_HTTP_READ);
    (void)test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    (void)test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    assert_int_equal(test_server_request(s.server, 0).connection, 1);
    assert_int_equal(test_server_request(s.server, 1).connection, 1);
    assert_int_equal(test_server_request(s.server, 2).connection, 2);
    assert_int_equal(test_server_request(s.server, 3).connection, 3);
    test_scene_close(&s);
}

static void
answer_cookie(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply(c, 200, "Content-Type: application/json\r\nSet-Cookie: a=b; Path=/\r\n", "{}");
}

static void
cookie_is_never_returned(void **state)
{
    struct test_scene s;
    char value[64];

    (void)state;
    test_scene_open(&s, answer_cookie, NULL);
    (void)test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    (void)test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    struct test_request q = test_server_request(s.server, 1);
    test_header(value, sizeof(value), &q, "Cookie");
    assert_string_equal(value, "");
    test_scene_close(&s);
}

static void
proxy_variables_are_ignored(void **state)
{
    struct test_outcome o;
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_ok, NULL);
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    setenv("all_proxy", "http://127.0.0.1:9", 1);
    o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(o.status, UD_OK);
    test_scene_close(&s);
}

/* --- what is refused ------------------------------------------------------------------------------------------------------------ */

static void
answer_redirect(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    test_reply(c, *(int *)arg, "Location: http://localhost/elsewhere\r\n", "");
}

static void
redirect_is_named_and_not_followed(void **state)
{
    static const int codes[] = { 301, 302, 303, 307, 308 };

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int code = codes[i];
        struct test_scene s;
        test_scene_open(&s, answer_redirect, &code);
        struct test_outcome o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
        assert_int_equal(o.status, UD_MALFORMED);
        assert_non_null(strstr(o.error.message, "localhost"));
        assert_int_equal(test_server_count(s.server), 1);
        test_scene_close(&s);
    }
}

static void
answer_raw(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    test_send_text(c, arg);
    test_close(c);
}

static void
packed_answer_to_a_secret_call_is_refused(void **state)
{
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_raw,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd");
    struct test_outcome o = test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    assert_int_equal(o.status, UD_MALFORMED);
    assert_int_equal(o.length, 0);
    o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_ONCE);
    assert_int_equal(o.status, UD_MALFORMED);
    test_scene_close(&s);
}

static void
broken_http_is_an_unexpected_reply(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n",
        "hello\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct test_scene s;
        test_scene_open(&s, answer_raw, (void *)answers[i]);
        struct test_outcome o = test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
        if (o.status == UD_OK)
            fail_msg("taken: %s", answers[i]);
        assert_true(o.sent);
        assert_int_equal(test_server_count(s.server), 1);
        test_scene_close(&s);
    }
}

static void
answer_flood(struct test_connection *c, const struct test_request *r, void *arg)
{
    static char block[64 * 1024];
    size_t blocks = *(size_t *)arg;

    (void)r;
    memset(block, ' ', sizeof(block));
    test_send_text(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
    for (size_t i = 0; i < blocks; i++)
        test_send(c, block, sizeof(block));
    test_close(c);
}

static void
body_beyond_its_cap_is_refused_while_it_comes(void **state)
{
    size_t small = 2, list = 129;
    struct test_outcome o;
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_flood, &small);
    o = test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ);
    assert_int_equal(o.status, UD_MALFORMED);
    o = test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    assert_int_equal(o.status, UD_MALFORMED);
    o = test_get(&s, UD_HTTP_LIST, UD_HTTP_READ);
    assert_int_equal(o.status, UD_OK);
    assert_int_equal(o.length, 2 * 64 * 1024);
    test_scene_close(&s);
    test_scene_open(&s, answer_flood, &list);
    o = test_get(&s, UD_HTTP_LIST, UD_HTTP_READ);
    assert_int_equal(o.status, UD_MALFORMED);
    assert_non_null(strstr(o.error.message, "larger than allowed"));
    test_scene_close(&s);
}

static void
answer_many_headers(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    test_send_text(c, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < *(int *)arg; i++)
        test_send_text(c, "X-Header: value\r\n");
    test_send_text(c, "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

static void
headers_without_end_are_refused(void **state)
{
    int many = 5000, few = 100;
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_many_headers, &many);
    assert_int_equal(test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ).status, UD_MALFORMED);
    test_scene_close(&s);
    test_scene_open(&s, answer_many_headers, &few);
    assert_int_equal(test_get(&s, UD_HTTP_SMALL, UD_HTTP_READ).status, UD_OK);
    test_scene_close(&s);
}

static void
answer_slowly(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_send_text(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
    test_wait_for_close(c, 10000);
    test_close(c);
}

static void
server_that_trickles_is_given_up(void **state)
{
    ud_msec start = ud_clock_now();
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_slowly, NULL);
    struct test_outcome o = test_get(&s, UD_HTTP_SECRET, UD_HTTP_ONCE);
    assert_int_equal(o.status, UD_TIMEOUT);
    assert_true(o.sent);
    assert_true(ud_clock_now() - start < 6000);
    test_scene_close(&s);
}

static void
nobody_there_is_told_at_once(void **state)
{
    struct ud_http *h = test_http_new(&test_limits);
    struct ud_http_origin o;
    struct test_outcome out = { 0 };
    struct ud_error e;

    (void)state;
    assert_int_equal(ud_http_origin_init(&o, "unix:///tmp/no-such-directory/s", NULL, NULL, &e), UD_OK);
    struct ud_http_request r = { .kind = UD_HTTP_SECRET, .origin = &o, .path = "/" };
    test_run(h, &r, &out);
    assert_int_equal(out.status, UD_OFFLINE);
    assert_false(out.sent);
    ud_http_free(&h);
}

static void
private_address_of_a_public_service_is_not_used(void **state)
{
    struct ud_http *h = test_http_new(&test_limits);
    struct ud_http_origin o;
    struct test_outcome out = { 0 };
    struct ud_error e;

    (void)state;
    assert_int_equal(ud_http_origin_init(&o, "https://127.0.0.1:9", NULL, NULL, &e), UD_OK);
    o.public_only = true;
    struct ud_http_request r = { .kind = UD_HTTP_SECRET, .origin = &o, .path = "/" };
    test_run(h, &r, &out);
    assert_int_equal(out.status, UD_OFFLINE);
    assert_non_null(strstr(out.error.message, "private address"));
    ud_http_free(&h);
}

/* --- flow and cancelling ------------------------------------------------------------------------------------------------------------ */

static void
paused_list_goes_on_without_loss(void **state)
{
    size_t blocks = 8;
    struct test_outcome o = { .pauses_left = 5 };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_flood, &blocks);
    struct ud_http_request r = { .kind = UD_HTTP_LIST, .origin = &s.origin, .path = "/x" };
    test_run(s.http, &r, &o);
    assert_int_equal(o.status, UD_OK);
    assert_int_equal(o.length, 8 * 64 * 1024);
    assert_int_equal(o.pauses_left, 0);
    test_scene_close(&s);
}

static void
taker_that_refuses_ends_the_transfer_with_its_own_words(void **state)
{
    size_t blocks = 8;
    struct test_outcome o = { .abort = true };
    struct test_scene s;

    (void)state;
    test_scene_open(&s, answer_flood, &blocks);
    struct ud_http_request r = { .kind = UD_HTTP_LIST, .retry = UD_HTTP_READ, .origin = &s.origin, .path = "/x" };
    test_run(s.http, &r, &o);
    assert_int_equal(o.status, UD_MALFORMED);
    assert_string_equal(o.error.message, "the taker does not like it");
    test_scene_close(&s);
}

static void
must_not_end(struct ud_http_reply *r, void *arg)
{
    (void)r;
    (void)arg;
    fail();
}

static void
fired(void *arg)
{
    *(bool *)arg = true;
}

static void
cancelled_call_is_gone_at_once(void **state)
{
    size_t before = ud_secret_live();
    bool over = false;
    struct test_scene s;
    struct ud_error e;
    short happened;

    (void)state;
    test_scene_open(&s, answer_slowly, NULL);
    struct ud_http_request r = { .kind = UD_HTTP_SECRET, .origin = &s.origin, .path = "/x", .done = must_not_end };
    struct ud_http_call *call = ud_http_start(s.http, &r);
    while (test_server_count(s.server) == 0)
        assert_int_equal(ud_http_turn(s.http, -1, 0, &happened, 20, &e), UD_OK);
    ud_msec start = ud_clock_now();
    ud_http_cancel(s.http, &call);
    assert_null(call);
    assert_true(ud_clock_now() - start < 200);
    assert_int_equal(ud_secret_live(), before);
    (void)ud_http_after(s.http, 20, fired, &over);
    while (!over)
        assert_int_equal(ud_http_turn(s.http, -1, 0, &happened, 50, &e), UD_OK);
    test_scene_close(&s);
}

static void
timers_fire_in_time_and_not_when_cancelled(void **state)
{
    struct ud_http *h = test_http_new(NULL);
    bool one = false, two = false;
    struct ud_error e;
    short happened;

    (void)state;
    ud_msec start = ud_clock_now();
    (void)ud_http_after(h, 30, fired, &one);
    struct ud_http_timer *t = ud_http_after(h, 10, fired, &two);
    ud_http_timer_cancel(h, &t);
    while (!one)
        assert_int_equal(ud_http_turn(h, -1, 0, &happened, 5000, &e), UD_OK);
    assert_true(ud_clock_now() - start >= 30 && ud_clock_now() - start < 2000);
    assert_false(two);
    ud_http_free(&h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_names_us_and_carries_an_id_and_the_token),
        cmocka_unit_test(token_that_would_end_its_header_is_not_sent),
        cmocka_unit_test(secret_body_arrives_whole_and_is_wiped),
        cmocka_unit_test(lists_share_a_connection_and_secrets_do_not),
        cmocka_unit_test(cookie_is_never_returned),
        cmocka_unit_test(proxy_variables_are_ignored),
        cmocka_unit_test(redirect_is_named_and_not_followed),
        cmocka_unit_test(packed_answer_to_a_secret_call_is_refused),
        cmocka_unit_test(broken_http_is_an_unexpected_reply),
        cmocka_unit_test(body_beyond_its_cap_is_refused_while_it_comes),
        cmocka_unit_test(headers_without_end_are_refused),
        cmocka_unit_test(server_that_trickles_is_given_up),
        cmocka_unit_test(nobody_there_is_told_at_once),
        cmocka_unit_test(private_address_of_a_public_service_is_not_used),
        cmocka_unit_test(paused_list_goes_on_without_loss),
        cmocka_unit_test(taker_that_refuses_ends_the_transfer_with_its_own_words),
        cmocka_unit_test(cancelled_call_is_gone_at_once),
        cmocka_unit_test(timers_fire_in_time_and_not_when_cancelled),
    };

    return cmocka_run_group_tests(tests, test_http_setup, NULL);
}
