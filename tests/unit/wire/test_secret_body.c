/* Bodies that hold secrets: from one secret into another, and back. */
#include "tests/unit/wire/support.h"

#include "base/seal.h"
#include "wire/json_writer.h"
#include "wire/secret_body.h"

static void
one_member_is_found_by_its_path(void **state)
{
    static const struct {
        const char *body, *path, *value;
        enum ud_status st;
    } rows[] = {
        { "{\"key\":\"123\"}", "key", "123", UD_OK },
        { "{\"a\":{\"key\":\"no\"},\"b\":[{\"key\":\"no\"}],\"key\":\"123\"}", "key", "123", UD_OK },
        { "{\"value\":{\"x\":1,\"key\":\"123\"},\"key\":\"no\"}", "value.key", "123", UD_OK },
        { "{\"value\":{\"in\":{\"key\":\"\\u00e9\\/\\\"\"}}}", "value.in.key", "\xc3\xa9/\"", UD_OK },
        { "{\"other\":\"123\"}", "key", NULL, UD_NOTFOUND },
        { "{\"key\":null}", "key", NULL, UD_NOTFOUND },
        { "{\"key\":\"\"}", "key", NULL, UD_NOTFOUND },
        { "{\"value\":null}", "value.key", NULL, UD_NOTFOUND },
        { "{\"value\":{\"x\":1},\"key\":\"123\"}", "value.key", NULL, UD_NOTFOUND },
        { "{\"Key\":\"123\"}", "key", NULL, UD_NOTFOUND },
        { "{\"key\":123}", "key", NULL, UD_MALFORMED },
        { "{\"key\":[\"123\"]}", "key", NULL, UD_MALFORMED },
        { "{\"value\":\"123\"}", "value.key", NULL, UD_MALFORMED },
        { "{\"key\":\"123\"", "key", NULL, UD_MALFORMED },
        { "{\"key\":\"123\"} x", "key", NULL, UD_MALFORMED },
        { "{\"key\":\"123\",\"key\":\"456\"}", "key", NULL, UD_MALFORMED },
        { "{\"key\":\"1\\u00002\"}", "key", NULL, UD_MALFORMED },
        { "[\"123\"]", "key", NULL, UD_MALFORMED },
        { "<html>", "key", NULL, UD_MALFORMED },
        { "", "key", NULL, UD_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_secret *body = secret_of(rows[i].body), *out = NULL;
        size_t live = ud_secret_live();
        if (ud_wire_secret_member(&out, body, rows[i].path, NULL) != rows[i].st)
            fail_msg("%s", rows[i].body);
        if (rows[i].value != NULL)
            assert_secret(out, rows[i].value);
        else
            assert_null(out);
        ud_secret_free(&out);
        assert_int_equal(ud_secret_live(), live); /* nothing is left behind */
        ud_secret_free(&body);
    }
}

static void
an_error_never_carries_the_secret(void **state)
{
    struct ud_secret *body = secret_of("{\"key\":\"483912-topsecret\",}"), *out;
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_wire_secret_member(&out, body, "key", &err), UD_MALFORMED);
    assert_null(strstr(err.message, "topsecret"));
    ud_secret_free(&body);
}

static void
fields_of_every_type_are_read(void **state)
{
    struct ud_secret *body = secret_of(
        "{\"t\":\"a\\u001bb\",\"n\":12,\"m\":\"34\",\"b\":true,\"g\":\"" ID_A "\",\"s\":\"x\\\"y\",\"else\":[{\"t\":1}]}");
    struct ud_secret *secret = NULL;
    char text[8] = "", as_number[8] = "";
    int64_t n = 0, m = 0, missing = 77;
    enum ud_tristate b = UD_UNKNOWN;
    struct ud_guid g;
    const struct ud_wire_field fields[] = { { "t", UD_WIRE_FIELD_TEXT, text, sizeof(text), true },
        { "n", UD_WIRE_FIELD_NUMBER, &n, 0, true }, { "m", UD_WIRE_FIELD_NUMBER, &m, 0, false },
        { "b", UD_WIRE_FIELD_BOOL, &b, 0, false }, { "g", UD_WIRE_FIELD_GUID, &g, 0, false },
        { "s", UD_WIRE_FIELD_SECRET, &secret, 0, true }, { "none", UD_WIRE_FIELD_NUMBER, &missing, 0, false } };
    const struct ud_wire_field number[] = { { "n", UD_WIRE_FIELD_TEXT, as_number, sizeof(as_number), true } };
    const struct ud_wire_field absent[] = { { "none", UD_WIRE_FIELD_TEXT, as_number, sizeof(as_number), true } };

    (void)state;
    assert_int_equal(ud_wire_secret_fields(fields, 7, body, NULL), UD_OK);
    assert_string_equal(text, "ab");
    assert_int_equal(n, 12);
    assert_int_equal(m, 34);
    assert_int_equal(b, UD_YES);
    assert_int_equal(missing, 77);
    struct ud_guid want = guid_of(ID_A);
    assert_memory_equal(&g, &want, sizeof(g));
    assert_secret(secret, "x\"y");
    assert_int_equal(ud_wire_secret_fields(number, 1, body, NULL), UD_OK);
    assert_string_equal(as_number, "12");
    assert_int_equal(ud_wire_secret_fields(absent, 1, body, NULL), UD_MALFORMED);
    ud_secret_free(&secret);
    ud_secret_free(&body);
}

