/* Self-service as a forced command: a real sshd on loopback, a key that is good for `unlockdesk self-service` only. Whatever the client asks for, what runs
 * is the flow, and nothing else can be reached from it. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/memscan.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"
#include "tests/support/remote.h"

#define EIGHT    "5ca1ab1e"
#define PASSWORD "a quite long password 9"
#define QUERY    "Which recovery key does the locked computer ask for?"

struct site {
    struct ud_operator o; /* service and configuration; its pty is the SSH client's terminal */
    struct ud_remote remote;
    char key[UD_OPERATOR_KEY], home[96];
};

/* A home whose files would turn the console into something else, where they were read. */
static void
spoil_home(const struct site *s)
{
    static const char *const files[][2] = { { "unlockdesk.conf", "[console]\nprofile = nonsense\n" },
        { "keys.conf", "[keys]\nself.find = :\napp.palette = Enter\n" }, { "policy.conf", "[policy]\nidle_warn = never\n" } };
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/.config", s->home);
    assert_int_equal(mkdir(s->home, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/.config/unlockdesk", s->home);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof(path), "%s/.config/unlockdesk/%s", s->home, files[i][0]);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        (void)fputs(files[i][1], f);
        assert_int_equal(fclose(f), 0);
    }
}

static void
force(const struct site *s, const char *term)
{
    char path[512], command[1200], *program;

    ud_build_path(path, sizeof(path), "unlockdesk");
    program = realpath(path, NULL);
    assert_non_null(program);
    (void)snprintf(command, sizeof(command), "env HOME=%s LANG=C.UTF-8%s%s %s --config %s self-service", s->home,
        term != NULL ? " TERM=" : "", term != NULL ? term : "", program, s->o.config);
    free(program);
    ud_remote_force(&s->remote, command);
}

static int
make_site(void **state)
{
    struct site *s = calloc(1, sizeof(*s));
    char line[256];

    *state = s;
    if (s == NULL)
        return -1;
    ud_fixture_make(&s->o.service, &(struct ud_fixture_options){ .service = true });
    free(ud_fixture_command(&s->o.service, PASSWORD "\n",
        (const char *const[]){ "user", "add", "sam", "--role", "user", "--account", "sam@training.invalid", NULL }));
    ud_operator_draw_key(s->key);
    (void)snprintf(line, sizeof(line),
        "OWN-LT-01,TRN7700001,sam@training.invalid," EIGHT
        "-0000-4000-8000-00000000c0de,%s,company,bitlocker,sam@training.invalid",
        s->key);
    ud_operator_import(&s->o.service, line);
    ud_fixture_serve(&s->o.service);
    ud_operator_configure(&s->o, NULL);
    ud_remote_start(&s->remote);
    (void)snprintf(s->home, sizeof(s->home), "%s/home", s->remote.dir);
    spoil_home(s);
    force(s, NULL);
    return 0;
}

static int
end_site(void **state)
{
    struct site *s = *state;

    ud_operator_end(&s->o);
    ud_remote_stop(&s->remote);
    free(s);
    return 0;
}

static void
connect_with(struct site *s, const char *command)
{
    struct ud_ssh_words w;
    struct ud_pty_options o = { .argv = w.argv };

    ud_pty_end(&s->o.pty);
    ud_ssh_words(&w, &s->remote, "/usr/bin/ssh", (const char *const[]){ "-tt", NULL }, command);
    s->o.pty = ud_pty_start(&o);
}

static void
sign_in(struct site *s)
{
    char code[16];

    ud_operator_read_code(code, &s->o);
    assert_int_equal(ud_raw_approve(&s->o.service, code, "sam", PASSWORD, "approve"), 200);
    ud_operator_answer(&s->o, "Is this you?", "Read it and accept it");
    ud_operator_answer(&s->o, "Read it and accept it", QUERY);
}

/* --- tests ---------------------------------------------------------------------------------------------------------------- */

static void
the_flow_runs_to_the_key_whatever_command_was_asked_for_and_ends_the_connection(void **state)
{
    struct site *s = *state;
    char group[8] = "";

    connect_with(s, "cat /etc/passwd; exec sh");
    sign_in(s);
    assert_false(ud_pty_has(s->o.pty, "root:"));
    ud_operator_type(&s->o, EIGHT);
    ud_operator_answer(&s->o, QUERY, "Why do you need it?");
    ud_pty_key(s->o.pty, "3");
    ud_operator_answer(&s->o, "Why do you need it?", "Group 1 of 8");
    for (int i = 0; i < 8; i++) {
        char wanted[8] = "";
        memcpy(wanted, s->key + 7 * i, 6);
        ud_pty_wait(s->o.pty, wanted);
        assert_true(ud_operator_group(group, &s->o));
        assert_string_equal(group, wanted);
        ud_pty_key(s->o.pty, "Space");
    }
    ud_pty_key(s->o.pty, "w");
    ud_operator_answer(&s->o, "the computer is unlocked", "You are done.");
    ud_pty_key(s->o.pty, "Enter");
    assert_int_equal(ud_pty_exit(s->o.pty), 0);
    for (int i = 0; i < 100 && !ud_pty_has(s->o.pty, "You are done."); i++)
        ud_pty_pump(s->o.pty);                          /* what the client sent last may still be in the terminal */
    assert_true(ud_pty_has(s->o.pty, "You are done.")); /* still to be read where the connection was */
}

/* Keys that end, stop or leave other programs; none of them does so here. */
static void
no_key_leaves_the_flow(void **state)
{
    static const char *const keys[] = { "C-z", "C-c", "C-\\", "C-d", "F1", "C-p", ":", "!", "C-q", "F10" };
    struct site *s = *state;

    connect_with(s, NULL);
    ud_operator_read_code((char[16]){ "" }, &s->o);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        ud_pty_key(s->o.pty, keys[i]);
    sign_in(s); /* still there, and still at its first page */
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i], ":") != 0 && strcmp(keys[i], "!") != 0)
            ud_pty_key(s->o.pty, keys[i]);
    ud_pty_send(s->o.pty, "\033[200~\rsh\r\033[201~");
    ud_pty_wait(s->o.pty, "sh");
    ud_pty_resize(s->o.pty, 90, 30);
    ud_pty_wait(s->o.pty, QUERY);
    assert_true(ud_pty_has(s->o.pty, "│ Recovery key ID"));
}

