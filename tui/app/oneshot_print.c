#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "base/text.h"
#include "grid/i18n.h"

#define LINE_LONGEST 512

enum ud_status
ud_print_json(struct ud_buf *b, struct ud_error *err)
{
    enum ud_status st;

    ud_buf_byte(b, '\n');
    if ((st = ud_buf_status(b, err)) == UD_OK)
        st = ud_fd_write_all(STDOUT_FILENO, b->data, b->length, err);
    return st;
}

void
ud_print_cell(const char *text, size_t cells)
{
    size_t used, length = strlen(text);
    size_t fits = ud_text_fit(text, length, cells, &used);

    (void)fwrite(text, 1, fits, stdout);
    for (; used < cells; used++)
        (void)putchar(' ');
}

void
ud_print_label(const char *label, size_t cells)
{
    size_t width = ud_text_width(label, strlen(label));

    ud_print_cell(label, width > cells ? width : cells);
    (void)putchar(' ');
}

static enum ud_status
read_line(int fd, struct ud_secret *line, struct ud_error *err)
{
    unsigned char c;

    for (;;) {
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ud_secret_length(line) > 0 ? UD_OK : ud_error_set(err, UD_CANCELLED, "Nothing was typed");
        if (c == '\n' || c == '\r')
            return UD_OK;
        enum ud_status st = ud_secret_append(line, &c, 1, err);
        if (st != UD_OK)
            return st;
    }
}

enum ud_status
ud_ask_secret(struct ud_secret **out, const char *question, struct ud_error *err)
{
    struct termios before, quiet;
    enum ud_status st;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    *out = NULL;
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0)
            (void)close(fd);
        ud_error_set(err, UD_SIGNIN, "%s", _("There is no terminal to ask for the PIN or passphrase"));
        return ud_error_hint(err, "%s", _("Run this in a terminal, or sign in first: unlockdesk sign-in"));
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    (void)tcsetattr(fd, TCSAFLUSH, &quiet);
    (void)dprintf(fd, "%s", question);
    if ((st = ud_secret_new(out, LINE_LONGEST, err)) == UD_OK)
        st = read_line(fd, *out, err);
    (void)dprintf(fd, "\n");
    (void)tcsetattr(fd, TCSAFLUSH, &before);
    (void)close(fd);
    if (st != UD_OK)
        ud_secret_free(out);
    return st;
}
