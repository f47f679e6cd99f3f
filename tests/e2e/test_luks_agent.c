/* The agent for LUKS in doc/agents, on a volume in a file, against a real escrowd: what the console shows opens the volume, and no longer does
 * once it has been replaced. */
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/operator.h"
#include "tests/support/program.h"

#define AGENT      "doc/agents/luks-escrow.sh"
#define FAST       "--pbkdf pbkdf2 --pbkdf-force-iterations 1000"
#define PASSPHRASE "the first passphrase"
#define KEY_TEXT   72 /* 8 groups of 8 with dashes, NUL */
#define SECONDS    60

static struct ud_operator o;

/* --- the machine ------------------------------------------------------------------------------------------------------------- */

static void
write_file(const char *name, const char *text, mode_t mode)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", o.dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* A shell command with `dir` as $1; its exit code. */
static int
shell(const char *command, const char *input)
{
    const char *argv[] = { "/bin/sh", "-c", command, "sh", o.dir, NULL };
    struct ud_program p;

    ud_program_run(&p, argv, input, SECONDS);
    int code = p.code;
    ud_program_free(&p);
    return code;
}

/* Programs that are called with a secret write down how they were called, then run. */
static void
spy_on(const char *program)
{
    char text[256], name[32];

    (void)snprintf(name, sizeof(name), "bin/%s", program);
    (void)snprintf(text, sizeof(text),
        "#!/bin/sh\n{ printf '%%s\\n' \"$0 $*\"; env; } >>'%s/calls'\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nexec %s \"$@\"\n",
        o.dir, program);
    write_file(name, text, 0755);
}

static void
make_machine(void)
{
    const struct ud_fixture_options service = { .service = true };
    char config[800];

    memset(&o, 0, sizeof(o));
    ud_fixture_start(&o.service, &service);
    ud_operator_configure(&o, NULL);
    char *token = ud_fixture_command(
        &o.service, NULL, (const char *const[]){ "device", "add", "lab-1", "--serial", "L1", "--os", "linux", NULL });
    write_file("token", token, 0400);
    free(token);
    (void)snprintf(config, sizeof(config),
        "# a comment\nsocket = %s\nvolume = %s/volume\ntoken_file = %s/token\nkey_file = %s/key\nstate_dir = %s/state\n"
        "pbkdf_options = " FAST "\n",
        o.service.socket, o.dir, o.dir, o.dir, o.dir);
    write_file("config", config, 0600);
    assert_int_equal(shell("mkdir \"$1/bin\" && truncate -s 20M \"$1/volume\"", NULL), 0);
    assert_int_equal(shell("cryptsetup luksFormat --type luks2 --batch-mode " FAST " \"$1/volume\" -", PASSPHRASE), 0);
    spy_on("cryptsetup");
    spy_on("curl");
}

static int
agent(const char *verb, const char *input)
{
    char command[256];

    (void)snprintf(command, sizeof(command), "PATH=\"$1/bin:$PATH\" exec " AGENT " -c \"$1/config\" %s", verb);
    return shell(command, input);
}

static bool
opens(const char *key)
{
    return shell("cryptsetup open --test-passphrase --key-file - \"$1/volume\"", key) == 0;
}

static unsigned
slots(void)
{
    const char *argv[] = { "/bin/sh", "-c", "cryptsetup luksDump \"$1/volume\" | grep -c '^  [0-9]*: luks2'", "sh", o.dir, NULL };
    struct ud_program p;

    ud_program_run(&p, argv, NULL, SECONDS);
    unsigned n = (unsigned)atoi(p.out);
    ud_program_free(&p);
    return n;
}

/* Does the text stand in what the spies have written down? */
static bool
was_called_with(const char *text)
{
    char command[200];

    (void)snprintf(command, sizeof(command), "grep -qF -- '%s' \"$1/calls\"", text);
    return shell(command, NULL) == 0;
}

/* --- the console --------------------------------------------------------------------------------------------------------------- */

/* The group that is on the screen, in the row where it is spelled. */
static bool
read_group(char out[9])
{
    for (int y = 0; y < 24; y++) {
        const char *row = ud_pty_row(o.pty, y);
        if (strspn(row, " ") == 2 && strspn(row + 2, "cbdefghijklnrtuv") == 8 && row[10] == ' ') {
            memcpy(out, row + 2, 8);
            out[8] = '\0';
            return true;
        }
    }
    return false;
}

