/* GUIDs and the prefixes of key IDs that callers read out. */
#include "domain/guid.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/seal.h"
#include "base/text.h"

#define DIGITS_MAX     32u
#define DIGITS_MIN     8u
#define LOOKS_MIN      4u
#define GUID_PLAIN     36u
#define KEYID_TEXT_MAX 256

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void
put_digit(struct ud_guid *g, unsigned index, int value)
{
    g->byte[index / 2] = (uint8_t)(g->byte[index / 2] | (unsigned)value << (index % 2 == 0 ? 4 : 0));
}

static bool
is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

/* Value of a hex digit plus one; 0 for anything else. Pages of a million IDs go through this, so it is a table. */
#define LETTER(low, up, v) [low] = (v) + 1, [up] = (v) + 1
static const uint8_t hex_plus_one[256] = { ['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    LETTER('a', 'A', 10),
    LETTER('b', 'B', 11),
    LETTER('c', 'C', 12),
    LETTER('d', 'D', 13),
    LETTER('e', 'E', 14),
    LETTER('f', 'F', 15) };
#undef LETTER

enum ud_status
ud_guid_parse(struct ud_guid *out, const char *text, size_t length, struct ud_error *err)
{
    /* Where the two digits of each byte stand. */
    static const uint8_t at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };
    bool good;

    if (length == GUID_PLAIN + 2 && text[0] == '{' && text[length - 1] == '}') {
        text++;
        length -= 2;
    }
    good = length == GUID_PLAIN && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
    for (size_t i = 0; good && i < 16; i++) {
        unsigned high = hex_plus_one[(unsigned char)text[at[i]]], low = hex_plus_one[(unsigned char)text[at[i] + 1]];
        good = high != 0 && low != 0;
        out->byte[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    if (good)
        return UD_OK;
    memset(out, 0, sizeof(*out));
    return ud_error_set(err, UD_INVALID, "That is not an ID of the form 8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8");
}

void
ud_guid_format(char out[UD_GUID_TEXT], const struct ud_guid *id)
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;

    for (unsigned i = 0; i < 16; i++) {
        if (is_dash_place(at))
            out[at++] = '-';
        out[at++] = hex[id->byte[i] >> 4];
        out[at++] = hex[id->byte[i] & 15];
    }
    out[at] = '\0';
}

void
ud_guid_short(char out[9], const struct ud_guid *id)
{
    snprintf(out, 9, "%02X%02X%02X%02X", id->byte[0], id->byte[1], id->byte[2], id->byte[3]);
}

int
ud_guid_compare(const struct ud_guid *a, const struct ud_guid *b)
{
    return memcmp(a->byte, b->byte, sizeof(a->byte));
}

bool
ud_guid_is_zero(const struct ud_guid *id)
{
    static const struct ud_guid zero;

    return ud_guid_compare(id, &zero) == 0;
}

void
ud_guid_random(struct ud_guid *out)
{
    ud_random(out->byte, sizeof(out->byte));
    out->byte[6] = (uint8_t)((out->byte[6] & 0x0F) | 0x40);
    out->byte[8] = (uint8_t)((out->byte[8] & 0x3F) | 0x80);
}

/* Length of a dash of any kind at the start of `s`: the plain one, U+2010..U+2015, the minus sign. */
static size_t
dash_length(const char *s)
{
    unsigned char third;

    if (s[0] == '-')
        return 1;
    if ((unsigned char)s[0] != 0xE2 || s[1] == '\0' || s[2] == '\0')
        return 0;
    third = (unsigned char)s[2];
    if ((unsigned char)s[1] == 0x80 && third >= 0x90 && third <= 0x95)
        return 3;
    return (unsigned char)s[1] == 0x88 && third == 0x92 ? 3 : 0;
}

static size_t
filler_length(const char *s)
{
    if (*s == ' ' || *s == '{' || *s == '}')
        return 1;
    return dash_length(s);
}

/* Collects hex digits. Stops, and returns where, at the first character that has no place in a key ID; NULL at the end. */
static const char *
collect(struct ud_guid *value, unsigned *digits, const char *folded)
{
    const char *s = folded;

    memset(value, 0, sizeof(*value));
    *digits = 0;
    while (*s != '\0') {
        int v = hex_value(*s);
        size_t n = v >= 0 ? 1 : filler_length(s);
        if (n == 0)
            return s;
        if (v >= 0 && (*digits)++ < DIGITS_MAX)
            put_digit(value, *digits - 1, v);
        s += n;
    }
    return NULL;
}

static enum ud_status
wrong_character(const char *at, struct ud_error *err)
{
    char shown[16];
    int width;
    size_t n = ud_text_next(at, strlen(at), &width);

    snprintf(shown, sizeof(shown), "%.*s", n < sizeof(shown) ? (int)n : 0, at);
    ud_error_set(err, UD_INVALID, "'%s' is no character of a recovery key ID", shown);
    if (shown[0] == 'o')
        ud_error_hint(err, "There is no letter O in it: a round character is the digit 0.");
    else if (shown[0] == 'i' || shown[0] == 'l')
        ud_error_hint(err, "There is no letter %s in it: an upright stroke is the digit 1.", shown[0] == 'i' ? "I" : "L");
    else
        ud_error_hint(
            err, "It has the digits 0-9 and the letters A-F, as in 8A5D13D6, after 'Recovery key ID' on the locked screen.");
    return UD_INVALID;
}

enum ud_status
ud_keyid_prefix_parse(struct ud_keyid_prefix *out, const char *text, struct ud_error *err)
{
    char folded[KEYID_TEXT_MAX];
    unsigned digits = 0;

    memset(out, 0, sizeof(*out));
    size_t length = ud_text_fold(folded, sizeof(folded), text, strlen(text));
    const char *wrong = collect(&out->value, &digits, folded);
    out->digits = digits;
    if (wrong == NULL && digits >= DIGITS_MIN && digits <= DIGITS_MAX && length < sizeof(folded) - 4)
        return UD_OK;
    memset(out, 0, sizeof(*out));
    if (wrong != NULL)
        return wrong_character(wrong, err);
    if (digits < DIGITS_MIN) {
        ud_error_set(err, UD_INVALID,
            ud_plural("A recovery key ID needs at least 8 characters, and %u was given",
                "A recovery key ID needs at least 8 characters, and %u were given", digits),
            digits);
        ud_error_hint(err, "Ask for the first 8 characters after 'Recovery key ID' on the locked screen, as in 8A5D13D6.");
        return UD_INVALID;
    }
    ud_error_set(err, UD_INVALID, "A recovery key ID has 32 characters, and more were given");
    ud_error_hint(
        err, "The 48 digits are the recovery key itself; the ID is what stands after 'Recovery key ID', as in 8A5D13D6.");
    return UD_INVALID;
}

bool
ud_keyid_prefix_matches(const struct ud_keyid_prefix *p, const struct ud_guid *id)
{
    unsigned whole = p->digits / 2;

    if (memcmp(p->value.byte, id->byte, whole) != 0)
        return false;
    return p->digits % 2 == 0 || (p->value.byte[whole] ^ id->byte[whole]) < 0x10;
}

unsigned
ud_keyid_looks_like(const char *text)
{
    char folded[KEYID_TEXT_MAX];
    struct ud_guid value;
    unsigned digits = 0;

    ud_text_fold(folded, sizeof(folded), text, strlen(text));
    if (collect(&value, &digits, folded) != NULL || digits > DIGITS_MAX)
        return 0;
    return digits >= LOOKS_MIN ? digits : 0;
}
