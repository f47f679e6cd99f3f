/* What time does: idle warning and lock, the end of a session, covering, polling. All on CLOCK_BOOTTIME, compared at every wake-up. */
#include <stdio.h>

#include "app/screens.h"
#include "grid/i18n.h"

static void
earlier(ud_msec *at, ud_msec other)
{
    if (other >= 0 && (*at < 0 || other < *at))
        *at = other;
}

/* Where nobody has signed in yet there is nothing to lock but a list of names. Calls stay open while a source is signed in again. */
static bool
can_lock(const struct ud_app *app)
{
    if (app->self.on) /* a forgotten terminal must not stay open; while the code is good somebody may be busy with it */
        return app->screen != UD_SCREEN_OVER && (app->screen != UD_SCREEN_SIGN_IN || app->sign_in.step != UD_SIGN_IN_WAITING);
    return !app->lock.locked && app->screen != UD_SCREEN_OVER && !app->lock.start &&
           (ud_app_signed_in(app) || app->pin_chosen || app->screen != UD_SCREEN_SIGN_IN);
}

static bool
call_open(const struct ud_app *app)
{
    for (int i = 0; i < UD_CALLS; i++)
        if (app->call[i].phase > UD_CALL_FORM && app->call[i].phase != UD_CALL_ENDED)
            return true;
    return app->lock.box_length > 0;
}

static ud_msec
session_end(const struct ud_app *app)
{
    if (app->policy.session_max == 0 || !ud_app_signed_in(app))
        return -1;
    return app->session_start + app->policy.session_max + (call_open(app) ? app->policy.session_grace : 0);
}

static ud_msec
cover_at(const struct ud_app *app, const struct ud_call *c)
{
    return c->pressed + (c->whole ? app->policy.whole_cover : app->policy.group_cover);
}

static ud_msec
next_second(ud_msec end, ud_msec now)
{
    ud_msec left = end - now;

    return left <= 0 ? now : now + (left % 1000 == 0 ? 1000 : left % 1000);
}

ud_msec
ud_app_deadline(const struct ud_app *app)
{
    ud_msec at = -1;

    if (app->screen == UD_SCREEN_OVER)
        return ud_self_deadline(app); /* ud_app_tick does nothing else there: what is due stays due */
    if (can_lock(app)) {
        ud_msec lock = app->last_key + app->policy.idle_warn + app->policy.idle_countdown;
        earlier(&at, app->warning ? next_second(lock, app->now) : app->last_key + app->policy.idle_warn);
    }
    earlier(&at, session_end(app));
    earlier(&at, ud_self_deadline(app));
    for (int i = 0; i < UD_CALLS; i++) {
        const struct ud_call *c = &app->call[i];
        if (c->key != NULL)
            earlier(&at, c->got + app->policy.covered_max);
        if (c->visible)
            earlier(&at, next_second(cover_at(app, c), app->now));
    }
    earlier(&at, ud_lock_deadline(app));
    if (app->lock.locked)
        return at;
    if (app->devices.refresh_at != 0)
        earlier(&at, app->devices.refresh_at);
    if (app->screen == UD_SCREEN_SIGN_IN && app->sign_in.step == UD_SIGN_IN_WAITING && app->sign_in.expires > app->now)
        earlier(&at, next_second(app->sign_in.expires, app->now));
    earlier(&at, ud_new_key_deadline(app));
    earlier(&at, ud_store_deadline(app));
    earlier(&at, ud_waiting_deadline(app));
    earlier(&at, ud_approver_deadline(app));
    earlier(&at, ud_surge_deadline(app));
    earlier(&at, ud_board_deadline(app));
    earlier(&at, ud_tmux_deadline(app));
    return at;
}

static void
tick_calls(struct ud_app *app)
{
    for (int i = 0; i < UD_CALLS; i++) {
        struct ud_call *c = &app->call[i];
        if (c->visible && app->now >= cover_at(app, c))
            ud_call_cover(app, c, _("Covered because no key was pressed."));
        if (c->key != NULL && app->now >= c->got + app->policy.covered_max) {
            ud_call_drop_secrets(c);
            c->phase = UD_CALL_FETCH;
        }
    }
}

static void
tick_idle(struct ud_app *app)
{
    ud_msec idle = app->now - app->last_key;
    char reason[120];

    if (!can_lock(app))
        return;
    if (idle >= app->policy.idle_warn + app->policy.idle_countdown) {
        int minutes = (int)((app->policy.idle_warn + app->policy.idle_countdown) / 60000);
        (void)snprintf(reason, sizeof(reason),
            ud_plural("no key was pressed for %d minute", "no key was pressed for %d minutes", minutes), minutes);
        ud_lock_now(app, minutes > 0 ? reason : _("no key was pressed for a while"));
    } else {
        app->warning = idle >= app->policy.idle_warn;
    }
}

void
ud_app_tick(struct ud_app *app)
{
    ud_msec end = session_end(app);

    ud_self_tick(app);
    if (app->screen == UD_SCREEN_OVER)
        return;
    if (end >= 0 && app->now >= end) {
        ud_session_over(app, _("The session has reached its longest time."), _("Start unlockdesk again and sign in."));
        return;
    }
    ud_lock_tick(app);
    tick_calls(app);
    tick_idle(app);
    if (app->lock.locked)
        return;
    ud_tmux_tick(app);
    ud_new_key_tick(app);
    ud_store_tick(app);
    ud_waiting_tick(app);
    ud_approver_tick(app);
    ud_surge_tick(app);
    ud_board_tick(app);
    if (app->devices.refresh_at != 0 && app->now >= app->devices.refresh_at) {
        app->devices.refresh_at = 0;
        ud_devices_search(app);
    }
}
