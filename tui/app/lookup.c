/* Look-up of a recovery key by the first characters of its ID: in the list at each character, and from eight on in every source. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/devices.h"

static void
take_digits(struct ud_lookup *l, const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n < 32; text++)
        if (isxdigit((unsigned char)*text))
            l->hex[n++] = (char)tolower((unsigned char)*text);
    l->hex[n] = '\0';
}

static bool
matches(const struct ud_lookup *l, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];
    unsigned n = 0;

    ud_guid_format(text, id);
    for (const char *p = text; *p != '\0' && n < l->digits; p++) {
        if (*p == '-')
            continue;
        if (*p != l->hex[n++])
            return false;
    }
    return true;
}

/* One key in several sources is one row that names them. */
static struct ud_found *
add_hit(struct ud_lookup *l, const struct ud_key *key)
{
    struct ud_found *f;

    for (size_t i = 0; i < l->count; i++)
        if (ud_guid_compare(&l->hit[i].key.id, &key->id) == 0) {
            l->hit[i].sources = (uint8_t)(l->hit[i].sources | 1u << key->source);
            return &l->hit[i];
        }
    l->total++;
    if (l->count == UD_LOOKUP_MAX)
        return NULL;
    f = &l->hit[l->count++];
    explicit_bzero(f, sizeof(*f));
    f->key = *key;
    f->row = UD_ROW_NONE;
    f->sources = (uint8_t)(1u << key->source);
    return f;
}

static void
from_list(struct ud_app *app)
{
    struct ud_lookup *l = &app->devices.lookup;
    struct ud_key key[UD_LOOKUP_MAX];
    uint32_t row[UD_LOOKUP_MAX];
    size_t total = ud_fleet_find_key_digits(app->fleet, l->hex, l->digits, key, row, UD_LOOKUP_MAX);
    size_t listed = total < UD_LOOKUP_MAX ? total : UD_LOOKUP_MAX;

    for (size_t i = 0; i < listed; i++) {
        struct ud_found *f = add_hit(l, &key[i]);
        if (f != NULL && f->row == UD_ROW_NONE)
            f->row = row[i];
    }
    if (total > listed)
        l->total += total - listed;
}

static void
count_near(struct ud_app *app)
{
    struct ud_lookup *l = &app->devices.lookup;
    struct ud_keyid_prefix p;
    struct ud_key key[UD_LOOKUP_MAX];
    struct ud_error err;

    l->near = 0;
    if (l->count == 0 && l->digits >= 8 && ud_keyid_prefix_parse(&p, l->hex, &err) == UD_OK)
        l->near = ud_fleet_near_key(app->fleet, &p, key, UD_LOOKUP_MAX);
}

/* Matches that a source counts and does not tell: each further character may leave one. */
static uint32_t
hidden(const struct ud_app *app)
{
    uint32_t n = 0;

    for (size_t i = 0; i < app->config->source_count; i++)
        n += app->source[i].hidden;
    return n;
}

