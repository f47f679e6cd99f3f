/* The scans for x86-64. SSE2 is always there; AVX2 and AVX-512 are asked for when the program runs. */
#include "domain/fleet_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "domain/fleet_cpu.h"

/* Inlined into the AVX2 scan as well: a call would mix the two instruction sets, which costs more than the search. */
#define INLINE static inline __attribute__((always_inline))

/* How far ahead to ask for text: the processor's own guess stops at the end of each page. */
#define AHEAD 2048

/* 16 bytes with A-Z made small. Bytes of 0x80 and more are negative and stay. */
INLINE __m128i
lower16(const uint8_t *p)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(x, _mm_set1_epi8('Z' + 1)));

    return _mm_or_si128(x, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
}

INLINE bool
equals16(const uint8_t *text, const uint8_t *want, unsigned length)
{
    __m128i w = _mm_loadu_si128((const __m128i *)(const void *)want);
    unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lower16(text), w));
    unsigned all = length >= 16 ? 0xFFFFu : (1u << length) - 1u;

    return (same & all) == all;
}

INLINE bool
equals(const uint8_t *text, const struct ud_needle *n)
{
    if (!equals16(text, n->text, n->length))
        return false;
    for (unsigned i = 16; i < n->length; i += 16)
        if (!equals16(text + i, n->text + i, n->length - i))
            return false;
    return true;
}

/* Notes the candidates of 64 bytes that hold the needle. The first is noted without a branch, whether it is one or not: in a common
 * text nothing predicts which blocks have one. */
INLINE size_t
take(const struct ud_needle *n, const uint8_t *text, uint32_t p, uint64_t mask, uint32_t *out, size_t found)
{
    if (n->sure) {
        out[found] = p + (uint32_t)__builtin_ctzll(mask | (uint64_t)1 << 63);
        found += mask != 0;
        for (mask &= mask - 1; mask != 0; mask &= mask - 1)
            out[found++] = p + (uint32_t)__builtin_ctzll(mask);
        return found;
    }
    for (; mask != 0; mask &= mask - 1) {
        uint32_t q = p + (uint32_t)__builtin_ctzll(mask);
        out[found] = q;
        found += equals(text + q, n);
    }
    return found;
}

INLINE uint64_t
mask64_sse2(const uint8_t *a, const uint8_t *b, __m128i first, __m128i second, __m128i bit)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(a + 16 * i)), bit);
        __m128i y = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(b + 16 * i)), bit);
        __m128i hit = _mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, second));
        mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << (16 * i);
    }
    return mask;
}

size_t
ud_scan_sse2(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room)
{
    const __m128i first = _mm_set1_epi8((char)n->byte[0]), second = _mm_set1_epi8((char)n->byte[1]), bit = _mm_set1_epi8(0x20);
    size_t found = 0;
    uint32_t p = *at;

    for (; p < end && room - found >= 64; p += 64) {
        __builtin_prefetch(text + p + AHEAD);
        uint64_t mask = mask64_sse2(text + p + n->at[0], text + p + n->at[1], first, second, bit);
        if (end - p < 64)
            mask &= ((uint64_t)1 << (end - p)) - 1;
        if (mask != 0)
            found = take(n, text, p, mask, out, found);
    }
    *at = p < end ? p : end;
    return found;
}

__attribute__((target("avx2,bmi"))) INLINE __m256i
hits32(const uint8_t *a, const uint8_t *b, __m256i first, __m256i second, __m256i bit)
{
    __m256i x = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)a), bit);
    __m256i y = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)b), bit);

    return _mm256_and_si256(_mm256_cmpeq_epi8(x, first), _mm256_cmpeq_epi8(y, second));
}

