#include "wire/board.h"

#include <string.h>

#include "wire/json.h"

void
ud_wire_board_write(struct ud_json_writer *w, const struct ud_board_entry *e)
{
    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "key", &e->key);
    ud_json_write_guid(w, "device", &e->device);
    ud_json_write_text(w, "kind", ud_kind_name(e->kind));
    ud_json_write_text(w, "state", ud_board_state_name(e->state));
    ud_json_write_bool(w, "overdue", e->overdue);
    ud_json_write_time(w, "shown", e->shown);
    ud_json_write_time(w, "asked", e->asked);
    ud_json_write_time(w, "due", e->due);
    ud_json_write_time(w, "lastCheckIn", e->last_checkin);
    ud_json_write_text(w, "deviceName", e->device_name);
    ud_json_write_text(w, "user", e->user);
    ud_json_write_text(w, "shownBy", e->by);
    ud_json_write_text(w, "message", e->message);
    ud_json_write_object_end(w);
}

static enum ud_status
get_times(struct ud_board_entry *out, const struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_required(ud_json_get_time(&out->shown, doc, "shown", err), "shown", err);

    out->asked = out->due = out->last_checkin = UD_WALL_NONE;
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->asked, doc, "asked", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->due, doc, "due", err));
    return st == UD_OK ? ud_json_optional(ud_json_get_time(&out->last_checkin, doc, "lastCheckIn", err)) : st;
}

static enum ud_status
get_texts(struct ud_board_entry *out, const struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_optional(ud_json_get_text(out->device_name, sizeof(out->device_name), doc, "deviceName", err));

    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->user, sizeof(out->user), doc, "user", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->by, sizeof(out->by), doc, "shownBy", err));
    return st == UD_OK ? ud_json_optional(ud_json_get_text(out->message, sizeof(out->message), doc, "message", err)) : st;
}

static enum ud_status
get_entry(struct ud_board_entry *out, const struct ud_json *doc, struct ud_error *err)
{
    const char *kind = ud_json_raw_text(ud_json_member(doc, "kind")), *state = ud_json_raw_text(ud_json_member(doc, "state"));
    enum ud_status st = ud_json_required(ud_json_get_guid(&out->device, doc, "device", err), "device", err);

    if (st == UD_OK && (kind == NULL || !ud_kind_parse(&out->kind, kind)))
        st = ud_error_set(err, UD_MALFORMED, "the kind of a key is not understood");
    if (st == UD_OK && (state == NULL || !ud_board_state_parse(&out->state, state)))
        st = ud_error_set(err, UD_MALFORMED, "the state of a new key is not understood");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_guid(&out->key, doc, "key", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->overdue, doc, "overdue", err));
    if (st == UD_OK)
        st = get_times(out, doc, err);
    return st == UD_OK ? get_texts(out, doc, err) : st;
}

enum ud_status
ud_wire_board_decode(bool *more, void (*each)(const struct ud_board_entry *e, void *arg), void *arg, const void *body,
    size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    struct ud_board_entry e;
    size_t n = 0;
    enum ud_status st;

    *more = false;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_bool(more, doc, "more", err));
    const struct ud_json *item = ud_json_first(ud_json_member(doc, "value"));
    for (; item != NULL && st == UD_OK; item = ud_json_after(item)) {
        memset(&e, 0, sizeof(e));
        if (++n > UD_BOARD_MAX)
            st = ud_error_set(err, UD_MALFORMED, "there are more than %d entries", UD_BOARD_MAX);
        else if ((st = get_entry(&e, item, err)) == UD_OK)
            each(&e, arg);
    }
    ud_json_free(&doc);
    return st;
}
