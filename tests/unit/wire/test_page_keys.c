/* Pages of keys, and what escrowd writes read back. */
#include "tests/unit/wire/page_support.h"

static void
every_form_of_volume_type_is_understood(void **state)
{
    static const struct {
        const char *json, *volume;
    } rows[] = { { "\"operatingSystemVolume\"", "os" }, { "\"1\"", "os" }, { "1", "os" }, { "\"fixedDataVolume\"", "fixed" },
        { "\"2\"", "fixed" }, { "2", "fixed" }, { "\"removableDataVolume\"", "removable" }, { "3", "removable" }, { "null", "-" },
        { "4", "-" }, { "\"unknownFutureValue\"", "-" } };
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_buf text, want;
        ud_buf_init(&text, 4096);
        ud_buf_init(&want, 4096);
        ud_buf_format(&text,
            "{\"value\":[{\"id\":\"" ID_A "\",\"createdDateTime\":\"2026-08-20T14:02:11Z\",\"deviceId\":\"" ID_B
            "\",\"volumeType\":%s}]}",
            rows[i].json);
        ud_buf_format(&want, ID_A "|" ID_B "|1|bitlocker|%s|current|1787234531000|-1|\n", rows[i].volume);
        ud_buf_clear(&s.log);
        assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_GRAPH, text.data, 0), UD_OK);
        assert_string_equal(s.log.data, want.data);
        ud_buf_free(&text);
        ud_buf_free(&want);
    }
    assert_int_equal(
        read_keys(&s, &info, UD_WIRE_KEYS_GRAPH, "{\"value\":[{\"id\":\"" ID_A "\",\"volumeType\":true}]}", 0), UD_OK);
    assert_int_equal(info.skipped, 1);
    ud_buf_free(&s.log);
}

static void
a_search_answers_keys_with_devices_and_other_protectors_however_cut(void **state)
{
    static const char text[] =
        "{\"value\":[{\"id\":\"" ID_B "\",\"deviceId\":\"" ID_A
        "\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"created\":\"2026-08-20T14:02:11Z\","
        "\"state\":\"disclosed\",\"shown\":\"2026-08-20T14:02:12Z\",\"device\":" DEVICE_A "},"
        "{\"id\":null,\"deviceId\":\"" ID_C
        "\",\"kind\":\"filevault\",\"volume\":null,\"created\":null,\"state\":\"something new\",\"shown\":null,"
        "\"device\":null}],\"other\":[{\"id\":\"" ID_C "\",\"kind\":\"tpm\",\"deviceName\":\"LON-1\"},{\"kind\":\"tpm\"},7]}";
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        ud_buf_clear(&s.log);
        assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_ESCROW, text, cut), UD_OK);
        assert_string_equal(s.log.data, ID_B "|" ID_A "|0|bitlocker|os|disclosed|1787234531000|1787234532000|" LOG_A "-|" ID_C
                                             "|0|filevault|-|current|-1|-1|\nother " ID_C "|tpm|LON-1\n");
        assert_int_equal(info.records, 2);
        assert_int_equal(info.skipped, 2);
    }
    ud_buf_free(&s.log);
}

static void
keys_that_cannot_be_addressed_are_left_out(void **state)
{
    static const char *const rows[] = { "{\"id\":null,\"kind\":\"bitlocker\"}", "{\"id\":\"" ID_A "\",\"kind\":\"none\"}",
        "{\"id\":\"" ID_A "\"}", "{\"id\":null,\"kind\":\"laps\"}",
        "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"volume\":\"lost\"}",
        "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"device\":5}", "{\"id\":\"" ID_A "\",\"kind\":7}",
        "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"state\":[]}" };
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_buf b;
        ud_buf_init(&b, 4096);
        ud_buf_format(&b, "{\"value\":[%s]}", rows[i]);
        assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_ESCROW, b.data, 0), UD_OK);
        if (info.skipped != 1 || info.records != 0)
            fail_msg("not left out: %s", rows[i]);
        ud_buf_free(&b);
    }
    ud_buf_free(&s.log);
}

/* escrowd does not tell every role the IDs in a list; the device counts then. Graph's keys have one, or are none. */
static void
a_key_whose_id_is_not_told_is_known_by_its_device(void **state)
{
    static const char row[] = "{\"value\":[{\"id\":null,\"kind\":\"bitlocker\",\"deviceId\":\"" ID_A "\"}]}";
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_ESCROW, row, 0), UD_OK);
    assert_int_equal(info.records, 1);
    assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_GRAPH, row, 0), UD_OK);
    assert_int_equal(info.records, 0);
    ud_buf_free(&s.log);
}

static void
a_laps_list_becomes_keys_without_ids(void **state)
{
    struct ud_wire_page_info info;
    struct seen s;

    (void)state;
    seen_init(&s);
    assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_LAPS,
                         "{\"value\":[{\"id\":\"" ID_A
                         "\",\"deviceName\":\"x\",\"lastBackupDateTime\":\"2026-08-20T14:02:11Z\"},{\"deviceName\":\"y\"}]}",
                         0),
        UD_OK);
    assert_string_equal(s.log.data, "-|" ID_A "|1|laps|-|current|1787234531000|-1|\n");
    assert_int_equal(info.skipped, 1);
    ud_buf_free(&s.log);
}

