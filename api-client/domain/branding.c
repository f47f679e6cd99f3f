/* Languages that stand in for each other, and the site's texts picked by them. */
#include "domain/branding.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"

bool
ud_langtag_valid(const char *language)
{
    size_t length = strlen(language);

    return length >= 2 && length < UD_LANGTAG_MAX && isalpha((unsigned char)language[0]) &&
           strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == length;
}

bool
ud_langtag_same(const char *a, const char *b)
{
    for (; *a != '\0' || *b != '\0'; a++, b++) {
        int one = *a == '_' ? '-' : tolower((unsigned char)*a), two = *b == '_' ? '-' : tolower((unsigned char)*b);
        if (one != two)
            return false;
    }
    return true;
}

bool
ud_langtag_wider(char language[UD_LANGTAG_MAX])
{
    char *last = NULL;

    if (language[0] == '\0')
        return false;
    for (char *p = language; *p != '\0'; p++)
        if (*p == '-' || *p == '_')
            last = p;
    *(last != NULL ? last : language) = '\0';
    return true;
}

static const struct ud_branding_texts *
texts_of(const struct ud_branding *b, const char *language)
{
    for (size_t i = 0; i < b->count; i++)
        if (ud_langtag_same(b->texts[i].language, language))
            return &b->texts[i];
    return NULL;
}

static void
take_missing(char *to, size_t size, const char *from)
{
    if (to[0] == '\0')
        (void)ud_copy(to, size, from);
}

void
ud_branding_pick(struct ud_branding_texts *out, const struct ud_branding *b, const char *language)
{
    char wanted[UD_LANGTAG_MAX];

    memset(out, 0, sizeof(*out));
    (void)ud_copy(wanted, sizeof(wanted), language);
    do {
        const struct ud_branding_texts *t = texts_of(b, wanted);
        if (t == NULL)
            continue;
        take_missing(out->language, sizeof(out->language), t->language);
        take_missing(out->company, sizeof(out->company), t->company);
        take_missing(out->helpdesk_text, sizeof(out->helpdesk_text), t->helpdesk_text);
        take_missing(out->helpdesk_url, sizeof(out->helpdesk_url), t->helpdesk_url);
    } while (ud_langtag_wider(wanted));
}
