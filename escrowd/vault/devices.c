/* What devices do: check in, store keys, report work; and the simulator's list of open work. A device reaches its own records only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "escrowd/vault/state.h"
#include "escrowd/vault/typed.h"

#define WORK_MAX 500u

/* --- who --------------------------------------------------------------------------------------------------------------- */

/* A simulated device's token is computed again; others are looked up. */
static bool
is_simulated(struct ud_vault *v, const struct ud_token *t)
{
    struct ud_token expected;

    if (v->simulate_key == NULL || ud_token_simulated(&expected, v->simulate_key, t->id, NULL) != UD_OK)
        return false;
    bool same = ud_hash_equal(expected.proof, t->proof, sizeof(t->proof));
    ud_token_wipe(&expected);
    return same;
}

static bool
authenticate(struct ud_vault *v, struct ud_device_brief *d, const struct ud_token *t)
{
    uint8_t stored[32], hash[32];
    uint64_t row = 0;
    struct ud_guid id;

    if (ud_token_is_zero(t))
        return false;
    if (is_simulated(v, t)) {
        memcpy(id.byte, t->id, sizeof(id.byte));
        return ud_brief_by_id(d, v->read, &id, NULL) == UD_OK && !d->retired;
    }
    bool known = ud_store_device_token_get(v->read, t->id, stored, &row, NULL) == UD_OK;
    ud_ring_token_hash(hash, v->ring, t->id, t->proof);
    return ud_hash_equal(hash, stored, sizeof(hash)) && known && ud_brief_by_row(d, v->read, row, NULL) == UD_OK && !d->retired;
}

/* --- changes ----------------------------------------------------------------------------------------------------------- */

static bool
add_work(const struct ud_store_work *w, void *arg)
{
    struct ud_vault_reply *reply = arg;

    if (reply->works == NULL)
        reply->works = ud_xcalloc(WORK_MAX, sizeof(*reply->works));
    reply->works[reply->work_count++] =
        (struct ud_vault_work){ .id = w->id, .device = w->device, .kind = (uint8_t)w->kind, .typed = w->action == UD_WORK_TYPED };
    return reply->work_count < WORK_MAX;
}

static enum ud_status
run_check_in(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    char version[UD_SHORT_MAX];
    enum ud_status st;

    (void)ud_text_clean(version, sizeof(version), r->check_in.os_version, strlen(r->check_in.os_version));
    st = ud_store_check_in(c->store, change->device.row, c->now, version, (enum ud_tristate)r->check_in.encrypted, err);
    return st == UD_OK ? ud_store_work_pending(c->store, change->device.row, WORK_MAX, add_work, change->reply, err) : st;
}

static bool
take_work(const struct ud_store_work *w, void *arg)
{
    *(struct ud_store_work *)arg = *w;
    return false;
}

/* Open work that this deposit answers: the rotation it names, else whatever was asked of that kind. A new key answers that too when it was made because
 * somebody had typed the old one. */
enum ud_status
ud_device_end_work(struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    struct ud_store_work w = { 0 };
    struct ud_audit_entry e;
    enum ud_status st = d->has_work ? ud_store_work_by_id(c->store, &d->work, take_work, &w, err) : UD_NOTFOUND;

    if (!d->has_work || (st == UD_OK && w.action == UD_WORK_TYPED))
        st = ud_store_work_last(c->store, change->device.row, k->k.kind, UD_WORK_ROTATE, take_work, &w, err);
    if (st == UD_NOTFOUND || (st == UD_OK && (w.state != UD_WORK_PENDING || w.device_row != change->device.row)))
        return UD_OK;
    if (st != UD_OK)
        return st;
    w.state = UD_WORK_DONE;
    w.finished = c->now;
    w.new_key_row = k->row;
    if ((st = ud_store_work_end(c->store, &w, err)) != UD_OK ||
        (st = ud_store_key_rotating(c->store, change->device.row, w.kind, false, err)) != UD_OK)
        return st;
    ud_change_entry(&e, change);
    e.event = "rotated";
    e.key = &k->k.id;
    e.request = &w.request;
    e.kind = ud_kind_name(w.kind);
    return ud_change_audit(c, &e, err);
}

