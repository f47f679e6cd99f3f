/* Whole calls on a real escrowd through the real worker: by digits, by user, held, covered, read back, copied. */
#include "console.h"

static void
call_by_eight_digits(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], before[7] = "", group[7];
    unsigned start;

    (void)state;
    console_open(p, "alice", id);
    ud_pty_key(p, "Esc");
    ud_pty_wait(p, "│ Devices");
    ud_pty_key(p, "Esc");
    ud_pty_idle(p);
    start = ud_pty_presses(p);
    ud_pty_type(p, id);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_idle(p);
    console_give_reason(p, "INC100");
    for (int i = 1; i <= 8; i++) {
        console_wait_group(p, i);
        assert_true(console_group_digits(p, group));
        assert_int_equal(atoi(group) % 11, 0);
        assert_int_equal(console_groups_on_screen(p), 1);
        assert_string_not_equal(group, before);
        memcpy(before, group, sizeof(group));
        if (i < 8)
            ud_pty_key(p, "Space");
    }
    ud_pty_key(p, "w");
    ud_pty_wait(p, "The key worked.");
    assert_false(console_group_digits(p, group));
    assert_true(ud_pty_has(p, "INC100"));
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Devices");
    assert_true(ud_pty_presses(p) - start - 6 <= 22);
    ud_pty_end(&p);
}

static void
call_by_user_and_the_new_key_arrives(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9];
    unsigned start = ud_pty_presses(p);

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC200");
    for (int i = 1; i <= 8; i++) {
        console_wait_group(p, i);
        if (i < 8)
            ud_pty_key(p, "Space");
    }
    ud_pty_key(p, "w");
    ud_pty_wait(p, "The key worked.");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Devices");
    assert_true(ud_pty_presses(p) - start - 6 <= 24);
    ud_pty_key(p, "F3");
    ud_pty_wait(p, "│ New keys");
    for (int i = 0; i < 200 && !ud_pty_has(p, "✓ replaced") && !ud_pty_has(p, "✗ failed"); i++) {
        ud_pty_clock(p, 500); /* the simulated device answers in its own time: only our polling is hurried */
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "✓ replaced");
    ud_pty_end(&p);
}

static void
held_call_comes_back_at_its_group(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], group[7], again[7];
    unsigned start;

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC300");
    console_wait_group(p, 1);
    ud_pty_key(p, "Space");
    console_wait_group(p, 2);
    assert_true(console_group_digits(p, group));
    ud_pty_key(p, "h");
    ud_pty_wait(p, "│ Devices");
    ud_pty_idle(p);
    assert_false(console_group_digits(p, again));
    start = ud_pty_presses(p);
    ud_pty_key(p, "Tab");
    ud_pty_key(p, "1");
    ud_pty_wait(p, "Covered");
    ud_pty_key(p, "Enter");
    console_wait_group(p, 2);
    assert_true(console_group_digits(p, again));
    assert_string_equal(group, again);
    assert_true(ud_pty_presses(p) - start <= 3);
    ud_pty_end(&p);
}

static void
read_back_advances_and_a_wrong_digit_is_said(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], group[7];

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC400");
    console_wait_group(p, 1);
    assert_true(console_group_digits(p, group));
    ud_pty_type(p, group);
    console_wait_group(p, 2);
    assert_true(ud_pty_has(p, "Group 1 is right."));
    assert_true(console_group_digits(p, group));
    group[2] = group[2] == '9' ? '0' : (char)(group[2] + 1);
    ud_pty_type(p, group);
    ud_pty_wait(p, "one digit is wrong");
    console_wait_group(p, 2);
    ud_pty_end(&p);
}

static void
resize_hides_the_key_and_a_small_window_never_shows_it(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], group[7];

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC500");
    console_wait_group(p, 1);
    ud_pty_resize(p, 81, 24);
    ud_pty_wait(p, "Covered");
    ud_pty_idle(p);
    assert_false(console_group_digits(p, group));
    ud_pty_resize(p, 59, 20);
    ud_pty_wait(p, "too small to show");
    ud_pty_key(p, "Enter");
    ud_pty_idle(p);
    assert_false(console_group_digits(p, group));
    ud_pty_resize(p, 20, 5);
    ud_pty_idle(p);
    ud_pty_resize(p, 80, 24);
    ud_pty_wait(p, "Covered");
    ud_pty_idle(p);
    ud_pty_key(p, "Enter");
    console_wait_group(p, 1);
    assert_true(console_group_digits(p, group));
    ud_pty_end(&p);
}

