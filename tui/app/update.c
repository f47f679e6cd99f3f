/* One event in, state and effects out. */
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static void
on_start(struct ud_app *app, const struct ud_event *e)
{
    app->width = e->width;
    app->height = e->height;
    app->last_key = app->now;
    app->session_start = app->now;
    app->screen = UD_SCREEN_DEVICES;
    if (app->config->self_service)
        ud_self_begin(app);
    if (!app->list_cached || app->self.on)
        ud_session_begin(app);
    ud_devices_layout(app);
}

/* Keys a text field takes before any command: everything printable, and what moves in it. */
static void
screen_key(struct ud_app *app, const struct ud_key_event *key)
{
    switch (app->screen) {
    case UD_SCREEN_PIN:
    case UD_SCREEN_SIGN_IN:
    case UD_SCREEN_NOTICE:
        ud_session_key(app, key);
        break;
    case UD_SCREEN_DEVICES:
        ud_devices_key(app, key);
        break;
    case UD_SCREEN_REASON:
        ud_form_key(app, key);
        break;
    case UD_SCREEN_KEY:
        ud_dictate_key(app, key);
        break;
    case UD_SCREEN_APPROVALS:
    case UD_SCREEN_APPROVAL:
        ud_approver_key(app, key);
        break;
    case UD_SCREEN_DEVICE:
        (void)ud_list_key(&app->device.list, key);
        break;
    case UD_SCREEN_NEW_KEY:
        (void)ud_list_key(&app->new_key_list, key);
        break;
    case UD_SCREEN_LOG:
        (void)ud_list_key(&app->log.list, key);
        break;
    case UD_SCREEN_REPORT:
        ud_report_key(app, key);
        break;
    case UD_SCREEN_BOARD:
        (void)ud_list_key(&app->board.list, key);
        break;
    case UD_SCREEN_STORE:
        ud_store_key(app, key);
        break;
    case UD_SCREEN_MISSING:
        ud_missing_key(app, key);
        break;
    case UD_SCREEN_BDE:
        ud_bde_key(app, key);
        break;
    default:
        break;
    }
}

static void
on_key(struct ud_app *app, const struct ud_event *e)
{
    const struct ud_command *c;

    if (e->key->code != UD_KEY_PASTE || ud_app_in_text(app))
        app->last_key = app->now;
    if (app->screen == UD_SCREEN_OVER) {
        app->quit = e->key->code == UD_KEY_ENTER || e->key->code == UD_KEY_ESC ||
                    (e->key->code == UD_KEY_TEXT && strchr("qQ", e->key->text[0]));
        return;
    }
    if (app->lock.locked || app->lock.start) {
        ud_lock_key(app, e->key);
        return;
    }
    if (app->warning) { /* the key only says that somebody is here */
        c = ud_command_for(app, e->key);
        if (c != NULL && strcmp(c->name, "app.lock") == 0)
            ud_command_run(app, c);
        else if (e->key->code != UD_KEY_PASTE)
            app->warning = false;
        return;
    }
    if (ud_overlay_key(app, e->key))
        return;
    c = ud_command_for(app, e->key);
    if (c != NULL)
        ud_command_run(app, c);
    else if (!app->self.on || !ud_self_key(app, e->key))
        screen_key(app, e->key);
}

static void
on_resize(struct ud_app *app, const struct ud_event *e)
{
    struct ud_call *c = ud_call_active(app);

    app->width = e->width;
    app->height = e->height;
    if (c != NULL)
        ud_call_cover(app, c, _("The window changed its size."));
    ud_devices_layout(app);
}

static void
on_job(struct ud_app *app, struct ud_job *job)
{
    switch (job->kind) {
    case UD_JOB_JOURNAL:
        (void)ud_reveal_journal(app, job);
        break;
    case UD_JOB_LOG:
        ud_log_read(app, job);
        break;
    case UD_JOB_SEARCH:
        ud_devices_found(app, job);
        break;
    case UD_JOB_DERIVE:
        ud_session_derived(app, job);
        break;
    case UD_JOB_UNLOCK:
        if (job->tag == app->lock.tag)
            ud_lock_opened(app, job);
        else if (job->tag == app->form.tag)
            ud_form_checked(app, job);
        break;
    case UD_JOB_SAVE_TOKENS:
        if (job->status != UD_OK)
            ud_say(app, UD_TONE_WARNING, "%s", job->error.message);
        break;
    case UD_JOB_SAVE_LIST:
        app->saving_list = false;
        break;
    }
}

