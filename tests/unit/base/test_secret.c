#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "base/secret.h"
#include "tests/unit/base/child.h"

static struct ud_secret *
secret_of(const char *text, size_t capacity)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, capacity, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, text, strlen(text), NULL), UD_OK);
    return s;
}

static void
assert_content(struct ud_secret *s, const char *text)
{
    assert_int_equal(ud_secret_length(s), strlen(text));
    assert_memory_equal(ud_secret_open(s), text, strlen(text));
    ud_secret_close(s);
}

static int
start(void **state)
{
    struct ud_error err;

    (void)state;
    return ud_seal_init(&err) != UD_OK;
}

static void
what_is_appended_is_there_and_the_capacity_holds(void **state)
{
    struct ud_secret *s = secret_of("abc", 5);
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_secret_capacity(s), 5);
    assert_int_equal(ud_secret_append(s, "def", 3, &err), UD_INVALID);
    assert_content(s, "abc");
    assert_int_equal(ud_secret_append(s, "de", 2, &err), UD_OK);
    assert_content(s, "abcde");
    ud_secret_free(&s);
    assert_null(s);
    ud_secret_free(&s);
    ud_secret_free(NULL);
}

static void
capacities_outside_the_range_are_refused(void **state)
{
    struct ud_secret *s;

    (void)state;
    assert_int_equal(ud_secret_new(&s, 0, NULL), UD_INVALID);
    assert_null(s);
    assert_int_equal(ud_secret_new(&s, UD_SECRET_MAX + 1, NULL), UD_INVALID);
    assert_null(s);
    assert_int_equal(ud_secret_new(&s, UD_SECRET_MAX, NULL), UD_OK);
    ud_secret_free(&s);
}

static void
truncating_wipes_the_rest(void **state)
{
    struct ud_secret *s = secret_of("abcdef", 8);

    (void)state;
    ud_secret_truncate(s, 2);
    assert_content(s, "ab");
    assert_memory_equal(ud_secret_open(s), "ab\0\0\0\0\0\0", 8);
    ud_secret_close(s);
    ud_secret_truncate(s, 5);
    assert_int_equal(ud_secret_length(s), 2);
    ud_secret_free(&s);
}

static void
moving_appends_and_empties_the_source(void **state)
{
    struct ud_secret *a = secret_of("ab", 4);
    struct ud_secret *b = secret_of("cd", 8);
    struct ud_secret *c = secret_of("x", 8);

    (void)state;
    assert_int_equal(ud_secret_move(a, b, NULL), UD_OK);
    assert_content(a, "abcd");
    assert_int_equal(ud_secret_length(b), 0);
    assert_memory_equal(ud_secret_open(b), "\0\0", 2);
    ud_secret_close(b);
    assert_int_equal(ud_secret_move(a, c, NULL), UD_INVALID);
    assert_content(c, "x");
    ud_secret_free(&a);
    ud_secret_free(&b);
    ud_secret_free(&c);
}

static void
equality_looks_at_length_and_every_byte(void **state)
{
    struct ud_secret *a = secret_of("abc", 4);
    struct ud_secret *b = secret_of("abc", 9);
    struct ud_secret *c = secret_of("abd", 4);
    struct ud_secret *d = secret_of("ab", 4);

    (void)state;
    assert_true(ud_secret_equal(a, b));
    assert_true(ud_secret_equal(a, a));
    assert_false(ud_secret_equal(a, c));
    assert_false(ud_secret_equal(a, d));
    ud_secret_free(&a);
    ud_secret_free(&b);
    ud_secret_free(&c);
    ud_secret_free(&d);
}

static void
wiping_all_reaches_open_and_closed_secrets(void **state)
{
    struct ud_secret *closed = secret_of("closed", 16);
    struct ud_secret *reading = secret_of("reading", 16);
    struct ud_secret *writing = secret_of("writing", 16);
    const unsigned char *r = ud_secret_open(reading);
    unsigned char *w = ud_secret_open_write(writing);

    (void)state;
    ud_secret_wipe_all();
    assert_memory_equal(r, "\0\0\0\0\0\0\0", 7);
    assert_memory_equal(w, "\0\0\0\0\0\0\0", 7);
    w[0] = 'x'; /* still open for its owner */
    ud_secret_close(reading);
    ud_secret_close(writing);
    assert_memory_equal(ud_secret_open(closed), "\0\0\0\0\0\0", 6);
    ud_secret_close(closed);
    assert_int_equal(ud_secret_length(closed), 0);
    assert_int_equal(ud_secret_append(closed, "again", 5, NULL), UD_OK);
    assert_content(closed, "again");
    ud_secret_free(&closed);
    ud_secret_free(&reading);
    ud_secret_free(&writing);
}

