#include "view/ticket.h"

#include <stdio.h>
#include <string.h>

#include "grid/i18n.h"

static const char *
outcome_text(enum ud_outcome outcome)
{
    switch (outcome) {
    case UD_OUTCOME_WORKED:
        return _("It worked: the device is unlocked.");
    case UD_OUTCOME_DID_NOT_UNLOCK:
        return _("The key did not unlock the device.");
    case UD_OUTCOME_GONE:
        break;
    }
    return _("The caller is gone.");
}

static const char *
or_none(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

static const char *
new_key_text(const struct ud_view_ticket *m)
{
    if (m->new_key_text != NULL)
        return m->new_key_text;
    return m->new_key_asked ? _("asked") : _("not asked");
}

/* Lines of a ticket are read far from here and later, so they carry the whole date. */
void
ud_view_ticket_text(char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX], const struct ud_view_ticket *m)
{
    char when[32], id[UD_GUID_TEXT] = "-";

    ud_wall_format(when, sizeof(when), m->shown_at, false);
    if (!ud_guid_is_zero(&m->key.id))
        ud_guid_format(id, &m->key.id);
    (void)snprintf(line[0], UD_TICKET_LINE_MAX, _("%s%s  %s, ID %s"), m->training ? _("TRAINING  ") : "", when,
        ud_view_kind(m->key.kind), id);
    (void)snprintf(line[1], UD_TICKET_LINE_MAX, _("Device %s (%s), user %s; reason: %s; ticket %s; caller %s%s%s"),
        or_none(m->device), or_none(m->serial), or_none(m->user), or_none(m->reason), or_none(m->ticket), or_none(m->caller),
        m->verified != NULL && m->verified[0] != '\0' ? ", " : "", m->verified != NULL ? m->verified : "");
    (void)snprintf(line[2], UD_TICKET_LINE_MAX, _("Operator %s; %s new key %s; receipt %s"), or_none(m->operator_label),
        m->outcome == UD_OUTCOME_WORKED           ? _("worked;")
        : m->outcome == UD_OUTCOME_DID_NOT_UNLOCK ? _("did not unlock;")
                                                  : _("caller gone;"),
        new_key_text(m), or_none(m->receipt));
}

static enum ud_role
outcome_role(enum ud_outcome outcome)
{
    return outcome == UD_OUTCOME_WORKED ? UD_ROLE_STATE_GOOD : UD_ROLE_STATE_WARNING;
}

void
ud_view_ticket(struct ud_canvas cv, const struct ud_view_ticket *m)
{
    char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX];
    struct ud_canvas in = ud_canvas_inset(cv, cv.width >= 60 ? 2 : 0, 0);
    int y = in.height > 12 ? 1 : 0, gap = in.height > 12 ? 1 : 0;

    ud_view_ticket_text(line, m);
    y += ud_canvas_wrap(in, 0, y, in.width, outcome_role(m->outcome), outcome_text(m->outcome), true) + gap;
    if (m->new_key_asked && in.height > 9)
        y += ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_TEXT,
                 _("A new key has been asked for. The old key still works until the device has replaced it."), true) +
             gap;
    if (m->next != NULL)
        y += ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_STRONG, m->next, true) + gap;
    (void)ud_canvas_text(in, 0, y, UD_ROLE_LABEL, _("For the ticket:"));
    y += 1 + gap;
    for (int i = 0; i < UD_TICKET_LINES; i++)
        y += ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_TEXT, line[i], true);
    y += gap;
    if (m->copied)
        (void)ud_canvas_wrap(in, 0, y, in.width, UD_ROLE_STATE_GOOD, _("Sent to your terminal; paste it into the ticket."), true);
    else if (!m->copy_allowed)
        (void)ud_canvas_wrap(
            in, 0, y, in.width, UD_ROLE_DIM, _("The policy does not allow copying; mark the lines with the mouse."), true);
}
