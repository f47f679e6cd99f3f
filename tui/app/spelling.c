#include "app/spelling.h"

#include "grid/i18n.h"

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
