/* A question that must be answered by its own key. */
#ifndef UD_VIEW_CONFIRM_H
#define UD_VIEW_CONFIRM_H

#include "view/chrome.h"
#include "widget/dialog.h"
#include "widget/palette.h"

struct ud_view_confirm {
    const char *title;
    const char *paragraph[4]; /* NULL ends */
    const struct ud_hint *hint;
    size_t hint_count;
    bool warning;
};
void ud_view_confirm(struct ud_canvas cv, const struct ud_view_confirm *model);

/* The palette over the screen that is there. */
void ud_view_palette(struct ud_canvas cv, const struct ud_palette *model);
size_t ud_view_palette_rows(int width, int height);

#endif
