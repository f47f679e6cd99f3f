/* A request of the console as a call of its source. */
#include "worker/job.h"

#include <string.h>

#include "base/buf.h"

static void
start_keys(struct ud_source_call *c, const struct ud_msg_keys *m)
{
    struct ud_source_device d = { .device = m->device, .entra = m->entra };

    (void)ud_copy(d.os, sizeof(d.os), m->os);
    ud_source_keys(c, &d);
}

static struct ud_source_reveal
reveal_of(const struct ud_msg_reveal *m)
{
    struct ud_source_reveal r = {
        .kind = (enum ud_kind)m->kind,
        .key = m->key,
        .device = m->device,
        .entra = m->entra,
        .request = m->request,
        .why = m->why,
        .approval = m->approval,
    };

    memcpy(r.public_key, m->public_key, sizeof(r.public_key));
    return r;
}

static void
start_keep(struct ud_source_call *c, const struct ud_msg_keep *m)
{
    struct ud_source_keep k = { .kind = (enum ud_kind)m->kind,
        .volume = (enum ud_volume)m->volume,
        .device = m->device,
        .key = m->key,
        .sealed = m->sealed,
        .sealed_length = m->sealed_length,
        .other = m->other,
        .other_count = m->other_count };

    ud_source_keep(c, &k);
}

static void
start_approval_ask(struct ud_source_call *c, const struct ud_msg_approval_ask *m)
{
    struct ud_source_approval a = { .what = UD_SOURCE_APPROVAL_ASK };

    a.ask.kind = (enum ud_kind)m->kind;
    a.ask.key = m->key;
    a.ask.device = m->device;
    a.ask.request = m->request;
    a.ask.why = m->why;
    ud_source_approval(c, &a);
}

static void
start_approval(struct ud_source_call *c, enum ud_msg_type type, const struct ud_msg_approval_do *m)
{
    struct ud_source_approval a = {
        .what = type == UD_MSG_APPROVALS        ? UD_SOURCE_APPROVAL_LIST
                : type == UD_MSG_APPROVAL_WATCH ? UD_SOURCE_APPROVAL_WATCH
                : type == UD_MSG_DECIDE         ? UD_SOURCE_APPROVAL_DECIDE
                                                : UD_SOURCE_SURGE,
        .id = m->id,
        .known = (enum ud_approval_state)m->known,
        .decision = (enum ud_approval_decision)m->decision,
        .open = m->open,
        .since = m->since,
        .wait_ms = m->wait_ms,
        .hours = m->hours,
    };

    (void)ud_copy(a.note, sizeof(a.note), m->note);
    ud_source_approval(c, &a);
}

static void
start_rotate(struct ud_source_call *c, const struct ud_msg_rotate *m)
{
    struct ud_source_rotate r = {
        .kind = (enum ud_kind)m->kind, .device = m->device, .entra = m->entra, .request = m->request, .why = m->why
    };

    ud_source_rotate(c, &r);
}

static void
start_rotation(struct ud_source_call *c, const struct ud_msg_rotation *m)
{
    struct ud_source_rotation r = {
        .kind = (enum ud_kind)m->kind, .device = m->device, .entra = m->entra, .old_key = m->old_key, .since = m->since
    };

    ud_source_rotation(c, &r);
}

static void
start_store(struct ud_source_call *c, const struct ud_msg_store *m)
{
    struct ud_source_store s = {
        .device = m->device, .request = m->request, .sealed = m->sealed, .sealed_length = m->sealed_length
    };

    ud_source_store(c, &s);
}

