/* The lock: secrets are wiped first, then the screen, and the worker is killed. Unlocking opens the sealed calls and gives a fresh worker the
 * sealed tokens; it needs no new sign-in. Tries are counted before they are checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define FIRST_DELAY ((ud_msec)500)
#define MOST_DELAY  ((ud_msec)10000)

static void
wipe_text(struct ud_app *app)
{
    ud_devices_clear(app);
    ud_form_clear(app);
    ud_store_locked(app);
    ud_board_clear(app);
    ud_report_clear(app);
    ud_line_clear(&app->pin.line[0]);
    ud_line_clear(&app->pin.line[1]);
    ud_line_clear(&app->palette.line);
    app->sign_in = (struct ud_sign_in_state){ 0 };
    explicit_bzero(app->message, sizeof(app->message));
    if (app->log.line != NULL)
        explicit_bzero(app->log.line, app->log.count * sizeof(*app->log.line));
    free(app->log.line);
    app->log = (struct ud_log_state){ .line = NULL };
    app->devices.ask_tag = app->devices.lookup.tag = 0;
    app->devices.refresh_at = 0;
    ud_approver_clear(app);
    app->tmux.waiting = false;
    explicit_bzero(app->devices.ask_text, sizeof(app->devices.ask_text));
    ud_role_forget(app);
}

static void
stop_sources(struct ud_app *app)
{
    ud_do(app, UD_DO_KILL_WORKER);
    app->worker = app->worker_asked = false;
    app->policy_tag = 0;
    for (size_t i = 0; i < app->config->source_count; i++) {
        struct ud_source_state *s = &app->source[i];
        s->sign = UD_SIGNED_OUT;
        s->sign_tag = s->sync_tag = s->policy_tag = s->notice_tag = 0;
        s->rules_asked = false;
        s->asked = UD_ASKED_NOT;
    }
}

static enum ud_screen
screen_after(enum ud_screen s)
{
    switch (s) {
    case UD_SCREEN_KEY:
    case UD_SCREEN_WAITING:
    case UD_SCREEN_TICKET:
    case UD_SCREEN_NEW_KEY:
    case UD_SCREEN_DEVICE:
        return s;
    case UD_SCREEN_REASON:
    case UD_SCREEN_STORE:
        return UD_SCREEN_DEVICE;
    case UD_SCREEN_APPROVALS:
    case UD_SCREEN_APPROVAL:
        return UD_SCREEN_APPROVALS;
    case UD_SCREEN_MISSING:
        return UD_SCREEN_DEVICES;
    default:
        return UD_SCREEN_DEVICES;
    }
}

void
ud_lock_now(struct ud_app *app, const char *reason)
{
    struct ud_lock_state *l = &app->lock;
    enum ud_screen back = screen_after(app->screen);

    if (l->locked || app->screen == UD_SCREEN_OVER)
        return;
    if (app->self.on) { /* nobody could unlock it */
        ud_self_expire(app, reason);
        return;
    }
    for (int i = 0; i < UD_CALLS; i++) { /* wipe first */
        ud_reveal_abandon(app, &app->call[i]);
        ud_call_drop_secrets(&app->call[i]);
    }
    ud_bde_wipe(app);
    ud_secret_free(&l->half);
    ud_entry_detail(ud_do_record(app, NULL, UD_EVENT_LOCK), reason);
    ud_calls_seal(app);
    wipe_text(app);
    stop_sources(app);
    if (app->policy.lock_drops_directory) {
        ud_do(app, UD_DO_STOP_SEARCH);
        for (size_t i = 0; i < app->config->source_count; i++)
            app->source[i].list_complete = false;
    }
    if (!app->pin_chosen) { /* nothing was opened yet: the beginning is as safe as a lock */
        ud_session_over(app, _("The console was left alone before it was set up."), _("Start unlockdesk again and sign in."));
        return;
    }
    l->locked = true;
    l->start = false;
    l->back = back;
    l->since = app->now;
    l->since_wall = app->wall;
    l->error[0] = '\0';
    l->working = false;
    l->tag = 0;
    (void)ud_copy(l->reason, sizeof(l->reason), reason);
    app->warning = false;
    app->overlay = UD_OVERLAY_NONE;
    app->screen = UD_SCREEN_LOCK;
    ud_line_init_hidden(&app->pin.line[0], app->pin.secret[0], false);
}

void
ud_lock_open_kept(struct ud_app *app)
{
    struct ud_lock_state *l = &app->lock;

    l->start = true;
    l->back = UD_SCREEN_DEVICES;
    l->since = app->now;
    l->since_wall = app->wall;
    l->error[0] = '\0';
    (void)ud_copy(l->reason, sizeof(l->reason), _("the sign-in was kept on this machine"));
    ud_show(app, UD_SCREEN_LOCK);
    ud_line_init_hidden(&app->pin.line[0], app->pin.secret[0], false);
}

static void
try_it(struct ud_app *app)
{
    struct ud_lock_state *l = &app->lock;
    struct ud_secret *pin = NULL;
    struct ud_error err;
    struct ud_job *job;

    if (app->now < l->next_try) {
        (void)snprintf(
            l->error, sizeof(l->error), _("Wait %d s before the next try."), (int)((l->next_try - app->now + 999) / 1000));
        return;
    }
    if (ud_secret_new(&pin, 128, &err) != UD_OK || ud_secret_move(pin, app->pin.secret[0], &err) != UD_OK) {
        (void)ud_copy(l->error, sizeof(l->error), err.message);
        ud_secret_free(&pin);
        return;
    }
    ud_line_clear(&app->pin.line[0]);
    job = ud_do_job(app, &l->tag, UD_JOB_UNLOCK);
    job->passphrase = pin;
    job->tokens = ud_xcalloc(1, sizeof(*job->tokens));
    *job->tokens = *app->tokens;
    (void)ud_copy(job->path, sizeof(job->path), app->config->tokens_file);
    l->working = true;
    l->error[0] = '\0';
}

