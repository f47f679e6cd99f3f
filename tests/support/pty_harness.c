#include "tests/support/pty_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <vterm.h>

#include "tests/support/program.h"

#define PATIENCE 20 /* seconds */

struct ud_pty {
    pid_t pid;
    int fd, idle_fd;
    int width, height;
    VTerm *vt;
    VTermScreen *screen;
    char home[64];
    bool own_home;
    int64_t *clock;
    unsigned presses;
    unsigned marks; /* idle marks since the last key */
    bool closed;
    int status;
    char *bytes;
    size_t length, room;
    char row[4096];
};

static int64_t
now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
keep(struct ud_pty *p, const char *bytes, size_t length)
{
    if (p->length + length + 1 > p->room) {
        p->room = (p->length + length + 1) * 2;
        p->bytes = realloc(p->bytes, p->room);
        assert_non_null(p->bytes);
    }
    memcpy(p->bytes + p->length, bytes, length);
    p->length += length;
}

static void
from_terminal(struct ud_pty *p)
{
    char bytes[16384];
    ssize_t n = read(p->fd, bytes, sizeof(bytes));

    if (n > 0) {
        keep(p, bytes, (size_t)n);
        vterm_input_write(p->vt, bytes, (size_t)n);
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        p->closed = true;
    }
}

/* One wait of at most `ms`. */
static void
pump(struct ud_pty *p, int ms)
{
    struct pollfd f[2] = { { .fd = p->closed ? -1 : p->fd, .events = POLLIN }, { .fd = p->idle_fd, .events = POLLIN } };
    char marks[64];
    ssize_t n;

    if (poll(f, 2, ms) <= 0)
        return;
    if (f[0].revents)
        from_terminal(p);
    if (f[1].revents && (n = read(p->idle_fd, marks, sizeof(marks))) > 0)
        p->marks += (unsigned)n;
}

void
ud_pty_pump(struct ud_pty *p)
{
    pump(p, 0);
}

/* --- start and end ------------------------------------------------------------------------------------------------------------------------ */

static void
child(const struct ud_pty_options *o, const char *home, int idle)
{
    char path[512], home_var[96], clock_var[128], idle_var[48], term_var[96], run_var[96];
    const char *env[40];
    size_t n = 0;

    (void)snprintf(home_var, sizeof(home_var), "HOME=%s", home);
    (void)snprintf(run_var, sizeof(run_var), "XDG_RUNTIME_DIR=%s", home);
    (void)snprintf(clock_var, sizeof(clock_var), "UD_SEAM_CLOCK=%s/clock", home);
    (void)snprintf(idle_var, sizeof(idle_var), "UD_SEAM_IDLE_FD=%d", idle);
    (void)snprintf(term_var, sizeof(term_var), "TERM=%s", o->term != NULL ? o->term : "xterm-256color");
    env[n++] = home_var;
    env[n++] = run_var;
    env[n++] = clock_var;
    env[n++] = idle_var;
    env[n++] = term_var;
    env[n++] = "LANG=C.UTF-8";
    env[n++] = "TZ=UTC";
    env[n++] = "PATH=/usr/bin:/bin";
    for (size_t i = 0; o->env != NULL && o->env[i] != NULL && n < 39; i++)
        env[n++] = o->env[i];
    env[n] = NULL;
    if (o->argv[0][0] == '/')
        (void)snprintf(path, sizeof(path), "%s", o->argv[0]);
    else
        ud_build_path(path, sizeof(path), o->argv[0]);
    (void)execve(path, (char *const *)o->argv, (char *const *)env);
    (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
    _exit(127);
}

static void
make_clock(struct ud_pty *p)
{
    char path[96];
    int64_t zero = 0;
    int fd;

    (void)snprintf(path, sizeof(path), "%s/clock", p->home);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, &zero, sizeof(zero)) == (ssize_t)sizeof(zero));
    p->clock = mmap(NULL, sizeof(*p->clock), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(p->clock != MAP_FAILED);
    (void)close(fd);
}

