/* What nobody should do to a console: stop reading, storm it with sizes, pastes and noise, kill its helpers. It neither crashes nor hangs, and the lock
 * still locks. */
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include "tests/e2e/console.h"

/* A key of the first device on the screen. */
static struct ud_pty *
with_key(void)
{
    struct ud_pty *p = console_ready();
    char id[9];

    console_open(p, "STO-LT", id);
    console_give_reason(p, "INC1");
    console_wait_group(p, 1);
    assert_int_equal(console_groups_on_screen(p), 1);
    return p;
}

static bool
stat_of(int pid, char name[64], int *parent)
{
    char path[64], line[512];
    char *open, *close;
    FILE *f;
    bool ok;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    if ((f = fopen(path, "r")) == NULL)
        return false;
    ok = fgets(line, sizeof(line), f) != NULL && (open = strchr(line, '(')) != NULL && (close = strrchr(line, ')')) != NULL;
    (void)fclose(f);
    if (!ok)
        return false;
    *close = '\0';
    (void)snprintf(name, 64, "%s", open + 1);
    return sscanf(close + 4, "%d", parent) == 1;
}

/* A process below `root` whose name starts so; 0: none. The n-th found, from 0. */
static int
below(int root, const char *wanted, int n)
{
    DIR *dir = opendir("/proc");
    struct dirent *e;
    int found = 0;

    assert_non_null(dir);
    while (found == 0 && (e = readdir(dir)) != NULL) {
        int pid = atoi(e->d_name), at = pid, parent = 0;
        char name[64], other[64];
        if (pid <= 1 || !stat_of(pid, name, &parent) || strncmp(name, wanted, strlen(wanted)) != 0)
            continue;
        while (at > 1 && at != root && stat_of(at, other, &parent))
            at = parent;
        if (at == root && pid != root && n-- == 0)
            found = pid;
    }
    closedir(dir);
    return found;
}

static void
locks(struct ud_pty *p)
{
    ud_pty_key(p, "C-l");
    ud_pty_wait(p, "the PIN is");
    ud_pty_idle(p);
    assert_int_equal(console_groups_on_screen(p), 1); /* the training PIN */
    assert_false(ud_pty_has(p, "Group 1"));
}

static void
frame_that_does_not_fit_the_terminals_buffer_is_finished_by_itself(void **state)
{
    struct ud_pty *p = console_ready();

    (void)state;
    ud_pty_resize(p, 400, 120);
    for (int i = 0; i < 5; i++) {
        ud_pty_key(p, "C-r");
        ud_pty_idle(p);
        assert_true(ud_pty_has(p, "60 devices"));
    }
    ud_pty_end(&p);
}

static void
terminal_that_is_not_read_keeps_no_key_after_the_lock(void **state)
{
    struct ud_pty *p = with_key();

    (void)state;
    for (int i = 0; i < 400; i++)
        ud_pty_send(p, "\x12"); /* whole screens that nobody reads */
    ud_pty_send(p, "\x0c");
    ud_pty_wait(p, "the PIN is");
    ud_pty_wait_gone(p, "Group 1");
    ud_pty_idle(p);
    assert_true(ud_pty_find(p, "STO-LT") < 0);
    ud_pty_end(&p);
}

static void
storm_of_sizes_covers_the_key(void **state)
{
    struct ud_pty *p = with_key();
    unsigned n = 7;

    (void)state;
    for (int i = 0; i < 200; i++) {
        n = n * 1103515245u + 12345u;
        ud_pty_resize(p, 1 + (int)(n >> 16) % 200, 1 + (int)(n >> 8) % 70);
        if (i % 16 == 0)
            ud_pty_pump(p);
    }
    ud_pty_resize(p, 80, 24);
    ud_pty_wait(p, "The window changed its size.");
    ud_pty_idle(p);
    assert_int_equal(console_groups_on_screen(p), 0);
    ud_pty_key(p, "Enter");
    console_wait_group(p, 1);
    assert_int_equal(console_groups_on_screen(p), 1);
    ud_pty_end(&p);
}

