/* Calls: opened by the reason form, held and brought back, ended with an outcome. A covered key stays in its guarded block until the
 * call ends, the console locks, or it is too old. */
#include <stdio.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

struct ud_call *
ud_call_active(struct ud_app *app)
{
    return app->active >= 0 ? &app->call[app->active] : NULL;
}

void
ud_call_drop_secrets(struct ud_call *c)
{
    ud_secret_free(&c->key);
    ud_secret_free(&c->typed);
    ud_secret_free(&c->one_time);
    c->visible = c->whole = c->wanted = c->awaits_tmux = false;
    c->typed_count = 0;
}

/* The FORM's slot, or a free one; NULL where four calls are open. */
static struct ud_call *
free_slot(struct ud_app *app, int *index)
{
    for (int i = 0; i < UD_CALLS; i++)
        if (app->call[i].phase == UD_CALL_NONE) {
            *index = i;
            return &app->call[i];
        }
    return NULL;
}

void
ud_call_open(struct ud_app *app, const struct ud_dev *dev, const struct ud_key *key, const struct ud_disclosure *why)
{
    int index;
    struct ud_call *c = free_slot(app, &index);

    if (c == NULL) {
        ud_say(app, UD_TONE_WARNING, "%s", _("Four calls are open. End one first."));
        return;
    }
    explicit_bzero(c, sizeof(*c));
    ud_dev_copy(&c->r.dev, dev);
    c->r.key = *key;
    c->r.why = *why;
    c->r.shown_at = UD_WALL_NONE;
    app->active = index;
    ud_show(app, UD_SCREEN_KEY);
    ud_reveal_start(app, c);
}

static void
record_of(struct ud_entry *e, const struct ud_app *app, const struct ud_call *c)
{
    ud_entry_device(e, &c->r.dev.d);
    ud_entry_key(e, &c->r.key);
    ud_entry_why(e, &c->r.why);
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[c->r.dev.d.source]);
    ud_guid_format(e->request, &c->r.request);
    (void)ud_copy(e->server_request, sizeof(e->server_request), c->server_request);
}

void
ud_call_cover(struct ud_app *app, struct ud_call *c, const char *why)
{
    bool pending = c->shown_recording || c->awaits_tmux;

    c->shown_recording = c->whole_recording = c->awaits_tmux = false; /* a line that becomes durable now shows nothing any more */
    if (pending && !c->visible)
        (void)ud_copy(c->covered_why, sizeof(c->covered_why), why);
    if (!c->visible)
        return;
    c->visible = c->whole = c->reading = false;
    c->typed_count = 0;
    explicit_bzero(c->mark, sizeof(c->mark));
    if (c->typed != NULL)
        ud_secret_wipe(c->typed);
    (void)ud_copy(c->covered_why, sizeof(c->covered_why), why);
    record_of(ud_do_record(app, NULL, UD_EVENT_COVERED), app, c);
}

void
ud_call_cover_unseen(struct ud_app *app)
{
    for (int i = 0; i < UD_CALLS; i++)
        if (app->call[i].visible && (i != app->active || app->screen != UD_SCREEN_KEY))
            ud_call_cover(app, &app->call[i], _("Another screen came in front."));
}

void
ud_call_hold(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL)
        return;
    c->wanted = false;
    ud_call_cover(app, c, _("The call was held."));
    app->active = -1;
    ud_devices_clear(app);
    ud_devices_search(app);
    app->devices.on_list = false; /* whoever is on the other line is looked for next */
    ud_show(app, UD_SCREEN_DEVICES);
    ud_say(app, UD_TONE_PLAIN, _("Call %d is held. Tab and its number bring it back."), (int)(c - app->call) + 1);
}

void
ud_call_resume(struct ud_app *app, unsigned number)
{
    struct ud_call *c;

    if (number < 1 || number > UD_CALLS || app->call[number - 1].phase <= UD_CALL_FORM) {
        ud_say(app, UD_TONE_PLAIN, _("There is no call %u."), number);
        return;
    }
    c = ud_call_active(app);
    if (c != NULL)
        ud_call_cover(app, c, _("Another call was brought back."));
    app->active = (int)number - 1;
    c = &app->call[app->active];
    ud_show(app, c->phase == UD_CALL_ENDED ? UD_SCREEN_TICKET : c->phase == UD_CALL_APPROVAL ? UD_SCREEN_WAITING : UD_SCREEN_KEY);
    ud_tmux_ask(app);
}

