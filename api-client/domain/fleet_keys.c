/* Keys of the fleet: metadata in columns, joined to rows by device or Entra id, chained per row. Never a secret. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "domain/fleet_store.h"

/* key_meta: source, kind, volume, state, joined by Entra id, retired, milliseconds of the creation time */
#define META_KIND     8
#define META_VOLUME   10
#define META_STATE    12
#define META_BY_ENTRA (1u << 14)
#define META_DEAD     (1u << 15)
#define META_MS       16

#define WALK_MAX  64u        /* keys of one device that are looked at for its mark */
#define COUNT_MAX 1024u      /* and that are counted */
#define NO_ROW    UINT32_MAX /* key_row of a retired key */

static uint32_t *
metas(const struct ud_fleet *f)
{
    return UD_COL(f, key_meta, uint32_t);
}

static uint32_t *
key_rows(const struct ud_fleet *f)
{
    return UD_COL(f, key_row, uint32_t);
}

static uint32_t *
nexts(const struct ud_fleet *f)
{
    return UD_COL(f, key_next, uint32_t);
}

static uint32_t *
heads(const struct ud_fleet *f)
{
    return UD_COL(f, head, uint32_t);
}

uint8_t
ud_keys_source(const struct ud_fleet *f, uint32_t key)
{
    return (uint8_t)metas(f)[key];
}

bool
ud_keys_alive(const struct ud_fleet *f, uint32_t key)
{
    return key < f->keys && (metas(f)[key] & META_DEAD) == 0;
}

static enum ud_key_state
state_of(uint32_t meta)
{
    return (enum ud_key_state)((meta >> META_STATE) & 3u);
}

static ud_wall
made_at(const struct ud_fleet *f, uint32_t key)
{
    uint32_t s = UD_COL(f, key_made, uint32_t)[key];

    return s == 0 ? UD_WALL_NONE : (ud_wall)(s - 1) * 1000 + (ud_wall)(metas(f)[key] >> META_MS);
}

static ud_wall
shown_at(const struct ud_fleet *f, uint32_t key)
{
    int64_t ms = UD_COL(f, key_shown, int64_t)[key];

    return ms == 0 ? UD_WALL_NONE : ms - 1;
}

/* The row a key belongs to, retired or not; UD_ROW_NONE for an orphan. */
static uint32_t
row_of(const struct ud_fleet *f, uint32_t key)
{
    uint32_t row = key_rows(f)[key];

    return row < f->rows ? row : UD_ROW_NONE;
}

void
ud_keys_get(const struct ud_fleet *f, uint32_t key, struct ud_key *out, uint32_t *row_out)
{
    uint32_t row = row_of(f, key), meta = metas(f)[key], where = key_rows(f)[key];

    *out = (struct ud_key){
        .id = UD_COL(f, key_id, struct ud_guid)[key],
        .by_entra = (meta & META_BY_ENTRA) != 0,
        .kind = (enum ud_kind)((meta >> META_KIND) & 3u),
        .volume = (enum ud_volume)((meta >> META_VOLUME) & 3u),
        .state = state_of(meta),
        .created = made_at(f, key),
        .shown = shown_at(f, key),
        .source = (uint8_t)meta,
    };
    if (row != UD_ROW_NONE)
        out->device = out->by_entra ? UD_COL(f, entra, struct ud_guid)[row] : UD_COL(f, id, struct ud_guid)[row];
    else if ((where & UD_KEY_ORPHAN) != 0 && (where & ~UD_KEY_ORPHAN) < f->orphans)
        out->device = UD_COL(f, orphan, struct ud_guid)[where & ~UD_KEY_ORPHAN];
    if (row_out != NULL)
        *row_out = row != UD_ROW_NONE && row < ud_fleet_rows(f) && ud_row_live(f, row) ? row : UD_ROW_NONE;
}

/* --- chains ------------------------------------------------------------------------------------------------------------ */

