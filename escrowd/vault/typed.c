/* Typed keys, as people see them: handing one in, asking a user for one, and what became of it. */
#include "escrowd/vault/typed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "escrowd/store/typed.h"
#include "escrowd/vault/rights.h"

/* --- state ------------------------------------------------------------------------------------------------------------- */

bool
ud_typed_take_work(const struct ud_store_work *w, void *arg)
{
    *(struct ud_store_work *)arg = *w;
    return false;
}

struct naming {
    struct ud_vault_reply *reply;
    const char *name;
};

static void
take_name(const struct ud_store_user *u, void *arg)
{
    struct naming *n = arg;

    n->name = ud_arena_text(&n->reply->frame, u->display[0] != '\0' ? u->display : u->name);
}

static struct ud_vault_typed_state *
reserve(struct ud_vault_reply *reply)
{
    reply->typed = ud_xcalloc(UD_VAULT_TYPED_MAX, sizeof(*reply->typed));
    reply->typed[0] = (struct ud_vault_typed_state){ .requested = UD_WALL_NONE,
        .finished = UD_WALL_NONE,
        .expires = UD_WALL_NONE,
        .new_created = UD_WALL_NONE,
        .asked_at = UD_WALL_NONE };
    return reply->typed;
}

/* One that has waited for too long has failed, also before the sweep has come by. */
static void
set_state(struct ud_vault_typed_state *t, const struct ud_vault *v, const struct ud_store_work *w)
{
    static const uint8_t states[] = {
        [UD_WORK_PENDING] = UD_TYPED_PENDING, [UD_WORK_DONE] = UD_TYPED_DONE, [UD_WORK_FAILED] = UD_TYPED_FAILED
    };

    t->state = states[w->state];
    t->cause = (uint8_t)w->cause;
    t->requested = w->requested;
    t->finished = w->finished;
    t->expires = v->policy.store_max > 0 ? w->requested + v->policy.store_max : UD_WALL_NONE;
    t->has_new_key = w->state == UD_WORK_DONE && w->new_created != UD_WALL_NONE;
    t->new_key = w->new_key;
    t->new_created = w->new_created;
    if (w->state != UD_WORK_PENDING || t->expires == UD_WALL_NONE || ud_clock_wall() < t->expires)
        return;
    t->state = UD_TYPED_FAILED;
    t->cause = UD_TYPED_NO_CONTACT;
    t->finished = t->expires;
}

struct taking {
    struct ud_vault_reply *reply;
    struct ud_vault_typed_state *t;
};

static bool
take_asked(const struct ud_store_asked *a, void *arg)
{
    struct taking *to = arg;

    to->t->asked = true;
    to->t->asked_at = a->at;
    to->t->asked_by = ud_arena_text(&to->reply->frame, a->by);
    to->t->note = ud_arena_text(&to->reply->frame, a->note);
    return false;
}

/* State and open request of one device into the reply. */
static enum ud_status
fill(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_device_brief *d, struct ud_error *err)
{
    struct ud_store_work w = { 0 };
    struct ud_vault_typed_state *t = reserve(reply);
    struct naming n = { .reply = reply };
    struct taking to = { reply, t };
    enum ud_status st = ud_store_work_last(v->read, d->row, UD_KIND_FILEVAULT, UD_WORK_TYPED, ud_typed_take_work, &w, err);

    if (st == UD_OK) {
        set_state(t, v, &w);
        st = ud_store_user_by_row(v->read, w.user_row, take_name, &n, err);
        t->by = n.name;
    }
    if (st == UD_OK || st == UD_NOTFOUND)
        st = ud_store_asked_get(v->read, d->row, take_asked, &to, err);
    reply->typed_count = 1;
    return st == UD_NOTFOUND ? UD_OK : st;
}

static bool
add_device(const struct ud_store_device *d, void *arg)
{
    ud_reply_add_device(arg, d);
    return false;
}

