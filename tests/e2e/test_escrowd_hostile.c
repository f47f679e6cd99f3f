/* Requests that mean harm, or come from programs that count badly: each is refused, and the service goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

static struct ud_fixture f, https;
static struct ud_raw *slow, *slow_body;

static void
is_alive(const struct ud_fixture *which)
{
    struct ud_json *doc = ud_raw_json(which, "GET", "/.well-known/escrow", NULL, NULL, 200);

    ud_json_free(&doc);
}

/* Sends bytes; the status of what comes back, 0 where the connection just ended. */
static int
status_of(const char *bytes, size_t length)
{
    struct ud_raw *r = ud_raw_open(&f);
    struct ud_answer a;

    ud_raw_send(r, bytes, length);
    ud_raw_answer(&a, r);
    int status = a.status;
    ud_answer_free(&a);
    ud_raw_close(&r);
    return status;
}

#define GET  "GET /.well-known/escrow HTTP/1.1\r\nHost: localhost\r\n"
#define POST "POST /t/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"

static void
requests_that_contradict_themselves_are_refused(void **state)
{
    static const char *const bad[] = {
        POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=1b",
        POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST "Content-Length: 3x\r\n\r\na=1",
        POST "Content-Length: -1\r\n\r\n",
        POST "Content-Length: 99999999999999999999\r\n\r\n",
        POST "Transfer-Encoding: chunked\r\n\r\nzz\r\na=1\r\n0\r\n\r\n",
        POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\na=1\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", /* no Host */
        "GET /v1.0/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /v1.0/me HTTP/1.1\r\nHost: evil.example/path\r\n\r\n",
        "GET /v1.0/%00me HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "BREW /device HTTP/1.1\r\nHost: localhost\r\n\r\n",
        GET " X: folded\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int status = status_of(bad[i], strlen(bad[i]));
        if (status != 0 && (status < 400 || status > 499))
            fail_msg("%d: %s", status, bad[i]);
    }
    is_alive(&f);
}

static void
large_headers_and_targets_are_refused(void **state)
{
    static char bytes[200000];
    int n = snprintf(bytes, sizeof(bytes), GET "X-Large: ");

    (void)state;
    memset(bytes + n, 'a', 100000);
    memcpy(bytes + n + 100000, "\r\n\r\n", 4);
    int status = status_of(bytes, (size_t)n + 100004);
    assert_true(status == 0 || status == 431 || status == 413);
    memcpy(bytes, "GET /", 5);
    memset(bytes + 5, 'a', 12000);
    n = snprintf(bytes + 12005, 100, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    status = status_of(bytes, 12005 + (size_t)n);
    assert_true(status == 0 || (status >= 400 && status < 500));
    is_alive(&f);
}

static void
ten_thousand_small_headers_are_refused(void **state)
{
    size_t room = 200000, n = strlen(GET);
    char *bytes = malloc(room);

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, GET, n);
    while (n + 16 < room)
        n += (size_t)snprintf(bytes + n, 16, "X%zu: y\r\n", n % 1000);
    n += (size_t)snprintf(bytes + n, 16, "\r\n");
    int status = status_of(bytes, n);
    assert_true(status == 0 || (status >= 400 && status < 500));
    free(bytes);
    is_alive(&f);
}

static void
bodies_beyond_the_limit_are_refused(void **state)
{
    static char bytes[90000];
    struct ud_raw *r = ud_raw_open(&f);
    struct ud_answer a;

    (void)state;
    /* Announced: refused before it is sent. */
    ud_raw_send_text(r, POST "Content-Length: 20000\r\n\r\n");
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 413);
    ud_answer_free(&a);
    ud_raw_close(&r);
    /* Not announced: cut when it is too long. */
    int n = snprintf(bytes, sizeof(bytes), POST "Transfer-Encoding: chunked\r\n\r\n11170\r\n");
    memset(bytes + n, 'a', 70000);
    memcpy(bytes + n + 70000, "\r\n0\r\n\r\n", 7);
    int status = status_of(bytes, (size_t)n + 70007);
    assert_true(status == 0 || status >= 400);
    is_alive(&f);
}

static void
bodies_of_another_type_are_refused(void **state)
{
    struct ud_answer a;

    (void)state;
    ud_raw_call(&a, &f, "POST", "/t/oauth2/v2.0/token", NULL, "application/json", "{}");
    assert_int_equal(a.status, 415);
    ud_answer_free(&a);
    ud_raw_call(&a, &f, "POST", "/t/oauth2/v2.0/token", NULL, "multipart/form-data; boundary=x", "--x--");
    assert_int_equal(a.status, 415);
    ud_answer_free(&a);
}

