/* Messages from the console, each to its source. */
#include "worker/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/seal.h"

static enum ud_status
unexpected(struct ud_error *err, const char *what)
{
    return ud_error_set(err, UD_MALFORMED, "The console sent %s", what);
}

/* --- notes: CONFIGURE, SEAL_KEY, CANCEL ------------------------------------------------------------------------------------- */

/* A refresh token leaves sealed, before the access token that came with it is used. Without a key to seal to yet it waits in the source. */
static enum ud_status
keep(struct ud_source *s, struct ud_secret *refresh, struct ud_error *err, void *arg)
{
    struct ud_worker *w = arg;
    size_t size = ud_secret_length(refresh) + UD_SEAL_EXTRA, length = 0;
    struct ud_msg m = { .type = UD_MSG_TOKEN };
    uint8_t box[UD_BLOB_MAX];
    enum ud_status st;

    if (!w->has_seal_key)
        return UD_OK;
    if (size > sizeof(box))
        return ud_error_set(err, UD_MALFORMED, "The sign-in service gave out a token that is too long to keep");
    if ((st = ud_seal(box, sizeof(box), &length, refresh, w->seal_key, err)) != UD_OK)
        return st;
    ud_secret_clear_stack();
    m.u.blob = (struct ud_msg_blob){ .source = ud_source_settings_of(s)->index, .bytes = box, .length = length };
    return ud_worker_send_through(w, &m, err);
}

static bool
has_room(void *arg)
{
    struct ud_worker *w = arg;

    return !ud_channel_wants_out(w->channel);
}

/* All strings of a configuration in one block. */
static void
copy_settings(struct ud_worker_slot *slot, const struct ud_msg_configure *c)
{
    const struct {
        const char **to, *from;
    } texts[] = {
        { &slot->set.name, c->name },
        { &slot->set.tenant, c->tenant },
        { &slot->set.client_id, c->client_id },
        { &slot->set.authority, c->authority },
        { &slot->set.graph, c->graph },
        { &slot->set.scopes, c->scopes },
        { &slot->set.ca_file, c->ca_file },
        { &slot->set.pin, c->pin },
        { &slot->set.url, c->url },
    };
    size_t count = sizeof(texts) / sizeof(texts[0]), size = 0;

    for (size_t i = 0; i < count; i++)
        size += strlen(texts[i].from) + 1;
    slot->text = ud_xcalloc(size, 1);
    size = 0;
    for (size_t i = 0; i < count; i++) {
        *texts[i].to = strcpy(slot->text + size, texts[i].from);
        size += strlen(texts[i].from) + 1;
    }
}

static enum ud_status
configure(struct ud_worker *w, const struct ud_msg_configure *c, struct ud_error *err)
{
    struct ud_worker_slot *slot = &w->slot[c->source];
    struct ud_source_host host = { .keep = keep, .room = has_room, .arg = w };

    if (slot->configured || w->asked)
        return unexpected(err, "a second configuration");
    slot->configured = true;
    slot->set.index = c->source;
    slot->set.dialect = c->type == UD_SOURCE_GRAPH ? UD_DIALECT_GRAPH : UD_DIALECT_ESCROWD;
    slot->set.device_code = c->sign_in == UD_SIGN_IN_DEVICE_CODE || c->type == UD_SOURCE_ESCROWD;
    slot->set.poll_unit = w->poll_unit;
    copy_settings(slot, c);
    /* An address that is not usable is told to whoever asks that source for something. */
    (void)!ud_source_new(&slot->source, w->http, &slot->set, &host, &slot->error);
    return UD_OK;
}

static enum ud_status
take_seal_key(struct ud_worker *w, const struct ud_msg_blob *key, struct ud_error *err)
{
    if (key->length != sizeof(w->seal_key))
        return unexpected(err, "a sealing key of another length");
    memcpy(w->seal_key, key->bytes, sizeof(w->seal_key));
    w->has_seal_key = true;
    for (size_t i = 0; i < UD_SOURCE_MAX; i++) {
        struct ud_source *s = w->slot[i].source;
        struct ud_secret *refresh = s == NULL ? NULL : ud_source_refresh_token(s);
        if (refresh != NULL && keep(s, refresh, err, w) != UD_OK)
            return err->status;
    }
    return UD_OK;
}

static struct ud_worker_job *
find_job(struct ud_worker *w, uint32_t request)
{
    for (struct ud_worker_job *j = w->jobs; j != NULL; j = j->next) {
        if (j->request == request)
            return j;
    }
    return NULL;
}

