#include "view/bde.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define SIDE   1
#define LEAD   2
#define TALL   16
#define WIDEST 76
#define FOOT   5

static int
text_width(int width)
{
    return width - 2 * SIDE < WIDEST ? width - 2 * SIDE : WIDEST;
}

const char *
ud_view_bde_kind(const struct ud_bde_protector *p)
{
    if (p->is_key)
        return ud_view_kind(UD_KIND_BITLOCKER);
    switch (p->kind) {
    case UD_BDE_TPM:
        return _("TPM");
    case UD_BDE_TPM_PIN:
        return _("TPM and PIN");
    case UD_BDE_TPM_PIN_KEY:
        return _("TPM, PIN and USB key");
    case UD_BDE_TPM_KEY:
        return _("TPM and USB key");
    case UD_BDE_EXTERNAL_KEY:
        return _("key file on a USB stick");
    case UD_BDE_CERTIFICATE:
        return _("certificate");
    case UD_BDE_PASSPHRASE:
        return _("password of the drive");
    case UD_BDE_NETWORK:
        return _("network unlock");
    default:
        return _("another protector");
    }
}

/* --- taking ------------------------------------------------------------------------------------------------------------------- */

void
ud_view_bde_take(struct ud_canvas cv, const struct ud_view_bde_take *model)
{
    int width = text_width(cv.width), gap = cv.height >= TALL, y = 0;
    char line[300];

    if (model->device != NULL)
        snprintf(line, sizeof(line), _("What manage-bde printed on %s"), model->device);
    else
        snprintf(line, sizeof(line), "%s", _("What manage-bde printed"));
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_HEADING, line, true) + gap;
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT,
        gap ? _("At the device, in a command prompt run as administrator:") : _("Run as administrator at the device:"), true);
    y += ud_canvas_wrap(cv, SIDE + LEAD, y, width - LEAD, UD_ROLE_STRONG, "manage-bde -protectors -get C:", true) + gap;
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT,
        gap ? _("Paste its output here. Nothing of it is shown or kept: afterwards you see kinds and IDs only.")
            : _("Paste its output. It is not shown."),
        true);
    if (gap && model->asked[0] != '\0') {
        snprintf(line, sizeof(line), _("The ID that was asked for: %s"), model->asked);
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, line, true);
    }
    y += gap;
    if (model->full)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR,
            _("This is more than 64 KiB: no output of manage-bde. Leave the page and paste that only."));
    else {
        snprintf(line, sizeof(line), ud_plural("%zu line so far", "%zu lines so far", model->lines), model->lines);
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_STRONG, model->bytes > 0 ? line : _("Nothing has come yet."), true);
    }
    snprintf(
        line, sizeof(line), _("%s, or Enter on an empty line: that is all. %s drops it."), model->done_hint, model->back_hint);
    (void)ud_canvas_wrap(cv, SIDE, y + gap, width, UD_ROLE_TEXT, line, true);
    ud_canvas_cursor(cv, SIDE, y > 0 ? y - 1 : 0);
}

/* --- what was in it -------------------------------------------------------------------------------------------------------------- */

static int
head_rows(int width, const struct ud_view_bde *model)
{
    return 1 + (model->advice != NULL ? ud_part_sentence_rows(text_width(width), model->advice_tone, model->advice) : 0);
}

size_t
ud_view_bde_rows(int width, int height, const struct ud_view_bde *model)
{
    int rows = height - head_rows(width, model) - (height >= TALL ? FOOT + 3 : 2);

    return rows > 1 ? (size_t)rows : 1;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_bde_row *row, bool selected)
{
    char id[12], drive[4] = "";
    struct ud_table_cell cell[4] = { { id, row->asked ? UD_ROLE_STRONG : UD_ROLE_TEXT },
        { row->p->is_key ? _("recovery key") : ud_view_bde_kind(row->p), row->p->is_key ? UD_ROLE_STRONG : UD_ROLE_DIM },
        { drive, UD_ROLE_TEXT }, { row->note, row->tone == UD_TONE_PLAIN ? UD_ROLE_TEXT : ud_part_tone_role(row->tone) } };

    ud_part_short_id(id, &row->p->id);
    if (row->p->drive != 0)
        snprintf(drive, sizeof(drive), "%c:", row->p->drive);
    ud_table_row(cv, y, table, cell, selected, selected);
}

static void
draw_selected(struct ud_canvas cv, int y, const struct ud_view_bde *model)
{
    const struct ud_view_bde_row *row = &model->row[model->list.selected];
    int width = text_width(cv.width);
    char full[UD_GUID_TEXT], line[400];

    if (cv.height >= TALL) {
        ud_part_full_id(full, &row->p->id);
        snprintf(line, sizeof(line), "%s  %s", full, ud_view_bde_kind(row->p));
        ud_canvas_fit(cv, SIDE, y, width, UD_ROLE_DIM, line);
        y++;
    }
    y += ud_part_sentence(cv, SIDE, y, width, row->tone, row->note);
    if (model->next != NULL && y < cv.height)
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->next, true);
    if (model->problem != NULL && y < cv.height)
        ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, model->problem);
}

/* Kinds are whole words in every language where there is room. */
static int
kind_width(int width, const struct ud_view_bde *model)
{
    int cells = 12, most = width > 64 ? 30 : 12;

    for (size_t i = model->list.top; i < ud_list_end(&model->list); i++) {
        int here = ud_cells(ud_view_bde_kind(model->row[i].p));

        cells = here > cells ? here : cells;
    }
    return cells < most ? cells : most;
}

void
ud_view_bde(struct ud_canvas cv, const struct ud_view_bde *model)
{
    struct ud_column column[4] = { { _("ID"), 8, 8, 0, 0, false }, { _("Kind"), kind_width(cv.width, model), 28, 0, 0, false },
        { _("Drive"), 5, 8, 0, 2, false }, { _("What is known"), 14, 60, 1, 1, false } };
    bool tall = cv.height >= TALL;
    int y = 0, width = text_width(cv.width);
    struct ud_table table;
    char line[300];

    if (model->device != NULL)
        snprintf(line, sizeof(line), _("Protectors of %s"), model->device);
    else
        snprintf(line, sizeof(line), "%s", _("Protectors in this text"));
    ud_canvas_fit(cv, SIDE, y++, cv.width - 2 * SIDE, UD_ROLE_HEADING, line);
    if (model->advice != NULL)
        y += ud_part_sentence(cv, SIDE, y, width, model->advice_tone, model->advice);
    if (model->list.count == 0) {
        if (model->problem != NULL)
            y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, model->problem);
        ud_canvas_cursor(cv, SIDE, y);
        return;
    }
    y += tall;
    ud_table_layout(&table, column, 4, LEAD, cv.width);
    if (tall)
        ud_table_head(cv, y++, &table);
    for (size_t i = model->list.top; i < ud_list_end(&model->list); i++)
        draw_row(cv, y++, &table, &model->row[i], i == model->list.selected);
    draw_selected(cv, y + tall, model);
}
