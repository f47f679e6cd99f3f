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
    uint64_t bits, *to; /* bits of the last rows, and where they go when there are 64 */
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

/* Appends one bit for each row that ends here: at most 16 end in 64 bytes. */
INLINE void
append(struct walk *w, uint64_t found, uint64_t ends)
{
    uint64_t value = _pext_u64(found, ends);
    unsigned count = (unsigned)__builtin_popcountll(ends), at = w->rows % 64;

    w->bits |= value << at;
    w->rows += count;
    if (at + count >= 64) {
        *w->to++ = w->bits;
        w->bits = at > 0 ? value >> (64 - at) : 0;
    }
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

/* Notes rows with the needle at the start of a field, if that is good enough to be wanted. `row` is the first that ends here. */
static void
note_starters(const struct ud_needle *n, struct ud_rows_job *job, uint32_t row, uint32_t p, uint64_t starts, uint64_t field_ends,
    uint64_t ends)
{
    for (; starts != 0; starts &= starts - 1) {
        unsigned at = (unsigned)__builtin_ctzll(starts);
        uint64_t after = at == 63 ? 0 : field_ends >> (at + 1);
        uint32_t length = after != 0 ? (uint32_t)__builtin_ctzll(after) + 1 : length_from(job->text, p + at);
        uint8_t next = job->text[p + at + n->length];
        uint32_t key = (uint32_t)(next != '\0' && next != '@') << 16 | length;
        if (key >= job->key_limit || job->starters == UD_STARTERS)
            continue;
        uint32_t its = row + (uint32_t)__builtin_popcountll(ends & (((uint64_t)1 << at) - 1));
        struct ud_starter *last = job->starters > 0 ? &job->starter[job->starters - 1] : NULL;
        if (last != NULL && last->row == its)
            last->key = key < last->key ? key : last->key;
        else
            job->starter[job->starters++] = (struct ud_starter){ its, key };
    }
}

/* Of candidates, those where the whole needle stands. */
INLINE uint64_t
verify(const struct ud_needle *n, const uint8_t *t, uint64_t found)
{
    const __m128i want = _mm_loadu_si128((const __m128i *)(const void *)n->text);
    const unsigned all = n->length >= 16 ? 0xFFFFu : (1u << n->length) - 1u;

    for (uint64_t left = found; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        bool same = equals_start(t + i, want, all) && (n->length <= 16 || equals(t + i, n));
        found &= ~((uint64_t)!same << i);
    }
    return found;
}

INLINE bool
finish(const struct walk *w, const struct ud_rows_job *job)
{
    *w->to = w->bits;
    return w->rows == job->rows && w->fields == 0;
}

WIDE static bool
rows_text(const struct ud_needle *n, struct ud_rows_job *job)
{
    const __m256i first = _mm256_set1_epi8((char)n->byte[0]), second = _mm256_set1_epi8((char)n->byte[1]);
    const __m256i bit = _mm256_set1_epi8(0x20), zero = _mm256_setzero_si256();
    const uint8_t *text = job->text, *a = text + n->at[0], *b = text + n->at[1];
    const uint32_t end = job->end, rows = job->rows;
    const bool sure = n->sure, starters = job->key_limit > 0;
    struct walk w = { .ended = 1, .to = job->bits };

    job->starters = 0;
    for (uint32_t p = job->begin; p < end; p += 64) {
        uint64_t field_ends = mask64(text + p, zero, zero), found = mask64(a + p, first, bit) & mask64(b + p, second, bit);
        if (end - p < 64) {
            field_ends &= upto(p, end);
            found &= upto(p, end);
        }
        if (!sure)
            found = verify(n, text + p, found);
        uint64_t ends = row_ends(&w, field_ends), starts = found & (field_ends << 1 | w.ended);
        if (w.rows > rows)
            return false;
        if (starts != 0 && starters)
            note_starters(n, job, w.rows, p, starts, field_ends, ends);
        append(&w, add_carry(found, ~ends, &w.carry) & ends, ends);
        w.ended = field_ends >> 63;
    }
    return finish(&w, job);
}

/* Fields that end here and have the letter. */
INLINE uint64_t
fields_with(const uint8_t *t, __m256i letter, __m256i bit, uint64_t field_ends, unsigned char *carry)
{
    return add_carry(mask64(t, letter, bit) & ~field_ends, ~field_ends, carry);
}

WIDE static bool
rows_letters(const uint8_t letter[UD_LETTERS], struct ud_rows_job *job)
{
    const __m256i bit = _mm256_set1_epi8(0x20), zero = _mm256_setzero_si256();
    const __m256i l0 = _mm256_set1_epi8((char)letter[0]), l1 = _mm256_set1_epi8((char)letter[1]),
                  l2 = _mm256_set1_epi8((char)letter[2]), l3 = _mm256_set1_epi8((char)letter[3]),
                  l4 = _mm256_set1_epi8((char)letter[4]);
    unsigned char c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0;
    const uint32_t end = job->end, rows = job->rows;
    struct walk w = { .to = job->bits };

    for (uint32_t p = job->begin; p < end; p += 64) {
        const uint8_t *t = job->text + p;
        uint64_t field_ends = mask64(t, zero, zero);
        if (end - p < 64)
            field_ends &= upto(p, end);
        uint64_t have = field_ends & fields_with(t, l0, bit, field_ends, &c0) & fields_with(t, l1, bit, field_ends, &c1) &
                        fields_with(t, l2, bit, field_ends, &c2) & fields_with(t, l3, bit, field_ends, &c3) &
                        fields_with(t, l4, bit, field_ends, &c4);
        uint64_t ends = row_ends(&w, field_ends);
        if (w.rows > rows)
            return false;
        append(&w, (add_carry(have & ~ends, ~ends, &w.carry) | have) & ends, ends);
    }
    return finish(&w, job);
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
