/* The one way to a recovery key: INTENT durable, one request, the answer opened and checked, DISCLOSED durable, and only then shown. */
#include <stdio.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static struct ud_entry *
line(struct ud_app *app, struct ud_call *c, uint32_t *tag, enum ud_event_kind event)
{
    struct ud_entry *e = ud_do_record(app, tag, event);

    ud_entry_device(e, &c->r.dev.d);
    ud_entry_key(e, &c->r.key);
    ud_entry_why(e, &c->r.why);
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[c->r.dev.d.source]);
    ud_guid_format(e->request, &c->r.request);
    (void)ud_copy(e->server_request, sizeof(e->server_request), c->server_request);
    return e;
}

static void
fail(struct ud_call *c, const char *message, const char *hint)
{
    ud_call_drop_secrets(c);
    c->phase = UD_CALL_FETCH;
    c->tag = 0;
    (void)ud_copy(c->error, sizeof(c->error), message);
    (void)ud_copy(c->hint, sizeof(c->hint), hint);
}

static void
fail_log(struct ud_app *app, struct ud_call *c)
{
    char hint[420];

    ud_app_helpdesk(app, hint, sizeof(hint));
    fail(c, _("The activity log cannot be written, so no keys are shown."), hint);
    c->log_unwritable = true;
}

void
ud_reveal_start(struct ud_app *app, struct ud_call *c)
{
    ud_call_drop_secrets(c);
    c->error[0] = c->hint[0] = c->covered_why[0] = c->server_request[0] = '\0';
    c->log_unwritable = c->intent_durable = c->disclosed_durable = false;
    c->shown_recording = c->whole_recording = false;
    ud_guid_random(&c->r.request);
    if (app->journal_bad) {
        fail_log(app, c);
        return;
    }
    if (ud_waiting_needed(app, c)) {
        ud_waiting_begin(app, c);
        return;
    }
    if (app->worker_asked || app->source[c->r.dev.d.source].sign == UD_SIGNED_BUSY) {
        c->phase = UD_CALL_FETCH;
        c->wanted = true;
        (void)ud_copy(
            c->covered_why, sizeof(c->covered_why), _("The key is asked for as soon as the source is signed in again."));
        return;
    }
    if (!app->worker || app->source[c->r.dev.d.source].sign != UD_SIGNED_IN) {
        fail(c, _("The place where this key is stored is not signed in yet."), _("Enter tries again."));
        return;
    }
    c->phase = UD_CALL_INTENT;
    line(app, c, &c->tag, UD_EVENT_INTENT);
    ud_tmux_ask(app);
}

void
ud_reveal_signed_in(struct ud_app *app, uint8_t source)
{
    struct ud_call *c = ud_call_active(app);

    if (c != NULL && c->wanted && c->r.dev.d.source == source && app->screen == UD_SCREEN_KEY)
        ud_reveal_start(app, c);
}

static void
ask(struct ud_app *app, struct ud_call *c)
{
    struct ud_request *r;
    struct ud_error err;

    if (ud_seal_keypair(c->public_key, &c->one_time, &err) != UD_OK) {
        line(app, c, NULL, UD_EVENT_FAILED);
        fail(c, err.message, err.hint);
        return;
    }
    r = ud_ask(app, &c->tag, UD_MSG_REVEAL, c->r.dev.d.source);
    r->u.reveal = (struct ud_msg_reveal){
        .source = c->r.dev.d.source,
        .kind = (uint8_t)c->r.key.kind,
        .key = c->r.key.id,
        .device = c->r.dev.d.id,
        .entra = c->r.dev.d.entra_id,
        .request = c->r.request,
        .why = c->r.why,
    };
    if (c->r.approval.state == UD_APPROVAL_GRANTED)
        r->u.reveal.approval = c->r.approval.id;
    memcpy(r->u.reveal.public_key, c->public_key, sizeof(c->public_key));
    c->phase = UD_CALL_ASKED;
}

static bool
right_key(const struct ud_call *c, const struct ud_msg_revealed *m)
{
    if (m->kind != c->r.key.kind || ud_guid_compare(&m->key, &c->r.key.id) != 0)
        return false;
    if (ud_guid_is_zero(&m->device))
        return !ud_guid_is_zero(&m->key);
    return ud_guid_compare(&m->device, &c->r.dev.d.id) == 0 || ud_guid_compare(&m->device, &c->r.dev.d.entra_id) == 0;
}

