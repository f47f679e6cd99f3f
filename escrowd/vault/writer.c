/* The writer thread: takes what has queued up while the last commit was on its way to the disk, waits a moment for those that were answered
 * and may come again (a disk takes as long for one change as for thirty), runs it all in one transaction, commits, and only then hands it back
 * to be answered. One transaction that fails undoes all of its changes and the head of the audit. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "escrowd/vault/backfill.h"
#include "escrowd/vault/state.h"

#define BATCH_MAX 512u
#define MOMENT_NS 1500000L /* the longest that changes wait for others */
#define SCRATCH   512u     /* bytes of a deposit; longer ones are no recovery keys */

struct ud_writer {
    struct ud_change_context context;
    struct ud_backfill *backfill;
    char anchor[512];
    uint64_t anchored;
    int wake_fd;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct ud_change *queue, **queue_end; /* under the lock, as are these */
    struct ud_change *done, **done_end;
    size_t queued;   /* how many */
    size_t awaited;  /* so many wake the thread */
    size_t together; /* how many were there last time */
    bool stop;
    int64_t commit_ns; /* what commits took lately; the thread's own */
};

static int64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

enum ud_status
ud_writer_new(struct ud_writer **out, struct ud_store *store, struct ud_ring *ring, struct ud_backfill *backfill,
    const char *anchor, int wake_fd, struct ud_error *err)
{
    struct ud_writer *w = ud_xcalloc(1, sizeof(*w));
    pthread_condattr_t monotonic;
    enum ud_status st;

    *out = NULL;
    w->context.store = store;
    w->context.ring = ring;
    w->wake_fd = wake_fd;
    w->backfill = backfill;
    ud_store_log_limit(store, UD_BACKFILL_MOST);
    w->queue_end = &w->queue;
    w->done_end = &w->done;
    (void)ud_copy(w->anchor, sizeof(w->anchor), anchor);
    if ((st = ud_secret_new(&w->context.scratch, SCRATCH, err)) != UD_OK ||
        (st = ud_opener_init(&w->context.opener, err)) != UD_OK || (st = ud_audit_open(&w->context.audit, store, err)) != UD_OK ||
        (st = ud_audit_check_anchor(&w->context.audit, ring, anchor, err)) != UD_OK ||
        (st = ud_store_key_last(store, &w->context.last_key, err)) != UD_OK) {
        ud_opener_clear(&w->context.opener);
        ud_secret_free(&w->context.scratch);
        free(w);
        return st;
    }
    w->awaited = 1;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = w;
    return UD_OK;
}

/* One change as a part of the transaction. */
static void
run_one(struct ud_change_context *c, struct ud_change *change)
{
    struct ud_audit before = c->audit;
    uint64_t last_key = c->last_key;
    struct ud_error err = { 0 };

    change->again = false;
    change->status = ud_store_savepoint(c->store, &err);
    if (change->status != UD_OK)
        return;
    change->status = change->run(c, change, &err);
    if (change->status == UD_OK)
        change->status = ud_store_release(c->store, &err);
    if (change->status == UD_OK)
        return;
    ud_store_undo(c->store);
    c->audit = before;
    c->last_key = last_key;
}

/* Another process (an administrator's command) may have written since: chain and key rows go on from what is there now. */
static enum ud_status
catch_up(struct ud_change_context *c, struct ud_error *err)
{
    if (!ud_store_changed(c->store) && !c->stale)
        return UD_OK;
    c->stale = false;
    enum ud_status st = ud_audit_open(&c->audit, c->store, err);
    return st == UD_OK ? ud_store_key_last(c->store, &c->last_key, err) : st;
}

static enum ud_status
run_batch(struct ud_writer *w, struct ud_change *batch, struct ud_error *err)
{
    struct ud_change_context *c = &w->context;
    enum ud_status st = ud_store_sync_failed(c->store) ? UD_IO : ud_store_begin(c->store, err);

    if (st != UD_OK)
        return st;
    c->now = ud_clock_wall();
    if ((st = catch_up(c, err)) != UD_OK) {
        ud_store_rollback(c->store);
        return st;
    }
    for (struct ud_change *change = batch; change != NULL && st == UD_OK; change = change->next) {
        run_one(c, change);
        if (!ud_store_in_transaction(c->store))
            st = change->status == UD_OK ? UD_IO : change->status;
    }
    if (st == UD_OK) {
        int64_t from = now_ns();
        st = ud_store_commit(c->store, err);
        w->commit_ns += (now_ns() - from - w->commit_ns) / 4;
    }
    c->stale = st != UD_OK;
    return st;
}

/* Where several clients write, those of the last batch are about to come again: half a commit's time for them, which a commit without them would
 * cost them twice over. A client alone never waits. Under the lock. */
static void
wait_for_others(struct ud_writer *w)
{
    int64_t patience = w->commit_ns / 2 < MOMENT_NS ? w->commit_ns / 2 : MOMENT_NS;
    int64_t end = now_ns() + patience;
    struct timespec until = { .tv_sec = (time_t)(end / 1000000000), .tv_nsec = (long)(end % 1000000000) };

    w->awaited = w->together < BATCH_MAX ? w->together : BATCH_MAX;
    while (w->queued < w->awaited && !w->stop)
        if (pthread_cond_timedwait(&w->more, &w->lock, &until) != 0)
            break;
    w->awaited = 1;
}

