/* Key IDs in order: runs of key numbers sorted by ID, each at least as long as the next, joined as they grow (at the end of a sync
 * into one). Search by interpolation first, since IDs are evenly spread, and by halves where they are not. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "domain/fleet_store.h"

static uint32_t *
orders(const struct ud_fleet *f)
{
    return UD_COL(f, key_order, uint32_t);
}

static const struct ud_guid *
id_of(const struct ud_fleet *f, uint32_t key)
{
    return &UD_COL(f, key_id, struct ud_guid)[key < f->keys ? key : 0];
}

static uint64_t
front(const struct ud_guid *id)
{
    uint64_t v;

    memcpy(&v, id->byte, sizeof(v));
    return __builtin_bswap64(v);
}

/* --- building ---------------------------------------------------------------------------------------------------------- */

/* The first 32 bits of an ID above the key's number: sorts without looking at the columns. */
static uint64_t
sort_word(const struct ud_fleet *f, uint32_t key)
{
    return (front(id_of(f, key)) & 0xFFFFFFFF00000000u) | key;
}

static bool
is_before(const struct ud_fleet *f, uint64_t a, uint64_t b)
{
    if ((a ^ b) >> 32 != 0)
        return a < b;
    return ud_guid_compare(id_of(f, (uint32_t)a), id_of(f, (uint32_t)b)) < 0;
}

static int
compare_words(const void *a, const void *b, void *fleet)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return is_before(fleet, x, y) ? -1 : is_before(fleet, y, x);
}

static void
sort_fresh(struct ud_fleet *f)
{
    uint32_t count = 0, room = f->keys - f->fresh;

    if (room == 0)
        return;
    uint64_t *word = ud_xcalloc(room, sizeof(*word));
    for (uint32_t key = f->fresh; key < f->keys; key++)
        if (!ud_guid_is_zero(id_of(f, key)))
            word[count++] = sort_word(f, key);
    qsort_r(word, count, sizeof(*word), compare_words, f);
    for (uint32_t i = 0; i < count; i++)
        orders(f)[f->ordered + i] = (uint32_t)word[i];
    free(word);
    f->fresh = f->keys;
    ud_table_free(&f->by_fresh);
    if (count > 0) {
        f->ordered += count;
        assert(f->runs < UD_RUNS_MAX);
        f->run[f->runs++] = f->ordered;
    }
}

static uint32_t
run_start(const struct ud_fleet *f, unsigned run)
{
    return run == 0 ? 0 : f->run[run - 1];
}

/* Joins the last two runs. Only the shorter, later one is copied aside. */
static void
join_runs(struct ud_fleet *f)
{
    uint32_t from = run_start(f, f->runs - 2), middle = run_start(f, f->runs - 1), end = f->ordered;
    uint32_t count = end - middle, *order = orders(f);
    uint64_t *tail = ud_xcalloc(count, sizeof(*tail));

    for (uint32_t i = 0; i < count; i++)
        tail[i] = sort_word(f, order[middle + i]);
    uint32_t left = middle, to = end;
    uint64_t word = left > from ? sort_word(f, order[left - 1]) : 0;
    while (count > 0) {
        if (left > from && is_before(f, tail[count - 1], word)) {
            order[--to] = order[--left];
            if (left > from)
                word = sort_word(f, order[left - 1]);
        } else {
            order[--to] = (uint32_t)tail[--count];
        }
    }
    free(tail);
    f->runs--;
    f->run[f->runs - 1] = end;
}

void
ud_index_seal(struct ud_fleet *f, bool whole)
{
    pthread_mutex_lock(&f->key_lock);
    sort_fresh(f);
    while (f->runs >= 2) {
        uint32_t from = run_start(f, f->runs - 2), middle = run_start(f, f->runs - 1);
        if (!whole && middle - from > f->ordered - middle)
            break;
        join_runs(f);
    }
    pthread_mutex_unlock(&f->key_lock);
}

/* --- searching --------------------------------------------------------------------------------------------------------- */

/* First place in [low, high) of key_order whose ID is not below `id`. */
static uint32_t
lower_bound(const struct ud_fleet *f, uint32_t low, uint32_t high, const struct ud_guid *id)
{
    const uint32_t *order = orders(f);
    uint64_t target = front(id), least = 0, most = UINT64_MAX;
    unsigned guesses = 6;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (guesses > 0 && high - low > 16 && most > least) {
            guesses--;
            double share = (double)(target - least) / (double)(most - least);
            uint32_t guess = low + (uint32_t)(share * (double)(high - low));
            middle = guess < high ? guess : high - 1;
        }
        const struct ud_guid *there = id_of(f, order[middle]);
        uint64_t value = front(there);
        if (value < target || (value == target && ud_guid_compare(there, id) < 0)) {
            low = middle + 1;
            least = value <= target && value > least ? value : least;
        } else {
            high = middle;
            most = value >= target && value < most ? value : most;
        }
    }
    return low;
}

