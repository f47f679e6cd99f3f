/* Reading and writing bodies that hold secrets. Spans of an open body are copied into new secrets at once; what has to be unescaped is put
 * together in a secret of its own. */
#include "wire/secret_body.h"

#include <stdlib.h>
#include <string.h>

#include "wire/record_read.h"
#include "wire/secret_walk.h"

enum ud_status
ud_wire_walk_begin(struct ud_wire_walk *k, struct ud_secret *body, struct ud_error *err)
{
    size_t length = ud_secret_length(body);
    unsigned char *room = NULL;
    enum ud_status st = UD_OK;

    memset(k, 0, sizeof(*k));
    k->body = body;
    const unsigned char *bytes = ud_secret_open(body);
    bool escapes = length > 0 && memchr(bytes, '\\', length) != NULL;
    if (escapes && (st = ud_secret_new(&k->scratch, length, err)) == UD_OK)
        room = ud_secret_open_write(k->scratch);
    if (st == UD_OK)
        st = ud_json_reader_new_scratch(&k->reader, 0, room, room != NULL ? length : 0, err);
    if (st == UD_OK) {
        ud_json_reader_feed(k->reader, bytes, length);
        ud_json_reader_finish(k->reader);
    }
    return st;
}

void
ud_wire_walk_end(struct ud_wire_walk *k)
{
    ud_json_reader_free(&k->reader);
    if (k->scratch != NULL)
        ud_secret_close(k->scratch);
    ud_secret_free(&k->scratch);
    ud_secret_close(k->body);
}

enum ud_status
ud_wire_walk_next(struct ud_wire_walk *k, enum ud_json_token *token, struct ud_error *err)
{
    *token = ud_json_reader_next(k->reader, &k->text);
    return *token == UD_JSON_ERROR || *token == UD_JSON_MORE ? ud_json_reader_error(k->reader, err) : UD_OK;
}

enum ud_status
ud_wire_walk_rest(struct ud_wire_walk *k, struct ud_error *err)
{
    enum ud_json_token token = UD_JSON_MORE;
    enum ud_status st = UD_OK;

    while (st == UD_OK && token != UD_JSON_END)
        st = ud_wire_walk_next(k, &token, err);
    return st;
}

enum ud_status
ud_wire_walk_keep(struct ud_secret **out, const struct ud_wire_walk *k, struct ud_error *err)
{
    enum ud_status st;

    ud_secret_free(out);
    if (k->text.length == 0)
        return UD_OK;
    if ((st = ud_secret_new(out, k->text.length, err)) != UD_OK)
        return st;
    memcpy(ud_secret_open_write(*out), k->text.data, k->text.length);
    ud_secret_close(*out);
    ud_secret_set_length(*out, k->text.length);
    return UD_OK;
}

static enum ud_status
wrong(const char *name, const char *what, struct ud_error *err)
{
    return ud_error_set(err, UD_MALFORMED, "the member \"%s\" %s", name, what);
}

/* --- one member by its path ---------------------------------------------------------------------------------------------- */

/* Length of the first name of a path. */
static size_t
name_length(const char *path)
{
    return strcspn(path, ".");
}

static enum ud_status
path_value(struct ud_secret **out, struct ud_wire_walk *k, const char **path, size_t *level, struct ud_error *err)
{
    enum ud_json_token t;
    const char *rest = *path + name_length(*path);
    enum ud_status st = ud_wire_walk_next(k, &t, err);

    if (st != UD_OK || t == UD_JSON_NULL)
        return st;
    if (*rest == '\0' && t == UD_JSON_STRING)
        return ud_wire_walk_keep(out, k, err);
    if (*rest == '\0' || t != UD_JSON_OBJECT)
        return ud_error_set(err, UD_MALFORMED, "the answer has another shape than expected");
    *path = rest + 1;
    (*level)++;
    return UD_OK;
}

