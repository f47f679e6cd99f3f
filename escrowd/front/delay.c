/* A table of failures by (account, address), by address and by account, under keyed hashes so that collisions cannot be made on purpose. */
#include "escrowd/front/delay.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/seal.h"

#define ENTRIES      2048
#define FORGET_AFTER ((ud_msec)15 * 60 * 1000)

struct entry {
    unsigned char who[UD_HASH_SIZE];
    uint32_t failures;
    ud_msec last;
};

struct ud_delays {
    unsigned char salt[16];
    struct entry entry[ENTRIES];
};

/* What a failure counts for, and how fast the delay grows. */
struct scope {
    bool account, address;
    uint32_t free; /* failures that cost nothing */
    uint32_t most; /* longest delay, seconds */
};
static const struct scope scopes[] = {
    { true, true, 3, 60 },
    { false, true, 10, 60 },
    { true, false, 20, 2 },
};
#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

struct ud_delays *
ud_delays_new(void)
{
    struct ud_delays *d = ud_xcalloc(1, sizeof(*d));

    ud_random(d->salt, sizeof(d->salt));
    for (size_t i = 0; i < ENTRIES; i++)
        d->entry[i].last = INT64_MIN; /* unused ones are the first to be taken */
    return d;
}

void
ud_delays_free(struct ud_delays **d)
{
    free(*d);
    *d = NULL;
}

static void
name(unsigned char out[UD_HASH_SIZE], const struct ud_delays *d, size_t scope, const char *account, const char *address)
{
    const unsigned char number = (unsigned char)scope;
    const struct ud_bytes part[] = {
        { d->salt, sizeof(d->salt) },
        { &number, 1 },
        { account, scopes[scope].account ? strlen(account) + 1 : 0 },
        { address, scopes[scope].address ? strlen(address) + 1 : 0 },
    };

    ud_hash(out, part, sizeof(part) / sizeof(part[0]));
}

/* The name's place: one of eight neighbours; the stalest of them is given up where none is its own. */
static size_t
place(const struct ud_delays *d, const unsigned char who[UD_HASH_SIZE], bool *found)
{
    size_t first = ((size_t)who[0] << 8 | who[1]) % (ENTRIES / 8) * 8, stalest = first;

    for (size_t i = first; i < first + 8; i++) {
        *found = memcmp(d->entry[i].who, who, UD_HASH_SIZE) == 0;
        if (*found)
            return i;
        if (d->entry[i].last < d->entry[stalest].last)
            stalest = i;
    }
    return stalest;
}

static uint32_t
wait_of(const struct scope *s, const struct entry *e, ud_msec now)
{
    if (e->failures <= s->free || now - e->last > FORGET_AFTER)
        return 0;
    uint32_t over = e->failures - s->free - 1;
    uint32_t seconds = over >= 6 ? s->most : 1u << over;
    if (seconds > s->most)
        seconds = s->most;
    ud_msec left = e->last + (ud_msec)seconds * 1000 - now;
    return left > 0 ? (uint32_t)((left + 999) / 1000) : 0;
}

uint32_t
ud_delay_wait(const struct ud_delays *d, const char *account, const char *address, ud_msec now)
{
    uint32_t longest = 0;

    for (size_t i = 0; i < SCOPES; i++) {
        unsigned char who[UD_HASH_SIZE];
        bool found;
        if (scopes[i].account && account[0] == '\0')
            continue;
        name(who, d, i, account, address);
        const struct entry *e = &d->entry[place(d, who, &found)];
        uint32_t wait = found ? wait_of(&scopes[i], e, now) : 0;
        if (wait > longest)
            longest = wait;
    }
    return longest;
}

void
ud_delay_failed(struct ud_delays *d, const char *account, const char *address, ud_msec now)
{
    for (size_t i = 0; i < SCOPES; i++) {
        unsigned char who[UD_HASH_SIZE];
        bool found;
        if (scopes[i].account && account[0] == '\0')
            continue;
        name(who, d, i, account, address);
        struct entry *e = &d->entry[place(d, who, &found)];
        if (!found || now - e->last > FORGET_AFTER) {
            memcpy(e->who, who, sizeof(e->who));
            e->failures = 0;
        }
        e->failures++;
        e->last = now;
    }
}

void
ud_delay_succeeded(struct ud_delays *d, const char *account, const char *address)
{
    unsigned char who[UD_HASH_SIZE];
    bool found;

    name(who, d, 0, account, address);
    struct entry *e = &d->entry[place(d, who, &found)];
    if (found)
        e->failures = 0;
}
