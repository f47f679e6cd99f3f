/* Splits and decodes request targets. An empty segment, a dot segment and a hidden control character are refused, not repaired. */
#include "escrowd/front/uri.h"

#include <string.h>

#include "base/text.h"

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t
ud_uri_decode(char *text, size_t length, bool form)
{
    size_t out = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '%') {
            if (length - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return SIZE_MAX;
            byte = (unsigned char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else if (byte == '+' && form) {
            byte = ' ';
        }
        if (byte < 0x20 || byte == 0x7F)
            return SIZE_MAX;
        text[out++] = (char)byte;
    }
    return out;
}

/* Decodes text[0..length) and terminates it; the byte behind is a separator that is no longer needed. */
static bool
decode_part(char *text, size_t length, bool form)
{
    size_t decoded = ud_uri_decode(text, length, form);

    if (decoded == SIZE_MAX || !ud_text_valid(text, decoded))
        return false;
    text[decoded] = '\0';
    return true;
}

static bool
split_path(struct ud_call *c, char *path)
{
    while (path != NULL) {
        char *next = strchr(path, '/');
        if (c->segment_count == UD_CALL_SEGMENTS)
            return false;
        size_t length = next != NULL ? (size_t)(next - path) : strlen(path);
        if (!decode_part(path, length, false) || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
            return false;
        c->segment[c->segment_count++] = path;
        path = next != NULL ? next + 1 : NULL;
    }
    return true;
}

static bool
split_query(struct ud_call *c, char *query)
{
    while (query != NULL && *query != '\0') {
        char *next = strchr(query, '&');
        size_t length = next != NULL ? (size_t)(next - query) : strlen(query);
        char *value = memchr(query, '=', length);
        size_t name_length = value != NULL ? (size_t)(value - query) : length;

        if (c->option_count == UD_CALL_OPTIONS_MAX)
            return false;
        /* The value first: ending the name overwrites the '='. */
        if (value != NULL && !decode_part(value + 1, length - name_length - 1, true))
            return false;
        if (!decode_part(query, name_length, true))
            return false;
        c->option[c->option_count].name = query;
        c->option[c->option_count++].value = value != NULL ? value + 1 : "";
        query = next != NULL ? next + 1 : NULL;
    }
    return true;
}

bool
ud_uri_split(struct ud_call *c)
{
    if (c->text[0] != '/')
        return false;
    char *query = strchr(c->text, '?');
    if (query != NULL)
        *query++ = '\0';
    return split_path(c, c->text + 1) && split_query(c, query);
}

void
ud_uri_encode(struct ud_buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
            strchr("-._~", byte) != NULL) {
            ud_buf_byte(out, (char)byte);
        } else {
            char escape[3] = { '%', digits[byte >> 4], digits[byte & 15] };
            ud_buf_append(out, escape, sizeof(escape));
        }
    }
}
