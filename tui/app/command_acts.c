/* What commands do, and why they cannot run now: the small ones; those of a screen stand beside it. */
#include "app/command_acts.h"

#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "domain/account.h"
#include "grid/i18n.h"

void
ud_cmd_lock(struct ud_app *app)
{
    ud_lock_now(app, _("you locked it"));
}

void
ud_cmd_redraw(struct ud_app *app)
{
    ud_do(app, UD_DO_REDRAW);
}

void
ud_cmd_quit(struct ud_app *app)
{
    if (app->self.on) {
        ud_self_end(app);
        return;
    }
    ud_session_over(app, _("You have ended the session."), _("Start unlockdesk again and sign in."));
    app->quit = true;
}

void
ud_cmd_suspend(struct ud_app *app)
{
    if (ud_app_signed_in(app))
        ud_lock_now(app, _("the console was suspended"));
    ud_do(app, UD_DO_SUSPEND);
}

void
ud_cmd_switch(struct ud_app *app)
{
    app->devices.on_list = !app->devices.on_list;
    if (app->devices.on_list && app->devices.list.count == 0 && app->devices.lookup.count > 0)
        app->devices.hit = 0;
}

void
ud_cmd_clear_filter(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;

    if (v->on_list)
        v->on_list = false;
    else if (!ud_line_empty(&v->filter)) {
        ud_devices_clear(app);
        ud_devices_search(app);
    } else
        ud_say(app, UD_TONE_PLAIN, "%s", _("Ctrl-Q ends unlockdesk."));
    ud_lookup_update(app);
}

void
ud_cmd_refresh(struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN) {
            app->source[i].error[0] = '\0';
            ud_sync_start(app, i);
        }
}

void
ud_cmd_back_to_devices(struct ud_app *app)
{
    ud_show(app, UD_SCREEN_DEVICES);
}

const char *
ud_refused_refresh(const struct ud_app *app)
{
    return ud_app_signed_in(app) ? NULL : _("Nobody is signed in.");
}

void
ud_cmd_form_next(struct ud_app *app)
{
    ud_form_move(app, 1);
}

void
ud_cmd_form_previous(struct ud_app *app)
{
    ud_form_move(app, -1);
}

void
ud_cmd_form_back(struct ud_app *app)
{
    ud_form_clear(app);
    ud_show(app, UD_SCREEN_DEVICE);
}

void
ud_cmd_next_group(struct ud_app *app)
{
    ud_dictate_move(app, 1);
}

void
ud_cmd_previous_group(struct ud_app *app)
{
    ud_dictate_move(app, -1);
}

void
ud_cmd_worked(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_WORKED);
}

void
ud_cmd_not_worked(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_DID_NOT_UNLOCK);
}

void
ud_cmd_gone(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_GONE);
}

static const struct ud_call *
active(const struct ud_app *app)
{
    return app->active >= 0 ? &app->call[app->active] : NULL;
}

const char *
ud_refused_outcome(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL)
        return _("No call is open.");
    return c->r.shown_at == UD_WALL_NONE ? _("No key was shown yet. Esc leaves.") : NULL;
}

const char *
ud_refused_group(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL || c->phase != UD_CALL_KEY)
        return _("The key is not here yet.");
    return c->visible ? NULL : _("The key is covered. Enter shows it again.");
}

const char *
ud_refused_show(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return c != NULL && c->phase == UD_CALL_KEY && c->visible ? _("The key is on the screen. Space: next group.") : NULL;
}

const char *
ud_refused_whole(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL || c->phase != UD_CALL_KEY)
        return _("The key is not here yet.");
    if (c->whole && c->visible)
        return _("The whole key is shown already.");
    if (app->policy.whole_cover <= 0)
        return _("The policy does not allow the whole key to be shown.");
    if (app->tmux.inside || (app->recorder_screen && !ud_app_training(app)))
        return _("In tmux or screen only one group at a time is shown.");
    return ud_call_blocked(app, c);
}

