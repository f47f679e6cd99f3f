/* Needles, the plain C scan, and the choice among the scans. */
#include "domain/fleet_scan.h"

#include <string.h>

/* How common a folded byte is in lists of devices, 0 rare to 9 everywhere. What stands in every account or every name comes last. */
static const char common[] = "-.@ :0123456789abcdefghijklmnopqrstuvwxyz";
static const uint8_t often[] = { 8, 8, 7, 7, 1, 6, 5, 5, 4, 4, 4, 4, 4, 4, 4, 9, 3, 7, 5, 8, 3, 3, 4, 6, 2, 3, 6, 7, 7, 9, 3, 1,
    7, 8, 8, 4, 2, 3, 1, 3, 1 };

unsigned
ud_scan_frequency(uint8_t byte)
{
    const char *p = byte != 0 ? strchr(common, byte) : NULL;

    return p != NULL ? often[p - common] : 0;
}

/* Bytes c for which (x | 0x20) == c says that x is c or its capital. Clean text has no control characters but the NULs between its
 * fields, which look like spaces then. */
static bool
compares_exactly(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c > 0x20 && c < 0x40);
}

void
ud_needle_set(struct ud_needle *n, const char *folded, size_t length)
{
    memset(n->text, 0, sizeof(n->text));
    n->length = (unsigned)(length < UD_NEEDLE_MAX ? length : UD_NEEDLE_MAX);
    memcpy(n->text, folded, n->length);
    n->at[0] = n->at[1] = 0;
    for (unsigned i = 1; i < n->length; i++)
        if (ud_scan_frequency(n->text[i]) < ud_scan_frequency(n->text[n->at[0]]))
            n->at[0] = i;
    if (n->length > 1)
        n->at[1] = n->at[0] == 0 ? 1 : 0;
    for (unsigned i = 0; i < n->length; i++)
        if (i != n->at[0] && ud_scan_frequency(n->text[i]) < ud_scan_frequency(n->text[n->at[1]]))
            n->at[1] = i;
    n->byte[0] = n->text[n->at[0]] | 0x20;
    n->byte[1] = n->text[n->at[1]] | 0x20;
    n->sure = n->length <= 2 && compares_exactly(n->text[n->at[0]]) && compares_exactly(n->text[n->at[1]]);
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

/* Eight bytes at a time: a byte of `v` that is zero gives its top bit. May also flag a byte above a zero one; the caller verifies. */
static uint64_t
zero_bytes(uint64_t v)
{
    return (v - 0x0101010101010101u) & ~v & 0x8080808080808080u;
}

size_t
ud_scan_plain(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room)
{
    const uint64_t ones = 0x0101010101010101u, bits = ones * 0x20u;
    const uint64_t first = ones * n->byte[0], second = ones * n->byte[1];
    size_t found = 0;
    uint32_t p = *at;

    for (; p < end && room - found >= 8; p += 8) {
        uint64_t a, b;
        memcpy(&a, text + p + n->at[0], sizeof(a));
        memcpy(&b, text + p + n->at[1], sizeof(b));
        if ((zero_bytes((a | bits) ^ first) & zero_bytes((b | bits) ^ second)) == 0)
            continue;
        for (uint32_t q = p; q < p + 8 && q < end; q++) {
            if (equals(text + q, n))
                out[found++] = q;
        }
    }
    *at = p < end ? p : end;
    return found;
}

#if !defined(__x86_64__)
ud_scan_fn
ud_scan_named(const char *name)
{
    return strcmp(name, "plain") == 0 ? ud_scan_plain : NULL;
}

ud_scan_fn
ud_scan_best(void)
{
    return ud_scan_plain;
}
#endif
