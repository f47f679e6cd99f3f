/* Where a key may be that is not stored here, and what manage-bde printed. */
#include "fleet.h"
#include "view/bde.h"
#include "view/missing.h"

static const struct ud_hint hints[] = { { "n", "ask for a new key", false }, { "Esc", "back", false }, { "F1", "help", true } };
static const struct ud_hint bde_hints[] = { { "s", "store this key", false }, { "Esc", "leave and forget it", false },
    { "F1", "help", true } };

static void
draw_missing(struct ud_canvas cv, const void *model)
{
    ud_view_missing(cv, model);
}

static void
draw_take(struct ud_canvas cv, const void *model)
{
    ud_view_bde_take(cv, model);
}

static void
draw_bde(struct ud_canvas cv, const void *model)
{
    struct ud_view_bde m = *(const struct ud_view_bde *)model;

    ud_list_set(&m.list, m.list.count, ud_view_bde_rows(cv.width, cv.height, &m));
    ud_view_bde(cv, &m);
}

static void
check(const char *folder, const char *name, golden_draw draw, const void *model)
{
    bool bde = strcmp(folder, "bde") == 0;
    struct golden_screen s = { .folder = folder,
        .name = name,
        .title = bde ? "manage-bde" : "Missing key",
        .hint = bde ? bde_hints : hints,
        .hint_count = 3,
        .draw = draw,
        .model = model };

    golden_check(&s);
}

static const struct ud_view_missing windows = { .device = "TRN-LT-0042",
    .digits = "",
    .kind = UD_KIND_BITLOCKER,
    .encrypted = UD_YES,
    .keeps = true,
    .source = "Lab",
    .new_key_hint = "n",
    .paste_hint = "b",
    .all_hint = "w",
    .last_seen = NOW - 3 * HOURS,
    .now = NOW };

static void
a_windows_device_has_six_places_in_order(void **state)
{
    (void)state;
    check("missing", "windows", draw_missing, &windows);
}

static void
the_text_scrolls_where_it_does_not_fit(void **state)
{
    struct ud_view_missing m = windows;

    (void)state;
    m.top = 1000; /* behind the end: the last lines */
    check("missing", "scrolled", draw_missing, &m);
}

static void
a_mac_under_way_says_so_and_needs_no_directory(void **state)
{
    struct ud_view_missing m = windows;

    (void)state;
    m.device = "TRN-東京-MB-0001";
    m.kind = UD_KIND_FILEVAULT;
    m.mac_asks = true;
    m.new_state = "asked, waiting for the device (last seen 3 h ago). It is stored then, and shown here.";
    check("missing", "mac", draw_missing, &m);
}

static void
a_source_that_forgets_and_a_directory_that_was_asked(void **state)
{
    struct ud_view_missing m = windows;

    (void)state;
    m.keeps = false;
    m.encrypted = UD_NO;
    m.directory = UD_DIRECTORY_ASKED;
    m.directory_name = "corp.example";
    m.new_refused = "Your role may not ask for new keys.";
    check("missing", "entra", draw_missing, &m);
}

static void
an_id_that_nobody_knows_has_its_places_too(void **state)
{
    struct ud_view_missing m = windows;

    (void)state;
    m.device = NULL;
    m.digits = "8A5D13D6";
    m.miss =
        "No recovery key ID starts with 8A5D13D6. Asked: Lab. The ID stands after 'Recovery key ID', not 'Drive label', and is "
        "not the TPM's.";
    check("missing", "id", draw_missing, &m);
}

static void
pasted_text_is_counted_and_never_shown(void **state)
{
    struct ud_view_bde_take m = {
        .device = "TRN-LT-0042", .asked = "8A5D13D6", .lines = 17, .bytes = 500, .done_hint = "C-d", .back_hint = "Esc"
    };

    (void)state;
    check("bde", "taking", draw_take, &m);
    m.full = true;
    check("bde", "full", draw_take, &m);
}

static const struct ud_bde_protector protectors[] = {
    { .id = { { 0x11, 0x11, 0x22, 0x22, 3, 4, 5, 6, 7, 8, 9 } }, .kind = UD_BDE_TPM_PIN, .drive = 'C', .line = 6 },
    { .id = { { 0x8a, 0x5d, 0x13, 0xd6, 3, 4, 5, 6, 7, 8, 9 } }, .is_key = true, .drive = 'C', .line = 11 },
    { .id = { { 0xdf, 0xa2, 0x63, 0x33, 3, 4, 5, 6, 7, 8, 9 } }, .is_key = true, .drive = 'D', .line = 20 },
};

static void
the_right_protector_is_picked_and_compared(void **state)
{
    struct ud_view_bde_row row[] = {
        { .p = &protectors[0], .asked = true, .note = "no recovery key" },
        { .p = &protectors[1], .note = "not stored", .tone = UD_TONE_WARNING },
        { .p = &protectors[2], .note = "stored at Thu 14:02", .tone = UD_TONE_GOOD },
    };
    struct ud_view_bde m = { .device = "TRN-LT-0042",
        .row = row,
        .list = { .count = 3, .selected = 1 },
        .advice = "11112222 is the ID of: TPM and PIN. That is often read out by mistake. The recovery key's ID is 8A5D13D6.",
        .advice_tone = UD_TONE_WARNING,
        .problem = "Line 31: digits that are no recovery key: it has 8 groups of 6 digits.",
        .next = "s stores this key for the device, sealed; its digits are not shown." };

    (void)state;
    check("bde", "read", draw_bde, &m);
}

static void
a_text_without_protectors_says_what_it_should_be(void **state)
{
    struct ud_view_bde m = { .advice = "There is no protector in it. Was it the output of manage-bde -protectors -get C: ?",
        .advice_tone = UD_TONE_ERROR };

    (void)state;
    check("bde", "nothing", draw_bde, &m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_windows_device_has_six_places_in_order),
        cmocka_unit_test(the_text_scrolls_where_it_does_not_fit),
        cmocka_unit_test(a_mac_under_way_says_so_and_needs_no_directory),
        cmocka_unit_test(a_source_that_forgets_and_a_directory_that_was_asked),
        cmocka_unit_test(an_id_that_nobody_knows_has_its_places_too),
        cmocka_unit_test(pasted_text_is_counted_and_never_shown),
        cmocka_unit_test(the_right_protector_is_picked_and_compared),
        cmocka_unit_test(a_text_without_protectors_says_what_it_should_be),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
