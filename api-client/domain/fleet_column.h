/* A column: one array in reserved address space. It grows in place, so that nothing moves under a reader, costs no memory
 * where nothing was written, and its first part may be a private mapping of a cache file. */
#ifndef UD_DOMAIN_FLEET_COLUMN_H
#define UD_DOMAIN_FLEET_COLUMN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Readers may look this far past the end of what was written (the search loads whole blocks). */
#define UD_COLUMN_SLACK 1024
struct ud_column {
    unsigned char *base;
    size_t reserved;
    atomic_size_t committed; /* readers on other threads look, too */
};

/* Where a section of a cache file may start: at multiples of a page. */
size_t ud_column_align(void);
/* Reserves room for `max_bytes`. Aborts cleanly where the address space is exhausted. */
void ud_column_init(struct ud_column *c, size_t max_bytes);
/* Makes bytes [0, bytes) and the slack usable; new ones are zero. False where it would pass the reservation or memory ran out. */
bool ud_column_grow(struct ud_column *c, size_t bytes);
/* Maps `bytes` of a file over the start of an empty column, privately: writes do not reach the file. */
bool ud_column_map(struct ud_column *c, int fd, size_t offset, size_t bytes);
/* Makes the pages of a part of a mapped column present in one go, which costs a third of meeting them one by one. */
void ud_column_bring(const struct ud_column *c, size_t from, size_t bytes);
void ud_column_free(struct ud_column *c);

#endif
