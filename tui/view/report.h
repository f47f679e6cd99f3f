/* A report as a table under its filter; at the foot what the table has no room for. */
#ifndef UD_VIEW_REPORT_H
#define UD_VIEW_REPORT_H

#include "domain/report.h"
#include "view/chrome.h"
#include "widget/line.h"
#include "widget/list.h"

struct ud_view_report {
    enum ud_report report;
    const struct ud_line *filter;
    struct ud_list list;
    const struct ud_report_row *row; /* from list.top on */
    size_t row_count;
    bool loading, known; /* known: the first page is here */
    bool more;           /* there are more rows than these */
    bool cut;            /* and no more are kept */
    const char *error;
    ud_wall now;
};

/* Is the column somebody's or a computer's name, to be masked for an audience? */
bool ud_view_report_is_name(enum ud_report r, size_t column);
size_t ud_view_report_rows(int width, int height);
void ud_view_report(struct ud_canvas cv, const struct ud_view_report *model);

#endif
