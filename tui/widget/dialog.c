/* A frame in the middle with wrapped paragraphs, room for more, and its keys. */
#include "widget/dialog.h"

#define SIDE 3 /* frame and two cells of air */

static int
paragraph_rows(const struct ud_dialog *dialog, int width)
{
    struct ud_canvas nowhere = { 0 };
    int rows = 0;

    for (size_t i = 0; i < dialog->paragraph_count; i++)
        rows += ud_canvas_wrap(nowhere, 0, 0, width, UD_ROLE_TEXT, dialog->paragraph[i], false) + (i > 0);
    return rows;
}

struct ud_canvas
ud_dialog_draw(struct ud_canvas cv, const struct ud_dialog *dialog, int extra)
{
    int width = dialog->want_width > 0 ? dialog->want_width : 60;
    int inner, rows, air, y;
    struct ud_canvas box;

    if (width > cv.width)
        width = cv.width;
    inner = width - 2 * SIDE;
    rows = paragraph_rows(dialog, inner);
    air = rows + extra + 5 <= cv.height;
    box = ud_canvas_centre(cv, width, rows + extra + 3 + 2 * air);
    ud_canvas_box(box, dialog->warning ? UD_ROLE_STATE_WARNING : UD_ROLE_BORDER, dialog->title);
    y = 1 + air;
    for (size_t i = 0; i < dialog->paragraph_count; i++)
        y += ud_canvas_wrap(box, SIDE, y, inner, UD_ROLE_TEXT, dialog->paragraph[i], true) + (i + 1 < dialog->paragraph_count);
    if (dialog->hint_count > 0) {
        ud_bar_hints(ud_canvas_part(box, SIDE - 1, box.height - 2, inner + 1, 1), 0, UD_ROLE_FOOTER_KEY, UD_ROLE_TEXT,
            dialog->hint, dialog->hint_count);
        ud_canvas_cursor(box, SIDE, box.height - 2);
    }
    return ud_canvas_part(box, SIDE, y, inner, extra);
}
