/* Typed keys, as their device sees them, and the sweep of those whose device was not heard of. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/store/typed.h"
#include "escrowd/vault/typed.h"

#define SWEEP_MAX 64u

static const char *const causes[UD_TYPED_CAUSE_COUNT] = { NULL, "wrong-key", "no-contact", "no-policy", "other" };

enum ud_status
ud_typed_end(struct ud_change_context *c, struct ud_change *change, struct ud_store_work *w, struct ud_error *err)
{
    struct ud_audit_entry e;
    enum ud_status st;

    w->finished = c->now;
    if ((st = ud_store_work_end(c->store, w, err)) != UD_OK || (st = ud_store_typed_drop(c->store, &w->id, err)) != UD_OK)
        return st;
    ud_change_entry(&e, change);
    e.event = w->state == UD_WORK_DONE ? "stored" : "store-failed";
    e.detail = causes[w->cause];
    e.request = &w->request;
    e.kind = ud_kind_name(w->kind);
    return ud_change_audit(c, &e, err);
}

enum ud_status
ud_typed_failed(struct ud_change_context *c, struct ud_change *change, struct ud_store_work *w, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;

    w->state = UD_WORK_FAILED;
    w->code = r->result.error_code;
    w->cause = r->result.cause != UD_TYPED_NO_CAUSE ? (enum ud_typed_cause)r->result.cause : UD_TYPED_OTHER;
    return ud_typed_end(c, change, w, err);
}

/* --- the typed key itself ---------------------------------------------------------------------------------------------- */

struct unsealing {
    struct ud_ring *ring;
    const struct ud_store_work *work;
    struct ud_secret *plain;
    enum ud_status status;
    struct ud_error *err;
};

static void
unseal(const struct ud_store_typed *t, void *arg)
{
    struct unsealing *u = arg;

    u->status = ud_ring_unseal_typed(u->ring, &u->plain, t->box, t->box_length, t->ring, u->work, u->err);
}

/* A new secret of the caller's. UD_NOTFOUND: nothing waits with that work. */
static enum ud_status
open_key(struct ud_secret **out, struct ud_change_context *c, const struct ud_store_work *w, struct ud_error *err)
{
    struct unsealing u = { .ring = c->ring, .work = w, .err = err };
    enum ud_status st = ud_store_typed_get(c->store, &w->id, unseal, &u, err);

    *out = u.plain;
    return st == UD_OK ? u.status : st;
}

/* The typed key of this device that waits; UD_NOTFOUND. */
static enum ud_status
waiting(struct ud_store_work *w, struct ud_change_context *c, const struct ud_change *change, struct ud_error *err)
{
    enum ud_status st =
        ud_store_work_last(c->store, change->device.row, UD_KIND_FILEVAULT, UD_WORK_TYPED, ud_typed_take_work, w, err);

    return st == UD_OK && w->state != UD_WORK_PENDING ? UD_NOTFOUND : st;
}

enum ud_status
ud_typed_hand_over(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_vault_reply *reply = change->reply;
    struct ud_store_work w = { 0 };
    struct ud_secret *key = NULL;
    struct ud_audit_entry e;
    enum ud_status st = waiting(&w, c, change, err);

    if (st == UD_NOTFOUND || (st == UD_OK && ud_guid_compare(&w.id, &change->request->result.work) != 0)) {
        ud_reply_refuse(reply, UD_VAULT_NOT_FOUND, "There is no typed key for this work.");
        return UD_OK;
    }
    if (st != UD_OK || (st = open_key(&key, c, &w, err)) != UD_OK)
        goto out;
    size_t room = ud_secret_length(key) + UD_SEAL_EXTRA;
    uint8_t *sealed = ud_arena_take(&reply->frame, room);
    reply->sealed = sealed;
    st = ud_seal(sealed, room, &reply->sealed_length, key, change->request->reveal.public_key, err);
    if (st == UD_INVALID) {
        reply->sealed_length = 0;
        ud_reply_refuse(reply, UD_VAULT_INVALID, "The public key of the request is not usable.");
        st = UD_OK;
        goto out;
    }
    ud_change_entry(&e, change);
    e.event = "store-handed";
    e.request = &w.request;
    e.kind = ud_kind_name(w.kind);
    if (st == UD_OK)
        st = ud_change_audit(c, &e, err);
out:
    ud_secret_free(&key);
    return st;
}

