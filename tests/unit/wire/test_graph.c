/* Graph's small bodies: errors in every wrapping, /me, action results. */
#include "tests/unit/wire/support.h"

#include "wire/graph.h"

static enum ud_status
decode(struct ud_wire_graph_error *e, const char *body)
{
    return ud_wire_graph_error_decode(e, body, strlen(body), NULL);
}

static void
a_plain_error_is_read(void **state)
{
    struct ud_wire_graph_error e;

    (void)state;
    assert_int_equal(
        decode(&e, "{\"error\":{\"code\":\"authorization_error\",\"message\":\"Failed\\u001b[31m to authorize\",\"innerError\":{"
                   "\"date\":\"2026-08-20T14:02:11\",\"request-id\":\"r-1\",\"client-request-id\":\"c-1\"}}}"),
        UD_OK);
    assert_string_equal(e.code, "authorization_error");
    assert_string_equal(e.message, "Failed[31m to authorize");
    assert_string_equal(e.request_id, "r-1");
    assert_string_equal(e.client_request_id, "c-1");
    assert_string_equal(e.date, "2026-08-20T14:02:11");
}

static void
the_deepest_code_that_says_something_wins(void **state)
{
    struct ud_wire_graph_error e;

    (void)state;
    assert_int_equal(decode(&e, "{\"error\":{\"code\":\"outer\",\"message\":\"m\",\"innererror\":{\"code\":\"middle\","
                                "\"innerError\":{\"code\":\"deep\","
                                "\"innerError\":{\"code\":\"\"}}}}}"),
        UD_OK);
    assert_string_equal(e.code, "deep");
    assert_string_equal(e.outer_code, "outer");
    assert_int_equal(decode(&e, "{\"error\":{\"code\":\"\",\"message\":null}}"), UD_OK);
    assert_string_equal(e.code, "");
}

static void
json_packed_into_the_message_is_unwrapped(void **state)
{
    struct ud_wire_graph_error e;

    (void)state;
    assert_int_equal(decode(&e, "{\"error\":{\"code\":\"UnknownError\",\"message\":\"{\\\"_version\\\":3,\\\"Message\\\":\\\"{"
                                "\\\\\\\"ErrorCode\\\\\\\":"
                                "\\\\\\\"Forbidden\\\\\\\",\\\\\\\"Message\\\\\\\":\\\\\\\"No role - Activity ID: " ID_A
                                " - Url: x\\\\\\\"}\\\",\\\"CustomApiErrorPhrase\\\":\\\"\\\"}\"}}"),
        UD_OK);
    assert_string_equal(e.code, "Forbidden");
    assert_string_equal(e.outer_code, "UnknownError");
    assert_string_equal(e.activity_id, ID_A);
    assert_non_null(strstr(e.message, "No role"));
    assert_int_equal(decode(&e, "{\"error\":{\"code\":\"x\",\"message\":\"{not json\"}}"), UD_OK);
    assert_string_equal(e.code, "x");
    assert_string_equal(e.message, "{not json");
}

static void
a_body_that_is_no_error_is_refused(void **state)
{
    static const char *const bodies[] = { "", "<html><body>502</body></html>", "{}", "[]", "{\"error\":\"text\"}",
        "{\"error\":null}", "{\"error\":{\"code\":\"a\",\"code\":\"b\"}}", "{\"error\":{\"code\":\"\xff\"}}" };
    struct ud_wire_graph_error e;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_int_equal(decode(&e, bodies[i]), UD_MALFORMED);
}

static void
wrong_types_inside_an_error_are_ignored(void **state)
{
    struct ud_wire_graph_error e;

    (void)state;
    assert_int_equal(decode(&e, "{\"error\":{\"code\":5,\"message\":[],\"innerError\":{\"code\":{},\"request-id\":7}}}"), UD_OK);
    assert_string_equal(e.code, "");
    assert_string_equal(e.request_id, "");
}

static void
a_written_error_reads_back(void **state)
{
    struct ud_wire_graph_error e;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_wire_graph_error_write(&w, "reason_required", "A reason is needed", 1787234531000, "r", NULL);
    assert_int_equal(decode(&e, b.data), UD_OK);
    assert_string_equal(e.code, "reason_required");
    assert_string_equal(e.message, "A reason is needed");
    assert_string_equal(e.request_id, "r");
    assert_string_equal(e.date, "2026-08-20T14:02:11Z");
    ud_buf_free(&b);
}

