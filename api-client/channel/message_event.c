/* What the worker says to the console. The readers here stand between a process that parses the network and one that shows keys. */
#include "channel/message_io.h"

#include <string.h>

#include "base/status.h"

static void
pack_ready(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_text(p, m->u.ready.build);
}

static void
unpack_ready(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.ready.build = ud_unpack_text(p);
}

static void
pack_code(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.code.source);
    ud_pack_u32(p, m->u.code.expires_in);
    ud_pack_text(p, m->u.code.user_code);
    ud_pack_text(p, m->u.code.uri);
    ud_pack_text(p, m->u.code.message);
}

static void
unpack_code(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.code.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.code.expires_in = ud_unpack_u32(p);
    m->u.code.user_code = ud_unpack_text(p);
    m->u.code.uri = ud_unpack_text(p);
    m->u.code.message = ud_unpack_text(p);
}

static void
pack_identity(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_identity *i = &m->u.identity;

    ud_pack_u8(p, i->source);
    ud_pack_u8(p, i->training);
    ud_pack_u8(p, i->more_scopes);
    ud_pack_text(p, i->id);
    ud_pack_text(p, i->account);
    ud_pack_text(p, i->name);
    ud_pack_text(p, i->tenant);
    ud_pack_text(p, i->scopes);
    ud_pack_text(p, i->host);
    ud_pack_text(p, i->role);
}

static void
unpack_identity(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_identity *i = &m->u.identity;

    i->source = ud_unpack_below(p, UD_SOURCE_MAX);
    i->training = ud_unpack_bool(p);
    i->more_scopes = ud_unpack_bool(p);
    i->id = ud_unpack_text(p);
    i->account = ud_unpack_text(p);
    i->name = ud_unpack_text(p);
    i->tenant = ud_unpack_text(p);
    i->scopes = ud_unpack_text(p);
    i->host = ud_unpack_text(p);
    i->role = ud_unpack_text(p);
}

static void
pack_token(struct ud_packer *p, const struct ud_msg *m)
{
    if (m->u.blob.length > UD_BLOB_MAX)
        p->failed = true;
    ud_pack_u8(p, m->u.blob.source);
    ud_pack_bytes(p, m->u.blob.bytes, m->u.blob.length);
}

static void
unpack_token(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.blob.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.blob.bytes = ud_unpack_bytes(p, &m->u.blob.length, UD_BLOB_MAX);
}

static void
pack_policy(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.policy.source);
    ud_pack_policy(p, &m->u.policy.policy);
}

static void
unpack_policy(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.policy.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_policy(p, &m->u.policy.policy);
}

static void
pack_notice(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.notice.source);
    ud_pack_u8(p, m->u.notice.missing);
    ud_pack_text(p, m->u.notice.language);
    ud_pack_lines(p, m->u.notice.text);
    ud_pack_text(p, m->u.notice.hash);
}

static void
unpack_notice(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.notice.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.notice.missing = ud_unpack_bool(p);
    m->u.notice.language = ud_unpack_text(p);
    m->u.notice.text = ud_unpack_lines(p);
    m->u.notice.hash = ud_unpack_text(p);
}

static void
pack_branding(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_branding_texts *t = &m->u.branding.texts;

    ud_pack_u8(p, m->u.branding.source);
    ud_pack_text(p, t->language);
    ud_pack_text(p, t->company);
    ud_pack_text(p, t->helpdesk_text);
    ud_pack_text(p, t->helpdesk_url);
}

static void
unpack_branding(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_branding_texts *t = &m->u.branding.texts;

    m->u.branding.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_into(p, t->language, sizeof(t->language));
    ud_unpack_into(p, t->company, sizeof(t->company));
    ud_unpack_into(p, t->helpdesk_text, sizeof(t->helpdesk_text));
    ud_unpack_into(p, t->helpdesk_url, sizeof(t->helpdesk_url));
}

/* --- devices and keys ---------------------------------------------------------------------------------------------------- */

