/* Words for people. _() translates where it is shown, N_() marks a string that a table holds, and the plural form follows the
 * number. Without a message catalogue the English text is returned. */
#ifndef UD_GRID_I18N_H
#define UD_GRID_I18N_H

#include <libintl.h>

#define _(text)                     gettext(text)
#define N_(text)                    text
#define ud_plural(one, many, count) ngettext(one, many, (unsigned long)(count))

#endif
