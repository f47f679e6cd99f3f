/* One thread, one wait: terminal, worker, launcher, tmux watcher, signals, timer, jobs. */
#include "app/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "app/run.h"
#include "base/buf.h"
#include "base/i18n.h"

enum { AT_TTY, AT_JOBS, AT_SIGNALS, AT_TIMER, AT_LAUNCHER, AT_CLIENT, AT_WATCHER, AT_COUNT };

#define BATCH 24 /* messages taken before the terminal is looked at again */

void
ud_loop_tell(struct ud_loop *l, struct ud_event *e)
{
    e->now = ud_clock_now();
    e->wall = ud_clock_wall();
    ud_app_update(l->app, e);
    ud_decoder_capture(l->decoder, ud_app_capture(l->app));
    l->dirty = true;
    ud_loop_hide_unwanted(l);
    ud_loop_effects(l);
}

void
ud_loop_end_request(struct ud_loop *l, uint32_t tag, enum ud_status st, const char *message)
{
    struct ud_event e = { .on = UD_ON_WORKER, .tag = tag, .message = l->message };

    memset(l->message, 0, offsetof(struct ud_msg, u) + 512);
    l->message->type = UD_MSG_DONE;
    l->message->u.done = (struct ud_msg_done){ .status = (uint8_t)st, .message = message, .hint = "" };
    ud_loop_tell(l, &e);
}

/* --- what each descriptor brings --------------------------------------------------------------------------------------------------------- */

static void
keys(struct ud_loop *l)
{
    struct ud_key_event key;
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };

    while (!l->app->quit && ud_decoder_next(l->decoder, &key, ud_clock_now()))
        ud_loop_tell(l, &e);
}

static void
from_tty(struct ud_loop *l)
{
    char bytes[4096];
    ssize_t n = ud_tty_read(l->tty, bytes, sizeof(bytes));
    size_t done = 0;

    if (n < 0) {
        l->gone = true;
        return;
    }
    while (done < (size_t)n) {
        size_t taken = ud_decoder_feed(l->decoder, bytes + done, (size_t)n - done, ud_clock_now());
        keys(l);
        if (taken == 0)
            break;
        done += taken;
    }
    explicit_bzero(bytes, sizeof(bytes));
}

static void
from_worker(struct ud_loop *l)
{
    struct ud_error err = { 0 };

    for (int i = 0; i < BATCH && l->client != NULL; i++) {
        enum ud_status st = ud_client_next(l->client, l->message, &err);
        struct ud_event e = { .on = UD_ON_WORKER, .message = l->message, .error = &err };

        if (st == UD_NOTFOUND)
            return;
        if (st != UD_OK) {
            e.on = st == UD_MALFORMED ? UD_ON_ATTACK : UD_ON_WORKER_LOST;
            ud_loop_worker_gone(l);
            ud_loop_tell(l, &e);
            return;
        }
        e.tag = ud_loop_tag(l, l->message->request, l->message->type == UD_MSG_DONE);
        ud_loop_tell(l, &e);
    }
}

static void
from_launcher(struct ud_loop *l)
{
    enum ud_launcher_reply reply;
    struct ud_error err = { 0 };
    struct ud_event e = { .on = UD_ON_WORKER_LOST, .error = &err };
    int fd = -1;

    if (ud_launcher_take(l->launcher, &reply, &fd, &err) != UD_OK) {
        ud_loop_tell(l, &e);
        l->launcher = NULL;
        return;
    }
    switch (reply) {
    case UD_LAUNCHER_WORKER:
        if (l->app->worker_asked)
            ud_loop_worker(l, fd);
        else
            close(fd);
        break;
    case UD_LAUNCHER_WATCHER:
        l->watcher = fd;
        break;
    case UD_LAUNCHER_APPROVED:
        e.on = UD_ON_APPROVED;
        ud_loop_tell(l, &e);
        break;
    case UD_LAUNCHER_FAILED:
        if (l->app->worker_asked) {
            ud_error_set(&err, UD_FAILED, "the program that talks to the servers could not be started");
            ud_loop_tell(l, &e);
        }
        break;
    default:
        break;
    }
}

