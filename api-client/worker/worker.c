/* The loop of a worker: the network and the channel in one wait. */
#include "worker/job.h"

#include <poll.h>
#include <stdlib.h>

#include "base/buf.h"

#define AGENT "unlockdesk/" UD_VERSION

enum ud_status
ud_worker_new(struct ud_worker **out, int fd, const struct ud_http_limits *limits, ud_msec poll_unit, struct ud_error *err)
{
    struct ud_worker *w = ud_xcalloc(1, sizeof(*w));
    enum ud_status st;

    *out = NULL;
    w->poll_unit = poll_unit;
    if ((st = ud_channel_new(&w->channel, fd, true, err)) == UD_OK && (st = ud_http_new(&w->http, AGENT, limits, err)) == UD_OK) {
        *out = w;
        return UD_OK;
    }
    ud_worker_free(&w);
    return st;
}

void
ud_worker_free(struct ud_worker **pw)
{
    struct ud_worker *w = *pw;

    if (w == NULL)
        return;
    while (w->jobs != NULL)
        ud_worker_job_free(w->jobs);
    for (size_t i = 0; i < UD_SOURCE_MAX; i++) {
        ud_source_free(&w->slot[i].source);
        free(w->slot[i].text);
    }
    ud_http_free(&w->http);
    ud_channel_free(&w->channel);
    free(w);
    *pw = NULL;
}

/* Takes what the console has sent. UD_OFFLINE: it is gone. */
static enum ud_status
listen_to_console(struct ud_worker *w, struct ud_msg *m, struct ud_error *err)
{
    struct ud_secret *secret = NULL;
    enum ud_status st;

    while ((st = ud_channel_receive(w->channel, m, &secret, err)) == UD_OK) {
        st = ud_worker_route(w, m, secret, err);
        ud_secret_free(&secret);
        if (st != UD_OK)
            return st;
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
turn(struct ud_worker *w, struct ud_msg *m, struct ud_error *err)
{
    bool wants_out = ud_channel_wants_out(w->channel);
    short events = (short)(POLLIN | (wants_out ? POLLOUT : 0)), happened = 0;
    enum ud_status st;

    if ((st = ud_http_turn(w->http, ud_channel_fd(w->channel), events, &happened, INT32_MAX, err)) != UD_OK)
        return st;
    if (w->broken != UD_OK)
        return w->broken;
    if ((happened & POLLIN) != 0 && (st = listen_to_console(w, m, err)) != UD_OK)
        return st;
    if (w->broken != UD_OK)
        return w->broken;
    if (ud_channel_wants_out(w->channel) && (st = ud_channel_flush(w->channel, err)) != UD_OK)
        return st;
    if (ud_channel_wants_out(w->channel))
        return UD_OK;
    for (size_t i = 0; i < UD_SOURCE_MAX; i++) {
        if (w->slot[i].source != NULL)
            ud_source_resume_flow(w->slot[i].source);
    }
    return UD_OK;
}

enum ud_status
ud_worker_run(struct ud_worker *w, struct ud_error *err)
{
    struct ud_msg *m = ud_xcalloc(1, sizeof(*m)); /* large, so not on the stack */
    enum ud_status st = UD_OK;

    m->type = UD_MSG_READY;
    m->u.ready.build = "unlockdesk-worker " UD_VERSION;
    ud_worker_send(w, m);
    while (st == UD_OK)
        st = turn(w, m, err);
    free(m);
    return st == UD_OFFLINE ? UD_OK : st;
}
