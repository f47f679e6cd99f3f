/* Signing in with a device code: what is shown, how it is polled, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_graph.h"

static void
no_api(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 404, "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"no\"}}");
}

static enum ud_status
sign_in(struct desk *d)
{
    ud_source_sign_in(desk_call(d));
    return desk_run(d);
}

static void
code_is_shown_and_polled_until_it_is_approved(void **state)
{
    static const char *const errors[] = { "authorization_pending", "authorization_pending", NULL };
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.poll_errors = errors;
    assert_int_equal(sign_in(&d), UD_OK);
    assert_int_equal(d.codes, 1);
    assert_string_equal(d.user_code, "BCDF-GHJK");
    assert_int_equal(atomic_load(&d.graph.polls), 3);
    assert_true(d.identified);
    assert_string_equal(d.account, "ada@contoso.example");
    assert_string_equal(d.name, "Ada");
    assert_false(d.more_scopes);
    assert_int_equal(d.kept, 1);
    assert_string_equal(d.kept_text, "rt-1");
    struct test_request r = test_server_request(d.graph.server, 3);
    assert_non_null(strstr(r.body, "device_code=dc-secret"));
    assert_non_null(strstr(r.body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"));
    desk_close(&d);
}

static void
slow_down_adds_five_seconds_for_good(void **state)
{
    static const char *const errors[] = { "slow_down", "authorization_pending", NULL };
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.poll_errors = errors;
    d.set.poll_unit = 20; /* 5 -> 100 ms, 10 -> 200 ms */
    ud_msec start = ud_clock_now();
    assert_int_equal(sign_in(&d), UD_OK);
    assert_true(ud_clock_now() - start >= 100 + 200 + 200);
    desk_close(&d);
}

static void
cut_connection_while_polling_slows_down_and_goes_on(void **state)
{
    static const char *const errors[] = { "cut", NULL };
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.poll_errors = errors;
    d.set.poll_unit = 10;
    ud_msec start = ud_clock_now();
    assert_int_equal(sign_in(&d), UD_OK);
    assert_true(ud_clock_now() - start >= 50 + 100);
    assert_int_equal(atomic_load(&d.graph.polls), 2);
    desk_close(&d);
}

static void
final_answers_end_the_polling(void **state)
{
    static const struct {
        const char *error;
        enum ud_status status;
    } cases[] = {
        { "authorization_declined", UD_DENIED },
        { "access_denied", UD_DENIED },
        { "expired_token", UD_TIMEOUT },
        { "bad_verification_code", UD_FAILED },
        { "invalid_grant", UD_SIGNIN },
        { "invalid_client", UD_CONFIG },
        { "something_new", UD_FAILED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const errors[] = { cases[i].error, NULL };
        struct desk d;
        desk_open(&d, no_api);
        d.graph.poll_errors = errors;
        assert_int_equal(sign_in(&d), cases[i].status);
        assert_int_equal(atomic_load(&d.graph.polls), 1);
        assert_false(d.identified);
        desk_close(&d);
    }
}

static void
code_is_not_polled_beyond_its_life(void **state)
{
    static const char *const errors[] = { "authorization_pending", "authorization_pending", "authorization_pending",
        "authorization_pending", "authorization_pending", "authorization_pending", NULL };
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.poll_errors = errors;
    d.graph.code_life = 1;
    d.set.poll_unit = 80; /* a poll each 400 ms */
    assert_int_equal(sign_in(&d), UD_TIMEOUT);
    assert_true(atomic_load(&d.graph.polls) <= 4);
    desk_close(&d);
}

static void
foreign_sign_in_page_is_not_shown(void **state)
{
    static const char *const pages[] = { "https://evil.example/devicelogin", "http://microsoft.com/devicelogin",
        "https://microsoft.com.evil.example/x", "https://microsoft.com@evil.example/", "javascript:alert(1)", "" };

    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct desk d;
        desk_open(&d, no_api);
        d.graph.verification_uri = pages[i];
        assert_int_not_equal(sign_in(&d), UD_OK);
        assert_int_equal(d.codes, 0);
        assert_int_equal(atomic_load(&d.graph.polls), 0);
        desk_close(&d);
    }
}

