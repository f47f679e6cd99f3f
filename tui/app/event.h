/* What the loop tells the state. Everything borrowed is valid during the update only. */
#ifndef UD_APP_EVENT_H
#define UD_APP_EVENT_H

#include "app/jobs.h"
#include "app/launcher.h"
#include "base/clock.h"
#include "channel/message.h"
#include "grid/key.h"

enum ud_on {
    UD_ON_START, /* first event; size, wall clock */
    UD_ON_KEY,
    UD_ON_RESIZE,
    UD_ON_TICK,        /* a deadline has passed, or the process was woken */
    UD_ON_WORKER_NEW,  /* a fresh worker is connected */
    UD_ON_WORKER,      /* a message from it */
    UD_ON_WORKER_LOST, /* it ended, or could not be started */
    UD_ON_ATTACK,      /* it sent what no worker sends */
    UD_ON_JOB,
    UD_ON_TMUX,      /* `finding`; NULL: the watcher is gone */
    UD_ON_APPROVED,  /* the demo's approval page was filled in */
    UD_ON_SUSPEND,   /* SIGTSTP */
    UD_ON_CONTINUE,  /* SIGCONT */
    UD_ON_HANGUP,    /* the terminal is gone */
    UD_ON_TERMINATE, /* SIGTERM, SIGINT */
    UD_ON_STALLED,   /* the terminal did not take a recovery key's cells in time */
};

struct ud_event {
    enum ud_on on;
    ud_msec now;
    ud_wall wall;
    uint32_t tag; /* WORKER, JOB: the request's or the job's */
    const struct ud_key_event *key;
    int width, height;
    const struct ud_msg *message;
    struct ud_job *job; /* results may be moved out */
    const struct ud_tmux_finding *finding;
    const struct ud_error *error;
};

#endif