/* Is `plain` what was typed? */
static enum ud_status
is_typed(bool *same, struct ud_change_context *c, const struct ud_store_work *w, struct ud_secret *plain, struct ud_error *err)
{
    struct ud_secret *typed = NULL;
    enum ud_status st = open_key(&typed, c, w, err);

    *same = st == UD_OK && ud_secret_equal(typed, plain);
    ud_secret_free(&typed);
    return st == UD_NOTFOUND || st == UD_TAMPERED ? UD_OK : st;
}

enum ud_status
ud_typed_refuses(struct ud_change_context *c, struct ud_change *change, struct ud_secret *plain, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    struct ud_store_work w = { 0 };
    bool same;
    enum ud_status st = d->has_work && d->kind == UD_KIND_FILEVAULT ? waiting(&w, c, change, err) : UD_NOTFOUND;

    if (st == UD_NOTFOUND || (st == UD_OK && ud_guid_compare(&w.id, &d->work) != 0))
        return UD_OK;
    if (st == UD_OK)
        st = is_typed(&same, c, &w, plain, err);
    if (st == UD_OK && same)
        ud_reply_refuse(change->reply, UD_VAULT_INVALID, "This is the key that was typed. It is never kept: make a new one.");
    return st;
}

enum ud_status
ud_typed_deposited(struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k, struct ud_secret *plain,
    struct ud_error *err)
{
    struct ud_store_work w = { 0 };
    bool same = false;
    enum ud_status st;

    if (k->k.kind != UD_KIND_FILEVAULT)
        return UD_OK;
    if ((st = ud_store_asked_drop(c->store, change->device.row, err)) != UD_OK)
        return st;
    if ((st = waiting(&w, c, change, err)) != UD_OK)
        return st == UD_NOTFOUND ? UD_OK : st;
    if ((st = is_typed(&same, c, &w, plain, err)) != UD_OK || same)
        return st;
    w.state = UD_WORK_DONE;
    w.new_key_row = k->row;
    return ud_typed_end(c, change, &w, err);
}

/* --- the sweep ---------------------------------------------------------------------------------------------------------- */

struct swept {
    struct ud_store_work work[SWEEP_MAX];
    size_t count;
};

static bool
collect(const struct ud_store_work *w, void *arg)
{
    struct swept *s = arg;

    s->work[s->count++] = *w;
    return s->count < SWEEP_MAX;
}

static enum ud_status
run_sweep(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct swept *s = ud_xcalloc(1, sizeof(*s));
    enum ud_status st = ud_store_work_overdue(c->store, change->before, SWEEP_MAX, collect, s, err);

    for (size_t i = 0; i < s->count && st == UD_OK; i++) {
        s->work[i].state = UD_WORK_FAILED;
        s->work[i].cause = UD_TYPED_NO_CONTACT;
        if ((st = ud_brief_by_row(&change->device, c->store, s->work[i].device_row, err)) == UD_OK)
            st = ud_typed_end(c, change, &s->work[i], err);
    }
    free(s);
    return st;
}

static void
done_sweep(struct ud_vault *v, struct ud_change *change)
{
    v->typed_sweeping = false;
    if (change->status != UD_OK || ud_typed_next(v, NULL) != UD_OK)
        v->typed_due = ud_clock_wall() + 60000; /* the database cannot be written now */
}

enum ud_status
ud_typed_next(struct ud_vault *v, struct ud_error *err)
{
    ud_wall oldest;
    enum ud_status st = ud_store_typed_oldest(v->read, &oldest, err);

    bool limited = st == UD_OK && oldest != UD_WALL_NONE && v->policy.store_max > 0; /* 0: it waits for as long as it takes */

    v->typed_due = limited ? oldest + v->policy.store_max : UD_WALL_NONE;
    return st;
}

void
ud_typed_tick(struct ud_vault *v)
{
    struct ud_change *c;

    if (v->typed_sweeping || v->typed_due == UD_WALL_NONE || ud_clock_wall() < v->typed_due)
        return;
    v->typed_sweeping = true;
    c = ud_change_new(NULL);
    c->before = ud_clock_wall() - v->policy.store_max;
    c->run = run_sweep;
    c->done = done_sweep;
    ud_vault_change(v, c);
}
