/* Rows at once: which rows of a block hold a text, or the letters of one, as a bit a row. Worth it where many rows do; for a few,
 * fleet_scan.h is faster. Needs AVX2 and BMI2; where they are missing the search does without. */
#ifndef UD_DOMAIN_FLEET_ROWS_H
#define UD_DOMAIN_FLEET_ROWS_H

#include "domain/fleet_scan.h"

#define UD_LETTERS  4
#define UD_STARTERS 512

/* A row with the text at the start of a field, and its sort key: 0 whole field or 1 start of field, then the field's length. */
struct ud_starter {
    uint32_t row, key;
};

struct ud_rows_job {
    const uint8_t *text;
    uint32_t begin, end; /* whole rows of text, each of four fields; 768 bytes after `end` are readable */
    uint32_t rows;
    uint64_t *bits;     /* out: rows / 64 + 2 words */
    uint32_t key_limit; /* only starters with a smaller key are wanted; 0: none */
    struct ud_starter *starter;
    uint32_t starters; /* out: UD_STARTERS: there may be more */
};

/* Rows with the needle. False where the text is not what it should be (a damaged file): nothing is promised of the output then. */
typedef bool (*ud_rows_text_fn)(const struct ud_needle *n, struct ud_rows_job *job);
/* Rows that have all the letters (with bit 0x20 set) in one field; maybe some more, never one less. */
typedef bool (*ud_rows_letters_fn)(const uint8_t letter[UD_LETTERS], struct ud_rows_job *job);

ud_rows_text_fn ud_rows_text_best(void); /* NULL: none here */
ud_rows_letters_fn ud_rows_letters_best(void);
/* Each by name, for tests: "avx2", "avx512"; NULL where this machine has it not. */
ud_rows_text_fn ud_rows_text_named(const char *name);
ud_rows_letters_fn ud_rows_letters_named(const char *name);

/* The rarest bytes of a needle, for the above; a short needle gives some twice. */
void ud_needle_letters(uint8_t letter[UD_LETTERS], const struct ud_needle *n);

#endif