/* From the device's page to the end of a call; what was read group by group. */
static void
get_key(char key[KEY_TEXT])
{
    char group[9], before[9] = "", title[32];

    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Why is the key needed?");
    ud_pty_key(o.pty, "5");
    ud_operator_answer(&o, "Enter records this and gets the key", "│ Recovery key");
    for (int i = 0; i < 8; i++) {
        (void)snprintf(title, sizeof(title), "Group %d of 8", i + 1);
        ud_pty_wait(o.pty, title);
        for (int tries = 0; (!read_group(group) || strcmp(group, before) == 0) && tries < 3000; tries++) {
            (void)poll(NULL, 0, 10);
            ud_pty_pump(o.pty);
        }
        assert_true(read_group(group));
        (void)snprintf(key + (size_t)i * 9, 10, "%s%s", group, i < 7 ? "-" : "");
        memcpy(before, group, sizeof(before));
        ud_pty_key(o.pty, "Space");
    }
}

static void
open_device(void)
{
    ud_operator_type(&o, "lab-1");
    ud_pty_wait(o.pty, "› lab-1");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Recovery keys, newest first");
    ud_pty_wait(o.pty, "current");
}

/* --- tests ----------------------------------------------------------------------------------------------------------------------- */

static void
the_key_that_the_console_shows_opens_the_volume_until_it_is_replaced(void **state)
{
    char first[KEY_TEXT], second[KEY_TEXT];

    (void)state;
    make_machine();
    assert_int_equal(agent("enrol", PASSPHRASE), 0);
    assert_int_equal(slots(), 3); /* the first passphrase, the agent's own key, the recovery key */
    ud_operator_open(&o, NULL);
    ud_operator_sign_in(&o);
    open_device();
    get_key(first);
    assert_true(opens(first));
    assert_int_equal(agent("run", NULL), 0); /* nothing was asked for */
    assert_true(opens(first));

    ud_pty_key(o.pty, "w");
    ud_pty_wait(o.pty, "The key worked");
    ud_pty_wait(o.pty, "New key: asked");
    assert_int_equal(agent("run", NULL), 0);
    assert_false(opens(first));
    assert_true(opens(PASSPHRASE));
    assert_int_equal(slots(), 3);

    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "│ Devices");
    open_device();
    ud_pty_wait(o.pty, "older");
    get_key(second);
    assert_true(opens(second));
    assert_string_not_equal(first, second);
    for (int i = 0; i < 8; i++) {
        first[9 * i + 8] = second[9 * i + 8] = '\0';
        assert_false(was_called_with(first + 9 * i));
        assert_false(was_called_with(second + 9 * i));
    }
    assert_true(was_called_with("luksAddKey"));
    ud_operator_end(&o);
}

static void
a_deposit_that_is_lost_or_refused_leaves_the_stored_key_in_place(void **state)
{
    (void)state;
    make_machine();
    assert_int_equal(agent("enrol", "not the passphrase"), 1);
    assert_int_equal(slots(), 1);
    assert_int_equal(agent("enrol", PASSPHRASE), 0);
    ud_fixture_stop(&o.service);
    assert_int_equal(agent("rotate", NULL), 1);
    assert_int_equal(slots(), 4); /* nobody knows whether the newest is stored, so both open */
    ud_fixture_serve(&o.service);
    assert_int_equal(agent("run", NULL), 0);
    assert_int_equal(slots(), 3);
    assert_int_equal(shell("mv \"$1/token\" \"$1/right\" && tr A-Za-z N-ZA-Mn-za-m <\"$1/right\" >\"$1/token\"", NULL), 0);
    assert_int_equal(agent("rotate", NULL), 1);
    assert_int_equal(slots(), 3); /* refused for certain: its slot is gone */
    assert_int_equal(shell("mv -f \"$1/right\" \"$1/token\"", NULL), 0);
    assert_int_equal(agent("rotate", NULL), 0);
    assert_int_equal(slots(), 3);
    ud_operator_end(&o);
}

static int
clean_up(void **state)
{
    (void)state;
    ud_operator_end(&o);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_teardown(
                                            the_key_that_the_console_shows_opens_the_volume_until_it_is_replaced, clean_up),
        cmocka_unit_test_teardown(a_deposit_that_is_lost_or_refused_leaves_the_stored_key_in_place, clean_up) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
