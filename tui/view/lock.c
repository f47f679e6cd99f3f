/* The locked console, the countdown before it, the end of the session, and a terminal that is too small. */
#include "view/lock.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/dialog.h"

#define WIDTH   60
#define LABEL   14
#define PRODUCT "unlockdesk"

/* Bars above and below, and the block in the middle, `rows` high. */
static struct ud_canvas
cover_screen(struct ud_canvas cv, const char *product, bool training, const struct ud_hint *hint, size_t hint_count, int rows)
{
    ud_canvas_fill(cv, UD_ROLE_TEXT);
    ud_canvas_repeat(cv, 0, 0, cv.width, UD_ROLE_HEADER, " ");
    ud_canvas_text(cv, 1, 0, UD_ROLE_HEADER, product && *product ? product : PRODUCT);
    if (training) {
        int cells = ud_cells(_("TRAINING")) + 2;

        ud_canvas_repeat(cv, cv.width - cells, 0, cells, UD_ROLE_TRAINING, " ");
        ud_canvas_text(cv, cv.width - cells + 1, 0, UD_ROLE_TRAINING, _("TRAINING"));
    }
    ud_bar_hints(cv, cv.height - 1, UD_ROLE_FOOTER_KEY, UD_ROLE_FOOTER, hint, hint_count);
    return ud_canvas_centre(ud_canvas_part(cv, 2, 1, cv.width - 4, cv.height - 2), WIDTH, rows);
}

static const char *
tries_text(char *out, size_t size, unsigned left)
{
    if (left >= 5)
        return NULL;
    snprintf(out, size, ud_plural("%u try left, then the session ends.", "%u tries left, then the session ends.", left), left);
    return out;
}

static int
draw_lock_field(struct ud_canvas cv, int y, const struct ud_view_lock *model)
{
    char line[160];
    int cells = cv.width - LABEL > 32 ? 32 : cv.width - LABEL, x;

    ud_canvas_fit(cv, 0, y, LABEL - 1, UD_ROLE_STRONG, model->passphrase ? _("Passphrase") : _("PIN"));
    ud_line_draw(cv, LABEL, y, cells, model->line, !model->working, NULL);
    if (model->training_pin) {
        snprintf(line, sizeof(line), _("Training: the PIN is %s"), model->training_pin);
        x = ud_cells(line) > cv.width - LABEL ? 0 : LABEL;
        ud_canvas_fit(cv, x, ++y, cv.width - x, UD_ROLE_HEADING, line);
    }
    return y + 1;
}

void
ud_view_lock(struct ud_canvas cv, const struct ud_view_lock *model)
{
    int air = cv.height >= 18;
    struct ud_canvas block = cover_screen(cv, NULL, model->training, model->hint, model->hint_count, air ? 13 : cv.height - 2);
    char since[32], line[200];
    int y = 0;

    ud_view_clock(since, model->since, model->now);
    ud_canvas_fit(block, 0, y, block.width, UD_ROLE_TITLE, _("Locked"));
    y += 1 + air;
    ud_part_fact(block, 0, y++, block.width, LABEL, _("Host"), UD_ROLE_TEXT, model->host);
    ud_part_fact(block, 0, y++, block.width, LABEL, _("Operator"), UD_ROLE_TEXT, model->operator_label);
    snprintf(line, sizeof(line), _("since %s: %s"), since, model->reason ? model->reason : "");
    if (air) {
        ud_part_fact(block, 0, y, LABEL, LABEL, _("Locked"), UD_ROLE_TEXT, " ");
        y += ud_canvas_wrap(block, LABEL, y, block.width - LABEL, UD_ROLE_TEXT, line, true);
    } else {
        ud_part_fact(block, 0, y++, block.width, LABEL, _("Locked"), UD_ROLE_TEXT, line);
    }
    y = draw_lock_field(block, y + air, model) + air;
    if (model->working)
        ud_canvas_fit(block, 0, y, block.width, UD_ROLE_STATE_WAITING, _("Checking …"));
    else if (model->error)
        y += ud_part_sentence(block, 0, y, block.width, UD_TONE_ERROR, model->error);
    if (!model->working && tries_text(line, sizeof(line), model->tries_left))
        ud_part_sentence(block, 0, y, block.width, UD_TONE_WARNING, line);
}

void
ud_view_countdown(struct ud_canvas cv, unsigned seconds, bool ends)
{
    char line[160];
    const char *paragraph[1] = { line };
    struct ud_hint hint[1] = { { _("Space"), _("stay"), true } };
    struct ud_dialog dialog = { .title = _("Nobody there?"),
        .paragraph = paragraph,
        .paragraph_count = 1,
        .hint = hint,
        .hint_count = 1,
        .want_width = 56,
        .warning = true };

    snprintf(line, sizeof(line),
        ends ? _("The session ends in %2u s, and everything is wiped.") : _("The console locks in %2u s. Open calls are kept."),
        seconds);
    ud_dialog_draw(cv, &dialog, 0);
}

void
ud_view_session_over(struct ud_canvas cv, const struct ud_view_session_over *model)
{
    struct ud_canvas nowhere = { 0 };
    int text = cv.width - 4 < WIDTH ? cv.width - 4 : WIDTH, y = 0;
    int rows = 5 + ud_canvas_wrap(nowhere, 0, 0, text, UD_ROLE_TEXT, model->why, false) +
               ud_canvas_wrap(nowhere, 0, 0, text, UD_ROLE_TEXT, model->next, false);
    struct ud_canvas block = cover_screen(cv, model->product, model->training, model->hint, model->hint_count,
        cv.height < 18 ? cv.height - 2
        : rows < 9     ? 9
                       : rows);
    char at[32];

    ud_view_clock(at, model->at, model->now);
    ud_canvas_fit(block, 0, y, block.width, UD_ROLE_TITLE, _("The session is over"));
    y += 2;
    y += ud_canvas_wrap(block, 0, y, block.width, UD_ROLE_TEXT, model->why, true) + (block.height >= 9);
    y += ud_canvas_wrap(block, 0, y, block.width, UD_ROLE_STRONG, model->next, true) + (block.height >= 9);
    ud_canvas_format(block, 0, y, UD_ROLE_DIM, "%s · %s", model->host ? model->host : "", at);
    ud_canvas_cursor(block, 0, 2);
}

void
ud_view_too_small(struct ud_canvas cv)
{
    char line[120];
    int rows;

    snprintf(line, sizeof(line), _("This window is too small. unlockdesk needs %d columns and %d rows."), UD_VIEW_MIN_WIDTH,
        UD_VIEW_MIN_HEIGHT);
    ud_canvas_fill(cv, UD_ROLE_TEXT);
    rows = ud_canvas_wrap(cv, 0, 0, cv.width, UD_ROLE_TEXT, line, false);
    ud_canvas_wrap(cv, 0, rows < cv.height ? (cv.height - rows) / 2 : 0, cv.width, UD_ROLE_TEXT, line, true);
    ud_canvas_cursor(cv, 0, 0);
}
