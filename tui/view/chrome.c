/* Header, calls, message line and footer. */
#include "view/chrome.h"

#include <stdio.h>
#include <string.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define PRODUCT    "unlockdesk"
#define CALL_WIDTH 40

/* Draws `text` with a blank on both sides, ending before column `right`; returns where it begins, `right` where it does not
 * fit. */
static int
put_right(struct ud_canvas cv, int right, int least, enum ud_role role, const char *text)
{
    int cells = ud_cells(text) + 2, x = right - cells;

    if (!text || !*text || x < least)
        return right;
    ud_canvas_repeat(cv, x, 0, cells, role, " ");
    ud_canvas_text(cv, x + 1, 0, role, text);
    return x;
}

static void
draw_header(struct ud_canvas cv, const struct ud_view_chrome *model)
{
    static const char ours[] = PRODUCT;
    const char *product = model->product && *model->product ? model->product : ours;
    int right = cv.width, title = ud_cells(model->screen), x = 1;
    char unread[64];

    ud_canvas_repeat(cv, 0, 0, cv.width, UD_ROLE_HEADER, " ");
    if (model->training)
        right = put_right(cv, right, 0, UD_ROLE_TRAINING, _("TRAINING"));
    right = put_right(cv, right, title + 2, UD_ROLE_HEADER_STRONG, model->approve);
    right = put_right(cv, right, title + 2, UD_ROLE_HEADER_STRONG, model->surge);
    if (model->unread > 0) {
        snprintf(unread, sizeof(unread), ud_plural("%u new event", "%u new events", model->unread), model->unread);
        right = put_right(cv, right, title + 2, UD_ROLE_HEADER_STRONG, unread);
    }
    /* On a site's own page its name comes before the account. */
    right =
        put_right(cv, right, title + 4 + (product != ours ? ud_cells(product) + 3 : 0), UD_ROLE_HEADER, model->operator_label);
    right = put_right(cv, right, title + 4, UD_ROLE_HEADER, model->source);
    if (x + ud_cells(product) + 3 + title < right) {
        x += ud_canvas_text(cv, x, 0, UD_ROLE_HEADER, product);
        x += ud_canvas_text(cv, x, 0, UD_ROLE_HEADER, " │ ");
    }
    ud_canvas_fit(cv, x, 0, right - x - 1, UD_ROLE_HEADER_STRONG, model->screen);
}

/* One call: "›2 LON-LT-0042 Ann 3/8". */
static void
draw_call(struct ud_canvas cv, const struct ud_view_call *call)
{
    enum ud_role role = call->active ? UD_ROLE_CALL_ACTIVE : UD_ROLE_CALL;
    char progress[32] = "", line[320];
    int right;

    if (call->state != NULL)
        snprintf(progress, sizeof(progress), "%s", call->state);
    else if (call->waiting)
        snprintf(progress, sizeof(progress), "%s", _("new key"));
    else if (call->groups > 0)
        snprintf(progress, sizeof(progress), "%u/%u", call->group, call->groups);
    right = ud_cells(progress);
    ud_canvas_fill(cv, role);
    snprintf(line, sizeof(line), "%s%u %s%s%s", call->active ? "›" : " ", call->number, call->device ? call->device : "",
        call->caller && *call->caller ? " · " : "", call->caller ? call->caller : "");
    ud_canvas_fit(cv, 0, 0, cv.width - right - 2, role, line);
    ud_canvas_text(cv, cv.width - right - 1, 0, role, progress);
}

static void
draw_calls(struct ud_canvas cv, const struct ud_view_chrome *model)
{
    size_t count = model->call_count < UD_VIEW_CALLS ? model->call_count : UD_VIEW_CALLS;
    int most = cv.width / (int)count > CALL_WIDTH ? CALL_WIDTH : cv.width / (int)count;

    for (size_t i = 0; i < count; i++)
        draw_call(ud_canvas_part(cv, (int)i * most, 0, most - 1, 1), &model->call[i]);
}

static void
draw_message(struct ud_canvas cv, const struct ud_view_chrome *model)
{
    static const enum ud_role roles[] = { UD_ROLE_MESSAGE, UD_ROLE_MESSAGE, UD_ROLE_MESSAGE_WARNING, UD_ROLE_MESSAGE_ERROR };
    static const char *const signs[] = { "", "✓ ", "! ", "✗ " };
    enum ud_tone tone = (unsigned)model->tone <= UD_TONE_ERROR ? model->tone : UD_TONE_PLAIN;
    int x = 1;

    if (!model->message || !*model->message)
        return;
    if (tone == UD_TONE_ERROR)
        ud_canvas_fill(cv, roles[tone]);
    x += ud_canvas_text(cv, x, 0, roles[tone], signs[tone]);
    ud_canvas_fit(cv, x, 0, cv.width - x - 1, roles[tone], model->message);
}

void
ud_view_body_size(int *width, int *height, int terminal_width, int terminal_height, size_t call_count)
{
    *width = terminal_width;
    *height = terminal_height - 3 - (call_count > 0);
}

struct ud_canvas
ud_view_chrome(struct ud_canvas cv, const struct ud_view_chrome *model)
{
    int top = 1, width, height;

    draw_header(ud_canvas_part(cv, 0, 0, cv.width, 1), model);
    if (model->call_count > 0)
        draw_calls(ud_canvas_part(cv, 0, top++, cv.width, 1), model);
    draw_message(ud_canvas_part(cv, 0, cv.height - 2, cv.width, 1), model);
    ud_bar_hints(
        ud_canvas_part(cv, 0, cv.height - 1, cv.width, 1), 0, UD_ROLE_FOOTER_KEY, UD_ROLE_FOOTER, model->hint, model->hint_count);
    ud_view_body_size(&width, &height, cv.width, cv.height, model->call_count);
    return ud_canvas_part(cv, 0, top, width, height);
}
