/* What comes after a key was shown: the end of the call, new keys, the activity log. */
#include "fleet.h"
#include "view/board.h"
#include "view/log.h"
#include "view/new_key.h"
#include "view/ticket.h"

static const struct ud_hint hints[] = { { "Enter", "devices", false }, { "y", "copy the lines", false }, { "Esc", "back", false },
    { "F1", "help", true } };

static void
draw_ticket(struct ud_canvas cv, const void *model)
{
    ud_view_ticket(cv, model);
}

static void
draw_new_key(struct ud_canvas cv, const void *model)
{
    struct ud_view_new_key m = *(const struct ud_view_new_key *)model;

    ud_list_set(&m.list, m.list.count, ud_view_new_key_rows(cv.width, cv.height));
    ud_view_new_key(cv, &m);
}

static void
draw_log(struct ud_canvas cv, const void *model)
{
    struct ud_view_log m = *(const struct ud_view_log *)model;

    ud_list_set(&m.list, m.list.count, ud_view_log_rows(cv.width, cv.height));
    ud_view_log(cv, &m);
}

static void
check(const char *folder, const char *name, const char *title, golden_draw draw, const void *model)
{
    struct golden_screen s = {
        .folder = folder, .name = name, .title = title, .hint = hints, .hint_count = COUNT(hints), .draw = draw, .model = model
    };

    golden_check(&s);
}

static struct ud_view_ticket
ticket(enum ud_outcome outcome)
{
    struct ud_key key[3];

    golden_keys(key);
    return (struct ud_view_ticket){ .outcome = outcome,
        .shown_at = NOW,
        .key = key[0],
        .device = "TRN-LT-0042",
        .serial = "TRN5CG0042",
        .user = "ann.lee@training.invalid",
        .reason = "Lost PIN",
        .ticket = "INC0012345",
        .caller = "Ann Lee",
        .verified = "Called back on the known number",
        .operator_label = "Maria Lopez",
        .receipt = "7QK3-X2MD-9F",
        .training = true,
        .copy_allowed = true };
}

static void
a_key_that_worked_ends_in_three_lines_for_the_ticket(void **state)
{
    struct ud_view_ticket m = ticket(UD_OUTCOME_WORKED);

    (void)state;
    m.new_key_asked = true;
    m.new_key_text = "asked, waiting for the device (last seen 3 h ago). The old key still works until then.";
    check("ticket", "worked", "Call ended", draw_ticket, &m);
}

static void
a_key_that_did_not_unlock_offers_the_next_one(void **state)
{
    struct ud_view_ticket m = ticket(UD_OUTCOME_DID_NOT_UNLOCK);

    (void)state;
    m.next = "n: get the next key of that volume, C0FFEE00";
    m.copied = true;
    check("ticket", "did-not-unlock", "Call ended", draw_ticket, &m);
}

static void
the_lines_for_the_ticket_hold_everything_and_no_frame(void **state)
{
    struct ud_view_ticket m = ticket(UD_OUTCOME_WORKED);
    char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX];

    (void)state;
    ud_view_ticket_text(line, &m);
    assert_non_null(strstr(line[0], "2026-11-20 14:02"));
    assert_non_null(strstr(line[0], "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"));
    assert_non_null(strstr(line[1], "TRN-LT-0042"));
    assert_non_null(strstr(line[1], "ann.lee@training.invalid"));
    assert_non_null(strstr(line[2], "Lost PIN"));
    assert_non_null(strstr(line[2], "INC0012345"));
    assert_non_null(strstr(line[2], "Maria Lopez"));
    assert_non_null(strstr(line[2], "7QK3-X2MD-9F"));
}

static const struct ud_view_new_key_row steps[] = {
    { .step = UD_NEW_KEY_WAITING,
        .device = "TRN-LT-0042",
        .user = "Ann Lee",
        .asked = NOW - 4 * MINUTES,
        .last_checkin = NOW - 3 * HOURS },
    { .step = UD_NEW_KEY_REPLACED,
        .device = "TRN-東京-0001",
        .user = "山田 花子",
        .asked = NOW - 30 * MINUTES,
        .last_checkin = NOW - 2 * MINUTES,
        .replaced = NOW - 2 * MINUTES,
        .new_id = { { 0x5e, 0xed, 0xf0, 0x0d } } },
    { .step = UD_NEW_KEY_FAILED,
        .device = "TRN-MB-0007",
        .user = "Kofi Mensah",
        .asked = NOW - 2 * DAYS,
        .last_checkin = NOW - 40 * DAYS,
        .error = "the device did not check in within 24 hours. Ask again when it is online." },
};

