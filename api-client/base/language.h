/* The language in which a process speaks to people. */
#ifndef UD_BASE_LANGUAGE_H
#define UD_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Sets the locale and binds the catalogues. `language` ("nl", or several as "sv:nl") wins; where it is NULL or empty the environment
 * decides. A locale that this machine lacks, or that is not UTF-8, is replaced by C.UTF-8 and only its language is kept, in
 * LANGUAGE, so that programs started later speak it too. A string without a translation stays English.
 * Catalogues are looked for beside the program (the build tree), in the tree it was installed in, then below UD_PREFIX.
 * May be called again, but before the first thread is started. */
void ud_language_use(const char *language);

/* The language in use as escrowd's notices name it: "nl", "pt-BR"; "en" where none is. */
void ud_language_tag(char *out, size_t size);

/* Whether the text can name languages: letters, digits and "_-.@:", so no path. */
bool ud_language_valid(const char *language);

#endif
