/* Byte scanning of the strict reader: finds where a run of plain string bytes ends, and checks UTF-8. Internal to wire. */
#ifndef UD_WIRE_JSON_SCAN_H
#define UD_WIRE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* First byte in [p, end) that is a quote, a backslash or a control below 0x20; `end` where there is none. *odd becomes true where a byte before
 * it is DEL or not ASCII. */
static inline const unsigned char *
ud_json_scan(const unsigned char *p, const unsigned char *end, bool *odd)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x1F), del = _mm_set1_epi8(0x7F);

    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(v, low), v));
        unsigned where = (unsigned)_mm_movemask_epi8(stop);
        unsigned strange = (unsigned)_mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, del)));
        if (where != 0) {
            unsigned n = (unsigned)__builtin_ctz(where);
            *odd = *odd || (strange & ((1u << n) - 1)) != 0;
            return p + n;
        }
        *odd = *odd || strange != 0;
    }
#endif
    for (; p < end && *p >= 0x20 && *p != '"' && *p != '\\'; p++)
        *odd = *odd || *p >= 0x7F;
    return p;
}

/* Strict UTF-8 across chunks: bytes still to come and the range of the next one (RFC 3629, table of well-formed sequences). */
struct ud_json_utf8 {
    unsigned need;
    unsigned char low, high;
};

static inline bool
ud_json_utf8_step(struct ud_json_utf8 *u, unsigned char c)
{
    if (u->need > 0) {
        if (c < u->low || c > u->high)
            return false;
        u->need--;
        u->low = 0x80;
        u->high = 0xBF;
        return true;
    }
    if (c < 0x80)
        return true;
    if (c < 0xC2 || c > 0xF4)
        return false;
    u->need = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    u->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    u->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    return true;
}

static inline bool
ud_json_utf8_whole(const unsigned char *p, size_t length)
{
    struct ud_json_utf8 u = { 0 };

    for (size_t i = 0; i < length; i++)
        if (!ud_json_utf8_step(&u, p[i]))
            return false;
    return u.need == 0;
}

static inline uint64_t
ud_json_mix(uint64_t a, uint64_t b)
{
    unsigned __int128 m = (unsigned __int128)a * b;

    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* The last 0 to 8 bytes of a name as one number, read without going beyond it. Its length is in the hash already. */
static inline uint64_t
ud_json_tail(const unsigned char *p, size_t length)
{
    uint32_t first, last;
    uint64_t all;

    if (length == 8) {
        memcpy(&all, p, 8);
        return all;
    }
    if (length >= 4) {
        memcpy(&first, p, 4);
        memcpy(&last, p + length - 4, 4);
        return (uint64_t)first << 32 | last;
    }
    if (length == 0)
        return 0;
    return (uint64_t)p[0] << 16 | (uint64_t)p[length / 2] << 8 | p[length - 1];
}

/* A keyed 64-bit hash of a name. Two names of one hash are taken for the same: with the key unknown outside that cannot be provoked. */
static inline uint64_t
ud_json_hash(uint64_t key, const void *name, size_t length)
{
    const unsigned char *p = name;
    uint64_t h = key ^ (length * 0x9E3779B97F4A7C15u), part;

    for (; length > 8; p += 8, length -= 8) {
        memcpy(&part, p, 8);
        h = ud_json_mix(h ^ part, 0xD6E8FEB86659FD93u) ^ key;
    }
    return ud_json_mix(h ^ ud_json_tail(p, length), 0xA0761D6478BD642Fu);
}

#endif
