/* The strict reader: structure, names, words, and strings that need no unescaping. The others are in json_string.c, numbers in json_number.c. */
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
    r->deepest = 0;
    memset(r->level, 0, sizeof(r->level));
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

/* Forgets what is known of levels deeper than `level`. */
static inline void
forget_deeper(struct ud_json_reader *r, unsigned level)
{
    for (; r->deepest > level; r->deepest--)
        r->level[r->deepest].known_to = 0;
    r->deepest = level;
}

/* An object opens at `depth`: the names it will write down take the place of what deeper objects, or those around it, had noted behind. */
static void
open_names(struct ud_json_reader *r)
{
    struct level *l = &r->level[r->depth];

    for (unsigned i = 0; i < r->depth; i++)
        if (r->level[i].known_to > r->name_count)
            r->level[i].known_to = r->name_count;
    forget_deeper(r, r->depth);
    l->matching = l->known_from == r->name_count && l->known_to > r->name_count;
    if (!l->matching)
        memset(l->filter, 0, sizeof(l->filter));
}

static enum ud_json_token
open_container(struct ud_json_reader *r, bool object)
{
    if (r->depth == UD_JSON_DEPTH_MAX)
        return ud_json_reader_fail(r, "nested too deep");
    r->at++;
    uint32_t bit = (uint32_t)1 << r->depth;
    r->objects = object ? r->objects | bit : r->objects & ~bit;
    if (object)
        open_names(r);
    r->level[r->depth].from = r->name_count;
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
    struct level *l = &r->level[r->depth];
    if (object) {
        l->known_from = l->from;
        l->known_to = r->name_count;
        forget_deeper(r, r->depth); /* their names stood behind names that are given up now */
    }
    r->name_count = l->from;
    ud_json_reader_value_done(r);
    return object ? UD_JSON_OBJECT_END : UD_JSON_ARRAY_END;
}

/* --- strings and names --------------------------------------------------------------------------------------------------- */

static void
filter_add(uint64_t filter[4], uint64_t hash)
{
    filter[hash >> 62] |= (uint64_t)1 << (hash >> 56 & 63);
}

/* The names of the object do not go on like those of the one before it: from now on they are compared with each other. */
static void
stop_matching(struct ud_json_reader *r, struct level *l)
{
    l->matching = false;
    memset(l->filter, 0, sizeof(l->filter));
    for (size_t i = l->from; i < r->name_count; i++)
        filter_add(l->filter, r->name[i]);
}

/* Notes the last name's hash and spelling. */
static inline void
push_name(struct ud_json_reader *r, uint64_t hash, const struct ud_json_text *text)
{
    size_t i = r->name_count++, start = i > 0 ? r->spelled_to[i - 1] : 0;

    r->name[i] = hash;
    r->spelled_to[i] = (uint16_t)start;
    if (!text->plain || text->length > SPELLING_MAX - 1 - start)
        return;
    memcpy(r->spelling + start, text->data, text->length);
    r->spelled_to[i] = (uint16_t)(start + text->length);
}

/* At a quote: is this, letter for letter, the name that came next in the object before? Then it needs neither scanning nor a look for
 * duplicates. */
static inline bool
foreseen_name(struct ud_json_reader *r, struct ud_json_text *text)
{
    const struct level *l = &r->level[r->depth - 1];
    size_t i = r->name_count;

    if (!l->matching || i >= l->known_to)
        return false;
    size_t start = i > 0 ? r->spelled_to[i - 1] : 0, n = r->spelled_to[i] - start;
    if (n == 0 || (size_t)(r->end - r->at) < n + 3 || r->at[n + 1] != '"' || memcmp(r->at + 1, r->spelling + start, n) != 0)
        return false;
    *text = (struct ud_json_text){ (const char *)r->at + 1, n, true };
    r->name_count++;
    r->at += n + 2;
    r->expect = EXPECT_COLON;
    if (*r->at == ':') {
        r->at++;
        r->expect = EXPECT_VALUE;
    }
    return true;
}

