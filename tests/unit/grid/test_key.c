/* Names of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grid/key.h"

static void
a_name_leads_to_the_key_and_back(void **state)
{
    static const char *const names[] = { "a", "Z", "?", "Space", "C-p", "C-\\", "F1", "F12", "F20", "Enter", "Esc", "Tab",
        "Shift-Tab", "Backspace", "Delete", "Insert", "Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDn", "é", "東" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ud_key_event key;
        char back[16];

        assert_true(ud_key_parse(&key, names[i]));
        ud_key_name(back, &key);
        assert_string_equal(back, names[i]);
    }
}

static void
names_of_named_keys_ignore_case(void **state)
{
    struct ud_key_event key;

    (void)state;
    assert_true(ud_key_parse(&key, "pgup"));
    assert_int_equal(key.code, UD_KEY_PAGE_UP);
    assert_true(ud_key_parse(&key, "c-P"));
    assert_int_equal(key.number, 'p');
    assert_true(ud_key_parse(&key, "f5"));
    assert_int_equal(key.number, 5);
}

static void
what_is_no_key_is_refused(void **state)
{
    static const char *const names[] = { "", "F0", "F21", "F1x", "C-", "C-ab", "C-1", "ab", "\x01", "\x7f", "\xff" };
    struct ud_key_event key;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(ud_key_parse(&key, names[i]));
}

static void
commands_ignore_case_and_a_paste_is_never_a_command(void **state)
{
    struct ud_key_event a = { .code = UD_KEY_TEXT, .text = "w" }, b = { .code = UD_KEY_TEXT, .text = "W" };
    struct ud_key_event paste = { .code = UD_KEY_PASTE, .paste = "w", .paste_length = 1 };

    (void)state;
    assert_true(ud_key_same(&a, &b));
    assert_false(ud_key_same(&paste, &paste));
    assert_false(ud_key_printable(&paste));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_leads_to_the_key_and_back),
        cmocka_unit_test(names_of_named_keys_ignore_case),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(commands_ignore_case_and_a_paste_is_never_a_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