/* First key of a row and the one after it; UINT32_MAX at the end. A damaged file may hold numbers that are none. */
static uint32_t
first_key(const struct ud_fleet *f, uint32_t row)
{
    uint32_t k = heads(f)[row] - 1;

    return k < f->keys ? k : UINT32_MAX;
}

static uint32_t
next_key(const struct ud_fleet *f, uint32_t key)
{
    uint32_t k = nexts(f)[key] - 1;

    return k < f->keys ? k : UINT32_MAX;
}

static void
link_key(struct ud_fleet *f, uint32_t key, uint32_t row)
{
    key_rows(f)[key] = row;
    nexts(f)[key] = heads(f)[row];
    heads(f)[row] = key + 1;
}

static void
unlink_key(struct ud_fleet *f, uint32_t key, uint32_t row)
{
    uint32_t *at = &heads(f)[row];

    for (uint32_t steps = 0; *at != 0 && *at <= f->keys && steps <= f->keys; steps++) {
        if (*at == key + 1) {
            *at = nexts(f)[key];
            break;
        }
        at = &nexts(f)[*at - 1];
    }
    nexts(f)[key] = 0;
}

/* A key that was shown and has no newer one beside it for the same volume. */
static bool
is_exposed(const struct ud_fleet *f, uint32_t key)
{
    uint32_t meta = metas(f)[key], alike = (3u << META_KIND) | (3u << META_VOLUME), steps = 0;

    if (state_of(meta) == UD_KEY_SUPERSEDED || (state_of(meta) != UD_KEY_DISCLOSED && shown_at(f, key) == UD_WALL_NONE))
        return false;
    for (uint32_t k = first_key(f, row_of(f, key)); k != UINT32_MAX && steps < WALK_MAX; k = next_key(f, k), steps++)
        if (k != key && ((metas(f)[k] ^ meta) & alike) == 0 && state_of(metas(f)[k]) != UD_KEY_SUPERSEDED &&
            made_at(f, k) > made_at(f, key))
            return false;
    return true;
}

void
ud_keys_refresh_mark(struct ud_fleet *f, uint32_t row, enum ud_key_mark given, uint16_t given_count)
{
    uint32_t count = 0, attr = ud_row_attr(f, row);
    enum ud_key_mark mark = given;
    bool exposed = false;

    for (uint32_t k = first_key(f, row); k != UINT32_MAX && count < COUNT_MAX; k = next_key(f, k)) {
        if (count < WALK_MAX && is_exposed(f, k))
            exposed = true;
        count++;
    }
    if (exposed)
        mark = given == UD_MARK_DUE ? UD_MARK_DUE : UD_MARK_SHOWN;
    else if (count > 0)
        mark = UD_MARK_CURRENT;
    if (count == 0)
        count = given_count;
    attr &= (1u << UD_ATTR_KEYS) - 1u;
    attr = (attr & ~(7u << UD_ATTR_MARK)) | (uint32_t)mark << UD_ATTR_MARK | count << UD_ATTR_KEYS;
    ud_row_set_attr(f, row, attr);
}

/* After a change among a row's keys: what the row said of itself is kept where it still can be true. */
static void
refresh(struct ud_fleet *f, uint32_t row)
{
    enum ud_key_mark mark = (enum ud_key_mark)ud_attr_mark(ud_row_attr(f, row));

    if (first_key(f, row) == UINT32_MAX)
        mark = UD_MARK_MISSING;
    ud_keys_refresh_mark(f, row, mark, 0);
}

void
ud_keys_move(struct ud_fleet *f, uint32_t from, uint32_t to)
{
    pthread_mutex_lock(&f->key_lock);
    for (uint32_t k = first_key(f, from), steps = 0; k != UINT32_MAX && steps <= f->keys; k = next_key(f, k), steps++)
        key_rows(f)[k] = to;
    heads(f)[to] = heads(f)[from];
    heads(f)[from] = 0;
    pthread_mutex_unlock(&f->key_lock);
}

/* --- keys without a device --------------------------------------------------------------------------------------------- */

