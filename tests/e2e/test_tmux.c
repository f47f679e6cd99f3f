/* A call as operators have it: SSH, tmux, the console in a pane. Whatever lets somebody else look at the pane covers the key; when it is put right
 * the call goes on at the same group. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "tests/support/remote.h"
#include "wire/json.h"

#define SOON    2.0 /* seconds in which a key must be covered */
#define PATIENT 20.0
#define DEVICE  "LON-LT-ALICE"
#define DEMO    "--demo=60", "--seed", "7"

struct desk {
    struct ud_remote remote;
    struct ud_ssh ssh;
    char eight[9]; /* first digits of the current key of DEVICE; the same in every fleet of this seed */
    char group[8]; /* digits on the screen while the key is shown */
    bool ready;    /* a test has left it with the third group on the screen */
};

static int
find_eight_digits(struct desk *d)
{
    struct ud_program p;
    struct ud_json *doc = NULL;
    char id[64] = "";

    ud_program_run(&p, (const char *const[]){ "unlockdesk", DEMO, "device", "show", DEVICE, "--json", NULL }, NULL, 60);
    if (ud_json_parse(&doc, p.out, p.out_length, NULL) != UD_OK ||
        ud_json_get_text(id, sizeof(id), ud_json_first(ud_json_member(doc, "key_list")), "id", NULL) != UD_OK)
        print_error("%s%s\n", p.out, p.err);
    memcpy(d->eight, id, 8);
    ud_json_free(&doc);
    ud_program_free(&p);
    return d->eight[0] != '\0' ? 0 : -1;
}

/* --- steps -------------------------------------------------------------------------------------------------------------------------- */

static void
wait_for(struct desk *d, const char *text)
{
    assert_true(ud_tmux_wait(&d->remote, &d->ssh, text, false, PATIENT));
}

static void
press(struct desk *d, const char *key, const char *then)
{
    ud_tmux_key(&d->remote, key);
    wait_for(d, then);
}

/* A question takes an answer 150 ms after it was asked: Enter is pressed until the question is gone. */
static void
answer(struct desk *d, const char *question, const char *then)
{
    wait_for(d, question);
    for (int i = 0; i < 20 && strstr(ud_tmux_screen(&d->remote), question) != NULL; i++) {
        (void)poll(NULL, 0, 160);
        ud_tmux_key(&d->remote, "Enter");
        for (int k = 0; k < 40 && strstr(ud_tmux_screen(&d->remote), question) != NULL; k++) {
            ud_ssh_drain(&d->ssh);
            (void)poll(NULL, 0, 20);
        }
    }
    wait_for(d, then);
}

/* The group of six digits that stands in front of its spelling. */
static bool
shown_group(char out[8], const char *screen)
{
    for (const char *line = screen; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL)
        if (strspn(line, " ") == 2 && strspn(line + 2, "0123456789") == 6 && line[8] == ' ') {
            memcpy(out, line + 2, 6);
            out[6] = '\0';
            return true;
        }
    return false;
}

static void
open_console(struct desk *d)
{
    char path[512], command[1400], *program;

    ud_build_path(path, sizeof(path), "unlockdesk");
    program = realpath(path, NULL);
    assert_non_null(program);
    (void)snprintf(command, sizeof(command),
        "tmux -S %s -f /dev/null new-session -s call 'exec env HOME=%s LANG=C.UTF-8 %s --demo=60 --seed 7 --demo-dir %s/demo'",
        d->remote.tmux, d->remote.dir, program, d->remote.dir);
    free(program);
    ud_ssh_open(&d->ssh, &d->remote, command);
}

static unsigned
clients(const struct desk *d)
{
    unsigned n = 0;

    for (const char *c = ud_tmux(&d->remote, (const char *const[]){ "list-clients", "-t", "call", NULL }); *c != '\0'; c++)
        n += *c == '\n';
    return n;
}

static void
attach(struct ud_ssh *c, const struct desk *d)
{
    char command[256];
    unsigned before = clients(d);

    (void)snprintf(command, sizeof(command), "tmux -S %s attach -t call", d->remote.tmux);
    ud_ssh_open(c, &d->remote, command);
    for (int i = 0; clients(d) == before; i++) {
        ud_ssh_drain(c);
        if (i == 500)
            fail_msg("the terminal was not attached");
        (void)poll(NULL, 0, 20);
    }
}

