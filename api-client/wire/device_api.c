/* Bodies between devices (or the simulator that plays them) and escrowd. */
#include "wire/device_api.h"

#include <string.h>

#include "wire/json.h"
#include "wire/secret_body.h"

#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))
#define SEALED_TEXT (UD_WIRE_SEALED_MAX / 3 * 4 + 8)

/* Prints a request and lets go of it. */
static enum ud_status
print(struct ud_buf *body, struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_print(body, doc, err);

    ud_json_free(&doc);
    return st;
}

/* --- check-in ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_wire_check_in_encode(struct ud_buf *body, const struct ud_wire_check_in *c, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    if (c->os_version[0] != '\0')
        ud_json_put_text(doc, "os_version", c->os_version);
    if (c->encrypted != UD_UNKNOWN)
        ud_json_put_bool(doc, "encrypted", c->encrypted == UD_YES);
    return print(body, doc, err);
}

enum ud_status
ud_wire_check_in_decode(struct ud_wire_check_in *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    bool encrypted = false;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if (length == 0)
        return UD_OK;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    if (ud_json_kind(doc) != UD_JSON_IS_OBJECT)
        st = ud_error_set(err, UD_MALFORMED, "the check-in is no JSON object");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->os_version, sizeof(out->os_version), doc, "os_version", err));
    if (st == UD_OK && (st = ud_json_get_bool(&encrypted, doc, "encrypted", err)) == UD_OK)
        out->encrypted = encrypted ? UD_YES : UD_NO;
    ud_json_free(&doc);
    return ud_json_optional(st);
}

/* --- work ---------------------------------------------------------------------------------------------------------------- */

