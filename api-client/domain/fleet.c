/* The fleet's rows: adding, replacing, retiring, reading. Keys are in fleet_keys.c, the search in fleet_search.c. */
#include "domain/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "domain/fleet_store.h"

struct ud_fleet *
ud_fleet_new(void)
{
    struct ud_fleet *f = ud_xcalloc(1, sizeof(*f));

#define X(name, size, most) ud_column_init(&f->name, (size_t)(size) * (most));
    UD_ALL_COLUMNS(X)
#undef X
    ud_dict_init(&f->models);
    ud_dict_init(&f->systems);
    atomic_init(&f->published, 0);
    atomic_init(&f->generation, 1);
    pthread_mutex_init(&f->key_lock, NULL);
    f->text_used = 1; /* a NUL in front of the first row: every field has one before it */
    return f;
}

void
ud_fleet_free(struct ud_fleet **fleet)
{
    struct ud_fleet *f = *fleet;

    if (f == NULL)
        return;
#define X(name, size, most) ud_column_free(&f->name);
    UD_ALL_COLUMNS(X)
#undef X
    ud_dict_free(&f->models);
    ud_dict_free(&f->systems);
    ud_table_free(&f->by_id);
    ud_table_free(&f->by_entra);
    ud_table_free(&f->by_orphan);
    ud_table_free(&f->by_fresh);
    free(f->brought);
    free(f->row_seen);
    free(f->key_seen);
    pthread_mutex_destroy(&f->key_lock);
    free(f);
    *fleet = NULL;
}

uint64_t *
ud_bits_room(uint64_t *bits, uint32_t *room, uint32_t count)
{
    uint32_t need = count / 64 + 1;

    if (need <= *room)
        return bits;
    uint32_t grown = need + need / 2 + 16;
    bits = ud_xrealloc(bits, grown, sizeof(*bits));
    memset(bits + *room, 0, (size_t)(grown - *room) * sizeof(*bits));
    *room = grown;
    return bits;
}

/* --- finding rows ------------------------------------------------------------------------------------------------------ */

void
ud_rows_index(struct ud_fleet *f)
{
    if (f->by_id.size == 0 && f->rows > 0)
        ud_table_reserve(&f->by_id, UD_COL(f, id, struct ud_guid), f->rows, false);
}

uint32_t
ud_rows_find(const struct ud_fleet *f, uint8_t source, const struct ud_guid *id, bool retired_too)
{
    struct ud_table_walk w = ud_table_find(&f->by_id, id);
    uint32_t row, retired = UD_ROW_NONE;

    while (ud_table_next(&w, &row)) {
        if ((uint8_t)ud_row_attr(f, row) != source || ud_guid_compare(&UD_COL(f, id, struct ud_guid)[row], id) != 0)
            continue;
        if (ud_row_live(f, row))
            return row;
        if (retired == UD_ROW_NONE || row > retired)
            retired = row;
    }
    return retired_too ? retired : UD_ROW_NONE;
}

uint32_t
ud_rows_find_entra(struct ud_fleet *f, uint8_t source, const struct ud_guid *entra)
{
    uint32_t row;

    if (!f->entra_ready) {
        ud_table_reserve(&f->by_entra, UD_COL(f, entra, struct ud_guid), f->rows, true);
        f->entra_ready = true;
    }
    struct ud_table_walk w = ud_table_find(&f->by_entra, entra);
    while (ud_table_next(&w, &row))
        if (ud_row_live(f, row) && (uint8_t)ud_row_attr(f, row) == source &&
            ud_guid_compare(&UD_COL(f, entra, struct ud_guid)[row], entra) == 0)
            return row;
    return UD_ROW_NONE;
}

uint32_t
ud_fleet_row_of(const struct ud_fleet *f, uint8_t source, const struct ud_guid *id)
{
    if (f->by_id.size == 0) { /* loaded and not added to yet: look through the column, it is asked once in a while */
        for (uint32_t row = 0; row < f->rows; row++)
            if (memcmp(&UD_COL(f, id, struct ud_guid)[row], id, sizeof(*id)) == 0 && ud_row_live(f, row) &&
                (uint8_t)ud_row_attr(f, row) == source)
                return row;
        return UD_ROW_NONE;
    }
    return ud_rows_find(f, source, id, false);
}

