#include "view/store.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE   2
#define LABEL  22
#define WIDEST 76
#define CAUSE  5 /* cells in front of a cause */
#define GROUP  (UD_TYPED_CHARACTERS / UD_TYPED_GROUPS)
#define FIELD  (UD_TYPED_CHARACTERS + UD_TYPED_GROUPS - 1)
#define COUNT  12
#define LOW    14 /* rows from which on everything is said */

/* --- words --------------------------------------------------------------------------------------------------------------- */

void
ud_view_typed_fault(char *out, size_t size, enum ud_typed_fault fault, size_t characters)
{
    switch (fault) {
    case UD_TYPED_EMPTY:
        (void)snprintf(out, size, "%s", _("Type the FileVault recovery key: 24 letters and digits."));
        break;
    case UD_TYPED_LENGTH:
        (void)snprintf(out, size,
            ud_plural("A FileVault recovery key has 24 characters, and this has %zu. Compare it group by group.",
                "A FileVault recovery key has 24 characters, and this has %zu. Compare it group by group.", characters),
            characters);
        break;
    case UD_TYPED_IS_BITLOCKER:
        (void)snprintf(
            out, size, "%s", _("48 digits are the recovery key of a Windows computer. That of a Mac has 24 letters and digits."));
        break;
    case UD_TYPED_IS_ACCOUNT:
        (void)snprintf(out, size, "%s",
            _("28 characters are the recovery key of an Apple Account, which is another thing. That of this Mac has 24."));
        break;
    case UD_TYPED_IS_FAULTY:
        (void)snprintf(out, size, "%s",
            _("16 characters are no recovery key: a fault of macOS shows such a text. That of this Mac has 24."));
        break;
    default:
        out[0] = '\0';
        break;
    }
}

const char *
ud_view_typed_unusual(void)
{
    return _("It holds 0, 1, I or S, which these keys never do: a circle is the letter O. Look once more; it can be sent so.");
}

/* --- what became of it ----------------------------------------------------------------------------------------------------- */

/* A canvas may be without a grid: then only the rows are counted. */
static int
sentence(struct ud_canvas cv, int x, int y, int width, enum ud_tone tone, const char *text)
{
    return cv.grid != NULL ? ud_part_sentence(cv, x, y, width, tone, text) : ud_part_sentence_rows(width, tone, text);
}

static int
draw_waiting(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s)
{
    char line[400], when[48], seen[48];

    ud_view_ago(when, s->requested, s->now);
    ud_view_ago(seen, s->last_checkin, s->now);
    (void)snprintf(line, sizeof(line),
        _("A recovery key was typed %s and waits for this Mac (last seen %s). The Mac checks it and makes a new one by itself: "
          "you "
          "may leave, the outcome will stand here."),
        when, seen);
    return sentence(cv, x, y, width, UD_TONE_PLAIN, line);
}

static int
draw_updated(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s)
{
    char line[400], when[32];

    ud_view_clock(when, s->new_created != UD_WALL_NONE ? s->new_created : s->finished, s->now);
    (void)snprintf(line, sizeof(line),
        _("The recovery key was updated: the Mac's new key is stored since %s. The typed one no longer works. When the Mac is "
          "locked, get the new key here."),
        when);
    return sentence(cv, x, y, width, UD_TONE_GOOD, line);
}

/* The causes in the order in which they are worth looking at; the one that the Mac or the service has named is marked. */
static int
draw_cause(struct ud_canvas cv, int x, int y, int width, int number, bool named, const char *text)
{
    enum ud_role role = named ? UD_ROLE_STRONG : UD_ROLE_TEXT;
    char mark[16];

    if (cv.grid != NULL && cv.height < LOW && !named)
        return 0;
    (void)snprintf(mark, sizeof(mark), "%s %d.", named ? "→" : " ", number);
    if (cv.grid != NULL)
        ud_canvas_text(cv, x, y, role, mark);
    return ud_canvas_wrap(cv, x + CAUSE, y, width - CAUSE, role, text, cv.grid != NULL);
}

