/* Messages about approvals and the surge. */
#include "channel/message_io.h"

#include <string.h>

void
ud_pack_approval_ask(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_approval_ask *a = &m->u.approval_ask;

    ud_pack_u8(p, a->source);
    ud_pack_u8(p, a->kind);
    ud_pack_guid(p, &a->key);
    ud_pack_guid(p, &a->device);
    ud_pack_guid(p, &a->request);
    ud_pack_disclosure(p, &a->why);
}

void
ud_unpack_approval_ask(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_approval_ask *a = &m->u.approval_ask;

    a->source = ud_unpack_below(p, UD_SOURCE_MAX);
    a->kind = ud_unpack_below(p, UD_KIND_COUNT);
    ud_unpack_guid(p, &a->key);
    ud_unpack_guid(p, &a->device);
    ud_unpack_guid(p, &a->request);
    ud_unpack_disclosure(p, &a->why);
}

/* APPROVALS, APPROVAL_WATCH, DECIDE, SURGE: one shape, so that what a type does not use is zero. */
void
ud_pack_approval_do(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_approval_do *a = &m->u.approval_do;

    ud_pack_u8(p, a->source);
    ud_pack_u8(p, a->known);
    ud_pack_u8(p, a->decision);
    ud_pack_u8(p, a->open);
    ud_pack_guid(p, &a->id);
    ud_pack_i64(p, (int64_t)a->since);
    ud_pack_u32(p, a->wait_ms);
    ud_pack_u32(p, a->hours);
    ud_pack_text(p, a->note);
}

void
ud_unpack_approval_do(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_approval_do *a = &m->u.approval_do;

    a->source = ud_unpack_below(p, UD_SOURCE_MAX);
    a->known = ud_unpack_below(p, UD_APPROVAL_STATE_COUNT);
    a->decision = ud_unpack_below(p, UD_APPROVAL_DECISION_COUNT);
    a->open = ud_unpack_bool(p);
    ud_unpack_guid(p, &a->id);
    a->since = (uint64_t)ud_unpack_i64(p);
    a->wait_ms = ud_unpack_u32(p);
    a->hours = ud_unpack_u32(p);
    a->note = ud_unpack_text(p);
    if (a->wait_ms > 30000 || a->hours > 12 || strlen(a->note) >= UD_APPROVAL_NOTE)
        p->failed = true;
}

void
ud_pack_approval(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_approval_request *a = &m->u.approval.a;

    ud_pack_u8(p, m->u.approval.source);
    ud_pack_guid(p, &a->id);
    ud_pack_guid(p, &a->request);
    ud_pack_guid(p, &a->key);
    ud_pack_guid(p, &a->device);
    ud_pack_u8(p, a->kind);
    ud_pack_u8(p, a->state);
    ud_pack_u8(p, a->own);
    ud_pack_i64(p, a->created);
    ud_pack_i64(p, a->expires);
    ud_pack_i64(p, a->decided);
    ud_pack_i64(p, a->left);
    ud_pack_disclosure(p, &a->why);
    ud_pack_text(p, a->requester);
    ud_pack_text(p, a->account);
    ud_pack_text(p, a->device_name);
    ud_pack_text(p, a->serial);
    ud_pack_text(p, a->user);
    ud_pack_text(p, a->approver);
    ud_pack_text(p, a->answer);
}

void
ud_unpack_approval(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_approval_request *a = &m->u.approval.a;

    m->u.approval.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &a->id);
    ud_unpack_guid(p, &a->request);
    ud_unpack_guid(p, &a->key);
    ud_unpack_guid(p, &a->device);
    a->kind = (enum ud_kind)ud_unpack_below(p, UD_KIND_COUNT);
    a->state = (enum ud_approval_state)ud_unpack_below(p, UD_APPROVAL_STATE_COUNT);
    a->own = ud_unpack_bool(p);
    a->created = ud_unpack_i64(p);
    a->expires = ud_unpack_i64(p);
    a->decided = ud_unpack_i64(p);
    a->left = ud_unpack_i64(p);
    ud_unpack_disclosure(p, &a->why);
    ud_unpack_into(p, a->requester, sizeof(a->requester));
    ud_unpack_into(p, a->account, sizeof(a->account));
    ud_unpack_into(p, a->device_name, sizeof(a->device_name));
    ud_unpack_into(p, a->serial, sizeof(a->serial));
    ud_unpack_into(p, a->user, sizeof(a->user));
    ud_unpack_into(p, a->approver, sizeof(a->approver));
    ud_unpack_into(p, a->answer, sizeof(a->answer));
    if (a->left < 0 || a->left > (ud_msec)86400 * 1000)
        p->failed = true;
}

void
ud_pack_approvals_end(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.approvals_end.source);
    ud_pack_i64(p, (int64_t)m->u.approvals_end.revision);
    ud_pack_u32(p, m->u.approvals_end.count);
}

void
ud_unpack_approvals_end(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.approvals_end.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.approvals_end.revision = (uint64_t)ud_unpack_i64(p);
    m->u.approvals_end.count = ud_unpack_u32(p);
}

void
ud_pack_surge_state(struct ud_packer *p, const struct ud_msg *m)
{
    ud_pack_u8(p, m->u.surge_state.source);
    ud_pack_text(p, m->u.surge_state.incident);
    ud_pack_i64(p, m->u.surge_state.ends);
}

void
ud_unpack_surge_state(struct ud_unpacker *p, struct ud_msg *m)
{
    m->u.surge_state.source = ud_unpack_below(p, UD_SOURCE_MAX);
    m->u.surge_state.incident = ud_unpack_text(p);
    m->u.surge_state.ends = ud_unpack_i64(p);
    if (strlen(m->u.surge_state.incident) >= UD_INCIDENT_MAX)
        p->failed = true;
}
