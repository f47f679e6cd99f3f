/* `key read-bde`: what manage-bde -protectors -get printed, from a file or standard input, straight into one guarded block. Says which ID is that
 * of the recovery key and whether it is stored; with --store it is, sealed. No digit of a key is printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "domain/bde.h"
#include "grid/i18n.h"
#include "view/bde.h"
#include "wire/cli_keep.h"

struct fact {
    struct ud_wire_cli_protector c;
    bool found;
    struct ud_key key;
    struct ud_guid found_on; /* managedDevice id */
    char device[UD_NAME_MAX], fault[200];
};

struct reading {
    struct ud_secret *text;
    struct ud_bde_list list;
    struct fact fact[UD_BDE_PROTECTORS];
    size_t at; /* being compared */
    bool has_device;
    struct ud_device device;
    char id[UD_GUID_TEXT];
    bool has_public;
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_keyid_prefix asked;
    bool has_asked;
};

/* --- the text ----------------------------------------------------------------------------------------------------------------- */

/* Reads into the block itself: no buffer of ours ever holds the text. */
static enum ud_status
fill(struct ud_secret *text, int fd, struct ud_error *err)
{
    unsigned char *to = ud_secret_open_write(text);
    size_t room = ud_secret_capacity(text), used = 0;
    ssize_t n = 1;

    while (used < room && (n = read(fd, to + used, room - used)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        used += (size_t)n;
    }
    ud_secret_close(text);
    ud_secret_set_length(text, used);
    if (n < 0)
        return ud_error_errno(err, _("The text"));
    if (used < room)
        return UD_OK;
    ud_error_set(err, UD_INVALID, "%s", _("The text is longer than 64 KiB"));
    return ud_error_hint(err, "%s", _("Give only what manage-bde -protectors -get C: printed."));
}

static enum ud_status
read_terminal(struct ud_secret *text, struct ud_error *err)
{
    struct termios before, quiet;
    enum ud_status st;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return ud_error_errno(err, _("The terminal"));
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    fprintf(stderr, "%s\n",
        _("Paste what manage-bde -protectors -get C: printed, then Ctrl-D on a line of its own. It is not shown."));
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    st = fill(text, STDIN_FILENO, err);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    return st;
}

static enum ud_status
read_text(struct reading *r, const struct ud_options *o, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(&r->text, UD_BDE_TEXT_MAX, err);
    int fd;

    if (st != UD_OK)
        return st;
    if (o->arg_count == 0 || strcmp(o->arg[0], "-") == 0)
        return isatty(STDIN_FILENO) ? read_terminal(r->text, err) : fill(r->text, STDIN_FILENO, err);
    if ((fd = open(o->arg[0], O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
        return ud_error_errno(err, o->arg[0]);
    st = fill(r->text, fd, err);
    (void)close(fd);
    return st;
}

/* The groups of each key; and which ID was asked for. */
static void
look(struct reading *r)
{
    for (size_t i = 0; i < r->list.count; i++) {
        struct fact *f = &r->fact[i];
        struct ud_secret *key = NULL;
        struct ud_error why = { 0 };
        f->c.p = &r->list.item[i];
        f->c.asked = r->has_asked && ud_keyid_prefix_matches(&r->asked, &r->list.item[i].id);
        if (!r->list.item[i].is_key)
            continue;
        if (ud_bde_take(&key, r->text, &r->list.item[i], &why) != UD_OK) {
            (void)ud_copy(f->fault, sizeof(f->fault), why.message);
            f->c.fault = f->fault;
        }
        ud_secret_free(&key);
    }
}

static enum ud_status
nothing_in_it(const struct reading *r, struct ud_error *err)
{
    for (size_t i = 0; i < r->list.count; i++)
        if (r->list.item[i].is_key)
            return UD_OK;
    if (r->list.problems > 0)
        ud_error_set(err, UD_NOTFOUND, _("There is no recovery key in it. Line %u: %s"), r->list.problem[0].line,
            ud_bde_problem_text(r->list.problem[0].what));
    else
        ud_error_set(err, UD_NOTFOUND, "%s", _("There is no 48-digit recovery key in it"));
    return ud_error_hint(err, "%s", _("Run as administrator at the device: manage-bde -protectors -get C:"));
}

/* --- comparing ------------------------------------------------------------------------------------------------------------------- */

static void
on_found(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct reading *r = arg;
    struct fact *f = &r->fact[r->at];

    if (e->type == UD_MSG_SOURCE_DONE && e->u.source_done.status != UD_OK && e->u.source_done.status != UD_NOTFOUND)
        fprintf(stderr, _("%s did not answer: %s\n"), s->config.source[e->u.source_done.source].name, e->u.source_done.message);
    if (e->type != UD_MSG_FOUND || ud_guid_compare(&e->u.found.key.id, &r->list.item[r->at].id) != 0)
        return;
    f->found = true;
    f->key = e->u.found.key;
    f->c.source = s->config.source[e->u.found.source].name;
    if (!e->u.found.has_device)
        return;
    f->found_on = e->u.found.device.id;
    (void)ud_copy(f->device, sizeof(f->device), e->u.found.device.name);
    f->c.device = f->device;
}

static const char *
stored_word(const struct reading *r, const struct fact *f)
{
    if (!f->found)
        return "no";
    if (r->has_device && ud_guid_compare(&f->found_on, &r->device.id) != 0)
        return "other-device";
    return ud_key_state_name(f->key.state);
}

static enum ud_status
compare(struct ud_oneshot *s, struct reading *r, struct ud_error *err)
{
    enum ud_status st;

    for (r->at = 0; r->at < r->list.count; r->at++) {
        struct ud_msg m = { .type = UD_MSG_FIND };
        if (!r->list.item[r->at].is_key || r->fact[r->at].c.fault != NULL)
            continue;
        m.u.find.prefix = (struct ud_keyid_prefix){ .value = r->list.item[r->at].id, .digits = 32 };
        st = ud_oneshot_request(s, &m, NULL, on_found, r, err);
        if (st != UD_OK && st != UD_NOTFOUND)
            return st;
        r->fact[r->at].c.stored = stored_word(r, &r->fact[r->at]);
    }
    return UD_OK;
}

/* --- storing ---------------------------------------------------------------------------------------------------------------------- */

static void
on_public(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct reading *r = arg;

    (void)s;
    if (e->type != UD_MSG_DEPOSIT_KEY_IS)
        return;
    memcpy(r->public_key, e->u.deposit_key.public_key, sizeof(r->public_key));
    r->has_public = true;
}

static enum ud_status
write_line(
    struct ud_oneshot *s, struct ud_journal *j, const struct reading *r, const struct ud_bde_protector *p, struct ud_error *err)
{
    char key[UD_GUID_TEXT];
    struct ud_record line = { .event = UD_EVENT_KEPT,
        .operator_id = s->account,
        .source = s->config.source[r->device.source].name,
        .device = r->id,
        .device_name = r->device.name,
        .serial = r->device.serial,
        .user = r->device.user,
        .key = key,
        .kind = ud_kind_name(UD_KIND_BITLOCKER) };

    ud_guid_format(key, &p->id);
    return ud_journal_append(j, &line, NULL, err);
}

static enum ud_status
keep(struct ud_oneshot *s, struct ud_journal *j, struct reading *r, size_t at, struct ud_error *err)
{
    const struct ud_bde_protector *p = &r->list.item[at];
    unsigned char box[UD_RECOVERY_MAX + UD_SEAL_EXTRA];
    struct ud_msg m = { .type = UD_MSG_KEEP };
    struct ud_secret *key = NULL;
    size_t length = 0;
    enum ud_status st = ud_bde_take(&key, r->text, p, err);

    if (st == UD_OK)
        st = ud_seal(box, sizeof(box), &length, key, r->public_key, err);
    ud_secret_free(&key);
    if (st != UD_OK)
        return st;
    m.u.keep = (struct ud_msg_keep){ .source = r->device.source,
        .kind = UD_KIND_BITLOCKER,
        .volume = (uint8_t)p->volume,
        .device = r->device.id,
        .key = p->id,
        .sealed = box,
        .sealed_length = length };
    for (size_t i = 0; i < r->list.count; i++)
        if (!r->list.item[i].is_key && r->list.item[i].drive == p->drive)
            m.u.keep.other[m.u.keep.other_count++] = (struct ud_bde_other){ r->list.item[i].id, r->list.item[i].kind };
    st = ud_oneshot_request(s, &m, NULL, NULL, NULL, err);
    if (st == UD_EXISTS)
        return UD_OK;
    r->fact[at].c.kept = st == UD_OK;
    if (st == UD_OK)
        r->fact[at].c.stored = "current";
    return st == UD_OK ? write_line(s, j, r, p, err) : st;
}

/* Those that are whole and not stored; of the one drive that was asked for, where it was. */
static enum ud_status
keep_all(struct ud_oneshot *s, struct reading *r, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_DEPOSIT_KEY, .u.source.source = r->device.source };
    struct ud_journal *j = NULL;
    enum ud_status st = ud_oneshot_request(s, &m, NULL, on_public, r, err);

    if (st == UD_OK && !r->has_public)
        st = ud_error_set(err, UD_UNSUPPORTED, "%s", _("This service takes no recovery keys from staff"));
    if (st == UD_OK)
        st = ud_journal_open(&j, s->config.journal_dir, err);
    for (size_t i = 0; i < r->list.count && st == UD_OK; i++) {
        const struct fact *f = &r->fact[i];
        if (f->c.fault != NULL)
            st = ud_error_set(err, UD_INVALID, _("Line %u: %s"), r->list.item[i].line, f->c.fault);
        else if (r->list.item[i].is_key && f->c.stored != NULL &&
                 (strcmp(f->c.stored, "no") == 0 || strcmp(f->c.stored, "other-device") == 0))
            st = keep(s, j, r, i, err);
    }
    if (j != NULL && ud_journal_checkpoint(j, NULL) != UD_OK)
        fprintf(stderr, "%s\n", _("The activity log has no checkpoint of these lines yet."));
    ud_journal_free(&j);
    return st;
}

/* --- answering ----------------------------------------------------------------------------------------------------------------------- */

static void
print_known(const struct fact *f)
{
    if (!f->c.p->is_key)
        printf("%s\n", f->c.asked ? _("no recovery key, although it was read out") : _("no recovery key"));
    else if (f->c.fault != NULL)
        printf("%s\n", f->c.fault);
    else if (f->c.kept)
        printf(_("stored now%s\n"), "");
    else if (f->c.stored == NULL)
        printf("%s\n", _("not compared"));
    else if (strcmp(f->c.stored, "no") == 0)
        printf("%s\n", _("not stored"));
    else if (strcmp(f->c.stored, "other-device") == 0)
        printf(_("stored, for %s\n"), f->device);
    else if (strcmp(f->c.stored, "superseded") == 0)
        printf(_("stored in %s; a newer key is stored, too\n"), f->c.source);
    else
        printf(_("stored in %s\n"), f->c.source);
}

static void
explain(const struct reading *r)
{
    const struct fact *asked = NULL, *key = NULL;
    char id[9];

    for (size_t i = 0; i < r->list.count; i++) {
        if (r->fact[i].c.asked)
            asked = &r->fact[i];
        if (r->list.item[i].is_key && key == NULL)
            key = &r->fact[i];
    }
    if (key == NULL || !r->has_asked)
        return;
    ud_guid_short(id, &key->c.p->id);
    if (asked != NULL && !asked->c.p->is_key)
        printf(_("The ID that was read out is that of: %s. The recovery key's ID is %s.\n"), ud_view_bde_kind(asked->c.p), id);
    else if (asked == NULL)
        printf("%s\n", _("The ID that was read out is not in it: the text is of another drive or computer."));
}

static enum ud_status
answer(struct ud_oneshot *s, const struct reading *r, struct ud_error *err)
{
    struct ud_wire_cli_protector c[UD_BDE_PROTECTORS];
    struct ud_json_writer w;
    struct ud_buf b;
    char id[UD_GUID_TEXT];
    enum ud_status st;

    if (s->options->json) {
        for (size_t i = 0; i < r->list.count; i++)
            c[i] = r->fact[i].c;
        ud_buf_init(&b, (size_t)1 << 20);
        ud_json_writer_init(&w, &b);
        ud_wire_cli_read_bde(&w, &r->list, c);
        st = ud_print_json(&b, err);
        ud_buf_free(&b);
        return st;
    }
    for (size_t i = 0; i < r->list.count; i++) {
        ud_guid_format(id, &r->list.item[i].id);
        printf("%s%c  %s  ", r->list.item[i].drive != 0 ? "" : " ", r->list.item[i].drive != 0 ? r->list.item[i].drive : ' ', id);
        ud_print_cell(ud_view_bde_kind(&r->list.item[i]), 26);
        printf("  ");
        print_known(&r->fact[i]);
    }
    for (size_t i = 0; i < r->list.problems; i++)
        fprintf(stderr, _("Line %u: %s\n"), r->list.problem[i].line, ud_bde_problem_text(r->list.problem[i].what));
    explain(r);
    return UD_OK;
}

static enum ud_status
with_sources(struct ud_oneshot *s, struct reading *r, struct ud_error *err)
{
    uint32_t row = 0;
    enum ud_status st;

    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK)
        return st;
    if (s->options->device != NULL) {
        if ((st = ud_oneshot_list(s, err)) != UD_OK || (st = ud_oneshot_device(s, s->options->device, &row, err)) != UD_OK)
            return st;
        r->has_device = ud_fleet_device(s->fleet, row, &r->device);
        ud_guid_format(r->id, &r->device.id);
    }
    if ((st = compare(s, r, err)) != UD_OK || !s->options->store)
        return st;
    return keep_all(s, r, err);
}

enum ud_status
ud_verb_read_bde(struct ud_oneshot *s, struct ud_error *err)
{
    const struct ud_options *o = s->options;
    struct reading *r = ud_xcalloc(1, sizeof(*r));
    enum ud_status st = UD_OK;

    if (o->store && o->device == NULL)
        st = ud_error_set(err, UD_USAGE, "%s", _("--store needs --device: the text does not say of which device it is"));
    if (st == UD_OK && o->key_id != NULL) {
        st = ud_keyid_prefix_parse(&r->asked, o->key_id, err);
        r->has_asked = st == UD_OK;
    }
    if (st == UD_OK && (st = read_text(r, o, err)) == UD_OK) {
        ud_bde_read(&r->list, r->text);
        look(r);
        st = nothing_in_it(r, err);
    }
    if (st == UD_OK && (s->config.source_count > 0 || o->device != NULL))
        st = with_sources(s, r, err);
    if (st == UD_OK)
        st = answer(s, r, err);
    ud_secret_free(&r->text);
    free(r);
    return st;
}
