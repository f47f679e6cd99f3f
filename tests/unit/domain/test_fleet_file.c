/* The list on disk: saved, mapped, added to, damaged. */
#include "fleet_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/fleet_store.h"

struct place {
    char directory[64];
    char path[96];
};

static int
setup(void **state)
{
    struct place *p = calloc(1, sizeof(*p));

    snprintf(p->directory, sizeof(p->directory), "/tmp/ud-fleet-XXXXXX");
    if (mkdtemp(p->directory) == NULL)
        return -1;
    snprintf(p->path, sizeof(p->path), "%s/devices", p->directory);
    *state = p;
    return 0;
}

static int
teardown(void **state)
{
    struct place *p = *state;

    unlink(p->path);
    rmdir(p->directory);
    free(p);
    return 0;
}

static struct ud_fleet *
sample(uint32_t count)
{
    struct ud_fleet *f = ud_fleet_new();
    char name[32], user[32];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), i % 10 == 0 ? "ÖST-%u" : "LON-LT-%05u", i);
        snprintf(user, sizeof(user), "user%u@x", i);
        struct ud_device d = device_of(i, name, "S", user, "Some One");
        d.last_checkin = 1700000000000 + i;
        d.os_version = i % 2 == 0 ? "11" : "10";
        struct ud_key k = key_of(i * 1000003u, &d), lost = key_of(i * 1000003u + 1, &d);
        lost.device = guid_of(0x70000000u + i);
        add(f, &d);
        add_key(f, &k);
        if (i % 50 == 0)
            add_key(f, &lost);
        if (i % 997 == 0)
            ud_fleet_publish(f);
    }
    ud_fleet_publish(f);
    return f;
}

static void
save(const struct ud_fleet *f, const struct place *p)
{
    assert_int_equal(ud_fleet_save(f, p->path, "corp graph", 1234567, NULL), UD_OK);
}

static struct ud_fleet *
load(const struct place *p)
{
    struct ud_fleet *f = NULL;
    ud_wall as_of = 0;

    assert_int_equal(ud_fleet_load(&f, p->path, "corp graph", &as_of, NULL), UD_OK);
    assert_int_equal(as_of, 1234567);
    return f;
}

static void
assert_same(const struct ud_fleet *a, const struct ud_fleet *b)
{
    assert_int_equal(ud_fleet_rows(a), ud_fleet_rows(b));
    assert_int_equal(ud_fleet_devices(a), ud_fleet_devices(b));
    assert_int_equal(ud_fleet_keys(a), ud_fleet_keys(b));
    for (uint32_t row = 0; row < ud_fleet_rows(a); row++) {
        struct ud_device x, y;
        struct ud_key k[2], l[2];
        assert_int_equal(ud_fleet_device(a, row, &x), ud_fleet_device(b, row, &y));
        assert_string_equal(x.name, y.name);
        assert_string_equal(x.user, y.user);
        assert_string_equal(x.model, y.model);
        assert_string_equal(x.os_version, y.os_version);
        assert_memory_equal(&x.id, &y.id, sizeof(x.id));
        assert_int_equal(x.last_checkin, y.last_checkin);
        assert_int_equal(x.mark, y.mark);
        assert_int_equal(ud_fleet_keys_of(a, row, k, 2), ud_fleet_keys_of(b, row, l, 2));
        assert_memory_equal(&k[0].id, &l[0].id, sizeof(k[0].id));
    }
}