static void
megabyte_of_paste_submits_nothing_and_the_lock_works(void **state)
{
    struct ud_pty *p = with_key();
    static char piece[4096];

    (void)state;
    memset(piece, 'w', sizeof(piece) - 1);
    for (size_t i = 80; i < sizeof(piece) - 1; i += 80)
        piece[i] = '\r';
    ud_pty_send(p, "\033[200~");
    for (int i = 0; i < 256; i++) {
        ud_pty_send(p, piece);
        ud_pty_pump(p);
    }
    ud_pty_send(p, "\033[201~");
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, "Group 1 of 8"));
    locks(p);
    ud_pty_end(&p);
}

static void
noise_neither_crashes_nor_hangs(void **state)
{
    static const char *const words[] = { "\033", "\033[", "\033O", "\r", "\t", " ", "w", "x", "h", "f", "n", "1", "2", "8a5d",
        "\033[A", "\033[B", "\033OP", "\033OR", "\x10", "\x0c", "\x12", "\033]0;x", "\033P", "\xc3", "\xff", "\x9b", "\033[200~",
        "\033[201~", "\033[999999;999999H", "5", "INC", "\x7f", "\033[<0;1;1M" };
    struct ud_pty *p = with_key();
    unsigned n = 3;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        n = n * 1103515245u + 12345u;
        ud_pty_send(p, words[(n >> 16) % (sizeof(words) / sizeof(words[0]))]);
        if (i % 32 == 0) {
            ud_pty_pump(p);
            ud_pty_clock(p, (n >> 20) % 700);
        }
    }
    ud_pty_send(p, "\033[201~");
    ud_pty_clock(p, 600);
    ud_pty_idle(p);
    ud_pty_clock(p, 30 * 60000);
    (void)ud_pty_wait_either(p, "the PIN is", "Start unlockdesk again");
    ud_pty_end(&p);
}

static void
killed_worker_locks(void **state)
{
    struct ud_pty *p = with_key();
    int worker = below(ud_pty_pid(p), "unlockdesk-work", 0);

    (void)state;
    assert_true(worker > 0);
    kill(worker, SIGKILL);
    ud_pty_wait(p, "the PIN is");
    ud_pty_idle(p);
    assert_false(ud_pty_has(p, "Group 1"));
    ud_pty_end(&p);
}

static void
killed_launcher_locks_and_leaves_a_console_that_can_be_ended(void **state)
{
    struct ud_pty *p = with_key();
    int launcher = below(ud_pty_pid(p), "unlockdesk", 0);

    (void)state;
    for (int n = 1; launcher > 0; n++) {
        char name[64];
        int parent;
        if (stat_of(launcher, name, &parent) && parent == ud_pty_pid(p))
            break;
        launcher = below(ud_pty_pid(p), "unlockdesk", n);
    }
    assert_true(launcher > 0);
    kill(launcher, SIGKILL);
    ud_pty_wait(p, "the PIN is");
    ud_pty_key(p, "1");
    ud_pty_key(p, "C-q");
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_end(&p);
}

static void
service_killed_before_its_answer_counts_as_perhaps_shown(void **state)
{
    struct ud_pty *p = console_ready();
    int service[4], n = 0;
    char id[9];

    (void)state;
    console_open(p, "STO-LT", id);
    while (n < 4 && (service[n] = below(ud_pty_pid(p), "escrowd", n)) > 0)
        n++;
    assert_true(n >= 2);
    for (int i = 0; i < n; i++)
        kill(service[i], SIGSTOP);
    console_give_reason(p, "INC1");
    ud_pty_wait(p, "Getting the key");
    usleep(300000); /* nothing tells when the request is in the stopped service's socket */
    for (int i = 0; i < n; i++)
        kill(service[i], SIGKILL);
    ud_pty_wait(p, "may");
    ud_pty_wait(p, "had left: it may count");
    ud_pty_idle(p);
    assert_int_equal(console_groups_on_screen(p), 0);
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_that_does_not_fit_the_terminals_buffer_is_finished_by_itself),
        cmocka_unit_test(terminal_that_is_not_read_keeps_no_key_after_the_lock),
        cmocka_unit_test(storm_of_sizes_covers_the_key),
        cmocka_unit_test(megabyte_of_paste_submits_nothing_and_the_lock_works),
        cmocka_unit_test(noise_neither_crashes_nor_hangs),
        cmocka_unit_test(killed_worker_locks),
        cmocka_unit_test(killed_launcher_locks_and_leaves_a_console_that_can_be_ended),
        cmocka_unit_test(service_killed_before_its_answer_counts_as_perhaps_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
