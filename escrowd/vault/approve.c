/* Approval by a second person: asked, decided, withdrawn, used. Each change and its audit line stand in one transaction, and each is guarded by the
 * stored state: of two decisions, or two uses, the first one counts. Nobody decides their own request, under whatever name. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escrowd/vault/state.h"

#define OPEN_MOST 20u /* requests of one person that wait at the same time */

void
ud_reply_add_approval(struct ud_vault_reply *reply, const struct ud_store_approval *a, const struct ud_session *s, ud_wall now)
{
    if (reply->approvals == NULL)
        reply->approvals = ud_xcalloc(UD_STORE_APPROVALS_MAX, sizeof(*reply->approvals));
    if (reply->approval_count == UD_STORE_APPROVALS_MAX)
        return;
    struct ud_approval_request *out = &reply->approvals[reply->approval_count++];
    *out = a->a;
    out->state = ud_approval_at(&a->a, now);
    out->own = a->user_row == s->user_row;
    if (ud_role_scope(s->role, UD_VAULT_APPROVAL_ASK) == UD_SCOPE_NAMED)
        out->user[0] = '\0'; /* this role names users, it is not told them */
    if (out->state == UD_APPROVAL_OPEN || out->state == UD_APPROVAL_GRANTED)
        out->left = a->a.expires - now;
}

/* --- is it good for this reveal? ----------------------------------------------------------------------------------------- */

/* What was approved is what stood on the approver's screen: all of it. */
static bool
same_why(const struct ud_disclosure *a, const struct ud_disclosure *b)
{
    return strcmp(a->reason, b->reason) == 0 && strcmp(a->ticket, b->ticket) == 0 && strcmp(a->note, b->note) == 0 &&
           strcmp(a->caller, b->caller) == 0 && strcmp(a->verified, b->verified) == 0;
}

static enum ud_vault_code
says(enum ud_vault_code code, const char *sentence, struct ud_error *err)
{
    if (code != UD_VAULT_OK)
        ud_error_set(err, UD_DENIED, "%s", sentence);
    return code;
}

enum ud_vault_code
ud_approval_fits(const struct ud_store_approval *a, const struct ud_change *c, ud_wall now, struct ud_error *err)
{
    if (a->user_row != c->who.user_row || a->key_row != c->key.row || !same_why(&a->a.why, &c->request->reveal.why))
        return says(UD_VAULT_APPROVAL_REQUIRED, "The approval is for another request. Ask for one for this key and reason.", err);
    switch (ud_approval_at(&a->a, now)) {
    case UD_APPROVAL_GRANTED:
        return UD_VAULT_OK;
    case UD_APPROVAL_OPEN:
        return says(UD_VAULT_APPROVAL_REQUIRED, "Nobody has decided about this request yet.", err);
    case UD_APPROVAL_DENIED:
        return says(UD_VAULT_APPROVAL_DENIED, "A second person has denied this request.", err);
    case UD_APPROVAL_USED:
        return says(UD_VAULT_APPROVAL_USED, "This approval has been used: it is good for one key, once. Ask for another.", err);
    case UD_APPROVAL_EXPIRED:
        return says(UD_VAULT_APPROVAL_EXPIRED, "This approval has expired. Ask for another.", err);
    default:
        return says(UD_VAULT_APPROVAL_REQUIRED, "The request for approval was withdrawn. Ask for another.", err);
    }
}

