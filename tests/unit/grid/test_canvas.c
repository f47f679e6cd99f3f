/* Drawing into cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grid/canvas.h"

static void
expect_row(const struct ud_grid *grid, int y, const char *text)
{
    struct ud_buf dump;
    char *line;

    ud_buf_init(&dump, 100000);
    ud_grid_dump_text(&dump, grid);
    line = dump.data;
    for (int i = 0; i < y; i++)
        line = strchr(line, '\n') + 1;
    *strchr(line, '\n') = '\0';
    assert_string_equal(line, text);
    ud_buf_free(&dump);
}

static void
text_that_does_not_fit_ends_in_an_ellipsis(void **state)
{
    struct ud_grid *grid = ud_grid_new(10, 1);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    assert_int_equal(ud_canvas_fit(cv, 0, 0, 10, UD_ROLE_TEXT, "hello, world"), 10);
    expect_row(grid, 0, "hello, wo…");
    ud_grid_clear(grid);
    assert_int_equal(ud_canvas_fit(cv, 0, 0, 7, UD_ROLE_TEXT, "hello, world"), 7);
    expect_row(grid, 0, "hello,…");
    ud_grid_free(&grid);
}

static void
a_wide_cluster_is_never_cut_in_half(void **state)
{
    struct ud_grid *grid = ud_grid_new(6, 1);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    assert_int_equal(ud_canvas_fit(cv, 0, 0, 4, UD_ROLE_TEXT, "東京都"), 3);
    expect_row(grid, 0, "東…");
    ud_grid_clear(grid);
    ud_canvas_text(cv, 5, 0, UD_ROLE_TEXT, "東");
    expect_row(grid, 0, "");
    ud_grid_free(&grid);
}

static void
overwriting_one_half_of_a_wide_cluster_blanks_the_other(void **state)
{
    struct ud_grid *grid = ud_grid_new(6, 1);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    ud_canvas_text(cv, 0, 0, UD_ROLE_TEXT, "東京");
    ud_canvas_text(cv, 1, 0, UD_ROLE_TEXT, "x");
    expect_row(grid, 0, " x京");
    ud_canvas_text(cv, 2, 0, UD_ROLE_TEXT, "y");
    expect_row(grid, 0, " xy");
    ud_grid_free(&grid);
}

static void
nothing_is_drawn_outside_of_a_part(void **state)
{
    struct ud_grid *grid = ud_grid_new(10, 4);
    struct ud_canvas part = ud_canvas_part(ud_canvas_of(grid), 2, 1, 4, 2);

    (void)state;
    ud_canvas_text(part, -2, 0, UD_ROLE_TEXT, "abcdefghij");
    ud_canvas_text(part, 0, 1, UD_ROLE_TEXT, "klmnopqrst");
    ud_canvas_text(part, 0, 2, UD_ROLE_TEXT, "below");
    ud_canvas_text(part, 0, -1, UD_ROLE_TEXT, "above");
    expect_row(grid, 0, "");
    expect_row(grid, 1, "  cdef");
    expect_row(grid, 2, "  klmn");
    expect_row(grid, 3, "");
    ud_grid_free(&grid);
}

static void
scrolled_content_shows_from_its_offset(void **state)
{
    struct ud_grid *grid = ud_grid_new(5, 2);
    struct ud_canvas cv = ud_canvas_scrolled(ud_canvas_of(grid), 4, 1);

    (void)state;
    for (int i = 0; i < 4; i++)
        ud_canvas_format(cv, 0, i, UD_ROLE_TEXT, "row%d", i);
    expect_row(grid, 0, "row1");
    expect_row(grid, 1, "row2");
    ud_grid_free(&grid);
}

static void
wrapped_text_breaks_at_blanks_and_keeps_newlines(void **state)
{
    struct ud_grid *grid = ud_grid_new(10, 5);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    assert_int_equal(ud_canvas_wrap(cv, 0, 0, 8, UD_ROLE_TEXT, "one two three\n\nabcdefghijk", true), 5);
    expect_row(grid, 0, "one two");
    expect_row(grid, 1, "three");
    expect_row(grid, 2, "");
    expect_row(grid, 3, "abcdefgh");
    expect_row(grid, 4, "ijk");
    ud_grid_free(&grid);
}

static void
japanese_breaks_between_characters_but_not_before_a_full_stop(void **state)
{
    struct ud_grid *grid = ud_grid_new(12, 6);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    assert_int_equal(ud_canvas_wrap(cv, 0, 0, 10, UD_ROLE_TEXT, "\"ab\" の回復キーです。次へ", true), 3);
    expect_row(grid, 0, "\"ab\" の回");
    expect_row(grid, 1, "復キーで");
    expect_row(grid, 2, "す。次へ");
    assert_int_equal(ud_canvas_wrap(cv, 0, 3, 8, UD_ROLE_TEXT, "画面の「回復", true), 2);
    expect_row(grid, 3, "画面の");
    expect_row(grid, 4, "「回復");
    ud_grid_free(&grid);
}

static void
a_wide_character_wider_than_the_line_ends_the_wrapping(void **state)
{
    struct ud_canvas nowhere = { 0 };

    (void)state;
    assert_in_range(ud_canvas_wrap(nowhere, 0, 0, 1, UD_ROLE_TEXT, "東京", false), 0, 2);
}

static void
a_reserved_place_must_fit_whole_and_is_dumped_as_dots(void **state)
{
    struct ud_grid *grid = ud_grid_new(8, 3);
    struct ud_canvas cv = ud_canvas_of(grid);

    (void)state;
    assert_false(ud_canvas_reserve(cv, UD_RESERVE_LARGE, 4, 0, 6, 2));
    assert_int_equal(grid->reserved[UD_RESERVE_LARGE].width, 0);
    assert_true(ud_canvas_reserve(cv, UD_RESERVE_LARGE, 1, 1, 6, 2));
    assert_int_equal(grid->reserved[UD_RESERVE_LARGE].x, 1);
    expect_row(grid, 1, " ......");
    assert_true(ud_grid_at(grid, 1, 1)->flags & UD_CELL_SECRET);
    ud_canvas_text(cv, 1, 1, UD_ROLE_TEXT, "x");
    assert_false(ud_grid_at(grid, 1, 1)->flags & UD_CELL_SECRET);
    ud_grid_free(&grid);
}

static void
the_cursor_stays_inside_the_clip(void **state)
{
    struct ud_grid *grid = ud_grid_new(8, 3);

    (void)state;
    ud_canvas_cursor(ud_canvas_part(ud_canvas_of(grid), 2, 1, 3, 1), 3, 0);
    assert_false(grid->cursor_shown);
    ud_canvas_cursor(ud_canvas_part(ud_canvas_of(grid), 2, 1, 3, 1), 2, 0);
    assert_true(grid->cursor_shown);
    assert_int_equal(grid->cursor_x, 4);
    ud_grid_free(&grid);
}

static void
a_row_difference_covers_text_and_role(void **state)
{
    struct ud_grid *a = ud_grid_new(10, 2), *b = ud_grid_new(10, 2);
    int first, end;

    (void)state;
    assert_true(ud_grid_equal(a, b));
    ud_canvas_text(ud_canvas_of(b), 3, 1, UD_ROLE_TEXT, "ab");
    assert_false(ud_grid_row_diff(a, b, 0, &first, &end));
    assert_true(ud_grid_row_diff(a, b, 1, &first, &end));
    assert_int_equal(first, 3);
    assert_int_equal(end, 5);
    ud_grid_copy(a, b);
    ud_canvas_role(ud_canvas_of(b), 7, 1, 1, UD_ROLE_STRONG);
    assert_true(ud_grid_row_diff(a, b, 1, &first, &end));
    assert_int_equal(first, 7);
    ud_grid_free(&a);
    ud_grid_free(&b);
}

static void
every_role_has_its_own_name_and_letter(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UD_ROLE_COUNT; i++) {
        enum ud_role back;

        assert_true(ud_role_parse(&back, ud_role_name((enum ud_role)i)));
        assert_int_equal(back, i);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(ud_role_letter((enum ud_role)i), ud_role_letter((enum ud_role)j));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_does_not_fit_ends_in_an_ellipsis),
        cmocka_unit_test(a_wide_cluster_is_never_cut_in_half),
        cmocka_unit_test(overwriting_one_half_of_a_wide_cluster_blanks_the_other),
        cmocka_unit_test(nothing_is_drawn_outside_of_a_part),
        cmocka_unit_test(scrolled_content_shows_from_its_offset),
        cmocka_unit_test(wrapped_text_breaks_at_blanks_and_keeps_newlines),
        cmocka_unit_test(japanese_breaks_between_characters_but_not_before_a_full_stop),
        cmocka_unit_test(a_wide_character_wider_than_the_line_ends_the_wrapping),
        cmocka_unit_test(a_reserved_place_must_fit_whole_and_is_dumped_as_dots),
        cmocka_unit_test(the_cursor_stays_inside_the_clip),
        cmocka_unit_test(a_row_difference_covers_text_and_role),
        cmocka_unit_test(every_role_has_its_own_name_and_letter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
