/* What a site calls itself and whom its people call, in its own words and per language; and the order in which languages stand in for
 * each other: "es-es", then "es", then the default. */
#ifndef UD_DOMAIN_BRANDING_H
#define UD_DOMAIN_BRANDING_H

#include <stdbool.h>
#include <stddef.h>

#define UD_LANGTAG_MAX        16
#define UD_BRANDING_LANGUAGES 24

struct ud_branding_texts {
    char language[UD_LANGTAG_MAX]; /* "": the default */
    char company[64];              /* header of every page of self-service */
    char helpdesk_text[200];       /* one sentence: "Call the service desk, extension 4357." */
    char helpdesk_url[200];
};
struct ud_branding {
    struct ud_branding_texts texts[UD_BRANDING_LANGUAGES]; /* the first one is the default */
    size_t count;
};

/* Letters and digits with dashes between, at most UD_LANGTAG_MAX - 1 bytes: "nl", "pt-BR". */
bool ud_langtag_valid(const char *language);
/* Letter case, '-' and '_' do not count. */
bool ud_langtag_same(const char *a, const char *b);
/* "es-es" -> "es" -> "". False where it was "" already. */
bool ud_langtag_wider(char language[UD_LANGTAG_MAX]);

/* Each member by itself: that of the language, else of a wider one, else the default, else "". */
void ud_branding_pick(struct ud_branding_texts *out, const struct ud_branding *b, const char *language);

#endif