/* Opens the deposit into the writer's scratch secret and checks that it is a key of its kind. *good is false where the device sent
 * something else, which is answered, not a failure. */
static enum ud_status
open_deposit(struct ud_change_context *c, struct ud_change *change, bool *good, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    enum ud_status st =
        d->by_sealer ? ud_opener_open(&c->opener, c->scratch, d->sealed, d->sealed_length, c->ring->deposit, err)
                     : ud_seal_open_into(c->scratch, d->sealed, d->sealed_length, c->ring->deposit_public, c->ring->deposit, err);

    if (st == UD_OK && ud_secret_length(c->scratch) > UD_RECOVERY_MAX)
        st = ud_error_set(err, UD_INVALID, "The recovery key is too long.");
    if (st == UD_OK)
        st = ud_recovery_normalise(c->scratch, (enum ud_kind)d->kind, err);
    *good = st == UD_OK;
    if (st != UD_INVALID && st != UD_TAMPERED)
        return st;
    ud_reply_refuse(change->reply, UD_VAULT_INVALID, err->message);
    return UD_OK;
}

static enum ud_status
store_deposit(struct ud_change_context *c, struct ud_change *change, struct ud_secret *plain, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    struct ud_store_key k = { .device_row = change->device.row,
        .k = { .device = change->device.id,
            .kind = (enum ud_kind)d->kind,
            .volume = (enum ud_volume)d->volume,
            .created = c->now,
            .shown = UD_WALL_NONE } };
    struct ud_audit_entry e;
    bool existing = false;

    if (d->has_id)
        k.k.id = d->id;
    enum ud_status st = ud_typed_refuses(c, change, plain, err);
    if (st != UD_OK || change->reply->code != UD_VAULT_OK)
        return st;
    st = ud_escrow_key(c, &k, plain, &existing, err);
    if (st == UD_EXISTS) {
        ud_reply_refuse(change->reply, UD_VAULT_INVALID, "Another recovery key with this ID is stored already.");
        ud_change_entry(&e, change);
        e.event = "refused";
        e.outcome = ud_refusal_word(UD_VAULT_DIFFERENT_KEY);
        e.detail = "deposit";
        e.key = &k.k.id;
        e.kind = ud_kind_name(k.k.kind);
        return ud_change_audit(c, &e, err);
    }
    if (st != UD_OK)
        return st;
    ud_change_entry(&e, change);
    e.event = "deposited";
    e.key = &k.k.id;
    e.kind = ud_kind_name(k.k.kind);
    e.detail = existing ? "stored before" : NULL;
    if ((st = ud_change_audit(c, &e, err)) != UD_OK)
        return st;
    if ((st = ud_device_end_work(c, change, &k, err)) != UD_OK || existing)
        return st;
    return ud_typed_deposited(c, change, &k, plain, err);
}

static enum ud_status
run_deposit(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    bool good = false;
    enum ud_status st = open_deposit(c, change, &good, err);

    return st == UD_OK && good ? store_deposit(c, change, c->scratch, err) : st;
}

static enum ud_status
run_result(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_store_work w = { 0 };
    struct ud_audit_entry e;
    char code[32];
    enum ud_status st = ud_store_work_by_id(c->store, &r->result.work, take_work, &w, err);

    if (st == UD_NOTFOUND || (st == UD_OK && (w.device_row != change->device.row || w.state != UD_WORK_PENDING))) {
        ud_reply_refuse(change->reply, UD_VAULT_NOT_FOUND, "There is no such open work.");
        return UD_OK;
    }
    if (st != UD_OK)
        return st;
    if (w.action == UD_WORK_TYPED)
        return ud_typed_failed(c, change, &w, err);
    w.state = UD_WORK_FAILED;
    w.finished = c->now;
    w.code = r->result.error_code;
    if ((st = ud_store_work_end(c->store, &w, err)) != UD_OK ||
        (st = ud_store_key_rotating(c->store, w.device_row, w.kind, false, err)) != UD_OK)
        return st;
    (void)snprintf(code, sizeof(code), "0x%08X", (unsigned)w.code);
    ud_change_entry(&e, change);
    e.event = "rotate-failed";
    e.request = &w.request;
    e.kind = ud_kind_name(w.kind);
    e.detail = code;
    return ud_change_audit(c, &e, err);
}