static void
the_count_of_live_secrets_follows(void **state)
{
    struct ud_secret *s[20];
    size_t before = ud_secret_live();

    (void)state;
    for (size_t i = 0; i < 20; i++)
        s[i] = secret_of("x", 1);
    assert_int_equal(ud_secret_live(), before + 20);
    for (size_t i = 0; i < 20; i++) /* not in the order they were made */
        ud_secret_free(&s[i * 7 % 20]);
    assert_int_equal(ud_secret_live(), before);
}

static int
read_closed(void *arg)
{
    struct ud_secret *s = NULL;

    (void)arg;
    if (ud_secret_new(&s, 8, NULL) != UD_OK)
        return 9;
    const volatile unsigned char *p = ud_secret_open(s);
    ud_secret_close(s);
    return p[0];
}

static int
write_while_reading(void *arg)
{
    struct ud_secret *s = NULL;

    (void)arg;
    if (ud_secret_new(&s, 8, NULL) != UD_OK)
        return 9;
    *(volatile unsigned char *)(uintptr_t)ud_secret_open(s) = 1;
    return 0;
}

static int
write_past_the_end(void *arg)
{
    struct ud_secret *s = NULL;

    if (ud_secret_new(&s, *(size_t *)arg, NULL) != UD_OK)
        return 9;
    volatile unsigned char *p = ud_secret_open_write(s);
    p[*(size_t *)arg] = 1;
    return 0;
}

static int
read_the_parents(void *arg)
{
    return *(const volatile unsigned char *)arg;
}

static void
a_closed_secret_cannot_be_touched(void **state)
{
    (void)state;
    assert_int_equal(signal_of(read_closed, NULL), SIGSEGV);
    assert_int_equal(signal_of(write_while_reading, NULL), SIGSEGV);
}

static void
one_byte_past_the_end_faults_for_any_size(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        uint16_t r;
        ud_random(&r, sizeof(r));
        size_t size = (size_t)r + 1;
        assert_int_equal(signal_of(write_past_the_end, &size), SIGSEGV);
    }
}

static void
a_child_does_not_inherit_it(void **state)
{
    struct ud_secret *s = secret_of("abc", 8);

    (void)state;
    const unsigned char *p = ud_secret_open(s);
    assert_int_equal(signal_of(read_the_parents, (void *)(uintptr_t)p), SIGSEGV);
    ud_secret_close(s);
    ud_secret_free(&s);
}

/* Is a flag set for the mapping that holds `p`? */
static bool
mapping_has(const void *p, const char *flag)
{
    char line[512];
    bool inside = false, found = false;
    FILE *f = fopen("/proc/self/smaps", "re");

    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL && !found) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside = (uintptr_t)p >= from && (uintptr_t)p < to;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    fclose(f);
    return found;
}

static void
its_pages_are_locked_and_kept_out_of_dumps_and_children(void **state)
{
    struct ud_secret *s = secret_of("abc", 5000);

    (void)state;
    const unsigned char *p = ud_secret_open(s);
#ifndef UD_SANITIZED /* the sanitizer turns mlock into nothing */
    assert_true(mapping_has(p, " lo"));
    assert_true(mapping_has(p + 4999, " lo"));
#endif
    assert_true(mapping_has(p, " dd"));
    assert_true(mapping_has(p, " dc"));
    ud_secret_close(s);
    ud_secret_free(&s);
}

