/* Steps that the console's end-to-end tests share: a demo of its own, sign-in, a call up to the key. */
#ifndef UD_TESTS_E2E_CONSOLE_H
#define UD_TESTS_E2E_CONSOLE_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pty_harness.h"

#define DEVICE_TITLE "│ Device"

static inline struct ud_pty *
console_start_sized(int width, int height)
{
    const char *argv[] = { "seams/unlockdesk", "--demo=60", "--seed", "7", NULL };
    struct ud_pty_options o = { .argv = argv, .width = width, .height = height };

    return ud_pty_start(&o);
}

/* From the sign-in screen to the devices. */
static inline void
console_sign_in(struct ud_pty *p)
{
    ud_pty_wait(p, "Enter: approve as");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Is this you?");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    if (ud_pty_wait_either(p, "Notice of", "│ Devices") == 0) {
        ud_pty_pause(p);
        ud_pty_key(p, "Enter");
    }
    ud_pty_wait(p, "│ Devices");
    ud_pty_wait(p, "60 devices");
}

static inline struct ud_pty *
console_ready(void)
{
    struct ud_pty *p = console_start_sized(80, 24);

    console_sign_in(p);
    return p;
}

/* Eight hex digits that stand somewhere in a row. */
static inline bool
console_short_id(const char *row, char out[9])
{
    for (; *row != '\0'; row++) {
        size_t n = strspn(row, "0123456789ABCDEF");
        if (n == 8 && !isalnum((unsigned char)row[8])) {
            memcpy(out, row, 8);
            out[8] = '\0';
            return true;
        }
        if (n > 0)
            row += n - 1;
    }
    return false;
}

/* Opens the device that the filter finds first and returns the short ID of its first key. */
static inline void
console_open(struct ud_pty *p, const char *filter, char id[9])
{
    ud_pty_type(p, filter);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_idle(p);
    id[0] = '\0';
    for (int y = 0; y < 24 && id[0] == '\0'; y++)
        if (strstr(ud_pty_row(p, y), "current") != NULL)
            (void)console_short_id(ud_pty_row(p, y), id);
    assert_int_equal(strlen(id), 8);
}

/* On a device: reason 5, a ticket, and Enter. */
static inline void
console_give_reason(struct ud_pty *p, const char *ticket)
{
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Why is the key needed?");
    ud_pty_pause(p);
    ud_pty_key(p, "5");
    ud_pty_type(p, ticket);
    ud_pty_key(p, "Enter");
}

static inline void
console_wait_group(struct ud_pty *p, int group)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "Group %d of 8", group);
    ud_pty_wait(p, text);
    ud_pty_idle(p);
}

/* Six digits that stand alone in a row of the key screen: the group as plain text. */
static inline bool
console_group_digits(struct ud_pty *p, char out[7])
{
    for (int y = 0; y < 24; y++) {
        const char *row = ud_pty_row(p, y);
        for (const char *s = row; *s != '\0'; s++) {
            size_t n = strspn(s, "0123456789");
            if (n == 6 && (s == row || s[-1] == ' ') && (s[6] == ' ' || s[6] == '\0')) {
                memcpy(out, s, 6);
                out[6] = '\0';
                return true;
            }
            s += n > 0 ? n - 1 : 0;
        }
    }
    return false;
}

/* Groups of exactly six digits anywhere on the screen. */
static inline int
console_groups_on_screen(struct ud_pty *p)
{
    int count = 0;

    for (int y = 0; y < 24; y++)
        for (const char *s = ud_pty_row(p, y); *s != '\0'; s++) {
            size_t n = strspn(s, "0123456789");
            count += n == 6;
            s += n > 0 ? n - 1 : 0;
        }
    return count;
}

#endif
