/* What the console says to the worker: writer and reader of each message beside each other. */
#include "channel/message_io.h"

#include <string.h>

static void
pack_configure(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_configure *c = &m->u.configure;
    const char *const texts[] = { c->name, c->tenant, c->client_id, c->authority, c->graph, c->scopes, c->ca_file, c->pin,
        c->url };

    ud_pack_u8(p, c->source);
    ud_pack_u8(p, c->type);
    ud_pack_u8(p, c->sign_in);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ud_pack_exact(p, texts[i]);
}

static void
unpack_configure(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_configure *c = &m->u.configure;
    const char **const texts[] = { &c->name, &c->tenant, &c->client_id, &c->authority, &c->graph, &c->scopes, &c->ca_file,
        &c->pin, &c->url };

    c->source = ud_unpack_below(p, UD_SOURCE_MAX);
    c->type = ud_unpack_below(p, UD_SOURCE_ESCROWD + 1);
    c->sign_in = ud_unpack_below(p, UD_SIGN_IN_SECRET + 1);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = ud_unpack_text(p);
}

static void
pack_blob(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_blob *b = &m->u.blob;

    if (b->length > UD_BLOB_MAX || (m->type == UD_MSG_SEAL_KEY && b->length != UD_SEAL_PUBLIC))
        p->failed = true;
    ud_pack_u8(p, b->source);
    ud_pack_bytes(p, b->bytes, b->length);
}

static void
unpack_blob(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_blob *b = &m->u.blob;

    b->source = ud_unpack_below(p, UD_SOURCE_MAX);
    b->bytes = ud_unpack_bytes(p, &b->length, UD_BLOB_MAX);
    if (m->type == UD_MSG_SEAL_KEY && b->length != UD_SEAL_PUBLIC)
        p->failed = true;
}

static void
pack_source(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.source.source);
}

static void
unpack_source(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.source.source = ud_unpack_below(p, UD_SOURCE_MAX);
}

static void
pack_get_notice(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.get_notice.source);
    ud_pack_text(p, m->u.get_notice.language);
}

static void
unpack_get_notice(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.get_notice.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.get_notice.language = ud_unpack_text(p);
}

static void
pack_sync(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.sync.source);
    ud_pack_exact(p, m->u.sync.resume);
}

static void
unpack_sync(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.sync.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.sync.resume = ud_unpack_text(p);
}

static void
pack_find(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_guid(p, &m->u.find.prefix.value);
    ud_pack_u8(p, m->u.find.prefix.digits);
}

static void
unpack_find(struct ud_unpacker *p, struct ud_msg *m)
{
    ud_unpack_guid(p, &m->u.find.prefix.value);
    m->u.find.prefix.digits = ud_unpack_below(p, 33);
    if (m->u.find.prefix.digits < 8)
        p->failed = true;
}

static void
pack_ask(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.ask.field);
    ud_pack_text(p, m->u.ask.text);
}

static void
unpack_ask(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.ask.field = ud_unpack_below(p, UD_ASK_SERIAL + 1);
    m->u.ask.text = ud_unpack_text(p);
}

static void
pack_keys(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.keys.source);
    ud_pack_guid(p, &m->u.keys.device);
    ud_pack_guid(p, &m->u.keys.entra);
    ud_pack_text(p, m->u.keys.os);
}

static void
unpack_keys(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.keys.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &m->u.keys.device);
    ud_unpack_guid(p, &m->u.keys.entra);
    m->u.keys.os = ud_unpack_text(p);
}

static void
pack_reveal(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_reveal *r = &m->u.reveal;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->kind);
    ud_pack_guid(p, &r->key);
    ud_pack_guid(p, &r->device);
    ud_pack_guid(p, &r->entra);
    ud_pack_guid(p, &r->request);
    ud_pack_guid(p, &r->approval);
    ud_pack_raw(p, r->public_key, sizeof(r->public_key));
    ud_pack_disclosure(p, &r->why);
}

static void
unpack_reveal(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_reveal *r = &m->u.reveal;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->kind = ud_unpack_below(p, UD_KIND_COUNT);
    ud_unpack_guid(p, &r->key);
    ud_unpack_guid(p, &r->device);
    ud_unpack_guid(p, &r->entra);
    ud_unpack_guid(p, &r->request);
    ud_unpack_guid(p, &r->approval);
    ud_unpack_raw(p, r->public_key, sizeof(r->public_key));
    ud_unpack_disclosure(p, &r->why);
}

