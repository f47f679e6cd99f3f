/* What stands over a screen or in place of it: help, palette, questions, countdown, lock, end of session, too small. */
#include "fleet.h"
#include "view/confirm.h"
#include "view/devices.h"
#include "view/help.h"
#include "view/lock.h"

static const struct ud_hint hints[] = { { "Esc", "back", false }, { "F1", "help", true } };

static void
draw_help(struct ud_canvas cv, const void *model)
{
    ud_view_help(cv, model);
}

static void
draw_nothing(struct ud_canvas cv, const void *model)
{
    (void)cv;
    (void)model;
}

static void
draw_devices(struct ud_canvas cv, const void *model)
{
    struct ud_line filter;
    struct ud_view_devices m = { .filter = &filter,
        .row = golden_devices,
        .row_count = COUNT(golden_devices),
        .list = { .count = COUNT(golden_devices) },
        .total = COUNT(golden_devices),
        .hit_selected = UD_LIST_NONE,
        .now = NOW };

    (void)model;
    ud_line_init(&filter, 200);
    ud_list_set(&m.list, m.list.count, ud_view_devices_rows(cv.width, cv.height, &m));
    ud_view_devices(cv, &m);
}

static void
draw_palette(struct ud_canvas cv, const void *model)
{
    struct ud_palette m = *(const struct ud_palette *)model;

    ud_list_set(&m.list, m.list.count, ud_view_palette_rows(cv.width, cv.height));
    ud_view_palette(cv, &m);
}

static void
draw_confirm(struct ud_canvas cv, const void *model)
{
    ud_view_confirm(cv, model);
}

static void
draw_countdown(struct ud_canvas cv, const void *model)
{
    ud_view_countdown(cv, *(const unsigned *)model, false);
}

static void
draw_lock(struct ud_canvas cv, const void *model)
{
    ud_view_lock(cv, model);
}

static void
draw_over(struct ud_canvas cv, const void *model)
{
    ud_view_session_over(cv, model);
}

static void
draw_small(struct ud_canvas cv, const void *model)
{
    (void)model;
    ud_view_too_small(cv);
}

static void
check_over(const char *folder, const char *name, golden_draw over, const void *model)
{
    struct golden_screen s = { .folder = folder,
        .name = name,
        .title = "Devices",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw_devices,
        .over = over,
        .over_model = model };

    golden_check(&s);
}

static void
help_lists_keys_by_section(void **state)
{
    static const struct ud_view_help_row rows[] = { { .section = "Devices" }, { NULL, "Enter", "Open the device" },
        { NULL, "Tab", "Go between the filter and the list" }, { NULL, "F5", "Fetch the list again" },
        { .section = "Everywhere" }, { NULL, "F1 ?", "Help" }, { NULL, "C-p :", "Run a command by its name" },
        { NULL, "C-l", "Lock" }, { NULL, "1 2 3 4", "Bring back a held call" }, { NULL, "C-q", "Quit" } };
    struct ud_view_help m = { .about = "Type a name, user, serial number or the start of a recovery key ID. Every character "
                                       "narrows the list; Tab goes to it.",
        .row = rows,
        .count = COUNT(rows) };
    struct golden_screen s = { .folder = "help",
        .name = "devices",
        .title = "Help",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw_help,
        .model = &m };

    (void)state;
    golden_check(&s);
}

static void
the_palette_says_why_a_command_cannot_run(void **state)
{
    static const struct ud_palette_entry entries[] = { { "Lock", "C-l", NULL }, { "Look at the activity log", "F3", NULL },
        { "Ask the device for a new key", "n", "open a device first" }, { "Quit", "C-q", NULL } };
    struct ud_line line;
    struct ud_palette m = {
        .line = &line, .entry = entries, .count = COUNT(entries), .list = { .count = COUNT(entries), .selected = 1 }
    };

    (void)state;
    ud_line_init(&line, 60);
    ud_line_set(&line, "lo");
    check_over("palette", "typed", draw_palette, &m);
}

