/* The device screen. */
#include "fleet.h"
#include "view/device.h"

static const struct ud_hint hints[] = { { "Enter", "get key", false }, { "n", "ask for a new key", false },
    { "↑ ↓", "select", false }, { "Esc", "back", false }, { "C-l", "lock", false }, { "F1", "help", true } };

static void
draw(struct ud_canvas cv, const void *model)
{
    struct ud_view_device m = *(const struct ud_view_device *)model;

    ud_list_set(&m.list, m.list.count, ud_view_device_rows(cv.width, cv.height, &m));
    ud_view_device(cv, &m);
}

static void
check(const char *name, const struct ud_view_device *model, size_t calls)
{
    struct golden_screen s = { .folder = "device",
        .name = name,
        .title = "Device",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model,
        .calls = calls };

    golden_check(&s);
}

static void
keys_are_listed_newest_first_and_the_next_step_is_named(void **state)
{
    struct ud_key key[3];
    struct ud_view_device m = {
        .device = golden_devices[0], .source = "Lab", .key = key, .list = { .count = 3 }, .fetched = NOW - 1 * MINUTES, .now = NOW
    };

    (void)state;
    golden_keys(key);
    check("keys", &m, 0);
}

static void
a_key_that_cannot_be_got_says_why_and_a_name_that_is_not_unique_is_marked(void **state)
{
    struct ud_key key = { .id = golden_id("00000000-0000-0000-0000-000000000000"),
        .kind = UD_KIND_FILEVAULT,
        .state = UD_KEY_ROTATION_PENDING,
        .created = NOW - 30 * DAYS,
        .shown = NOW - 10 * MINUTES };
    struct ud_view_device m = { .device = golden_devices[3],
        .source = "Lab",
        .same_name = 1,
        .key = &key,
        .list = { .count = 1 },
        .fetched = NOW,
        .now = NOW,
        .get_refused =
            "This Mac belongs to Kofi Mensah personally: its key is not shown to staff. A new key can be asked for (n).",
        .new_state = "asked, waiting for the device (last seen 3 h ago). The old key still works until then." };

    (void)state;
    check("refused", &m, 2);
}

static void
a_device_without_a_key_says_so(void **state)
{
    struct ud_view_missing missing = { .device = golden_devices[4].name,
        .digits = "",
        .kind = UD_KIND_BITLOCKER,
        .source = "Lab",
        .new_key_hint = "n",
        .paste_hint = "b",
        .all_hint = "w",
        .last_seen = UD_WALL_NONE,
        .now = NOW };
    struct ud_view_device m = { .device = golden_devices[4], .source = "Lab", .fetched = NOW, .missing = &missing, .now = NOW };

    (void)state;
    check("none", &m, 0);
    m.missing = NULL;
    m.fetched = UD_WALL_NONE;
    check("unknown", &m, 0);
}

static void
a_retired_device_says_that_its_keys_stay(void **state)
{
    struct ud_key key[3];
    struct ud_view_device m = {
        .device = golden_devices[0], .source = "Lab", .key = key, .list = { .count = 3 }, .fetched = NOW, .now = NOW
    };

    (void)state;
    golden_keys(key);
    key[0].package = true;
    m.device.retired = true;
    check("retired", &m, 0);
}

static void
a_failed_fetch_says_what_to_do(void **state)
{
    struct ud_view_device m = { .device = golden_devices[2],
        .source = "Lab",
        .fetched = UD_WALL_NONE,
        .now = NOW,
        .error = "The keys of this device could not be fetched: the escrow service cannot be reached.",
        .hint = "Check the network of this host, then press F5." };

    (void)state;
    check("failed", &m, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_listed_newest_first_and_the_next_step_is_named),
        cmocka_unit_test(a_key_that_cannot_be_got_says_why_and_a_name_that_is_not_unique_is_marked),
        cmocka_unit_test(a_device_without_a_key_says_so),
        cmocka_unit_test(a_retired_device_says_that_its_keys_stay),
        cmocka_unit_test(a_failed_fetch_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
