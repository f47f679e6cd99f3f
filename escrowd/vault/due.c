#include "escrowd/vault/due.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "domain/account.h"

#define SWEEP_MAX 200u
#define RETRY     ((ud_wall)60000)

struct collected {
    struct ud_store_key key[SWEEP_MAX];
    size_t count;
};

static bool
collect(const struct ud_store_key *k, void *arg)
{
    struct collected *c = arg;

    c->key[c->count] = *k;
    c->key[c->count++].box = NULL;
    return c->count < SWEEP_MAX;
}

/* --- asking by itself ---------------------------------------------------------------------------------------------------------- */

static enum ud_status
ask_for(struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k, struct ud_error *err)
{
    struct ud_store_work w = { .device_row = k->device_row,
        .device = k->k.device,
        .kind = k->k.kind,
        .state = UD_WORK_PENDING,
        .action = UD_WORK_ROTATE,
        .requested = c->now,
        .finished = UD_WALL_NONE,
        .new_created = UD_WALL_NONE };
    struct ud_audit_entry e;
    enum ud_status st;

    ud_guid_random(&w.id);
    if ((st = ud_brief_by_row(&change->device, c->store, k->device_row, err)) != UD_OK ||
        (st = ud_store_work_add(c->store, &w, err)) != UD_OK ||
        (st = ud_store_key_rotating(c->store, k->device_row, k->k.kind, true, err)) != UD_OK)
        return st;
    change->key = *k;
    ud_change_entry(&e, change);
    e.event = "rotate";
    e.kind = ud_kind_name(k->k.kind);
    e.detail = "by policy";
    return ud_change_audit(c, &e, err);
}

static enum ud_status
run_sweep(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct collected *due = ud_xcalloc(1, sizeof(*due));
    enum ud_status st = ud_store_keys_due(c->store, change->before, SWEEP_MAX, collect, due, err);

    for (size_t i = 0; i < due->count && st == UD_OK; i++)
        st = ask_for(c, change, &due->key[i], err);
    free(due);
    return st;
}

static void
done_sweep(struct ud_vault *v, struct ud_change *change)
{
    v->due_sweeping = false;
    if (change->status != UD_OK || ud_due_next(v, NULL) != UD_OK)
        v->due_at = ud_clock_wall() + RETRY; /* the database cannot be written now */
    if (change->status == UD_OK)
        ud_work_arrived(v);
}

enum ud_status
ud_due_next(struct ud_vault *v, struct ud_error *err)
{
    struct collected *first;
    enum ud_status st;

    v->due_at = UD_WALL_NONE;
    if (!v->policy.rotate_after_disclosure)
        return UD_OK;
    first = ud_xcalloc(1, sizeof(*first));
    if ((st = ud_store_keys_due(v->read, INT64_MAX, 1, collect, first, err)) == UD_OK && first->count > 0)
        v->due_at = first->key[0].k.shown + v->policy.rotate_delay;
    free(first);
    return st;
}

ud_msec
ud_due_wait(const struct ud_vault *v)
{
    ud_wall now = ud_clock_wall();

    if (v->due_at == UD_WALL_NONE || v->due_sweeping)
        return INT64_MAX;
    return v->due_at > now ? v->due_at - now : 0;
}

void
ud_due_tick(struct ud_vault *v)
{
    struct ud_change *c;

    if (ud_due_wait(v) != 0)
        return;
    v->due_sweeping = true;
    c = ud_change_new(NULL);
    c->before = ud_clock_wall() - v->policy.rotate_delay;
    c->run = run_sweep;
    c->done = done_sweep;
    ud_vault_change(v, c);
}

/* --- the board ----------------------------------------------------------------------------------------------------------------- */

static bool
add_device(const struct ud_store_device *d, void *arg)
{
    ud_reply_add_device(arg, d);
    return false;
}

static bool
take_work(const struct ud_store_work *w, void *arg)
{
    *(struct ud_store_work *)arg = *w;
    return false;
}

/* What has become of the new key since this one was shown. */
static enum ud_status
fill(struct ud_vault *v, struct ud_vault_rotation *r, const struct ud_store_key *k, struct ud_vault_reply *reply,
    struct ud_error *err)
{
    struct ud_store_work w = { .requested = UD_WALL_NONE };
    char by[UD_NAME_MAX];
    enum ud_status st = ud_store_work_last(v->read, k->device_row, k->k.kind, UD_WORK_ROTATE, take_work, &w, err);

    if (st != UD_OK && st != UD_NOTFOUND)
        return st;
    bool asked = st == UD_OK && (w.state == UD_WORK_PENDING || w.requested >= k->k.shown);
    *r = (struct ud_vault_rotation){ .kind = (uint8_t)k->k.kind,
        .state = !asked                      ? UD_VAULT_ROT_WAITING
                 : w.state == UD_WORK_FAILED ? UD_VAULT_ROT_FAILED
                                             : UD_VAULT_ROT_PENDING,
        .requested = asked ? w.requested : UD_WALL_NONE,
        .finished = asked ? w.finished : UD_WALL_NONE,
        .error_code = asked ? w.code : 0,
        .new_created = UD_WALL_NONE,
        .due = !asked && v->policy.rotate_after_disclosure ? k->k.shown + v->policy.rotate_delay : UD_WALL_NONE,
        .overdue = k->k.shown + v->policy.rotate_due < ud_clock_wall() };
    if (r->state == UD_VAULT_ROT_FAILED)
        r->message = ud_reply_failure_text(w.code);
    if ((st = ud_store_key_shown_by(v->read, k->row, by, sizeof(by), err)) == UD_OK)
        r->by = ud_arena_text(&reply->frame, by);
    return st;
}

/* Who got the own key is the user of the device: some roles are not told that. */
static bool
tells_user(const struct ud_session *s, enum ud_vault_op op, const struct ud_device_brief *d, const char *by)
{
    return ud_role_scope(s->role, op) == UD_SCOPE_NAMED &&
           (strcasecmp(by, d->user) == 0 || ud_account_listed(by, d->local_users));
}

static enum ud_status
add_entry(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_store_key *k, const struct ud_session *s,
    struct ud_error *err)
{
    struct ud_device_brief d;
    enum ud_status st = ud_brief_by_row(&d, v->read, k->device_row, err);

    if (st != UD_OK || !ud_session_reaches(s, reply->op, &d))
        return st;
    if ((st = ud_store_device_by_row(v->read, k->device_row, add_device, reply, err)) != UD_OK)
        return st;
    ud_reply_add_key(reply, k);
    struct ud_vault_rotation *r = &reply->rotations[reply->rotation_count++];
    if ((st = fill(v, r, k, reply, err)) == UD_OK && tells_user(s, reply->op, &d, r->by))
        r->by = "";
    return st;
}

enum ud_status
ud_due_board(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_session *s, struct ud_error *err)
{
    struct collected *shown = ud_xcalloc(1, sizeof(*shown));
    enum ud_status st = ud_store_keys_shown(v->read, ud_session_owner(s, reply->op), SWEEP_MAX, collect, shown, err);

    ud_reply_reserve_devices(reply, SWEEP_MAX);
    ud_reply_reserve_keys(reply, SWEEP_MAX);
    reply->rotations = ud_xcalloc(SWEEP_MAX, sizeof(*reply->rotations));
    for (size_t i = 0; i < shown->count && st == UD_OK; i++)
        st = add_entry(v, reply, &shown->key[i], s, err);
    free(shown);
    return st;
}
