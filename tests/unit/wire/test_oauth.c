/* Sign-in bodies: what Entra, escrowd and other OAuth servers send. */
#include "tests/unit/wire/support.h"

#include <stdio.h>

#include "base/seal.h"
#include "wire/oauth.h"

static void
discovery_is_read_back_as_written(void **state)
{
    const struct ud_wire_discovery d = { "https://l/t/v2.0", "https://l/a", "https://l/t/oauth2/v2.0/token",
        "https://l/devicecode", "https://l/keys" };
    struct ud_wire_discovery got;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &b);
    ud_wire_discovery_write(&w, &d);
    assert_int_equal(ud_wire_discovery_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &d, sizeof(d));
    assert_int_equal(ud_wire_discovery_decode(&got, "{\"issuer\":\"x\"}", 14, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_discovery_decode(&got, "{\"token_endpoint\":5}", 20, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

static void
a_device_code_gets_the_defaults_of_the_rfc(void **state)
{
    struct ud_secret *body =
        secret_of("{\"device_code\":\"DC/\\/x\",\"user_code\":\"WDJB-MJHT\",\"verification_uri\":\"https://x/device\"}");
    struct ud_wire_device_code c;

    (void)state;
    assert_int_equal(ud_wire_device_code_decode(&c, body, NULL), UD_OK);
    assert_secret(c.code, "DC//x");
    assert_string_equal(c.user_code, "WDJB-MJHT");
    assert_int_equal(c.interval, 5);
    assert_int_equal(c.expires_in, 900);
    assert_string_equal(c.uri_complete, "");
    ud_wire_device_code_clear(&c);
    assert_null(c.code);
    ud_secret_free(&body);
}

static void
a_device_code_takes_numbers_as_text_and_keeps_them_in_sense(void **state)
{
    struct ud_secret *body = secret_of(
        "{\"device_code\":\"x\",\"user_code\":\"a\",\"verification_uri\":\"u\",\"interval\":\"0\",\"expires_in\":\"99999999\"}");
    struct ud_wire_device_code c;

    (void)state;
    assert_int_equal(ud_wire_device_code_decode(&c, body, NULL), UD_OK);
    assert_int_equal(c.interval, 1);
    assert_int_equal(c.expires_in, 86400);
    ud_wire_device_code_clear(&c);
    ud_secret_free(&body);
}

static void
a_device_code_without_one_of_its_parts_is_refused(void **state)
{
    static const char *const bodies[] = { "{\"user_code\":\"a\",\"verification_uri\":\"u\"}",
        "{\"device_code\":\"x\",\"verification_uri\":\"u\"}", "{\"device_code\":\"x\",\"user_code\":\"a\"}",
        "{\"device_code\":\"\",\"user_code\":\"a\",\"verification_uri\":\"u\"}",
        "{\"device_code\":5,\"user_code\":\"a\",\"verification_uri\":\"u\"}", "{\"error\":\"invalid_client\"}", "<html>" };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct ud_secret *body = secret_of(bodies[i]);
        struct ud_wire_device_code c;
        assert_int_equal(ud_wire_device_code_decode(&c, body, NULL), UD_MALFORMED);
        assert_null(c.code);
        ud_secret_free(&body);
        assert_int_equal(ud_secret_live(), 0);
    }
}

static void
a_written_device_code_reads_back(void **state)
{
    struct ud_wire_device_code c = { .code = secret_of("opaque"),
        .user_code = "WDJB-MJHT",
        .uri = "https://x/device",
        .message = "To sign in, …",
        .expires_in = 600,
        .interval = 1 },
                               got;
    struct ud_secret *body = NULL;

    (void)state;
    assert_int_equal(ud_wire_device_code_encode(&body, &c, NULL), UD_OK);
    assert_int_equal(ud_wire_device_code_decode(&got, body, NULL), UD_OK);
    assert_true(ud_secret_equal(c.code, got.code));
    assert_string_equal(got.message, c.message);
    assert_int_equal(got.interval, 1);
    assert_int_equal(got.expires_in, 600);
    ud_wire_device_code_clear(&c);
    ud_wire_device_code_clear(&got);
    ud_secret_free(&body);
}

/* header.payload.signature, with the payload of `claims`. */
static void
make_jwt(char *out, size_t size, const char *claims)
{
    char payload[512];

    ud_base64url_encode(payload, sizeof(payload), claims, strlen(claims));
    snprintf(out, size, "eyJhbGciOiJSUzI1NiJ9.%s.c2ln", payload);
}

static void
a_token_reply_reads_back_with_the_claims_of_its_id_token(void **state)
{
    struct ud_wire_token t = { .access = secret_of("acc.ess/token"),
        .refresh = secret_of("ref\"resh"),
        .expires_in = 3599,
        .scope = "openid offline_access https://g/x" },
                         got;
    struct ud_secret *body = NULL;
    char jwt[1024];

    (void)state;
    make_jwt(jwt, sizeof(jwt),
        "{\"oid\":\"o1\",\"tid\":\"t1\",\"preferred_username\":\"al\\u202eice@x\",\"name\":\"Alice\",\"groups\":[1]}");
    assert_int_equal(ud_wire_token_encode(&body, &t, jwt, "e30", NULL), UD_OK);
    assert_int_equal(ud_wire_token_decode(&got, body, NULL), UD_OK);
    assert_true(ud_secret_equal(t.access, got.access));
    assert_true(ud_secret_equal(t.refresh, got.refresh));
    assert_int_equal(got.expires_in, 3599);
    assert_string_equal(got.scope, t.scope);
    assert_true(got.claims.present);
    assert_string_equal(got.claims.oid, "o1");
    assert_string_equal(got.claims.tid, "t1");
    assert_string_equal(got.claims.account, "alice@x");
    assert_string_equal(got.claims.name, "Alice");
    ud_wire_token_clear(&t);
    ud_wire_token_clear(&got);
    ud_secret_free(&body);
    assert_int_equal(ud_secret_live(), 0);
}

static void
a_token_without_refresh_or_id_token_is_enough(void **state)
{
    struct ud_secret *body =
        secret_of("{\"token_type\":\"bearer\",\"access_token\":\"x\",\"expires_in\":\"300\",\"refresh_token\":null}");
    struct ud_wire_token t;

    (void)state;
    assert_int_equal(ud_wire_token_decode(&t, body, NULL), UD_OK);
    assert_secret(t.access, "x");
    assert_null(t.refresh);
    assert_int_equal(t.expires_in, 300);
    assert_false(t.claims.present);
    ud_wire_token_clear(&t);
    ud_secret_free(&body);
}

static void
an_id_token_that_cannot_be_read_counts_as_absent(void **state)
{
    static const char *const tokens[] = { "x", "a.b", "a.!!.c", "a..c", "a.e30.c.d.e", "....", "a.bm90IGpzb24.c" };

    (void)state;
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        char text[256];
        snprintf(text, sizeof(text), "{\"token_type\":\"Bearer\",\"access_token\":\"x\",\"id_token\":\"%s\"}", tokens[i]);
        struct ud_secret *body = secret_of(text);
        struct ud_wire_token t;
        assert_int_equal(ud_wire_token_decode(&t, body, NULL), UD_OK);
        assert_string_equal(t.claims.oid, "");
        ud_wire_token_clear(&t);
        ud_secret_free(&body);
        assert_int_equal(ud_secret_live(), 0);
    }
}

static void
a_token_reply_that_is_not_usable_is_refused(void **state)
{
    static const char *const bodies[] = { "{}", "{\"token_type\":\"Bearer\"}", "{\"access_token\":\"x\"}",
        "{\"token_type\":\"mac\",\"access_token\":\"x\"}", "{\"token_type\":\"Bearerx\",\"access_token\":\"x\"}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"\"}", "{\"token_type\":\"Bearer\",\"access_token\":5}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"x\",\"expires_in\":true}",
        "{\"token_type\":\"Bearer\",\"access_token\":\"x\",\"access_token\":\"y\"}", "" };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct ud_secret *body = secret_of(bodies[i]);
        struct ud_wire_token t;
        if (ud_wire_token_decode(&t, body, NULL) != UD_MALFORMED)
            fail_msg("taken: %s", bodies[i]);
        ud_secret_free(&body);
        assert_int_equal(ud_secret_live(), 0);
    }
}

