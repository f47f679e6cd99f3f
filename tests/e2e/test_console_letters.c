/* Keys with letters, by the same call as any other: a local administrator password and a LUKS recovery key, spelled, read back and replaced. */
#include "console.h"

static struct ud_pty *
start(const char *device, const char *kind)
{
    const char *argv[] = { "seams/unlockdesk", "--demo=60", "--seed", "7", "key", "reveal", "--device", device, "--kind", kind,
        "--reason", "lost-pin", NULL };
    struct ud_pty_options o = { .argv = argv };
    struct ud_pty *p = ud_pty_start(&o);

    ud_pty_wait(p, "Enter: approve as");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Is this you?");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Notice of");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Enter records this and gets the key");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Recovery key");
    ud_pty_wait(p, "Group 1 of");
    ud_pty_idle(p);
    return p;
}

/* The group itself, three blanks, words; nothing else on the screen begins with plain text and has such a gap. */
static bool
is_spelled(const char *row)
{
    return strspn(row, " ") == 2 && isascii((unsigned char)row[2]) && strncmp(row + 2, "Group ", 6) != 0 &&
           strstr(row + 2, "   ") != NULL;
}

static const char *
spelled_row(struct ud_pty *p)
{
    for (int y = 0; y < 24; y++)
        if (is_spelled(ud_pty_row(p, y)))
            return ud_pty_row(p, y);
    fail_msg("no group is spelled on the screen");
    return "";
}

static void
read_group(char *out, size_t size, struct ud_pty *p, size_t most)
{
    const char *row = spelled_row(p) + 2;
    size_t n = (size_t)(strstr(row, "   ") - row);

    assert_true(n > 0 && n <= most && n < size);
    memcpy(out, row, n);
    out[n] = '\0';
}

/* Every character of the group has its word, capitals as such. */
static void
expect_words(struct ud_pty *p, const char *group)
{
    const char *words = strstr(spelled_row(p) + 2, "   ");
    unsigned capitals = 0, said = 0;

    for (const char *c = group; *c != '\0'; c++)
        capitals += *c >= 'A' && *c <= 'Z';
    for (const char *at = words; (at = strstr(at, "capital ")) != NULL; at++)
        said++;
    assert_int_equal(said, capitals);
}

static void
a_password_is_spelled_read_back_and_replaced(void **state)
{
    struct ud_pty *p = start("STO-LT-0038", "laps");
    char group[9], wrong[9], text[64];

    (void)state;
    ud_pty_wait(p, "local administrator password of STO-LT-0038");
    ud_pty_key(p, "r");
    ud_pty_wait(p, "capital letters as capitals");
    for (int i = 1; i <= 4; i++) {
        (void)snprintf(text, sizeof(text), "Group %d of 4", i);
        ud_pty_wait(p, text);
        ud_pty_idle(p);
        read_group(group, sizeof(group), p, 4);
        expect_words(p, group);
        if (i == 2) {
            (void)snprintf(wrong, sizeof(wrong), "%s", group);
            wrong[0] = wrong[0] == 'x' ? 'y' : 'x';
            ud_pty_type(p, wrong);
            ud_pty_wait(p, "Group 2: a character differs");
        }
        ud_pty_type(p, group);
        (void)snprintf(text, sizeof(text), "Group %d is right.", i);
        ud_pty_wait(p, text);
    }
    ud_pty_wait(p, "That was the last one.");
    ud_pty_key(p, "w"); /* a command again */
    ud_pty_wait(p, "The key worked");
    for (int i = 0; i < 200 && !ud_pty_has(p, "New key: replaced"); i++) {
        ud_pty_clock(p, 5000);
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "New key: replaced");
    ud_pty_end(&p);
}

static void
a_luks_key_is_read_back_without_minding_case(void **state)
{
    struct ud_pty *p = start("WAW-WS-0026", "luks");
    char group[9];

    (void)state;
    ud_pty_wait(p, "LUKS recovery key of WAW-WS-0026");
    read_group(group, sizeof(group), p, 8);
    assert_int_equal(strspn(group, "cbdefghijklnrtuv"), 8);
    ud_pty_key(p, "r");
    ud_pty_wait(p, "Esc ends the check");
    for (int i = 0; i < 8; i++)
        group[i] = (char)toupper((unsigned char)group[i]);
    ud_pty_type(p, group);
    ud_pty_wait(p, "Group 1 is right.");
    ud_pty_key(p, "Esc");
    ud_pty_idle(p);
    ud_pty_key(p, "Space");
    ud_pty_wait(p, "Group 3 of 8");
    ud_pty_key(p, "w");
    ud_pty_wait(p, "The key worked");
    for (int i = 0; i < 200 && !ud_pty_has(p, "New key: replaced"); i++) {
        ud_pty_clock(p, 5000);
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "New key: replaced");
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_password_is_spelled_read_back_and_replaced),
        cmocka_unit_test(a_luks_key_is_read_back_without_minding_case) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
