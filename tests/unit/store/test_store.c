/* The database: what may be opened, what fails how, what comes back. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "escrowd/store/statements.h"
#include "escrowd/store/fleet.h"
#include "escrowd/store/people.h"

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)
#define SCHEMA     TEXT(UD_SCHEMA_VERSION)

static char dir[64], path[96];
static struct ud_store *store;

static int
set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-store-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/escrowd.db", dir);
    return ud_store_open(&store, path, UD_STORE_CREATE, NULL) == UD_OK ? 0 : -1;
}

static int
remove_one(const char *name, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(name);
}

static int
tear_down(void **state)
{
    (void)state;
    ud_store_free(&store);
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static uint64_t
add_device(uint8_t number, const char *name)
{
    struct ud_store_device d = {
        .d = { .name = name, .serial = "S", .user = "al@x", .os = "Windows", .last_checkin = UD_WALL_NONE }
    };
    uint64_t row = 0;

    memset(d.d.id.byte, number, 16);
    memset(d.d.entra_id.byte, number + 100, 16);
    d.enrolled = 5;
    assert_int_equal(ud_store_device_add(store, &row, &d, NULL), UD_OK);
    return row;
}

static enum ud_status
add_key(uint64_t row, uint64_t device, uint8_t id, enum ud_kind kind)
{
    struct ud_store_key k = {
        .row = row, .device_row = device, .version = 1, .ring = 1, .box = (const uint8_t *)"box", .box_length = 3
    };

    k.k.kind = kind;
    k.k.volume = UD_VOLUME_OS;
    k.k.created = (ud_wall)row * 1000;
    k.k.shown = UD_WALL_NONE;
    if (id != 0)
        memset(k.k.id.byte, id, 16);
    return ud_store_key_add(store, &k, NULL);
}

static void
a_database_that_others_may_read_is_refused(void **state)
{
    struct ud_store *again = NULL;
    struct ud_error err = { 0 };

    (void)state;
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(ud_store_open(&again, path, UD_STORE_WRITE, &err), UD_CONFIG);
    assert_non_null(strstr(err.hint, "chmod"));
    assert_null(again);
}

static void
a_link_is_not_followed(void **state)
{
    struct ud_store *again = NULL;
    char other[96];

    (void)state;
    (void)snprintf(other, sizeof(other), "%s/link.db", dir);
    assert_int_equal(symlink(path, other), 0);
    assert_int_equal(ud_store_open(&again, other, UD_STORE_WRITE, NULL), UD_CONFIG);
    assert_int_equal(ud_store_open(&again, other, UD_STORE_CREATE, NULL), UD_IO);
}

static void
meddle(const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
a_newer_schema_and_foreign_files_are_refused(void **state)
{
    struct ud_store *again = NULL;
    char other[96];

    (void)state;
    meddle("PRAGMA user_version = 1000");
    assert_int_equal(ud_store_open(&again, path, UD_STORE_WRITE, NULL), UD_CONFIG);
    meddle("PRAGMA user_version = " SCHEMA "; PRAGMA application_id = 7");
    assert_int_equal(ud_store_open(&again, path, UD_STORE_READ, NULL), UD_CONFIG);
    (void)snprintf(other, sizeof(other), "%s/text.db", dir);
    assert_int_equal(ud_file_replace(other, "this is no database, only text of some length", 46, 0600, NULL), UD_OK);
    assert_true(ud_store_open(&again, other, UD_STORE_WRITE, NULL) != UD_OK);
    assert_null(again);
}

static bool
ignore_key(const struct ud_store_key *k, void *arg)
{
    (void)k;
    (void)arg;
    return true;
}

static void
a_damaged_file_is_an_error_and_never_a_crash(void **state)
{
    struct ud_buf b;
    uint8_t dice = 7;

    for (uint8_t i = 1; i < 60; i++)
        assert_int_equal(add_key(i, add_device(i, "N"), i, UD_KIND_BITLOCKER), UD_OK);
    ud_store_free(&store);
    ud_buf_init(&b, 1u << 20);
    assert_int_equal(ud_file_read(&b, path, b.max, NULL), UD_OK);
    for (unsigned n = 0; n < 200; n++) {
        struct ud_keyid_prefix all = { .digits = 8 };
        struct ud_store *again = NULL;
        uint64_t count;
        size_t at = ((size_t)n * 7919 + 18) % b.length;
        char before = b.data[at];
        dice = (uint8_t)(dice * 5 + 3);
        b.data[at] = (char)(before ^ (dice | 1));
        assert_int_equal(ud_file_replace(path, b.data, b.length, 0600, NULL), UD_OK);
        if (ud_store_open(&again, path, UD_STORE_WRITE, NULL) == UD_OK) {
            /* any status will do: what counts is that it is a status */
            (void)!ud_store_key_count(again, &count, 1, "al@x", NULL);
            (void)!ud_store_key_find(again, &all, 10, ignore_key, NULL, NULL);
            (void)!ud_store_check(again, NULL);
        }
        ud_store_free(&again);
        b.data[at] = before;
    }
    ud_buf_free(&b);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ud_store_open(&store, path, UD_STORE_CREATE, NULL), UD_OK);
    (void)state;
}