enum ud_vault_code
ud_approval_of_reveal(struct ud_vault *v, struct ud_change *c, struct ud_error *err)
{
    static const char wanted[] = "A second person has to approve this first: ask for an approval.";
    const struct ud_vault_reveal *q = &c->request->reveal;
    bool staff = ud_session_is_staff(&c->who), named = !c->plain && !ud_guid_is_zero(&q->approval);

    if (!named && !ud_policy_needs_approval(&v->policy, q->why.reason, c->device.ownership, staff))
        return UD_VAULT_OK;
    if (!named)
        return says(UD_VAULT_APPROVAL_REQUIRED, wanted, err);
    c->approval = ud_xcalloc(1, sizeof(*c->approval));
    if (ud_store_approval_by_id(v->read, c->approval, &q->approval, NULL) != UD_OK)
        return says(UD_VAULT_APPROVAL_REQUIRED, wanted, err);
    return ud_approval_fits(c->approval, c, ud_clock_wall(), err);
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

/* Counted here: of several at the same moment only those that have room get in. */
static enum ud_status
too_many_open(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_reply_refuse(change->reply, UD_VAULT_THROTTLED, "Too many of your requests wait for approval. Withdraw one, or wait.");
    change->reply->retry_after = 60;
    ud_change_entry(&e, change);
    e.event = "refused";
    e.outcome = ud_refusal_word(UD_VAULT_THROTTLED);
    return ud_change_audit(c, &e, err);
}

/* Sent again, because the answer was lost, it is the same request. */
static enum ud_status
run_ask(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_reveal *q = &change->request->reveal;
    struct ud_store_approval *a = change->approval;
    struct ud_audit_entry e;
    uint64_t open = 0;
    enum ud_status st = ud_store_approval_by_request(c->store, a, change->who.user_row, &q->request, err);

    if (st == UD_OK) {
        ud_reply_add_approval(change->reply, a, &change->who, c->now);
        return UD_OK;
    }
    if (st != UD_NOTFOUND || (st = ud_store_approval_count(c->store, &open, change->who.user_row, c->now, err)) != UD_OK)
        return st;
    if (open >= OPEN_MOST)
        return too_many_open(c, change, err);
    *a = (struct ud_store_approval){ .user_row = change->who.user_row,
        .device_row = change->device.row,
        .key_row = change->key.row,
        .a = { .request = q->request, .why = q->why, .created = c->now, .expires = c->now + change->life } };
    ud_guid_random(&a->a.id);
    struct ud_guid id = a->a.id;
    if ((st = ud_store_approval_add(c->store, a, err)) != UD_OK || (st = ud_store_approval_by_id(c->store, a, &id, err)) != UD_OK)
        return st;
    ud_reply_add_approval(change->reply, a, &change->who, c->now);
    ud_change_entry(&e, change);
    e.event = "approval-asked";
    e.approval = &id;
    return ud_change_audit(c, &e, err);
}

static void
done_approval(struct ud_vault *v, struct ud_change *change)
{
    if (change->status == UD_OK && change->reply->code == UD_VAULT_OK)
        ud_approvals_changed(v);
}

static void
ask(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);
    struct ud_error err = { 0 };
    enum ud_vault_code code;

    c->who = *s;
    c->life = v->policy.approval_expires;
    (void)ud_copy(c->surge, sizeof(c->surge), ud_surge_on(v) ? v->policy.surge : "");
    ud_change_end_user(c);
    if (!ud_session_names_somebody(s, r->op, &r->reveal.why)) {
        ud_vault_refuse_unnamed(v, c);
        return;
    }
    enum ud_status st = ud_reveal_resolve(v, c, &err);
    if (st == UD_NOTFOUND) {
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
        return;
    }
    code = st != UD_OK ? UD_VAULT_UNAVAILABLE : ud_reveal_may(v, c, &err);
    if (code != UD_VAULT_OK) {
        ud_vault_refuse_audited(v, c, code, st != UD_OK ? "The service's database cannot be used now." : err.message);
        return;
    }
    c->approval = ud_xcalloc(1, sizeof(*c->approval));
    c->run = run_ask;
    c->done = done_approval;
    ud_vault_change(v, c);
}

/* --- deciding and withdrawing -------------------------------------------------------------------------------------------- */

/* An entry with what the approval is about; whoever acts is the change's. */
static void
entry(struct ud_audit_entry *e, const struct ud_change *change, const struct ud_store_approval *a, const char *event)
{
    ud_change_entry(e, change);
    e->event = event;
    e->device = &a->a.device;
    e->device_name = a->a.device_name;
    e->serial = a->a.serial;
    e->key = &a->a.key;
    e->kind = ud_kind_name(a->a.kind);
    e->reason = a->a.why.reason;
    e->ticket = a->a.why.ticket;
    e->request = &a->a.request;
    e->approval = &a->a.id;
    e->detail = a->a.account;
}

static bool
is_own(const struct ud_store_approval *a, const struct ud_session *s)
{
    return a->user_row == s->user_row || (s->account[0] != '\0' && strcasecmp(a->a.account, s->account) == 0);
}

/* Refuses inside of the transaction; the refusal is audited and nothing else happens. */
static enum ud_status
refuse(struct ud_change_context *c, struct ud_change *change, enum ud_vault_code code, const char *message, struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_reply_refuse(change->reply, code, message);
    entry(&e, change, change->approval, "refused");
    e.outcome = ud_refusal_word(code);
    return ud_change_audit(c, &e, err);
}

