#include "escrowd/store/approvals.h"

#include <string.h>

#include "base/buf.h"
#include "escrowd/store/sql.h"

enum ud_status
ud_store_approval_add(struct ud_store *s, const struct ud_store_approval *r, struct ud_error *err)
{
    const struct ud_approval_request *a = &r->a;

    return ud_sql_run(s,
        ud_sql(s, UD_SQL_APPROVAL_ADD, err, "ggiiitttttww", &a->id, &a->request, (int64_t)r->user_row, (int64_t)r->device_row,
            (int64_t)r->key_row, a->why.reason, a->why.ticket, a->why.note, a->why.caller, a->why.verified, a->created,
            a->expires),
        err);
}

static void
take(char *out, size_t size, sqlite3_stmt *q, int column)
{
    (void)ud_copy(out, size, ud_sql_text(q, column));
}

/* Columns of UD_SQL_APPROVAL_COLUMNS. */
static void
read_approval(sqlite3_stmt *q, struct ud_store_approval *r)
{
    struct ud_approval_request *a = &r->a;
    int state = sqlite3_column_int(q, 9);

    memset(r, 0, sizeof(*r));
    r->row = (uint64_t)sqlite3_column_int64(q, 0);
    r->user_row = (uint64_t)sqlite3_column_int64(q, 1);
    r->device_row = (uint64_t)sqlite3_column_int64(q, 2);
    r->key_row = (uint64_t)sqlite3_column_int64(q, 3);
    ud_sql_guid(q, 4, &a->id);
    ud_sql_guid(q, 5, &a->request);
    ud_sql_guid(q, 6, &a->key);
    ud_sql_guid(q, 7, &a->device);
    a->kind = (enum ud_kind)sqlite3_column_int(q, 8);
    /* What an odd database says is good for nothing. */
    a->state = state > UD_APPROVAL_NONE && state < UD_APPROVAL_EXPIRED ? (enum ud_approval_state)state : UD_APPROVAL_WITHDRAWN;
    a->created = ud_sql_wall(q, 10);
    a->expires = ud_sql_wall(q, 11);
    a->decided = ud_sql_wall(q, 12);
    take(a->why.reason, sizeof(a->why.reason), q, 13);
    take(a->why.ticket, sizeof(a->why.ticket), q, 14);
    take(a->why.note, sizeof(a->why.note), q, 15);
    take(a->why.caller, sizeof(a->why.caller), q, 16);
    take(a->why.verified, sizeof(a->why.verified), q, 17);
    take(a->requester, sizeof(a->requester), q, 18);
    take(a->account, sizeof(a->account), q, 19);
    take(a->device_name, sizeof(a->device_name), q, 20);
    take(a->serial, sizeof(a->serial), q, 21);
    take(a->user, sizeof(a->user), q, 22);
    take(a->approver, sizeof(a->approver), q, 23);
    take(a->answer, sizeof(a->answer), q, 24);
}

static enum ud_status
one(struct ud_store *s, struct ud_store_approval *out, sqlite3_stmt *q, struct ud_error *err)
{
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_approval(q, out);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_approval_by_id(struct ud_store *s, struct ud_store_approval *out, const struct ud_guid *id, struct ud_error *err)
{
    return one(s, out, ud_sql(s, UD_SQL_APPROVAL_BY_ID, err, "g", id), err);
}

enum ud_status
ud_store_approval_by_request(
    struct ud_store *s, struct ud_store_approval *out, uint64_t user_row, const struct ud_guid *request, struct ud_error *err)
{
    return one(s, out, ud_sql(s, UD_SQL_APPROVAL_BY_REQUEST, err, "ig", (int64_t)user_row, request), err);
}

enum ud_status
ud_store_approvals(
    struct ud_store *s, bool open, uint64_t user_row, ud_wall now, ud_store_approval_each each, void *arg, struct ud_error *err)
{
    /* A time is how NULL is bound: row 0 is everybody. */
    ud_wall user = user_row == 0 ? UD_WALL_NONE : (ud_wall)user_row;
    int64_t most = UD_STORE_APPROVALS_MAX;
    sqlite3_stmt *q =
        open ? ud_sql(s, UD_SQL_APPROVALS_OPEN, err, "wwi", now, user, most) : ud_sql(s, UD_SQL_APPROVALS, err, "wi", user, most);
    struct ud_store_approval a;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_approval(q, &a);
        if (!each(&a, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_approval_count(struct ud_store *s, uint64_t *count, uint64_t user_row, ud_wall now, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_APPROVAL_COUNT, err, "iw", (int64_t)user_row, now);
    enum ud_status st = ud_sql_row(s, q, err);

    *count = st == UD_OK ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_approval_decide(struct ud_store *s, uint64_t row, enum ud_approval_state state, uint64_t approver_row, ud_wall at,
    ud_wall expires, const char *answer, struct ud_error *err)
{
    return ud_sql_change(s,
        ud_sql(
            s, UD_SQL_APPROVAL_DECIDE, err, "iiiwwt", (int64_t)row, (int64_t)state, (int64_t)approver_row, at, expires, answer),
        err);
}

enum ud_status
ud_store_approval_withdraw(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_APPROVAL_WITHDRAW, err, "iw", (int64_t)row, at), err);
}

enum ud_status
ud_store_approval_use(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_APPROVAL_USE, err, "iw", (int64_t)row, at), err);
}

/* --- the surge ----------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_store_surge_add(struct ud_store *s, const struct ud_store_surge *g, uint64_t user_row, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_SURGE_ADD, err, "tiww", g->incident, (int64_t)user_row, g->opened, g->ends), err);
}

enum ud_status
ud_store_surge_end(struct ud_store *s, ud_wall at, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_SURGE_END, err, "w", at), err);
}

enum ud_status
ud_store_surge_now(struct ud_store *s, struct ud_store_surge *out, ud_wall now, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_SURGE_NOW, err, "w", now);
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    take(out->incident, sizeof(out->incident), q, 0);
    out->opened = ud_sql_wall(q, 1);
    out->ends = ud_sql_wall(q, 2);
    sqlite3_reset(q);
    return UD_OK;
}
