/* The loop that plays all devices: learns what they are asked to do, lets 3 to 8 seconds pass for each, and does it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escrowd/simulate/sim.h"

#define WORK_MAX  256
#define AGAIN_MS  500
#define LEAST_MS  3000
#define SPREAD_MS 5000
#define FAIL_CODE (-2144272166) /* 0x803100DA: policy does not require backup for the OS drive */
#define GIVE_UP   20            /* failed look-ups in a row: the service is gone */

struct job {
    struct ud_wire_work work;
    ud_msec due;
};

struct player {
    struct ud_sim *sim;
    struct job job[WORK_MAX];
    size_t jobs;
    struct ud_http_call *call; /* the long look-up for work */
    ud_msec again;             /* when to ask next */
    unsigned failed;
    char line[64];
    size_t line_length;
};

static bool
is_known(const struct player *p, const struct ud_wire_work *w)
{
    for (size_t i = 0; i < p->jobs; i++)
        if (strcmp(p->job[i].work.id, w->id) == 0)
            return true;
    return false;
}

/* The same device always takes the same time, so that a demonstration can be repeated. */
static ud_msec
pause_of(const struct ud_guid *device)
{
    return LEAST_MS + (device->byte[15] * 256 + device->byte[14]) % SPREAD_MS;
}

static void
take_on(struct player *p, const struct ud_wire_work *w)
{
    const struct ud_roster_line *l = ud_roster_find(p->sim->roster, &w->device, UD_KIND_COUNT);

    if (p->jobs == WORK_MAX || is_known(p, w) || (l != NULL && l->behaviour == UD_PLAYS_OFFLINE))
        return;
    p->job[p->jobs].work = *w;
    p->job[p->jobs++].due = ud_clock_now() + pause_of(&w->device);
}

static void
on_work(struct ud_http_reply *reply, void *arg)
{
    struct player *p = arg;
    struct ud_wire_work *list = ud_xcalloc(WORK_MAX, sizeof(*list));
    size_t count = 0;

    p->call = NULL;
    p->again = ud_clock_now() + AGAIN_MS;
    if (reply->status == UD_OK && reply->code == 200 &&
        ud_wire_work_decode(list, WORK_MAX, &count, reply->body != NULL ? reply->body : "", reply->length, NULL) == UD_OK)
        p->failed = 0;
    else
        p->failed++;
    if (count > 0 && ud_roster_refresh(p->sim->roster, NULL) != UD_OK)
        count = 0;
    for (size_t i = 0; i < count; i++)
        take_on(p, &list[i]);
    free(list);
}

static void
ask_for_work(struct player *p)
{
    const struct ud_http_request r = { .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_ONCE,
        .origin = &p->sim->origin,
        .path = "/escrow/v1/training/work",
        .bearer = p->sim->work_bearer,
        .done = on_work,
        .arg = p };

    if (p->call == NULL && ud_clock_now() >= p->again)
        p->call = ud_http_start(p->sim->http, &r);
}

static enum ud_volume
volume_of(const struct ud_sim *s, const struct ud_wire_work *w)
{
    const struct ud_roster_line *l = ud_roster_find(s->roster, &w->device, w->kind);

    return l != NULL ? l->volume : w->kind == UD_KIND_BITLOCKER ? UD_VOLUME_OS : UD_VOLUME_NONE;
}

static void
carry_out(struct player *p, const struct ud_wire_work *w)
{
    const struct ud_roster_line *l = ud_roster_find(p->sim->roster, &w->device, UD_KIND_COUNT);
    struct ud_wire_work asked[16];
    struct ud_error err = { 0 };
    size_t count;
    enum ud_status st = ud_sim_check_in(p->sim, &w->device, asked, 16, &count, &err);

    if (st == UD_OK && l != NULL && l->behaviour == UD_PLAYS_FAILING)
        st = ud_sim_fail(p->sim, &w->device, w->id, FAIL_CODE, &err);
    else if (st == UD_OK)
        st = ud_sim_replace_key(p->sim, &w->device, w->kind, volume_of(p->sim, w), w->id, &err);
    if (st != UD_OK)
        fprintf(stderr, "escrowd-simulate: %s\n", err.message);
}

/* Does what is due; returns how long there is nothing to do. */
static ud_msec
do_due(struct player *p)
{
    ud_msec now = ud_clock_now(), next = now + 1000;

    for (size_t i = 0; i < p->jobs;) {
        if (p->job[i].due <= now) {
            struct ud_wire_work w = p->job[i].work;
            carry_out(p, &w);
            p->job[i] = p->job[--p->jobs];
            now = ud_clock_now();
            continue;
        }
        if (p->job[i].due < next)
            next = p->job[i].due;
        i++;
    }
    if (p->call == NULL && p->again < next)
        next = p->again;
    return next > now ? next - now : 0;
}

/* Reads codes to approve, one a line. False: the pipe has closed. */
static bool
read_codes(struct player *p, int fd)
{
    struct ud_error err = { 0 };
    ssize_t n = read(fd, p->line + p->line_length, sizeof(p->line) - 1 - p->line_length);

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    if (n == 0)
        return false;
    p->line_length += (size_t)n;
    p->line[p->line_length] = '\0';
    char *end;
    while ((end = strchr(p->line, '\n')) != NULL) {
        *end = '\0';
        if (ud_sim_approve(p->sim, p->line, &err) != UD_OK)
            fprintf(stderr, "escrowd-simulate: %s\n", err.message);
        p->line_length -= (size_t)(end + 1 - p->line);
        memmove(p->line, end + 1, p->line_length + 1);
    }
    if (p->line_length + 1 == sizeof(p->line))
        p->line_length = 0; /* no code is that long */
    return true;
}

enum ud_status
ud_sim_run(struct ud_sim *s, int approve_fd, struct ud_error *err)
{
    struct player *p = ud_xcalloc(1, sizeof(*p));
    enum ud_status st = UD_OK;
    short revents;

    p->sim = s;
    while (st == UD_OK && p->failed < GIVE_UP) {
        ask_for_work(p);
        revents = 0;
        st = ud_http_turn(s->http, approve_fd, POLLIN, &revents, do_due(p), err);
        if (st == UD_OK && (revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_codes(p, approve_fd))
            break;
    }
    if (p->call != NULL)
        ud_http_cancel(s->http, &p->call);
    if (st == UD_OK && p->failed >= GIVE_UP)
        st = ud_error_set(err, UD_OFFLINE, "The service does not answer any more");
    free(p);
    return st;
}
