/* Rows of the fleet: adding, replacing, retiring, reading back. */
#include "fleet_fixture.h"

static void
a_device_comes_back_as_it_was_added(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device in = device_of(7, "LON-LT-0123", "PF3AT4T", "jose.garcia@contoso.com", "José García"), out;

    (void)state;
    in.ownership = UD_OWNERSHIP_PERSONAL;
    in.encrypted = UD_YES;
    in.last_checkin = 1700000000123;
    in.source = 200;
    in.mark = UD_MARK_DUE;
    in.keys = 3;
    add(f, &in);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_string_equal(out.name, "LON-LT-0123");
    assert_string_equal(out.serial, "PF3AT4T");
    assert_string_equal(out.user, "jose.garcia@contoso.com");
    assert_string_equal(out.user_name, "José García");
    assert_string_equal(out.model, "Latitude 5440");
    assert_string_equal(out.os, "Windows");
    assert_string_equal(out.os_version, "10.0.22631.1");
    assert_memory_equal(&out.id, &in.id, sizeof(in.id));
    assert_memory_equal(&out.entra_id, &in.entra_id, sizeof(in.id));
    assert_int_equal(out.ownership, UD_OWNERSHIP_PERSONAL);
    assert_int_equal(out.encrypted, UD_YES);
    assert_int_equal(out.last_checkin, 1700000000123);
    assert_int_equal(out.source, 200);
    assert_int_equal(out.mark, UD_MARK_DUE);
    assert_int_equal(out.keys, 3);
    ud_fleet_free(&f);
    assert_null(f);
}

static void
names_with_capitals_outside_ascii_keep_their_case(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ÁNGEL-01", "Ｓ１２", "ángel@x", "Ángel Öztürk"), out;

    (void)state;
    add(f, &d);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_string_equal(out.name, "ÁNGEL-01");
    assert_string_equal(out.serial, "Ｓ１２");
    assert_string_equal(out.user_name, "Ángel Öztürk");
    assert_int_equal(count_matches(f, "ángel-01"), 1);
    assert_int_equal(count_matches(f, "ÖZTÜRK"), 1);
    assert_int_equal(count_matches(f, "s12"), 1);
    ud_fleet_free(&f);
}

static void
missing_texts_read_as_empty(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = { .id = guid_of(1), .name = "A", .last_checkin = UD_WALL_NONE }, out;

    (void)state;
    add(f, &d);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_string_equal(out.serial, "");
    assert_string_equal(out.user_name, "");
    assert_string_equal(out.model, "");
    assert_string_equal(out.os_version, "");
    assert_int_equal(out.last_checkin, UD_WALL_NONE);
    ud_fleet_free(&f);
}

static void
a_text_that_is_too_long_is_cut_at_a_character(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    char name[600];
    struct ud_device d = device_of(1, name, "", "", ""), out;

    (void)state;
    name[0] = 'x';
    for (size_t i = 1; i + 2 < sizeof(name); i += 2)
        memcpy(name + i, "é", 2);
    name[sizeof(name) - 1] = '\0';
    add(f, &d);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(strlen(out.name), UD_NAME_MAX - 1);
    assert_int_equal(strncmp(out.name, name, UD_NAME_MAX - 1), 0);
    ud_fleet_free(&f);
}

static void
nothing_is_visible_before_it_is_published(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), out;

    (void)state;
    add(f, &d);
    assert_int_equal(ud_fleet_rows(f), 0);
    assert_false(ud_fleet_device(f, 0, &out));
    assert_int_equal(count_matches(f, "alpha"), 0);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_rows(f), 1);
    assert_int_equal(count_matches(f, "alpha"), 1);
    ud_fleet_free(&f);
}

static void
the_same_device_again_takes_no_new_row(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), out;

    (void)state;
    add(f, &d);
    d.last_checkin = 5000;
    d.model = "OptiPlex 7010";
    d.ownership = UD_OWNERSHIP_COMPANY;
    add(f, &d);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_rows(f), 1);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.last_checkin, 5000);
    assert_string_equal(out.model, "OptiPlex 7010");
    assert_int_equal(out.ownership, UD_OWNERSHIP_COMPANY);
    ud_fleet_free(&f);
}