static void
a_saved_list_comes_back(void **state)
{
    struct ud_fleet *f = sample(3000), *g;
    struct stat info;
    struct ud_key key;
    uint32_t row;

    save(f, *state);
    assert_int_equal(stat(((struct place *)*state)->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    g = load(*state);
    assert_same(f, g);
    assert_int_equal(count_matches(g, "öst-10"), count_matches(f, "öst-10"));
    assert_int_equal(count_matches(g, "lon-lt-00011"), 1);
    char digits[16];
    snprintf(digits, sizeof(digits), "%08X", 77u * 1000003u);
    assert_int_equal(ud_fleet_find_key_digits(g, digits, 8, &key, &row, 1), 1);
    assert_int_equal(row, 77);
    ud_fleet_free(&f);
    ud_fleet_free(&g);
}

static void
a_mapped_list_is_warmed_piece_by_piece_and_then_no_more(void **state)
{
    struct ud_fleet *f = sample(30000), *g;
    unsigned pieces = 0;

    save(f, *state);
    assert_false(ud_fleet_warm(f)); /* not mapped */
    g = load(*state);
    while (ud_fleet_warm(g))
        assert_true(++pieces < 100);
    assert_in_range(pieces, 2, 10); /* about a megabyte of text */
    assert_int_equal(count_matches(g, "lon-lt-00011"), 1);
    ud_fleet_free(&f);
    ud_fleet_free(&g);
}

static void
an_empty_list_comes_back_and_takes_devices(void **state)
{
    struct ud_fleet *f = ud_fleet_new(), *g;
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");

    save(f, *state);
    g = load(*state);
    assert_int_equal(ud_fleet_rows(g), 0);
    add(g, &d);
    ud_fleet_publish(g);
    assert_int_equal(count_matches(g, "alpha"), 1);
    ud_fleet_free(&f);
    ud_fleet_free(&g);
}

static void
a_mapped_list_can_be_added_to_and_the_file_stays_as_it_was(void **state)
{
    struct ud_fleet *f = sample(2000), *g, *again;
    struct ud_device renamed = device_of(5, "RENAMED", "S", "user5@x", "Some One"),
                     more = device_of(999999, "MORE", "1", "m@x", "M");
    struct ud_device lost = device_of(0x70000000u, "LOST", "1", "l@x", "L"), out;
    struct ud_key k = key_of(0xFFFFFF00u, &more), got;

    save(f, *state);
    g = load(*state);
    add(g, &renamed);
    add(g, &more);
    add(g, &lost);
    add_key(g, &k);
    ud_fleet_publish(g);
    assert_int_equal(ud_fleet_devices(g), 2002);
    assert_int_equal(count_matches(g, "user5@x"), 1);
    assert_string_equal(best_match(g, "user5@x"), "RENAMED");
    assert_int_equal(count_matches(g, "more"), 1);
    assert_int_equal(ud_fleet_find_key_digits(g, "FFFFFF00", 8, &got, NULL, 1), 1);
    assert_true(ud_fleet_device(g, ud_fleet_row_of(g, 0, &lost.id), &out));
    assert_int_equal(out.keys, 1);
    again = load(*state);
    assert_same(f, again);
    save(g, *state);
    ud_fleet_free(&again);
    again = load(*state);
    assert_same(g, again);
    ud_fleet_free(&f);
    ud_fleet_free(&g);
    ud_fleet_free(&again);
}

static void
a_list_of_another_source_is_refused(void **state)
{
    struct place *p = *state;
    struct ud_fleet *f = sample(10), *g = f;
    struct ud_error err = { 0 };
    ud_wall as_of;

    save(f, p);
    assert_int_equal(ud_fleet_load(&g, p->path, "lab escrowd", &as_of, &err), UD_MALFORMED);
    assert_null(g);
    assert_true(err.message[0] != '\0' && err.hint[0] != '\0');
    ud_fleet_free(&f);
}

static void
no_file_is_not_found(void **state)
{
    struct place *p = *state;
    struct ud_fleet *f = NULL;
    ud_wall as_of;

    assert_int_equal(ud_fleet_load(&f, p->path, "x", &as_of, NULL), UD_NOTFOUND);
    assert_null(f);
}

static void
a_cut_file_and_any_change_in_the_header_are_refused(void **state)
{
    struct place *p = *state;
    struct ud_fleet *f = sample(100), *g = NULL;
    struct stat info;
    ud_wall as_of;

    save(f, p);
    for (off_t at = 0; at < 1100; at += 7) {
        int fd = open(p->path, O_RDWR);
        unsigned char byte = 0;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(ud_fleet_load(&g, p->path, "corp graph", &as_of, NULL), UD_MALFORMED);
        byte ^= 0x10;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    g = load(p);
    ud_fleet_free(&g);
    assert_int_equal(stat(p->path, &info), 0);
    assert_int_equal(truncate(p->path, info.st_size - 1), 0);
    assert_int_equal(ud_fleet_load(&g, p->path, "corp graph", &as_of, NULL), UD_MALFORMED);
    assert_int_equal(truncate(p->path, 10), 0);
    assert_int_equal(ud_fleet_load(&g, p->path, "corp graph", &as_of, NULL), UD_MALFORMED);
    ud_fleet_free(&f);
}

/* Reads whatever can be read of a list; nothing here may crash, whatever it returns. */
static void
use_everything(struct ud_fleet *f)
{
    static const char *const queries[] = { "lon", "öst", "xqz", "user:user1", "os:win key:current", "", "lon lt" };
    struct ud_key keys[4];
    struct ud_device d;
    struct ud_guid id = guid_of(3);

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        (void)count_matches(f, queries[i]);
    for (uint32_t row = 0; row < ud_fleet_rows(f); row++) {
        if (ud_fleet_device(f, row, &d))
            assert_true(strlen(d.name) + strlen(d.serial) + strlen(d.user) + strlen(d.user_name) + strlen(d.model) < 100000);
        (void)ud_fleet_keys_of(f, row, keys, 4);
    }
    for (unsigned i = 0; i < 16; i++) {
        char digits[] = { "0123456789ABCDEF"[i], '0', '0', '0', '\0' };
        (void)ud_fleet_find_key_digits(f, digits, 1, keys, NULL, 4);
    }
    (void)ud_fleet_row_of(f, 0, &id);
    for (uint32_t i = 0; i < 50; i++) {
        d = device_of(i, "NEW", "S", "n@x", "N");
        struct ud_key k = key_of(i * 1000003u, &d);
        add(f, &d);
        add_key(f, &k);
    }
    ud_fleet_publish(f);
    (void)count_matches(f, "new");
}

static void
damage_anywhere_else_is_survived(void **state)
{
    struct place *p = *state;
    struct ud_fleet *f = sample(1500), *g = NULL;
    struct stat info;
    uint64_t seed = 77;
    ud_wall as_of;

    save(f, p);
    ud_fleet_free(&f);
    assert_int_equal(stat(p->path, &info), 0);
    for (unsigned round = 0; round < 60; round++) {
        int fd = open(p->path, O_RDWR);
        for (unsigned k = 0; k < 40; k++) {
            uint32_t junk = (uint32_t)next_random(&seed) >> (random_below(&seed, 3) * 8);
            off_t at = (off_t)(ud_column_align() + random_below(&seed, (size_t)info.st_size - ud_column_align() - 4) / 4 * 4);
            assert_int_equal(pwrite(fd, &junk, sizeof(junk), at), sizeof(junk));
        }
        close(fd);
        assert_int_equal(ud_fleet_load(&g, p->path, "corp graph", &as_of, NULL), UD_OK);
        use_everything(g);
        ud_fleet_free(&g);
    }
}

static void
a_full_disk_leaves_the_old_list(void **state)
{
    struct place *p = *state;
    struct ud_fleet *f = sample(100), *g;
    char nowhere[128];

    save(f, p);
    snprintf(nowhere, sizeof(nowhere), "%s/none/devices", p->directory);
    assert_int_equal(ud_fleet_save(f, nowhere, "corp graph", 1, NULL), UD_NOTFOUND);
    if (access("/dev/full", W_OK) == 0)
        assert_int_not_equal(ud_fleet_save(f, "/dev/full/devices", "corp graph", 1, NULL), UD_OK);
    g = load(p);
    assert_same(f, g);
    ud_fleet_free(&f);
    ud_fleet_free(&g);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_saved_list_comes_back),
        FILE_TEST(a_mapped_list_is_warmed_piece_by_piece_and_then_no_more),
        FILE_TEST(an_empty_list_comes_back_and_takes_devices),
        FILE_TEST(a_mapped_list_can_be_added_to_and_the_file_stays_as_it_was),
        FILE_TEST(a_list_of_another_source_is_refused),
        FILE_TEST(no_file_is_not_found),
        FILE_TEST(a_cut_file_and_any_change_in_the_header_are_refused),
        FILE_TEST(damage_anywhere_else_is_survived),
        FILE_TEST(a_full_disk_leaves_the_old_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
