/* What encoder.c, encoder_changes.c and encoder_style.c share. Not for others. */
#ifndef UD_TERM_ENCODER_STATE_H
#define UD_TERM_ENCODER_STATE_H

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>
#undef lines
#undef columns
#undef buttons

#include "term/encoder.h"

#define UD_LOOK_BYTES 128 /* what switches a style on */

struct ud_encoder {
    SCREEN *screen;
    FILE *file; /* memory file that curses believes to be the terminal */
    int fd;     /* its descriptor */
    struct ud_grid *last;
    bool full; /* the next frame repaints everything */
    bool failed;
    bool direct; /* changes are written without curses */
    int cursor;  /* 1 shown, 0 hidden, -1 not known */
    int cursor_x, cursor_y;
    bool *row_sent; /* rows the last frame wrote to */
    cchar_t *line;  /* one row on its way to curses */
    struct ud_theme theme;
    enum ud_depth depth;
    attr_t attributes[UD_ROLE_COUNT];
    short pair[UD_ROLE_COUNT];
    cchar_t blank[UD_ROLE_COUNT]; /* a blank in each role */
    uint8_t look[UD_ROLE_COUNT];  /* roles that look the same have the same number; 0: no style at all */
    char look_on[UD_ROLE_COUNT + 1][UD_LOOK_BYTES];
};

/* Wide characters of a cell as curses keeps them, and how many. 0 where it would measure them differently. */
int ud_encoder_decode(wchar_t out[CCHARW_MAX + 1], const struct ud_cell *cell);

/* Can changes be written without curses? For the terminal that curses has opened. */
bool ud_encoder_can_direct(void);
/* Appends what turns the last frame into this one, but for the cursor. Marks the rows. True where anything was sent. */
bool ud_encoder_changes(struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid);

/* Puts the theme into curses' colour pairs and attributes. */
void ud_encoder_load_styles(struct ud_encoder *enc);
/* A string of the terminal description without its padding marks; NULL appends nothing. */
void ud_encoder_append(struct ud_buf *out, const char *capability);

#endif
