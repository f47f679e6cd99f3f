/* Where a recovery key is, byte for byte, in every process of a session and in every file it leaves: while it is shown, covered, closed, locked and
 * ended. The release binaries, scanned as root through /proc/PID/mem. Each test finds the key first where it must be: a scan that cannot find it
 * proves nothing. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/memscan.h"
#include "tests/support/operator.h"
#include "tests/support/relay.h"

#define FAMILY  32
#define WIPE_MS 250 /* by then the key must be gone */
#define EIGHT   "5ca1ab1e"
#define LINE    "SCAN-LT-01,TRN7700001,scan.user@training.invalid,5ca1ab1e-0000-4000-8000-00000000c0de,%s,company,bitlocker"

struct scene {
    struct ud_operator o;
    char key[UD_OPERATOR_KEY], digits[49], bytes[17];
    bool between; /* a test has left the console on its devices, with no call open */
    struct ud_relay *relay;
};

static int
make_scene(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));

    if (geteuid() != 0) {
        print_error("the memory of other processes can be scanned by root only: run this as root\n");
        free(s);
        return -1;
    }
    *state = s;
    return s != NULL ? 0 : -1;
}

static int
end_scene(void **state)
{
    struct scene *s = *state;

    ud_operator_end(&s->o);
    ud_relay_stop(&s->relay);
    explicit_bzero(s, sizeof(*s));
    free(s);
    return 0;
}

/* A service that holds one drawn key. */
static void
make_service(struct scene *s, const struct ud_fixture_options *options)
{
    char line[256];

    ud_fixture_make(&s->o.service, options);
    ud_operator_draw_key(s->key);
    ud_operator_key_digits(s->digits, s->key);
    ud_operator_key_bytes((unsigned char *)s->bytes, s->key);
    (void)snprintf(line, sizeof(line), LINE, s->key);
    ud_operator_import(&s->o.service, line);
    explicit_bzero(line, sizeof(line));
}

/* The key on the screen of a console: the one that the test before has left on its devices, or a new one. */
static struct ud_pty *
show_key(struct scene *s)
{
    if (!s->between) {
        ud_operator_end(&s->o);
        ud_relay_stop(&s->relay);
        make_service(s, &(struct ud_fixture_options){ .service = true });
        ud_fixture_serve(&s->o.service);
        ud_operator_configure(&s->o, NULL);
        ud_operator_open(&s->o, NULL);
        ud_operator_sign_in(&s->o);
    }
    s->between = false;
    ud_operator_ask_key(&s->o, EIGHT);
    ud_pty_wait(s->o.pty, "Group 1 of 8");
    return s->o.pty;
}

static void
to_devices(struct scene *s)
{
    ud_pty_key(s->o.pty, "Enter");
    ud_pty_wait(s->o.pty, "Find name, user");
    s->between = true;
}

/* --- scans ------------------------------------------------------------------------------------------------------------------------- */

static size_t
everyone(const struct scene *s, pid_t pids[FAMILY])
{
    size_t n = ud_pty_pid(s->o.pty) > 0 ? ud_scan_family(ud_pty_pid(s->o.pty), pids, FAMILY) : 0;

    if (s->o.service.server > 0)
        n += ud_scan_family(s->o.service.server, pids + n, FAMILY - n);
    assert_true(n < FAMILY);
    return n;
}

/* The key with its dashes, without, and as the bytes it stands for. */
static void
scan_for_key(struct ud_scan *out, const struct scene *s)
{
    pid_t pids[FAMILY];
    size_t n = everyone(s, pids);

    memset(out, 0, sizeof(*out));
    ud_scan_processes(out, pids, n, s->key);
    ud_scan_processes(out, pids, n, s->digits);
    ud_scan_processes(out, pids, n, s->bytes);
}

static void
expect_one_guarded_copy(struct scene *s, const char *when)
{
    struct ud_scan found;

    ud_pty_pump(s->o.pty);
    scan_for_key(&found, s);
    if (found.hits != 1 || !found.hit[0].guarded || found.hit[0].pid != ud_pty_pid(s->o.pty)) {
        ud_scan_print(&found);
        fail_msg(
            "%s: %zu copies; one guarded copy in the console (pid %d) was expected", when, found.hits, (int)ud_pty_pid(s->o.pty));
    }
    assert_true(found.bytes > (size_t)1024 * 1024);
}

static void
expect_none(struct scene *s, const char *when)
{
    struct ud_scan found;

    (void)poll(NULL, 0, WIPE_MS);
    ud_pty_pump(s->o.pty);
    scan_for_key(&found, s);
    if (found.hits != 0) {
        ud_scan_print(&found);
        fail_msg("%s: %zu copies of the key", when, found.hits);
    }
    assert_int_equal(found.unread, 0);
}

