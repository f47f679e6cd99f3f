/* Where the console runs is wrong: terminals, full disks, a second console at the same time. */
#include "tests/e2e/bad.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/seal.h"

/* --- terminals ------------------------------------------------------------------------------------------------------------------------ */

static void
expect_refused_terminal(const char *term, const char *sentence)
{
    const char *argv[] = { "unlockdesk", "--demo=20", NULL };
    struct ud_pty *p = ud_pty_start(&(struct ud_pty_options){ .argv = argv, .term = term });

    ud_pty_wait(p, "TERM"); /* the hint names the variable to set */
    if (!ud_pty_has(p, sentence)) {
        char *screen = ud_pty_screen(p);
        print_error("TERM=%s: \"%s\" is not on the screen:\n%s", term, sentence, screen);
        free(screen);
        fail();
    }
    assert_in_range(ud_pty_exit(p), 2, 3);
    ud_pty_end(&p);
}

static void
a_terminal_type_that_cannot_be_used_is_refused_with_the_cure(void **state)
{
    char longest[301];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    expect_refused_terminal("", "TERM");
    expect_refused_terminal("no-such-terminal", "no-such-terminal");
    expect_refused_terminal("dumb", "dumb");
    expect_refused_terminal("../../../etc/passwd", "TERM");
    expect_refused_terminal(longest, "TERM");
}

static void
without_a_terminal_the_console_says_how_to_get_one(void **state)
{
    struct ud_program p;

    (void)state;
    ud_program_run(&p, (const char *const[]){ "unlockdesk", "--demo=20", NULL }, NULL, 60);
    assert_int_equal(p.code, 3);
    assert_non_null(strstr(p.err, "ssh -t"));
    assert_int_equal(p.out_length, 0);
    ud_program_free(&p);
}

static void
a_terminal_that_is_too_small_says_so_and_goes_on_when_it_has_grown(void **state)
{
    struct bad *b = *state;
    const char *argv[] = { "seams/unlockdesk", "--demo=20", NULL };

    b->o.pty = ud_pty_start(&(struct ud_pty_options){ .argv = argv, .width = 30, .height = 8 });
    ud_pty_wait(b->o.pty, "too small");
    ud_pty_resize(b->o.pty, 1, 1);
    ud_pty_resize(b->o.pty, 80, 24);
    ud_pty_wait(b->o.pty, "Enter: approve as");
    ud_pty_resize(b->o.pty, 39, 24);
    ud_pty_wait(b->o.pty, "too small");
    ud_pty_resize(b->o.pty, 80, 24);
    ud_operator_answer(&b->o, "Enter: approve as", "Is this you?");
}

/* --- disks -------------------------------------------------------------------------------------------------------------------------------- */

/* A small file system of its own over `path`, seen by this program and its children only. */
static void
mount_small(const char *path, const char *size)
{
    char options[64];

    (void)snprintf(options, sizeof(options), "mode=0700,size=%s", size);
    if (mount("tmpfs", path, "tmpfs", MS_NODEV | MS_NOSUID, options) != 0)
        fail_msg("a small file system is needed for this test and cannot be mounted: %s", strerror(errno));
}

static void
fill(const char *dir)
{
    char path[256], block[4096];
    ssize_t n;

    (void)snprintf(path, sizeof(path), "%s/filler", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    memset(block, 'x', sizeof(block));
    while ((n = write(fd, block, sizeof(block))) > 0)
        ;
    while ((n = write(fd, block, 1)) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
    (void)close(fd);
}

static void
make_room(const char *dir)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/filler", dir);
    assert_int_equal(unlink(path), 0);
}

static void
expect_journal_whole(struct bad *b)
{
    char program[512];
    struct ud_program p;

    ud_build_path(program, sizeof(program), "unlockdesk");
    ud_program_run(&p,
        (const char *const[]){ "/usr/bin/env", b->o.state, program, "--config", b->o.config, "journal", "verify", NULL }, NULL,
        30);
    if (p.code != 0)
        fail_msg("journal verify: %s%s", p.out, p.err);
    ud_program_free(&p);
}

/* The log reserves 256 KiB ahead, so that a lock can always be recorded: a smaller disk is a full one. */
static void
a_full_disk_under_the_activity_log_shows_no_key_until_there_is_room(void **state)
{
    struct bad *b = *state;
    char dir[96];

    make_service(b, false);
    ud_fixture_serve(&b->o.service);
    b->relay = ud_relay_start(b->o.service.socket);
    (void)snprintf(b->o.service.url, sizeof(b->o.service.url), "%s", ud_relay_url(b->relay));
    ud_operator_configure(&b->o, NULL);
    (void)snprintf(dir, sizeof(dir), "%s/state", b->o.dir);
    (void)snprintf(b->o.state, sizeof(b->o.state), "XDG_STATE_HOME=%s", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    mount_small(dir, "200k");
    ud_operator_open(&b->o, "seams/unlockdesk");
    ud_operator_sign_in(&b->o);
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "The activity log cannot be written, so no keys are shown");
    ud_pty_wait(b->o.pty, "Make room on the file system of");
    expect_no_key(b);
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 0);
    assert_int_equal(mount(NULL, dir, NULL, MS_REMOUNT, "size=4m"), 0);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 1 of 8");
    assert_true(logged_soon(b, "disclosed"));
    ud_pty_key(b->o.pty, "C-q");
    ud_operator_answer(&b->o, "Enter yes", "");
    assert_int_equal(ud_pty_exit(b->o.pty), 0);
    ud_pty_end(&b->o.pty);
    expect_journal_whole(b);
    (void)umount2(dir, MNT_DETACH);
}

