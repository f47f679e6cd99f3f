/* The approver's side: one list that waits at the service and is always up to date, whatever screen is in front; one request; the decision. Nothing
 * secret comes here: a request is who, which device and key ID, and why. */
#include <stdio.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define WAIT_MS  30000
#define TRY_NEXT ((ud_msec)5000)

/* The source at which this person decides; -1: none. */
static int
source_of(const struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN && app->source[i].confirmed && ud_app_role(app, i) == UD_DESK_APPROVER)
            return i;
    return -1;
}

bool
ud_approver_here(const struct ud_app *app)
{
    return source_of(app) >= 0;
}

void
ud_approver_clear(struct ud_app *app)
{
    explicit_bzero(&app->approver, sizeof(app->approver));
}

/* --- the list ----------------------------------------------------------------------------------------------------------- */

static void
ask(struct ud_app *app, uint8_t source)
{
    struct ud_approver_state *v = &app->approver;
    struct ud_request *r = ud_ask(app, &v->tag, UD_MSG_APPROVALS, source);

    v->fresh_count = 0;
    r->u.approval_do = (struct ud_msg_approval_do){
        .source = source, .open = true, .since = v->revision, .wait_ms = v->revision != 0 ? WAIT_MS : 0
    };
}

static bool
is_listed(const struct ud_approver_state *v, const struct ud_guid *id)
{
    for (size_t i = 0; i < v->count; i++)
        if (ud_guid_compare(&v->item[i].a.id, id) == 0)
            return true;
    return false;
}

static void
keep(struct ud_app *app, const struct ud_approval_request *a)
{
    struct ud_approver_state *v = &app->approver;

    if (a->state != UD_APPROVAL_OPEN || v->fresh_count == UD_APPROVALS_SHOWN)
        return;
    v->fresh[v->fresh_count].a = *a;
    v->fresh[v->fresh_count++].until = app->now + a->left;
}

/* The request on the screen may have been decided elsewhere, or withdrawn. */
static void
look_after_shown(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;

    if (app->screen != UD_SCREEN_APPROVAL || v->decide_tag != 0 || v->shown.a.state != UD_APPROVAL_OPEN ||
        is_listed(v, &v->shown.a.id))
        return;
    v->shown.a.state = UD_APPROVAL_EXPIRED;
    v->writing = false;
    (void)ud_copy(v->error, sizeof(v->error), _("This request is not open any more: it was decided, withdrawn or has expired."));
}

static void
take_list(struct ud_app *app, uint64_t revision)
{
    struct ud_approver_state *v = &app->approver;
    struct ud_guid selected = { { 0 } };
    unsigned news = 0;

    if (v->list.selected < v->count)
        selected = v->item[v->list.selected].a.id;
    for (size_t i = 0; i < v->fresh_count; i++)
        news += !is_listed(v, &v->fresh[i].a.id);
    memcpy(v->item, v->fresh, sizeof(v->item));
    v->count = v->fresh_count;
    v->revision = revision;
    ud_list_set(&v->list, v->count, v->list.rows);
    for (size_t i = 0; i < v->count; i++)
        if (ud_guid_compare(&v->item[i].a.id, &selected) == 0)
            ud_list_select(&v->list, i);
    if (news > 0)
        ud_do(app, UD_DO_BELL);
    if (news > 0 && app->screen != UD_SCREEN_APPROVALS)
        ud_say(app, UD_TONE_WARNING,
            ud_plural("%u request waits for your approval. F6 shows it.", "%u requests wait for your approval. F6 shows them.",
                (unsigned)v->count),
            (unsigned)v->count);
    look_after_shown(app);
}

static void
list_done(struct ud_app *app, const struct ud_msg_done *m)
{
    struct ud_approver_state *v = &app->approver;

    v->tag = 0;
    v->next = m->status == UD_OK ? app->now : app->now + TRY_NEXT;
    v->off = m->status == UD_UNSUPPORTED;
    if (app->screen == UD_SCREEN_APPROVALS)
        (void)ud_copy(v->error, sizeof(v->error), m->status == UD_OK ? "" : m->message);
}

/* --- the decision --------------------------------------------------------------------------------------------------------- */

static void
record(struct ud_app *app, const char *outcome)
{
    const struct ud_approval_request *a = &app->approver.shown.a;
    struct ud_entry *e = ud_do_record(app, NULL, UD_EVENT_APPROVAL);

    ud_guid_format(e->device, &a->device);
    (void)ud_copy(e->device_name, sizeof(e->device_name), a->device_name);
    (void)ud_copy(e->serial, sizeof(e->serial), a->serial);
    (void)ud_copy(e->user, sizeof(e->user), a->user);
    if (!ud_guid_is_zero(&a->key))
        ud_guid_format(e->key, &a->key);
    (void)ud_copy(e->kind, sizeof(e->kind), ud_kind_name(a->kind));
    e->why = a->why;
    (void)ud_copy(e->outcome, sizeof(e->outcome), outcome);
    ud_guid_format(e->request, &a->request);
    ud_entry_detail(e, a->requester);
}

static void
decide(struct ud_app *app, enum ud_approval_decision what)
{
    struct ud_approver_state *v = &app->approver;
    int source = source_of(app);
    struct ud_request *r;

    if (source < 0 || !app->worker)
        return;
    v->deciding = what;
    v->error[0] = v->hint[0] = '\0';
    record(app, ud_approval_decision_name(what));
    r = ud_ask(app, &v->decide_tag, UD_MSG_DECIDE, (uint8_t)source);
    r->u.approval_do = (struct ud_msg_approval_do){ .source = (uint8_t)source, .id = v->shown.a.id, .decision = (uint8_t)what };
    if (what == UD_APPROVAL_DENY)
        (void)ud_copy(r->text, sizeof(r->text), v->note.text);
}