/* --- adding ------------------------------------------------------------------------------------------------------------ */

static uint32_t
attr_of(const struct ud_device *d)
{
    return (uint32_t)d->source | ((uint32_t)d->ownership & 3u) << UD_ATTR_OWNERSHIP |
           ((uint32_t)d->encrypted & 3u) << UD_ATTR_ENCRYPTED | ((uint32_t)d->mark & 7u) << UD_ATTR_MARK |
           (uint32_t)d->keys << UD_ATTR_KEYS;
}

/* What may change in place: single words, each written whole. */
static void
write_columns(struct ud_fleet *f, uint32_t row, const struct ud_device *d, uint32_t attr)
{
    int64_t at = d->last_checkin;
    bool dated = at >= 0 && at / 1000 < UINT32_MAX - 1;

    ud_row_set_attr(f, row, attr);
    atomic_store_explicit(
        &UD_MODELS(f)[row], ud_dict_intern(&f->models, d->model != NULL ? d->model : "", ""), memory_order_relaxed);
    atomic_store_explicit(&UD_SYSTEMS(f)[row],
        ud_dict_intern(&f->systems, d->os != NULL ? d->os : "", d->os_version != NULL ? d->os_version : ""),
        memory_order_relaxed);
    UD_COL(f, seen_at, uint32_t)[row] = dated ? (uint32_t)(at / 1000) + 1 : 0;
    uint16_t ms = (uint16_t)(dated ? at % 1000 : 0);
    if (UD_COL(f, seen_ms, uint16_t)[row] != ms) /* a page that is never written costs nothing */
        UD_COL(f, seen_ms, uint16_t)[row] = ms;
    if (memcmp(&UD_COL(f, entra, struct ud_guid)[row], &d->entra_id, sizeof(d->entra_id)) != 0) {
        bool enter_it = f->entra_ready && !ud_guid_is_zero(&d->entra_id);
        if (enter_it) /* may enter every row anew, so before the new value is in the column */
            ud_table_reserve(&f->by_entra, UD_COL(f, entra, struct ud_guid), f->rows, true);
        UD_COL(f, entra, struct ud_guid)[row] = d->entra_id;
        if (enter_it)
            ud_table_add(&f->by_entra, &d->entra_id, row);
    }
}

static bool
grow_rows(struct ud_fleet *f, const struct ud_image *m)
{
    size_t n = (size_t)f->rows + 1;

#define X(name, size, most) &&ud_column_grow(&f->name, n *(size))
    bool ok = ud_column_grow(&f->text, f->text_used + m->folded_length) && ud_column_grow(&f->start, (n + 1) * 4) &&
              ud_column_grow(&f->live, n / 64 * 8 + 8) X(attr, 4, ) X(model, 2, ) X(os, 2, ) X(id, 16, ) X(entra, 16, )
                  X(seen_at, 4, ) X(seen_ms, 2, ) X(head, 4, );
#undef X
    if (ok && m->differs)
        ok = ud_column_grow(&f->plain, f->plain_used + m->plain_length) &&
             ud_column_grow(&f->plain_row, ((size_t)f->plain_rows + 1) * 4) &&
             ud_column_grow(&f->plain_at, ((size_t)f->plain_rows + 1) * 4);
    return ok;
}