static int
lock_without_right(void *arg)
{
    struct rlimit limit = { *(rlim_t *)arg, *(rlim_t *)arg };
    struct ud_error err = { 0 };
    struct ud_secret *s = NULL;

    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)))
        return 9;
    int failed = 0;
    if (limit.rlim_cur == 0) {
        failed |=
            ud_secret_new(&s, 8, &err) != UD_NOMEM || s != NULL || strstr(err.message, "0 KiB") == NULL || err.hint[0] == '\0';
        failed |= ud_secret_check_limit(1, &err) != UD_NOMEM;
    } else {
        failed |= ud_secret_new(&s, 8, &err) != UD_OK;
        failed |= ud_secret_check_limit(4, &err) != UD_OK;
        failed |= ud_secret_check_limit(1000, &err) != UD_NOMEM || strstr(err.message, "64 KiB") == NULL;
    }
    return failed;
}

static void
a_lock_limit_that_is_too_low_is_refused_with_the_fix(void **state)
{
    (void)state;
#ifdef UD_SANITIZED
    skip(); /* the sanitizer turns mlock into nothing */
#endif
    rlim_t limit = 0;
    assert_int_equal(exit_code_of(lock_without_right, &limit), 0);
    limit = 64 * 1024;
    assert_int_equal(exit_code_of(lock_without_right, &limit), 0);
}

static void
a_limit_nobody_could_grant_is_refused(void **state)
{
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_secret_check_limit(0, &err), UD_OK);
    assert_int_equal(ud_secret_check_limit(SIZE_MAX / 2, &err), UD_NOMEM);
}

static void
clearing_the_stack_returns(void **state)
{
    volatile unsigned char mine[64];

    (void)state;
    memset((void *)(uintptr_t)mine, 7, sizeof(mine));
    ud_secret_clear_stack();
    assert_int_equal(mine[0], 7); /* what is alive stays */
    assert_int_equal(mine[63], 7);
}

static void
a_kept_secret_is_given_out_again_empty_to_the_same_capacity(void **state)
{
    struct ud_secret *a = secret_of("abcdef", 8), *b = NULL, *first = a;
    size_t live = ud_secret_live();

    (void)state;
    ud_secret_keep(1);
    ud_secret_free(&a);
    assert_null(a);
    assert_int_equal(ud_secret_live(), live - 1);
    assert_int_equal(ud_secret_new(&b, 9, NULL), UD_OK);
    assert_ptr_not_equal(b, first);
    assert_int_equal(ud_secret_new(&a, 8, NULL), UD_OK);
    assert_ptr_equal(a, first);
    assert_int_equal(ud_secret_live(), live + 1);
    assert_int_equal(ud_secret_length(a), 0);
    assert_memory_equal(ud_secret_open(a), "\0\0\0\0\0\0\0\0", 8);
    ud_secret_close(a);
    ud_secret_free(&a);
    ud_secret_free(&b); /* one is kept, this is freed */
    ud_secret_keep(0);
    assert_int_equal(ud_secret_live(), live - 1);
}

static int
read_kept(void *arg)
{
    struct ud_secret *s = secret_of("abcdef", 8);
    const volatile unsigned char *data = ud_secret_open(s);

    (void)arg;
    ud_secret_close(s);
    ud_secret_keep(1);
    ud_secret_free(&s);
    return *data;
}

static void
a_kept_secret_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(signal_of(read_kept, NULL), SIGSEGV);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_is_there_and_the_capacity_holds),
        cmocka_unit_test(capacities_outside_the_range_are_refused),
        cmocka_unit_test(truncating_wipes_the_rest),
        cmocka_unit_test(moving_appends_and_empties_the_source),
        cmocka_unit_test(equality_looks_at_length_and_every_byte),
        cmocka_unit_test(wiping_all_reaches_open_and_closed_secrets),
        cmocka_unit_test(the_count_of_live_secrets_follows),
        cmocka_unit_test(a_closed_secret_cannot_be_touched),
        cmocka_unit_test(one_byte_past_the_end_faults_for_any_size),
        cmocka_unit_test(a_child_does_not_inherit_it),
        cmocka_unit_test(its_pages_are_locked_and_kept_out_of_dumps_and_children),
        cmocka_unit_test(a_lock_limit_that_is_too_low_is_refused_with_the_fix),
        cmocka_unit_test(a_limit_nobody_could_grant_is_refused),
        cmocka_unit_test(clearing_the_stack_returns),
        cmocka_unit_test(a_kept_secret_is_given_out_again_empty_to_the_same_capacity),
        cmocka_unit_test(a_kept_secret_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
