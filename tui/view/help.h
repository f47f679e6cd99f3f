/* Which keys do what, from the command table. */
#ifndef UD_VIEW_HELP_H
#define UD_VIEW_HELP_H

#include "view/chrome.h"

struct ud_view_help_row {
    const char *section; /* not NULL: a heading; key and label are then NULL */
    const char *key, *label;
};

struct ud_view_help {
    const char *about; /* one or two sentences about the screen help was asked from */
    const struct ud_view_help_row *row;
    size_t count;
    size_t top; /* first row in sight; clamped when drawn */
};

/* Rows that the content takes at this width. */
size_t ud_view_help_lines(const struct ud_view_help *model, int width);
void ud_view_help(struct ud_canvas cv, const struct ud_view_help *model);

#endif
