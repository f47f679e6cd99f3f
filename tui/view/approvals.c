/* Approval by a second person. */
#include "view/approvals.h"

#include <stdio.h>
#include <string.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define SIDE   2
#define LEAD   2
#define FOOT   2
#define WIDEST 90

struct fact {
    const char *label, *value;
    enum ud_role role;
};

static int
label_width(const struct fact *fact, size_t count)
{
    int cells = 10;

    for (size_t i = 0; i < count; i++)
        if (fact[i].value != NULL && fact[i].value[0] != '\0' && ud_cells(fact[i].label) + 1 > cells)
            cells = ud_cells(fact[i].label) + 1;
    return cells;
}

/* Facts that have a value, one a row, as far as there is room above `floor`. Returns the row behind them. */
static int
draw_facts(struct ud_canvas cv, int y, int bottom, const struct fact *fact, size_t count)
{
    int width = cv.width - 2 * SIDE > WIDEST ? WIDEST : cv.width - 2 * SIDE, label = label_width(fact, count);

    for (size_t i = 0; i < count && y < bottom; i++)
        if (fact[i].value != NULL && fact[i].value[0] != '\0')
            ud_part_fact(cv, SIDE, y++, width, label, fact[i].label, fact[i].role, fact[i].value);
    return y;
}

/* --- the call that waits --------------------------------------------------------------------------------------------- */

static const char *
waiting_title(enum ud_approval_state state)
{
    switch (state) {
    case UD_APPROVAL_NONE:
        return _("A second person is being asked");
    case UD_APPROVAL_OPEN:
        return _("Waiting for a second person");
    case UD_APPROVAL_GRANTED:
        return _("Approved");
    case UD_APPROVAL_DENIED:
        return _("Not approved");
    case UD_APPROVAL_WITHDRAWN:
        return _("The request was withdrawn");
    case UD_APPROVAL_USED:
        return _("The approval was used");
    default:
        return _("Nobody decided in time");
    }
}

static enum ud_role
waiting_role(enum ud_approval_state state)
{
    return state == UD_APPROVAL_GRANTED                             ? UD_ROLE_STATE_GOOD
           : state == UD_APPROVAL_NONE || state == UD_APPROVAL_OPEN ? UD_ROLE_STATE_WAITING
                                                                    : UD_ROLE_STATE_WARNING;
}

/* In self-service nothing can be held, and silence ends the session. */
static void
open_sentence(char *out, size_t size, bool own, const char *left)
{
    if (own)
        (void)snprintf(out, size,
            _("This key needs the approval of a second person at the helpdesk; %s are left. Press a key now and then: after some "
              "minutes without one the session ends. Esc withdraws the request."),
            left);
    else
        (void)snprintf(out, size,
            _("This key needs the approval of a second person. Every approver sees the request; %s are left. h holds the call, "
              "and you will be told. Esc withdraws the request."),
            left);
}

/* What it means, and what to do now. */
static void
waiting_sentence(char *out, size_t size, const struct ud_view_waiting *m)
{
    char left[16];

    ud_view_minutes(left, m->left);
    switch (m->state) {
    case UD_APPROVAL_NONE:
        (void)snprintf(
            out, size, "%s", m->error[0] ? _("Enter asks again. Esc leaves the call.") : _("The request is on its way."));
        break;
    case UD_APPROVAL_OPEN:
        open_sentence(out, size, m->own, m->left > 0 ? left : "…");
        break;
    case UD_APPROVAL_GRANTED:
        (void)snprintf(out, size, _("%s has approved it. Enter gets the key, once; %s are left for that."), m->approver,
            m->left > 0 ? left : "…");
        break;
    case UD_APPROVAL_DENIED:
        (void)snprintf(out, size, _("%s has denied it. Talk to them. Enter asks once more, Esc leaves the call."), m->approver);
        break;
    case UD_APPROVAL_USED:
        (void)snprintf(out, size, "%s", _("An approval is good for one key, once. Enter asks for another, Esc leaves the call."));
        break;
    default:
        (void)snprintf(out, size, "%s", _("The request is not open any more. Enter asks for another, Esc leaves the call."));
        break;
    }
}