static void
an_error_is_cut_to_what_people_can_read(void **state)
{
    static const char body[] = "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50076: Due to a change you must use "
                               "MFA.\\r\\nTrace ID: 1\\r\\n\","
                               "\"error_codes\":[50076,1],\"timestamp\":\"x\",\"trace_id\":\"t-1\",\"correlation_id\":\"c-1\","
                               "\"suberror\":\"basic_action\","
                               "\"claims\":\"{\\\"access_token\\\":{}}\"}";
    struct ud_wire_oauth_error e;

    (void)state;
    assert_int_equal(ud_wire_oauth_error_decode(&e, body, sizeof(body) - 1, NULL), UD_OK);
    assert_string_equal(e.error, "invalid_grant");
    assert_string_equal(e.suberror, "basic_action");
    assert_string_equal(e.description, "AADSTS50076: Due to a change you must use MFA.");
    assert_int_equal(e.aadsts, 50076);
    assert_string_equal(e.trace_id, "t-1");
    assert_string_equal(e.correlation_id, "c-1");
    assert_string_equal(e.claims, "{\"access_token\":{}}");
}

static void
the_number_of_an_error_is_found_in_its_text_where_there_is_no_list(void **state)
{
    static const char body[] = "{\"error\":\"x\",\"error_description\":\"AADSTS7000218: The request\"}";
    struct ud_wire_oauth_error e;

    (void)state;
    assert_int_equal(ud_wire_oauth_error_decode(&e, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(e.aadsts, 7000218);
    assert_int_equal(ud_wire_oauth_error_decode(&e, "{\"error\":5}", 11, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_oauth_error_decode(&e, "{\"a\":\"b\"}", 9, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_oauth_error_decode(&e, "<html>", 6, NULL), UD_MALFORMED);
}

static void
a_written_error_reads_back(void **state)
{
    struct ud_wire_oauth_error e;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1024);
    ud_json_writer_init(&w, &b);
    ud_wire_oauth_error_write(&w, "authorization_pending", "not yet");
    assert_int_equal(ud_wire_oauth_error_decode(&e, b.data, b.length, NULL), UD_OK);
    assert_string_equal(e.error, "authorization_pending");
    assert_string_equal(e.description, "not yet");
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovery_is_read_back_as_written),
        cmocka_unit_test(a_device_code_gets_the_defaults_of_the_rfc),
        cmocka_unit_test(a_device_code_takes_numbers_as_text_and_keeps_them_in_sense),
        cmocka_unit_test(a_device_code_without_one_of_its_parts_is_refused),
        cmocka_unit_test(a_written_device_code_reads_back),
        cmocka_unit_test(a_token_reply_reads_back_with_the_claims_of_its_id_token),
        cmocka_unit_test(a_token_without_refresh_or_id_token_is_enough),
        cmocka_unit_test(an_id_token_that_cannot_be_read_counts_as_absent),
        cmocka_unit_test(a_token_reply_that_is_not_usable_is_refused),
        cmocka_unit_test(an_error_is_cut_to_what_people_can_read),
        cmocka_unit_test(the_number_of_an_error_is_found_in_its_text_where_there_is_no_list),
        cmocka_unit_test(a_written_error_reads_back),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
