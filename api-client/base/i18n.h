/* Words for people. _() translates where a sentence is made, N_() marks a string that a table holds, and the plural form follows the
 * number. A process that has not chosen a language (base/language.h), as escrowd, speaks English. */
#ifndef UD_BASE_I18N_H
#define UD_BASE_I18N_H

#include <libintl.h>

#define _(text)                     gettext(text)
#define N_(text)                    text
#define ud_plural(one, many, count) ngettext(one, many, (unsigned long)(count))

/* The same for text that is not a literal: marked with N_() elsewhere, or from a policy. Unknown text comes back as it is; so does
 * an empty one, which gettext would answer with the catalogue's header. */
static inline const char *ud_translate(const char *text) __attribute__((format_arg(1)));
static inline const char *
ud_translate(const char *text)
{
    return text != NULL && text[0] != '\0' ? gettext(text) : text;
}

#endif