/* Every source is asked once for the first eight characters, and again when all 32 are there. */
static void
ask_sources(struct ud_app *app)
{
    struct ud_lookup *l = &app->devices.lookup;
    struct ud_request *r;
    struct ud_keyid_prefix p;
    struct ud_error err;
    unsigned asked = l->digits == 32 || hidden(app) > 0 ? l->digits : 8;

    if (l->digits < 8 || !app->worker || !ud_app_signed_in(app))
        return;
    if (l->asked_digits == asked && strncmp(l->asked_hex, l->hex, asked) == 0)
        return;
    if (l->tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = l->tag;
    (void)ud_copy(l->asked_hex, sizeof(l->asked_hex), l->hex);
    l->asked_hex[asked] = '\0';
    l->asked_digits = asked;
    if (ud_keyid_prefix_parse(&p, l->asked_hex, &err) != UD_OK)
        return;
    r = ud_ask(app, &l->tag, UD_MSG_FIND, 0);
    r->u.prefix = p;
    for (size_t i = 0; i < app->config->source_count; i++) {
        struct ud_source_state *s = &app->source[i];
        s->asked = s->sign == UD_SIGNED_IN ? UD_ASKED_OPEN : UD_ASKED_NOT;
        s->asked_message[0] = '\0';
        s->hidden = 0;
    }
}

void
ud_lookup_update(struct ud_app *app)
{
    struct ud_lookup *l = &app->devices.lookup;
    unsigned digits = ud_keyid_looks_like(app->devices.filter.text);
    struct ud_found kept[UD_LOOKUP_MAX];
    size_t kept_count = 0;

    if (digits > 32)
        digits = 0;
    l->digits = digits;
    take_digits(l, digits > 0 ? app->devices.filter.text : "");
    if (digits < 8 || strncmp(l->asked_hex, l->hex, 8) != 0) {
        l->other_kind[0] = '\0';
        if (l->tag != 0)
            ud_do(app, UD_DO_CANCEL)->tag = l->tag;
        l->tag = 0;
        l->asked_digits = 0;
        l->asked_hex[0] = '\0';
        for (size_t i = 0; i < app->config->source_count; i++) {
            app->source[i].asked = UD_ASKED_NOT;
            app->source[i].hidden = 0;
        }
    } else { /* what the sources said stays while it still matches */
        for (size_t i = 0; i < l->count; i++)
            if (matches(l, &l->hit[i].key.id))
                ud_dev_copy(&kept[kept_count].dev, &l->hit[i].dev),
                    kept[kept_count].key = l->hit[i].key, kept[kept_count].row = l->hit[i].row,
                    kept[kept_count].has_device = l->hit[i].has_device, kept[kept_count++].sources = l->hit[i].sources;
    }
    l->count = l->total = 0;
    for (size_t i = 0; i < kept_count; i++) {
        struct ud_found *f = add_hit(l, &kept[i].key);
        ud_dev_copy(&f->dev, &kept[i].dev);
        f->row = kept[i].row;
        f->has_device = kept[i].has_device;
        f->sources = kept[i].sources;
    }
    if (digits >= 4)
        from_list(app);
    count_near(app);
    ask_sources(app);
}

static void
on_found(struct ud_app *app, const struct ud_msg_found *m)
{
    struct ud_lookup *l = &app->devices.lookup;
    struct ud_found *f;
    struct ud_error err;

    if (m->has_device && !m->device.retired)
        (void)!ud_fleet_add(app->fleet, &m->device, &err); /* a full list is no reason to hide a hit */
    (void)!ud_fleet_add_key(app->fleet, &m->key, &err);
    ud_fleet_publish(app->fleet);
    if (!matches(l, &m->key.id) || (f = add_hit(l, &m->key)) == NULL)
        return;
    if (m->has_device && !f->has_device) {
        f->has_device = true;
        ud_dev_set(&f->dev, &m->device);
        f->row = ud_fleet_row_of(app->fleet, m->source, &m->device.id);
    }
    if (app->devices.hit == UD_LIST_NONE && l->count == 1)
        app->devices.hit = 0;
}

static void
on_source_done(struct ud_app *app, const struct ud_msg_source_done *m)
{
    struct ud_source_state *s = &app->source[m->source];

    s->hidden = m->status == UD_OK && m->hits > app->devices.lookup.count ? m->hits : 0;
    s->asked = m->status == UD_OK || m->status == UD_NOTFOUND ? UD_ASKED_DONE : UD_ASKED_FAILED;
    (void)ud_copy(s->asked_message, sizeof(s->asked_message), m->message != NULL ? m->message : "");
}

/* A device found by its user's account, which this role is not told: the operator typed it. */
static void
take_asked(struct ud_app *app, const struct ud_device *found)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_device d = *found;
    struct ud_error err;

    v->asked++;
    if (v->ask_user && d.user[0] == '\0' && ud_role_names_user(app, d.source)) {
        d.user = v->ask_text;
        ud_role_note(app, &d.id, v->ask_text);
    }
    (void)!ud_fleet_add(app->fleet, &d, &err);
}

