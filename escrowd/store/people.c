/* Users, grants, tokens, disclosures; names of roles. */
#include "escrowd/store/people.h"

#include <string.h>

#include "base/buf.h"
#include "escrowd/store/sql.h"

static const char *const role_names[UD_ROLE_COUNT] = { "user", "helpdesk", "advanced", "approver", "auditor", "admin" };

const char *
ud_role_name(enum ud_role role)
{
    return (unsigned)role < UD_ROLE_COUNT ? role_names[role] : "";
}

bool
ud_role_parse(enum ud_role *out, const char *name)
{
    for (unsigned i = 0; i < UD_ROLE_COUNT; i++) {
        if (strcmp(name, role_names[i]) != 0)
            continue;
        *out = (enum ud_role)i;
        return true;
    }
    return false;
}

enum ud_status
ud_store_user_add(struct ud_store *s, const struct ud_store_user *u, ud_wall at, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_USER_ADD, err, "gtttitw", &u->id, u->name, u->account, u->display, (int64_t)u->role, u->password, at),
        err);
}

static void
read_user(sqlite3_stmt *q, struct ud_store_user *u)
{
    int role = sqlite3_column_int(q, 5);

    memset(u, 0, sizeof(*u));
    u->row = (uint64_t)sqlite3_column_int64(q, 0);
    ud_sql_guid(q, 1, &u->id);
    u->name = ud_sql_text(q, 2);
    u->account = ud_sql_text(q, 3);
    u->display = ud_sql_text(q, 4);
    u->role = role >= 0 && role < UD_ROLE_COUNT ? (enum ud_role)role : UD_ROLE_USER; /* the least, where the database is odd */
    u->password = ud_sql_text(q, 6);
    u->disabled = sqlite3_column_int(q, 7) != 0;
}

static enum ud_status
one_user(struct ud_store *s, sqlite3_stmt *q, ud_store_user_each each, void *arg, struct ud_error *err)
{
    struct ud_store_user u;
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_user(q, &u);
    each(&u, arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_user_by_name(struct ud_store *s, const char *name, ud_store_user_each each, void *arg, struct ud_error *err)
{
    return one_user(s, ud_sql(s, UD_SQL_USER_BY_NAME, err, "t", name), each, arg, err);
}

enum ud_status
ud_store_user_by_row(struct ud_store *s, uint64_t row, ud_store_user_each each, void *arg, struct ud_error *err)
{
    return one_user(s, ud_sql(s, UD_SQL_USER_BY_ROW, err, "i", (int64_t)row), each, arg, err);
}

enum ud_status
ud_store_users(struct ud_store *s, ud_store_user_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_USERS, err, "");
    struct ud_store_user u;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_user(q, &u);
        each(&u, arg);
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_user_disable(struct ud_store *s, const char *name, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_USER_DISABLE, err, "t", name), err);
}

enum ud_status
ud_store_user_password(struct ud_store *s, const char *name, const char *hash, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_USER_PASSWORD, err, "tt", name, hash), err);
}

enum ud_status
ud_store_grant_add(struct ud_store *s, uint64_t *row, const struct ud_store_grant *g, struct ud_error *err)
{
    enum ud_status st = ud_sql_run(
        s, ud_sql(s, UD_SQL_GRANT_ADD, err, "ittww", (int64_t)g->user_row, g->client_id, g->scope, g->created, g->expires), err);

    *row = st == UD_OK ? (uint64_t)sqlite3_last_insert_rowid(ud_sql_handle(s)) : 0;
    return st;
}

enum ud_status
ud_store_grant_revoke(struct ud_store *s, uint64_t row, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_GRANT_REVOKE, err, "i", (int64_t)row), err);
}

enum ud_status
ud_store_user_revoke(struct ud_store *s, uint64_t user_row, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_USER_REVOKE, err, "i", (int64_t)user_row), err);
}

enum ud_status
ud_store_token_add(struct ud_store *s, const struct ud_store_token *t, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_TOKEN_ADD, err, "biibw", t->id, sizeof(t->id), (int64_t)t->grant_row, (int64_t)t->kind, t->hash,
            sizeof(t->hash), t->expires),
        err);
}

enum ud_status
ud_store_token_used(struct ud_store *s, const uint8_t id[16], struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_TOKEN_USED, err, "b", id, (size_t)16), err);
}

