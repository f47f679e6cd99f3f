/* Tables, choices, bars, the palette's score. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "widget/bar.h"
#include "widget/choice.h"
#include "widget/palette.h"
#include "widget/table.h"

static const struct ud_column columns[] = { { "One", 8, 10, 1, 0, false }, { "Two", 10, 20, 2, 2, false },
    { "Three", 6, 6, 0, 1, true } };

static void
columns_of_the_highest_rank_go_first_and_the_rest_fills_the_width(void **state)
{
    struct ud_table table;

    (void)state;
    for (int width = 10; width < 120; width++) {
        int used = 2;

        ud_table_layout(&table, columns, 3, 2, width);
        assert_true(table.width[0] > 0);
        assert_true(table.width[1] == 0 || table.width[2] > 0);
        for (size_t i = 0; i < 3; i++)
            used = table.width[i] > 0 ? table.at[i] + table.width[i] : used;
        assert_true(used <= width);
    }
    ud_table_layout(&table, columns, 3, 2, 30);
    assert_true(table.width[1] > 0);
    ud_table_layout(&table, columns, 3, 2, 29);
    assert_int_equal(table.width[1], 0);
}

static void
a_column_is_as_wide_as_its_title_in_any_language(void **state)
{
    static const struct ud_column japanese[] = { { "シリアル番号", 8, 8, 0, 0, false }, { "所有", 4, 4, 0, 1, false } };
    struct ud_table table;

    (void)state;
    ud_table_layout(&table, japanese, 2, 2, 40);
    assert_int_equal(table.width[0], 12);
    assert_int_equal(table.at[1], 2 + 12 + 2);
    ud_table_layout(&table, japanese, 2, 2, 19); /* with the least width it would have stayed */
    assert_int_equal(table.width[1], 0);
}

static void
the_selected_row_is_marked_without_colour_and_has_the_cursor(void **state)
{
    struct ud_grid *grid = ud_grid_new(40, 2);
    struct ud_table_cell cells[3] = { { "a", UD_ROLE_TEXT }, { "b", UD_ROLE_STATE_BAD }, { "c", UD_ROLE_TEXT } };
    struct ud_table table;

    (void)state;
    ud_table_layout(&table, columns, 3, 2, 40);
    ud_table_row(ud_canvas_of(grid), 1, &table, cells, true, true);
    assert_string_equal(ud_grid_at(grid, 0, 1)->text, "›");
    for (int x = 0; x < 40; x++)
        assert_int_equal(ud_grid_at(grid, x, 1)->role, UD_ROLE_ROW_SELECTED);
    assert_true(grid->cursor_shown);
    assert_int_equal(grid->cursor_y, 1);
    ud_grid_free(&grid);
}

static void
choices_are_taken_by_their_digit(void **state)
{
    struct ud_key_event key = { .code = UD_KEY_TEXT, .text = "9" };

    (void)state;
    assert_int_equal(ud_choice_of(&key, 9), 8);
    assert_int_equal(ud_choice_of(&key, 8), UD_CHOICE_NONE);
    key.text[0] = '0';
    assert_int_equal(ud_choice_of(&key, 10), 9);
    assert_int_equal(ud_choice_of(&key, 9), UD_CHOICE_NONE);
    for (size_t i = 0; i < 16; i++) {
        key.text[0] = ud_choice_digit(i);
        assert_int_equal(ud_choice_of(&key, 16), i);
    }
}

static void
the_chosen_one_carries_a_mark(void **state)
{
    static const char *const text[] = { "first", "second", "third" };
    struct ud_grid *grid = ud_grid_new(12, 3);

    (void)state;
    assert_int_equal(ud_choice_rows(12, text, 3), 3);
    ud_choice_draw(ud_canvas_of(grid), text, 3, 1, true);
    assert_string_equal(ud_grid_at(grid, 0, 0)->text, " ");
    assert_string_equal(ud_grid_at(grid, 0, 1)->text, "✓");
    assert_int_equal(grid->cursor_y, 1);
    ud_grid_free(&grid);
}

static void
pinned_hints_stay_where_others_are_left_out(void **state)
{
    static const struct ud_hint hints[] = { { "Enter", "open the device", false }, { "n", "new key", false },
        { "F1", "help", true } };
    struct ud_grid *grid = ud_grid_new(20, 1);
    struct ud_buf dump;

    (void)state;
    ud_buf_init(&dump, 1000);
    assert_int_equal(ud_bar_hints(ud_canvas_of(grid), 0, UD_ROLE_FOOTER_KEY, UD_ROLE_FOOTER, hints, 3), 2);
    ud_grid_dump_text(&dump, grid);
    assert_string_equal(dump.data, " n new key  F1 help\n");
    ud_buf_free(&dump);
    ud_grid_free(&grid);
}

static void
numbers_have_separators(void **state)
{
    char out[32];

    (void)state;
    ud_bar_number(out, 0);
    assert_string_equal(out, "0");
    ud_bar_number(out, 999);
    assert_string_equal(out, "999");
    ud_bar_number(out, 1000);
    assert_string_equal(out, "1,000");
    ud_bar_number(out, 12345678);
    assert_string_equal(out, "12,345,678");
}

static void
progress_is_full_only_at_the_end_and_never_overflows(void **state)
{
    struct ud_grid *grid = ud_grid_new(10, 1);

    (void)state;
    ud_bar_progress(ud_canvas_of(grid), 0, 0, 10, 999, 1000);
    assert_string_equal(ud_grid_at(grid, 9, 0)->text, "░");
    ud_bar_progress(ud_canvas_of(grid), 0, 0, 10, 2000, 1000);
    assert_string_equal(ud_grid_at(grid, 9, 0)->text, "█");
    ud_bar_progress(ud_canvas_of(grid), 0, 0, 10, 5, 0);
    assert_string_equal(ud_grid_at(grid, 0, 0)->text, "░");
    ud_grid_free(&grid);
}

static void
the_palette_prefers_the_start_of_words(void **state)
{
    (void)state;
    assert_true(ud_palette_score("Lock the console", "lo") > ud_palette_score("Catalogue", "lo"));
    assert_true(ud_palette_score("Catalogue", "lo") > ud_palette_score("Look up everything", "lkv"));
    assert_true(ud_palette_score("Look up everything", "lkv") > 0);
    assert_int_equal(ud_palette_score("Lock", "xyz"), 0);
    assert_true(ud_palette_score("Lock", "") > 0);
    assert_true(ud_palette_score("LOCK", "lock") > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_the_highest_rank_go_first_and_the_rest_fills_the_width),
        cmocka_unit_test(a_column_is_as_wide_as_its_title_in_any_language),
        cmocka_unit_test(the_selected_row_is_marked_without_colour_and_has_the_cursor),
        cmocka_unit_test(choices_are_taken_by_their_digit),
        cmocka_unit_test(the_chosen_one_carries_a_mark),
        cmocka_unit_test(pinned_hints_stay_where_others_are_left_out),
        cmocka_unit_test(numbers_have_separators),
        cmocka_unit_test(progress_is_full_only_at_the_end_and_never_overflows),
        cmocka_unit_test(the_palette_prefers_the_start_of_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
