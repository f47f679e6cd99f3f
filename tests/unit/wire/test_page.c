/* Pages of devices: variants that servers send, bad records, splits, limits. */
#include "tests/unit/wire/page_support.h"

static void
a_page_becomes_records_however_it_is_cut(void **state)
{
    static const char text[] = PAGE(DEVICE_A ",{\"id\":\"" ID_C "\"}");
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        ud_buf_clear(&s.log);
        assert_int_equal(read_devices(&s, &info, text, cut), UD_OK);
        assert_string_equal(s.log.data, LOG_A ID_C "|-||||||||unknown|0|-1|\n");
        assert_int_equal(info.records, 2);
        assert_int_equal(info.skipped, 0);
        assert_true(info.has_count);
        assert_int_equal(info.count, 2);
        assert_string_equal(info.next, "https://graph.example/next?a=%20b");
    }
    ud_buf_free(&s.log);
}

static void
one_device_is_read_bare_and_wrapped(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_devices(&s, &info, DEVICE_A, 0), UD_OK);
    assert_string_equal(s.log.data, LOG_A);
    ud_buf_clear(&s.log);
    assert_int_equal(read_devices(&s, &info, "{\"@odata.context\":\"x\",\"value\":" DEVICE_A "}", 0), UD_OK);
    assert_string_equal(s.log.data, LOG_A);
    assert_int_equal(info.records, 1);
    ud_buf_free(&s.log);
}

static void
null_everywhere_is_a_device_without_details(void **state)
{
    static const char text[] =
        "{\"value\":[{\"id\":\"" ID_A "\",\"azureADDeviceId\":null,\"deviceName\":null,\"serialNumber\":null,"
        "\"userPrincipalName\":null,\"userDisplayName\":null,\"operatingSystem\":null,\"osVersion\":null,\"model\":null,"
        "\"managedDeviceOwnerType\":null,\"isEncrypted\":null,\"lastSyncDateTime\":null}]}";
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_devices(&s, &info, text, 0), UD_OK);
    assert_string_equal(s.log.data, ID_A "|-||||||||unknown|0|-1|\n");
    assert_false(info.has_count);
    assert_string_equal(info.next, "");
    ud_buf_free(&s.log);
}

static void
a_record_of_the_wrong_type_is_left_out_and_counted(void **state)
{
    static const char *const rows[] = { "5", "null", "\"x\"", "[{\"id\":\"" ID_A "\"}]", "{}", "{\"id\":7}",
        "{\"id\":\"no guid\"}", "{\"id\":null}", "{\"id\":\"00000000-0000-0000-0000-000000000000\"}",
        "{\"id\":\"" ID_A "\",\"deviceName\":5}", "{\"id\":\"" ID_A "\",\"deviceName\":{}}",
        "{\"id\":\"" ID_A "\",\"deviceName\":[\"x\"]}", "{\"id\":\"" ID_A "\",\"isEncrypted\":\"true\"}",
        "{\"id\":\"" ID_A "\",\"isEncrypted\":1}", "{\"id\":\"" ID_A "\",\"lastSyncDateTime\":1787234531}",
        "{\"id\":\"" ID_A "\",\"managedDeviceOwnerType\":1}", "{\"id\":[1],\"deviceName\":\"x\"}",
        "{\"id\":\"" ID_A "\",\"model\":1e999}", "{\"Id\":\"" ID_A "\"}" };
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_buf b;
        ud_buf_init(&b, 65536);
        ud_buf_format(&b, "{\"value\":[%s,%s,%s]}", DEVICE_A, rows[i], DEVICE_A);
        ud_buf_clear(&s.log);
        assert_int_equal(read_devices(&s, &info, b.data, 0), UD_OK);
        assert_string_equal(s.log.data, LOG_A LOG_A);
        assert_int_equal(info.records, 2);
        assert_int_equal(info.skipped, 1);
        ud_buf_free(&b);
    }
    ud_buf_free(&s.log);
}

