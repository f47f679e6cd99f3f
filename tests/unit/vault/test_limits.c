/* Limits and the table of sessions: pure, with the time handed in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "escrowd/vault/limits.h"
#include "escrowd/vault/session.h"

#define HOUR ((ud_wall)3600 * 1000)

static void
an_operator_sees_so_many_different_keys_an_hour(void **state)
{
    struct ud_limits *l = ud_limits_new(3, 0, 0);

    (void)state;
    for (uint64_t key = 1; key <= 3; key++) {
        assert_int_equal(ud_limits_wait(l, 1, key, key, false, 1000), 0);
        ud_limits_note(l, 1, key, key, 1000);
    }
    ud_limits_note(l, 1, 1, 1, 2000);                                    /* the same key again */
    assert_int_equal(ud_limits_wait(l, 1, 2, 2, false, 3000), 0);        /* and a known one is allowed */
    assert_int_equal(ud_limits_wait(l, 1, 9, 9, false, 3000), 3599);     /* a fourth is not */
    assert_int_equal(ud_limits_wait(l, 2, 9, 9, false, 3000), 0);        /* somebody else may */
    assert_int_equal(ud_limits_wait(l, 1, 9, 9, false, 1000 + HOUR), 0); /* the hour is over */
    ud_limits_free(&l);
    assert_null(l);
}

static void
a_device_and_the_whole_service_have_limits_too(void **state)
{
    struct ud_limits *l = ud_limits_new(0, 2, 4);

    (void)state;
    ud_limits_note(l, 1, 5, 1, 1000);
    ud_limits_note(l, 2, 5, 2, 1000);
    assert_true(ud_limits_wait(l, 3, 5, 3, false, 1000) > 0);
    assert_int_equal(ud_limits_wait(l, 3, 6, 3, false, 1000), 0);
    ud_limits_note(l, 3, 6, 3, 1000);
    ud_limits_note(l, 4, 7, 4, 1000);
    assert_true(ud_limits_wait(l, 5, 8, 5, false, 1000) > 0);
    ud_limits_free(&l);
}

static void
refusals_are_counted_for_one_person_and_one_minute(void **state)
{
    struct ud_limits *l = ud_limits_new(0, 0, 0);

    (void)state;
    for (unsigned i = 1; i <= 120; i++) {
        assert_int_equal(ud_limits_refused_wait(l, 7, 1000), 0);
        assert_int_equal(ud_limits_refused(l, 7, 1000), i == 120);
    }
    assert_int_equal(ud_limits_refused_wait(l, 7, 1000), 60);
    assert_int_equal(ud_limits_refused_wait(l, 8, 1000), 0);
    assert_false(ud_limits_refused(l, 7, 2000)); /* said once */
    assert_int_equal(ud_limits_refused_wait(l, 7, 61000), 0);
    for (uint64_t user = 100; user < 1100; user++)
        assert_false(ud_limits_refused(l, user, 62000)); /* the table is bounded */
    ud_limits_free(&l);
}

static void
wrong_passwords_wait_longer_and_longer(void **state)
{
    struct ud_limits *l = ud_limits_new(0, 0, 0);
    uint32_t last = 0;

    (void)state;
    for (unsigned i = 1; i <= 12; i++) {
        assert_int_equal(ud_limits_sign_in_failed(l, "Robin", "a", 1000), i);
        uint32_t wait = ud_limits_sign_in_wait(l, "robin", "a", 1000);
        assert_true(wait >= last && wait <= 60);
        assert_int_equal(wait > 0, i >= 5);
        last = wait;
    }
    assert_int_equal(last, 60);
    assert_int_equal(ud_limits_sign_in_wait(l, "robin", "b", 1000), 0);
    assert_int_equal(ud_limits_sign_in_wait(l, "robin", "a", 62000), 0);
    ud_limits_sign_in_ok(l, "robin", "a");
    assert_int_equal(ud_limits_sign_in_wait(l, "robin", "a", 1000), 0);
    ud_limits_free(&l);
}

static void
strangers_cannot_push_an_account_out_of_the_table_for_ever(void **state)
{
    struct ud_limits *l = ud_limits_new(0, 0, 0);
    char account[16] = "a0000";

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        for (unsigned digit = 1, v = i; digit < 5; digit++, v /= 10)
            account[digit] = (char)('0' + v % 10);
        (void)ud_limits_sign_in_failed(l, account, "x", (ud_msec)i);
    }
    for (unsigned i = 0; i < 6; i++)
        (void)ud_limits_sign_in_failed(l, "robin", "x", 6000);
    assert_true(ud_limits_sign_in_wait(l, "robin", "x", 6000) > 0);
    ud_limits_free(&l);
}

static struct ud_session
session(uint8_t number, uint64_t grant, ud_wall expires)
{
    struct ud_session s = { .grant_row = grant, .expires = expires };

    memset(s.id, number, sizeof(s.id));
    return s;
}

static void
sessions_are_found_until_they_are_dropped(void **state)
{
    struct ud_sessions *t = ud_sessions_new();
    struct ud_session s;

    (void)state;
    for (unsigned i = 0; i < 250; i++) {
        s = session((uint8_t)i, i % 5, (ud_wall)i);
        ud_sessions_put(t, &s);
    }
    ud_sessions_drop_grant(t, 3);
    ud_sessions_drop_expired(t, 100);
    for (unsigned i = 0; i < 250; i++) {
        s = session((uint8_t)i, 0, 0);
        const struct ud_session *found = ud_sessions_find(t, s.id);
        assert_int_equal(found != NULL, i > 100 && i % 5 != 3);
        if (found != NULL)
            assert_int_equal(found->expires, i);
    }
    ud_sessions_clear(t);
    assert_null(ud_sessions_find(t, s.id));
    ud_sessions_free(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operator_sees_so_many_different_keys_an_hour),
        cmocka_unit_test(a_device_and_the_whole_service_have_limits_too),
        cmocka_unit_test(refusals_are_counted_for_one_person_and_one_minute),
        cmocka_unit_test(wrong_passwords_wait_longer_and_longer),
        cmocka_unit_test(strangers_cannot_push_an_account_out_of_the_table_for_ever),
        cmocka_unit_test(sessions_are_found_until_they_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