static void
on_worker(struct ud_app *app, const struct ud_event *e)
{
    if (app->lock.locked)
        return; /* said before the lock; the one who asked is gone */
    if (ud_self_message(app, e) || ud_reveal_message(app, e) || ud_waiting_message(app, e) || ud_approver_message(app, e) ||
        ud_surge_message(app, e) || ud_device_message(app, e) || ud_lookup_message(app, e) || ud_new_key_message(app, e) ||
        ud_store_message(app, e) || ud_board_message(app, e) || ud_report_message(app, e) || ud_bde_message(app, e) ||
        ud_sync_message(app, e))
        return;
    (void)ud_session_message(app, e);
}

static void
on_signal(struct ud_app *app, enum ud_on on)
{
    switch (on) {
    case UD_ON_SUSPEND: {
        const struct ud_call *c = ud_call_active(app);
        if (app->self.on)
            return; /* what comes after a stop is a shell, and there is none for whoever is here */
        if ((c != NULL && c->visible) || app->pin.secret[0] == NULL || ud_secret_length(app->pin.secret[0]) > 0) {
            ud_say(app, UD_TONE_WARNING, "%s", _("Not while a key or a PIN is on the screen."));
            return;
        }
        if (!app->lock.locked && ud_app_signed_in(app))
            ud_lock_now(app, _("the console was suspended"));
        ud_do(app, UD_DO_SUSPEND);
        break;
    }
    case UD_ON_CONTINUE: /* stopped by somebody else: nobody knows who looked meanwhile */
        for (int i = 0; i < UD_CALLS; i++)
            ud_call_cover(app, &app->call[i], _("The console was stopped."));
        if (!app->lock.locked && ud_app_signed_in(app))
            ud_lock_now(app, _("the console was suspended"));
        ud_do(app, UD_DO_REDRAW);
        break;
    case UD_ON_STALLED:
        ud_lock_now(app, _("the terminal does not take any output"));
        break;
    default:
        for (int i = 0; i < UD_CALLS; i++) {
            ud_reveal_abandon(app, &app->call[i]);
            ud_call_drop_secrets(&app->call[i]);
        }
        ud_store_clear(app);
        if (app->session_recorded)
            ud_entry_detail(ud_do_record(app, NULL, UD_EVENT_END), on == UD_ON_HANGUP ? N_("terminal lost") : N_("terminated"));
        app->quit = true;
        break;
    }
}

static void
on_attack(struct ud_app *app)
{
    app->worker = false;
    ud_do(app, UD_DO_KILL_WORKER);
    ud_lock_worker_lost(app, _("The program that talks to the servers has ended."));
    ud_lock_now(app, _("the program that talks to the servers sent something that it never should"));
}

void
ud_app_update(struct ud_app *app, const struct ud_event *e)
{
    app->now = e->now;
    app->wall = e->wall;
    if (!app->lock.locked && !app->lock.start)
        ud_secret_free(&app->lock.half); /* the worker has it since the last update's effects */
    if (e->on != UD_ON_START)
        ud_app_tick(app); /* time asleep counts, whatever woke us */
    switch (e->on) {
    case UD_ON_START:
        on_start(app, e);
        break;
    case UD_ON_KEY:
        on_key(app, e);
        break;
    case UD_ON_RESIZE:
        on_resize(app, e);
        break;
    case UD_ON_TICK:
        break;
    case UD_ON_WORKER_NEW:
        ud_session_worker(app);
        break;
    case UD_ON_WORKER:
        on_worker(app, e);
        break;
    case UD_ON_WORKER_LOST:
        ud_session_lost(app, e->error);
        break;
    case UD_ON_ATTACK:
        on_attack(app);
        break;
    case UD_ON_JOB:
        on_job(app, e->job);
        break;
    case UD_ON_TMUX:
        ud_tmux_answer(app, e->finding);
        break;
    case UD_ON_APPROVED:
        break;
    default:
        on_signal(app, e->on);
        break;
    }
    ud_goal_step(app);
    ud_store_step(app);
    ud_call_cover_unseen(app);
    ud_devices_layout(app);
}