static void
resume(struct ud_app *app, unsigned n)
{
    ud_call_resume(app, n);
}
void
ud_cmd_call_1(struct ud_app *app)
{
    resume(app, 1);
}
void
ud_cmd_call_2(struct ud_app *app)
{
    resume(app, 2);
}
void
ud_cmd_call_3(struct ud_app *app)
{
    resume(app, 3);
}
void
ud_cmd_call_4(struct ud_app *app)
{
    resume(app, 4);
}

void
ud_cmd_copy_ticket(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);
    struct ud_view_ticket model;
    char text[UD_TICKET_LINES][UD_TICKET_LINE_MAX];
    struct ud_effect *e;
    struct ud_buf b;

    ud_call_ticket_model(app, c, &model);
    ud_view_ticket_text(text, &model);
    ud_buf_init(&b, 4096);
    for (int i = 0; i < UD_TICKET_LINES; i++)
        ud_buf_format(&b, "%s\n", text[i]);
    e = ud_do(app, UD_DO_CLIPBOARD);
    e->text = ud_xstrdup(b.data != NULL ? b.data : "");
    ud_buf_free(&b);
    ud_entry_device(ud_do_record(app, NULL, UD_EVENT_COPIED), &c->r.dev.d);
    c->copied = true;
    ud_say(app, UD_TONE_PLAIN, "%s", _("Sent to your terminal."));
}

const char *
ud_refused_copy(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL)
        return _("No call is open.");
    return ud_app_policy_of(app, c->r.dev.d.source)->copy_ticket ? NULL : _("The policy does not allow copying.");
}

const char *
ud_refused_next_key(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return c != NULL && ud_call_other_key(app, c) != NULL ? NULL : _("There is no other key of this volume.");
}

void
ud_cmd_new_keys(struct ud_app *app)
{
    app->unread = 0;
    ud_show(app, UD_SCREEN_NEW_KEY);
}

const char *
ud_refused_retry(const struct ud_app *app)
{
    size_t at = app->new_key_list.selected;

    return at < app->new_keys && app->new_key[at].step == UD_NEW_KEY_FAILED ? NULL
                                                                            : _("Only a failed one can be asked for again.");
}

const char *
ud_refused_confirm(const struct ud_app *app)
{
    switch (app->sign_in.step) {
    case UD_SIGN_IN_STARTING:
        return _("The code is still being asked for.");
    case UD_SIGN_IN_WAITING:
        return app->config->demo ? NULL : _("Waiting for your approval in the browser.");
    default:
        return NULL;
    }
}

/* Who has seen the key says what became of it; a call of the desk can be held instead. */
const char *
ud_refused_leave(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return app->self.on && c != NULL && c->r.shown_at != UD_WALL_NONE
               ? _("Did the key unlock the computer? w: it worked. x: did not unlock.")
               : NULL;
}

const char *
ud_refused_again(const struct ud_app *app)
{
    if (app->self.out_tag != 0)
        return _("You are being signed out.");
    return app->self.worked ? _("The key worked. Enter ends.") : NULL;
}

const char *
ud_refused_end(const struct ud_app *app)
{
    return app->self.out_tag != 0 ? _("You are being signed out.") : NULL;
}

const char *
ud_refused_find(const struct ud_app *app)
{
    return app->self.find == UD_SELF_ASKING ? _("The key is being looked for.") : NULL;
}

const char *
ud_refused_quit(const struct ud_app *app)
{
    (void)app;
    return NULL;
}

const char *
ud_refused_send(const struct ud_app *app)
{
    return app->approver.writing ? NULL : _("a: grant. d: deny, with a note.");
}

const char *
ud_refused_get(const struct ud_app *app)
{
    return ud_device_get_refused(app);
}

const char *
ud_refused_store_send(const struct ud_app *app)
{
    if (app->store.step == UD_VIEW_STORE_SENDING)
        return _("It is being sent.");
    return app->store.step == UD_VIEW_STORE_STATE ? _("It was sent. Esc leaves.") : NULL;
}

const char *
ud_refused_store_field(const struct ud_app *app)
{
    return app->store.step == UD_VIEW_STORE_ENTRY ? NULL : _("There are no fields here.");
}

const char *
ud_refused_store_again(const struct ud_app *app)
{
    if (app->store.step == UD_VIEW_STORE_SENDING)
        return _("It is being sent.");
    return app->self.on ? NULL : ud_store_refused(app);
}
