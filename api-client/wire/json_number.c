/* Values of JSON numbers and words. */
#include "wire/json_reader.h"

#include <string.h>

bool
ud_json_text_is(const struct ud_json_text *text, const char *word)
{
    size_t n = strlen(word);

    return text->length == n && memcmp(text->data, word, n) == 0;
}

/* The digits of a number with the place of its point, exponent applied. */
struct decimal {
    char digit[40];
    size_t count;
    long point; /* digits before the point */
};

/* Reads the exponent; false beyond what any whole number of 64 bits needs. */
static bool
exponent(long *out, const char *s, size_t length)
{
    bool minus = length > 0 && s[0] == '-';
    long v = 0;

    for (size_t i = length > 0 && (s[0] == '-' || s[0] == '+') ? 1 : 0; i < length; i++) {
        v = v * 10 + (s[i] - '0');
        if (v > 2000)
            return false;
    }
    *out = minus ? -v : v;
    return true;
}

/* Splits "-12.50e1" (sign taken off before) into digits and point; leading and trailing zeros are dropped. */
static bool
split(struct decimal *d, const char *s, size_t length)
{
    long e = 0, seen = 0, point = -1;

    memset(d, 0, sizeof(*d));
    for (size_t i = 0; i < length; i++) {
        if (s[i] == 'e' || s[i] == 'E') {
            if (!exponent(&e, s + i + 1, length - i - 1))
                return false;
            break;
        }
        if (s[i] == '.') {
            point = seen;
            continue;
        }
        seen++;
        if (d->count == 0 && s[i] == '0') { /* leading */
            d->point--;
            continue;
        }
        if (d->count < sizeof(d->digit))
            d->digit[d->count++] = s[i];
        else if (s[i] != '0')
            return false;
    }
    d->point += (point < 0 ? seen : point) + e;
    while (d->count > 0 && d->digit[d->count - 1] == '0')
        d->count--;
    return true;
}

bool
ud_json_text_int(int64_t *out, const struct ud_json_text *text)
{
    bool minus = text->length > 0 && text->data[0] == '-';
    const uint64_t limit = (uint64_t)INT64_MAX + (minus ? 1 : 0);
    struct decimal d;
    uint64_t v = 0;

    if (!split(&d, text->data + minus, text->length - minus))
        return false;
    if (d.count == 0) {
        *out = 0;
        return true;
    }
    if (d.point < (long)d.count || d.point > 19)
        return false;
    for (long i = 0; i < d.point; i++) {
        uint64_t digit = i < (long)d.count ? (uint64_t)(d.digit[i] - '0') : 0;
        if (v > (limit - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}