static void
decided(struct ud_app *app, const struct ud_msg_done *m)
{
    struct ud_approver_state *v = &app->approver;

    v->decide_tag = 0;
    v->writing = false;
    if (m->status != UD_OK) {
        (void)ud_copy(v->error, sizeof(v->error), m->message);
        (void)ud_copy(v->hint, sizeof(v->hint), m->hint);
        if (m->status == UD_EXISTS || m->status == UD_NOTFOUND)
            v->shown.a.state = UD_APPROVAL_EXPIRED;
        return;
    }
    ud_line_clear(&v->note);
    if (app->screen == UD_SCREEN_APPROVAL)
        ud_show(app, UD_SCREEN_APPROVALS);
    if (v->deciding == UD_APPROVAL_GRANT)
        ud_say(app, UD_TONE_GOOD, _("Granted. %s can get this key once."), v->shown.a.requester);
    else
        ud_say(app, UD_TONE_PLAIN, _("Denied. %s reads your note."), v->shown.a.requester);
}

bool
ud_approver_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_approver_state *v = &app->approver;
    const struct ud_msg *m = e->message;

    if (e->tag == 0 || (e->tag != v->tag && e->tag != v->decide_tag))
        return false;
    if (m->type == UD_MSG_APPROVAL && e->tag == v->tag)
        keep(app, &m->u.approval.a);
    else if (m->type == UD_MSG_APPROVALS_END)
        take_list(app, m->u.approvals_end.revision);
    else if (m->type == UD_MSG_DONE && e->tag == v->tag)
        list_done(app, &m->u.done);
    else if (m->type == UD_MSG_DONE)
        decided(app, &m->u.done);
    ud_approver_tick(app);
    return true;
}

/* --- time ------------------------------------------------------------------------------------------------------------------ */

static void
drop_expired(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;
    size_t n = 0;

    for (size_t i = 0; i < v->count; i++)
        if (v->item[i].until > app->now) {
            if (n != i)
                v->item[n] = v->item[i];
            n++;
        }
    if (n == v->count)
        return;
    v->count = n;
    ud_list_set(&v->list, n, v->list.rows);
    look_after_shown(app);
}

void
ud_approver_tick(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;
    int source = source_of(app);

    drop_expired(app);
    if (source < 0 || !app->worker || v->tag != 0 || v->off || app->now < v->next)
        return;
    ask(app, (uint8_t)source);
}

ud_msec
ud_approver_deadline(const struct ud_app *app)
{
    const struct ud_approver_state *v = &app->approver;
    ud_msec at = -1;

    if (!ud_approver_here(app))
        return -1;
    for (size_t i = 0; i < v->count; i++)
        if (at < 0 || v->item[i].until < at)
            at = v->item[i].until;
    if ((app->screen == UD_SCREEN_APPROVALS || app->screen == UD_SCREEN_APPROVAL) && v->count > 0 && app->now + 1000 < at)
        at = app->now + 1000; /* the times that stand there */
    if (v->tag == 0 && !v->off && (at < 0 || v->next < at))
        at = v->next;
    return at;
}

/* --- screens --------------------------------------------------------------------------------------------------------------- */

const char *
ud_approver_refused_list(const struct ud_app *app)
{
    return ud_approver_here(app) ? NULL : _("Your role does not decide about requests.");
}

const char *
ud_approver_refused_open(const struct ud_app *app)
{
    return app->approver.list.selected < app->approver.count ? NULL : _("No request waits.");
}

const char *
ud_approver_refused_decide(const struct ud_app *app)
{
    const struct ud_approver_state *v = &app->approver;

    if (app->screen == UD_SCREEN_APPROVALS)
        return ud_approver_refused_open(app);
    if (v->decide_tag != 0)
        return _("The decision is being sent.");
    return v->shown.a.state == UD_APPROVAL_OPEN ? NULL : _("This request is not open any more.");
}

void
ud_approver_open_list(struct ud_app *app)
{
    ud_show(app, UD_SCREEN_APPROVALS);
    ud_approver_tick(app);
}

void
ud_approver_open(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;

    if (v->list.selected >= v->count)
        return;
    v->shown = v->item[v->list.selected];
    v->writing = false;
    v->error[0] = v->hint[0] = '\0';
    ud_line_init(&v->note, UD_APPROVAL_NOTE - 1);
    ud_show(app, UD_SCREEN_APPROVAL);
}

void
ud_approver_grant(struct ud_app *app)
{
    if (app->screen == UD_SCREEN_APPROVALS)
        ud_approver_open(app);
    decide(app, UD_APPROVAL_GRANT);
}

void
ud_approver_deny(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;

    if (app->screen == UD_SCREEN_APPROVALS)
        ud_approver_open(app);
    if (!v->writing) {
        v->writing = true;
        return;
    }
    if (v->note.text[strspn(v->note.text, " ")] == '\0') {
        (void)ud_copy(v->error, sizeof(v->error), _("Say why: whoever asked reads it."));
        return;
    }
    decide(app, UD_APPROVAL_DENY);
}

void
ud_approver_back(struct ud_app *app)
{
    struct ud_approver_state *v = &app->approver;

    v->error[0] = v->hint[0] = '\0';
    if (v->writing) {
        v->writing = false;
        return;
    }
    ud_show(app, app->screen == UD_SCREEN_APPROVAL ? UD_SCREEN_APPROVALS : UD_SCREEN_DEVICES);
}

void
ud_approver_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_approver_state *v = &app->approver;

    if (app->screen == UD_SCREEN_APPROVALS)
        (void)ud_list_key(&v->list, key);
    else if (v->writing && v->decide_tag == 0 && ud_line_key(&v->note, key) == UD_LINE_CHANGED)
        v->error[0] = '\0';
}
