/* Rows at once, for x86-64. 64 bytes of text become masks of 64 bits: M where something was found, Z where a field ends, R where a row
 * ends (every fourth Z). Adding M and ~R carries into the R bit of exactly those rows that have a bit of M: within a row ~R is all
 * ones, so one more bit overflows into its end and no further. The carry goes on from word to word, as rows do. */
#include "domain/fleet_rows.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "domain/fleet_cpu.h"

/* What goes on from one word of 64 bytes to the next. */
struct walk {
    unsigned fields; /* ends of fields so far, modulo 4 */
    uint32_t rows;
    uint64_t bits, *to; /* bits of the last rows, and where they go when there are 64 */
    unsigned char carry;
    uint64_t ended; /* 1: the byte before was the end of a field */
};

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

/* --- 32 bytes at a time ------------------------------------------------------------------------------------------------- */

#define K(name)     name##_avx2
#define TARGET      __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE      TARGET static inline __attribute__((always_inline))
#define VECTOR      __m256i
#define SPLAT(byte) _mm256_set1_epi8((char)(byte))

INLINE uint64_t
mask64_avx2(const uint8_t *p, __m256i want, __m256i bit)
{
    __m256i x = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)p), bit);
    __m256i y = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(p + 32)), bit);

    return (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, want)) << 32 |
           (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, want));
}

#include "domain/fleet_rows_kernel.h"

#undef K
#undef TARGET
#undef VECTOR
#undef SPLAT

/* --- 64 bytes at a time ------------------------------------------------------------------------------------------------- */

#define K(name)     name##_avx512
#define TARGET      __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,popcnt")))
#define VECTOR      __m512i
#define SPLAT(byte) _mm512_set1_epi8((char)(byte))

INLINE uint64_t
mask64_avx512(const uint8_t *p, __m512i want, __m512i bit)
{
    return _mm512_cmpeq_epi8_mask(_mm512_or_si512(_mm512_loadu_si512((const void *)p), bit), want);
}

#include "domain/fleet_rows_kernel.h"

static bool
has_avx2(void)
{
    return ud_cpu_avx2() && ud_cpu_bit_moves();
}

static bool
has_avx512(void)
{
    return ud_cpu_avx512() && ud_cpu_bit_moves();
}

ud_rows_text_fn
ud_rows_text_named(const char *name)
{
    if (strcmp(name, "avx512") == 0)
        return has_avx512() ? rows_text_avx512 : NULL;
    return strcmp(name, "avx2") == 0 && has_avx2() ? rows_text_avx2 : NULL;
}

ud_rows_letters_fn
ud_rows_letters_named(const char *name)
{
    if (strcmp(name, "avx512") == 0)
        return has_avx512() ? rows_letters_avx512 : NULL;
    return strcmp(name, "avx2") == 0 && has_avx2() ? rows_letters_avx2 : NULL;
}

#else

ud_rows_text_fn
ud_rows_text_named(const char *name)
{
    (void)name;
    return NULL;
}

ud_rows_letters_fn
ud_rows_letters_named(const char *name)
{
    (void)name;
    return NULL;
}

#endif

ud_rows_text_fn
ud_rows_text_best(void)
{
    ud_rows_text_fn widest = ud_rows_text_named("avx512");

    return widest != NULL ? widest : ud_rows_text_named("avx2");
}

ud_rows_letters_fn
ud_rows_letters_best(void)
{
    ud_rows_letters_fn widest = ud_rows_letters_named("avx512");

    return widest != NULL ? widest : ud_rows_letters_named("avx2");
}
