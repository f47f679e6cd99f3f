/* Lanes and their threads. What each kind of job does stands in jobs_run.c. */
#include "app/jobs.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/jobs_run.h"
#include "base/buf.h"

enum lane_kind { LANE_JOURNAL, LANE_SEARCH, LANE_WORK, LANES };

struct lane {
    struct ud_jobs *jobs;
    enum lane_kind kind;
    pthread_t thread;
    bool started, busy;
    struct ud_job *first, *last;
};

struct ud_jobs {
    pthread_mutex_t mutex;
    pthread_cond_t wake, idle;
    struct lane lane[LANES];
    struct ud_job *done_first, *done_last;
    size_t open;
    bool stopping;
    int fd;
    atomic_bool cancel_search;
    uint64_t generation; /* of the newest search */
    struct ud_job_tools tools;
};

static enum lane_kind
lane_of(enum ud_job_kind kind)
{
    switch (kind) {
    case UD_JOB_JOURNAL:
    case UD_JOB_LOG:
        return LANE_JOURNAL;
    case UD_JOB_SEARCH:
        return LANE_SEARCH;
    default:
        return LANE_WORK;
    }
}

enum ud_status
ud_jobs_new(struct ud_jobs **out, const char *journal_dir, struct ud_error *err)
{
    struct ud_jobs *jobs = ud_xcalloc(1, sizeof(*jobs));

    *out = NULL;
    jobs->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (jobs->fd < 0) {
        free(jobs);
        return ud_error_errno(err, "eventfd");
    }
    ud_copy(jobs->tools.journal_dir, sizeof(jobs->tools.journal_dir), journal_dir);
    jobs->tools.cancel_search = &jobs->cancel_search;
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_cond_init(&jobs->wake, NULL);
    pthread_cond_init(&jobs->idle, NULL);
    for (int i = 0; i < LANES; i++) {
        jobs->lane[i].jobs = jobs;
        jobs->lane[i].kind = (enum lane_kind)i;
    }
    *out = jobs;
    return UD_OK;
}

static void
push(struct ud_job **first, struct ud_job **last, struct ud_job *job)
{
    job->next = NULL;
    if (*last != NULL)
        (*last)->next = job;
    else
        *first = job;
    *last = job;
}

static struct ud_job *
pop(struct ud_job **first, struct ud_job **last)
{
    struct ud_job *job = *first;

    if (job != NULL && (*first = job->next) == NULL)
        *last = NULL;
    return job;
}