__attribute__((target("avx2,bmi"))) size_t
ud_scan_avx2(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room)
{
    const __m256i first = _mm256_set1_epi8((char)n->byte[0]), second = _mm256_set1_epi8((char)n->byte[1]);
    const __m256i bit = _mm256_set1_epi8(0x20);
    const uint8_t *a = text + n->at[0], *b = text + n->at[1];
    size_t found = 0;
    uint32_t p = *at;

    for (; p < end && room - found >= 128; p += 128) {
        __builtin_prefetch(a + p + AHEAD);
        __builtin_prefetch(a + p + AHEAD + 64);
        __m256i h0 = hits32(a + p, b + p, first, second, bit), h1 = hits32(a + p + 32, b + p + 32, first, second, bit);
        __m256i h2 = hits32(a + p + 64, b + p + 64, first, second, bit), h3 = hits32(a + p + 96, b + p + 96, first, second, bit);
        __m256i any = _mm256_or_si256(_mm256_or_si256(h0, h1), _mm256_or_si256(h2, h3));
        if (_mm256_testz_si256(any, any))
            continue;
        uint64_t low = (uint64_t)(unsigned)_mm256_movemask_epi8(h1) << 32 | (unsigned)_mm256_movemask_epi8(h0);
        uint64_t high = (uint64_t)(unsigned)_mm256_movemask_epi8(h3) << 32 | (unsigned)_mm256_movemask_epi8(h2);
        if (end - p < 128) {
            low &= end - p < 64 ? ((uint64_t)1 << (end - p)) - 1 : UINT64_MAX;
            high &= end - p > 64 ? ((uint64_t)1 << (end - p - 64)) - 1 : 0;
        }
        found = take(n, text, p, low, out, found);
        found = take(n, text, p + 64, high, out, found);
    }
    *at = p < end ? p : end;
    return found;
}

__attribute__((target("avx512f,avx512bw,avx2,bmi"))) INLINE uint64_t
hits64(const uint8_t *a, const uint8_t *b, __m512i first, __m512i second, __m512i bit)
{
    __m512i x = _mm512_or_si512(_mm512_loadu_si512((const void *)a), bit),
            y = _mm512_or_si512(_mm512_loadu_si512((const void *)b), bit);

    return _mm512_mask_cmpeq_epi8_mask(_mm512_cmpeq_epi8_mask(x, first), y, second);
}

__attribute__((target("avx512f,avx512bw,avx2,bmi"))) size_t
ud_scan_avx512(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room)
{
    const __m512i first = _mm512_set1_epi8((char)n->byte[0]), second = _mm512_set1_epi8((char)n->byte[1]);
    const __m512i bit = _mm512_set1_epi8(0x20);
    const uint8_t *a = text + n->at[0], *b = text + n->at[1];
    size_t found = 0;
    uint32_t p = *at;

    for (; p < end && room - found >= 128; p += 128) {
        __builtin_prefetch(a + p + AHEAD);
        __builtin_prefetch(a + p + AHEAD + 64);
        uint64_t low = hits64(a + p, b + p, first, second, bit), high = hits64(a + p + 64, b + p + 64, first, second, bit);
        if ((low | high) == 0)
            continue;
        if (end - p < 128) {
            low &= end - p < 64 ? ((uint64_t)1 << (end - p)) - 1 : UINT64_MAX;
            high &= end - p > 64 ? ((uint64_t)1 << (end - p - 64)) - 1 : 0;
        }
        found = take(n, text, p, low, out, found);
        found = take(n, text, p + 64, high, out, found);
    }
    *at = p < end ? p : end;
    return found;
}

ud_scan_fn
ud_scan_named(const char *name)
{
    if (strcmp(name, "avx512") == 0)
        return ud_cpu_avx512() ? ud_scan_avx512 : NULL;
    if (strcmp(name, "avx2") == 0)
        return ud_cpu_avx2() ? ud_scan_avx2 : NULL;
    if (strcmp(name, "sse2") == 0)
        return ud_scan_sse2;
    return strcmp(name, "plain") == 0 ? ud_scan_plain : NULL;
}

ud_scan_fn
ud_scan_best(void)
{
    if (ud_cpu_avx512())
        return ud_scan_avx512;
    ud_scan_fn wide = ud_scan_named("avx2");
    return wide != NULL ? wide : ud_scan_sse2;
}

#endif
