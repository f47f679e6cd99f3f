/* The line editor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "widget/line.h"

static enum ud_line_result
type(struct ud_line *line, const char *name)
{
    struct ud_key_event key;

    assert_true(ud_key_parse(&key, name));
    return ud_line_key(line, &key);
}

static enum ud_line_result
paste(struct ud_line *line, const char *text)
{
    struct ud_key_event key = { .code = UD_KEY_PASTE, .paste = text, .paste_length = strlen(text) };

    return ud_line_key(line, &key);
}

static void
the_cursor_moves_by_clusters(void **state)
{
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 100);
    ud_line_set(&line, "a東e\xCC\x81");
    assert_int_equal(type(&line, "Left"), UD_LINE_MOVED);
    assert_int_equal(line.cursor, 4);
    type(&line, "Left");
    assert_int_equal(line.cursor, 1);
    assert_int_equal(type(&line, "Delete"), UD_LINE_CHANGED);
    assert_string_equal(line.text, "ae\xCC\x81");
    type(&line, "End");
    type(&line, "Backspace");
    assert_string_equal(line.text, "a");
    type(&line, "Backspace");
    assert_int_equal(type(&line, "Backspace"), UD_LINE_MOVED);
    assert_true(ud_line_empty(&line));
}

static void
text_goes_in_at_the_cursor(void **state)
{
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 100);
    ud_line_set(&line, "ac");
    type(&line, "Left");
    assert_int_equal(type(&line, "b"), UD_LINE_CHANGED);
    assert_string_equal(line.text, "abc");
    type(&line, "Home");
    assert_int_equal(paste(&line, "12 34"), UD_LINE_CHANGED);
    assert_string_equal(line.text, "12 34abc");
    assert_int_equal(line.cursor, 5);
    type(&line, "C-w");
    assert_string_equal(line.text, "12 abc");
    type(&line, "C-u");
    assert_string_equal(line.text, "abc");
    type(&line, "C-k");
    assert_string_equal(line.text, "");
}

static void
what_does_not_fit_changes_nothing(void **state)
{
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 4);
    assert_int_equal(paste(&line, "12345"), UD_LINE_FULL);
    assert_true(ud_line_empty(&line));
    ud_line_set(&line, "東京都");
    assert_string_equal(line.text, "東");
    assert_int_equal(type(&line, "é"), UD_LINE_FULL);
    assert_int_equal(type(&line, "x"), UD_LINE_CHANGED);
}

static void
a_pasted_code_loses_its_braces_and_quotes(void **state)
{
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 100);
    line.code = true;
    assert_int_equal(paste(&line, " \"{8A5D13D6-7ED9}\" "), UD_LINE_CHANGED);
    assert_string_equal(line.text, "8A5D13D6-7ED9");
}

static void
enter_and_friends_are_left_to_the_screen(void **state)
{
    static const char *const names[] = { "Enter", "Esc", "Tab", "Up", "Down", "PgUp", "F1", "C-p" };
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 100);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(type(&line, names[i]), UD_LINE_IGNORED);
}

static void
a_hidden_line_keeps_its_text_in_the_secret_alone(void **state)
{
    struct ud_secret *secret = NULL;
    struct ud_line line;

    (void)state;
    assert_int_equal(ud_secret_new(&secret, 8, NULL), UD_OK);
    ud_line_init_hidden(&line, secret, false);
    type(&line, "a");
    type(&line, "é");
    assert_int_equal(line.hidden, 2);
    assert_int_equal(ud_secret_length(secret), 3);
    assert_int_equal(line.length, 0);
    for (size_t i = 0; i < sizeof(line.text); i++)
        assert_int_equal(line.text[i], 0);
    type(&line, "Backspace");
    assert_int_equal(ud_secret_length(secret), 1);
    assert_int_equal(paste(&line, "12345678"), UD_LINE_FULL);
    assert_int_equal(type(&line, "C-u"), UD_LINE_CHANGED);
    assert_true(ud_line_empty(&line));
    assert_int_equal(ud_secret_length(secret), 0);
    ud_secret_free(&secret);
}

static void
a_field_of_digits_refuses_letters(void **state)
{
    struct ud_secret *secret = NULL;
    struct ud_line line;

    (void)state;
    assert_int_equal(ud_secret_new(&secret, 8, NULL), UD_OK);
    ud_line_init_hidden(&line, secret, true);
    assert_int_equal(type(&line, "x"), UD_LINE_REFUSED);
    assert_int_equal(paste(&line, "12a"), UD_LINE_REFUSED);
    assert_int_equal(type(&line, "7"), UD_LINE_CHANGED);
    assert_int_equal(line.hidden, 1);
    ud_secret_free(&secret);
}

static void
long_text_scrolls_with_the_cursor(void **state)
{
    struct ud_grid *grid = ud_grid_new(20, 1);
    struct ud_line line;

    (void)state;
    ud_line_init(&line, 100);
    ud_line_set(&line, "0123456789abcdef");
    ud_line_draw(ud_canvas_of(grid), 2, 0, 8, &line, true, NULL);
    assert_int_equal(grid->cursor_x, 9);
    assert_string_equal(ud_grid_at(grid, 2, 0)->text, "9");
    assert_string_equal(ud_grid_at(grid, 8, 0)->text, "f");
    assert_string_equal(ud_grid_at(grid, 10, 0)->text, " ");
    type(&line, "Home");
    ud_line_draw(ud_canvas_of(grid), 2, 0, 8, &line, true, NULL);
    assert_int_equal(grid->cursor_x, 2);
    assert_string_equal(ud_grid_at(grid, 9, 0)->text, "7");
    ud_grid_free(&grid);
}

static int
setup(void **state)
{
    (void)state;
    return ud_seal_init(NULL) == UD_OK ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_moves_by_clusters),
        cmocka_unit_test(text_goes_in_at_the_cursor),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
        cmocka_unit_test(a_pasted_code_loses_its_braces_and_quotes),
        cmocka_unit_test(enter_and_friends_are_left_to_the_screen),
        cmocka_unit_test(a_hidden_line_keeps_its_text_in_the_secret_alone),
        cmocka_unit_test(a_field_of_digits_refuses_letters),
        cmocka_unit_test(long_text_scrolls_with_the_cursor),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
