/* What the files of this module share: the worker, a request under way, its part at one source. Not for others. */
#ifndef UD_WORKER_JOB_H
#define UD_WORKER_JOB_H

#include "source/source.h"
#include "worker/worker.h"

struct ud_worker_job;

/* A request at one source, with the batches that are being filled. */
struct ud_worker_part {
    struct ud_worker_job *job;
    uint8_t source;
    struct ud_source_call *call; /* NULL: ended */
    struct ud_msg *devices;      /* DEVICES being filled, or NULL */
    struct ud_msg *keys;         /* KEY_BATCH being filled, or NULL */
    char *text;                  /* of the devices in the batch */
    size_t text_used;
    size_t batch_size; /* bytes the batch takes as a packet */
    bool sent_one;     /* the first batch is a small one, so that something is seen soon */
};

struct ud_worker_job {
    struct ud_worker_job *next;
    struct ud_worker *worker;
    uint32_t request;
    bool everywhere; /* FIND, ASK: SOURCE_DONE for each part, DONE at the end */
    size_t part_count, open;
    struct ud_worker_part part[UD_SOURCE_MAX];
};

struct ud_worker_slot {
    bool configured;
    char *text; /* owns every string of `set` */
    struct ud_source_settings set;
    struct ud_source *source; /* NULL: the configuration is not usable, and `error` says why */
    struct ud_error error;
};

struct ud_worker {
    struct ud_channel *channel;
    struct ud_http *http;
    ud_msec poll_unit;
    struct ud_worker_slot slot[UD_SOURCE_MAX];
    bool asked; /* something other than CONFIGURE has come */
    bool has_seal_key;
    uint8_t seal_key[UD_SEAL_PUBLIC];
    struct ud_worker_job *jobs;
    enum ud_status broken; /* the channel failed: the loop ends */
};

/* emit.c */
void ud_worker_send(struct ud_worker *w, const struct ud_msg *m);
/* The same, and waits until it has left this process. */
UD_CHECK enum ud_status ud_worker_send_through(struct ud_worker *w, const struct ud_msg *m, struct ud_error *err);
void ud_worker_flush(struct ud_worker_part *p); /* sends the batches begun */
void ud_worker_send_done(struct ud_worker *w, uint32_t request, const struct ud_source_end *end);
extern const struct ud_source_sink ud_worker_sink; /* arg is the part */

/* job.c */
void ud_worker_job_free(struct ud_worker_job *job); /* cancels its calls */
void ud_worker_part_ended(struct ud_worker_part *p, const struct ud_source_end *end);

/* start.c: which source a request is for (false: it is no request of one source), and its call. */
bool ud_worker_source_of(uint8_t *source, const struct ud_msg *m);
void ud_worker_start(struct ud_source_call *c, const struct ud_msg *m);

/* route.c: one message from the console. UD_MALFORMED where it may not come now. */
UD_CHECK enum ud_status ud_worker_route(
    struct ud_worker *w, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err);

#endif
