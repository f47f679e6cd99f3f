/* The page that takes the recovery key of a Mac twice and hands it to the service, sealed; and the one that asks its user for it. What is typed goes
 * into secrets character by character and leaves them in a box that only the service opens. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/parts.h"

void
ud_store_clear(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;

    ud_secret_free(&v->secret[0]);
    ud_secret_free(&v->secret[1]);
    ud_line_clear(&v->note);
    explicit_bzero(v->error, sizeof(v->error));
    v->on_second = v->unusual = v->wanted = v->error_second = false;
    v->step = UD_VIEW_STORE_STATE;
}

static bool
is_mac(const struct ud_device *d)
{
    return d->os != NULL && strcasecmp(d->os, "macOS") == 0;
}

/* The person who is signed in is the user of this device. */
bool
ud_store_is_own(const struct ud_app *app, uint8_t source, const char *user)
{
    return app->source[source].account[0] != '\0' && strcasecmp(app->source[source].account, user) == 0;
}

static bool
is_graph(const struct ud_app *app, const struct ud_device *d)
{
    return app->config->source[d->source].type == UD_SOURCE_GRAPH;
}

static const char *
refused_here(const struct ud_app *app, const struct ud_device *d)
{
    if (!is_mac(d))
        return _("Only a Mac has a FileVault recovery key that can be stored.");
    if (!ud_app_signed_in(app) || app->source[d->source].sign != UD_SIGNED_IN)
        return _("Nobody is signed in.");
    if (is_graph(app, d))
        return _("Microsoft's service takes this key from its user only: Company Portal, Store recovery key.");
    return NULL;
}

static bool
is_desk(enum ud_desk_role role)
{
    return role == UD_DESK_NONE || role == UD_DESK_HELPDESK || role == UD_DESK_ADVANCED;
}

const char *
ud_store_refused(const struct ud_app *app)
{
    const struct ud_device *d = &app->device.dev.d;
    const char *why = refused_here(app, d);

    if (why != NULL || ud_store_is_own(app, d->source, d->user))
        return why;
    if (!is_desk(ud_app_role(app, d->source)))
        return _("Your role may not store recovery keys.");
    if (d->ownership == UD_OWNERSHIP_PERSONAL)
        return _("A personal Mac: only its user stores the key. u: ask the user.");
    return app->config->present ? _("In presentation mode no keys are typed.") : NULL;
}

const char *
ud_store_ask_refused(const struct ud_app *app)
{
    const struct ud_device *d = &app->device.dev.d;
    const char *why = refused_here(app, d);

    if (why != NULL)
        return why;
    if (!is_desk(ud_app_role(app, d->source)))
        return _("Your role may not ask users for recovery keys.");
    if (app->device.count > 0 && app->device.key[0].state == UD_KEY_CURRENT)
        return _("A recovery key of this Mac is stored already. n: ask for a new one.");
    return d->user == NULL || d->user[0] == '\0' ? _("This Mac has no user who could be asked.") : NULL;
}

static void
take_device(struct ud_app *app, const struct ud_device *d)
{
    struct ud_store_state *v = &app->store;

    ud_store_clear(app);
    v->source = d->source;
    v->device = d->id;
    (void)ud_copy(v->name, sizeof(v->name), d->name);
    (void)ud_copy(v->user, sizeof(v->user), d->user);
    (void)ud_copy(v->user_name, sizeof(v->user_name), ud_part_user(d));
    (void)ud_copy(v->serial, sizeof(v->serial), d->serial);
    ud_part_system(v->system, sizeof(v->system), d);
    v->failed[0] = v->hint[0] = '\0';
    v->tag = 0;
}

void
ud_store_open(struct ud_app *app, const struct ud_device *d)
{
    struct ud_store_state *v = &app->store;
    struct ud_error err;

    take_device(app, d);
    for (int i = 0; i < 2; i++)
        if (ud_secret_new(&v->secret[i], UD_TYPED_ROOM, &err) != UD_OK) {
            ud_store_clear(app);
            ud_say(app, UD_TONE_ERROR, "%s %s", err.message, err.hint);
            return;
        }
    v->step = UD_VIEW_STORE_ENTRY;
    v->has_key = false;
    ud_ask(app, &v->key_tag, UD_MSG_DEPOSIT_KEY, v->source);
    ud_store_look(app, d);
    ud_show(app, UD_SCREEN_STORE);
}

void
ud_store_open_device(struct ud_app *app)
{
    ud_store_open(app, &app->device.dev.d);
}

/* The Mac of the page that is open. */
void
ud_store_again(struct ud_app *app)
{
    uint32_t row = ud_fleet_row_of(app->fleet, app->store.source, &app->store.device);
    struct ud_device d;

    if (row != UD_ROW_NONE && ud_fleet_device(app->fleet, row, &d))
        ud_store_open(app, &d);
    else if (app->device.dev.d.name != NULL && ud_guid_compare(&app->device.dev.d.id, &app->store.device) == 0)
        ud_store_open_device(app);
}

