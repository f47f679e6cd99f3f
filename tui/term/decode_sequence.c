/* Escape sequences of keys, for the terminals people use: xterm and its kin, tmux, screen, the Linux console, rxvt, vt100. */
#include "term/decode_sequence.h"

#include <string.h>

static bool
key(struct ud_key_event *out, enum ud_key_code code)
{
    *out = (struct ud_key_event){ .code = code };
    return code != UD_KEY_NONE;
}

static bool
function_key(struct ud_key_event *out, unsigned number)
{
    *out = (struct ud_key_event){ .code = UD_KEY_F, .number = (unsigned char)number };
    return true;
}

static enum ud_key_code
arrow(unsigned char final)
{
    switch (final) {
    case 'A':
        return UD_KEY_UP;
    case 'B':
        return UD_KEY_DOWN;
    case 'C':
        return UD_KEY_RIGHT;
    case 'D':
        return UD_KEY_LEFT;
    case 'H':
        return UD_KEY_HOME;
    case 'F':
        return UD_KEY_END;
    case 'Z':
        return UD_KEY_BACKTAB;
    default:
        return UD_KEY_NONE;
    }
}

/* "ESC [ number ~" */
static bool
tilde(struct ud_key_event *out, unsigned number)
{
    static const unsigned char named[] = { 0, UD_KEY_HOME, UD_KEY_INSERT, UD_KEY_DELETE, UD_KEY_END, UD_KEY_PAGE_UP,
        UD_KEY_PAGE_DOWN, UD_KEY_HOME, UD_KEY_END };
    static const unsigned char functions[] = { 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34 };

    if (number < sizeof(named))
        return key(out, (enum ud_key_code)named[number]);
    for (unsigned i = 0; i < sizeof(functions); i++) {
        if (functions[i] == number)
            return function_key(out, i + 1);
    }
    return false;
}

unsigned
ud_sequence_number(const struct ud_sequence *s)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->length && s->bytes[i] >= '0' && s->bytes[i] <= '9' && n < 10000; i++)
        n = n * 10 + (unsigned)(s->bytes[i] - '0');
    return n;
}

/* Plain parameters, as keys have them: nothing, or digits and at most one semicolon. */
static bool
key_parameters(const struct ud_sequence *s)
{
    size_t semicolons = 0;

    for (size_t i = 0; i < s->length; i++) {
        semicolons += s->bytes[i] == ';';
        if (s->bytes[i] != ';' && (s->bytes[i] < '0' || s->bytes[i] > '9'))
            return false;
    }
    return semicolons <= 1 && !s->overlong;
}

/* Cursor position reports end in R, so a third function key with modifiers is not understood. */
bool
ud_sequence_csi(struct ud_key_event *out, const struct ud_sequence *s, unsigned char final)
{
    unsigned number = ud_sequence_number(s);

    if (!key_parameters(s))
        return false;
    if (final == '~')
        return tilde(out, number);
    if (s->length > 0 && number != 1)
        return false;
    if (final == 'P' || final == 'Q' || final == 'S')
        return s->length > 0 && function_key(out, (unsigned)(final - 'P') + 1);
    return key(out, arrow(final));
}

bool
ud_sequence_ss3(struct ud_key_event *out, unsigned char final)
{
    static const char keypad[] = "*+,-./0123456789"; /* j to y */

    if (final >= 'P' && final <= 'S')
        return function_key(out, (unsigned)(final - 'P') + 1);
    if (final == 'M')
        return key(out, UD_KEY_ENTER);
    if (final >= 'j' && final <= 'y') {
        *out = (struct ud_key_event){ .code = UD_KEY_TEXT, .text = { keypad[final - 'j'] } };
        return true;
    }
    return final != 'Z' && key(out, arrow(final));
}

bool
ud_sequence_linux(struct ud_key_event *out, unsigned char final)
{
    return final >= 'A' && final <= 'E' && function_key(out, (unsigned)(final - 'A') + 1);
}

char
ud_decode_plain(const unsigned char *p)
{
    if (p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x81 && p[2] <= 0xBF)
        return (char)(p[2] - 0x81 + '!');
    if (p[0] == 0xEF && p[1] == 0xBD && p[2] >= 0x80 && p[2] <= 0x9E)
        return (char)(p[2] - 0x80 + '`');
    if (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
        return ' ';
    return 0;
}

size_t
ud_decode_narrow(char *text, size_t length)
{
    size_t to = 0;

    for (size_t i = 0; i < length;) {
        char plain = i + 2 < length ? ud_decode_plain((const unsigned char *)text + i) : 0;

        text[to++] = plain ? plain : text[i];
        i += plain ? 3 : 1;
    }
    text[to] = '\0';
    return to;
}