/* True where the innermost object has the name already; remembers it otherwise. As long as the names come in the order of the object before
 * it, which had no duplicates, there is nothing to look for. */
static inline bool
is_duplicate(struct ud_json_reader *r, uint64_t hash, const struct ud_json_text *text)
{
    struct level *l = &r->level[r->depth - 1];

    if (l->matching) {
        if (r->name_count < l->known_to && r->name[r->name_count] == hash) {
            r->name_count++;
            return false;
        }
        stop_matching(r, l);
    }
    if ((l->filter[hash >> 62] >> (hash >> 56 & 63) & 1) != 0)
        for (size_t i = l->from; i < r->name_count; i++)
            if (r->name[i] == hash)
                return true;
    filter_add(l->filter, hash);
    push_name(r, hash, text);
    return false;
}

static inline enum ud_json_token
name_done(struct ud_json_reader *r, const struct ud_json_text *text)
{
    if (r->name_count == NAMES_MAX || r->name_count - r->level[r->depth - 1].from == UD_JSON_MEMBERS_MAX)
        return ud_json_reader_fail(r, "an object has too many members");
    if (is_duplicate(r, ud_json_hash(r->hash_key, text->data, text->length), text))
        return ud_json_reader_fail(r, "a name stands twice in one object");
    r->expect = EXPECT_COLON;
    return UD_JSON_NAME;
}

/* A whole string, or name. */
static inline enum ud_json_token
string_done(
    struct ud_json_reader *r, struct ud_json_text *text, const unsigned char *data, size_t length, bool plain, bool is_name)
{
    if (length > UD_JSON_STRING_MAX)
        return ud_json_reader_fail(r, "a string is too long");
    *text = (struct ud_json_text){ (const char *)data, length, plain };
    r->partial = PARTIAL_NONE;
    if (is_name)
        return name_done(r, text);
    ud_json_reader_value_done(r);
    return UD_JSON_STRING;
}

enum ud_json_token
ud_json_reader_string_done(struct ud_json_reader *r, struct ud_json_text *text, bool plain)
{
    return string_done(r, text, r->scratch, r->scratch_used, plain, r->string_is_name);
}

/* At the opening quote. A string without escapes that lies in this chunk is handed out where it is. */
static inline enum ud_json_token
read_string(struct ud_json_reader *r, struct ud_json_text *text, bool is_name)
{
    const unsigned char *start = ++r->at;
    bool odd = false;
    const unsigned char *stop = ud_json_scan(start, r->end, &odd);

    if (stop < r->end && *stop == '"') {
        if (odd && !ud_json_utf8_whole(start, (size_t)(stop - start)))
            return ud_json_reader_fail(r, "a string is not UTF-8");
        r->at = stop + 1;
        return string_done(r, text, start, (size_t)(stop - start), !odd, is_name);
    }
    r->partial = PARTIAL_STRING;
    r->string_is_name = is_name;
    r->scratch_used = 0;
    r->string_mode = STRING_RUN;
    r->high = 0;
    r->utf8.need = 0;
    return ud_json_reader_string_more(r, text);
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

static inline enum ud_json_token
start_word(struct ud_json_reader *r, unsigned char which)
{
    size_t n = strlen(words[which].word);

    if ((size_t)(r->end - r->at) >= n && memcmp(r->at, words[which].word, n) == 0) {
        r->at += n;
        ud_json_reader_value_done(r);
        return words[which].token;
    }
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
        return read_string(r, text, false);
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
            return ud_json_reader_number(r, text);
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
        return ud_json_reader_number_more(r, text);
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
            if (c != '"')
                return ud_json_reader_fail(r, "a name is missing");
            return foreseen_name(r, text) ? UD_JSON_NAME : read_string(r, text, true);
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
