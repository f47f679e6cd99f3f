/* New keys: asked, waiting for the device, replaced, failed. Accepted is not done: done means that a newer key has been escrowed. */
#include <stdio.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static struct ud_new_key *
slot(struct ud_app *app)
{
    if (app->new_keys == UD_NEW_KEYS) {
        size_t drop = 0;
        for (size_t i = 0; i < app->new_keys; i++)
            if (app->new_key[i].step == UD_NEW_KEY_REPLACED || app->new_key[i].step == UD_NEW_KEY_FAILED)
                drop = i; /* the oldest that has ended; rows stand newest first */
        memmove(&app->new_key[drop], &app->new_key[drop + 1], (app->new_keys - drop - 1) * sizeof(app->new_key[0]));
        app->new_keys--;
    }
    memmove(&app->new_key[1], &app->new_key[0], app->new_keys * sizeof(app->new_key[0]));
    app->new_keys++;
    explicit_bzero(&app->new_key[0], sizeof(app->new_key[0]));
    return &app->new_key[0];
}

static struct ud_entry *
line(struct ud_app *app, const struct ud_new_key *n, enum ud_event_kind event)
{
    struct ud_entry *e = ud_do_record(app, NULL, event);

    ud_guid_format(e->device, &n->device);
    (void)ud_copy(e->device_name, sizeof(e->device_name), n->name);
    (void)ud_copy(e->user, sizeof(e->user), n->user);
    if (!ud_guid_is_zero(&n->old_key))
        ud_guid_format(e->key, &n->old_key);
    (void)ud_copy(e->kind, sizeof(e->kind), ud_kind_name(n->kind));
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[n->source]);
    ud_guid_format(e->request, &n->request);
    ud_entry_why(e, &n->why);
    return e;
}

static void
send(struct ud_app *app, struct ud_new_key *n)
{
    struct ud_request *r;

    ud_guid_random(&n->request);
    n->step = UD_NEW_KEY_ASKING;
    n->asked = app->wall;
    n->error[0] = '\0';
    n->polls = 0;
    line(app, n, UD_EVENT_ROTATE);
    r = ud_ask(app, &n->tag, UD_MSG_ROTATE, n->source);
    r->u.rotate = (struct ud_msg_rotate){
        .source = n->source,
        .kind = (uint8_t)n->kind,
        .device = n->device,
        .entra = n->entra,
        .request = n->request,
        .why = n->why,
    };
}

void
ud_new_key_ask(struct ud_app *app, const struct ud_dev *dev, const struct ud_key *key, const struct ud_disclosure *why)
{
    struct ud_new_key *n;

    if (!app->worker) {
        ud_say(app, UD_TONE_WARNING, "%s", _("No new key was asked for: the place where the keys are stored is not connected."));
        return;
    }
    n = slot(app);
    n->source = dev->d.source;
    n->kind = key->kind;
    n->device = dev->d.id;
    n->entra = dev->d.entra_id;
    n->old_key = key->id;
    n->last_checkin = dev->d.last_checkin;
    n->replaced = UD_WALL_NONE;
    n->why = *why;
    (void)ud_copy(n->name, sizeof(n->name), dev->name);
    (void)ud_copy(n->user, sizeof(n->user), dev->user);
    send(app, n);
}

void
ud_new_key_retry(struct ud_app *app)
{
    struct ud_new_key *n = app->new_key_list.selected < app->new_keys ? &app->new_key[app->new_key_list.selected] : NULL;

    if (n != NULL && n->step == UD_NEW_KEY_FAILED && app->worker)
        send(app, n);
}

/* 2 s at first, then slower: a device may take hours. */
static ud_msec
pause_of(unsigned polls)
{
    return polls < 10 ? 2000 : polls < 40 ? 10000 : 60000;
}

static void
failed(struct ud_app *app, struct ud_new_key *n, const char *message)
{
    n->step = UD_NEW_KEY_FAILED;
    n->next_poll = 0;
    (void)ud_copy(n->error, sizeof(n->error), message);
    ud_entry_detail(line(app, n, UD_EVENT_ROTATE_FAILED), message);
    app->unread++;
}

