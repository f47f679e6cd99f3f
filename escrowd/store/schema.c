/* Settings of a connection, read back after they were set, and the schema. */
#include "escrowd/store/connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define APPLICATION_ID "1430540911" /* "UDeo" */
#define CACHE_PAGES    "-4096"      /* KiB a connection */
#define BULK_CACHE     "-262144"
#define STRING_OF(x)   #x
#define STRING(x)      STRING_OF(x)

struct setting {
    const char *set; /* constant SQL */
    const char *ask;
    const char *answer; /* what it has to say */
    bool writers;       /* not for a reader */
};

static const struct setting settings[] = {
    { "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal", true },
    { "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2", false },
    { "PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1", false },
    { "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2", false },
    { "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0", false },
    { "PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1", false },
    { "PRAGMA mmap_size = 0", "PRAGMA mmap_size", "0", false },
    { "PRAGMA cache_size = " CACHE_PAGES, "PRAGMA cache_size", CACHE_PAGES, false },
    { "PRAGMA wal_autocheckpoint = 4000", "PRAGMA wal_autocheckpoint", "4000", true },
    { "PRAGMA journal_size_limit = 67108864", "PRAGMA journal_size_limit", "67108864", true },
};

/* Runs one constant statement; the first column of the first row, if any, goes to `out`. */
static int
run(sqlite3 *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (out != NULL && size > 0)
        (void)ud_copy(out, size, rc == SQLITE_ROW ? ud_sql_text(st, 0) : "");
    int end = sqlite3_finalize(st);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : end;
}

static enum ud_status
harden(struct ud_store *s, struct ud_error *err)
{
    int on = 0, loading = 1, stable = 0;

    /* A plan that depends on a bound value is made anew for every value: "action = ?" beside an index WHERE action = 1. */
    if (sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on) != SQLITE_OK || on != 1 ||
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, &stable) != SQLITE_OK || stable != 1 ||
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, &loading) != SQLITE_OK || loading != 0)
        return ud_error_set(err, UD_FAILED, "The database library cannot be hardened");
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 1024 * 1024);
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    return UD_OK;
}

enum ud_status
ud_store_settings(struct ud_store *s, enum ud_store_mode mode, struct ud_error *err)
{
    char answer[64];

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct setting *g = &settings[i];
        if (g->writers && mode == UD_STORE_READ)
            continue;
        int rc = run(s->db, g->set, NULL, 0);
        if (rc == SQLITE_OK)
            rc = run(s->db, g->ask, answer, sizeof(answer));
        if (rc != SQLITE_OK)
            return ud_sql_error(s, rc, err);
        if (strcmp(answer, g->answer) != 0)
            return ud_error_set(
                err, UD_FAILED, "The database refused a setting: %s is %s, not %s", g->ask + 7, answer, g->answer);
    }
    return harden(s, err);
}

static const char *const tables[] = {
#define X(text) text,
    UD_SCHEMA_TABLES(X)
#undef X
};
static const char *const indexes[] = {
#define X(unique, name, on) "CREATE " unique " INDEX " name " ON " on,
    UD_SCHEMA_INDEXES(X)
#undef X
};
static const char *const drops[] = {
#define X(unique, name, on) "DROP INDEX " name,
    UD_SCHEMA_INDEXES(X)
#undef X
};

static enum ud_status
run_all(struct ud_store *s, const char *const *sql, size_t count, struct ud_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int rc = run(s->db, sql[i], NULL, 0);
        if (rc != SQLITE_OK)
            return ud_sql_error(s, rc, err);
    }
    return UD_OK;
}

static enum ud_status
create(struct ud_store *s, struct ud_error *err)
{
    static const char *const stamp[] = { "PRAGMA application_id = " APPLICATION_ID,
        "PRAGMA user_version = " STRING(UD_SCHEMA_VERSION) };
    enum ud_status st = ud_store_begin(s, err);

    if (st != UD_OK)
        return st;
    st = run_all(s, tables, sizeof(tables) / sizeof(tables[0]), err);
    if (st == UD_OK)
        st = run_all(s, indexes, sizeof(indexes) / sizeof(indexes[0]), err);
    if (st == UD_OK)
        st = run_all(s, stamp, 2, err);
    if (st == UD_OK)
        return ud_store_commit(s, err);
    ud_store_rollback(s);
    return st;
}

enum ud_status
ud_store_schema(struct ud_store *s, enum ud_store_mode mode, struct ud_error *err)
{
    char application[32], version[32];

    if (mode == UD_STORE_CREATE)
        return create(s, err);
    int rc = run(s->db, "PRAGMA application_id", application, sizeof(application));
    if (rc == SQLITE_OK)
        rc = run(s->db, "PRAGMA user_version", version, sizeof(version));
    if (rc != SQLITE_OK)
        return ud_sql_error(s, rc, err);
    if (strcmp(application, APPLICATION_ID) != 0)
        return ud_error_set(err, UD_CONFIG, "The database is not one of escrowd's");
    if (atoi(version) == UD_SCHEMA_VERSION)
        return UD_OK;
    ud_error_set(
        err, UD_CONFIG, "The database has schema version %.16s, this program knows version %d", version, UD_SCHEMA_VERSION);
    ud_error_hint(err, "Use the escrowd that wrote it, or a newer one.");
    return UD_CONFIG;
}

enum ud_status
ud_store_bulk(struct ud_store *s, struct ud_error *err)
{
    int rc = run(s->db, "PRAGMA cache_size = " BULK_CACHE, NULL, 0);

    if (rc != SQLITE_OK)
        return ud_sql_error(s, rc, err);
    return run_all(s, drops, sizeof(drops) / sizeof(drops[0]), err);
}

enum ud_status
ud_store_bulk_done(struct ud_store *s, struct ud_error *err)
{
    enum ud_status st = run_all(s, indexes, sizeof(indexes) / sizeof(indexes[0]), err);
    int rc = run(s->db, "PRAGMA cache_size = " CACHE_PAGES, NULL, 0);

    return st == UD_OK && rc != SQLITE_OK ? ud_sql_error(s, rc, err) : st;
}

enum ud_status
ud_store_check(struct ud_store *s, struct ud_error *err)
{
    char answer[200];
    int rc = run(s->db, "PRAGMA integrity_check(1)", answer, sizeof(answer));

    if (rc != SQLITE_OK)
        return ud_sql_error(s, rc, err);
    return strcmp(answer, "ok") == 0 ? UD_OK : ud_error_set(err, UD_TAMPERED, "The database is damaged: %s", answer);
}
