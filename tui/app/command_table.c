/* The command table, and the small functions behind it; those of a screen stand beside the screen. */
#include "app/commands.h"

#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "domain/account.h"
#include "grid/i18n.h"

/* --- what commands do ---------------------------------------------------------------------------------------------------- */

static void
cmd_lock(struct ud_app *app)
{
    ud_lock_now(app, _("you locked it"));
}

static void
cmd_redraw(struct ud_app *app)
{
    ud_do(app, UD_DO_REDRAW);
}

static void
cmd_quit(struct ud_app *app)
{
    if (app->self.on) {
        ud_self_end(app);
        return;
    }
    ud_session_over(app, _("You have ended the session."), _("Start unlockdesk again and sign in."));
    app->quit = true;
}

static void
cmd_suspend(struct ud_app *app)
{
    if (ud_app_signed_in(app))
        ud_lock_now(app, _("the console was suspended"));
    ud_do(app, UD_DO_SUSPEND);
}

static void
cmd_switch(struct ud_app *app)
{
    app->devices.on_list = !app->devices.on_list;
    if (app->devices.on_list && app->devices.list.count == 0 && app->devices.lookup.count > 0)
        app->devices.hit = 0;
}

static void
cmd_clear_filter(struct ud_app *app)
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

static void
cmd_refresh(struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN) {
            app->source[i].error[0] = '\0';
            ud_sync_start(app, i);
        }
}

static void
cmd_back_to_devices(struct ud_app *app)
{
    ud_show(app, UD_SCREEN_DEVICES);
}

static const char *
refused_refresh(const struct ud_app *app)
{
    return ud_app_signed_in(app) ? NULL : _("Nobody is signed in.");
}

static void
cmd_form_next(struct ud_app *app)
{
    ud_form_move(app, 1);
}

static void
cmd_form_previous(struct ud_app *app)
{
    ud_form_move(app, -1);
}

static void
cmd_form_back(struct ud_app *app)
{
    ud_form_clear(app);
    ud_show(app, UD_SCREEN_DEVICE);
}

static void
cmd_next_group(struct ud_app *app)
{
    ud_dictate_move(app, 1);
}

static void
cmd_previous_group(struct ud_app *app)
{
    ud_dictate_move(app, -1);
}

static void
cmd_worked(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_WORKED);
}

static void
cmd_not_worked(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_DID_NOT_UNLOCK);
}

static void
cmd_gone(struct ud_app *app)
{
    ud_call_end(app, UD_OUTCOME_GONE);
}

static const struct ud_call *
active(const struct ud_app *app)
{
    return app->active >= 0 ? &app->call[app->active] : NULL;
}

static const char *
refused_outcome(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL)
        return _("No call is open.");
    return c->r.shown_at == UD_WALL_NONE ? _("No key was shown yet. Esc leaves.") : NULL;
}

static const char *
refused_group(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL || c->phase != UD_CALL_KEY)
        return _("The key is not here yet.");
    return c->visible ? NULL : _("The key is covered. Enter shows it again.");
}

static const char *
refused_show(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return c != NULL && c->phase == UD_CALL_KEY && c->visible ? _("The key is on the screen. Space: next group.") : NULL;
}

static const char *
refused_whole(const struct ud_app *app)
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
static void
cmd_call_1(struct ud_app *app)
{
    resume(app, 1);
}
static void
cmd_call_2(struct ud_app *app)
{
    resume(app, 2);
}
static void
cmd_call_3(struct ud_app *app)
{
    resume(app, 3);
}
static void
cmd_call_4(struct ud_app *app)
{
    resume(app, 4);
}

static void
cmd_copy_ticket(struct ud_app *app)
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

static const char *
refused_copy(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    if (c == NULL)
        return _("No call is open.");
    return ud_app_policy_of(app, c->r.dev.d.source)->copy_ticket ? NULL : _("The policy does not allow copying.");
}

static const char *
refused_next_key(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return c != NULL && ud_call_other_key(app, c) != NULL ? NULL : _("There is no other key of this volume.");
}

static void
cmd_new_keys(struct ud_app *app)
{
    app->unread = 0;
    ud_show(app, UD_SCREEN_NEW_KEY);
}

static const char *
refused_retry(const struct ud_app *app)
{
    size_t at = app->new_key_list.selected;

    return at < app->new_keys && app->new_key[at].step == UD_NEW_KEY_FAILED ? NULL
                                                                            : _("Only a failed one can be asked for again.");
}

