/* `key store`: takes the FileVault recovery key of a Mac from the terminal, twice and without echo, and hands it over sealed. The Mac checks it and makes a
 * new one; with --wait this stays until that has been told. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "domain/typed_key.h"
#include "grid/i18n.h"
#include "view/store.h"
#include "wire/cli.h"

#define POLL_MS         500
#define WAIT_LONGEST_MS ((ud_msec)10 * 60 * 1000)

struct storing {
    struct ud_device device;
    char id[UD_GUID_TEXT];
    struct ud_secret *key; /* letters and digits only */
    bool has_public;
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_guid request;
    struct ud_wire_cli_stored result;
};

/* --- the terminal ---------------------------------------------------------------------------------------------------------- */

static enum ud_status
need_terminal(struct ud_error *err)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    if (fd >= 0) {
        (void)close(fd);
        return UD_OK;
    }
    ud_error_set(err, UD_NOTTY, "%s", _("A recovery key is typed on a terminal only: twice, and without being shown"));
    return ud_error_hint(err, "%s", _("Run it in a terminal. Over SSH: ssh -t HOST unlockdesk key store ..."));
}

/* What was typed, without blanks and dashes, in capitals. */
static enum ud_status
read_key(struct ud_secret **out, const char *question, struct ud_error *err)
{
    struct ud_secret *raw = NULL;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_ask_secret(&raw, question, err)) != UD_OK || (st = ud_secret_new(out, UD_TYPED_ROOM, err)) != UD_OK) {
        ud_secret_free(&raw);
        return st;
    }
    const unsigned char *at = ud_secret_open(raw);
    for (size_t i = 0; i < ud_secret_length(raw) && st == UD_OK; i++)
        st = ud_typed_add(*out, (char)at[i], NULL);
    ud_secret_close(raw);
    ud_secret_free(&raw);
    return st == UD_OK
               ? UD_OK
               : ud_error_set(err, UD_INVALID, "%s", _("A FileVault recovery key has 24 letters and digits. Nothing was sent"));
}

static enum ud_status
check_shape(struct ud_secret *key, struct ud_error *err)
{
    char text[320];
    size_t characters;
    bool unusual;
    enum ud_typed_fault fault = ud_typed_check(&characters, &unusual, key);

    if (fault == UD_TYPED_FINE && unusual)
        fprintf(stderr, "%s\n", ud_view_typed_unusual());
    if (fault == UD_TYPED_FINE)
        return UD_OK;
    ud_view_typed_fault(text, sizeof(text), fault, characters);
    return ud_error_set(err, UD_INVALID, "%s", text);
}

static enum ud_status
ask_twice(struct storing *t, struct ud_error *err)
{
    struct ud_secret *again = NULL;
    enum ud_status st = read_key(&t->key, _("FileVault recovery key (not shown): "), err);

    if (st == UD_OK && (st = check_shape(t->key, err)) == UD_OK && (st = read_key(&again, _("Once more: "), err)) == UD_OK &&
        !ud_secret_equal(t->key, again)) {
        st = ud_error_set(err, UD_INVALID, "%s", _("The two keys are not the same. Nothing was sent"));
        ud_error_hint(err, "%s", _("Run the command again and type both."));
    }
    ud_secret_free(&again);
    return st;
}

/* --- the service ------------------------------------------------------------------------------------------------------------ */

static void
on_event(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct storing *t = arg;

    (void)s;
    if (e->type == UD_MSG_DEPOSIT_KEY_IS) {
        memcpy(t->public_key, e->u.deposit_key.public_key, sizeof(t->public_key));
        t->has_public = true;
    } else if (e->type == UD_MSG_STORE_INFO) {
        t->result.state = (enum ud_typed_state)e->u.store_info.state;
        t->result.cause = (enum ud_typed_cause)e->u.store_info.cause;
        t->result.new_key = e->u.store_info.new_key;
        t->result.new_created = e->u.store_info.new_created;
        t->result.last_checkin = e->u.store_info.last_checkin;
    }
}

static enum ud_status
write_line(struct ud_oneshot *s, struct ud_journal *j, enum ud_event_kind event, const struct storing *t, const char *detail,
    struct ud_error *err)
{
    char request[UD_GUID_TEXT];
    struct ud_record r = { .event = event,
        .operator_id = s->account,
        .source = s->config.source[t->device.source].name,
        .device = t->id,
        .device_name = t->device.name,
        .serial = t->device.serial,
        .user = t->device.user,
        .kind = ud_kind_name(UD_KIND_FILEVAULT),
        .request = request,
        .detail = detail };

    ud_guid_format(request, &t->request);
    return ud_journal_append(j, &r, NULL, err);
}

static enum ud_status
seal(uint8_t *box, size_t size, size_t *length, struct storing *t, struct ud_error *err)
{
    struct ud_secret *plain = NULL;
    enum ud_status st = ud_typed_pack(&plain, t->key, &t->device.id, &t->request, err);

    if (st == UD_OK)
        st = ud_seal(box, size, length, plain, t->public_key, err);
    ud_secret_free(&plain);
    ud_secret_free(&t->key);
    ud_secret_clear_stack();
    return st;
}

