/* Small bodies, the writer, and the --json documents of the one-shot commands. */
#include "tests/unit/wire/support.h"

#include <stdlib.h>

#include "base/status.h"
#include "wire/cli.h"
#include "wire/json.h"
#include "wire/json_reader.h"

static struct ud_json *
parse(const char *text)
{
    struct ud_json *doc = NULL;

    assert_int_equal(ud_json_parse(&doc, text, strlen(text), NULL), UD_OK);
    return doc;
}

static void
getters_tell_missing_from_wrong(void **state)
{
    struct ud_json *doc = parse("{\"t\":\"te\\u001bxt\",\"n\":42,\"b\":false,\"g\":\"" ID_A
                                "\",\"time\":\"2026-08-20T14:02:11Z\",\"x\":\"AAEC\",\"z\":null,"
                                "\"half\":1.5,\"big\":9007199254740994,\"huge\":1e999}");
    char text[16] = "before", small[3];
    unsigned char bytes[4];
    int64_t n = 7;
    bool b = true;
    struct ud_guid g;
    ud_wall t = 0;
    size_t length = 0;

    (void)state;
    assert_int_equal(ud_json_get_text(text, sizeof(text), doc, "none", NULL), UD_NOTFOUND);
    assert_int_equal(ud_json_get_text(text, sizeof(text), doc, "z", NULL), UD_NOTFOUND);
    assert_int_equal(ud_json_get_text(text, sizeof(text), doc, "T", NULL), UD_NOTFOUND);
    assert_string_equal(text, "before");
    assert_int_equal(ud_json_get_text(text, sizeof(text), doc, "n", NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_text(text, sizeof(text), doc, "t", NULL), UD_OK);
    assert_string_equal(text, "text");
    assert_int_equal(ud_json_get_text(small, sizeof(small), doc, "t", NULL), UD_OK);
    assert_string_equal(small, "te");
    assert_int_equal(ud_json_get_int(&n, doc, "n", 0, 41, NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_int(&n, doc, "half", 0, 41, NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_int(&n, doc, "big", 0, INT64_MAX, NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_int(&n, doc, "huge", 0, INT64_MAX, NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_int(&n, doc, "t", 0, 41, NULL), UD_MALFORMED);
    assert_int_equal(n, 7);
    assert_int_equal(ud_json_get_int(&n, doc, "n", 42, 42, NULL), UD_OK);
    assert_int_equal(n, 42);
    assert_int_equal(ud_json_get_bool(&b, doc, "n", NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_bool(&b, doc, "b", NULL), UD_OK);
    assert_false(b);
    assert_int_equal(ud_json_get_guid(&g, doc, "t", NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_guid(&g, doc, "g", NULL), UD_OK);
    assert_int_equal(ud_json_get_time(&t, doc, "t", NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_time(&t, doc, "time", NULL), UD_OK);
    assert_true(t == 1787234531000);
    assert_int_equal(ud_json_get_base64(bytes, 2, &length, doc, "x", NULL), UD_MALFORMED);
    assert_int_equal(ud_json_get_base64(bytes, 4, &length, doc, "x", NULL), UD_OK);
    assert_int_equal(length, 3);
    ud_json_free(&doc);
    assert_null(doc);
}

static void
what_cjson_alone_would_take_is_refused_first(void **state)
{
    static const char *const bodies[] = { "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}", "\xef\xbb\xbf{}",
        "{\"a\":01}", "{} x", "{\"a\":\"\x1b\"}", "{\"a\":\"\\ud800\"}", "" };
    struct ud_json *doc;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        assert_int_equal(ud_json_parse(&doc, bodies[i], strlen(bodies[i]), NULL), UD_MALFORMED);
        assert_null(doc);
    }
}

static void
a_body_above_the_limit_is_refused_unread(void **state)
{
    char *text = ud_xcalloc(1, UD_JSON_BODY_MAX + 1);
    struct ud_json *doc;

    (void)state;
    memset(text, ' ', UD_JSON_BODY_MAX + 1);
    memcpy(text, "{}", 2);
    assert_int_equal(ud_json_parse(&doc, text, UD_JSON_BODY_MAX, NULL), UD_OK);
    ud_json_free(&doc);
    assert_int_equal(ud_json_parse(&doc, text, UD_JSON_BODY_MAX + 1, NULL), UD_MALFORMED);
    free(text);
}

static void
a_request_is_built(void **state)
{
    struct ud_json *doc = ud_json_new();
    const struct ud_guid id = guid_of(ID_A), none = { { 0 } };
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1024);
    ud_json_put_text(doc, "t", "a\"\n\xc3\xa9");
    ud_json_put_text(doc, "n", NULL);
    ud_json_put_int(doc, "i", -5);
    ud_json_put_bool(doc, "b", true);
    ud_json_put_guid(doc, "g", &id);
    ud_json_put_guid(doc, "z", &none);
    ud_json_put_base64(doc, "x", "\0\1\2", 3);
    assert_int_equal(ud_json_print(&b, doc, NULL), UD_OK);
    assert_string_equal(
        b.data, "{\"t\":\"a\\\"\\n\xc3\xa9\",\"n\":null,\"i\":-5,\"b\":true,\"g\":\"" ID_A "\",\"z\":null,\"x\":\"AAEC\"}");
    ud_json_free(&doc);
    ud_buf_free(&b);
}

/* --- the writer ---------------------------------------------------------------------------------------------------------- */

static void
the_writer_puts_commas_and_escapes_where_they_belong(void **state)
{
    const struct ud_guid none = { { 0 } };
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_array(&w, "empty");
    ud_json_write_array_end(&w);
    ud_json_write_array(&w, "list");
    ud_json_write_int(&w, NULL, INT64_MIN);
    ud_json_write_int(&w, NULL, 0);
    ud_json_write_null(&w, NULL);
    ud_json_write_object(&w, NULL);
    ud_json_write_object_end(&w);
    ud_json_write_array_end(&w);
    ud_json_write_text(&w, "t", "\"\\/\b\f\n\r\t\x01\x7f \xe6\x97\xa5 \xff \xed\xa0\x80");
    ud_json_write_text_or_null(&w, "e", "");
    ud_json_write_tristate(&w, "y", UD_YES);
    ud_json_write_tristate(&w, "u", UD_UNKNOWN);
    ud_json_write_time(&w, "never", UD_WALL_NONE);
    ud_json_write_time(&w, "when", 1787234531123);
    ud_json_write_guid(&w, "z", &none);
    ud_json_write_raw(&w, "raw", "[1]", 3);
    ud_json_write_object_end(&w);
    assert_string_equal(b.data,
        "{\"empty\":[],\"list\":[-9223372036854775808,0,null,{}],\"t\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f "
        "\xe6\x97\xa5 \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"e\":null,\"y\":true,\"u\":null,\"never\":null,"
        "\"when\":\"2026-08-20T14:02:11.123Z\",\"z\":null,\"raw\":[1]}");
    assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_OK);
    ud_buf_free(&b);
}

static void
text_of_any_bytes_is_written_as_valid_json(void **state)
{
    char text[3];
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4096);
    for (unsigned i = 0; i < 65536; i += 7) {
        struct ud_json_writer w;
        text[0] = (char)(i >> 8);
        text[1] = (char)i;
        text[2] = 'x';
        ud_buf_clear(&b);
        ud_json_writer_init(&w, &b);
        ud_json_write_text_n(&w, NULL, text, 3);
        if (text[0] != '\0' && text[1] != '\0')
            assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_OK);
    }
    ud_buf_free(&b);
}

/* --- one-shot documents -------------------------------------------------------------------------------------------------- */

static void
the_documents_of_the_one_shot_commands_keep_their_shape(void **state)
{
    const struct ud_device d = { .id = guid_of(ID_A),
        .name = "LON-1",
        .serial = "TRN1",
        .user = "alice@training.invalid",
        .user_name = "Alice",
        .os = "Windows",
        .os_version = "10",
        .ownership = UD_OWNERSHIP_COMPANY,
        .encrypted = UD_YES,
        .last_checkin = UD_WALL_NONE,
        .keys = 2 };
    const struct ud_key k = { .id = guid_of(ID_B), .volume = UD_VOLUME_OS, .created = 1787234531000 };
    struct ud_wire_cli_found found[2] = { { k, true, d, "demo" }, { k, false, d, "demo" } };
    const struct ud_wire_cli_rotated rotated[] = { { ID_A, "done", guid_of(ID_C), NULL }, { "x", "failed", { { 0 } }, "no" } };
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1 << 16);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_devices_begin(&w, 2, 1);
    ud_wire_cli_devices_add(&w, &d, "demo");
    ud_wire_cli_devices_end(&w);
#define DEVICE                                                                                                                   \
    "\"id\":\"" ID_A "\",\"name\":\"LON-1\",\"serial\":\"TRN1\",\"user\":\"alice@training.invalid\",\"user_name\":\"Alice\","    \
    "\"ownership\":\"company\",\"os\":\"Windows\",\"os_version\":\"10\",\"encrypted\":true,\"last_checkin\":null,\"keys\":2,"    \
    "\"source\":\"demo\""
#define KEY                                                                                                                      \
    "\"id\":\"" ID_B "\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"created\":\"2026-08-20T14:02:11Z\",\"state\":\"current\""
    assert_string_equal(b.data, "{\"schema\":\"unlockdesk.device.list/1\",\"total\":2,\"matched\":1,\"devices\":[{" DEVICE "}]}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_device_show(&w, &d, "demo", &k, 1);
    assert_string_equal(b.data, "{\"schema\":\"unlockdesk.device.show/1\"," DEVICE ",\"key_list\":[{" KEY "}]}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_key_find(&w, found, 2);
    assert_string_equal(b.data,
        "{\"schema\":\"unlockdesk.key.find/1\",\"ambiguous\":true,\"keys\":[{" KEY ",\"device\":{\"id\":\"" ID_A
        "\",\"name\":\"LON-1\",\"serial\":\"TRN1\",\"user\":\"alice@training.invalid\"},\"source\":\"demo\"},{" KEY
        ",\"device\":null,\"source\":\"demo\"}]}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_rotate(&w, rotated, 2);
    assert_string_equal(b.data,
        "{\"schema\":\"unlockdesk.key.rotate/1\",\"results\":[{\"device\":\"" ID_A "\",\"state\":\"done\",\"new_key\":\"" ID_C
        "\",\"error\":null},{\"device\":\"x\",\"state\":\"failed\",\"new_key\":null,\"error\":\"no\"}]}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_verify(&w, 12, false, 3, 0, "line 3");
    assert_string_equal(b.data, "{\"schema\":\"unlockdesk.journal.verify/"
                                "1\",\"lines\":12,\"ok\":false,\"first_bad\":3,\"anchored\":null,\"what\":\"line 3\"}");
    ud_buf_free(&b);
}

static void
an_error_document_always_has_a_sentence(void **state)
{
    struct ud_error err;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    (void)ud_error_set(&err, UD_NOTFOUND, "No \"x\"");
    (void)ud_error_hint(&err, "Try y");
    ud_wire_cli_error(&w, &err);
    assert_string_equal(
        b.data, "{\"schema\":\"unlockdesk.error/1\",\"status\":\"NOTFOUND\",\"message\":\"No \\\"x\\\"\",\"hint\":\"Try y\"}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_error_clear(&err);
    err.status = UD_OFFLINE;
    ud_wire_cli_error(&w, &err);
    assert_non_null(strstr(b.data, ud_status_text(UD_OFFLINE)));
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(getters_tell_missing_from_wrong),
        cmocka_unit_test(what_cjson_alone_would_take_is_refused_first),
        cmocka_unit_test(a_body_above_the_limit_is_refused_unread),
        cmocka_unit_test(a_request_is_built),
        cmocka_unit_test(the_writer_puts_commas_and_escapes_where_they_belong),
        cmocka_unit_test(text_of_any_bytes_is_written_as_valid_json),
        cmocka_unit_test(the_documents_of_the_one_shot_commands_keep_their_shape),
        cmocka_unit_test(an_error_document_always_has_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
