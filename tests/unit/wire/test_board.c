#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/board.h"

#define DEVICE "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"

static struct ud_board_entry got[4];
static size_t count;
static bool more;
static struct ud_error error;

static void
take(const struct ud_board_entry *e, void *arg)
{
    (void)arg;
    if (count < 4)
        got[count] = *e;
    count++;
}

static enum ud_status
decode(const char *body)
{
    count = 0;
    return ud_wire_board_decode(&more, take, NULL, body, strlen(body), &error);
}

static void
an_entry_survives_both_directions(void **state)
{
    struct ud_board_entry e = { .key = { { 1, 2, 3 } },
        .device = { { 4, 5, 6 } },
        .kind = UD_KIND_FILEVAULT,
        .state = UD_BOARD_FAILED,
        .overdue = true,
        .shown = 1700000000000,
        .asked = 1700000100000,
        .due = UD_WALL_NONE,
        .last_checkin = 1690000000000,
        .device_name = "Mac \"one\" 山田",
        .user = "ann@example.org",
        .by = "kim@example.org",
        .message = "No policy." };
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_array(&w, "value");
    ud_wire_board_write(&w, &e);
    ud_json_write_array_end(&w);
    ud_json_write_bool(&w, "more", true);
    ud_json_write_object_end(&w);
    assert_int_equal(decode(b.data), UD_OK);
    ud_buf_free(&b);
    assert_int_equal(count, 1);
    assert_true(more);
    assert_memory_equal(&got[0].key, &e.key, sizeof(e.key));
    assert_memory_equal(&got[0].device, &e.device, sizeof(e.device));
    assert_int_equal(got[0].kind, e.kind);
    assert_int_equal(got[0].state, e.state);
    assert_true(got[0].overdue && got[0].shown == e.shown && got[0].asked == e.asked && got[0].due == UD_WALL_NONE);
    assert_true(got[0].last_checkin == e.last_checkin);
    assert_string_equal(got[0].device_name, e.device_name);
    assert_string_equal(got[0].user, e.user);
    assert_string_equal(got[0].by, e.by);
    assert_string_equal(got[0].message, e.message);
}

static void
what_cannot_be_placed_is_refused(void **state)
{
    static const char *const bad[] = { "[]x", "{\"value\":[{}]}",
        "{\"value\":[{\"device\":\"" DEVICE "\",\"kind\":\"bitlocker\"}]}",
        "{\"value\":[{\"device\":\"" DEVICE "\",\"kind\":\"x\",\"state\":\"asked\",\"shown\":\"2026-01-01T00:00:00Z\"}]}",
        "{\"value\":[{\"device\":\"" DEVICE "\",\"kind\":\"luks\",\"state\":\"x\",\"shown\":\"2026-01-01T00:00:00Z\"}]}",
        "{\"value\":[{\"device\":\"" DEVICE "\",\"kind\":\"luks\",\"state\":\"asked\",\"shown\":7}]}" };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_not_equal(decode(bad[i]), UD_OK);
}

static void
names_are_cleaned_and_members_may_be_missing(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"value\":[{\"device\":\"" DEVICE "\",\"kind\":\"luks\",\"state\":\"asked\","
                            "\"shown\":\"2026-01-01T00:00:00Z\",\"deviceName\":\"a\\u001b[2Jb\"}]}"),
        UD_OK);
    assert_null(strchr(got[0].device_name, '\033'));
    assert_string_equal(got[0].by, "");
    assert_false(more);
    assert_int_equal(decode("{\"value\":[]}"), UD_OK);
    assert_int_equal(count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_survives_both_directions),
        cmocka_unit_test(what_cannot_be_placed_is_refused),
        cmocka_unit_test(names_are_cleaned_and_members_may_be_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
