/* What encoder.c and encoder_style.c share. Not for others. */
#ifndef UD_TERM_ENCODER_STATE_H
#define UD_TERM_ENCODER_STATE_H

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>
#undef lines
#undef columns
#undef buttons

#include "term/encoder.h"

struct ud_encoder {
    SCREEN *screen;
    FILE *file; /* memory file that curses believes to be the terminal */
    int fd;     /* its descriptor */
    struct ud_grid *last;
    bool full; /* the next frame repaints everything */
    bool failed;
    bool cursor_shown;
    int cursor_x, cursor_y;
    bool *row_sent; /* rows the last frame wrote to */
    cchar_t *line;  /* one row on its way to curses */
    struct ud_theme theme;
    enum ud_depth depth;
    attr_t attributes[UD_ROLE_COUNT];
    short pair[UD_ROLE_COUNT];
};

/* Puts the theme into curses' colour pairs and attributes. */
void ud_encoder_load_styles(struct ud_encoder *enc);
/* A string of the terminal description without its padding marks; NULL appends nothing. */
void ud_encoder_append(struct ud_buf *out, const char *capability);

#endif
