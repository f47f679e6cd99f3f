/* tmux is a normal place to work, as long as exactly one terminal looks at our pane and nobody records it. Asked before a key is shown and every
 * second while it is; without an answer within 500 ms the key is covered. Training is no exception: what is practised is what will happen. */
#include <stdio.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define EVERY  ((ud_msec)1000)
#define ANSWER ((ud_msec)500)

static bool
needed(const struct ud_app *app)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;

    return app->tmux.inside && !app->lock.locked && c != NULL && app->screen == UD_SCREEN_KEY &&
           (c->phase == UD_CALL_KEY || c->phase == UD_CALL_RECORDING || c->phase == UD_CALL_ASKED || c->phase == UD_CALL_INTENT);
}

static void
not_fine(struct ud_app *app, const char *title, const char *why, const char *command)
{
    struct ud_tmux_state *t = &app->tmux;

    t->fine = false;
    (void)ud_copy(t->title, sizeof(t->title), title);
    (void)ud_copy(t->why, sizeof(t->why), why);
    (void)ud_copy(t->command, sizeof(t->command), command);
    for (int i = 0; i < UD_CALLS; i++)
        ud_call_cover(app, &app->call[i], title);
}

/* The key that came before the answer did. */
static void
show_waiting(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL || !c->awaits_tmux || c->phase != UD_CALL_KEY)
        return;
    c->awaits_tmux = false;
    c->visible = app->screen == UD_SCREEN_KEY && c->key != NULL && ud_call_blocked(app, c) == NULL;
    if (c->visible)
        c->covered_why[0] = '\0';
    c->pressed = app->now;
}

void
ud_tmux_ask(struct ud_app *app)
{
    struct ud_tmux_state *t = &app->tmux;

    if (!t->inside || t->waiting)
        return;
    t->waiting = true;
    t->asked = app->now;
    ud_do(app, UD_DO_WATCH);
}

void
ud_tmux_answer(struct ud_app *app, const struct ud_tmux_finding *f)
{
    struct ud_tmux_state *t = &app->tmux;
    char title[160];

    t->waiting = false;
    t->answered = app->now;
    if (f == NULL || !f->answered) {
        not_fine(app, _("tmux does not answer."), _("Without an answer nobody knows who is watching."), "");
    } else if (f->attached == 0) {
        not_fine(app, _("No terminal is attached."), "", "");
        if (ud_app_signed_in(app))
            ud_lock_now(app, _("no terminal was attached to the tmux session"));
    } else if (f->attached > 1 || f->viewing > 1) {
        (void)snprintf(title, sizeof(title), _("%d terminals are attached to this tmux session."), f->attached);
        not_fine(app, title, _("Somebody else may be looking at this pane."), "tmux detach-client -a");
    } else if (f->piped) {
        not_fine(
            app, _("This tmux pane is piped to a file or program."), _("What is shown would be kept there."), "tmux pipe-pane");
    } else if (f->synchronised) {
        not_fine(app, _("The panes of this window are synchronised."), _("What you type here is typed elsewhere too."),
            "tmux set-option -w synchronize-panes off");
    } else if (!f->alternate) {
        not_fine(app, _("This tmux window has no alternate screen."), _("What is shown would stay in its history."),
            "tmux set-option -w alternate-screen on");
    } else {
        struct ud_call *c = ud_call_active(app);
        if (!t->fine && app->screen == UD_SCREEN_KEY && t->title[0] != '\0' && c != NULL && c->phase == UD_CALL_KEY &&
            !c->awaits_tmux)
            ud_say(app, UD_TONE_GOOD, "%s", _("tmux is fine now. Enter shows the key."));
        t->fine = true;
        t->title[0] = t->why[0] = t->command[0] = '\0';
        show_waiting(app);
    }
}

void
ud_tmux_tick(struct ud_app *app)
{
    struct ud_tmux_state *t = &app->tmux;

    if (t->waiting && app->now >= t->asked + ANSWER) {
        t->waiting = false;
        t->answered = app->now;
        not_fine(app, _("tmux does not answer."), _("Without an answer nobody knows who is watching."), "");
    }
    if (needed(app) && !t->waiting && app->now >= t->asked + EVERY)
        ud_tmux_ask(app);
}

ud_msec
ud_tmux_deadline(const struct ud_app *app)
{
    const struct ud_tmux_state *t = &app->tmux;

    if (t->waiting)
        return t->asked + ANSWER;
    return needed(app) ? t->asked + EVERY : -1;
}