/* The device and its state, as every one of these calls answers. */
static enum ud_status
answer(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_device_brief *d, struct ud_error *err)
{
    enum ud_status st;

    ud_reply_reserve_devices(reply, 1);
    st = ud_store_device_by_row(v->read, d->row, add_device, reply, err);
    return st == UD_OK ? fill(v, reply, d, err) : st;
}

/* The device, where this person may see it. */
static enum ud_status
visible(struct ud_vault *v, struct ud_device_brief *d, const struct ud_vault_request *r, const struct ud_session *s,
    struct ud_error *err)
{
    enum ud_status st = ud_brief_by_id(d, v->read, &r->by_id, err);

    return st == UD_OK && !ud_session_reaches(s, r->op, d) ? UD_NOTFOUND : st;
}

/* Who typed is most often the user, and some roles are not told whose device it is. */
static void
hide_who(const struct ud_session *s, struct ud_vault_reply *reply)
{
    if (ud_role_scope(s->role, UD_VAULT_TYPED_STATE) == UD_SCOPE_NAMED)
        reply->typed[0].by = NULL;
}

enum ud_status
ud_typed_state(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct ud_device_brief d;
    enum ud_status st = visible(v, &d, r, s, err);

    if (st != UD_OK)
        return st;
    if ((st = answer(v, reply, &d, err)) == UD_OK)
        hide_who(s, reply);
    return st;
}

/* --- what a person's own devices were asked for -------------------------------------------------------------------------- */

struct gathering {
    struct ud_vault_reply *reply;
    uint64_t row[UD_VAULT_TYPED_MAX];
};

static bool
gather(const struct ud_store_asked *a, void *arg)
{
    struct gathering *g = arg;
    struct taking to = { g->reply, &g->reply->typed[g->reply->typed_count] };

    *to.t = (struct ud_vault_typed_state){
        .requested = UD_WALL_NONE, .finished = UD_WALL_NONE, .expires = UD_WALL_NONE, .new_created = UD_WALL_NONE
    };
    (void)take_asked(a, &to);
    g->row[g->reply->typed_count++] = a->device_row;
    return g->reply->typed_count < UD_VAULT_TYPED_MAX;
}

/* Request `i` of those gathered stays where the person reaches its device; what stays moves up. */
static enum ud_status
add_reached(struct ud_vault *v, struct gathering *g, size_t i, const struct ud_session *s, struct ud_error *err)
{
    struct ud_vault_reply *reply = g->reply;
    struct ud_device_brief d;
    enum ud_status st = ud_brief_by_row(&d, v->read, g->row[i], err);

    if (st != UD_OK)
        return st == UD_NOTFOUND ? UD_OK : st;
    if (!ud_session_reaches(s, UD_VAULT_TYPED_ASKED, &d))
        return UD_OK;
    reply->typed[reply->device_count] = reply->typed[i];
    return ud_store_device_by_row(v->read, d.row, add_device, reply, err);
}

enum ud_status
ud_typed_asked(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_session *s, struct ud_error *err)
{
    struct gathering g = { .reply = reply };
    enum ud_status st;

    (void)reserve(reply);
    ud_reply_reserve_devices(reply, UD_VAULT_TYPED_MAX);
    reply->total = v->policy.store_request_blocks;
    if (s->account[0] == '\0')
        return UD_OK;
    st = ud_store_asked_of(v->read, s->account, UD_VAULT_TYPED_MAX, gather, &g, err);
    for (size_t i = 0, n = reply->typed_count; i < n && st == UD_OK; i++)
        st = add_reached(v, &g, i, s, err);
    reply->typed_count = reply->device_count;
    return st;
}

/* --- handing one in ------------------------------------------------------------------------------------------------------ */

static enum ud_status
audit(struct ud_change_context *c, struct ud_change *change, const char *event, const char *outcome, struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_change_entry(&e, change);
    e.event = event;
    e.kind = ud_kind_name(UD_KIND_FILEVAULT);
    e.request = &change->request->typed.request;
    e.outcome = outcome;
    return ud_change_audit(c, &e, err);
}