static void
a_renamed_device_gets_a_new_row_and_keeps_its_keys(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "OLD-NAME", "1", "a@x", "A"), out;
    struct ud_key k = key_of(77, &d), got;

    (void)state;
    add(f, &d);
    add_key(f, &k);
    d.name = "NEW-NAME";
    add(f, &d);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_devices(f), 1);
    assert_false(ud_fleet_device(f, 0, &out));
    assert_int_equal(count_matches(f, "old-name"), 0);
    assert_int_equal(ud_fleet_row_of(f, 0, &d.id), 1);
    assert_int_equal(ud_fleet_keys_of(f, 1, &got, 1), 1);
    assert_memory_equal(&got.device, &d.id, sizeof(d.id));
    assert_true(ud_fleet_device(f, 1, &out));
    assert_int_equal(out.keys, 1);
    ud_fleet_free(&f);
}

static void
the_same_id_in_two_sources_is_two_devices(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");

    (void)state;
    add(f, &d);
    d.source = 1;
    add(f, &d);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_devices(f), 2);
    assert_int_equal(ud_fleet_row_of(f, 0, &d.id), 0);
    assert_int_equal(ud_fleet_row_of(f, 1, &d.id), 1);
    ud_fleet_free(&f);
}

static void
a_device_not_seen_in_a_full_sync_is_retired(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "ALPHA", "1", "a@x", "A"), b = device_of(2, "BETA", "2", "b@x", "B");
    struct ud_device other = device_of(3, "GAMMA", "3", "c@x", "C");

    (void)state;
    other.source = 1;
    add(f, &a);
    add(f, &b);
    add(f, &other);
    ud_fleet_publish(f);
    ud_fleet_sync_begin(f, 0);
    add(f, &b);
    ud_fleet_sync_end(f, 0, false);
    assert_int_equal(ud_fleet_devices(f), 2);
    assert_int_equal(ud_fleet_row_of(f, 0, &a.id), UD_ROW_NONE);
    assert_int_equal(count_matches(f, "alpha"), 0);
    assert_int_equal(count_matches(f, "beta"), 1);
    assert_int_equal(count_matches(f, "gamma"), 1);
    ud_fleet_sync_begin(f, 0);
    add(f, &a);
    add(f, &b);
    ud_fleet_sync_end(f, 0, false);
    assert_int_equal(count_matches(f, "alpha"), 1);
    assert_int_equal(ud_fleet_devices(f), 3);
    ud_fleet_free(&f);
}

static void
many_devices_are_all_found_by_their_id(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    char name[32];

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(name, sizeof(name), "PC-%u", i);
        struct ud_device d = device_of(i * 7919u, name, "", "", "");
        add(f, &d);
    }
    ud_fleet_publish(f);
    for (uint32_t i = 0; i < 20000; i += 13) {
        struct ud_guid id = guid_of(i * 7919u);
        assert_int_equal(ud_fleet_row_of(f, 0, &id), i);
    }
    ud_fleet_free(&f);
}

static void
more_texts_than_a_dictionary_holds_are_left_out_and_nothing_breaks(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(0, "PC", "", "", ""), out;
    char model[32];

    (void)state;
    d.model = model;
    for (uint32_t i = 0; i < 66000; i++) {
        d.id = guid_of(i);
        snprintf(model, sizeof(model), "Model %u", i);
        add(f, &d);
    }
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 60000, &out));
    assert_string_equal(out.model, "Model 60000");
    assert_true(ud_fleet_device(f, 65999, &out));
    assert_string_equal(out.model, "");
    assert_int_equal(count_matches(f, "\"model 60000\""), 1);
    ud_fleet_free(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_comes_back_as_it_was_added),
        cmocka_unit_test(names_with_capitals_outside_ascii_keep_their_case),
        cmocka_unit_test(missing_texts_read_as_empty),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_at_a_character),
        cmocka_unit_test(nothing_is_visible_before_it_is_published),
        cmocka_unit_test(the_same_device_again_takes_no_new_row),
        cmocka_unit_test(a_renamed_device_gets_a_new_row_and_keeps_its_keys),
        cmocka_unit_test(the_same_id_in_two_sources_is_two_devices),
        cmocka_unit_test(a_device_not_seen_in_a_full_sync_is_retired),
        cmocka_unit_test(many_devices_are_all_found_by_their_id),
        cmocka_unit_test(more_texts_than_a_dictionary_holds_are_left_out_and_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
