/* The strict reader: structure, numbers and words. Strings are in json_string.c. */
#include "wire/json_reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "wire/json_reader_state.h"

static enum ud_status
reader_new(struct ud_json_reader **out, size_t tokens, size_t own, struct ud_error *err)
{
    struct ud_json_reader *r = malloc(sizeof(*r) + own);

    *out = NULL;
    if (r == NULL)
        return ud_error_set(err, UD_NOMEM, "no memory for reading an answer");
    r->tokens_max = tokens == 0 ? UD_JSON_TOKENS_SMALL : tokens;
    r->scratch = r->own;
    r->scratch_size = own;
    ud_random(&r->hash_key, sizeof(r->hash_key));
    ud_json_reader_reset(r);
    *out = r;
    return UD_OK;
}

enum ud_status
ud_json_reader_new(struct ud_json_reader **out, size_t tokens, struct ud_error *err)
{
    return reader_new(out, tokens, UD_JSON_STRING_MAX, err);
}

enum ud_status
ud_json_reader_new_scratch(
    struct ud_json_reader **out, size_t tokens, unsigned char *scratch, size_t scratch_size, struct ud_error *err)
{
    enum ud_status st = reader_new(out, tokens, 0, err);

    if (st != UD_OK)
        return st;
    (*out)->scratch = scratch;
    (*out)->scratch_size = scratch_size;
    return UD_OK;
}

void
ud_json_reader_free(struct ud_json_reader **r)
{
    if (r == NULL || *r == NULL)
        return;
    free(*r);
    *r = NULL;
}

void
ud_json_reader_reset(struct ud_json_reader *r)
{
    static const unsigned char nothing[1] = { 0 };

    r->at = r->end = r->chunk = nothing;
    r->before = 0;
    r->tokens = 0;
    r->finished = false;
    r->fault = NULL;
    r->expect = EXPECT_VALUE;
    r->depth = 0;
    r->objects = 0;
    r->name_count = 0;
    r->partial = PARTIAL_NONE;
    r->skipping = false;
    r->last = UD_JSON_MORE;
    r->scratch_used = 0;
}

void
ud_json_reader_feed(struct ud_json_reader *r, const void *bytes, size_t length)
{
    assert(r->at == r->end || r->fault != NULL);
    if (r->fault != NULL || length == 0)
        return;
    r->before += (size_t)(r->end - r->chunk);
    r->chunk = r->at = bytes;
    r->end = r->at + length;
}

void
ud_json_reader_finish(struct ud_json_reader *r)
{
    r->finished = true;
}

size_t
ud_json_reader_depth(const struct ud_json_reader *r)
{
    return r->depth;
}

size_t
ud_json_reader_offset(const struct ud_json_reader *r)
{
    return r->before + (size_t)(r->at - r->chunk);
}

enum ud_status
ud_json_reader_error(const struct ud_json_reader *r, struct ud_error *err)
{
    return ud_error_set(err, UD_MALFORMED, "not valid JSON at byte %zu: %s", ud_json_reader_offset(r),
        r->fault != NULL ? r->fault : "it ends too early");
}

enum ud_json_token
ud_json_reader_fail(struct ud_json_reader *r, const char *fault)
{
    r->fault = fault;
    return UD_JSON_ERROR;
}

static inline bool
in_object(const struct ud_json_reader *r)
{
    return (r->objects >> (r->depth - 1) & 1) != 0;
}

void
ud_json_reader_value_done(struct ud_json_reader *r)
{
    r->expect = r->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA;
}

static enum ud_json_token
open_container(struct ud_json_reader *r, bool object)
{
    if (r->depth == UD_JSON_DEPTH_MAX)
        return ud_json_reader_fail(r, "nested too deep");
    r->at++;
    uint32_t bit = (uint32_t)1 << r->depth;
    r->objects = object ? r->objects | bit : r->objects & ~bit;
    r->names_from[r->depth] = r->name_count;
    memset(r->seen[r->depth], 0, sizeof(r->seen[0]));
    r->depth++;
    r->expect = object ? EXPECT_NAME_OR_END : EXPECT_VALUE_OR_END;
    return object ? UD_JSON_OBJECT : UD_JSON_ARRAY;
}

static enum ud_json_token
close_container(struct ud_json_reader *r, unsigned char c)
{
    bool object = in_object(r);

    if (c != (object ? '}' : ']'))
        return ud_json_reader_fail(r, object ? "',' or '}' is missing" : "',' or ']' is missing");
    r->at++;
    r->depth--;
    r->name_count = r->names_from[r->depth];
    ud_json_reader_value_done(r);
    return object ? UD_JSON_OBJECT_END : UD_JSON_ARRAY_END;
}

