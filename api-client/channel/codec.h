/* One walk over a message's fields serves both ways, so that encoder and decoder cannot drift apart. Private to the channel.
 * Little-endian; text is a 16-bit length, the bytes and a NUL (the notice's text: a 32-bit length). */
#ifndef UD_CHANNEL_CODEC_H
#define UD_CHANNEL_CODEC_H

#include "channel/message.h"

struct ud_codec {
    bool reading;
    bool bad;          /* sticky: it did not fit, or is not what it should be */
    uint8_t *out;      /* writing */
    const uint8_t *in; /* reading */
    size_t at, end;
};

void ud_code_u8(struct ud_codec *c, uint8_t *v);
void ud_code_u16(struct ud_codec *c, uint16_t *v);
void ud_code_u32(struct ud_codec *c, uint32_t *v);
void ud_code_i64(struct ud_codec *c, int64_t *v);
void ud_code_bool(struct ud_codec *c, bool *v);
/* An enumerator from 0 to last. */
void ud_code_enum8(struct ud_codec *c, uint8_t *v, unsigned last);
void ud_code_guid(struct ud_codec *c, struct ud_guid *v);
void ud_code_raw(struct ud_codec *c, uint8_t *bytes, size_t length);
/* Clean one-line text, borrowed when reading. */
void ud_code_text(struct ud_codec *c, const char **v);
/* The same, of several lines. */
void ud_code_lines(struct ud_codec *c, const char **v);
/* The same into an array of `size` bytes. */
void ud_code_array(struct ud_codec *c, char *v, size_t size);
/* A byte string of at most `max`, borrowed when reading. */
void ud_code_blob(struct ud_codec *c, const uint8_t **bytes, size_t *length, size_t max);

#define UD_CODE_ENUM(c, member, last)                                                                                            \
    do {                                                                                                                         \
        uint8_t code_value = (uint8_t)(member);                                                                                  \
        ud_code_enum8((c), &code_value, (last));                                                                                 \
        (member) = code_value;                                                                                                   \
    } while (0)

/* Bodies. */
void ud_code_body(struct ud_codec *c, struct ud_msg *m);
void ud_code_device(struct ud_codec *c, struct ud_device *d);
void ud_code_key(struct ud_codec *c, struct ud_key *k);
void ud_code_policy(struct ud_codec *c, struct ud_policy *p);
void ud_code_disclosure(struct ud_codec *c, struct ud_disclosure *d);

#endif
