/* A call that waits for a second person. The service is asked once and then answers when something happens; nothing is polled. The wait survives
 * hold, cover, lock and the loss of the worker: it is one request, by its id, however often it is sent. */
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define WAIT_MS  30000
#define TRY_NEXT ((ud_msec)5000)

bool
ud_waiting_needed(const struct ud_app *app, const struct ud_call *c)
{
    uint8_t source = c->r.dev.d.source;
    bool staff = ud_app_role(app, source) != UD_DESK_USER;

    return c->r.approval.state != UD_APPROVAL_GRANTED &&
           ud_policy_needs_approval(ud_app_policy_of(app, source), c->r.why.reason, c->r.dev.d.ownership, staff);
}

static void
record(struct ud_app *app, const struct ud_call *c, const char *outcome)
{
    struct ud_entry *e = ud_do_record(app, NULL, UD_EVENT_APPROVAL);

    ud_entry_device(e, &c->r.dev.d);
    ud_entry_key(e, &c->r.key);
    e->why = c->r.why;
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[c->r.dev.d.source]);
    (void)ud_copy(e->outcome, sizeof(e->outcome), outcome);
    ud_guid_format(e->request, &c->r.approval.request);
    if (c->r.approval.approver[0] != '\0')
        ud_entry_detail(e, c->r.approval.approver);
}

void
ud_waiting_begin(struct ud_app *app, struct ud_call *c)
{
    ud_call_drop_secrets(c);
    c->r.approval = (struct ud_call_approval){ .state = UD_APPROVAL_NONE };
    ud_guid_random(&c->r.approval.request);
    c->phase = UD_CALL_APPROVAL;
    c->approval_tag = 0;
    c->approval_until = c->approval_next = 0;
    c->error[0] = c->hint[0] = '\0';
    record(app, c, "asked");
    if (app->active == (int)(c - app->call))
        ud_show(app, UD_SCREEN_WAITING);
    ud_waiting_tick(app);
}

void
ud_waiting_refused(struct ud_app *app, struct ud_call *c, const char *message)
{
    c->phase = UD_CALL_APPROVAL;
    c->tag = 0;
    c->r.approval.state = UD_APPROVAL_EXPIRED;
    (void)ud_copy(c->error, sizeof(c->error), message);
    if (app->active == (int)(c - app->call))
        ud_show(app, UD_SCREEN_WAITING);
}

/* --- what the service says ------------------------------------------------------------------------------------------- */

/* Somebody is at another screen: the bar and the message line say that something has happened. */
static void
tell(struct ud_app *app, const struct ud_call *c)
{
    int number = (int)(c - app->call);

    if (app->active == number && app->screen == UD_SCREEN_WAITING)
        return;
    app->unread++;
    if (c->r.approval.state == UD_APPROVAL_GRANTED)
        ud_say(app, UD_TONE_GOOD, _("Call %d: the key is approved. Tab and its number bring it back."), number + 1);
    else
        ud_say(app, UD_TONE_WARNING, _("Call %d: the key is not approved. Tab and its number bring it back."), number + 1);
}

static void
settle(struct ud_app *app, struct ud_call *c, enum ud_approval_state state)
{
    bool changed = c->r.approval.state != state;

    c->r.approval.state = state;
    if (!changed || state == UD_APPROVAL_OPEN)
        return;
    record(app, c, ud_approval_state_name(state));
    if (state == UD_APPROVAL_GRANTED)
        app->screen_since = app->now; /* a key pressed just now was not meant for this */
    tell(app, c);
}

static void
took(struct ud_app *app, struct ud_call *c, const struct ud_approval_request *a)
{
    c->error[0] = c->hint[0] = '\0';
    c->r.approval.id = a->id;
    c->approval_until = app->now + a->left;
    (void)ud_copy(c->r.approval.approver, sizeof(c->r.approval.approver), a->approver);
    (void)ud_copy(c->r.approval.answer, sizeof(c->r.approval.answer), a->answer);
    settle(app, c, a->state);
}

static void
ended(struct ud_app *app, struct ud_call *c, const struct ud_msg_done *m)
{
    c->approval_tag = 0;
    if (m->status == UD_OK)
        return;
    c->approval_next = app->now + TRY_NEXT;
    (void)ud_copy(c->error, sizeof(c->error), m->message);
    (void)ud_copy(c->hint, sizeof(c->hint), m->hint);
    if (m->status == UD_NOTFOUND && !ud_guid_is_zero(&c->r.approval.id))
        settle(app, c, UD_APPROVAL_WITHDRAWN);
}

static void
withdraw(struct ud_app *app, uint8_t source, const struct ud_guid *id)
{
    struct ud_request *r = ud_ask(app, NULL, UD_MSG_DECIDE, source);

    r->u.approval_do = (struct ud_msg_approval_do){ .source = source, .id = *id, .decision = UD_APPROVAL_WITHDRAW };
}

bool
ud_waiting_message(struct ud_app *app, const struct ud_event *e)
{
    if (e->tag != 0 && e->tag == app->unasked_tag) {
        app->unasked_tag = 0;
        if (e->message->type == UD_MSG_APPROVAL)
            withdraw(app, app->unasked_source, &e->message->u.approval.a.id);
        return true;
    }
    for (int i = 0; i < UD_CALLS; i++) {
        struct ud_call *c = &app->call[i];
        if (c->phase != UD_CALL_APPROVAL || e->tag == 0 || c->approval_tag != e->tag)
            continue;
        if (e->message->type == UD_MSG_APPROVAL)
            took(app, c, &e->message->u.approval.a);
        else if (e->message->type == UD_MSG_DONE)
            ended(app, c, &e->message->u.done);
        ud_waiting_tick(app);
        return true;
    }
    return false;
}

