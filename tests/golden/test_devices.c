/* The devices screen. */
#include "fleet.h"
#include "view/devices.h"

static const struct ud_hint hints[] = { { "Enter", "open", false }, { "↑ ↓", "select", false }, { "Tab", "list", false },
    { "C-l", "lock", false }, { "C-p", "commands", false }, { "F1", "help", true } };

static void
draw(struct ud_canvas cv, const void *model)
{
    struct ud_view_devices m = *(const struct ud_view_devices *)model;

    ud_list_set(&m.list, m.list.count, ud_view_devices_rows(cv.width, cv.height, &m));
    ud_view_devices(cv, &m);
}

static void
check(const char *name, const struct ud_view_devices *model)
{
    struct golden_screen s = { .folder = "devices",
        .name = name,
        .title = "Devices",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model };

    golden_check(&s);
}

static struct ud_view_devices
base(struct ud_line *filter, const char *typed)
{
    ud_line_init(filter, 200);
    ud_line_set(filter, typed);
    return (struct ud_view_devices){ .filter = filter,
        .row = golden_devices,
        .row_count = COUNT(golden_devices),
        .list = { .count = COUNT(golden_devices) },
        .total = 2000,
        .hit_selected = UD_LIST_NONE,
        .now = NOW };
}

static void
the_filter_has_the_focus_and_all_devices_are_listed(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "");

    (void)state;
    m.total = COUNT(golden_devices);
    check("all", &m);
}

static void
the_list_has_the_focus_and_a_row_with_wide_characters_is_selected(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "trn");

    (void)state;
    m.on_list = true;
    m.list.selected = 2;
    m.source_name[0] = "Lab";
    check("wide-characters", &m);
}

static void
recovery_keys_stand_above_the_devices_while_an_id_is_typed(void **state)
{
    struct ud_line filter;
    struct ud_key key[3];
    struct ud_view_devices m = base(&filter, "c0ffee00");
    struct ud_view_key_hit hit[2];

    (void)state;
    golden_keys(key);
    hit[0] = (struct ud_view_key_hit){ key[1], "TRN-LT-0042", "Ann Lee", "Lab, Entra" };
    hit[1] = (struct ud_view_key_hit){ key[2], "TRN-東京-0001", "山田 花子", "Lab" };
    m.hit = hit;
    m.hit_count = m.hit_total = 2;
    m.hit_selected = 0;
    m.typed_id = "C0FFEE00";
    m.list.count = m.row_count = 1;
    check("hits", &m);
}

static void
a_list_that_loads_says_how_far_it_is(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "");

    (void)state;
    m.loading = true;
    m.loaded = 12000;
    m.expected = 48000;
    m.total = m.list.count = 12000;
    check("loading", &m);
}

static void
a_miss_says_what_was_asked_and_where_the_id_stands(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "8A5D13D7");
    char miss[700];

    (void)state;
    ud_view_miss_text(
        miss, sizeof(miss), "8A5D13D7", "Entra (list of 2 minutes ago), escrowd", "Active Directory (not configured)", 2, false);
    m.list.count = m.row_count = 0;
    m.typed_id = "8A5D13D7";
    m.miss = miss;
    check("miss", &m);
}

static void
an_empty_result_says_where_words_are_looked_for(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "nobody here");

    (void)state;
    m.list.count = m.row_count = 0;
    check("nothing", &m);
}

static void
a_stale_list_is_marked(void **state)
{
    struct ud_line filter;
    struct ud_view_devices m = base(&filter, "os:beos lee");

    (void)state;
    m.stale = "signed out, list of 10:42";
    m.filter_error = "os: takes windows, macos or linux";
    m.fuzzy = true;
    check("stale", &m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_filter_has_the_focus_and_all_devices_are_listed),
        cmocka_unit_test(the_list_has_the_focus_and_a_row_with_wide_characters_is_selected),
        cmocka_unit_test(recovery_keys_stand_above_the_devices_while_an_id_is_typed),
        cmocka_unit_test(a_list_that_loads_says_how_far_it_is),
        cmocka_unit_test(a_miss_says_what_was_asked_and_where_the_id_stands),
        cmocka_unit_test(an_empty_result_says_where_words_are_looked_for),
        cmocka_unit_test(a_stale_list_is_marked),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