static void
fields_of_the_wrong_type_are_refused(void **state)
{
    static const struct {
        const char *body;
        enum ud_wire_field_type type;
    } rows[] = { { "{\"x\":true}", UD_WIRE_FIELD_TEXT }, { "{\"x\":{}}", UD_WIRE_FIELD_TEXT },
        { "{\"x\":[]}", UD_WIRE_FIELD_SECRET }, { "{\"x\":5}", UD_WIRE_FIELD_SECRET }, { "{\"x\":\"5a\"}", UD_WIRE_FIELD_NUMBER },
        { "{\"x\":\"\"}", UD_WIRE_FIELD_NUMBER }, { "{\"x\":1.5}", UD_WIRE_FIELD_NUMBER },
        { "{\"x\":\"-5\"}", UD_WIRE_FIELD_NUMBER }, { "{\"x\":\"99999999999999999999\"}", UD_WIRE_FIELD_NUMBER },
        { "{\"x\":\"true\"}", UD_WIRE_FIELD_BOOL }, { "{\"x\":1}", UD_WIRE_FIELD_BOOL }, { "{\"x\":\"zz\"}", UD_WIRE_FIELD_GUID },
        { "{\"x\":1}", UD_WIRE_FIELD_GUID }, { "[]", UD_WIRE_FIELD_TEXT }, { "\"x\"", UD_WIRE_FIELD_TEXT } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        union {
            char text[64];
            int64_t number;
            enum ud_tristate b;
            struct ud_guid g;
            struct ud_secret *s;
        } out;
        memset(&out, 0, sizeof(out));
        const struct ud_wire_field f = { "x", rows[i].type, &out, sizeof(out), false };
        struct ud_secret *body = secret_of(rows[i].body);
        if (ud_wire_secret_fields(&f, 1, body, NULL) != UD_MALFORMED)
            fail_msg("taken: %s", rows[i].body);
        ud_secret_free(&body);
    }
}

static void
secrets_are_spliced_escaped_into_an_object(void **state)
{
    struct ud_secret *a = secret_of("q\"b\\s\x01\xc3\xa9"), *b = secret_of("second"), *body = NULL, *back = NULL;
    const struct ud_wire_secret_value values[] = { { "first", a }, { "none", NULL }, { "second", b } };
    struct ud_buf object;

    (void)state;
    ud_buf_init(&object, 1024);
    ud_buf_text(&object, "{}");
    assert_int_equal(ud_wire_secret_splice(&body, &object, 1, values, 3, NULL), UD_OK);
    assert_secret(body, "{\"first\":\"q\\\"b\\\\s\\u0001\xc3\xa9\",\"second\":\"second\"}");
    assert_int_equal(ud_wire_secret_member(&back, body, "first", NULL), UD_OK);
    assert_true(ud_secret_equal(a, back));
    ud_secret_free(&body);
    ud_buf_clear(&object);
    ud_buf_text(&object, "{\"n\":1,\"list\":[{\"x\":2}]}");
    assert_int_equal(ud_wire_secret_splice(&body, &object, 3, values + 2, 1, NULL), UD_OK);
    assert_secret(body, "{\"n\":1,\"list\":[{\"x\":2,\"second\":\"second\"}]}");
    ud_secret_free(&body);
    ud_secret_free(&back);
    ud_secret_free(&a);
    ud_secret_free(&b);
    ud_buf_free(&object);
}

