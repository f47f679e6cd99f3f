/* The table of who may do what, and what "own" means. */
#include "escrowd/vault/rights.h"

#include <string.h>
#include <strings.h>

#include "domain/account.h"
#include "escrowd/vault/state.h"

#define NONE  UD_SCOPE_NONE
#define OWN   UD_SCOPE_OWN
#define NAMED UD_SCOPE_NAMED
#define ALL   UD_SCOPE_ALL

#define ROW(op, refusal, ...) [UD_VAULT_##op] = { UD_REFUSAL_##refusal, { __VA_ARGS__ } }

/* Operations that are not here are not for people: sign-in, devices, the simulator. */
static const struct right {
    enum ud_refusal refusal;
    enum ud_scope scope[UD_ROLE_COUNT];
} rights[UD_VAULT_OP_END] = {
    /* clang-format off */
    /*  operation     refused as  user  helpdesk advanced approver auditor admin */
    ROW(REVOKE,       MISSING,    ALL,  ALL,     ALL,     ALL,     ALL,    ALL),
    ROW(ME,           MISSING,    ALL,  ALL,     ALL,     ALL,     ALL,    ALL),
    ROW(POLICY,       MISSING,    ALL,  ALL,     ALL,     ALL,     ALL,    ALL),
    ROW(NOTICE,       MISSING,    ALL,  ALL,     ALL,     ALL,     ALL,    ALL),

    ROW(DEVICE_PAGE,  EMPTY,      OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(DEVICE,       MISSING,    OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(KEY_PAGE,     EMPTY,      OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(KEY,          MISSING,    OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(DEVICE_KEYS,  MISSING,    OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(FIND,         EMPTY,      OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(ROTATION,     MISSING,    OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),

    ROW(BOARD,        EMPTY,      OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),

    ROW(REVEAL,       AUDITED,    OWN,  NAMED,   ALL,     NONE,    NONE,   NONE),
    ROW(REVEAL_PLAIN, AUDITED,    OWN,  NAMED,   ALL,     NONE,    NONE,   NONE),
    ROW(ROTATE,       AUDITED,    OWN,  NAMED,   ALL,     NONE,    NONE,   NONE),
    ROW(REPORT_AUDIT, MISSING,    NONE, NONE,    ALL,     NONE,    ALL,    ALL),
    ROW(REPORT_ENCRYPTION, MISSING, NONE, NONE,  ALL,     NONE,    ALL,    ALL),
    ROW(OUTCOME,      MISSING,    OWN,  NAMED,   ALL,     NONE,    NONE,   NONE),

    ROW(TYPED,        AUDITED,    OWN,  ALL,     ALL,     NONE,    NONE,   NONE),
    ROW(TYPED_STATE,  MISSING,    OWN,  NAMED,   ALL,     ALL,     NONE,   ALL),
    ROW(TYPED_ASK,    AUDITED,    NONE, ALL,     ALL,     NONE,    NONE,   NONE),
    ROW(TYPED_ASKED,  EMPTY,      OWN,  ALL,     ALL,     ALL,     ALL,    ALL),
    ROW(STORE,        AUDITED,    NONE, ALL,     ALL,     NONE,    NONE,   NONE),
    ROW(PACKAGE,      AUDITED,    NONE, NAMED,   ALL,     NONE,    NONE,   NONE),

    /* Approvals: "own" is what this person has asked for; an approver's own are left out (approve_read.c). */
    ROW(APPROVAL_ASK, AUDITED,    OWN,  NAMED,   ALL,     NONE,    NONE,   NONE),
    ROW(APPROVALS,    EMPTY,      OWN,  OWN,     OWN,     ALL,     NONE,   NONE),
    ROW(APPROVAL,     MISSING,    OWN,  OWN,     OWN,     ALL,     NONE,   NONE),
    ROW(APPROVAL_WITHDRAW, MISSING, OWN, OWN,    OWN,     NONE,    NONE,   NONE),
    ROW(APPROVAL_DECIDE, AUDITED, NONE, NONE,    NONE,    ALL,     NONE,   NONE),
    ROW(SURGE,        AUDITED,    NONE, NONE,    NONE,    ALL,     NONE,   ALL),
    /* clang-format on */
};

enum ud_scope
ud_role_scope(enum ud_role role, enum ud_vault_op op)
{
    return (unsigned)role < UD_ROLE_COUNT && (unsigned)op < UD_VAULT_OP_END ? rights[op].scope[role] : UD_SCOPE_NONE;
}

enum ud_refusal
ud_role_refusal(enum ud_vault_op op)
{
    return (unsigned)op < UD_VAULT_OP_END ? rights[op].refusal : UD_REFUSAL_MISSING;
}

bool
ud_session_reaches(const struct ud_session *s, enum ud_vault_op op, const struct ud_device_brief *d)
{
    switch (ud_role_scope(s->role, op)) {
    case UD_SCOPE_ALL:
    case UD_SCOPE_NAMED:
        return true;
    case UD_SCOPE_OWN:
        return s->account[0] != '\0' && strcasecmp(s->account, d->user) == 0 && ud_account_listed(s->account, d->local_users);
    case UD_SCOPE_NONE:
    default:
        return false;
    }
}

const char *
ud_session_owner(const struct ud_session *s, enum ud_vault_op op)
{
    return ud_role_scope(s->role, op) == UD_SCOPE_OWN ? s->account : NULL;
}

bool
ud_session_is_staff(const struct ud_session *s)
{
    return s->role != UD_ROLE_USER;
}

/* --- whose device it is ------------------------------------------------------------------------------------------------ */

/* As it was typed: two parts, or a full account in one. */
static bool
read_named(struct ud_account *out, const struct ud_disclosure *why)
{
    if (!ud_account_split(out, why->user_account, strlen(why->user_account)))
        return false;
    if (out->domain_length == 0) {
        out->domain = why->user_domain;
        out->domain_length = strlen(why->user_domain);
    }
    return out->domain_length > 0;
}

bool
ud_session_names_somebody(const struct ud_session *s, enum ud_vault_op op, const struct ud_disclosure *why)
{
    struct ud_account named;

    return ud_role_scope(s->role, op) != UD_SCOPE_NAMED || read_named(&named, why);
}

/* The user's own domain is the device's, whatever the account's suffix is. */
static bool
is_user(const struct ud_account *named, const struct ud_device_brief *d)
{
    struct ud_account user, at_home;

    if (!ud_account_split(&user, d->user, strlen(d->user)))
        return false;
    at_home = (struct ud_account){ d->domain, user.name, strlen(d->domain), user.name_length };
    return ud_account_same(named, &user, d->domain) || ud_account_same(named, &at_home, NULL);
}

bool
ud_session_names_user(
    const struct ud_session *s, enum ud_vault_op op, const struct ud_device_brief *d, const struct ud_disclosure *why)
{
    struct ud_account named;

    if (ud_role_scope(s->role, op) != UD_SCOPE_NAMED)
        return true;
    return read_named(&named, why) && (is_user(&named, d) || ud_account_known(&named, d->local_users, d->domain));
}

void
ud_session_hide_users(const struct ud_session *s, struct ud_vault_reply *reply)
{
    if (ud_role_scope(s->role, reply->op) != UD_SCOPE_NAMED)
        return;
    for (size_t i = 0; i < reply->device_count; i++)
        reply->devices[i].d.user = reply->devices[i].d.user_name = "";
}
