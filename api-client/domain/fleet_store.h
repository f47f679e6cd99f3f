/* The inside of the fleet: its columns and how a row is read from them. For the fleet's own files and nobody else.
 *
 * Text of a row: name NUL serial NUL user NUL display name NUL, rows one after the other, in original case. The search ignores the case
 * of ASCII letters by itself. A row whose folded text differs from that in more than ASCII case (García is fine: its
 * capitals are ASCII; Ángel is not) holds the folded text there and its original in `plain`.
 *
 * The writer's thread may read and write everything. Other threads may read, for rows below `published`: text, start, attr, model, os,
 * live and the dictionaries. The scans load whole vectors and so may touch text that is being written behind the last published row; what
 * they see there is masked out. */
#ifndef UD_DOMAIN_FLEET_STORE_H
#define UD_DOMAIN_FLEET_STORE_H

#include <pthread.h>
#include <stdatomic.h>

#include "domain/fleet.h"
#include "domain/fleet_column.h"
#include "domain/fleet_dict.h"
#include "domain/fleet_table.h"

#define UD_FLEET_TEXT_MAX ((size_t)1 << 30)
#define UD_FLEET_KEYS_MAX (4u * UD_FLEET_MAX)
#define UD_FIELDS         4u
#define UD_RUNS_MAX       40

/* name of the column, bytes an element, most elements. The order is the order in the cache file. */
#define UD_ROW_COLUMNS(X)                                                                                                        \
    X(text, 1, UD_FLEET_TEXT_MAX)                                                                                                \
    X(start, 4, UD_FLEET_MAX + 1)     /* offset of a row's text; one more */                                                     \
    X(live, 8, UD_FLEET_MAX / 64 + 1) /* a bit a row */                                                                          \
    X(attr, 4, UD_FLEET_MAX)          /* packed, see below */                                                                    \
    X(model, 2, UD_FLEET_MAX)         /* dictionary entry */                                                                     \
    X(os, 2, UD_FLEET_MAX)            /* dictionary entry: system and version */                                                 \
    X(id, 16, UD_FLEET_MAX)                                                                                                      \
    X(entra, 16, UD_FLEET_MAX)                                                                                                   \
    X(seen_at, 4, UD_FLEET_MAX)    /* last check-in, seconds + 1; 0 never */                                                     \
    X(seen_ms, 2, UD_FLEET_MAX)    /* and its milliseconds */                                                                    \
    X(head, 4, UD_FLEET_MAX)       /* first key of the row + 1 */                                                                \
    X(plain, 1, UD_FLEET_TEXT_MAX) /* original text of some rows */                                                              \
    X(plain_row, 4, UD_FLEET_MAX)  /* which, ascending */                                                                        \
    X(plain_at, 4, UD_FLEET_MAX)
#define UD_KEY_COLUMNS(X)                                                                                                        \
    X(key_id, 16, UD_FLEET_KEYS_MAX)                                                                                             \
    X(key_row, 4, UD_FLEET_KEYS_MAX)    /* row, or UD_KEY_ORPHAN | orphan */                                                     \
    X(key_next, 4, UD_FLEET_KEYS_MAX)   /* next key of the same row + 1 */                                                       \
    X(key_made, 4, UD_FLEET_KEYS_MAX)   /* creation, seconds + 1 */                                                              \
    X(key_meta, 4, UD_FLEET_KEYS_MAX)   /* packed, see fleet_keys.c */                                                           \
    X(key_shown, 8, UD_FLEET_KEYS_MAX)  /* disclosure, milliseconds + 1 */                                                       \
    X(key_order, 4, UD_FLEET_KEYS_MAX)  /* keys by ID, in sorted runs */                                                         \
    X(orphan, 16, UD_FLEET_KEYS_MAX)    /* devices of keys without a row */                                                      \
    X(orphan_key, 4, UD_FLEET_KEYS_MAX) /* their keys + 1; 0: joined */
#define UD_ALL_COLUMNS(X) UD_ROW_COLUMNS(X) UD_KEY_COLUMNS(X)

#define UD_BROUGHT_BYTES ((size_t)512 * 1024) /* text of one flag of `brought` */

#define UD_KEY_ORPHAN 0x80000000u

struct ud_fleet {
#define X(name, size, most) struct ud_column name;
    UD_ALL_COLUMNS(X)
#undef X
    struct ud_dict models, systems;
    atomic_uint published;  /* rows that others may see */
    atomic_uint generation; /* changes with every publish */
    uint32_t rows, live_rows;
    uint32_t text_used;
    atomic_uint plain_used, plain_rows; /* read by a save on another thread */
    uint32_t keys, dead_keys, ordered;  /* keys, those retired, those in key_order */
    uint32_t orphans, lost;             /* slots of `orphan`, and how many still wait */
    uint32_t run[UD_RUNS_MAX];          /* ends of the sorted runs of key_order */
    unsigned runs;
    uint32_t fresh; /* first key that is in no run yet */
    struct ud_table by_id, by_entra, by_orphan, by_fresh;
    bool entra_ready;                      /* by_entra is kept while keys come by Entra id */
    uint64_t *row_seen, *key_seen;         /* bits, while a sync runs */
    uint32_t row_seen_room, key_seen_room; /* in words */
    /* Of a list that is mapped from a file: which parts have been brought in (fleet_column.h). NULL: not mapped. */
    atomic_flag *brought;
    uint32_t mapped_text;
    pthread_mutex_t key_lock; /* the key columns, between the writer and a save on another thread */
};

