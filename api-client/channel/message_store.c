/* Messages about typed FileVault recovery keys; the key itself travels in a box that only the service opens. */
#include "channel/message_io.h"

#include <string.h>

void
ud_pack_store(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_store *s = &m->u.store;

    if (s->sealed_length > UD_SEALED_MAX)
        p->failed = true;
    ud_pack_u8(p, s->source);
    ud_pack_guid(p, &s->device);
    ud_pack_guid(p, &s->request);
    ud_pack_bytes(p, s->sealed, s->sealed_length);
    ud_pack_text(p, s->note);
}

void
ud_unpack_store(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_store *s = &m->u.store;

    s->source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &s->device);
    ud_unpack_guid(p, &s->request);
    s->sealed = ud_unpack_bytes(p, &s->sealed_length, UD_SEALED_MAX);
    s->note = ud_unpack_text(p);
}

void
ud_pack_store_info(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_store_info *i = &m->u.store_info;

    ud_pack_u8(p, i->source);
    ud_pack_guid(p, &i->device);
    ud_pack_u8(p, i->state);
    ud_pack_u8(p, i->cause);
    ud_pack_i64(p, i->requested);
    ud_pack_i64(p, i->finished);
    ud_pack_i64(p, i->expires);
    ud_pack_i64(p, i->last_checkin);
    ud_pack_guid(p, &i->new_key);
    ud_pack_i64(p, i->new_created);
    ud_pack_u8(p, i->asked);
    ud_pack_i64(p, i->asked_at);
    ud_pack_text(p, i->by);
    ud_pack_text(p, i->asked_by);
    ud_pack_text(p, i->note);
}

void
ud_unpack_store_info(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_store_info *i = &m->u.store_info;

    i->source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &i->device);
    i->state = ud_unpack_below(p, UD_TYPED_STATE_COUNT);
    i->cause = ud_unpack_below(p, UD_TYPED_CAUSE_COUNT);
    i->requested = ud_unpack_i64(p);
    i->finished = ud_unpack_i64(p);
    i->expires = ud_unpack_i64(p);
    i->last_checkin = ud_unpack_i64(p);
    ud_unpack_guid(p, &i->new_key);
    i->new_created = ud_unpack_i64(p);
    i->asked = ud_unpack_bool(p);
    i->asked_at = ud_unpack_i64(p);
    i->by = ud_unpack_text(p);
    i->asked_by = ud_unpack_text(p);
    i->note = ud_unpack_text(p);
}

void
ud_pack_store_request(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_store_request *r = &m->u.store_request;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->blocks);
    ud_pack_guid(p, &r->device);
    ud_pack_i64(p, r->asked_at);
    ud_pack_text(p, r->device_name);
    ud_pack_text(p, r->asked_by);
    ud_pack_text(p, r->note);
}

void
ud_unpack_store_request(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_store_request *r = &m->u.store_request;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->blocks = ud_unpack_bool(p);
    ud_unpack_guid(p, &r->device);
    r->asked_at = ud_unpack_i64(p);
    r->device_name = ud_unpack_text(p);
    r->asked_by = ud_unpack_text(p);
    r->note = ud_unpack_text(p);
}

void
ud_pack_deposit_key(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.deposit_key.source);
    ud_pack_raw(p, m->u.deposit_key.public_key, sizeof(m->u.deposit_key.public_key));
}

void
ud_unpack_deposit_key(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.deposit_key.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_raw(p, m->u.deposit_key.public_key, sizeof(m->u.deposit_key.public_key));
}
