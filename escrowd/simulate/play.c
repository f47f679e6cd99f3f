/* The whole fleet at work: asks for work, gives every device the time it would need, plays its part. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "escrowd/simulate/simulate.h"

#define AT_ONCE    16   /* devices that talk to the service at the same time */
#define PAUSE_MS   600  /* between two looks at a list without anything new */
#define TROUBLE_MS 2000 /* before asking a service again that did not answer */
#define FASTEST_MS 3100 /* a device's own delay; the whole takes 3 to 8 s */
#define SPREAD_MS  3700

enum play_state { WAITING, READY, RUNNING };

/* One device that has something to do. */
struct played {
    struct played *next;
    struct player *player;
    struct ud_sim_job job;
    enum play_state state;
    struct ud_http_timer *timer;
};

struct player {
    struct ud_sim *sim;
    struct played *first;
    size_t running;
    struct ud_buf list; /* of work, as it arrives */
    struct ud_http_call *call;
    struct ud_http_timer *timer;
    struct ud_sim_approver *approver;
    char line[128]; /* of the approval pipe */
    size_t line_length;
    bool complained, over;
    bool closing; /* the pipe is closed: over when its last code is done */
};

static void ask(void *arg);

/* Troubles are said once, not every two seconds. */
static void
complain(struct player *p, const struct ud_error *err)
{
    if (!p->complained)
        fprintf(stderr, "escrowd-simulate: %s\n", err->message);
    p->complained = true;
}

/* --- devices --------------------------------------------------------------------------------------------------------- */

static void
forget(struct player *p, struct played *d)
{
    struct played **at = &p->first;

    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    ud_http_timer_cancel(p->sim->http, &d->timer);
    free(d);
}

static void
start_ready(struct player *p)
{
    for (struct played *d = p->first; d != NULL && p->running < AT_ONCE; d = d->next) {
        if (d->state != READY)
            continue;
        d->state = RUNNING;
        p->running++;
        ud_sim_job_start(&d->job, false);
        return; /* the list may have changed; the next one starts when this one ends or another is ready */
    }
}

/* Whatever is still open shows up in the list again, so a failure needs no memory. */
static void
played_out(enum ud_status st, const struct ud_error *err, void *arg)
{
    struct played *d = arg;
    struct player *p = d->player;

    if (st != UD_OK)
        complain(p, err);
    p->running--;
    forget(p, d);
    start_ready(p);
}

static void
time_has_come(void *arg)
{
    struct played *d = arg;

    d->timer = NULL;
    d->state = READY;
    start_ready(d->player);
}

/* The same device always takes the same time. */
static ud_msec
delay_of(const struct ud_guid *device)
{
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < sizeof(device->byte); i++)
        sum = (sum ^ device->byte[i]) * 16777619u;
    return FASTEST_MS + (ud_msec)(sum % SPREAD_MS);
}

static bool
is_playing(const struct player *p, const struct ud_wire_work *w)
{
    for (const struct played *d = p->first; d != NULL; d = d->next) {
        if (d->job.kind == w->kind && ud_guid_compare(&d->job.device, &w->device) == 0)
            return true;
    }
    return false;
}

/* True where the device has begun something. */
static bool
take(struct player *p, const struct ud_wire_work *w)
{
    const struct ud_roster_line *line = ud_roster_find(p->sim->roster, &w->device, UD_KIND_COUNT);
    enum ud_behaviour behaviour = line != NULL ? line->behaviour : UD_PLAYS_ONLINE;

    if (behaviour == UD_PLAYS_OFFLINE || is_playing(p, w))
        return false;
    struct played *d = ud_xcalloc(1, sizeof(*d));
    d->player = p;
    d->job.sim = p->sim;
    d->job.device = w->device;
    d->job.kind = w->kind;
    d->job.failing = behaviour == UD_PLAYS_FAILING;
    d->job.done = played_out;
    d->job.arg = d;
    d->next = p->first;
    p->first = d;
    d->timer = ud_http_after(p->sim->http, delay_of(&w->device), time_has_come, d);
    return true;
}

/* --- the list of work ------------------------------------------------------------------------------------------------ */

