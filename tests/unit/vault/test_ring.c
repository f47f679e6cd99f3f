/* Sealed records open only where they belong; the audit chain and its marks find every change. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "escrowd/vault/audit.h"
#include "escrowd/vault/ring.h"

#define KEY "461109-608201-413820-485342-181588-463056-430617-501391"

static char dir[64], database[96], master[96], anchor[96];
static struct ud_store *store;
static struct ud_ring *ring;

static int
set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-ring-XXXXXX");
    if (ud_seal_init(NULL) != UD_OK || mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(database, sizeof(database), "%s/escrowd.db", dir);
    (void)snprintf(master, sizeof(master), "%s/master.key", dir);
    (void)snprintf(anchor, sizeof(anchor), "%s/audit.anchor", dir);
    return ud_store_open(&store, database, UD_STORE_CREATE, NULL) == UD_OK &&
                   ud_ring_create(store, master, 1000, NULL) == UD_OK && ud_ring_open(&ring, store, master, NULL) == UD_OK
               ? 0
               : -1;
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static int
tear_down(void **state)
{
    (void)state;
    ud_ring_free(&ring);
    ud_store_free(&store);
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct ud_secret *
secret(const char *text)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, strlen(text), NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, text, strlen(text), NULL), UD_OK);
    return s;
}

static struct ud_store_key
record(void)
{
    struct ud_store_key k = { .row = 7, .version = 1, .ring = ring->data_id };

    k.k.kind = UD_KIND_BITLOCKER;
    memset(k.k.device.byte, 1, 16);
    memset(k.k.id.byte, 2, 16);
    return k;
}

static void
a_box_opens_for_its_own_record_only(void **state)
{
    struct ud_store_key good = record(), k;
    struct ud_secret *plain = secret(KEY), *out = NULL;
    uint8_t box[UD_BOX_MAX];
    size_t length;

    (void)state;
    assert_int_equal(ud_ring_seal(ring, box, &length, plain, &good, NULL), UD_OK);
    good.box = box;
    good.box_length = length;
    assert_int_equal(ud_ring_unseal(ring, &out, &good, NULL), UD_OK);
    assert_true(ud_secret_equal(out, plain));
    ud_secret_free(&out);
    for (int change = 0; change < 6; change++) {
        k = good;
        k.row += change == 0;
        k.k.device.byte[15] ^= (uint8_t)(change == 1);
        k.k.id.byte[0] ^= (uint8_t)(change == 2);
        k.k.kind = change == 3 ? UD_KIND_LUKS : k.k.kind;
        k.version += change == 4;
        k.ring += change == 5;
        assert_int_equal(ud_ring_unseal(ring, &out, &k, NULL), UD_TAMPERED);
        assert_null(out);
    }
    ud_secret_free(&plain);
}

static void
every_flipped_bit_of_a_box_is_found(void **state)
{
    struct ud_store_key k = record();
    struct ud_secret *plain = secret(KEY), *out = NULL;
    uint8_t box[UD_BOX_MAX];

    (void)state;
    assert_int_equal(ud_ring_seal(ring, box, &k.box_length, plain, &k, NULL), UD_OK);
    k.box = box;
    for (size_t i = 0; i < 8 * k.box_length; i++) {
        box[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(ud_ring_unseal(ring, &out, &k, NULL), UD_TAMPERED);
        box[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(ud_ring_unseal(ring, &out, &k, NULL), UD_OK);
    ud_secret_free(&out);
    ud_secret_free(&plain);
}

static void
another_master_key_does_not_open_the_database(void **state)
{
    struct ud_ring *other = NULL;
    struct ud_error err;
    uint8_t wrong[32] = { 1 };

    (void)state;
    assert_int_equal(ud_file_replace(master, wrong, sizeof(wrong), 0400, NULL), UD_OK);
    assert_int_equal(ud_ring_open(&other, store, master, &err), UD_TAMPERED);
    assert_null(other);
    assert_true(err.hint[0] != '\0');
    assert_int_equal(ud_file_replace(master, wrong, 16, 0400, NULL), UD_OK);
    assert_int_equal(ud_ring_open(&other, store, master, &err), UD_CONFIG);
}

static void
a_master_key_is_never_overwritten(void **state)
{
    (void)state;
    assert_int_equal(ud_ring_create(store, master, 1000, NULL), UD_EXISTS);
}

/* --- audit ------------------------------------------------------------------------------------------------------------- */

