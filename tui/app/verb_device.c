#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/oneshot.h"
#include "grid/i18n.h"
#include "view/chrome.h"
#include "wire/cli.h"

#define KEYS_SHOWN 256
#define JSON_MAX   ((size_t)1 << 31)

static void
query_text(const struct ud_options *o, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < o->arg_count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", o->arg[i]);
}

static enum ud_status
search(struct ud_oneshot *s, struct ud_hits *hits, struct ud_error *err)
{
    const char *names[UD_SOURCE_MAX];
    struct ud_query *q = NULL;
    char text[512];
    enum ud_status st;

    for (size_t i = 0; i < s->config.source_count; i++)
        names[i] = s->config.source[i].name;
    query_text(s->options, text, sizeof(text));
    if ((st = ud_query_parse(&q, text, names, s->config.source_count, err)) == UD_OK)
        ud_fleet_search(s->fleet, q, 0, NULL, NULL, NULL, hits);
    if (hits->fuzzy) /* a loose match is a help while typing, not an answer for a program */
        hits->count = hits->total = 0;
    ud_query_free(&q);
    return st;
}

static size_t
shown(const struct ud_oneshot *s, const struct ud_hits *h)
{
    return s->options->limit >= 0 && (size_t)s->options->limit < h->count ? (size_t)s->options->limit : h->count;
}

static enum ud_status
list_json(struct ud_oneshot *s, const struct ud_hits *h, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_device d;
    struct ud_buf b;
    enum ud_status st;

    ud_buf_init(&b, JSON_MAX);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_devices_begin(&w, ud_fleet_devices(s->fleet), h->total);
    for (size_t i = 0; i < shown(s, h); i++)
        if (ud_fleet_device(s->fleet, h->row[i], &d))
            ud_wire_cli_devices_add(&w, &d, s->config.source[d.source].name);
    ud_wire_cli_devices_end(&w);
    st = ud_print_json(&b, err);
    ud_buf_free(&b);
    return st;
}

static void
print_row(const char *name, const char *serial, const char *user, const char *os, const char *key)
{
    ud_print_cell(name, 24);
    ud_print_cell(" ", 1);
    ud_print_cell(serial, 14);
    ud_print_cell(" ", 1);
    ud_print_cell(user, 36);
    ud_print_cell(" ", 1);
    ud_print_cell(os, 10);
    printf(" %s\n", key);
}

static const char *
mark_text(enum ud_key_mark m)
{
    switch (m) {
    case UD_MARK_MISSING:
        return _("no key");
    case UD_MARK_CURRENT:
        return _("key");
    case UD_MARK_SHOWN:
        return _("key shown");
    case UD_MARK_DUE:
        return _("key due");
    case UD_MARK_NOT_KNOWN:
        break;
    }
    return "";
}

static enum ud_status
list_text(struct ud_oneshot *s, const struct ud_hits *h)
{
    struct ud_device d;
    size_t n = shown(s, h);

    if (n > 0)
        print_row(_("Name"), _("Serial"), _("User"), _("System"), _("Key"));
    for (size_t i = 0; i < n; i++)
        if (ud_fleet_device(s->fleet, h->row[i], &d))
            print_row(d.name, d.serial, d.user, d.os, mark_text(d.mark));
    fprintf(stderr, ud_plural("%zu of %zu device\n", "%zu of %zu devices\n", ud_fleet_devices(s->fleet)), h->total,
        ud_fleet_devices(s->fleet));
    return UD_OK;
}

static enum ud_status
list(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_hits hits = { 0 };
    enum ud_status st;

    if ((st = ud_oneshot_list(s, err)) == UD_OK && (st = search(s, &hits, err)) == UD_OK)
        st = s->options->json ? list_json(s, &hits, err) : list_text(s, &hits);
    ud_hits_free(&hits);
    return st;
}

static void
show_text(const struct ud_oneshot *s, const struct ud_device *d, const struct ud_key *keys, size_t count)
{
    char when[32], id[9];

    ud_wall_format(when, sizeof(when), d->last_checkin, false);
    ud_print_label(_("Name"), 14);
    printf("%s\n", d->name);
    ud_print_label(_("Serial"), 14);
    printf("%s\n", d->serial);
    ud_print_label(_("User"), 14);
    printf("%s  %s\n", d->user, d->user_name);
    ud_print_label(_("Ownership"), 14);
    printf("%s\n", ud_view_ownership(d->ownership));
    ud_print_label(_("System"), 14);
    printf("%s %s\n", d->os, d->os_version);
    ud_print_label(_("Last seen"), 14);
    printf("%s\n", d->last_checkin == UD_WALL_NONE ? _("never") : when);
    ud_print_label(_("Stored in"), 14);
    printf("%s\n", s->config.source[d->source].name);
    if (count == 0)
        printf("%s\n", _("No recovery key is stored for this device."));
    for (size_t i = 0; i < count; i++) {
        ud_guid_short(id, &keys[i].id);
        ud_wall_format(when, sizeof(when), keys[i].created, false);
        ud_print_label(i == 0 ? _("Keys") : "", 14);
        printf("%s  %s  %s  %s  %s\n", ud_guid_is_zero(&keys[i].id) ? "--------" : id, ud_kind_name(keys[i].kind),
            keys[i].volume != UD_VOLUME_NONE ? ud_view_volume(keys[i].volume) : "-", keys[i].created == UD_WALL_NONE ? "-" : when,
            ud_view_key_state(keys[i].state));
    }
}

static enum ud_status
show(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_key *keys = ud_xcalloc(KEYS_SHOWN, sizeof(*keys));
    struct ud_device d = { 0 };
    uint32_t row = 0;
    size_t count = 0;
    enum ud_status st;

    if ((st = ud_oneshot_list(s, err)) != UD_OK || (st = ud_oneshot_device(s, s->options->arg[0], &row, err)) != UD_OK)
        goto out;
    if (s->client != NULL && (st = ud_oneshot_keys(s, row, err)) != UD_OK)
        goto out;
    if (ud_fleet_device(s->fleet, row, &d))
        count = ud_fleet_keys_of(s->fleet, row, keys, KEYS_SHOWN);
    if (count > KEYS_SHOWN)
        count = KEYS_SHOWN;
    if (!s->options->json) {
        show_text(s, &d, keys, count);
        goto out;
    }
    struct ud_json_writer w;
    struct ud_buf b;
    ud_buf_init(&b, JSON_MAX);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_device_show(&w, &d, s->config.source[d.source].name, keys, count);
    st = ud_print_json(&b, err);
    ud_buf_free(&b);
out:
    free(keys);
    return st;
}

enum ud_status
ud_verb_device(struct ud_oneshot *s, struct ud_error *err)
{
    return strcmp(s->options->verb, "device list") == 0 ? list(s, err) : show(s, err);
}