static int
draw_failed(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s)
{
    char line[320], when[32], seen[48];
    int from = y;

    ud_view_clock(when, s->finished, s->now);
    ud_view_ago(seen, s->last_checkin, s->now);
    (void)snprintf(line, sizeof(line), _("The recovery key that was typed could not be updated (%s). Nothing was stored."), when);
    y += sentence(cv, x, y, width, UD_TONE_ERROR, line);
    y += draw_cause(cv, x, y, width, 1, s->cause == UD_TYPED_WRONG_KEY,
        _("The key is wrong: compare it with what was written down, then type it again with s."));
    (void)snprintf(line, sizeof(line),
        _("The Mac was not heard of for a while (last seen %s): have it unlocked and online, then store the key again."), seen);
    y += draw_cause(cv, x, y, width, 2, s->cause == UD_TYPED_NO_CONTACT, line);
    y += draw_cause(cv, x, y, width, 3, s->cause == UD_TYPED_NO_POLICY,
        s->own ? _("The Mac has no FileVault policy of the organisation: tell the helpdesk.")
               : _("The Mac has no FileVault policy: tell whoever manages the Macs."));
    if (s->full)
        y += ud_canvas_wrap(cv, x, y, width, UD_ROLE_TEXT,
            _("If it goes on failing, have a new key made on the Mac itself: sudo fdesetup changerecovery -personal"),
            cv.grid != NULL);
    return y - from;
}

static int
draw_asked(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s)
{
    char line[700], when[32];
    int from = y;

    ud_view_clock(when, s->asked_at, s->now);
    if (s->own)
        (void)snprintf(line, sizeof(line), _("%s asks (%s) that you store the recovery key of this Mac."),
            s->asked_by != NULL && s->asked_by[0] ? s->asked_by : _("The helpdesk"), when);
    else
        (void)snprintf(line, sizeof(line), _("The user was asked to store the key (%s); nothing has come yet."), when);
    y += sentence(cv, x, y, width, UD_TONE_WARNING, line);
    if (s->note != NULL && s->note[0] != '\0')
        y += ud_canvas_wrap(cv, x, y, width, UD_ROLE_DIM, s->note, cv.grid != NULL);
    if (s->own && s->blocked)
        y += sentence(
            cv, x, y, width, UD_TONE_WARNING, _("Access to what the organisation offers is blocked until the key is stored."));
    return y - from;
}

int
ud_view_stored(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s)
{
    int from = y;

    if (s->asked && s->state != UD_TYPED_PENDING)
        y += draw_asked(cv, x, y, width, s);
    switch (s->state) {
    case UD_TYPED_PENDING:
        y += draw_waiting(cv, x, y, width, s);
        break;
    case UD_TYPED_DONE:
        y += draw_updated(cv, x, y, width, s);
        break;
    case UD_TYPED_FAILED:
        y += draw_failed(cv, x, y, width, s);
        break;
    default:
        break;
    }
    return y - from;
}

int
ud_view_stored_rows(int width, const struct ud_view_stored *s)
{
    struct ud_canvas nowhere = { 0 };

    return ud_view_stored(nowhere, 0, 0, width, s);
}

/* --- the page --------------------------------------------------------------------------------------------------------------- */

/* Six groups of four: a dot for each character that was typed. */
static void
draw_dots(struct ud_canvas cv, int x, int y, size_t typed, bool focus)
{
    enum ud_role role = focus ? UD_ROLE_FIELD_FOCUS : UD_ROLE_FIELD;
    int at = x + FIELD - 1;

    for (size_t i = 0; i < UD_TYPED_CHARACTERS; i++)
        ud_canvas_text(cv, x + (int)(i + i / GROUP), y, role, i < typed ? "•" : "_");
    if (typed < UD_TYPED_CHARACTERS)
        at = x + (int)(typed + typed / GROUP);
    if (focus)
        ud_canvas_cursor(cv, at, y);
}

/* A field, its label and how many characters are in it; below each other where the window is narrow. Returns its rows. */
static int
draw_groups(struct ud_canvas cv, int y, const char *label, size_t typed, bool focus)
{
    enum ud_role role = typed > UD_TYPED_CHARACTERS ? UD_ROLE_STATE_WARNING : UD_ROLE_DIM;
    bool narrow = cv.width < SIDE + LABEL + FIELD + COUNT;
    int x = narrow ? SIDE : SIDE + LABEL;
    char count[64];

    (void)snprintf(count, sizeof(count), _("%zu of %d"), typed, UD_TYPED_CHARACTERS);
    ud_canvas_fit(cv, SIDE, y, narrow ? FIELD : LABEL - 1, focus ? UD_ROLE_STRONG : UD_ROLE_LABEL, label);
    if (narrow)
        ud_canvas_fit_right(cv, SIDE, y, FIELD, role, count);
    else
        ud_canvas_fit(cv, x + FIELD + 2, y, cv.width - x - FIELD - 2, role, count);
    draw_dots(cv, x, y + narrow, typed, focus);
    return 1 + narrow;
}

