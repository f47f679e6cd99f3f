/* The terminal as a file, on a pseudo-terminal: modes, permission, queue, crash, clipboard. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/seal.h"
#include "term/clipboard.h"
#include "term/device.h"
#include "term/restore.h"

struct pty {
    int master, slave;
};

static void
open_pty(struct pty *p)
{
    p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(p->master >= 0);
    assert_int_equal(grantpt(p->master), 0);
    assert_int_equal(unlockpt(p->master), 0);
    p->slave = open(ptsname(p->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(p->slave >= 0);
}

static void
close_pty(struct pty *p)
{
    close(p->slave);
    close(p->master);
}

static mode_t
mode_of(int fd)
{
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    return st.st_mode & 0777;
}

static bool
is_raw(int fd)
{
    struct termios modes;

    assert_int_equal(tcgetattr(fd, &modes), 0);
    return !(modes.c_lflag & (ICANON | ECHO | ISIG));
}

static void
nobody_else_may_write_to_the_terminal_while_we_run(void **state)
{
    struct ud_tty *tty;
    struct pty p;

    (void)state;
    open_pty(&p);
    assert_int_equal(fchmod(p.slave, 0622), 0);
    assert_int_equal(ud_tty_open(&tty, p.slave, NULL), UD_OK);
    assert_int_equal(mode_of(p.slave), 0600);
    ud_tty_free(&tty);
    assert_int_equal(mode_of(p.slave), 0622);
    close_pty(&p);
}

static void
modes_come_back_and_nonblocking_stays_ours(void **state)
{
    struct ud_tty *tty;
    struct ud_buf undo;
    struct pty p;

    (void)state;
    open_pty(&p);
    ud_buf_init(&undo, 100);
    assert_int_equal(ud_tty_open(&tty, p.slave, NULL), UD_OK);
    assert_int_equal(ud_tty_raw(tty, &undo, NULL), UD_OK);
    assert_true(is_raw(p.slave));
    assert_false(fcntl(p.slave, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(ud_tty_fd(tty), F_GETFL) & O_NONBLOCK);
    ud_tty_cooked(tty);
    assert_false(is_raw(p.slave));
    assert_int_equal(ud_tty_raw(tty, &undo, NULL), UD_OK);
    ud_tty_free(&tty);
    assert_false(is_raw(p.slave));
    ud_buf_free(&undo);
    close_pty(&p);
}

static void
what_is_no_terminal_is_refused_with_a_sentence(void **state)
{
    struct ud_error err = { 0 };
    struct ud_tty *tty;
    int pair[2];

    (void)state;
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(ud_tty_open(&tty, pair[0], &err), UD_NOTTY);
    assert_null(tty);
    assert_true(err.hint[0]);
    close(pair[0]);
    close(pair[1]);
}

static void
sizes_that_make_no_sense_are_put_right(void **state)
{
    static const struct {
        unsigned short columns, rows;
        int width, height;
    } table[] = { { 0, 0, 80, 24 }, { 100, 30, 100, 30 }, { 1, 500, 1, 500 }, { 65535, 65535, 1000, 1000 } };
    struct ud_tty *tty;
    struct pty p;

    (void)state;
    open_pty(&p);
    assert_int_equal(ud_tty_open(&tty, p.slave, NULL), UD_OK);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct winsize size = { .ws_col = table[i].columns, .ws_row = table[i].rows };
        int width, height;

        assert_int_equal(ioctl(p.master, TIOCSWINSZ, &size), 0);
        ud_tty_size(tty, &width, &height);
        assert_int_equal(width, table[i].width);
        assert_int_equal(height, table[i].height);
    }
    ud_tty_free(&tty);
    close_pty(&p);
}

static void
a_stalled_terminal_never_blocks_and_loses_nothing(void **state)
{
    enum { LENGTH = 300000 };
    struct ud_tty *tty;
    struct ud_buf undo;
    struct pty p;
    size_t got = 0;
    char chunk[8192];

    (void)state;
    open_pty(&p);
    ud_buf_init(&undo, 100);
    assert_int_equal(ud_tty_open(&tty, p.slave, NULL), UD_OK);
    assert_int_equal(ud_tty_raw(tty, &undo, NULL), UD_OK);
    for (int i = 0; i < LENGTH; i++)
        ud_buf_byte(ud_tty_queue(tty), (char)('a' + i % 26));
    assert_int_equal(ud_tty_send(tty, NULL), UD_OK);
    assert_true(ud_tty_pending(tty) > 0);
    while (got < LENGTH) {
        struct pollfd wait = { .fd = p.master, .events = POLLIN };
        ssize_t n;

        assert_int_equal(ud_tty_send(tty, NULL), UD_OK);
        assert_int_equal(poll(&wait, 1, 5000), 1);
        n = read(p.master, chunk, sizeof(chunk));
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(chunk[i], 'a' + (int)((got + (size_t)i) % 26));
        got += (size_t)n;
    }
    assert_int_equal(ud_tty_pending(tty), 0);
    ud_tty_free(&tty);
    ud_buf_free(&undo);
    close_pty(&p);
}

static void
a_terminal_that_hung_up_is_noticed(void **state)
{
    struct ud_tty *tty;
    struct pty p;
    char c;

    (void)state;
    open_pty(&p);
    assert_int_equal(ud_tty_open(&tty, p.slave, NULL), UD_OK);
    assert_int_equal(ud_tty_read(tty, &c, 1), 0);
    close(p.master);
    assert_int_equal(ud_tty_read(tty, &c, 1), -1);
    ud_buf_text(ud_tty_queue(tty), "x");
    assert_int_equal(ud_tty_send(tty, NULL), UD_IO);
    ud_tty_free(&tty);
    close(p.slave);
}

static _Noreturn void
crash(int slave, int sig)
{
    struct ud_secret *secret = NULL;
    struct ud_tty *tty;
    struct ud_buf undo;

    ud_buf_init(&undo, 100);
    ud_buf_text(&undo, "UNDONE");
    if (ud_seal_init(NULL) != UD_OK || ud_secret_new(&secret, 64, NULL) != UD_OK || ud_tty_open(&tty, slave, NULL) != UD_OK ||
        ud_tty_raw(tty, &undo, NULL) != UD_OK)
        _exit(99);
    raise(sig);
    _exit(98);
}

static void
a_crash_leaves_the_terminal_as_it_was_and_dies_of_its_signal(void **state)
{
#ifdef UD_SANITIZED
    static const int signals[] = { SIGQUIT, SIGSYS };
#else
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS, SIGTRAP };
#endif

    (void)state;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        char text[64] = { 0 };
        struct pty p;
        int status;
        pid_t pid;

        open_pty(&p);
        assert_int_equal(fchmod(p.slave, 0620), 0);
        pid = fork();
        if (pid == 0) {
            for (size_t j = 0; j < sizeof(signals) / sizeof(signals[0]); j++)
                signal(signals[j], SIG_DFL);
            crash(p.slave, signals[i]);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_false(is_raw(p.slave));
        assert_int_equal(mode_of(p.slave), 0620);
        assert_int_equal(read(p.master, text, sizeof(text) - 1), 6);
        assert_string_equal(text, "UNDONE");
        close_pty(&p);
    }
}

static void
text_for_the_clipboard_is_one_sequence_without_a_question(void **state)
{
    struct ud_buf out;
    char longest[UD_CLIPBOARD_MAX + 2];

    (void)state;
    ud_buf_init(&out, 100000);
    assert_int_equal(ud_clipboard_write(&out, "Lost PIN\n", NULL), UD_OK);
    assert_string_equal(out.data, "\033]52;c;TG9zdCBQSU4K\033\\");
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    ud_buf_clear(&out);
    assert_int_equal(ud_clipboard_write(&out, longest, NULL), UD_INVALID);
    assert_int_equal(out.length, 0);
    ud_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_else_may_write_to_the_terminal_while_we_run),
        cmocka_unit_test(modes_come_back_and_nonblocking_stays_ours),
        cmocka_unit_test(what_is_no_terminal_is_refused_with_a_sentence),
        cmocka_unit_test(sizes_that_make_no_sense_are_put_right),
        cmocka_unit_test(a_stalled_terminal_never_blocks_and_loses_nothing),
        cmocka_unit_test(a_terminal_that_hung_up_is_noticed),
        cmocka_unit_test(a_crash_leaves_the_terminal_as_it_was_and_dies_of_its_signal),
        cmocka_unit_test(text_for_the_clipboard_is_one_sequence_without_a_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