static void
discovery_that_names_another_host_is_refused(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.token_host = "https://evil.example";
    assert_int_equal(sign_in(&d), UD_DENIED);
    assert_int_equal(test_server_count_of(d.graph.server, "/t/"), 1);
    desk_close(&d);
}

static void
training_service_marks_the_console(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    assert_int_equal(sign_in(&d), UD_OK);
    assert_false(d.training);
    desk_close(&d);
    desk_open(&d, no_api);
    d.graph.well_known =
        "{\"escrow\":1,\"name\":\"x\",\"training\":true,\"authority\":\"http://localhost/t\",\"graph\":\"http://localhost\","
        "\"client_id\":\"x\",\"capabilities\":[]}";
    assert_int_equal(sign_in(&d), UD_OK);
    assert_true(d.training);
    desk_close(&d);
}

static void
service_without_device_codes_says_so(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.no_device_endpoint = true;
    assert_int_equal(sign_in(&d), UD_UNSUPPORTED);
    d.set.device_code = false;
    assert_int_equal(sign_in(&d), UD_UNSUPPORTED);
    desk_close(&d);
}

static void
me_only(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)arg;
    if (strncmp(r->path, "/v1.0/me?", 9) == 0)
        test_reply_json(c, 200,
            "{\"id\":\"11111111-1111-4111-8111-111111111111\",\"displayName\":\"Ada\",\"userPrincipalName\":\"ada@contoso."
            "example\"}");
    else
        no_api(c, r, arg);
}

static void
without_claims_the_service_is_asked_who_it_is(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, me_only);
    d.graph.no_claims = true;
    assert_int_equal(sign_in(&d), UD_OK);
    assert_true(d.identified);
    assert_string_equal(d.account, "ada@contoso.example");
    assert_int_equal(d.requests_at_keep, 0); /* kept before its access token was used */
    desk_close(&d);
}

static void
more_rights_than_asked_are_marked(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, no_api);
    d.graph.scope = "openid https://graph.microsoft.com/bitlockerkey.read.all profile";
    assert_int_equal(sign_in(&d), UD_OK);
    assert_false(d.more_scopes);
    d.graph.scope = "openid BitlockerKey.Read.All Directory.ReadWrite.All";
    assert_int_equal(sign_in(&d), UD_OK);
    assert_true(d.more_scopes);
    desk_close(&d);
}

static void
sign_in_can_be_cancelled_at_any_time(void **state)
{
    static const char *const errors[] = { "authorization_pending", "authorization_pending", "authorization_pending", NULL };
    size_t before = ud_secret_live();

    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        struct desk d;
        desk_open(&d, no_api);
        d.graph.poll_errors = errors;
        struct ud_source_call *c = desk_call(&d);
        ud_source_sign_in(c);
        for (int i = 0; i < turns && !d.ended; i++)
            desk_turn(&d, 50);
        if (!d.ended)
            ud_source_cancel(&c);
        desk_turn(&d, 10);
        desk_close(&d);
        assert_int_equal(ud_secret_live(), before);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_is_shown_and_polled_until_it_is_approved),
        cmocka_unit_test(slow_down_adds_five_seconds_for_good),
        cmocka_unit_test(cut_connection_while_polling_slows_down_and_goes_on),
        cmocka_unit_test(final_answers_end_the_polling),
        cmocka_unit_test(code_is_not_polled_beyond_its_life),
        cmocka_unit_test(foreign_sign_in_page_is_not_shown),
        cmocka_unit_test(discovery_that_names_another_host_is_refused),
        cmocka_unit_test(training_service_marks_the_console),
        cmocka_unit_test(service_without_device_codes_says_so),
        cmocka_unit_test(without_claims_the_service_is_asked_who_it_is),
        cmocka_unit_test(more_rights_than_asked_are_marked),
        cmocka_unit_test(sign_in_can_be_cancelled_at_any_time),
    };

    return cmocka_run_group_tests(tests, test_source_setup, NULL);
}
