/* Dictionaries of shared texts. */
#include "domain/fleet_dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "domain/device.h"

#define PAIR_MAX   (2 * UD_NAME_MAX)
#define FOLDED_MAX (2 * PAIR_MAX)

static uint32_t *
starts(const struct ud_dict *d)
{
    return (uint32_t *)(void *)d->start.base;
}

static uint32_t
hash_pair(const char *first, const char *second)
{
    uint64_t h = 0x9E3779B97F4A7C15u;

    for (; *first != '\0'; first++)
        h = (h ^ (unsigned char)*first) * 0x100000001B3u;
    h = (h ^ 0xFFu) * 0x100000001B3u;
    for (; *second != '\0'; second++)
        h = (h ^ (unsigned char)*second) * 0x100000001B3u;
    return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

/* The file may be damaged: an entry that does not lie inside the text reads as empty. */
static const char *
part(const struct ud_dict *d, uint32_t entry, unsigned index)
{
    uint32_t count = atomic_load_explicit(&d->count, memory_order_acquire);
    uint32_t used = atomic_load_explicit(&d->used, memory_order_relaxed);
    if (entry >= count || starts(d)[entry] >= used)
        return "";
    const char *p = (const char *)d->text.base + starts(d)[entry];
    const char *end = (const char *)d->text.base + used;
    for (; index > 0; index--) {
        p = memchr(p, '\0', (size_t)(end - p));
        if (p == NULL || ++p >= end)
            return "";
    }
    return memchr(p, '\0', (size_t)(end - p)) != NULL ? p : "";
}

const char *
ud_dict_first(const struct ud_dict *d, uint32_t entry)
{
    return part(d, entry, 0);
}

const char *
ud_dict_second(const struct ud_dict *d, uint32_t entry)
{
    return part(d, entry, 1);
}

const char *
ud_dict_folded(const struct ud_dict *d, uint32_t entry)
{
    return part(d, entry, 2);
}

void
ud_dict_init(struct ud_dict *d)
{
    ud_column_init(&d->text, UD_DICT_TEXT_MAX);
    ud_column_init(&d->start, (size_t)UD_DICT_MAX * sizeof(uint32_t));
    atomic_init(&d->count, 0);
    atomic_init(&d->used, 0);
    d->slot = NULL;
    d->slots = 0;
}

void
ud_dict_free(struct ud_dict *d)
{
    ud_column_free(&d->text);
    ud_column_free(&d->start);
    free(d->slot);
    d->slot = NULL;
}

static void
rehash(struct ud_dict *d)
{
    uint32_t count = atomic_load_explicit(&d->count, memory_order_relaxed);

    free(d->slot);
    d->slots = 64;
    while (d->slots < count * 4)
        d->slots *= 2;
    d->slot = ud_xcalloc(d->slots, sizeof(*d->slot));
    for (uint32_t e = 0; e < count; e++) {
        uint32_t i = hash_pair(ud_dict_first(d, e), ud_dict_second(d, e)) & (d->slots - 1);
        while (d->slot[i] != 0)
            i = (i + 1) & (d->slots - 1);
        d->slot[i] = e + 1;
    }
}

/* Appends an entry; false where the dictionary is full. */
static bool
append(struct ud_dict *d, const char *first, const char *second)
{
    uint32_t count = atomic_load_explicit(&d->count, memory_order_relaxed);
    char pair[PAIR_MAX + 2], folded[FOLDED_MAX];
    size_t a = strnlen(first, UD_NAME_MAX - 1), b = strnlen(second, UD_NAME_MAX - 1);

    memcpy(pair, first, a);
    pair[a] = ' ';
    memcpy(pair + a + 1, second, b);
    size_t f = ud_text_fold(folded, sizeof(folded), pair, b > 0 ? a + 1 + b : a);
    uint32_t used = atomic_load_explicit(&d->used, memory_order_relaxed);
    if (count >= UD_DICT_MAX || !ud_column_grow(&d->text, (size_t)used + a + b + f + 3) ||
        !ud_column_grow(&d->start, (size_t)(count + 1) * sizeof(uint32_t)))
        return false;
    char *p = (char *)d->text.base + used;
    memcpy(p, first, a);
    memcpy(p + a + 1, second, b);
    memcpy(p + a + b + 2, folded, f);
    p[a] = p[a + 1 + b] = p[a + b + f + 2] = '\0';
    starts(d)[count] = used;
    atomic_store_explicit(&d->used, used + (uint32_t)(a + b + f + 3), memory_order_relaxed);
    atomic_store_explicit(&d->count, count + 1, memory_order_release);
    return true;
}

uint16_t
ud_dict_intern(struct ud_dict *d, const char *first, const char *second)
{
    if (atomic_load_explicit(&d->count, memory_order_relaxed) == 0 && !append(d, "", ""))
        return 0;
    uint32_t count = atomic_load_explicit(&d->count, memory_order_relaxed);
    if (d->slots < count * 2)
        rehash(d);
    uint32_t i = hash_pair(first, second) & (d->slots - 1);
    for (; d->slot[i] != 0; i = (i + 1) & (d->slots - 1)) {
        uint32_t e = d->slot[i] - 1;
        if (strcmp(ud_dict_first(d, e), first) == 0 && strcmp(ud_dict_second(d, e), second) == 0)
            return (uint16_t)e;
    }
    if (!append(d, first, second))
        return 0;
    d->slot[i] = count + 1;
    return (uint16_t)count;
}
