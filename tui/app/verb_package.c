/* `key package`: the key package of a BitLocker key into a file, for repair-bde. Asked with a reason, recorded, sealed to a one-time key on its way. The
 * recovery key itself is never written to a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "grid/i18n.h"
#include "wire/cli_keep.h"

struct packing {
    unsigned matches;
    struct ud_key key;
    bool has_device;
    struct ud_guid device;
    char name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX];
    struct ud_guid request;
    struct ud_disclosure why;
    struct ud_secret *secret_half, *package;
    struct ud_error error; /* of opening what came */
    char file[512];
};

/* --- which key ------------------------------------------------------------------------------------------------------------------ */

static void
on_found(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct packing *p = arg;

    (void)s;
    if (e->type != UD_MSG_FOUND ||
        (p->matches == 1 && ud_guid_compare(&p->key.id, &e->u.found.key.id) == 0 && !e->u.found.key.package))
        return;
    p->matches += p->matches == 0 || ud_guid_compare(&p->key.id, &e->u.found.key.id) != 0;
    p->key = e->u.found.key;
    p->has_device = e->u.found.has_device;
    if (!p->has_device)
        return;
    p->device = e->u.found.device.id;
    (void)ud_copy(p->name, sizeof(p->name), e->u.found.device.name);
    (void)ud_copy(p->serial, sizeof(p->serial), e->u.found.device.serial);
    (void)ud_copy(p->user, sizeof(p->user), e->u.found.device.user);
}

static enum ud_status
find(struct ud_oneshot *s, struct packing *p, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_FIND };
    const char *text = s->options->arg[0];
    enum ud_status st;

    if ((st = ud_keyid_prefix_parse(&m.u.find.prefix, text, err)) != UD_OK ||
        (st = ud_oneshot_request(s, &m, NULL, on_found, p, err)) != UD_OK)
        return st;
    if (p->matches > 1) {
        ud_error_set(err, UD_AMBIGUOUS, _("%u keys start with %s"), p->matches, text);
        return ud_error_hint(err, "%s", _("Give more characters of the ID."));
    }
    if (p->matches == 1 && p->key.package)
        return UD_OK;
    ud_error_set(
        err, UD_NOTFOUND, p->matches == 0 ? _("No recovery key ID starts with %s") : _("No key package is stored with %s"), text);
    return ud_error_hint(err, "%s",
        _("At a computer that still reads the drive it is made with: manage-bde -KeyPackage C: -id {ID} -path FOLDER"));
}

/* --- the package ------------------------------------------------------------------------------------------------------------------ */

static void
on_package(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct packing *p = arg;

    (void)s;
    if (e->type != UD_MSG_PACKAGE || p->package != NULL)
        return;
    if (ud_guid_compare(&e->u.package.key, &p->key.id) != 0)
        ud_error_set(&p->error, UD_TAMPERED, "%s", _("The answer is about another key"));
    else
        (void)!ud_seal_open(&p->package, e->u.package.sealed, e->u.package.sealed_length, p->secret_half, &p->error);
}

static enum ud_status
fetch(struct ud_oneshot *s, struct packing *p, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_GET_PACKAGE };
    enum ud_status st;

    m.u.reveal = (struct ud_msg_reveal){ .source = p->key.source,
        .kind = UD_KIND_BITLOCKER,
        .key = p->key.id,
        .device = p->has_device ? p->device : p->key.device,
        .request = p->request,
        .why = p->why };
    if ((st = ud_seal_keypair(m.u.reveal.public_key, &p->secret_half, err)) != UD_OK ||
        (st = ud_oneshot_request(s, &m, NULL, on_package, p, err)) != UD_OK)
        return st;
    if (p->package != NULL)
        return UD_OK;
    if (p->error.status == UD_OK)
        return ud_error_set(err, UD_MALFORMED, "%s", _("The service sent no key package"));
    *err = p->error;
    return err->status;
}

