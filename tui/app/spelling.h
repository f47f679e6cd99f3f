/* How the characters of a recovery key are said in the operator's language. */
#ifndef UD_APP_SPELLING_H
#define UD_APP_SPELLING_H

#include "term/painter.h"

/* Digits for keys of digits, digits and the spelling alphabet for the others. Text is gettext's. */
void ud_spelling_fill(struct ud_spelling *out);

#endif