/* Typed views of the columns. */
#define UD_COL(f, name, type) ((type *)(void *)(f)->name.base)
#define UD_STARTS(f)          UD_COL(f, start, uint32_t)
#define UD_LIVE(f)            UD_COL(f, live, _Atomic uint64_t)
#define UD_ATTRS(f)           UD_COL(f, attr, _Atomic uint32_t)
#define UD_MODELS(f)          UD_COL(f, model, _Atomic uint16_t)
#define UD_SYSTEMS(f)         UD_COL(f, os, _Atomic uint16_t)

/* attr: source, ownership, encrypted, mark, "original text is in plain", number of keys */
#define UD_ATTR_OWNERSHIP 8
#define UD_ATTR_ENCRYPTED 10
#define UD_ATTR_MARK      12
#define UD_ATTR_PLAIN     (1u << 15)
#define UD_ATTR_KEYS      16

static inline uint32_t
ud_row_attr(const struct ud_fleet *f, uint32_t row)
{
    return atomic_load_explicit(&UD_ATTRS(f)[row], memory_order_relaxed);
}

static inline void
ud_row_set_attr(struct ud_fleet *f, uint32_t row, uint32_t attr)
{
    atomic_store_explicit(&UD_ATTRS(f)[row], attr, memory_order_relaxed);
}

static inline unsigned
ud_attr_mark(uint32_t attr)
{
    return (attr >> UD_ATTR_MARK) & 7u;
}

static inline bool
ud_row_live(const struct ud_fleet *f, uint32_t row)
{
    return (atomic_load_explicit(&UD_LIVE(f)[row / 64], memory_order_relaxed) >> (row % 64)) & 1u;
}

static inline void
ud_row_set_live(struct ud_fleet *f, uint32_t row, bool live)
{
    uint64_t w = atomic_load_explicit(&UD_LIVE(f)[row / 64], memory_order_relaxed), bit = (uint64_t)1 << (row % 64);

    atomic_store_explicit(&UD_LIVE(f)[row / 64], live ? w | bit : w & ~bit, memory_order_relaxed);
}

/* Text of rows [from, to) as offsets. A damaged cache file may hold anything: false where it does not lie in the text. */
static inline bool
ud_row_span(const struct ud_fleet *f, uint32_t from, uint32_t to, uint32_t *begin, uint32_t *end)
{
    *begin = UD_STARTS(f)[from];
    *end = UD_STARTS(f)[to];
    return *begin >= 1 && *begin <= *end &&
           (size_t)*end + UD_COLUMN_SLACK <= atomic_load_explicit(&f->text.committed, memory_order_relaxed);
}

/* A row's text as it will be stored (fleet_text.c). */
#define UD_IMAGE_MAX (UD_FIELDS * UD_NAME_MAX)
struct ud_image {
    char plain[UD_IMAGE_MAX];
    char folded[2 * UD_IMAGE_MAX];
    size_t plain_length, folded_length;
    bool differs; /* folding does more than ASCII case */
};
void ud_image_make(struct ud_image *m, const struct ud_device *d);
/* The row's original text: four texts, one after the other. False where the file is damaged. */
bool ud_row_text(const struct ud_fleet *f, uint32_t row, const char *field[UD_FIELDS], size_t *length);
bool ud_row_same_text(const struct ud_fleet *f, uint32_t row, const struct ud_image *m);

/* Brings in text [from, to) of a mapped list; false where nothing was left to do (fleet_file.c). */
bool ud_text_bring(const struct ud_fleet *f, size_t from, size_t to);

/* Key columns (fleet_keys.c, fleet_index.c). All on the writer's thread. */
void ud_keys_claim_orphans(struct ud_fleet *f, uint32_t row); /* a new row: joins the keys that waited for it */
void ud_keys_move(struct ud_fleet *f, uint32_t from, uint32_t to);
void ud_keys_refresh_mark(struct ud_fleet *f, uint32_t row, enum ud_key_mark given, uint16_t count);
void ud_keys_retire_unseen(struct ud_fleet *f, uint8_t source);
void ud_keys_get(const struct ud_fleet *f, uint32_t key, struct ud_key *out, uint32_t *row);
bool ud_keys_alive(const struct ud_fleet *f, uint32_t key);
uint8_t ud_keys_source(const struct ud_fleet *f, uint32_t key);
void ud_index_seal(struct ud_fleet *f, bool whole); /* sorts what is new into the index; whole: one run */
uint32_t ud_index_exact(const struct ud_fleet *f, const struct ud_guid *id, uint8_t source); /* key or UINT32_MAX */

/* Rows. */
uint32_t ud_rows_find(const struct ud_fleet *f, uint8_t source, const struct ud_guid *id, bool retired_too);
uint32_t ud_rows_find_entra(struct ud_fleet *f, uint8_t source, const struct ud_guid *entra);
void ud_rows_index(struct ud_fleet *f); /* after loading: the table of ids, made when first needed */
uint64_t *ud_bits_room(uint64_t *bits, uint32_t *room, uint32_t count);

#endif
