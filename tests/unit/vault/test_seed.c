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

#include "base/file.h"
#include "escrowd/vault/roster.h"
#include "escrowd/vault/seed.h"
#include "wire/json.h"

struct place {
    char dir[64];
    struct ud_change_context context;
    struct ud_secret *simulate_key;
};

static struct ud_error error;

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static void
sow(struct place *p, uint32_t devices, uint32_t seed)
{
    char path[128], master[128];

    memset(p, 0, sizeof(*p));
    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/ud-seed-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    (void)snprintf(path, sizeof(path), "%s/escrowd.db", p->dir);
    (void)snprintf(master, sizeof(master), "%s/master.key", p->dir);
    assert_int_equal(ud_store_open(&p->context.store, path, UD_STORE_CREATE, &error), UD_OK);
    assert_int_equal(ud_ring_create(p->context.store, master, ud_clock_wall(), &error), UD_OK);
    assert_int_equal(ud_ring_open(&p->context.ring, p->context.store, master, &error), UD_OK);
    assert_int_equal(ud_secret_new(&p->simulate_key, 32, &error), UD_OK);
    assert_int_equal(ud_secret_append(p->simulate_key, "0123456789abcdef0123456789abcdef", 32, &error), UD_OK);
    if (ud_seed(&p->context, p->dir, p->simulate_key, devices, seed, &error) != UD_OK)
        fail_msg("%s", error.message);
}

static void
plough(struct place *p)
{
    ud_secret_free(&p->simulate_key);
    ud_ring_free(&p->context.ring);
    ud_store_free(&p->context.store);
    assert_int_equal(nftw(p->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static bool
write_device(const struct ud_store_device *d, void *arg)
{
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &d->d.id);
    assert_memory_equal(d->d.serial, "TRN", 3);
    assert_non_null(strstr(d->d.user, "@training.invalid"));
    ud_buf_format(arg, "%s %s %s %s %s\n", id, d->d.name, d->d.serial, d->d.user, d->d.os);
    return true;
}

static bool
write_key(const struct ud_store_key *k, void *arg)
{
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &k->k.id);
    ud_buf_format(arg, "%s %d %d %d\n", id, (int)k->k.kind, (int)k->k.volume, (int)k->k.state);
    return true;
}

static void
describe(struct ud_buf *out, struct place *p)
{
    ud_buf_init(out, 16 * 1024 * 1024);
    assert_int_equal(ud_store_devices(p->context.store, UD_STORE_ALL, NULL, NULL, 0, 100000, write_device, out, &error), UD_OK);
    assert_int_equal(ud_store_keys(p->context.store, 0, NULL, 0, 100000, write_key, out, &error), UD_OK);
    assert_false(out->failed);
}

static void
the_same_seed_gives_the_same_fleet_and_another_seed_another(void **state)
{
    struct place a, b, c;
    struct ud_buf x, y, z;

    (void)state;
    sow(&a, 300, 7);
    sow(&b, 300, 7);
    sow(&c, 300, 8);
    describe(&x, &a);
    describe(&y, &b);
    describe(&z, &c);
    assert_string_equal(x.data, y.data);
    assert_string_not_equal(x.data, z.data);
    ud_buf_free(&x);
    ud_buf_free(&y);
    ud_buf_free(&z);
    plough(&a);
    plough(&b);
    plough(&c);
}

static bool
count_one(const struct ud_store_device *d, void *arg)
{
    (void)d;
    ++*(unsigned *)arg;
    return true;
}

static bool
count_key(const struct ud_store_key *k, void *arg)
{
    (void)k;
    ++*(unsigned *)arg;
    return true;
}

static void
a_fleet_of_twenty_has_alice_and_two_keys_that_share_eight_digits(void **state)
{
    struct ud_keyid_prefix prefix;
    unsigned alice = 0, coffee = 0, mac = 0;
    struct place p;

    (void)state;
    sow(&p, 20, 1);
    assert_int_equal(
        ud_store_devices(p.context.store, UD_STORE_USER_IS, "alice@training.invalid", NULL, 0, 10, count_one, &alice, &error),
        UD_OK);
    assert_int_equal(alice, 1);
    assert_int_equal(ud_keyid_prefix_parse(&prefix, "c0ffee00", NULL), UD_OK);
    assert_int_equal(ud_store_key_find(p.context.store, &prefix, 10, count_key, &coffee, &error), UD_OK);
    assert_int_equal(coffee, 2);
    assert_int_equal(
        ud_store_devices(p.context.store, UD_STORE_NAME_IS, "MAD-LT-SHARED", NULL, 0, 10, count_one, &mac, &error), UD_OK);
    assert_int_equal(mac, 2);
    plough(&p);
}

static void
the_cast_names_devices_that_exist(void **state)
{
    struct ud_json *doc = NULL;
    struct ud_buf data;
    struct place p;
    unsigned calls = 0;
    char path[128];

    (void)state;
    sow(&p, 40, 3);
    (void)snprintf(path, sizeof(path), "%s/cast.json", p.dir);
    ud_buf_init(&data, 1 << 20);
    assert_int_equal(ud_file_read(&data, path, data.max, &error), UD_OK);
    assert_int_equal(ud_json_parse(&doc, data.data, data.length, &error), UD_OK);
    for (const struct ud_json *c = ud_json_first(ud_json_member(doc, "calls")); c != NULL; c = ud_json_after(c), calls++) {
        char serial[64];
        unsigned found = 0;
        assert_int_equal(ud_json_get_text(serial, sizeof(serial), c, "serial", NULL), UD_OK);
        assert_int_equal(
            ud_store_devices(p.context.store, UD_STORE_SERIAL_IS, serial, NULL, 0, 2, count_one, &found, &error), UD_OK);
        assert_int_equal(found, 1);
    }
    assert_int_equal(calls, 15);
    ud_json_free(&doc);
    ud_buf_free(&data);
    plough(&p);
}

static void
simulated_devices_know_which_key_is_right(void **state)
{
    struct ud_roster *roster = NULL;
    struct ud_secret *wrong = NULL;
    unsigned char f[UD_HASH_SIZE];
    struct place p;
    bool several;

    (void)state;
    sow(&p, 40, 3);
    assert_int_equal(ud_roster_open(&roster, p.dir, &error), UD_OK);
    const struct ud_roster_line *l = ud_roster_named(roster, "lon-lt-alice", &several);
    assert_non_null(l);
    assert_int_equal(ud_recovery_generate(&wrong, l->kind, &error), UD_OK);
    ud_roster_fingerprint(f, &l->device, wrong, p.simulate_key);
    assert_memory_not_equal(f, l->fingerprint, sizeof(f));
    assert_null(ud_roster_named(roster, "MAD-LT-SHARED", &several));
    assert_true(several);
    ud_secret_free(&wrong);
    ud_roster_free(&roster);
    plough(&p);
}

static void
a_service_that_holds_devices_is_not_seeded_again(void **state)
{
    struct place p;

    (void)state;
    sow(&p, 5, 1);
    assert_int_equal(ud_seed(&p.context, p.dir, p.simulate_key, 5, 1, &error), UD_EXISTS);
    plough(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_fleet_and_another_seed_another),
        cmocka_unit_test(a_fleet_of_twenty_has_alice_and_two_keys_that_share_eight_digits),
        cmocka_unit_test(the_cast_names_devices_that_exist),
        cmocka_unit_test(simulated_devices_know_which_key_is_right),
        cmocka_unit_test(a_service_that_holds_devices_is_not_seeded_again),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