uint32_t
ud_index_exact(const struct ud_fleet *f, const struct ud_guid *id, uint8_t source)
{
    struct ud_table_walk w = ud_table_find(&f->by_fresh, id);
    uint32_t at;

    while (ud_table_next(&w, &at)) {
        uint32_t key = f->fresh + at;
        if (ud_keys_alive(f, key) && ud_keys_source(f, key) == source && ud_guid_compare(id_of(f, key), id) == 0)
            return key;
    }
    for (unsigned r = 0; r < f->runs; r++) {
        for (uint32_t i = lower_bound(f, run_start(f, r), f->run[r], id); i < f->run[r]; i++) {
            uint32_t key = orders(f)[i];
            if (ud_guid_compare(id_of(f, key), id) != 0)
                break;
            if (ud_keys_alive(f, key) && ud_keys_source(f, key) == source)
                return key;
        }
    }
    return UINT32_MAX;
}

/* The part of each run whose IDs start with a prefix. */
struct range {
    uint32_t at[UD_RUNS_MAX];
    struct ud_keyid_prefix prefix;
};

static void
range_start(const struct ud_fleet *f, struct range *g, const struct ud_keyid_prefix *p)
{
    g->prefix = *p;
    for (unsigned r = 0; r < f->runs; r++)
        g->at[r] = lower_bound(f, run_start(f, r), f->run[r], &p->value);
}

/* Next key of the range by ID; false at its end. */
static bool
range_next(const struct ud_fleet *f, struct range *g, uint32_t *key)
{
    unsigned best = UINT32_MAX;

    for (unsigned r = 0; r < f->runs; r++) {
        uint32_t k;
        while (g->at[r] < f->run[r] && !ud_keys_alive(f, k = orders(f)[g->at[r]]))
            g->at[r]++;
        if (g->at[r] >= f->run[r] || !ud_keyid_prefix_matches(&g->prefix, id_of(f, orders(f)[g->at[r]])))
            continue;
        if (best == UINT32_MAX || ud_guid_compare(id_of(f, orders(f)[g->at[r]]), id_of(f, orders(f)[g->at[best]])) < 0)
            best = r;
    }
    if (best == UINT32_MAX)
        return false;
    *key = orders(f)[g->at[best]++];
    return true;
}

size_t
ud_fleet_find_key(const struct ud_fleet *f, const struct ud_keyid_prefix *p, struct ud_key *out, uint32_t *row_out, size_t max)
{
    struct range g;
    size_t count = 0;
    uint32_t key;

    range_start(f, &g, p);
    for (; range_next(f, &g, &key); count++) {
        if (count >= max)
            continue;
        ud_keys_get(f, key, &out[count], row_out != NULL ? &row_out[count] : NULL);
    }
    return count;
}

static unsigned
digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

size_t
ud_fleet_find_key_digits(
    const struct ud_fleet *f, const char *hex, unsigned digits, struct ud_key *out, uint32_t *row_out, size_t max)
{
    struct ud_keyid_prefix p = { .digits = 0 };

    for (const char *c = hex; *c != '\0' && p.digits < digits && p.digits < 32; c++) {
        unsigned v = digit_value(*c);
        if (v > 15) /* dashes, braces and spaces between the digits */
            continue;
        p.value.byte[p.digits / 2] |= (uint8_t)(p.digits % 2 == 0 ? v << 4 : v);
        p.digits++;
    }
    return p.digits == 0 ? 0 : ud_fleet_find_key(f, &p, out, row_out, max);
}

size_t
ud_fleet_near_key(const struct ud_fleet *f, const struct ud_keyid_prefix *p, struct ud_key *out, size_t max)
{
    size_t count = 0;

    for (unsigned d = 0; d < p->digits && d < 32; d++) {
        unsigned shift = d % 2 == 0 ? 4 : 0;
        for (unsigned v = 1; v < 16; v++) {
            struct ud_keyid_prefix other = *p;
            other.value.byte[d / 2] = (uint8_t)(other.value.byte[d / 2] ^ v << shift);
            size_t room = count < max ? max - count : 0;
            count += ud_fleet_find_key(f, &other, room > 0 ? out + count : NULL, NULL, room);
        }
    }
    return count;
}
