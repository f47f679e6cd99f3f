/* Requests under way: one part at one source, or a part at each of them. */
#include "worker/job.h"

#include <stdlib.h>

static void
part_clear(struct ud_worker_part *p)
{
    free(p->devices);
    free(p->keys);
    free(p->text);
    p->devices = p->keys = NULL;
    p->text = NULL;
}

void
ud_worker_job_free(struct ud_worker_job *job)
{
    for (struct ud_worker_job **at = &job->worker->jobs; *at != NULL; at = &(*at)->next) {
        if (*at == job) {
            *at = job->next;
            break;
        }
    }
    for (size_t i = 0; i < job->part_count; i++) {
        ud_source_cancel(&job->part[i].call);
        part_clear(&job->part[i]);
    }
    free(job);
}

static void
send_source_done(struct ud_worker_part *p, const struct ud_source_end *end)
{
    struct ud_msg m = { .type = UD_MSG_SOURCE_DONE, .request = p->job->request };

    m.u.source_done = (struct ud_msg_source_done){
        .source = p->source,
        .status = (uint8_t)end->status,
        .hits = end->hits,
        .message = end->status == UD_OK ? "" : end->error->message,
    };
    ud_worker_send(p->job->worker, &m);
}

void
ud_worker_part_ended(struct ud_worker_part *p, const struct ud_source_end *end)
{
    struct ud_worker_job *job = p->job;
    struct ud_source_end fine = { .status = UD_OK };

    p->call = NULL;
    ud_worker_flush(p);
    part_clear(p);
    if (job->everywhere)
        send_source_done(p, end);
    if (--job->open > 0)
        return;
    ud_worker_send_done(job->worker, job->request, job->everywhere ? &fine : end);
    ud_worker_job_free(job);
}
