/* Home: the filter, the devices that match it, and the recovery keys whose ID begins like it. */
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/devices.h"

#define RANKED 120 /* a tall screenful */

size_t
ud_devices_count(const struct ud_app *app)
{
    const struct ud_result *r = app->devices.result;

    return r != NULL ? r->hits.count : ud_fleet_rows(app->fleet);
}

uint32_t
ud_devices_row(const struct ud_app *app, size_t index)
{
    const struct ud_result *r = app->devices.result;

    if (r != NULL)
        return index < r->hits.count ? r->hits.row[index] : UD_ROW_NONE;
    return index < ud_fleet_rows(app->fleet) ? (uint32_t)index : UD_ROW_NONE;
}

void
ud_devices_search(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_job *job;

    if (app->lock.locked)
        return;
    job = ud_do_job(app, &v->search_tag, UD_JOB_SEARCH);
    (void)ud_copy(job->text, sizeof(job->text), v->filter.text);
    job->fleet = app->fleet;
    job->want = RANKED;
    for (size_t i = 0; i < app->config->source_count; i++)
        job->source_name[i] = app->source_name[i];
    job->source_count = app->config->source_count;
    job->result = ud_xcalloc(1, sizeof(*job->result));
    job->result->references = 1;
    job->previous = v->result;
    if (v->result != NULL)
        v->result->references++;
    v->searching = true;
}

void
ud_devices_found(struct ud_app *app, struct ud_job *job)
{
    struct ud_devices_state *v = &app->devices;

    if (job->tag != v->search_tag || job->status != UD_OK)
        return; /* a newer one runs, or the screen was locked */
    v->searching = false;
    ud_result_release(&v->result);
    v->result = job->result;
    job->result = NULL;
}

void
ud_devices_layout(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_view_devices model = { .hit_count = v->lookup.count,
        .hit_total = v->lookup.total,
        .on_list = v->on_list,
        .filter = &v->filter,
        .typed_id = v->lookup.digits > 0 ? v->lookup.hex : NULL };
    int width, height;
    size_t calls = 0, rows;

    for (int i = 0; i < UD_CALLS; i++)
        calls += app->call[i].phase > UD_CALL_FORM;
    ud_view_body_size(&width, &height, app->width, app->height, calls);
    rows = ud_view_devices_rows(width, height, &model);
    ud_list_set(&v->list, ud_devices_count(app), rows < UD_PAGE_MAX ? rows : UD_PAGE_MAX);
    if (v->hit != UD_LIST_NONE && v->hit >= v->lookup.count)
        v->hit = v->lookup.count > 0 ? v->lookup.count - 1 : UD_LIST_NONE;
}

void
ud_devices_clear(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;

    ud_line_clear(&v->filter);
    ud_result_release(&v->result);
    explicit_bzero(&v->lookup, sizeof(v->lookup));
    v->hit = UD_LIST_NONE;
    v->search_tag = 0;
    v->searching = false;
    v->on_list = false;
    v->list.selected = v->list.top = 0;
}

/* Up and down go through both parts: recovery keys above, devices below. */
static bool
move(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_devices_state *v = &app->devices;

    if (v->hit != UD_LIST_NONE) {
        if (key->code == UD_KEY_UP && v->hit > 0)
            v->hit--;
        else if (key->code == UD_KEY_DOWN && v->hit + 1 < v->lookup.count)
            v->hit++;
        else if ((key->code == UD_KEY_DOWN || key->code == UD_KEY_PAGE_DOWN) && v->list.count > 0)
            v->hit = UD_LIST_NONE;
        else
            return key->code == UD_KEY_UP || key->code == UD_KEY_DOWN;
        return true;
    }
    if (key->code == UD_KEY_UP && v->list.selected == 0 && v->lookup.count > 0) {
        v->hit = v->lookup.count - 1;
        return true;
    }
    return ud_list_key(&v->list, key);
}

