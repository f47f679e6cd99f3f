/* Which kind of recovery key a text looks like, for devices that send one without saying what it is. The exact check comes afterwards. */
#include "domain/recovery.h"

#define BITLOCKER_LEAST 24u /* digits: half a recovery key and more is meant as one */
#define FILEVAULT_LEAST 20u
#define FILEVAULT_MOST  28u

struct census {
    size_t digits, capitals, gaps, others, longest; /* longest run between gaps */
};

static void
count(struct census *c, const unsigned char *text, size_t length)
{
    size_t run = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char ch = text[i];
        bool gap = ch == '-' || ch == ' ';
        run = gap ? 0 : run + 1;
        c->longest = run > c->longest ? run : c->longest;
        if (gap)
            c->gaps++;
        else if (ch >= '0' && ch <= '9')
            c->digits++;
        else if (ch >= 'A' && ch <= 'Z')
            c->capitals++;
        else
            c->others++;
    }
}

enum ud_kind
ud_recovery_guess(struct ud_secret *key)
{
    struct census c = { 0 };

    count(&c, ud_secret_open(key), ud_secret_length(key));
    ud_secret_close(key);
    if (c.others == 0 && c.capitals == 0 && c.digits >= BITLOCKER_LEAST)
        return UD_KIND_BITLOCKER;
    /* 24 characters in a row or in groups of four; a group too short or too long is still meant as one. */
    size_t members = c.digits + c.capitals;
    bool grouped = c.gaps >= 4 && c.gaps <= 6 && c.longest <= 6;
    if (c.others == 0 && c.capitals > 0 && members >= FILEVAULT_LEAST && members <= FILEVAULT_MOST &&
        (grouped || (c.gaps == 0 && members == 24)))
        return UD_KIND_FILEVAULT;
    return UD_KIND_LUKS;
}
