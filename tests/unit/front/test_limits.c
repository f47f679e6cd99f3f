/* Delays after failures, and the throttle: what slows callers down, and what must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "escrowd/front/delay.h"
#include "escrowd/front/throttle.h"

#define SECOND ((ud_msec)1000)

static void
three_failures_cost_nothing_and_then_the_delay_doubles(void **state)
{
    static const uint32_t wanted[] = { 0, 0, 0, 1, 2, 4, 8 };
    struct ud_delays *d = ud_delays_new();

    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        ud_delay_failed(d, "alice", "192.0.2.1", 0);
        assert_int_equal(ud_delay_wait(d, "alice", "192.0.2.1", 0), wanted[i]);
    }
    assert_int_equal(ud_delay_wait(d, "alice", "192.0.2.1", 8 * SECOND), 0);
    ud_delays_free(&d);
}

static void
a_stranger_cannot_lock_an_account_out(void **state)
{
    struct ud_delays *d = ud_delays_new();

    (void)state;
    for (int i = 0; i < 10000; i++)
        ud_delay_failed(d, "alice", "203.0.113.9", 0);
    assert_true(ud_delay_wait(d, "alice", "203.0.113.9", 0) >= 60);
    assert_true(ud_delay_wait(d, "alice", "192.0.2.1", 0) <= 2);
    assert_int_equal(ud_delay_wait(d, "bob", "192.0.2.1", 0), 0);
    ud_delays_free(&d);
}

static void
an_address_that_tries_many_accounts_waits_too(void **state)
{
    struct ud_delays *d = ud_delays_new();
    char account[32];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(account, sizeof(account), "user%d", i);
        ud_delay_failed(d, account, "203.0.113.9", 0);
    }
    assert_true(ud_delay_wait(d, "never-tried", "203.0.113.9", 0) > 0);
    ud_delays_free(&d);
}

static void
a_success_forgets_the_failures_of_that_pair(void **state)
{
    struct ud_delays *d = ud_delays_new();

    (void)state;
    for (int i = 0; i < 6; i++)
        ud_delay_failed(d, "alice", "192.0.2.1", 0);
    assert_true(ud_delay_wait(d, "alice", "192.0.2.1", 0) > 0);
    ud_delay_succeeded(d, "alice", "192.0.2.1");
    assert_int_equal(ud_delay_wait(d, "alice", "192.0.2.1", 0), 0);
    ud_delays_free(&d);
}

static void
a_token_gets_its_calls_and_then_waits_for_the_next_one(void **state)
{
    struct ud_throttle *t = ud_throttle_new(40); /* two a second */
    const uint8_t token[UD_TOKEN_ID] = { 1 }, other[UD_TOKEN_ID] = { 2 };
    uint32_t wait = 0;
    unsigned passed = 0;

    (void)state;
    for (int i = 0; i < 60; i++)
        passed += ud_throttle_take(t, token, 0, &wait);
    assert_int_equal(passed, 40);
    assert_int_equal(wait, 1);
    assert_true(ud_throttle_take(t, other, 0, &wait));
    assert_true(ud_throttle_take(t, token, 500, &wait));
    assert_false(ud_throttle_take(t, token, 500, &wait));
    ud_throttle_free(&t);
}

static void
without_a_limit_nothing_is_throttled(void **state)
{
    struct ud_throttle *t = ud_throttle_new(0);
    const uint8_t token[UD_TOKEN_ID] = { 1 };
    uint32_t wait;

    (void)state;
    for (int i = 0; i < 10000; i++)
        assert_true(ud_throttle_take(t, token, 0, &wait));
    ud_throttle_free(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_failures_cost_nothing_and_then_the_delay_doubles),
        cmocka_unit_test(a_stranger_cannot_lock_an_account_out),
        cmocka_unit_test(an_address_that_tries_many_accounts_waits_too),
        cmocka_unit_test(a_success_forgets_the_failures_of_that_pair),
        cmocka_unit_test(a_token_gets_its_calls_and_then_waits_for_the_next_one),
        cmocka_unit_test(without_a_limit_nothing_is_throttled),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
