/* The strict reader: strings that need unescaping, or are cut by the end of a chunk. They are put together in the scratch. */
#include "wire/json_reader_state.h"

bool
ud_json_reader_keep(struct ud_json_reader *r, const void *bytes, size_t length)
{
    if (length > r->scratch_size - r->scratch_used)
        return false;
    if (length > 0)
        memcpy(r->scratch + r->scratch_used, bytes, length);
    r->scratch_used += length;
    return true;
}

/* Puts one code point into the scratch as UTF-8. */
static bool
keep_code_point(struct ud_json_reader *r, uint32_t c)
{
    unsigned char u[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        u[i] = (unsigned char)(0x80 | (c & 0x3F));
    u[0] = (unsigned char)(n == 1 ? c : ((0xF0u << (4 - n)) & 0xFF) | c);
    return ud_json_reader_keep(r, u, n);
}

static const char *const too_long = "a string is too long";

static const char *
escape_done(struct ud_json_reader *r)
{
    uint32_t c = r->hex;

    r->string_mode = STRING_RUN;
    if (r->high != 0) {
        if (c < 0xDC00 || c > 0xDFFF)
            return "half of a surrogate pair is missing";
        c = 0x10000 + ((r->high - 0xD800) << 10) + (c - 0xDC00);
        r->high = 0;
    } else if (c >= 0xD800 && c <= 0xDBFF) {
        r->high = c;
        r->string_mode = STRING_LOW_SLASH;
        return NULL;
    }
    if (c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
        return c == 0 ? "a NUL is not allowed" : "half of a surrogate pair is missing";
    return keep_code_point(r, c) ? NULL : too_long;
}

static const char *
hex_digit(struct ud_json_reader *r, unsigned char c)
{
    unsigned char low = c | 0x20;
    uint32_t v = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : low >= 'a' && low <= 'f' ? (uint32_t)(low - 'a' + 10) : 16;

    if (v == 16)
        return "an escape is not well formed";
    r->hex = r->hex << 4 | v;
    return --r->hex_left == 0 ? escape_done(r) : NULL;
}

static const char *
start_hex(struct ud_json_reader *r)
{
    r->string_mode = STRING_HEX;
    r->hex_left = 4;
    r->hex = 0;
    return NULL;
}

static const char *
escape_letter(struct ud_json_reader *r, unsigned char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p = c == '\0' ? NULL : strchr(from, c);

    if (c == 'u')
        return start_hex(r);
    if (p == NULL)
        return "an escape is not well formed";
    r->string_mode = STRING_RUN;
    return ud_json_reader_keep(r, &to[p - from], 1) ? NULL : too_long;
}

/* One byte of an escape sequence. */
static const char *
escape_step(struct ud_json_reader *r, unsigned char c)
{
    switch (r->string_mode) {
    case STRING_ESCAPE:
        return escape_letter(r, c);
    case STRING_HEX:
        return hex_digit(r, c);
    case STRING_LOW_SLASH:
        r->string_mode = STRING_LOW_U;
        return c == '\\' ? NULL : "half of a surrogate pair is missing";
    default:
        return c == 'u' ? start_hex(r) : "half of a surrogate pair is missing";
    }
}

/* A run of string bytes up to a quote, a backslash or the end of the chunk. */
static const char *
read_run(struct ud_json_reader *r)
{
    bool odd = false;
    const unsigned char *stop = ud_json_scan(r->at, r->end, &odd);

    if (odd || r->utf8.need > 0)
        for (const unsigned char *p = r->at; p < stop; p++)
            if (!ud_json_utf8_step(&r->utf8, *p))
                return "a string is not UTF-8";
    if (!ud_json_reader_keep(r, r->at, (size_t)(stop - r->at)))
        return too_long;
    r->at = stop;
    if (stop == r->end)
        return NULL;
    if (r->utf8.need > 0)
        return "a string is not UTF-8";
    return *stop < 0x20 ? "a control character stands in a string" : NULL;
}

static bool
is_plain(const unsigned char *p, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (p[i] < 0x20 || p[i] >= 0x7F)
            return false;
    return true;
}

enum ud_json_token
ud_json_reader_string_more(struct ud_json_reader *r, struct ud_json_text *text)
{
    const char *fault = NULL;

    while (r->at < r->end && fault == NULL) {
        if (r->string_mode != STRING_RUN) {
            fault = escape_step(r, *r->at++);
            continue;
        }
        if ((fault = read_run(r)) != NULL || r->at == r->end)
            continue;
        if (*r->at++ == '"')
            return ud_json_reader_string_done(r, text, is_plain(r->scratch, r->scratch_used));
        r->string_mode = STRING_ESCAPE;
    }
    if (fault == NULL && r->finished)
        fault = "a string does not end";
    return fault != NULL ? ud_json_reader_fail(r, fault) : UD_JSON_MORE;
}