static void
announce(struct ud_jobs *jobs)
{
    uint64_t one = 1;

    while (write(jobs->fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

/* A search is memory-bound: staying on one core keeps its caches. Not being allowed to is fine. */
static void
pin_thread(void)
{
    cpu_set_t set;
    int cpu = sched_getcpu();

    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    (void)sched_setaffinity(0, sizeof(set), &set);
}

/* After a search, with nothing else to do: brings in what a later one would have to wait for. Called and left with the mutex held; busy
 * meanwhile, as for a job, and over when searches are stopped. */
static void
warm(struct lane *lane, const struct ud_fleet *fleet, uint64_t generation)
{
    struct ud_jobs *jobs = lane->jobs;
    bool more = true;

    while (more && lane->first == NULL && !jobs->stopping && jobs->generation == generation) {
        lane->busy = true;
        pthread_mutex_unlock(&jobs->mutex);
        more = ud_fleet_warm(fleet);
        pthread_mutex_lock(&jobs->mutex);
        lane->busy = false;
        pthread_cond_broadcast(&jobs->idle);
    }
}

static void *
lane_main(void *arg)
{
    struct lane *lane = arg;
    struct ud_jobs *jobs = lane->jobs;

    if (lane->kind == LANE_SEARCH)
        pin_thread();
    pthread_mutex_lock(&jobs->mutex);
    for (;;) {
        struct ud_job *job = pop(&lane->first, &lane->last);

        if (job == NULL) {
            if (jobs->stopping)
                break;
            pthread_cond_wait(&jobs->wake, &jobs->mutex);
            continue;
        }
        lane->busy = true;
        if (job->kind == UD_JOB_SEARCH)
            atomic_store(&jobs->cancel_search, job->generation != jobs->generation);
        const struct ud_fleet *fleet = job->kind == UD_JOB_SEARCH ? job->fleet : NULL;
        uint64_t generation = job->generation;
        pthread_mutex_unlock(&jobs->mutex);
        ud_job_run(job, &jobs->tools);
        pthread_mutex_lock(&jobs->mutex);
        lane->busy = false;
        push(&jobs->done_first, &jobs->done_last, job);
        pthread_cond_broadcast(&jobs->idle);
        announce(jobs);
        if (fleet != NULL)
            warm(lane, fleet, generation);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return NULL;
}

/* Helper threads take no signal: the loop reads them all from its signalfd. */
static bool
start_thread(struct lane *lane)
{
    sigset_t all, old;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&lane->thread, NULL, lane_main, lane);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    lane->started = rc == 0;
    return lane->started;
}

void
ud_jobs_start(struct ud_jobs *jobs, struct ud_job *job)
{
    struct lane *lane = &jobs->lane[lane_of(job->kind)];

    pthread_mutex_lock(&jobs->mutex);
    jobs->open++;
    if (job->kind == UD_JOB_SEARCH) {
        job->generation = ++jobs->generation;
        atomic_store(&jobs->cancel_search, true);
    }
    if (!lane->started && !start_thread(lane)) {
        job->status = ud_error_set(&job->error, UD_NOMEM, "a helper thread could not be started");
        push(&jobs->done_first, &jobs->done_last, job);
        announce(jobs);
    } else {
        push(&lane->first, &lane->last, job);
        pthread_cond_broadcast(&jobs->wake);
    }
    pthread_mutex_unlock(&jobs->mutex);
}

struct ud_job *
ud_jobs_take(struct ud_jobs *jobs)
{
    struct ud_job *job;
    uint64_t count;

    pthread_mutex_lock(&jobs->mutex);
    job = pop(&jobs->done_first, &jobs->done_last);
    if (job != NULL)
        jobs->open--;
    else
        (void)!read(jobs->fd, &count, sizeof(count));
    pthread_mutex_unlock(&jobs->mutex);
    return job;
}

void
ud_jobs_stop_search(struct ud_jobs *jobs)
{
    struct lane *lane = &jobs->lane[LANE_SEARCH];

    pthread_mutex_lock(&jobs->mutex);
    jobs->generation++;
    atomic_store(&jobs->cancel_search, true);
    while (lane->busy || lane->first != NULL)
        pthread_cond_wait(&jobs->idle, &jobs->mutex);
    pthread_mutex_unlock(&jobs->mutex);
}

size_t
ud_jobs_open(struct ud_jobs *jobs)
{
    size_t open;

    pthread_mutex_lock(&jobs->mutex);
    open = jobs->open;
    pthread_mutex_unlock(&jobs->mutex);
    return open;
}

int
ud_jobs_fd(const struct ud_jobs *jobs)
{
    return jobs->fd;
}

void
ud_jobs_free(struct ud_jobs **jobs_at)
{
    struct ud_jobs *jobs = *jobs_at;
    struct ud_job *job;

    if (jobs == NULL)
        return;
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    jobs->generation++;
    atomic_store(&jobs->cancel_search, true);
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->mutex);
    for (int i = 0; i < LANES; i++)
        if (jobs->lane[i].started)
            pthread_join(jobs->lane[i].thread, NULL);
    while ((job = ud_jobs_take(jobs)) != NULL)
        ud_job_free(&job);
    ud_job_tools_close(&jobs->tools);
    close(jobs->fd);
    pthread_cond_destroy(&jobs->idle);
    pthread_cond_destroy(&jobs->wake);
    pthread_mutex_destroy(&jobs->mutex);
    free(jobs);
    *jobs_at = NULL;
}

struct ud_job *
ud_job_new(enum ud_job_kind kind, uint32_t tag)
{
    struct ud_job *job = ud_xcalloc(1, sizeof(*job));

    job->kind = kind;
    job->tag = tag;
    return job;
}

void
ud_job_free(struct ud_job **job_at)
{
    struct ud_job *job = *job_at;

    if (job == NULL)
        return;
    free(job->entry);
    free(job->log);
    free(job->tokens);
    ud_secret_free(&job->passphrase);
    ud_secret_free(&job->secret);
    ud_result_release(&job->previous);
    ud_result_release(&job->result);
    free(job);
    *job_at = NULL;
}

void
ud_result_release(struct ud_result **r)
{
    if (*r != NULL && --(*r)->references == 0) {
        ud_query_free(&(*r)->query);
        ud_hits_free(&(*r)->hits);
        free(*r);
    }
    *r = NULL;
}
