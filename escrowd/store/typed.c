/* Typed recovery keys and the requests for them, in the database. */
#include "escrowd/store/typed.h"

#include <string.h>

#include "escrowd/store/sql.h"

/* A statement that asks whether there is a row. */
static enum ud_status
exists(struct ud_store *s, sqlite3_stmt *q, struct ud_error *err)
{
    enum ud_status st = ud_sql_row(s, q, err);

    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_typed_put(struct ud_store *s, const struct ud_store_typed *t, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_TYPED_PUT, err, "gib", &t->work, (int64_t)t->ring, t->box, t->box_length), err);
}

enum ud_status
ud_store_typed_get(struct ud_store *s, const struct ud_guid *work, ud_store_typed_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_TYPED_GET, err, "g", work);
    struct ud_store_typed t = { .work = *work };
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    t.ring = (uint32_t)sqlite3_column_int64(q, 0);
    t.box = sqlite3_column_blob(q, 1);
    t.box_length = (size_t)sqlite3_column_bytes(q, 1);
    each(&t, arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_typed_drop(struct ud_store *s, const struct ud_guid *work, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_TYPED_DROP, err, "g", work), err);
}

enum ud_status
ud_store_typed_oldest(struct ud_store *s, ud_wall *at, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_WORK_OLDEST_TYPED, err, "");
    enum ud_status st = ud_sql_row(s, q, err);

    *at = UD_WALL_NONE;
    if (st != UD_OK)
        return st;
    *at = ud_sql_wall(q, 0);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_typed_used(struct ud_store *s, const struct ud_guid *request, struct ud_error *err)
{
    return exists(s, ud_sql(s, UD_SQL_WORK_BY_REQUEST, err, "g", request), err);
}

enum ud_status
ud_store_asked_put(struct ud_store *s, const struct ud_store_asked *a, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_ASKED_PUT, err, "iiwt", (int64_t)a->device_row, (int64_t)a->user_row, a->at,
            a->note != NULL ? a->note : ""),
        err);
}

static void
read_asked(sqlite3_stmt *q, struct ud_store_asked *a)
{
    memset(a, 0, sizeof(*a));
    a->device_row = (uint64_t)sqlite3_column_int64(q, 0);
    a->at = ud_sql_wall(q, 1);
    a->note = ud_sql_text(q, 2);
    a->by = ud_sql_text(q, 3)[0] != '\0' ? ud_sql_text(q, 3) : ud_sql_text(q, 4);
}

static enum ud_status
each_asked(struct ud_store *s, sqlite3_stmt *q, ud_store_asked_each each, void *arg, bool *any, struct ud_error *err)
{
    struct ud_store_asked a;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        *any = true;
        read_asked(q, &a);
        if (!each(&a, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_asked_get(struct ud_store *s, uint64_t device_row, ud_store_asked_each each, void *arg, struct ud_error *err)
{
    bool any = false;
    enum ud_status st = each_asked(s, ud_sql(s, UD_SQL_ASKED_GET, err, "i", (int64_t)device_row), each, arg, &any, err);

    return st == UD_OK && !any ? UD_NOTFOUND : st;
}

enum ud_status
ud_store_asked_of(
    struct ud_store *s, const char *account, uint32_t limit, ud_store_asked_each each, void *arg, struct ud_error *err)
{
    bool any = false;

    return each_asked(s, ud_sql(s, UD_SQL_ASKED_OF, err, "ti", account, (int64_t)limit), each, arg, &any, err);
}

enum ud_status
ud_store_asked_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_ASKED_DROP, err, "i", (int64_t)device_row), err);
}

enum ud_status
ud_store_key_ended(struct ud_store *s, uint64_t key_row, const char *outcome, struct ud_error *err)
{
    return exists(s, ud_sql(s, UD_SQL_OUTCOME_OF_KEY, err, "it", (int64_t)key_row, outcome), err);
}
