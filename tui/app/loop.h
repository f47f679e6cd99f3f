/* The loop's own things; shared by loop.c, effects.c and render.c. */
#ifndef UD_APP_LOOP_H
#define UD_APP_LOOP_H

#include "app/jobs.h"
#include "app/launcher.h"
#include "app/screens.h"
#include "app/spelling.h"
#include "client/client.h"
#include "term/decode.h"
#include "term/device.h"
#include "term/encoder.h"
#include "term/painter.h"

struct ud_open_request {
    uint32_t request; /* the client's number */
    uint32_t tag;     /* the state's */
};

struct ud_loop {
    const struct ud_config *config;
    struct ud_launcher *launcher;
    struct ud_app *app;
    struct ud_jobs *jobs;
    struct ud_client *client; /* NULL: no worker */
    struct ud_msg *message;   /* large: one for sending and receiving */
    struct ud_open_request *open;
    size_t open_count, open_room;
    uint32_t orphan[64]; /* tags of requests that could not be sent: ended with OFFLINE */
    size_t orphans;
    int watcher; /* socket of the tmux watcher, -1: none */
    int signals, timer;
    struct ud_tty *tty;
    struct ud_encoder *encoder;
    struct ud_painter *painter;
    struct ud_decoder *decoder;
    struct ud_grid *grid;
    struct ud_spelling spelling;
    struct ud_spelling_exact spelling_exact;
    struct ud_paint painted; /* what is on the terminal, valid where `painted_from` is not NULL */
    const struct ud_secret *painted_from;
    bool dirty;  /* the state changed since the last frame */
    bool gone;   /* the terminal is gone */
    int idle_fd; /* seam builds: tests wait for the idle mark on it; else -1 */
    bool marked;
    bool drop_later; /* the list is to be dropped once it is saved */
};

/* loop.c: hands an event to the state and carries out what it asks for. Fills in the times. */
void ud_loop_tell(struct ud_loop *l, struct ud_event *e);
void ud_loop_end_request(struct ud_loop *l, uint32_t tag, enum ud_status st, const char *message);

/* effects.c */
void ud_loop_effects(struct ud_loop *l);
uint32_t ud_loop_tag(struct ud_loop *l, uint32_t request, bool last);
void ud_loop_worker(struct ud_loop *l, int fd);
void ud_loop_worker_gone(struct ud_loop *l);

/* render.c: brings the terminal up to the state, as far as it takes bytes. */
void ud_loop_render(struct ud_loop *l);
/* Takes a painted key off the terminal at once. */
void ud_loop_hide(struct ud_loop *l);
/* The same where the state no longer shows that key: at once, although the terminal may not take a frame yet. */
void ud_loop_hide_unwanted(struct ud_loop *l);
void ud_loop_terminal_start(struct ud_loop *l);
void ud_loop_terminal_stop(struct ud_loop *l);

#endif