static const char *
outcome_name(enum ud_outcome outcome)
{
    return outcome == UD_OUTCOME_WORKED ? "worked" : outcome == UD_OUTCOME_DID_NOT_UNLOCK ? "did-not-unlock" : "gone";
}

void
ud_call_end(struct ud_app *app, enum ud_outcome outcome)
{
    struct ud_call *c = ud_call_active(app);
    const struct ud_policy *p;
    struct ud_request *r;
    struct ud_entry *e;

    if (c == NULL)
        return;
    ud_call_cover(app, c, "");
    ud_reveal_abandon(app, c);
    e = ud_do_record(app, NULL, UD_EVENT_OUTCOME);
    record_of(e, app, c);
    (void)ud_copy(e->outcome, sizeof(e->outcome), outcome_name(outcome));
    if (app->worker && c->r.shown_at != UD_WALL_NONE) {
        r = ud_ask(app, NULL, UD_MSG_OUTCOME, c->r.dev.d.source);
        r->u.request = c->r.request;
        (void)ud_copy(r->text, sizeof(r->text), outcome_name(outcome));
    }
    ud_call_drop_secrets(c);
    c->r.outcome = outcome;
    c->r.ended = true;
    c->phase = UD_CALL_ENDED;
    if (c->r.tried_count < UD_DEVICE_KEYS)
        c->r.tried[c->r.tried_count++] = c->r.key.id;
    p = ud_app_policy_of(app, c->r.dev.d.source);
    if (c->r.shown_at != UD_WALL_NONE &&
        ((outcome == UD_OUTCOME_WORKED && p->rotate_after_disclosure) || app->recorder[0] != '\0')) {
        ud_new_key_ask(app, &c->r.dev, &c->r.key, &c->r.why);
        c->r.rotated = true;
    }
    app->self.worked = outcome == UD_OUTCOME_WORKED;
    ud_show(app, app->self.on ? UD_SCREEN_SELF_NEXT : UD_SCREEN_TICKET);
}

void
ud_call_close(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c != NULL) {
        ud_reveal_abandon(app, c);
        ud_call_drop_secrets(c);
        explicit_bzero(c, sizeof(*c));
    }
    app->active = -1;
    app->quit = app->config->goal.wanted; /* it was started for this key */
    ud_devices_clear(app);
    ud_devices_search(app);
    ud_show(app, UD_SCREEN_DEVICES);
    ud_board_refresh(app); /* what was shown now waits to be replaced */
}

/* Leaving a call that has shown nothing ends it; any other is held. */
void
ud_call_leave(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (ud_dictate_stop(app))
        return;
    if (c != NULL && c->r.shown_at == UD_WALL_NONE && c->phase != UD_CALL_KEY && c->r.tried_count == 0) {
        ud_reveal_abandon(app, c);
        ud_call_drop_secrets(c);
        explicit_bzero(c, sizeof(*c));
        app->active = -1;
        ud_show(app, app->self.on ? UD_SCREEN_SELF_REASON : UD_SCREEN_DEVICE);
        return;
    }
    ud_call_hold(app);
}

static bool
was_tried(const struct ud_call *c, const struct ud_guid *id)
{
    for (size_t i = 0; i < c->r.tried_count; i++)
        if (ud_guid_compare(&c->r.tried[i], id) == 0)
            return true;
    return false;
}

const struct ud_key *
ud_call_other_key(const struct ud_app *app, const struct ud_call *c)
{
    const struct ud_device_state *v = &app->device;

    if (ud_guid_compare(&v->dev.d.id, &c->r.dev.d.id) != 0)
        return NULL;
    for (size_t i = 0; i < v->count; i++)
        if (v->key[i].volume == c->r.key.volume && v->key[i].kind == c->r.key.kind && !ud_guid_is_zero(&v->key[i].id) &&
            !was_tried(c, &v->key[i].id))
            return &v->key[i];
    return NULL;
}

