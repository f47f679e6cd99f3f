/* Keys that were shown and not replaced: the board, asking from it, and the reminder before leaving. */
#include "console.h"

static void
get_a_key_that_does_not_unlock(struct ud_pty *p)
{
    char id[9];

    console_open(p, "alice", id);
    console_give_reason(p, "INC700");
    console_wait_group(p, 1);
    ud_pty_key(p, "x");
    ud_pty_wait(p, "did not unlock");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Devices");
    ud_pty_idle(p);
}

static void
a_key_that_was_shown_stands_on_the_board_until_the_device_has_replaced_it(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_key(p, "F7");
    ud_pty_wait(p, "has been replaced");
    ud_pty_key(p, "Esc");
    ud_pty_wait(p, "│ Devices");
    get_a_key_that_does_not_unlock(p);
    ud_pty_key(p, "F7");
    ud_pty_wait(p, "LON-LT-ALICE is asked for a new key by itself");
    ud_pty_key(p, "n");
    ud_pty_wait(p, "asked to replace its recovery key");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    for (int i = 0; i < 200 && !ud_pty_has(p, "has been replaced"); i++) {
        ud_pty_clock(p, 1000); /* the simulated device answers in its own time: only our polling is hurried */
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "has been replaced");
    ud_pty_end(&p);
}

static void
who_leaves_is_told_how_many_keys_still_work(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_key(p, "C-q");
    ud_pty_wait(p, "Open calls are ended");
    assert_false(ud_pty_has(p, "not been replaced"));
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "Open calls are ended");
    get_a_key_that_does_not_unlock(p);
    ud_pty_key(p, "C-q");
    ud_pty_wait(p, "1 recovery key that you got has not been replaced yet.");
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "not been replaced");
    ud_pty_end(&p);
}

static void
the_device_of_an_entry_opens_and_names_do_not_outlive_a_lock(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    get_a_key_that_does_not_unlock(p);
    ud_pty_key(p, "F7");
    ud_pty_wait(p, "by itself");
    ud_pty_key(p, "C-l");
    ud_pty_wait(p, "Locked");
    assert_false(ud_pty_has(p, "LON-LT-ALICE"));
    ud_pty_end(&p);
    p = console_ready();
    get_a_key_that_does_not_unlock(p);
    ud_pty_key(p, "F7");
    ud_pty_wait(p, "by itself");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "LON-LT-ALICE");
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_was_shown_stands_on_the_board_until_the_device_has_replaced_it),
        cmocka_unit_test(who_leaves_is_told_how_many_keys_still_work),
        cmocka_unit_test(the_device_of_an_entry_opens_and_names_do_not_outlive_a_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
