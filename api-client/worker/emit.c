/* What sources yield, as messages. Devices and keys travel in batches; a batch goes out before anything that follows it. */
#include "worker/job.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FIRST_BATCH 64
#define STALL_MAX   30000 /* ms the console may leave its messages unread */

/* --- sending ---------------------------------------------------------------------------------------------------------------- */

static enum ud_status
drain(struct ud_worker *w, struct ud_error *err)
{
    struct pollfd p = { .fd = ud_channel_fd(w->channel), .events = POLLOUT };

    if (poll(&p, 1, STALL_MAX) == 0)
        return ud_error_set(err, UD_OFFLINE, "The console does not read its messages");
    return ud_channel_flush(w->channel, err);
}

static enum ud_status
send_or_wait(struct ud_worker *w, const struct ud_msg *m, struct ud_error *err)
{
    enum ud_status st;

    while ((st = ud_channel_send(w->channel, m, NULL, err)) == UD_BUSY) {
        if ((st = drain(w, err)) != UD_OK)
            break;
    }
    return st;
}

void
ud_worker_send(struct ud_worker *w, const struct ud_msg *m)
{
    struct ud_error e;
    enum ud_status st = send_or_wait(w, m, &e);

    if (st != UD_OK)
        w->broken = st;
}

enum ud_status
ud_worker_send_through(struct ud_worker *w, const struct ud_msg *m, struct ud_error *err)
{
    enum ud_status st = send_or_wait(w, m, err);

    while (st == UD_OK && ud_channel_wants_out(w->channel))
        st = drain(w, err);
    return st;
}

void
ud_worker_send_done(struct ud_worker *w, uint32_t request, const struct ud_source_end *end)
{
    bool said = end->error != NULL && end->status != UD_OK;
    struct ud_msg m = { .type = UD_MSG_DONE, .request = request };

    m.u.done = (struct ud_msg_done){
        .status = (uint8_t)end->status,
        .retry_after = end->retry_after,
        .message = said ? end->error->message : "",
        .hint = said ? end->error->hint : "",
    };
    ud_worker_send(w, &m);
}

/* --- batches ---------------------------------------------------------------------------------------------------------------- */

static void
send_devices(struct ud_worker_part *p)
{
    if (p->devices == NULL || p->devices->u.devices.count == 0)
        return;
    ud_worker_send(p->job->worker, p->devices);
    p->devices->u.devices.count = 0;
    p->text_used = p->batch_size = 0;
    p->sent_one = true;
}

static void
send_keys(struct ud_worker_part *p)
{
    if (p->keys == NULL || p->keys->u.key_batch.count == 0)
        return;
    ud_worker_send(p->job->worker, p->keys);
    p->keys->u.key_batch.count = 0;
}

void
ud_worker_flush(struct ud_worker_part *p)
{
    send_devices(p);
    send_keys(p);
}

static struct ud_msg *
new_batch(struct ud_worker_part *p, enum ud_msg_type type)
{
    struct ud_msg *m = ud_xcalloc(1, sizeof(*m));

    m->type = type;
    m->request = p->job->request;
    return m;
}

static const char *
keep_text(struct ud_worker_part *p, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    char *to = p->text + p->text_used;

    if (length > 0)
        memcpy(to, text, length);
    to[length] = '\0';
    p->text_used += length + 1;
    return to;
}

static void
keep_device(struct ud_worker_part *p, struct ud_device *to, const struct ud_device *d)
{
    *to = *d;
    to->name = keep_text(p, d->name);
    to->serial = keep_text(p, d->serial);
    to->user = keep_text(p, d->user);
    to->user_name = keep_text(p, d->user_name);
    to->model = keep_text(p, d->model);
    to->os = keep_text(p, d->os);
    to->os_version = keep_text(p, d->os_version);
}

static enum ud_status
on_device(const struct ud_device *d, struct ud_error *err, void *arg)
{
    struct ud_worker_part *p = arg;
    size_t size = ud_message_device_size(d), limit = p->sent_one ? UD_BATCH_DEVICES : FIRST_BATCH;

    if (p->devices == NULL) {
        p->devices = new_batch(p, UD_MSG_DEVICES);
        p->devices->u.devices.source = p->source;
        p->text = ud_xcalloc(UD_PACKET_MAX + 7 * UD_BATCH_DEVICES, 1);
    }
    struct ud_msg_devices *m = &p->devices->u.devices;
    if (m->count >= limit || p->batch_size + size > UD_BATCH_ROOM)
        send_devices(p);
    keep_device(p, &m->device[m->count++], d);
    p->batch_size += size;
    return p->job->worker->broken == UD_OK ? UD_OK : ud_error_set(err, UD_OFFLINE, "The console is gone");
}

