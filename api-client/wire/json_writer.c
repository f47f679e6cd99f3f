/* The escaping JSON writer. */
#include "wire/json_writer.h"

#include <string.h>

#include "base/seal.h"
#include "wire/json_scan.h"

#define BASE64_PART 3072u /* bytes at a time; a multiple of 3 */

void
ud_json_writer_init(struct ud_json_writer *w, struct ud_buf *out)
{
    w->out = out;
    w->comma = false;
}

/* Comma and name in front of a value. */
static void
begin(struct ud_json_writer *w, const char *name)
{
    if (w->comma)
        ud_buf_byte(w->out, ',');
    w->comma = true;
    if (name == NULL)
        return;
    ud_buf_byte(w->out, '"');
    ud_buf_text(w->out, name);
    ud_buf_append(w->out, "\":", 2);
}

static void
open_container(struct ud_json_writer *w, const char *name, char c)
{
    begin(w, name);
    ud_buf_byte(w->out, c);
    w->comma = false;
}

static void
close_container(struct ud_json_writer *w, char c)
{
    ud_buf_byte(w->out, c);
    w->comma = true;
}

void
ud_json_write_object(struct ud_json_writer *w, const char *name)
{
    open_container(w, name, '{');
}

void
ud_json_write_object_end(struct ud_json_writer *w)
{
    close_container(w, '}');
}

void
ud_json_write_array(struct ud_json_writer *w, const char *name)
{
    open_container(w, name, '[');
}

void
ud_json_write_array_end(struct ud_json_writer *w)
{
    close_container(w, ']');
}

static void
put_escape(struct ud_buf *out, unsigned char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
    const char *p = c == '\0' ? NULL : strchr(from, c);

    if (p != NULL) {
        char two[2] = { '\\', to[p - from] };
        ud_buf_append(out, two, 2);
        return;
    }
    char six[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    ud_buf_append(out, six, 6);
}

/* Bytes of the UTF-8 character at p, 0 where it is none. */
static size_t
character(const unsigned char *p, size_t length)
{
    struct ud_json_utf8 u = { 0 };

    for (size_t i = 0; i < length; i++) {
        if (!ud_json_utf8_step(&u, p[i]))
            return 0;
        if (u.need == 0)
            return i + 1;
    }
    return 0;
}

/* Text with bytes beyond ASCII, from the scanner's stop to stop. */
static void
put_checked(struct ud_buf *out, const unsigned char *p, const unsigned char *end)
{
    while (p < end) {
        size_t n = *p == 0x7F ? 0 : character(p, (size_t)(end - p));
        if (n > 0)
            ud_buf_append(out, p, n);
        else if (*p == 0x7F)
            put_escape(out, *p);
        else
            ud_buf_append(out, "\xEF\xBF\xBD", 3);
        p += n > 0 ? n : 1;
    }
}

void
ud_json_write_text_n(struct ud_json_writer *w, const char *name, const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + length;

    begin(w, name);
    ud_buf_byte(w->out, '"');
    while (p < end) {
        bool odd = false;
        const unsigned char *stop = ud_json_scan(p, end, &odd);
        if (odd)
            put_checked(w->out, p, stop);
        else
            ud_buf_append(w->out, p, (size_t)(stop - p));
        p = stop;
        if (p < end)
            put_escape(w->out, *p++);
    }
    ud_buf_byte(w->out, '"');
}

void
ud_json_write_text(struct ud_json_writer *w, const char *name, const char *text)
{
    if (text == NULL)
        ud_json_write_null(w, name);
    else
        ud_json_write_text_n(w, name, text, strlen(text));
}

void
ud_json_write_text_or_null(struct ud_json_writer *w, const char *name, const char *text)
{
    ud_json_write_text(w, name, text != NULL && text[0] != '\0' ? text : NULL);
}

void
ud_json_write_int(struct ud_json_writer *w, const char *name, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        digits[--at] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    if (value < 0)
        digits[--at] = '-';
    begin(w, name);
    ud_buf_append(w->out, digits + at, sizeof(digits) - at);
}

void
ud_json_write_bool(struct ud_json_writer *w, const char *name, bool value)
{
    begin(w, name);
    ud_buf_text(w->out, value ? "true" : "false");
}

void
ud_json_write_tristate(struct ud_json_writer *w, const char *name, enum ud_tristate value)
{
    if (value == UD_UNKNOWN)
        ud_json_write_null(w, name);
    else
        ud_json_write_bool(w, name, value == UD_YES);
}

void
ud_json_write_null(struct ud_json_writer *w, const char *name)
{
    begin(w, name);
    ud_buf_append(w->out, "null", 4);
}

void
ud_json_write_time(struct ud_json_writer *w, const char *name, ud_wall t)
{
    char text[32];

    if (t == UD_WALL_NONE) {
        ud_json_write_null(w, name);
        return;
    }
    ud_wall_format(text, sizeof(text), t, t % 1000 != 0);
    ud_json_write_text(w, name, text);
}

void
ud_json_write_guid(struct ud_json_writer *w, const char *name, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];

    if (ud_guid_is_zero(id)) {
        ud_json_write_null(w, name);
        return;
    }
    ud_guid_format(text, id);
    ud_json_write_text_n(w, name, text, UD_GUID_TEXT - 1);
}

void
ud_json_write_base64(struct ud_json_writer *w, const char *name, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    char text[BASE64_PART / 3 * 4 + 1];

    begin(w, name);
    ud_buf_append(w->out, "\"", 1);
    while (length > 0) {
        size_t n = length < BASE64_PART ? length : BASE64_PART;
        ud_base64_encode(text, sizeof(text), at, n);
        ud_buf_append(w->out, text, strlen(text));
        at += n;
        length -= n;
    }
    ud_buf_append(w->out, "\"", 1);
}

void
ud_json_write_raw(struct ud_json_writer *w, const char *name, const char *json, size_t length)
{
    begin(w, name);
    ud_buf_append(w->out, json, length);
}
