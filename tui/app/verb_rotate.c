/* `key rotate`: asks devices for a new key, and with --wait stays until it has arrived. Each is in the activity log. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/oneshot.h"
#include "domain/account.h"
#include "grid/i18n.h"
#include "wire/cli.h"

#define POLL_MS         500
#define WAIT_LONGEST_MS ((ud_msec)10 * 60 * 1000)
#define KEYS_SHOWN      64

struct one {
    struct ud_wire_cli_rotated result;
    struct ud_device device;
    enum ud_kind kind;
    struct ud_guid old_key;
    ud_wall asked;
    char id[UD_GUID_TEXT];
    char error[320];
};

static void
set_failed(struct one *o, const char *why)
{
    o->result.state = "failed";
    (void)ud_copy(o->error, sizeof(o->error), why);
    o->result.error = o->error;
}

static void
newest_key(struct ud_oneshot *s, uint32_t row, struct one *o)
{
    struct ud_key keys[KEYS_SHOWN];
    size_t count = ud_fleet_keys_of(s->fleet, row, keys, KEYS_SHOWN);

    o->kind = ud_kind_of_system(o->device.os);
    if (count == 0)
        return;
    o->kind = keys[0].kind;
    o->old_key = keys[0].id;
}

static enum ud_status
write_line(struct ud_oneshot *s, struct ud_journal *j, enum ud_event_kind event, const struct one *o,
    const struct ud_disclosure *why, const char *request, struct ud_error *err)
{
    char user[UD_NAME_MAX];

    ud_account_named_user(user, sizeof(user), why);
    struct ud_record r = { .event = event,
        .operator_id = s->account,
        .source = s->config.source[o->device.source].name,
        .device = o->id,
        .device_name = o->device.name,
        .serial = o->device.serial,
        .user = why->user_account[0] != '\0' ? user : o->device.user,
        .kind = ud_kind_name(o->kind),
        .reason = why->reason,
        .ticket = why->ticket,
        .note = why->note,
        .caller = why->caller,
        .request = request,
        .detail = o->error };

    return ud_journal_append(j, &r, NULL, err);
}

static enum ud_status
ask(struct ud_oneshot *s, struct ud_journal *j, struct one *o, const struct ud_disclosure *why, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_ROTATE };
    struct ud_error refused = { 0 };
    char request[UD_GUID_TEXT];
    enum ud_status st;

    m.u.rotate = (struct ud_msg_rotate){
        .source = o->device.source, .kind = (uint8_t)o->kind, .device = o->device.id, .entra = o->device.entra_id, .why = *why
    };
    ud_guid_random(&m.u.rotate.request);
    ud_guid_format(request, &m.u.rotate.request);
    o->asked = ud_clock_wall();
    if ((st = write_line(s, j, UD_EVENT_ROTATE, o, why, request, err)) != UD_OK)
        return st;
    st = ud_oneshot_request(s, &m, NULL, NULL, NULL, &refused);
    if (st == UD_OK || st == UD_PENDING) {
        o->result.state = "pending";
        return UD_OK;
    }
    set_failed(o, refused.message);
    return write_line(s, j, UD_EVENT_ROTATE_FAILED, o, why, request, err);
}

static void
on_state(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct one *o = arg;

    (void)s;
    if (e->type != UD_MSG_ROTATION_STATE)
        return;
    if (e->u.rotation_state.state == UD_ROTATION_DONE) {
        o->result.state = "done";
        o->result.new_key = e->u.rotation_state.new_key;
    } else if (e->u.rotation_state.state == UD_ROTATION_FAILED) {
        set_failed(o, e->u.rotation_state.message);
    }
}

static bool
is_pending(const struct one *o)
{
    return strcmp(o->result.state, "pending") == 0;
}

static enum ud_status
look_once(struct ud_oneshot *s, struct ud_journal *j, struct one *o, const struct ud_disclosure *why, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_ROTATION };
    enum ud_status st;

    m.u.rotation = (struct ud_msg_rotation){ .source = o->device.source,
        .kind = (uint8_t)o->kind,
        .device = o->device.id,
        .entra = o->device.entra_id,
        .old_key = o->old_key,
        .since = o->asked };
    if ((st = ud_oneshot_request(s, &m, NULL, on_state, o, err)) != UD_OK || is_pending(o))
        return st;
    bool ok = strcmp(o->result.state, "done") == 0;
    return write_line(s, j, ok ? UD_EVENT_ROTATED : UD_EVENT_ROTATE_FAILED, o, why, NULL, err);
}

static enum ud_status
wait_all(struct ud_oneshot *s, struct ud_journal *j, struct one *list, int count, const struct ud_disclosure *why,
    struct ud_error *err)
{
    ud_msec deadline = ud_clock_now() + WAIT_LONGEST_MS;
    bool pending = true;
    enum ud_status st;

    while (pending && ud_clock_now() < deadline) {
        pending = false;
        for (int i = 0; i < count; i++) {
            if (!is_pending(&list[i]))
                continue;
            if ((st = look_once(s, j, &list[i], why, err)) != UD_OK)
                return st;
            pending |= is_pending(&list[i]);
        }
        if (pending)
            (void)poll(NULL, 0, POLL_MS);
    }
    return UD_OK;
}

static enum ud_status
print_all(struct ud_oneshot *s, const struct one *list, int count, struct ud_error *err)
{
    struct ud_wire_cli_rotated *r = ud_xcalloc((size_t)count, sizeof(*r));
    struct ud_json_writer w;
    struct ud_buf b;
    char id[9];
    enum ud_status st = UD_OK;

    for (int i = 0; i < count; i++) {
        r[i] = list[i].result;
        ud_guid_short(id, &r[i].new_key);
        if (!s->options->json)
            printf("%s  %s  %s\n", list[i].device.name, r[i].state,
                r[i].error != NULL               ? r[i].error
                : ud_guid_is_zero(&r[i].new_key) ? ""
                                                 : id);
    }
    if (s->options->json) {
        ud_buf_init(&b, (size_t)1 << 20);
        ud_json_writer_init(&w, &b);
        ud_wire_cli_rotate(&w, r, (size_t)count);
        st = ud_print_json(&b, err);
        s->answered = st == UD_OK;
        ud_buf_free(&b);
    }
    free(r);
    return st;
}

static enum ud_status
outcome(const struct one *list, int count, struct ud_error *err)
{
    for (int i = 0; i < count; i++)
        if (strcmp(list[i].result.state, "failed") == 0)
            return ud_error_set(err, UD_FAILED, _("Not every device has a new key"));
    for (int i = 0; i < count; i++)
        if (is_pending(&list[i]))
            return ud_error_set(
                err, UD_PENDING, _("The device has been asked; the old key still works until it has replaced it"));
    return UD_OK;
}

enum ud_status
ud_verb_rotate(struct ud_oneshot *s, struct ud_error *err)
{
    int count = s->options->arg_count;
    struct one *list = ud_xcalloc((size_t)count, sizeof(*list));
    struct ud_journal *j = NULL;
    struct ud_disclosure why;
    enum ud_status st;
    uint32_t row = 0;

    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK ||
        (st = ud_oneshot_why(s, &why, err)) != UD_OK || (st = ud_oneshot_list(s, err)) != UD_OK ||
        (st = ud_journal_open(&j, s->config.journal_dir, err)) != UD_OK)
        goto out;
    for (int i = 0; i < count; i++) { /* all are resolved before the first is asked: a mistyped name asks nobody */
        if ((st = ud_oneshot_device(s, s->options->arg[i], &row, err)) != UD_OK || (st = ud_oneshot_keys(s, row, err)) != UD_OK)
            goto out;
        (void)ud_fleet_device(s->fleet, row, &list[i].device);
        if ((st = ud_oneshot_may(s, list[i].device.source, &why, err)) != UD_OK)
            goto out;
        newest_key(s, row, &list[i]);
        ud_guid_format(list[i].id, &list[i].device.id);
        list[i].result.device = list[i].id;
    }
    for (int i = 0; i < count; i++)
        if ((st = ask(s, j, &list[i], &why, err)) != UD_OK)
            goto out;
    if (s->options->wait && (st = wait_all(s, j, list, count, &why, err)) != UD_OK)
        goto out;
    if ((st = print_all(s, list, count, err)) == UD_OK && (s->options->wait || !s->options->json))
        st = outcome(list, count, err);
    if (st == UD_PENDING && !s->options->wait)
        st = UD_OK;
    if (ud_journal_checkpoint(j, NULL) != UD_OK)
        fprintf(stderr, "%s\n", _("The activity log has no checkpoint of these lines yet."));
out:
    ud_journal_free(&j);
    free(list);
    return st;
}
