/* Primitive values of a packet. Every read is checked against the end; text is checked to be clean on the way in as well, because the console
 * does not trust what runs in the worker. */
#include "channel/message_io.h"

#include <string.h>

#include "base/text.h"

/* --- writing ------------------------------------------------------------------------------------------------------------- */

void
ud_pack_raw(struct ud_packer *p, const void *bytes, size_t length)
{
    if (p->failed || length > (size_t)(p->end - p->at)) {
        p->failed = true;
        return;
    }
    if (length > 0)
        memcpy(p->at, bytes, length);
    p->at += length;
}

static void
pack_number(struct ud_packer *p, uint64_t v, size_t bytes)
{
    uint8_t b[8];

    for (size_t i = 0; i < bytes; i++)
        b[i] = (uint8_t)(v >> (8 * i));
    ud_pack_raw(p, b, bytes);
}

void
ud_pack_u8(struct ud_packer *p, unsigned v)
{
    pack_number(p, v, 1);
}

void
ud_pack_u16(struct ud_packer *p, unsigned v)
{
    pack_number(p, v, 2);
}

void
ud_pack_u32(struct ud_packer *p, uint32_t v)
{
    pack_number(p, v, 4);
}

void
ud_pack_i64(struct ud_packer *p, int64_t v)
{
    pack_number(p, (uint64_t)v, 8);
}

void
ud_pack_guid(struct ud_packer *p, const struct ud_guid *id)
{
    ud_pack_raw(p, id->byte, sizeof(id->byte));
}

void
ud_pack_bytes(struct ud_packer *p, const void *bytes, size_t length)
{
    if (length > UINT16_MAX)
        p->failed = true;
    ud_pack_u16(p, (unsigned)length);
    ud_pack_raw(p, bytes, length);
}

static bool
is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] == 0x7F)
            return false;
    return true;
}

/* Cleans `length` bytes of one line to the end of what is written. */
static void
pack_cleaned(struct ud_packer *p, const char *text, size_t length)
{
    char clean[UD_PACKET_TEXT_MAX + 1];

    if (is_plain(text, length)) {
        ud_pack_raw(p, text, length);
        return;
    }
    ud_text_clean(clean, sizeof(clean), text, length);
    ud_pack_raw(p, clean, strlen(clean));
}

static void
pack_text(struct ud_packer *p, const char *text, bool lines)
{
    size_t length = text != NULL ? strlen(text) : 0;
    uint8_t *start = p->at;

    if (length > UD_PACKET_TEXT_MAX)
        p->failed = true;
    ud_pack_u16(p, 0);
    while (!p->failed && length > 0) {
        const char *end = lines ? memchr(text, '\n', length) : NULL;
        size_t n = end != NULL ? (size_t)(end - text) : length;
        pack_cleaned(p, text, n);
        if (end != NULL)
            ud_pack_u8(p, '\n');
        n += end != NULL ? 1 : 0;
        text += n;
        length -= n;
    }
    ud_pack_u8(p, 0);
    if (p->failed)
        return;
    size_t written = (size_t)(p->at - start) - 3;
    start[0] = (uint8_t)written;
    start[1] = (uint8_t)(written >> 8);
}

void
ud_pack_text(struct ud_packer *p, const char *text)
{
    pack_text(p, text, false);
}

void
ud_pack_lines(struct ud_packer *p, const char *text)
{
    pack_text(p, text, true);
}

void
ud_pack_exact(struct ud_packer *p, const char *text)
{
    const uint8_t *start = p->at;

    pack_text(p, text, false);
    if (!p->failed && text != NULL && strcmp((const char *)start + 2, text) != 0)
        p->failed = true;
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

/* The next `length` bytes, NULL where there are fewer. */
static const uint8_t *
take(struct ud_unpacker *p, size_t length)
{
    if (p->failed || length > (size_t)(p->end - p->at)) {
        p->failed = true;
        return NULL;
    }
    p->at += length;
    return p->at - length;
}

static uint64_t
unpack_number(struct ud_unpacker *p, size_t bytes)
{
    const uint8_t *b = take(p, bytes);
    uint64_t v = 0;

    for (size_t i = 0; b != NULL && i < bytes; i++)
        v |= (uint64_t)b[i] << (8 * i);
    return v;
}

uint8_t
ud_unpack_u8(struct ud_unpacker *p)
{
    return (uint8_t)unpack_number(p, 1);
}

uint8_t
ud_unpack_below(struct ud_unpacker *p, unsigned limit)
{
    uint8_t v = ud_unpack_u8(p);

    if (v < limit)
        return v;
    p->failed = true;
    return 0;
}

bool
ud_unpack_bool(struct ud_unpacker *p)
{
    return ud_unpack_below(p, 2) == 1;
}

uint16_t
ud_unpack_u16(struct ud_unpacker *p)
{
    return (uint16_t)unpack_number(p, 2);
}

uint32_t
ud_unpack_u32(struct ud_unpacker *p)
{
    return (uint32_t)unpack_number(p, 4);
}

int64_t
ud_unpack_i64(struct ud_unpacker *p)
{
    return (int64_t)unpack_number(p, 8);
}

void
ud_unpack_raw(struct ud_unpacker *p, void *to, size_t length)
{
    const uint8_t *b = take(p, length);

    if (b != NULL)
        memcpy(to, b, length);
    else
        memset(to, 0, length);
}

void
ud_unpack_guid(struct ud_unpacker *p, struct ud_guid *id)
{
    ud_unpack_raw(p, id->byte, sizeof(id->byte));
}

const uint8_t *
ud_unpack_bytes(struct ud_unpacker *p, size_t *length, size_t max)
{
    size_t n = ud_unpack_u16(p);

    if (n > max)
        p->failed = true;
    const uint8_t *b = take(p, n);
    *length = b != NULL ? n : 0;
    return b;
}

/* Is one line exactly what ud_text_clean would leave? */
static bool
is_clean(const char *text, size_t length)
{
    char clean[UD_PACKET_TEXT_MAX + 1];

    if (is_plain(text, length))
        return true;
    return !ud_text_clean(clean, sizeof(clean), text, length) && strlen(clean) == length && memcmp(clean, text, length) == 0;
}

static const char *
unpack_text(struct ud_unpacker *p, bool lines)
{
    size_t length = ud_unpack_u16(p);
    const char *text = (const char *)take(p, length + 1);

    if (text == NULL || length > UD_PACKET_TEXT_MAX || text[length] != '\0' || memchr(text, '\0', length) != NULL)
        p->failed = true;
    for (size_t at = 0; !p->failed && at < length;) {
        const char *end = lines ? memchr(text + at, '\n', length - at) : NULL;
        size_t n = end != NULL ? (size_t)(end - text) - at : length - at;
        if (!is_clean(text + at, n))
            p->failed = true;
        at += n + 1;
    }
    return p->failed ? "" : text;
}

const char *
ud_unpack_text(struct ud_unpacker *p)
{
    return unpack_text(p, false);
}

const char *
ud_unpack_lines(struct ud_unpacker *p)
{
    return unpack_text(p, true);
}

void
ud_unpack_into(struct ud_unpacker *p, char *to, size_t size)
{
    const char *text = ud_unpack_text(p);
    size_t n = strlen(text);

    if (n >= size) {
        p->failed = true;
        n = 0;
    }
    memcpy(to, text, n);
    memset(to + n, 0, size - n);
}
