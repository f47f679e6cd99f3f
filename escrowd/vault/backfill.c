/* The thread that empties the write-ahead log. A failure is no matter: the log keeps what it has, and the next try is soon. */
#include "escrowd/vault/backfill.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "escrowd/store/store.h"

struct ud_backfill {
    struct ud_store *store;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t more;
    unsigned begun_at; /* pages in the log when it was last asked to begin; 0: emptied since */
    bool asked, stop;
};

enum ud_status
ud_backfill_new(struct ud_backfill **out, const char *database, struct ud_error *err)
{
    struct ud_backfill *b = ud_xcalloc(1, sizeof(*b));
    enum ud_status st = ud_store_open(&b->store, database, UD_STORE_WRITE, err);

    *out = NULL;
    if (st != UD_OK) {
        free(b);
        return st;
    }
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->more, NULL);
    *out = b;
    return UD_OK;
}

static bool
wait_until_asked(struct ud_backfill *b)
{
    pthread_mutex_lock(&b->lock);
    while (!b->asked && !b->stop)
        pthread_cond_wait(&b->more, &b->lock);
    b->asked = false;
    bool go = !b->stop;
    pthread_mutex_unlock(&b->lock);
    return go;
}

static void *
work(void *arg)
{
    struct ud_backfill *b = arg;
    struct ud_error err = { 0 };

    while (wait_until_asked(b))
        (void)!ud_store_backfill(b->store, &err);
    return NULL;
}

enum ud_status
ud_backfill_start(struct ud_backfill *b, struct ud_error *err)
{
    int rc = pthread_create(&b->thread, NULL, work, b);

    if (rc != 0) {
        errno = rc;
        return ud_error_errno(err, "The thread for the database's log");
    }
    b->running = true;
    return UD_OK;
}

void
ud_backfill_note(struct ud_backfill *b, unsigned pages)
{
    pthread_mutex_lock(&b->lock);
    if (pages < b->begun_at)
        b->begun_at = 0; /* all of it had been brought in, and the log began anew */
    if (pages >= b->begun_at + UD_BACKFILL_PAGES) {
        b->begun_at = pages;
        b->asked = true;
        pthread_cond_signal(&b->more);
    }
    pthread_mutex_unlock(&b->lock);
}

void
ud_backfill_free(struct ud_backfill **out)
{
    struct ud_backfill *b = out == NULL ? NULL : *out;

    if (b == NULL)
        return;
    pthread_mutex_lock(&b->lock);
    b->stop = true;
    pthread_cond_signal(&b->more);
    pthread_mutex_unlock(&b->lock);
    if (b->running)
        pthread_join(b->thread, NULL);
    ud_store_free(&b->store);
    pthread_cond_destroy(&b->more);
    pthread_mutex_destroy(&b->lock);
    free(b);
    *out = NULL;
}
