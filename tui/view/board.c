#include "view/board.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define LEAD 2
#define FOOT 5 /* sentence about the selected one */

size_t
ud_view_board_rows(int width, int height)
{
    (void)width;
    return height > FOOT + 2 ? (size_t)(height - FOOT - 1) : 1;
}

static const char *
state_text(const struct ud_board_entry *e)
{
    if (e->state == UD_BOARD_FAILED)
        return _("✗ failed");
    if (e->overdue)
        return _("! overdue");
    return e->state == UD_BOARD_ASKED ? _("asked") : _("not asked");
}

static int
widest_state(int least)
{
    const struct ud_board_entry shapes[] = { { .state = UD_BOARD_FAILED }, { .overdue = true }, { .state = UD_BOARD_ASKED },
        { .state = UD_BOARD_WAITING } };

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        int cells = ud_cells(state_text(&shapes[i]));
        least = cells > least ? cells : least;
    }
    return least;
}

static enum ud_role
state_role(const struct ud_board_entry *e)
{
    return e->state == UD_BOARD_FAILED || e->overdue ? UD_ROLE_STATE_BAD : UD_ROLE_STATE_WAITING;
}

static void
draw_row(
    struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_board_row *row, bool selected, ud_wall now)
{
    const struct ud_board_entry *e = row->entry;
    char shown[48], id[12] = "—";
    struct ud_table_cell cell[6] = { { row->device, UD_ROLE_TEXT }, { state_text(e), state_role(e) }, { shown, UD_ROLE_TEXT },
        { id, UD_ROLE_STRONG }, { e->by, UD_ROLE_TEXT }, { row->user, UD_ROLE_TEXT } };

    ud_view_ago(shown, e->shown, now);
    if (!ud_guid_is_zero(&e->key))
        ud_part_short_id(id, &e->key);
    ud_table_row(cv, y, table, cell, selected, selected);
}

static void
draw_sentence(struct ud_canvas cv, int y, const struct ud_board_entry *e, const char *device, ud_wall now)
{
    char when[48], line[700];
    int width = cv.width - 2 > 100 ? 100 : cv.width - 2;
    enum ud_tone tone = e->overdue ? UD_TONE_WARNING : UD_TONE_PLAIN;

    switch (e->state) {
    case UD_BOARD_FAILED:
        tone = UD_TONE_ERROR;
        (void)snprintf(line, sizeof(line), _("%s could not replace its key: %s The key that was shown still works."), device,
            ud_translate(e->message));
        break;
    case UD_BOARD_ASKED:
        ud_view_ago(when, e->last_checkin, now);
        (void)snprintf(line, sizeof(line),
            _("%s was asked for a new key and was last seen %s. The key that was shown works until the new one is stored."),
            device, when);
        break;
    default:
        if (e->due != UD_WALL_NONE) {
            ud_view_clock(when, e->due, now);
            (void)snprintf(line, sizeof(line),
                _("%s is asked for a new key by itself at %s. The key that was shown still works."), device, when);
        } else {
            (void)snprintf(line, sizeof(line),
                _("%s was not asked for a new key. Ask for one: the key that was shown still works."), device);
        }
        break;
    }
    ud_part_sentence(cv, 1, y, width, tone, line);
}

void
ud_view_board(struct ud_canvas cv, const struct ud_view_board *model)
{
    struct ud_column column[6] = { { _("Device"), 12, 20, 1, 0, false }, { _("New key"), widest_state(9), 12, 0, 0, false },
        { _("Shown"), ud_view_widest(UD_WORDS_AGO, 10), 12, 0, 1, false }, { _("Key ID"), 8, 8, 0, 2, false },
        { _("Shown to"), 12, 26, 1, 3, false }, { _("User"), 12, 26, 1, 4, false } };
    size_t rows = ud_view_board_rows(cv.width, cv.height), end = ud_list_end(&model->list);
    struct ud_table table;

    if (model->error != NULL) {
        ud_part_sentence(cv, 1, 1, cv.width - 2, UD_TONE_ERROR, model->error);
        return;
    }
    if (model->list.count == 0) {
        ud_canvas_wrap(cv, 2, 1, cv.width - 4, UD_ROLE_TEXT,
            model->loading ? _("Loading …") : _("Every recovery key that was shown has been replaced."), true);
        ud_canvas_cursor(cv, 2, 1);
        return;
    }
    ud_table_layout(&table, column, 6, LEAD, cv.width);
    ud_table_head(cv, 0, &table);
    for (size_t i = model->list.top; i < end && i < model->list.top + rows; i++)
        draw_row(
            cv, 1 + (int)(i - model->list.top), &table, &model->row[i - model->list.top], i == model->list.selected, model->now);
    draw_sentence(cv, 2 + (int)(end - model->list.top), model->selected,
        model->row[model->list.selected - model->list.top].device, model->now);
}