static void
expect_passphrases(struct scene *s, size_t wanted, const char *when)
{
    struct ud_scan found = { .hits = 0 };
    pid_t pids[FAMILY];

    ud_pty_pump(s->o.pty);
    ud_scan_processes(&found, pids, everyone(s, pids), s->o.passphrase);
    if (found.hits != wanted || (wanted == 1 && !found.hit[0].guarded)) {
        ud_scan_print(&found);
        fail_msg("%s: %zu copies of the passphrase", when, found.hits);
    }
}

static void
expect_nothing_in_files(struct scene *s, const char *const *places)
{
    const char *needle[] = { s->key, s->digits, s->bytes, s->o.passphrase };
    struct ud_scan found = { .hits = 0 };

    for (size_t i = 0; places[i] != NULL; i++)
        for (size_t k = 0; k < 4; k++)
            if (needle[k][0] != '\0')
                ud_scan_tree(&found, places[i], needle[k]);
    if (found.hits != 0) {
        ud_scan_print(&found);
        fail_msg("%zu copies in files", found.hits);
    }
    assert_true(found.bytes > 10000);
}

/* --- tests -------------------------------------------------------------------------------------------------------------------------- */

static void
a_key_that_is_shown_or_covered_has_one_copy_and_a_closed_call_has_none(void **state)
{
    struct scene *s = *state;
    struct ud_pty *p = show_key(s);

    expect_one_guarded_copy(s, "shown");
    ud_pty_key(p, "Space");
    ud_pty_wait(p, "Group 2 of 8");
    expect_one_guarded_copy(s, "at the second group");
    ud_pty_key(p, "h");
    ud_pty_wait(p, "│ Devices");
    expect_one_guarded_copy(s, "held");
    ud_pty_key(p, "Tab");
    ud_pty_key(p, "1");
    ud_pty_wait(p, "Covered");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "covered in");
    expect_one_guarded_copy(s, "shown again");
    ud_pty_key(p, "w");
    ud_pty_wait(p, "The call is closed");
    expect_none(s, "after the call was closed");
    expect_nothing_in_files(s, (const char *const[]){ s->o.service.dir, ud_pty_home(p), s->o.dir, NULL });
    to_devices(s);
}

static void
the_whole_key_and_a_read_back_leave_no_second_copy(void **state)
{
    struct scene *s = *state;
    struct ud_pty *p = show_key(s);

    for (int i = 0; i < 8; i++) { /* typed back, group by group */
        char group[8] = "", next[32];
        memcpy(group, s->key + 7 * i, 6);
        ud_operator_type(&s->o, group);
        (void)snprintf(next, sizeof(next), "Group %d is right", i + 1);
        ud_pty_wait(p, next);
    }
    expect_one_guarded_copy(s, "after the read-back");
    ud_pty_key(p, "f");
    ud_operator_answer(&s->o, "Enter yes", s->key);
    expect_one_guarded_copy(s, "while the whole key is shown");
    ud_pty_key(p, "x");
    ud_pty_wait(p, "│ Call ended");
    expect_none(s, "after a call that did not help");
    to_devices(s);
}

static void
a_locked_console_holds_neither_key_nor_passphrase(void **state)
{
    struct scene *s = *state;
    struct ud_pty *p = show_key(s);

    expect_one_guarded_copy(s, "shown");
    ud_pty_key(p, "C-l");
    ud_pty_wait(p, "you locked it");
    expect_none(s, "locked");
    expect_passphrases(s, 0, "locked");
    ud_operator_type(&s->o, s->o.passphrase);
    ud_pty_wait(p, "••••••••••••••••••••••");
    expect_passphrases(s, 1, "typed");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Enter fetches it again");
    expect_none(s, "unlocked, before the key is fetched again");
    expect_passphrases(s, 0, "unlocked");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Group 1 of 8");
    expect_one_guarded_copy(s, "shown after an unlock");
    ud_pty_key(p, "g");
    ud_pty_wait(p, "│ Call ended");
    expect_none(s, "after the caller had gone");
    to_devices(s);
}

static void
the_end_of_the_program_leaves_nothing_in_files_or_in_the_service(void **state)
{
    struct scene *s = *state;
    struct ud_pty *p = show_key(s);

    expect_one_guarded_copy(s, "shown");
    ud_pty_key(p, "C-q");
    ud_operator_answer(&s->o, "Enter yes", "");
    assert_int_equal(ud_pty_exit(p), 0);
    expect_none(s, "ended");
    expect_nothing_in_files(s, (const char *const[]){ s->o.service.dir, ud_pty_home(p), s->o.dir, "/dev/shm", NULL });
    ud_fixture_stop(&s->o.service);
    expect_nothing_in_files(s, (const char *const[]){ s->o.service.dir, NULL });
}

