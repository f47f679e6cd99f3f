/* Small bodies through cJSON. The one file that includes it: what it is lax about (duplicate names, bad UTF-8, NUL, letter case) the strict
 * reader has refused before, or the getters here do not use. */
#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/seal.h"
#include "base/text.h"
#include "wire/json_reader.h"

/* A value is cJSON's own node under our name. */
static cJSON *
node(struct ud_json *v)
{
    return (cJSON *)v;
}

static const cJSON *
look(const struct ud_json *v)
{
    return (const cJSON *)v;
}

/* cJSON's memory, wiped before it goes back: the size stands in front of each block. */
union block_head {
    size_t size;
    max_align_t align;
};

static void *
block_new(size_t size)
{
    union block_head *b = size > UD_JSON_BODY_MAX * 2 ? NULL : malloc(sizeof(*b) + size);

    if (b == NULL)
        return NULL;
    b->size = size;
    return b + 1;
}

static void
block_free(void *p)
{
    if (p == NULL)
        return;
    union block_head *b = (union block_head *)p - 1;
    explicit_bzero(p, b->size);
    free(b);
}

/* cJSON keeps its hooks in a global of its own: set once, before main and any thread. */
__attribute__((constructor)) static void
install_hooks(void)
{
    cJSON_Hooks hooks = { block_new, block_free };

    cJSON_InitHooks(&hooks);
}

enum ud_status
ud_json_parse(struct ud_json **out, const void *body, size_t length, struct ud_error *err)
{
    enum ud_status st;

    *out = NULL;
    if (length > UD_JSON_BODY_MAX)
        return ud_error_set(err, UD_MALFORMED, "the answer is too large");
    if ((st = ud_json_check(body, length, UD_JSON_TOKENS_SMALL, err)) != UD_OK)
        return st;
    *out = (struct ud_json *)cJSON_ParseWithLength(body, length);
    return *out != NULL ? UD_OK : ud_error_set(err, UD_NOMEM, "no memory for reading an answer");
}

void
ud_json_free(struct ud_json **doc)
{
    if (doc == NULL || *doc == NULL)
        return;
    cJSON_Delete(node(*doc));
    *doc = NULL;
}

enum ud_json_kind
ud_json_kind(const struct ud_json *v)
{
    const cJSON *c = look(v);

    if (cJSON_IsObject(c))
        return UD_JSON_IS_OBJECT;
    if (cJSON_IsArray(c))
        return UD_JSON_IS_ARRAY;
    if (cJSON_IsString(c))
        return UD_JSON_IS_TEXT;
    if (cJSON_IsNumber(c))
        return UD_JSON_IS_NUMBER;
    return cJSON_IsBool(c) ? UD_JSON_IS_BOOL : UD_JSON_IS_NULL;
}

const struct ud_json *
ud_json_member(const struct ud_json *v, const char *name)
{
    if (v == NULL || !cJSON_IsObject(look(v)))
        return NULL;
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(look(v), name);
    return m == NULL || cJSON_IsNull(m) ? NULL : (const struct ud_json *)m;
}

const struct ud_json *
ud_json_first(const struct ud_json *array)
{
    return array != NULL && cJSON_IsArray(look(array)) ? (const struct ud_json *)look(array)->child : NULL;
}

const struct ud_json *
ud_json_after(const struct ud_json *item)
{
    return item != NULL ? (const struct ud_json *)look(item)->next : NULL;
}

const char *
ud_json_raw_text(const struct ud_json *v)
{
    return v != NULL ? cJSON_GetStringValue(look(v)) : NULL;
}

static enum ud_status
wrong(const char *name, const char *what, struct ud_error *err)
{
    return ud_error_set(err, UD_MALFORMED, "the member \"%s\" %s", name, what);
}

/* The text of a member: UD_NOTFOUND, or UD_MALFORMED where it is something else. */
static enum ud_status
text_of(const char **out, const struct ud_json *v, const char *name, struct ud_error *err)
{
    const struct ud_json *m = ud_json_member(v, name);

    if (m == NULL)
        return UD_NOTFOUND;
    *out = ud_json_raw_text(m);
    return *out != NULL ? UD_OK : wrong(name, "is not a text", err);
}

enum ud_status
ud_json_get_text(char *out, size_t size, const struct ud_json *v, const char *name, struct ud_error *err)
{
    const char *text;
    enum ud_status st = text_of(&text, v, name, err);

    if (st == UD_OK)
        ud_text_clean(out, size, text, strlen(text));
    return st;
}

