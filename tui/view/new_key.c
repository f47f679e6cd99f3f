/* New keys and where they are. */
#include "view/new_key.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define LEAD 2
#define FOOT 5 /* sentence about the selected one */

size_t
ud_view_new_key_rows(int width, int height)
{
    (void)width;
    return height > FOOT + 2 ? (size_t)(height - FOOT - 1) : 1;
}

static const char *
step_text(enum ud_new_key_step step)
{
    switch (step) {
    case UD_NEW_KEY_ASKING:
        return _("asking");
    case UD_NEW_KEY_WAITING:
        return _("waiting");
    case UD_NEW_KEY_REPLACED:
        return _("✓ replaced");
    default:
        return _("✗ failed");
    }
}

static int
widest_step(int least)
{
    for (int i = 0; i < 4; i++) {
        int cells = ud_cells(step_text((enum ud_new_key_step)i));

        least = cells > least ? cells : least;
    }
    return least;
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

static void
draw_row(
    struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_new_key_row *row, bool selected, ud_wall now)
{
    char asked[32], seen[48], id[12] = "";
    struct ud_table_cell cell[6] = { { row->device, UD_ROLE_TEXT }, { step_text(row->step), step_role(row->step) },
        { asked, UD_ROLE_TEXT }, { seen, UD_ROLE_TEXT }, { id, UD_ROLE_STRONG }, { row->user, UD_ROLE_TEXT } };

    ud_view_clock(asked, row->asked, now);
    ud_view_ago(seen, row->last_checkin, now);
    if (row->step == UD_NEW_KEY_REPLACED)
        ud_part_short_id(id, &row->new_id);
    ud_table_row(cv, y, table, cell, selected, selected);
}

/* One full sentence about the selected one, and what it means for the caller. */
static void
draw_sentence(struct ud_canvas cv, int y, const struct ud_view_new_key_row *row, ud_wall now)
{
    char when[48], id[12], line[700];
    int width = cv.width - 2 > 100 ? 100 : cv.width - 2;
    enum ud_tone tone = UD_TONE_PLAIN;

    switch (row->step) {
    case UD_NEW_KEY_REPLACED:
        tone = UD_TONE_GOOD;
        ud_view_clock(when, row->replaced, now);
        ud_part_short_id(id, &row->new_id);
        if (ud_guid_is_zero(&row->new_id)) /* FileVault keys and passwords have none */
            snprintf(line, sizeof(line), _("%s replaced its key at %s. The old key no longer works."), row->device, when);
        else
            snprintf(line, sizeof(line),
                _("%s replaced its key at %s. The new key's ID starts with %s; the old key no longer works."), row->device, when,
                id);
        break;
    case UD_NEW_KEY_FAILED:
        tone = UD_TONE_ERROR;
        snprintf(
            line, sizeof(line), _("%s has no new key: %s The old key still works."), row->device, row->error ? row->error : "");
        break;
    case UD_NEW_KEY_ASKING:
        snprintf(line, sizeof(line), _("%s is being asked to make a new key. The old key still works until then."), row->device);
        break;
    default:
        ud_view_ago(when, row->last_checkin, now);
        snprintf(line, sizeof(line),
            _("Asked; waiting for %s, which was last seen %s. It makes the new key when it is unlocked and online. The old key "
              "still works until then."),
            row->device, when);
        break;
    }
    ud_part_sentence(cv, 1, y, width, tone, line);
}

void
ud_view_new_key(struct ud_canvas cv, const struct ud_view_new_key *model)
{
    struct ud_column column[6] = { { _("Device"), 12, 20, 1, 0, false }, { _("New key"), widest_step(10), 12, 0, 0, false },
        { _("Asked"), 9, 10, 0, 2, false }, { _("Last seen"), ud_view_widest(UD_WORDS_AGO, 10), 12, 0, 1, false },
        { _("New ID"), 8, 8, 0, 3, false }, { _("User"), 12, 26, 1, 4, false } };
    size_t rows = ud_view_new_key_rows(cv.width, cv.height), end = ud_list_end(&model->list);
    struct ud_table table;

    if (model->list.count == 0) {
        ud_canvas_wrap(cv, 2, 1, cv.width - 4, UD_ROLE_TEXT, _("No device has been asked for a new key in this session."), true);
        ud_canvas_cursor(cv, 2, 1);
        return;
    }
    ud_table_layout(&table, column, 6, LEAD, cv.width);
    ud_table_head(cv, 0, &table);
    for (size_t i = model->list.top; i < end && i < model->list.top + rows; i++)
        draw_row(cv, 1 + (int)(i - model->list.top), &table, &model->row[i], i == model->list.selected, model->now);
    draw_sentence(cv, 2 + (int)(end - model->list.top), &model->row[model->list.selected], model->now);
}
