/* The site's notice; it must be accepted before the first device is opened. */
#ifndef UD_VIEW_NOTICE_H
#define UD_VIEW_NOTICE_H

#include "view/chrome.h"

struct ud_view_notice {
    const char *site; /* who says so, may be NULL */
    const char *text; /* clean, with newlines */
    size_t top;       /* first line in sight; clamped when drawn */
    bool changed;     /* it was accepted before and has changed since */
};

/* Lines of the text at this width, to bound `top`: at most lines - height are skipped. */
size_t ud_view_notice_lines(const struct ud_view_notice *model, int width);
void ud_view_notice(struct ud_canvas cv, const struct ud_view_notice *model);

#endif
