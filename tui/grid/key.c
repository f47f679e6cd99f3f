/* Names of keys, both ways. */
#include "grid/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const names[UD_KEY_COUNT] = {
#define X(id, text) [UD_KEY_##id] = text,
    UD_KEY_LIST(X)
#undef X
};

void
ud_key_name(char out[16], const struct ud_key_event *key)
{
    switch (key->code) {
    case UD_KEY_TEXT:
        snprintf(out, 16, "%s", strcmp(key->text, " ") == 0 ? "Space" : key->text);
        break;
    case UD_KEY_CTRL:
        snprintf(out, 16, "C-%c", key->number);
        break;
    case UD_KEY_F:
        snprintf(out, 16, "F%u", key->number);
        break;
    case UD_KEY_PASTE:
        snprintf(out, 16, "paste");
        break;
    default:
        snprintf(out, 16, "%s", (unsigned)key->code < UD_KEY_COUNT && names[key->code] ? names[key->code] : "");
        break;
    }
}

static bool
parse_function_key(struct ud_key_event *out, const char *name)
{
    char *end = NULL;
    long number;

    if ((name[0] != 'F' && name[0] != 'f') || name[1] < '1' || name[1] > '9')
        return false;
    number = strtol(name + 1, &end, 10);
    if (*end || number > 20)
        return false;
    *out = (struct ud_key_event){ .code = UD_KEY_F, .number = (unsigned char)number };
    return true;
}

static bool
parse_control(struct ud_key_event *out, const char *name)
{
    unsigned char c;

    if ((name[0] != 'C' && name[0] != 'c') || name[1] != '-' || !name[2] || name[3])
        return false;
    c = (unsigned char)name[2];
    if (c >= 'A' && c <= 'Z')
        c = (unsigned char)(c - 'A' + 'a');
    if (!(c >= 'a' && c <= 'z') && !strchr("@[\\]^_", c))
        return false;
    *out = (struct ud_key_event){ .code = UD_KEY_CTRL, .number = c };
    return true;
}

/* Exactly one code point that prints. */
static bool
parse_character(struct ud_key_event *out, const char *name)
{
    unsigned char first = (unsigned char)name[0];
    size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;

    if (first <= ' ' || first == 0x7F || (first >= 0x80 && first < 0xC2) || strlen(name) != length)
        return false;
    *out = (struct ud_key_event){ .code = UD_KEY_TEXT };
    memcpy(out->text, name, length);
    return true;
}

bool
ud_key_parse(struct ud_key_event *out, const char *name)
{
    if (strcasecmp(name, "Space") == 0) {
        *out = (struct ud_key_event){ .code = UD_KEY_TEXT, .text = " " };
        return true;
    }
    for (unsigned i = 0; i < UD_KEY_COUNT; i++) {
        if (names[i] && strcasecmp(names[i], name) == 0) {
            *out = (struct ud_key_event){ .code = (enum ud_key_code)i };
            return true;
        }
    }
    return parse_function_key(out, name) || parse_control(out, name) || parse_character(out, name);
}

bool
ud_key_same(const struct ud_key_event *a, const struct ud_key_event *b)
{
    if (a->code != b->code || a->code == UD_KEY_PASTE || a->code == UD_KEY_NONE)
        return false;
    if (a->code == UD_KEY_TEXT)
        return strcasecmp(a->text, b->text) == 0;
    return a->number == b->number;
}

bool
ud_key_printable(const struct ud_key_event *key)
{
    return key->code == UD_KEY_TEXT;
}