static void
again(struct player *p, ud_msec delay)
{
    p->timer = ud_http_after(p->sim->http, delay, ask, p);
}

static size_t
take_list(struct player *p, struct ud_error *err)
{
    const size_t max = p->list.length / 64 + 1; /* an entry is longer than that */
    struct ud_wire_work *work = ud_xcalloc(max, sizeof(*work));
    size_t count = 0, begun = 0;
    enum ud_status st = ud_roster_refresh(p->sim->roster, err);

    if (st == UD_OK)
        st = ud_wire_work_decode(work, max, &count, p->list.data, p->list.length, err);
    for (size_t i = 0; i < count && st == UD_OK; i++)
        begun += take(p, &work[i]) ? 1 : 0;
    if (st != UD_OK)
        complain(p, err);
    else
        p->complained = false;
    free(work);
    return begun;
}

static void
listed(struct ud_http_reply *reply, void *arg)
{
    struct player *p = arg;
    struct ud_error err = reply->error;

    p->call = NULL;
    if (reply->status == UD_OK && reply->code == 200 && !p->list.failed) {
        again(p, take_list(p, &err) > 0 ? 0 : PAUSE_MS);
        return;
    }
    if (reply->status == UD_OK)
        (void)ud_error_set(&err, UD_FAILED, "The service does not tell what there is to do (%ld).", reply->code);
    complain(p, &err);
    again(p, TROUBLE_MS);
}

static enum ud_http_flow
list_bytes(const void *bytes, size_t length, struct ud_error *err, void *arg)
{
    struct player *p = arg;

    (void)err;
    ud_buf_append(&p->list, bytes, length);
    return UD_HTTP_TAKEN;
}

static void
ask(void *arg)
{
    struct player *p = arg;
    struct ud_http_request r = {
        .kind = UD_HTTP_LIST,
        .retry = UD_HTTP_ONCE,
        .origin = &p->sim->origin,
        .path = "/escrow/v1/training/work",
        .bearer = p->sim->token,
        .on_data = list_bytes,
        .done = listed,
        .arg = p,
    };

    p->timer = NULL;
    ud_buf_clear(&p->list);
    p->call = ud_http_start(p->sim->http, &r);
}

/* --- the pipe of codes ----------------------------------------------------------------------------------------------- */

static void
read_codes(struct player *p, int fd)
{
    char bytes[256];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        p->closing = true;
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] != '\n') {
            if (p->line_length < sizeof(p->line) - 1)
                p->line[p->line_length++] = bytes[i];
            continue;
        }
        p->line[p->line_length] = '\0';
        p->line_length = 0;
        ud_sim_approve(p->approver, p->line);
    }
}

static void
clear(struct player *p)
{
    while (p->first != NULL) {
        ud_sim_job_clear(&p->first->job);
        forget(p, p->first);
    }
    ud_http_cancel(p->sim->http, &p->call);
    ud_http_timer_cancel(p->sim->http, &p->timer);
    ud_sim_approver_free(&p->approver);
    ud_buf_free(&p->list);
}

/* The signal is looked for at every turn; a turn is at most as long as the pipe or the list makes it. */
static bool
signalled(int fd)
{
    struct signalfd_siginfo info;

    return fd >= 0 && read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

enum ud_status
ud_sim_play(struct ud_sim *s, int approve_fd, int signal_fd, struct ud_error *err)
{
    struct player p = { .sim = s };
    int watched = approve_fd >= 0 ? approve_fd : signal_fd;
    enum ud_status st = UD_OK;

    ud_buf_init(&p.list, UD_HTTP_LIST_MAX);
    p.approver = ud_sim_approver_new(s);
    ask(&p);
    while (!p.over && st == UD_OK) {
        short revents = 0;
        st = ud_http_turn(s->http, watched, POLLIN, &revents, 1000, err);
        if (revents != 0 && approve_fd >= 0 && !p.closing)
            read_codes(&p, approve_fd);
        if (p.closing)
            watched = signal_fd;
        p.over = signalled(signal_fd) || (p.closing && ud_sim_approver_idle(p.approver));
    }
    clear(&p);
    return st;
}