/* --- what escrowd writes ------------------------------------------------------------------------------------------------- */

static void
a_written_page_reads_back_the_same(void **state)
{
    struct ud_device d = { .id = guid_of(ID_A),
        .entra_id = guid_of(ID_B),
        .name = "na\"me\\ \xe6\x97\xa5\xe6\x9c\xac",
        .serial = "S/1",
        .user = "u@x",
        .user_name = "U",
        .model = "",
        .os = "macOS",
        .os_version = "14.5",
        .ownership = UD_OWNERSHIP_PERSONAL,
        .encrypted = UD_NO,
        .last_checkin = 1787234531123 };
    const struct ud_wire_device_more more = { "Maker", "compliant", UD_WALL_NONE, true };
    struct ud_wire_page_info info;
    struct ud_json_writer w;
    struct ud_buf b;
    struct seen s;

    (void)state;
    seen_init(&s);
    ud_buf_init(&b, 65536);
    ud_json_writer_init(&w, &b);
    ud_wire_page_begin(&w, "ctx", 12);
    ud_wire_device_write(&w, NULL, &d, &more);
    d.encrypted = UD_UNKNOWN;
    d.last_checkin = UD_WALL_NONE;
    ud_wire_device_write(&w, NULL, &d, &more);
    ud_wire_device_write(&w, NULL, &d, NULL);
    ud_wire_page_end(&w, "https://x/next");
    assert_int_equal(ud_buf_status(&b, NULL), UD_OK);
    assert_int_equal(read_devices(&s, &info, b.data, 0), UD_OK);
#define WRITTEN ID_A "|" ID_B "|na\"me\\ \xe6\x97\xa5\xe6\x9c\xac|S/1|u@x|U||macOS|14.5|personal|"
    assert_string_equal(s.log.data, WRITTEN "1|1787234531123|\n" WRITTEN "0|-1|\n" WRITTEN "0|-1|\n");
    assert_int_equal(info.count, 12);
    assert_string_equal(info.next, "https://x/next");
    assert_non_null(strstr(b.data, "\"enrolledDateTime\":\"0001-01-01T00:00:00Z\""));
    ud_buf_free(&b);
    ud_buf_free(&s.log);
}

static void
written_keys_read_back_the_same(void **state)
{
    const struct ud_device d = { .id = guid_of(ID_A),
        .name = "n",
        .serial = "s",
        .user = "u",
        .user_name = "U",
        .model = "m",
        .os = "o",
        .os_version = "v",
        .last_checkin = UD_WALL_NONE };
    struct ud_key k = { .id = guid_of(ID_B),
        .device = guid_of(ID_A),
        .kind = UD_KIND_LUKS,
        .volume = UD_VOLUME_FIXED,
        .state = UD_KEY_ROTATION_PENDING,
        .created = 1787234531000,
        .shown = UD_WALL_NONE };
    const struct ud_wire_other o = { guid_of(ID_C), "tpm-and-pin", "dev" };
    const struct ud_guid entra = guid_of(ID_C);
    struct ud_wire_page_info info;
    struct ud_json_writer w;
    struct ud_buf b;
    struct seen s;

    (void)state;
    seen_init(&s);
    ud_buf_init(&b, 65536);
    ud_json_writer_init(&w, &b);
    ud_wire_page_begin(&w, NULL, -1);
    ud_wire_key_write(&w, &k, &d);
    ud_wire_key_write(&w, &k, NULL);
    ud_json_write_array_end(&w);
    ud_json_write_array(&w, "other");
    ud_wire_other_write(&w, &o);
    ud_json_write_array_end(&w);
    ud_json_write_object_end(&w);
    assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_ESCROW, b.data, 0), UD_OK);
#define KEY_LINE ID_B "|" ID_A "|0|luks|fixed|rotation-pending|1787234531000|-1|"
    assert_string_equal(
        s.log.data, KEY_LINE ID_A "|-|n|s|u|U|m|o|v|unknown|0|-1|\n" KEY_LINE "\nother " ID_C "|tpm-and-pin|dev\n");

    ud_buf_clear(&b);
    ud_buf_clear(&s.log);
    ud_json_writer_init(&w, &b);
    ud_wire_page_begin(&w, NULL, -1);
    ud_wire_graph_key_write(&w, &k, &entra);
    ud_wire_page_end(&w, NULL);
    assert_int_equal(read_keys(&s, &info, UD_WIRE_KEYS_GRAPH, b.data, 0), UD_OK);
    assert_string_equal(s.log.data, ID_B "|" ID_C "|1|bitlocker|fixed|current|1787234531000|-1|\n");
    assert_null(strstr(b.data, "\"key\""));
    ud_buf_free(&b);
    ud_buf_free(&s.log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_volume_type_is_understood),
        cmocka_unit_test(a_search_answers_keys_with_devices_and_other_protectors_however_cut),
        cmocka_unit_test(keys_that_cannot_be_addressed_are_left_out),
        cmocka_unit_test(a_key_whose_id_is_not_told_is_known_by_its_device),
        cmocka_unit_test(a_laps_list_becomes_keys_without_ids),
        cmocka_unit_test(a_written_page_reads_back_the_same),
        cmocka_unit_test(written_keys_read_back_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
