/* Rows at once, for x86-64. 64 bytes of text become masks of 64 bits: M where something was found, Z where a field ends, R where a row
 * ends (every fourth Z). Adding M and ~R carries into the R bit of exactly those rows that have a bit of M: within a row ~R is all
 * ones, so one more bit overflows into its end and no further. The carry goes on from word to word, as rows do. */
#include "domain/fleet_rows.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define WIDE   __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE WIDE static inline __attribute__((always_inline))

/* What goes on from one word of 64 bytes to the next. */
struct walk {
    unsigned fields; /* ends of fields so far, modulo 4 */
    uint32_t rows;
    unsigned char carry;
    uint64_t ended; /* 1: the byte before was the end of a field */
};

INLINE uint64_t
mask64(const uint8_t *p, __m256i want, __m256i bit)
{
    __m256i x = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)p), bit);
    __m256i y = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(p + 32)), bit);

    return (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, want)) << 32 |
           (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, want));
}

/* The ends of rows among the ends of fields. */
INLINE uint64_t
row_ends(struct walk *w, uint64_t field_ends)
{
    uint64_t ends = _pdep_u64(UINT64_C(0x8888888888888888) >> w->fields, field_ends);

    w->fields = (w->fields + (unsigned)__builtin_popcountll(field_ends)) & 3u;
    return ends;
}

INLINE uint64_t
add_carry(uint64_t a, uint64_t b, unsigned char *carry)
{
    unsigned long long sum;

    *carry = _addcarry_u64(*carry, a, b, &sum);
    return sum;
}

/* Appends one bit for each row that ends here. */
INLINE void
append(struct walk *w, uint64_t *bits, uint64_t found, uint64_t ends)
{
    uint64_t value = _pext_u64(found, ends);
    unsigned count = (unsigned)__builtin_popcountll(ends), at = w->rows % 64;
    uint64_t *to = bits + w->rows / 64;

    to[0] |= value << at;
    to[1] |= at > 0 ? value >> (64 - at) : 0; /* at most 16 rows end in 64 bytes */
    w->rows += count;
}

INLINE uint64_t
upto(uint32_t p, uint32_t end)
{
    return end - p >= 64 ? UINT64_MAX : ((uint64_t)1 << (end - p)) - 1;
}

static bool
equals(const uint8_t *text, const struct ud_needle *n)
{
    for (unsigned i = 0; i < n->length; i++) {
        uint8_t c = text[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != n->text[i])
            return false;
    }
    return true;
}

/* The same for up to 16 bytes, with instructions of the same set. */
INLINE bool
equals_start(const uint8_t *text, __m128i want, unsigned all)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), x));

    x = _mm_or_si128(x, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
    return ((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want)) & all) == all;
}

static uint32_t
length_from(const uint8_t *text, uint32_t p)
{
    size_t length = strnlen((const char *)text + p, 512);

    return (uint32_t)length;
}

/* Notes rows with the needle at the start of a field, if that is good enough to be wanted. */
INLINE void
note_starters(const struct ud_needle *n, struct ud_rows_job *job, const struct walk *w, uint32_t p, uint64_t starts,
    uint64_t field_ends, uint64_t ends)
{
    for (; starts != 0; starts &= starts - 1) {
        unsigned at = (unsigned)__builtin_ctzll(starts);
        uint64_t after = at == 63 ? 0 : field_ends >> (at + 1);
        uint32_t length = after != 0 ? (uint32_t)__builtin_ctzll(after) + 1 : length_from(job->text, p + at);
        uint8_t next = job->text[p + at + n->length];
        uint32_t key = (uint32_t)(next != '\0' && next != '@') << 16 | length;
        if (key >= job->key_limit || job->starters == UD_STARTERS)
            continue;
        uint32_t row = w->rows + (uint32_t)__builtin_popcountll(ends & (((uint64_t)1 << at) - 1));
        struct ud_starter *last = job->starters > 0 ? &job->starter[job->starters - 1] : NULL;
        if (last != NULL && last->row == row)
            last->key = key < last->key ? key : last->key;
        else
            job->starter[job->starters++] = (struct ud_starter){ row, key };
    }
}

WIDE static bool
rows_text(const struct ud_needle *n, struct ud_rows_job *job)
{
    const __m256i first = _mm256_set1_epi8((char)n->byte[0]), second = _mm256_set1_epi8((char)n->byte[1]);
    const __m256i bit = _mm256_set1_epi8(0x20), zero = _mm256_setzero_si256();
    const __m128i want = _mm_loadu_si128((const __m128i *)(const void *)n->text);
    const unsigned all = n->length >= 16 ? 0xFFFFu : (1u << n->length) - 1u;
    struct walk w = { .ended = 1 };

    memset(job->bits, 0, ((size_t)job->rows / 64 + 2) * sizeof(*job->bits));
    job->starters = 0;
    for (uint32_t p = job->begin; p < job->end; p += 64) {
        const uint8_t *t = job->text + p;
        uint64_t field_ends = mask64(t, zero, zero) & upto(p, job->end);
        uint64_t found = mask64(t + n->at[0], first, bit) & mask64(t + n->at[1], second, bit) & upto(p, job->end);
        if (!n->sure)
            for (uint64_t left = found; left != 0; left &= left - 1) {
                unsigned i = (unsigned)__builtin_ctzll(left);
                if (!equals_start(t + i, want, all) || (n->length > 16 && !equals(t + i, n)))
                    found &= ~((uint64_t)1 << i);
            }
        uint64_t ends = row_ends(&w, field_ends);
        if (w.rows > job->rows)
            return false;
        uint64_t starts = found & (field_ends << 1 | w.ended);
        if (starts != 0 && job->key_limit > 0)
            note_starters(n, job, &w, p, starts, field_ends, ends);
        append(&w, job->bits, add_carry(found, ~ends, &w.carry) & ends, ends);
        w.ended = field_ends >> 63;
    }
    return w.rows == job->rows && w.fields == 0;
}

WIDE static bool
rows_letters(const uint8_t letter[UD_LETTERS], struct ud_rows_job *job)
{
    const __m256i bit = _mm256_set1_epi8(0x20), zero = _mm256_setzero_si256();
    unsigned char carry[UD_LETTERS] = { 0 };
    struct walk w = { 0 };

    memset(job->bits, 0, ((size_t)job->rows / 64 + 2) * sizeof(*job->bits));
    for (uint32_t p = job->begin; p < job->end; p += 64) {
        const uint8_t *t = job->text + p;
        uint64_t field_ends = mask64(t, zero, zero) & upto(p, job->end), have = field_ends;
        for (unsigned l = 0; l < UD_LETTERS; l++)
            have &= add_carry(mask64(t, _mm256_set1_epi8((char)letter[l]), bit) & ~field_ends, ~field_ends, &carry[l]);
        uint64_t ends = row_ends(&w, field_ends);
        if (w.rows > job->rows)
            return false;
        append(&w, job->bits, (add_carry(have & ~ends, ~ends, &w.carry) | have) & ends, ends);
    }
    return w.rows == job->rows && w.fields == 0;
}

/* The first two generations of Zen have these bit instructions in microcode, where they are slower than doing without. */
static bool
is_able(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt") && !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}

ud_rows_text_fn
ud_rows_text_best(void)
{
    return is_able() ? rows_text : NULL;
}

ud_rows_letters_fn
ud_rows_letters_best(void)
{
    return is_able() ? rows_letters : NULL;
}

#else

ud_rows_text_fn
ud_rows_text_best(void)
{
    return NULL;
}

ud_rows_letters_fn
ud_rows_letters_best(void)
{
    return NULL;
}

#endif
