/* Asking for new keys, and how calls ended. */
#include <string.h>

#include "escrowd/vault/state.h"

static bool
take_work(const struct ud_store_work *w, void *arg)
{
    *(struct ud_store_work *)arg = *w;
    return false;
}

/* Work that is open already is not asked twice. */
static enum ud_status
run_rotate(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    enum ud_kind kind = (enum ud_kind)change->request->reveal.kind;
    struct ud_store_work w = { 0 };
    struct ud_audit_entry e;
    enum ud_status st = ud_store_work_last(c->store, change->device.row, kind, UD_WORK_ROTATE, take_work, &w, err);

    ud_change_entry(&e, change);
    e.event = "rotate";
    if (st == UD_OK && w.state == UD_WORK_PENDING) {
        e.detail = "asked before";
    } else if (st == UD_OK || st == UD_NOTFOUND) {
        w = (struct ud_store_work){ .device_row = change->device.row,
            .device = change->device.id,
            .kind = kind,
            .state = UD_WORK_PENDING,
            .requested = c->now,
            .finished = UD_WALL_NONE,
            .new_created = UD_WALL_NONE,
            .request = change->request->reveal.request,
            .user_row = change->who.user_row };
        ud_guid_random(&w.id);
        if ((st = ud_store_work_add(c->store, &w, err)) != UD_OK ||
            (st = ud_store_key_rotating(c->store, change->device.row, kind, true, err)) != UD_OK)
            return st;
    } else {
        return st;
    }
    ud_reply_set_work(change->reply, &w);
    return ud_change_audit(c, &e, err);
}

static void
done_rotate(struct ud_vault *v, struct ud_change *change)
{
    if (change->status == UD_OK)
        ud_work_arrived(v);
}

void
ud_do_rotate(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);
    struct ud_error err = { 0 };
    enum ud_status st = ud_brief_by_id(&c->device, v->read, &r->reveal.device, &err);

    c->who = *s;
    ud_change_end_user(c);
    if (!ud_session_names_somebody(s, r->op, &r->reveal.why)) {
        memset(&c->device, 0, sizeof(c->device));
        ud_vault_refuse_unnamed(v, c);
    } else if (st == UD_OK && !ud_session_names_user(s, r->op, &c->device, &r->reveal.why)) {
        c->event = "other-user"; /* the answer does not say so */
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
    } else if (st != UD_OK || !ud_session_reaches(s, r->op, &c->device)) {
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
    } else if (c->device.retired) {
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, "This device is retired: it answers no more. Its stored keys stay.");
    } else {
        c->run = run_rotate;
        c->done = done_rotate;
        ud_vault_change(v, c);
    }
}

/* --- outcome ----------------------------------------------------------------------------------------------------------- */

static enum ud_status
run_outcome(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_store_disclosure d = { 0 };
    struct ud_audit_entry e;
    enum ud_status st = ud_store_disclosure_outcome(c->store, &r->by_id, change->who.user_row, r->outcome, err);

    if (st == UD_OK)
        st = ud_store_disclosure_get(c->store, &r->by_id, &d, err);
    if (st == UD_OK)
        st = ud_brief_by_row(&change->device, c->store, d.device_row, err);
    if (st == UD_NOTFOUND) {
        ud_reply_refuse(change->reply, UD_VAULT_NOT_FOUND, "There is no such disclosure of yours.");
        return UD_OK;
    }
    if (st != UD_OK)
        return st;
    ud_change_entry(&e, change);
    e.event = "outcome";
    e.outcome = r->outcome;
    e.request = &r->by_id;
    return ud_change_audit(c, &e, err);
}

void
ud_do_outcome(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    static const char *const known[] = { "worked", "did-not-unlock", "gone" };
    bool fits = false;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        fits = fits || strcmp(r->outcome, known[i]) == 0;
    if (!fits) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, "The outcome is one of worked, did-not-unlock, gone.");
        return;
    }
    struct ud_change *c = ud_change_new(r);
    c->who = *s;
    c->run = run_outcome;
    ud_vault_change(v, c);
}