static const char *
refused_confirm(const struct ud_app *app)
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
static const char *
refused_leave(const struct ud_app *app)
{
    const struct ud_call *c = active(app);

    return app->self.on && c != NULL && c->r.shown_at != UD_WALL_NONE
               ? _("Did the key unlock the computer? w: it worked. x: did not unlock.")
               : NULL;
}

static const char *
refused_again(const struct ud_app *app)
{
    if (app->self.out_tag != 0)
        return _("You are being signed out.");
    return app->self.worked ? _("The key worked. Enter ends.") : NULL;
}

static const char *
refused_end(const struct ud_app *app)
{
    return app->self.out_tag != 0 ? _("You are being signed out.") : NULL;
}

static const char *
refused_find(const struct ud_app *app)
{
    return app->self.find == UD_SELF_ASKING ? _("The key is being looked for.") : NULL;
}

static const char *
refused_quit(const struct ud_app *app)
{
    (void)app;
    return NULL;
}

static const char *
refused_send(const struct ud_app *app)
{
    return app->approver.writing ? NULL : _("a: grant. d: deny, with a note.");
}

static const char *
refused_get(const struct ud_app *app)
{
    return ud_device_get_refused(app);
}

static const char *
refused_store_send(const struct ud_app *app)
{
    if (app->store.step == UD_VIEW_STORE_SENDING)
        return _("It is being sent.");
    return app->store.step == UD_VIEW_STORE_STATE ? _("It was sent. Esc leaves.") : NULL;
}

static const char *
refused_store_field(const struct ud_app *app)
{
    return app->store.step == UD_VIEW_STORE_ENTRY ? NULL : _("There are no fields here.");
}

static const char *
refused_store_again(const struct ud_app *app)
{
    if (app->store.step == UD_VIEW_STORE_SENDING)
        return _("It is being sent.");
    return app->self.on ? NULL : ud_store_refused(app);
}

/* --- the table ------------------------------------------------------------------------------------------------------------- */