static enum ud_status
find_path(struct ud_secret **out, struct ud_wire_walk *k, const char *path, struct ud_error *err)
{
    size_t level = 1; /* depth of the object whose members are compared */
    enum ud_json_token t = UD_JSON_MORE;
    enum ud_status st;

    if ((st = ud_wire_walk_next(k, &t, err)) != UD_OK)
        return st;
    if (t != UD_JSON_OBJECT)
        return ud_error_set(err, UD_MALFORMED, "the answer is no JSON object");
    while ((st = ud_wire_walk_next(k, &t, err)) == UD_OK && t != UD_JSON_END) {
        if (t != UD_JSON_NAME)
            continue; /* ends of objects: a name that matched cannot come again */
        size_t n = name_length(path);
        bool here = ud_json_reader_depth(k->reader) == level && k->text.length == n && memcmp(k->text.data, path, n) == 0;
        if (!here)
            ud_json_reader_skip(k->reader);
        else if ((st = path_value(out, k, &path, &level, err)) != UD_OK)
            return st;
    }
    return st;
}

enum ud_status
ud_wire_secret_member(struct ud_secret **out, struct ud_secret *body, const char *path, struct ud_error *err)
{
    struct ud_wire_walk k;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_wire_walk_begin(&k, body, err)) == UD_OK)
        st = find_path(out, &k, path, err);
    ud_wire_walk_end(&k);
    if (st == UD_OK && *out == NULL)
        st = ud_error_set(err, UD_NOTFOUND, "the answer has no \"%s\"", path);
    if (st != UD_OK)
        ud_secret_free(out);
    return st;
}

/* --- flat objects -------------------------------------------------------------------------------------------------------- */

static enum ud_status
take_number(
    int64_t *out, const struct ud_wire_field *f, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    bool digits = text->length > 0 && text->length < 19;

    for (size_t i = 0; i < text->length && digits && t == UD_JSON_STRING; i++)
        digits = text->data[i] >= '0' && text->data[i] <= '9';
    if (!digits || (t != UD_JSON_NUMBER && t != UD_JSON_STRING) || !ud_json_text_int(out, text))
        return wrong(f->name, "is not a whole number", err);
    return UD_OK;
}

static enum ud_status
take_field(const struct ud_wire_field *f, struct ud_wire_walk *k, enum ud_json_token t, struct ud_error *err)
{
    bool has;

    switch (f->type) {
    case UD_WIRE_FIELD_TEXT:
        if (ud_wire_take_text(f->out, f->size, t == UD_JSON_NUMBER ? UD_JSON_STRING : t, &k->text))
            return UD_OK;
        return wrong(f->name, "is not a text", err);
    case UD_WIRE_FIELD_NUMBER:
        return take_number(f->out, f, t, &k->text, err);
    case UD_WIRE_FIELD_BOOL:
        return ud_wire_take_tristate(f->out, t) ? UD_OK : wrong(f->name, "is neither true nor false", err);
    case UD_WIRE_FIELD_GUID:
        if (t == UD_JSON_STRING && (k->text.length == 0 || ud_guid_parse(f->out, k->text.data, k->text.length, NULL) == UD_OK))
            return ud_wire_take_guid(f->out, &has, t, &k->text) ? UD_OK : UD_MALFORMED;
        return wrong(f->name, "is not a GUID", err);
    case UD_WIRE_FIELD_SECRET:
        return t == UD_JSON_STRING ? ud_wire_walk_keep(f->out, k, err) : wrong(f->name, "is not a text", err);
    }
    return UD_FAILED;
}

static size_t
find_field(const struct ud_wire_field *fields, size_t count, const struct ud_json_text *name)
{
    size_t i = 0;

    while (i < count && !ud_json_text_is(name, fields[i].name))
        i++;
    return i;
}

enum ud_status
ud_wire_walk_fields(
    struct ud_wire_walk *k, const struct ud_wire_field *fields, size_t count, bool unwrap, uint64_t *found, struct ud_error *err)
{
    enum ud_json_token t = UD_JSON_MORE;
    enum ud_status st;

    while ((st = ud_wire_walk_next(k, &t, err)) == UD_OK && t != UD_JSON_OBJECT_END) {
        size_t i = find_field(fields, count, &k->text);
        if (i == count && !(unwrap && ud_json_text_is(&k->text, "value"))) {
            ud_json_reader_skip(k->reader);
            continue;
        }
        if ((st = ud_wire_walk_next(k, &t, err)) != UD_OK)
            return st;
        if (i == count && t == UD_JSON_OBJECT) {
            st = ud_wire_walk_fields(k, fields, count, false, found, err);
        } else if (i < count && t != UD_JSON_NULL) {
            *found |= (uint64_t)1 << i;
            st = take_field(&fields[i], k, t, err);
        } else if (t == UD_JSON_ARRAY) {
            ud_json_reader_skip(k->reader);
        }
        if (st != UD_OK)
            return st;
    }
    return st;
}