static void
who_is_signed_in_reads_back(void **state)
{
    const struct ud_wire_me me = { "id-1", "Alice", "alice@x" };
    struct ud_wire_me got;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_wire_me_write(&w, &me, "ctx");
    assert_int_equal(ud_wire_me_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &me, sizeof(me));
    assert_int_equal(ud_wire_me_decode(&got, "{\"displayName\":\"x\"}", 19, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_me_decode(&got, "{\"id\":5}", 8, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

/* --- actions ------------------------------------------------------------------------------------------------------------- */

static void
the_latest_action_of_the_kind_is_taken(void **state)
{
    static const char body[] =
        "{\"id\":\"x\",\"lastSyncDateTime\":\"2026-08-20T14:02:11.5Z\",\"deviceActionResults\":["
        "{\"actionName\":\"rotateBitLockerKeys\",\"actionState\":\"done\",\"startDateTime\":\"2026-08-20T14:00:00Z\","
        "\"errorCode\":0},"
        "{\"actionName\":\"RotateBitlockerKeysX\",\"actionState\":\"failed\",\"startDateTime\":\"2026-08-20T14:02:11Z\","
        "\"lastUpdatedDateTime\":\"2026-08-20T14:02:12.1234567Z\",\"errorCode\":-2144272166},"
        "{\"actionName\":\"syncDevice\",\"actionState\":\"active\",\"startDateTime\":\"2026-08-21T00:00:00Z\"},"
        "{\"actionName\":\"rotateFileVaultKey\",\"actionState\":\"pending\",\"startDateTime\":null},"
        "{\"actionName\":\"rotateBitLockerKeys\",\"actionState\":5,\"startDateTime\":\"2026-08-22T00:00:00Z\"},7]}";
    struct ud_wire_action a;
    ud_wall sync;

    (void)state;
    assert_int_equal(ud_wire_action_decode(&a, &sync, UD_KIND_BITLOCKER, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(a.state, UD_WIRE_ACTION_FAILED);
    assert_int_equal(a.error_code, -2144272166);
    assert_true(a.started == 1787234531000);
    assert_true(a.updated == 1787234532123);
    assert_true(sync == 1787234531500);
    assert_int_equal(ud_wire_action_decode(&a, &sync, UD_KIND_FILEVAULT, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(a.state, UD_WIRE_ACTION_PENDING);
    assert_true(a.started == UD_WALL_NONE);
    assert_int_equal(ud_wire_action_decode(&a, &sync, UD_KIND_LAPS, body, sizeof(body) - 1, NULL), UD_NOTFOUND);
    assert_true(sync == 1787234531500);
    assert_int_equal(ud_wire_action_decode(&a, &sync, UD_KIND_LUKS, body, sizeof(body) - 1, NULL), UD_NOTFOUND);
}

static void
an_error_code_written_without_sign_is_the_same(void **state)
{
    static const char body[] = "{\"deviceActionResults\":[{\"actionName\":\"rotateBitLockerKeys\",\"actionState\":\"failed\","
                               "\"errorCode\":2150695130}]}";
    struct ud_wire_action a;
    ud_wall sync;

    (void)state;
    assert_int_equal(ud_wire_action_decode(&a, &sync, UD_KIND_BITLOCKER, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(a.error_code, -2144272166);
}

static void
a_written_action_reads_back(void **state)
{
    const struct ud_wire_action a = { "", UD_WIRE_ACTION_NOT_SUPPORTED, 1787234531000, UD_WALL_NONE, -5 };
    struct ud_wire_action got;
    struct ud_json_writer w;
    struct ud_buf b;
    ud_wall sync;

    (void)state;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_array(&w, "deviceActionResults");
    ud_wire_action_write(&w, UD_KIND_BITLOCKER, &a);
    ud_json_write_array_end(&w);
    ud_json_write_object_end(&w);
    assert_int_equal(ud_wire_action_decode(&got, &sync, UD_KIND_BITLOCKER, b.data, b.length, NULL), UD_OK);
    assert_string_equal(got.name, "rotateBitLockerKeys");
    assert_int_equal(got.state, UD_WIRE_ACTION_NOT_SUPPORTED);
    assert_int_equal(got.error_code, -5);
    assert_true(got.started == a.started && got.updated == UD_WALL_NONE && sync == UD_WALL_NONE);
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_error_is_read),
        cmocka_unit_test(the_deepest_code_that_says_something_wins),
        cmocka_unit_test(json_packed_into_the_message_is_unwrapped),
        cmocka_unit_test(a_body_that_is_no_error_is_refused),
        cmocka_unit_test(wrong_types_inside_an_error_are_ignored),
        cmocka_unit_test(a_written_error_reads_back),
        cmocka_unit_test(who_is_signed_in_reads_back),
        cmocka_unit_test(the_latest_action_of_the_kind_is_taken),
        cmocka_unit_test(an_error_code_written_without_sign_is_the_same),
        cmocka_unit_test(a_written_action_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
