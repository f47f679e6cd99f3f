/* Last check-ins that are kept in memory and stored together, so that a device that has nothing new costs no write. */
#ifndef UD_VAULT_SEEN_H
#define UD_VAULT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define UD_SEEN_WAIT ((ud_msec)60000) /* the first of them waits at most this long */
#define UD_SEEN_MOST ((size_t)50000)  /* as many are stored at once */

struct ud_seen_entry {
    uint64_t device_row; /* 0: free */
    ud_wall at;
};

struct ud_seen {
    struct ud_seen_entry *entry; /* open addressing; a power of two */
    size_t room, count;
    ud_msec since; /* the oldest came then */
    size_t stored; /* the writer: entries looked at */
};

struct ud_seen *ud_seen_new(void);
void ud_seen_free(struct ud_seen **s);
void ud_seen_note(struct ud_seen *s, uint64_t device_row, ud_wall at, ud_msec now);
/* Milliseconds until they should be stored: 0 now, -1 there are none. */
ud_msec ud_seen_wait(const struct ud_seen *s, ud_msec now);

#endif
