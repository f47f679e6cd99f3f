/* Small bodies (at most 1 MiB): checked by the strict reader, then read by cJSON, which nothing else includes. Getters are case-sensitive
 * and check type, length and range. Never for a body that may hold a secret: those go through wire/secret_body.h. */
#ifndef UD_WIRE_JSON_H
#define UD_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "domain/guid.h"

#define UD_JSON_BODY_MAX ((size_t)1024 * 1024)

struct ud_json; /* a value; the root owns everything below it, all memory is wiped when freed */

enum ud_json_kind { UD_JSON_IS_NULL, UD_JSON_IS_BOOL, UD_JSON_IS_NUMBER, UD_JSON_IS_TEXT, UD_JSON_IS_ARRAY, UD_JSON_IS_OBJECT };

UD_CHECK enum ud_status ud_json_parse(struct ud_json **out, const void *body, size_t length, struct ud_error *err);
void ud_json_free(struct ud_json **doc);

enum ud_json_kind ud_json_kind(const struct ud_json *v);
/* Borrowed. NULL where `v` is no object or array, where there is none, or where it is null. */
const struct ud_json *ud_json_member(const struct ud_json *v, const char *name);
const struct ud_json *ud_json_first(const struct ud_json *array);
const struct ud_json *ud_json_after(const struct ud_json *item);

/* Each of these reads member `name`. Missing or null: UD_NOTFOUND and *out is left as it is (so that a default can stand there); another
 * type or out of range: UD_MALFORMED naming the member. */
UD_CHECK enum ud_status ud_json_get_text(
    char *out, size_t size, const struct ud_json *v, const char *name, struct ud_error *err); /* cleaned, cut */
UD_CHECK enum ud_status ud_json_get_int(
    int64_t *out, const struct ud_json *v, const char *name, int64_t min, int64_t max, struct ud_error *err);
UD_CHECK enum ud_status ud_json_get_bool(bool *out, const struct ud_json *v, const char *name, struct ud_error *err);
UD_CHECK enum ud_status ud_json_get_guid(struct ud_guid *out, const struct ud_json *v, const char *name, struct ud_error *err);
UD_CHECK enum ud_status ud_json_get_time(ud_wall *out, const struct ud_json *v, const char *name, struct ud_error *err);
UD_CHECK enum ud_status ud_json_get_base64(
    void *out, size_t size, size_t *length, const struct ud_json *v, const char *name, struct ud_error *err);
/* The text as it came, uncleaned, borrowed; NULL where it is no text. For comparisons and nested JSON only, never for a screen. */
const char *ud_json_raw_text(const struct ud_json *v);
/* The value of a number that is whole and at most 2^53. */
bool ud_json_value_int(int64_t *out, const struct ud_json *v);
/* Turns NOTFOUND into OK: for optional members. */
enum ud_status ud_json_optional(enum ud_status st);
/* Turns NOTFOUND into MALFORMED "the answer has no NAME": for required members. */
enum ud_status ud_json_required(enum ud_status st, const char *name, struct ud_error *err);

/* Building request bodies. Names and text are copied. A failed allocation is sticky and told by ud_json_print. */
struct ud_json *ud_json_new(void);                                            /* an object */
void ud_json_put_text(struct ud_json *v, const char *name, const char *text); /* NULL: null */
void ud_json_put_int(struct ud_json *v, const char *name, int64_t value);
void ud_json_put_bool(struct ud_json *v, const char *name, bool value);
void ud_json_put_guid(struct ud_json *v, const char *name, const struct ud_guid *id); /* zero: null */
void ud_json_put_base64(struct ud_json *v, const char *name, const void *bytes, size_t length);
UD_CHECK enum ud_status ud_json_print(struct ud_buf *out, const struct ud_json *v, struct ud_error *err);

#endif
