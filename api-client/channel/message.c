/* Packets: header, room for the secret part (towards the worker), body. */
#include "channel/message.h"

#include <string.h>

#include "channel/codec.h"

#define VERSION 1

/* --- bodies of the console's messages -------------------------------------------------------------------------------------- */

static void
code_configure(struct ud_codec *c, struct ud_msg_configure *m)
{
    const char **const texts[] = { &m->name, &m->tenant, &m->client_id, &m->authority, &m->graph, &m->scopes, &m->ca_file,
        &m->pin, &m->url };

    UD_CODE_ENUM(c, m->type, UD_SOURCE_ESCROWD);
    UD_CODE_ENUM(c, m->sign_in, UD_SIGN_IN_SECRET);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ud_code_text(c, texts[i]);
}

static void
code_reveal(struct ud_codec *c, struct ud_msg_reveal *m)
{
    UD_CODE_ENUM(c, m->kind, UD_KIND_COUNT - 1);
    ud_code_guid(c, &m->key);
    ud_code_guid(c, &m->device);
    ud_code_guid(c, &m->entra);
    ud_code_guid(c, &m->request);
    ud_code_raw(c, m->public_key, sizeof(m->public_key));
    ud_code_disclosure(c, &m->why);
}

static void
code_rotate(struct ud_codec *c, struct ud_msg_rotate *m)
{
    UD_CODE_ENUM(c, m->kind, UD_KIND_COUNT - 1);
    ud_code_guid(c, &m->device);
    ud_code_guid(c, &m->entra);
    ud_code_guid(c, &m->request);
    ud_code_disclosure(c, &m->why);
}

static void
code_rotation(struct ud_codec *c, struct ud_msg_rotation *m)
{
    UD_CODE_ENUM(c, m->kind, UD_KIND_COUNT - 1);
    ud_code_guid(c, &m->device);
    ud_code_guid(c, &m->entra);
    ud_code_guid(c, &m->old_key);
    ud_code_i64(c, &m->since);
}

static void
code_prefix(struct ud_codec *c, struct ud_keyid_prefix *p)
{
    uint8_t digits = (uint8_t)p->digits;

    ud_code_guid(c, &p->value);
    ud_code_u8(c, &digits);
    p->digits = digits;
    c->bad |= digits < 8 || digits > 32;
}

static void
code_request(struct ud_codec *c, struct ud_msg *m)
{
    switch (m->type) {
    case UD_MSG_CONFIGURE:
        code_configure(c, &m->u.configure);
        break;
    case UD_MSG_SEAL_KEY:
        ud_code_blob(c, &m->u.blob.bytes, &m->u.blob.length, UD_SEAL_PUBLIC);
        c->bad |= m->u.blob.length != UD_SEAL_PUBLIC;
        break;
    case UD_MSG_RESUME:
        ud_code_blob(c, &m->u.blob.bytes, &m->u.blob.length, UD_BLOB_MAX);
        break;
    case UD_MSG_GET_NOTICE:
        ud_code_text(c, &m->u.get_notice.language);
        break;
    case UD_MSG_SYNC:
        ud_code_text(c, &m->u.sync.resume);
        break;
    case UD_MSG_FIND:
        code_prefix(c, &m->u.find.prefix);
        break;
    case UD_MSG_ASK:
        UD_CODE_ENUM(c, m->u.ask.field, UD_ASK_SERIAL);
        ud_code_text(c, &m->u.ask.text);
        break;
    case UD_MSG_KEYS:
        ud_code_guid(c, &m->u.keys.device);
        ud_code_guid(c, &m->u.keys.entra);
        ud_code_text(c, &m->u.keys.os);
        break;
    case UD_MSG_REVEAL:
        code_reveal(c, &m->u.reveal);
        break;
    case UD_MSG_ROTATE:
        code_rotate(c, &m->u.rotate);
        break;
    case UD_MSG_ROTATION:
        code_rotation(c, &m->u.rotation);
        break;
    case UD_MSG_OUTCOME:
        ud_code_guid(c, &m->u.outcome.request);
        ud_code_text(c, &m->u.outcome.outcome);
        break;
    case UD_MSG_CANCEL:
        ud_code_u32(c, &m->u.cancel.request);
        break;
    default: /* the others hold no more than the source */
        break;
    }
}

/* --- bodies of the worker's messages ------------------------------------------------------------------------------------------ */

static void
code_identity(struct ud_codec *c, struct ud_msg_identity *m)
{
    const char **const texts[] = { &m->id, &m->account, &m->name, &m->tenant, &m->scopes, &m->host };

    ud_code_bool(c, &m->training);
    ud_code_bool(c, &m->more_scopes);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ud_code_text(c, texts[i]);
}

