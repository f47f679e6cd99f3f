/* A running search: what its parts share. The list is cut into blocks of rows; up to two threads take one block after the other. */
#ifndef UD_DOMAIN_FLEET_SEARCH_H
#define UD_DOMAIN_FLEET_SEARCH_H

#include <string.h>

#include "domain/fleet_mask.h"
#include "domain/fleet_query.h"
#include "domain/fleet_rows.h"
#include "domain/fleet_store.h"

#define UD_BLOCK_ROWS  8192u /* about half a megabyte of text: stays in the second-level cache between the words of a query */
#define UD_BLOCK_WORDS (UD_BLOCK_ROWS / 64)
#define UD_TOP_MAX     1024u

/* How well a text stands where it was found; the best place in the row counts. */
enum ud_class {
    UD_CLASS_WHOLE, /* the whole field, or an account up to its @ */
    UD_CLASS_START, /* start of a field */
    UD_CLASS_WORD,  /* start of a word */
    UD_CLASS_INSIDE,
    UD_CLASS_MODEL, /* only the model has it */
};

/* What every thread of a search reads. */
struct ud_plan {
    const struct ud_fleet *f;
    const struct ud_query *q;
    ud_scan_fn scan;
    ud_rows_text_fn rows_text;       /* NULL: not on this machine */
    ud_rows_letters_fn rows_letters; /* the same */
    const atomic_bool *cancel;
    uint32_t rows;
    unsigned lead;                         /* the group that is looked for first */
    uint8_t *model_ok[UD_QUERY_TERMS + 1]; /* by group: 1 for each model that has it; NULL: none has */
    uint8_t *os_ok;
    unsigned models, systems; /* entries of the two */
    const uint64_t *among;    /* only these rows; NULL: all */
    uint64_t *bits;           /* result: a bit a row */
    uint64_t *loose;          /* rows that match loosely, as long as nothing was found; NULL: not wanted */
    atomic_bool found;        /* something matched as written */
    size_t want;
    atomic_uint next_block;
};

/* The best rows so far, as a heap with the worst on top: sort key in the upper half, row in the lower. */
struct ud_top {
    uint64_t entry[UD_TOP_MAX];
    size_t count, room;
};

/* One thread's working memory. */
struct ud_block {
    uint64_t bits[UD_BLOCK_WORDS], more[UD_BLOCK_WORDS + 2];
    bool dense; /* the block before had the text in many rows */
    struct ud_starter starter[UD_STARTERS];
    uint8_t score[UD_BLOCK_ROWS], class_of[UD_BLOCK_ROWS];
    uint32_t at[UD_BLOCK_ROWS]; /* best place of the leading text; 0: model only */
    uint32_t other_at[UD_BLOCK_ROWS];
    uint32_t hit[1024];
    uint16_t list[UD_BLOCK_ROWS];
    size_t total, loose_total;
    struct ud_top top, loose_top;
};

/* Does one block: writes its part of plan->bits, adds to b->total, offers its rows to b->top. */
void ud_block_run(const struct ud_plan *plan, struct ud_block *b, uint32_t block);
/* The loose search over one block: the letters of each word in order, close together, within one field. Writes its part of plan->loose and
 * adds to b->loose_total and b->loose_top. Done right after a block in which nothing was found as written, while its text is in the
 * cache; forgotten when something is found later. */
void ud_block_run_loose(const struct ud_plan *plan, struct ud_block *b, uint32_t block);

/* Shared by both (fleet_block.c). */
/* Sets b->bits to the live rows of a block, of `among` only (NULL: all); returns the row after the last. */
uint32_t ud_block_begin(const struct ud_plan *plan, struct ud_block *b, uint32_t block, const uint64_t *among);
void ud_block_filter(const struct ud_plan *plan, struct ud_block *b, uint32_t from);
bool ud_plan_model_has(const struct ud_plan *plan, unsigned group, uint32_t row);

bool ud_top_wants(const struct ud_top *t, uint64_t entry);
void ud_top_add(struct ud_top *t, uint64_t entry);

static inline size_t
ud_bits_count(const uint64_t *bits, size_t words)
{
    size_t n = 0;

    for (size_t i = 0; i < words; i++)
        n += (size_t)__builtin_popcountll(bits[i]);
    return n;
}

#endif