void
ud_view_waiting(struct ud_canvas cv, const struct ud_view_waiting *m)
{
    int air = cv.height >= 16, y = air, width = cv.width - 2 * SIDE > WIDEST ? WIDEST : cv.width - 2 * SIDE, rows;
    char sentence[400], answer[400], id[12];
    const struct fact fact[] = { { _("Key ID"), id, UD_ROLE_STRONG }, { _("Device"), m->device, UD_ROLE_TEXT },
        { _("User"), m->user, UD_ROLE_TEXT }, { _("Reason"), m->reason, UD_ROLE_TEXT }, { _("Ticket"), m->ticket, UD_ROLE_TEXT },
        { _("Caller"), m->caller, UD_ROLE_TEXT }, { _("Your note"), m->note, UD_ROLE_TEXT } };

    ud_part_short_id(id, &m->key.id);
    waiting_sentence(sentence, sizeof(sentence), m);
    ud_canvas_fit(cv, SIDE, y, width, waiting_role(m->state), waiting_title(m->state));
    ud_canvas_cursor(cv, SIDE, y);
    y += 1 + air;
    if (m->error[0] != '\0') {
        rows = ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->error);
        y += rows;
        if (m->hint[0] != '\0' && cv.height > 8)
            y += ud_canvas_wrap(cv, SIDE + 2, y, width - 2, UD_ROLE_TEXT, m->hint, true);
    }
    if (m->answer[0] != '\0' && (m->state == UD_APPROVAL_DENIED || m->state == UD_APPROVAL_GRANTED)) {
        (void)snprintf(answer, sizeof(answer), _("Their note: %s"), m->answer);
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_STRONG, answer, true);
    }
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, sentence, true) + air;
    (void)draw_facts(cv, y, cv.height, fact, sizeof(fact) / sizeof(fact[0]));
}

/* --- the approver's list --------------------------------------------------------------------------------------------- */

size_t
ud_view_approvals_rows(int width, int height)
{
    (void)width;
    return height > FOOT + 2 ? (size_t)(height - FOOT - 1) : 1;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_approval_row *row, bool selected)
{
    char waited[16], id[12];
    struct ud_table_cell cell[6] = { { waited, UD_ROLE_TEXT }, { row->requester, UD_ROLE_STRONG }, { row->device, UD_ROLE_TEXT },
        { id, UD_ROLE_STRONG }, { row->reason, UD_ROLE_TEXT }, { row->ticket, UD_ROLE_TEXT } };

    ud_view_minutes(waited, row->waited > 0 ? row->waited : 0);
    ud_part_short_id(id, &row->key);
    ud_table_row(cv, y, table, cell, selected, selected);
}

void
ud_view_approvals(struct ud_canvas cv, const struct ud_view_approvals *m)
{
    struct ud_column column[6] = { { _("Waited"), 6, 7, 0, 0, true }, { _("Who asks"), 12, 20, 1, 0, false },
        { _("Device"), 10, 18, 1, 1, false }, { _("Key ID"), 8, 8, 0, 0, false }, { _("Reason"), 10, 26, 1, 2, false },
        { _("Ticket"), 8, 14, 0, 3, false } };
    size_t rows = ud_view_approvals_rows(cv.width, cv.height), end = ud_list_end(&m->list);
    struct ud_table table;
    int y = 1;

    if (m->list.count == 0) {
        if (m->error != NULL)
            y += ud_part_sentence(cv, SIDE, y, cv.width - 2 * SIDE, UD_TONE_ERROR, m->error) + 1;
        ud_canvas_wrap(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_TEXT,
            m->loading
                ? _("The requests are being fetched.")
                : _("Nobody waits for your approval. New requests appear here by themselves, and a mark at the top says so on "
                    "every other screen."),
            true);
        ud_canvas_cursor(cv, SIDE, 1);
        return;
    }
    ud_table_layout(&table, column, 6, LEAD, cv.width);
    ud_table_head(cv, 0, &table);
    for (size_t i = m->list.top; i < end && i < m->list.top + rows; i++)
        draw_row(cv, 1 + (int)(i - m->list.top), &table, &m->row[i], i == m->list.selected);
    if (m->error != NULL)
        ud_part_sentence(cv, 1, cv.height - FOOT, cv.width - 2, UD_TONE_ERROR, m->error);
    ud_part_position(cv, cv.height - 1, m->list.top, end, m->list.count);
}

