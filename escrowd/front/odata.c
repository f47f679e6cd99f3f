/* Query options. A $skiptoken is opaque to clients: a version byte and the last row, in base64url. */
#include "escrowd/front/odata.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/seal.h"
#include "escrowd/front/uri.h"

#define TOKEN_BYTES 9

static const struct {
    const char *name;
    unsigned bit;
} option_names[] = {
    { "$top", UD_ODATA_TOP },
    { "$select", UD_ODATA_SELECT },
    { "$filter", UD_ODATA_FILTER },
    { "$skiptoken", UD_ODATA_SKIP },
    { "$orderby", UD_ODATA_IGNORED },
    { "$count", UD_ODATA_COUNT },
};

static bool
bad(struct ud_call *c, const char *message)
{
    ud_call_error(c, 400, "BadRequest", message);
    return false;
}

/* Every option that starts with a dollar is one of ours; the others (tracing and the like) do not concern us. */
static bool
all_known(struct ud_call *c, unsigned known)
{
    char message[160], name[64];

    for (size_t i = 0; i < c->option_count; i++) {
        unsigned bit = 0;
        if (c->option[i].name[0] != '$')
            continue;
        for (size_t k = 0; k < sizeof(option_names) / sizeof(option_names[0]); k++) {
            if (strcmp(option_names[k].name, c->option[i].name) == 0)
                bit = option_names[k].bit;
        }
        if ((bit & known) != 0)
            continue;
        (void)ud_text_clean(name, sizeof(name), c->option[i].name, strlen(c->option[i].name));
        snprintf(message, sizeof(message), "The query option '%s' is not supported here.", name);
        return bad(c, message);
    }
    return true;
}

static bool
read_top(uint32_t *out, const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 6 || text[digits] != '\0')
        return false;
    unsigned long n = strtoul(text, NULL, 10);
    *out = n > UD_ODATA_PAGE ? UD_ODATA_PAGE : (uint32_t)n;
    return n > 0;
}

static bool
read_token(uint64_t *row, const char *text)
{
    unsigned char bytes[TOKEN_BYTES];
    size_t length = 0;

    if (ud_base64url_decode(bytes, sizeof(bytes), &length, text, strlen(text)) != UD_OK || length != sizeof(bytes) ||
        bytes[0] != 1)
        return false;
    *row = 0;
    for (size_t i = 1; i < TOKEN_BYTES; i++)
        *row = *row << 8 | bytes[i];
    return *row <= INT64_MAX;
}

bool
ud_odata_read(struct ud_odata *out, struct ud_call *c, unsigned known)
{
    const char *top = ud_call_option(c, "$top"), *token = ud_call_option(c, "$skiptoken");
    const char *count = ud_call_option(c, "$count");

    memset(out, 0, sizeof(*out));
    out->top = UD_ODATA_PAGE;
    if (!all_known(c, known))
        return false;
    out->select = ud_call_option(c, "$select");
    out->filter = ud_call_option(c, "$filter");
    if (count != NULL && strcmp(count, "true") != 0 && strcmp(count, "false") != 0)
        return bad(c, "Invalid value for $count: true or false.");
    out->count = count != NULL && strcmp(count, "true") == 0;
    if (top != NULL && !read_top(&out->top, top))
        return bad(c, "Invalid value for $top: a whole number from 1 is needed.");
    if (token != NULL && !read_token(&out->after, token))
        return bad(c, "Invalid $skiptoken: use the next link as it came.");
    return true;
}

/* --- filters --------------------------------------------------------------------------------------------------------- */

static const char *
skip_space(const char *p)
{
    return p + strspn(p, " ");
}

static const char *
read_word(char *out, size_t size, const char *p)
{
    size_t length = 0;

    while (isalnum((unsigned char)p[length]) != 0)
        length++;
    if (length == 0 || length >= size)
        return NULL;
    memcpy(out, p, length);
    out[length] = '\0';
    return p + length;
}