/* The source a request is about. Each body starts with it, but the unions' members are read by their own names. */
bool
ud_worker_source_of(uint8_t *source, const struct ud_msg *m)
{
    switch (m->type) {
    case UD_MSG_SIGN_IN:
    case UD_MSG_SIGN_OUT:
    case UD_MSG_GET_POLICY:
    case UD_MSG_STORE_REQUESTS:
    case UD_MSG_GET_BOARD:
    case UD_MSG_DEPOSIT_KEY:
        *source = m->u.source.source;
        return true;
    case UD_MSG_STORE:
    case UD_MSG_STORE_STATE:
    case UD_MSG_STORE_ASK:
        *source = m->u.store.source;
        return true;
    case UD_MSG_GET_NOTICE:
    case UD_MSG_GET_BRANDING:
        *source = m->u.get_notice.source;
        return true;
    case UD_MSG_SYNC:
        *source = m->u.sync.source;
        return true;
    case UD_MSG_KEYS:
        *source = m->u.keys.source;
        return true;
    case UD_MSG_KEEP:
        *source = m->u.keep.source;
        return true;
    case UD_MSG_REVEAL:
    case UD_MSG_GET_PACKAGE:
        *source = m->u.reveal.source;
        return true;
    case UD_MSG_ROTATE:
        *source = m->u.rotate.source;
        return true;
    case UD_MSG_ROTATION:
        *source = m->u.rotation.source;
        return true;
    case UD_MSG_OUTCOME:
        *source = m->u.outcome.source;
        return true;
    case UD_MSG_REPORT:
        *source = m->u.report.source;
        return true;
    case UD_MSG_APPROVAL_ASK:
        *source = m->u.approval_ask.source;
        return true;
    case UD_MSG_APPROVALS:
    case UD_MSG_APPROVAL_WATCH:
    case UD_MSG_DECIDE:
    case UD_MSG_SURGE:
        *source = m->u.approval_do.source;
        return true;
    default:
        return false;
    }
}

void
ud_worker_start(struct ud_source_call *c, const struct ud_msg *m)
{
    struct ud_source_reveal reveal;

    switch (m->type) {
    case UD_MSG_SIGN_IN:
        ud_source_sign_in(c);
        break;
    case UD_MSG_SIGN_OUT:
        ud_source_sign_out(c);
        break;
    case UD_MSG_GET_POLICY:
        ud_source_policy(c);
        break;
    case UD_MSG_GET_NOTICE:
        ud_source_notice(c, m->u.get_notice.language);
        break;
    case UD_MSG_GET_BRANDING:
        ud_source_branding(c, m->u.get_notice.language);
        break;
    case UD_MSG_SYNC:
        ud_source_sync(c, m->u.sync.resume);
        break;
    case UD_MSG_KEYS:
        start_keys(c, &m->u.keys);
        break;
    case UD_MSG_REVEAL:
        reveal = reveal_of(&m->u.reveal);
        ud_source_reveal(c, &reveal);
        break;
    case UD_MSG_GET_PACKAGE:
        reveal = reveal_of(&m->u.reveal);
        ud_source_package(c, &reveal);
        break;
    case UD_MSG_KEEP:
        start_keep(c, &m->u.keep);
        break;
    case UD_MSG_ROTATE:
        start_rotate(c, &m->u.rotate);
        break;
    case UD_MSG_ROTATION:
        start_rotation(c, &m->u.rotation);
        break;
    case UD_MSG_REPORT:
        ud_source_report(
            c, &(struct ud_source_report){
                   .report = (enum ud_report)m->u.report.report, .filter = &m->u.report.filter, .resume = m->u.report.resume });
        break;
    case UD_MSG_APPROVAL_ASK:
        start_approval_ask(c, &m->u.approval_ask);
        break;
    case UD_MSG_APPROVALS:
    case UD_MSG_APPROVAL_WATCH:
    case UD_MSG_DECIDE:
    case UD_MSG_SURGE:
        start_approval(c, m->type, &m->u.approval_do);
        break;
    case UD_MSG_STORE:
        start_store(c, &m->u.store);
        break;
    case UD_MSG_STORE_STATE:
        ud_source_store_state(c, &m->u.store.device);
        break;
    case UD_MSG_STORE_ASK:
        ud_source_store_ask(c, &m->u.store.device, m->u.store.note);
        break;
    case UD_MSG_GET_BOARD:
        ud_source_board(c);
        break;
    case UD_MSG_STORE_REQUESTS:
        ud_source_store_requests(c);
        break;
    case UD_MSG_DEPOSIT_KEY:
        ud_source_deposit_key(c);
        break;
    default:
        ud_source_outcome(c, &m->u.outcome.request, m->u.outcome.outcome);
        break;
    }
}
