/* Check-ins on the writer's thread: devices that are new, keys that have changed. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "escrowd/vault/agent.h"
#include "escrowd/vault/seen.h"
#include "escrowd/vault/typed.h"

#define DAY        ((ud_wall)24 * 3600 * 1000)
#define TYPES_MOST 16u /* of the keys of one device */

static enum ud_status
note(struct ud_change_context *c, struct ud_change *change, const char *event, const char *detail, const struct ud_store_key *k,
    struct ud_error *err)
{
    struct ud_audit_entry e;

    ud_change_entry(&e, change);
    e.event = event;
    e.detail = detail;
    if (k != NULL) {
        e.key = &k->k.id;
        e.kind = ud_kind_name(k->k.kind);
    }
    return ud_change_audit(c, &e, err);
}

/* --- the device -------------------------------------------------------------------------------------------------------- */

static const char *
os_of(enum ud_kind kind)
{
    switch (kind) {
    case UD_KIND_BITLOCKER:
        return "Windows";
    case UD_KIND_LUKS:
        return "Linux";
    default:
        return "macOS"; /* FileVault, and the passwords that agents of Macs send */
    }
}

static enum ud_status
make_device(
    struct ud_change_context *c, struct ud_change *change, struct ud_agent_device *d, enum ud_kind kind, struct ud_error *err)
{
    const struct ud_vault_agent *t = &change->request->agent;
    const struct ud_agent *a = &change->agent->agent;
    struct ud_store_device new_one = { .local_users = t->user, .enrolled = c->now };
    enum ud_status st;

    new_one.d = (struct ud_device){ .name = t->computer,
        .serial = t->serial,
        .user = t->user,
        .user_name = t->user,
        .os = a->os[0] != '\0' ? a->os : os_of(kind),
        .ownership = UD_OWNERSHIP_COMPANY,
        .encrypted = UD_YES,
        .last_checkin = c->now };
    ud_guid_random(&new_one.d.id);
    ud_guid_random(&new_one.d.entra_id);
    if ((st = ud_store_device_add(c->store, &d->brief.row, &new_one, err)) != UD_OK)
        return st;
    d->brief.id = new_one.d.id;
    d->made = true;
    (void)ud_copy(d->brief.name, sizeof(d->brief.name), t->computer);
    (void)ud_copy(d->brief.serial, sizeof(d->brief.serial), t->serial);
    (void)ud_copy(d->brief.user, sizeof(d->brief.user), t->user);
    change->device = d->brief;
    return note(c, change, "device-added", "check-in", NULL, err);
}

/* A credential may be shared by a fleet, so it tells the desk whose computer this is now, but makes nobody the one who gets the keys that were stored
 * for somebody else: for self-service another user has never signed in here. */
static enum ud_status
rename_device(struct ud_change_context *c, struct ud_change *change, const struct ud_agent_device *d, struct ud_error *err)
{
    const struct ud_vault_agent *t = &change->request->agent;
    enum ud_status st = ud_store_device_named(c->store, d->brief.row, t->computer, t->user, err);

    if (st != UD_OK || strcasecmp(d->brief.user, t->user) == 0)
        return st;
    (void)ud_copy(change->end_user, sizeof(change->end_user), t->user);
    st = note(c, change, "device-renamed", d->brief.user, NULL, err);
    change->end_user[0] = '\0';
    return st;
}

/* The device as it is afterwards: there, pinned, seen, and called what it calls itself. */
static enum ud_status
settle_device(
    struct ud_change_context *c, struct ud_change *change, struct ud_agent_device *d, enum ud_kind kind, struct ud_error *err)
{
    const struct ud_vault_agent *t = &change->request->agent;
    bool known = d->brief.row != 0;
    enum ud_status st = UD_OK;

    change->device = d->brief;
    if (!known)
        st = make_device(c, change, d, kind, err);
    if (st == UD_OK && !d->pinned) {
        st = ud_store_pin_add(c->store, d->brief.row, change->agent->agent.row, d->made, c->now, err);
        if (st == UD_OK)
            st = note(c, change, "pinned", NULL, NULL, err);
    }
    if (st == UD_OK && known)
        st = ud_store_device_seen(c->store, d->brief.row, c->now, err);
    if (st == UD_OK && known && !ud_agent_same_names(d, t))
        st = rename_device(c, change, d, err);
    return st;
}