static void
code_devices(struct ud_codec *c, struct ud_msg_devices *m)
{
    uint16_t count = (uint16_t)m->count;

    ud_code_u16(c, &count);
    c->bad |= count > UD_BATCH_DEVICES;
    m->count = c->bad ? 0 : count;
    for (size_t i = 0; i < m->count && !c->bad; i++) {
        ud_code_device(c, &m->device[i]);
        if (c->reading)
            m->device[i].source = m->source;
    }
}

static void
code_key_batch(struct ud_codec *c, struct ud_msg_key_batch *m)
{
    uint16_t count = (uint16_t)m->count;

    ud_code_u16(c, &count);
    c->bad |= count > UD_BATCH_KEYS;
    m->count = c->bad ? 0 : count;
    for (size_t i = 0; i < m->count && !c->bad; i++) {
        ud_code_key(c, &m->key[i]);
        if (c->reading)
            m->key[i].source = m->source;
    }
}

static void
code_found(struct ud_codec *c, struct ud_msg_found *m)
{
    ud_code_key(c, &m->key);
    ud_code_bool(c, &m->has_device);
    if (m->has_device)
        ud_code_device(c, &m->device);
    if (c->reading)
        m->key.source = m->device.source = m->source;
}

static void
code_progress(struct ud_codec *c, struct ud_msg_progress *m)
{
    UD_CODE_ENUM(c, m->phase, UD_PHASE_WAIT);
    ud_code_u32(c, &m->done);
    ud_code_u32(c, &m->total);
    ud_code_text(c, &m->resume);
}

static void
code_rotation_state(struct ud_codec *c, struct ud_msg_rotation_state *m)
{
    uint32_t code = (uint32_t)m->code;

    UD_CODE_ENUM(c, m->state, UD_ROTATION_FAILED);
    ud_code_guid(c, &m->new_key);
    ud_code_i64(c, &m->created);
    ud_code_i64(c, &m->last_checkin);
    ud_code_u32(c, &code);
    m->code = (int32_t)code;
    ud_code_text(c, &m->message);
}

static void
code_revealed(struct ud_codec *c, struct ud_msg_revealed *m)
{
    UD_CODE_ENUM(c, m->kind, UD_KIND_COUNT - 1);
    ud_code_guid(c, &m->key);
    ud_code_guid(c, &m->device);
    ud_code_blob(c, &m->sealed, &m->sealed_length, UD_SEALED_MAX);
    ud_code_text(c, &m->server_request);
}

static void
code_event(struct ud_codec *c, struct ud_msg *m)
{
    switch (m->type) {
    case UD_MSG_CODE:
        ud_code_u32(c, &m->u.code.expires_in);
        ud_code_text(c, &m->u.code.user_code);
        ud_code_text(c, &m->u.code.uri);
        ud_code_text(c, &m->u.code.message);
        break;
    case UD_MSG_IDENTITY:
        code_identity(c, &m->u.identity);
        break;
    case UD_MSG_TOKEN:
        ud_code_blob(c, &m->u.blob.bytes, &m->u.blob.length, UD_BLOB_MAX);
        break;
    case UD_MSG_POLICY:
        ud_code_policy(c, &m->u.policy.policy);
        break;
    case UD_MSG_NOTICE:
        ud_code_text(c, &m->u.notice.language);
        ud_code_lines(c, &m->u.notice.text);
        ud_code_text(c, &m->u.notice.hash);
        break;
    case UD_MSG_DEVICES:
        code_devices(c, &m->u.devices);
        break;
    case UD_MSG_KEY_BATCH:
        code_key_batch(c, &m->u.key_batch);
        break;
    case UD_MSG_PROGRESS:
        code_progress(c, &m->u.progress);
        break;
    case UD_MSG_FOUND:
        code_found(c, &m->u.found);
        break;
    case UD_MSG_OTHER_ID:
        ud_code_guid(c, &m->u.other_id.id);
        ud_code_text(c, &m->u.other_id.kind);
        ud_code_text(c, &m->u.other_id.device_name);
        break;
    case UD_MSG_SOURCE_DONE:
        UD_CODE_ENUM(c, m->u.source_done.status, UD_STATUS_COUNT - 1);
        ud_code_u32(c, &m->u.source_done.hits);
        ud_code_text(c, &m->u.source_done.message);
        break;
    case UD_MSG_REVEALED:
        code_revealed(c, &m->u.revealed);
        break;
    case UD_MSG_ROTATION_STATE:
        code_rotation_state(c, &m->u.rotation_state);
        break;
    default:
        break;
    }
}

