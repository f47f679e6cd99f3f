/* Words for single characters. The words here are English: digits, and the spelling alphabet of ICAO (Annex 10, volume II, 5.2.1.3). Those of
 * other languages are in the catalogues: Dutch, the telephone alphabet; Swedish, the spelling alphabet of the public services; Japanese, the
 * table for Latin letters in the radio rules (無線局運用規則 別表第五号), and the readings of digits that telephones have made common. */
#include "app/spelling.h"

#include <stdio.h>

#include "base/buf.h"
#include "grid/i18n.h"

static const char *const signs[128] = {
    [' '] = N_("space"),
    ['!'] = N_("exclamation mark"),
    ['"'] = N_("double quote"),
    ['#'] = N_("hash"),
    ['$'] = N_("dollar"),
    ['%'] = N_("percent"),
    ['&'] = N_("ampersand"),
    ['\''] = N_("apostrophe"),
    ['('] = N_("open bracket"),
    [')'] = N_("close bracket"),
    ['*'] = N_("asterisk"),
    ['+'] = N_("plus"),
    [','] = N_("comma"),
    ['-'] = N_("hyphen"),
    ['.'] = N_("full stop"),
    ['/'] = N_("slash"),
    [':'] = N_("colon"),
    [';'] = N_("semicolon"),
    ['<'] = N_("less than"),
    ['='] = N_("equals"),
    ['>'] = N_("greater than"),
    ['?'] = N_("question mark"),
    ['@'] = N_("at sign"),
    ['['] = N_("open square"),
    ['\\'] = N_("backslash"),
    [']'] = N_("close square"),
    ['^'] = N_("caret"),
    ['_'] = N_("underscore"),
    ['`'] = N_("backtick"),
    ['{'] = N_("open brace"),
    ['|'] = N_("vertical bar"),
    ['}'] = N_("close brace"),
    ['~'] = N_("tilde"),
};

void
ud_spelling_fill(struct ud_spelling *out)
{
    static const char *const digit[10] = { N_("zero"), N_("one"), N_("two"), N_("three"), N_("four"), N_("five"), N_("six"),
        N_("seven"), N_("eight"), N_("nine") };
    static const char *const letter[26] = { N_("Alpha"), N_("Bravo"), N_("Charlie"), N_("Delta"), N_("Echo"), N_("Foxtrot"),
        N_("Golf"), N_("Hotel"), N_("India"), N_("Juliett"), N_("Kilo"), N_("Lima"), N_("Mike"), N_("November"), N_("Oscar"),
        N_("Papa"), N_("Quebec"), N_("Romeo"), N_("Sierra"), N_("Tango"), N_("Uniform"), N_("Victor"), N_("Whiskey"), N_("X-ray"),
        N_("Yankee"), N_("Zulu") };

    *out = (struct ud_spelling){ { 0 } };
    for (int i = 0; i < 10; i++)
        out->word['0' + i] = _(digit[i]);
    for (int i = 0; i < 26; i++)
        out->word['A' + i] = out->word['a' + i] = _(letter[i]);
}

void
ud_spelling_fill_exact(struct ud_spelling_exact *out)
{
    struct ud_spelling plain;

    ud_spelling_fill(&plain);
    out->table = plain;
    for (int i = 0; i < 26; i++) {
        const char *word = plain.word['A' + i];
        (void)snprintf(out->capital[i], sizeof(out->capital[i]), _("capital %s"), word);
        (void)ud_copy(out->small[i], sizeof(out->small[i]), word);
        if (word[0] >= 'A' && word[0] <= 'Z') /* in scripts that have small letters */
            out->small[i][0] = (char)(word[0] + 0x20);
        out->table.word['A' + i] = out->capital[i];
        out->table.word['a' + i] = out->small[i];
    }
    for (int c = 0; c < 128; c++)
        if (signs[c] != NULL)
            out->table.word[c] = _(signs[c]);
}