enum ud_status
ud_store_token_get(struct ud_store *s, const uint8_t id[16], ud_store_token_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_TOKEN_GET, err, "b", id, (size_t)16);
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    struct ud_store_token t = { .kind = sqlite3_column_int(q, 2) == UD_TOKEN_REFRESH ? UD_TOKEN_REFRESH : UD_TOKEN_ACCESS,
        .expires = ud_sql_wall(q, 3),
        .used = sqlite3_column_int(q, 4) != 0,
        .grant_row = (uint64_t)sqlite3_column_int64(q, 5) };
    struct ud_store_grant g = { .row = t.grant_row,
        .user_row = (uint64_t)sqlite3_column_int64(q, 6),
        .client_id = ud_sql_text(q, 7),
        .scope = ud_sql_text(q, 8),
        .created = ud_sql_wall(q, 9),
        .expires = ud_sql_wall(q, 10),
        .revoked = sqlite3_column_int(q, 11) != 0 };
    if (ud_sql_fixed(q, 0, t.id, sizeof(t.id)) && ud_sql_fixed(q, 1, t.hash, sizeof(t.hash)))
        each(&t, &g, arg);
    else
        st = ud_error_set(err, UD_TAMPERED, "A stored token is damaged");
    sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_token_sweep(struct ud_store *s, ud_wall at, struct ud_error *err)
{
    enum ud_status st = ud_sql_run(s, ud_sql(s, UD_SQL_TOKEN_SWEEP, err, "w", at), err);

    return st == UD_OK ? ud_sql_run(s, ud_sql(s, UD_SQL_GRANT_SWEEP, err, "w", at), err) : st;
}

enum ud_status
ud_store_device_token_add(
    struct ud_store *s, const uint8_t id[16], const uint8_t hash[32], uint64_t device_row, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, UD_SQL_DEVICE_TOKEN_ADD, err, "bbi", id, (size_t)16, hash, (size_t)32, (int64_t)device_row), err);
}

enum ud_status
ud_store_device_token_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_DEVICE_TOKEN_DROP, err, "i", (int64_t)device_row), err);
}

enum ud_status
ud_store_device_token_get(struct ud_store *s, const uint8_t id[16], uint8_t hash[32], uint64_t *device_row, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_DEVICE_TOKEN_GET, err, "b", id, (size_t)16);
    enum ud_status st = ud_sql_row(s, q, err);

    *device_row = 0;
    memset(hash, 0, 32);
    if (st != UD_OK)
        return st;
    if (ud_sql_fixed(q, 0, hash, 32))
        *device_row = (uint64_t)sqlite3_column_int64(q, 1);
    else
        st = ud_error_set(err, UD_TAMPERED, "A stored device token is damaged");
    sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_disclosure_add(struct ud_store *s, const struct ud_store_disclosure *d, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_DISCLOSURE_ADD, err, "giiiw", &d->request, (int64_t)d->user_row, (int64_t)d->device_row,
            (int64_t)d->key_row, d->at),
        err);
}

enum ud_status
ud_store_disclosure_outcome(
    struct ud_store *s, const struct ud_guid *request, uint64_t user_row, const char *outcome, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_DISCLOSURE_OUTCOME, err, "git", request, (int64_t)user_row, outcome), err);
}

static void
read_disclosure(sqlite3_stmt *q, struct ud_store_disclosure *d)
{
    memset(d, 0, sizeof(*d));
    ud_sql_guid(q, 0, &d->request);
    d->user_row = (uint64_t)sqlite3_column_int64(q, 1);
    d->device_row = (uint64_t)sqlite3_column_int64(q, 2);
    d->key_row = (uint64_t)sqlite3_column_int64(q, 3);
    d->at = ud_sql_wall(q, 4);
    (void)ud_copy(d->outcome, sizeof(d->outcome), ud_sql_text(q, 5));
}

enum ud_status
ud_store_disclosure_get(struct ud_store *s, const struct ud_guid *request, struct ud_store_disclosure *out, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_DISCLOSURE_GET, err, "g", request);
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_disclosure(q, out);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_disclosures(struct ud_store *s, ud_wall since, ud_store_disclosure_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_DISCLOSURES, err, "w", since);
    struct ud_store_disclosure d;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_disclosure(q, &d);
        each(&d, arg);
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}