void
ud_do_device(struct ud_vault *v, struct ud_vault_request *r)
{
    struct ud_change *c = ud_change_new(r);
    bool known = authenticate(v, &c->device, &r->auth);

    explicit_bzero(r->auth.proof, sizeof(r->auth.proof));
    if (!known) {
        c->request = NULL;
        ud_change_free(&c);
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "The device's token is unknown.");
        return;
    }
    c->run = r->op == UD_VAULT_CHECK_IN   ? run_check_in
             : r->op == UD_VAULT_DEPOSIT  ? run_deposit
             : r->op == UD_VAULT_WORK_KEY ? ud_typed_hand_over
                                          : run_result;
    ud_vault_change(v, c);
}

/* --- the simulator's list ---------------------------------------------------------------------------------------------- */

static bool
is_simulator(struct ud_vault *v, const struct ud_token *t)
{
    uint8_t stored[UD_TOKEN_ID + UD_HASH_SIZE], hash[UD_HASH_SIZE];
    size_t length = 0;

    if (!v->config.training || ud_token_is_zero(t) ||
        ud_store_meta_get(v->read, stored, sizeof(stored), &length, "simulator", NULL) != UD_OK || length != sizeof(stored))
        return false;
    ud_ring_token_hash(hash, v->ring, t->id, t->proof);
    return memcmp(stored, t->id, UD_TOKEN_ID) == 0 && ud_hash_equal(stored + UD_TOKEN_ID, hash, sizeof(hash));
}

/* Answers with the open work if there is some, or if `empty` is fine too. False: nothing was sent. */
static bool
answer_work(struct ud_vault *v, struct ud_vault_request *r, bool empty)
{
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_error err;
    enum ud_status st = ud_store_work_pending(v->read, 0, WORK_MAX, add_work, reply, &err);

    if (st != UD_OK)
        ud_reply_failed(reply, st);
    if (st == UD_OK && reply->work_count == 0 && !empty) {
        ud_vault_reply_free(&reply);
        return false;
    }
    ud_vault_send(v, r, reply);
    return true;
}

void
ud_do_work_list(struct ud_vault *v, struct ud_vault_request *r)
{
    bool known = is_simulator(v, &r->auth);

    explicit_bzero(r->auth.proof, sizeof(r->auth.proof));
    if (!known) {
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "The simulator's token is unknown.");
        return;
    }
    if (answer_work(v, r, r->wait_ms == 0))
        return;
    struct ud_waiting *w = ud_xcalloc(1, sizeof(*w));
    w->request = r;
    w->until = ud_clock_now() + (r->wait_ms > 30000 ? 30000 : r->wait_ms);
    w->next = v->waiting;
    v->waiting = w;
}

/* Those whose time has come (`due`), or all that find work. */
static void
answer_waiting(struct ud_vault *v, bool all, ud_msec now)
{
    for (struct ud_waiting **at = &v->waiting; *at != NULL;) {
        struct ud_waiting *w = *at;
        bool due = w->until <= now;
        if ((!all && !due) || !answer_work(v, w->request, due)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        free(w);
    }
}

void
ud_work_arrived(struct ud_vault *v)
{
    answer_waiting(v, true, ud_clock_now());
}

void
ud_work_expired(struct ud_vault *v, ud_msec now)
{
    answer_waiting(v, false, now);
}
