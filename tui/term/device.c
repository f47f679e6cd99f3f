/* The terminal as a file. Opens it anew, so that O_NONBLOCK stays ours, and never waits for it. */
#include "term/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "grid/grid.h"
#include "term/restore.h"

#define QUEUE_MAX ((size_t)4 * 1024 * 1024)

struct ud_tty {
    int fd;
    struct termios modes; /* as found */
    int mode;             /* permission as found; -1: not changed */
    bool raw;
    struct ud_buf queue;
};

static int
open_again(int fd)
{
    char path[256];
    int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    int fresh = -1;

    if (ttyname_r(fd, path, sizeof(path)) == 0)
        fresh = open(path, flags);
    if (fresh < 0) {
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        fresh = open(path, flags);
    }
    return fresh;
}

/* Nobody else writes to this terminal while we run. */
static int
close_to_others(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !(st.st_mode & (S_IWGRP | S_IWOTH)))
        return -1;
    if (fchmod(fd, st.st_mode & 07777 & ~(mode_t)(S_IWGRP | S_IWOTH)) != 0)
        return -1;
    return (int)(st.st_mode & 07777);
}

enum ud_status
ud_tty_open(struct ud_tty **out, int fd, struct ud_error *err)
{
    struct ud_tty *tty = ud_xcalloc(1, sizeof(*tty));

    *out = NULL;
    tty->fd = -1;
    if (isatty(fd))
        tty->fd = open_again(fd);
    if (tty->fd < 0 || tcgetattr(tty->fd, &tty->modes) != 0) {
        if (tty->fd >= 0)
            close(tty->fd);
        free(tty);
        ud_error_set(err, UD_NOTTY, "the console needs a terminal, and there is none");
        ud_error_hint(err, "Start it in a terminal window, or over SSH with: ssh -t HOST unlockdesk");
        return UD_NOTTY;
    }
    ud_buf_init(&tty->queue, QUEUE_MAX);
    tty->mode = close_to_others(tty->fd);
    *out = tty;
    return UD_OK;
}

void
ud_tty_free(struct ud_tty **tty)
{
    if (!tty || !*tty)
        return;
    ud_tty_cooked(*tty);
    if ((*tty)->mode >= 0 && fchmod((*tty)->fd, (mode_t)(*tty)->mode) != 0)
        (*tty)->mode = -1;
    close((*tty)->fd);
    ud_buf_free(&(*tty)->queue);
    free(*tty);
    *tty = NULL;
}

int
ud_tty_fd(const struct ud_tty *tty)
{
    return tty->fd;
}

enum ud_status
ud_tty_raw(struct ud_tty *tty, const struct ud_buf *undo, struct ud_error *err)
{
    struct termios raw = tty->modes;

    cfmakeraw(&raw);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    ud_restore_save(tty->fd, &tty->modes, undo->data, undo->length, tty->mode);
    if (tcsetattr(tty->fd, TCSANOW, &raw) != 0)
        return ud_error_errno(err, "terminal modes");
    tty->raw = true;
    return ud_restore_install(err);
}

void
ud_tty_cooked(struct ud_tty *tty)
{
    if (!tty->raw)
        return;
    ud_restore_forget();
    tcsetattr(tty->fd, TCSANOW, &tty->modes);
    tty->raw = false;
}

static int
sane(int n, int otherwise)
{
    return n <= 0 ? otherwise : n > UD_GRID_MAX ? UD_GRID_MAX : n;
}

void
ud_tty_size(const struct ud_tty *tty, int *width, int *height)
{
    struct winsize size = { 0 };

    if (ioctl(tty->fd, TIOCGWINSZ, &size) != 0)
        memset(&size, 0, sizeof(size));
    *width = sane(size.ws_col, 80);
    *height = sane(size.ws_row, 24);
}

struct ud_buf *
ud_tty_queue(struct ud_tty *tty)
{
    return &tty->queue;
}

enum ud_status
ud_tty_send(struct ud_tty *tty, struct ud_error *err)
{
    size_t sent = 0;
    enum ud_status st = ud_buf_status(&tty->queue, err);

    while (st == UD_OK && sent < tty->queue.length) {
        ssize_t n = write(tty->fd, tty->queue.data + sent, tty->queue.length - sent);

        if (n > 0)
            sent += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            break;
        else if (n == 0 || errno != EINTR)
            st = ud_error_set(err, UD_IO, "the terminal is gone");
    }
    ud_buf_drop(&tty->queue, sent);
    return st;
}

size_t
ud_tty_pending(const struct ud_tty *tty)
{
    return tty->queue.length;
}

ssize_t
ud_tty_read(struct ud_tty *tty, void *out, size_t size)
{
    ssize_t n;

    do
        n = read(tty->fd, out, size);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    return n > 0 ? n : -1;
}

void
ud_tty_flush_input(struct ud_tty *tty)
{
    tcflush(tty->fd, TCIFLUSH);
}