/* Writes a new row; it becomes visible when it is published. */
static uint32_t
append_row(struct ud_fleet *f, const struct ud_device *d, const struct ud_image *m)
{
    uint32_t row = f->rows++;
    uint32_t attr = attr_of(d);

    memcpy(f->text.base + f->text_used, m->folded, m->folded_length);
    if (row == 0) /* later ones: written with the row before, and a search may be reading it */
        UD_STARTS(f)[0] = f->text_used;
    f->text_used += (uint32_t)m->folded_length;
    UD_STARTS(f)[row + 1] = f->text_used;
    if (m->differs) {
        memcpy(f->plain.base + f->plain_used, m->plain, m->plain_length);
        UD_COL(f, plain_row, uint32_t)[f->plain_rows] = row;
        UD_COL(f, plain_at, uint32_t)[f->plain_rows++] = f->plain_used;
        f->plain_used += (uint32_t)m->plain_length;
        attr |= UD_ATTR_PLAIN;
    }
    UD_COL(f, id, struct ud_guid)[row] = d->id;
    write_columns(f, row, d, attr);
    ud_row_set_live(f, row, true);
    f->live_rows++;
    return row;
}

static void
retire(struct ud_fleet *f, uint32_t row)
{
    if (ud_row_live(f, row)) {
        ud_row_set_live(f, row, false);
        f->live_rows--;
    }
}

/* The id now leads to `row` instead of to `old` (UD_ROW_NONE: to nothing). */
static void
enter(struct ud_fleet *f, const struct ud_guid *id, uint32_t old, uint32_t row)
{
    struct ud_table_walk w = ud_table_find(&f->by_id, id);
    uint32_t at;

    while (old != UD_ROW_NONE && ud_table_next(&w, &at)) {
        if (at == old) {
            ud_table_replace(&f->by_id, &w, row);
            return;
        }
    }
    ud_table_reserve(&f->by_id, UD_COL(f, id, struct ud_guid), row, false);
    ud_table_add(&f->by_id, id, row);
}

static void
mark_row_seen(struct ud_fleet *f, uint32_t row)
{
    if (f->row_seen == NULL)
        return;
    f->row_seen = ud_bits_room(f->row_seen, &f->row_seen_room, row);
    f->row_seen[row / 64] |= (uint64_t)1 << (row % 64);
}

enum ud_status
ud_fleet_add(struct ud_fleet *f, const struct ud_device *d, struct ud_error *err)
{
    struct ud_image m;

    ud_rows_index(f);
    uint32_t old = ud_rows_find(f, d->source, &d->id, true), row = old;
    ud_image_make(&m, d);
    if (old != UD_ROW_NONE && ud_row_live(f, old) && ud_row_same_text(f, old, &m)) {
        write_columns(f, row, d, attr_of(d) | (ud_row_attr(f, row) & UD_ATTR_PLAIN));
    } else {
        if (f->rows >= UD_FLEET_MAX || f->text_used + m.folded_length > UD_FLEET_TEXT_MAX || !grow_rows(f, &m)) {
            ud_error_set(err, UD_NOSPACE, "The list of devices is full (%u devices).", f->rows);
            return ud_error_hint(err, "Restrict the source to fewer devices, or ask for the devices you need by name.");
        }
        row = append_row(f, d, &m);
        enter(f, &d->id, old, row);
        if (old != UD_ROW_NONE) {
            retire(f, old);
            ud_keys_move(f, old, row);
        }
    }
    if (f->lost > 0)
        ud_keys_claim_orphans(f, row);
    ud_keys_refresh_mark(f, row, d->mark, d->keys);
    mark_row_seen(f, row);
    return UD_OK;
}

void
ud_fleet_publish(struct ud_fleet *f)
{
    ud_index_seal(f, false);
    atomic_fetch_add_explicit(&f->generation, 1, memory_order_relaxed);
    atomic_store_explicit(&f->published, f->rows, memory_order_release);
}

/* --- whole syncs ------------------------------------------------------------------------------------------------------- */

void
ud_fleet_sync_begin(struct ud_fleet *f, uint8_t source)
{
    f->row_seen = ud_bits_room(f->row_seen, &f->row_seen_room, f->rows);
    f->key_seen = ud_bits_room(f->key_seen, &f->key_seen_room, f->keys);
    for (uint32_t row = 0; row < f->rows; row++)
        if ((uint8_t)ud_row_attr(f, row) == source)
            f->row_seen[row / 64] &= ~((uint64_t)1 << (row % 64));
    for (uint32_t key = 0; key < f->keys; key++)
        if (ud_keys_source(f, key) == source)
            f->key_seen[key / 64] &= ~((uint64_t)1 << (key % 64));
}