/* --- one request ------------------------------------------------------------------------------------------------------- */

static void
draw_note(struct ud_canvas cv, int y, int width, const struct ud_view_approval *m)
{
    const char *label = _("Why not");
    int cells = ud_cells(label) + 2;

    ud_canvas_fit(cv, SIDE, y, cells - 1, UD_ROLE_STRONG, label);
    ud_line_draw(cv, SIDE + cells, y, width - cells, m->note, !m->sending, _("whoever asked reads this"));
}

static void
request_sentence(char *out, size_t size, const struct ud_view_approval *m)
{
    char left[16];

    ud_view_minutes(left, m->left);
    if (m->sending)
        (void)snprintf(out, size, "%s", _("The decision is being sent."));
    else if (m->a->state != UD_APPROVAL_OPEN)
        (void)snprintf(out, size, "%s", _("Esc goes back to the list."));
    else if (m->writing)
        (void)snprintf(out, size, "%s", _("Enter sends the denial with this note. Esc takes it back."));
    else
        (void)snprintf(out, size,
            _("a: grant; %s can then get this one key, once, and you do not see it. d: deny, with a note. %s are left."),
            m->a->requester, left);
}

void
ud_view_approval(struct ud_canvas cv, const struct ud_view_approval *m)
{
    const struct ud_approval_request *a = m->a;
    int air = cv.height >= 18, y = air, width = cv.width - 2 * SIDE > WIDEST ? WIDEST : cv.width - 2 * SIDE;
    char id[UD_GUID_TEXT], sentence[400];
    const struct fact fact[] = { { _("Who asks"), a->requester, UD_ROLE_STRONG }, { _("Device"), a->device_name, UD_ROLE_STRONG },
        { _("Key ID"), id, UD_ROLE_STRONG }, { _("Reason"), m->reason, UD_ROLE_TEXT },
        { _("Ticket"), a->why.ticket, UD_ROLE_TEXT }, { _("Note"), a->why.note, UD_ROLE_TEXT },
        { _("Caller"), a->why.caller, UD_ROLE_TEXT }, { _("Checked"), a->why.verified, UD_ROLE_TEXT },
        { _("User"), a->user, UD_ROLE_TEXT }, { _("Account"), a->account, UD_ROLE_TEXT },
        { _("Serial"), a->serial, UD_ROLE_TEXT }, { _("Kind"), ud_view_kind(a->kind), UD_ROLE_TEXT } };
    int rows, bottom;

    ud_part_full_id(id, &a->key);
    if (ud_guid_is_zero(&a->key))
        (void)snprintf(id, sizeof(id), "-");
    request_sentence(sentence, sizeof(sentence), m);
    rows = ud_canvas_wrap(cv, SIDE, 0, width, UD_ROLE_TEXT, sentence, false);
    bottom = cv.height - rows - m->writing - (m->error != NULL ? 2 : 0) - air;
    y = draw_facts(cv, y, bottom, fact, sizeof(fact) / sizeof(fact[0])) + air;
    if (!m->writing)
        ud_canvas_cursor(cv, SIDE, air);
    if (m->error != NULL)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, m->error);
    if (m->writing)
        draw_note(cv, y++, width, m);
    ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, sentence, true);
}
