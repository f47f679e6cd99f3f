/* What became of typed keys: asked when a Mac's page opens, asked again while one waits, said when one that was typed here has ended. And what the
 * person who is signed in was asked for. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static struct ud_store_watch *
find(struct ud_app *app, const struct ud_guid *device)
{
    for (size_t i = 0; i < UD_STORE_WATCHES; i++)
        if (app->store.watch[i].used && ud_guid_compare(&app->store.watch[i].device, device) == 0)
            return &app->store.watch[i];
    return NULL;
}

const struct ud_store_watch *
ud_store_watch_of(const struct ud_app *app, const struct ud_guid *device)
{
    for (size_t i = 0; i < UD_STORE_WATCHES; i++)
        if (app->store.watch[i].used && ud_guid_compare(&app->store.watch[i].device, device) == 0)
            return &app->store.watch[i];
    return NULL;
}

/* A free one, else the one that was looked at longest ago; those that still wait for their Mac stay as long as there are others. */
static struct ud_store_watch *
slot(struct ud_app *app, const struct ud_guid *device)
{
    struct ud_store_watch *w = find(app, device), *oldest = NULL;

    if (w != NULL)
        return w;
    for (size_t i = 0; i < UD_STORE_WATCHES; i++) {
        w = &app->store.watch[i];
        if (!w->used) {
            oldest = w;
            break;
        }
        bool waits = w->mine && w->state == UD_TYPED_PENDING;
        if (oldest == NULL || (!waits && w->looked < oldest->looked))
            oldest = w;
    }
    explicit_bzero(oldest, sizeof(*oldest));
    oldest->used = true;
    oldest->device = *device;
    return oldest;
}

static void
ask(struct ud_app *app, struct ud_store_watch *w)
{
    struct ud_request *r;

    w->next_poll = 0;
    if (!app->worker || app->source[w->source].sign != UD_SIGNED_IN)
        return;
    r = ud_ask(app, &w->tag, UD_MSG_STORE_STATE, w->source);
    r->u.store = (struct ud_msg_store){ .source = w->source, .device = w->device };
}

void
ud_store_look(struct ud_app *app, const struct ud_device *d)
{
    struct ud_store_watch *w;

    if (d->os == NULL || strcasecmp(d->os, "macOS") != 0 || app->config->source[d->source].type == UD_SOURCE_GRAPH)
        return;
    w = slot(app, &d->id);
    w->source = d->source;
    w->looked = app->now;
    w->polls = 0;
    (void)ud_copy(w->name, sizeof(w->name), d->name);
    ask(app, w);
}

/* --- answers ---------------------------------------------------------------------------------------------------------------- */

static void
record(struct ud_app *app, const struct ud_store_watch *w)
{
    struct ud_entry *e = ud_do_record(app, NULL, w->state == UD_TYPED_DONE ? UD_EVENT_STORED : UD_EVENT_STORE_FAILED);

    ud_guid_format(e->device, &w->device);
    (void)ud_copy(e->device_name, sizeof(e->device_name), w->name);
    (void)ud_copy(e->kind, sizeof(e->kind), ud_kind_name(UD_KIND_FILEVAULT));
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[w->source]);
    if (ud_typed_cause_name(w->cause) != NULL)
        ud_entry_detail(e, ud_typed_cause_name(w->cause));
}

static bool
on_screen(const struct ud_app *app, const struct ud_store_watch *w)
{
    if (app->screen == UD_SCREEN_DEVICE)
        return ud_guid_compare(&app->device.dev.d.id, &w->device) == 0;
    return app->screen == UD_SCREEN_STORE && ud_guid_compare(&app->store.device, &w->device) == 0;
}

/* One that was typed here has ended: told wherever the operator is, in full where its page is open. */
static void
ended(struct ud_app *app, struct ud_store_watch *w)
{
    record(app, w);
    w->mine = false;
    if (!on_screen(app, w))
        app->unread++;
    if (w->state == UD_TYPED_DONE)
        ud_say(app, UD_TONE_GOOD, _("The recovery key of %s was updated."), w->name);
    else
        ud_say(app, UD_TONE_ERROR, _("The recovery key of %s could not be updated. Its page says why."), w->name);
    if (app->screen == UD_SCREEN_DEVICE && on_screen(app, w))
        ud_device_fetch(app);
}

