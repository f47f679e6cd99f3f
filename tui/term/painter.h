/* The secret painter: the one function that puts a recovery key on the terminal, byte by byte from the guarded block to the terminal's
 * descriptor, past curses, the grid and every buffer but its own, which is wiped before it returns. And the erase that overwrites
 * exactly those cells. */
#ifndef UD_TERM_PAINTER_H
#define UD_TERM_PAINTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"
#include "grid/grid.h"
#include "term/encoder.h"

#define UD_PAINT_DRAIN 500 /* ms a terminal may take to accept the bytes */

/* How to say the characters of a group: 128 entries by ASCII code, NULL where a character speaks for itself. Translated by the caller. */
struct ud_spelling {
    const char *word[128];
};

struct ud_paint {
    size_t offset, length; /* the group within the secret's content; 0, 0: everything (UD_RESERVE_WHOLE) */
    struct ud_rect large;   /* width 0: not painted. Blocks two cells a dot where they fit, else one, else spaced text */
    struct ud_rect spelled; /* one row: the group as plain text, then its words */
    struct ud_rect whole;   /* the whole content, wrapped between groups */
    const struct ud_spelling *spelling;
    int wrong; /* index of the character that lights up; -1: none */
    int half;  /* a wider gap after this many characters (3 for groups of 6); 0: none */
};

struct ud_painter;

/* `fd` is the terminal, `enc` borrowed. */
struct ud_painter *ud_painter_new(int fd, struct ud_encoder *enc);
/* Does not erase. */
void ud_painter_free(struct ud_painter **p);
/* Paints; what was painted before and is not covered by it is erased. UD_MALFORMED (nothing is painted) where a byte is not printable ASCII;
 * UD_TIMEOUT where the terminal did not take it within UD_PAINT_DRAIN: the caller locks. Call only when the device's queue is empty
 * (ud_tty_pending). */
UD_CHECK enum ud_status ud_painter_paint(struct ud_painter *p, struct ud_secret *secret, const struct ud_paint *what, struct ud_error *err);
/* Overwrites exactly what is painted, if anything. UD_TIMEOUT as above; the painter then holds the cells for painted still. */
UD_CHECK enum ud_status ud_painter_erase(struct ud_painter *p, struct ud_error *err);
bool ud_painter_painted(const struct ud_painter *p);
/* The screen was cleared by other means (resize, full repaint). */
void ud_painter_forget(struct ud_painter *p);
/* Cells that the large form of a group of `characters` takes: two cells a dot where `roomy`, else one. */
void ud_painter_large_size(int *width, int *height, int characters, int half, bool roomy);

#endif
