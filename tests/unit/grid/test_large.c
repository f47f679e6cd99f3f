/* Sizes of large characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid/large.h"

static void
six_digits_are_large_at_80_columns_and_smaller_at_60(void **state)
{
    struct ud_large wide = ud_large_fit(76, 7, 6, 3), narrow = ud_large_fit(56, 4, 6, 3);

    (void)state;
    assert_int_equal(wide.dot, 2);
    assert_in_range(wide.width, 60, 76);
    assert_int_equal(narrow.dot, 1);
    assert_in_range(narrow.width, 30, 56);
}

static void
characters_do_not_overlap_and_fill_the_width(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 8; n++) {
        for (int width = 20; width < 120; width += 7) {
            struct ud_large l = ud_large_fit(width, 7, n, n / 2);

            for (size_t i = 1; i < n; i++)
                assert_true(ud_large_x(&l, i) > ud_large_x(&l, i - 1) + l.character);
            assert_int_equal(ud_large_x(&l, n - 1) + l.character, l.width);
            assert_true(l.width <= width || l.dot == 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_digits_are_large_at_80_columns_and_smaller_at_60),
        cmocka_unit_test(characters_do_not_overlap_and_fill_the_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