static void
write_work(struct ud_json_writer *w, const char *name, const struct ud_wire_work *items, size_t count, bool with_device)
{
    ud_json_write_object(w, NULL);
    ud_json_write_array(w, name);
    for (size_t i = 0; i < count; i++) {
        ud_json_write_object(w, NULL);
        if (with_device)
            ud_json_write_guid(w, "device", &items[i].device);
        ud_json_write_text(w, "id", items[i].id);
        ud_json_write_text(w, "action", items[i].typed ? "store" : "rotate");
        ud_json_write_text(w, "kind", ud_kind_name(items[i].kind));
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_work_write(struct ud_json_writer *w, const struct ud_wire_work *items, size_t count)
{
    write_work(w, "work", items, count, false);
}

void
ud_wire_training_work_write(struct ud_json_writer *w, const struct ud_wire_work *items, size_t count)
{
    write_work(w, "value", items, count, true);
}

/* The id goes into a path later: nothing but letters, digits and dashes. */
static bool
is_work_id(const char *id)
{
    return id[0] != '\0' && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

/* False where the entry is not for us: another action, a kind or id that is not known. */
static bool
read_work(struct ud_wire_work *out, const struct ud_json *item)
{
    char kind[UD_SHORT_MAX] = "", action[UD_SHORT_MAX] = "";

    memset(out, 0, sizeof(*out));
    if (ud_json_get_text(action, sizeof(action), item, "action", NULL) != UD_OK)
        return false;
    out->typed = strcmp(action, "store") == 0;
    return ud_json_get_text(out->id, sizeof(out->id), item, "id", NULL) == UD_OK && is_work_id(out->id) &&
           (out->typed || strcmp(action, "rotate") == 0) && ud_json_get_text(kind, sizeof(kind), item, "kind", NULL) == UD_OK &&
           ud_kind_parse(&out->kind, kind) && ud_json_optional(ud_json_get_guid(&out->device, item, "device", NULL)) == UD_OK;
}

enum ud_status
ud_wire_work_decode(struct ud_wire_work *out, size_t max, size_t *count, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    *count = 0;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const struct ud_json *list = ud_json_member(doc, "work");
    list = list != NULL ? list : ud_json_member(doc, "value");
    if (list == NULL || ud_json_kind(list) != UD_JSON_IS_ARRAY)
        st = ud_error_set(err, UD_MALFORMED, "the answer has no list of work");
    for (const struct ud_json *item = ud_json_first(list); item != NULL && *count < max; item = ud_json_after(item))
        if (read_work(&out[*count], item))
            (*count)++;
    ud_json_free(&doc);
    return st;
}

enum ud_status
ud_wire_work_failed_encode(struct ud_buf *body, const struct ud_wire_work_failed *f, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "state", "failed");
    ud_json_put_int(doc, "error_code", f->error_code);
    if (ud_typed_cause_name(f->cause) != NULL)
        ud_json_put_text(doc, "cause", ud_typed_cause_name(f->cause));
    return print(body, doc, err);
}

enum ud_status
ud_wire_work_failed_decode(struct ud_wire_work_failed *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    int64_t code = 0;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const char *state = ud_json_raw_text(ud_json_member(doc, "state"));
    const char *cause = ud_json_raw_text(ud_json_member(doc, "cause"));
    if (state == NULL || strcmp(state, "failed") != 0)
        st = ud_error_set(err, UD_MALFORMED, "the state of the work is not known");
    if (st == UD_OK && cause != NULL && !ud_typed_cause_parse(&out->cause, cause))
        st = ud_error_set(err, UD_MALFORMED, "the cause of the failure is not known");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_int(&code, doc, "error_code", INT32_MIN, INT32_MAX, err));
    ud_json_free(&doc);
    out->error_code = (int32_t)code;
    return st;
}

void
ud_wire_work_key_write(struct ud_json_writer *w, const void *sealed, size_t length)
{
    ud_json_write_object(w, NULL);
    ud_json_write_base64(w, "sealed", sealed, length);
    ud_json_write_object_end(w);
}

enum ud_status
ud_wire_work_key_decode(struct ud_wire_work_key *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(
        ud_json_get_base64(out->sealed, sizeof(out->sealed), &out->sealed_length, doc, "sealed", err), "sealed", err);
    ud_json_free(&doc);
    return st;
}

/* --- deposit ------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_deposit_encode(struct ud_secret **body, const struct ud_wire_deposit *d, struct ud_error *err)
{
    const struct ud_wire_secret_value value = { "secret", d->secret };
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_guid(&w, "id", &d->id);
    ud_json_write_text(&w, "kind", ud_kind_name(d->kind));
    ud_json_write_text(&w, "volume", ud_volume_name(d->volume));
    if (d->work[0] != '\0')
        ud_json_write_text(&w, "work", d->work);
    if (d->sealed_length > 0)
        ud_json_write_base64(&w, "sealed", d->sealed, d->sealed_length);
    ud_json_write_object_end(&w);
    enum ud_status st = ud_wire_secret_splice(body, &b, 1, &value, 1, err);
    ud_buf_free(&b);
    return st;
}

/* Kind, volume and sealed box from their text. */
static enum ud_status
deposit_values(struct ud_wire_deposit *d, const char *kind, const char *volume, const char *sealed, struct ud_error *err)
{
    if (!ud_kind_parse(&d->kind, kind))
        return ud_error_set(err, UD_MALFORMED, "the kind of key is not known");
    if (volume[0] != '\0' && !ud_volume_parse(&d->volume, volume))
        return ud_error_set(err, UD_MALFORMED, "the volume is not known");
    if (d->work[0] != '\0' && !is_work_id(d->work))
        return ud_error_set(err, UD_MALFORMED, "the work is not known");
    size_t n = strlen(sealed);
    if (n > 0 && (n >= SEALED_TEXT - 1 || ud_base64_decode(d->sealed, sizeof(d->sealed), &d->sealed_length, sealed, n) != UD_OK))
        return ud_error_set(err, UD_MALFORMED, "the sealed key is not base64, or too long");
    if ((d->secret != NULL) == (d->sealed_length > 0))
        return ud_error_set(err, UD_MALFORMED, "exactly one of \"secret\" and \"sealed\" is needed");
    return UD_OK;
}

enum ud_status
ud_wire_deposit_decode(struct ud_wire_deposit *out, struct ud_secret *body, struct ud_error *err)
{
    char kind[UD_SHORT_MAX] = "", volume[UD_SHORT_MAX] = "", sealed[SEALED_TEXT] = "";
    const struct ud_wire_field fields[] = {
        { "id", UD_WIRE_FIELD_GUID, &out->id, 0, false },
        { "kind", UD_WIRE_FIELD_TEXT, kind, sizeof(kind), true },
        { "volume", UD_WIRE_FIELD_TEXT, volume, sizeof(volume), false },
        { "work", UD_WIRE_FIELD_TEXT, out->work, sizeof(out->work), false },
        { "secret", UD_WIRE_FIELD_SECRET, &out->secret, 0, false },
        { "sealed", UD_WIRE_FIELD_TEXT, sealed, sizeof(sealed), false },
    };

    memset(out, 0, sizeof(*out));
    enum ud_status st = ud_wire_secret_fields(fields, COUNT(fields), body, err);
    if (st == UD_OK)
        st = deposit_values(out, kind, volume, sealed, err);
    if (st != UD_OK)
        ud_wire_deposit_clear(out);
    return st;
}

void
ud_wire_deposit_clear(struct ud_wire_deposit *d)
{
    ud_secret_free(&d->secret);
    memset(d, 0, sizeof(*d));
}

/* --- the vault's public key ---------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_public_key_decode(unsigned char out[UD_SEAL_PUBLIC], const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    size_t n = 0;
    enum ud_status st;

    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_base64(out, UD_SEAL_PUBLIC, &n, doc, "public_key", err), "public_key", err);
    if (st == UD_OK && n != UD_SEAL_PUBLIC)
        st = ud_error_set(err, UD_MALFORMED, "the public key has the wrong length");
    ud_json_free(&doc);
    return st;
}

void
ud_wire_public_key_write(struct ud_json_writer *w, const unsigned char public_key[UD_SEAL_PUBLIC])
{
    ud_json_write_object(w, NULL);
    ud_json_write_base64(w, "public_key", public_key, UD_SEAL_PUBLIC);
    ud_json_write_object_end(w);
}
