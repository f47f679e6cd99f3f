/* The secret painter. What it sends is put together in a guarded block, sent, and wiped; the block is the only place outside
 * the secret itself where a character of it exists. */
#include "term/painter.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "grid/large.h"
#include "term/painter_font.h"

#define OUT_MAX ((size_t)16 * 1024)

enum { PLACES = 3 };

struct ud_painter {
    int fd;
    struct ud_encoder *enc;
    struct ud_secret *out;
    struct ud_buf scratch;          /* positions and styles, nothing secret */
    struct ud_rect painted[PLACES]; /* width 0: nothing there */
};

/* An open view of `out` that is being filled. */
struct pen {
    struct ud_painter *p;
    unsigned char *bytes;
    size_t length;
    bool full;
};

enum ud_status
ud_painter_new(struct ud_painter **out, int fd, struct ud_encoder *enc, struct ud_error *err)
{
    struct ud_painter *p = ud_xcalloc(1, sizeof(*p));
    enum ud_status st = ud_secret_new(&p->out, OUT_MAX, err);

    *out = NULL;
    if (st != UD_OK) {
        free(p);
        return st;
    }
    p->fd = fd;
    p->enc = enc;
    ud_buf_init(&p->scratch, 4096);
    *out = p;
    return UD_OK;
}

void
ud_painter_free(struct ud_painter **p)
{
    if (!p || !*p)
        return;
    ud_secret_free(&(*p)->out);
    ud_buf_free(&(*p)->scratch);
    free(*p);
    *p = NULL;
}

/* --- putting bytes together ------------------------------------------------------------------------------------------- */

static void
put(struct pen *pen, const void *bytes, size_t length)
{
    if (length > OUT_MAX - pen->length) {
        pen->full = true;
        return;
    }
    memcpy(pen->bytes + pen->length, bytes, length);
    pen->length += length;
}

static void
put_text(struct pen *pen, const char *text)
{
    put(pen, text, strlen(text));
}

static void
put_blanks(struct pen *pen, int count)
{
    while (count-- > 0)
        put(pen, " ", 1);
}

static void
put_scratch(struct pen *pen)
{
    struct ud_buf *scratch = &pen->p->scratch;

    if (scratch->length > 0)
        put(pen, scratch->data, scratch->length);
    ud_buf_clear(scratch);
}

static void
go(struct pen *pen, int x, int y)
{
    ud_encoder_move(pen->p->enc, &pen->p->scratch, x, y);
    put_scratch(pen);
}

static void
style(struct pen *pen, enum ud_role role)
{
    ud_encoder_plain(pen->p->enc, &pen->p->scratch);
    ud_encoder_style(pen->p->enc, &pen->p->scratch, role);
    put_scratch(pen);
}

/* --- the three places --------------------------------------------------------------------------------------------------- */

static void
blank_rect(struct pen *pen, struct ud_rect rect)
{
    for (int y = 0; rect.width > 0 && y < rect.height; y++) {
        go(pen, rect.x, rect.y + y);
        put_blanks(pen, rect.width);
    }
}

/* The cells of row `y` of one large character. */
static void
put_glyph_row(struct pen *pen, const struct ud_large *large, unsigned char c, int y)
{
    static const char *const halves[4] = { " ", "▄", "▀", "█" };
    const unsigned char *glyph = ud_font_glyph(c);

    for (int bit = UD_FONT_DOTS - 1; bit >= 0; bit--) {
        unsigned upper, lower;

        if (large->dot == 2) {
            put_text(pen, glyph[y] >> bit & 1 ? "██" : "  ");
            continue;
        }
        upper = glyph[2 * y] >> bit & 1u;
        lower = 2 * y + 1 < UD_FONT_ROWS ? glyph[2 * y + 1] >> bit & 1u : 0;
        put_text(pen, halves[upper << 1 | lower]);
    }
}

static void
put_large_row(struct pen *pen, const struct ud_large *large, const unsigned char *group, const struct ud_paint *what, int y)
{
    int x = 0;

    for (size_t i = 0; i < what->length; i++) {
        put_blanks(pen, ud_large_x(large, i) - x);
        if ((int)i == what->wrong)
            style(pen, UD_ROLE_SECRET_WRONG);
        if (large->dot > 0)
            put_glyph_row(pen, large, group[i], y);
        else
            put(pen, &group[i], 1);
        if ((int)i == what->wrong)
            style(pen, UD_ROLE_SECRET);
        x = ud_large_x(large, i) + large->character;
    }
}

static void
paint_large(struct pen *pen, const unsigned char *group, const struct ud_paint *what)
{
    struct ud_rect rect = what->large;
    struct ud_large large = ud_large_fit(rect.width, rect.height, what->length, what->half);
    int left = (rect.width - large.width) / 2, above = (rect.height - large.height) / 2;

    if (large.width > rect.width || large.height > rect.height)
        return;
    for (int y = 0; y < large.height; y++) {
        go(pen, rect.x + left, rect.y + above + y);
        put_large_row(pen, &large, group, what, y);
    }
}

/* The group as text, then word by word as far as whole words fit. */
static void
paint_spelled(struct pen *pen, const unsigned char *group, const struct ud_paint *what)
{
    int room = what->spelled.width;

    if ((int)what->length > room || what->spelled.height < 1)
        return;
    go(pen, what->spelled.x, what->spelled.y);
    put(pen, group, what->length);
    room -= (int)what->length;
    for (size_t i = 0; i < what->length; i++) {
        const char *word = what->spelling ? what->spelling->word[group[i] & 0x7F] : NULL;
        char alone[2] = { (char)group[i], '\0' };
        int gap = i == 0 || (what->half > 0 && i == what->half) ? 3 : 1;
        int cells;

        if (!what->spelling)
            break;
        cells = (int)ud_text_width(word ? word : alone, strlen(word ? word : alone));
        if ((room -= gap + cells) < 0)
            break;
        put_blanks(pen, gap);
        put_text(pen, word ? word : alone);
        explicit_bzero(alone, sizeof(alone));
    }
}

