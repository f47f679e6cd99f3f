/* Choosing the PIN or passphrase. */
#include "view/choose_pin.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE  2
#define LABEL 14

static void
draw_field(struct ud_canvas cv, int y, const char *label, const struct ud_line *line, bool focus)
{
    int cells = cv.width - 2 * SIDE - LABEL;

    ud_canvas_fit(cv, SIDE, y, LABEL - 1, focus ? UD_ROLE_STRONG : UD_ROLE_LABEL, label);
    ud_line_draw(cv, SIDE + LABEL, y, cells > 32 ? 32 : cells, line, focus, NULL);
}

void
ud_view_choose_pin(struct ud_canvas cv, const struct ud_view_choose_pin *model)
{
    int air = cv.height >= 14, y = air, width = cv.width - 2 * SIDE;
    char line[240];

    if (width > 76)
        width = 76;
    snprintf(line, sizeof(line),
        model->passphrase ? _("Choose a passphrase of %u or more characters.") : _("Choose a PIN of %u or more digits."),
        model->least);
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_HEADING, line, true) + air;
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT,
             _("It unlocks the console when it has locked itself, for this session. It is asked again before a recovery key is "
               "got when you have not typed it for a while."),
             cv.height >= 9) *
         (cv.height >= 9);
    y += air;
    draw_field(cv, y, model->passphrase ? _("Passphrase") : _("PIN"), model->first, !model->on_second && !model->working);
    y += 1 + air;
    draw_field(cv, y, _("Once more"), model->second, model->on_second && !model->working);
    y += 1 + air;
    if (model->working)
        ud_canvas_fit(cv, SIDE, y, width, UD_ROLE_STATE_WAITING, _("Preparing the lock …"));
    else if (model->error)
        ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, model->error);
}
