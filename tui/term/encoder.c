/* curses as an encoder: it draws into a memory file, whose bytes are taken and handed on. It is given no key, no signal and no
 * descriptor of the terminal, and its handlers for signals are taken out again. */
#include "term/encoder_state.h"

#include <assert.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

static const int curses_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
#define SIGNAL_COUNT (sizeof(curses_signals) / sizeof(curses_signals[0]))

/* Moves what curses has written to `out`; NULL throws it away. */
static void
harvest(struct ud_encoder *enc, struct ud_buf *out)
{
    off_t length = lseek(enc->fd, 0, SEEK_CUR);
    char chunk[4096];

    for (off_t at = 0; out && at < length;) {
        ssize_t n = pread(enc->fd, chunk, sizeof(chunk), at);

        if (n <= 0) {
            enc->failed = true;
            break;
        }
        ud_buf_append(out, chunk, (size_t)n);
        at += n;
    }
    if (lseek(enc->fd, 0, SEEK_SET) != 0 || ftruncate(enc->fd, 0) != 0)
        enc->failed = true;
}

/* A name that can be nothing but a name: it becomes part of a path inside the terminal database. */
static bool
plausible_type(const char *term)
{
    size_t length = term ? strlen(term) : 0;

    if (length == 0 || length > 64 || term[0] == '.')
        return false;
    return strspn(term, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+._") == length;
}

/* curses catches signals that were left at their default action; ours are the loop's business. */
static SCREEN *
open_screen(const char *term, FILE *file)
{
    struct sigaction saved[SIGNAL_COUNT];
    SCREEN *screen;

    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(curses_signals[i], NULL, &saved[i]);
    use_env(TRUE); /* without it a description that knows no size, as the Linux console's, is refused */
    use_tioctl(FALSE);
    screen = newterm(term, file, file);
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(curses_signals[i], &saved[i], NULL);
    return screen;
}

static void
choose_depth(struct ud_encoder *enc, enum ud_color_when when, bool no_color)
{
    enc->depth = UD_DEPTH_MONO;
    if (when == UD_COLOR_NEVER || (when == UD_COLOR_AUTO && no_color))
        return;
    if (!has_colors() || start_color() == ERR || use_default_colors() == ERR)
        return;
    enc->depth = COLORS > 256 ? UD_DEPTH_DIRECT : COLORS == 256 ? UD_DEPTH_256 : COLORS >= 8 ? UD_DEPTH_16 : UD_DEPTH_MONO;
}

static void
set_size(struct ud_encoder *enc, int width, int height)
{
    resizeterm(height, width);
    ud_grid_resize(enc->last, width, height);
    free(enc->row_sent);
    free(enc->line);
    enc->row_sent = ud_xcalloc((size_t)height, sizeof(*enc->row_sent));
    enc->line = ud_xcalloc((size_t)width + 1, sizeof(*enc->line));
    enc->full = true;
}

static enum ud_status
open_memory(struct ud_encoder *enc, struct ud_error *err)
{
    enc->fd = memfd_create("frames", MFD_CLOEXEC);
    if (enc->fd < 0)
        return ud_error_errno(err, "memory for the screen");
    enc->file = fdopen(enc->fd, "w+");
    if (!enc->file) {
        close(enc->fd);
        return ud_error_errno(err, "memory for the screen");
    }
    return UD_OK;
}

static enum ud_status
unknown_terminal(const char *term, struct ud_error *err)
{
    if (!term || !*term)
        ud_error_set(err, UD_NOTTY, "the terminal's type is not set");
    else if (plausible_type(term))
        ud_error_set(err, UD_NOTTY, "the terminal type \"%.64s\" is not known here, or cannot show full screens", term);
    else
        ud_error_set(err, UD_NOTTY, "what TERM says is no terminal type");
    ud_error_hint(err, "Set TERM to the type of your terminal, for example: TERM=xterm-256color. Most accept TERM=vt100.");
    return UD_NOTTY;
}

enum ud_status
ud_encoder_new(struct ud_encoder **out, const char *term, int width, int height, const struct ud_theme *theme,
    enum ud_color_when when, bool no_color, struct ud_error *err)
{
    struct ud_encoder *enc = NULL;
    enum ud_status st;

    *out = NULL;
    if (!plausible_type(term))
        return unknown_terminal(term, err);
    enc = ud_xcalloc(1, sizeof(*enc));
    if ((st = open_memory(enc, err)) != UD_OK) {
        free(enc);
        return st;
    }
    enc->screen = open_screen(term, enc->file);
    enc->last = ud_grid_new(1, 1);
    if (!enc->screen || !cursor_address) {
        st = unknown_terminal(term, err);
        goto out;
    }
    typeahead(-1);
    idlok(stdscr, FALSE);
    idcok(stdscr, FALSE);
    choose_depth(enc, when, no_color);
    enc->direct = ud_encoder_can_direct();
    enc->theme = *theme;
    ud_encoder_load_styles(enc);
    set_size(enc, width, height);
    refresh(); /* the first one takes over the terminal, which ud_encoder_start does for us */
    harvest(enc, NULL);
    *out = enc;
    enc = NULL;
out:
    ud_encoder_free(&enc);
    return st;
}

void
ud_encoder_free(struct ud_encoder **enc)
{
    if (!enc || !*enc)
        return;
    if ((*enc)->screen) {
        endwin();
        delscreen((*enc)->screen);
    }
    fclose((*enc)->file);
    ud_grid_free(&(*enc)->last);
    free((*enc)->row_sent);
    free((*enc)->line);
    free(*enc);
    *enc = NULL;
}

bool
ud_encoder_alternate(const struct ud_encoder *enc)
{
    (void)enc;
    return enter_ca_mode && exit_ca_mode;
}

enum ud_depth
ud_encoder_depth(const struct ud_encoder *enc)
{
    return enc->depth;
}

void
ud_encoder_theme(struct ud_encoder *enc, const struct ud_theme *theme)
{
    enc->theme = *theme;
    ud_encoder_load_styles(enc);
    enc->full = true;
}

void
ud_encoder_start(struct ud_encoder *enc, struct ud_buf *out)
{
    ud_encoder_append(out, enter_ca_mode);
    ud_encoder_append(out, keypad_xmit);
    ud_buf_text(out, PASTE_ON);
    enc->cursor = -1;
    enc->full = true;
}

void
ud_encoder_stop(struct ud_encoder *enc, struct ud_buf *out)
{
    ud_encoder_plain(enc, out);
    if (!enter_ca_mode) {
        ud_encoder_move(enc, out, 0, enc->last->height - 1);
        ud_buf_text(out, "\r\n");
    }
    ud_encoder_append(out, cursor_normal);
    ud_buf_text(out, PASTE_OFF);
    ud_encoder_append(out, keypad_local);
    ud_encoder_append(out, exit_ca_mode);
}

void
ud_encoder_resize(struct ud_encoder *enc, int width, int height)
{
    if (width < 1)
        width = 1;
    if (height < 1)
        height = 1;
    set_size(enc, width > UD_GRID_MAX ? UD_GRID_MAX : width, height > UD_GRID_MAX ? UD_GRID_MAX : height);
    harvest(enc, NULL);
}

void
ud_encoder_forget(struct ud_encoder *enc)
{
    enc->full = true;
}

/* --- a frame ------------------------------------------------------------------------------------------------------------ */

int
ud_encoder_decode(wchar_t out[CCHARW_MAX + 1], const struct ud_cell *cell)
{
    const unsigned char *p = (const unsigned char *)cell->text;
    int n = 0;

    while (*p && n < CCHARW_MAX) {
        unsigned more = *p < 0x80 ? 0 : *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : 1;
        wchar_t c = (wchar_t)(more == 0 ? *p : *p & (0x3F >> more));

        p++;
        while (more-- > 0 && (*p & 0xC0) == 0x80)
            c = c << 6 | (*p++ & 0x3F);
        out[n++] = c;
    }
    out[n] = L'\0';
    return n > 0 && wcwidth(out[0]) == cell->width ? n : 0;
}

/* One cell as curses takes it. What curses would measure differently becomes question marks of the cell's width, so that
 * nothing to the right of it can move. Returns the entries used. */
static int
put_cell(struct ud_encoder *enc, cchar_t *to, const struct ud_cell *cell)
{
    wchar_t wide[CCHARW_MAX + 1];
    attr_t attributes = enc->attributes[cell->role];
    short pair = enc->pair[cell->role];
    bool secret = cell->flags & UD_CELL_SECRET;

    if (secret || (cell->width == 1 && cell->text[1] == '\0' && cell->text[0] >= 0x20 && cell->text[0] < 0x7F)) {
        *to = enc->blank[cell->role];
        to->chars[0] = secret ? L' ' : (wchar_t)cell->text[0];
        return 1;
    }
    if (ud_encoder_decode(wide, cell) > 0 && setcchar(to, wide, attributes, pair, NULL) == OK)
        return 1;
    for (int i = 0; i < cell->width; i++)
        setcchar(&to[i], L"?", attributes, pair, NULL);
    return cell->width;
}

static void
draw_row(struct ud_encoder *enc, const struct ud_grid *grid, int y, int first, int end)
{
    const struct ud_cell *row = ud_grid_at(grid, 0, y);
    int n = 0;

    if (first > 0 && (row[first].flags & UD_CELL_TAIL))
        first--;
    for (int x = first; x < end; x++) {
        if (!(row[x].flags & UD_CELL_TAIL))
            n += put_cell(enc, &enc->line[n], &row[x]);
    }
    mvadd_wchnstr(y, first, enc->line, n);
    enc->row_sent[y] = true;
}

static bool
cursor_moved(const struct ud_encoder *enc, const struct ud_grid *grid)
{
    return grid->cursor_shown != enc->last->cursor_shown || grid->cursor_x != enc->last->cursor_x ||
           grid->cursor_y != enc->last->cursor_y;
}

static bool
draw_changes(struct ud_encoder *enc, const struct ud_grid *grid)
{
    bool changed = enc->full || cursor_moved(enc, grid);

    for (int y = 0; y < grid->height; y++) {
        int first = 0, end = grid->width;

        enc->row_sent[y] = false;
        if (enc->full || ud_grid_row_diff(enc->last, grid, y, &first, &end)) {
            draw_row(enc, grid, y, first, end);
            changed = true;
        }
    }
    return changed;
}

/* For terminals that are written to through curses. */
static void
by_curses(struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid)
{
    if (enc->full)
        clearok(curscr, TRUE);
    move(grid->cursor_y, grid->cursor_x);
    refresh();
    harvest(enc, out);
    enc->full = false;
}

/* Whatever stands on the terminal: nothing, and then what differs from that. */
static void
by_hand(struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid)
{
    ud_encoder_plain(enc, out);
    ud_encoder_append(out, clear_screen);
    ud_grid_clear(enc->last);
    (void)ud_encoder_changes(enc, out, grid);
    for (int y = 0; y < grid->height; y++)
        enc->row_sent[y] = true; /* cleared, at least */
    enc->full = false;
}

static void
show_cursor(struct ud_encoder *enc, struct ud_buf *out, bool shown)
{
    if (enc->cursor != shown)
        ud_encoder_append(out, shown ? cursor_normal : cursor_invisible);
    enc->cursor = shown;
}

enum ud_status
ud_encoder_frame(struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid, struct ud_error *err)
{
    assert(grid->width == enc->last->width && grid->height == enc->last->height);
    if (enc->direct && enc->full) {
        by_hand(enc, out, grid);
    } else if (enc->direct) {
        if (!ud_encoder_changes(enc, out, grid) && !cursor_moved(enc, grid))
            return UD_OK;
    } else {
        if (!draw_changes(enc, grid))
            return UD_OK;
        by_curses(enc, out, grid);
    }
    enc->cursor_x = grid->cursor_x;
    enc->cursor_y = grid->cursor_y;
    if (enc->direct)
        ud_encoder_back(enc, out);
    show_cursor(enc, out, grid->cursor_shown);
    ud_grid_copy(enc->last, grid);
    if (enc->failed)
        return ud_error_set(err, UD_IO, "the screen could not be drawn: memory for it is gone");
    return ud_buf_status(out, err);
}

bool
ud_encoder_touched(const struct ud_encoder *enc, struct ud_rect rect)
{
    for (int y = rect.y; y < rect.y + rect.height; y++) {
        if (y >= 0 && y < enc->last->height && enc->row_sent[y])
            return true;
    }
    return false;
}

void
ud_encoder_begin(struct ud_encoder *enc, struct ud_buf *out)
{
    if (enc->direct)
        return; /* a frame ends without a style, and curses has not drawn it */
    vid_attr(A_NORMAL, 0, NULL);
    doupdate();
    harvest(enc, out);
}
