/* Where a key may be that is not stored here: for the open device, or for an ID that nobody knows. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/draw_parts.h"
#include "app/role.h"
#include "app/screens.h"
#include "domain/account.h"
#include "grid/i18n.h"

bool
ud_missing_known(const struct ud_app *app)
{
    const struct ud_device_state *v = &app->device;

    return v->count == 0 && v->tag == 0 && v->fetched != UD_WALL_NONE && v->error[0] == '\0';
}

const char *
ud_missing_refused(const struct ud_app *app)
{
    if (app->device.count > 0)
        return _("Keys of this device are stored; they are listed here.");
    return ud_missing_known(app) ? NULL : _("Its keys are not fetched yet, so nobody knows whether one is missing.");
}

void
ud_missing_open(struct ud_app *app)
{
    app->missing = (struct ud_missing_state){ .by_id = app->screen == UD_SCREEN_DEVICES };
    ud_show(app, UD_SCREEN_MISSING);
}

void
ud_missing_back(struct ud_app *app)
{
    ud_show(app, app->missing.by_id ? UD_SCREEN_DEVICES : UD_SCREEN_DEVICE);
}

void
ud_missing_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_missing_state *v = &app->missing;
    size_t page = app->height > 8 ? (size_t)app->height - 8 : 1;

    if (key->code == UD_KEY_UP)
        v->top -= v->top > 0;
    else if (key->code == UD_KEY_PAGE_UP)
        v->top -= v->top < page ? v->top : page;
    else if (key->code == UD_KEY_HOME)
        v->top = 0;
    else if (key->code == UD_KEY_DOWN)
        v->top++;
    else if (key->code == UD_KEY_PAGE_DOWN || (key->code == UD_KEY_TEXT && key->text[0] == ' '))
        v->top += page;
    else if (key->code == UD_KEY_END)
        v->top = v->lines;
}

/* Asking needs no stored key: of which kind the new one will be the system says. */
void
ud_missing_new_key(struct ud_app *app)
{
    struct ud_disclosure why = { .reason = "" };
    struct ud_key none = { .kind = ud_kind_of_system(app->device.dev.os), .created = UD_WALL_NONE, .shown = UD_WALL_NONE };
    const struct ud_key *k = ud_device_selected(app);
    const char *named = ud_role_named(app, &app->device.dev.d.id);

    if (named != NULL)
        (void)!ud_account_name_user(&why, named, NULL); /* it was whole when it was noted */
    ud_new_key_ask(app, &app->device.dev, k != NULL ? k : &none, &why);
    if (!app->worker)
        return; /* it has said why */
    ud_say(app, UD_TONE_PLAIN, "%s",
        k != NULL ? _("A new key was asked for. The old key still works until then.")
                  : _("A new key was asked for. The device stores it at its next contact."));
}

const char *
ud_missing_new_key_refused(const struct ud_app *app)
{
    const struct ud_key *k = ud_device_selected(app);
    enum ud_kind kind = k != NULL ? k->kind : ud_kind_of_system(app->device.dev.os);
    const struct ud_new_key *n = ud_new_key_of(app, &app->device.dev.d.id, kind);

    if (app->screen == UD_SCREEN_MISSING && app->missing.by_id)
        return _("Open the device first: Esc, then look for it or its user.");
    if (ud_role_refused_key(app, app->device.dev.d.source) != NULL)
        return ud_role_refused_key(app, app->device.dev.d.source);
    if (k == NULL && !ud_missing_known(app))
        return _("The keys are still being fetched.");
    if (!ud_app_signed_in(app))
        return _("Nobody is signed in.");
    if (ud_role_names_user(app, app->device.dev.d.source) && ud_role_named(app, &app->device.dev.d.id) == NULL)
        return _("Name its user first: look for the device by the user's whole account.");
    if (app->device.dev.d.retired)
        return _("This device is retired: it answers no more. Its stored keys stay.");
    if (n != NULL && (n->step == UD_NEW_KEY_ASKING || n->step == UD_NEW_KEY_WAITING))
        return _("A new key was asked for already; the device has not answered yet.");
    return NULL;
}

/* Where keys of the model's text come from. */
static bool
keeps_keys(const struct ud_app *app, uint8_t source)
{
    return app->config->source[source].type == UD_SOURCE_ESCROWD;
}

/* There is no old key that would work until then. */
static const char *
new_state(const struct ud_app *app, const struct ud_new_key *n, char *out, size_t size)
{
    char seen[48];

    if (n == NULL || (n->step != UD_NEW_KEY_ASKING && n->step != UD_NEW_KEY_WAITING))
        return ud_draw_new_key(app, n, out, size);
    ud_view_ago(seen, n->last_checkin, app->wall);
    (void)snprintf(out, size, _("asked, waiting for the device (last seen %s). It is stored then, and shown here."), seen);
    return out;
}

void
ud_missing_model(const struct ud_app *app, struct ud_missing_text *t)
{
    const struct ud_device_state *v = &app->device;
    bool by_id = app->screen == UD_SCREEN_DEVICES || (app->screen == UD_SCREEN_MISSING && app->missing.by_id);

    *t = (struct ud_missing_text){ .m = { .digits = "",
                                       .kind = UD_KIND_BITLOCKER,
                                       .source = app->config->source_count > 0 ? app->source_name[0] : "",
                                       .paste_hint = t->paste,
                                       .new_key_hint = t->new_key,
                                       .all_hint = t->all,
                                       .last_seen = UD_WALL_NONE,
                                       .keeps = app->config->source_count > 0 && keeps_keys(app, 0),
                                       .top = app->missing.top,
                                       .now = app->wall } };
    ud_draw_key_name(app, "device.new-key", t->new_key);
    ud_draw_key_name(app, "bde.open", t->paste);
    ud_draw_key_name(app, "device.missing", t->all);
    if (by_id) {
        for (size_t i = 0; app->devices.lookup.hex[i] != '\0' && i + 1 < sizeof(t->digits); i++)
            t->digits[i] = (char)toupper((unsigned char)app->devices.lookup.hex[i]);
        t->m.digits = t->digits;
        if (ud_lookup_miss(app, t->miss, sizeof(t->miss)))
            t->m.miss = t->miss;
        return;
    }
    t->m.device = ud_draw_name(app, v->dev.name);
    t->m.kind = ud_kind_of_system(v->dev.os);
    t->m.encrypted = v->dev.d.encrypted;
    t->m.source = app->source_name[v->dev.d.source];
    t->m.keeps = keeps_keys(app, v->dev.d.source);
    t->m.last_seen = v->dev.d.last_checkin;
    t->m.new_refused = ud_missing_new_key_refused(app);
    t->m.mac_asks = t->m.kind == UD_KIND_FILEVAULT && t->m.keeps;
    t->m.new_state = new_state(app, ud_new_key_of(app, &v->dev.d.id, t->m.kind), t->state, sizeof(t->state));
}

void
ud_draw_missing(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_missing_text t;

    ud_missing_model(app, &t);
    app->missing.lines = ud_view_missing_lines(&t.m, cv.width);
    if (app->missing.top >= app->missing.lines)
        app->missing.top = app->missing.lines > 0 ? app->missing.lines - 1 : 0;
    ud_view_missing(cv, &t.m);
}