static void
filter_changed(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;

    v->list.selected = v->list.top = 0;
    app->message[0] = '\0';
    ud_lookup_update(app);
    v->hit = v->lookup.count > 0 ? 0 : UD_LIST_NONE;
    ud_devices_search(app);
}

void
ud_devices_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_devices_state *v = &app->devices;

    if ((key->code != UD_KEY_HOME && key->code != UD_KEY_END) || v->on_list)
        if (move(app, key))
            return;
    if (v->on_list)
        return; /* letters are commands there; what is none does nothing */
    if (ud_line_key(&v->filter, key) == UD_LINE_CHANGED)
        filter_changed(app);
}

/* A source knows devices before the list has come: exact user, name or serial. And who is not told the users looks for them there. */
static bool
ask_directly(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_request *r;
    bool loading = false;

    for (size_t i = 0; i < app->config->source_count; i++)
        loading |= app->source[i].sync_tag != 0;
    bool account = strchr(v->filter.text, '@') != NULL, by_account = account && ud_role_names_users(app);
    if ((!loading && !by_account) || v->filter.length == 0)
        return false;
    if (v->ask_tag == 0 && app->worker) {
        r = ud_ask(app, &v->ask_tag, UD_MSG_ASK, 0);
        v->ask_user = account;
        v->asked = 0;
        r->u.field = account ? UD_ASK_USER : UD_ASK_NAME;
        (void)ud_copy(r->text, sizeof(r->text), v->filter.text);
        (void)ud_copy(v->ask_text, sizeof(v->ask_text), v->filter.text);
    }
    ud_say(app, UD_TONE_PLAIN, "%s",
        by_account ? _("Looking for the devices of this account …")
                   : _("The list is still loading; the sources are asked directly."));
    return true;
}

static void
open_hit(struct ud_app *app, const struct ud_found *f)
{
    struct ud_device d;

    if (f->row != UD_ROW_NONE && ud_fleet_device(app->fleet, f->row, &d)) {
        ud_device_open(app, &d, &f->key.id);
    } else if (f->has_device) {
        ud_device_open(app, &f->dev.d, &f->key.id);
    } else {
        d = (struct ud_device){ .name = _("(device not in the list)"), .last_checkin = UD_WALL_NONE, .source = f->key.source };
        d.serial = d.user = d.user_name = d.model = d.os_version = "";
        d.os = f->key.kind == UD_KIND_FILEVAULT ? "macOS" : f->key.kind == UD_KIND_LUKS ? "Linux" : "Windows";
        if (f->key.by_entra)
            d.entra_id = f->key.device;
        else
            d.id = f->key.device;
        ud_device_open(app, &d, &f->key.id);
    }
}

/* A sign-in or the rules are on their way. */
static bool
coming(const struct ud_app *app)
{
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_BUSY || app->source[i].policy_tag != 0 || app->source[i].notice_tag != 0)
            return true;
    return false;
}

void
ud_devices_open(struct ud_app *app)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_device d;
    char miss[900];
    uint32_t row;

    if (coming(app)) {
        v->opened = true; /* as soon as it may be */
        ud_say(app, UD_TONE_PLAIN, "%s", _("Signing in …"));
        return;
    }
    if (!ud_app_signed_in(app)) {
        v->opened = true;
        ud_session_begin(app);
        return;
    }
    if (v->hit != UD_LIST_NONE && v->hit < v->lookup.count) {
        open_hit(app, &v->lookup.hit[v->hit]);
        return;
    }
    row = ud_devices_row(app, v->list.selected);
    if (row != UD_ROW_NONE && ud_fleet_device(app->fleet, row, &d))
        ud_device_open(app, &d, NULL);
    else if (ud_lookup_miss(app, miss, sizeof(miss)))
        ud_missing_open(app);
    else if (!ask_directly(app))
        ud_say(app, UD_TONE_PLAIN, "%s", _("No device is selected."));
}
