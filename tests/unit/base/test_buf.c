/* Buffers, and what they do when memory runs out: the source is compiled in with a failing realloc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int reallocs_left = -1; /* -1: never fails */

static void *
sparse_realloc(void *p, size_t size)
{
    if (reallocs_left == 0)
        return NULL;
    if (reallocs_left > 0)
        reallocs_left--;
    return realloc(p, size);
}

#define realloc sparse_realloc
#include "api-client/base/buf.c"
#undef realloc

#include "tests/unit/base/child.h"

static void
bytes_appended_are_kept_in_order_and_terminated(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1000);
    ud_buf_text(&b, "one");
    ud_buf_byte(&b, ' ');
    ud_buf_format(&b, "%d-%s", 2, "three");
    ud_buf_append(&b, "\0x", 2);
    assert_int_equal(b.length, 13);
    assert_memory_equal(b.data, "one 2-three\0x", 14);
    assert_int_equal(ud_buf_status(&b, NULL), UD_OK);
    ud_buf_free(&b);
    assert_null(b.data);
}

static void
exactly_the_maximum_fits_and_one_more_does_not(void **state)
{
    struct ud_buf b;
    struct ud_error err;

    (void)state;
    ud_buf_init(&b, 8);
    ud_buf_text(&b, "12345678");
    assert_false(b.failed);
    ud_buf_byte(&b, '9');
    assert_true(b.failed);
    assert_string_equal(b.data, "12345678");
    assert_int_equal(ud_buf_status(&b, &err), UD_NOMEM);
    ud_buf_free(&b);
}

static void
failure_is_sticky_until_cleared(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 4);
    ud_buf_text(&b, "12345");
    ud_buf_text(&b, "1");
    assert_true(b.failed);
    assert_int_equal(b.length, 0);
    ud_buf_clear(&b);
    ud_buf_text(&b, "1");
    assert_false(b.failed);
    assert_string_equal(b.data, "1");
    ud_buf_free(&b);
}

static void
format_that_does_not_fit_changes_nothing(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 6);
    ud_buf_format(&b, "%s", "abc");
    ud_buf_format(&b, "%s", "defg");
    assert_true(b.failed);
    assert_string_equal(b.data, "abc");
    ud_buf_free(&b);
}

static void
lengths_that_would_overflow_are_refused(void **state)
{
    struct ud_buf b;
    volatile size_t huge = SIZE_MAX - 1; /* so that the compiler does not object before we do */

    (void)state;
    ud_buf_init(&b, SIZE_MAX);
    ud_buf_byte(&b, 'x');
    assert_true(b.failed);
    ud_buf_init(&b, SIZE_MAX - 1);
    ud_buf_byte(&b, 'x');
    assert_false(b.failed);
    ud_buf_append(&b, "", huge);
    assert_true(b.failed);
    assert_string_equal(b.data, "x");
    ud_buf_free(&b);
}

static void
dropping_removes_from_the_front(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 100);
    ud_buf_text(&b, "abcdef");
    ud_buf_drop(&b, 2);
    assert_string_equal(b.data, "cdef");
    ud_buf_drop(&b, 99);
    assert_int_equal(b.length, 0);
    assert_string_equal(b.data, "");
    ud_buf_free(&b);
    ud_buf_drop(&b, 1);
    assert_null(b.data);
}

static void
each_failing_allocation_leaves_what_was_there(void **state)
{
    (void)state;
    for (int n = 0; n < 6; n++) {
        struct ud_buf b;
        size_t kept = 0;
        ud_buf_init(&b, 4096);
        reallocs_left = n;
        for (int i = 0; i < 4096 && !b.failed; i++) {
            kept = b.length;
            ud_buf_byte(&b, 'a');
        }
        reallocs_left = -1;
        assert_true(b.failed);
        assert_int_equal(b.length, kept);
        if (n > 0)
            assert_int_equal(strlen(b.data), kept);
        ud_buf_free(&b);
    }
}

static int
ask_for_too_much(void *arg)
{
    (void)arg;
    close(STDERR_FILENO);
    return ud_xrealloc(NULL, SIZE_MAX / 2, 3) != NULL;
}

static void
an_allocation_whose_size_overflows_aborts(void **state)
{
    (void)state;
    assert_int_equal(signal_of(ask_for_too_much, NULL), SIGABRT);
}

static void
a_copy_is_cut_between_characters(void **state)
{
    char out[5];

    (void)state;
    assert_true(ud_copy(out, sizeof(out), "abcd"));
    assert_string_equal(out, "abcd");
    assert_false(ud_copy(out, sizeof(out), "abcde"));
    assert_string_equal(out, "abcd");
    assert_false(ud_copy(out, sizeof(out), "abc\xC3\xA9"));
    assert_string_equal(out, "abc");
    assert_false(ud_copy(out, sizeof(out), "\xE6\x97\xA5\xE6\x9C\xAC"));
    assert_string_equal(out, "\xE6\x97\xA5");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_appended_are_kept_in_order_and_terminated),
        cmocka_unit_test(exactly_the_maximum_fits_and_one_more_does_not),
        cmocka_unit_test(failure_is_sticky_until_cleared),
        cmocka_unit_test(format_that_does_not_fit_changes_nothing),
        cmocka_unit_test(lengths_that_would_overflow_are_refused),
        cmocka_unit_test(dropping_removes_from_the_front),
        cmocka_unit_test(each_failing_allocation_leaves_what_was_there),
        cmocka_unit_test(an_allocation_whose_size_overflows_aborts),
        cmocka_unit_test(a_copy_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
