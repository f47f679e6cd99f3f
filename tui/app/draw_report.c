/* The reports' model. */
#include "app/draw_parts.h"
#include "app/screens.h"
#include "view/report.h"

#define ROWS 200

void
ud_draw_report(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_report_row row[ROWS];
    struct ud_report_state *v = &app->report;
    struct ud_view_report m = { .report = v->report,
        .filter = &v->filter,
        .row = row,
        .loading = v->tag != 0,
        .known = v->known,
        .more = v->next[0] != '\0',
        .cut = v->count == UD_REPORT_ROWS && v->next[0] != '\0',
        .error = v->error[0] != '\0' ? v->error : NULL,
        .now = app->wall };

    ud_list_set(&v->list, v->count, ud_view_report_rows(cv.width, cv.height));
    m.list = v->list;
    for (size_t i = v->list.top; i < ud_list_end(&v->list) && i - v->list.top < ROWS; i++, m.row_count++) {
        row[m.row_count] = v->line[i].row;
        for (size_t c = 0; c < ud_report_columns(v->report); c++)
            if (ud_view_report_is_name(v->report, c))
                row[m.row_count].cell[c] = ud_draw_name(app, row[m.row_count].cell[c]);
    }
    ud_view_report(cv, &m);
}