/* Length of the piece that must not be broken: up to and with the next dash. */
static size_t
piece(const unsigned char *bytes, size_t length)
{
    const unsigned char *dash = memchr(bytes, '-', length);

    return dash ? (size_t)(dash - bytes) + 1 : length;
}

static void
paint_whole(struct pen *pen, const unsigned char *bytes, size_t length, struct ud_rect rect)
{
    int x = 0, y = 0;

    go(pen, rect.x, rect.y);
    while (length > 0 && y < rect.height) {
        size_t n = piece(bytes, length);
        bool last = n == length;

        /* the dash behind a group may hang over: it is dropped at the end of a line */
        if (n > (size_t)rect.width)
            n = (size_t)rect.width;
        if (x + (int)n - !last > rect.width) {
            x = 0;
            if (++y < rect.height)
                go(pen, rect.x, rect.y + y);
            continue;
        }
        put(pen, bytes, x + (int)n > rect.width ? n - 1 : n);
        x += (int)n;
        bytes += n;
        length -= n;
    }
    if (length > 0)
        pen->full = true;
}

/* --- sending -------------------------------------------------------------------------------------------------------------- */

static enum ud_status
drain(int fd, const unsigned char *bytes, size_t length, struct ud_error *err)
{
    ud_msec end = ud_clock_now() + UD_PAINT_DRAIN;

    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        ud_msec left = end - ud_clock_now();
        struct pollfd wait = { .fd = fd, .events = POLLOUT };

        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return ud_error_set(err, UD_IO, "the terminal is gone");
        if (left <= 0)
            return ud_error_set(err, UD_TIMEOUT, "the terminal does not take what is sent to it");
        if (poll(&wait, 1, (int)left) > 0 && (wait.revents & (POLLERR | POLLHUP | POLLNVAL)))
            return ud_error_set(err, UD_IO, "the terminal is gone");
    }
    return UD_OK;
}

static struct pen
begin(struct ud_painter *p)
{
    struct pen pen = { .p = p, .bytes = ud_secret_open_write(p->out) };

    ud_encoder_begin(p->enc, &p->scratch);
    put_scratch(&pen);
    style(&pen, UD_ROLE_SECRET);
    return pen;
}

static enum ud_status
send_and_wipe(struct pen *pen, struct ud_error *err)
{
    enum ud_status st;

    ud_encoder_plain(pen->p->enc, &pen->p->scratch);
    ud_encoder_back(pen->p->enc, &pen->p->scratch);
    put_scratch(pen);
    ud_secret_set_length(pen->p->out, pen->length);
    st = pen->full ? ud_error_set(err, UD_FAILED, "the recovery key does not fit on this screen")
                   : drain(pen->p->fd, pen->bytes, pen->length, err);
    ud_secret_close(pen->p->out);
    ud_secret_wipe(pen->p->out);
    return st;
}

static bool
same_rect(struct ud_rect a, struct ud_rect b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

static bool
printable(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < 0x20 || bytes[i] > 0x7E)
            return false;
    }
    return length > 0;
}

static enum ud_status
paint_open(struct ud_painter *p, const unsigned char *bytes, size_t length, const struct ud_paint *what, struct ud_error *err)
{
    const struct ud_rect places[PLACES] = { what->large, what->spelled, what->whole };
    bool group = what->large.width > 0 || what->spelled.width > 0;
    struct pen pen;

    if (!printable(bytes, length) || (group && (what->offset > length || what->length > length - what->offset)))
        return ud_error_set(err, UD_MALFORMED, "the recovery key has an unknown form, so nothing of it is shown");
    pen = begin(p);
    for (size_t i = 0; i < PLACES; i++) {
        if (!same_rect(p->painted[i], places[i]))
            blank_rect(&pen, p->painted[i]);
    }
    for (size_t i = 0; i < PLACES; i++) {
        blank_rect(&pen, places[i]);
        p->painted[i] = places[i];
    }
    if (what->large.width > 0)
        paint_large(&pen, bytes + what->offset, what);
    if (what->spelled.width > 0)
        paint_spelled(&pen, bytes + what->offset, what);
    if (what->whole.width > 0)
        paint_whole(&pen, bytes, length, what->whole);
    return send_and_wipe(&pen, err);
}

enum ud_status
ud_painter_paint(struct ud_painter *p, struct ud_secret *secret, const struct ud_paint *what, struct ud_error *err)
{
    enum ud_status st = paint_open(p, ud_secret_open(secret), ud_secret_length(secret), what, err);

    ud_secret_close(secret);
    return st;
}

enum ud_status
ud_painter_erase(struct ud_painter *p, struct ud_error *err)
{
    struct pen pen;
    enum ud_status st;

    if (!ud_painter_painted(p))
        return UD_OK;
    pen = begin(p);
    for (size_t i = 0; i < PLACES; i++)
        blank_rect(&pen, p->painted[i]);
    st = send_and_wipe(&pen, err);
    if (st == UD_OK)
        ud_painter_forget(p);
    return st;
}

bool
ud_painter_painted(const struct ud_painter *p)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (p->painted[i].width > 0)
            return true;
    }
    return false;
}

void
ud_painter_forget(struct ud_painter *p)
{
    memset(p->painted, 0, sizeof(p->painted));
}
