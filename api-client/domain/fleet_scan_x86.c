/* The scans for x86-64. SSE2 is always there; AVX2 is asked for when the program runs. */
#include "domain/fleet_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

/* 16 bytes with A-Z made small. Bytes of 0x80 and more are negative and stay. */
static inline __m128i
lower16(const uint8_t *p)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(x, _mm_set1_epi8('Z' + 1)));

    return _mm_or_si128(x, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
}

static inline bool
equals(const uint8_t *text, const struct ud_needle *n)
{
    for (unsigned i = 0; i < n->length; i += 16) {
        __m128i want = _mm_loadu_si128((const __m128i *)(const void *)(n->text + i));
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lower16(text + i), want));
        unsigned left = n->length - i, all = left >= 16 ? 0xFFFFu : (1u << left) - 1u;
        if ((same & all) != all)
            return false;
    }
    return true;
}

/* Verifies the candidates of one block; false where `out` is full. */
static inline bool
take(const struct ud_needle *n, const uint8_t *text, uint32_t p, uint64_t mask, uint32_t *out, size_t room, size_t *found)
{
    for (; mask != 0; mask &= mask - 1) {
        uint32_t q = p + (uint32_t)__builtin_ctzll(mask);
        if (!equals(text + q, n))
            continue;
        out[(*found)++] = q;
        if (*found == room)
            return false;
    }
    return true;
}

static inline uint64_t
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

    for (uint32_t p = *at; p < end; p += 64) {
        uint64_t mask = mask64_sse2(text + p + n->at[0], text + p + n->at[1], first, second, bit);
        if (mask == 0)
            continue;
        if (end - p < 64)
            mask &= ((uint64_t)1 << (end - p)) - 1;
        if (!take(n, text, p, mask, out, room, &found)) {
            *at = out[found - 1] + 1;
            return found;
        }
    }
    *at = end;
    return found;
}

__attribute__((target("avx2,bmi"))) size_t
ud_scan_avx2(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room)
{
    const __m256i first = _mm256_set1_epi8((char)n->byte[0]), second = _mm256_set1_epi8((char)n->byte[1]);
    const __m256i bit = _mm256_set1_epi8(0x20);
    const uint8_t *a = text + n->at[0], *b = text + n->at[1];
    size_t found = 0;

    for (uint32_t p = *at; p < end; p += 64) {
        __m256i x0 = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(a + p)), bit);
        __m256i y0 = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(b + p)), bit);
        __m256i x1 = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(a + p + 32)), bit);
        __m256i y1 = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)(const void *)(b + p + 32)), bit);
        __m256i hit0 = _mm256_and_si256(_mm256_cmpeq_epi8(x0, first), _mm256_cmpeq_epi8(y0, second));
        __m256i hit1 = _mm256_and_si256(_mm256_cmpeq_epi8(x1, first), _mm256_cmpeq_epi8(y1, second));
        __m256i any = _mm256_or_si256(hit0, hit1);
        if (_mm256_testz_si256(any, any))
            continue;
        uint64_t mask = (uint64_t)(unsigned)_mm256_movemask_epi8(hit1) << 32 | (unsigned)_mm256_movemask_epi8(hit0);
        if (end - p < 64)
            mask &= ((uint64_t)1 << (end - p)) - 1;
        if (!take(n, text, p, mask, out, room, &found)) {
            *at = out[found - 1] + 1;
            return found;
        }
    }
    *at = end;
    return found;
}

uint64_t
ud_scan_mask(const uint8_t *text, uint8_t byte)
{
    const __m128i want = _mm_set1_epi8((char)byte), fold = _mm_set1_epi8(byte >= 'a' && byte <= 'z' ? 0x20 : 0);
    uint64_t mask = 0;

    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(text + 16 * i)), fold);
        mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want)) << (16 * i);
    }
    return mask;
}

ud_scan_fn
ud_scan_named(const char *name)
{
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") ? ud_scan_avx2 : NULL;
    if (strcmp(name, "sse2") == 0)
        return ud_scan_sse2;
    return strcmp(name, "plain") == 0 ? ud_scan_plain : NULL;
}

ud_scan_fn
ud_scan_best(void)
{
    ud_scan_fn fast = ud_scan_named("avx2");

    return fast != NULL ? fast : ud_scan_sse2;
}

#endif
