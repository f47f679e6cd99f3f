/* Brings what lies in the database's write-ahead log into the database file, on a thread and a connection of its own, while the writer goes on. Only a
 * matter of speed: what is in the log is durable, and the writer does the same by itself where the log grows long. */
#ifndef UD_VAULT_BACKFILL_H
#define UD_VAULT_BACKFILL_H

#include "base/error.h"

#define UD_BACKFILL_PAGES 1000u  /* in the log: time to begin */
#define UD_BACKFILL_MOST  12000u /* where the writer does not wait for it any more */

struct ud_backfill;

/* Opens the connection. */
UD_CHECK enum ud_status ud_backfill_new(struct ud_backfill **out, const char *database, struct ud_error *err);
UD_CHECK enum ud_status ud_backfill_start(struct ud_backfill *b, struct ud_error *err);
/* After a commit, with what the log holds then. Never waits. */
void ud_backfill_note(struct ud_backfill *b, unsigned pages);
/* Ends the thread, after what it is doing. */
void ud_backfill_free(struct ud_backfill **b);

#endif
