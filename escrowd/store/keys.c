/* Recovery keys: ciphertext and metadata. */
#include <string.h>

#include "base/buf.h"
#include "escrowd/store/fleet.h"
#include "escrowd/store/sql.h"

/* Columns of UD_SQL_KEY_COLUMNS. */
static void
read_key(sqlite3_stmt *q, struct ud_store_key *k)
{
    memset(k, 0, sizeof(*k));
    k->row = (uint64_t)sqlite3_column_int64(q, 0);
    k->device_row = (uint64_t)sqlite3_column_int64(q, 1);
    ud_sql_guid(q, 2, &k->k.id);
    ud_sql_guid(q, 3, &k->k.device);
    ud_sql_guid(q, 4, &k->entra);
    k->k.kind = (enum ud_kind)sqlite3_column_int(q, 5);
    k->k.volume = (enum ud_volume)sqlite3_column_int(q, 6);
    k->k.state = (enum ud_key_state)sqlite3_column_int(q, 7);
    k->k.created = ud_sql_wall(q, 8);
    k->k.shown = ud_sql_wall(q, 9);
    k->version = (uint32_t)sqlite3_column_int64(q, 10);
    k->ring = (uint32_t)sqlite3_column_int64(q, 11);
    k->k.package = sqlite3_column_int(q, 12) != 0;
}

