#include "wire/typed.h"

#include <string.h>

#include "wire/json.h"

static enum ud_status
print(struct ud_buf *body, struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_print(body, doc, err);

    ud_json_free(&doc);
    return st;
}

/* --- handing in ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_wire_typed_encode(struct ud_buf *body, const struct ud_wire_typed *t, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "kind", ud_kind_name(t->kind));
    ud_json_put_guid(doc, "request", &t->request);
    ud_json_put_base64(doc, "sealed", t->sealed, t->sealed_length);
    return print(body, doc, err);
}

enum ud_status
ud_wire_typed_decode(struct ud_wire_typed *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const char *kind = ud_json_raw_text(ud_json_member(doc, "kind"));
    if (kind == NULL || !ud_kind_parse(&out->kind, kind))
        st = ud_error_set(err, UD_MALFORMED, "the kind of key is not known");
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->request, doc, "request", err), "request", err);
    if (st == UD_OK)
        st = ud_json_required(
            ud_json_get_base64(out->sealed, sizeof(out->sealed), &out->sealed_length, doc, "sealed", err), "sealed", err);
    ud_json_free(&doc);
    return st;
}

/* --- what became of it ------------------------------------------------------------------------------------------------------ */

static void
write_new_key(struct ud_json_writer *w, const struct ud_wire_typed_state *s)
{
    if (s->new_created == UD_WALL_NONE) {
        ud_json_write_null(w, "new_key");
        return;
    }
    ud_json_write_object(w, "new_key");
    ud_json_write_guid(w, "id", &s->new_key);
    ud_json_write_time(w, "created", s->new_created);
    ud_json_write_object_end(w);
}

static void
write_asked(struct ud_json_writer *w, const struct ud_wire_typed_state *s)
{
    if (!s->asked) {
        ud_json_write_null(w, "request");
        return;
    }
    ud_json_write_object(w, "request");
    ud_json_write_time(w, "asked", s->asked_at);
    ud_json_write_text(w, "by", s->asked_by);
    ud_json_write_text(w, "note", s->note);
    ud_json_write_object_end(w);
}

void
ud_wire_typed_state_write(struct ud_json_writer *w, const struct ud_wire_typed_state *s)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "state", ud_typed_state_name(s->state));
    ud_json_write_text(w, "cause", ud_typed_cause_name(s->cause));
    ud_json_write_time(w, "requested", s->requested);
    ud_json_write_time(w, "finished", s->finished);
    ud_json_write_time(w, "expires", s->expires);
    ud_json_write_text_or_null(w, "by", s->by);
    write_new_key(w, s);
    ud_json_write_time(w, "last_checkin", s->last_checkin);
    write_asked(w, s);
    ud_json_write_object_end(w);
}

static enum ud_status
read_words(struct ud_wire_typed_state *out, const struct ud_json *doc, struct ud_error *err)
{
    const char *state = ud_json_raw_text(ud_json_member(doc, "state"));
    const char *cause = ud_json_raw_text(ud_json_member(doc, "cause"));

    if (state == NULL || !ud_typed_state_parse(&out->state, state))
        return ud_error_set(err, UD_MALFORMED, "the state of the stored key is not understood");
    if (cause != NULL && !ud_typed_cause_parse(&out->cause, cause))
        out->cause = UD_TYPED_OTHER; /* a cause of a later version */
    return ud_json_optional(ud_json_get_text(out->by, sizeof(out->by), doc, "by", err));
}

static enum ud_status
read_times(struct ud_wire_typed_state *out, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *key = ud_json_member(doc, "new_key");
    enum ud_status st = ud_json_optional(ud_json_get_time(&out->requested, doc, "requested", err));

    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->finished, doc, "finished", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->expires, doc, "expires", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->last_checkin, doc, "last_checkin", err));
    if (st == UD_OK && key != NULL)
        st = ud_json_optional(ud_json_get_guid(&out->new_key, key, "id", err));
    if (st == UD_OK && key != NULL)
        st = ud_json_required(ud_json_get_time(&out->new_created, key, "created", err), "created", err);
    return st;
}