static const struct ud_command table[] = {
    { "devices.open", N_("open"), UD_AT(DEVICES), UD_HINT, "Enter", ud_devices_open, NULL },
    { "devices.switch", N_("filter or list"), UD_AT(DEVICES), UD_HINT, "Tab", cmd_switch, NULL },
    { "devices.clear", N_("clear the filter"), UD_AT(DEVICES), UD_HIDDEN, "Esc Left", cmd_clear_filter, NULL },
    { "devices.refresh", N_("load the list again"), UD_AT(DEVICES), 0, "r F5", cmd_refresh, refused_refresh },

    { "device.get-key", N_("get key"), UD_AT(DEVICE), UD_HINT, "Enter g", ud_form_open, refused_get },
    { "device.new-key", N_("ask for a new key"), UD_AT(DEVICE) | UD_AT(MISSING), UD_HINT | UD_ASKS, "n", ud_missing_new_key,
        ud_missing_new_key_refused },
    { "device.missing", N_("where the key may be"), UD_AT(DEVICE), UD_HINT, "w", ud_missing_open, ud_missing_refused },
    { "bde.open", N_("paste manage-bde's output"), UD_AT(DEVICE) | UD_AT(MISSING), 0, "b", ud_bde_open, NULL },
    { "missing.back", N_("back"), UD_AT(MISSING), UD_HINT, "Esc Left", ud_missing_back, NULL },
    { "bde.done", N_("that is all"), UD_AT(BDE), UD_HINT, "C-d", ud_bde_finish, ud_bde_finish_refused },
    { "bde.store", N_("store this key"), UD_AT(BDE), UD_HINT | UD_ASKS, "s", ud_bde_store, ud_bde_store_refused },
    { "bde.back", N_("leave and forget it"), UD_AT(BDE), UD_HINT, "Esc", ud_bde_back, NULL },
    { "device.refresh", N_("fetch the keys again"), UD_AT(DEVICE), 0, "r F5", ud_device_fetch, refused_refresh },
    { "device.store-key", N_("store a recovery key"), UD_AT(DEVICE), UD_HINT, "s", ud_store_open_device, ud_store_refused },
    { "device.ask-store", N_("ask the user to store it"), UD_AT(DEVICE), UD_HINT, "u", ud_store_open_ask, ud_store_ask_refused },
    { "device.back", N_("back to the devices"), UD_AT(DEVICE), UD_HINT, "Esc Left", cmd_back_to_devices, NULL },

    { "reason.send", N_("get key, and record this"), UD_AT(REASON), UD_HINT | UD_DELIBERATE, "Enter", ud_form_submit, NULL },
    { "reason.next", N_("next field"), UD_AT(REASON), UD_HINT | UD_HIDDEN, "Tab Down", cmd_form_next, NULL },
    { "reason.previous", N_("field before"), UD_AT(REASON), UD_HIDDEN, "Shift-Tab Up", cmd_form_previous, NULL },
    { "reason.back", N_("back"), UD_AT(REASON), UD_HINT, "Esc", cmd_form_back, NULL },

    { "key.next", N_("next group"), UD_AT(KEY), UD_HINT | UD_SELF, "Space Right Down", cmd_next_group, refused_group },
    { "key.previous", N_("group before"), UD_AT(KEY), UD_SELF, "Left Up", cmd_previous_group, refused_group },
    { "key.show", N_("show it again"), UD_AT(KEY), UD_HINT | UD_SELF, "Enter", ud_call_show, refused_show },
    { "key.read-back", N_("read back"), UD_AT(KEY), UD_HINT, "r", ud_dictate_read, ud_dictate_read_refused },
    { "key.worked", N_("it worked"), UD_AT(KEY), UD_HINT | UD_SELF, "w", cmd_worked, refused_outcome },
    { "key.not-unlocked", N_("did not unlock"), UD_AT(KEY), UD_HINT | UD_SELF, "x", cmd_not_worked, refused_outcome },
    { "call.hold", N_("hold"), UD_AT(KEY) | UD_AT(TICKET) | UD_AT(WAITING), UD_HINT, "h", ud_call_hold, NULL },
    { "key.gone", N_("caller gone"), UD_AT(KEY), UD_HINT, "g", cmd_gone, refused_outcome },
    { "key.whole", N_("whole key"), UD_AT(KEY), UD_HINT | UD_ASKS | UD_SELF, "f", ud_call_whole, refused_whole },
    { "call.leave", N_("leave the call"), UD_AT(KEY), UD_HIDDEN | UD_SELF | UD_SELF_HINT, "Esc", ud_call_leave, refused_leave },

    { "approval.get", N_("get key, or ask again"), UD_AT(WAITING), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_waiting_go,
        ud_waiting_go_refused },
    { "approval.withdraw", N_("withdraw the request"), UD_AT(WAITING), UD_HINT | UD_SELF, "Esc", ud_waiting_withdraw, NULL },
    { "approvals.open", N_("details"), UD_AT(APPROVALS), UD_HINT, "Enter", ud_approver_open, ud_approver_refused_open },
    { "approvals.grant", N_("grant"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT | UD_ASKS | UD_DELIBERATE, "a",
        ud_approver_grant, ud_approver_refused_decide },
    { "approvals.deny", N_("deny, with a note"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT, "d", ud_approver_deny,
        ud_approver_refused_decide },
    { "approvals.send", N_("deny with this note"), UD_AT(APPROVAL), UD_HINT | UD_DELIBERATE, "Enter", ud_approver_deny,
        refused_send },
    { "approvals.back", N_("back"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT, "Esc Left", ud_approver_back, NULL },

    { "ticket.done", N_("done"), UD_AT(TICKET), UD_HINT, "Enter Esc", ud_call_close, NULL },
    { "ticket.copy", N_("copy these lines"), UD_AT(TICKET), UD_HINT, "y", cmd_copy_ticket, refused_copy },
    { "ticket.next-key", N_("get the next key of this volume"), UD_AT(TICKET), UD_HINT | UD_DELIBERATE, "n", ud_call_next_key,
        refused_next_key },

    { "call.1", N_("bring back call 1"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "1",
        cmd_call_1, NULL },
    { "call.2", N_("bring back call 2"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "2",
        cmd_call_2, NULL },
    { "call.3", N_("bring back call 3"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "3",
        cmd_call_3, NULL },
    { "call.4", N_("bring back call 4"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "4",
        cmd_call_4, NULL },

    { "store.send", N_("send"), UD_AT(STORE), UD_HINT | UD_SELF, "Enter", ud_store_submit, refused_store_send },
    { "store.other-field", N_("other field"), UD_AT(STORE), UD_HINT | UD_HIDDEN | UD_SELF, "Tab Shift-Tab Up Down",
        ud_store_other_field, refused_store_field },
    { "store.again", N_("type it again"), UD_AT(STORE), UD_HINT | UD_SELF, "s", ud_store_again, refused_store_again },
    { "store.back", N_("back"), UD_AT(STORE), UD_HINT | UD_SELF, "Esc", ud_store_leave, NULL },
    { "self.store", N_("store a Mac's recovery key"), UD_AT(SELF_ID) | UD_AT(SELF_DEVICE), UD_SELF | UD_SELF_HINT, "F5",
        ud_store_open_own, ud_store_own_refused },
    { "self.next-mac", N_("another Mac of yours"), UD_AT(STORE), UD_HIDDEN | UD_SELF, "F5", ud_store_open_own,
        ud_store_own_refused },

    { "board.open", N_("open the device"), UD_AT(BOARD), UD_HINT, "Enter", ud_board_open_device, ud_board_open_refused },
    { "board.new-key", N_("ask for a new key"), UD_AT(BOARD), UD_HINT | UD_ASKS, "n", ud_board_ask, ud_board_ask_refused },
    { "board.refresh", N_("load it again"), UD_AT(BOARD), 0, "r F5", ud_board_refresh, refused_refresh },

    { "new-key.retry", N_("ask again"), UD_AT(NEW_KEY), UD_HINT, "a", ud_new_key_retry, refused_retry },
    { "new-key.back", N_("back to the devices"), UD_AT(NEW_KEY) | UD_AT(LOG) | UD_AT(BOARD), UD_HINT, "Esc Left",
        cmd_back_to_devices, NULL },

    { "sign-in.confirm", N_("go on"), UD_AT(SIGN_IN), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_session_confirm,
        refused_confirm },
    { "sign-in.leave", N_("leave, or not me"), UD_AT(SIGN_IN), UD_HINT | UD_SELF, "Esc", ud_session_refuse, NULL },
    { "notice.accept", N_("accept"), UD_AT(NOTICE), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_session_accept_notice, NULL },
    { "notice.refuse", N_("refuse and leave"), UD_AT(NOTICE), UD_HINT | UD_ASKS | UD_SELF, "Esc", cmd_quit, NULL },

    { "self.find", N_("go on"), UD_AT(SELF_ID), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_self_find, refused_find },
    { "self.no-id", N_("no such ID on the screen"), UD_AT(SELF_ID), UD_HINT | UD_SELF, "Tab", ud_self_no_id, refused_find },
    { "self.leave", N_("leave"), UD_AT(SELF_ID), UD_HINT | UD_ASKS | UD_SELF, "Esc", ud_self_end, NULL },
    { "self.get-key", N_("get key"), UD_AT(SELF_REASON), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_self_get, NULL },
    { "self.back", N_("back"), UD_AT(SELF_DEVICE) | UD_AT(SELF_REASON), UD_HINT | UD_SELF, "Esc Left", ud_self_back, NULL },
    { "self.again", N_("try again with the ID"), UD_AT(SELF_NEXT), UD_HINT | UD_DELIBERATE | UD_SELF, "a", ud_self_again,
        refused_again },
    { "self.end", N_("end"), UD_AT(SELF_NEXT), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter Esc", ud_self_end, refused_end },

    { "app.new-keys", N_("new keys"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(LOG), UD_HINT, "F3 k", cmd_new_keys,
        NULL },
    { "app.approvals", N_("requests for approval"),
        UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY) | UD_AT(LOG) | UD_AT(KEY) | UD_AT(WAITING), UD_HINT, "F6",
        ud_approver_open_list, ud_approver_refused_list },
    { "app.board", N_("keys to be replaced"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY) | UD_AT(LOG), 0,
        "F7", ud_board_open, refused_refresh },
    { "app.log", N_("activity log"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY), 0, "F4", ud_log_open,
        NULL },
    { "app.help", N_("help"), UD_AT_WORK, UD_HINT, "F1 ?", ud_overlay_help, NULL },
    { "app.palette", N_("all commands"), UD_AT_WORK, 0, "C-p :", ud_overlay_palette, NULL },
    { "app.lock", N_("lock"), UD_AT_WORK, 0, "C-l F10", cmd_lock, NULL },
    { "app.redraw", N_("draw the screen again"), UD_AT_WORK, 0, "C-r", cmd_redraw, NULL },
    { "app.suspend", N_("suspend (locks)"), UD_AT_WORK & ~(UD_AT(KEY) | UD_AT(PIN)), 0, "C-z", cmd_suspend, NULL },
    { "app.quit", N_("end unlockdesk"), UD_AT_WORK, UD_ASKS, "C-q", cmd_quit, refused_quit },
};
#define COUNT (sizeof(table) / sizeof(table[0]))
_Static_assert(COUNT <= UD_KEYMAP_COMMANDS, "the keymap has room for every command");

const struct ud_command *
ud_commands(size_t *count)
{
    *count = COUNT;
    return table;
}
