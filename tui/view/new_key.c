#include "view/new_key.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "widget/table.h"

enum { DEVICE, STATE, OLD, NEW, COLUMNS };

#define DETAIL_ROWS 5

static const char *
step_text(enum ud_new_key_step step)
{
    switch (step) {
    case UD_NEW_KEY_ASKING:
        return _("… being asked");
    case UD_NEW_KEY_WAITING:
        return _("~ waiting for the device");
    case UD_NEW_KEY_REPLACED:
        return _("+ replaced");
    case UD_NEW_KEY_FAILED:
        break;
    }
    return _("! failed");
}

static enum ud_role
step_role(enum ud_new_key_step step)
{
    switch (step) {
    case UD_NEW_KEY_REPLACED:
        return UD_ROLE_STATE_GOOD;
    case UD_NEW_KEY_FAILED:
        return UD_ROLE_STATE_BAD;
    default:
        return UD_ROLE_STATE_WAITING;
    }
}

/* One sentence about a device: what is known, and what follows from it. */
static void
sentence(char *out, size_t size, const struct ud_view_new_key_row *r, ud_wall now)
{
    char when[48], id[9];

    switch (r->step) {
    case UD_NEW_KEY_ASKING:
        (void)snprintf(
            out, size, "%s", _("The new key is being asked for. The old key still works until the device has replaced it."));
        break;
    case UD_NEW_KEY_WAITING:
        ud_view_ago(when, r->last_checkin, now);
        (void)snprintf(out, size,
            _("Waiting for the device (last seen %s). The old key still works until then. You need not wait here."), when);
        break;
    case UD_NEW_KEY_REPLACED:
        ud_view_clock(when, r->replaced, now);
        ud_guid_short(id, &r->new_id);
        if (ud_guid_is_zero(&r->new_id))
            (void)snprintf(out, size, _("Replaced at %s. The old key opens nothing any more."), when);
        else
            (void)snprintf(
                out, size, _("Replaced at %s. The new key's ID starts with %s. The old key opens nothing any more."), when, id);
        break;
    case UD_NEW_KEY_FAILED:
        (void)snprintf(out, size, _("No new key was made: %s The old key still works."),
            r->error != NULL && r->error[0] != '\0' ? r->error : _("the device did not say why."));
        break;
    }
}

static int
list_height(int height)
{
    return height > DETAIL_ROWS + 4 ? height - DETAIL_ROWS - 2 : height > 4 ? height - 3 : 1;
}

size_t
ud_view_new_key_rows(int width, int height)
{
    int rows = list_height(height) - 1;

    (void)width;
    return rows > 0 ? (size_t)rows : 1;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *t, const struct ud_view_new_key_row *r, bool selected)
{
    char old_id[9] = "", new_id[9] = "";

    if (!ud_guid_is_zero(&r->old_id))
        ud_guid_short(old_id, &r->old_id);
    if (!ud_guid_is_zero(&r->new_id))
        ud_guid_short(new_id, &r->new_id);
    const struct ud_table_cell cell[COLUMNS] = { [DEVICE] = { r->device, UD_ROLE_TEXT },
        [STATE] = { step_text(r->step), step_role(r->step) },
        [OLD] = { old_id, UD_ROLE_DIM },
        [NEW] = { new_id, UD_ROLE_STRONG } };
    ud_table_row(cv, y, t, cell, selected, selected);
}

void
ud_view_new_key(struct ud_canvas cv, const struct ud_view_new_key *m)
{
    const struct ud_column column[COLUMNS] = { [DEVICE] = { _("Device"), 12, 24, 2, 0, false },
        [STATE] = { _("New key"), 14, 26, 1, 0, false },
        [OLD] = { _("Old ID"), 8, 8, 0, 2, false },
        [NEW] = { _("New ID"), 8, 8, 0, 1, false } };
    struct ud_table t;
    char text[512];
    int height = list_height(cv.height);

    if (m->list.count == 0) {
        (void)ud_canvas_wrap(cv, 1, 1, cv.width - 2, UD_ROLE_TEXT, _("No new key is being waited for."), true);
        return;
    }
    ud_table_layout(&t, column, COLUMNS, 2, cv.width);
    ud_table_head(cv, 0, &t);
    for (size_t i = m->list.top; i < ud_list_end(&m->list) && (int)(i - m->list.top) < height - 1; i++)
        draw_row(cv, 1 + (int)(i - m->list.top), &t, &m->row[i], i == m->list.selected);
    sentence(text, sizeof(text), &m->row[m->list.selected], m->now);
    int rows = (int)m->list.count < height - 1 ? (int)m->list.count : height - 1;
    (void)ud_canvas_wrap(cv, 2, 1 + rows + 1, cv.width - 4, step_role(m->row[m->list.selected].step), text, true);
}
