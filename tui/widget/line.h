/* A line editor. Plain lines keep clean UTF-8 text; hidden lines keep what is typed in a struct ud_secret of the caller's and
 * show a dot for each character, so that a passphrase or a read-back digit never lies in ordinary memory. */
#ifndef UD_WIDGET_LINE_H
#define UD_WIDGET_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "grid/canvas.h"
#include "grid/key.h"

#define UD_LINE_MAX 512

struct ud_line {
    char text[UD_LINE_MAX];   /* NUL-terminated; empty in a hidden line */
    size_t length;            /* bytes */
    size_t cursor;            /* byte offset, at a cluster */
    size_t limit;             /* most bytes; 0: UD_LINE_MAX - 1 */
    struct ud_secret *secret; /* not NULL: hidden; borrowed */
    size_t hidden;            /* characters in a hidden line */
    bool digits_only;         /* other characters are refused */
    bool code;                /* pasted braces, quotes and line ends are dropped */
};

void ud_line_init(struct ud_line *line, size_t limit);
/* A hidden line over `secret`, which is wiped and stays the caller's. Its capacity is the limit. */
void ud_line_init_hidden(struct ud_line *line, struct ud_secret *secret, bool digits_only);
/* Empties; wipes the text or the secret. */
void ud_line_clear(struct ud_line *line);
/* Puts clean text (a prefix, a default) and the cursor behind it. Plain lines only. */
void ud_line_set(struct ud_line *line, const char *text);

enum ud_line_result {
    UD_LINE_IGNORED, /* not a key for a field */
    UD_LINE_MOVED,   /* cursor moved, or at an end */
    UD_LINE_CHANGED, /* text changed */
    UD_LINE_FULL,    /* it does not fit; nothing changed */
    UD_LINE_REFUSED, /* not a digit in a field of digits */
};
/* Text, paste, Backspace, Delete, Left, Right, Home, End, C-u (clear to start), C-w (word back), C-k (to end), C-e (end).
 * Enter, Esc, Tab, Up, Down and everything else are ignored. */
enum ud_line_result ud_line_key(struct ud_line *line, const struct ud_key_event *key);
bool ud_line_empty(const struct ud_line *line);

/* Draws the field in `cells` cells at (x, y): focused fields take the cursor; long text scrolls with it; `placeholder` (may be
 * NULL) shows dimmed while it is empty. */
void ud_line_draw(struct ud_canvas cv, int x, int y, int cells, const struct ud_line *line, bool focus, const char *placeholder);

#endif