static bool
add_orphan(struct ud_fleet *f, uint32_t key, const struct ud_guid *device)
{
    uint32_t slot = f->orphans;

    if (!ud_column_grow(&f->orphan, ((size_t)slot + 1) * 16) || !ud_column_grow(&f->orphan_key, ((size_t)slot + 1) * 4))
        return false;
    ud_table_reserve(&f->by_orphan, UD_COL(f, orphan, struct ud_guid), slot, false);
    UD_COL(f, orphan, struct ud_guid)[slot] = *device;
    UD_COL(f, orphan_key, uint32_t)[slot] = key + 1;
    ud_table_add(&f->by_orphan, device, slot);
    key_rows(f)[key] = UD_KEY_ORPHAN | slot;
    nexts(f)[key] = 0;
    f->orphans++;
    f->lost++;
    return true;
}

/* `where` is a key's key_row; anything but an orphan's is left alone. */
static void
drop_orphan(struct ud_fleet *f, uint32_t where)
{
    uint32_t slot = where & ~UD_KEY_ORPHAN;

    if ((where & UD_KEY_ORPHAN) == 0 || slot >= f->orphans || UD_COL(f, orphan_key, uint32_t)[slot] == 0)
        return;
    UD_COL(f, orphan_key, uint32_t)[slot] = 0;
    if (--f->lost == 0) {
        f->orphans = 0;
        ud_table_free(&f->by_orphan);
    }
}

/* Next waiting key of a device; the walk comes from ud_table_find on by_orphan. */
static bool
next_orphan(const struct ud_fleet *f, struct ud_table_walk *w, const struct ud_guid *device, uint32_t wanted, uint32_t *slot)
{
    while (ud_table_next(w, slot)) {
        uint32_t key = *slot < f->orphans ? UD_COL(f, orphan_key, uint32_t)[*slot] - 1 : UINT32_MAX;
        if (key < f->keys && (metas(f)[key] & (META_BY_ENTRA | 0xFFu)) == wanted &&
            ud_guid_compare(&UD_COL(f, orphan, struct ud_guid)[*slot], device) == 0)
            return true;
    }
    return false;
}

static void
claim(struct ud_fleet *f, uint32_t row, const struct ud_guid *device, uint32_t wanted)
{
    uint32_t slot;

    if (ud_guid_is_zero(device))
        return;
    if (f->by_orphan.size == 0) /* loaded from a file */
        ud_table_reserve(&f->by_orphan, UD_COL(f, orphan, struct ud_guid), f->orphans, false);
    struct ud_table_walk w = ud_table_find(&f->by_orphan, device);
    while (f->lost > 0 && next_orphan(f, &w, device, wanted, &slot)) {
        link_key(f, UD_COL(f, orphan_key, uint32_t)[slot] - 1, row);
        drop_orphan(f, UD_KEY_ORPHAN | slot);
    }
}

void
ud_keys_claim_orphans(struct ud_fleet *f, uint32_t row)
{
    uint32_t source = ud_row_attr(f, row) & 0xFFu;

    pthread_mutex_lock(&f->key_lock);
    claim(f, row, &UD_COL(f, id, struct ud_guid)[row], source);
    claim(f, row, &UD_COL(f, entra, struct ud_guid)[row], source | META_BY_ENTRA);
    pthread_mutex_unlock(&f->key_lock);
}

/* --- adding ------------------------------------------------------------------------------------------------------------ */

static uint32_t
device_row(struct ud_fleet *f, const struct ud_key *k)
{
    if (ud_guid_is_zero(&k->device))
        return UD_ROW_NONE;
    if (k->by_entra)
        return ud_rows_find_entra(f, k->source, &k->device);
    ud_rows_index(f);
    return ud_rows_find(f, k->source, &k->device, false);
}

/* A key without an ID is known by its device, kind and volume. */
static bool
is_nameless(const struct ud_fleet *f, uint32_t key, const struct ud_key *k)
{
    return ud_guid_is_zero(&UD_COL(f, key_id, struct ud_guid)[key]) && ((metas(f)[key] >> META_KIND) & 3u) == (uint32_t)k->kind &&
           ((metas(f)[key] >> META_VOLUME) & 3u) == (uint32_t)k->volume && (uint8_t)metas(f)[key] == k->source;
}

