/* Graph's secret answers: BitLocker, FileVault, LAPS. */
#include "wire/secret_body.h"

#include <string.h>

#include "base/seal.h"
#include "wire/record.h"
#include "wire/record_read.h"
#include "wire/secret_walk.h"

#define PUBLIC_MAX 4096 /* bytes of the public part of such an answer */

static enum ud_status
no_secret(struct ud_error *err)
{
    ud_error_set(err, UD_NOTFOUND, "the answer holds no secret");
    ud_error_hint(err, "The permission to read the secret itself may be missing.");
    return UD_NOTFOUND;
}

enum ud_status
ud_wire_graph_key_decode(struct ud_secret **key, struct ud_wire_graph_key *info, struct ud_secret *body, struct ud_error *err)
{
    char created[UD_SHORT_MAX] = "", volume[UD_SHORT_MAX] = "";
    const struct ud_wire_field fields[] = {
        { "key", UD_WIRE_FIELD_SECRET, key, 0, false },
        { "id", UD_WIRE_FIELD_GUID, &info->id, 0, false },
        { "deviceId", UD_WIRE_FIELD_GUID, &info->entra_id, 0, false },
        { "createdDateTime", UD_WIRE_FIELD_TEXT, created, sizeof(created), false },
        { "volumeType", UD_WIRE_FIELD_TEXT, volume, sizeof(volume), false },
    };

    *key = NULL;
    memset(info, 0, sizeof(*info));
    info->created = UD_WALL_NONE;
    enum ud_status st = ud_wire_walk_object(body, fields, sizeof(fields) / sizeof(fields[0]), true, err);
    struct ud_json_text text = { created, strlen(created), true };
    ud_wire_take_time(&info->created, UD_JSON_STRING, &text);
    text = (struct ud_json_text){ volume, strlen(volume), true };
    ud_wire_take_volume_type(&info->volume, UD_JSON_STRING, &text);
    if (st == UD_OK && *key == NULL)
        st = no_secret(err);
    if (st != UD_OK)
        ud_secret_free(key);
    return st;
}

enum ud_status
ud_wire_graph_key_encode(struct ud_secret **body, const struct ud_wire_graph_key *info, struct ud_secret *key,
    const char *context, struct ud_error *err)
{
    struct ud_key k = { .id = info->id, .created = info->created, .volume = info->volume };
    const struct ud_wire_secret_value value = { "key", key };
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, PUBLIC_MAX);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    if (context != NULL)
        ud_json_write_text(&w, "@odata.context", context);
    ud_wire_graph_key_write_members(&w, &k, &info->entra_id);
    ud_json_write_object_end(&w);
    enum ud_status st = ud_wire_secret_splice(body, &b, 1, &value, 1, err);
    ud_buf_free(&b);
    return st;
}

enum ud_status
ud_wire_filevault_decode(struct ud_secret **key, struct ud_secret *body, struct ud_error *err)
{
    return ud_wire_secret_member(key, body, "value", err);
}

enum ud_status
ud_wire_filevault_encode(struct ud_secret **body, struct ud_secret *key, const char *context, struct ud_error *err)
{
    const struct ud_wire_secret_value value = { "value", key };
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, PUBLIC_MAX);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    if (context != NULL)
        ud_json_write_text(&w, "@odata.context", context);
    ud_json_write_object_end(&w);
    enum ud_status st = ud_wire_secret_splice(body, &b, 1, &value, 1, err);
    ud_buf_free(&b);
    return st;
}

/* --- LAPS: base64 of UTF-16LE -------------------------------------------------------------------------------------------- */

static uint32_t
unit_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* UTF-16LE to UTF-8. Returns the bytes written (at most length / 2 * 3), or 0 where it is not text. */
static size_t
from_utf16(unsigned char *to, const unsigned char *p, size_t length)
{
    unsigned char *start = to;

    if (length % 2 != 0)
        return 0;
    for (size_t i = 0; i < length; i += 2) {
        uint32_t c = unit_at(p + i);
        if (c >= 0xD800 && c <= 0xDBFF && i + 3 < length) {
            uint32_t low = unit_at(p + i + 2);
            if (low < 0xDC00 || low > 0xDFFF)
                return 0;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        if (c < 0x20 || c == 0x7F || (c >= 0xD800 && c <= 0xDFFF))
            return 0;
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t j = n - 1; j > 0; j--, c >>= 6)
            to[j] = (unsigned char)(0x80 | (c & 0x3F));
        to[0] = (unsigned char)(n == 1 ? c : ((0xF0u << (4 - n)) & 0xFF) | c);
        to += n;
    }
    return (size_t)(to - start);
}

