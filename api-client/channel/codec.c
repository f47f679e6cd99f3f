#include "channel/codec.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static void
fixed(struct ud_codec *c, uint8_t *bytes, size_t length)
{
    if (c->bad || c->end - c->at < length) {
        c->bad = true;
        if (c->reading)
            memset(bytes, 0, length);
        return;
    }
    if (c->reading)
        memcpy(bytes, c->in + c->at, length);
    else
        memcpy(c->out + c->at, bytes, length);
    c->at += length;
}

static void
number(struct ud_codec *c, uint64_t *v, unsigned size)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(*v >> (8 * i));
    fixed(c, bytes, size);
    if (!c->reading)
        return;
    *v = 0;
    for (unsigned i = 0; i < size; i++)
        *v |= (uint64_t)bytes[i] << (8 * i);
}

void
ud_code_raw(struct ud_codec *c, uint8_t *bytes, size_t length)
{
    fixed(c, bytes, length);
}

void
ud_code_u8(struct ud_codec *c, uint8_t *v)
{
    fixed(c, v, 1);
}

void
ud_code_u16(struct ud_codec *c, uint16_t *v)
{
    uint64_t n = *v;

    number(c, &n, 2);
    *v = (uint16_t)n;
}

void
ud_code_u32(struct ud_codec *c, uint32_t *v)
{
    uint64_t n = *v;

    number(c, &n, 4);
    *v = (uint32_t)n;
}

void
ud_code_i64(struct ud_codec *c, int64_t *v)
{
    uint64_t n = (uint64_t)*v;

    number(c, &n, 8);
    *v = (int64_t)n;
}

void
ud_code_enum8(struct ud_codec *c, uint8_t *v, unsigned last)
{
    fixed(c, v, 1);
    if (*v > last)
        c->bad = true;
    if (c->bad && c->reading)
        *v = 0;
}

void
ud_code_bool(struct ud_codec *c, bool *v)
{
    uint8_t n = *v ? 1 : 0;

    ud_code_enum8(c, &n, 1);
    *v = n == 1;
}

void
ud_code_guid(struct ud_codec *c, struct ud_guid *v)
{
    fixed(c, v->byte, sizeof(v->byte));
}

/* --- text ---------------------------------------------------------------------------------------------------------------- */

/* Printable ASCII needs no cleaning; most text is. */
static bool
is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

static bool
is_clean(const char *text, size_t length)
{
    char again[UD_NAME_MAX * 4];

    if (is_plain(text, length))
        return true;
    if (length >= sizeof(again))
        return ud_text_valid(text, length);
    return !ud_text_clean(again, sizeof(again), text, length) && strlen(again) == length && memcmp(again, text, length) == 0;
}

/* Writes the cleaned text behind its length; returns how long it became. */
static size_t
write_clean(struct ud_codec *c, const char *text, size_t length)
{
    size_t room = c->end - c->at;

    if (room < length + 1 || length > UINT16_MAX) {
        c->bad = true;
        return 0;
    }
    char *to = (char *)c->out + c->at;
    if (is_plain(text, length)) {
        memcpy(to, text, length);
        to[length] = '\0';
    } else {
        (void)ud_text_clean(to, room < UINT16_MAX ? room : UINT16_MAX, text, length);
        length = strlen(to);
    }
    c->at += length + 1;
    return length;
}

static void
write_text(struct ud_codec *c, const char *text)
{
    size_t place = c->at;
    uint16_t none = 0;

    ud_code_u16(c, &none);
    size_t length = c->bad ? 0 : write_clean(c, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    if (c->bad)
        return;
    c->out[place] = (uint8_t)length;
    c->out[place + 1] = (uint8_t)(length >> 8);
}

static const char *
read_text(struct ud_codec *c)
{
    uint16_t length = 0;

    ud_code_u16(c, &length);
    if (c->bad || c->end - c->at < (size_t)length + 1 || c->in[c->at + length] != '\0') {
        c->bad = true;
        return "";
    }
    const char *text = (const char *)c->in + c->at;
    c->at += (size_t)length + 1;
    if (memchr(text, '\0', length) != NULL || !is_clean(text, length)) {
        c->bad = true;
        return "";
    }
    return text;
}

void
ud_code_text(struct ud_codec *c, const char **v)
{
    if (c->reading)
        *v = read_text(c);
    else
        write_text(c, *v);
}

void
ud_code_array(struct ud_codec *c, char *v, size_t size)
{
    const char *text = v;

    ud_code_text(c, &text);
    if (c->reading && !ud_copy(v, size, text))
        c->bad = true;
}

static size_t
line_length(const char *text)
{
    return strcspn(text, "\n");
}

void
ud_code_lines(struct ud_codec *c, const char **v)
{
    uint32_t length = 0;
    size_t place = c->at;

    ud_code_u32(c, &length);
    if (c->bad)
        return;
    if (!c->reading) {
        for (const char *at = *v != NULL ? *v : ""; !c->bad;) {
            size_t n = line_length(at);
            (void)write_clean(c, at, n);
            at += n;
            if (*at == '\0')
                break;
            if (!c->bad)
                c->out[c->at - 1] = '\n';
            at++;
        }
        length = (uint32_t)(c->at - place - 5);
        for (unsigned i = 0; i < 4; i++)
            c->out[place + i] = (uint8_t)(length >> (8 * i));
        return;
    }
    *v = "";
    if (c->end - c->at < (size_t)length + 1 || c->in[c->at + length] != '\0') {
        c->bad = true;
        return;
    }
    const char *text = (const char *)c->in + c->at;
    for (const char *at = text; at < text + length && !c->bad; at += line_length(at) + 1)
        c->bad = memchr(at, '\0', line_length(at)) != NULL || !is_clean(at, line_length(at));
    c->bad |= strlen(text) != length;
    c->at += (size_t)length + 1;
    *v = c->bad ? "" : text;
}

void
ud_code_blob(struct ud_codec *c, const uint8_t **bytes, size_t *length, size_t max)
{
    uint32_t n = (uint32_t)*length;

    ud_code_u32(c, &n);
    if (c->bad || n > max || c->end - c->at < n) {
        c->bad = true;
        *length = c->reading ? 0 : *length;
        return;
    }
    if (c->reading)
        *bytes = c->in + c->at;
    else if (n > 0)
        memcpy(c->out + c->at, *bytes, n);
    *length = n;
    c->at += n;
}
