/* GUIDs to numbers: open addressing, linear probing, at most 4/5 full. */
#include "domain/fleet_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SIZE_MIN 256u

static uint32_t
home(const struct ud_table *t, const struct ud_guid *id)
{
    uint64_t a, b;

    memcpy(&a, id->byte, sizeof(a));
    memcpy(&b, id->byte + 8, sizeof(b));
    a = (a ^ t->seed) * 0x9E3779B97F4A7C15u;
    b = (b ^ (a >> 29) ^ a) * 0xBF58476D1CE4E5B9u;
    b ^= b >> 32;
    return (uint32_t)(((b & 0xFFFFFFFFu) * t->size) >> 32);
}

void
ud_table_free(struct ud_table *t)
{
    free(t->slot);
    *t = (struct ud_table){ 0 };
}

void
ud_table_add(struct ud_table *t, const struct ud_guid *id, uint32_t number)
{
    uint32_t i = home(t, id);

    while (t->slot[i] != 0)
        i = i + 1 == t->size ? 0 : i + 1;
    t->slot[i] = number + 1;
    t->used++;
}

void
ud_table_reserve(struct ud_table *t, const struct ud_guid *guid, uint32_t count, bool skip_zero)
{
    if (t->size > 0 && t->used + 1 <= t->size / 5 * 4)
        return;
    if (t->size == 0) {
        struct ud_guid random;
        ud_guid_random(&random);
        memcpy(&t->seed, random.byte, sizeof(t->seed));
    }
    uint64_t want = (uint64_t)(count > t->used ? count : t->used) * 17 / 10;
    free(t->slot); /* before the new one: the peak counts */
    t->size = want < SIZE_MIN ? SIZE_MIN : (uint32_t)want;
    t->slot = ud_xcalloc(t->size, sizeof(*t->slot));
    t->used = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!skip_zero || !ud_guid_is_zero(&guid[i]))
            ud_table_add(t, &guid[i], i);
}

struct ud_table_walk
ud_table_find(const struct ud_table *t, const struct ud_guid *id)
{
    return (struct ud_table_walk){ .table = t, .at = t->size > 0 ? home(t, id) : 0 };
}

bool
ud_table_next(struct ud_table_walk *w, uint32_t *number)
{
    const struct ud_table *t = w->table;

    if (t->size == 0 || t->slot[w->at] == 0)
        return false;
    *number = t->slot[w->at] - 1;
    w->at = w->at + 1 == t->size ? 0 : w->at + 1;
    return true;
}

void
ud_table_replace(struct ud_table *t, const struct ud_table_walk *w, uint32_t number)
{
    t->slot[w->at == 0 ? t->size - 1 : w->at - 1] = number + 1;
}