/* --- which types there are ------------------------------------------------------------------------------------------------------ */

#define FIRST_FROM_WORKER UD_MSG_READY

static bool
is_known(unsigned type)
{
    switch (type) {
#define X(name, value) case value:
        UD_MSG_LIST(X)
#undef X
        return true;
    default:
        return false;
    }
}

/* All but these begin with the source's number. */
static bool
has_source(enum ud_msg_type type)
{
    return type != UD_MSG_SEAL_KEY && type != UD_MSG_FIND && type != UD_MSG_ASK && type != UD_MSG_CANCEL &&
           type != UD_MSG_READY && type != UD_MSG_DONE;
}

static bool
is_note(enum ud_msg_type type)
{
    return type == UD_MSG_CONFIGURE || type == UD_MSG_SEAL_KEY || type == UD_MSG_CANCEL || type == UD_MSG_READY ||
           type == UD_MSG_TOKEN;
}

void
ud_code_body(struct ud_codec *c, struct ud_msg *m)
{
    if (has_source(m->type)) { /* every such body has the source first */
        ud_code_u8(c, &m->u.source.source);
        c->bad |= m->u.source.source >= UD_SOURCE_MAX;
    }
    if (m->type == UD_MSG_READY) {
        ud_code_text(c, &m->u.ready.build);
    } else if (m->type == UD_MSG_DONE) {
        UD_CODE_ENUM(c, m->u.done.status, UD_STATUS_COUNT - 1);
        ud_code_u32(c, &m->u.done.retry_after);
        ud_code_text(c, &m->u.done.message);
        ud_code_text(c, &m->u.done.hint);
    } else if (m->type < FIRST_FROM_WORKER) {
        code_request(c, m);
    } else {
        code_event(c, m);
    }
}

/* --- packets ------------------------------------------------------------------------------------------------------------------------ */

static void
code_header(struct ud_codec *c, uint16_t *type, uint16_t *secret, uint32_t *request, uint32_t *body)
{
    uint16_t version = VERSION, none = 0;

    ud_code_u16(c, type);
    ud_code_u16(c, &version);
    ud_code_u16(c, secret);
    ud_code_u16(c, &none);
    ud_code_u32(c, request);
    ud_code_u32(c, body);
    c->bad |= version != VERSION || none != 0;
}

static size_t
body_start(enum ud_msg_type type)
{
    return UD_PACKET_HEADER + (type < FIRST_FROM_WORKER ? UD_PACKET_SECRET : 0);
}

enum ud_status
ud_message_encode(uint8_t *packet, size_t *length, const struct ud_msg *m, struct ud_error *err)
{
    struct ud_codec c = { .out = packet, .at = body_start(m->type), .end = UD_PACKET_MAX };
    uint16_t type = (uint16_t)m->type, secret = 0;
    uint32_t request = m->request;

    /* The walk is shared with the decoder; when writing it changes nothing in the message. */
    ud_code_body(&c, (struct ud_msg *)(uintptr_t)m);
    if (c.bad)
        return ud_error_set(err, UD_INVALID, "A message does not fit its form (type %u)", type);
    *length = c.at;
    uint32_t body = (uint32_t)(c.at - body_start(m->type));
    memset(packet, 0, body_start(m->type));
    c.at = 0;
    code_header(&c, &type, &secret, &request, &body);
    return UD_OK;
}

enum ud_status
ud_message_decode(struct ud_msg *m, const uint8_t *packet, size_t length, bool from_worker, struct ud_error *err)
{
    struct ud_codec c = { .reading = true, .in = packet, .end = length };
    uint16_t type = 0, secret = 0;
    uint32_t body = 0;

    code_header(&c, &type, &secret, &m->request, &body);
    if (c.bad || !is_known(type) || (type >= FIRST_FROM_WORKER) != from_worker)
        return ud_error_set(err, UD_MALFORMED, "A message between console and worker is of no known kind");
    m->type = (enum ud_msg_type)type;
    c.at = body_start(m->type);
    bool numbered = m->request != 0, note = is_note(m->type) && m->type != UD_MSG_TOKEN;
    if (length < c.at || length - c.at != body || (m->type != UD_MSG_TOKEN && numbered == note) || secret > UD_PACKET_SECRET ||
        (secret > 0) != (m->type == UD_MSG_RESUME && secret > 0))
        return ud_error_set(err, UD_MALFORMED, "A message between console and worker has a wrong length or number");
    ud_code_body(&c, m);
    if (c.bad || c.at != c.end)
        return ud_error_set(err, UD_MALFORMED, "A message between console and worker does not keep to its form (type %u)", type);
    return UD_OK;
}