static uint32_t
find_nameless(const struct ud_fleet *f, const struct ud_key *k, uint32_t row)
{
    uint32_t slot;

    if (row == UD_ROW_NONE) {
        struct ud_table_walk w = ud_table_find(&f->by_orphan, &k->device);
        while (next_orphan(f, &w, &k->device, k->source | (k->by_entra ? META_BY_ENTRA : 0), &slot))
            if (is_nameless(f, UD_COL(f, orphan_key, uint32_t)[slot] - 1, k))
                return UD_COL(f, orphan_key, uint32_t)[slot] - 1;
        return UINT32_MAX;
    }
    uint32_t key = first_key(f, row);
    for (uint32_t steps = 0; key != UINT32_MAX && !is_nameless(f, key, k); key = next_key(f, key))
        if (++steps > f->keys)
            return UINT32_MAX;
    return key;
}

/* Writes what may change; true where something did. */
static bool
write_key(struct ud_fleet *f, uint32_t key, const struct ud_key *k)
{
    bool dated = k->created >= 0 && k->created / 1000 < UINT32_MAX - 1;
    uint32_t made = dated ? (uint32_t)(k->created / 1000) + 1 : 0;
    int64_t shown = k->shown >= 0 ? k->shown + 1 : 0;
    uint32_t meta = (uint32_t)k->source | ((uint32_t)k->kind & 3u) << META_KIND | ((uint32_t)k->volume & 3u) << META_VOLUME |
                    ((uint32_t)k->state & 3u) << META_STATE | (k->by_entra ? META_BY_ENTRA : 0) |
                    (dated ? (uint32_t)(k->created % 1000) << META_MS : 0);
    bool changed = metas(f)[key] != meta || UD_COL(f, key_made, uint32_t)[key] != made;

    metas(f)[key] = meta;
    UD_COL(f, key_made, uint32_t)[key] = made;
    if (UD_COL(f, key_shown, int64_t)[key] != shown) { /* a page that is never written costs nothing */
        UD_COL(f, key_shown, int64_t)[key] = shown;
        changed = true;
    }
    return changed;
}

static bool
grow_keys(struct ud_fleet *f)
{
    size_t n = (size_t)f->keys + 1;

    return f->keys < UD_FLEET_KEYS_MAX && ud_column_grow(&f->key_id, n * 16) && ud_column_grow(&f->key_row, n * 4) &&
           ud_column_grow(&f->key_next, n * 4) && ud_column_grow(&f->key_made, n * 4) && ud_column_grow(&f->key_meta, n * 4) &&
           ud_column_grow(&f->key_shown, n * 8) && ud_column_grow(&f->key_order, n * 4);
}

static bool
append_key(struct ud_fleet *f, const struct ud_key *k, uint32_t row)
{
    uint32_t key = f->keys;

    if (!grow_keys(f))
        return false;
    UD_COL(f, key_id, struct ud_guid)[key] = k->id;
    write_key(f, key, k);
    if (row == UD_ROW_NONE && !add_orphan(f, key, &k->device))
        return false;
    if (row != UD_ROW_NONE)
        link_key(f, key, row);
    if (!ud_guid_is_zero(&k->id)) {
        const struct ud_guid *fresh = UD_COL(f, key_id, struct ud_guid) + f->fresh;
        ud_table_reserve(&f->by_fresh, fresh, key - f->fresh, true);
        ud_table_add(&f->by_fresh, &k->id, key - f->fresh);
    }
    f->keys++;
    return true;
}

/* A known key now belongs to another device, or to one that was not there before. */
static void
rejoin(struct ud_fleet *f, uint32_t key, uint32_t row)
{
    uint32_t old = row_of(f, key);

    if (old != UD_ROW_NONE)
        unlink_key(f, key, old);
    else
        drop_orphan(f, key_rows(f)[key]);
    link_key(f, key, row);
    if (old != UD_ROW_NONE && ud_row_live(f, old))
        refresh(f, old);
}

