/* Inside of the strict reader, shared by json_reader.c, json_string.c and json_number.c only. */
#ifndef UD_WIRE_JSON_READER_STATE_H
#define UD_WIRE_JSON_READER_STATE_H

#include "wire/json_reader.h"
#include "wire/json_scan.h"

#define NAMES_MAX    4096  /* names of all objects open at one time */
#define SPELLING_MAX 16384 /* bytes of their spelling that are remembered */

enum expect { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_NAME, EXPECT_NAME_OR_END, EXPECT_COLON, EXPECT_COMMA, EXPECT_NOTHING };
enum partial { PARTIAL_NONE, PARTIAL_STRING, PARTIAL_NUMBER, PARTIAL_WORD };
enum string_mode { STRING_RUN, STRING_ESCAPE, STRING_HEX, STRING_LOW_SLASH, STRING_LOW_U };

/* The names of one open object: name[from…]. Behind known_from, up to known_to, lie the names of the last object that was closed at this depth:
 * the objects of a list mostly have the same names in the same order. */
struct level {
    size_t from;
    size_t known_from, known_to;
    bool matching;
    uint64_t filter[4]; /* 256 bits; only where not matching */
};

struct ud_json_reader {
    const unsigned char *at, *end, *chunk;
    size_t before; /* bytes of the chunks before this one */
    size_t tokens, tokens_max;
    const char *fault;
    enum expect expect;
    enum partial partial;
    enum ud_json_token last;
    bool finished;
    bool skipping;
    unsigned depth, skip_floor;
    uint32_t objects; /* bit n: container n is an object */

    /* A token cut by the end of a chunk. */
    unsigned number_state;
    unsigned word, word_at;
    bool string_is_name;
    enum string_mode string_mode;
    unsigned hex_left;
    uint32_t hex, high; /* high: first half of a surrogate pair, 0: none */
    struct ud_json_utf8 utf8;

    /* Hashes of the names of the open objects, one object after the other. */
    uint64_t hash_key;
    size_t name_count;
    unsigned deepest; /* levels above it have nothing known */
    struct level level[UD_JSON_DEPTH_MAX];
    uint64_t name[NAMES_MAX];
    /* How name i is spelled: spelling[spelled_to[i - 1]…spelled_to[i]]; empty where it was not kept. */
    uint16_t spelled_to[NAMES_MAX];
    char spelling[SPELLING_MAX];

    unsigned char *scratch;
    size_t scratch_size, scratch_used;
    unsigned char own[];
};

enum ud_json_token ud_json_reader_fail(struct ud_json_reader *r, const char *fault);
enum ud_json_token ud_json_reader_number(struct ud_json_reader *r, struct ud_json_text *text);
enum ud_json_token ud_json_reader_number_more(struct ud_json_reader *r, struct ud_json_text *text);
/* Goes on with a string of which a part may lie in the scratch. */
enum ud_json_token ud_json_reader_string_more(struct ud_json_reader *r, struct ud_json_text *text);
/* The string in the scratch is whole. */
enum ud_json_token ud_json_reader_string_done(struct ud_json_reader *r, struct ud_json_text *text, bool plain);
/* Appends to the scratch; false where it does not fit. */
bool ud_json_reader_keep(struct ud_json_reader *r, const void *bytes, size_t length);

static inline void
ud_json_reader_value_done(struct ud_json_reader *r)
{
    r->expect = r->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA;
}

#endif