static enum ud_status
read_asked(struct ud_wire_typed_state *out, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *asked = ud_json_member(doc, "request");
    enum ud_status st;

    out->asked = asked != NULL;
    if (!out->asked)
        return UD_OK;
    st = ud_json_required(ud_json_get_time(&out->asked_at, asked, "asked", err), "asked", err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->asked_by, sizeof(out->asked_by), asked, "by", err));
    return st == UD_OK ? ud_json_optional(ud_json_get_text(out->note, sizeof(out->note), asked, "note", err)) : st;
}

enum ud_status
ud_wire_typed_state_decode(struct ud_wire_typed_state *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    out->requested = out->finished = out->expires = out->new_created = out->last_checkin = out->asked_at = UD_WALL_NONE;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    if ((st = read_words(out, doc, err)) == UD_OK && (st = read_times(out, doc, err)) == UD_OK)
        st = read_asked(out, doc, err);
    ud_json_free(&doc);
    return st;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_wire_typed_ask_encode(struct ud_buf *body, const char *note, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "note", note);
    return print(body, doc, err);
}

enum ud_status
ud_wire_typed_ask_decode(char note[256], const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    note[0] = '\0';
    if (length == 0)
        return UD_OK;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_kind(doc) == UD_JSON_IS_OBJECT ? ud_json_optional(ud_json_get_text(note, 256, doc, "note", err))
                                                : ud_error_set(err, UD_MALFORMED, "the request is no JSON object");
    ud_json_free(&doc);
    return st;
}

void
ud_wire_typed_asked_write(struct ud_json_writer *w, const struct ud_wire_typed_asked *items, size_t count, bool blocks)
{
    ud_json_write_object(w, NULL);
    ud_json_write_array(w, "value");
    for (size_t i = 0; i < count; i++) {
        ud_json_write_object(w, NULL);
        ud_json_write_guid(w, "device", &items[i].device);
        ud_json_write_text(w, "deviceName", items[i].device_name);
        ud_json_write_text(w, "serial", items[i].serial);
        ud_json_write_time(w, "asked", items[i].at);
        ud_json_write_text(w, "by", items[i].by);
        ud_json_write_text(w, "note", items[i].note);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_bool(w, "blocks", blocks);
    ud_json_write_object_end(w);
}

static enum ud_status
read_one(struct ud_wire_typed_asked *out, const struct ud_json *item, struct ud_error *err)
{
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    out->at = UD_WALL_NONE;
    if ((st = ud_json_get_guid(&out->device, item, "device", err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_time(&out->at, item, "asked", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->device_name, sizeof(out->device_name), item, "deviceName", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->serial, sizeof(out->serial), item, "serial", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->by, sizeof(out->by), item, "by", err));
    return st == UD_OK ? ud_json_optional(ud_json_get_text(out->note, sizeof(out->note), item, "note", err)) : st;
}

enum ud_status
ud_wire_typed_asked_decode(struct ud_wire_typed_asked *out, size_t max, size_t *count, bool *blocks, const void *body,
    size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    *count = 0;
    *blocks = false;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const struct ud_json *list = ud_json_member(doc, "value");
    if (list == NULL || ud_json_kind(list) != UD_JSON_IS_ARRAY)
        st = ud_error_set(err, UD_MALFORMED, "the answer has no list of requests");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(blocks, doc, "blocks", err));
    for (const struct ud_json *item = ud_json_first(list); st == UD_OK && item != NULL && *count < max;
         item = ud_json_after(item)) {
        enum ud_status one = read_one(&out[*count], item, err);
        *count += one == UD_OK;
        st = ud_json_optional(one);
    }
    ud_json_free(&doc);
    return st;
}
