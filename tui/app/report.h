/* The reports screen. Part of the state; see state.h. */
#ifndef UD_APP_REPORT_H
#define UD_APP_REPORT_H

#include "domain/report.h"
#include "widget/line.h"
#include "widget/list.h"

#define UD_REPORT_ROWS 2000 /* kept at most; the command `report` prints all */

struct ud_report_line {
    char *text; /* owned: what the cells point into */
    struct ud_report_row row;
};

struct ud_report_state {
    enum ud_report report;
    struct ud_line filter;          /* as it is typed */
    struct ud_report_filter wanted; /* as it was asked */
    struct ud_report_line *line;    /* owned, UD_REPORT_ROWS; NULL until asked */
    size_t count;
    char next[4096]; /* of the page behind the last; "": that was all */
    uint32_t tag;    /* REPORT under way */
    uint8_t source;
    bool known; /* the first page has come */
    struct ud_list list;
    char error[320], hint[200];
};

#endif
