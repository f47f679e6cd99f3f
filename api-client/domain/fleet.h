/* The fleet: every device and key ID the sources have told us of, in columns, and the search over them. Sized for a million devices.
 * Built while pages arrive; one writer; searches run on a helper thread over a published prefix of rows (a row is
 * immutable once published, but for its key columns, which are written as single aligned words). No I/O. */
#ifndef UD_DOMAIN_FLEET_H
#define UD_DOMAIN_FLEET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/device.h"

struct ud_fleet;

#define UD_FLEET_MAX 2000000u
#define UD_ROW_NONE  UINT32_MAX

struct ud_fleet *ud_fleet_new(void);
void ud_fleet_free(struct ud_fleet **f);
/* Adds a device or, where (source, id) is known, replaces it by a new row and retires the old. Text is copied. UD_NOSPACE at UD_FLEET_MAX. */
UD_CHECK enum ud_status ud_fleet_add(struct ud_fleet *f, const struct ud_device *d, struct ud_error *err);
/* Adds or updates key metadata. Keys whose device is not there yet are kept and joined when it comes. */
UD_CHECK enum ud_status ud_fleet_add_key(struct ud_fleet *f, const struct ud_key *k, struct ud_error *err);
/* Makes what was added visible to searches and look-ups (sorts the tail of the key-ID index). Cheap; call after each batch. */
void ud_fleet_publish(struct ud_fleet *f);
/* Starts a full sync of a source: rows not seen again by ud_fleet_sync_end are retired then. `keys` likewise for keys. */
void ud_fleet_sync_begin(struct ud_fleet *f, uint8_t source);
void ud_fleet_sync_end(struct ud_fleet *f, uint8_t source, bool keys_complete);

uint32_t ud_fleet_rows(const struct ud_fleet *f);  /* published rows, retired ones included */
size_t ud_fleet_devices(const struct ud_fleet *f); /* live devices */
size_t ud_fleet_keys(const struct ud_fleet *f);
/* Fills *out from a row; text stays valid until the fleet is freed. False where the row is retired or out of range. */
bool ud_fleet_device(const struct ud_fleet *f, uint32_t row, struct ud_device *out);
uint32_t ud_fleet_row_of(const struct ud_fleet *f, uint8_t source, const struct ud_guid *id); /* UD_ROW_NONE */
/* Keys of a device, newest first; at most `max` into out, returns how many there are. A BitLocker key without an ID is left out: one whose ID
 * the source does not tell in a list counts for the device's mark only. */
size_t ud_fleet_keys_of(const struct ud_fleet *f, uint32_t row, struct ud_key *out, size_t max);
/* Keys whose ID starts with the prefix, by ID; at most `max`, returns how many there are. row_out[i] may be UD_ROW_NONE. Binary search. */
size_t ud_fleet_find_key(
    const struct ud_fleet *f, const struct ud_keyid_prefix *p, struct ud_key *out, uint32_t *row_out, size_t max);
/* The same for 4 digits and up, while the ID is being typed. */
size_t ud_fleet_find_key_digits(
    const struct ud_fleet *f, const char *hex, unsigned digits, struct ud_key *out, uint32_t *row_out, size_t max);
/* Keys whose ID differs from the prefix in exactly one digit (for the sentence of a miss). */
size_t ud_fleet_near_key(const struct ud_fleet *f, const struct ud_keyid_prefix *p, struct ud_key *out, size_t max);
size_t ud_fleet_memory(const struct ud_fleet *f); /* bytes held */

/* --- search ---------------------------------------------------------------------------------------------------------- */

#define UD_QUERY_TERMS 8

/* A parsed query: words (all must match, each in any of name, serial, user, display name, model) and filters os: user: ownership:
 * key:missing|current|shown|due in:SOURCE. Several values of one filter: any of them. */
struct ud_query;

/* `source_names` are the configured sources' names, for in:. UD_INVALID for an unknown filter value, with the values that exist;
 * *out is then still a usable query that ignores it (the screen says so while the operator types). */
enum ud_status ud_query_parse(
    struct ud_query **out, const char *text, const char *const *source_names, size_t source_count, struct ud_error *err);
void ud_query_free(struct ud_query **q);
bool ud_query_is_empty(const struct ud_query *q);

/* What a search found: row numbers, the best first for the first screenful (`ranked` of them), the others in row order. */
struct ud_hits {
    uint32_t *row;
    size_t count; /* rows stored */
    size_t room;
    size_t total; /* devices that match */
    size_t ranked;
    bool fuzzy;          /* nothing matched as written; these match loosely */
    bool complete;       /* false: cancelled */
    unsigned generation; /* of the fleet that was searched; the search's own */
};
void ud_hits_free(struct ud_hits *h);

/* Runs a query. `previous` and `previous_query` (may be NULL) allow narrowing when the query only got longer. `cancel` (may be NULL) is
 * looked at often; once true the search ends with complete = false. `want` rows are ranked (a screenful). Thread-safe against
 * ud_fleet_add on another thread. */
void ud_fleet_search(const struct ud_fleet *f, const struct ud_query *q, size_t want, const struct ud_query *previous_query,
    const struct ud_hits *previous, const atomic_bool *cancel, struct ud_hits *out);

/* --- cache file (design.md 9.13) --------------------------------------------------------------------------------------- */

/* Writes the fleet (names and key IDs, never secrets) to a new file's bytes at `path` (0600), replaced whole. `source_tag` identifies the
 * configuration it came from. */
UD_CHECK enum ud_status ud_fleet_save(
    const struct ud_fleet *f, const char *path, const char *source_tag, ud_wall as_of, struct ud_error *err);
/* Maps a saved fleet. UD_NOTFOUND, or UD_MALFORMED where format or tag differ (the caller removes it and syncs afresh). The fleet can be
 * added to afterwards. */
UD_CHECK enum ud_status ud_fleet_load(
    struct ud_fleet **out, const char *path, const char *source_tag, ud_wall *as_of, struct ud_error *err);

/* Brings the next half megabyte of a mapped list's text into memory, so that the first search need not; false when all is there. For a helper
 * thread that has nothing else to do. */
bool ud_fleet_warm(const struct ud_fleet *f);

#endif