/* The current text (base64) as a password. UD_OK with *out NULL where it is empty. */
static enum ud_status
keep_password(struct ud_secret **out, const struct ud_wire_walk *k, struct ud_error *err)
{
    struct ud_secret *wide = NULL;
    size_t length = 0, n = 0;
    enum ud_status st;

    ud_secret_free(out);
    if (k->text.length == 0)
        return UD_OK;
    if ((st = ud_secret_new(&wide, k->text.length, err)) != UD_OK)
        return st;
    if ((st = ud_secret_new(out, k->text.length * 2, err)) != UD_OK)
        goto out;
    unsigned char *units = ud_secret_open_write(wide);
    st = ud_base64_decode(units, ud_secret_capacity(wide), &length, k->text.data, k->text.length);
    if (st == UD_OK)
        n = from_utf16(ud_secret_open_write(*out), units, length);
    if (st == UD_OK)
        ud_secret_close(*out);
    ud_secret_close(wide);
    ud_secret_set_length(wide, length);
    if (n == 0)
        st = ud_error_set(err, UD_MALFORMED, "the password is not in the form that Windows stores");
    else
        ud_secret_set_length(*out, n);
out:
    if (st != UD_OK)
        ud_secret_free(out);
    ud_secret_free(&wide);
    return st;
}

struct credential {
    struct ud_secret *password;
    char account[UD_SHORT_MAX];
    ud_wall when;
};

/* One member of a credential: text that a fixed field takes, or the password. */
static enum ud_status
credential_member(struct credential *c, struct ud_wire_walk *k, struct ud_error *err)
{
    enum { ACCOUNT, WHEN, PASSWORD } which;
    enum ud_json_token t;
    enum ud_status st;

    if (ud_json_text_is(&k->text, "accountName"))
        which = ACCOUNT;
    else if (ud_json_text_is(&k->text, "backupDateTime"))
        which = WHEN;
    else if (ud_json_text_is(&k->text, "passwordBase64"))
        which = PASSWORD;
    else {
        ud_json_reader_skip(k->reader);
        return UD_OK;
    }
    if ((st = ud_wire_walk_next(k, &t, err)) != UD_OK || t == UD_JSON_NULL)
        return st;
    if (t != UD_JSON_STRING)
        return ud_error_set(err, UD_MALFORMED, "a credential has a member of the wrong type");
    if (which == ACCOUNT)
        ud_wire_take_text(c->account, sizeof(c->account), t, &k->text);
    else if (which == WHEN)
        ud_wire_take_time(&c->when, t, &k->text);
    else
        st = keep_password(&c->password, k, err);
    return st;
}

/* After an OBJECT: one credential, kept where it is the newest so far. */
static enum ud_status
read_credential(struct ud_secret **password, struct ud_wire_laps *info, struct ud_wire_walk *k, struct ud_error *err)
{
    struct credential c = { .when = UD_WALL_NONE };
    enum ud_json_token t = UD_JSON_MORE;
    enum ud_status st;

    while ((st = ud_wire_walk_next(k, &t, err)) == UD_OK && t != UD_JSON_OBJECT_END)
        if ((st = credential_member(&c, k, err)) != UD_OK)
            break;
    if (st == UD_OK && c.password != NULL && (*password == NULL || c.when > info->backed_up)) {
        ud_secret_free(password);
        *password = c.password;
        c.password = NULL;
        memcpy(info->account, c.account, sizeof(info->account));
        info->backed_up = c.when;
    }
    ud_secret_free(&c.password);
    return st;
}

/* After the name `credentials`. */
static enum ud_status
read_credentials(struct ud_secret **password, struct ud_wire_laps *info, struct ud_wire_walk *k, struct ud_error *err)
{
    enum ud_json_token t;
    enum ud_status st = ud_wire_walk_next(k, &t, err);

    if (st != UD_OK || t == UD_JSON_NULL)
        return st;
    if (t != UD_JSON_ARRAY)
        return ud_error_set(err, UD_MALFORMED, "\"credentials\" is no list");
    while ((st = ud_wire_walk_next(k, &t, err)) == UD_OK && t != UD_JSON_ARRAY_END) {
        if (t != UD_JSON_OBJECT)
            return ud_error_set(err, UD_MALFORMED, "a credential is no object");
        if ((st = read_credential(password, info, k, err)) != UD_OK)
            return st;
    }
    return st;
}

