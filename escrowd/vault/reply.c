/* Building replies: copies of rows, codes and sentences. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "escrowd/vault/state.h"

struct ud_vault_reply *
ud_reply_new(const struct ud_vault_request *r)
{
    struct ud_vault_reply *reply = ud_xcalloc(1, sizeof(*reply));

    reply->id = r->id;
    reply->op = r->op;
    return reply;
}

void
ud_reply_refuse(struct ud_vault_reply *reply, enum ud_vault_code code, const char *message)
{
    reply->code = code;
    reply->message = ud_arena_text(&reply->frame, message);
}

void
ud_reply_failed(struct ud_vault_reply *reply, enum ud_status st)
{
    bool reveal = reply->op == UD_VAULT_REVEAL || reply->op == UD_VAULT_REVEAL_PLAIN || reply->op == UD_VAULT_PACKAGE;

    ud_secret_free(&reply->secret);
    reply->sealed = NULL;
    reply->sealed_length = 0;
    if (st == UD_TAMPERED)
        ud_reply_refuse(reply, UD_VAULT_UNAVAILABLE, "The stored key is damaged; the service's administrator has been told.");
    else if (reveal)
        ud_reply_refuse(reply, UD_VAULT_AUDIT_UNAVAILABLE, "The audit cannot be written, so no key is given out.");
    else if (st == UD_NOSPACE)
        ud_reply_refuse(reply, UD_VAULT_UNAVAILABLE, "The service's disk is full; nothing was stored.");
    else
        ud_reply_refuse(reply, UD_VAULT_UNAVAILABLE, "The service's database cannot be used now.");
}

void
ud_vault_send(struct ud_vault *v, struct ud_vault_request *r, struct ud_vault_reply *reply)
{
    v->open_requests--;
    v->answer(reply, v->arg);
    ud_vault_reply_free(&reply);
    ud_vault_request_free(&r);
}

void
ud_vault_refuse(struct ud_vault *v, struct ud_vault_request *r, enum ud_vault_code code, const char *message)
{
    struct ud_vault_reply *reply = ud_reply_new(r);

    ud_reply_refuse(reply, code, message);
    ud_vault_send(v, r, reply);
}

void
ud_reply_reserve_devices(struct ud_vault_reply *reply, size_t room)
{
    reply->devices = ud_xrealloc(reply->devices, room, sizeof(*reply->devices));
}

void
ud_reply_reserve_keys(struct ud_vault_reply *reply, size_t room)
{
    reply->keys = ud_xrealloc(reply->keys, room, sizeof(*reply->keys));
}

void
ud_reply_add_device(struct ud_vault_reply *reply, const struct ud_store_device *d)
{
    struct ud_vault_device *out = &reply->devices[reply->device_count++];
    void **arena = &reply->frame;

    memset(out, 0, sizeof(*out));
    out->d = d->d;
    out->row = d->row;
    out->d.name = ud_arena_text(arena, d->d.name);
    out->d.serial = ud_arena_text(arena, d->d.serial);
    out->d.user = ud_arena_text(arena, d->d.user);
    out->d.user_name = ud_arena_text(arena, d->d.user_name);
    out->d.model = ud_arena_text(arena, d->d.model);
    out->d.os = ud_arena_text(arena, d->d.os);
    out->d.os_version = ud_arena_text(arena, d->d.os_version);
    out->manufacturer = ud_arena_text(arena, d->manufacturer);
    out->enrolled = d->enrolled;
}

void
ud_reply_add_key(struct ud_vault_reply *reply, const struct ud_store_key *k)
{
    struct ud_vault_key *out = &reply->keys[reply->key_count++];

    memset(out, 0, sizeof(*out));
    out->k = k->k;
    out->entra = k->entra;
    out->has_id = !ud_guid_is_zero(&k->k.id);
    out->row = k->row;
}

/* Sentences for what devices report; the console translates them where it knows them. The codes are HRESULTs, as Intune hands them on. */
const char *
ud_reply_failure_text(int32_t code)
{
    switch ((uint32_t)code) {
    case 0x80310000u:
        return N_("The drive is locked; the device has to be unlocked first.");
    case 0x80070005u:
        return N_("The device refused: access denied. Check that the user is signed in and the agent runs as system.");
    case 0x80070032u:
        return N_("The device cannot make a new key: the operation is not supported there.");
    case 0x8031005Au:
        return N_("Encryption is suspended on the device; resume it and ask again.");
    case 0x80072EE7u:
    case 0x80072EFDu:
        return N_("The device could not reach the escrow service. Ask for the new key again when it is online.");
    default:
        return N_("The device could not make a new key. The old key still works; ask again when it is online.");
    }
}

static enum ud_vault_rotation_state
rotation_state(const struct ud_store_work *w)
{
    switch (w->state) {
    case UD_WORK_DONE:
        return w->new_created != UD_WALL_NONE ? UD_VAULT_ROT_DONE : UD_VAULT_ROT_FAILED;
    case UD_WORK_FAILED:
        return UD_VAULT_ROT_FAILED;
    case UD_WORK_PENDING:
    default:
        return UD_VAULT_ROT_PENDING;
    }
}

void
ud_reply_set_work(struct ud_vault_reply *reply, const struct ud_store_work *w)
{
    if (reply->rotations == NULL)
        reply->rotations = ud_xcalloc(UD_KIND_COUNT, sizeof(*reply->rotations));
    if (reply->rotation_count == UD_KIND_COUNT)
        return;
    struct ud_vault_rotation *out = &reply->rotations[reply->rotation_count++];
    *out = (struct ud_vault_rotation){ .kind = (uint8_t)w->kind,
        .state = (uint8_t)rotation_state(w),
        .requested = w->requested,
        .finished = w->finished,
        .error_code = w->code,
        .has_new_key = w->state == UD_WORK_DONE && w->new_created != UD_WALL_NONE,
        .new_key = w->new_key,
        .new_created = w->new_created };
    if (out->state == UD_VAULT_ROT_FAILED)
        out->message = ud_reply_failure_text(w->code);
}

void
ud_reply_set_user(struct ud_vault_reply *reply, const struct ud_session *s)
{
    void **arena = &reply->frame;

    reply->has_user = true;
    reply->user.id = s->user;
    reply->user.name = ud_arena_text(arena, s->name);
    reply->user.account = ud_arena_text(arena, s->account);
    reply->user.display = ud_arena_text(arena, s->display);
    reply->user.role = ud_role_name(s->role);
}