static bool
note_key(const struct ud_store_key *k, void *arg)
{
    struct ud_store_key **next = arg;

    *(*next)++ = *k;
    return true;
}

static void
a_newer_key_supersedes_only_its_own_kind(void **state)
{
    uint64_t device = add_device(1, "N");
    struct ud_store_key k[4], *next = k;

    (void)state;
    assert_int_equal(add_key(1, device, 1, UD_KIND_BITLOCKER), UD_OK);
    assert_int_equal(add_key(2, device, 0, UD_KIND_LAPS), UD_OK);
    assert_int_equal(add_key(3, device, 0, UD_KIND_FILEVAULT), UD_OK); /* two without an ID are no twins */
    assert_int_equal(add_key(4, device, 2, UD_KIND_BITLOCKER), UD_OK);
    assert_int_equal(add_key(5, device, 2, UD_KIND_BITLOCKER), UD_EXISTS);
    assert_int_equal(ud_store_key_supersede(store, device, UD_KIND_BITLOCKER, UD_VOLUME_OS, 4, NULL), UD_OK);
    assert_int_equal(ud_store_device_keys(store, device, note_key, &next, NULL), UD_OK);
    assert_ptr_equal(next, k + 4);
    assert_int_equal(k[0].row, 4); /* newest first */
    assert_int_equal(k[0].k.state, UD_KEY_CURRENT);
    assert_int_equal(k[1].k.state, UD_KEY_CURRENT);
    assert_int_equal(k[2].k.state, UD_KEY_CURRENT);
    assert_int_equal(k[3].row, 1);
    assert_int_equal(k[3].k.state, UD_KEY_SUPERSEDED);
    assert_null(k[0].box);
}

static void
the_last_id_of_a_prefix_ends_in_f(void **state)
{
    static const struct {
        unsigned digits;
        uint8_t fourth, fifth, last;
    } table[] = { { 8, 0x0a, 0xff, 0xff }, { 9, 0x0a, 0x5f, 0xff }, { 32, 0x0a, 0x50, 0x00 } };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ud_keyid_prefix p = { .value = { { 1, 2, 3, 0x0a, 0x50 } }, .digits = table[i].digits };
        struct ud_guid last;
        if (table[i].digits == 8)
            p.value.byte[4] = 0;
        ud_keyid_prefix_last(&last, &p);
        assert_int_equal(last.byte[3], table[i].fourth);
        assert_int_equal(last.byte[4], table[i].fifth);
        assert_int_equal(last.byte[15], table[i].last);
    }
}

static void
a_part_can_fail_alone(void **state)
{
    uint64_t device, count;

    (void)state;
    assert_int_equal(ud_store_begin(store, NULL), UD_OK);
    device = add_device(1, "kept");
    assert_int_equal(ud_store_savepoint(store, NULL), UD_OK);
    (void)add_device(2, "undone");
    ud_store_undo(store);
    assert_true(ud_store_in_transaction(store));
    assert_int_equal(ud_store_commit(store, NULL), UD_OK);
    assert_int_equal(ud_store_device_count(store, &count, UD_STORE_ALL, NULL, NULL, NULL), UD_OK);
    assert_int_equal(count, 1);
    assert_int_equal(device, 1);
}

static void
another_connections_writing_is_noticed(void **state)
{
    struct ud_store *other = NULL;

    (void)state;
    (void)ud_store_changed(store);
    assert_false(ud_store_changed(store));
    assert_int_equal(ud_store_meta_put(store, "a", "1", 1, NULL), UD_OK);
    assert_false(ud_store_changed(store)); /* its own does not count */
    assert_int_equal(ud_store_open(&other, path, UD_STORE_WRITE, NULL), UD_OK);
    assert_int_equal(ud_store_meta_put(other, "a", "2", 1, NULL), UD_OK);
    ud_store_free(&other);
    assert_true(ud_store_changed(store));
    assert_false(ud_store_changed(store));
}

static void
a_request_id_is_taken_once(void **state)
{
    struct ud_store_disclosure d = { .request = { { 1 } }, .user_row = 1, .device_row = 1, .key_row = 1, .at = 5 };

    (void)state;
    assert_int_equal(ud_store_disclosure_add(store, &d, NULL), UD_OK);
    assert_int_equal(ud_store_disclosure_add(store, &d, NULL), UD_EXISTS);
    assert_int_equal(ud_store_disclosure_outcome(store, &d.request, 2, "worked", NULL), UD_NOTFOUND); /* not his */
    assert_int_equal(ud_store_disclosure_outcome(store, &d.request, 1, "worked", NULL), UD_OK);
}