static void
open_sets_and_odd_dates_do_not_cost_the_record(void **state)
{
    static const char text[] =
        "{\"value\":[{\"id\":\"" ID_A "\",\"managedDeviceOwnerType\":\"unknownFutureValue\","
        "\"lastSyncDateTime\":\"0001-01-01T00:00:00Z\",\"azureADDeviceId\":\"00000000-0000-0000-0000-000000000000\"},"
        "{\"id\":\"" ID_B "\",\"lastSyncDateTime\":\"yesterday\",\"azureADDeviceId\":\"\"},"
        "{\"id\":\"" ID_C "\",\"lastSyncDateTime\":\"2026-08-20T16:02:11+02:00\",\"managedDeviceOwnerType\":\"personal\"}]}";
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_devices(&s, &info, text, 0), UD_OK);
    assert_string_equal(s.log.data,
        ID_A "|-||||||||unknown|0|-1|\n" ID_B "|-||||||||unknown|0|-1|\n" ID_C "|-||||||||personal|0|1787234531000|\n");
    ud_buf_free(&s.log);
}

static void
hostile_names_arrive_clean(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(
        read_devices(&s, &info,
            "{\"value\":[{\"id\":\"" ID_A "\",\"deviceName\":\"a\\u001b[31mb\\u202e\\u0085c\",\"serialNumber\":\"1\\n2\"}]}", 0),
        UD_OK);
    assert_string_equal(s.log.data, ID_A "|-|a[31mbc|1 2||||||unknown|0|-1|\n");
    ud_buf_free(&s.log);
}

static void
text_longer_than_its_field_is_cut_at_a_character(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;
    struct ud_buf b;

    (void)state;
    seen_init(&s);
    ud_buf_init(&b, 65536);
    ud_buf_text(&b, "{\"value\":[{\"id\":\"" ID_A "\",\"deviceName\":\"");
    for (int i = 0; i < 300; i++)
        ud_buf_text(&b, "\xc3\xa9");
    ud_buf_text(&b, "\",\"serialNumber\":\"");
    for (int i = 0; i < 300; i++)
        ud_buf_byte(&b, 'x');
    ud_buf_text(&b, "\"}]}");
    assert_int_equal(read_devices(&s, &info, b.data, 0), UD_OK);
    assert_true(ud_text_valid(s.log.data, s.log.length));
    assert_true(s.log.length < 2 * UD_NAME_MAX + 100);
    assert_int_equal(info.records, 1);
    ud_buf_free(&b);
    ud_buf_free(&s.log);
}

static void
a_body_that_is_no_list_is_refused(void **state)
{
    static const char *const bodies[] = { "", "[]", "5", "null", "\"x\"", "{}", "{\"error\":{\"code\":\"x\"}}", "{\"value\":5}",
        "{\"value\":\"x\"}", "{\"value\":[]} x", "{\"value\":[],\"value\":[]}", "<html>", "{\"value\":[" DEVICE_A "]",
        "{\"value\":[],\"@odata.nextLink\":5}", "{\"value\":[],\"@odata.nextLink\":\"https://x/\\u202e\"}",
        "{\"value\":[],\"@odata.nextLink\":[]}" };
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        if (read_devices(&s, &info, bodies[i], 0) != UD_MALFORMED)
            fail_msg("taken: %s", bodies[i]);
    ud_buf_free(&s.log);
}

static void
an_empty_page_may_have_a_next_link(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_devices(&s, &info, "{\"value\":[],\"@odata.nextLink\":\"https://x/y\"}", 0), UD_OK);
    assert_int_equal(info.records, 0);
    assert_string_equal(info.next, "https://x/y");
    assert_int_equal(read_devices(&s, &info, "{\"value\":null,\"@odata.nextLink\":null}", 0), UD_OK);
    ud_buf_free(&s.log);
}