static void
need_worker(struct ud_app *app)
{
    if (app->worker || app->worker_asked)
        return;
    app->worker_asked = true;
    ud_do(app, UD_DO_WORKER);
}

void
ud_lock_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_lock_state *l = &app->lock;

    if (l->working || key->code == UD_KEY_PASTE)
        return;
    need_worker(app);
    if (l->half != NULL && !(key->code == UD_KEY_CTRL && key->number == 'q'))
        return; /* opened already: only the worker is missing */
    if (key->code == UD_KEY_ENTER) {
        if (!ud_line_empty(&app->pin.line[0]))
            try_it(app);
    } else if (key->code == UD_KEY_ESC) {
        if (l->start && app->list_cached && ud_line_empty(&app->pin.line[0])) {
            l->start = false;
            ud_show(app, UD_SCREEN_DEVICES);
        }
        ud_line_clear(&app->pin.line[0]);
    } else if (key->code == UD_KEY_CTRL && key->number == 'q') {
        ud_session_over(app, _("You have ended the session."), _("Start unlockdesk again and sign in."));
        app->quit = true;
    } else {
        l->error[0] = '\0';
        (void)ud_line_key(&app->pin.line[0], key);
    }
}

/* Where the box could not be made or opened, what the screen was about is gone. */
static enum ud_screen
screen_left(const struct ud_app *app)
{
    enum ud_screen back = app->lock.back;

    if ((back == UD_SCREEN_KEY || back == UD_SCREEN_WAITING || back == UD_SCREEN_TICKET) && app->active < 0)
        return UD_SCREEN_DEVICES;
    return back == UD_SCREEN_DEVICE && app->device.dev.d.name == NULL ? UD_SCREEN_DEVICES : back;
}

/* The right PIN must not open the console later, at anybody's key press. */
void
ud_lock_worker_lost(struct ud_app *app, const char *message)
{
    if (app->lock.half == NULL)
        return;
    ud_secret_free(&app->lock.half);
    (void)ud_copy(app->lock.error, sizeof(app->lock.error), message);
}

/* Both are needed: the secret half of the pair, and a worker to give it to. Until then the calls stay sealed. */
static void
go_on(struct ud_app *app)
{
    struct ud_lock_state *l = &app->lock;

    if (l->half == NULL || !app->worker)
        return;
    if (app->now - app->last_key >= app->policy.idle_warn + app->policy.idle_countdown) {
        ud_lock_worker_lost(app, _("That took too long. Type it once more."));
        return; /* who typed it may be gone */
    }
    ud_calls_unseal(app, l->half);
    ud_session_record(app);
    l->locked = l->start = false;
    app->last_key = app->now;
    app->presence = app->now;
    if (app->session_start == 0 || app->source[0].account[0] == '\0')
        app->session_start = app->now;
    ud_do_record(app, NULL, UD_EVENT_UNLOCK);
    ud_session_resumed(app); /* its requests borrow the half until they are sent */
    ud_show(app, screen_left(app));
    ud_devices_search(app);
    ud_tmux_ask(app);
}

void
ud_lock_worker(struct ud_app *app)
{
    go_on(app);
}

static void
wrong(struct ud_app *app)
{
    struct ud_lock_state *l = &app->lock;
    ud_msec delay = FIRST_DELAY << (app->tokens->tries > 0 ? app->tokens->tries - 1 : 0);

    ud_do_record(app, NULL, UD_EVENT_UNLOCK_FAILED);
    if (app->tokens->tries >= UD_TRIES_MAX) {
        ud_do(app, UD_DO_DESTROY_TOKENS);
        ud_session_over(app, _("The PIN or passphrase was wrong five times."), _("Start unlockdesk again and sign in."));
        return;
    }
    l->next_try = app->now + (delay < MOST_DELAY ? delay : MOST_DELAY);
    (void)snprintf(l->error, sizeof(l->error),
        ud_plural("Wrong. %u try is left.", "Wrong. %u tries are left.", UD_TRIES_MAX - app->tokens->tries),
        UD_TRIES_MAX - app->tokens->tries);
}

void
ud_lock_opened(struct ud_app *app, struct ud_job *job)
{
    struct ud_lock_state *l = &app->lock;

    l->working = false;
    l->tag = 0;
    if (!l->locked && !l->start)
        return;
    app->tokens->tries = job->tokens->tries;
    if (job->status == UD_OK) {
        ud_secret_free(&l->half);
        l->half = job->secret;
        job->secret = NULL;
        need_worker(app); /* the one from the first key press may have ended meanwhile */
        go_on(app);
    } else if (job->status == UD_DENIED) {
        wrong(app);
    } else {
        (void)ud_copy(l->error, sizeof(l->error), job->error.message);
    }
}

void
ud_lock_tick(struct ud_app *app)
{
    if (app->lock.locked && app->policy.locked_end > 0 && app->now - app->lock.since >= app->policy.locked_end)
        ud_session_over(app, _("The console was locked for too long."), _("Start unlockdesk again and sign in."));
}

ud_msec
ud_lock_deadline(const struct ud_app *app)
{
    return app->lock.locked && app->policy.locked_end > 0 ? app->lock.since + app->policy.locked_end : -1;
}
