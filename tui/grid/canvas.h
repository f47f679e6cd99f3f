/* A clipped window on a grid. Passed by value; drawing outside of it changes nothing. All text must be clean (base/text.h): the
 * canvas measures it in cells and never splits a wide cluster. */
#ifndef UD_GRID_CANVAS_H
#define UD_GRID_CANVAS_H

#include <stdarg.h>

#include "grid/grid.h"

struct ud_canvas {
    struct ud_grid *grid;
    int x, y;            /* origin in the grid; may lie outside the clip (scrolled content) */
    int width, height;   /* logical size */
    struct ud_rect clip; /* in grid coordinates: nothing is drawn outside */
};

/* The whole grid. */
struct ud_canvas ud_canvas_of(struct ud_grid *grid);
/* A part; negative or too large sizes are cut to what is there. */
struct ud_canvas ud_canvas_part(struct ud_canvas cv, int x, int y, int width, int height);
/* Without `n` columns left and right and `m` rows above and below. */
struct ud_canvas ud_canvas_inset(struct ud_canvas cv, int n, int m);
/* The same place with a taller content of which the rows from `offset` on are seen. */
struct ud_canvas ud_canvas_scrolled(struct ud_canvas cv, int content_height, int offset);
/* A part of at most that size in the middle. */
struct ud_canvas ud_canvas_centre(struct ud_canvas cv, int width, int height);

/* Draws at (x, y) as far as it fits; returns the cells used. */
int ud_canvas_text(struct ud_canvas cv, int x, int y, enum ud_role role, const char *text);
int ud_canvas_format(struct ud_canvas cv, int x, int y, enum ud_role role, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Draws within `cells`; what does not fit ends in an ellipsis. Returns the cells used (at most `cells`). NULL is drawn as "". */
int ud_canvas_fit(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *text);
/* The same, at the right end of the `cells`. */
int ud_canvas_fit_right(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *text);
/* Centred in the canvas, cut with an ellipsis where needed. */
int ud_canvas_centred(struct ud_canvas cv, int y, enum ud_role role, const char *text);
/* Breaks at blanks, and between the characters of scripts that have none, into lines of at most `width` cells (newlines are kept), draws them from (x, y) down and returns how many
 * there are, also where some do not fit. `draw` false only counts. */
int ud_canvas_wrap(struct ud_canvas cv, int x, int y, int width, enum ud_role role, const char *text, bool draw);

void ud_canvas_fill(struct ud_canvas cv, enum ud_role role);
/* Gives `cells` cells from (x, y) a role and keeps what they show. */
void ud_canvas_role(struct ud_canvas cv, int x, int y, int cells, enum ud_role role);
/* One character (clean, one cell) repeated. */
void ud_canvas_repeat(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *character);
/* A frame around the canvas with a title in its upper edge (NULL: none); the inside is blanked. */
void ud_canvas_box(struct ud_canvas cv, enum ud_role role, const char *title);
/* Reserves for the secret painter. Where the whole rectangle does not fit in the canvas nothing is reserved and false is
 * returned. */
bool ud_canvas_reserve(struct ud_canvas cv, enum ud_reserve what, int x, int y, int width, int height);
/* Puts the hardware cursor there (the last call of a frame counts). Ignored outside the clip. */
void ud_canvas_cursor(struct ud_canvas cv, int x, int y);

/* Cells that text takes; NULL is 0. */
int ud_cells(const char *text);

#endif
