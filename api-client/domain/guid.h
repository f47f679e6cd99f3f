/* GUIDs and key-ID prefixes. A key ID is the GUID of a recovery key's protector; people read out its first 8 digits.
 * Text form: RFC 9562, 8-4-4-4-12 hex digits; bytes here are in the order of the text. */
#ifndef UD_DOMAIN_GUID_H
#define UD_DOMAIN_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define UD_GUID_TEXT 37 /* 36 characters and NUL */

struct ud_guid {
    uint8_t byte[16];
};

/* The first `digits` hex digits of a key ID (8..32), the rest zero. */
struct ud_keyid_prefix {
    struct ud_guid value;
    unsigned digits;
};

/* Strict: exactly the 36-character form (any case), braces allowed around it. */
UD_CHECK enum ud_status ud_guid_parse(struct ud_guid *out, const char *text, size_t length, struct ud_error *err);
void ud_guid_format(char out[UD_GUID_TEXT], const struct ud_guid *id); /* lower case */
/* First 8 digits in upper case, as the lock screen shows them ("8A5D13D6"); out has 9 bytes. */
void ud_guid_short(char out[9], const struct ud_guid *id);
int ud_guid_compare(const struct ud_guid *a, const struct ud_guid *b);
bool ud_guid_is_zero(const struct ud_guid *id);
void ud_guid_random(struct ud_guid *out); /* version 4 */

/* What a caller reads out: any case, braces, dashes, spaces, full-width digits; 8 to 32 hex digits. Fewer than 8, more than 32 or a
 * character that is no hex digit: UD_INVALID and a hint that says which and what the screen shows. */
UD_CHECK enum ud_status ud_keyid_prefix_parse(struct ud_keyid_prefix *out, const char *text, struct ud_error *err);
bool ud_keyid_prefix_matches(const struct ud_keyid_prefix *p, const struct ud_guid *id);
/* Number of hex digits if `text` looks like a key ID being typed (only hex digits, dashes, braces, spaces; 4 or more digits), else 0. */
unsigned ud_keyid_looks_like(const char *text);

#endif