enum ud_status
ud_fleet_add_key(struct ud_fleet *f, const struct ud_key *k, struct ud_error *err)
{
    uint32_t row = device_row(f, k);
    bool changed = true, full = false;

    pthread_mutex_lock(&f->key_lock);
    uint32_t key = ud_guid_is_zero(&k->id) ? find_nameless(f, k, row) : ud_index_exact(f, &k->id, k->source);
    if (key == UINT32_MAX) {
        key = f->keys;
        full = !append_key(f, k, row);
    } else {
        changed = write_key(f, key, k);
        if (row != UD_ROW_NONE && row_of(f, key) != row) {
            rejoin(f, key, row);
            changed = true;
        }
    }
    if (!full && changed && row_of(f, key) != UD_ROW_NONE)
        refresh(f, row_of(f, key));
    if (!full && f->key_seen != NULL) {
        f->key_seen = ud_bits_room(f->key_seen, &f->key_seen_room, key);
        f->key_seen[key / 64] |= (uint64_t)1 << (key % 64);
    }
    pthread_mutex_unlock(&f->key_lock);
    if (f->keys - f->fresh >= 8192)
        ud_index_seal(f, false);
    if (full) {
        ud_error_set(err, UD_NOSPACE, "The list of recovery keys is full (%u keys).", f->keys);
        return ud_error_hint(err, "Restrict the source to fewer devices.");
    }
    return UD_OK;
}

/* Takes the retired keys out of a row's chain, in one walk however many they are. */
static void
prune(struct ud_fleet *f, uint32_t row)
{
    uint32_t *at = &heads(f)[row];

    for (uint32_t steps = 0; *at != 0 && *at <= f->keys && steps <= f->keys; steps++) {
        uint32_t key = *at - 1;
        if (ud_keys_alive(f, key)) {
            at = &nexts(f)[key];
            continue;
        }
        *at = nexts(f)[key];
        nexts(f)[key] = 0;
        key_rows(f)[key] = NO_ROW;
    }
    refresh(f, row);
}

void
ud_keys_retire_unseen(struct ud_fleet *f, uint8_t source)
{
    pthread_mutex_lock(&f->key_lock);
    f->key_seen = ud_bits_room(f->key_seen, &f->key_seen_room, f->keys);
    uint32_t before = f->dead_keys;
    for (uint32_t key = 0; key < f->keys; key++) {
        if (ud_keys_source(f, key) != source || !ud_keys_alive(f, key) || ((f->key_seen[key / 64] >> (key % 64)) & 1u))
            continue;
        metas(f)[key] |= META_DEAD;
        f->dead_keys++;
        if (row_of(f, key) == UD_ROW_NONE)
            drop_orphan(f, key_rows(f)[key]);
    }
    for (uint32_t key = 0; f->dead_keys != before && key < f->keys; key++)
        if (!ud_keys_alive(f, key) && row_of(f, key) != UD_ROW_NONE)
            prune(f, row_of(f, key));
    pthread_mutex_unlock(&f->key_lock);
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

size_t
ud_fleet_keys(const struct ud_fleet *f)
{
    return f->keys - f->dead_keys;
}

size_t
ud_fleet_keys_of(const struct ud_fleet *f, uint32_t row, struct ud_key *out, size_t max)
{
    size_t count = 0, held = 0, steps = 0;

    if (row >= ud_fleet_rows(f))
        return 0;
    for (uint32_t k = first_key(f, row); k != UINT32_MAX && steps <= f->keys; k = next_key(f, k), steps++) {
        struct ud_key one;
        ud_keys_get(f, k, &one, NULL);
        if (one.kind == UD_KIND_BITLOCKER && ud_guid_is_zero(&one.id))
            continue;
        count++;
        size_t at = held;
        while (at > 0 && out[at - 1].created < one.created)
            at--;
        if (at >= max)
            continue;
        held = held < max ? held + 1 : max;
        memmove(&out[at + 1], &out[at], (held - at - 1) * sizeof(*out));
        out[at] = one;
    }
    return count;
}
