/* Cells in memory: blanking, copying, comparing, dumping. Draws nothing; grid/canvas.c does. */
#include "grid/grid.h"

#include <stdlib.h>
#include <string.h>

static const struct ud_cell blank = { .text = " ", .width = 1, .role = UD_ROLE_TEXT };

static int
clamp_size(int n)
{
    return n < 1 ? 1 : n > UD_GRID_MAX ? UD_GRID_MAX : n;
}

static size_t
cell_count(const struct ud_grid *grid)
{
    return (size_t)grid->width * (size_t)grid->height;
}

void
ud_grid_clear(struct ud_grid *grid)
{
    size_t count = cell_count(grid);

    for (size_t i = 0; i < count; i++)
        grid->cell[i] = blank;
    grid->cursor_shown = false;
    grid->cursor_x = grid->cursor_y = 0;
    memset(grid->reserved, 0, sizeof(grid->reserved));
}

struct ud_grid *
ud_grid_new(int width, int height)
{
    struct ud_grid *grid = ud_xcalloc(1, sizeof(*grid));

    ud_grid_resize(grid, width, height);
    return grid;
}

void
ud_grid_free(struct ud_grid **grid)
{
    if (!grid || !*grid)
        return;
    free((*grid)->cell);
    free(*grid);
    *grid = NULL;
}

void
ud_grid_resize(struct ud_grid *grid, int width, int height)
{
    grid->width = clamp_size(width);
    grid->height = clamp_size(height);
    grid->cell = ud_xrealloc(grid->cell, cell_count(grid), sizeof(*grid->cell));
    ud_grid_clear(grid);
}

void
ud_grid_copy(struct ud_grid *to, const struct ud_grid *from)
{
    if (to->width != from->width || to->height != from->height)
        ud_grid_resize(to, from->width, from->height);
    memcpy(to->cell, from->cell, cell_count(from) * sizeof(*from->cell));
    to->cursor_shown = from->cursor_shown;
    to->cursor_x = from->cursor_x;
    to->cursor_y = from->cursor_y;
    memcpy(to->reserved, from->reserved, sizeof(to->reserved));
}

const struct ud_cell *
ud_grid_at(const struct ud_grid *grid, int x, int y)
{
    if (x < 0 || y < 0 || x >= grid->width || y >= grid->height)
        return NULL;
    return &grid->cell[(size_t)y * (size_t)grid->width + (size_t)x];
}

/* Bytes behind a cell's NUL are always zero, and the struct has no padding. */
static bool
cell_equal(const struct ud_cell *a, const struct ud_cell *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

bool
ud_grid_row_diff(const struct ud_grid *a, const struct ud_grid *b, int y, int *first, int *end)
{
    const struct ud_cell *p = ud_grid_at(a, 0, y), *q = ud_grid_at(b, 0, y);
    int from = 0, to = a->width;

    while (from < to && cell_equal(&p[from], &q[from]))
        from++;
    while (to > from && cell_equal(&p[to - 1], &q[to - 1]))
        to--;
    *first = from;
    *end = to;
    return from < to;
}

bool
ud_grid_equal(const struct ud_grid *a, const struct ud_grid *b)
{
    int first, end;

    if (a->width != b->width || a->height != b->height || a->cursor_shown != b->cursor_shown)
        return false;
    if (a->cursor_shown && (a->cursor_x != b->cursor_x || a->cursor_y != b->cursor_y))
        return false;
    for (int y = 0; y < a->height; y++) {
        if (ud_grid_row_diff(a, b, y, &first, &end))
            return false;
    }
    return true;
}

static bool
shows_nothing(const struct ud_cell *cell)
{
    return !(cell->flags & (UD_CELL_SECRET | UD_CELL_TAIL)) && strcmp(cell->text, " ") == 0;
}

void
ud_grid_dump_text(struct ud_buf *out, const struct ud_grid *grid)
{
    for (int y = 0; y < grid->height; y++) {
        const struct ud_cell *row = ud_grid_at(grid, 0, y);
        int end = grid->width;

        while (end > 0 && shows_nothing(&row[end - 1]))
            end--;
        for (int x = 0; x < end; x++)
            ud_buf_text(out, row[x].flags & UD_CELL_SECRET ? "." : row[x].text);
        ud_buf_byte(out, '\n');
    }
}

void
ud_grid_dump_style(struct ud_buf *out, const struct ud_grid *grid)
{
    for (int y = 0; y < grid->height; y++) {
        const struct ud_cell *row = ud_grid_at(grid, 0, y);
        int end = grid->width;

        while (end > 0 && row[end - 1].role == UD_ROLE_TEXT)
            end--;
        for (int x = 0; x < end; x++)
            ud_buf_byte(out, ud_role_letter((enum ud_role)row[x].role));
        ud_buf_byte(out, '\n');
    }
    if (grid->cursor_shown)
        ud_buf_format(out, "cursor %d,%d\n", grid->cursor_x, grid->cursor_y);
    else
        ud_buf_text(out, "cursor hidden\n");
}
