/* The list of devices, streamed by the worker in batches. */
#include <stdio.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define REFRESH ((ud_msec)200) /* results follow a list that grows at most that often */

void
ud_sync_start(struct ud_app *app, uint8_t source)
{
    struct ud_source_state *s = &app->source[source];
    struct ud_request *r;

    if (s->sync_tag != 0)
        return;
    if (s->resume[0] == '\0') {
        ud_fleet_sync_begin(app->fleet, source);
        s->done = s->total = 0;
    }
    r = ud_ask(app, &s->sync_tag, UD_MSG_SYNC, source);
    (void)ud_copy(r->text, sizeof(r->text), s->resume);
    s->phase = UD_PHASE_DEVICES;
    s->list_complete = false;
}

static void
changed(struct ud_app *app)
{
    ud_fleet_publish(app->fleet);
    if (app->devices.refresh_at == 0 && !app->lock.locked)
        app->devices.refresh_at = app->now + (ud_devices_count(app) < 60 ? 0 : REFRESH);
}

static void
ended(struct ud_app *app, uint8_t source, const struct ud_msg_done *m)
{
    struct ud_source_state *s = &app->source[source];

    s->sync_tag = 0;
    if (m->status == UD_OK) {
        ud_fleet_sync_end(app->fleet, source, true);
        s->list_complete = true;
        s->resume[0] = '\0';
        s->list_at = app->list_at = app->wall;
        s->error[0] = '\0';
        app->list_cached = false;
        changed(app);
        ud_lookup_update(app);
        ud_sync_save(app);
    } else if (m->status != UD_CANCELLED) {
        (void)ud_copy(s->error, sizeof(s->error), m->message);
        (void)ud_copy(s->hint, sizeof(s->hint), m->hint);
    }
}

void
ud_sync_save(struct ud_app *app)
{
    struct ud_job *job;

    if (app->config->cache_file[0] == '\0' || app->saving_list || app->self.on)
        return;
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sync_tag != 0)
            return; /* the last one to end saves */
    job = ud_do_job(app, NULL, UD_JOB_SAVE_LIST);
    job->fleet = app->fleet;
    job->as_of = app->wall;
    (void)ud_copy(job->path, sizeof(job->path), app->config->cache_file);
    (void)ud_copy(job->text, sizeof(job->text), app->source_tag);
    app->saving_list = true;
}

bool
ud_sync_message(struct ud_app *app, const struct ud_event *e)
{
    const struct ud_msg *m = e->message;
    struct ud_error err;

    for (uint8_t i = 0; i < app->config->source_count; i++) {
        struct ud_source_state *s = &app->source[i];
        if (e->tag == 0 || e->tag != s->sync_tag)
            continue;
        if (m->type == UD_MSG_DEVICES) {
            for (size_t n = 0; n < m->u.devices.count; n++)
                if (ud_fleet_add(app->fleet, &m->u.devices.device[n], &err) != UD_OK)
                    (void)ud_copy(s->error, sizeof(s->error), err.message);
            changed(app);
        } else if (m->type == UD_MSG_KEY_BATCH) {
            for (size_t n = 0; n < m->u.key_batch.count; n++)
                if (ud_fleet_add_key(app->fleet, &m->u.key_batch.key[n], &err) != UD_OK)
                    (void)ud_copy(s->error, sizeof(s->error), err.message);
            changed(app);
        } else if (m->type == UD_MSG_PROGRESS) {
            s->phase = (enum ud_phase)m->u.progress.phase;
            s->done = m->u.progress.done;
            s->total = m->u.progress.total;
            if (m->u.progress.resume != NULL && m->u.progress.resume[0] != '\0')
                (void)ud_copy(s->resume, sizeof(s->resume), m->u.progress.resume);
        } else if (m->type == UD_MSG_DONE) {
            ended(app, i, &m->u.done);
        }
        return true;
    }
    return false;
}
