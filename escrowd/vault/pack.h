/* Fields of a message, for writing and for reading alike: a description calls ud_pack_* once a field, and the direction
 * of the packer decides. Little-endian integers; text as u16 length, bytes, NUL. Reading fails softly: `bad` is sticky. */
#ifndef UD_VAULT_PACK_H
#define UD_VAULT_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "domain/guid.h"

struct ud_pack {
    struct ud_buf *out; /* writing; NULL: reading */
    const uint8_t *in;  /* reading: what is left, inside memory that outlives the message */
    size_t left;
    bool bad;
};

void ud_pack_u8(struct ud_pack *p, uint8_t *v);
void ud_pack_bool(struct ud_pack *p, bool *v); /* 0 or 1, else bad */
void ud_pack_u16(struct ud_pack *p, uint16_t *v);
void ud_pack_u32(struct ud_pack *p, uint32_t *v);
void ud_pack_i32(struct ud_pack *p, int32_t *v);
void ud_pack_u64(struct ud_pack *p, uint64_t *v);
void ud_pack_i64(struct ud_pack *p, int64_t *v);
void ud_pack_fixed(struct ud_pack *p, void *bytes, size_t length);
void ud_pack_guid(struct ud_pack *p, struct ud_guid *id);
/* Borrowed text: points into the message after reading; NULL is written as "". At most 65534 bytes; NUL inside is bad. */
void ud_pack_text(struct ud_pack *p, const char **text);
/* Text in an array of `size` bytes; too long is bad. */
void ud_pack_array_text(struct ud_pack *p, char *text, size_t size);
/* Borrowed bytes, at most `max`. */
void ud_pack_bytes(struct ud_pack *p, const uint8_t **bytes, size_t *length, size_t max);
/* Number of entries that follow, each at least `least` bytes long: a count that cannot be true is bad. */
void ud_pack_count(struct ud_pack *p, size_t *count, size_t max, size_t least);
/* A value that must be below `end`. */
void ud_pack_enum(struct ud_pack *p, uint8_t *v, unsigned end);

#endif
