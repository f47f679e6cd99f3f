/* The database (SQLite): one connection, prepared statements only, the settings SR-137 asks for read back at every open.
 * It stores what it is given; what may be stored or read, and every secret, is the vault's business. A connection belongs to
 * one thread at a time. Statuses: UD_NOTFOUND no such row, UD_EXISTS a unique value is taken, UD_NOSPACE disk full, UD_IO. */
#ifndef UD_STORE_STORE_H
#define UD_STORE_STORE_H

#include "base/error.h"
#include "domain/guid.h"
#include "escrowd/store/record.h"

struct ud_store;

enum ud_store_mode { UD_STORE_CREATE, UD_STORE_WRITE, UD_STORE_READ };
/* CREATE: the file must not exist; it is made 0600 with the schema. A newer schema is refused. */
UD_CHECK enum ud_status ud_store_open(struct ud_store **out, const char *path, enum ud_store_mode mode, struct ud_error *err);
void ud_store_free(struct ud_store **s);

UD_CHECK enum ud_status ud_store_begin(struct ud_store *s, struct ud_error *err); /* takes the write lock */
UD_CHECK enum ud_status ud_store_commit(
    struct ud_store *s, struct ud_error *err); /* durable when it returns UD_OK; else rolled back */
void ud_store_rollback(struct ud_store *s);
/* Several reads of one state, and their locks taken once. A failure is no matter: each read then takes its own. */
void ud_store_read_begin(struct ud_store *s);
void ud_store_read_end(struct ud_store *s);
/* False once SQLite has rolled a transaction back by itself (a full disk, for one): nothing more may be added then. */
bool ud_store_in_transaction(const struct ud_store *s);
/* One part of a transaction that can fail alone. */
UD_CHECK enum ud_status ud_store_savepoint(struct ud_store *s, struct ud_error *err);
UD_CHECK enum ud_status ud_store_release(struct ud_store *s, struct ud_error *err);
void ud_store_undo(struct ud_store *s); /* back to the savepoint, and releases it */
/* True once a sync has failed: what the kernel holds is unknown then, so nothing may be acknowledged before a restart. */
bool ud_store_sync_failed(const struct ud_store *s);
/* True where another connection has written since the last call (also at the first call). */
bool ud_store_changed(struct ud_store *s);
/* The write-ahead log: pages it held after this connection's last commit. From the first call of _log_limit on, a commit brings what is in
 * the log into the file only where that is more than `pages`; before, as SQLite is set up, whenever it is 4000. */
void ud_store_log_limit(struct ud_store *s, unsigned pages);
unsigned ud_store_log_pages(const struct ud_store *s);
/* Brings in what readers allow, for a connection beside the writer's: neither waits for the other. */
UD_CHECK enum ud_status ud_store_backfill(struct ud_store *s, struct ud_error *err);
/* Whole-file check; UD_TAMPERED with SQLite's words. */
UD_CHECK enum ud_status ud_store_check(struct ud_store *s, struct ud_error *err);
/* Bulk loading into an empty database: secondary indexes are dropped and made again by _done. */
UD_CHECK enum ud_status ud_store_bulk(struct ud_store *s, struct ud_error *err);
UD_CHECK enum ud_status ud_store_bulk_done(struct ud_store *s, struct ud_error *err);
/* Tests: the most pages the file may have (a full disk). 0: no limit. */
void ud_store_limit_pages(struct ud_store *s, unsigned pages);

/* Small named values, at most 64 KiB. Put replaces. Get: *length is the value's length; UD_INVALID where it does not fit. */
UD_CHECK enum ud_status ud_store_meta_put(
    struct ud_store *s, const char *name, const void *value, size_t length, struct ud_error *err);
UD_CHECK enum ud_status ud_store_meta_get(
    struct ud_store *s, void *value, size_t size, size_t *length, const char *name, struct ud_error *err);
#define UD_NOTICE_STAFF        "staff"
#define UD_NOTICE_SELF_SERVICE "self-service"
/* Notices: for whom, in which language ("default": where no other fits). Put replaces. */
struct ud_store_notice {
    const char *audience, *language, *text, *hash;
};
UD_CHECK enum ud_status ud_store_notice_put(struct ud_store *s, const struct ud_store_notice *n, struct ud_error *err);
UD_CHECK enum ud_status ud_store_notice_drop(
    struct ud_store *s, const char *audience, const char *language, struct ud_error *err); /* UD_NOTFOUND */
typedef void (*ud_store_notice_each)(const struct ud_store_notice *n, void *arg);
UD_CHECK enum ud_status ud_store_notices(struct ud_store *s, ud_store_notice_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_ring_put(struct ud_store *s, const struct ud_store_ring *ring, struct ud_error *err);
typedef enum ud_status (*ud_store_ring_each)(const struct ud_store_ring *ring, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_rings(struct ud_store *s, ud_store_ring_each each, void *arg, struct ud_error *err);

/* The audit and its checkpoints. */
UD_CHECK enum ud_status ud_store_audit_add(struct ud_store *s, const struct ud_store_audit *a, struct ud_error *err);
UD_CHECK enum ud_status ud_store_audit_last(
    struct ud_store *s, uint64_t *seq, uint8_t hash[32], struct ud_error *err); /* 0: empty */
typedef bool (*ud_store_audit_each)(const struct ud_store_audit *a, void *arg); /* false: stop */
UD_CHECK enum ud_status ud_store_audits(
    struct ud_store *s, uint64_t after, ud_store_audit_each each, void *arg, struct ud_error *err);
/* Lines that answer somebody who asked for a key, in [from, to), newest first; behind line `after` (0: from the newest). hash is zero. */
struct ud_store_span {
    ud_wall from, to;
    uint64_t after;
};
UD_CHECK enum ud_status ud_store_audit_asked(
    struct ud_store *s, const struct ud_store_span *span, ud_store_audit_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_checkpoint_add(struct ud_store *s, const struct ud_store_checkpoint *c, struct ud_error *err);
typedef bool (*ud_store_checkpoint_each)(const struct ud_store_checkpoint *c, void *arg);
UD_CHECK enum ud_status ud_store_checkpoints(struct ud_store *s, ud_store_checkpoint_each each, void *arg, struct ud_error *err);

#endif