bool
ud_lookup_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_devices_state *v = &app->devices;
    const struct ud_msg *m = e->message;

    if (e->tag == 0)
        return false;
    if (e->tag == v->ask_tag) {
        if (m->type == UD_MSG_DEVICES) {
            for (size_t i = 0; i < m->u.devices.count; i++)
                take_asked(app, &m->u.devices.device[i]);
            ud_fleet_publish(app->fleet);
            ud_devices_search(app);
        } else if (m->type == UD_MSG_DONE) {
            v->ask_tag = 0;
            if (v->ask_user && v->asked == 0)
                ud_say(app, UD_TONE_WARNING, _("No device has the user %s."), v->ask_text);
            else
                app->message[0] = '\0';
        }
        return true;
    }
    if (e->tag != v->lookup.tag)
        return false;
    if (m->type == UD_MSG_FOUND) {
        on_found(app, &m->u.found);
    } else if (m->type == UD_MSG_OTHER_ID) {
        (void)ud_copy(v->lookup.other_kind, sizeof(v->lookup.other_kind), m->u.other_id.kind);
        (void)ud_copy(v->lookup.other_device, sizeof(v->lookup.other_device), m->u.other_id.device_name);
    } else if (m->type == UD_MSG_SOURCE_DONE) {
        on_source_done(app, &m->u.source_done);
    } else if (m->type == UD_MSG_DONE) {
        v->lookup.tag = 0;
        for (size_t i = 0; i < app->config->source_count; i++)
            if (app->source[i].asked == UD_ASKED_OPEN)
                app->source[i].asked = UD_ASKED_FAILED;
        count_near(app);
    }
    return true;
}

static void
append(char *list, size_t size, const char *name, const char *detail)
{
    size_t used = strlen(list);

    (void)snprintf(
        list + used, size - used, "%s%s%s%s%s", used > 0 ? ", " : "", name, detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
}

static void
list_age(char *out, size_t size, const struct ud_app *app, ud_wall at)
{
    char ago[48];

    out[0] = '\0';
    if (at == UD_WALL_NONE)
        return;
    ud_view_ago(ago, at, app->wall);
    (void)snprintf(out, size, _("list of %s"), ago);
}

static const char *
why_not_asked(const struct ud_source_state *s)
{
    if (s->sign != UD_SIGNED_IN)
        return _("signed out");
    return s->asked_message[0] ? s->asked_message : _("no answer");
}

bool
ud_lookup_miss(const struct ud_app *app, char *out, size_t size)
{
    const struct ud_lookup *l = &app->devices.lookup;
    char asked[400] = "", not_asked[600] = "", age[64], digits[33];
    bool loading = false, open = false;

    if (l->digits < 8 || l->count > 0)
        return false;
    if (ud_role_miss(app, out, size))
        return true;
    if (l->other_kind[0] != '\0') {
        (void)snprintf(out, size,
            _("This is the ID of another protector (%s) of %s, not of a recovery key. Ask for the ID after 'Recovery key ID'."),
            l->other_kind, l->other_device[0] ? l->other_device : _("a device"));
        return true;
    }
    for (size_t i = 0; i < app->config->source_count; i++) {
        const struct ud_source_state *s = &app->source[i];
        loading |= s->sync_tag != 0;
        open |= s->asked == UD_ASKED_OPEN;
        list_age(age, sizeof(age), app, s->list_at);
        if (s->asked == UD_ASKED_DONE)
            append(asked, sizeof(asked), app->source_name[i], "");
        else if (s->asked == UD_ASKED_OPEN)
            append(asked, sizeof(asked), app->source_name[i], _("waiting for its answer"));
        else
            append(not_asked, sizeof(not_asked), app->source_name[i],
                s->list_at != UD_WALL_NONE && s->sign != UD_SIGNED_IN ? age : why_not_asked(s));
    }
    for (size_t i = 0; i <= strlen(l->hex); i++)
        digits[i] = (char)toupper((unsigned char)l->hex[i]);
    ud_view_miss_text(out, size, digits, asked[0] ? asked : NULL, not_asked[0] ? not_asked : NULL, l->near, loading || open);
    return true;
}