/* --- the key ----------------------------------------------------------------------------------------------------------- */

/* Types that a kind has by nature: keys that came another way, without a type, are of it. */
static bool
is_default(enum ud_kind kind, const char *type)
{
    return strcmp(type, kind == UD_KIND_LAPS ? "password" : "recovery_key") == 0;
}

/* A key that was imported or came by the device API may be the very one: then only its hash is added. */
static enum ud_status
find_untyped(struct ud_change_context *c, struct ud_store_key *found, bool *same, const struct ud_store_key *k, const char *type,
    struct ud_error *err)
{
    *same = false;
    if (!is_default(k->k.kind, type))
        return UD_OK;
    enum ud_status st = ud_store_key_current(c->store, k->device_row, k->k.kind, ud_take_key, found, err);
    if (st == UD_OK)
        st = ud_escrow_is(c, same, found->row, c->scratch, err);
    return st == UD_NOTFOUND ? UD_OK : st;
}

/* BitLocker's key ID stands on the locked screen, and a check-in does not tell it; the others get one of ours, so that every version can be asked for. */
static enum ud_status
add_key(struct ud_change_context *c, struct ud_store_key *k, const char *type, struct ud_error *err)
{
    uint8_t hash[UD_HASH_SIZE];
    enum ud_status st;

    if (k->k.kind != UD_KIND_BITLOCKER)
        ud_guid_random(&k->k.id);
    if ((st = ud_escrow_add(c, k, c->scratch, err)) != UD_OK)
        return st;
    ud_ring_match_hash(hash, c->ring, k->row, type, c->scratch);
    if ((st = ud_store_match_add(c->store, k->row, type, hash, err)) != UD_OK)
        return st;
    return ud_store_match_supersede(c->store, k->device_row, k->k.kind, type, is_default(k->k.kind, type), k->row, err);
}

/* Keys that change more often than people look at them. */
static enum ud_status
watch_changes(struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k, struct ud_error *err)
{
    struct ud_agent_change *a = change->agent;
    char detail[80];
    uint64_t count = 0;
    enum ud_status st = ud_store_match_count(c->store, &count, k->device_row, c->now - DAY, err);

    if (st != UD_OK || count <= a->changes_a_day)
        return st;
    (void)snprintf(detail, sizeof(detail), "%llu keys in 24 hours", (unsigned long long)count);
    (void)snprintf(
        a->alert, sizeof(a->alert), "check-in: %.63s has sent %s (agent %s)", change->device.serial, detail, a->agent.name);
    return note(c, change, "alert", detail, k, err);
}

static enum ud_status
store_key(struct ud_change_context *c, struct ud_change *change, struct ud_store_key *k, const struct ud_store_match *old,
    struct ud_error *err)
{
    const char *type = change->request->agent.type;
    bool asked = old->state == UD_KEY_DISCLOSED || old->state == UD_KEY_ROTATION_PENDING;
    char detail[120];
    enum ud_status st = add_key(c, k, type, err);

    if (st != UD_OK)
        return st;
    (void)snprintf(detail, sizeof(detail), "check-in, %s%s", type, old->key_row != 0 && !asked ? ", not asked for" : "");
    if ((st = note(c, change, "deposited", detail, k, err)) != UD_OK || (st = ud_device_end_work(c, change, k, err)) != UD_OK ||
        (st = ud_typed_deposited(c, change, k, c->scratch, err)) != UD_OK)
        return st;
    return watch_changes(c, change, k, err);
}

/* Each type keeps a key of its own, so types without end would bury the others. True: this one is refused. */
static enum ud_status
one_too_many(struct ud_change_context *c, struct ud_change *change, bool *refused, struct ud_error *err)
{
    uint64_t types = 0;
    enum ud_status st = ud_store_match_types(c->store, &types, change->device.row, err);

    *refused = st == UD_OK && types >= TYPES_MOST;
    if (*refused)
        ud_reply_refuse(change->reply, UD_VAULT_INVALID, "This device has keys of too many types already.");
    return st;
}

