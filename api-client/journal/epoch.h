/* The signing key of the current epoch: `epoch.key` (0600), replaced every hour or 1,000 lines. Private to the journal.
 * Order of a change: `epoch.next` durable, EPOCH line signed by the old key durable, rename. After a crash the line decides
 * which key counts. */
#ifndef UD_JOURNAL_EPOCH_H
#define UD_JOURNAL_EPOCH_H

#include "base/sign.h"
#include "journal/line.h"

#define UD_EPOCH_MS    ((ud_wall)60 * 60 * 1000)
#define UD_EPOCH_LINES 1000u

struct ud_epoch {
    struct ud_secret *seed;
    unsigned char public_key[UD_SIGN_PUBLIC];
    uint64_t number;
    uint64_t first; /* sequence of its first line */
    ud_wall started;
};

void ud_epoch_free(struct ud_epoch *e);
UD_CHECK enum ud_status ud_epoch_make(struct ud_epoch *e, uint64_t number, uint64_t first, ud_wall now, struct ud_error *err);
/* Writes to NAME ("epoch.key", "epoch.next") in `dir`, durably. */
UD_CHECK enum ud_status ud_epoch_save(struct ud_epoch *e, const char *dir, const char *name, struct ud_error *err);
/* UD_NOTFOUND where there is none, UD_JOURNAL where it is damaged. */
UD_CHECK enum ud_status ud_epoch_load(struct ud_epoch *e, const char *dir, const char *name, struct ud_error *err);
/* epoch.next becomes epoch.key, durably. */
UD_CHECK enum ud_status ud_epoch_promote(const char *dir, struct ud_error *err);
bool ud_epoch_is_due(const struct ud_epoch *e, uint64_t next_sequence, ud_wall now);

#endif