static void
bulk_loading_ends_with_the_same_indexes(void **state)
{
    uint64_t count;

    (void)state;
    assert_int_equal(ud_store_begin(store, NULL), UD_OK);
    assert_int_equal(ud_store_bulk(store, NULL), UD_OK);
    (void)add_device(1, "one");
    (void)add_device(2, "Two");
    assert_int_equal(ud_store_bulk_done(store, NULL), UD_OK);
    assert_int_equal(ud_store_commit(store, NULL), UD_OK);
    assert_int_equal(ud_store_device_count(store, &count, UD_STORE_NAME_IS, "two", NULL, NULL), UD_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ud_store_check(store, NULL), UD_OK);
    struct ud_store_device twin = { .d = { .name = "x" } };
    memset(twin.d.id.byte, 1, 16);
    memset(twin.d.entra_id.byte, 77, 16);
    assert_int_equal(ud_store_device_add(store, &count, &twin, NULL), UD_EXISTS);
}

static void
put_notes(unsigned count)
{
    static unsigned number; /* writing the same again would write nothing */
    char text[3000];

    memset(text, 'x', sizeof(text));
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(text, sizeof(text), "%u", number++);
        assert_int_equal(ud_store_begin(store, NULL), UD_OK);
        assert_int_equal(ud_store_meta_put(store, "note", text, sizeof(text), NULL), UD_OK);
        assert_int_equal(ud_store_commit(store, NULL), UD_OK);
    }
}

static void
the_log_is_brought_in_from_beside_the_writer(void **state)
{
    struct ud_store *beside = NULL;
    unsigned before;

    (void)state;
    assert_int_equal(ud_store_open(&beside, path, UD_STORE_WRITE, NULL), UD_OK);
    ud_store_log_limit(store, 100000);
    put_notes(50);
    before = ud_store_log_pages(store);
    assert_in_range(before, 50, 1000);
    put_notes(1);
    assert_true(ud_store_log_pages(store) > before);
    assert_int_equal(ud_store_backfill(beside, NULL), UD_OK);
    put_notes(1); /* there is nothing in the log to keep: it begins anew */
    assert_true(ud_store_log_pages(store) < 50);
    ud_store_free(&beside);
}

static void
a_log_that_nobody_brings_in_stays_below_its_limit(void **state)
{
    (void)state;
    ud_store_log_limit(store, 40);
    put_notes(100);
    assert_in_range(ud_store_log_pages(store), 1, 50);
    put_notes(100);
    assert_in_range(ud_store_log_pages(store), 1, 50);
}

/* What SQLite says it would do for one of our statements. */
static void
plan_of(char *out, size_t size, const char *name)
{
    static const struct {
        const char *name, *sql;
    } statements[] = {
#define X(name, text) { #name, text },
        UD_SQL_LIST(X)
#undef X
    };
    char sql[2048] = "";
    sqlite3_stmt *q = NULL;
    sqlite3 *db = NULL;
    size_t used = 0;

    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        if (strcmp(statements[i].name, name) == 0)
            (void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", statements[i].sql);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    out[0] = '\0';
    while (sqlite3_step(q) == SQLITE_ROW && used < size)
        used += (size_t)snprintf(out + used, size - used, "%s; ", (const char *)sqlite3_column_text(q, 3));
    assert_int_equal(sqlite3_finalize(q), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
a_report_reads_only_the_lines_of_its_days(void **state)
{
    static const char *const names[] = { "AUDIT_ASKED", "AUDIT_ASKED_ON" };
    char plan[1024];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        plan_of(plan, sizeof(plan), names[i]);
        if (strstr(plan, "SEARCH audit USING INDEX audit_asked (at>? AND at<?)") == NULL || strstr(plan, "SCAN") != NULL ||
            strstr(plan, "TEMP B-TREE") != NULL)
            fail_msg("%s: %s", names[i], plan);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_database_that_others_may_read_is_refused),
        T(a_link_is_not_followed),
        T(a_report_reads_only_the_lines_of_its_days),
        T(a_newer_schema_and_foreign_files_are_refused),
        T(a_damaged_file_is_an_error_and_never_a_crash),
        T(a_newer_key_supersedes_only_its_own_kind),
        T(the_last_id_of_a_prefix_ends_in_f),
        T(a_part_can_fail_alone),
        T(another_connections_writing_is_noticed),
        T(a_request_id_is_taken_once),
        T(bulk_loading_ends_with_the_same_indexes),
        T(the_log_is_brought_in_from_beside_the_writer),
        T(a_log_that_nobody_brings_in_stays_below_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