static void
from_watcher(struct ud_loop *l)
{
    struct ud_tmux_finding f;
    struct ud_event e = { .on = UD_ON_TMUX, .finding = &f };
    ssize_t n = recv(l->watcher, &f, sizeof(f), MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n != (ssize_t)sizeof(f)) {
        close(l->watcher);
        l->watcher = -1;
        e.finding = NULL;
    }
    ud_loop_tell(l, &e);
}

static void
from_jobs(struct ud_loop *l)
{
    struct ud_job *job;

    while ((job = ud_jobs_take(l->jobs)) != NULL) {
        struct ud_event e = { .on = UD_ON_JOB, .tag = job->tag, .job = job };
        ud_loop_tell(l, &e);
        ud_job_free(&job);
    }
}

static void
resized(struct ud_loop *l)
{
    struct ud_event e = { .on = UD_ON_RESIZE };

    ud_tty_size(l->tty, &e.width, &e.height);
    ud_loop_hide(l); /* whatever the size is: first it goes */
    if (e.width != l->grid->width || e.height != l->grid->height) {
        ud_grid_resize(l->grid, e.width, e.height);
        ud_encoder_resize(l->encoder, e.width, e.height);
    }
    ud_encoder_forget(l->encoder); /* there and back again is one signal: what stood there, a key too, may have been moved */
    ud_painter_forget(l->painter);
    ud_loop_tell(l, &e);
}

static void
from_signals(struct ud_loop *l)
{
    struct signalfd_siginfo info;
    struct ud_event e = { .on = UD_ON_TICK };

    while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch ((int)info.ssi_signo) {
        case SIGWINCH:
            resized(l);
            continue;
        case SIGTSTP:
            e.on = UD_ON_SUSPEND;
            break;
        case SIGCONT: /* after a stop that we did not ask for: off the terminal first, then the clock */
            ud_loop_hide(l);
            e.on = UD_ON_CONTINUE;
            break;
        case SIGHUP:
            l->gone = true;
            return;
        default:
            e.on = UD_ON_TERMINATE;
            break;
        }
        ud_loop_tell(l, &e);
    }
}

/* --- waiting ----------------------------------------------------------------------------------------------------------------------------------- */

static void
arm(struct ud_loop *l, ud_msec now)
{
    struct itimerspec t = { 0 };
    ud_msec at = ud_app_deadline(l->app);

    if (at >= 0) {
        ud_msec left = at > now ? at - now : 0;
        t.it_value.tv_sec = (time_t)(left / 1000);
        t.it_value.tv_nsec = (long)(left % 1000) * 1000000L + 1;
    }
    (void)timerfd_settime(l->timer, 0, &t, NULL);
}

static int
wait_limit(struct ud_loop *l, ud_msec now)
{
    ud_msec at = ud_decoder_deadline(l->decoder);
    int limit = at < 0 ? -1 : at <= now ? 0 : (int)(at - now);

    if (l->orphans > 0)
        return 0;
#ifdef UD_SEAMS
    if (ud_clock_seam() && (limit < 0 || limit > 20))
        limit = 20; /* the test's clock jumps without waking us */
#endif
    return limit;
}

/* Something was asked for that ends by itself soon. */
static bool
waits_for_answer(const struct ud_app *app)
{
    for (int i = 0; i < UD_CALLS; i++)
        if (app->call[i].phase >= UD_CALL_INTENT && app->call[i].phase <= UD_CALL_RECORDING)
            return true;
    return ud_bde_waits(app) || app->device.tag != 0 || app->devices.lookup.tag != 0;
}

