/* The activity log as a list. */
#ifndef UD_VIEW_LOG_H
#define UD_VIEW_LOG_H

#include "view/chrome.h"
#include "widget/list.h"

struct ud_view_log_row {
    ud_wall when;
    const char *what;   /* translated: "key shown", "new key asked" */
    const char *device; /* may be empty, like all below */
    const char *key;    /* first 8 characters */
    const char *user, *reason, *ticket, *detail;
    enum ud_tone tone;
};

struct ud_view_log {
    struct ud_list list;
    const struct ud_view_log_row *row; /* from list.top on */
    size_t row_count;
    bool loading;
    const char *verdict; /* "checked: 41 lines, unbroken" */
    enum ud_tone verdict_tone;
    const char *error;
    ud_wall now;
};

size_t ud_view_log_rows(int width, int height);
void ud_view_log(struct ud_canvas cv, const struct ud_view_log *model);

#endif
