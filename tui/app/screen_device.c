/* One device. Its keys are always fetched afresh; what the list knows is shown meanwhile. */
#include <stdio.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/chrome.h"

static void
select_wanted(struct ud_device_state *v)
{
    if (ud_guid_is_zero(&v->wanted))
        return;
    for (size_t i = 0; i < v->count; i++)
        if (ud_guid_compare(&v->key[i].id, &v->wanted) == 0)
            ud_list_select(&v->list, i);
}

static void
set_keys(struct ud_device_state *v, const struct ud_key *key, size_t count)
{
    struct ud_guid before = v->list.selected < v->count ? v->key[v->list.selected].id : (struct ud_guid){ { 0 } };

    if (ud_guid_is_zero(&v->wanted) &&
        v->list.selected > 0) /* who stands on the newest key wants the newest, whichever that is now */
        v->wanted = before;
    v->count = count < UD_DEVICE_KEYS ? count : UD_DEVICE_KEYS;
    memcpy(v->key, key, v->count * sizeof(*key));
    ud_list_set(&v->list, v->count, v->list.rows > 0 ? v->list.rows : 8);
    select_wanted(v);
}

static size_t
count_same_name(const struct ud_app *app, const struct ud_device *d)
{
    const struct ud_result *r = app->devices.result;
    size_t same = 0, count = r != NULL ? r->hits.count : 0;
    struct ud_device other;

    for (size_t i = 0; i < count && i < 2000; i++)
        if (ud_fleet_device(app->fleet, r->hits.row[i], &other) && strcmp(other.name, d->name) == 0 &&
            (other.source != d->source || ud_guid_compare(&other.id, &d->id) != 0))
            same++;
    return same;
}

void
ud_device_open(struct ud_app *app, const struct ud_device *d, const struct ud_guid *key)
{
    struct ud_device_state *v = &app->device;
    struct ud_key known[UD_DEVICE_KEYS];
    uint32_t row = ud_fleet_row_of(app->fleet, d->source, &d->id);
    size_t count = 0;

    ud_dev_set(&v->dev, d);
    v->same_name = count_same_name(app, d);
    v->wanted = key != NULL ? *key : (struct ud_guid){ { 0 } };
    v->error[0] = v->hint[0] = '\0';
    v->fetched = UD_WALL_NONE;
    v->tag = 0;
    v->list = (struct ud_list){ 0 };
    v->count = 0;
    if (row != UD_ROW_NONE)
        count = ud_fleet_keys_of(app->fleet, row, known, UD_DEVICE_KEYS);
    set_keys(v, known, count);
    if (key != NULL)
        v->wanted = *key;
    ud_show(app, UD_SCREEN_DEVICE);
    ud_device_fetch(app);
}

void
ud_device_fetch(struct ud_app *app)
{
    struct ud_device_state *v = &app->device;
    struct ud_request *r;

    v->error[0] = v->hint[0] = '\0';
    v->fresh_count = 0;
    if (!app->worker)
        return;
    ud_store_look(app, &v->dev.d);
    if (v->tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = v->tag;
    r = ud_ask(app, &v->tag, UD_MSG_KEYS, v->dev.d.source);
    r->u.keys.source = v->dev.d.source;
    r->u.keys.device = v->dev.d.id;
    r->u.keys.entra = v->dev.d.entra_id;
    (void)ud_copy(r->text, sizeof(r->text), v->dev.os);
}

static void
fetched(struct ud_app *app, const struct ud_msg_done *m)
{
    struct ud_device_state *v = &app->device;

    v->tag = 0;
    if (m->status == UD_OK || m->status == UD_NOTFOUND) {
        set_keys(v, v->fresh, v->fresh_count);
        v->fetched = app->wall;
        if (app->screen == UD_SCREEN_MISSING && !app->missing.by_id && v->count > 0) {
            ud_show(app, UD_SCREEN_DEVICE); /* it is not missing any more */
            ud_say(app, UD_TONE_GOOD, "%s", _("The recovery key is stored now."));
        }
        ud_fleet_publish(app->fleet);
    } else if (m->status != UD_CANCELLED) {
        (void)ud_copy(v->error, sizeof(v->error), m->message);
        (void)ud_copy(v->hint, sizeof(v->hint), m->hint);
    }
}

/* Newest first, as they are kept. */
static void
take_fresh(struct ud_device_state *v, const struct ud_key *k)
{
    size_t at = v->fresh_count;

    if (v->fresh_count == UD_DEVICE_KEYS)
        return;
    while (at > 0 && v->fresh[at - 1].created < k->created) {
        v->fresh[at] = v->fresh[at - 1];
        at--;
    }
    v->fresh[at] = *k;
    v->fresh_count++;
}

bool
ud_device_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_device_state *v = &app->device;
    struct ud_error err;

    if (e->tag == 0 || e->tag != v->tag)
        return false;
    if (e->message->type == UD_MSG_KEY_BATCH) {
        for (size_t i = 0; i < e->message->u.key_batch.count; i++) {
            take_fresh(v, &e->message->u.key_batch.key[i]);
            (void)!ud_fleet_add_key(app->fleet, &e->message->u.key_batch.key[i], &err);
        }
    } else if (e->message->type == UD_MSG_DONE) {
        fetched(app, &e->message->u.done);
    }
    return true;
}