static void
pack_rotate(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_rotate *r = &m->u.rotate;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->kind);
    ud_pack_guid(p, &r->device);
    ud_pack_guid(p, &r->entra);
    ud_pack_guid(p, &r->request);
    ud_pack_disclosure(p, &r->why);
}

static void
unpack_rotate(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_rotate *r = &m->u.rotate;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->kind = ud_unpack_below(p, UD_KIND_COUNT);
    ud_unpack_guid(p, &r->device);
    ud_unpack_guid(p, &r->entra);
    ud_unpack_guid(p, &r->request);
    ud_unpack_disclosure(p, &r->why);
}

static void
pack_rotation(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_rotation *r = &m->u.rotation;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->kind);
    ud_pack_guid(p, &r->device);
    ud_pack_guid(p, &r->entra);
    ud_pack_guid(p, &r->old_key);
    ud_pack_i64(p, r->since);
}

static void
unpack_rotation(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_rotation *r = &m->u.rotation;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->kind = ud_unpack_below(p, UD_KIND_COUNT);
    ud_unpack_guid(p, &r->device);
    ud_unpack_guid(p, &r->entra);
    ud_unpack_guid(p, &r->old_key);
    r->since = ud_unpack_i64(p);
}

static void
pack_outcome(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.outcome.source);
    ud_pack_guid(p, &m->u.outcome.request);
    ud_pack_text(p, m->u.outcome.outcome);
}

static void
unpack_outcome(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.outcome.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &m->u.outcome.request);
    m->u.outcome.outcome = ud_unpack_text(p);
}

static void
pack_cancel(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u32(p, m->u.cancel.request);
}

static void
unpack_cancel(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.cancel.request = ud_unpack_u32(p);
}

const struct ud_message_type *
ud_message_requests(size_t *count)
{
    static const struct ud_message_type types[] = {
        { UD_MSG_CONFIGURE, false, pack_configure, unpack_configure },
        { UD_MSG_SEAL_KEY, false, pack_blob, unpack_blob },
        { UD_MSG_SIGN_IN, false, pack_source, unpack_source },
        { UD_MSG_RESUME, false, pack_blob, unpack_blob },
        { UD_MSG_SIGN_OUT, false, pack_source, unpack_source },
        { UD_MSG_GET_POLICY, false, pack_source, unpack_source },
        { UD_MSG_GET_NOTICE, false, pack_get_notice, unpack_get_notice },
        { UD_MSG_SYNC, false, pack_sync, unpack_sync },
        { UD_MSG_FIND, false, pack_find, unpack_find },
        { UD_MSG_ASK, false, pack_ask, unpack_ask },
        { UD_MSG_KEYS, false, pack_keys, unpack_keys },
        { UD_MSG_REVEAL, false, pack_reveal, unpack_reveal },
        { UD_MSG_ROTATE, false, pack_rotate, unpack_rotate },
        { UD_MSG_ROTATION, false, pack_rotation, unpack_rotation },
        { UD_MSG_OUTCOME, false, pack_outcome, unpack_outcome },
        { UD_MSG_CANCEL, false, pack_cancel, unpack_cancel },
        { UD_MSG_REPORT, false, ud_pack_report, ud_unpack_report },
        { UD_MSG_APPROVAL_ASK, false, ud_pack_approval_ask, ud_unpack_approval_ask },
        { UD_MSG_APPROVALS, false, ud_pack_approval_do, ud_unpack_approval_do },
        { UD_MSG_APPROVAL_WATCH, false, ud_pack_approval_do, ud_unpack_approval_do },
        { UD_MSG_DECIDE, false, ud_pack_approval_do, ud_unpack_approval_do },
        { UD_MSG_SURGE, false, ud_pack_approval_do, ud_unpack_approval_do },
        { UD_MSG_GET_BRANDING, false, pack_get_notice, unpack_get_notice },
        { UD_MSG_STORE, false, ud_pack_store, ud_unpack_store },
        { UD_MSG_STORE_STATE, false, ud_pack_store, ud_unpack_store },
        { UD_MSG_STORE_ASK, false, ud_pack_store, ud_unpack_store },
        { UD_MSG_GET_BOARD, false, pack_source, unpack_source },
        { UD_MSG_STORE_REQUESTS, false, pack_source, unpack_source },
        { UD_MSG_DEPOSIT_KEY, false, pack_source, unpack_source },
        { UD_MSG_KEEP, false, ud_pack_keep, ud_unpack_keep },
        { UD_MSG_GET_PACKAGE, false, pack_reveal, unpack_reveal },
    };

    *count = sizeof(types) / sizeof(types[0]);
    return types;
}