/* What was asked for is stored: the next request, if there is one, opens as the first did. */
static void
answer_request(struct ud_store_state *v, const struct ud_guid *device)
{
    for (size_t i = 0; i < v->requests; i++) {
        if (ud_guid_compare(&v->request[i].device, device) != 0)
            continue;
        memmove(&v->request[i], &v->request[i + 1], (v->requests - i - 1) * sizeof(v->request[0]));
        v->requests--;
        v->requests_opened = false;
        return;
    }
}

static ud_msec
pause_of(unsigned polls)
{
    return polls < 20 ? 2000 : polls < 50 ? 10000 : 60000;
}

void
ud_store_take(struct ud_app *app, const struct ud_msg_store_info *m, const char *name, bool mine)
{
    struct ud_store_watch *w = slot(app, &m->device);
    bool waited = w->mine && w->state == UD_TYPED_PENDING;

    w->known = true;
    w->source = m->source;
    w->looked = app->now;
    w->state = (enum ud_typed_state)m->state;
    w->cause = (enum ud_typed_cause)m->cause;
    w->requested = m->requested;
    w->finished = m->finished;
    w->expires = m->expires;
    w->last_checkin = m->last_checkin;
    w->new_key = m->new_key;
    w->new_created = m->new_created;
    w->asked = m->asked;
    w->asked_at = m->asked_at;
    (void)ud_copy(w->by, sizeof(w->by), m->by);
    (void)ud_copy(w->asked_by, sizeof(w->asked_by), m->asked_by);
    (void)ud_copy(w->note, sizeof(w->note), m->note);
    if (name != NULL)
        (void)ud_copy(w->name, sizeof(w->name), name);
    if (mine) {
        w->mine = true;
        w->polls = 0;
    }
    if (w->state == UD_TYPED_DONE && !w->asked)
        answer_request(&app->store, &w->device);
    if (w->state == UD_TYPED_PENDING)
        w->next_poll = app->now + pause_of(w->polls);
    else if (waited)
        ended(app, w);
}

static void
take_request(struct ud_app *app, const struct ud_msg_store_request *m)
{
    struct ud_store_state *v = &app->store;

    if (v->requests < UD_STORE_REQUESTS)
        v->request[v->requests++] = (struct ud_store_request){ .source = m->source, .blocks = m->blocks, .device = m->device };
}

bool
ud_store_watched(struct ud_app *app, const struct ud_event *e)
{
    struct ud_store_state *v = &app->store;

    if (e->tag == v->requests_tag) {
        if (e->message->type == UD_MSG_STORE_REQUEST)
            take_request(app, &e->message->u.store_request);
        else if (e->message->type == UD_MSG_DONE)
            v->requests_tag = 0;
        return true;
    }
    for (size_t i = 0; i < UD_STORE_WATCHES; i++) {
        struct ud_store_watch *w = &v->watch[i];
        if (!w->used || w->tag != e->tag)
            continue;
        if (e->message->type == UD_MSG_STORE_INFO) {
            ud_store_take(app, &e->message->u.store_info, NULL, false);
        } else if (e->message->type == UD_MSG_DONE) {
            w->tag = 0;
            if (e->message->u.done.status != UD_OK && w->state == UD_TYPED_PENDING)
                w->next_poll = app->now + pause_of(w->polls) + (ud_msec)e->message->u.done.retry_after * 1000;
        }
        return true;
    }
    return false;
}

/* --- time ------------------------------------------------------------------------------------------------------------------- */

static bool
is_polled(const struct ud_app *app, const struct ud_store_watch *w)
{
    return w->used && w->state == UD_TYPED_PENDING && w->next_poll > 0 && w->tag == 0 && (w->mine || on_screen(app, w)) &&
           app->worker && app->source[w->source].sign == UD_SIGNED_IN;
}

