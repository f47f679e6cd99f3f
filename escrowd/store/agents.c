/* Check-in agents, pins, and the hashes of what they brought. */
#include "escrowd/store/agents.h"

#include <string.h>

#include "escrowd/store/sql.h"

enum ud_status
ud_store_agent_add(struct ud_store *s, const struct ud_store_agent *a, ud_wall at, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, UD_SQL_AGENT_ADD, err, "btbtw", a->id, sizeof(a->id), a->name, a->hash, sizeof(a->hash), a->os, at), err);
}

enum ud_status
ud_store_agents(struct ud_store *s, ud_store_agent_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_AGENTS, err, "");
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_agent a = { .row = (uint64_t)sqlite3_column_int64(q, 0),
            .name = ud_sql_text(q, 2),
            .os = ud_sql_text(q, 4),
            .disabled = sqlite3_column_int(q, 5) != 0 };
        /* A wrong size reads as zeros, which no name and no secret has. */
        (void)ud_sql_fixed(q, 1, a.id, sizeof(a.id));
        (void)ud_sql_fixed(q, 3, a.hash, sizeof(a.hash));
        each(&a, arg);
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_agent_disable(struct ud_store *s, const char *name, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_AGENT_DISABLE, err, "t", name), err);
}

/* --- devices and pins -------------------------------------------------------------------------------------------------- */

enum ud_status
ud_store_pinned_get(struct ud_store *s, const char *serial, ud_store_pinned_take take, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_PINNED, err, "t", serial);
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    struct ud_store_pinned p = { .row = (uint64_t)sqlite3_column_int64(q, 0),
        .name = ud_sql_text(q, 2),
        .serial = ud_sql_text(q, 3),
        .user = ud_sql_text(q, 4),
        .os = ud_sql_text(q, 5),
        .ownership = (enum ud_ownership)sqlite3_column_int(q, 6),
        .pinned = sqlite3_column_type(q, 7) != SQLITE_NULL,
        .agent = (uint64_t)sqlite3_column_int64(q, 7),
        .made = sqlite3_column_int(q, 8) != 0,
        .own_token = sqlite3_column_int(q, 9) != 0,
        .others = (unsigned)sqlite3_column_int(q, 10) };
    ud_sql_guid(q, 1, &p.id);
    take(&p, arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_pin_add(struct ud_store *s, uint64_t device_row, uint64_t agent, bool made, ud_wall at, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, UD_SQL_PIN_ADD, err, "iiiw", (int64_t)device_row, (int64_t)agent, (int64_t)(made ? 1 : 0), at), err);
}

enum ud_status
ud_store_pin_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_PIN_DROP, err, "i", (int64_t)device_row), err);
}

enum ud_status
ud_store_device_named(struct ud_store *s, uint64_t device_row, const char *name, const char *user, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_DEVICE_NAMED, err, "itt", (int64_t)device_row, name, user), err);
}

enum ud_status
ud_store_device_seen(struct ud_store *s, uint64_t device_row, ud_wall at, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_DEVICE_SEEN, err, "iw", (int64_t)device_row, at), err);
}

/* --- hashes ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_store_match_get(struct ud_store *s, struct ud_store_match *out, uint64_t device_row, const char *type, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_MATCH_GET, err, "it", (int64_t)device_row, type);
    enum ud_status st = ud_sql_row(s, q, err);

    memset(out, 0, sizeof(*out));
    if (st != UD_OK)
        return st;
    out->key_row = (uint64_t)sqlite3_column_int64(q, 0);
    out->kind = (enum ud_kind)sqlite3_column_int(q, 1);
    out->state = (enum ud_key_state)sqlite3_column_int(q, 2);
    out->created = ud_sql_wall(q, 3);
    (void)ud_sql_fixed(q, 4, out->hash, sizeof(out->hash)); /* zeros match nothing: the key is then stored anew */
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_match_add(struct ud_store *s, uint64_t key_row, const char *type, const uint8_t hash[32], struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_MATCH_ADD, err, "itb", (int64_t)key_row, type, hash, (size_t)32), err);
}

enum ud_status
ud_store_match_supersede(struct ud_store *s, uint64_t device_row, enum ud_kind kind, const char *type, bool untyped,
    uint64_t except, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_MATCH_SUPERSEDE, err, "iitii", (int64_t)device_row, (int64_t)kind, type, (int64_t)(untyped ? 1 : 0),
            (int64_t)except),
        err);
}

static enum ud_status
counted(struct ud_store *s, sqlite3_stmt *q, uint64_t *count, struct ud_error *err)
{
    enum ud_status st = ud_sql_row(s, q, err);

    *count = st == UD_OK ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_match_count(struct ud_store *s, uint64_t *count, uint64_t device_row, ud_wall at, struct ud_error *err)
{
    return counted(s, ud_sql(s, UD_SQL_MATCH_COUNT, err, "iw", (int64_t)device_row, at), count, err);
}

enum ud_status
ud_store_match_types(struct ud_store *s, uint64_t *count, uint64_t device_row, struct ud_error *err)
{
    return counted(s, ud_sql(s, UD_SQL_MATCH_TYPES, err, "i", (int64_t)device_row), count, err);
}