/* Copies a directory's content. */
static void
copy_tree(const char *from, const char *to)
{
    char source[256];
    struct ud_program p;

    (void)snprintf(source, sizeof(source), "%s/.", from);
    ud_program_run(&p, (const char *const[]){ "/bin/cp", "-a", source, to, NULL }, NULL, 30);
    assert_int_equal(p.code, 0);
    ud_program_free(&p);
}

static void
a_full_disk_under_the_database_refuses_the_key_and_keeps_what_is_stored(void **state)
{
    struct bad *b = *state;
    const char *dir;
    char copy[128];

    make_service(b, false);
    dir = b->o.service.dir;
    (void)snprintf(copy, sizeof(copy), "%s/../copy", dir);
    copy_tree(dir, copy);
    mount_small(dir, "4m");
    copy_tree(copy, dir);
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "1 device");
    fill(dir);
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "The key was not got");
    ud_pty_wait(b->o.pty, "✗");
    expect_no_key(b);
    assert_false(logged(b, "disclosed"));
    make_room(dir);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 1 of 8");
    ud_pty_end(&b->o.pty);
    ud_fixture_stop(&b->o.service);
    free(ud_fixture_command(&b->o.service, NULL, (const char *const[]){ "verify", NULL }));
    (void)umount2(dir, MNT_DETACH);
}

/* --- two at once ------------------------------------------------------------------------------------------------------------------------------ */

static void
a_second_console_signs_in_by_itself_and_both_keep_one_whole_log(void **state)
{
    struct bad *b = *state;
    struct ud_pty *first;

    make_service(b, false);
    ud_fixture_serve(&b->o.service);
    ud_operator_configure(&b->o, NULL);
    (void)snprintf(b->o.state, sizeof(b->o.state), "XDG_STATE_HOME=%s/state", b->o.dir);
    ud_operator_open(&b->o, "seams/unlockdesk");
    ud_operator_sign_in(&b->o);
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "Group 1 of 8");

    first = b->o.pty;
    ud_operator_open(&b->o, "seams/unlockdesk");
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "Another unlockdesk of yours is open");
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "Group 1 of 8");
    ud_pty_end(&b->o.pty);

    b->o.pty = first; /* and the first goes on where it was */
    ud_pty_key(b->o.pty, "Space");
    ud_pty_wait(b->o.pty, "Group 2 of 8");
    ud_pty_key(b->o.pty, "C-l");
    ud_pty_wait(b->o.pty, "you locked it");
    ud_operator_type(&b->o, b->o.passphrase);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Enter fetches it again");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 2 of 8");
    ud_pty_end(&b->o.pty);
    expect_journal_whole(b);
}

static void
a_second_demo_in_one_directory_is_refused_and_the_first_goes_on(void **state)
{
    struct bad *b = *state;
    char dir[96];
    struct ud_program p;

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .devices = 20 });
    (void)snprintf(dir, sizeof(dir), "%s", b->o.service.dir);
    b->o.pty = ud_pty_start(
        &(struct ud_pty_options){ .argv = (const char *const[]){ "seams/unlockdesk", "--demo=20", "--demo-dir", dir, NULL } });
    ud_pty_wait(b->o.pty, "Enter: approve as");
    ud_program_run(&p, (const char *const[]){ "unlockdesk", "--demo=20", "--demo-dir", dir, "device", "list", NULL }, NULL, 60);
    assert_int_not_equal(p.code, 0);
    assert_non_null(strstr(p.err, "Another unlockdesk uses"));
    assert_non_null(strstr(p.err, "--demo-dir"));
    ud_program_free(&p);
    ud_operator_answer(&b->o, "Enter: approve as", "Is this you?");
    ud_operator_answer(&b->o, "Is this you?", "Read it and accept it");
    ud_operator_answer(&b->o, "Read it and accept it", "20 devices");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BAD_TEST(a_terminal_type_that_cannot_be_used_is_refused_with_the_cure),
        BAD_TEST(without_a_terminal_the_console_says_how_to_get_one),
        BAD_TEST(a_terminal_that_is_too_small_says_so_and_goes_on_when_it_has_grown),
        BAD_TEST(a_full_disk_under_the_activity_log_shows_no_key_until_there_is_room),
        BAD_TEST(a_full_disk_under_the_database_refuses_the_key_and_keeps_what_is_stored),
        BAD_TEST(a_second_console_signs_in_by_itself_and_both_keep_one_whole_log),
        BAD_TEST(a_second_demo_in_one_directory_is_refused_and_the_first_goes_on),
    };

    /* Mounts of this program are its own and end with it. */
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        print_error("a mount namespace of its own is needed: run this as root\n");
        return 1;
    }
    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
