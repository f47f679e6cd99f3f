/* Staying signed in: refresh, custody, and what ends a session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_graph.h"

static void
empty_page(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 200, "{\"value\":[]}");
}

static enum ud_status
sync_once(struct desk *d)
{
    ud_source_sync(desk_call(d), "");
    return desk_run(d);
}

static void
refresh_token_is_kept_before_its_access_token_is_used(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, empty_page);
    desk_sign_in(&d);
    assert_int_equal(d.kept, 1);
    assert_int_equal(d.requests_at_keep, 0);
    assert_int_equal(sync_once(&d), UD_OK);
    desk_close(&d);
}

static void
token_that_cannot_be_kept_is_not_used(void **state)
{
    struct ud_secret *refresh;
    struct desk d;
    struct ud_error e;

    (void)state;
    desk_open(&d, empty_page);
    d.keep_status = UD_NOSPACE;
    assert_int_equal(ud_secret_new(&refresh, 16, &e), UD_OK);
    assert_int_equal(ud_secret_append(refresh, "rt-0", 4, &e), UD_OK);
    ud_source_resume(desk_call(&d), refresh);
    assert_int_equal(desk_run(&d), UD_NOSPACE);
    assert_int_equal(test_server_count_of(d.graph.server, "/v1.0/"), 0);
    desk_close(&d);
}

static void
each_refresh_uses_the_token_of_the_last(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, empty_page);
    d.graph.token_life = 0; /* dead on arrival: every request renews */
    desk_sign_in(&d);
    assert_int_equal(sync_once(&d), UD_OK);
    unsigned seen = 0;
    for (unsigned i = 0; i < test_server_count(d.graph.server); i++) {
        struct test_request r = test_server_request(d.graph.server, i);
        char wanted[64];
        if (strcmp(r.path, "/t/token") != 0)
            continue;
        snprintf(wanted, sizeof(wanted), "refresh_token=rt-%u", seen++);
        assert_non_null(strstr(r.body, wanted));
    }
    assert_true(seen >= 2);
    desk_close(&d);
}

static void
refuse_first(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct fake_graph *g = arg;

    if (atomic_fetch_sub(&g->misses, 1) > 0)
        test_reply_json(c, 401, "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"expired\"}}");
    else
        empty_page(c, r, arg);
}

static void
refused_token_is_renewed_once_and_the_request_repeated(void **state)
{
    struct desk d;
    char value[64];

    (void)state;
    desk_open(&d, refuse_first);
    desk_sign_in(&d);
    atomic_store(&d.graph.misses, 1);
    unsigned before = test_server_count(d.graph.server);
    assert_int_equal(sync_once(&d), UD_OK);
    struct test_request first = test_server_request(d.graph.server, before),
                        again = test_server_request(d.graph.server, before + 2);
    test_header(value, sizeof(value), &first, "Authorization");
    assert_string_equal(value, "Bearer at-1");
    test_header(value, sizeof(value), &again, "Authorization");
    assert_string_equal(value, "Bearer at-2");
    assert_string_equal(first.path, again.path);
    desk_close(&d);
}

static void
token_refused_for_ever_ends_after_one_renewal(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, refuse_first);
    desk_sign_in(&d);
    atomic_store(&d.graph.misses, 100);
    assert_int_equal(sync_once(&d), UD_SIGNIN);
    assert_int_equal(test_server_count_of(d.graph.server, "/v1.0/"), 2);
    desk_close(&d);
}

static void
refuse_from_yesterday(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply(c, 401, "Date: Thu, 20 Aug 2020 10:00:00 GMT\r\nContent-Type: application/json\r\n",
        "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"expired\"}}");
}

static void
clock_that_is_wrong_is_named(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, refuse_from_yesterday);
    desk_sign_in(&d);
    assert_int_equal(sync_once(&d), UD_SIGNIN);
    assert_non_null(strstr(d.error.hint, "clock"));
    desk_close(&d);
}