/* 'It''s' -> It's */
static const char *
read_literal(char *out, size_t size, const char *p)
{
    size_t n = 0;

    if (*p++ != '\'')
        return NULL;
    for (; *p != '\0'; p++) {
        if (*p == '\'' && *++p != '\'') {
            out[n] = '\0';
            return p;
        }
        if (n + 1 >= size)
            return NULL;
        out[n++] = *p;
    }
    return NULL;
}

static const char *
read_contains(char *property, size_t property_size, char *value, size_t value_size, const char *p)
{
    p = read_word(property, property_size, skip_space(p));
    if (p == NULL || *(p = skip_space(p)) != ',')
        return NULL;
    p = read_literal(value, value_size, skip_space(p + 1));
    if (p == NULL || *(p = skip_space(p)) != ')')
        return NULL;
    return p + 1;
}

bool
ud_odata_filter(char *property, size_t property_size, const char **op, char *value, size_t value_size, const char *filter)
{
    char word[16];
    const char *p = skip_space(filter);

    if (strncmp(p, "contains(", 9) == 0) {
        *op = "contains";
        p = read_contains(property, property_size, value, value_size, p + 9);
    } else {
        *op = "eq";
        p = read_word(property, property_size, p);
        if (p == NULL || (p = read_word(word, sizeof(word), skip_space(p))) == NULL || strcmp(word, "eq") != 0)
            return false;
        p = read_literal(value, value_size, skip_space(p));
    }
    return p != NULL && *skip_space(p) == '\0';
}

/* --- selections ------------------------------------------------------------------------------------------------------ */

static bool
in_list(size_t *index, const char *name, size_t length, const char *const *list, size_t count)
{
    for (*index = 0; *index < count; (*index)++) {
        if (strlen(list[*index]) == length && strncasecmp(list[*index], name, length) == 0)
            return true;
    }
    return false;
}

bool
ud_odata_select(
    uint64_t *mask, const char *select, const char *const *names, size_t count, const char *const *others, size_t other_count)
{
    size_t index;

    *mask = 0;
    for (const char *p = select;;) {
        p = skip_space(p);
        size_t length = strcspn(p, ", ");
        if (in_list(&index, p, length, names, count))
            *mask |= UINT64_C(1) << index;
        else if (!in_list(&index, p, length, others, other_count))
            return false;
        p = skip_space(p + length);
        if (*p == '\0')
            return true;
        if (*p++ != ',')
            return false;
    }
}

/* --- links ----------------------------------------------------------------------------------------------------------- */

void
ud_odata_next(struct ud_buf *out, const struct ud_call *c, uint64_t after)
{
    unsigned char bytes[TOKEN_BYTES] = { 1 };
    char token[24];

    for (size_t i = TOKEN_BYTES - 1; i > 0; i--, after >>= 8)
        bytes[i] = (unsigned char)after;
    ud_base64url_encode(token, sizeof(token), bytes, sizeof(bytes));
    ud_buf_text(out, c->origin);
    for (size_t i = 0; i < c->segment_count; i++) {
        ud_buf_byte(out, '/');
        ud_uri_encode(out, c->segment[i]);
    }
    ud_buf_byte(out, '?');
    for (size_t i = 0; i < c->option_count; i++) {
        if (strcmp(c->option[i].name, "$skiptoken") == 0 || c->option[i].name[0] != '$')
            continue;
        ud_buf_text(out, c->option[i].name);
        ud_buf_byte(out, '=');
        ud_uri_encode(out, c->option[i].value);
        ud_buf_byte(out, '&');
    }
    ud_buf_text(out, "$skiptoken=");
    ud_buf_text(out, token);
}

void
ud_odata_context(char *out, size_t size, const struct ud_call *c, const char *what)
{
    const char *const part[] = { c->origin, "/", c->segment[0], "/$metadata#", what };
    size_t used = 0;

    for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && used < size; i++) {
        if (!ud_copy(out + used, size - used, part[i]))
            break;
        used += strlen(part[i]);
    }
}
