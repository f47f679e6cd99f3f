#include "view/lock.h"

#include <stdio.h>

#include "grid/i18n.h"

#define BOX_WIDTH 58

static void
draw_training(struct ud_canvas cv, bool training)
{
    if (training)
        (void)ud_canvas_centred(cv, 0, UD_ROLE_TRAINING, _("  TRAINING  "));
}

static int
draw_who(struct ud_canvas cv, int y, const struct ud_view_lock *m)
{
    char text[256], when[32];

    (void)snprintf(text, sizeof(text), _("%s on %s"), m->operator_label != NULL ? m->operator_label : _("nobody signed in"),
        m->host != NULL ? m->host : "?");
    (void)ud_canvas_centred(cv, y++, UD_ROLE_TEXT, text);
    ud_view_clock(when, m->since, m->now);
    (void)snprintf(text, sizeof(text), _("Locked at %s: %s"), when, m->reason != NULL ? m->reason : "");
    (void)ud_canvas_centred(cv, y++, UD_ROLE_DIM, text);
    return y;
}

static int
draw_field(struct ud_canvas cv, int y, const struct ud_view_lock *m)
{
    const char *label = m->passphrase ? _("Passphrase") : _("PIN");
    int cells = m->passphrase ? 32 : 14, wide = ud_cells(label) + 2 + cells, x = (cv.width - wide) / 2;

    if (x < 0)
        x = 0;
    x += ud_canvas_text(cv, x, y, UD_ROLE_LABEL, label) + 2;
    if (m->working)
        (void)ud_canvas_text(cv, x, y, UD_ROLE_DIM, _("being checked …"));
    else if (m->line != NULL)
        ud_line_draw(cv, x, y, cells, m->line, true, NULL);
    return y + 1;
}

static void
draw_result(struct ud_canvas cv, int y, const struct ud_view_lock *m)
{
    char text[160];

    if (m->error != NULL && m->error[0] != '\0')
        (void)ud_canvas_centred(cv, y++, UD_ROLE_STATE_BAD, m->error);
    if (m->tries_left < 5) {
        (void)snprintf(text, sizeof(text),
            ud_plural("%u try is left, then the session ends.", "%u tries are left, then the session ends.", m->tries_left),
            m->tries_left);
        (void)ud_canvas_centred(cv, y, UD_ROLE_STATE_WARNING, text);
    }
}

void
ud_view_lock(struct ud_canvas cv, const struct ud_view_lock *m)
{
    int y = cv.height > 18 ? cv.height / 2 - 5 : cv.height > 12 ? 2 : 1;
    int gap = cv.height > 12 ? 1 : 0;
    char text[96];

    draw_training(cv, m->training);
    (void)ud_canvas_centred(cv, y++, UD_ROLE_TITLE, _("unlockdesk is locked"));
    y = draw_who(cv, y + gap, m) + gap;
    y = draw_field(cv, y, m) + gap;
    if (m->training_pin != NULL) {
        (void)snprintf(text, sizeof(text), _("Training PIN: %s"), m->training_pin);
        (void)ud_canvas_centred(cv, y++, UD_ROLE_TRAINING, text);
        y += gap;
    }
    draw_result(cv, y, m);
    (void)ud_bar_hints(cv, cv.height - 1, UD_ROLE_FOOTER_KEY, UD_ROLE_FOOTER, m->hint, m->hint_count);
}

void
ud_view_countdown(struct ud_canvas cv, unsigned seconds)
{
    struct ud_canvas box = ud_canvas_centre(cv, cv.width < 46 ? cv.width : 46, 5);
    char text[96];

    ud_canvas_box(box, UD_ROLE_MESSAGE_WARNING, _("Are you still there?"));
    (void)snprintf(
        text, sizeof(text), ud_plural("The console locks in %u second.", "The console locks in %u seconds.", seconds), seconds);
    (void)ud_canvas_centred(box, 2, UD_ROLE_STRONG, text);
    (void)ud_canvas_centred(box, 3, UD_ROLE_TEXT, _("Space: stay"));
}

void
ud_view_session_over(struct ud_canvas cv, const struct ud_view_session_over *m)
{
    struct ud_canvas in = ud_canvas_centre(cv, cv.width < BOX_WIDTH ? cv.width : BOX_WIDTH, cv.height > 12 ? 12 : cv.height - 2);
    char text[128], when[32];
    int y = cv.height > 12 ? 1 : 0, gap = cv.height > 12 ? 1 : 0;

    draw_training(cv, m->training);
    (void)ud_canvas_centred(in, y++, UD_ROLE_TITLE, _("The session is over"));
    y += gap;
    y += ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_TEXT, m->why != NULL ? m->why : "", true) + gap;
    y += ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_STRONG, m->next != NULL ? m->next : "", true) + gap;
    ud_view_clock(when, m->at, m->now);
    (void)snprintf(text, sizeof(text), _("%s, %s"), m->host != NULL ? m->host : "", when);
    (void)ud_canvas_fit(in, 0, y, in.width, UD_ROLE_DIM, text);
    (void)ud_bar_hints(cv, cv.height - 1, UD_ROLE_FOOTER_KEY, UD_ROLE_FOOTER, m->hint, m->hint_count);
}

void
ud_view_too_small(struct ud_canvas cv)
{
    (void)ud_canvas_wrap(
        cv, 0, 0, cv.width, UD_ROLE_STATE_WARNING, _("This window is too small: make it at least 40 columns by 10 rows."), true);
}
