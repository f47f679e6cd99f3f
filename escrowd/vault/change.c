/* Changes: making, freeing, their audit entries, refusals, and storing a recovery key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escrowd/vault/agent.h"
#include "escrowd/vault/seen.h"
#include "escrowd/vault/state.h"

struct ud_change *
ud_change_new(struct ud_vault_request *r)
{
    struct ud_change *c = ud_xcalloc(1, sizeof(*c));

    c->request = r;
    if (r != NULL)
        c->reply = ud_reply_new(r);
    return c;
}

void
ud_change_free(struct ud_change **c)
{
    if (c == NULL || *c == NULL)
        return;
    ud_vault_request_free(&(*c)->request);
    ud_vault_reply_free(&(*c)->reply);
    free((*c)->approval);
    ud_token_wipe(&(*c)->token);
    free((*c)->agent);
    ud_seen_free(&(*c)->seen);
    free(*c);
    *c = NULL;
}

void
ud_vault_change(struct ud_vault *v, struct ud_change *c)
{
    ud_writer_put(v->writer, c);
}

void
ud_change_entry(struct ud_audit_entry *e, const struct ud_change *c)
{
    const struct ud_vault_request *r = c->request;

    memset(e, 0, sizeof(*e));
    e->user = &c->who.user;
    e->user_name = c->who.name;
    e->device = &c->device.id;
    e->device_name = c->device.name;
    e->serial = c->device.serial;
    e->key = &c->key.k.id;
    e->surge = c->surge;
    e->role = c->who.user_row != 0 ? ud_role_name(c->who.role) : NULL;
    e->end_user = c->end_user;
    if (r == NULL)
        return;
    e->call = &r->call;
    if (r->op == UD_VAULT_AGENT_CHECK_IN)
        e->caller = r->name;
    if (r->op == UD_VAULT_STORE) {
        e->key = &r->deposit.id;
        e->kind = ud_kind_name((enum ud_kind)r->deposit.kind);
    }
    if (r->op != UD_VAULT_PACKAGE && r->op != UD_VAULT_REVEAL && r->op != UD_VAULT_REVEAL_PLAIN && r->op != UD_VAULT_ROTATE &&
        r->op != UD_VAULT_APPROVAL_ASK)
        return;
    e->asked = r->op == UD_VAULT_PACKAGE ? "package" : r->op == UD_VAULT_REVEAL || r->op == UD_VAULT_REVEAL_PLAIN ? "key" : NULL;
    e->request = &r->reveal.request;
    e->approval = &r->reveal.approval;
    e->kind = ud_kind_name((enum ud_kind)(c->key.row != 0 ? c->key.k.kind : r->reveal.kind));
    e->reason = r->reveal.why.reason;
    e->ticket = r->reveal.why.ticket;
    e->note = r->reveal.why.note;
    e->caller = r->reveal.why.caller;
    e->verified = r->reveal.why.verified;
    if (ud_guid_is_zero(e->key) && r->reveal.has_key)
        e->key = &r->reveal.key;
    if (ud_guid_is_zero(e->device) && r->reveal.has_device)
        e->device = &r->reveal.device;
}

void
ud_change_end_user(struct ud_change *c)
{
    const struct ud_disclosure *why = &c->request->reveal.why;

    if (!ud_session_is_staff(&c->who))
        (void)ud_copy(c->end_user, sizeof(c->end_user), c->who.account);
    else if (why->user_domain[0] != '\0' && strpbrk(why->user_account, "@\\") == NULL)
        (void)snprintf(c->end_user, sizeof(c->end_user), "%s@%s", why->user_account, why->user_domain);
    else
        (void)ud_copy(c->end_user, sizeof(c->end_user), why->user_account);
}

enum ud_status
ud_change_audit(struct ud_change_context *c, const struct ud_audit_entry *e, struct ud_error *err)
{
    return ud_audit_append(&c->audit, c->store, c->ring, c->now, e, err);
}

enum ud_status
ud_change_begin(struct ud_change_context *c, struct ud_error *err)
{
    enum ud_status st = ud_store_begin(c->store, err);

    if (st != UD_OK)
        return st;
    c->now = ud_clock_wall();
    if ((st = ud_audit_open(&c->audit, c->store, err)) == UD_OK)
        st = ud_store_key_last(c->store, &c->last_key, err);
    if (st != UD_OK)
        ud_store_rollback(c->store);
    return st;
}

const char *
ud_refusal_word(enum ud_vault_code code)
{
    static const char *const word[UD_VAULT_CODE_END] = { "", "signed-out", "not-allowed", "reason-required", "personal-device",
        "not-found", "invalid", "already-used", "limit", "audit", "unavailable", "ambiguous", "key-stored", "other-device",
        "already-stored", "different-key", "approval-required", "approval-denied", "approval-expired", "self-approval",
        "approval-used", "approval-decided" };

    return (unsigned)code < UD_VAULT_CODE_END ? word[code] : "";
}

static enum ud_status
run_refusal(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_change_entry(&e, change);
    e.event = "refused";
    e.outcome = change->event;
    return ud_change_audit(c, &e, err);
}

void
ud_vault_refuse_audited(struct ud_vault *v, struct ud_change *c, enum ud_vault_code code, const char *message)
{
    ud_reply_refuse(c->reply, code, message);
    if (c->event == NULL)
        c->event = ud_refusal_word(code);
    c->run = run_refusal;
    ud_vault_change(v, c);
}

void
ud_vault_refuse_unnamed(struct ud_vault *v, struct ud_change *c)
{
    c->reply->field = "user";
    c->event = "user-required";
    ud_vault_refuse_audited(v, c, UD_VAULT_REASON_REQUIRED, "Name the user of the device: domain and account.");
}

void
ud_vault_refuse_role(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    switch (ud_role_refusal(r->op)) {
    case UD_REFUSAL_EMPTY:
        ud_vault_send(v, r, ud_reply_new(r));
        break;
    case UD_REFUSAL_AUDITED: {
        struct ud_change *c = ud_change_new(r);
        c->who = *s;
        ud_change_end_user(c);
        c->event = "role"; /* the answer says less */
        ud_vault_refuse_audited(v, c, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
        break;
    }
    case UD_REFUSAL_MISSING:
    default:
        ud_vault_refuse(v, r, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
        break;
    }
}

