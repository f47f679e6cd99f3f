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
#define REFUSED    256u /* persons at the same time */
#define REFUSALS   120u
#define MINUTE     ((ud_msec)60 * 1000)

struct note {
    uint64_t user_row, device_row, key_row;
    ud_wall at;
};
struct failure {
    char account[64], address[64];
    unsigned count;
    ud_msec last;
};

struct refused {
    uint64_t user_row;
    unsigned count;
    ud_msec since;
};

struct ud_limits {
    unsigned per_operator, per_device, total;
    struct note *note; /* oldest first */
    size_t count, room;
    struct failure failure[FAILURES];
    struct refused refused[REFUSED];
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
ud_limits_set_operator(struct ud_limits *l, unsigned per_operator)
{
    l->per_operator = per_operator;
}

/* One note a person and key: it moves to the end when the key is shown again. */
static void
drop(struct ud_limits *l, uint64_t user_row, uint64_t key_row)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->note[i].user_row != user_row || l->note[i].key_row != key_row)
            continue;
        memmove(l->note + i, l->note + i + 1, (l->count - i - 1) * sizeof(*l->note));
        l->count--;
        return;
    }
}

void
ud_limits_note(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, ud_wall at)
{
    forget(l, at);
    drop(l, user_row, key_row);
    if (l->count == l->room) {
        l->room = l->room == 0 ? 256 : 2 * l->room;
        l->note = ud_xrealloc(l->note, l->room, sizeof(*l->note));
    }
    l->note[l->count++] = (struct note){ user_row, device_row, key_row, at };
}

/* One limit: how many count against it, and when the first of them is forgotten. */
struct tally {
    unsigned most, count;
    ud_wall oldest;
};

static void
count_in(struct tally *t, const struct note *n)
{
    if (t->count++ == 0)
        t->oldest = n->at; /* notes stand oldest first */
}

uint32_t
ud_limits_wait(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, bool surge, ud_wall now)
{
    struct tally tally[3] = { { .most = surge ? 0 : l->per_operator }, { .most = l->per_device },
        { .most = surge ? 0 : l->total } };
    uint32_t wait = 0;

    forget(l, now);
    for (size_t i = 0; i < l->count; i++) {
        const struct note *n = &l->note[i];
        if (n->user_row == user_row && n->key_row == key_row)
            return 0; /* shown within the hour: the same key is no further one */
        if (n->user_row == user_row)
            count_in(&tally[0], n);
        if (n->device_row == device_row)
            count_in(&tally[1], n);
        count_in(&tally[2], n);
    }
    for (size_t i = 0; i < 3; i++) {
        uint32_t left =
            tally[i].most == 0 || tally[i].count < tally[i].most ? 0 : (uint32_t)((tally[i].oldest + HOUR - now) / 1000 + 1);
        wait = left > wait ? left : wait;
    }
    return wait;
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

static const struct refused *
refused_of(const struct ud_limits *l, uint64_t user_row, ud_msec now)
{
    for (size_t i = 0; i < REFUSED; i++) {
        const struct refused *r = &l->refused[i];
        if (r->count > 0 && r->user_row == user_row && now - r->since < MINUTE)
            return r;
    }
    return NULL;
}

bool
ud_limits_refused(struct ud_limits *l, uint64_t user_row, ud_msec now)
{
    struct refused *r = (struct refused *)refused_of(l, user_row, now);

    if (r == NULL) { /* the place of the one that began longest ago */
        r = &l->refused[0];
        for (size_t i = 1; i < REFUSED && r->count > 0; i++) {
            if (l->refused[i].count == 0 || l->refused[i].since < r->since)
                r = &l->refused[i];
        }
        *r = (struct refused){ .user_row = user_row, .since = now };
    }
    return ++r->count == REFUSALS;
}

uint32_t
ud_limits_refused_wait(const struct ud_limits *l, uint64_t user_row, ud_msec now)
{
    const struct refused *r = refused_of(l, user_row, now);

    return r == NULL || r->count < REFUSALS ? 0 : (uint32_t)((r->since + MINUTE - now + 999) / 1000);
}
