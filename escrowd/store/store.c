/* Opening, transactions, and the small tables: meta, notices, wrapped keys, audit, checkpoints. */
#include "escrowd/store/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "escrowd/store/connection.h"

#define BUSY_WAIT 30000 /* ms; an import of another process may take that long */

/* The file is made by us so that its mode is right from the first byte. */
static enum ud_status
prepare_file(const char *path, enum ud_store_mode mode, struct ud_error *err)
{
    struct stat sb;

    if (mode == UD_STORE_CREATE) {
        int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return ud_error_errno(err, path);
        close(fd);
        return UD_OK;
    }
    if (lstat(path, &sb) != 0)
        return ud_error_errno(err, path);
    if (!S_ISREG(sb.st_mode) || sb.st_uid != geteuid() || (sb.st_mode & 077) != 0) {
        ud_error_set(err, UD_CONFIG, "%s must be a plain file, yours, with mode 0600", path);
        ud_error_hint(err, "chmod 600 %s", path);
        return UD_CONFIG;
    }
    return UD_OK;
}

enum ud_status
ud_store_open(struct ud_store **out, const char *path, enum ud_store_mode mode, struct ud_error *err)
{
    int flags =
        (mode == UD_STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    enum ud_status st = prepare_file(path, mode, err);

    *out = NULL;
    if (st != UD_OK)
        return st;
    struct ud_store *s = ud_xcalloc(1, sizeof(*s));
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* before its first use: it would count every allocation under a lock */
    int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(s->db, BUSY_WAIT);
    if (rc != SQLITE_OK)
        st = ud_sql_error(s, rc, err);
    if (st == UD_OK)
        st = ud_store_settings(s, mode, err);
    if (st == UD_OK)
        st = ud_store_schema(s, mode, err);
    if (st == UD_OK) {
        *out = s;
        return UD_OK;
    }
    ud_store_free(&s);
    return st;
}

void
ud_store_free(struct ud_store **s)
{
    if (s == NULL || *s == NULL)
        return;
    for (size_t i = 0; i < UD_SQL_COUNT; i++)
        sqlite3_finalize((*s)->statement[i]);
    sqlite3_close((*s)->db);
    free(*s);
    *s = NULL;
}

bool
ud_store_sync_failed(const struct ud_store *s)
{
    return s->sync_failed;
}

enum ud_status
ud_store_backfill(struct ud_store *s, struct ud_error *err)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

    return rc == SQLITE_OK ? UD_OK : ud_sql_error(s, rc, err);
}

/* The commit is done and durable, whatever becomes of this. */
static int
after_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct ud_store *s = arg;

    s->log_pages = (unsigned)pages;
    if (s->log_pages > s->log_limit)
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void
ud_store_log_limit(struct ud_store *s, unsigned pages)
{
    s->log_limit = pages;
    (void)sqlite3_wal_hook(s->db, after_commit, s);
}

unsigned
ud_store_log_pages(const struct ud_store *s)
{
    return s->log_pages;
}

void
ud_store_limit_pages(struct ud_store *s, unsigned pages)
{
    char *sql = sqlite3_mprintf("PRAGMA max_page_count = %u", pages == 0 ? 4294967294u : pages);
    sqlite3_stmt *st = NULL;

    if (sql != NULL && sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK)
        (void)sqlite3_step(st);
    sqlite3_finalize(st);
    sqlite3_free(sql);
}

bool
ud_store_changed(struct ud_store *s)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_VERSION, NULL, "");
    int64_t now = -1; /* cannot tell: say changed */

    if (ud_sql_row(s, q, NULL) == UD_OK) {
        now = sqlite3_column_int64(q, 0);
        sqlite3_reset(q);
    }
    bool changed = now == -1 || now != s->seen;
    s->seen = now;
    return changed;
}

enum ud_status
ud_store_begin(struct ud_store *s, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_BEGIN, err, ""), err);
}

void
ud_store_rollback(struct ud_store *s)
{
    /* SQLite rolls back by itself after some errors; then there is nothing left to do. */
    if (!sqlite3_get_autocommit(s->db) && ud_sql_run(s, ud_sql(s, UD_SQL_ROLLBACK, NULL, ""), NULL) != UD_OK)
        s->sync_failed = true;
}

void
ud_store_read_begin(struct ud_store *s)
{
    if (ud_sql_run(s, ud_sql(s, UD_SQL_READ, NULL, ""), NULL) != UD_OK)
        ud_store_rollback(s);
}

void
ud_store_read_end(struct ud_store *s)
{
    if (ud_store_in_transaction(s) && ud_sql_run(s, ud_sql(s, UD_SQL_COMMIT, NULL, ""), NULL) != UD_OK)
        ud_store_rollback(s);
}

bool
ud_store_in_transaction(const struct ud_store *s)
{
    return sqlite3_get_autocommit(s->db) == 0;
}

enum ud_status
ud_store_commit(struct ud_store *s, struct ud_error *err)
{
    enum ud_status st = ud_sql_run(s, ud_sql(s, UD_SQL_COMMIT, err, ""), err);

    if (st != UD_OK)
        ud_store_rollback(s);
    return st;
}

enum ud_status
ud_store_savepoint(struct ud_store *s, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_SAVEPOINT, err, ""), err);
}

enum ud_status
ud_store_release(struct ud_store *s, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_RELEASE, err, ""), err);
}