/* Opens what was sent into the writer's scratch secret. What is wrong with it is answered, not a failure. */
static enum ud_status
open_typed(struct ud_change_context *c, struct ud_change *change, bool *good, struct ud_error *err)
{
    const struct ud_vault_typed *t = &change->request->typed;
    enum ud_status st =
        ud_seal_open_into(c->scratch, t->sealed, t->sealed_length, c->ring->deposit_public, c->ring->deposit, err);

    if (st == UD_OK)
        st = ud_typed_unpack(c->scratch, &change->device.id, &t->request, err);
    *good = st == UD_OK;
    if (st != UD_INVALID && st != UD_TAMPERED)
        return st;
    ud_reply_refuse(change->reply, UD_VAULT_INVALID, err->message);
    return audit(c, change, "refused", "invalid", err);
}

/* Who types another one has seen a mistake in the first: it goes. */
static enum ud_status
replace_older(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_store_work w = { 0 };
    enum ud_status st =
        ud_store_work_last(c->store, change->device.row, UD_KIND_FILEVAULT, UD_WORK_TYPED, ud_typed_take_work, &w, err);

    if (st == UD_NOTFOUND || (st == UD_OK && w.state != UD_WORK_PENDING))
        return UD_OK;
    w.state = UD_WORK_FAILED;
    w.cause = UD_TYPED_OTHER;
    return st == UD_OK ? ud_typed_end(c, change, &w, err) : st;
}

static enum ud_status
keep(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_store_work w = { .device_row = change->device.row,
        .device = change->device.id,
        .kind = UD_KIND_FILEVAULT,
        .action = UD_WORK_TYPED,
        .requested = c->now,
        .request = change->request->typed.request,
        .user_row = change->who.user_row };
    uint8_t box[UD_BOX_MAX];
    struct ud_store_typed t = { .box = box, .ring = c->ring->data_id };
    enum ud_status st;

    ud_guid_random(&w.id);
    t.work = w.id;
    if ((st = ud_ring_seal_typed(c->ring, box, &t.box_length, c->scratch, &w, err)) != UD_OK ||
        (st = ud_store_work_add(c->store, &w, err)) != UD_OK)
        return st;
    return ud_store_typed_put(c->store, &t, err);
}

static enum ud_status
run_typed(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    enum ud_status st = ud_store_typed_used(c->store, &change->request->typed.request, err);
    bool good = false;

    if (st == UD_OK) {
        ud_reply_refuse(change->reply, UD_VAULT_ALREADY_USED, "This request has been used before. Type the key again.");
        return audit(c, change, "refused", "already-used", err);
    }
    if (st != UD_NOTFOUND)
        return st;
    st = open_typed(c, change, &good, err);
    if (st == UD_OK && good && (st = replace_older(c, change, err)) == UD_OK && (st = keep(c, change, err)) == UD_OK)
        st = audit(c, change, "store", NULL, err);
    ud_secret_wipe(c->scratch);
    return st;
}

/* The answer is the state, as it can be asked for later. */
static void
done_typed(struct ud_vault *v, struct ud_change *change)
{
    enum ud_status st;

    if (change->status != UD_OK || change->reply->code != UD_VAULT_OK)
        return;
    ud_work_arrived(v);
    if ((st = answer(v, change->reply, &change->device, NULL)) != UD_OK || (st = ud_typed_next(v, NULL)) != UD_OK)
        ud_reply_failed(change->reply, st);
}