static int
page_width(struct ud_canvas cv)
{
    return cv.width - 2 * SIDE > WIDEST ? WIDEST : cv.width - 2 * SIDE;
}

static int
draw_heading(struct ud_canvas cv, const struct ud_view_store *m)
{
    char line[400];
    int y = 0, air = cv.height >= LOW;

    (void)snprintf(line, sizeof(line),
        m->step == UD_VIEW_STORE_ASK ? _("Ask the user of %s for its recovery key") : _("Store the recovery key of %s"),
        m->device);
    y += ud_canvas_wrap(cv, SIDE, y, page_width(cv), UD_ROLE_HEADING, line, true);
    if (cv.height >= 9) {
        (void)snprintf(line, sizeof(line), "%s%s%s", m->user, m->user[0] && m->system[0] ? " · " : "", m->system);
        ud_canvas_fit(cv, SIDE, y++, page_width(cv), UD_ROLE_DIM, line);
    }
    return y + air;
}

static void
draw_entry(struct ud_canvas cv, int y, const struct ud_view_store *m)
{
    int air = cv.height >= LOW, width = page_width(cv);

    if (m->state.asked && m->state.own && m->state.state != UD_TYPED_PENDING && cv.height >= LOW)
        y += draw_asked(cv, SIDE, y, width, &m->state) + air;
    else if (m->state.asked && m->state.own && m->state.state != UD_TYPED_PENDING) /* the fields need the room */
        ud_canvas_fit(cv, SIDE, y++, width, UD_ROLE_STATE_WARNING,
            m->state.blocked ? _("! Access is blocked until then.") : _("! You are asked for it."));
    if (cv.height >= 12)
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT,
                 _("Type the 24 characters twice; small letters and dashes make no difference. The key goes to this Mac only: it "
                   "checks it and makes a new one, which is what is stored. The one you type is not kept."),
                 true) +
             air;
    y += draw_groups(cv, y, _("Recovery key"), m->typed[0], !m->on_second);
    if (m->error != NULL && !m->error_second)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->error);
    else if (m->warning != NULL)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, m->warning);
    y += air;
    y += draw_groups(cv, y, _("Once more"), m->typed[1], m->on_second);
    if (m->error != NULL && m->error_second)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->error);
    y += air;
    if (m->state.state != UD_TYPED_DONE && y < cv.height) {
        struct ud_view_stored before = m->state;
        before.asked = before.asked && !before.own; /* said above */
        (void)ud_view_stored(cv, SIDE, y, width, &before);
    }
}

static void
draw_ask(struct ud_canvas cv, int y, const struct ud_view_store *m)
{
    int air = cv.height >= LOW, width = page_width(cv), cells = cv.width - 2 * SIDE - LABEL;

    if (cv.height >= 12)
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT,
                 _("The self-service of this user opens on the request, and stays on it until the key is stored. The key itself "
                   "is "
                   "typed by the user only. Write why, in a few words."),
                 true) +
             air;
    ud_canvas_fit(cv, SIDE, y, LABEL - 1, UD_ROLE_STRONG, _("Note"));
    ud_line_draw(cv, SIDE + LABEL, y, cells, m->note, true, _("may be left empty"));
    y += 1 + air;
    if (m->error != NULL)
        (void)ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->error);
}

static void
draw_state(struct ud_canvas cv, int y, const struct ud_view_store *m)
{
    int width = page_width(cv);

    ud_canvas_cursor(cv, SIDE, y);
    if (m->step == UD_VIEW_STORE_SENDING) {
        ud_canvas_fit(cv, SIDE, y, width, UD_ROLE_STATE_WAITING, _("Sending …"));
        return;
    }
    if (m->failed != NULL) {
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->failed);
        if (m->hint != NULL && m->hint[0] != '\0')
            (void)ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, m->hint, true);
        return;
    }
    (void)ud_view_stored(cv, SIDE, y, width, &m->state);
}

void
ud_view_store(struct ud_canvas cv, const struct ud_view_store *model)
{
    int y = draw_heading(cv, model);

    if (model->step == UD_VIEW_STORE_ENTRY)
        draw_entry(cv, y, model);
    else if (model->step == UD_VIEW_STORE_ASK)
        draw_ask(cv, y, model);
    else
        draw_state(cv, y, model);
}