static enum ud_status
write_line(struct ud_oneshot *s, struct packing *p, struct ud_error *err)
{
    char key[UD_GUID_TEXT], device[UD_GUID_TEXT], request[UD_GUID_TEXT];
    struct ud_journal *j = NULL;
    struct ud_record line = { .event = UD_EVENT_PACKAGE,
        .operator_id = s->account,
        .source = s->config.source[p->key.source].name,
        .device = device,
        .device_name = p->name,
        .serial = p->serial,
        .user = p->user,
        .key = key,
        .kind = ud_kind_name(UD_KIND_BITLOCKER),
        .reason = p->why.reason,
        .ticket = p->why.ticket,
        .note = p->why.note,
        .caller = p->why.caller,
        .request = request };
    enum ud_status st = ud_journal_open(&j, s->config.journal_dir, err);

    ud_guid_format(key, &p->key.id);
    ud_guid_format(device, p->has_device ? &p->device : &p->key.device);
    ud_guid_format(request, &p->request);
    if (st == UD_OK)
        st = ud_journal_append(j, &line, NULL, err);
    if (st == UD_OK && ud_journal_checkpoint(j, NULL) != UD_OK)
        fprintf(stderr, "%s\n", _("The activity log has no checkpoint of these lines yet."));
    ud_journal_free(&j);
    return st;
}

/* --- the file ----------------------------------------------------------------------------------------------------------------------- */

static enum ud_status
file_name(struct packing *p, const struct ud_options *o, struct ud_error *err)
{
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &p->key.id);
    for (char *c = id; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
    if (o->output == NULL)
        (void)snprintf(p->file, sizeof(p->file), "BitLocker Key Package {%s}.KPG", id);
    else if (!ud_copy(p->file, sizeof(p->file), o->output))
        return ud_error_set(err, UD_INVALID, "%s", _("The name of the file is too long"));
    return UD_OK;
}

/* The file must not exist, and is there before anything is asked for. */
static enum ud_status
make_file(int *fd, const char *name, struct ud_error *err)
{
    *fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd >= 0)
        return UD_OK;
    if (errno != EEXIST)
        return ud_error_errno(err, name);
    ud_error_set(err, UD_EXISTS, _("The file %s exists already"), name);
    return ud_error_hint(err, "%s", _("Name another one with --output."));
}

static enum ud_status
write_file(int fd, struct ud_secret *package, const char *name, struct ud_error *err)
{
    enum ud_status st = ud_fd_write_all(fd, ud_secret_open(package), ud_secret_length(package), err);

    ud_secret_close(package);
    if (st == UD_OK && fsync(fd) != 0)
        st = ud_error_errno(err, name);
    return st;
}

static enum ud_status
answer(struct ud_oneshot *s, const struct packing *p, struct ud_error *err)
{
    struct ud_json_writer w;
    char id[9];
    struct ud_buf b;
    enum ud_status st;

    if (s->options->json) {
        ud_buf_init(&b, 8192);
        ud_json_writer_init(&w, &b);
        ud_wire_cli_package(&w, &p->key.id, p->has_device ? &p->device : &p->key.device, p->file, ud_secret_length(p->package));
        st = ud_print_json(&b, err);
        ud_buf_free(&b);
        return st;
    }
    ud_guid_short(id, &p->key.id);
    printf(_("The key package is in the file: %s\n"), p->file);
    printf("%s\n", _("At a Windows computer with the damaged drive (here D:) and an empty one (here E:, which is overwritten):"));
    printf("    repair-bde D: E: -kp \"%s\" -rp %s\n", p->file, _("RECOVERY-KEY"));
    printf(_("RECOVERY-KEY are the 48 digits of %s: unlockdesk key reveal %s\n"), id, id);
    return UD_OK;
}

static enum ud_status
pack(struct ud_oneshot *s, struct packing *p, struct ud_error *err)
{
    enum ud_status st;
    int fd = -1;

    if ((st = ud_oneshot_why(s, &p->why, err)) != UD_OK || (st = find(s, p, err)) != UD_OK ||
        (st = file_name(p, s->options, err)) != UD_OK || (st = make_file(&fd, p->file, err)) != UD_OK)
        return st;
    ud_guid_random(&p->request);
    if ((st = fetch(s, p, err)) == UD_OK && (st = write_line(s, p, err)) == UD_OK)
        st = write_file(fd, p->package, p->file, err);
    if (close(fd) != 0 && st == UD_OK)
        st = ud_error_errno(err, p->file);
    if (st != UD_OK)
        (void)unlink(p->file);
    return st == UD_OK ? answer(s, p, err) : st;
}

enum ud_status
ud_verb_package(struct ud_oneshot *s, struct ud_error *err)
{
    struct packing *p = ud_xcalloc(1, sizeof(*p));
    enum ud_status st;

    if ((st = ud_oneshot_start(s, true, err)) == UD_OK && (st = ud_oneshot_sign_in(s, err)) == UD_OK)
        st = pack(s, p, err);
    ud_secret_free(&p->secret_half);
    ud_secret_free(&p->package);
    free(p);
    return st;
}
