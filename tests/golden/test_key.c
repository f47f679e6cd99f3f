/* The recovery key screen: places for the key are reserved, never filled. */
#include "fleet.h"
#include "view/key.h"

static const struct ud_hint hints[] = { { "Space", "next group", false }, { "w", "it worked", false },
    { "x", "did not unlock", false }, { "h", "hold", false }, { "f", "whole key", false }, { "F1", "help", true } };

static void
draw(struct ud_canvas cv, const void *model)
{
    ud_view_key(cv, model, cv.grid->width, cv.grid->height);
}

static void
draw_cover(struct ud_canvas cv, const void *model)
{
    ud_view_cover(cv, model);
}

static void
check(const char *name, const struct ud_view_key *model, size_t calls)
{
    struct golden_screen s = { .folder = "key",
        .name = name,
        .title = "Recovery key",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model,
        .calls = calls };

    golden_check(&s);
    golden_one(&s, 60, 18);
}

static struct ud_view_key
base(enum ud_key_show show)
{
    struct ud_key key[3];

    golden_keys(key);
    return (struct ud_view_key){ .show = show,
        .device = "TRN-LT-0042",
        .user = "Ann Lee",
        .caller = "Ann Lee",
        .key = key[0],
        .reason = "Lost PIN",
        .ticket = "INC0012345",
        .group = 3,
        .groups = 8,
        .group_size = 6,
        .half = 3,
        .whole_length = 55,
        .where = { "On the blue BitLocker screen: into the field below 'Enter the recovery key'.",
            "Digits only, no dashes; after 48 digits press Enter there." },
        .covers_in = 42000 };
}

static void
one_group_has_its_place_and_the_next_step_is_named(void **state)
{
    struct ud_view_key m = base(UD_KEY_GROUP);

    (void)state;
    check("group", &m, 2);
}

static void
a_wrong_digit_of_the_read_back_lights_up(void **state)
{
    struct ud_view_key m = base(UD_KEY_GROUP);

    (void)state;
    m.reading_back = true;
    m.mark[0] = m.mark[1] = UD_DIGIT_RIGHT;
    m.mark[2] = UD_DIGIT_WRONG;
    m.readback_text = "The third digit is not the one shown. Backspace takes it back.";
    m.readback_tone = UD_TONE_ERROR;
    m.finding = "tmux: one client attached, recorded";
    check("readback", &m, 0);
}

static void
a_password_names_its_capitals_and_how_to_read_it_back(void **state)
{
    struct ud_view_key m = base(UD_KEY_GROUP);

    (void)state;
    m.key = (struct ud_key){ .kind = UD_KIND_LAPS };
    m.group = 1;
    m.groups = m.group_size = 4;
    m.half = 0;
    m.whole_length = 14;
    m.where[0] = "As the password of the local administrator account. Capital and small letters count.";
    m.where[1] = NULL;
    m.letters = m.exact = true;
    check("laps", &m, 1);
}

static void
a_read_back_with_letters_says_how_it_ends(void **state)
{
    struct ud_view_key m = base(UD_KEY_GROUP);

    (void)state;
    m.key.kind = UD_KIND_LUKS;
    m.group_size = 8;
    m.half = 4;
    m.whole_length = 71;
    m.where[0] = "At the passphrase prompt for the disk.";
    m.where[1] = "The dashes are typed too.";
    m.letters = m.reading = m.reading_back = true;
    m.mark[0] = m.mark[1] = UD_DIGIT_TYPED;
    check("luks", &m, 0);
}

static void
the_whole_key_has_its_place(void **state)
{
    struct ud_view_key m = base(UD_KEY_WHOLE);

    (void)state;
    m.covers_in = 27000;
    check("whole", &m, 0);
}

static void
a_covered_key_says_why_and_how_it_comes_back(void **state)
{
    struct ud_view_key m = base(UD_KEY_COVERED);

    (void)state;
    m.covered_why = "Nobody pressed anything for 60 seconds.";
    m.wiped_in = 11 * 60000 + 4000;
    check("covered", &m, 2);
}

static void
a_key_that_did_not_come_says_what_to_do(void **state)
{
    struct ud_view_key m = base(UD_KEY_FAILED);

    (void)state;
    m.log_unwritable = true;
    m.error = "No space is left for the log in /home/maria/.local/state/unlockdesk.";
    m.hint = "Call the administrators of this host: +1 555 0100.";
    check("failed", &m, 0);
}

static void
nothing_is_reserved_in_a_terminal_below_60x18(void **state)
{
    struct ud_view_key m = base(UD_KEY_GROUP);
    static const int sizes[][2] = { { 59, 24 }, { 80, 17 }, { 40, 10 } };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct ud_grid *grid = ud_grid_new(sizes[i][0], sizes[i][1]);
        struct golden_screen s = { .title = "Recovery key", .draw = draw, .model = &m };

        golden_paint(grid, &s);
        for (unsigned r = 0; r < UD_RESERVE_COUNT; r++)
            assert_int_equal(grid->reserved[r].width, 0);
        ud_grid_free(&grid);
    }
}

static void
the_finding_about_tmux_gives_the_command_that_puts_it_right(void **state)
{
    static const struct ud_view_cover cover = { .title = "Covered: 2 terminals are attached to this tmux session.",
        .why = "Whoever sits at the other one would read the key as well.",
        .command = "tmux detach-client -a -t desk",
        .after = "Then Enter shows the key again." };
    struct golden_screen s = { .folder = "key",
        .name = "cover",
        .title = "Recovery key",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw_cover,
        .model = &cover };

    (void)state;
    golden_check(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group_has_its_place_and_the_next_step_is_named),
        cmocka_unit_test(a_wrong_digit_of_the_read_back_lights_up),
        cmocka_unit_test(a_password_names_its_capitals_and_how_to_read_it_back),
        cmocka_unit_test(a_read_back_with_letters_says_how_it_ends),
        cmocka_unit_test(the_whole_key_has_its_place),
        cmocka_unit_test(a_covered_key_says_why_and_how_it_comes_back),
        cmocka_unit_test(a_key_that_did_not_come_says_what_to_do),
        cmocka_unit_test(nothing_is_reserved_in_a_terminal_below_60x18),
        cmocka_unit_test(the_finding_about_tmux_gives_the_command_that_puts_it_right),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