const struct ud_key *
ud_device_selected(const struct ud_app *app)
{
    const struct ud_device_state *v = &app->device;

    return v->list.selected < v->count ? &v->key[v->list.selected] : NULL;
}

static size_t
calls_open(const struct ud_app *app)
{
    size_t n = 0;

    for (int i = 0; i < UD_CALLS; i++)
        n += app->call[i].phase > UD_CALL_FORM;
    return n;
}

static bool
over_limit(const struct ud_app *app)
{
    return !ud_app_training(app) && ud_app_surge(app)[0] == '\0' && app->policy.keys_stop > 0 &&
           app->budget_count >= app->policy.keys_stop;
}

const char *
ud_device_get_refused(const struct ud_app *app)
{
    const struct ud_device *d = &app->device.dev.d;
    const struct ud_key *k = ud_device_selected(app);

    if (ud_role_refused_key(app, d->source) != NULL)
        return ud_role_refused_key(app, d->source);
    if (k == NULL)
        return app->device.tag != 0 ? _("The keys are still being fetched.")
                                    : _("No recovery key of this device is stored here.");
    if (ud_guid_is_zero(&k->id) && k->state == UD_KEY_SUPERSEDED)
        return _("An older key without an ID cannot be asked for, only the newest one of the device.");
    if (!ud_app_signed_in(app))
        return _("Nobody is signed in.");
    if (app->config->present)
        return _("In presentation mode no keys are shown.");
    if (!app->alternate_screen)
        return _("This terminal has no second screen, so a shown key would stay in its scrollback.");
    if (app->journal_bad)
        return _("The activity log cannot be written, so no keys are shown.");
    if (d->ownership == UD_OWNERSHIP_PERSONAL && k->kind == UD_KIND_FILEVAULT)
        return _("A personal Mac: its user finds the key in the self-service. A new key can be asked for.");
    if (d->ownership == UD_OWNERSHIP_PERSONAL && k->kind == UD_KIND_BITLOCKER &&
        !ud_app_policy_of(app, d->source)->personal_bitlocker_view)
        return _("A personal device: the policy does not allow its key to be shown.");
    if (over_limit(app))
        return _("The limit of different keys an hour is reached. An approver can open a surge.");
    if (calls_open(app) == UD_CALLS)
        return _("Four calls are open. End one first.");
    return NULL;
}

const char *
ud_device_package_refused(const struct ud_app *app)
{
    const struct ud_key *k = ud_device_selected(app);

    return k != NULL && k->package ? NULL : _("No key package is stored with this key.");
}

void
ud_device_package(struct ud_app *app)
{
    char id[9];

    ud_guid_short(id, &ud_device_selected(app)->id);
    ud_say(app, UD_TONE_PLAIN, _("In a shell: unlockdesk key package %s --reason CODE"), id);
}