/* --- what is asked of it ----------------------------------------------------------------------------------------------- */

static void
ask(struct ud_app *app, struct ud_call *c)
{
    struct ud_request *r = ud_ask(app, &c->approval_tag, UD_MSG_APPROVAL_ASK, c->r.dev.d.source);

    r->u.approval_ask = (struct ud_msg_approval_ask){ .source = c->r.dev.d.source,
        .kind = (uint8_t)c->r.key.kind,
        .key = c->r.key.id,
        .device = c->r.dev.d.id,
        .request = c->r.approval.request,
        .why = c->r.why };
}

/* After a lock the time that is left is not known: then it answers at once. */
static void
watch(struct ud_app *app, struct ud_call *c)
{
    struct ud_request *r = ud_ask(app, &c->approval_tag, UD_MSG_APPROVAL_WATCH, c->r.dev.d.source);
    bool known = c->approval_until != 0;

    r->u.approval_do = (struct ud_msg_approval_do){ .source = c->r.dev.d.source,
        .id = c->r.approval.id,
        .known = (uint8_t)(known ? c->r.approval.state : UD_APPROVAL_NONE),
        .wait_ms = known ? WAIT_MS : 0 };
}

static bool
can_change(const struct ud_call *c)
{
    return c->r.approval.state == UD_APPROVAL_OPEN || c->r.approval.state == UD_APPROVAL_GRANTED;
}

static void
expire(struct ud_app *app, struct ud_call *c)
{
    if (c->approval_tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = c->approval_tag;
    c->approval_tag = 0;
    settle(app, c, UD_APPROVAL_EXPIRED);
}

static bool
wants_ask(const struct ud_call *c)
{
    return ud_guid_is_zero(&c->r.approval.id) && c->r.approval.state == UD_APPROVAL_NONE && c->error[0] == '\0';
}

/* Is there something to be sent, as soon as it may be? */
static bool
is_due(const struct ud_app *app, const struct ud_call *c)
{
    bool known = c->approval_until != 0;

    return app->worker && app->source[c->r.dev.d.source].sign == UD_SIGNED_IN && c->approval_tag == 0 &&
           (wants_ask(c) || c->r.approval.state == UD_APPROVAL_OPEN || (can_change(c) && !known));
}

static void
tick_call(struct ud_app *app, struct ud_call *c)
{
    if (can_change(c) && c->approval_until != 0 && app->now >= c->approval_until)
        expire(app, c);
    if (!is_due(app, c) || app->now < c->approval_next)
        return;
    if (wants_ask(c))
        ask(app, c);
    else
        watch(app, c);
}

void
ud_waiting_tick(struct ud_app *app)
{
    for (int i = 0; i < UD_CALLS; i++)
        if (app->call[i].phase == UD_CALL_APPROVAL)
            tick_call(app, &app->call[i]);
}

static void
earlier(ud_msec *at, ud_msec other)
{
    if (*at < 0 || other < *at)
        *at = other;
}

ud_msec
ud_waiting_deadline(const struct ud_app *app)
{
    ud_msec at = -1;

    for (int i = 0; i < UD_CALLS; i++) {
        const struct ud_call *c = &app->call[i];
        ud_msec left = c->approval_until - app->now;
        if (c->phase != UD_CALL_APPROVAL)
            continue;
        if (is_due(app, c))
            earlier(&at, c->approval_next > app->now ? c->approval_next : app->now);
        if (!can_change(c) || c->approval_until == 0)
            continue;
        earlier(&at, left > 0 ? c->approval_until : app->now);
        if (left > 0 && app->active == i && app->screen == UD_SCREEN_WAITING) /* the seconds that stand there */
            earlier(&at, app->now + (left % 1000 == 0 ? 1000 : left % 1000));
    }
    return at;
}

/* --- what the operator does ---------------------------------------------------------------------------------------------- */

const char *
ud_waiting_go_refused(const struct ud_app *app)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;

    if (c == NULL || c->phase != UD_CALL_APPROVAL)
        return _("No call is open.");
    if (c->r.approval.state == UD_APPROVAL_OPEN)
        return app->self.on ? _("Nobody has decided yet. Esc: withdraw the request.")
                            : _("Nobody has decided yet. h: hold the call. Esc: withdraw the request.");
    if (c->r.approval.state == UD_APPROVAL_NONE && c->error[0] == '\0')
        return _("The request is being sent.");
    return NULL;
}

void
ud_waiting_go(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL)
        return;
    if (c->r.approval.state != UD_APPROVAL_GRANTED) {
        ud_waiting_begin(app, c);
        return;
    }
    ud_show(app, UD_SCREEN_KEY);
    ud_reveal_start(app, c);
}

void
ud_waiting_withdraw(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);
    bool open, asking;

    if (c == NULL)
        return;
    open = can_change(c);
    asking = c->approval_tag != 0 && wants_ask(c);
    if (asking) {
        app->unasked_tag = c->approval_tag;
        app->unasked_source = c->r.dev.d.source;
    } else if (c->approval_tag != 0) {
        ud_do(app, UD_DO_CANCEL)->tag = c->approval_tag;
    }
    c->approval_tag = 0;
    if (open && app->worker)
        withdraw(app, c->r.dev.d.source, &c->r.approval.id);
    if (open || asking)
        record(app, c, "withdrawn");
    c->r.approval = (struct ud_call_approval){ .state = UD_APPROVAL_NONE };
    c->phase = UD_CALL_FETCH;
    ud_call_leave(app);
    if (open || asking)
        ud_say(app, UD_TONE_PLAIN, "%s", _("The request was withdrawn."));
}
