/* Primitive fields of the messages between front and vault. */
#include "escrowd/vault/pack.h"

#include <string.h>

void
ud_pack_fixed(struct ud_pack *p, void *bytes, size_t length)
{
    if (p->out != NULL) {
        ud_buf_append(p->out, bytes, length);
        return;
    }
    if (p->bad || p->left < length) {
        p->bad = true;
        memset(bytes, 0, length);
        return;
    }
    memcpy(bytes, p->in, length);
    p->in += length;
    p->left -= length;
}

/* The lowest `size` bytes of a number. */
static uint64_t
number(struct ud_pack *p, uint64_t v, size_t size)
{
    uint8_t b[8] = { 0 };
    uint64_t got = 0;

    for (size_t i = 0; i < size; i++)
        b[i] = (uint8_t)(v >> (8 * i));
    ud_pack_fixed(p, b, size);
    for (size_t i = 0; i < size; i++)
        got |= (uint64_t)b[i] << (8 * i);
    return got;
}

void
ud_pack_u8(struct ud_pack *p, uint8_t *v)
{
    *v = (uint8_t)number(p, *v, 1);
}

void
ud_pack_enum(struct ud_pack *p, uint8_t *v, unsigned end)
{
    ud_pack_u8(p, v);
    if (*v < end)
        return;
    p->bad = true;
    *v = 0;
}

void
ud_pack_bool(struct ud_pack *p, bool *v)
{
    uint8_t b = *v ? 1 : 0;

    ud_pack_enum(p, &b, 2);
    *v = b == 1;
}

void
ud_pack_u16(struct ud_pack *p, uint16_t *v)
{
    *v = (uint16_t)number(p, *v, 2);
}

void
ud_pack_u32(struct ud_pack *p, uint32_t *v)
{
    *v = (uint32_t)number(p, *v, 4);
}

void
ud_pack_i32(struct ud_pack *p, int32_t *v)
{
    uint32_t u = (uint32_t)*v;

    ud_pack_u32(p, &u);
    memcpy(v, &u, sizeof(*v));
}

void
ud_pack_u64(struct ud_pack *p, uint64_t *v)
{
    *v = number(p, *v, 8);
}

void
ud_pack_i64(struct ud_pack *p, int64_t *v)
{
    uint64_t u = (uint64_t)*v;

    ud_pack_u64(p, &u);
    memcpy(v, &u, sizeof(*v));
}

void
ud_pack_guid(struct ud_pack *p, struct ud_guid *id)
{
    ud_pack_fixed(p, id->byte, sizeof(id->byte));
}

static void
write_text(struct ud_pack *p, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    uint16_t n = (uint16_t)length;

    if (length >= UINT16_MAX) {
        p->bad = true;
        return;
    }
    ud_pack_u16(p, &n);
    ud_buf_append(p->out, text == NULL ? "" : text, length + (text == NULL ? 0 : 1));
    if (text == NULL)
        ud_buf_byte(p->out, '\0');
}

void
ud_pack_text(struct ud_pack *p, const char **text)
{
    uint16_t n = 0;

    if (p->out != NULL) {
        write_text(p, *text);
        return;
    }
    *text = "";
    ud_pack_u16(p, &n);
    if (p->bad || p->left < (size_t)n + 1 || memchr(p->in, '\0', (size_t)n + 1) != p->in + n) {
        p->bad = true;
        return;
    }
    *text = (const char *)p->in;
    p->in += (size_t)n + 1;
    p->left -= (size_t)n + 1;
}

void
ud_pack_array_text(struct ud_pack *p, char *text, size_t size)
{
    const char *borrowed = text;

    ud_pack_text(p, &borrowed);
    if (p->out != NULL)
        return;
    size_t length = strlen(borrowed);
    if (length >= size) {
        p->bad = true;
        length = 0;
    }
    memcpy(text, borrowed, length);
    text[length] = '\0';
}

void
ud_pack_bytes(struct ud_pack *p, const uint8_t **bytes, size_t *length, size_t max)
{
    uint32_t n = (uint32_t)*length;

    p->bad = p->bad || *length > max;
    ud_pack_u32(p, &n);
    if (p->out != NULL) {
        ud_buf_append(p->out, *bytes, *length);
        return;
    }
    *bytes = NULL;
    *length = 0;
    if (p->bad || n > max || n > p->left) {
        p->bad = true;
        return;
    }
    *bytes = p->in;
    *length = n;
    p->in += n;
    p->left -= n;
}

void
ud_pack_count(struct ud_pack *p, size_t *count, size_t max, size_t least)
{
    uint32_t n = (uint32_t)*count;

    p->bad = p->bad || *count > max;
    ud_pack_u32(p, &n);
    if (p->out != NULL)
        return;
    if (p->bad || n > max || n > p->left / least) {
        p->bad = true;
        n = 0;
    }
    *count = n;
}
