#include "view/notice.h"

#include <stdio.h>

#include "grid/i18n.h"

#define TEXT_WIDTH 76

static int
text_width(int width)
{
    int w = width >= 60 ? width - 4 : width;

    return w > TEXT_WIDTH ? TEXT_WIDTH : w;
}

size_t
ud_view_notice_lines(const struct ud_view_notice *m, int width)
{
    struct ud_canvas none = { .width = width, .height = 0 };
    int n = ud_canvas_wrap(none, 0, 0, text_width(width), UD_ROLE_TEXT, m->text != NULL ? m->text : "", false);

    return n > 0 ? (size_t)n : 0;
}

static void
draw_head(struct ud_canvas cv, const struct ud_view_notice *m)
{
    char line[160];

    if (m->changed)
        (void)snprintf(line, sizeof(line), "%s", _("This notice has changed since you accepted it. Read it again."));
    else if (m->site != NULL && m->site[0] != '\0')
        (void)snprintf(line, sizeof(line), _("%s asks you to read and accept this before you go on."), m->site);
    else
        (void)snprintf(line, sizeof(line), "%s", _("Read and accept this before you go on."));
    (void)ud_canvas_fit(cv, 0, 0, cv.width, m->changed ? UD_ROLE_STATE_WARNING : UD_ROLE_HEADING, line);
}

void
ud_view_notice(struct ud_canvas cv, const struct ud_view_notice *m)
{
    struct ud_canvas in = ud_canvas_inset(cv, cv.width >= 60 ? 2 : 0, cv.height > 14 ? 1 : 0);
    size_t lines = ud_view_notice_lines(m, cv.width), top = m->top;
    int head = in.height > 6 ? 2 : 1, room = in.height - head - 1;
    char more[64];

    if (room < 1)
        room = 1;
    if (top + (size_t)room > lines)
        top = lines > (size_t)room ? lines - (size_t)room : 0;
    draw_head(in, m);
    struct ud_canvas text = ud_canvas_scrolled(ud_canvas_part(in, 0, head, in.width, room), (int)lines, (int)top);
    (void)ud_canvas_wrap(text, 0, 0, text_width(cv.width), UD_ROLE_TEXT, m->text != NULL ? m->text : "", true);
    if (lines > top + (size_t)room) {
        (void)snprintf(more, sizeof(more), ud_plural("%zu more line: Down", "%zu more lines: Down", lines - top - (size_t)room),
            lines - top - (size_t)room);
        (void)ud_canvas_fit(in, 0, in.height - 1, in.width, UD_ROLE_DIM, more);
    }
}