static void
each_new_key_has_its_state_and_a_sentence(void **state)
{
    static const char *const names[] = { "waiting", "replaced", "failed" };

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct ud_view_new_key m = { .row = steps, .list = { .count = COUNT(steps), .selected = i }, .now = NOW };

        check("new_key", names[i], "New keys", draw_new_key, &m);
    }
}

static void
the_activity_log_is_a_list_with_a_verdict(void **state)
{
    static const struct ud_view_log_row rows[] = {
        { NOW - 1 * MINUTES, "key shown", "TRN-LT-0042", "8A5D13D6", "ann.lee@training.invalid", "Lost PIN", "INC0012345",
            "dictation, group 1; caller Ann Lee, called back on the known number", UD_TONE_PLAIN },
        { NOW - 2 * MINUTES, "asked for", "TRN-LT-0042", "8A5D13D6", "ann.lee@training.invalid", "Lost PIN", "INC0012345", "",
            UD_TONE_PLAIN },
        { NOW - 3 * HOURS, "request failed", "TRN-東京-0001", "C0FFEE00", "yamada.hanako@training.invalid", "BIOS changed",
            "INC0012300", "the escrow service cannot be reached", UD_TONE_WARNING },
        { NOW - 2 * DAYS, "signed in", "", "", "", "", "", "device code", UD_TONE_PLAIN },
    };
    struct ud_view_log m = { .row = rows,
        .row_count = COUNT(rows),
        .list = { .count = COUNT(rows) },
        .now = NOW,
        .verdict = "checked: 41 lines, unbroken",
        .verdict_tone = UD_TONE_GOOD };

    (void)state;
    check("log", "list", "Activity log", draw_log, &m);
}

static void
draw_board(struct ud_canvas cv, const void *model)
{
    struct ud_view_board m = *(const struct ud_view_board *)model;

    ud_list_set(&m.list, m.list.count, ud_view_board_rows(cv.width, cv.height));
    m.row += m.list.top;
    ud_view_board(cv, &m);
}

static void
the_board_says_what_became_of_each_key_that_was_shown(void **state)
{
    struct ud_key key[3];
    struct ud_board_entry e[3] = { { .state = UD_BOARD_FAILED,
                                       .overdue = true,
                                       .shown = NOW - (ud_wall)26 * 3600000,
                                       .due = UD_WALL_NONE,
                                       .device_name = "TRN-LT-0042",
                                       .user = "ann.lee@training.invalid",
                                       .by = "operator@training.invalid",
                                       .message = "The policy does not ask for a backup." },
        { .state = UD_BOARD_ASKED,
            .shown = NOW - 3600000,
            .last_checkin = NOW - 7200000,
            .due = UD_WALL_NONE,
            .device_name = "TRN-LT-0017",
            .user = "jo.park@training.invalid",
            .by = "operator@training.invalid" },
        { .state = UD_BOARD_WAITING,
            .shown = NOW - 300000,
            .due = NOW + 600000,
            .device_name = "TRN-MB-0003",
            .user = "山田@training.invalid",
            .by = "kim@training.invalid" } };
    struct ud_view_board_row row[3];
    struct ud_view_board m = { .row = row, .now = NOW };

    (void)state;
    golden_keys(key);
    for (size_t i = 0; i < 3; i++) {
        e[i].key = i < 2 ? key[i].id : (struct ud_guid){ { 0 } };
        row[i] = (struct ud_view_board_row){ &e[i], e[i].device_name, e[i].user };
    }
    m.list.count = 3;
    m.list.rows = 3;
    m.selected = &e[0];
    check("board", "three", "Keys to be replaced", draw_board, &m);
    m.list.selected = 2;
    m.selected = &e[2];
    check("board", "waiting", "Keys to be replaced", draw_board, &m);
    m = (struct ud_view_board){ .row = row, .now = NOW };
    check("board", "empty", "Keys to be replaced", draw_board, &m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_worked_ends_in_three_lines_for_the_ticket),
        cmocka_unit_test(a_key_that_did_not_unlock_offers_the_next_one),
        cmocka_unit_test(the_lines_for_the_ticket_hold_everything_and_no_frame),
        cmocka_unit_test(each_new_key_has_its_state_and_a_sentence),
        cmocka_unit_test(the_board_says_what_became_of_each_key_that_was_shown),
        cmocka_unit_test(the_activity_log_is_a_list_with_a_verdict),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