/* Hits in the console and what it has started. */
static struct ud_scan
scan_console(const struct scene *s, const char *secret)
{
    struct ud_scan found = { .hits = 0 };
    pid_t pids[FAMILY];

    ud_pty_pump(s->o.pty);
    ud_scan_processes(&found, pids, ud_scan_family(ud_pty_pid(s->o.pty), pids, FAMILY), secret);
    return found;
}

static void
expect_tokens_of_the_worker_only(const struct scene *s, const char *token, bool here)
{
    struct ud_scan found = scan_console(s, token);
    bool right = (found.hits > 0) == here;

    for (size_t i = 0; i < found.hits && i < UD_SCAN_HITS; i++)
        right &= found.hit[i].guarded && found.hit[i].pid != ud_pty_pid(s->o.pty);
    if (!right) {
        ud_scan_print(&found);
        fail_msg("%zu copies of a token%s", found.hits, here ? "; guarded ones in the worker were expected" : "");
    }
}

/* A relay on the service's socket knows the tokens. */
static void
tokens_are_in_guarded_blocks_of_the_worker_and_gone_when_locked(void **state)
{
    struct scene *s = *state;
    char access[256] = "", refresh[256] = "";

    s->between = false;
    ud_operator_end(&s->o);
    make_service(s, &(struct ud_fixture_options){ .service = true });
    ud_fixture_serve(&s->o.service);
    s->relay = ud_relay_start(s->o.service.socket);
    (void)snprintf(s->o.service.url, sizeof(s->o.service.url), "%s", ud_relay_url(s->relay));
    ud_operator_configure(&s->o, NULL);
    ud_operator_open(&s->o, NULL);
    ud_operator_sign_in(&s->o);
    ud_pty_wait(s->o.pty, "1 device");
    assert_true(ud_relay_member(access, sizeof(access), s->relay, "access_token"));
    assert_true(ud_relay_member(refresh, sizeof(refresh), s->relay, "refresh_token"));
    expect_tokens_of_the_worker_only(s, access, true);
    ud_pty_key(s->o.pty, "C-l");
    ud_pty_wait(s->o.pty, "you locked it");
    (void)poll(NULL, 0, WIPE_MS);
    expect_tokens_of_the_worker_only(s, access, false);
    expect_tokens_of_the_worker_only(s, refresh, false);
    struct ud_scan found = { .hits = 0 };
    ud_scan_tree(&found, ud_pty_home(s->o.pty), access);
    ud_scan_tree(&found, ud_pty_home(s->o.pty), refresh);
    assert_int_equal(found.hits, 0);
    ud_operator_end(&s->o);
    ud_relay_stop(&s->relay);
}

/* The same in training, where service and simulator are the console's own family. */
static void
training_holds_one_copy_in_all_its_processes_and_leaves_none_behind(void **state)
{
    struct scene *s = *state;
    const char *argv[] = { "unlockdesk", "--demo=60", "--demo-dir", s->o.service.dir, NULL };
    pid_t pids[FAMILY];

    s->between = false;
    ud_operator_end(&s->o);
    ud_relay_stop(&s->relay);
    make_service(s, &(struct ud_fixture_options){ .devices = 60, .seed = 7 });
    s->o.pty = ud_pty_start(&(struct ud_pty_options){ .argv = argv });
    ud_operator_answer(&s->o, "Enter: approve as", "Is this you?");
    ud_operator_answer(&s->o, "Is this you?", "Read it and accept it");
    ud_operator_answer(&s->o, "Read it and accept it", "61 devices");
    ud_operator_ask_key(&s->o, EIGHT);
    ud_pty_wait(s->o.pty, "Group 1 of 8");
    assert_true(ud_scan_family(ud_pty_pid(s->o.pty), pids, FAMILY) >= 6); /* console, launcher, worker, vault, front, simulator */
    expect_one_guarded_copy(s, "shown");
    ud_pty_key(s->o.pty, "C-l");
    ud_pty_wait(s->o.pty, "the PIN is ");
    expect_none(s, "locked");
    ud_pty_key(s->o.pty, "C-q");
    assert_int_equal(ud_pty_exit(s->o.pty), 0);
    expect_nothing_in_files(s, (const char *const[]){ s->o.service.dir, ud_pty_home(s->o.pty), NULL });
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_is_shown_or_covered_has_one_copy_and_a_closed_call_has_none),
        cmocka_unit_test(the_whole_key_and_a_read_back_leave_no_second_copy),
        cmocka_unit_test(a_locked_console_holds_neither_key_nor_passphrase),
        cmocka_unit_test(tokens_are_in_guarded_blocks_of_the_worker_and_gone_when_locked),
        cmocka_unit_test(the_end_of_the_program_leaves_nothing_in_files_or_in_the_service),
        cmocka_unit_test(training_holds_one_copy_in_all_its_processes_and_leaves_none_behind),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, make_scene, end_scene) : 1;
}