struct ud_pty *
ud_pty_start(const struct ud_pty_options *o)
{
    struct ud_pty *p = calloc(1, sizeof(*p));
    struct winsize size;
    int idle[2];

    assert_non_null(p);
    p->width = o->width > 0 ? o->width : 80;
    p->height = o->height > 0 ? o->height : 24;
    p->own_home = o->home == NULL;
    (void)snprintf(p->home, sizeof(p->home), "%s", p->own_home ? "/tmp/ud-pty-XXXXXX" : o->home);
    if (p->own_home)
        assert_non_null(mkdtemp(p->home));
    make_clock(p);
    assert_int_equal(pipe(idle), 0);
    (void)fcntl(idle[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(idle[0], F_SETFL, O_NONBLOCK);
    p->idle_fd = idle[0];
    p->vt = vterm_new(p->height, p->width);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
    size = (struct winsize){ .ws_row = (unsigned short)p->height, .ws_col = (unsigned short)p->width };
    p->pid = forkpty(&p->fd, NULL, NULL, &size);
    assert_true(p->pid >= 0);
    if (p->pid == 0)
        child(o, p->home, idle[1]);
    (void)close(idle[1]);
    (void)fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    return p;
}

static void
remove_home(const char *home)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf -- '%s'", home);
    (void)!system(command);
}

void
ud_pty_end(struct ud_pty **at)
{
    struct ud_pty *p = *at;

    if (p == NULL)
        return;
    (void)close(p->fd);
    p->closed = true;
    if (p->pid > 0)
        (void)ud_pty_exit(p);
    (void)close(p->idle_fd);
    vterm_free(p->vt);
    (void)munmap(p->clock, sizeof(*p->clock));
    if (p->own_home)
        remove_home(p->home);
    free(p->bytes);
    free(p);
    *at = NULL;
}

pid_t
ud_pty_pid(const struct ud_pty *p)
{
    return p->pid;
}

const char *
ud_pty_home(const struct ud_pty *p)
{
    return p->home;
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------------------ */

void
ud_pty_send(struct ud_pty *p, const char *bytes)
{
    size_t left = strlen(bytes);

    pump(p, 0);
    p->marks = 0;
    while (left > 0) {
        ssize_t n = write(p->fd, bytes, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            pump(p, 50);
            continue;
        }
        if (n < 0)
            return; /* the program is gone: the next wait says so */
        bytes += n;
        left -= (size_t)n;
    }
}

void
ud_pty_key(struct ud_pty *p, const char *name)
{
    static const struct {
        const char *name, *bytes;
    } keys[] = {
        { "Enter", "\r" },
        { "Esc", "\033" },
        { "Tab", "\t" },
        { "Space", " " },
        { "Backspace", "\177" },
        { "Up", "\033OA" },
        { "Down", "\033OB" },
        { "Right", "\033OC" },
        { "Left", "\033OD" },
        { "PgUp", "\033[5~" },
        { "PgDn", "\033[6~" },
        { "Home", "\033OH" },
        { "End", "\033OF" },
        { "Shift-Tab", "\033[Z" },
        { "F6", "\033[17~" },
        { "F1", "\033OP" },
        { "F2", "\033OQ" },
        { "F3", "\033OR" },
        { "F4", "\033OS" },
        { "F5", "\033[15~" },
        { "F6", "\033[17~" },
        { "F7", "\033[18~" },
        { "F8", "\033[19~" },
    };
    char one[2] = "";

    p->presses++;
    if (name[0] == 'C' && name[1] == '-' && name[2] != '\0') {
        one[0] = (char)(name[2] & 0x1f);
        ud_pty_send(p, one);
        return;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i].name, name) == 0) {
            ud_pty_send(p, keys[i].bytes);
            return;
        }
    ud_pty_send(p, name);
}

void
ud_pty_type(struct ud_pty *p, const char *text)
{
    for (; *text != '\0'; text++)
        ud_pty_key(p, (char[]){ *text, '\0' });
    ud_pty_idle(p);
}

unsigned
ud_pty_presses(const struct ud_pty *p)
{
    return p->presses;
}

void
ud_pty_clock(struct ud_pty *p, int64_t milliseconds)
{
    pump(p, 0);
    p->marks = 0;
    *(volatile int64_t *)p->clock += milliseconds;
}

void
ud_pty_pause(struct ud_pty *p)
{
    ud_pty_clock(p, 200);
}

void
ud_pty_resize(struct ud_pty *p, int width, int height)
{
    struct winsize size = { .ws_row = (unsigned short)height, .ws_col = (unsigned short)width };

    pump(p, 0);
    p->marks = 0;
    p->width = width;
    p->height = height;
    vterm_set_size(p->vt, height, width);
    (void)ioctl(p->fd, TIOCSWINSZ, &size);
}

/* --- what is on the screen ---------------------------------------------------------------------------------------------------------------------- */