#define DEVICE_TEXTS(d)                                                                                                          \
    {                                                                                                                            \
        &(d)->name, &(d)->serial, &(d)->user, &(d)->user_name, &(d)->model, &(d)->os, &(d)->os_version                           \
    }
#define DEVICE_TEXT_COUNT 7
#define DEVICE_FIXED      (16 + 16 + 1 + 1 + 8 + 1 + 1 + 2 + 1)

size_t
ud_message_device_size(const struct ud_device *d)
{
    const char *const *const texts[DEVICE_TEXT_COUNT] = DEVICE_TEXTS(d);
    size_t n = DEVICE_FIXED + 3 * DEVICE_TEXT_COUNT;

    for (size_t i = 0; i < DEVICE_TEXT_COUNT; i++)
        n += *texts[i] != NULL ? strlen(*texts[i]) : 0;
    return n;
}

static void
pack_device(struct ud_packer *p, const struct ud_device *d)
{
    const char *const *const texts[DEVICE_TEXT_COUNT] = DEVICE_TEXTS(d);

    ud_pack_guid(p, &d->id);
    ud_pack_guid(p, &d->entra_id);
    ud_pack_u8(p, d->ownership);
    ud_pack_u8(p, d->encrypted);
    ud_pack_i64(p, d->last_checkin);
    ud_pack_u8(p, d->source);
    ud_pack_u8(p, d->mark);
    ud_pack_u16(p, d->keys);
    ud_pack_u8(p, d->retired);
    for (size_t i = 0; i < DEVICE_TEXT_COUNT; i++)
        ud_pack_text(p, *texts[i]);
}

static void
unpack_device(struct ud_unpacker *p, struct ud_device *d)
{
    const char **const texts[DEVICE_TEXT_COUNT] = DEVICE_TEXTS(d);

    ud_unpack_guid(p, &d->id);
    ud_unpack_guid(p, &d->entra_id);
    d->ownership = (enum ud_ownership)ud_unpack_below(p, UD_OWNERSHIP_PERSONAL + 1);
    d->encrypted = (enum ud_tristate)ud_unpack_below(p, UD_YES + 1);
    d->last_checkin = ud_unpack_i64(p);
    d->source = ud_unpack_below(p, UD_SOURCE_MAX);
    d->mark = (enum ud_key_mark)ud_unpack_below(p, UD_MARK_DUE + 1);
    d->keys = ud_unpack_u16(p);
    d->retired = ud_unpack_bool(p);
    for (size_t i = 0; i < DEVICE_TEXT_COUNT; i++) {
        *texts[i] = ud_unpack_text(p);
        if (strlen(*texts[i]) >= UD_NAME_MAX)
            p->failed = true;
    }
}

static void
pack_key(struct ud_packer *p, const struct ud_key *k)
{
    ud_pack_guid(p, &k->id);
    ud_pack_guid(p, &k->device);
    ud_pack_u8(p, k->by_entra);
    ud_pack_u8(p, k->kind);
    ud_pack_u8(p, k->volume);
    ud_pack_u8(p, k->state);
    ud_pack_i64(p, k->created);
    ud_pack_i64(p, k->shown);
    ud_pack_u8(p, k->package);
    ud_pack_u8(p, k->source);
}

static void
unpack_key(struct ud_unpacker *p, struct ud_key *k)
{
    ud_unpack_guid(p, &k->id);
    ud_unpack_guid(p, &k->device);
    k->by_entra = ud_unpack_bool(p);
    k->kind = (enum ud_kind)ud_unpack_below(p, UD_KIND_COUNT);
    k->volume = (enum ud_volume)ud_unpack_below(p, UD_VOLUME_REMOVABLE + 1);
    k->state = (enum ud_key_state)ud_unpack_below(p, UD_KEY_ROTATION_PENDING + 1);
    k->created = ud_unpack_i64(p);
    k->shown = ud_unpack_i64(p);
    k->package = ud_unpack_bool(p);
    k->source = ud_unpack_below(p, UD_SOURCE_MAX);
}