/* Value of a base64 digit (RFC 4648), or -1. */
static int
base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* What the last OSC 52 put on the clipboard; false: nothing was. */
static bool
clipboard(struct ud_pty *p, char *out, size_t size)
{
    static const char mark[] = "\033]52;c;";
    size_t length, used = 0;
    const char *bytes = ud_pty_bytes(p, &length), *at = NULL;
    unsigned bits = 0, have = 0;

    for (const char *s = bytes; (s = memmem(s, length - (size_t)(s - bytes), mark, sizeof(mark) - 1)) != NULL; s++)
        at = s + sizeof(mark) - 1;
    for (int d; at != NULL && (d = base64_digit(*at)) >= 0 && used + 1 < size; at++) {
        bits = bits << 6 | (unsigned)d;
        if ((have += 6) >= 8)
            out[used++] = (char)(bits >> (have -= 8) & 0xff);
    }
    out[used] = '\0';
    return at != NULL;
}

static void
the_lines_for_the_ticket_go_to_the_clipboard_and_the_key_never(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9], group[7], text[2048];

    (void)state;
    console_open(p, "alice", id);
    console_give_reason(p, "INC600");
    console_wait_group(p, 1);
    assert_true(console_group_digits(p, group));
    ud_pty_key(p, "y");
    ud_pty_idle(p);
    assert_false(clipboard(p, text, sizeof(text)));
    ud_pty_key(p, "w");
    ud_pty_wait(p, "The key worked.");
    ud_pty_key(p, "y");
    ud_pty_wait(p, "Sent to your terminal");
    assert_true(clipboard(p, text, sizeof(text)));
    assert_non_null(strstr(text, "INC600"));
    assert_non_null(strcasestr(text, id));
    assert_null(strstr(text, group));
    ud_pty_end(&p);
}

static void
paste_submits_nothing(void **state)
{
    struct ud_pty *p = console_ready();
    char id[9];

    (void)state;
    ud_pty_send(p, "\033[200~alice\r\n\033[201~");
    ud_pty_wait(p, "alice");
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, "│ Devices"));
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_idle(p);
    ud_pty_send(p, "\033[200~\r\rq:w\033[201~");
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, DEVICE_TITLE));
    (void)id;
    ud_pty_end(&p);
}

/* What a terminal sends unasked is never a command. */
static void
reports_of_the_terminal_do_nothing(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    for (int i = 0; i < 50; i++) {
        ud_pty_send(p, "\033[?62;c\033]11;rgb:0000/0000/0000\033\\\033[24;80R\033P1$r0m\033\\");
        ud_pty_pump(p);
    }
    ud_pty_type(p, "alice");
    ud_pty_wait(p, "alice");
    assert_true(ud_pty_has(p, "│ Devices"));
    ud_pty_end(&p);
}

static void
help_palette_and_log_open_and_close(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_key(p, "F1");
    ud_pty_wait(p, "Everywhere");
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "Everywhere");
    ud_pty_key(p, "C-p");
    ud_pty_idle(p);
    ud_pty_type(p, "activity");
    ud_pty_wait(p, "activity log");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Activity log");
    ud_pty_wait(p, "notice");
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_by_eight_digits),
        cmocka_unit_test(call_by_user_and_the_new_key_arrives),
        cmocka_unit_test(held_call_comes_back_at_its_group),
        cmocka_unit_test(read_back_advances_and_a_wrong_digit_is_said),
        cmocka_unit_test(resize_hides_the_key_and_a_small_window_never_shows_it),
        cmocka_unit_test(the_lines_for_the_ticket_go_to_the_clipboard_and_the_key_never),
        cmocka_unit_test(paste_submits_nothing),
        cmocka_unit_test(reports_of_the_terminal_do_nothing),
        cmocka_unit_test(help_palette_and_log_open_and_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
