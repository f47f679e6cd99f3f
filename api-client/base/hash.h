/* BLAKE2b-256 over the parts of a message, plain or keyed. Each user of it puts a domain string of its own first. */
#ifndef UD_BASE_HASH_H
#define UD_BASE_HASH_H

#include <stddef.h>

#include "base/secret.h"

#define UD_HASH_SIZE 32

struct ud_bytes {
    const void *data;
    size_t length;
};

/* Hash of the parts one after the other. Parts of variable length need their lengths among the parts; nothing is added. */
void ud_hash(unsigned char out[UD_HASH_SIZE], const struct ud_bytes *part, size_t count);
/* The same with a key of 16 to 64 bytes (asserted). */
void ud_hash_keyed(unsigned char out[UD_HASH_SIZE], const struct ud_bytes *part, size_t count, struct ud_secret *key);
/* Constant time. For hashes and MACs of one length; public values may use memcmp. */
bool ud_hash_equal(const void *a, const void *b, size_t length);
/* Lower-case hex, terminated: `out` has 2 * length + 1 bytes. */
void ud_hex_encode(char *out, const void *bytes, size_t length);
/* Exactly 2 * size lower-case hex digits, nothing else. */
bool ud_hex_decode(unsigned char *out, size_t size, const char *text, size_t length);

#endif