void
ud_store_open_ask(struct ud_app *app)
{
    take_device(app, &app->device.dev.d);
    app->store.step = UD_VIEW_STORE_ASK;
    ud_line_init(&app->store.note, 240);
    ud_show(app, UD_SCREEN_STORE);
}

/* --- typing ---------------------------------------------------------------------------------------------------------------- */

static void
wrong(struct ud_store_state *v, bool second, const char *text)
{
    v->error_second = second;
    (void)ud_copy(v->error, sizeof(v->error), text);
}

/* One character, from the keyboard or out of a paste, into the secret of the field. */
static bool
add(struct ud_store_state *v, char c)
{
    if (ud_typed_add(v->secret[v->on_second], c, NULL) == UD_OK)
        return true;
    wrong(v, v->on_second,
        ud_secret_length(v->secret[v->on_second]) == UD_TYPED_ROOM
            ? _("That is far more than the 24 characters of a recovery key. Ctrl-U empties the field.")
            : _("Letters A to Z and digits only."));
    return false;
}

static void
type_key(struct ud_store_state *v, const struct ud_key_event *key)
{
    struct ud_secret *s = v->secret[v->on_second];

    v->error[0] = '\0';
    if (!v->on_second)
        v->unusual = false;
    if (key->code == UD_KEY_TEXT) {
        (void)add(v, key->text[1] == '\0' ? key->text[0] : '?');
    } else if (key->code == UD_KEY_PASTE) {
        for (size_t i = 0; i < key->paste_length && add(v, key->paste[i]); i++)
            continue;
    } else if (key->code == UD_KEY_BACKSPACE && ud_secret_length(s) > 0) {
        ud_secret_truncate(s, ud_secret_length(s) - 1);
    } else if (key->code == UD_KEY_CTRL && (key->number == 'u' || key->number == 'w')) {
        ud_secret_wipe(s);
    }
}

void
ud_store_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_store_state *v = &app->store;

    if (v->step == UD_VIEW_STORE_ASK) {
        v->error[0] = '\0';
        (void)ud_line_key(&v->note, key);
    } else if (v->step == UD_VIEW_STORE_ENTRY && v->secret[0] != NULL && !v->wanted) {
        type_key(v, key);
    }
}

void
ud_store_other_field(struct ud_app *app)
{
    if (app->store.step == UD_VIEW_STORE_ENTRY && !app->store.wanted)
        app->store.on_second = !app->store.on_second;
}

/* --- sending --------------------------------------------------------------------------------------------------------------- */

static struct ud_entry *
line(struct ud_app *app, enum ud_event_kind event, const char *detail)
{
    const struct ud_store_state *v = &app->store;
    struct ud_entry *e = ud_do_record(app, NULL, event);

    ud_guid_format(e->device, &v->device);
    (void)ud_copy(e->device_name, sizeof(e->device_name), v->name);
    (void)ud_copy(e->serial, sizeof(e->serial), v->serial);
    (void)ud_copy(e->user, sizeof(e->user), v->user);
    (void)ud_copy(e->kind, sizeof(e->kind), ud_kind_name(UD_KIND_FILEVAULT));
    (void)ud_copy(e->source, sizeof(e->source), app->source_name[v->source]);
    if (event == UD_EVENT_STORE)
        ud_guid_format(e->request, &v->request_id);
    if (detail != NULL)
        ud_entry_detail(e, detail);
    return e;
}

/* Message 2: it was not taken, or nobody knows. */
static void
not_updated(struct ud_app *app, const char *message, const char *hint)
{
    struct ud_store_state *v = &app->store;

    v->step = UD_VIEW_STORE_STATE;
    (void)snprintf(v->failed, sizeof(v->failed), _("The recovery key of %s could not be updated. Nothing was stored: %s."),
        v->name, message);
    (void)snprintf(v->hint, sizeof(v->hint), "%s%s%s", hint, hint[0] ? ". " : "", _("s: type it again. Esc: the Mac's page."));
    line(app, UD_EVENT_STORE_FAILED, message);
}

static enum ud_status
seal(struct ud_store_state *v, size_t *length, struct ud_error *err)
{
    struct ud_secret *plain = NULL;
    enum ud_status st = ud_typed_pack(&plain, v->secret[0], &v->device, &v->request_id, err);

    if (st == UD_OK)
        st = ud_seal(v->box, sizeof(v->box), length, plain, v->public_key, err);
    ud_secret_free(&plain);
    ud_secret_clear_stack();
    return st;
}