/* Names at the top and inside `value`, which are the same. */
static enum ud_status
read_laps(struct ud_secret **password, struct ud_wire_laps *info, struct ud_wire_walk *k, struct ud_error *err)
{
    enum ud_json_token t = UD_JSON_MORE;
    bool has;
    enum ud_status st;

    while ((st = ud_wire_walk_next(k, &t, err)) == UD_OK && t != UD_JSON_END) {
        if (t == UD_JSON_OBJECT || t == UD_JSON_OBJECT_END)
            continue;
        if (t != UD_JSON_NAME)
            return ud_error_set(err, UD_MALFORMED, "the answer has another shape than expected");
        bool id = ud_json_text_is(&k->text, "id"), name = ud_json_text_is(&k->text, "deviceName");
        if (ud_json_text_is(&k->text, "credentials")) {
            st = read_credentials(password, info, k, err);
        } else if (id || name) {
            if ((st = ud_wire_walk_next(k, &t, err)) == UD_OK &&
                !(id ? ud_wire_take_guid(&info->entra_id, &has, t, &k->text)
                     : ud_wire_take_text(info->device_name, sizeof(info->device_name), t, &k->text)))
                st = ud_error_set(err, UD_MALFORMED, "the answer has a member of the wrong type");
        } else if (!ud_json_text_is(&k->text, "value") || ud_json_reader_depth(k->reader) != 1) {
            ud_json_reader_skip(k->reader);
        }
        if (st != UD_OK)
            return st;
    }
    return st;
}

enum ud_status
ud_wire_laps_decode(struct ud_secret **password, struct ud_wire_laps *info, struct ud_secret *body, struct ud_error *err)
{
    struct ud_wire_walk k;
    enum ud_status st;

    *password = NULL;
    memset(info, 0, sizeof(*info));
    info->backed_up = UD_WALL_NONE;
    if ((st = ud_wire_walk_begin(&k, body, err)) == UD_OK)
        st = read_laps(password, info, &k, err);
    ud_wire_walk_end(&k);
    if (st == UD_OK && *password == NULL)
        st = no_secret(err);
    if (st != UD_OK)
        ud_secret_free(password);
    return st;
}

/* ASCII passwords only, as recovery.h states for LAPS: each byte becomes one UTF-16LE unit. */
static enum ud_status
to_base64(struct ud_secret **out, struct ud_secret *password, struct ud_error *err)
{
    size_t n = ud_secret_length(password), size = (n * 2 + 2) / 3 * 4 + 1;
    struct ud_secret *wide = NULL;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_secret_new(&wide, n * 2 + 1, err)) != UD_OK || (st = ud_secret_new(out, size, err)) != UD_OK)
        goto out;
    const unsigned char *p = ud_secret_open(password);
    unsigned char *units = ud_secret_open_write(wide);
    for (size_t i = 0; i < n; i++) {
        units[2 * i] = p[i];
        units[2 * i + 1] = 0;
    }
    ud_secret_close(password);
    ud_base64_encode((char *)ud_secret_open_write(*out), size, units, n * 2);
    ud_secret_close(*out);
    ud_secret_close(wide);
    ud_secret_set_length(wide, n * 2);
    ud_secret_set_length(*out, size - 1);
out:
    ud_secret_free(&wide);
    return st;
}

enum ud_status
ud_wire_laps_encode(struct ud_secret **body, const struct ud_wire_laps *info, struct ud_secret *password, const char *context,
    struct ud_error *err)
{
    struct ud_secret *text = NULL;
    struct ud_json_writer w;
    struct ud_buf b;

    *body = NULL;
    ud_buf_init(&b, PUBLIC_MAX);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    if (context != NULL)
        ud_json_write_text(&w, "@odata.context", context);
    ud_json_write_guid(&w, "id", &info->entra_id);
    ud_json_write_text(&w, "deviceName", info->device_name);
    ud_json_write_time(&w, "lastBackupDateTime", info->backed_up);
    ud_json_write_array(&w, "credentials");
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "accountName", info->account);
    ud_json_write_time(&w, "backupDateTime", info->backed_up);
    ud_json_write_object_end(&w);
    ud_json_write_array_end(&w);
    ud_json_write_object_end(&w);
    enum ud_status st = to_base64(&text, password, err);
    if (st == UD_OK) {
        const struct ud_wire_secret_value value = { "passwordBase64", text };
        st = ud_wire_secret_splice(body, &b, 3, &value, 1, err);
    }
    ud_secret_free(&text);
    ud_buf_free(&b);
    return st;
}
