#include "view/log.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "widget/table.h"

enum { WHEN, WHAT, DEVICE, KEY, REASON, TICKET, DETAIL, COLUMNS };

static enum ud_role
tone_role(enum ud_tone tone)
{
    switch (tone) {
    case UD_TONE_GOOD:
        return UD_ROLE_STATE_GOOD;
    case UD_TONE_WARNING:
        return UD_ROLE_STATE_WARNING;
    case UD_TONE_ERROR:
        return UD_ROLE_STATE_BAD;
    case UD_TONE_PLAIN:
        break;
    }
    return UD_ROLE_TEXT;
}

size_t
ud_view_log_rows(int width, int height)
{
    (void)width;
    return height > 3 ? (size_t)height - 2 : 1;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *t, const struct ud_view_log_row *r, ud_wall now, bool selected)
{
    char when[32];

    ud_view_clock(when, r->when, now);
    const struct ud_table_cell cell[COLUMNS] = { [WHEN] = { when, UD_ROLE_DIM },
        [WHAT] = { r->what, tone_role(r->tone) },
        [DEVICE] = { r->device, UD_ROLE_TEXT },
        [KEY] = { r->key, UD_ROLE_TEXT },
        [REASON] = { r->reason, UD_ROLE_TEXT },
        [TICKET] = { r->ticket, UD_ROLE_TEXT },
        [DETAIL] = { r->detail, UD_ROLE_DIM } };
    ud_table_row(cv, y, t, cell, selected, selected);
}

static void
draw_instead(struct ud_canvas cv, const struct ud_view_log *m)
{
    if (m->error != NULL && m->error[0] != '\0')
        (void)ud_canvas_wrap(cv, 1, 1, cv.width - 2, UD_ROLE_STATE_BAD, m->error, true);
    else if (m->loading)
        (void)ud_canvas_text(cv, 1, 1, UD_ROLE_DIM, _("Reading the activity log …"));
    else
        (void)ud_canvas_wrap(cv, 1, 1, cv.width - 2, UD_ROLE_TEXT, _("Nothing has been done with this console yet."), true);
}

void
ud_view_log(struct ud_canvas cv, const struct ud_view_log *m)
{
    const struct ud_column column[COLUMNS] = { [WHEN] = { _("When"), 5, 10, 0, 0, false },
        [WHAT] = { _("What"), 10, 18, 0, 0, false },
        [DEVICE] = { _("Device"), 8, 18, 2, 1, false },
        [KEY] = { _("Key ID"), 8, 8, 0, 2, false },
        [REASON] = { _("Reason"), 8, 18, 1, 4, false },
        [TICKET] = { _("Ticket"), 8, 12, 0, 3, false },
        [DETAIL] = { _("Note"), 10, 20, 3, 5, false } };
    struct ud_table t;

    if (m->list.count == 0 || (m->error != NULL && m->error[0] != '\0')) {
        draw_instead(cv, m);
        return;
    }
    ud_table_layout(&t, column, COLUMNS, 2, cv.width);
    ud_table_head(cv, 0, &t);
    for (size_t i = 0; i < m->row_count && (int)i < cv.height - 2; i++)
        draw_row(cv, 1 + (int)i, &t, &m->row[i], m->now, m->list.top + i == m->list.selected);
    if (m->verdict != NULL)
        (void)ud_canvas_fit(cv, 2, cv.height - 1, cv.width - 4, tone_role(m->verdict_tone), m->verdict);
}
