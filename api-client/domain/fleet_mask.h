/* Bits for bytes: the smallest tool of the search. */
#ifndef UD_DOMAIN_FLEET_MASK_H
#define UD_DOMAIN_FLEET_MASK_H

#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>

static inline uint64_t
ud_mask16(const uint8_t *text, __m128i want, __m128i fold)
{
    __m128i x = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)text), fold);

    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want));
}
#endif

/* Bit i set: text[i] is `byte` (folded), case of ASCII ignored. Of the first `size` bytes, at most 64; others' bits are zero. 64 bytes
 * must be readable. */
static inline uint64_t
ud_mask(const uint8_t *text, uint8_t byte, unsigned size)
{
    uint8_t letter = byte >= 'a' && byte <= 'z' ? 0x20 : 0;
    uint64_t mask = 0;

#if defined(__x86_64__)
    const __m128i want = _mm_set1_epi8((char)byte), fold = _mm_set1_epi8((char)letter);
    mask = ud_mask16(text, want, fold);
    if (size > 16)
        mask |= ud_mask16(text + 16, want, fold) << 16;
    if (size > 32)
        mask |= ud_mask16(text + 32, want, fold) << 32 | ud_mask16(text + 48, want, fold) << 48;
#else
    for (unsigned i = 0; i < 64 && i < size; i++)
        mask |= (uint64_t)((text[i] | letter) == byte) << i;
#endif
    return size >= 64 ? mask : mask & (((uint64_t)1 << size) - 1);
}

#endif
