/* Devices, other protectors, work. */
#include "escrowd/store/fleet.h"

#include <string.h>

#include "base/buf.h"
#include "escrowd/store/sql.h"

/* Columns of UD_SQL_DEVICE_COLUMNS. */
#define UD_DEVICE_COLUMNS 18

static void
read_device(sqlite3_stmt *q, struct ud_store_device *d)
{
    memset(d, 0, sizeof(*d));
    d->row = (uint64_t)sqlite3_column_int64(q, 0);
    ud_sql_guid(q, 1, &d->d.id);
    ud_sql_guid(q, 2, &d->d.entra_id);
    d->d.name = ud_sql_text(q, 3);
    d->d.serial = ud_sql_text(q, 4);
    d->d.user = ud_sql_text(q, 5);
    d->d.user_name = ud_sql_text(q, 6);
    d->d.model = ud_sql_text(q, 7);
    d->d.os = ud_sql_text(q, 8);
    d->d.os_version = ud_sql_text(q, 9);
    d->d.ownership = (enum ud_ownership)sqlite3_column_int(q, 10);
    d->d.encrypted = (enum ud_tristate)sqlite3_column_int(q, 11);
    d->d.last_checkin = ud_sql_wall(q, 12);
    d->manufacturer = ud_sql_text(q, 13);
    d->domain = ud_sql_text(q, 14);
    d->local_users = ud_sql_text(q, 15);
    d->enrolled = ud_sql_wall(q, 16);
    d->retired = ud_sql_wall(q, 17);
    d->d.retired = d->retired != UD_WALL_NONE;
}

static const char *
filled(const char *text)
{
    return text == NULL ? "" : text;
}

enum ud_status
ud_store_device_add(struct ud_store *s, uint64_t *row, const struct ud_store_device *d, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_DEVICE_ADD, err, "ggtttttttiiwtttw", &d->d.id, &d->d.entra_id, filled(d->d.name),
        filled(d->d.serial), filled(d->d.user), filled(d->d.user_name), filled(d->d.model), filled(d->d.os),
        filled(d->d.os_version), (int64_t)d->d.ownership, (int64_t)d->d.encrypted, d->d.last_checkin, filled(d->manufacturer),
        filled(d->domain), filled(d->local_users), d->enrolled);
    enum ud_status st = ud_sql_run(s, q, err);

    *row = st == UD_OK ? (uint64_t)sqlite3_last_insert_rowid(ud_sql_handle(s)) : 0;
    return st;
}

