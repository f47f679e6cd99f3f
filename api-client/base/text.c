/* The cleaner of text from outside, widths in cells, and folding for search. utf8proc is known here alone. */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#define MARKS_MAX 2 /* combining marks a base */

/* Decodes one code point strictly. Returns its bytes; 0 at the end or where the bytes are not UTF-8. */
static size_t
decode(int32_t *cp, const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;
    static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    if (length == 0)
        return 0;
    if (s[0] < 0x80) {
        *cp = s[0];
        return 1;
    }
    size_t n = s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || n > length)
        return 0;
    int32_t c = s[0] & (0xFF >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3F);
    }
    if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *cp = c;
    return n;
}

static size_t
encode(char out[4], int32_t cp)
{
    return (size_t)utf8proc_encode_char(cp, (utf8proc_uint8_t *)out);
}

static bool
in(int32_t cp, int32_t from, int32_t to)
{
    return cp >= from && cp <= to;
}

/* Letters and marks that draw nothing and would hide in a name. */
static bool
is_invisible(int32_t cp)
{
    return cp == 0x034F || cp == 0x115F || cp == 0x1160 || cp == 0x17B4 || cp == 0x17B5 || cp == 0x3164 || cp == 0xFFA0 ||
           in(cp, 0x180B, 0x180F) || in(cp, 0xFE00, 0xFE0F) || in(cp, 0xE0000, 0xE0FFF) || cp == 0x2800 || cp == 0xFFFC;
}

static bool
is_banned(int32_t cp)
{
    if (cp < 0x7F)
        return cp < 0x20;
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_CC: /* DEL and C1 */
    case UTF8PROC_CATEGORY_CF: /* bidi controls, zero-width, soft hyphen, tags, interlinear marks */
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CS:
        return true;
    default:
        return is_invisible(cp);
    }
}

/* utf8proc's widths, but for what terminals (wcwidth) see otherwise: spacing marks take a cell, conjoining Jamo none. */
static int
width_of(int32_t cp)
{
    if (cp >= 0x20 && cp < 0x7F)
        return 1;
    if (in(cp, 0x1160, 0x11FF) || in(cp, 0xD7B0, 0xD7FF))
        return 0;
    if (utf8proc_category(cp) == UTF8PROC_CATEGORY_MC)
        return 1;
    int w = utf8proc_charwidth(cp);
    return w < 0 ? 0 : w > 2 ? 2 : w;
}

static bool
is_mark(int32_t cp)
{
    if (cp < 0x300)
        return false;
    utf8proc_category_t category = utf8proc_category(cp);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || width_of(cp) == 0;
}

/* What the cleaner remembers from one code point to the next. */
struct cleaner {
    bool base;   /* something a mark may sit on has been written */
    int marks;   /* on that base */
    bool folded; /* the last thing written is the space that stands for tabs and line ends */
};

enum verdict { KEEP, DROP, SPACE };

static enum verdict
judge(struct cleaner *c, int32_t cp)
{
    if (cp == '\t' || cp == '\n' || cp == '\r') {
        enum verdict v = c->folded ? DROP : SPACE;
        c->folded = true;
        c->base = true;
        c->marks = 0;
        return v;
    }
    if (is_banned(cp))
        return DROP;
    if (is_mark(cp)) {
        if (!c->base || c->marks >= MARKS_MAX)
            return DROP;
        c->marks++;
    } else {
        c->base = true;
        c->marks = 0;
    }
    c->folded = false;
    return KEEP;
}

bool
ud_text_clean(char *out, size_t out_size, const char *in_text, size_t in_len)
{
    struct cleaner c = { 0 };
    size_t used = 0;
    bool changed = false;

    if (out_size == 0)
        return in_len > 0;
    for (size_t i = 0; i < in_len;) {
        int32_t cp = 0;
        size_t n = decode(&cp, in_text + i, in_len - i);
        enum verdict v = n > 0 ? judge(&c, cp) : DROP;
        size_t need = v == KEEP ? n : v == SPACE ? 1 : 0;
        changed |= v != KEEP;
        if (need > out_size - 1 - used) {
            changed = true;
            break;
        }
        if (v == KEEP)
            memcpy(out + used, in_text + i, n);
        else if (v == SPACE)
            out[used] = ' ';
        used += need;
        i += n > 0 ? n : 1;
    }
    out[used] = '\0';
    return changed;
}