static enum ud_status
hand_over(struct ud_oneshot *s, struct ud_journal *j, struct storing *t, struct ud_error *err)
{
    struct ud_msg ask = { .type = UD_MSG_DEPOSIT_KEY, .u.source = { .source = t->device.source } };
    struct ud_msg m = { .type = UD_MSG_STORE };
    uint8_t box[UD_SEALED_MAX];
    size_t length = 0;
    struct ud_error kept;
    enum ud_status st;

    if ((st = ud_oneshot_request(s, &ask, NULL, on_event, t, err)) != UD_OK)
        return st;
    if (!t->has_public)
        return ud_error_set(err, UD_MALFORMED, "%s", _("The service did not tell its public key"));
    ud_guid_random(&t->request);
    if ((st = seal(box, sizeof(box), &length, t, err)) != UD_OK || (st = write_line(s, j, UD_EVENT_STORE, t, NULL, err)) != UD_OK)
        return st;
    m.u.store = (struct ud_msg_store){
        .source = t->device.source, .device = t->device.id, .request = t->request, .sealed = box, .sealed_length = length
    };
    if ((st = ud_oneshot_request(s, &m, NULL, on_event, t, err)) == UD_OK)
        return UD_OK;
    kept = *err;
    if (write_line(s, j, UD_EVENT_STORE_FAILED, t, kept.message, err) != UD_OK)
        return err->status;
    *err = kept;
    return st;
}

static enum ud_status
wait_for_it(struct ud_oneshot *s, struct ud_journal *j, struct storing *t, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_STORE_STATE };
    ud_msec deadline = ud_clock_now() + WAIT_LONGEST_MS;
    enum ud_status st;

    m.u.store = (struct ud_msg_store){ .source = t->device.source, .device = t->device.id };
    while (t->result.state == UD_TYPED_PENDING && ud_clock_now() < deadline) {
        (void)poll(NULL, 0, POLL_MS);
        if ((st = ud_oneshot_request(s, &m, NULL, on_event, t, err)) != UD_OK)
            return st;
    }
    if (t->result.state == UD_TYPED_DONE)
        return write_line(s, j, UD_EVENT_STORED, t, NULL, err);
    if (t->result.state == UD_TYPED_FAILED)
        return write_line(s, j, UD_EVENT_STORE_FAILED, t, ud_typed_cause_name(t->result.cause), err);
    return UD_OK;
}

/* --- what is said ------------------------------------------------------------------------------------------------------------ */

static enum ud_status
print(struct ud_oneshot *s, const struct storing *t, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf b;
    enum ud_status st;

    if (!s->options->json) {
        if (t->result.state == UD_TYPED_DONE)
            printf(_("%s: the recovery key was updated. The Mac's new key is stored; the typed one no longer works.\n"),
                t->device.name);
        else if (t->result.state == UD_TYPED_PENDING)
            printf(_("%s: the key waits for the Mac, which checks it and makes a new one.\n"), t->device.name);
        return UD_OK;
    }
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_store(&w, &t->result);
    st = ud_print_json(&b, err);
    s->answered = st == UD_OK;
    ud_buf_free(&b);
    return st;
}

static const char *
cause_text(enum ud_typed_cause cause)
{
    switch (cause) {
    case UD_TYPED_WRONG_KEY:
        return _("The key is wrong: compare it with what was written down, and run the command again.");
    case UD_TYPED_NO_CONTACT:
        return _("The Mac was not heard of for a while: have it unlocked and online, and run the command again.");
    case UD_TYPED_NO_POLICY:
        return _("The Mac has no FileVault policy: tell whoever manages the Macs.");
    default:
        return _("The Mac did not say why. Run the command again; if it goes on failing, have a new key made on the Mac.");
    }
}

static enum ud_status
outcome(const struct ud_oneshot *s, const struct storing *t, struct ud_error *err)
{
    if (t->result.state == UD_TYPED_FAILED) {
        ud_error_set(err, UD_FAILED, _("The recovery key of %s could not be updated. Nothing was stored"), t->device.name);
        return ud_error_hint(err, "%s", cause_text(t->result.cause));
    }
    if (t->result.state == UD_TYPED_PENDING && s->options->wait)
        return ud_error_set(err, UD_PENDING, "%s", _("The Mac has not answered yet; the key still waits for it"));
    return UD_OK;
}

static enum ud_status
find_mac(struct ud_oneshot *s, struct storing *t, struct ud_error *err)
{
    uint32_t row;
    enum ud_status st;

    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK ||
        (st = ud_oneshot_list(s, err)) != UD_OK || (st = ud_oneshot_device(s, s->options->arg[0], &row, err)) != UD_OK)
        return st;
    if (!ud_fleet_device(s->fleet, row, &t->device) || strcasecmp(t->device.os, "macOS") != 0)
        return ud_error_set(err, UD_INVALID, _("%s is not a Mac: only a Mac has a FileVault recovery key that can be stored"),
            s->options->arg[0]);
    ud_guid_format(t->id, &t->device.id);
    t->result.device = t->id;
    return UD_OK;
}

enum ud_status
ud_verb_store(struct ud_oneshot *s, struct ud_error *err)
{
    struct storing t = { .result = { .new_created = UD_WALL_NONE, .last_checkin = UD_WALL_NONE } };
    struct ud_journal *j = NULL;
    enum ud_status st;

    if ((st = need_terminal(err)) != UD_OK || (st = find_mac(s, &t, err)) != UD_OK ||
        (st = ud_journal_open(&j, s->config.journal_dir, err)) != UD_OK || (st = ask_twice(&t, err)) != UD_OK ||
        (st = hand_over(s, j, &t, err)) != UD_OK)
        goto out;
    if (s->options->wait && (st = wait_for_it(s, j, &t, err)) != UD_OK)
        goto out;
    if ((st = print(s, &t, err)) == UD_OK)
        st = outcome(s, &t, err);
    if (ud_journal_checkpoint(j, NULL) != UD_OK)
        fprintf(stderr, "%s\n", _("The activity log has no checkpoint of these lines yet."));
out:
    ud_secret_free(&t.key);
    ud_journal_free(&j);
    return st;
}
