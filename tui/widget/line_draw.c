/* How a field looks: its text scrolled so that the cursor is in sight, dots for hidden characters. */
#include <string.h>

#include "base/text.h"
#include "widget/line.h"

static void
draw_hidden(struct ud_canvas cv, int x, int y, int cells, const struct ud_line *line, bool focus, enum ud_role role)
{
    int dots = line->hidden < (size_t)(cells - 1) ? (int)line->hidden : cells - 1;

    ud_canvas_repeat(cv, x, y, dots, role, "•");
    if (focus)
        ud_canvas_cursor(cv, x + dots, y);
}

/* First byte to draw so that the cursor has a cell. */
static size_t
scroll_start(const struct ud_line *line, int cells)
{
    size_t start = 0;
    int width;

    while (ud_text_width(line->text + start, line->cursor - start) >= (size_t)cells && start < line->cursor)
        start += ud_text_next(line->text + start, line->length - start, &width);
    return start;
}

void
ud_line_draw(struct ud_canvas cv, int x, int y, int cells, const struct ud_line *line, bool focus, const char *placeholder)
{
    enum ud_role role = focus ? UD_ROLE_FIELD_FOCUS : UD_ROLE_FIELD;
    size_t start;

    if (cells <= 0)
        return;
    ud_canvas_repeat(cv, x, y, cells, role, " ");
    if (line->secret) {
        draw_hidden(cv, x, y, cells, line, focus, role);
        return;
    }
    start = scroll_start(line, cells);
    if (line->length == 0 && placeholder) {
        ud_canvas_fit(cv, x, y, cells, role, placeholder);
        ud_canvas_role(cv, x, y, cells, focus ? role : UD_ROLE_DIM);
    } else {
        ud_canvas_text(ud_canvas_part(cv, x, y, cells, 1), 0, 0, role, line->text + start);
    }
    if (focus)
        ud_canvas_cursor(cv, x + (int)ud_text_width(line->text + start, line->cursor - start), y);
}
