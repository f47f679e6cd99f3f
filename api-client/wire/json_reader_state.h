/* Inside of the strict reader, shared by json_reader.c and json_string.c only. */
#ifndef UD_WIRE_JSON_READER_STATE_H
#define UD_WIRE_JSON_READER_STATE_H

#include "wire/json_reader.h"
#include "wire/json_scan.h"

#define NAMES_MAX 4096 /* names of all objects open at one time */

enum expect { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_NAME, EXPECT_NAME_OR_END, EXPECT_COLON, EXPECT_COMMA, EXPECT_NOTHING };
enum partial { PARTIAL_NONE, PARTIAL_STRING, PARTIAL_NUMBER, PARTIAL_WORD };
enum string_mode { STRING_RUN, STRING_ESCAPE, STRING_HEX, STRING_LOW_SLASH, STRING_LOW_U };

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

    /* Hashes of the names of each open object, one after the other, with a 256-bit filter before the list. */
    uint64_t hash_key;
    size_t name_count;
    size_t names_from[UD_JSON_DEPTH_MAX];
    uint64_t seen[UD_JSON_DEPTH_MAX][4];
    uint64_t name[NAMES_MAX];

    unsigned char *scratch;
    size_t scratch_size, scratch_used;
    unsigned char own[];
};

enum ud_json_token ud_json_reader_fail(struct ud_json_reader *r, const char *fault);
void ud_json_reader_value_done(struct ud_json_reader *r);
/* At the opening quote. */
enum ud_json_token ud_json_reader_string(struct ud_json_reader *r, struct ud_json_text *text, bool is_name);
enum ud_json_token ud_json_reader_string_more(struct ud_json_reader *r, struct ud_json_text *text);
/* Appends to the scratch; false where it does not fit. */
bool ud_json_reader_keep(struct ud_json_reader *r, const void *bytes, size_t length);

#endif
