/* Idle warning, lock, unlock, wrong PINs and the end of a session, on the fake clock. */
#include <signal.h>

#include "console.h"

static void
read_pin(struct ud_pty *p, char pin[7])
{
    int y;
    const char *at;

    ud_pty_wait(p, "the PIN is ");
    y = ud_pty_find(p, "the PIN is ");
    at = strstr(ud_pty_row(p, y), "the PIN is ") + strlen("the PIN is ");
    memcpy(pin, at, 6);
    pin[6] = '\0';
}

static void
warning_then_lock_then_the_call_goes_on(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], group[7], again[7], pin[7];

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC600");
    console_wait_group(p, 1);
    ud_pty_key(p, "Space");
    console_wait_group(p, 2);
    ud_pty_key(p, "Space");
    console_wait_group(p, 3);
    assert_true(console_group_digits(p, group));
    ud_pty_clock(p, 310 * 1000);
    ud_pty_wait(p, "The console locks in");
    ud_pty_clock(p, 61 * 1000);
    ud_pty_wait(p, "Operator");
    ud_pty_idle(p);
    assert_false(console_group_digits(p, again) && strcmp(group, again) == 0);
    assert_false(ud_pty_has(p, "alice"));
    assert_false(ud_pty_has(p, "INC600"));
    read_pin(p, pin);
    ud_pty_type(p, pin);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Recovery key");
    for (int i = 0; i < 100 && !console_group_digits(p, again); i++) { /* until the source is signed in again */
        ud_pty_key(p, "Enter");
        ud_pty_idle(p);
        ud_pty_pump(p);
    }
    console_wait_group(p, 3);
    assert_true(console_group_digits(p, again));
    assert_string_equal(group, again);
    ud_pty_end(&p);
}

static void
space_answers_the_countdown(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_clock(p, 310 * 1000);
    ud_pty_wait(p, "The console locks in");
    ud_pty_key(p, "Space");
    ud_pty_wait_gone(p, "The console locks in");
    assert_true(ud_pty_has(p, "│ Devices"));
    ud_pty_end(&p);
}

static void
five_wrong_pins_end_the_session(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_key(p, "C-l");
    ud_pty_wait(p, "the PIN is ");
    for (int i = 0; i < 5; i++) {
        ud_pty_clock(p, 11000);
        ud_pty_type(p, "abcdef");
        ud_pty_key(p, "Enter");
        if (i < 4)
            ud_pty_wait(p, i < 3 ? "tries are left" : "try is left");
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "The session is over");
    ud_pty_key(p, "Enter");
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_end(&p);
}

static void
lost_terminal_ends_the_console(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9];

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC700");
    console_wait_group(p, 1);
    ud_pty_end(&p); /* closes the terminal and fails where the program stays */
}

static void
termination_leaves_the_terminal_as_it_was(void **state)
{
    struct ud_pty *p = console_ready();
    size_t length;
    const char *bytes;

    (void)state;
    (void)kill(ud_pty_pid(p), SIGTERM);
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_pump(p);
    bytes = ud_pty_bytes(p, &length);
    assert_non_null(memmem(bytes, length, "\033[?1049l", 8));
    assert_non_null(memmem(bytes, length, "\033[?2004l", 8));
    ud_pty_end(&p);
}

static void
idle_console_sends_nothing(void **state)
{
    struct ud_pty *p = console_ready();
    size_t before, after;

    (void)state;
    ud_pty_type(p, "alice");
    ud_pty_key(p, "Down");
    ud_pty_idle(p);
    (void)ud_pty_bytes(p, &before);
    ud_pty_clock(p, 60 * 1000); /* a minute passes; nothing on the screen depends on it */
    for (int i = 0; i < 20; i++)
        ud_pty_pump(p);
    (void)ud_pty_bytes(p, &after);
    assert_int_equal(before, after);
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warning_then_lock_then_the_call_goes_on),
        cmocka_unit_test(space_answers_the_countdown),
        cmocka_unit_test(five_wrong_pins_end_the_session),
        cmocka_unit_test(lost_terminal_ends_the_console),
        cmocka_unit_test(termination_leaves_the_terminal_as_it_was),
        cmocka_unit_test(idle_console_sends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