static struct ud_audit audit;

static void
write_lines(unsigned count)
{
    char detail[32];

    assert_int_equal(ud_audit_open(&audit, store, NULL), UD_OK);
    assert_int_equal(ud_store_begin(store, NULL), UD_OK);
    for (unsigned i = 0; i < count; i++) {
        struct ud_audit_entry e = { .event = "test", .detail = detail };
        (void)snprintf(detail, sizeof(detail), "number %u", i);
        assert_int_equal(ud_audit_append(&audit, store, ring, 5000 + i, &e, NULL), UD_OK);
    }
    assert_int_equal(ud_audit_checkpoint(&audit, store, ring, 9000, NULL), UD_OK);
    assert_int_equal(ud_store_commit(store, NULL), UD_OK);
    assert_int_equal(ud_audit_anchor(&audit, ring, anchor, 9000, NULL), UD_OK);
}

static struct ud_audit_report
verify(void)
{
    struct ud_audit_report r;

    assert_int_equal(ud_audit_verify(&r, store, ring, anchor, NULL), UD_OK);
    return r;
}

/* What somebody with the database file can do, and no key. */
static void
meddle(const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
an_untouched_audit_is_fine(void **state)
{
    struct ud_audit_report r;

    (void)state;
    write_lines(2500);
    r = verify();
    assert_string_equal(r.what, "");
    assert_true(r.ok);
    assert_int_equal(r.lines, 2500);
    assert_int_equal(r.checkpoints, 3);
    assert_int_equal(r.anchored, 2500);
}

static void
every_change_of_the_audit_is_found(void **state)
{
    static const struct {
        const char *sql;
        uint64_t first_bad;
    } table[] = {
        { "UPDATE audit SET line = replace(line, 'number 41', 'number 14') WHERE seq = 42", 42 },
        { "UPDATE audit SET at = at + 1 WHERE seq = 42", 42 },
        { "UPDATE audit SET hash = zeroblob(32) WHERE seq = 42", 42 },
        { "DELETE FROM audit WHERE seq = 42", 42 },
        { "DELETE FROM audit WHERE seq > 41", 42 },
        { "UPDATE audit SET seq = -seq WHERE seq IN (42, 43);"
          "UPDATE audit SET seq = 43 WHERE seq = -42; UPDATE audit SET seq = 42 WHERE seq = -43",
            42 },
        { "UPDATE checkpoint SET signature = zeroblob(64)", 100 },
        { "DELETE FROM audit WHERE seq > 41; DELETE FROM checkpoint", 42 }, /* the anchor still knows */
        { "INSERT INTO audit SELECT seq + 100, at, line, hash FROM audit WHERE seq = 1", 101 },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        write_lines(100);
        assert_true(verify().ok);
        meddle(table[i].sql);
        struct ud_audit_report r = verify();
        assert_false(r.ok);
        assert_int_equal(r.first_bad, table[i].first_bad);
        assert_true(r.what[0] != '\0');
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static bool
no_break(const struct ud_store_audit *a, void *arg)
{
    (void)arg;
    assert_null(strpbrk(a->line, "\r\n\x1b"));
    assert_null(strstr(a->line, "\",\"event\":\"disclosed\""));
    return true;
}

static void
text_from_outside_cannot_end_or_forge_a_line(void **state)
{
    struct ud_audit_entry e = { .event = "test", .note = "a\"\n\x1b[2J\",\"event\":\"disclosed\"", .ticket = "\xff\xfe" };

    (void)state;
    assert_int_equal(ud_audit_open(&audit, store, NULL), UD_OK);
    assert_int_equal(ud_audit_append(&audit, store, ring, 1, &e, NULL), UD_OK);
    assert_int_equal(ud_store_audits(store, 0, no_break, NULL, NULL), UD_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_box_opens_for_its_own_record_only),
        T(every_flipped_bit_of_a_box_is_found),
        T(another_master_key_does_not_open_the_database),
        T(a_master_key_is_never_overwritten),
        T(an_untouched_audit_is_fine),
        T(every_change_of_the_audit_is_found),
        T(text_from_outside_cannot_end_or_forge_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