bool
ud_take_key(const struct ud_store_key *k, void *arg)
{
    struct ud_store_key *out = arg;

    *out = *k;
    out->box = NULL;
    out->box_length = 0;
    return false;
}

static bool
copy_brief(const struct ud_store_device *d, void *arg)
{
    struct ud_device_brief *out = arg;

    memset(out, 0, sizeof(*out));
    out->row = d->row;
    out->id = d->d.id;
    out->ownership = d->d.ownership;
    out->mac = strcasecmp(d->d.os, "macOS") == 0;
    out->retired = d->d.retired;
    (void)ud_copy(out->name, sizeof(out->name), d->d.name);
    (void)ud_copy(out->serial, sizeof(out->serial), d->d.serial);
    (void)ud_copy(out->user, sizeof(out->user), d->d.user);
    (void)ud_copy(out->domain, sizeof(out->domain), d->domain);
    (void)ud_copy(out->local_users, sizeof(out->local_users), d->local_users);
    return false;
}

enum ud_status
ud_brief_by_id(struct ud_device_brief *out, struct ud_store *s, const struct ud_guid *id, struct ud_error *err)
{
    return ud_store_device_by_id(s, id, copy_brief, out, err);
}

enum ud_status
ud_brief_by_row(struct ud_device_brief *out, struct ud_store *s, uint64_t row, struct ud_error *err)
{
    return ud_store_device_by_row(s, row, copy_brief, out, err);
}

/* --- storing one recovery key ------------------------------------------------------------------------------------------ */

struct same {
    struct ud_ring *ring;
    struct ud_secret *plain;
    bool equal;
};

static bool
compare(const struct ud_store_key *k, void *arg)
{
    struct same *s = arg;
    struct ud_secret *stored = NULL;

    if (ud_ring_unseal(s->ring, &stored, k, NULL) == UD_OK)
        s->equal = ud_secret_equal(stored, s->plain);
    ud_secret_free(&stored);
    return false;
}

enum ud_status
ud_escrow_is(struct ud_change_context *c, bool *equal, uint64_t row, struct ud_secret *plain, struct ud_error *err)
{
    struct same same = { .ring = c->ring, .plain = plain };
    enum ud_status st = ud_store_key_box(c->store, row, compare, &same, err);

    *equal = st == UD_OK && same.equal;
    return st;
}

/* The key that this one would repeat: of the same ID, or, without IDs, the current one of the device. */
static enum ud_status
find_same(struct ud_change_context *c, struct ud_store_key *found, bool *equal, const struct ud_store_key *k,
    struct ud_secret *plain, struct ud_error *err)
{
    enum ud_status st = ud_guid_is_zero(&k->k.id)
                            ? ud_store_key_current(c->store, k->device_row, k->k.kind, ud_take_key, found, err)
                            : ud_store_key_by_id(c->store, &k->k.id, ud_take_key, found, err);

    *equal = false;
    return st == UD_OK ? ud_escrow_is(c, equal, found->row, plain, err) : st;
}

enum ud_status
ud_escrow_add(struct ud_change_context *c, struct ud_store_key *k, struct ud_secret *plain, struct ud_error *err)
{
    uint8_t box[UD_BOX_MAX];
    enum ud_status st;

    k->row = c->last_key + 1;
    k->version = 1;
    k->ring = c->ring->data_id;
    if ((st = ud_ring_seal(c->ring, box, &k->box_length, plain, k, err)) != UD_OK)
        return st;
    k->box = box;
    st = ud_store_key_add(c->store, k, err);
    k->box = NULL;
    k->box_length = 0;
    if (st == UD_OK)
        c->last_key = k->row;
    return st;
}

enum ud_status
ud_escrow_key(struct ud_change_context *c, struct ud_store_key *k, struct ud_secret *plain, bool *existing, struct ud_error *err)
{
    struct ud_store_key found = { 0 };
    bool equal;
    enum ud_status st = find_same(c, &found, &equal, k, plain, err);

    *existing = st == UD_OK && equal && found.device_row == k->device_row && found.k.kind == k->k.kind;
    if (*existing) {
        *k = found;
        return UD_OK;
    }
    if (st == UD_OK && !ud_guid_is_zero(&k->k.id))
        return ud_error_set(err, UD_EXISTS, "Another key with this ID is stored already");
    if (st != UD_OK && st != UD_NOTFOUND)
        return st;
    if ((st = ud_escrow_add(c, k, plain, err)) != UD_OK || k->k.state == UD_KEY_SUPERSEDED)
        return st;
    return ud_store_key_supersede(c->store, k->device_row, k->k.kind, k->k.volume, k->row, err);
}
