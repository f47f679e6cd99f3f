/* Sign-in: what to open, what to type there, and what is being waited for. */
#include "view/sign_in.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE     2
#define TEXT_MIN 40
#define TEXT_MAX 70

/* It stands where the code does. */
static void
put_cursor(struct ud_canvas cv, int x, int y, enum ud_role role)
{
    if (role == UD_ROLE_CODE)
        ud_canvas_cursor(cv, x, y);
}

/* A line with a label in front, the value beside it or, where that is too long, below. Returns the rows. */
static int
step(struct ud_canvas cv, int y, const char *number, const char *label, enum ud_role role, const char *value)
{
    int x = SIDE + 3, room = cv.width - x - 1;

    ud_canvas_text(cv, SIDE, y, UD_ROLE_CHOICE_KEY, number);
    ud_canvas_fit(cv, x, y, room, UD_ROLE_TEXT, label);
    if (!value)
        return 1;
    if (cv.height >= 14) {
        put_cursor(cv, x + 2, y + 1, role);
        ud_canvas_wrap(cv, x + 2, y + 1, room - 2, role, value, true);
        return 1 + ud_canvas_wrap(cv, 0, 0, room - 2, role, value, false);
    }
    if (ud_cells(label) + 1 + ud_cells(value) <= room) {
        put_cursor(cv, x + ud_cells(label) + 1, y, role);
        ud_canvas_text(cv, x + ud_cells(label) + 1, y, role, value);
        return 1;
    }
    put_cursor(cv, x, y + 1, role);
    return 1 + ud_canvas_wrap(cv, x, y + 1, room, role, value, true);
}

static int
draw_approval(struct ud_canvas cv, int y, const struct ud_view_sign_in *model)
{
    char left[16], line[160];

    ud_view_minutes(left, model->expires_in);
    snprintf(line, sizeof(line),
        model->expires_in > 0 ? _("Waiting for the approval there. The code is good for %s.")
                              : _("Waiting for the approval there."),
        left);
    ud_canvas_text(cv, SIDE, y, UD_ROLE_CHOICE_KEY, "3");
    return ud_canvas_wrap(cv, SIDE + 3, y, cv.width - SIDE - 4, UD_ROLE_TEXT, line, true);
}

static int
draw_invented(struct ud_canvas cv, int y, const struct ud_view_sign_in *model, bool air)
{
    int width = cv.width - SIDE - 4, rows;
    char line[160];

    snprintf(line, sizeof(line), _("Enter: approve as %s"), model->invented);
    rows = ud_canvas_wrap(cv, SIDE + 3, y, width, UD_ROLE_HEADING, line, true);
    if (air)
        rows += ud_canvas_wrap(
            cv, SIDE + 3, y + rows, width, UD_ROLE_DIM, _("Training only: nothing has to be opened in a browser."), true);
    return rows;
}

static void
draw_waiting(struct ud_canvas cv, int y, const struct ud_view_sign_in *model)
{
    int air = cv.height >= 14;

    y += step(cv, y, "1", _("Open this in any browser:"), UD_ROLE_STRONG, model->address) + air;
    y += step(cv, y, "2", _("Type this code there:"), UD_ROLE_CODE, model->code);
    y += air;
    if (air || !model->invented)
        y += draw_approval(cv, y, model) + air;
    if (model->invented)
        y += draw_invented(cv, y, model, air) + air;
    if (model->warning)
        ud_part_sentence(cv, SIDE, y, cv.width - 2 * SIDE, UD_TONE_WARNING, model->warning);
}

static void
draw_identity(struct ud_canvas cv, int y, const struct ud_view_sign_in *model)
{
    ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_TEXT, _("Signed in. Is this you?"));
    ud_canvas_fit(cv, SIDE + 2, y + 2, cv.width - 2 * SIDE - 2, UD_ROLE_STRONG, model->identity);
    ud_canvas_fit(cv, SIDE + 2, y + 3, cv.width - 2 * SIDE - 2, UD_ROLE_DIM, model->role);
    ud_canvas_cursor(cv, SIDE + 2, y + 2);
}

static void
draw_failed(struct ud_canvas cv, int y, const struct ud_view_sign_in *model)
{
    y += ud_part_sentence(cv, SIDE, y, cv.width - 2 * SIDE, UD_TONE_ERROR, model->error) + 1;
    ud_canvas_wrap(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_TEXT, model->hint, true);
    ud_canvas_cursor(cv, SIDE, y);
}

/* The code for a phone's camera, at the right where both fit; the text keeps the rest. */
static struct ud_canvas
draw_qr(struct ud_canvas cv, const struct ud_view_sign_in *model)
{
    const char *address = model->address_full ? model->address_full : model->address;
    int rows = 0, size = ud_part_qr_size(address, &rows);
    int text = cv.width - size - 3;

    if (size == 0 || text < TEXT_MIN || rows > cv.height)
        return cv;
    if (text > TEXT_MAX)
        text = TEXT_MAX;
    ud_part_qr(ud_canvas_part(cv, text + 1, cv.height > rows + 1, size, rows), address);
    return ud_canvas_part(cv, 0, 0, text, cv.height);
}

void
ud_view_sign_in(struct ud_canvas cv, const struct ud_view_sign_in *model)
{
    int y = cv.height >= 14;
    char line[200];

    if (model->step == UD_SIGN_IN_WAITING)
        cv = draw_qr(cv, model);
    snprintf(line, sizeof(line), _("Sign in to %s"), model->source ? model->source : "");
    ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_HEADING, line);
    y += cv.height >= 14 ? 2 : 1;
    switch (model->step) {
    case UD_SIGN_IN_STARTING:
        ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_TEXT, _("Asking for a sign-in code …"));
        ud_canvas_cursor(cv, SIDE, y);
        break;
    case UD_SIGN_IN_WAITING:
        draw_waiting(cv, y, model);
        break;
    case UD_SIGN_IN_IDENTITY:
        draw_identity(cv, y, model);
        break;
    case UD_SIGN_IN_FAILED:
        draw_failed(cv, y, model);
        break;
    }
}
