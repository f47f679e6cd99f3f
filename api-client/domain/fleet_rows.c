/* The letters of a word that are worth looking for. */
#include "domain/fleet_rows.h"

#include <string.h>

void
ud_needle_letters(uint8_t letter[UD_LETTERS], const struct ud_needle *n)
{
    memset(letter, n->byte[0], UD_LETTERS);
    for (unsigned k = 1; k < UD_LETTERS; k++) {
        int best = -1;
        for (unsigned i = 0; i < n->length; i++)
            if (memchr(letter, n->text[i] | 0x20, k) == NULL &&
                (best < 0 || ud_scan_frequency(n->text[i]) < ud_scan_frequency(n->text[(unsigned)best])))
                best = (int)i;
        if (best >= 0)
            letter[k] = n->text[(unsigned)best] | 0x20;
    }
}