void
ud_call_next_key(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);
    const struct ud_key *k = c != NULL ? ud_call_other_key(app, c) : NULL;

    if (k == NULL)
        return;
    c->r.key = *k;
    c->r.approval = (struct ud_call_approval){ .state = UD_APPROVAL_NONE }; /* another key needs its own */
    c->r.group = c->r.groups = 0;
    c->r.ended = c->copied = false;
    c->r.receipt[0] = '\0';
    c->r.shown_at = UD_WALL_NONE;
    ud_show(app, UD_SCREEN_KEY);
    ud_reveal_start(app, c);
}

void
ud_call_show(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL)
        return;
    if (c->phase == UD_CALL_FETCH) {
        ud_reveal_start(app, c);
        return;
    }
    if (c->phase != UD_CALL_KEY || c->visible || c->shown_recording)
        return;
    if (ud_call_blocked(app, c) != NULL) {
        ud_say(app, UD_TONE_WARNING, "%s", ud_call_blocked(app, c));
        ud_tmux_ask(app);
        return;
    }
    c->shown_recording = true;
    c->whole = false;
    record_of(ud_do_record(app, &c->tag, UD_EVENT_SHOWN), app, c);
    ud_tmux_ask(app);
}

void
ud_call_whole(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL || c->phase != UD_CALL_KEY || c->shown_recording)
        return;
    c->shown_recording = c->whole_recording = true;
    record_of(ud_do_record(app, &c->tag, UD_EVENT_WHOLE), app, c);
}

const char *
ud_call_blocked(const struct ud_app *app, const struct ud_call *c)
{
    (void)c;
    if (app->width < UD_VIEW_KEY_WIDTH || app->height < UD_VIEW_KEY_HEIGHT)
        return _("The window is too small to show a key: 60 columns and 18 rows are needed.");
    if (!app->alternate_screen)
        return _("This terminal has no second screen, so a shown key would stay in its scrollback.");
    if (app->config->present)
        return _("In presentation mode no keys are shown.");
    if (app->tmux.inside && !app->tmux.fine)
        return app->tmux.title[0] ? app->tmux.title : _("tmux has not answered yet.");
    if (ud_app_training(app))
        return NULL; /* the rest only warns */
    if (app->recorder_screen && app->config->profile == UD_PROFILE_JUMPHOST)
        return _("GNU screen keeps what it shows. Leave it, then start unlockdesk again.");
    if (app->recorder[0] != '\0' && !app->recorder_screen && !app->config->allow_recorder && !app->policy.allow_recorder)
        return _("This session is being recorded, so no key is shown.");
    return NULL;
}

struct ud_secret *
ud_app_paint(const struct ud_app *app, size_t *offset, size_t *length, int *wrong, bool *whole)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;

    *wrong = -1;
    if (c == NULL || app->lock.locked || app->screen != UD_SCREEN_KEY || app->overlay != UD_OVERLAY_NONE || app->warning)
        return NULL;
    if (c->phase != UD_CALL_KEY || c->key == NULL || !c->visible || !c->intent_durable || !c->disclosed_durable)
        return NULL;
    if (ud_call_blocked(app, c) != NULL)
        return NULL;
    for (int i = 0; i < UD_VIEW_GROUP_MAX; i++)
        if (c->mark[i] == UD_DIGIT_WRONG && *wrong < 0)
            *wrong = i;
    *whole = c->whole;
    *offset = *length = 0;
    if (!c->whole && !ud_recovery_group(c->r.key.kind, ud_secret_length(c->key), c->r.group, offset, length))
        return NULL;
    return c->key;
}

void
ud_call_ticket_model(const struct ud_app *app, const struct ud_call *c, struct ud_view_ticket *out)
{
    const struct ud_policy *p = ud_app_policy_of(app, c->r.dev.d.source);
    const struct ud_reason *reason = ud_policy_reason(p, c->r.why.reason);

    *out = (struct ud_view_ticket){
        .outcome = c->r.outcome,
        .shown_at = c->r.shown_at,
        .key = c->r.key,
        .device = c->r.dev.name,
        .serial = c->r.dev.serial,
        .user = c->r.dev.user,
        .reason = reason != NULL ? ud_translate(reason->text) : c->r.why.reason,
        .ticket = c->r.why.ticket,
        .caller = c->r.why.caller,
        .verified = c->r.why.verified,
        .operator_label = ud_app_operator(app),
        .receipt = c->r.receipt,
        .training = ud_app_training(app),
        .new_key_asked = c->r.rotated,
        .copied = c->copied,
        .copy_allowed = p->copy_ticket,
    };
}