static void
replaced(struct ud_app *app, struct ud_new_key *n, const struct ud_msg_rotation_state *m)
{
    struct ud_entry *e;

    n->step = UD_NEW_KEY_REPLACED;
    n->next_poll = 0;
    n->new_key = m->new_key;
    n->replaced = m->created;
    e = line(app, n, UD_EVENT_ROTATED);
    if (!ud_guid_is_zero(&m->new_key))
        ud_guid_format(e->detail, &m->new_key);
    app->unread++;
    if ((app->screen == UD_SCREEN_DEVICE || app->screen == UD_SCREEN_MISSING) &&
        ud_guid_compare(&app->device.dev.d.id, &n->device) == 0)
        ud_device_fetch(app);
}

static void
on_state(struct ud_app *app, struct ud_new_key *n, const struct ud_msg_rotation_state *m)
{
    if (m->last_checkin != UD_WALL_NONE)
        n->last_checkin = m->last_checkin;
    if (m->state == UD_ROTATION_DONE)
        replaced(app, n, m);
    else if (m->state == UD_ROTATION_FAILED)
        failed(app, n, m->message != NULL && m->message[0] ? m->message : _("The device could not make a new key."));
}

static void
on_done(struct ud_app *app, struct ud_new_key *n, const struct ud_msg_done *m)
{
    bool asked = n->step == UD_NEW_KEY_ASKING;

    n->tag = 0;
    if (asked && m->status != UD_OK && m->status != UD_PENDING) {
        failed(app, n, m->message);
        return;
    }
    if (asked)
        n->step = UD_NEW_KEY_WAITING;
    if (n->step == UD_NEW_KEY_WAITING)
        n->next_poll = app->now + pause_of(n->polls) + (ud_msec)m->retry_after * 1000;
}

bool
ud_new_key_message(struct ud_app *app, const struct ud_event *e)
{
    for (size_t i = 0; i < app->new_keys; i++) {
        struct ud_new_key *n = &app->new_key[i];
        if (e->tag == 0 || n->tag != e->tag)
            continue;
        if (e->message->type == UD_MSG_ROTATION_STATE)
            on_state(app, n, &e->message->u.rotation_state);
        else if (e->message->type == UD_MSG_DONE)
            on_done(app, n, &e->message->u.done);
        return true;
    }
    return false;
}

void
ud_new_key_tick(struct ud_app *app)
{
    for (size_t i = 0; i < app->new_keys; i++) {
        struct ud_new_key *n = &app->new_key[i];
        struct ud_request *r;
        if (n->step != UD_NEW_KEY_WAITING || n->tag != 0 || app->now < n->next_poll || !app->worker ||
            app->source[n->source].sign != UD_SIGNED_IN)
            continue;
        n->polls++;
        r = ud_ask(app, &n->tag, UD_MSG_ROTATION, n->source);
        r->u.rotation = (struct ud_msg_rotation){ .source = n->source,
            .kind = (uint8_t)n->kind,
            .device = n->device,
            .entra = n->entra,
            .old_key = n->old_key,
            .since = n->asked };
    }
}

ud_msec
ud_new_key_deadline(const struct ud_app *app)
{
    ud_msec at = -1;

    if (app->lock.locked || !app->worker)
        return -1;
    for (size_t i = 0; i < app->new_keys; i++) {
        const struct ud_new_key *n = &app->new_key[i];
        if (n->step == UD_NEW_KEY_WAITING && n->tag == 0 && app->source[n->source].sign == UD_SIGNED_IN &&
            (at < 0 || n->next_poll < at))
            at = n->next_poll;
    }
    return at;
}

const struct ud_new_key *
ud_new_key_of(const struct ud_app *app, const struct ud_guid *device, enum ud_kind kind)
{
    for (size_t i = 0; i < app->new_keys; i++)
        if (app->new_key[i].kind == kind && ud_guid_compare(&app->new_key[i].device, device) == 0)
            return &app->new_key[i];
    return NULL;
}