static void
json_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = { "", "[]", "nonsense", "{\"request\":", "{}x", "{\"a\":1,\"a\":2}", "\xEF\xBB\xBF{}",
        "{\"request\":\"\\u0000\"}", "{\"request\":\"\xff\"}", "{'request':1}", "{\"request\":\"x\",\"outcome\":\"worked\"}" };
    char token[80];

    (void)state;
    ud_raw_sign_in_operator(token, &f);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/outcome", token, bad[i], 400);
        ud_json_free(&doc);
    }
    size_t depth = 20000;
    char *deep = malloc(depth + 1);
    assert_non_null(deep);
    memset(deep, '[', depth);
    deep[depth] = '\0';
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/outcome", token, deep, 400);
    ud_json_free(&doc);
    free(deep);
}

static void
a_wrong_method_is_told_the_right_one(void **state)
{
    char allow[40];
    struct ud_answer a;

    (void)state;
    ud_raw_call(&a, &f, "DELETE", "/v1.0/me", NULL, NULL, NULL);
    assert_int_equal(a.status, 405);
    ud_answer_header(allow, sizeof(allow), &a, "Allow");
    assert_string_equal(allow, "GET");
    ud_answer_free(&a);
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
    struct ud_raw *r = ud_raw_open(&f);
    struct ud_answer a;

    (void)state;
    ud_raw_send_text(r, GET "\r\nGET /v1.0/me HTTP/1.1\r\nHost: localhost\r\n\r\n" GET "\r\n");
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 200);
    ud_answer_free(&a);
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 401);
    ud_answer_free(&a);
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 200);
    ud_answer_free(&a);
    ud_raw_close(&r);
}

static void
a_caller_that_leaves_in_the_middle_leaves_nothing_behind(void **state)
{
    char token[80], head[300];

    (void)state;
    ud_raw_sign_in_operator(token, &f);
    snprintf(head, sizeof(head),
        "GET /v1.0/deviceManagement/managedDevices HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", token);
    for (int i = 0; i < 100; i++) {
        struct ud_raw *r = ud_raw_open(&f);
        ud_raw_send_text(r, head);
        ud_raw_close(&r);
    }
    is_alive(&f);
}

static void
more_connections_than_allowed_do_not_stop_the_service(void **state)
{
    struct ud_raw *many[600] = { NULL };

    (void)state;
    for (int i = 0; i < 600; i++)
        many[i] = ud_raw_open(&f);
    for (int i = 0; i < 600; i++)
        ud_raw_close(&many[i]);
    is_alive(&f);
    is_alive(&https);
}

static void
plain_http_on_the_tls_port_gets_no_answer(void **state)
{
    struct ud_raw *r = ud_raw_open_plain(&https);
    struct ud_answer a;

    (void)state;
    ud_raw_send_text(r, GET "\r\n");
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 0);
    ud_answer_free(&a);
    ud_raw_close(&r);
    is_alive(&https);
}

static void
links_follow_the_host_the_caller_used(void **state)
{
    struct ud_raw *r = ud_raw_open(&f);
    struct ud_answer a;

    (void)state;
    ud_raw_send_text(r, "GET /.well-known/escrow HTTP/1.1\r\nHost: keys.example:8443\r\n\r\n");
    ud_raw_answer(&a, r);
    assert_non_null(strstr(a.body, "http://keys.example:8443"));
    ud_answer_free(&a);
    ud_raw_close(&r);
}

/* The two were opened at the start and have said half a request since: ten seconds for headers, twenty for a body. */
static void
a_caller_that_dawdles_is_shown_the_door(void **state)
{
    (void)state;
    assert_true(ud_raw_closed(slow, 15000));
    assert_true(ud_raw_closed(slow_body, 25000));
}

static int
setup(void **state)
{
    (void)state;
    ud_fixture_start(&f, &(struct ud_fixture_options){ .devices = 20 });
    ud_fixture_start(&https, &(struct ud_fixture_options){ .https = true, .service = true });
    slow = ud_raw_open(&f);
    ud_raw_send_text(slow, "GET /v1.0/me HTTP/1.1\r\nHost: loc");
    slow_body = ud_raw_open(&f);
    ud_raw_send_text(slow_body, POST "Content-Length: 100\r\n\r\nclient_id=");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ud_raw_close(&slow);
    ud_raw_close(&slow_body);
    ud_fixture_end(&f);
    ud_fixture_end(&https);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_that_contradict_themselves_are_refused),
        cmocka_unit_test(large_headers_and_targets_are_refused),
        cmocka_unit_test(ten_thousand_small_headers_are_refused),
        cmocka_unit_test(bodies_beyond_the_limit_are_refused),
        cmocka_unit_test(bodies_of_another_type_are_refused),
        cmocka_unit_test(json_that_is_none_is_refused),
        cmocka_unit_test(a_wrong_method_is_told_the_right_one),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_caller_that_leaves_in_the_middle_leaves_nothing_behind),
        cmocka_unit_test(more_connections_than_allowed_do_not_stop_the_service),
        cmocka_unit_test(plain_http_on_the_tls_port_gets_no_answer),
        cmocka_unit_test(links_follow_the_host_the_caller_used),
        cmocka_unit_test(a_caller_that_dawdles_is_shown_the_door),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
