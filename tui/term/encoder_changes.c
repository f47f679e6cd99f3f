/* What changed on the screen, written straight away: for terminals that speak ECMA-48, which today are nearly all. Those that need more care are
 * left to curses (encoder.c). A secret's cells are blanks here as well. */
#include "term/encoder_state.h"

#include <stdlib.h>
#include <string.h>

#define ERASE "\033[K"
#define NEAR  4 /* writing so many unchanged cells again takes no more bytes than stepping over them */

/* Where the terminal stands while a frame is written. */
struct pen {
    const struct ud_encoder *enc;
    struct ud_buf *out;
    int x, y;   /* -1: not known */
    bool exact; /* x can be counted on: a terminal may draw some characters wider or narrower than we think */
    uint8_t look;
};

static bool
is_same(const char *capability, const char *wanted)
{
    return capability != NULL && strcmp(capability, wanted) == 0;
}

/* The cursor goes anywhere at once, styles end at once and do not mind moving, the last column is safe to write. */
bool
ud_encoder_can_direct(void)
{
    const char *off = exit_attribute_mode;

    return MB_CUR_MAX > 1 && is_same(cursor_address, "\033[%i%p1%d;%p2%dH") && is_same(clr_eol, ERASE) && clear_screen != NULL &&
           off != NULL && (strstr(off, "\033[m") != NULL || strstr(off, "\033[0m") != NULL) && strstr(off, "$<") == NULL &&
           move_standout_mode && (eat_newline_glitch || !auto_right_margin) && magic_cookie_glitch <= 0 && !ceol_standout_glitch;
}

static void
put_number(struct ud_buf *out, int n)
{
    char digits[12];
    size_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    ud_buf_append(out, digits + at, sizeof(digits) - at);
}

static void
go(struct pen *p, int x, int y)
{
    if (p->x == x && p->y == y)
        return;
    ud_buf_append(p->out, "\033[", 2);
    if (p->exact && p->y == y && p->x >= 0 && p->x < x) {
        put_number(p->out, x - p->x);
        ud_buf_byte(p->out, 'C');
    } else {
        put_number(p->out, y + 1);
        ud_buf_byte(p->out, ';');
        put_number(p->out, x + 1);
        ud_buf_byte(p->out, 'H');
        p->exact = true;
    }
    p->x = x;
    p->y = y;
}

static void
dress(struct pen *p, uint8_t look)
{
    if (p->look == look)
        return;
    if (p->look != 0)
        ud_buf_text(p->out, exit_attribute_mode);
    if (look != 0)
        ud_buf_text(p->out, p->enc->look_on[look]);
    p->look = look;
}

static bool
is_plain(const struct ud_cell *cell)
{
    return cell->width == 1 && cell->text[1] == '\0' && cell->text[0] >= 0x20 && cell->text[0] < 0x7F;
}

static void
put_cell(struct pen *p, const struct ud_cell *cell)
{
    wchar_t wide[CCHARW_MAX + 1];

    dress(p, p->enc->look[cell->role]);
    if (cell->flags & UD_CELL_SECRET) {
        ud_buf_byte(p->out, ' ');
    } else if (is_plain(cell)) {
        ud_buf_byte(p->out, cell->text[0]);
    } else if (ud_encoder_decode(wide, cell) > 0) {
        ud_buf_text(p->out, cell->text);
        p->exact = false;
    } else {
        ud_buf_append(p->out, "??", cell->width);
    }
    p->x += cell->width;
    if (p->x >= p->enc->last->width)
        p->x = p->y = -1; /* in the last column, or one beyond it */
}

/* To a cell of a row, over unchanged ones where that is shorter. */
static void
approach(struct pen *p, const struct ud_cell *row, int x, int y)
{
    int from = p->x;

    if (p->y != y || from < 0 || from > x || x - from > NEAR) {
        go(p, x, y);
        return;
    }
    for (int i = from; i < x; i++) {
        if (!is_plain(&row[i]) || p->enc->look[row[i].role] != p->look || row[i].flags != 0) {
            go(p, x, y);
            return;
        }
    }
    while (p->x < x)
        put_cell(p, &row[p->x]);
}

static bool
differs(const struct ud_encoder *enc, const struct ud_cell *a, const struct ud_cell *b)
{
    if (memcmp(a, b, sizeof(*a)) == 0)
        return false;
    return a->flags != b->flags || a->width != b->width || enc->look[a->role] != enc->look[b->role] ||
           memcmp(a->text, b->text, sizeof(a->text)) != 0;
}

static bool
is_blank(const struct ud_encoder *enc, const struct ud_cell *cell)
{
    return is_plain(cell) && cell->text[0] == ' ' && cell->flags == 0 && enc->look[cell->role] == 0;
}

/* Says whether anything was sent. A row that ends in blanks is erased to its end where that is shorter. */
static bool
change_row(struct pen *p, const struct ud_cell *was, const struct ud_cell *row, int y)
{
    int first = 0, end = p->enc->last->width, blank = end, stop;

    while (first < end && !differs(p->enc, &was[first], &row[first]))
        first++;
    if (first == end)
        return false;
    while (blank > first && is_blank(p->enc, &row[blank - 1]))
        blank--;
    while (end > first && !differs(p->enc, &was[end - 1], &row[end - 1]))
        end--;
    stop = end > blank + NEAR ? blank : end;
    for (int x = first; x < stop; x++) {
        if ((row[x].flags & UD_CELL_TAIL) || !differs(p->enc, &was[x], &row[x]))
            continue;
        approach(p, row, x, y);
        put_cell(p, &row[x]);
    }
    if (stop < end) {
        go(p, blank, y);
        dress(p, 0);
        ud_buf_text(p->out, ERASE);
    }
    return true;
}

bool
ud_encoder_changes(struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid)
{
    struct pen p = { .enc = enc, .out = out, .x = -1, .y = -1 };
    bool any = false;

    for (int y = 0; y < grid->height; y++) {
        enc->row_sent[y] = change_row(&p, ud_grid_at(enc->last, 0, y), ud_grid_at(grid, 0, y), y);
        any |= enc->row_sent[y];
    }
    dress(&p, 0);
    return any;
}
