/* A framed question or notice in the middle of the canvas, over what was drawn before. */
#ifndef UD_WIDGET_DIALOG_H
#define UD_WIDGET_DIALOG_H

#include "grid/canvas.h"
#include "widget/bar.h"

struct ud_dialog {
    const char *title;
    const char *const *paragraph; /* wrapped */
    size_t paragraph_count;
    const struct ud_hint *hint;
    size_t hint_count;
    int want_width; /* 0: 60 */
    bool warning;
};

/* Draws it and returns the inside below the paragraphs, `extra` rows high, for more content. The cursor sits on the first
 * hint. */
struct ud_canvas ud_dialog_draw(struct ud_canvas cv, const struct ud_dialog *dialog, int extra);

#endif