/* --- numbers ----------------------------------------------------------------------------------------------------------- */

enum number {
    NUM_START,
    NUM_MINUS,
    NUM_ZERO,
    NUM_INT,
    NUM_DOT,
    NUM_FRACTION,
    NUM_EXP,
    NUM_EXP_SIGN,
    NUM_EXP_DIGITS,
    NUM_END,
    NUM_BAD
};

static enum number
number_step(enum number s, unsigned char c)
{
    bool digit = c >= '0' && c <= '9';

    switch (s) {
    case NUM_START:
        if (c == '-')
            return NUM_MINUS;
        /* fall through */
    case NUM_MINUS:
        return c == '0' ? NUM_ZERO : digit ? NUM_INT : NUM_BAD;
    case NUM_INT:
        if (digit)
            return NUM_INT;
        /* fall through */
    case NUM_ZERO:
        if (c == '.')
            return NUM_DOT;
        return c == 'e' || c == 'E' ? NUM_EXP : digit ? NUM_BAD : NUM_END;
    case NUM_DOT:
        return digit ? NUM_FRACTION : NUM_BAD;
    case NUM_FRACTION:
        return digit ? NUM_FRACTION : c == 'e' || c == 'E' ? NUM_EXP : NUM_END;
    case NUM_EXP:
        if (c == '+' || c == '-')
            return NUM_EXP_SIGN;
        /* fall through */
    case NUM_EXP_SIGN:
        return digit ? NUM_EXP_DIGITS : NUM_BAD;
    case NUM_EXP_DIGITS:
        return digit ? NUM_EXP_DIGITS : NUM_END;
    default:
        return NUM_BAD;
    }
}

static bool
number_may_end(enum number s)
{
    return s == NUM_ZERO || s == NUM_INT || s == NUM_FRACTION || s == NUM_EXP_DIGITS;
}

static enum ud_json_token
number_done(struct ud_json_reader *r, struct ud_json_text *text, const unsigned char *data, size_t length)
{
    if (length > UD_JSON_NUMBER_MAX)
        return ud_json_reader_fail(r, "a number is too long");
    *text = (struct ud_json_text){ (const char *)data, length, true };
    r->partial = PARTIAL_NONE;
    ud_json_reader_value_done(r);
    return UD_JSON_NUMBER;
}

/* Goes on with a number from r->number_state; what lies in the scratch came in earlier chunks. */
static enum ud_json_token
read_number(struct ud_json_reader *r, struct ud_json_text *text)
{
    const unsigned char *start = r->at;
    enum number s = (enum number)r->number_state;

    while (r->at < r->end) {
        enum number next = number_step(s, *r->at);
        if (next == NUM_BAD)
            return ud_json_reader_fail(r, "a number is not well formed");
        if (next == NUM_END)
            break;
        s = next;
        r->at++;
    }
    bool ended = r->at < r->end || r->finished;
    if (r->partial == PARTIAL_NONE && r->at < r->end)
        return number_done(r, text, start, (size_t)(r->at - start));
    if (!ud_json_reader_keep(r, start, (size_t)(r->at - start)))
        return ud_json_reader_fail(r, "a number is too long");
    r->number_state = s;
    r->partial = PARTIAL_NUMBER;
    if (!ended)
        return UD_JSON_MORE;
    if (!number_may_end(s))
        return ud_json_reader_fail(r, "a number is not well formed");
    return number_done(r, text, r->scratch, r->scratch_used);
}

static enum ud_json_token
start_number(struct ud_json_reader *r, struct ud_json_text *text)
{
    r->scratch_used = 0;
    r->number_state = NUM_START;
    return read_number(r, text);
}

/* --- true, false, null -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum ud_json_token token;
} words[] = { { "true", UD_JSON_TRUE }, { "false", UD_JSON_FALSE }, { "null", UD_JSON_NULL } };

static enum ud_json_token
read_word(struct ud_json_reader *r)
{
    const char *word = words[r->word].word;

    while (word[r->word_at] != '\0') {
        if (r->at == r->end && !r->finished) {
            r->partial = PARTIAL_WORD;
            return UD_JSON_MORE;
        }
        if (r->at == r->end || *r->at != (unsigned char)word[r->word_at])
            return ud_json_reader_fail(r, "a value is not well formed");
        r->at++;
        r->word_at++;
    }
    r->partial = PARTIAL_NONE;
    ud_json_reader_value_done(r);
    return words[r->word].token;
}

static enum ud_json_token
start_word(struct ud_json_reader *r, unsigned char which)
{
    r->word = which;
    r->word_at = 0;
    return read_word(r);
}

/* --- tokens ------------------------------------------------------------------------------------------------------------- */