static size_t
put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

const char *
ud_pty_row(struct ud_pty *p, int y)
{
    size_t n = 0;

    for (int x = 0; x < p->width && n < sizeof(p->row) - 32;) {
        VTermScreenCell cell;
        VTermPos at = { .row = y, .col = x };
        if (!vterm_screen_get_cell(p->screen, at, &cell))
            break;
        if (cell.chars[0] == 0)
            p->row[n++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && cell.chars[i] != (uint32_t)-1; i++)
            n += put_utf8(p->row + n, cell.chars[i]);
        x += cell.width > 0 ? cell.width : 1;
    }
    while (n > 0 && p->row[n - 1] == ' ')
        n--;
    p->row[n] = '\0';
    return p->row;
}

int
ud_pty_find(struct ud_pty *p, const char *text)
{
    for (int y = 0; y < p->height; y++)
        if (strstr(ud_pty_row(p, y), text) != NULL)
            return y;
    return -1;
}

bool
ud_pty_has(struct ud_pty *p, const char *text)
{
    return ud_pty_find(p, text) >= 0;
}

char *
ud_pty_screen(struct ud_pty *p)
{
    char *out = calloc((size_t)p->height, 4096);
    size_t n = 0;

    assert_non_null(out);
    for (int y = 0; y < p->height; y++)
        n += (size_t)snprintf(out + n, 4096, "%s\n", ud_pty_row(p, y));
    return out;
}

void
ud_pty_cursor(struct ud_pty *p, int *x, int *y)
{
    VTermPos at;

    vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
    *x = at.col;
    *y = at.row;
}

struct ud_pty_cell
ud_pty_cell(struct ud_pty *p, int x, int y)
{
    struct ud_pty_cell out = { .text = "" };
    VTermScreenCell cell;

    if (!vterm_screen_get_cell(p->screen, (VTermPos){ .row = y, .col = x }, &cell))
        return out;
    if (cell.chars[0] != 0)
        (void)put_utf8(out.text, cell.chars[0]);
    out.reverse = cell.attrs.reverse;
    out.bold = cell.attrs.bold;
    out.coloured = !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    return out;
}

const char *
ud_pty_bytes(const struct ud_pty *p, size_t *length)
{
    *length = p->length;
    return p->bytes;
}

/* --- waiting ---------------------------------------------------------------------------------------------------------------------------------------- */

static void
give_up(struct ud_pty *p, const char *what)
{
    char *screen = ud_pty_screen(p);

    print_error("%s did not come. The screen:\n%s", what, screen);
    free(screen);
    fail();
}

int
ud_pty_wait_either(struct ud_pty *p, const char *a, const char *b)
{
    int64_t end = now_ms() + PATIENCE * 1000;

    for (;;) {
        if (ud_pty_has(p, a))
            return 0;
        if (b != NULL && ud_pty_has(p, b))
            return 1;
        if (now_ms() > end || p->closed)
            give_up(p, a);
        pump(p, 100);
    }
}

void
ud_pty_wait(struct ud_pty *p, const char *text)
{
    (void)ud_pty_wait_either(p, text, NULL);
}

void
ud_pty_wait_gone(struct ud_pty *p, const char *text)
{
    int64_t end = now_ms() + PATIENCE * 1000;

    while (ud_pty_has(p, text)) {
        if (now_ms() > end)
            give_up(p, "its end");
        pump(p, 100);
    }
}

void
ud_pty_idle(struct ud_pty *p)
{
    int64_t end = now_ms() + PATIENCE * 1000;

    while (p->marks == 0) {
        if (now_ms() > end || p->closed)
            give_up(p, "the idle mark");
        pump(p, 100);
    }
    /* What was written before the mark may still be on its way through the line discipline. */
    for (size_t before = p->length + 1; before != p->length;) {
        before = p->length;
        pump(p, 15);
    }
}

int
ud_pty_exit(struct ud_pty *p)
{
    int64_t end = now_ms() + PATIENCE * 1000;
    int status = 0;

    while (p->pid > 0 && waitpid(p->pid, &status, WNOHANG) == 0) {
        if (now_ms() > end) {
            (void)kill(p->pid, SIGKILL);
            (void)waitpid(p->pid, &status, 0);
            p->pid = -1;
            fail_msg("the program did not end");
        }
        pump(p, 20);
    }
    if (p->pid > 0)
        p->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    p->pid = -1;
    return p->status;
}
