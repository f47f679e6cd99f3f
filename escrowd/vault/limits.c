/* Limits: a ring of an hour's disclosures, and a bounded table of wrong passwords. */
#include "escrowd/vault/limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define HOUR       ((ud_wall)3600 * 1000)
#define FREE_TRIES 5u
#define DELAY_MAX  60u /* seconds */
#define FORGOTTEN  ((ud_msec)15 * 60 * 1000)
#define FAILURES   1024u

struct note {
    uint64_t user_row, device_row, key_row;
    ud_wall at;
};
struct failure {
    char account[64], address[64];
    unsigned count;
    ud_msec last;
};

struct ud_limits {
    unsigned per_operator, per_device, total;
    struct note *note; /* oldest first */
    size_t count, room;
    struct failure failure[FAILURES];
};

struct ud_limits *
ud_limits_new(unsigned per_operator, unsigned per_device, unsigned total)
{
    struct ud_limits *l = ud_xcalloc(1, sizeof(*l));

    l->per_operator = per_operator;
    l->per_device = per_device;
    l->total = total;
    return l;
}

void
ud_limits_free(struct ud_limits **l)
{
    if (l == NULL || *l == NULL)
        return;
    free((*l)->note);
    free(*l);
    *l = NULL;
}

static void
forget(struct ud_limits *l, ud_wall now)
{
    size_t old = 0;

    while (old < l->count && l->note[old].at <= now - HOUR)
        old++;
    if (old == 0)
        return;
    memmove(l->note, l->note + old, (l->count - old) * sizeof(*l->note));
    l->count -= old;
}

void
ud_limits_note(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, ud_wall at)
{
    forget(l, at);
    if (l->count == l->room) {
        l->room = l->room == 0 ? 256 : 2 * l->room;
        l->note = ud_xrealloc(l->note, l->room, sizeof(*l->note));
    }
    l->note[l->count++] = (struct note){ user_row, device_row, key_row, at };
}

/* Was this key shown to this operator after note `from`? Then `from` is not its last showing and counts only once. */
static bool
again(const struct ud_limits *l, size_t from)
{
    const struct note *n = &l->note[from];

    for (size_t i = from + 1; i < l->count; i++) {
        if (l->note[i].user_row == n->user_row && l->note[i].key_row == n->key_row)
            return true;
    }
    return false;
}

uint32_t
ud_limits_wait(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, ud_wall now)
{
    unsigned keys = 0, device = 0;
    ud_wall oldest = now;
    bool known = false;

    forget(l, now);
    for (size_t i = 0; i < l->count; i++) {
        const struct note *n = &l->note[i];
        bool mine = n->user_row == user_row;
        known = known || (mine && n->key_row == key_row);
        device += n->device_row == device_row;
        if (mine && !again(l, i))
            keys++;
        if (n->at < oldest)
            oldest = n->at;
    }
    bool over = (l->per_operator != 0 && !known && keys >= l->per_operator) || (l->per_device != 0 && device >= l->per_device) ||
                (l->total != 0 && l->count >= l->total);
    return over ? (uint32_t)((oldest + HOUR - now) / 1000 + 1) : 0;
}

static struct failure *
failure_of(const struct ud_limits *l, const char *account, const char *address)
{
    for (size_t i = 0; i < FAILURES; i++) {
        const struct failure *f = &l->failure[i];
        if (f->count > 0 && strcasecmp(f->account, account) == 0 && strcmp(f->address, address) == 0)
            return (struct failure *)f;
    }
    return NULL;
}

static uint32_t
delay(unsigned count)
{
    unsigned over = count < FREE_TRIES ? 0 : count - FREE_TRIES + 1;
    uint32_t seconds = over == 0 ? 0 : over > 6 ? DELAY_MAX : 1u << over;

    return seconds > DELAY_MAX ? DELAY_MAX : seconds;
}

uint32_t
ud_limits_sign_in_wait(const struct ud_limits *l, const char *account, const char *address, ud_msec now)
{
    const struct failure *f = failure_of(l, account, address);

    if (f == NULL || now - f->last > FORGOTTEN)
        return 0;
    ud_msec until = f->last + (ud_msec)delay(f->count) * 1000;
    return until > now ? (uint32_t)((until - now + 999) / 1000) : 0;
}

unsigned
ud_limits_sign_in_failed(struct ud_limits *l, const char *account, const char *address, ud_msec now)
{
    struct failure *f = failure_of(l, account, address);

    if (f == NULL) { /* the place used longest ago */
        f = &l->failure[0];
        for (size_t i = 1; i < FAILURES && f->count > 0; i++) {
            if (l->failure[i].count == 0 || l->failure[i].last < f->last)
                f = &l->failure[i];
        }
        memset(f, 0, sizeof(*f));
        (void)ud_copy(f->account, sizeof(f->account), account);
        (void)ud_copy(f->address, sizeof(f->address), address);
    }
    if (now - f->last > FORGOTTEN)
        f->count = 0;
    f->count++;
    f->last = now;
    return f->count;
}

void
ud_limits_sign_in_ok(struct ud_limits *l, const char *account, const char *address)
{
    struct failure *f = failure_of(l, account, address);

    if (f != NULL)
        memset(f, 0, sizeof(*f));
}
