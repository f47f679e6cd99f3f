/* Preparing, binding, stepping. Statuses from SQLite's codes are made here alone. */
#include "escrowd/store/sql.h"

#include <stdarg.h>
#include <string.h>

#include "escrowd/store/connection.h"

static const char *const text_of[UD_SQL_COUNT] = {
#define X(name, text) [UD_SQL_##name] = text,
    UD_SQL_LIST(X)
#undef X
};

sqlite3 *
ud_sql_handle(struct ud_store *s)
{
    return s->db;
}

enum ud_status
ud_sql_error(struct ud_store *s, int rc, struct ud_error *err)
{
    int extended = s->db == NULL ? rc : sqlite3_extended_errcode(s->db);

    if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC)
        s->sync_failed = true;
    switch (rc & 0xff) {
    case SQLITE_FULL:
        ud_error_set(err, UD_NOSPACE, "The disk that holds the database is full");
        ud_error_hint(err, "Make room; the service goes on by itself.");
        return UD_NOSPACE;
    case SQLITE_CONSTRAINT:
        return ud_error_set(err, UD_EXISTS, "It is there already");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ud_error_set(err, UD_BUSY, "Another process holds the database");
    case SQLITE_NOMEM:
        return ud_error_set(err, UD_NOMEM, "No memory for the database");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ud_error_set(err, UD_TAMPERED, "The database file is damaged or is no database");
    default:
        return ud_error_set(err, UD_IO, "The database cannot be read or written (%s)", sqlite3_errstr(rc));
    }
}

/* The next argument for parameter `at`. The list itself is walked by the caller's va_list. */
#define BIND_CASES(st, at, ap)                                                                                                   \
    switch (*t) {                                                                                                                \
    case 'i':                                                                                                                    \
        rc = sqlite3_bind_int64(st, at, va_arg(ap, int64_t));                                                                    \
        break;                                                                                                                   \
    case 't':                                                                                                                    \
        rc = sqlite3_bind_text(st, at, va_arg(ap, const char *), -1, SQLITE_STATIC);                                             \
        break;                                                                                                                   \
    case 'g':                                                                                                                    \
        rc = bind_guid(st, at, va_arg(ap, const struct ud_guid *));                                                              \
        break;                                                                                                                   \
    case 'w':                                                                                                                    \
        rc = bind_wall(st, at, va_arg(ap, ud_wall));                                                                             \
        break;                                                                                                                   \
    default: {                                                                                                                   \
        const void *bytes = va_arg(ap, const void *);                                                                            \
        rc = sqlite3_bind_blob64(st, at, bytes, va_arg(ap, size_t), SQLITE_STATIC);                                              \
    }                                                                                                                            \
    }

static int
bind_guid(sqlite3_stmt *st, int at, const struct ud_guid *id)
{
    static const struct ud_guid zero;

    if (id == NULL || memcmp(id, &zero, sizeof(zero)) == 0)
        return sqlite3_bind_null(st, at);
    return sqlite3_bind_blob(st, at, id->byte, sizeof(id->byte), SQLITE_STATIC);
}

static int
bind_wall(sqlite3_stmt *st, int at, ud_wall t)
{
    return t == UD_WALL_NONE ? sqlite3_bind_null(st, at) : sqlite3_bind_int64(st, at, t);
}

static int
prepare(struct ud_store *s, enum ud_sql id)
{
    if (s->statement[id] == NULL)
        return sqlite3_prepare_v3(s->db, text_of[id], -1, SQLITE_PREPARE_PERSISTENT, &s->statement[id], NULL);
    sqlite3_reset(s->statement[id]);
    sqlite3_clear_bindings(s->statement[id]);
    return SQLITE_OK;
}

sqlite3_stmt *
ud_sql(struct ud_store *s, enum ud_sql id, struct ud_error *err, const char *types, ...)
{
    int rc = prepare(s, id), at = 1;
    sqlite3_stmt *st = s->statement[id];
    va_list ap;

    va_start(ap, types);
    for (const char *t = types; rc == SQLITE_OK && *t != '\0'; t++, at++)
        BIND_CASES(st, at, ap);
    va_end(ap);
    if (rc == SQLITE_OK)
        return st;
    (void)ud_sql_error(s, rc, err);
    return NULL;
}

enum ud_status
ud_sql_row(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err)
{
    if (st == NULL)
        return err == NULL ? UD_IO : err->status;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return UD_OK;
    enum ud_status status = rc == SQLITE_DONE ? UD_NOTFOUND : ud_sql_error(s, rc, err);
    sqlite3_reset(st);
    return status;
}

enum ud_status
ud_sql_run(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err)
{
    enum ud_status status = ud_sql_row(s, st, err);

    if (status == UD_OK)
        sqlite3_reset(st);
    return status == UD_NOTFOUND ? UD_OK : status;
}

enum ud_status
ud_sql_change(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err)
{
    enum ud_status status = ud_sql_run(s, st, err);

    if (status == UD_OK && sqlite3_changes(s->db) == 0)
        return ud_error_set(err, UD_NOTFOUND, "There is no such entry");
    return status;
}

const char *
ud_sql_text(sqlite3_stmt *st, int column)
{
    const unsigned char *t = sqlite3_column_text(st, column);

    return t == NULL ? "" : (const char *)t;
}

bool
ud_sql_fixed(sqlite3_stmt *st, int column, void *out, size_t length)
{
    const void *bytes = sqlite3_column_blob(st, column);

    if (bytes == NULL || (size_t)sqlite3_column_bytes(st, column) != length) {
        memset(out, 0, length);
        return false;
    }
    memcpy(out, bytes, length);
    return true;
}

void
ud_sql_guid(sqlite3_stmt *st, int column, struct ud_guid *out)
{
    (void)ud_sql_fixed(st, column, out->byte, sizeof(out->byte)); /* NULL reads as zero: "none" */
}

ud_wall
ud_sql_wall(sqlite3_stmt *st, int column)
{
    return sqlite3_column_type(st, column) == SQLITE_NULL ? UD_WALL_NONE : sqlite3_column_int64(st, column);
}