/* What has queued up, at most BATCH_MAX. Waits when there is nothing; NULL: stop. */
static struct ud_change *
take_batch(struct ud_writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->queue == NULL && !w->stop)
        pthread_cond_wait(&w->more, &w->lock);
    wait_for_others(w);
    struct ud_change *batch = w->queue, **end = &w->queue;
    size_t taken = 0;
    for (; taken < BATCH_MAX && *end != NULL; taken++)
        end = &(*end)->next;
    w->queue = *end;
    w->queued -= taken;
    if (w->queue == NULL)
        w->queue_end = &w->queue;
    *end = NULL;
    pthread_mutex_unlock(&w->lock);
    return batch;
}

/* Hands the finished ones back; those with another phase queue again. */
static void
hand_back(struct ud_writer *w, struct ud_change *batch, enum ud_status st)
{
    uint64_t one = 1;
    bool wake = false;
    size_t count = 0;

    pthread_mutex_lock(&w->lock);
    for (struct ud_change *next, *change = batch; change != NULL; change = next) {
        next = change->next;
        change->next = NULL;
        if (st != UD_OK)
            change->status = st;
        struct ud_change ***end = &w->done_end;
        if (change->status == UD_OK && change->again) {
            change->phase++;
            end = &w->queue_end;
        }
        wake = wake || end == &w->done_end;
        w->queued += end == &w->queue_end;
        count += end == &w->done_end;
        **end = change;
        *end = &change->next;
    }
    w->together = count + w->queued;
    pthread_mutex_unlock(&w->lock);
    if (wake && write(w->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort(); /* an eventfd of our own: nobody would ever be answered again */
}

/* A file beside the database; a failure costs the detection of roll-back until the next time, not an answer. */
static void
keep_anchor(struct ud_writer *w)
{
    struct ud_change_context *c = &w->context;

    if (c->audit.signed_seq == w->anchored)
        return;
    if (ud_audit_anchor(&c->audit, c->ring, w->anchor, ud_clock_wall(), NULL) == UD_OK)
        w->anchored = c->audit.signed_seq;
}

static void *
work(void *arg)
{
    struct ud_writer *w = arg;
    struct ud_change *batch;

    w->anchored = w->context.audit.signed_seq;
    while ((batch = take_batch(w)) != NULL) {
        struct ud_error err = { 0 };
        ud_ring_hold(w->context.ring);
        ud_secret_hold(w->context.scratch, true);
        ud_secret_hold(w->context.opener.shared, true);
        enum ud_status st = run_batch(w, batch, &err);
        ud_secret_wipe(w->context.scratch);
        ud_secret_release(w->context.opener.shared);
        ud_secret_release(w->context.scratch);
        ud_ring_release(w->context.ring);
        hand_back(w, batch, st);
        ud_backfill_note(w->backfill, ud_store_log_pages(w->context.store));
        keep_anchor(w);
    }
    return NULL;
}

enum ud_status
ud_writer_start(struct ud_writer *w, struct ud_error *err)
{
    int rc = pthread_create(&w->thread, NULL, work, w);

    if (rc != 0) {
        errno = rc;
        return ud_error_errno(err, "The writer thread");
    }
    w->running = true;
    return UD_OK;
}

void
ud_writer_put(struct ud_writer *w, struct ud_change *change)
{
    change->next = NULL;
    pthread_mutex_lock(&w->lock);
    *w->queue_end = change;
    w->queue_end = &change->next;
    if (++w->queued >= w->awaited)
        pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

struct ud_change *
ud_writer_take_done(struct ud_writer *w)
{
    pthread_mutex_lock(&w->lock);
    struct ud_change *done = w->done;
    w->done = NULL;
    w->done_end = &w->done;
    pthread_mutex_unlock(&w->lock);
    return done;
}

static void
last_checkpoint(struct ud_writer *w)
{
    struct ud_change_context *c = &w->context;

    if (ud_store_sync_failed(c->store) || ud_store_begin(c->store, NULL) != UD_OK)
        return;
    if (catch_up(c, NULL) == UD_OK && ud_audit_checkpoint(&c->audit, c->store, c->ring, ud_clock_wall(), NULL) == UD_OK &&
        ud_store_commit(c->store, NULL) == UD_OK)
        keep_anchor(w);
    else
        ud_store_rollback(c->store);
}

static void
free_list(struct ud_change *list)
{
    while (list != NULL) {
        struct ud_change *next = list->next;
        ud_change_free(&list);
        list = next;
    }
}

void
ud_writer_free(struct ud_writer **out)
{
    struct ud_writer *w = out == NULL ? NULL : *out;

    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    if (w->running)
        pthread_join(w->thread, NULL);
    last_checkpoint(w);
    free_list(w->queue);
    free_list(w->done);
    ud_opener_clear(&w->context.opener);
    ud_secret_free(&w->context.scratch);
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *out = NULL;
}
