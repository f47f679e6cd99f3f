/* What an update wants done. The state asks; the loop (effects.c) carries out, in order, after each update. */
#ifndef UD_APP_EFFECT_H
#define UD_APP_EFFECT_H

#include "app/jobs.h"
#include "channel/message.h"
#include "widget/line.h"

enum ud_effect_kind {
    UD_DO_REQUEST, /* to the worker; `tag` names it from then on */
    UD_DO_CANCEL,  /* the request `tag` */
    UD_DO_WORKER,  /* a fresh worker: UD_ON_WORKER_NEW follows */
    UD_DO_KILL_WORKER,
    UD_DO_JOB,
    UD_DO_STOP_SEARCH, /* and drop the list of devices */
    UD_DO_APPROVE,     /* the demo's approval of the code in `text` */
    UD_DO_WATCH,       /* ask the tmux watcher: UD_ON_TMUX follows */
    UD_DO_BELL,        /* something waits that was not there before */
    UD_DO_CLIPBOARD,   /* `text` to the terminal's clipboard */
    UD_DO_FLUSH_INPUT, /* drop keys that have arrived but were not handled */
    UD_DO_REDRAW,      /* send the whole screen again */
    UD_DO_SUSPEND,     /* give the terminal back and stop */
    UD_DO_DESTROY_TOKENS,
    UD_DO_QUIT,
};

/* One request, without the batches that make struct ud_msg large. Text lies in `text`. */
struct ud_request {
    enum ud_msg_type type;
    uint8_t source;
    struct ud_secret *secret; /* RESUME; borrowed from the state until the update's effects were carried out */
    const void *bytes;        /* RESUME, SEAL_KEY; likewise */
    size_t length;
    char text[UD_LINE_MAX];
    union {
        struct ud_keyid_prefix prefix;
        uint8_t field; /* ASK */
        struct ud_msg_keys keys;
        struct ud_msg_reveal reveal;
        struct ud_msg_rotate rotate;
        struct ud_msg_rotation rotation;
        struct ud_guid request;      /* OUTCOME */
        struct ud_msg_report report; /* its next link is borrowed from the state until it was sent */
        struct ud_msg_approval_ask approval_ask;
        struct ud_msg_approval_do approval_do; /* its note is `text` */
        struct ud_msg_store store;             /* STORE: the box is `bytes`; STORE_ASK: the note is `text` */
        struct ud_msg_keep keep;               /* its box: borrowed from the state, likewise */
    } u;
};

struct ud_effect {
    enum ud_effect_kind kind;
    uint32_t tag;
    struct ud_job *job;         /* JOB; owned */
    struct ud_request *request; /* REQUEST; owned */
    char *text;                 /* owned */
    struct ud_effect *next;
};

#endif
