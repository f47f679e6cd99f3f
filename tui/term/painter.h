/* The secret painter: the one function that puts a recovery key on the terminal, byte by byte from the guarded block to the
 * terminal's descriptor, past curses, the grid and every buffer but its own, which is wiped before it returns. And the erase
 * that overwrites exactly those cells. */
#ifndef UD_TERM_PAINTER_H
#define UD_TERM_PAINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"
#include "grid/grid.h"
#include "term/encoder.h"

#define UD_PAINT_DRAIN 500 /* ms a terminal may take to accept the bytes */

/* How to say the characters of a group: by ASCII code, NULL where a character speaks for itself. Translated by the caller. */
struct ud_spelling {
    const char *word[128];
};

struct ud_paint {
    size_t offset, length;              /* the group within the secret's content */
    struct ud_rect large;               /* width 0: not painted. In the form that ud_large_fit (grid/large.h) gives for it */
    struct ud_rect spelled;             /* one row: the group as plain text, then its words */
    struct ud_rect whole;               /* the whole content, wrapped between groups */
    const struct ud_spelling *spelling; /* NULL: no words */
    int wrong;                          /* index of the character that lights up; -1: none */
    size_t half;                        /* a wider gap after this many characters (3 for groups of 6); 0: none */
};

struct ud_painter;

/* `fd` is the terminal (non-blocking), `enc` borrowed. UD_NOMEM as ud_secret_new. */
UD_CHECK enum ud_status ud_painter_new(struct ud_painter **out, int fd, struct ud_encoder *enc, struct ud_error *err);
/* Does not erase. */
void ud_painter_free(struct ud_painter **p);
/* Paints; what was painted before in other places is erased. UD_MALFORMED (nothing is painted) where a byte is not printable
 * ASCII or the group lies outside the content; UD_TIMEOUT where the terminal did not take it within UD_PAINT_DRAIN: the caller
 * locks; UD_IO where the terminal is gone. Call only when nothing of a frame is unsent (ud_tty_pending), after each frame that
 * ud_encoder_touched the places. */
UD_CHECK enum ud_status ud_painter_paint(
    struct ud_painter *p, struct ud_secret *secret, const struct ud_paint *what, struct ud_error *err);
/* Overwrites exactly what is painted, if anything. On UD_TIMEOUT and UD_IO the cells still count as painted. */
UD_CHECK enum ud_status ud_painter_erase(struct ud_painter *p, struct ud_error *err);
bool ud_painter_painted(const struct ud_painter *p);
/* The screen was cleared by other means (resize, full repaint). */
void ud_painter_forget(struct ud_painter *p);

#endif
