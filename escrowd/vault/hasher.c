/* The thread that checks passwords, one at a time, so that Argon2id never delays anything else. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "escrowd/vault/state.h"

#define WAITING_MAX 64u

struct ud_hasher {
    int wake_fd;
    pthread_t thread;
    bool running, stop;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct ud_hash_job *queue, **queue_end, *done;
    unsigned count;
};

struct ud_hasher *
ud_hasher_new(int wake_fd)
{
    struct ud_hasher *h = ud_xcalloc(1, sizeof(*h));

    h->wake_fd = wake_fd;
    h->queue_end = &h->queue;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->more, NULL);
    return h;
}

static struct ud_hash_job *
next_job(struct ud_hasher *h)
{
    pthread_mutex_lock(&h->lock);
    while (h->queue == NULL && !h->stop)
        pthread_cond_wait(&h->more, &h->lock);
    struct ud_hash_job *job = h->stop ? NULL : h->queue;
    if (job != NULL && (h->queue = job->next) == NULL)
        h->queue_end = &h->queue;
    pthread_mutex_unlock(&h->lock);
    return job;
}

static void *
work(void *arg)
{
    struct ud_hasher *h = arg;
    struct ud_hash_job *job;
    uint64_t one = 1;

    while ((job = next_job(h)) != NULL) {
        job->matches = job->request->secret != NULL && ud_password_matches(job->hash, job->request->secret) && job->known;
        ud_secret_free(&job->request->secret);
        pthread_mutex_lock(&h->lock);
        job->next = h->done;
        h->done = job;
        h->count--;
        pthread_mutex_unlock(&h->lock);
        if (write(h->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
            abort();
    }
    return NULL;
}

enum ud_status
ud_hasher_start(struct ud_hasher *h, struct ud_error *err)
{
    int rc = pthread_create(&h->thread, NULL, work, h);

    if (rc != 0) {
        errno = rc;
        return ud_error_errno(err, "The password thread");
    }
    h->running = true;
    return UD_OK;
}

bool
ud_hasher_put(struct ud_hasher *h, struct ud_hash_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&h->lock);
    bool fits = h->count < WAITING_MAX;
    if (fits) {
        h->count++;
        *h->queue_end = job;
        h->queue_end = &job->next;
        pthread_cond_signal(&h->more);
    }
    pthread_mutex_unlock(&h->lock);
    return fits;
}

struct ud_hash_job *
ud_hasher_take_done(struct ud_hasher *h)
{
    pthread_mutex_lock(&h->lock);
    struct ud_hash_job *done = h->done;
    h->done = NULL;
    pthread_mutex_unlock(&h->lock);
    return done;
}

void
ud_hash_job_free(struct ud_hash_job **job)
{
    if (job == NULL || *job == NULL)
        return;
    ud_vault_request_free(&(*job)->request);
    free(*job);
    *job = NULL;
}

static void
free_list(struct ud_hash_job *list)
{
    while (list != NULL) {
        struct ud_hash_job *next = list->next;
        ud_hash_job_free(&list);
        list = next;
    }
}

void
ud_hasher_free(struct ud_hasher **out)
{
    struct ud_hasher *h = out == NULL ? NULL : *out;

    if (h == NULL)
        return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_signal(&h->more);
    pthread_mutex_unlock(&h->lock);
    if (h->running)
        pthread_join(h->thread, NULL);
    free_list(h->queue);
    free_list(h->done);
    pthread_cond_destroy(&h->more);
    pthread_mutex_destroy(&h->lock);
    free(h);
    *out = NULL;
}