static enum ud_status
each_device(struct ud_store *s, sqlite3_stmt *q, ud_store_device_each each, void *arg, struct ud_error *err)
{
    struct ud_store_device d;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_device(q, &d);
        if (!each(&d, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_devices(struct ud_store *s, enum ud_store_filter filter, const char *text, const char *owner, uint64_t after,
    uint32_t limit, ud_store_device_each each, void *arg, struct ud_error *err)
{
    static const enum ud_sql filtered[UD_STORE_FILTER_END] = { UD_SQL_DEVICES, UD_SQL_DEVICES_NAME, UD_SQL_DEVICES_CONTAINS,
        UD_SQL_DEVICES_SERIAL, UD_SQL_DEVICES_USER };
    int64_t from = (int64_t)after, most = limit;
    sqlite3_stmt *q;

    if (filter != UD_STORE_ALL)
        q = ud_sql(s, filtered[filter], err, "iitt", from, most, owner, text);
    else if (owner != NULL)
        q = ud_sql(s, UD_SQL_DEVICES_OWNED, err, "iit", from, most, owner);
    else
        q = ud_sql(s, UD_SQL_DEVICES, err, "ii", from, most);
    return each_device(s, q, each, arg, err);
}

static enum ud_status
count(struct ud_store *s, sqlite3_stmt *q, uint64_t *out, struct ud_error *err)
{
    enum ud_status st = ud_sql_row(s, q, err);

    *out = st == UD_OK ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_device_count(
    struct ud_store *s, uint64_t *out, enum ud_store_filter filter, const char *text, const char *owner, struct ud_error *err)
{
    static const enum ud_sql filtered[UD_STORE_FILTER_END] = { UD_SQL_DEVICE_COUNT, UD_SQL_DEVICE_COUNT_NAME,
        UD_SQL_DEVICE_COUNT_CONTAINS, UD_SQL_DEVICE_COUNT_SERIAL, UD_SQL_DEVICE_COUNT_USER };
    enum ud_sql id = filter == UD_STORE_ALL && owner != NULL ? UD_SQL_DEVICE_COUNT_OWNED : filtered[filter];

    return count(s, ud_sql(s, id, err, "tt", owner, filter == UD_STORE_ALL ? NULL : text), out, err);
}

static enum ud_status
one_device(struct ud_store *s, sqlite3_stmt *q, ud_store_device_each each, void *arg, struct ud_error *err)
{
    struct ud_store_device d;
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_device(q, &d);
    (void)each(&d, arg); /* one row: there is nothing to stop */
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_device_by_id(struct ud_store *s, const struct ud_guid *id, ud_store_device_each each, void *arg, struct ud_error *err)
{
    enum ud_status st = one_device(s, ud_sql(s, UD_SQL_DEVICE_BY_ID, err, "g", id), each, arg, err);

    return st == UD_NOTFOUND ? one_device(s, ud_sql(s, UD_SQL_DEVICE_BY_ENTRA, err, "g", id), each, arg, err) : st;
}

enum ud_status
ud_store_device_by_row(struct ud_store *s, uint64_t row, ud_store_device_each each, void *arg, struct ud_error *err)
{
    return one_device(s, ud_sql(s, UD_SQL_DEVICE_BY_ROW, err, "i", (int64_t)row), each, arg, err);
}

enum ud_status
ud_store_device_retire(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err)
{
    enum ud_status st = ud_sql_change(s, ud_sql(s, UD_SQL_DEVICE_RETIRE, err, "iw", (int64_t)row, at), err);

    if (st != UD_OK || at == UD_WALL_NONE)
        return st;
    return ud_sql_run(s, ud_sql(s, UD_SQL_DEVICE_TOKEN_DROP, err, "i", (int64_t)row), err);
}

enum ud_status
ud_store_standings(
    struct ud_store *s, uint64_t after, uint32_t limit, ud_store_standing_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_ENCRYPTION, err, "ii", (int64_t)after, (int64_t)limit);
    struct ud_store_standing d;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_device(q, &d.device);
        d.escrowed = sqlite3_column_int(q, UD_DEVICE_COLUMNS) != 0;
        d.shown = sqlite3_column_int(q, UD_DEVICE_COLUMNS + 1) != 0;
        if (!each(&d, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_local_users(struct ud_store *s, uint64_t row, const char *list, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_LOCAL_USERS, err, "it", (int64_t)row, list), err);
}

enum ud_status
ud_store_check_in(
    struct ud_store *s, uint64_t row, ud_wall at, const char *os_version, enum ud_tristate encrypted, struct ud_error *err)
{
    const char *version = os_version != NULL && os_version[0] != '\0' ? os_version : NULL;

    return ud_sql_change(s, ud_sql(s, UD_SQL_CHECK_IN, err, "iwti", (int64_t)row, at, version, (int64_t)encrypted), err);
}

enum ud_status
ud_store_protector_add(struct ud_store *s, uint64_t device_row, const struct ud_guid *id, const char *kind, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_PROTECTOR_ADD, err, "git", id, (int64_t)device_row, kind), err);
}

enum ud_status
ud_store_protector_find(struct ud_store *s, const struct ud_keyid_prefix *p, uint32_t limit, ud_store_protector_each each,
    void *arg, struct ud_error *err)
{
    struct ud_guid last;
    sqlite3_stmt *q;
    enum ud_status st;

    ud_keyid_prefix_last(&last, p);
    q = ud_sql(s, UD_SQL_PROTECTOR_FIND, err, "bbi", p->value.byte, (size_t)16, last.byte, (size_t)16, (int64_t)limit);
    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        struct ud_store_protector o = { .kind = ud_sql_text(q, 1), .device_name = ud_sql_text(q, 2) };
        ud_sql_guid(q, 0, &o.id);
        if (!each(&o, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_work_add(struct ud_store *s, const struct ud_store_work *w, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_WORK_ADD, err, "giiwgii", &w->id, (int64_t)w->device_row, (int64_t)w->kind, w->requested, &w->request,
            (int64_t)w->user_row, (int64_t)w->action),
        err);
}

enum ud_status
ud_store_work_end(struct ud_store *s, const struct ud_store_work *w, struct ud_error *err)
{
    /* A time is how NULL is bound: row 0 is "no new key". */
    ud_wall key = w->new_key_row == 0 ? UD_WALL_NONE : (ud_wall)w->new_key_row;

    return ud_sql_change(s,
        ud_sql(s, UD_SQL_WORK_END, err, "iiwiwi", (int64_t)w->row, (int64_t)w->state, w->finished, (int64_t)w->code, key,
            (int64_t)w->cause),
        err);
}

/* Columns of UD_SQL_WORK_COLUMNS. */
static void
read_work(sqlite3_stmt *q, struct ud_store_work *w)
{
    memset(w, 0, sizeof(*w));
    w->row = (uint64_t)sqlite3_column_int64(q, 0);
    ud_sql_guid(q, 1, &w->id);
    w->device_row = (uint64_t)sqlite3_column_int64(q, 2);
    ud_sql_guid(q, 3, &w->device);
    w->kind = (enum ud_kind)sqlite3_column_int(q, 4);
    w->state = (enum ud_work_state)sqlite3_column_int(q, 5);
    w->requested = ud_sql_wall(q, 6);
    w->finished = ud_sql_wall(q, 7);
    w->code = sqlite3_column_int(q, 8);
    ud_sql_guid(q, 9, &w->request);
    w->user_row = (uint64_t)sqlite3_column_int64(q, 10);
    w->new_key_row = (uint64_t)sqlite3_column_int64(q, 11);
    ud_sql_guid(q, 12, &w->new_key);
    w->new_created = ud_sql_wall(q, 13);
    w->action = (enum ud_work_action)sqlite3_column_int(q, 14);
    w->cause = (enum ud_typed_cause)sqlite3_column_int(q, 15);
}

static enum ud_status
one_work(struct ud_store *s, sqlite3_stmt *q, ud_store_work_each each, void *arg, struct ud_error *err)
{
    struct ud_store_work w;
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_work(q, &w);
    (void)each(&w, arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_work_by_id(struct ud_store *s, const struct ud_guid *id, ud_store_work_each each, void *arg, struct ud_error *err)
{
    return one_work(s, ud_sql(s, UD_SQL_WORK_BY_ID, err, "g", id), each, arg, err);
}

enum ud_status
ud_store_work_last(struct ud_store *s, uint64_t device_row, enum ud_kind kind, enum ud_work_action action,
    ud_store_work_each each, void *arg, struct ud_error *err)
{
    return one_work(
        s, ud_sql(s, UD_SQL_WORK_LAST, err, "iii", (int64_t)device_row, (int64_t)kind, (int64_t)action), each, arg, err);
}

static enum ud_status
each_work(struct ud_store *s, sqlite3_stmt *q, ud_store_work_each each, void *arg, struct ud_error *err)
{
    struct ud_store_work w;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_work(q, &w);
        if (!each(&w, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_store_work_pending(
    struct ud_store *s, uint64_t device_row, uint32_t limit, ud_store_work_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = device_row == 0 ? ud_sql(s, UD_SQL_WORK_PENDING, err, "i", (int64_t)limit)
                                      : ud_sql(s, UD_SQL_WORK_PENDING_OF, err, "ii", (int64_t)limit, (int64_t)device_row);

    return each_work(s, q, each, arg, err);
}

enum ud_status
ud_store_work_overdue(
    struct ud_store *s, ud_wall before, uint32_t limit, ud_store_work_each each, void *arg, struct ud_error *err)
{
    return each_work(s, ud_sql(s, UD_SQL_WORK_OVERDUE, err, "wi", before, (int64_t)limit), each, arg, err);
}