static void
expect_refused(struct site *s, const char *program, const char *const *options, const char *command, bool sentence)
{
    struct ud_ssh_words w;
    struct ud_program p;

    ud_ssh_words(&w, &s->remote, program, options, command);
    ud_program_run(&p, w.argv, "get /etc/passwd /dev/stdout\n", 60);
    assert_int_not_equal(p.code, 0);
    if (strstr(p.out, "root:") != NULL || strstr(p.out, "uid=") != NULL)
        fail_msg("%s got through:\n%s", program, p.out);
    if (sentence && strstr(p.err, "Self-service needs a terminal") == NULL)
        fail_msg("no sentence, but %d:\n%s%s", p.code, p.out, p.err);
    ud_program_free(&p);
}

static void
a_command_without_a_terminal_and_sftp_get_a_sentence_and_nothing_else(void **state)
{
    struct site *s = *state;

    expect_refused(s, "/usr/bin/ssh", NULL, "id", true);
    expect_refused(
        s, "/usr/bin/ssh", (const char *const[]){ "-s", NULL }, "sftp", false); /* sshd passes no standard error there */
    expect_refused(s, "/usr/bin/sftp", (const char *const[]){ "-b", "-", NULL }, NULL, false);
}

static void
an_unknown_terminal_gets_a_sentence(void **state)
{
    struct site *s = *state;

    force(s, "no-such-terminal");
    connect_with(s, NULL);
    ud_pty_wait(s->o.pty, "the terminal type \"no-such-terminal\" is not known here");
    assert_int_equal(ud_pty_exit(s->o.pty), 3);
    force(s, NULL);
}

/* --- no process is left behind ---------------------------------------------------------------------------------------------- */

static bool
family_of(pid_t sshd, pid_t *pids, size_t *count)
{
    *count = ud_scan_family(sshd, pids, 64);
    return *count > 1;
}

static void
a_client_that_vanishes_takes_the_flow_with_it(void **state)
{
    struct site *s = *state;
    pid_t pids[64];
    size_t count = 0;

    connect_with(s, NULL);
    sign_in(s);
    assert_true(family_of(s->remote.sshd, pids, &count));
    (void)kill(ud_pty_pid(s->o.pty), SIGKILL);
    ud_pty_end(&s->o.pty);
    for (int i = 0; i < 1500 && family_of(s->remote.sshd, pids, &count); i++)
        (void)poll(NULL, 0, 20);
    assert_int_equal(count, 1); /* sshd itself */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flow_runs_to_the_key_whatever_command_was_asked_for_and_ends_the_connection),
        cmocka_unit_test(no_key_leaves_the_flow),
        cmocka_unit_test(a_command_without_a_terminal_and_sftp_get_a_sentence_and_nothing_else),
        cmocka_unit_test(an_unknown_terminal_gets_a_sentence),
        cmocka_unit_test(a_client_that_vanishes_takes_the_flow_with_it),
    };

    return cmocka_run_group_tests(tests, make_site, end_site);
}
