/* Who may do what: one table of role and right, denied by default (SR-140). */
#include <strings.h>

#include "escrowd/vault/state.h"

static const unsigned rights[UD_ROLE_COUNT] = {
    [UD_ROLE_USER] = UD_MAY_SEE_OWN | UD_MAY_REVEAL_OWN | UD_MAY_ROTATE_OWN,
    [UD_ROLE_HELPDESK] = UD_MAY_SEE_ALL | UD_MAY_REVEAL_ALL | UD_MAY_ROTATE_ALL,
    [UD_ROLE_ADVANCED] = UD_MAY_SEE_ALL | UD_MAY_REVEAL_ALL | UD_MAY_ROTATE_ALL,
    [UD_ROLE_APPROVER] = UD_MAY_SEE_ALL,
    [UD_ROLE_AUDITOR] = UD_MAY_SEE_ALL,
    [UD_ROLE_ADMIN] = UD_MAY_SEE_ALL | UD_MAY_ROTATE_ALL,
};

unsigned
ud_role_rights(enum ud_role role)
{
    return (unsigned)role < UD_ROLE_COUNT ? rights[role] : 0;
}

bool
ud_session_may(const struct ud_session *s, const struct ud_device_brief *d, enum ud_right all, enum ud_right own)
{
    unsigned r = ud_role_rights(s->role);

    if ((r & (unsigned)all) != 0)
        return true;
    return (r & (unsigned)own) != 0 && s->account[0] != '\0' && strcasecmp(s->account, d->user) == 0;
}

const char *
ud_session_owner(const struct ud_session *s)
{
    return (ud_role_rights(s->role) & UD_MAY_SEE_ALL) != 0 ? NULL : s->account;
}