static void
a_body_larger_than_a_secret_may_be_is_refused(void **state)
{
    struct ud_secret *a = secret_of("x"), *body = NULL;
    const struct ud_wire_secret_value value = { "s", a };
    struct ud_buf object;

    (void)state;
    ud_buf_init(&object, UD_SECRET_MAX * 2);
    ud_buf_text(&object, "{\"x\":\"");
    while (object.length < UD_SECRET_MAX)
        ud_buf_byte(&object, 'x');
    ud_buf_text(&object, "\"}");
    assert_int_not_equal(ud_wire_secret_splice(&body, &object, 1, &value, 1, NULL), UD_OK);
    assert_null(body);
    ud_secret_free(&a);
    ud_buf_free(&object);
}

/* --- Graph's answers ----------------------------------------------------------------------------------------------------- */

#define KEY "275946-134706-606925-385869-211893-471636-140789-418836"

static void
a_bitlocker_key_is_read_in_both_shapes(void **state)
{
    static const char *const bodies[] = { "{\"@odata.context\":\"x\",\"id\":\"" ID_A
                                          "\",\"createdDateTime\":\"2026-08-20T14:02:11Z\","
                                          "\"volumeType\":\"1\",\"deviceId\":\"" ID_B "\",\"key\":\"" KEY "\"}",
        "{\"value\":{\"id\":\"" ID_A "\",\"createdDateTime\":\"2026-08-20T14:02:11Z\",\"volumeType\":1,\"deviceId\":\"" ID_B
        "\",\"key\":\"" KEY "\"}}" };
    struct ud_wire_graph_key info;
    struct ud_guid a = guid_of(ID_A), b = guid_of(ID_B);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ud_secret *body = secret_of(bodies[i]), *key = NULL;
        assert_int_equal(ud_wire_graph_key_decode(&key, &info, body, NULL), UD_OK);
        assert_secret(key, KEY);
        assert_memory_equal(&info.id, &a, sizeof(a));
        assert_memory_equal(&info.entra_id, &b, sizeof(b));
        assert_int_equal(info.volume, UD_VOLUME_OS);
        assert_true(info.created == 1787234531000);
        ud_secret_free(&key);
        ud_secret_free(&body);
    }
}

static void
an_answer_without_the_key_says_that_the_permission_may_be_missing(void **state)
{
    struct ud_secret *body = secret_of("{\"id\":\"" ID_A "\",\"volumeType\":null}"), *key = NULL;
    struct ud_wire_graph_key info;
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_wire_graph_key_decode(&key, &info, body, &err), UD_NOTFOUND);
    assert_non_null(strstr(err.hint, "permission"));
    assert_null(key);
    ud_secret_free(&body);
}

static void
what_escrowd_answers_to_graph_clients_reads_back(void **state)
{
    const struct ud_wire_graph_key info = { guid_of(ID_A), guid_of(ID_B), 1787234531000, UD_VOLUME_REMOVABLE };
    struct ud_secret *key = secret_of(KEY), *body = NULL, *back = NULL;
    struct ud_wire_graph_key got;

    (void)state;
    assert_int_equal(ud_wire_graph_key_encode(&body, &info, key, "https://x/$metadata#y", NULL), UD_OK);
    assert_int_equal(ud_wire_graph_key_decode(&back, &got, body, NULL), UD_OK);
    assert_true(ud_secret_equal(key, back));
    assert_memory_equal(&got.id, &info.id, sizeof(info.id));
    assert_int_equal(got.volume, UD_VOLUME_REMOVABLE);
    ud_secret_free(&body);
    ud_secret_free(&back);
    assert_int_equal(ud_wire_filevault_encode(&body, key, NULL, NULL), UD_OK);
    assert_secret(body, "{\"value\":\"" KEY "\"}");
    assert_int_equal(ud_wire_filevault_decode(&back, body, NULL), UD_OK);
    assert_true(ud_secret_equal(key, back));
    ud_secret_free(&body);
    ud_secret_free(&back);
    ud_secret_free(&key);
}

