/* How the characters of a recovery key are said in the operator's language. */
#ifndef UD_APP_SPELLING_H
#define UD_APP_SPELLING_H

#include "term/painter.h"

/* Digits for keys of digits, digits and the spelling alphabet for the others. Text is gettext's. */
void ud_spelling_fill(struct ud_spelling *out);

#define UD_SPELLING_WORD 40 /* bytes, with NUL */

/* The same where capital and small letters differ, with the signs: "capital Alpha", "alpha", "hash". `table` points into the structure. */
struct ud_spelling_exact {
    struct ud_spelling table;
    char capital[26][UD_SPELLING_WORD], small[26][UD_SPELLING_WORD];
};
void ud_spelling_fill_exact(struct ud_spelling_exact *out);

#endif
