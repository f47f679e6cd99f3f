/* Giving out one recovery key. Order (SR-142): checks, INTENT durable, decrypt, seal, DISCLOSED durable, answer. Every refusal is audited
 * before it is answered. Nothing here is ever repeated by itself. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/due.h"
#include "escrowd/vault/state.h"

/* --- on the writer's thread -------------------------------------------------------------------------------------------- */

/* The approval as it is now: another reveal may have come first. */
static enum ud_status
check_approval(struct ud_change_context *c, struct ud_change *change, enum ud_vault_code *code, struct ud_error *err)
{
    enum ud_status st;

    *code = UD_VAULT_OK;
    if (change->approval == NULL)
        return UD_OK;
    if ((st = ud_store_approval_by_id(c->store, change->approval, &change->request->reveal.approval, err)) == UD_OK)
        *code = ud_approval_fits(change->approval, change, c->now, err);
    return st;
}

static enum ud_status
run_intent(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_store_disclosure d = { .request = change->request->reveal.request,
        .user_row = change->who.user_row,
        .device_row = change->device.row,
        .key_row = change->key.row,
        .at = c->now };
    struct ud_audit_entry e;
    enum ud_vault_code code;
    enum ud_status st = check_approval(c, change, &code, err);

    if (st == UD_OK && code != UD_VAULT_OK)
        ud_reply_refuse(change->reply, code, err->message);
    else if (st == UD_OK && (st = ud_store_disclosure_add(c->store, &d, err)) == UD_EXISTS)
        ud_reply_refuse(change->reply, code = UD_VAULT_ALREADY_USED, "This request has been used before. Ask anew.");
    if (st == UD_OK && code == UD_VAULT_OK && change->approval != NULL)
        st = ud_store_approval_use(c->store, change->approval->row, c->now, err);
    if (st != UD_OK && st != UD_EXISTS)
        return st;
    change->again = code == UD_VAULT_OK;
    ud_change_entry(&e, change);
    e.event = change->again ? "intent" : "refused";
    e.asked = change->again ? NULL : e.asked; /* not the answer yet */
    e.outcome = ud_refusal_word(code);
    return ud_change_audit(c, &e, err);
}

struct unsealing {
    struct ud_ring *ring;
    struct ud_secret *plain;
    enum ud_status status;
    struct ud_error *err;
};

static bool
unseal(const struct ud_store_key *k, void *arg)
{
    struct unsealing *u = arg;

    u->status = ud_ring_unseal(u->ring, &u->plain, k, u->err);
    return false;
}

/* The secret into the reply: sealed to the console's key, or, for plain reads, as it is. */
static enum ud_status
fill(struct ud_change *change, struct ud_secret **plain, struct ud_error *err)
{
    struct ud_vault_reply *reply = change->reply;

    if (change->plain) {
        reply->secret = *plain;
        *plain = NULL;
        return UD_OK;
    }
    size_t room = ud_secret_length(*plain) + UD_SEAL_EXTRA;
    uint8_t *sealed = ud_arena_take(&reply->frame, room);
    reply->sealed = sealed;
    return ud_seal(sealed, room, &reply->sealed_length, *plain, change->request->reveal.public_key, err);
}

static enum ud_status
run_disclose(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct unsealing u = { .ring = c->ring, .err = err };
    struct ud_audit_entry e;
    enum ud_status st = ud_store_key_box(c->store, change->key.row, unseal, &u, err);

    ud_change_entry(&e, change);
    e.event = "disclosed";
    if (st == UD_OK && (st = u.status) == UD_OK)
        st = fill(change, &u.plain, err);
    ud_secret_free(&u.plain);
    if (st == UD_TAMPERED || st == UD_INVALID || st == UD_NOTFOUND) {
        e.event = st == UD_TAMPERED ? "damaged" : "failed";
        ud_reply_failed(change->reply, UD_TAMPERED);
        if (st == UD_INVALID)
            ud_reply_refuse(change->reply, UD_VAULT_INVALID, "The public key of the request is not usable.");
        return ud_change_audit(c, &e, err);
    }
    if (st == UD_OK)
        st = ud_store_key_shown(c->store, change->key.row, c->now, err);
    return st == UD_OK ? ud_change_audit(c, &e, err) : st;
}