bool
ud_json_value_int(int64_t *out, const struct ud_json *v)
{
    const double exact = 9007199254740992.0; /* 2^53: beyond it cJSON's numbers are not exact */

    if (v == NULL || !cJSON_IsNumber(look(v)))
        return false;
    double d = look(v)->valuedouble;
    if (!isfinite(d) || d < -exact || d > exact || d != floor(d))
        return false;
    *out = (int64_t)d;
    return true;
}

enum ud_status
ud_json_get_int(int64_t *out, const struct ud_json *v, const char *name, int64_t min, int64_t max, struct ud_error *err)
{
    const struct ud_json *m = ud_json_member(v, name);
    int64_t value;

    if (m == NULL)
        return UD_NOTFOUND;
    if (!ud_json_value_int(&value, m))
        return wrong(name, "is not a whole number", err);
    if (value < min || value > max)
        return wrong(name, "is out of range", err);
    *out = value;
    return UD_OK;
}

enum ud_status
ud_json_get_bool(bool *out, const struct ud_json *v, const char *name, struct ud_error *err)
{
    const struct ud_json *m = ud_json_member(v, name);

    if (m == NULL)
        return UD_NOTFOUND;
    if (!cJSON_IsBool(look(m)))
        return wrong(name, "is neither true nor false", err);
    *out = cJSON_IsTrue(look(m));
    return UD_OK;
}

enum ud_status
ud_json_get_guid(struct ud_guid *out, const struct ud_json *v, const char *name, struct ud_error *err)
{
    struct ud_guid id;
    const char *text;
    enum ud_status st = text_of(&text, v, name, err);

    if (st != UD_OK)
        return st;
    if (ud_guid_parse(&id, text, strlen(text), NULL) != UD_OK)
        return wrong(name, "is not a GUID", err);
    *out = id;
    return UD_OK;
}

enum ud_status
ud_json_get_time(ud_wall *out, const struct ud_json *v, const char *name, struct ud_error *err)
{
    const char *text;
    ud_wall t;
    enum ud_status st = text_of(&text, v, name, err);

    if (st != UD_OK)
        return st;
    if (!ud_wall_parse(&t, text, strlen(text)))
        return wrong(name, "is not a time", err);
    *out = t;
    return UD_OK;
}

enum ud_status
ud_json_get_base64(void *out, size_t size, size_t *length, const struct ud_json *v, const char *name, struct ud_error *err)
{
    const char *text;
    enum ud_status st = text_of(&text, v, name, err);

    if (st != UD_OK)
        return st;
    if (ud_base64_decode(out, size, length, text, strlen(text)) != UD_OK)
        return wrong(name, "is not base64, or too long", err);
    return UD_OK;
}

enum ud_status
ud_json_optional(enum ud_status st)
{
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_json_required(enum ud_status st, const char *name, struct ud_error *err)
{
    return st == UD_NOTFOUND ? wrong(name, "is missing", err) : st;
}

/* --- building ----------------------------------------------------------------------------------------------------------- */

struct ud_json *
ud_json_new(void)
{
    return (struct ud_json *)cJSON_CreateObject();
}

/* Hands `item` over to `v`. A failed allocation is remembered in the object's unused number. */
static void
put(struct ud_json *v, const char *name, cJSON *item)
{
    if (v == NULL)
        cJSON_Delete(item);
    else if (item == NULL || !cJSON_AddItemToObject(node(v), name, item)) {
        cJSON_Delete(item);
        node(v)->valueint = -1;
    }
}

void
ud_json_put_text(struct ud_json *v, const char *name, const char *text)
{
    put(v, name, text != NULL ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void
ud_json_put_int(struct ud_json *v, const char *name, int64_t value)
{
    put(v, name, cJSON_CreateNumber((double)value));
}

void
ud_json_put_bool(struct ud_json *v, const char *name, bool value)
{
    put(v, name, cJSON_CreateBool(value));
}

void
ud_json_put_guid(struct ud_json *v, const char *name, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];

    ud_guid_format(text, id);
    ud_json_put_text(v, name, ud_guid_is_zero(id) ? NULL : text);
}

void
ud_json_put_base64(struct ud_json *v, const char *name, const void *bytes, size_t length)
{
    size_t size = length / 3 * 4 + 8;
    char *text = malloc(size);

    if (text != NULL)
        ud_base64_encode(text, size, bytes, length);
    put(v, name, text != NULL ? cJSON_CreateString(text) : NULL);
    free(text);
}

enum ud_status
ud_json_print(struct ud_buf *out, const struct ud_json *v, struct ud_error *err)
{
    char *text = v == NULL || look(v)->valueint == -1 ? NULL : cJSON_PrintUnformatted(look(v));

    if (text == NULL)
        return ud_error_set(err, UD_NOMEM, "no memory for a request");
    ud_buf_text(out, text);
    cJSON_free(text);
    return ud_buf_status(out, err);
}