static void
sign_in(struct desk *d)
{
    answer(d, "Enter: approve as", "Is this you?");
    answer(d, "Is this you?", "Read it and accept it");
    answer(d, "Read it and accept it", "60 devices");
}

static void
dictate_to_third_group(struct desk *d)
{
    ud_tmux_type(&d->remote, d->eight);
    wait_for(d, "1 recovery key ID starts with");
    press(d, "Enter", "Recovery keys, newest first");
    press(d, "Enter", "Why is the key needed?");
    press(d, "5", "Lost PIN");
    answer(d, "Enter records this and gets the key", "Group 1 of 8");
    press(d, "Space", "Group 2 of 8");
    press(d, "Space", "Group 3 of 8");
}

/* The desk with the third group on the screen: the one that the test before has left so, or a new one. Called by the test itself, because where a
 * set-up fails no teardown would run. */
static struct desk *
dictating(void **state)
{
    struct desk *d = *state;
    bool fresh = !d->ready;

    d->ready = false;
    if (fresh) {
        ud_remote_stop(&d->remote);
        ud_ssh_kill(&d->ssh);
        ud_remote_start(&d->remote);
        open_console(d);
        sign_in(d);
        dictate_to_third_group(d);
    }
    assert_true(shown_group(d->group, ud_tmux_screen(&d->remote)));
    return d;
}

static int
make_desk(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    *state = d;
    if (d == NULL)
        return -1;
    d->ssh.master = -1;
    return find_eight_digits(d);
}

static int
end_desk(void **state)
{
    struct desk *d = *state;

    ud_remote_stop(&d->remote);
    ud_ssh_kill(&d->ssh);
    free(d);
    return 0;
}

/* --- what must be true ------------------------------------------------------------------------------------------------------------------ */

/* Not on the screen, not in the history, not on the other screen of the pane. */
static void
expect_no_group_anywhere(const struct desk *d)
{
    const char *const places[][8] = {
        { "capture-pane", "-p", "-t", "call", "-S", "-", NULL },
        { "capture-pane", "-p", "-q", "-a", "-t", "call", NULL },
    };

    for (size_t i = 0; i < 2; i++) {
        const char *text = ud_tmux(&d->remote, places[i]);
        if (strstr(text, d->group) != NULL || strstr(text, "██") != NULL)
            fail_msg("the group is still there:\n%s", text);
    }
}

static void
expect_covered(struct desk *d, const char *why, const char *command)
{
    const char *screen;

    assert_true(ud_tmux_wait(&d->remote, &d->ssh, d->group, true, SOON));
    wait_for(d, why);
    screen = ud_tmux_screen(&d->remote);
    if (strstr(screen, command) == NULL)
        fail_msg("the screen does not name \"%s\":\n%s", command, screen);
    expect_no_group_anywhere(d);
}

static void
expect_same_group(struct desk *d)
{
    char group[8] = "";

    wait_for(d, "Group 3 of 8");
    assert_true(shown_group(group, ud_tmux_screen(&d->remote)));
    assert_string_equal(group, d->group);
}

static void
expect_shown_again(struct desk *d)
{
    wait_for(d, "tmux is fine now. Enter shows the key.");
    expect_no_group_anywhere(d); /* not by itself */
    press(d, "Enter", d->group);
    expect_same_group(d);
    d->ready = true;
}

static void
expect_locked(struct desk *d)
{
    assert_true(ud_tmux_wait(&d->remote, NULL, d->group, true, SOON));
    assert_true(ud_tmux_wait(&d->remote, NULL, "no terminal was attached to the", false, PATIENT));
    expect_no_group_anywhere(d);
    assert_null(strstr(ud_tmux_screen(&d->remote), DEVICE));
}

/* A new client, the PIN that training prints, and the call is where it was. */
static void
come_back(struct desk *d)
{
    char pin[8] = "";
    const char *printed;

    attach(&d->ssh, d);
    wait_for(d, "the PIN is ");
    printed = strstr(ud_tmux_screen(&d->remote), "the PIN is ");
    memcpy(pin, printed + strlen("the PIN is "), 6);
    ud_tmux_type(&d->remote, pin);
    press(d, "Enter", "Enter fetches it again");
    press(d, "Enter", d->group);
    expect_same_group(d);
}