static void
a_next_link_longer_than_the_limit_is_refused(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;
    struct ud_buf b;

    (void)state;
    seen_init(&s);
    ud_buf_init(&b, 65536);
    ud_buf_text(&b, "{\"value\":[],\"@odata.nextLink\":\"https://x/");
    for (int i = 0; i < UD_WIRE_LINK_MAX; i++)
        ud_buf_byte(&b, 'a');
    ud_buf_text(&b, "\"}");
    assert_int_equal(read_devices(&s, &info, b.data, 0), UD_MALFORMED);
    ud_buf_free(&b);
    ud_buf_free(&s.log);
}

static void
a_page_beyond_the_limit_of_bytes_is_refused(void **state)
{
    struct ud_wire_device_page *p = NULL;
    size_t n = 1 << 20;
    char *spaces = malloc(n);
    struct seen s;
    enum ud_status st = UD_OK;
    size_t fed = 0;

    (void)state;
    seen_init(&s);
    memset(spaces, ' ', n);
    assert_int_equal(ud_wire_device_page_new(&p, on_device, &s, NULL), UD_OK);
    for (; st == UD_OK && fed <= UD_WIRE_PAGE_MAX; fed += n)
        st = ud_wire_device_page_feed(p, spaces, n, NULL);
    assert_int_equal(st, UD_MALFORMED);
    assert_int_equal(fed, UD_WIRE_PAGE_MAX + n);
    ud_wire_device_page_free(&p);
    free(spaces);
    ud_buf_free(&s.log);
}

static void
what_the_callback_says_ends_the_page(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    s.stop_after = 1;
    assert_int_equal(read_devices(&s, &info, PAGE(DEVICE_A "," DEVICE_A), 0), UD_CANCELLED);
    assert_int_equal(s.count, 1);
    ud_buf_free(&s.log);
}

static void
a_reader_is_good_for_many_pages(void **state)
{
    static const char text[] = PAGE(DEVICE_A);
    struct ud_wire_device_page *p = NULL;
    const struct ud_wire_page_info *info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(ud_wire_device_page_new(&p, on_device, &s, NULL), UD_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ud_wire_device_page_feed(p, text, sizeof(text) - 1, NULL), UD_OK);
        assert_int_equal(ud_wire_device_page_finish(p, &info, NULL), UD_OK);
        assert_int_equal(info->records, 1);
        ud_wire_device_page_reset(p);
    }
    ud_wire_device_page_free(&p);
    assert_string_equal(s.log.data, LOG_A LOG_A LOG_A);
    ud_buf_free(&s.log);
}

/* The reader copies plain text without the cleaner's look at each character; that is right as long as this holds. */
static void
printable_ascii_is_clean_as_it_is(void **state)
{
    char in[96], out[128];

    (void)state;
    for (int i = 0; i < 95; i++)
        in[i] = (char)(0x20 + i);
    in[95] = '\0';
    assert_false(ud_text_clean(out, sizeof(out), in, 95));
    assert_string_equal(out, in);
    assert_false(ud_text_clean(out, sizeof(out), "  two  spaces  ", 15));
    assert_string_equal(out, "  two  spaces  ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_becomes_records_however_it_is_cut),
        cmocka_unit_test(one_device_is_read_bare_and_wrapped),
        cmocka_unit_test(null_everywhere_is_a_device_without_details),
        cmocka_unit_test(a_record_of_the_wrong_type_is_left_out_and_counted),
        cmocka_unit_test(open_sets_and_odd_dates_do_not_cost_the_record),
        cmocka_unit_test(hostile_names_arrive_clean),
        cmocka_unit_test(text_longer_than_its_field_is_cut_at_a_character),
        cmocka_unit_test(a_body_that_is_no_list_is_refused),
        cmocka_unit_test(an_empty_page_may_have_a_next_link),
        cmocka_unit_test(a_next_link_longer_than_the_limit_is_refused),
        cmocka_unit_test(a_page_beyond_the_limit_of_bytes_is_refused),
        cmocka_unit_test(what_the_callback_says_ends_the_page),
        cmocka_unit_test(a_reader_is_good_for_many_pages),
        cmocka_unit_test(printable_ascii_is_clean_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