/* Stores the key unless it is there. *now is what the device has afterwards. */
static enum ud_status
settle_key(
    struct ud_change_context *c, struct ud_change *change, enum ud_kind kind, struct ud_store_match *now, struct ud_error *err)
{
    const char *type = change->request->agent.type;
    struct ud_store_key found = { 0 }, k = { .device_row = change->device.row,
        .k = { .device = change->device.id,
            .kind = kind,
            .volume = is_default(kind, type) && kind != UD_KIND_LAPS ? UD_VOLUME_OS : UD_VOLUME_NONE,
            .created = c->now,
            .shown = UD_WALL_NONE } };
    uint8_t hash[UD_HASH_SIZE];
    bool same = false, refused = false;
    enum ud_status st = ud_store_match_get(c->store, now, k.device_row, type, err);

    if (st == UD_OK) {
        ud_ring_match_hash(hash, c->ring, now->key_row, type, c->scratch);
        if (ud_hash_equal(hash, now->hash, sizeof(hash)))
            return UD_OK;
    } else if (st == UD_NOTFOUND && (st = find_untyped(c, &found, &same, &k, type, err)) == UD_OK && same) {
        *now = (struct ud_store_match){ .key_row = found.row, .kind = kind, .state = found.k.state, .created = found.k.created };
        ud_ring_match_hash(hash, c->ring, found.row, type, c->scratch);
        return ud_store_match_add(c->store, found.row, type, hash, err);
    }
    if (st == UD_OK && now->key_row == 0)
        st = one_too_many(c, change, &refused, err);
    if (st != UD_OK || refused)
        return st;
    struct ud_store_match old = *now;
    *now = (struct ud_store_match){ .kind = kind, .state = UD_KEY_CURRENT, .created = c->now };
    if ((st = store_key(c, change, &k, &old, err)) == UD_OK)
        now->key_row = k.row;
    change->reply->agent.fresh = true;
    return st;
}

static void
answer(struct ud_change *change, const struct ud_store_match *now)
{
    struct ud_vault_reply *reply = change->reply;

    reply->agent.escrowed = true;
    reply->agent.at = now->created;
    reply->agent.rotation = now->state == UD_KEY_DISCLOSED || now->state == UD_KEY_ROTATION_PENDING;
    reply->text = ud_arena_text(&reply->frame, change->request->agent.serial);
    reply->name = ud_arena_text(&reply->frame, change->request->agent.user);
}

enum ud_status
ud_agent_run(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_agent *t = &change->request->agent;
    const struct ud_agent *a = &change->agent->agent;
    struct ud_store_match now = { 0 };
    struct ud_agent_device d;
    enum ud_kind kind;
    enum ud_status st = ud_agent_find(&d, c->store, t->serial, err);

    if (st != UD_OK)
        return st;
    if (ud_agent_stranger(&d, a) != NULL) { /* another check-in came first */
        ud_reply_refuse(change->reply, UD_VAULT_FORBIDDEN, ud_agent_stranger(&d, a));
        change->device = d.brief;
        return note(c, change, "refused", "check-in", NULL, err);
    }
    st = ud_agent_open(c->scratch, &kind, &c->opener, c->ring, t, d.brief.row != 0 ? d.os : a->os, err);
    if (st == UD_INVALID || st == UD_TAMPERED) {
        ud_reply_refuse(change->reply, UD_VAULT_INVALID, err->message);
        return UD_OK;
    }
    if (st != UD_OK || (st = settle_device(c, change, &d, kind, err)) != UD_OK ||
        (st = settle_key(c, change, kind, &now, err)) != UD_OK || change->reply->code != UD_VAULT_OK)
        return st;
    answer(change, &now);
    return UD_OK;
}

/* --- last check-ins ---------------------------------------------------------------------------------------------------- */

#define TOGETHER 500u

static enum ud_status
run_seen(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_seen *s = change->seen;
    enum ud_status st = UD_OK;

    for (unsigned n = 0; st == UD_OK && n < TOGETHER && s->stored < s->room; s->stored++) {
        const struct ud_seen_entry *e = &s->entry[s->stored];
        if (e->device_row == 0)
            continue;
        n++;
        st = ud_store_device_seen(c->store, e->device_row, e->at, err);
    }
    change->again = s->stored < s->room; /* others have their turn in between */
    return st;
}

void
ud_agents_flush(struct ud_vault *v)
{
    if (v->seen == NULL || v->seen->count == 0 || v->writer == NULL)
        return;
    struct ud_change *c = ud_change_new(NULL);
    c->run = run_seen;
    c->seen = v->seen;
    v->seen = ud_seen_new();
    ud_vault_change(v, c);
}
