/* A recovery key that staff bring (out of what manage-bde printed at the device), and the key package of a stored one. The key comes sealed to the
 * deposit key; it stands beside those that are there, because nobody knows which of them the drive takes: a device's own deposit settles it. */
#include <stdio.h>
#include <string.h>

#include "escrowd/vault/state.h"

/* --- storing ------------------------------------------------------------------------------------------------------------- */

static enum ud_status
refuse(struct ud_change_context *c, struct ud_change *change, enum ud_vault_code code, const char *why, const char *message,
    struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_reply_refuse(change->reply, code, message);
    ud_change_entry(&e, change);
    e.event = "refused";
    e.outcome = why;
    return ud_change_audit(c, &e, err);
}

/* Protectors that are keys here are left alone: a list from outside must not hide a key. */
static enum ud_status
keep_others(struct ud_change_context *c, struct ud_change *change, unsigned *kept, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_store_key known;
    enum ud_status st = UD_OK;

    *kept = 0;
    for (size_t i = 0; i < r->other_count && st == UD_OK; i++) {
        if (ud_guid_is_zero(&r->other[i].id))
            continue;
        st = ud_store_key_by_id(c->store, &r->other[i].id, ud_take_key, &known, err);
        if (st != UD_NOTFOUND)
            continue;
        st = ud_store_protector_add(
            c->store, change->device.row, &r->other[i].id, ud_bde_kind_name((enum ud_bde_kind)r->other[i].kind), err);
        *kept += st == UD_OK;
    }
    return st;
}

static enum ud_status
store_key(struct ud_change_context *c, struct ud_change *change, bool *stored, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    struct ud_store_key k = { .device_row = change->device.row,
        .k = { .id = d->id,
            .device = change->device.id,
            .kind = (enum ud_kind)d->kind,
            .volume = (enum ud_volume)d->volume,
            .created = c->now,
            .shown = UD_WALL_NONE } };
    struct ud_store_key there;
    bool equal = false;
    enum ud_status st = ud_store_key_by_id(c->store, &d->id, ud_take_key, &there, err);

    *stored = false;
    if (st == UD_OK && there.device_row != change->device.row)
        return refuse(c, change, UD_VAULT_OTHER_DEVICE, "other-device",
            "This recovery key is stored already, for another device: find it by its ID.", err);
    if (st == UD_NOTFOUND) {
        st = ud_escrow_add(c, &k, c->scratch, err);
        *stored = st == UD_OK;
        return st;
    }
    if (st != UD_OK || (st = ud_escrow_is(c, &equal, there.row, c->scratch, err)) != UD_OK)
        return st;
    if (equal)
        return refuse(c, change, UD_VAULT_ALREADY_STORED, "already-stored", "This recovery key is stored already.", err);
    return refuse(c, change, UD_VAULT_DIFFERENT_KEY, "different-key",
        "A recovery key with this ID is stored already, with other digits. Read the text at the device once more.", err);
}

static enum ud_status
note_stored(struct ud_change_context *c, struct ud_change *change, unsigned others, struct ud_error *err)
{
    struct ud_audit_entry e;
    char detail[64];

    (void)snprintf(detail, sizeof(detail), "by staff, %u other protectors", others);
    ud_change_entry(&e, change);
    e.event = "stored";
    e.detail = detail;
    return ud_change_audit(c, &e, err);
}

static enum ud_status
run_store(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_deposit *d = &change->request->deposit;
    struct ud_error why = { 0 };
    unsigned others = 0;
    bool stored = false;
    enum ud_status st =
        ud_seal_open_into(c->scratch, d->sealed, d->sealed_length, c->ring->deposit_public, c->ring->deposit, &why);

    if (st == UD_OK && ud_secret_length(c->scratch) > UD_RECOVERY_MAX)
        st = ud_error_set(&why, UD_INVALID, "The recovery key is too long.");
    if (st == UD_OK)
        st = ud_recovery_normalise(c->scratch, (enum ud_kind)d->kind, &why);
    if (st == UD_INVALID || st == UD_TAMPERED)
        return refuse(c, change, UD_VAULT_INVALID, "invalid", why.message, err);
    if (st != UD_OK || (st = store_key(c, change, &stored, err)) != UD_OK)
        return st;
    /* The other IDs are worth keeping although the key was here before: one of them is what is read out by mistake. */
    if (!stored && change->reply->code != UD_VAULT_ALREADY_STORED)
        return UD_OK;
    st = keep_others(c, change, &others, err);
    return st == UD_OK && stored ? note_stored(c, change, others, err) : st;
}

void
ud_do_store(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);
    struct ud_error err = { 0 };
    enum ud_status st = ud_brief_by_id(&c->device, v->read, &r->by_id, &err);

    c->who = *s;
    if (st != UD_OK || !ud_session_reaches(s, r->op, &c->device))
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
    else if (r->deposit.kind != UD_KIND_BITLOCKER || !r->deposit.has_id || ud_guid_is_zero(&r->deposit.id))
        ud_vault_refuse_audited(v, c, UD_VAULT_INVALID, "Only BitLocker keys with their ID are stored this way.");
    else {
        c->run = run_store;
        ud_vault_change(v, c);
    }
}

/* --- key packages ---------------------------------------------------------------------------------------------------------- */

struct opening {
    struct ud_ring *ring;
    const struct ud_store_key *key;
    struct ud_secret *plain;
    enum ud_status status;
    struct ud_error *err;
};

static void
open_package(const uint8_t *box, size_t length, void *arg)
{
    struct opening *o = arg;

    o->status = ud_ring_unseal_package(o->ring, &o->plain, box, length, o->key, o->err);
}

/* No key, and useless without one, so it counts as nothing shown; who took it, and why, is in the audit before it leaves. */
enum ud_status
ud_run_package(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct opening o = { .ring = c->ring, .key = &change->key, .err = err };
    struct ud_vault_reply *reply = change->reply;
    struct ud_audit_entry e;
    enum ud_status st = ud_store_package_get(c->store, change->key.row, open_package, &o, err);

    if (st == UD_NOTFOUND)
        return refuse(c, change, UD_VAULT_NOT_FOUND, "no-package", "No key package is stored with this key.", err);
    if (st == UD_OK)
        st = o.status;
    ud_change_entry(&e, change);
    e.event = "package";
    if (st == UD_OK) {
        size_t room = ud_secret_length(o.plain) + UD_SEAL_EXTRA;
        uint8_t *sealed = ud_arena_take(&reply->frame, room);
        reply->sealed = sealed;
        st = ud_seal(sealed, room, &reply->sealed_length, o.plain, change->request->reveal.public_key, err);
    }
    ud_secret_free(&o.plain);
    if (st == UD_TAMPERED) {
        e.event = "damaged";
        ud_reply_failed(reply, UD_TAMPERED);
    } else if (st == UD_INVALID) {
        e.event = "failed";
        ud_reply_refuse(reply, UD_VAULT_INVALID, "The public key of the request is not usable.");
    } else if (st != UD_OK) {
        return st;
    }
    return ud_change_audit(c, &e, err);
}
