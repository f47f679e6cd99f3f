/* Token buckets in a small table, the least recently used one makes room. A flood of invented tokens can only push out idle buckets. */
#include "escrowd/front/throttle.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define BUCKETS 512
#define PERIOD  ((ud_msec)20000)

struct bucket {
    uint8_t token[UD_TOKEN_ID];
    ud_msec seen;
    int64_t level; /* calls left, times PERIOD */
};

struct ud_throttle {
    int64_t calls;
    struct bucket bucket[BUCKETS];
};

struct ud_throttle *
ud_throttle_new(unsigned calls)
{
    struct ud_throttle *t = ud_xcalloc(1, sizeof(*t));

    t->calls = calls;
    for (size_t i = 0; i < BUCKETS; i++)
        t->bucket[i].seen = INT64_MIN; /* unused ones are the first to be taken */
    return t;
}

void
ud_throttle_free(struct ud_throttle **t)
{
    free(*t);
    *t = NULL;
}

static struct bucket *
find(struct ud_throttle *t, const uint8_t token[UD_TOKEN_ID], ud_msec now)
{
    struct bucket *oldest = &t->bucket[0];

    for (size_t i = 0; i < BUCKETS; i++) {
        if (memcmp(t->bucket[i].token, token, UD_TOKEN_ID) == 0)
            return &t->bucket[i];
        if (t->bucket[i].seen < oldest->seen)
            oldest = &t->bucket[i];
    }
    memcpy(oldest->token, token, UD_TOKEN_ID);
    oldest->seen = now;
    oldest->level = t->calls * PERIOD;
    return oldest;
}

bool
ud_throttle_take(struct ud_throttle *t, const uint8_t token[UD_TOKEN_ID], ud_msec now, uint32_t *wait)
{
    if (t == NULL || t->calls == 0)
        return true;
    struct bucket *b = find(t, token, now);
    b->level += (now - b->seen) * t->calls;
    b->seen = now;
    if (b->level > t->calls * PERIOD)
        b->level = t->calls * PERIOD;
    if (b->level >= PERIOD) {
        b->level -= PERIOD;
        return true;
    }
    int64_t missing = (PERIOD - b->level) / t->calls;
    *wait = (uint32_t)(missing / 1000 + 1);
    return false;
}