static void
the_newest_local_password_is_taken_and_converted(void **state)
{
    /* "old", "p\xe9 \xf0\x9f\x98\x80" and "older" in UTF-16LE */
    static const char body_text[] =
        "{\"id\":\"" ID_B "\",\"deviceName\":\"LON-1\",\"credentials\":["
        "{\"accountName\":\"Admin\",\"backupDateTime\":\"2026-08-01T00:00:00Z\",\"passwordBase64\":\"bwBsAGQA\"},"
        "{\"passwordBase64\":\"cADpACAAPdgA3g==\",\"accountName\":\"Admin2\",\"backupDateTime\":\"2026-08-20T14:02:11Z\"},"
        "{\"accountName\":\"Admin\",\"backupDateTime\":\"2026-07-01T00:00:00Z\",\"passwordBase64\":\"bwBsAGQAZQByAA==\"}]}";
    struct ud_secret *body = secret_of(body_text), *password = NULL;
    struct ud_wire_laps info;

    (void)state;
    assert_int_equal(ud_wire_laps_decode(&password, &info, body, NULL), UD_OK);
    assert_secret(password, "p\xc3\xa9 \xf0\x9f\x98\x80");
    assert_string_equal(info.account, "Admin2");
    assert_string_equal(info.device_name, "LON-1");
    assert_true(info.backed_up == 1787234531000);
    ud_secret_free(&password);
    ud_secret_free(&body);
}

static void
odd_local_password_answers_are_refused(void **state)
{
    static const struct {
        const char *body;
        enum ud_status st;
    } rows[] = { { "{\"id\":\"" ID_B "\"}", UD_NOTFOUND }, { "{\"credentials\":[]}", UD_NOTFOUND },
        { "{\"credentials\":null}", UD_NOTFOUND }, { "{\"value\":{\"credentials\":[]}}", UD_NOTFOUND },
        { "{\"credentials\":{}}", UD_MALFORMED }, { "{\"credentials\":[5]}", UD_MALFORMED },
        { "{\"credentials\":[{\"passwordBase64\":5}]}", UD_MALFORMED },
        { "{\"credentials\":[{\"passwordBase64\":\"!!\"}]}", UD_MALFORMED },
        { "{\"credentials\":[{\"passwordBase64\":\"YQ==\"}]}", UD_MALFORMED },
        { "{\"credentials\":[{\"passwordBase64\":\"ANg=\"}]}", UD_MALFORMED },
        { "{\"credentials\":[{\"passwordBase64\":\"AAA=\"}]}", UD_MALFORMED }, { "[]", UD_MALFORMED } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_secret *body = secret_of(rows[i].body), *password = NULL;
        struct ud_wire_laps info;
        size_t live = ud_secret_live();
        enum ud_status st = ud_wire_laps_decode(&password, &info, body, NULL);
        if (st != rows[i].st)
            fail_msg("%s: %s", rows[i].body, ud_status_name(st));
        ud_secret_free(&password);
        assert_int_equal(ud_secret_live(), live);
        ud_secret_free(&body);
    }
}

static void
a_local_password_survives_both_directions(void **state)
{
    struct ud_secret *password = secret_of("a\"B\\c /9$"), *body = NULL, *back = NULL;
    struct ud_wire_laps info = { .entra_id = guid_of(ID_B),
        .device_name = "dev",
        .account = "Administrator",
        .backed_up = 1787234531000 },
                        got;

    (void)state;
    assert_int_equal(ud_wire_laps_encode(&body, &info, password, "ctx", NULL), UD_OK);
    assert_int_equal(ud_wire_laps_decode(&back, &got, body, NULL), UD_OK);
    assert_true(ud_secret_equal(password, back));
    assert_string_equal(got.account, "Administrator");
    assert_memory_equal(&got.entra_id, &info.entra_id, sizeof(info.entra_id));
    ud_secret_free(&password);
    ud_secret_free(&body);
    ud_secret_free(&back);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_member_is_found_by_its_path),
        cmocka_unit_test(an_error_never_carries_the_secret),
        cmocka_unit_test(fields_of_every_type_are_read),
        cmocka_unit_test(fields_of_the_wrong_type_are_refused),
        cmocka_unit_test(secrets_are_spliced_escaped_into_an_object),
        cmocka_unit_test(a_body_larger_than_a_secret_may_be_is_refused),
        cmocka_unit_test(a_bitlocker_key_is_read_in_both_shapes),
        cmocka_unit_test(an_answer_without_the_key_says_that_the_permission_may_be_missing),
        cmocka_unit_test(what_escrowd_answers_to_graph_clients_reads_back),
        cmocka_unit_test(the_newest_local_password_is_taken_and_converted),
        cmocka_unit_test(odd_local_password_answers_are_refused),
        cmocka_unit_test(a_local_password_survives_both_directions),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