/* What has ended already needs no answer: its DONE is on the way. */
static void
cancel(struct ud_worker *w, uint32_t request)
{
    struct ud_worker_job *job = find_job(w, request);
    struct ud_source_end end = { .status = UD_CANCELLED };

    if (job == NULL)
        return;
    ud_worker_job_free(job);
    ud_worker_send_done(w, request, &end);
}

/* --- requests ---------------------------------------------------------------------------------------------------------------- */

static struct ud_worker_job *
new_job(struct ud_worker *w, uint32_t request)
{
    struct ud_worker_job *job = ud_xcalloc(1, sizeof(*job));

    job->worker = w;
    job->request = request;
    job->next = w->jobs;
    w->jobs = job;
    return job;
}

static struct ud_source_call *
add_part(struct ud_worker_job *job, uint8_t source)
{
    struct ud_worker_part *p = &job->part[job->part_count++];

    p->job = job;
    p->source = source;
    job->open++;
    p->call = ud_source_call_new(job->worker->slot[source].source, &ud_worker_sink, p);
    return p->call;
}

/* NULL where the source cannot be asked; DONE has been sent then. */
static struct ud_source_call *
call_of(struct ud_worker *w, uint32_t request, uint8_t source)
{
    struct ud_worker_slot *slot = &w->slot[source];
    struct ud_source_end end = { .status = UD_INVALID, .error = &slot->error };

    if (slot->source != NULL)
        return add_part(new_job(w, request), source);
    if (!slot->configured)
        ud_error_set(&slot->error, UD_INVALID, "There is no such source");
    end.status = slot->error.status;
    ud_worker_send_done(w, request, &end);
    return NULL;
}

static void
resume(struct ud_worker *w, uint32_t request, const struct ud_msg_blob *blob, struct ud_secret *secret)
{
    struct ud_source_call *c = call_of(w, request, blob->source);
    struct ud_secret *refresh = NULL;
    struct ud_source_end end = { .status = UD_SIGNIN };
    struct ud_error e;

    if (c == NULL)
        return;
    if (ud_seal_open(&refresh, blob->bytes, blob->length, secret, &e) == UD_OK) {
        if (!w->has_seal_key)
            ud_seal_public_of(w->seal_key, secret);
        w->has_seal_key = true;
        ud_source_resume(c, refresh);
        return;
    }
    ud_error_set(&e, UD_SIGNIN, "The kept sign-in could not be opened");
    ud_error_hint(&e, "Sign in again");
    end.error = &e;
    ud_worker_job_free(find_job(w, request));
    ud_worker_send_done(w, request, &end);
}

/* FIND and ASK go to every source at once; those that cannot be asked say so as the others do. */
static void
everywhere(struct ud_worker *w, const struct ud_msg *m)
{
    struct ud_worker_job *job = new_job(w, m->request);
    struct ud_source_end fine = { .status = UD_OK };

    job->everywhere = true;
    for (uint8_t i = 0; i < UD_SOURCE_MAX; i++) {
        if (w->slot[i].source == NULL)
            continue;
        struct ud_source_call *c = add_part(job, i);
        if (m->type == UD_MSG_FIND)
            ud_source_find(c, &m->u.find.prefix);
        else
            ud_source_ask(c, (enum ud_source_field)m->u.ask.field, m->u.ask.text);
    }
    if (job->part_count > 0)
        return;
    ud_worker_job_free(job);
    ud_worker_send_done(w, m->request, &fine);
}

static enum ud_status
request(struct ud_worker *w, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    struct ud_source_call *c;
    uint8_t source = 0;

    if (m->request == 0 || find_job(w, m->request) != NULL)
        return unexpected(err, "a request number that is in use");
    if (m->type == UD_MSG_FIND || m->type == UD_MSG_ASK) {
        everywhere(w, m);
    } else if (m->type == UD_MSG_RESUME) {
        if (secret == NULL)
            return unexpected(err, "a kept sign-in without its key");
        resume(w, m->request, &m->u.blob, secret);
    } else if (!ud_worker_source_of(&source, m)) {
        return unexpected(err, "a message that is not for a worker");
    } else if ((c = call_of(w, m->request, source)) != NULL) {
        ud_worker_start(c, m);
    }
    return UD_OK;
}

enum ud_status
ud_worker_route(struct ud_worker *w, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    if (m->type == UD_MSG_CONFIGURE)
        return configure(w, &m->u.configure, err);
    w->asked = true;
    if (m->type == UD_MSG_SEAL_KEY)
        return take_seal_key(w, &m->u.blob, err);
    if (m->type != UD_MSG_CANCEL)
        return request(w, m, secret, err);
    cancel(w, m->u.cancel.request);
    return UD_OK;
}
