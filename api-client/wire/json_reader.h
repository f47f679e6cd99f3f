/* The one strict JSON reader: an incremental pull parser over chunks. It checks every byte: RFC 8259 grammar to the last one, UTF-8
 * (no overlong forms, no surrogates), no duplicate names, depth, tokens, string length, no NUL raw or escaped, no BOM (SR-65).
 * It allocates once, when made; a string that needs no unescaping and lies in one chunk is handed out where it lies.
 *
 *     feed(chunk) -> next() … until MORE -> feed(next chunk) … -> finish() -> next() … until END or ERROR */
#ifndef UD_WIRE_JSON_READER_H
#define UD_WIRE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

#define UD_JSON_DEPTH_MAX    32
#define UD_JSON_STRING_MAX   ((size_t)64 * 1024) /* bytes of one string, unescaped */
#define UD_JSON_NUMBER_MAX   1024                /* characters of one number */
#define UD_JSON_MEMBERS_MAX  1024                /* members of one object */
#define UD_JSON_TOKENS_SMALL 200000              /* default: small bodies */
#define UD_JSON_TOKENS_PAGE  4000000             /* pages of 8 MiB */

enum ud_json_token {
    UD_JSON_MORE, /* the chunk is used up: feed the next, or finish */
    UD_JSON_OBJECT,
    UD_JSON_OBJECT_END,
    UD_JSON_ARRAY,
    UD_JSON_ARRAY_END,
    UD_JSON_NAME,   /* text */
    UD_JSON_STRING, /* text */
    UD_JSON_NUMBER, /* text, as written; the grammar is checked, the range is not */
    UD_JSON_TRUE,
    UD_JSON_FALSE,
    UD_JSON_NULL,
    UD_JSON_END,  /* finished, and the document was whole */
    UD_JSON_ERROR /* sticky; ud_json_reader_error says why */
};

/* Valid until the next call of ud_json_reader_next or _feed. Not NUL-terminated, not cleaned. */
struct ud_json_text {
    const char *data;
    size_t length;
    bool plain; /* only printable ASCII: ud_text_clean would change nothing */
};

struct ud_json_reader;

/* `tokens`: the most it accepts; 0: UD_JSON_TOKENS_SMALL. UD_NOMEM. */
UD_CHECK enum ud_status ud_json_reader_new(struct ud_json_reader **out, size_t tokens, struct ud_error *err);
/* The same, unescaping into the caller's `scratch` (for secrets: the open memory of one) instead of memory of its own. A string that must
 * be copied and does not fit is an ERROR. */
UD_CHECK enum ud_status ud_json_reader_new_scratch(
    struct ud_json_reader **out, size_t tokens, unsigned char *scratch, size_t scratch_size, struct ud_error *err);
void ud_json_reader_free(struct ud_json_reader **r);
void ud_json_reader_reset(struct ud_json_reader *r); /* for a new document */

/* Hands over the next chunk; it must stay where it is until the next MORE. Only after MORE (or at the start). */
void ud_json_reader_feed(struct ud_json_reader *r, const void *bytes, size_t length);
/* No more chunks come. */
void ud_json_reader_finish(struct ud_json_reader *r);
/* `text` is set for NAME, STRING and NUMBER. */
enum ud_json_token ud_json_reader_next(struct ud_json_reader *r, struct ud_json_text *text);
/* After OBJECT or ARRAY: what is inside is checked but not reported, its end neither. After NAME: the same for its value. */
void ud_json_reader_skip(struct ud_json_reader *r);
size_t ud_json_reader_depth(const struct ud_json_reader *r);  /* containers open now */
size_t ud_json_reader_offset(const struct ud_json_reader *r); /* bytes used */
/* After ERROR: UD_MALFORMED with what is wrong and where, never with content. Returns the status. */
enum ud_status ud_json_reader_error(const struct ud_json_reader *r, struct ud_error *err);

/* A whole body at once: is it one valid document? */
UD_CHECK enum ud_status ud_json_check(const void *bytes, size_t length, size_t tokens, struct ud_error *err);

/* A NUMBER's value. False where it is no whole number (1.0 and 1e3 are) or is out of range; no locale, no rounding. */
bool ud_json_text_int(int64_t *out, const struct ud_json_text *text);
static inline bool
ud_json_text_is(const struct ud_json_text *text, const char *word)
{
    size_t n = strlen(word);

    return text->length == n && memcmp(text->data, word, n) == 0;
}

#endif