static void
pack_devices(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_devices *d = &m->u.devices;

    if (d->count > UD_BATCH_DEVICES)
        p->failed = true;
    ud_pack_u8(p, d->source);
    ud_pack_u16(p, (unsigned)d->count);
    for (size_t i = 0; i < d->count && !p->failed; i++)
        pack_device(p, &d->device[i]);
}

static void
unpack_devices(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_devices *d = &m->u.devices;

    d->source = ud_unpack_below(p, UD_SOURCE_MAX);
    d->count = ud_unpack_u16(p);
    if (d->count > UD_BATCH_DEVICES)
        p->failed = true;
    for (size_t i = 0; i < d->count && !p->failed; i++)
        unpack_device(p, &d->device[i]);
}

static void
pack_key_batch(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_key_batch *k = &m->u.key_batch;

    if (k->count > UD_BATCH_KEYS)
        p->failed = true;
    ud_pack_u8(p, k->source);
    ud_pack_u16(p, (unsigned)k->count);
    for (size_t i = 0; i < k->count && !p->failed; i++)
        pack_key(p, &k->key[i]);
}

static void
unpack_key_batch(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_key_batch *k = &m->u.key_batch;

    k->source = ud_unpack_below(p, UD_SOURCE_MAX);
    k->count = ud_unpack_u16(p);
    if (k->count > UD_BATCH_KEYS)
        p->failed = true;
    for (size_t i = 0; i < k->count && !p->failed; i++)
        unpack_key(p, &k->key[i]);
}

static void
pack_progress(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.progress.source);
    ud_pack_u8(p, m->u.progress.phase);
    ud_pack_u32(p, m->u.progress.done);
    ud_pack_u32(p, m->u.progress.total);
    ud_pack_text(p, m->u.progress.resume);
}

static void
unpack_progress(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.progress.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.progress.phase = ud_unpack_below(p, UD_PHASE_WAIT + 1);
    m->u.progress.done = ud_unpack_u32(p);
    m->u.progress.total = ud_unpack_u32(p);
    m->u.progress.resume = ud_unpack_text(p);
}

static void
pack_found(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.found.source);
    pack_key(p, &m->u.found.key);
    ud_pack_u8(p, m->u.found.has_device);
    if (m->u.found.has_device)
        pack_device(p, &m->u.found.device);
}

static void
unpack_found(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.found.source = ud_unpack_below(p, UD_SOURCE_MAX);
    unpack_key(p, &m->u.found.key);
    m->u.found.has_device = ud_unpack_bool(p);
    if (m->u.found.has_device)
        unpack_device(p, &m->u.found.device);
}

static void
pack_other_id(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.other_id.source);
    ud_pack_guid(p, &m->u.other_id.id);
    ud_pack_text(p, m->u.other_id.kind);
    ud_pack_text(p, m->u.other_id.device_name);
}

static void
unpack_other_id(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.other_id.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &m->u.other_id.id);
    m->u.other_id.kind = ud_unpack_text(p);
    m->u.other_id.device_name = ud_unpack_text(p);
}

static void
pack_source_done(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.source_done.source);
    ud_pack_u8(p, m->u.source_done.status);
    ud_pack_u32(p, m->u.source_done.hits);
    ud_pack_text(p, m->u.source_done.message);
}

static void
unpack_source_done(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.source_done.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.source_done.status = ud_unpack_below(p, UD_STATUS_COUNT);
    m->u.source_done.hits = ud_unpack_u32(p);
    m->u.source_done.message = ud_unpack_text(p);
}

static void
pack_revealed(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_revealed *r = &m->u.revealed;

    if (r->sealed_length > UD_SEALED_MAX)
        p->failed = true;
    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->kind);
    ud_pack_guid(p, &r->key);
    ud_pack_guid(p, &r->device);
    ud_pack_bytes(p, r->sealed, r->sealed_length);
    ud_pack_text(p, r->server_request);
}

