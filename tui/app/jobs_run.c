/* One function a kind of job. */
#include "app/jobs_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

#define CHECKPOINT_MS ((ud_msec)15 * 60 * 1000)

/* Every 15 minutes of work, at lock and at the end: what is kept elsewhere shows that lines were cut off. A checkpoint that fails is made with the next
 * line; the line itself is durable already. */
static void
checkpoint(struct ud_job_tools *tools, enum ud_event_kind event)
{
    ud_msec now = ud_clock_now();

    if (event != UD_EVENT_LOCK && event != UD_EVENT_END && tools->checkpoint_at != 0 &&
        now - tools->checkpoint_at < CHECKPOINT_MS)
        return;
    if (ud_journal_checkpoint(tools->journal, NULL) == UD_OK)
        tools->checkpoint_at = now;
}

static void
run_journal(struct ud_job *job, struct ud_job_tools *tools)
{
    struct ud_record record;

    if (tools->journal == NULL) {
        job->status = ud_journal_open(&tools->journal, tools->journal_dir, &job->error);
        if (job->status != UD_OK)
            return;
    }
    ud_entry_record(&record, job->entry);
    job->status = ud_journal_append(tools->journal, &record, job->receipt, &job->error);
    if (job->status == UD_OK)
        checkpoint(tools, job->entry->event);
}

/* Keeps the newest UD_LOG_LINES in a ring. */
struct log_ring {
    struct ud_log_entry *line;
    size_t seen;
};

static void
take(char *to, size_t size, const char *from)
{
    (void)ud_copy(to, size, from != NULL ? from : "");
}

static bool
keep_line(const struct ud_journal_line *line, void *arg)
{
    struct log_ring *ring = arg;
    struct ud_log_entry *e = &ring->line[ring->seen++ % UD_LOG_LINES];
    const struct ud_record *r = &line->record;

    memset(e, 0, sizeof(*e));
    e->when = line->when;
    take(e->event, sizeof(e->event), ud_event_kind_name(r->event));
    take(e->device, sizeof(e->device), r->device_name);
    take(e->key, sizeof(e->key), r->key);
    take(e->user, sizeof(e->user), r->user);
    take(e->reason, sizeof(e->reason), r->reason);
    take(e->ticket, sizeof(e->ticket), r->ticket);
    take(e->detail, sizeof(e->detail), r->outcome != NULL && r->outcome[0] ? r->outcome : r->detail);
    return true;
}

static void
run_log(struct ud_job *job, struct ud_job_tools *tools)
{
    struct log_ring ring = { .line = ud_xcalloc(UD_LOG_LINES, sizeof(*ring.line)) };

    job->status = ud_journal_read(tools->journal_dir, keep_line, &ring, &job->error);
    job->log_count = ring.seen < UD_LOG_LINES ? ring.seen : UD_LOG_LINES;
    job->log = ud_xcalloc(job->log_count + 1, sizeof(*job->log));
    for (size_t i = 0; i < job->log_count; i++)
        job->log[i] = ring.line[(ring.seen - 1 - i) % UD_LOG_LINES];
    free(ring.line);
}

static void
run_search(struct ud_job *job, struct ud_job_tools *tools)
{
    struct ud_result *r = job->result;
    struct ud_result *p = job->previous;

    (void)ud_query_parse(&r->query, job->text, job->source_name, job->source_count, &r->error);
    ud_fleet_search(job->fleet, r->query, job->want, p != NULL ? p->query : NULL, p != NULL ? &p->hits : NULL,
        tools->cancel_search, &r->hits);
    job->status = r->hits.complete ? UD_OK : UD_CANCELLED;
}

static void
run_derive(struct ud_job *job)
{
    struct ud_secret *secret = NULL;

    job->status = ud_kdf_keypair(job->tokens->public_key, &secret, job->passphrase, &job->tokens->kdf, &job->error);
    ud_secret_free(&secret); /* only the public half is needed until the next unlock */
}

/* The directory a file is to lie in; made where it is missing. */
static enum ud_status
ensure_parent(const char *path, struct ud_error *err)
{
    char dir[512];
    char *slash;

    (void)ud_copy(dir, sizeof(dir), path);
    if ((slash = strrchr(dir, '/')) == NULL || slash == dir)
        return UD_OK;
    *slash = '\0';
    return ud_dir_ensure(dir, err);
}

void
ud_job_run(struct ud_job *job, struct ud_job_tools *tools)
{
    switch (job->kind) {
    case UD_JOB_JOURNAL:
        run_journal(job, tools);
        break;
    case UD_JOB_LOG:
        run_log(job, tools);
        break;
    case UD_JOB_SEARCH:
        run_search(job, tools);
        break;
    case UD_JOB_DERIVE:
        run_derive(job);
        break;
    case UD_JOB_UNLOCK:
        job->status = ud_tokens_unlock(job->tokens, job->path, job->passphrase, &job->secret, &job->error);
        break;
    case UD_JOB_SAVE_TOKENS:
        if ((job->status = ensure_parent(job->path, &job->error)) == UD_OK)
            job->status = ud_tokens_save(job->tokens, job->path, &job->error);
        break;
    case UD_JOB_SAVE_LIST:
        if ((job->status = ensure_parent(job->path, &job->error)) == UD_OK)
            job->status = ud_fleet_save(job->fleet, job->path, job->text, job->as_of, &job->error);
        break;
    }
    ud_secret_free(&job->passphrase);
}

void
ud_job_tools_close(struct ud_job_tools *tools)
{
    ud_journal_free(&tools->journal);
}