static enum ud_status
run_reveal(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    return change->phase == 0 ? run_intent(c, change, err) : run_disclose(c, change, err);
}

/* --- on the vault's thread --------------------------------------------------------------------------------------------- */

static bool
add_device(const struct ud_store_device *d, void *arg)
{
    ud_reply_add_device(arg, d);
    return false;
}

static bool
add_key(const struct ud_store_key *k, void *arg)
{
    ud_reply_add_key(arg, k);
    return false;
}

/* Metadata for the answer, as it is after the disclosure. Without it the secret is not sent either. */
static void
done_reveal(struct ud_vault *v, struct ud_change *change)
{
    struct ud_vault_reply *reply = change->reply;
    enum ud_status st;

    if (change->approval != NULL)
        ud_approvals_changed(v); /* used up, whatever became of the key */
    if (reply->code != UD_VAULT_OK)
        return;
    if (ud_due_next(v, NULL) != UD_OK)
        v->due_at = ud_clock_wall(); /* looked for again by the sweep */
    ud_reply_reserve_devices(reply, 1);
    ud_reply_reserve_keys(reply, 1);
    st = ud_store_device_by_row(v->read, change->device.row, add_device, reply, NULL);
    ud_session_hide_users(&change->who, reply);
    if (st == UD_OK)
        st = ud_store_key_box(v->read, change->key.row, add_key, reply, NULL);
    if (st != UD_OK)
        ud_reply_failed(reply, st);
}

enum ud_status
ud_reveal_resolve(struct ud_vault *v, struct ud_change *c, struct ud_error *err)
{
    const struct ud_vault_reveal *q = &c->request->reveal;
    struct ud_device_brief named = { 0 };
    enum ud_status st = UD_OK;

    if (q->has_device)
        st = ud_brief_by_id(&named, v->read, &q->device, err);
    if (st == UD_OK && q->has_key)
        st = ud_store_key_by_id(v->read, &q->key, ud_take_key, &c->key, err);
    else if (st == UD_OK)
        st = ud_store_key_current(v->read, named.row, (enum ud_kind)q->kind, ud_take_key, &c->key, err);
    if (st == UD_OK)
        st = ud_brief_by_row(&c->device, v->read, c->key.device_row, err);
    if (st == UD_OK && q->has_device && named.row != c->device.row)
        st = UD_NOTFOUND;
    if (st == UD_OK && !ud_session_reaches(&c->who, c->request->op, &c->device))
        st = UD_NOTFOUND;
    if (st == UD_OK && !ud_session_names_user(&c->who, c->request->op, &c->device, &q->why)) {
        c->event = "other-user"; /* the answer does not say so */
        st = UD_NOTFOUND;
    }
    return st;
}

/* Keys of personal devices: FileVault never for staff, the others as policy says. */
static bool
personal_refused(const struct ud_vault *v, const struct ud_change *c)
{
    if (c->device.ownership != UD_OWNERSHIP_PERSONAL || !ud_session_is_staff(&c->who))
        return false;
    return c->key.k.kind == UD_KIND_FILEVAULT || !v->policy.personal_bitlocker_view;
}

/* Staff fill in what policy asks. Employees choose one of their own three reasons; there is no caller and no ticket then. */
static enum ud_status
check_reason(const struct ud_vault *v, struct ud_change *c, struct ud_error *err)
{
    const struct ud_disclosure *why = &c->request->reveal.why;
    struct ud_policy own;
    size_t kept = 0;

    if (ud_session_is_staff(&c->who))
        return ud_policy_check(&v->policy, why, &c->reply->field, err);
    own = v->policy;
    own.ticket = own.note = own.caller = own.verified = UD_NEED_OPTIONAL;
    for (size_t i = 0; i < own.reason_count; i++) /* some codes are there twice, with words for the desk and for employees */
        if (own.reason[i].self_service)
            own.reason[kept++] = own.reason[i];
    own.reason_count = kept;
    return ud_policy_check(&own, why, &c->reply->field, err);
}