/* UD_VAULT_OK, or why not. Staff store the key of a personal Mac only where it is their own. */
static enum ud_vault_code
decide(const struct ud_change *c, const char **why)
{
    const struct ud_vault_typed *t = &c->request->typed;
    bool own = c->who.account[0] != '\0' && strcasecmp(c->who.account, c->device.user) == 0;

    if (!own && c->device.ownership == UD_OWNERSHIP_PERSONAL) {
        *why = "This is a personal Mac: its recovery key is stored by its user only.";
        return UD_VAULT_PERSONAL_DEVICE;
    }
    *why = "Only a Mac has a FileVault recovery key, and every try has a request id of its own.";
    return !c->device.mac || t->kind != UD_KIND_FILEVAULT || ud_guid_is_zero(&t->request) ? UD_VAULT_INVALID : UD_VAULT_OK;
}

void
ud_do_typed(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);
    const char *why;

    c->who = *s;
    if (visible(v, &c->device, r, s, NULL) != UD_OK) {
        memset(&c->device, 0, sizeof(c->device));
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
        return;
    }
    enum ud_vault_code code = decide(c, &why);
    if (code != UD_VAULT_OK) {
        ud_vault_refuse_audited(v, c, code, why);
        return;
    }
    c->run = run_typed;
    c->done = done_typed;
    ud_vault_change(v, c);
}

/* --- asking a user -------------------------------------------------------------------------------------------------------- */

/* Is there a key that nobody doubts? One that did not unlock, or that the device could not replace, is doubted. */
static enum ud_status
key_is_known(struct ud_change_context *c, const struct ud_change *change, bool *known, struct ud_error *err)
{
    struct ud_store_key k = { 0 };
    struct ud_store_work w = { 0 };
    enum ud_status st = ud_store_key_current(c->store, change->device.row, UD_KIND_FILEVAULT, ud_take_key, &k, err);

    *known = false;
    if (st != UD_OK)
        return st == UD_NOTFOUND ? UD_OK : st;
    if ((st = ud_store_key_ended(c->store, k.row, "did-not-unlock", err)) != UD_NOTFOUND)
        return st;
    st = ud_store_work_last(c->store, change->device.row, UD_KIND_FILEVAULT, UD_WORK_ROTATE, ud_typed_take_work, &w, err);
    *known = st == UD_NOTFOUND || (st == UD_OK && w.state != UD_WORK_FAILED);
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
run_ask(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    char note[256];
    struct ud_store_asked a = { .device_row = change->device.row, .user_row = change->who.user_row, .at = c->now, .note = note };
    struct ud_audit_entry e;
    bool known;
    enum ud_status st = key_is_known(c, change, &known, err);

    if (st != UD_OK)
        return st;
    ud_text_clean(note, sizeof(note), change->request->name, strlen(change->request->name));
    ud_change_entry(&e, change);
    e.event = known ? "refused" : "store-asked";
    e.outcome = known ? "key-stored" : NULL;
    e.kind = ud_kind_name(UD_KIND_FILEVAULT);
    e.note = note;
    if (known)
        ud_reply_refuse(change->reply, UD_VAULT_KEY_STORED,
            "A recovery key of this Mac is stored already. Ask the Mac for a new key instead.");
    else if ((st = ud_store_asked_put(c->store, &a, err)) != UD_OK)
        return st;
    return ud_change_audit(c, &e, err);
}

static void
done_ask(struct ud_vault *v, struct ud_change *change)
{
    enum ud_status st;

    if (change->status != UD_OK || change->reply->code != UD_VAULT_OK)
        return;
    if ((st = answer(v, change->reply, &change->device, NULL)) != UD_OK)
        ud_reply_failed(change->reply, st);
    else
        hide_who(&change->who, change->reply);
}

void
ud_do_typed_ask(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);

    c->who = *s;
    if (visible(v, &c->device, r, s, NULL) != UD_OK) {
        memset(&c->device, 0, sizeof(c->device));
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
    } else if (!c->device.mac || c->device.user[0] == '\0') {
        ud_vault_refuse_audited(v, c, UD_VAULT_INVALID, "Only the user of a Mac can be asked for its FileVault recovery key.");
    } else {
        c->run = run_ask;
        c->done = done_ask;
        ud_vault_change(v, c);
    }
}