/* Tests wait for this byte: nothing is pending and the frame is out. */
static void
mark_idle(struct ud_loop *l)
{
    if (l->idle_fd < 0 || l->marked || l->dirty || ud_tty_pending(l->tty) > 0 || ud_jobs_open(l->jobs) > 0 ||
        ud_decoder_deadline(l->decoder) >= 0 || waits_for_answer(l->app))
        return;
    l->marked = true;
    while (write(l->idle_fd, ".", 1) < 0 && errno == EINTR)
        ;
}

static void
fill_poll(struct ud_loop *l, struct pollfd p[AT_COUNT])
{
    for (int i = 0; i < AT_COUNT; i++)
        p[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
    p[AT_TTY].fd = ud_tty_fd(l->tty);
    if (ud_tty_pending(l->tty) > 0)
        p[AT_TTY].events |= POLLOUT;
    p[AT_JOBS].fd = ud_jobs_fd(l->jobs);
    p[AT_SIGNALS].fd = l->signals;
    p[AT_TIMER].fd = l->timer;
    p[AT_LAUNCHER].fd = l->launcher != NULL ? ud_launcher_fd(l->launcher) : -1;
    p[AT_WATCHER].fd = l->watcher;
    if (l->client != NULL && !l->app->saving_list) {
        p[AT_CLIENT].fd = ud_client_fd(l->client);
        p[AT_CLIENT].events = ud_client_events(l->client);
    }
}

static void
serve(struct ud_loop *l, const struct pollfd p[AT_COUNT])
{
    struct ud_error err;
    uint64_t ticks;
    struct ud_event tick = { .on = UD_ON_TICK };

    if (p[AT_SIGNALS].revents)
        from_signals(l);
    if (p[AT_TIMER].revents && read(l->timer, &ticks, sizeof(ticks)) > 0)
        ud_loop_tell(l, &tick);
    if (p[AT_TTY].revents & (POLLIN | POLLHUP | POLLERR))
        from_tty(l);
    if (p[AT_JOBS].revents)
        from_jobs(l);
    if (p[AT_LAUNCHER].revents)
        from_launcher(l);
    if (p[AT_WATCHER].revents && l->watcher >= 0)
        from_watcher(l);
    if (p[AT_CLIENT].revents && l->client != NULL) {
        if ((p[AT_CLIENT].revents & POLLOUT) && ud_client_flush(l->client, &err) != UD_OK)
            l->marked = false; /* the next receive says what happened */
        from_worker(l);
    }
}

static void
end_orphans(struct ud_loop *l)
{
    while (l->orphans > 0)
        ud_loop_end_request(l, l->orphan[--l->orphans], UD_OFFLINE, _("the connection to the service is not there"));
}

static bool
anything(const struct pollfd p[AT_COUNT])
{
    for (int i = 0; i < AT_COUNT; i++)
        if (p[i].revents != 0)
            return true;
    return false;
}

/* In seam builds the clock may have jumped while nothing woke us. */
static void
look_at_clock(struct ud_loop *l)
{
    struct ud_event tick = { .on = UD_ON_TICK };
    ud_msec at = ud_app_deadline(l->app);

    if (at >= 0 && ud_clock_now() >= at)
        ud_loop_tell(l, &tick);
}

void
ud_loop_run(struct ud_loop *l)
{
    struct pollfd p[AT_COUNT];
    struct ud_event lost = { .on = UD_ON_HANGUP };

    while (!l->app->quit && !l->gone) {
        ud_msec now;
        int n;

        end_orphans(l);
        ud_loop_render(l);
        if (l->app->quit || l->gone)
            break;
        now = ud_clock_now();
        arm(l, now);
        fill_poll(l, p);
        n = poll(p, AT_COUNT, 0);
        if (n == 0) {
            int limit = wait_limit(l, now);
            mark_idle(l);
            n = poll(p, AT_COUNT, limit);
        }
        if (n > 0 && anything(p)) {
            l->marked = false;
            serve(l, p);
        }
        keys(l);
        look_at_clock(l);
    }
    if (l->gone)
        ud_loop_tell(l, &lost);
}
