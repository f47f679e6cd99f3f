/* A hash table from GUIDs to row or key numbers: slots of four bytes, nothing else. The caller compares, so that GUIDs are stored
 * once, in their columns. Writer's thread only. */
#ifndef UD_DOMAIN_FLEET_TABLE_H
#define UD_DOMAIN_FLEET_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/guid.h"

struct ud_table {
    uint32_t *slot; /* number + 1; 0 free */
    uint32_t size;
    uint32_t used;
    uint64_t seed; /* so that nobody can send GUIDs that collide */
};

/* Walks the numbers that may belong to a GUID. */
struct ud_table_walk {
    const struct ud_table *table;
    uint32_t at;
};

void ud_table_free(struct ud_table *t);
/* Makes room for one more. Where it has to grow, everything is entered anew: guid[0..count) under their indices. */
void ud_table_reserve(struct ud_table *t, const struct ud_guid *guid, uint32_t count, bool skip_zero);
/* Enters a number (after ud_table_reserve). */
void ud_table_add(struct ud_table *t, const struct ud_guid *id, uint32_t number);
struct ud_table_walk ud_table_find(const struct ud_table *t, const struct ud_guid *id);
/* Next candidate; false at the end. */
bool ud_table_next(struct ud_table_walk *w, uint32_t *number);
/* Puts another number in the place of the candidate that ud_table_next gave last. */
void ud_table_replace(struct ud_table *t, const struct ud_table_walk *w, uint32_t number);

#endif