void
ud_text_escape(char *out, size_t out_size, const char *in_text, size_t in_len)
{
    struct cleaner c = { 0 };
    size_t used = 0;

    if (out_size == 0)
        return;
    for (size_t i = 0; i < in_len;) {
        int32_t cp = 0;
        char piece[16];
        size_t n = decode(&cp, in_text + i, in_len - i);
        size_t need;
        if (n == 0) {
            need = (size_t)snprintf(piece, sizeof(piece), "\\x{%02X}", (unsigned char)in_text[i]);
        } else if (judge(&c, cp) == KEEP) {
            memcpy(piece, in_text + i, n);
            need = n;
        } else {
            need = (size_t)snprintf(piece, sizeof(piece), "\\u{%04X}", (unsigned)cp);
        }
        if (need > out_size - 1 - used)
            break;
        memcpy(out + used, piece, need);
        used += need;
        i += n > 0 ? n : 1;
    }
    out[used] = '\0';
}

size_t
ud_text_next(const char *text, size_t length, int *width)
{
    int32_t cp = 0, next = 0;
    utf8proc_int32_t state = 0;
    size_t used = decode(&cp, text, length);

    *width = 0;
    if (length == 0)
        return 0;
    if (used == 0)
        return 1; /* not clean text: the byte is stepped over, it takes no cell */
    *width = width_of(cp);
    while (used < length) {
        if (cp < 0x80 && (unsigned char)text[used] < 0x80)
            break;
        size_t n = decode(&next, text + used, length - used);
        if (n == 0 || utf8proc_grapheme_break_stateful(cp, next, &state) || *width + width_of(next) > 2)
            break;
        *width += width_of(next);
        used += n;
        cp = next;
    }
    return used;
}

/* A mark may sit on the last one, which is left out then. */
size_t
ud_text_plain(const char *text, size_t length)
{
    size_t n = 0;

    while (n < length && text[n] >= 0x20 && text[n] < 0x7F)
        n++;
    return n > 0 && n < length && (unsigned char)text[n] >= 0x80 ? n - 1 : n;
}

size_t
ud_text_width(const char *text, size_t length)
{
    size_t cells = 0;
    int w;

    for (size_t i = 0; i < length;) {
        size_t plain = ud_text_plain(text + i, length - i);

        cells += plain;
        i += plain;
        if (i < length) {
            i += ud_text_next(text + i, length - i, &w);
            cells += (size_t)w;
        }
    }
    return cells;
}

size_t
ud_text_fit(const char *text, size_t length, size_t cells, size_t *used)
{
    size_t at = 0;
    int w;

    *used = 0;
    while (at < length) {
        size_t n = ud_text_next(text + at, length - at, &w);
        if ((size_t)w > cells - *used)
            break;
        *used += (size_t)w;
        at += n;
    }
    return at;
}

static int32_t
fold(int32_t cp)
{
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z' ? cp + 0x20 : cp;
    if (in(cp, 0xFF01, 0xFF5E))
        return fold(cp - 0xFEE0);
    switch (cp) {
    case 0x3000: /* ideographic space */
        return ' ';
    case 0x00B5: /* micro sign */
        return 0x03BC;
    case 0x017F: /* long s */
        return 's';
    case 0x03C2: /* final sigma */
        return 0x03C3;
    default:
        return utf8proc_tolower(cp);
    }
}

size_t
ud_text_fold(char *out, size_t out_size, const char *text, size_t length)
{
    size_t used = 0;

    if (out_size == 0)
        return 0;
    for (size_t i = 0; i < length;) {
        int32_t cp = 0;
        char piece[4];
        size_t n = decode(&cp, text + i, length - i);
        if (n == 0) {
            i++;
            continue;
        }
        size_t need = encode(piece, fold(cp));
        if (need > out_size - 1 - used)
            break;
        memcpy(out + used, piece, need);
        used += need;
        i += n;
    }
    out[used] = '\0';
    return used;
}

bool
ud_text_valid(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        int32_t cp = 0;
        size_t n = decode(&cp, text + i, length - i);
        if (n == 0 || cp == 0)
            return false;
        i += n;
    }
    return true;
}