static void
revealed(struct ud_app *app, struct ud_call *c, const struct ud_msg_revealed *m)
{
    struct ud_error err;

    if (m->server_request != NULL)
        (void)ud_copy(c->server_request, sizeof(c->server_request), m->server_request);
    if (!right_key(c, m)) {
        ud_entry_detail(line(app, c, NULL, UD_EVENT_MISMATCH), N_("the answer names another key or device"));
        fail(c, _("The answer is for another key, so nothing is shown."),
            _("Tell whoever runs the place where the keys are stored."));
        return;
    }
    if (ud_seal_open(&c->key, m->sealed, m->sealed_length, c->one_time, &err) != UD_OK) {
        ud_entry_detail(line(app, c, NULL, UD_EVENT_MISMATCH), N_("the answer cannot be opened"));
        fail(c, _("The answer was not sealed for this console, so nothing is shown."),
            _("Tell whoever runs the place where the keys are stored."));
        return;
    }
    ud_secret_free(&c->one_time);
    ud_recovery_check(&c->shape, c->r.key.kind, c->key);
    if (!c->shape.ok) {
        ud_entry_detail(line(app, c, NULL, UD_EVENT_MISMATCH), N_("the stored key is malformed"));
        fail(c, _("What is stored here is not a valid recovery key, so nothing is shown."),
            _("Look for an older key of this device."));
        return;
    }
    c->got = app->now;
    c->phase = UD_CALL_RECORDING;
    line(app, c, &c->tag, UD_EVENT_DISCLOSED);
}

/* Different keys of the last hour. */
static void
count_key(struct ud_app *app, const struct ud_guid *key)
{
    size_t n = 0;

    for (size_t i = 0; i < app->budget_count; i++)
        if (app->now - app->budget[i].at < (ud_msec)3600 * 1000 && ud_guid_compare(&app->budget[i].key, key) != 0)
            app->budget[n++] = app->budget[i];
    if (n == UD_BUDGET) {
        memmove(&app->budget[0], &app->budget[1], (UD_BUDGET - 1) * sizeof(app->budget[0]));
        n--;
    }
    app->budget[n].key = *key;
    app->budget[n].at = app->now;
    app->budget_count = n + 1;
}

static bool
on_screen(const struct ud_app *app, const struct ud_call *c)
{
    return c->key != NULL && app->active == (int)(c - app->call) && app->screen == UD_SCREEN_KEY;
}

/* The lines are durable. Inside tmux the answer that counts is the one to the question asked for this showing, not an older one. */
static void
show(struct ud_app *app, struct ud_call *c)
{
    const char *blocked = ud_call_blocked(app, c);

    c->awaits_tmux = app->tmux.inside && app->tmux.waiting;
    c->visible = on_screen(app, c) && blocked == NULL && !c->awaits_tmux;
    (void)ud_copy(c->covered_why, sizeof(c->covered_why),
        c->visible        ? ""
        : blocked != NULL ? blocked
                          : _("tmux has not answered yet."));
}

static void
disclosed(struct ud_app *app, struct ud_call *c, const struct ud_job *job)
{
    c->disclosed_durable = true;
    c->tag = 0;
    c->phase = UD_CALL_KEY;
    c->pressed = app->now;
    c->r.groups = ud_recovery_group_count(c->r.key.kind, ud_secret_length(c->key));
    if (c->r.group >= c->r.groups)
        c->r.group = 0;
    c->r.shown_at = app->wall;
    if (c->r.approval.state == UD_APPROVAL_GRANTED)
        c->r.approval.state = UD_APPROVAL_USED; /* good for one key, once */
    (void)ud_copy(c->r.receipt, sizeof(c->r.receipt), job->receipt);
    count_key(app, ud_guid_is_zero(&c->r.key.id) ? &c->r.dev.d.id : &c->r.key.id); /* one without an ID is its device's */
    if (!on_screen(app, c))
        (void)ud_copy(c->covered_why, sizeof(c->covered_why), _("The key arrived while the call was held."));
    else
        show(app, c);
}

