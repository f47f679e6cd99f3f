#include "domain/approval.h"

#include <string.h>

#include "base/text.h"

#define SET_BACK ((ud_wall)60 * 1000)

static const char *const state_names[UD_APPROVAL_STATE_COUNT] = { "none", "open", "granted", "denied", "withdrawn", "used",
    "expired" };

const char *
ud_approval_state_name(enum ud_approval_state s)
{
    return (unsigned)s < UD_APPROVAL_STATE_COUNT ? state_names[s] : "none";
}

bool
ud_approval_state_parse(enum ud_approval_state *out, const char *name)
{
    for (unsigned i = 0; i < UD_APPROVAL_STATE_COUNT; i++) {
        if (strcmp(name, state_names[i]) != 0)
            continue;
        *out = (enum ud_approval_state)i;
        return true;
    }
    return false;
}

const char *
ud_approval_decision_name(enum ud_approval_decision d)
{
    static const char *const names[UD_APPROVAL_DECISION_COUNT] = { "grant", "deny", "withdraw" };

    return (unsigned)d < UD_APPROVAL_DECISION_COUNT ? names[d] : "";
}

enum ud_approval_state
ud_approval_at(const struct ud_approval_request *a, ud_wall now)
{
    if (a->state != UD_APPROVAL_OPEN && a->state != UD_APPROVAL_GRANTED)
        return a->state;
    return now >= a->expires || now < a->created - SET_BACK ? UD_APPROVAL_EXPIRED : a->state;
}

bool
ud_incident_valid(const char *incident)
{
    char clean[UD_INCIDENT_MAX];

    if (incident[0] == '\0' || strlen(incident) >= UD_INCIDENT_MAX)
        return false;
    (void)ud_text_clean(clean, sizeof(clean), incident, strlen(incident));
    return strcmp(clean, incident) == 0 && incident[strspn(incident, " ")] != '\0';
}