static enum ud_json_token
start_value(struct ud_json_reader *r, unsigned char c, struct ud_json_text *text)
{
    switch (c) {
    case '"':
        return ud_json_reader_string(r, text, false);
    case '{':
        return open_container(r, true);
    case '[':
        return open_container(r, false);
    case 't':
        return start_word(r, 0);
    case 'f':
        return start_word(r, 1);
    case 'n':
        return start_word(r, 2);
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return start_number(r, text);
        return ud_json_reader_fail(r, "a value is not well formed");
    }
}

static enum ud_json_token
resume(struct ud_json_reader *r, struct ud_json_text *text)
{
    if (r->at == r->end && !r->finished)
        return UD_JSON_MORE;
    switch (r->partial) {
    case PARTIAL_NUMBER:
        return read_number(r, text);
    case PARTIAL_WORD:
        return read_word(r);
    default:
        return ud_json_reader_string_more(r, text);
    }
}

static enum ud_json_token
at_chunk_end(struct ud_json_reader *r)
{
    if (!r->finished)
        return UD_JSON_MORE;
    return r->expect == EXPECT_NOTHING ? UD_JSON_END : ud_json_reader_fail(r, "it ends too early");
}

static enum ud_json_token
step(struct ud_json_reader *r, struct ud_json_text *text)
{
    if (r->partial != PARTIAL_NONE)
        return resume(r, text);
    for (;;) {
        while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
            r->at++;
        if (r->at == r->end)
            return at_chunk_end(r);
        unsigned char c = *r->at;
        switch (r->expect) {
        case EXPECT_COLON:
            if (c != ':')
                return ud_json_reader_fail(r, "':' is missing");
            r->at++;
            r->expect = EXPECT_VALUE;
            continue;
        case EXPECT_COMMA:
            if (c != ',')
                return close_container(r, c);
            r->at++;
            r->expect = in_object(r) ? EXPECT_NAME : EXPECT_VALUE;
            continue;
        case EXPECT_NAME_OR_END:
            if (c == '}')
                return close_container(r, c);
            /* fall through */
        case EXPECT_NAME:
            return c == '"' ? ud_json_reader_string(r, text, true) : ud_json_reader_fail(r, "a name is missing");
        case EXPECT_VALUE_OR_END:
            if (c == ']')
                return close_container(r, c);
            /* fall through */
        case EXPECT_VALUE:
            return start_value(r, c, text);
        case EXPECT_NOTHING:
            return ud_json_reader_fail(r, "there is more after the end");
        }
    }
}

enum ud_json_token
ud_json_reader_next(struct ud_json_reader *r, struct ud_json_text *text)
{
    if (r->fault != NULL)
        return UD_JSON_ERROR;
    for (;;) {
        enum ud_json_token t = step(r, text);
        if (t == UD_JSON_MORE || t == UD_JSON_END || t == UD_JSON_ERROR)
            return t;
        if (++r->tokens > r->tokens_max)
            return ud_json_reader_fail(r, "it has too many values");
        r->last = t;
        if (!r->skipping)
            return t;
        r->skipping = t == UD_JSON_NAME || r->depth > r->skip_floor;
    }
}

void
ud_json_reader_skip(struct ud_json_reader *r)
{
    r->skip_floor = r->last == UD_JSON_NAME ? r->depth : r->depth - 1;
    r->skipping = true;
}

enum ud_status
ud_json_check(const void *bytes, size_t length, size_t tokens, struct ud_error *err)
{
    struct ud_json_reader *r = NULL;
    struct ud_json_text text;
    enum ud_json_token t;
    enum ud_status st = ud_json_reader_new(&r, tokens, err);

    if (st != UD_OK)
        return st;
    ud_json_reader_feed(r, bytes, length);
    ud_json_reader_finish(r);
    do
        t = ud_json_reader_next(r, &text);
    while (t != UD_JSON_END && t != UD_JSON_ERROR);
    if (t == UD_JSON_ERROR)
        st = ud_json_reader_error(r, err);
    ud_json_reader_free(&r);
    return st;
}