void
ud_store_undo(struct ud_store *s)
{
    if (sqlite3_get_autocommit(s->db))
        return; /* the whole transaction is gone already */
    if (ud_sql_run(s, ud_sql(s, UD_SQL_UNDO, NULL, ""), NULL) != UD_OK || ud_store_release(s, NULL) != UD_OK)
        ud_store_rollback(s);
}

enum ud_status
ud_store_meta_put(struct ud_store *s, const char *name, const void *value, size_t length, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_META_PUT, err, "tb", name, value, length), err);
}

enum ud_status
ud_store_meta_get(struct ud_store *s, void *value, size_t size, size_t *length, const char *name, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_META_GET, err, "t", name);
    enum ud_status st = ud_sql_row(s, q, err);

    *length = 0;
    if (st != UD_OK)
        return st;
    size_t have = (size_t)sqlite3_column_bytes(q, 0);
    if (have > size) {
        st = ud_error_set(err, UD_INVALID, "The stored value %s is too long", name);
    } else {
        if (have > 0)
            memcpy(value, sqlite3_column_blob(q, 0), have);
        *length = have;
    }
    sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_notice_put(struct ud_store *s, const struct ud_store_notice *n, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_NOTICE_PUT, err, "tttt", n->audience, n->language, n->text, n->hash), err);
}

enum ud_status
ud_store_notice_drop(struct ud_store *s, const char *audience, const char *language, struct ud_error *err)
{
    enum ud_status st = ud_sql_run(s, ud_sql(s, UD_SQL_NOTICE_DROP, err, "tt", audience, language), err);

    return st == UD_OK && sqlite3_changes(s->db) == 0 ? UD_NOTFOUND : st;
}

enum ud_status
ud_store_notices(struct ud_store *s, ud_store_notice_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_NOTICES, err, "");
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK)
        each(&(struct ud_store_notice){ .audience = ud_sql_text(q, 0),
                 .language = ud_sql_text(q, 1),
                 .text = ud_sql_text(q, 2),
                 .hash = ud_sql_text(q, 3) },
            arg);
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_ring_put(struct ud_store *s, const struct ud_store_ring *r, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, UD_SQL_RING_PUT, err, "itwb", (int64_t)r->id, r->purpose, r->created, r->box, r->box_length), err);
}

enum ud_status
ud_store_rings(struct ud_store *s, ud_store_ring_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_RINGS, err, "");
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_ring r = { .id = (uint32_t)sqlite3_column_int64(q, 0),
            .purpose = ud_sql_text(q, 1),
            .created = ud_sql_wall(q, 2),
            .box = sqlite3_column_blob(q, 3),
            .box_length = (size_t)sqlite3_column_bytes(q, 3) };
        enum ud_status one = each(&r, arg, err);
        if (one != UD_OK) {
            sqlite3_reset(q);
            return one;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_audit_add(struct ud_store *s, const struct ud_store_audit *a, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, UD_SQL_AUDIT_ADD, err, "iwtb", (int64_t)a->seq, a->at, a->line, a->hash, sizeof(a->hash)), err);
}

enum ud_status
ud_store_audit_last(struct ud_store *s, uint64_t *seq, uint8_t hash[32], struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_AUDIT_LAST, err, "");
    enum ud_status st = ud_sql_row(s, q, err);

    *seq = 0;
    memset(hash, 0, 32);
    if (st == UD_NOTFOUND)
        return UD_OK;
    if (st != UD_OK)
        return st;
    *seq = (uint64_t)sqlite3_column_int64(q, 0);
    if (!ud_sql_fixed(q, 1, hash, 32))
        st = ud_error_set(err, UD_TAMPERED, "The last line of the audit has no hash");
    sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_audits(struct ud_store *s, uint64_t after, ud_store_audit_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_AUDITS, err, "i", (int64_t)after);
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_audit a = { .seq = (uint64_t)sqlite3_column_int64(q, 0),
            .at = ud_sql_wall(q, 1),
            .line = ud_sql_text(q, 2),
            .line_length = (size_t)sqlite3_column_bytes(q, 2) };
        (void)ud_sql_fixed(q, 3, a.hash, sizeof(a.hash)); /* a wrong size reads as zeros, which no chain contains */
        if (!each(&a, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_audit_asked(
    struct ud_store *s, const struct ud_store_span *span, ud_store_audit_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = span->after == 0 ? ud_sql(s, UD_SQL_AUDIT_ASKED, err, "ii", (int64_t)span->from, (int64_t)span->to)
                                       : ud_sql(s, UD_SQL_AUDIT_ASKED_ON, err, "iii", (int64_t)span->from, (int64_t)span->to,
                                             (int64_t)span->after);
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_audit a = { .seq = (uint64_t)sqlite3_column_int64(q, 0),
            .at = ud_sql_wall(q, 1),
            .line = ud_sql_text(q, 2),
            .line_length = (size_t)sqlite3_column_bytes(q, 2) };
        if (!each(&a, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_checkpoint_add(struct ud_store *s, const struct ud_store_checkpoint *c, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_CHECKPOINT_ADD, err, "iwbb", (int64_t)c->seq, c->at, c->head, sizeof(c->head), c->signature,
            sizeof(c->signature)),
        err);
}

enum ud_status
ud_store_checkpoints(struct ud_store *s, ud_store_checkpoint_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_CHECKPOINTS, err, "");
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_checkpoint c = { .seq = (uint64_t)sqlite3_column_int64(q, 0), .at = ud_sql_wall(q, 1) };
        (void)ud_sql_fixed(q, 2, c.head, sizeof(c.head));
        (void)ud_sql_fixed(q, 3, c.signature, sizeof(c.signature));
        if (!each(&c, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}
