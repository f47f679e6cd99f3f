/* The activity log. */
#include "view/log.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define LEAD 2
#define HEAD 1 /* head of the table */
#define FOOT 2 /* verdict and detail of the selected line */

size_t
ud_view_log_rows(int width, int height)
{
    (void)width;
    return height > HEAD + FOOT + 1 ? (size_t)(height - HEAD - FOOT) : 1;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_log_row *row, bool selected, ud_wall now)
{
    char when[32];
    struct ud_table_cell cell[7] = { { when, UD_ROLE_TEXT },
        { row->what, row->tone == UD_TONE_PLAIN ? UD_ROLE_TEXT : ud_part_tone_role(row->tone) }, { row->device, UD_ROLE_TEXT },
        { row->key, UD_ROLE_TEXT }, { row->reason, UD_ROLE_TEXT }, { row->ticket, UD_ROLE_TEXT }, { row->user, UD_ROLE_TEXT } };

    ud_view_clock(when, row->when, now);
    ud_table_row(cv, y, table, cell, selected, selected);
}

static void
draw_foot(struct ud_canvas cv, const struct ud_view_log *model)
{
    const struct ud_view_log_row *row = NULL;
    int y = cv.height - FOOT;

    if (model->list.selected - model->list.top < model->row_count)
        row = &model->row[model->list.selected - model->list.top];
    if (row && row->detail && *row->detail)
        ud_canvas_fit(cv, 1, y, cv.width - 2, UD_ROLE_TEXT, row->detail);
    if (model->verdict)
        ud_canvas_fit(cv, 1, y + 1, cv.width - (model->list.count > model->list.rows ? 24 : 2),
            ud_part_tone_role(model->verdict_tone), model->verdict);
    ud_part_position(cv, y + 1, model->list.top, ud_list_end(&model->list), model->list.count);
}

void
ud_view_log(struct ud_canvas cv, const struct ud_view_log *model)
{
    struct ud_column column[7] = { { _("Time"), 10, 10, 0, 0, false }, { _("What"), 14, 18, 0, 0, false },
        { _("Device"), 12, 20, 1, 0, false }, { _("Key ID"), 8, 8, 0, 1, false }, { _("Reason"), 10, 20, 1, 3, false },
        { _("Ticket"), 10, 14, 0, 2, false }, { _("User"), 10, 28, 1, 4, false } };
    size_t rows = ud_view_log_rows(cv.width, cv.height);
    struct ud_table table;

    if (model->error || model->list.count == 0) {
        const char *text = model->error ? model->error : model->loading ? _("The log is being read.") : _("The log is empty.");

        ud_part_sentence(cv, 2, 1, cv.width - 4, model->error ? UD_TONE_ERROR : UD_TONE_PLAIN, text);
        ud_canvas_cursor(cv, 2, 1);
        return;
    }
    ud_table_layout(&table, column, 7, LEAD, cv.width);
    ud_table_head(cv, 0, &table);
    for (size_t i = 0; i < model->row_count && i < rows; i++)
        draw_row(cv, HEAD + (int)i, &table, &model->row[i], model->list.top + i == model->list.selected, model->now);
    draw_foot(cv, model);
}