static enum ud_status
on_key(const struct ud_key *k, struct ud_error *err, void *arg)
{
    struct ud_worker_part *p = arg;

    if (p->keys == NULL) {
        p->keys = new_batch(p, UD_MSG_KEY_BATCH);
        p->keys->u.key_batch.source = p->source;
    }
    struct ud_msg_key_batch *m = &p->keys->u.key_batch;
    if (m->count >= UD_BATCH_KEYS)
        send_keys(p);
    m->key[m->count++] = *k;
    return p->job->worker->broken == UD_OK ? UD_OK : ud_error_set(err, UD_OFFLINE, "The console is gone");
}

/* --- single messages ---------------------------------------------------------------------------------------------------------- */

static void
reply(struct ud_worker_part *p, struct ud_msg *m, enum ud_msg_type type)
{
    ud_worker_flush(p);
    m->type = type;
    m->request = p->job->request;
    ud_worker_send(p->job->worker, m);
}

static void
on_code(const struct ud_source_code *code, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.code = (struct ud_msg_code){ .source = p->source,
        .expires_in = code->expires_in,
        .user_code = code->user_code,
        .uri = code->uri,
        .message = code->message };
    reply(p, &m, UD_MSG_CODE);
}

static void
on_identity(const struct ud_source_identity *who, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.identity = (struct ud_msg_identity){
        .source = p->source,
        .training = who->training,
        .more_scopes = who->more_scopes,
        .id = who->id,
        .account = who->account,
        .name = who->name,
        .tenant = who->tenant,
        .scopes = who->scopes,
        .host = who->host,
        .role = who->role,
    };
    reply(p, &m, UD_MSG_IDENTITY);
}

static void
on_policy(const struct ud_policy *policy, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.policy = (struct ud_msg_policy){ .source = p->source, .policy = *policy };
    reply(p, &m, UD_MSG_POLICY);
}

static void
on_notice(const char *language, const char *text, const char *hash, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.notice = (struct ud_msg_notice){
        .source = p->source, .missing = text[0] == '\0', .language = language, .text = text, .hash = hash
    };
    reply(p, &m, UD_MSG_NOTICE);
}

static void
on_branding(const struct ud_branding_texts *texts, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.branding = (struct ud_msg_branding){ .source = p->source, .texts = *texts };
    reply(p, &m, UD_MSG_BRANDING);
}

static enum ud_status
on_found(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.found = (struct ud_msg_found){ .source = p->source, .key = *k, .has_device = d != NULL };
    if (d != NULL)
        m.u.found.device = *d;
    reply(p, &m, UD_MSG_FOUND);
    return p->job->worker->broken == UD_OK ? UD_OK : ud_error_set(err, UD_OFFLINE, "The console is gone");
}

static enum ud_status
on_other(const struct ud_guid *id, const char *kind, const char *device_name, struct ud_error *err, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.other_id = (struct ud_msg_other_id){ .source = p->source, .id = *id, .kind = kind, .device_name = device_name };
    reply(p, &m, UD_MSG_OTHER_ID);
    return p->job->worker->broken == UD_OK ? UD_OK : ud_error_set(err, UD_OFFLINE, "The console is gone");
}

