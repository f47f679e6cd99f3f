/* Which key an escape sequence stands for. Not for others than decode.c. */
#ifndef UD_TERM_DECODE_SEQUENCE_H
#define UD_TERM_DECODE_SEQUENCE_H

#include "grid/key.h"

#define UD_SEQUENCE_MAX 32

/* What stood between "ESC [" and the final byte. */
struct ud_sequence {
    char bytes[UD_SEQUENCE_MAX];
    size_t length;
    bool overlong; /* it was longer: no key of ours */
};

/* First number of the parameters; 0 where there is none. */
unsigned ud_sequence_number(const struct ud_sequence *s);
/* False where the sequence is none of our keys: reports and everything unknown. */
bool ud_sequence_csi(struct ud_key_event *out, const struct ud_sequence *s, unsigned char final);
bool ud_sequence_ss3(struct ud_key_event *out, unsigned char final);
bool ud_sequence_linux(struct ud_key_event *out, unsigned char final);

/* U+FF01..U+FF5E and U+3000 in UTF-8: the plain character, or 0. */
char ud_decode_plain(const unsigned char *p);
/* Full-width forms of ASCII become plain, in place; the new length. */
size_t ud_decode_narrow(char *text, size_t length);

#endif