static void
shown_again(struct ud_app *app, struct ud_call *c)
{
    c->tag = 0;
    c->shown_recording = false;
    c->pressed = app->now;
    c->whole = c->whole_recording;
    c->whole_recording = false;
    show(app, c);
}

bool
ud_reveal_journal(struct ud_app *app, const struct ud_job *job)
{
    bool bad = job->status != UD_OK;

    if (bad && job->status != UD_BUSY && job->status != UD_NOSPACE) /* those two pass; anything else has ended the log */
        app->journal_bad = true;
    if (bad && !app->lock.locked)
        ud_say(app, UD_TONE_ERROR, "%s", job->error.message);
    for (int i = 0; i < UD_CALLS; i++) {
        struct ud_call *c = &app->call[i];
        if (c->phase == UD_CALL_NONE || c->tag == 0 || c->tag != job->tag)
            continue;
        if (bad) {
            fail_log(app, c);
            if (job->status == UD_NOSPACE)
                (void)ud_copy(c->hint, sizeof(c->hint), job->error.hint);
        } else if (c->phase == UD_CALL_INTENT) {
            c->intent_durable = true;
            ask(app, c);
        } else if (c->phase == UD_CALL_RECORDING) {
            disclosed(app, c, job);
        } else if (c->phase == UD_CALL_KEY && c->shown_recording) {
            shown_again(app, c);
        }
        return true;
    }
    return false;
}

static void
refused(struct ud_app *app, struct ud_call *c, const struct ud_msg_done *m)
{
    bool uncertain = m->status == UD_UNCERTAIN || m->status == UD_OK;

    ud_entry_detail(line(app, c, NULL, uncertain ? UD_EVENT_UNCERTAIN : UD_EVENT_FAILED), m->message);
    if (m->status == UD_THROTTLED)
        app->policy_next = app->now; /* a surge may lift the limit */
    if (m->status == UD_APPROVAL && c->r.approval.state == UD_APPROVAL_GRANTED)
        ud_waiting_refused(app, c, m->message);
    else if (m->status == UD_APPROVAL)
        ud_waiting_begin(app, c);
    else if (m->status == UD_OK)
        fail(c, _("The source ended without an answer; it may have counted this as shown."), _("Enter tries again."));
    else
        fail(c, m->message,
            m->status == UD_NOTFOUND && ud_role_not_found(app, c->r.dev.d.source) != NULL
                ? ud_role_not_found(app, c->r.dev.d.source)
            : m->hint[0] ? m->hint
                         : _("Enter tries again."));
    if (app->self.on)
        ud_self_refused(app, c, (enum ud_status)m->status);
}

bool
ud_reveal_message(struct ud_app *app, const struct ud_event *e)
{
    for (int i = 0; i < UD_CALLS; i++) {
        struct ud_call *c = &app->call[i];
        if (c->phase != UD_CALL_ASKED || e->tag == 0 || c->tag != e->tag)
            continue;
        if (e->message->type == UD_MSG_REVEALED)
            revealed(app, c, &e->message->u.revealed);
        else if (e->message->type == UD_MSG_DONE)
            refused(app, c, &e->message->u.done);
        return true;
    }
    return false;
}

void
ud_reveal_abandon(struct ud_app *app, struct ud_call *c)
{
    if (c->phase == UD_CALL_APPROVAL) {
        c->approval_tag = 0; /* goes on as soon as the source is signed in again */
        c->approval_until = 0;
    } else if (c->phase == UD_CALL_ASKED) {
        ud_do(app, UD_DO_CANCEL)->tag = c->tag;
        ud_entry_detail(line(app, c, NULL, UD_EVENT_UNCERTAIN), N_("left before the answer"));
        fail(c, _("The answer did not come; the source may have counted this as shown."), _("Enter asks again."));
    } else if (c->phase == UD_CALL_INTENT || c->phase == UD_CALL_RECORDING) {
        bool asked = c->phase == UD_CALL_RECORDING;
        ud_entry_detail(line(app, c, NULL, asked ? UD_EVENT_UNCERTAIN : UD_EVENT_FAILED),
            asked ? N_("arrived, not shown") : N_("left before it was asked"));
        fail(c, _("The key was not shown."), _("Enter asks again."));
    }
}