static uint32_t
as_u32(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void
on_progress(enum ud_source_phase phase, uint64_t done, uint64_t total, const char *resume, void *arg)
{
    static const uint8_t phases[] = {
        [UD_SOURCE_DEVICES] = UD_PHASE_DEVICES, [UD_SOURCE_KEYS] = UD_PHASE_KEYS, [UD_SOURCE_WAIT] = UD_PHASE_WAIT
    };
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.progress = (struct ud_msg_progress){
        .source = p->source, .phase = phases[phase], .done = as_u32(done), .total = as_u32(total), .resume = resume
    };
    reply(p, &m, UD_MSG_PROGRESS);
}

static void
on_revealed(const struct ud_source_revealed *r, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.revealed = (struct ud_msg_revealed){
        .source = p->source,
        .kind = (uint8_t)r->kind,
        .key = r->key,
        .device = r->device,
        .sealed = r->sealed,
        .sealed_length = r->sealed_length,
        .server_request = r->server_request,
    };
    reply(p, &m, UD_MSG_REVEALED);
}

static void
on_rotation(const struct ud_source_rotation_info *r, void *arg)
{
    static const uint8_t states[] = {
        [UD_SOURCE_ROT_NONE] = UD_ROTATION_NONE,
        [UD_SOURCE_ROT_PENDING] = UD_ROTATION_PENDING,
        [UD_SOURCE_ROT_DONE] = UD_ROTATION_DONE,
        [UD_SOURCE_ROT_FAILED] = UD_ROTATION_FAILED,
    };
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.rotation_state = (struct ud_msg_rotation_state){
        .source = p->source,
        .state = states[r->state],
        .new_key = r->new_key,
        .created = r->created,
        .last_checkin = r->last_checkin,
        .code = r->code,
        .message = r->message,
    };
    reply(p, &m, UD_MSG_ROTATION_STATE);
}

static void
on_store_info(const struct ud_source_store_info *i, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.store_info = (struct ud_msg_store_info){ .source = p->source,
        .device = i->device,
        .state = (uint8_t)i->state,
        .cause = (uint8_t)i->cause,
        .requested = i->requested,
        .finished = i->finished,
        .expires = i->expires,
        .last_checkin = i->last_checkin,
        .new_key = i->new_key,
        .new_created = i->new_created,
        .asked = i->asked,
        .asked_at = i->asked_at,
        .by = i->by,
        .asked_by = i->asked_by,
        .note = i->note };
    reply(p, &m, UD_MSG_STORE_INFO);
}

static void
on_store_request(const struct ud_source_store_request *r, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.store_request = (struct ud_msg_store_request){ .source = p->source,
        .blocks = r->blocks,
        .device = r->device,
        .asked_at = r->asked_at,
        .device_name = r->device_name,
        .asked_by = r->asked_by,
        .note = r->note };
    reply(p, &m, UD_MSG_STORE_REQUEST);
}

static void
on_deposit_key(const uint8_t public_key[UD_SEAL_PUBLIC], void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.deposit_key.source = p->source;
    memcpy(m.u.deposit_key.public_key, public_key, sizeof(m.u.deposit_key.public_key));
    reply(p, &m, UD_MSG_DEPOSIT_KEY_IS);
}

static void
on_package(const struct ud_source_package *k, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.package = (struct ud_msg_package){
        .source = p->source, .key = k->key, .device = k->device, .sealed = k->sealed, .sealed_length = k->sealed_length
    };
    reply(p, &m, UD_MSG_PACKAGE);
}

static void
on_report(enum ud_report report, const struct ud_report_row *row, size_t count, const char *next, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg *m = ud_xcalloc(1, sizeof(*m));

    m->u.report_page.source = p->source;
    m->u.report_page.report = (uint8_t)report;
    m->u.report_page.count = count;
    memcpy(m->u.report_page.row, row, count * sizeof(*row));
    m->u.report_page.next = next;
    reply(p, m, UD_MSG_REPORT_PAGE);
    free(m);
}

static void
on_approval(const struct ud_approval_request *a, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.approval = (struct ud_msg_approval){ .source = p->source, .a = *a };
    reply(p, &m, UD_MSG_APPROVAL);
}

static void
on_approvals(uint64_t revision, uint32_t count, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.approvals_end = (struct ud_msg_approvals_end){ .source = p->source, .revision = revision, .count = count };
    reply(p, &m, UD_MSG_APPROVALS_END);
}

static void
on_surge(const char *incident, ud_wall ends, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.surge_state = (struct ud_msg_surge_state){ .source = p->source, .incident = incident, .ends = ends };
    reply(p, &m, UD_MSG_SURGE_STATE);
}

static void
on_board(const struct ud_board_entry *e, void *arg)
{
    struct ud_worker_part *p = arg;
    struct ud_msg m = { 0 };

    m.u.board = (struct ud_msg_board){ .source = p->source, .e = *e };
    reply(p, &m, UD_MSG_BOARD);
}

static void
on_end(const struct ud_source_end *end, void *arg)
{
    ud_worker_part_ended(arg, end);
}

const struct ud_source_sink ud_worker_sink = {
    .code = on_code,
    .identity = on_identity,
    .policy = on_policy,
    .notice = on_notice,
    .branding = on_branding,
    .device = on_device,
    .key = on_key,
    .found = on_found,
    .other = on_other,
    .progress = on_progress,
    .revealed = on_revealed,
    .rotation = on_rotation,
    .board = on_board,
    .store_info = on_store_info,
    .store_request = on_store_request,
    .deposit_key = on_deposit_key,
    .package = on_package,
    .report = on_report,
    .approval = on_approval,
    .approvals = on_approvals,
    .surge = on_surge,
    .end = on_end,
};
