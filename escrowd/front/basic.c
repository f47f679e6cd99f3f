/* Base64 in place: what is written never overtakes what is read. */
#include "escrowd/front/basic.h"

#include <string.h>

static int
value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The decoded length; SIZE_MAX where it is no base64. */
static size_t
decode(char *text, size_t length)
{
    size_t out = 0, padding = 0;
    unsigned bits = 0, have = 0;

    while (length > 0 && padding < 2 && text[length - 1] == '=') {
        length--;
        padding++;
    }
    if ((length + padding) % 4 != 0)
        return SIZE_MAX;
    for (size_t i = 0; i < length; i++) {
        int v = value_of(text[i]);
        if (v < 0)
            return SIZE_MAX;
        bits = bits << 6 | (unsigned)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[out++] = (char)(bits >> have & 0xFF);
        }
    }
    return (bits & ((1u << have) - 1)) == 0 ? out : SIZE_MAX;
}

bool
ud_basic_parse(struct ud_token *out, char *text, size_t length)
{
    size_t whole = decode(text, length);
    char *colon = whole == SIZE_MAX ? NULL : memchr(text, ':', whole);

    memset(out, 0, sizeof(*out));
    if (colon == NULL || colon == text || (size_t)(colon - text) >= UD_AGENT_NAME)
        return false;
    size_t name = (size_t)(colon - text);
    ud_token_agent(out, text, name, colon + 1, whole - name - 1);
    return true;
}
