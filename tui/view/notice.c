/* The site's notice. */
#include "view/notice.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE  2
#define WIDTH 76
#define HEAD  2 /* heading and a blank */
#define TAIL  1 /* position */

static int
text_width(int width)
{
    return width - 2 * SIDE < WIDTH ? width - 2 * SIDE : WIDTH;
}

size_t
ud_view_notice_lines(const struct ud_view_notice *model, int width)
{
    struct ud_canvas nowhere = { 0 };

    return (size_t)ud_canvas_wrap(nowhere, 0, 0, text_width(width), UD_ROLE_TEXT, model->text, false);
}

void
ud_view_notice(struct ud_canvas cv, const struct ud_view_notice *model)
{
    size_t lines = ud_view_notice_lines(model, cv.width);
    size_t room = cv.height > HEAD + TAIL ? (size_t)(cv.height - HEAD - TAIL) : 1;
    size_t top = model->top + room > lines ? (lines > room ? lines - room : 0) : model->top;
    struct ud_canvas window = ud_canvas_part(cv, SIDE, HEAD, text_width(cv.width), (int)room);
    char title[200];

    if (model->changed)
        snprintf(title, sizeof(title), "%s", _("This notice has changed. Read it and accept it again."));
    else if (model->site && *model->site)
        snprintf(title, sizeof(title), _("Notice of %s. Read it and accept it to go on."), model->site);
    else
        snprintf(title, sizeof(title), "%s", _("Read this and accept it to go on."));
    ud_canvas_fit(cv, SIDE, 0, cv.width - 2 * SIDE, UD_ROLE_HEADING, title);
    ud_canvas_wrap(ud_canvas_scrolled(window, (int)lines, (int)top), 0, 0, window.width, UD_ROLE_TEXT, model->text, true);
    ud_part_position(cv, cv.height - 1, top, top + room, lines);
    ud_canvas_cursor(cv, SIDE, HEAD);
}
