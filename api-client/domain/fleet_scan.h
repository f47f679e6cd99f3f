/* Finding a folded text in the fleet's text column, which is in original case. Vector instructions where the processor has them, plain
 * C elsewhere; all give the same answers. */
#ifndef UD_DOMAIN_FLEET_SCAN_H
#define UD_DOMAIN_FLEET_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UD_NEEDLE_MAX 256 /* no field is longer, so a longer text matches nothing */
#define UD_NEEDLE_PAD 64

/* A text to look for: folded, and which two of its bytes are the rarest. */
struct ud_needle {
    uint8_t text[UD_NEEDLE_MAX + UD_NEEDLE_PAD];
    unsigned length;
    unsigned at[2];  /* where the two bytes stand; equal for a text of one byte */
    uint8_t byte[2]; /* with bit 0x20 set, as they are compared first */
    bool sure;       /* the two bytes are the whole text, and comparing them so is exact */
};

/* Cuts at UD_NEEDLE_MAX. `folded` is the output of ud_text_fold and not empty. */
void ud_needle_set(struct ud_needle *n, const char *folded, size_t length);

#define UD_SCAN_ROOM 256 /* the least room a scan works with */

/* Finds the needle at places of text[*at, end), in order; at most `room` of them are written to out, *at is where to go on (end: done).
 * Up to 768 bytes after `end` must be readable; a match never goes over a NUL, and text[end - 1] is one. */
typedef size_t (*ud_scan_fn)(
    const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room);

/* What this processor runs best. */
ud_scan_fn ud_scan_best(void);
/* Each of them by name, for tests and benchmarks: "plain", "sse2", "avx2", "avx512"; NULL where this machine has it not. */
ud_scan_fn ud_scan_named(const char *name);

/* How common a folded byte is in lists of devices: 0 rare, 9 everywhere. */
unsigned ud_scan_frequency(uint8_t byte);

/* Plain C, everywhere. */
size_t ud_scan_plain(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room);
#if defined(__x86_64__)
size_t ud_scan_sse2(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room);
size_t ud_scan_avx512(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room);
size_t ud_scan_avx2(const struct ud_needle *n, const uint8_t *text, uint32_t *at, uint32_t end, uint32_t *out, size_t room);
#endif

#endif
