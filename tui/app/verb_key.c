/* `key find` and `key check`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "domain/recovery.h"
#include "grid/i18n.h"
#include "wire/cli.h"

#define FOUND_MAX 512

/* --- find ------------------------------------------------------------------------------------------------------------------ */

struct owned { /* what a FOUND event said, kept beyond the event */
    struct ud_wire_cli_found found;
    char name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX];
};

struct finding {
    struct owned *key;
    size_t count;
    size_t hidden; /* matches that are counted and not told */
    char other[160];
};

static void
keep_found(struct ud_oneshot *s, struct finding *f, const struct ud_msg_found *m)
{
    for (size_t i = 0; i < f->count; i++) /* the same key in several sources is one row */
        if (ud_guid_compare(&f->key[i].found.key.id, &m->key.id) == 0)
            return;
    if (f->count == FOUND_MAX)
        return;
    struct owned *o = &f->key[f->count++];
    o->found.key = m->key;
    o->found.has_device = m->has_device;
    o->found.source_name = s->config.source[m->source].name;
    if (!m->has_device)
        return;
    (void)ud_copy(o->name, sizeof(o->name), m->device.name);
    (void)ud_copy(o->serial, sizeof(o->serial), m->device.serial);
    (void)ud_copy(o->user, sizeof(o->user), m->device.user);
    o->found.device = m->device;
    o->found.device.name = o->name;
    o->found.device.serial = o->serial;
    o->found.device.user = o->user;
}

static void
on_found(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct finding *f = arg;

    if (e->type == UD_MSG_FOUND)
        keep_found(s, f, &e->u.found);
    else if (e->type == UD_MSG_OTHER_ID)
        (void)snprintf(f->other, sizeof(f->other), _("That is the ID of the %s of %s, not of a recovery key."),
            e->u.other_id.kind, e->u.other_id.device_name[0] != '\0' ? e->u.other_id.device_name : _("a device"));
    else if (e->type == UD_MSG_SOURCE_DONE && e->u.source_done.hits > f->count)
        f->hidden = e->u.source_done.hits;
    else if (e->type == UD_MSG_SOURCE_DONE && e->u.source_done.status != UD_OK)
        fprintf(stderr, _("%s did not answer: %s\n"), s->config.source[e->u.source_done.source].name, e->u.source_done.message);
}

static void
join_words(const struct ud_options *o, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; i < o->arg_count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s", o->arg[i]);
}

static enum ud_status
not_found(const struct finding *f, const char *text, struct ud_error *err)
{
    if (f->hidden > 1) {
        ud_error_set(err, UD_AMBIGUOUS, _("%zu recovery keys start with %s"), f->hidden, text);
        return ud_error_hint(err, "%s", _("Have more characters of the ID read out; your role is not told the devices."));
    }
    ud_error_set(err, UD_NOTFOUND, _("No recovery key ID starts with %s. %s"), text, f->other);
    return ud_error_hint(err, "%s",
        _("The ID stands after \"Recovery key ID\", not after \"Drive label\", and is not the TPM's. Have the first 8 characters "
          "read out "
          "again."));
}

static void
print_found(const struct finding *f)
{
    char id[UD_GUID_TEXT], when[32];

    if (f->count > 1)
        printf(_("%zu keys start with these characters:\n"), f->count);
    for (size_t i = 0; i < f->count; i++) {
        const struct ud_wire_cli_found *k = &f->key[i].found;
        ud_guid_format(id, &k->key.id);
        ud_wall_format(when, sizeof(when), k->key.created, false);
        printf("%s  %-9s  %-9s  %s  %s%s  %s  %s\n", id, ud_kind_name(k->key.kind),
            ud_volume_name(k->key.volume) != NULL ? ud_volume_name(k->key.volume) : "-", when, f->key[i].name,
            k->has_device && k->device.retired ? _(" (retired)") : "", f->key[i].serial, f->key[i].user);
    }
}

static enum ud_status
find(struct ud_oneshot *s, struct ud_error *err)
{
    struct finding f = { .key = ud_xcalloc(FOUND_MAX, sizeof(*f.key)) };
    struct ud_msg m = { .type = UD_MSG_FIND };
    char text[128];
    enum ud_status st;

    join_words(s->options, text, sizeof(text));
    if ((st = ud_keyid_prefix_parse(&m.u.find.prefix, text, err)) != UD_OK)
        goto out;
    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK)
        goto out;
    if ((st = ud_oneshot_request(s, &m, NULL, on_found, &f, err)) != UD_OK)
        goto out;
    if (f.count == 0) {
        st = not_found(&f, text, err);
    } else if (s->options->json) {
        struct ud_wire_cli_found *list = ud_xcalloc(f.count, sizeof(*list));
        struct ud_json_writer w;
        struct ud_buf b;
        for (size_t i = 0; i < f.count; i++)
            list[i] = f.key[i].found;
        ud_buf_init(&b, (size_t)1 << 20);
        ud_json_writer_init(&w, &b);
        ud_wire_cli_key_find(&w, list, f.count);
        st = ud_print_json(&b, err);
        ud_buf_free(&b);
        free(list);
    } else {
        print_found(&f);
    }
out:
    free(f.key);
    return st;
}

enum ud_status
ud_verb_key(struct ud_oneshot *s, struct ud_error *err)
{
    return find(s, err);
}

/* --- check ------------------------------------------------------------------------------------------------------------------ */

static enum ud_status
read_pipe(struct ud_secret **out, struct ud_error *err)
{
    unsigned char c;
    enum ud_status st = ud_secret_new(out, 512, err);

    while (st == UD_OK && read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        st = ud_secret_append(*out, &c, 1, err);
    return st;
}

enum ud_status
ud_verb_check(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_kind kind = UD_KIND_BITLOCKER;
    struct ud_recovery_check check;
    struct ud_secret *key = NULL;
    enum ud_status st;

    if (s->options->kind != NULL && !ud_kind_parse(&kind, s->options->kind))
        return ud_error_set(err, UD_USAGE, "--kind takes bitlocker, filevault, luks or laps, not \"%s\"", s->options->kind);
    st = isatty(STDIN_FILENO) ? ud_ask_secret(&key, _("Recovery key (not shown): "), err) : read_pipe(&key, err);
    if (st == UD_OK && (st = ud_recovery_normalise(key, kind, err)) == UD_OK) {
        ud_recovery_check(&check, kind, key);
        printf("%s\n", _("Every group is right."));
        if (check.warn_unusual)
            printf("%s\n", _("It holds 0, 1, I or S, which these keys never do: have it read out once more."));
    }
    ud_secret_free(&key);
    return st;
}