static void
a_question_names_the_keys_that_answer_it(void **state)
{
    static const struct ud_hint answers[] = { { "Enter", "yes", true }, { "Esc", "no", true } };
    struct ud_view_confirm m = { .title = "Show the whole key?",
        .paragraph = { "All 48 digits appear at once. This is recorded as an act of its own.",
            "Dictating one group at a time is safer." },
        .hint = answers,
        .hint_count = COUNT(answers),
        .warning = true };

    (void)state;
    check_over("confirm", "whole-key", draw_confirm, &m);
}

static void
the_countdown_stands_over_the_screen(void **state)
{
    unsigned seconds = 42;

    (void)state;
    check_over("countdown", "seconds", draw_countdown, &seconds);
}

static void
the_lock_screen_shows_nothing_of_what_was_there(void **state)
{
    static const struct ud_hint answers[] = { { "Enter", "unlock", true }, { "C-q", "end unlockdesk", true } };
    struct ud_secret *pin = NULL;
    struct ud_line line;
    struct ud_view_lock m = { .host = "jump1.training.invalid",
        .operator_label = "Maria Lopez",
        .reason = "nobody pressed anything for 6 minutes.",
        .since = NOW - 10 * MINUTES,
        .now = NOW,
        .line = &line,
        .training_pin = "246810",
        .training = true,
        .tries_left = 3,
        .error = "That PIN is not right.",
        .hint = answers,
        .hint_count = COUNT(answers) };
    struct golden_screen s = {
        .folder = "lock", .name = "locked", .title = "Devices", .draw = draw_devices, .over = draw_lock, .over_model = &m
    };

    (void)state;
    assert_int_equal(ud_secret_new(&pin, 64, NULL), UD_OK);
    ud_line_init_hidden(&line, pin, true);
    golden_check(&s);
    m.training_pin = NULL;
    m.training = false;
    m.passphrase = true;
    m.tries_left = 5;
    m.error = NULL;
    m.working = true;
    s.name = "checking";
    golden_check(&s);
    ud_secret_free(&pin);
}

static void
the_end_of_the_session_says_why_and_what_next(void **state)
{
    static const struct ud_hint answers[] = { { "Enter", "leave", true } };
    struct ud_view_session_over m = { .host = "jump1.training.invalid",
        .why = "The session was open for 10 hours and has ended. Nothing of it is kept.",
        .next = "Start unlockdesk again and sign in.",
        .at = NOW - 5 * MINUTES,
        .now = NOW,
        .hint = answers,
        .hint_count = COUNT(answers) };
    struct golden_screen s = { .folder = "session_over", .name = "expired", .title = NULL, .draw = draw_over, .model = &m };

    (void)state;
    golden_check(&s);
}

static void
a_terminal_that_is_too_small_says_how_large_it_must_be(void **state)
{
    struct golden_screen s = { .folder = "too_small", .name = "notice", .title = NULL, .draw = draw_small };

    (void)state;
    golden_one(&s, 39, 9);
    golden_one(&s, 12, 4);
    golden_one(&s, 1, 1);
}

/* The body may shrink to nothing while a terminal is being resized; nothing may be written outside the grid then. */
static void
every_size_can_be_drawn(void **state)
{
    unsigned seconds = 5;

    (void)state;
    for (int width = 1; width <= 61; width += 3) {
        for (int height = 1; height <= 25; height += 2) {
            struct ud_grid *grid = ud_grid_new(width, height);
            struct golden_screen s = { .title = "Devices",
                .hint = hints,
                .hint_count = COUNT(hints),
                .draw = draw_devices,
                .over = draw_countdown,
                .over_model = &seconds,
                .calls = 2 };

            golden_paint(grid, &s);
            assert_true(!grid->cursor_shown || (grid->cursor_x < width && grid->cursor_y < height));
            s.draw = draw_nothing;
            golden_paint(grid, &s);
            ud_grid_free(&grid);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_lists_keys_by_section),
        cmocka_unit_test(the_palette_says_why_a_command_cannot_run),
        cmocka_unit_test(a_question_names_the_keys_that_answer_it),
        cmocka_unit_test(the_countdown_stands_over_the_screen),
        cmocka_unit_test(the_lock_screen_shows_nothing_of_what_was_there),
        cmocka_unit_test(the_end_of_the_session_says_why_and_what_next),
        cmocka_unit_test(a_terminal_that_is_too_small_says_how_large_it_must_be),
        cmocka_unit_test(every_size_can_be_drawn),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