void
ud_store_tick(struct ud_app *app)
{
    for (size_t i = 0; i < UD_STORE_WATCHES; i++) {
        struct ud_store_watch *w = &app->store.watch[i];
        if (!is_polled(app, w) || app->now < w->next_poll)
            continue;
        w->polls++;
        ask(app, w);
    }
}

ud_msec
ud_store_deadline(const struct ud_app *app)
{
    ud_msec at = -1;

    if (app->lock.locked)
        return -1;
    for (size_t i = 0; i < UD_STORE_WATCHES; i++) {
        const struct ud_store_watch *w = &app->store.watch[i];
        if (is_polled(app, w) && (at < 0 || w->next_poll < at))
            at = w->next_poll;
    }
    return at;
}

/* A lock ends every request; what waits is asked for again once somebody is there. */
void
ud_store_locked(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;

    ud_store_clear(app);
    v->tag = v->key_tag = v->requests_tag = 0;
    for (size_t i = 0; i < UD_STORE_WATCHES; i++) {
        v->watch[i].tag = 0;
        if (v->watch[i].used && v->watch[i].state == UD_TYPED_PENDING)
            v->watch[i].next_poll = app->now;
    }
}

/* --- what this person was asked for ------------------------------------------------------------------------------------------ */

const struct ud_store_request *
ud_store_request_open(const struct ud_app *app)
{
    return app->store.requests > 0 ? &app->store.request[0] : NULL;
}

bool
ud_store_blocked(const struct ud_app *app, const struct ud_guid *device)
{
    for (size_t i = 0; i < app->store.requests; i++)
        if (ud_guid_compare(&app->store.request[i].device, device) == 0)
            return app->store.request[i].blocks;
    return false;
}

void
ud_store_ask_requests(struct ud_app *app, uint8_t source)
{
    struct ud_store_state *v = &app->store;

    v->requests = 0;
    v->requests_asked = true;
    if (app->worker && app->source[source].sign == UD_SIGNED_IN && app->config->source[source].type == UD_SOURCE_ESCROWD)
        ud_ask(app, &v->requests_tag, UD_MSG_STORE_REQUESTS, source);
}

/* The Macs of an employee, one after the other: what is asked for comes first. */
static bool
next_own(const struct ud_app *app, struct ud_device *out)
{
    uint32_t rows = ud_fleet_rows(app->fleet), at = ud_fleet_row_of(app->fleet, app->store.source, &app->store.device);
    bool here = app->screen == UD_SCREEN_STORE && at != UD_ROW_NONE;

    for (uint32_t i = 0; i < rows; i++) {
        uint32_t row = (i + (here ? at + 1 : 0)) % rows;
        if (ud_fleet_device(app->fleet, row, out) && out->source == app->self.source && strcasecmp(out->os, "macOS") == 0 &&
            ud_store_is_own(app, out->source, out->user))
            return true;
    }
    return false;
}

const char *
ud_store_own_refused(const struct ud_app *app)
{
    struct ud_device d;

    return next_own(app, &d) ? NULL : _("None of your computers is a Mac.");
}

void
ud_store_open_own(struct ud_app *app)
{
    struct ud_device d;

    if (next_own(app, &d))
        ud_store_open(app, &d);
}

/* A user's console opens on what is asked of its user, once, as soon as that device is in the list. */
void
ud_store_step(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;
    struct ud_device d;
    uint32_t row;

    if (app->screen != (app->self.on ? UD_SCREEN_SELF_ID : UD_SCREEN_DEVICES) || app->lock.locked || v->requests_opened)
        return;
    for (uint8_t i = 0; i < app->config->source_count && !v->requests_asked; i++)
        if (app->source[i].sign == UD_SIGNED_IN && ud_app_role(app, i) == UD_DESK_USER)
            ud_store_ask_requests(app, i);
    if (v->requests == 0 || v->requests_tag != 0)
        return;
    row = ud_fleet_row_of(app->fleet, v->request[0].source, &v->request[0].device);
    if (row == UD_ROW_NONE || !ud_fleet_device(app->fleet, row, &d))
        return;
    v->requests_opened = true;
    ud_store_open(app, &d);
}