static enum ud_status
each_key(struct ud_store *s, sqlite3_stmt *q, ud_store_key_each each, void *arg, struct ud_error *err)
{
    struct ud_store_key k;
    enum ud_status st;

    while ((st = ud_sql_row(s, q, err)) == UD_OK) {
        read_key(q, &k);
        if (!each(&k, arg)) {
            sqlite3_reset(q);
            return UD_OK;
        }
    }
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
one_key(struct ud_store *s, sqlite3_stmt *q, bool box, ud_store_key_each each, void *arg, struct ud_error *err)
{
    struct ud_store_key k;
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    read_key(q, &k);
    if (box) {
        k.box = sqlite3_column_blob(q, 13);
        k.box_length = (size_t)sqlite3_column_bytes(q, 13);
    }
    (void)each(&k, arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_key_last(struct ud_store *s, uint64_t *row, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_KEY_LAST, err, "");
    enum ud_status st = ud_sql_row(s, q, err);

    *row = st == UD_OK ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_key_add(struct ud_store *s, const struct ud_store_key *k, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_KEY_ADD, err, "iigiiiwwiib", (int64_t)k->row, (int64_t)k->device_row, &k->k.id, (int64_t)k->k.kind,
            (int64_t)k->k.volume, (int64_t)k->k.state, k->k.created, k->k.shown, (int64_t)k->version, (int64_t)k->ring, k->box,
            k->box_length),
        err);
}

enum ud_status
ud_store_key_supersede(
    struct ud_store *s, uint64_t device_row, enum ud_kind kind, enum ud_volume volume, uint64_t except, struct ud_error *err)
{
    return ud_sql_run(s,
        ud_sql(s, UD_SQL_KEY_SUPERSEDE, err, "iiii", (int64_t)device_row, (int64_t)kind, (int64_t)volume, (int64_t)except), err);
}

enum ud_status
ud_store_key_shown(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err)
{
    return ud_sql_change(s, ud_sql(s, UD_SQL_KEY_SHOWN, err, "iw", (int64_t)row, at), err);
}

enum ud_status
ud_store_key_rotating(struct ud_store *s, uint64_t device_row, enum ud_kind kind, bool pending, struct ud_error *err)
{
    return ud_sql_run(
        s, ud_sql(s, pending ? UD_SQL_KEY_ROTATING : UD_SQL_KEY_RESTING, err, "ii", (int64_t)device_row, (int64_t)kind), err);
}

enum ud_status
ud_store_keys(struct ud_store *s, unsigned kinds, const char *owner, uint64_t after, uint32_t limit, ud_store_key_each each,
    void *arg, struct ud_error *err)
{
    return each_key(
        s, ud_sql(s, UD_SQL_KEYS, err, "iiit", (int64_t)after, (int64_t)limit, (int64_t)kinds, owner), each, arg, err);
}

enum ud_status
ud_store_key_count(struct ud_store *s, uint64_t *count, unsigned kinds, const char *owner, struct ud_error *err)
{
    sqlite3_stmt *q =
        ud_sql(s, kinds == 0 && owner == NULL ? UD_SQL_KEY_COUNT : UD_SQL_KEY_COUNT_SOME, err, "it", (int64_t)kinds, owner);
    enum ud_status st = ud_sql_row(s, q, err);

    *count = st == UD_OK ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
    if (st == UD_OK)
        sqlite3_reset(q);
    return st;
}

enum ud_status
ud_store_device_keys(struct ud_store *s, uint64_t device_row, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return each_key(s, ud_sql(s, UD_SQL_KEYS_OF, err, "i", (int64_t)device_row), each, arg, err);
}

enum ud_status
ud_store_key_by_id(struct ud_store *s, const struct ud_guid *id, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return one_key(s, ud_sql(s, UD_SQL_KEY_BY_ID, err, "g", id), false, each, arg, err);
}

enum ud_status
ud_store_key_current(
    struct ud_store *s, uint64_t device_row, enum ud_kind kind, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return one_key(s, ud_sql(s, UD_SQL_KEY_CURRENT, err, "ii", (int64_t)device_row, (int64_t)kind), false, each, arg, err);
}

enum ud_status
ud_store_key_find(
    struct ud_store *s, const struct ud_keyid_prefix *p, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err)
{
    struct ud_guid last;

    ud_keyid_prefix_last(&last, p);
    return each_key(s, ud_sql(s, UD_SQL_KEY_FIND, err, "bbi", p->value.byte, (size_t)16, last.byte, (size_t)16, (int64_t)limit),
        each, arg, err);
}

enum ud_status
ud_store_keys_due(struct ud_store *s, ud_wall before, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return each_key(s, ud_sql(s, UD_SQL_KEYS_DUE, err, "wi", before, (int64_t)limit), each, arg, err);
}

enum ud_status
ud_store_keys_shown(
    struct ud_store *s, const char *owner, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return each_key(s, ud_sql(s, UD_SQL_KEYS_SHOWN, err, "it", (int64_t)limit, owner), each, arg, err);
}

enum ud_status
ud_store_key_shown_by(struct ud_store *s, uint64_t key_row, char *account, size_t size, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_KEY_SHOWN_BY, err, "i", (int64_t)key_row);
    enum ud_status st = ud_sql_row(s, q, err);

    account[0] = '\0';
    if (st != UD_OK)
        return st == UD_NOTFOUND ? UD_OK : st;
    (void)ud_copy(account, size, ud_sql_text(q, 0));
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_key_box(struct ud_store *s, uint64_t row, ud_store_key_each each, void *arg, struct ud_error *err)
{
    return one_key(s, ud_sql(s, UD_SQL_KEY_BOX, err, "i", (int64_t)row), true, each, arg, err);
}

enum ud_status
ud_store_package_add(struct ud_store *s, uint64_t key_row, const void *box, size_t length, struct ud_error *err)
{
    return ud_sql_run(s, ud_sql(s, UD_SQL_PACKAGE_ADD, err, "ib", (int64_t)key_row, box, length), err);
}

enum ud_status
ud_store_package_get(struct ud_store *s, uint64_t key_row, ud_store_box_each each, void *arg, struct ud_error *err)
{
    sqlite3_stmt *q = ud_sql(s, UD_SQL_PACKAGE_GET, err, "i", (int64_t)key_row);
    enum ud_status st = ud_sql_row(s, q, err);

    if (st != UD_OK)
        return st;
    each(sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0), arg);
    sqlite3_reset(q);
    return UD_OK;
}

enum ud_status
ud_store_key_delete(struct ud_store *s, const struct ud_store_key *k, ud_wall at, struct ud_error *err)
{
    enum ud_status st;

    if ((st = ud_sql_run(s, ud_sql(s, UD_SQL_KEY_DELETED, err, "igiw", (int64_t)k->row, &k->k.id, (int64_t)k->device_row, at),
             err)) != UD_OK ||
        (st = ud_sql_run(s, ud_sql(s, UD_SQL_MATCH_DELETE, err, "i", (int64_t)k->row), err)) != UD_OK ||
        (st = ud_sql_run(s, ud_sql(s, UD_SQL_PACKAGE_DELETE, err, "i", (int64_t)k->row), err)) != UD_OK)
        return st;
    return ud_sql_change(s, ud_sql(s, UD_SQL_KEY_DELETE, err, "i", (int64_t)k->row), err);
}

void
ud_keyid_prefix_last(struct ud_guid *out, const struct ud_keyid_prefix *p)
{
    *out = p->value;
    for (unsigned i = p->digits; i < 32; i++)
        out->byte[i / 2] = (uint8_t)(out->byte[i / 2] | (i % 2 == 0 ? 0xF0 : 0x0F));
}
