/* A list's viewport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "widget/list.h"

static struct ud_list
list_of(size_t count, size_t rows)
{
    struct ud_list list = { 0 };

    ud_list_set(&list, count, rows);
    return list;
}

static bool
press(struct ud_list *list, enum ud_key_code code)
{
    struct ud_key_event key = { .code = code };

    return ud_list_key(list, &key);
}

static void
the_selection_stays_in_sight_and_in_the_list(void **state)
{
    (void)state;
    for (size_t count = 0; count < 30; count++) {
        struct ud_list list = list_of(count, 7);

        for (int i = 0; i < 200; i++) {
            static const enum ud_key_code keys[] = { UD_KEY_DOWN, UD_KEY_PAGE_DOWN, UD_KEY_DOWN, UD_KEY_UP, UD_KEY_PAGE_UP,
                UD_KEY_END, UD_KEY_UP, UD_KEY_HOME, UD_KEY_PAGE_DOWN, UD_KEY_PAGE_DOWN, UD_KEY_PAGE_DOWN };

            assert_true(press(&list, keys[i % 11]));
            assert_true(count == 0 ? list.selected == 0 : list.selected < count);
            assert_true(list.top <= list.selected && list.selected < list.top + 7);
            assert_true(count <= 7 ? list.top == 0 : list.top + 7 <= count);
        }
    }
}

static void
a_page_turns_with_one_row_of_overlap(void **state)
{
    struct ud_list list = list_of(100, 10);

    (void)state;
    press(&list, UD_KEY_PAGE_DOWN);
    assert_int_equal(list.top, 9);
    assert_int_equal(list.selected, 9);
    press(&list, UD_KEY_PAGE_UP);
    assert_int_equal(list.top, 0);
    assert_int_equal(list.selected, 0);
}

static void
a_shorter_list_moves_the_selection_to_its_end(void **state)
{
    struct ud_list list = list_of(100, 10);

    (void)state;
    press(&list, UD_KEY_END);
    ud_list_set(&list, 5, 10);
    assert_int_equal(list.selected, 4);
    assert_int_equal(list.top, 0);
    assert_int_equal(ud_list_end(&list), 5);
    ud_list_set(&list, 0, 10);
    assert_int_equal(list.selected, 0);
    assert_int_equal(ud_list_end(&list), 0);
}

static void
other_keys_are_not_taken(void **state)
{
    struct ud_list list = list_of(5, 10);

    (void)state;
    assert_false(press(&list, UD_KEY_ENTER));
    assert_false(press(&list, UD_KEY_LEFT));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_selection_stays_in_sight_and_in_the_list),
        cmocka_unit_test(a_page_turns_with_one_row_of_overlap),
        cmocka_unit_test(a_shorter_list_moves_the_selection_to_its_end),
        cmocka_unit_test(other_keys_are_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