/* --- tests ---------------------------------------------------------------------------------------------------------------------------------- */

static void
detaching_locks_and_the_call_goes_on_after_the_pin(void **state)
{
    struct desk *d = dictating(state);

    (void)ud_tmux(&d->remote, (const char *const[]){ "detach-client", "-s", "call", NULL });
    expect_locked(d);
    ud_ssh_kill(&d->ssh);
    come_back(d);
}

static void
a_killed_ssh_client_locks_and_the_call_goes_on_after_the_pin(void **state)
{
    struct desk *d = dictating(state);

    ud_ssh_kill(&d->ssh);
    expect_locked(d);
    come_back(d);
}

static void
a_second_terminal_covers_the_key_until_it_is_detached(void **state)
{
    struct desk *d = dictating(state);
    struct ud_ssh other;

    attach(&other, d);
    expect_covered(d, "2 terminals are attached to this tmux session", "tmux detach-client -a");
    (void)ud_tmux(&d->remote, (const char *const[]){ "detach-client", "-a", NULL });
    expect_shown_again(d);
    ud_ssh_kill(&other);
    d->ready = false; /* tmux has kept one of the two, and which one is its own affair */
}

static void
synchronised_panes_cover_the_key_until_they_are_not(void **state)
{
    struct desk *d = dictating(state);

    (void)ud_tmux(&d->remote, (const char *const[]){ "set-option", "-w", "-t", "call", "synchronize-panes", "on", NULL });
    expect_covered(d, "panes of this window are synchronised", "tmux set-option -w synchronize-panes off");
    (void)ud_tmux(&d->remote, (const char *const[]){ "set-option", "-w", "-t", "call", "synchronize-panes", "off", NULL });
    expect_shown_again(d);
}

static void
a_piped_pane_covers_the_key_until_the_pipe_is_closed(void **state)
{
    struct desk *d = dictating(state);
    char command[160];

    (void)snprintf(command, sizeof(command), "cat > %s/pipe", d->remote.dir);
    (void)ud_tmux(&d->remote, (const char *const[]){ "pipe-pane", "-t", "call", command, NULL });
    expect_covered(d, "tmux pane is piped to a file", "tmux pipe-pane");
    (void)ud_tmux(&d->remote, (const char *const[]){ "pipe-pane", "-t", "call", NULL });
    expect_shown_again(d);
}

/* Lines of the activity log that say "covered". */
static unsigned
covered_lines(const struct desk *d)
{
    char path[160], line[8192];
    unsigned n = 0;

    (void)snprintf(path, sizeof(path), "%s/demo/journal/journal.jsonl", d->remote.dir);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL)
        n += strstr(line, "\"event\":\"covered\"") != NULL;
    (void)fclose(f);
    return n;
}

static void
a_tmux_that_does_not_answer_covers_the_key(void **state)
{
    struct desk *d = dictating(state);
    pid_t server = (pid_t)strtol(ud_tmux(&d->remote, (const char *const[]){ "display-message", "-p", "#{pid}", NULL }), NULL, 10);
    unsigned before = covered_lines(d);
    bool covered = false;

    assert_true(server > 1);
    assert_int_equal(kill(server, SIGSTOP), 0);
    for (int i = 0; i < (int)(SOON * 50) && !covered; i++) {
        (void)poll(NULL, 0, 20);
        covered = covered_lines(d) > before;
    }
    assert_int_equal(kill(server, SIGCONT), 0);
    assert_true(covered);
    expect_shown_again(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detaching_locks_and_the_call_goes_on_after_the_pin),
        cmocka_unit_test(a_killed_ssh_client_locks_and_the_call_goes_on_after_the_pin),
        cmocka_unit_test(synchronised_panes_cover_the_key_until_they_are_not),
        cmocka_unit_test(a_piped_pane_covers_the_key_until_the_pipe_is_closed),
        cmocka_unit_test(a_tmux_that_does_not_answer_covers_the_key),
        cmocka_unit_test(a_second_terminal_covers_the_key_until_it_is_detached),
    };

    return cmocka_run_group_tests(tests, make_desk, end_desk);
}