static void
intune_forbids(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 401,
        "{\"error\":{\"code\":\"UnknownError\",\"message\":\"{\\\"ErrorCode\\\":\\\"Forbidden\\\",\\\"Message\\\":\\\"no "
        "role\\\"}\"}}");
}

static void
missing_intune_role_is_not_taken_for_a_dead_token(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, intune_forbids);
    desk_sign_in(&d);
    assert_int_equal(sync_once(&d), UD_DENIED);
    assert_int_equal(test_server_count_of(d.graph.server, "/v1.0/"), 1);
    assert_int_equal(atomic_load(&d.graph.tokens), 1);
    desk_close(&d);
}

static void
revoked_session_asks_for_a_sign_in_and_forgets_its_tokens(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, refuse_first);
    desk_sign_in(&d);
    atomic_store(&d.graph.misses, 1);
    d.graph.refresh_error = "invalid_grant";
    assert_int_equal(sync_once(&d), UD_SIGNIN);
    assert_false(ud_source_is_signed_in(d.source));
    unsigned before = test_server_count(d.graph.server);
    assert_int_equal(sync_once(&d), UD_SIGNIN);
    assert_int_equal(test_server_count(d.graph.server), before);
    desk_close(&d);
}

struct twin {
    bool ended;
    enum ud_status status;
};

static void
twin_end(const struct ud_source_end *end, void *arg)
{
    struct twin *t = arg;

    t->ended = true;
    t->status = end->status;
}

static void
calls_that_wait_share_one_refresh(void **state)
{
    struct ud_source_sink sink = desk_sink;
    struct twin twins[5] = { { .ended = false } };
    struct ud_source_device device = { .os = "Linux" };
    struct desk d;

    (void)state;
    desk_open(&d, empty_page);
    d.graph.token_life = 2;
    desk_sign_in(&d);
    ud_msec until = ud_clock_now() + 2000;
    while (ud_clock_now() < until) /* until the token has aged */
        desk_turn(&d, until - ud_clock_now());
    device.entra = test_guid("33333333-3333-4333-8333-333333333333");
    sink.end = twin_end;
    sink.progress = NULL;
    int before = atomic_load(&d.graph.tokens);
    for (size_t i = 0; i < 5; i++)
        ud_source_keys(ud_source_call_new(d.source, &sink, &twins[i]), &device);
    for (size_t i = 0; i < 5; i++) {
        while (!twins[i].ended)
            desk_turn(&d, 1000);
        assert_int_equal(twins[i].status, UD_OK);
    }
    assert_int_equal(atomic_load(&d.graph.tokens), before + 1);
    desk_close(&d);
}

static void
sign_out_forgets_everything(void **state)
{
    size_t before = ud_secret_live();
    struct desk d;

    (void)state;
    desk_open(&d, empty_page);
    desk_sign_in(&d);
    assert_true(ud_source_is_signed_in(d.source));
    ud_source_sign_out(desk_call(&d));
    assert_int_equal(desk_run(&d), UD_OK);
    assert_false(ud_source_is_signed_in(d.source));
    assert_int_equal(ud_secret_live(), before);
    assert_int_equal(sync_once(&d), UD_SIGNIN);
    desk_close(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refresh_token_is_kept_before_its_access_token_is_used),
        cmocka_unit_test(token_that_cannot_be_kept_is_not_used),
        cmocka_unit_test(each_refresh_uses_the_token_of_the_last),
        cmocka_unit_test(refused_token_is_renewed_once_and_the_request_repeated),
        cmocka_unit_test(token_refused_for_ever_ends_after_one_renewal),
        cmocka_unit_test(clock_that_is_wrong_is_named),
        cmocka_unit_test(missing_intune_role_is_not_taken_for_a_dead_token),
        cmocka_unit_test(revoked_session_asks_for_a_sign_in_and_forgets_its_tokens),
        cmocka_unit_test(calls_that_wait_share_one_refresh),
        cmocka_unit_test(sign_out_forgets_everything),
    };

    return cmocka_run_group_tests(tests, test_source_setup, NULL);
}
