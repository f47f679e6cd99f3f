/* The strict reader: numbers and their values. */
#include "wire/json_reader_state.h"

enum number {
    NUM_START,
    NUM_MINUS,
    NUM_ZERO,
    NUM_INT,
    NUM_DOT,
    NUM_FRACTION,
    NUM_EXP,
    NUM_EXP_SIGN,
    NUM_EXP_DIGITS,
    NUM_END,
    NUM_BAD
};

static enum number
number_step(enum number s, unsigned char c)
{
    bool digit = c >= '0' && c <= '9';

    switch (s) {
    case NUM_START:
        if (c == '-')
            return NUM_MINUS;
        /* fall through */
    case NUM_MINUS:
        return c == '0' ? NUM_ZERO : digit ? NUM_INT : NUM_BAD;
    case NUM_INT:
        if (digit)
            return NUM_INT;
        /* fall through */
    case NUM_ZERO:
        if (c == '.')
            return NUM_DOT;
        return c == 'e' || c == 'E' ? NUM_EXP : digit ? NUM_BAD : NUM_END;
    case NUM_DOT:
        return digit ? NUM_FRACTION : NUM_BAD;
    case NUM_FRACTION:
        return digit ? NUM_FRACTION : c == 'e' || c == 'E' ? NUM_EXP : NUM_END;
    case NUM_EXP:
        if (c == '+' || c == '-')
            return NUM_EXP_SIGN;
        /* fall through */
    case NUM_EXP_SIGN:
        return digit ? NUM_EXP_DIGITS : NUM_BAD;
    case NUM_EXP_DIGITS:
        return digit ? NUM_EXP_DIGITS : NUM_END;
    default:
        return NUM_BAD;
    }
}

static bool
number_may_end(enum number s)
{
    return s == NUM_ZERO || s == NUM_INT || s == NUM_FRACTION || s == NUM_EXP_DIGITS;
}

static enum ud_json_token
number_done(struct ud_json_reader *r, struct ud_json_text *text, const unsigned char *data, size_t length)
{
    if (length > UD_JSON_NUMBER_MAX)
        return ud_json_reader_fail(r, "a number is too long");
    *text = (struct ud_json_text){ (const char *)data, length, true };
    r->partial = PARTIAL_NONE;
    ud_json_reader_value_done(r);
    return UD_JSON_NUMBER;
}

/* Goes on with a number from r->number_state; what lies in the scratch came in earlier chunks. */
enum ud_json_token
ud_json_reader_number_more(struct ud_json_reader *r, struct ud_json_text *text)
{
    const unsigned char *start = r->at;
    enum number s = (enum number)r->number_state;

    while (r->at < r->end) {
        enum number next = number_step(s, *r->at);
        if (next == NUM_BAD)
            return ud_json_reader_fail(r, "a number is not well formed");
        if (next == NUM_END)
            break;
        s = next;
        r->at++;
    }
    bool ended = r->at < r->end || r->finished;
    if (r->partial == PARTIAL_NONE && r->at < r->end)
        return number_done(r, text, start, (size_t)(r->at - start));
    if (!ud_json_reader_keep(r, start, (size_t)(r->at - start)))
        return ud_json_reader_fail(r, "a number is too long");
    r->number_state = s;
    r->partial = PARTIAL_NUMBER;
    if (!ended)
        return UD_JSON_MORE;
    if (!number_may_end(s))
        return ud_json_reader_fail(r, "a number is not well formed");
    return number_done(r, text, r->scratch, r->scratch_used);
}

enum ud_json_token
ud_json_reader_number(struct ud_json_reader *r, struct ud_json_text *text)
{
    r->scratch_used = 0;
    r->number_state = NUM_START;
    return ud_json_reader_number_more(r, text);
}

/* --- values ------------------------------------------------------------------------------------------------------------- */

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
