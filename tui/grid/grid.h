/* The cell grid: what a frame looks like before any terminal is involved. Pure memory. */
#ifndef UD_GRID_GRID_H
#define UD_GRID_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "grid/role.h"

#define UD_CELL_BYTES 13 /* a grapheme cluster with its NUL, so that a cell has 16 bytes; longer clusters lose their last marks */
#define UD_GRID_MAX   1000 /* most columns and most rows */

enum ud_cell_flag {
    UD_CELL_TAIL = 1,   /* right half of a wide cluster; text is empty */
    UD_CELL_SECRET = 2, /* reserved for the secret painter: always drawn blank, dumped as a dot */
};

struct ud_cell {
    char text[UD_CELL_BYTES]; /* UTF-8 with NUL; never empty but in a tail */
    uint8_t width;            /* 1 or 2; 0 in a tail */
    uint8_t role;             /* enum ud_role */
    uint8_t flags;            /* enum ud_cell_flag */
};

struct ud_rect {
    int x, y, width, height;
};

/* Places that views reserve for the secret painter (term/painter.h) and that the loop reads back after drawing. */
enum ud_reserve {
    UD_RESERVE_LARGE,   /* the group in large digits */
    UD_RESERVE_SPELLED, /* one line: the group as text and spelled */
    UD_RESERVE_WHOLE,   /* the whole key */
    UD_RESERVE_COUNT
};

struct ud_grid {
    int width, height;
    struct ud_cell *cell; /* height rows of width cells */
    bool cursor_shown;
    int cursor_x, cursor_y;
    struct ud_rect reserved[UD_RESERVE_COUNT]; /* width 0: not reserved in this frame */
};

/* A grid of blanks. Sizes outside 1..UD_GRID_MAX are clamped. Free with ud_grid_free. */
struct ud_grid *ud_grid_new(int width, int height);
void ud_grid_free(struct ud_grid **grid);
/* Blanks everything: role text, no cursor, nothing reserved. Every frame starts so. */
void ud_grid_clear(struct ud_grid *grid);
/* New size, content blank. */
void ud_grid_resize(struct ud_grid *grid, int width, int height);
/* Makes `to` an exact copy of `from` (size too). */
void ud_grid_copy(struct ud_grid *to, const struct ud_grid *from);
/* Borrowed; NULL outside. */
const struct ud_cell *ud_grid_at(const struct ud_grid *grid, int x, int y);

/* The first and the one-past-last column in which row `y` of two grids of one size differs; false where it does not. */
bool ud_grid_row_diff(const struct ud_grid *a, const struct ud_grid *b, int y, int *first, int *end);
bool ud_grid_equal(const struct ud_grid *a, const struct ud_grid *b);

/* Plain text: one line a row, trailing blanks cut, secret cells as dots. */
void ud_grid_dump_text(struct ud_buf *out, const struct ud_grid *grid);
/* The same with the role's letter in place of each cell ('.' text); trailing dots cut. The cursor's place stands in a last
 * line. */
void ud_grid_dump_style(struct ud_buf *out, const struct ud_grid *grid);

#endif
