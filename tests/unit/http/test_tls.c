/* Certificates that must be refused, each with its own sentence, and not a byte of a request sent. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_call.h"
#include "support_tls.h"

#define DAY 86400

static struct test_outcome
ask(struct test_tls *t, const char *pin, enum ud_http_kind kind)
{
    struct ud_http *h = test_http_new(&test_limits);
    struct test_outcome out = { 0 };
    struct ud_http_origin o;
    struct ud_error e;

    assert_int_equal(ud_http_origin_init(&o, test_tls_url(t), test_tls_ca_file(t), pin, &e), UD_OK);
    struct ud_http_request r = { .kind = kind, .origin = &o, .path = "/" };
    test_run(h, &r, &out);
    ud_http_free(&h);
    return out;
}

static void
good_certificate_is_accepted(void **state)
{
    struct test_tls *t = test_tls_start(&(struct test_tls_setup){ .name = "localhost", .not_before = -DAY, .not_after = DAY });

    (void)state;
    assert_int_equal(ask(t, NULL, UD_HTTP_SECRET).status, UD_OK);
    assert_int_equal(ask(t, NULL, UD_HTTP_LIST).status, UD_OK);
    assert_true(test_tls_bytes(t) > 0);
    test_tls_stop(&t);
}

static void
bad_certificate_is_refused_with_its_own_sentence(void **state)
{
    static const struct {
        struct test_tls_setup setup;
        const char *says;
    } cases[] = {
        { { .name = "localhost", .not_before = -2 * DAY, .not_after = -DAY }, "has expired" },
        { { .name = "localhost", .not_before = DAY, .not_after = 2 * DAY }, "not valid yet" },
        { { .name = "localhost", .not_before = -DAY, .not_after = DAY, .self_signed = true }, "signed itself" },
        { { .name = "localhost", .not_before = -DAY, .not_after = DAY, .other_authority = true }, "unknown authority" },
        { { .name = "elsewhere.example", .not_before = -DAY, .not_after = DAY }, "another name" },
        { { .name = "localhost", .not_before = -DAY, .not_after = DAY, .sha1 = true }, "no longer safe" },
        { { .name = "localhost", .not_before = -DAY, .not_after = DAY, .old_version = true }, "No safe connection" },
        { { .name = "localhost", .not_before = -DAY, .not_after = DAY, .cut = true }, "No safe connection" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_tls *t = test_tls_start(&cases[i].setup);
        struct test_outcome o = ask(t, NULL, UD_HTTP_SECRET);
        if (o.status != UD_TLS || strstr(o.error.message, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].says, o.error.message);
        assert_false(o.sent);
        assert_int_equal(test_tls_bytes(t), 0);
        test_tls_stop(&t);
    }
}

static void
pinned_key_must_be_the_servers(void **state)
{
    struct test_tls *t = test_tls_start(&(struct test_tls_setup){ .name = "localhost", .not_before = -DAY, .not_after = DAY });
    char two[200];

    (void)state;
    assert_int_equal(ask(t, test_tls_pin(t), UD_HTTP_SECRET).status, UD_OK);
    snprintf(two, sizeof(two), "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;%s", test_tls_pin(t));
    assert_int_equal(ask(t, two, UD_HTTP_SECRET).status, UD_OK);
    unsigned before = test_tls_bytes(t);
    struct test_outcome o = ask(t, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", UD_HTTP_SECRET);
    assert_int_equal(o.status, UD_TLS);
    assert_non_null(strstr(o.error.message, "pinned"));
    assert_int_equal(test_tls_bytes(t), before);
    test_tls_stop(&t);
}

static void
unreadable_authority_file_is_named(void **state)
{
    struct test_tls *t = test_tls_start(&(struct test_tls_setup){ .name = "localhost", .not_before = -DAY, .not_after = DAY });
    struct ud_http *h = test_http_new(&test_limits);
    struct test_outcome out = { 0 };
    struct ud_http_origin o;
    struct ud_error e;

    (void)state;
    assert_int_equal(ud_http_origin_init(&o, test_tls_url(t), "/nonexistent/ca.pem", NULL, &e), UD_OK);
    struct ud_http_request r = { .kind = UD_HTTP_SMALL, .origin = &o, .path = "/" };
    test_run(h, &r, &out);
    assert_int_equal(out.status, UD_TLS);
    assert_non_null(strstr(out.error.message, "cannot be read"));
    ud_http_free(&h);
    test_tls_stop(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_certificate_is_accepted),
        cmocka_unit_test(bad_certificate_is_refused_with_its_own_sentence),
        cmocka_unit_test(pinned_key_must_be_the_servers),
        cmocka_unit_test(unreadable_authority_file_is_named),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, test_http_setup, NULL);
}
