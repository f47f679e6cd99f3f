/* Refusals are in the audit, each of them. Who is refused again and again waits instead: the audit says so once, and nothing fills the disk. */
#include <stdio.h>
#include <string.h>

#include "escrowd/vault/state.h"

static enum ud_status
run_alert(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_change_entry(&e, change);
    e.event = "alert";
    e.detail = "refused again and again; further requests are not looked at for a minute";
    return ud_change_audit(c, &e, err);
}

void
ud_refusal_note(struct ud_vault *v, const struct ud_session *who)
{
    if (who->user_row == 0 || !ud_limits_refused(v->limits, who->user_row, ud_clock_now()))
        return;
    fprintf(stderr, "escrowd: %s is refused again and again\n", who->name);
    struct ud_change *c = ud_change_new(NULL);
    c->who = *who;
    c->run = run_alert;
    ud_vault_change(v, c);
}

/* The calls whose refusals are audited, and a user's searches, which are when nothing is found. */
bool
ud_refusal_waits(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *who)
{
    bool audited = ud_role_refusal(r->op) == UD_REFUSAL_AUDITED || (r->op == UD_VAULT_FIND && who->role == UD_ROLE_USER);
    uint32_t wait = audited ? ud_limits_refused_wait(v->limits, who->user_row, ud_clock_now()) : 0;

    if (wait == 0)
        return false;
    struct ud_vault_reply *reply = ud_reply_new(r);
    ud_reply_refuse(reply, UD_VAULT_THROTTLED, "Too many refused requests. Wait, then try again.");
    reply->retry_after = wait;
    ud_vault_send(v, r, reply);
    return true;
}