static const char *
not_open(enum ud_approval_state state)
{
    switch (state) {
    case UD_APPROVAL_EXPIRED:
        return "This request has expired; nobody has to decide it any more.";
    case UD_APPROVAL_WITHDRAWN:
        return "This request was withdrawn by whoever asked.";
    case UD_APPROVAL_USED:
        return "This approval was granted and has been used.";
    case UD_APPROVAL_DENIED:
        return "This request was denied already.";
    default:
        return "This request was granted already.";
    }
}

static enum ud_status
run_decide(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_store_approval *a = change->approval;
    bool granted = r->decide.decision == UD_APPROVAL_GRANT;
    struct ud_audit_entry e;
    enum ud_status st = ud_store_approval_by_id(c->store, a, &r->by_id, err);

    if (st == UD_NOTFOUND) {
        ud_reply_refuse(change->reply, UD_VAULT_NOT_FOUND, "There is no such request for approval.");
        return UD_OK;
    }
    if (st != UD_OK)
        return st;
    if (is_own(a, &change->who))
        return refuse(c, change, UD_VAULT_SELF_APPROVAL, "Nobody decides about their own request.", err);
    enum ud_approval_state state = ud_approval_at(&a->a, c->now);
    if (state != UD_APPROVAL_OPEN)
        return refuse(c, change, UD_VAULT_APPROVAL_DECIDED, not_open(state), err);
    st = ud_store_approval_decide(c->store, a->row, granted ? UD_APPROVAL_GRANTED : UD_APPROVAL_DENIED, change->who.user_row,
        c->now, c->now + change->life, r->decide.note, err);
    if (st == UD_OK)
        st = ud_store_approval_by_id(c->store, a, &r->by_id, err);
    if (st != UD_OK)
        return st;
    ud_reply_add_approval(change->reply, a, &change->who, c->now);
    entry(&e, change, a, granted ? "approval-granted" : "approval-denied");
    e.note = r->decide.note;
    return ud_change_audit(c, &e, err);
}

/* Only whoever asked: for others it does not exist. */
static enum ud_status
run_withdraw(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_store_approval *a = change->approval;
    struct ud_audit_entry e;
    enum ud_status st = ud_store_approval_by_id(c->store, a, &change->request->by_id, err);

    if (st == UD_NOTFOUND || (st == UD_OK && a->user_row != change->who.user_row)) {
        ud_reply_refuse(change->reply, UD_VAULT_NOT_FOUND, "There is no such request for approval.");
        return UD_OK;
    }
    if (st != UD_OK)
        return st;
    enum ud_approval_state state = ud_approval_at(&a->a, c->now);
    if (state != UD_APPROVAL_OPEN && state != UD_APPROVAL_GRANTED)
        return refuse(c, change, UD_VAULT_APPROVAL_DECIDED, not_open(state), err);
    if ((st = ud_store_approval_withdraw(c->store, a->row, c->now, err)) != UD_OK ||
        (st = ud_store_approval_by_id(c->store, a, &change->request->by_id, err)) != UD_OK)
        return st;
    ud_reply_add_approval(change->reply, a, &change->who, c->now);
    entry(&e, change, a, "approval-withdrawn");
    return ud_change_audit(c, &e, err);
}

static bool
blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

static void
decide(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s, bool withdraw)
{
    if (!withdraw && strlen(r->decide.note) >= UD_APPROVAL_NOTE) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, "The note is too long.");
        return;
    }
    if (!withdraw && r->decide.decision == UD_APPROVAL_DENY && blank(r->decide.note)) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, "Say in the note why it is denied: whoever asked reads it.");
        return;
    }
    struct ud_change *c = ud_change_new(r);
    c->who = *s;
    c->life = v->policy.approval_expires;
    c->approval = ud_xcalloc(1, sizeof(*c->approval));
    c->run = withdraw ? run_withdraw : run_decide;
    c->done = done_approval;
    ud_vault_change(v, c);
}

void
ud_do_approval(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    if (r->op == UD_VAULT_APPROVAL_ASK)
        ask(v, r, s);
    else if (r->op == UD_VAULT_APPROVAL_DECIDE || r->op == UD_VAULT_APPROVAL_WITHDRAW)
        decide(v, r, s, r->op == UD_VAULT_APPROVAL_WITHDRAW);
    else
        ud_do_approval_read(v, r, s);
}