static void
send(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;
    struct ud_request *r;
    struct ud_error err = { 0 };
    size_t length = 0;

    v->wanted = false;
    ud_guid_random(&v->request_id);
    enum ud_status st = seal(v, &length, &err);
    ud_store_clear(app); /* what was typed is in the box only */
    if (st != UD_OK || !app->worker) {
        not_updated(app, st != UD_OK ? err.message : _("the service is not connected"), "");
        return;
    }
    v->step = UD_VIEW_STORE_SENDING;
    v->failed[0] = '\0';
    line(app, UD_EVENT_STORE, NULL);
    r = ud_ask(app, &v->tag, UD_MSG_STORE, v->source);
    r->bytes = v->box;
    r->length = length;
    r->u.store = (struct ud_msg_store){ .source = v->source, .device = v->device, .request = v->request_id };
}

/* The first field is judged by its shape, the second by the first. */
static bool
first_is_fine(struct ud_store_state *v)
{
    size_t characters;
    enum ud_typed_fault fault = ud_typed_check(&characters, &v->unusual, v->secret[0]);

    v->error_second = false;
    ud_view_typed_fault(v->error, sizeof(v->error), fault, characters);
    if (fault != UD_TYPED_FINE)
        v->on_second = v->unusual = false;
    return fault == UD_TYPED_FINE;
}

static void
submit(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;

    if (v->wanted || !first_is_fine(v))
        return;
    if (!v->on_second || ud_secret_length(v->secret[1]) == 0) {
        v->on_second = true;
        return;
    }
    if (!ud_secret_equal(v->secret[0], v->secret[1])) {
        wrong(v, true, _("The two keys are not the same. Nothing was sent: type both again."));
        ud_secret_wipe(v->secret[0]);
        ud_secret_wipe(v->secret[1]);
        v->on_second = v->unusual = false;
        return;
    }
    if (v->has_key) {
        send(app);
        return;
    }
    v->wanted = true;
    if (v->key_tag == 0)
        ud_ask(app, &v->key_tag, UD_MSG_DEPOSIT_KEY, v->source);
}

static void
submit_ask(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;
    struct ud_request *r;

    if (v->tag != 0)
        return;
    line(app, UD_EVENT_STORE_ASKED, v->note.text);
    r = ud_ask(app, &v->tag, UD_MSG_STORE_ASK, v->source);
    (void)ud_copy(r->text, sizeof(r->text), v->note.text);
    r->u.store = (struct ud_msg_store){ .source = v->source, .device = v->device };
}

void
ud_store_submit(struct ud_app *app)
{
    struct ud_store_state *v = &app->store;

    if (v->step == UD_VIEW_STORE_ENTRY && v->secret[0] != NULL)
        submit(app);
    else if (v->step == UD_VIEW_STORE_ASK)
        submit_ask(app);
}

void
ud_store_leave(struct ud_app *app)
{
    bool same = app->device.dev.d.name != NULL && ud_guid_compare(&app->device.dev.d.id, &app->store.device) == 0;

    ud_store_clear(app);
    if (app->self.on) {
        ud_self_enter(app);
        return;
    }
    ud_show(app, same ? UD_SCREEN_DEVICE : UD_SCREEN_DEVICES);
    if (same)
        ud_device_fetch(app); /* there may be a new key meanwhile */
}

/* --- answers ---------------------------------------------------------------------------------------------------------------- */

static void
key_message(struct ud_app *app, const struct ud_msg *m)
{
    struct ud_store_state *v = &app->store;

    if (m->type == UD_MSG_DEPOSIT_KEY_IS) {
        memcpy(v->public_key, m->u.deposit_key.public_key, sizeof(v->public_key));
        v->has_key = true;
    } else if (m->type == UD_MSG_DONE) {
        v->key_tag = 0;
        if (v->wanted && v->has_key && app->screen == UD_SCREEN_STORE) {
            send(app);
        } else if (v->wanted) {
            ud_store_clear(app);
            not_updated(app, m->u.done.message, m->u.done.hint);
        }
    }
}

static void
sent_message(struct ud_app *app, const struct ud_msg *m)
{
    struct ud_store_state *v = &app->store;
    bool asking = v->step == UD_VIEW_STORE_ASK;

    if (m->type == UD_MSG_STORE_INFO) {
        ud_store_take(app, &m->u.store_info, v->name, !asking);
    } else if (m->type == UD_MSG_DONE) {
        v->tag = 0;
        if (m->u.done.status == UD_OK && asking) {
            ud_store_leave(app);
            ud_say(app, UD_TONE_GOOD, _("%s is asked at the next sign-in."), v->user_name);
        } else if (m->u.done.status == UD_OK) {
            v->step = UD_VIEW_STORE_STATE;
        } else if (asking) {
            (void)snprintf(v->error, sizeof(v->error), "%s. %s", m->u.done.message, m->u.done.hint);
        } else {
            not_updated(app, m->u.done.message, m->u.done.hint);
        }
    }
}

bool
ud_store_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_store_state *v = &app->store;

    if (e->tag == 0)
        return false;
    if (e->tag == v->key_tag)
        key_message(app, e->message);
    else if (e->tag == v->tag)
        sent_message(app, e->message);
    else
        return ud_store_watched(app, e);
    return true;
}
