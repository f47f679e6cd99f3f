/* The end of a call. */
#include "view/ticket.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE 1

static void
add(char out[UD_TICKET_LINE_MAX], const char *text)
{
    size_t length = strlen(out);

    ud_copy(out + length, UD_TICKET_LINE_MAX - length, text);
}

/* ", label value" where there is a value. */
static void
add_value(char out[UD_TICKET_LINE_MAX], const char *label, const char *value)
{
    if (!value || !*value)
        return;
    add(out, ", ");
    add(out, label);
    add(out, " ");
    add(out, value);
}

static void
full_time(char out[40], ud_wall t)
{
    time_t seconds = (time_t)(t / 1000);
    struct tm tm;

    if (t == UD_WALL_NONE || !localtime_r(&seconds, &tm) || strftime(out, 40, "%Y-%m-%d %H:%M %z", &tm) == 0)
        snprintf(out, 40, "-");
}

static const char *
outcome_text(enum ud_outcome outcome)
{
    switch (outcome) {
    case UD_OUTCOME_WORKED:
        return _("it worked");
    case UD_OUTCOME_DID_NOT_UNLOCK:
        return _("it did not unlock");
    default:
        return _("the caller is gone");
    }
}

static const char *
new_key_text(const struct ud_view_ticket *model)
{
    if (model->new_key_text)
        return model->new_key_text;
    return model->new_key_asked ? _("asked") : _("not asked");
}

void
ud_view_ticket_text(char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX], const struct ud_view_ticket *model)
{
    char when[40], id[UD_GUID_TEXT], part[200];

    full_time(when, model->shown_at);
    ud_guid_format(id, &model->key.id);
    if (ud_guid_is_zero(&model->key.id))
        snprintf(id, sizeof(id), "-");
    snprintf(part, sizeof(part), _("%s%s %s shown, %s"), model->training ? _("TRAINING ") : "", when,
        ud_view_kind(model->key.kind), outcome_text(model->outcome));
    ud_copy(line[0], UD_TICKET_LINE_MAX, part);
    add_value(line[0], _("ID"), id);
    snprintf(part, sizeof(part), _("device %s"), model->device ? model->device : "-");
    ud_copy(line[1], UD_TICKET_LINE_MAX, part);
    add_value(line[1], _("serial"), model->serial);
    add_value(line[1], _("user"), model->user);
    add_value(line[1], _("caller"), model->caller);
    add_value(line[1], _("checked:"), model->verified);
    snprintf(part, sizeof(part), _("reason: %s"), model->reason ? model->reason : "-");
    ud_copy(line[2], UD_TICKET_LINE_MAX, part);
    add_value(line[2], _("ticket"), model->ticket);
    add_value(line[2], _("operator"), model->operator_label);
    add_value(line[2], _("new key"), model->new_key_asked ? _("asked") : _("not asked"));
    add_value(line[2], _("receipt"), model->receipt);
}

static void
draw_outcome(struct ud_canvas cv, int y, const struct ud_view_ticket *model)
{
    static const enum ud_tone tones[] = { UD_TONE_GOOD, UD_TONE_WARNING, UD_TONE_PLAIN };
    const char *text = model->outcome == UD_OUTCOME_WORKED           ? _("The key worked. The call is closed.")
                       : model->outcome == UD_OUTCOME_DID_NOT_UNLOCK ? _("The key did not unlock the device. This is recorded.")
                                                                     : _("The caller is gone. The call is closed.");

    ud_part_sentence(cv, SIDE, y, cv.width - 2 * SIDE, tones[model->outcome], text);
}

void
ud_view_ticket(struct ud_canvas cv, const struct ud_view_ticket *model)
{
    bool air = cv.height >= 14;
    int y = air, width = cv.width - 2 * SIDE;
    char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX], part[640];

    draw_outcome(cv, y, model);
    y += 1 + air;
    snprintf(part, sizeof(part), _("New key: %s"), new_key_text(model));
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, part, true);
    if (model->next)
        y += air + ud_part_sentence(cv, SIDE, y + air, width, UD_TONE_WARNING, model->next);
    y += air;
    ud_canvas_fit(
        cv, SIDE, y, width, UD_ROLE_HEADING, model->copied ? _("For the ticket (sent to your terminal)") : _("For the ticket"));
    y += 1 + air;
    ud_view_ticket_text(line, model);
    ud_canvas_cursor(cv, 0, y);
    for (int i = 0; i < UD_TICKET_LINES; i++)
        y += ud_canvas_wrap(cv, 0, y, cv.width, UD_ROLE_STRONG, line[i], true);
    if (air && model->copy_allowed && !model->copied)
        ud_canvas_fit(cv, SIDE, y + 1, width, UD_ROLE_DIM, _("y sends these lines to your terminal's clipboard."));
}