enum ud_vault_code
ud_reveal_may(struct ud_vault *v, struct ud_change *c, struct ud_error *err)
{
    if (personal_refused(v, c)) {
        ud_error_set(
            err, UD_DENIED, "This is a personal device: its recovery key is for its user only. A new key can be asked for.");
        return UD_VAULT_PERSONAL_DEVICE;
    }
    return c->plain || check_reason(v, c, err) == UD_OK ? UD_VAULT_OK : UD_VAULT_REASON_REQUIRED;
}

/* UD_VAULT_OK, or why not. */
static enum ud_vault_code
decide(struct ud_vault *v, struct ud_change *c, struct ud_error *err)
{
    const struct ud_vault_reveal *q = &c->request->reveal;
    enum ud_vault_code code = ud_reveal_may(v, c, err);

    if (code != UD_VAULT_OK && code != UD_VAULT_REASON_REQUIRED)
        return code;
    if (c->plain && !v->plain_graph_reads) {
        ud_error_set(err, UD_DENIED, "Recovery keys are given out with a reason only: use the reveal call.");
        return UD_VAULT_FORBIDDEN;
    }
    if (!c->plain && ud_guid_is_zero(&q->request)) {
        ud_error_set(err, UD_INVALID, "The request has no id.");
        return UD_VAULT_INVALID;
    }
    if (code == UD_VAULT_OK && c->request->op == UD_VAULT_PACKAGE)
        return UD_VAULT_OK; /* no key, so none is counted or approved */
    if (code == UD_VAULT_OK)
        code = ud_approval_of_reveal(v, c, err);
    if (code != UD_VAULT_OK)
        return code;
    c->reply->retry_after =
        ud_limits_wait(v->limits, c->who.user_row, c->device.row, c->key.row, c->surge[0] != '\0', ud_clock_wall());
    if (c->reply->retry_after > 0) {
        ud_error_set(err, UD_THROTTLED, "Too many different keys in an hour. Wait, or have an approver open a surge.");
        return UD_VAULT_THROTTLED;
    }
    return UD_VAULT_OK;
}

void
ud_do_reveal(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);
    struct ud_error err = { 0 };

    c->who = *s;
    c->plain = r->op == UD_VAULT_REVEAL_PLAIN;
    if (c->plain && ud_guid_is_zero(&r->reveal.request))
        ud_guid_random(&r->reveal.request);
    (void)ud_copy(c->surge, sizeof(c->surge), ud_surge_on(v) ? v->policy.surge : "");
    ud_change_end_user(c);
    if (!ud_session_names_somebody(s, r->op, &r->reveal.why)) { /* before anything is looked up */
        ud_vault_refuse_unnamed(v, c);
        return;
    }
    enum ud_status st = ud_reveal_resolve(v, c, &err);
    if (st == UD_NOTFOUND) {
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
        return;
    }
    if (st != UD_OK) {
        ud_reply_failed(c->reply, st);
        ud_vault_send(v, c->request, c->reply);
        c->request = NULL;
        c->reply = NULL;
        ud_change_free(&c);
        return;
    }
    enum ud_vault_code code = decide(v, c, &err);
    if (code != UD_VAULT_OK) {
        ud_vault_refuse_audited(v, c, code, err.message);
        return;
    }
    if (r->op == UD_VAULT_PACKAGE) {
        c->run = ud_run_package;
        c->done = done_reveal;
        ud_vault_change(v, c);
        return;
    }
    /* Counted when asked, not when answered: two at the same moment are two. */
    ud_limits_note(v->limits, c->who.user_row, c->device.row, c->key.row, ud_clock_wall());
    c->run = run_reveal;
    c->done = done_reveal;
    ud_vault_change(v, c);
}