void
ud_fleet_sync_end(struct ud_fleet *f, uint8_t source, bool keys_complete)
{
    if (f->row_seen != NULL) {
        f->row_seen = ud_bits_room(f->row_seen, &f->row_seen_room, f->rows);
        for (uint32_t row = 0; row < f->rows; row++)
            if ((uint8_t)ud_row_attr(f, row) == source && !((f->row_seen[row / 64] >> (row % 64)) & 1u))
                retire(f, row);
        if (keys_complete)
            ud_keys_retire_unseen(f, source);
    }
    for (uint32_t row = 0; keys_complete && row < f->rows; row++) {
        uint32_t attr = ud_row_attr(f, row);
        if ((uint8_t)attr == source && ud_attr_mark(attr) == UD_MARK_NOT_KNOWN)
            ud_row_set_attr(f, row, (attr & ~(7u << UD_ATTR_MARK)) | (uint32_t)UD_MARK_MISSING << UD_ATTR_MARK);
    }
    ud_table_free(&f->by_entra);
    f->entra_ready = false;
    ud_index_seal(f, true);
    ud_fleet_publish(f);
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

uint32_t
ud_fleet_rows(const struct ud_fleet *f)
{
    return atomic_load_explicit(&f->published, memory_order_acquire);
}

size_t
ud_fleet_devices(const struct ud_fleet *f)
{
    return f->live_rows;
}

bool
ud_fleet_device(const struct ud_fleet *f, uint32_t row, struct ud_device *out)
{
    const char *field[UD_FIELDS] = { "", "", "", "" };
    size_t length;

    if (row >= ud_fleet_rows(f) || !ud_row_live(f, row))
        return false;
    if (!ud_row_text(f, row, field, &length))
        field[0] = field[1] = field[2] = field[3] = "";
    uint32_t attr = ud_row_attr(f, row), at = UD_COL(f, seen_at, uint32_t)[row];
    *out = (struct ud_device){
        .id = UD_COL(f, id, struct ud_guid)[row],
        .entra_id = UD_COL(f, entra, struct ud_guid)[row],
        .name = field[0],
        .serial = field[1],
        .user = field[2],
        .user_name = field[3],
        .model = ud_dict_first(&f->models, atomic_load_explicit(&UD_MODELS(f)[row], memory_order_relaxed)),
        .os = ud_dict_first(&f->systems, atomic_load_explicit(&UD_SYSTEMS(f)[row], memory_order_relaxed)),
        .os_version = ud_dict_second(&f->systems, atomic_load_explicit(&UD_SYSTEMS(f)[row], memory_order_relaxed)),
        .ownership = (enum ud_ownership)((attr >> UD_ATTR_OWNERSHIP) & 3u),
        .encrypted = (enum ud_tristate)((attr >> UD_ATTR_ENCRYPTED) & 3u),
        .last_checkin = at == 0 ? UD_WALL_NONE : (ud_wall)(at - 1) * 1000 + UD_COL(f, seen_ms, uint16_t)[row],
        .source = (uint8_t)attr,
        .mark = (enum ud_key_mark)ud_attr_mark(attr),
        .keys = (uint16_t)(attr >> UD_ATTR_KEYS),
    };
    return true;
}

size_t
ud_fleet_memory(const struct ud_fleet *f)
{
    size_t sum = sizeof(*f) + ((size_t)f->row_seen_room + f->key_seen_room) * 8;

#define X(name, size, most) sum += f->name.committed;
    UD_ALL_COLUMNS(X)
#undef X
    sum += f->models.text.committed + f->models.start.committed + f->systems.text.committed + f->systems.start.committed;
    sum += ((size_t)f->models.slots + f->systems.slots) * 4;
    return sum + ((size_t)f->by_id.size + f->by_entra.size + f->by_orphan.size + f->by_fresh.size) * 4;
}
