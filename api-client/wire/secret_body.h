/* Bodies that hold secrets. Read by the strict reader from one struct ud_secret straight into others, written into a struct ud_secret:
 * no cJSON, no buffer, no stack copy. The whole body is always checked. */
#ifndef UD_WIRE_SECRET_BODY_H
#define UD_WIRE_SECRET_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"
#include "domain/device.h"

/* Extracts the string at `path`: names joined by dots ("key", "value.key"). *out is new and owned by the caller. UD_NOTFOUND: missing, null or
 * empty; UD_MALFORMED: not JSON, or not a string. */
UD_CHECK enum ud_status ud_wire_secret_member(
    struct ud_secret **out, struct ud_secret *body, const char *path, struct ud_error *err);

/* Reads a flat object: each field is looked for at the top level; other members are checked and ignored. */
enum ud_wire_field_type {
    UD_WIRE_FIELD_TEXT,   /* char[size], cleaned and cut; also takes a number as it is written */
    UD_WIRE_FIELD_NUMBER, /* int64_t; also takes a numeric string */
    UD_WIRE_FIELD_BOOL,   /* enum ud_tristate */
    UD_WIRE_FIELD_GUID,   /* struct ud_guid */
    UD_WIRE_FIELD_SECRET  /* struct ud_secret *, new, owned by the caller (also after a failure: free it) */
};
struct ud_wire_field {
    const char *name;
    enum ud_wire_field_type type;
    void *out; /* left as it is where the member is missing or null */
    size_t size;
    bool required;
};
UD_CHECK enum ud_status ud_wire_secret_fields(
    const struct ud_wire_field *fields, size_t count, struct ud_secret *body, struct ud_error *err);

/* One secret to be written as member `name`; a NULL value is left out. */
struct ud_wire_secret_value {
    const char *name;
    struct ud_secret *value;
};
/* Writes `object` (complete JSON text without secrets, made by the JSON writer) with the secrets inserted before its last `tail` bytes
 * (1: at the top level) into a new *body. */
UD_CHECK enum ud_status ud_wire_secret_splice(struct ud_secret **body, const struct ud_buf *object, size_t tail,
    const struct ud_wire_secret_value *values, size_t count, struct ud_error *err);

/* --- Graph's secret answers, read by the worker, written by escrowd ----------------------------------------------------- */

/* GET recoveryKeys/{id}?$select=key; at the top level or wrapped in `value`. IDs are zero where the answer has none: compare them. */
struct ud_wire_graph_key {
    struct ud_guid id;
    struct ud_guid entra_id;
    ud_wall created;
    enum ud_volume volume;
};
UD_CHECK enum ud_status ud_wire_graph_key_decode(
    struct ud_secret **key, struct ud_wire_graph_key *info, struct ud_secret *body, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_graph_key_encode(struct ud_secret **body, const struct ud_wire_graph_key *info,
    struct ud_secret *key, const char *context, struct ud_error *err);
/* getFileVaultKey: {"value": key}. UD_NOTFOUND where none is escrowed. */
UD_CHECK enum ud_status ud_wire_filevault_decode(struct ud_secret **key, struct ud_secret *body, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_filevault_encode(
    struct ud_secret **body, struct ud_secret *key, const char *context, struct ud_error *err);
/* deviceLocalCredentials/{id}?$select=credentials: the newest password, from base64 of UTF-16LE to UTF-8. */
struct ud_wire_laps {
    struct ud_guid entra_id;
    char device_name[UD_NAME_MAX];
    char account[UD_SHORT_MAX];
    ud_wall backed_up;
};
UD_CHECK enum ud_status ud_wire_laps_decode(
    struct ud_secret **password, struct ud_wire_laps *info, struct ud_secret *body, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_laps_encode(struct ud_secret **body, const struct ud_wire_laps *info, struct ud_secret *password,
    const char *context, struct ud_error *err);

#endif
