#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/typed.h"

static struct ud_buf b;
static struct ud_json_writer w;

static int
set_up(void **state)
{
    (void)state;
    ud_buf_init(&b, 65536);
    ud_json_writer_init(&w, &b);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_buf_free(&b);
    return 0;
}

static void
a_typed_key_goes_as_a_box_and_reads_back(void **state)
{
    struct ud_wire_typed t = { .kind = UD_KIND_FILEVAULT, .request = { { 1, 2 } }, .sealed_length = 5 }, got;

    (void)state;
    memcpy(t.sealed, "a box", 5);
    assert_int_equal(ud_wire_typed_encode(&b, &t, NULL), UD_OK);
    assert_int_equal(ud_wire_typed_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &t, sizeof(t));
}

static void
what_lacks_something_is_refused(void **state)
{
    static const char *const bad[] = { "", "[]", "{}", "{\"kind\":\"filevault\",\"sealed\":\"YQ==\"}",
        "{\"kind\":\"filevault\",\"request\":\"01020000-0000-0000-0000-000000000000\"}",
        "{\"kind\":\"mood\",\"request\":\"01020000-0000-0000-0000-000000000000\",\"sealed\":\"YQ==\"}",
        "{\"kind\":\"filevault\",\"request\":\"01020000-0000-0000-0000-000000000000\",\"sealed\":\"*\"}" };
    struct ud_wire_typed got;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(ud_wire_typed_decode(&got, bad[i], strlen(bad[i]), NULL), UD_MALFORMED);
}

static void
every_state_reads_back(void **state)
{
    struct ud_wire_typed_state row[] = {
        { .state = UD_TYPED_NONE,
            .requested = UD_WALL_NONE,
            .finished = UD_WALL_NONE,
            .expires = UD_WALL_NONE,
            .new_created = UD_WALL_NONE,
            .last_checkin = UD_WALL_NONE,
            .asked_at = UD_WALL_NONE },
        { .state = UD_TYPED_PENDING,
            .requested = 1000,
            .finished = UD_WALL_NONE,
            .expires = 5000,
            .by = "Jo O'Connor",
            .new_created = UD_WALL_NONE,
            .last_checkin = 500,
            .asked = true,
            .asked_at = 2000,
            .asked_by = "Ann",
            .note = "Please" },
        { .state = UD_TYPED_DONE,
            .requested = 1000,
            .finished = 3000,
            .expires = 5000,
            .new_created = 3000,
            .last_checkin = 3000,
            .asked_at = UD_WALL_NONE },
        { .state = UD_TYPED_FAILED,
            .cause = UD_TYPED_NO_POLICY,
            .requested = 1000,
            .finished = 3000,
            .expires = 5000,
            .new_created = UD_WALL_NONE,
            .last_checkin = 3000,
            .asked_at = UD_WALL_NONE },
    };
    struct ud_wire_typed_state got;

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        ud_buf_clear(&b);
        ud_json_writer_init(&w, &b);
        ud_wire_typed_state_write(&w, &row[i]);
        assert_int_equal(ud_wire_typed_state_decode(&got, b.data, b.length, NULL), UD_OK);
        assert_memory_equal(&got, &row[i], sizeof(got));
    }
}

static void
a_cause_of_a_later_version_is_another_one(void **state)
{
    static const char body[] = "{\"state\":\"failed\",\"cause\":\"mood\"}", bad[] = "{\"state\":\"mood\"}",
                      half[] = "{\"state\":\"done\",\"new_key\":{}}";
    struct ud_wire_typed_state got;

    (void)state;
    assert_int_equal(ud_wire_typed_state_decode(&got, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(got.cause, UD_TYPED_OTHER);
    assert_int_equal(ud_wire_typed_state_decode(&got, bad, sizeof(bad) - 1, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_typed_state_decode(&got, half, sizeof(half) - 1, NULL), UD_MALFORMED);
}

static void
a_note_reads_back_clean(void **state)
{
    char note[256];

    (void)state;
    assert_int_equal(ud_wire_typed_ask_encode(&b, "Please\033[31m store it", NULL), UD_OK);
    assert_int_equal(ud_wire_typed_ask_decode(note, b.data, b.length, NULL), UD_OK);
    assert_null(strchr(note, '\033'));
    assert_int_equal(ud_wire_typed_ask_decode(note, "", 0, NULL), UD_OK);
    assert_string_equal(note, "");
    assert_int_equal(ud_wire_typed_ask_decode(note, "[]", 2, NULL), UD_MALFORMED);
}

static void
requests_read_back_as_far_as_there_is_room(void **state)
{
    const struct ud_wire_typed_asked items[2] = {
        { .device = { { 1 } }, .at = 1000, .device_name = "Jo's MacBook", .serial = "TRN1", .by = "Ann", .note = "Please" },
        { .device = { { 2 } }, .at = 2000, .device_name = "other" }
    };
    struct ud_wire_typed_asked got[2];
    size_t n;
    bool blocks;

    (void)state;
    ud_wire_typed_asked_write(&w, items, 2, true);
    assert_int_equal(ud_wire_typed_asked_decode(got, 2, &n, &blocks, b.data, b.length, NULL), UD_OK);
    assert_int_equal(n, 2);
    assert_true(blocks);
    assert_memory_equal(got, items, sizeof(items));
    assert_int_equal(ud_wire_typed_asked_decode(got, 1, &n, &blocks, b.data, b.length, NULL), UD_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ud_wire_typed_asked_decode(got, 2, &n, &blocks, "{\"value\":5}", 11, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_typed_asked_decode(got, 2, &n, &blocks, "{\"value\":[{}]}", 14, NULL), UD_OK);
    assert_int_equal(n, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_typed_key_goes_as_a_box_and_reads_back),
        T(what_lacks_something_is_refused),
        T(every_state_reads_back),
        T(a_cause_of_a_later_version_is_another_one),
        T(a_note_reads_back_clean),
        T(requests_read_back_as_far_as_there_is_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
