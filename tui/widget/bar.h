/* Bars: footer of keys, progress, message. */
#ifndef UD_WIDGET_BAR_H
#define UD_WIDGET_BAR_H

#include <stddef.h>
#include <stdint.h>

#include "grid/canvas.h"

/* One key and what it does, both translated. */
struct ud_hint {
    const char *key;   /* "Enter", "Space", "F1" */
    const char *label; /* "open" */
    bool pinned;       /* stays where others are left out for want of room */
};

/* Hints in order as far as they fit in one row; pinned ones always. Returns how many were drawn. */
size_t ud_bar_hints(
    struct ud_canvas cv, int y, enum ud_role key_role, enum ud_role text_role, const struct ud_hint *hint, size_t count);
/* `cells` wide; total 0: unknown, drawn empty. Filled cells differ in shape, not only in colour. */
void ud_bar_progress(struct ud_canvas cv, int x, int y, int cells, uint64_t done, uint64_t total);
/* A number with separators of thousands as the language has them: "12,000". `out` needs 32 bytes. */
void ud_bar_number(char out[32], uint64_t n);

#endif
