#include "wire/keep.h"

#include <string.h>

#include "wire/json.h"

/* --- a key that is brought --------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_keep_encode(struct ud_buf *body, const struct ud_wire_keep *k, struct ud_error *err)
{
    struct ud_json_writer w;

    ud_json_writer_init(&w, body);
    ud_json_write_object(&w, NULL);
    ud_json_write_guid(&w, "id", &k->id);
    ud_json_write_text(&w, "kind", ud_kind_name(k->kind));
    ud_json_write_text(&w, "volume", ud_volume_name(k->volume));
    ud_json_write_base64(&w, "sealed", k->sealed, k->sealed_length);
    ud_json_write_array(&w, "other");
    for (size_t i = 0; i < k->other_count; i++) {
        ud_json_write_object(&w, NULL);
        ud_json_write_guid(&w, "id", &k->other[i].id);
        ud_json_write_text(&w, "kind", ud_bde_kind_name(k->other[i].kind));
        ud_json_write_object_end(&w);
    }
    ud_json_write_array_end(&w);
    ud_json_write_object_end(&w);
    return body->failed ? ud_error_set(err, UD_NOMEM, "the request is too large") : UD_OK;
}

static enum ud_status
read_kind(struct ud_wire_keep *out, const struct ud_json *doc, struct ud_error *err)
{
    const char *kind = ud_json_raw_text(ud_json_member(doc, "kind")), *volume = ud_json_raw_text(ud_json_member(doc, "volume"));

    if (kind == NULL || !ud_kind_parse(&out->kind, kind))
        return ud_error_set(err, UD_MALFORMED, "the kind of key is not understood");
    if (volume != NULL && !ud_volume_parse(&out->volume, volume))
        return ud_error_set(err, UD_MALFORMED, "the volume is not understood");
    return UD_OK;
}

static enum ud_status
read_others(struct ud_wire_keep *out, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *item = ud_json_first(ud_json_member(doc, "other"));

    for (; item != NULL; item = ud_json_after(item)) {
        struct ud_bde_other *o = &out->other[out->other_count];
        const char *kind = ud_json_raw_text(ud_json_member(item, "kind"));
        enum ud_status st;
        if (out->other_count == UD_BDE_PROTECTORS)
            return ud_error_set(err, UD_MALFORMED, "there are more than %d other protectors", UD_BDE_PROTECTORS);
        if ((st = ud_json_required(ud_json_get_guid(&o->id, item, "id", err), "id", err)) != UD_OK)
            return st;
        if (kind == NULL || !ud_bde_kind_parse(&o->kind, kind))
            o->kind = UD_BDE_OTHER;
        out->other_count++;
    }
    return UD_OK;
}

enum ud_status
ud_wire_keep_decode(struct ud_wire_keep *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    if (ud_json_member(doc, "secret") != NULL)
        st = ud_error_set(err, UD_MALFORMED, "a key is taken sealed to the deposit key only, never in clear");
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->id, doc, "id", err), "id", err);
    if (st == UD_OK)
        st = read_kind(out, doc, err);
    if (st == UD_OK)
        st = ud_json_required(
            ud_json_get_base64(out->sealed, sizeof(out->sealed), &out->sealed_length, doc, "sealed", err), "sealed", err);
    if (st == UD_OK && out->sealed_length <= UD_SEAL_EXTRA)
        st = ud_error_set(err, UD_MALFORMED, "the sealed key is too short");
    if (st == UD_OK)
        st = read_others(out, doc, err);
    ud_json_free(&doc);
    return st;
}

/* --- key packages -------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_package_decode(struct ud_wire_package *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_guid(&out->key, doc, "key", err), "key", err);
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->device, doc, "device", err), "device", err);
    if (st == UD_OK)
        st = ud_json_required(
            ud_json_get_base64(out->sealed, sizeof(out->sealed), &out->sealed_length, doc, "sealed", err), "sealed", err);
    if (st == UD_OK && out->sealed_length <= UD_SEAL_EXTRA)
        st = ud_error_set(err, UD_MALFORMED, "the sealed key package is too short");
    ud_json_free(&doc);
    return st;
}

void
ud_wire_package_write(struct ud_json_writer *w, const struct ud_key *k, const unsigned char *sealed, size_t length)
{
    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "key", &k->id);
    ud_json_write_guid(w, "device", &k->device);
    ud_json_write_base64(w, "sealed", sealed, length);
    ud_json_write_object_end(w);
}