enum ud_status
ud_wire_walk_object(struct ud_secret *body, const struct ud_wire_field *fields, size_t count, bool unwrap, struct ud_error *err)
{
    struct ud_wire_walk k;
    enum ud_json_token t = UD_JSON_MORE;
    uint64_t found = 0;
    enum ud_status st;

    if ((st = ud_wire_walk_begin(&k, body, err)) != UD_OK || (st = ud_wire_walk_next(&k, &t, err)) != UD_OK)
        goto out;
    if (t != UD_JSON_OBJECT) {
        st = ud_error_set(err, UD_MALFORMED, "the answer is no JSON object");
        goto out;
    }
    if ((st = ud_wire_walk_fields(&k, fields, count, unwrap, &found, err)) == UD_OK)
        st = ud_wire_walk_rest(&k, err);
    for (size_t i = 0; i < count && st == UD_OK; i++)
        if (fields[i].required && (found >> i & 1) == 0)
            st = wrong(fields[i].name, "is missing", err);
out:
    ud_wire_walk_end(&k);
    return st;
}

enum ud_status
ud_wire_secret_fields(const struct ud_wire_field *fields, size_t count, struct ud_secret *body, struct ud_error *err)
{
    return ud_wire_walk_object(body, fields, count, false, err);
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

static size_t
escaped_size(const unsigned char *p, size_t length)
{
    size_t n = length;

    for (size_t i = 0; i < length; i++)
        n += p[i] == '"' || p[i] == '\\' ? 1 : p[i] < 0x20 ? 5 : 0;
    return n;
}

static unsigned char *
escape(unsigned char *to, const unsigned char *p, size_t length)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        if (p[i] < 0x20) {
            memcpy(to, "\\u00", 4);
            to[4] = (unsigned char)hex[p[i] >> 4];
            to[5] = (unsigned char)hex[p[i] & 15];
            to += 6;
            continue;
        }
        if (p[i] == '"' || p[i] == '\\')
            *to++ = '\\';
        *to++ = p[i];
    }
    return to;
}

static size_t
values_size(const struct ud_wire_secret_value *values, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (values[i].value == NULL)
            continue;
        n += strlen(values[i].name) + 6 + escaped_size(ud_secret_open(values[i].value), ud_secret_length(values[i].value));
        ud_secret_close(values[i].value);
    }
    return n;
}

/* `,"name":"value"`, without the comma where the object is empty so far. */
static unsigned char *
put_value(unsigned char *to, const struct ud_wire_secret_value *v, bool comma)
{
    size_t n = strlen(v->name);

    if (comma)
        *to++ = ',';
    *to++ = '"';
    memcpy(to, v->name, n);
    memcpy(to + n, "\":\"", 3);
    to = escape(to + n + 3, ud_secret_open(v->value), ud_secret_length(v->value));
    ud_secret_close(v->value);
    *to++ = '"';
    return to;
}

enum ud_status
ud_wire_secret_splice(struct ud_secret **body, const struct ud_buf *object, size_t tail,
    const struct ud_wire_secret_value *values, size_t count, struct ud_error *err)
{
    enum ud_status st;

    *body = NULL;
    if ((st = ud_buf_status(object, err)) != UD_OK)
        return st;
    if ((st = ud_secret_new(body, object->length + values_size(values, count), err)) != UD_OK)
        return st;
    unsigned char *start = ud_secret_open_write(*body), *to = start;
    size_t front = object->length - tail;
    memcpy(to, object->data, front);
    to += front;
    for (size_t i = 0; i < count; i++)
        if (values[i].value != NULL)
            to = put_value(to, &values[i], to > start && to[-1] != '{');
    memcpy(to, object->data + front, tail);
    to += tail;
    size_t length = (size_t)(to - start);
    ud_secret_close(*body);
    ud_secret_set_length(*body, length);
    return UD_OK;
}