static void
unpack_revealed(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_revealed *r = &m->u.revealed;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->kind = ud_unpack_below(p, UD_KIND_COUNT);
    ud_unpack_guid(p, &r->key);
    ud_unpack_guid(p, &r->device);
    r->sealed = ud_unpack_bytes(p, &r->sealed_length, UD_SEALED_MAX);
    r->server_request = ud_unpack_text(p);
}

static void
pack_rotation_state(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_rotation_state *r = &m->u.rotation_state;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->state);
    ud_pack_guid(p, &r->new_key);
    ud_pack_i64(p, r->created);
    ud_pack_i64(p, r->last_checkin);
    ud_pack_u32(p, (uint32_t)r->code);
    ud_pack_text(p, r->message);
}

static void
unpack_rotation_state(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_rotation_state *r = &m->u.rotation_state;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->state = ud_unpack_below(p, UD_ROTATION_FAILED + 1);
    ud_unpack_guid(p, &r->new_key);
    r->created = ud_unpack_i64(p);
    r->last_checkin = ud_unpack_i64(p);
    r->code = (int32_t)ud_unpack_u32(p);
    r->message = ud_unpack_text(p);
}

static void
pack_done(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.done.status);
    ud_pack_u32(p, m->u.done.retry_after);
    ud_pack_text(p, m->u.done.message);
    ud_pack_text(p, m->u.done.hint);
}

static void
unpack_done(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.done.status = ud_unpack_below(p, UD_STATUS_COUNT);
    m->u.done.retry_after = ud_unpack_u32(p);
    m->u.done.message = ud_unpack_text(p);
    m->u.done.hint = ud_unpack_text(p);
}

const struct ud_message_type *
ud_message_events(size_t *count)
{
    static const struct ud_message_type types[] = {
        { UD_MSG_READY, true, pack_ready, unpack_ready },
        { UD_MSG_CODE, true, pack_code, unpack_code },
        { UD_MSG_IDENTITY, true, pack_identity, unpack_identity },
        { UD_MSG_TOKEN, true, pack_token, unpack_token },
        { UD_MSG_POLICY, true, pack_policy, unpack_policy },
        { UD_MSG_NOTICE, true, pack_notice, unpack_notice },
        { UD_MSG_DEVICES, true, pack_devices, unpack_devices },
        { UD_MSG_KEY_BATCH, true, pack_key_batch, unpack_key_batch },
        { UD_MSG_PROGRESS, true, pack_progress, unpack_progress },
        { UD_MSG_FOUND, true, pack_found, unpack_found },
        { UD_MSG_OTHER_ID, true, pack_other_id, unpack_other_id },
        { UD_MSG_SOURCE_DONE, true, pack_source_done, unpack_source_done },
        { UD_MSG_REVEALED, true, pack_revealed, unpack_revealed },
        { UD_MSG_ROTATION_STATE, true, pack_rotation_state, unpack_rotation_state },
        { UD_MSG_DONE, true, pack_done, unpack_done },
        { UD_MSG_REPORT_PAGE, true, ud_pack_report_page, ud_unpack_report_page },
        { UD_MSG_APPROVAL, true, ud_pack_approval, ud_unpack_approval },
        { UD_MSG_APPROVALS_END, true, ud_pack_approvals_end, ud_unpack_approvals_end },
        { UD_MSG_SURGE_STATE, true, ud_pack_surge_state, ud_unpack_surge_state },
        { UD_MSG_BRANDING, true, pack_branding, unpack_branding },
        { UD_MSG_BOARD, true, ud_pack_board, ud_unpack_board },
        { UD_MSG_STORE_INFO, true, ud_pack_store_info, ud_unpack_store_info },
        { UD_MSG_STORE_REQUEST, true, ud_pack_store_request, ud_unpack_store_request },
        { UD_MSG_DEPOSIT_KEY_IS, true, ud_pack_deposit_key, ud_unpack_deposit_key },
        { UD_MSG_PACKAGE, true, ud_pack_package, ud_unpack_package },
    };

    *count = sizeof(types) / sizeof(types[0]);
    return types;
}
