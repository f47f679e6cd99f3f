/* Keys and what they do. */
#include "view/help.h"

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE 2

static int
key_width(const struct ud_view_help *model)
{
    int most = 6;

    for (size_t i = 0; i < model->count; i++) {
        int cells = ud_cells(model->row[i].key);

        most = cells > most ? cells : most;
    }
    return most > 20 ? 20 : most;
}

/* Draws everything into a canvas as tall as it needs; returns the rows. */
static int
draw_all(struct ud_canvas cv, const struct ud_view_help *model, int width, bool draw)
{
    int keys = key_width(model), y = 0;

    if (model->about && *model->about)
        y += ud_canvas_wrap(cv, SIDE, y, width - 2 * SIDE > 76 ? 76 : width - 2 * SIDE, UD_ROLE_TEXT, model->about, draw) + 1;
    for (size_t i = 0; i < model->count; i++) {
        const struct ud_view_help_row *row = &model->row[i];

        if (row->section) {
            y += y > 0 && i > 0;
            if (draw)
                ud_canvas_fit(cv, SIDE, y, width - 2 * SIDE, UD_ROLE_HEADING, row->section);
        } else if (draw) {
            ud_canvas_fit(cv, SIDE, y, keys, UD_ROLE_FOOTER_KEY, row->key);
            ud_canvas_fit(cv, SIDE + keys + 2, y, width - 2 * SIDE - keys - 2, UD_ROLE_TEXT, row->label);
        }
        y++;
    }
    return y;
}

size_t
ud_view_help_lines(const struct ud_view_help *model, int width)
{
    struct ud_canvas nowhere = { 0 };

    return (size_t)draw_all(nowhere, model, width, false);
}

void
ud_view_help(struct ud_canvas cv, const struct ud_view_help *model)
{
    int lines = (int)ud_view_help_lines(model, cv.width);
    int most = lines > cv.height ? lines - cv.height : 0;
    int top = model->top > (size_t)most ? most : (int)model->top;

    draw_all(ud_canvas_scrolled(cv, lines, top), model, cv.width, true);
    ud_part_position(cv, cv.height - 1, (size_t)top, (size_t)(top + cv.height), (size_t)lines);
    ud_canvas_cursor(cv, SIDE, 0);
}
