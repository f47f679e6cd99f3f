/* Keys of the fleet: joining, order, look-up by ID, what a device's mark says. */
#include "fleet_fixture.h"

#include <stdlib.h>

static struct ud_keyid_prefix
prefix_of(const struct ud_guid *id, unsigned digits)
{
    struct ud_keyid_prefix p = { .digits = digits };

    for (unsigned i = 0; i < digits; i++)
        p.value.byte[i / 2] |= (uint8_t)(id->byte[i / 2] & (i % 2 == 0 ? 0xF0 : 0x0F));
    return p;
}

static void
keys_join_by_device_id_and_by_entra_id(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    struct ud_key a = key_of(100, &d), b = key_of(200, &d), got[2];

    (void)state;
    b.device = d.entra_id;
    b.by_entra = true;
    add(f, &d);
    add_key(f, &a);
    add_key(f, &b);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_keys_of(f, 0, got, 2), 2);
    assert_int_equal(ud_fleet_keys(f), 2);
    for (unsigned i = 0; i < 2; i++)
        assert_memory_equal(&got[i].device, got[i].by_entra ? &d.entra_id : &d.id, sizeof(d.id));
    ud_fleet_free(&f);
}

static void
keys_that_come_before_their_device_wait_for_it(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), e = device_of(2, "BETA", "2", "b@x", "B"), out;
    struct ud_key a = key_of(100, &d), b = key_of(200, &e), got;
    struct ud_keyid_prefix p = prefix_of(&a.id, 8);
    uint32_t row = 5;

    (void)state;
    b.device = e.entra_id;
    b.by_entra = true;
    add_key(f, &a);
    add_key(f, &b);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_find_key(f, &p, &got, &row, 1), 1);
    assert_int_equal(row, UD_ROW_NONE);
    assert_memory_equal(&got.device, &d.id, sizeof(d.id));
    add(f, &d);
    add(f, &e);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_find_key(f, &p, &got, &row, 1), 1);
    assert_int_equal(row, 0);
    assert_int_equal(ud_fleet_keys_of(f, 1, &got, 1), 1);
    assert_true(ud_fleet_device(f, 1, &out));
    assert_int_equal(out.keys, 1);
    assert_int_equal(out.mark, UD_MARK_CURRENT);
    ud_fleet_free(&f);
}

static void
keys_of_a_device_come_newest_first(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    static const ud_wall made[] = { 3000, 9000, UD_WALL_NONE, 1, 7500 }, sorted[] = { 9000, 7500, 3000, 1, UD_WALL_NONE };
    struct ud_key got[5];

    (void)state;
    add(f, &d);
    for (uint32_t i = 0; i < 5; i++) {
        struct ud_key k = key_of(10 + i, &d);
        k.created = made[i];
        add_key(f, &k);
    }
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_keys_of(f, 0, got, 5), 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(got[i].created, sorted[i]);
    assert_int_equal(ud_fleet_keys_of(f, 0, got, 2), 5);
    assert_int_equal(got[1].created, 7500);
    ud_fleet_free(&f);
}

static void
a_key_sent_again_is_updated(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), out;
    struct ud_key k = key_of(10, &d), got;

    (void)state;
    add(f, &d);
    for (unsigned round = 0; round < 2; round++) {
        add_key(f, &k);
        if (round == 0)
            ud_fleet_publish(f);
        k.state = UD_KEY_DISCLOSED;
        k.shown = 1700000001234;
        add_key(f, &k);
    }
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_keys(f), 1);
    assert_int_equal(ud_fleet_keys_of(f, 0, &got, 1), 1);
    assert_int_equal(got.state, UD_KEY_DISCLOSED);
    assert_int_equal(got.shown, 1700000001234);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.mark, UD_MARK_SHOWN);
    ud_fleet_free(&f);
}

static void
a_newer_key_of_the_same_volume_ends_shown(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), out;
    struct ud_key k = key_of(10, &d), other = key_of(11, &d), newer = key_of(12, &d);

    (void)state;
    add(f, &d);
    k.state = UD_KEY_DISCLOSED;
    add_key(f, &k);
    other.volume = UD_VOLUME_FIXED;
    other.created += 1000;
    add_key(f, &other);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.mark, UD_MARK_SHOWN);
    newer.created += 1000;
    add_key(f, &newer);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.mark, UD_MARK_CURRENT);
    assert_int_equal(out.keys, 3);
    assert_int_equal(count_matches(f, "key:current"), 1);
    ud_fleet_free(&f);
}

static void
keys_without_an_id_are_known_by_device_and_kind(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "MAC", "1", "a@x", "A"), late = device_of(2, "LATE", "2", "b@x", "B");
    struct ud_key k = key_of(0, &d), got[3];

    (void)state;
    memset(&k.id, 0, sizeof(k.id));
    k.kind = UD_KIND_FILEVAULT;
    add(f, &d);
    add_key(f, &k);
    add_key(f, &k);
    k.kind = UD_KIND_LAPS;
    add_key(f, &k);
    k.device = late.id;
    add_key(f, &k);
    add_key(f, &k);
    add(f, &late);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_keys_of(f, 0, got, 3), 2);
    assert_int_equal(ud_fleet_keys_of(f, 1, got, 3), 1);
    assert_int_equal(ud_fleet_keys(f), 3);
    ud_fleet_free(&f);
}

static void
a_device_without_keys_is_missing_once_all_keys_are_known(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), e = device_of(2, "BETA", "2", "b@x", "B"), out;
    struct ud_key k = key_of(10, &d);

    (void)state;
    ud_fleet_sync_begin(f, 0);
    add(f, &d);
    add(f, &e);
    add_key(f, &k);
    ud_fleet_publish(f);
    assert_true(ud_fleet_device(f, 1, &out));
    assert_int_equal(out.mark, UD_MARK_NOT_KNOWN);
    ud_fleet_sync_end(f, 0, true);
    assert_true(ud_fleet_device(f, 1, &out));
    assert_int_equal(out.mark, UD_MARK_MISSING);
    assert_string_equal(best_match(f, "key:missing"), "BETA");
    assert_string_equal(best_match(f, "key:current"), "ALPHA");
    ud_fleet_free(&f);
}

static void
keys_not_seen_in_a_full_sync_are_retired(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), out;
    struct ud_key a = key_of(10, &d), b = key_of(11, &d), got[2];
    struct ud_keyid_prefix p = prefix_of(&a.id, 8);

    (void)state;
    add(f, &d);
    add_key(f, &a);
    add_key(f, &b);
    ud_fleet_publish(f);
    ud_fleet_sync_begin(f, 0);
    add(f, &d);
    add_key(f, &b);
    ud_fleet_sync_end(f, 0, true);
    assert_int_equal(ud_fleet_keys(f), 1);
    assert_int_equal(ud_fleet_find_key(f, &p, got, NULL, 1), 0);
    assert_int_equal(ud_fleet_keys_of(f, 0, got, 2), 1);
    assert_memory_equal(&got[0].id, &b.id, sizeof(b.id));
    ud_fleet_sync_begin(f, 0);
    add(f, &d);
    ud_fleet_sync_end(f, 0, true);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.mark, UD_MARK_MISSING);
    assert_int_equal(out.keys, 0);
    add_key(f, &a);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_find_key(f, &p, got, NULL, 1), 1);
    ud_fleet_free(&f);
}

static void
keys_of_a_retired_device_stay_reachable(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    struct ud_key a = key_of(10, &d), got;
    struct ud_keyid_prefix p = prefix_of(&a.id, 8);
    uint32_t row = 0;

    (void)state;
    add(f, &d);
    add_key(f, &a);
    ud_fleet_publish(f);
    ud_fleet_sync_begin(f, 0);
    ud_fleet_sync_end(f, 0, false);
    assert_int_equal(ud_fleet_devices(f), 0);
    assert_int_equal(ud_fleet_find_key(f, &p, &got, &row, 1), 1);
    assert_int_equal(row, UD_ROW_NONE);
    assert_memory_equal(&got.device, &d.id, sizeof(d.id));
    ud_fleet_free(&f);
}

static void
a_key_that_moves_to_another_device_leaves_the_first(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A"), e = device_of(2, "BETA", "2", "b@x", "B"), out;
    struct ud_key k = key_of(10, &d), got;

    (void)state;
    add(f, &d);
    add(f, &e);
    add_key(f, &k);
    k.device = e.id;
    add_key(f, &k);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_keys_of(f, 0, &got, 1), 0);
    assert_int_equal(ud_fleet_keys_of(f, 1, &got, 1), 1);
    assert_true(ud_fleet_device(f, 0, &out));
    assert_int_equal(out.mark, UD_MARK_MISSING);
    ud_fleet_free(&f);
}

static int
compare_ids(const void *a, const void *b)
{
    return ud_guid_compare(a, b);
}

/* IDs that crowd together as well as spread ones: the index must not depend on their being even. */
static struct ud_guid
crowded_id(uint64_t *seed)
{
    struct ud_guid g;
    uint64_t a = next_random(seed), b = next_random(seed);

    memcpy(g.byte, &a, 8);
    memcpy(g.byte + 8, &b, 8);
    if (a % 3 == 0) {
        static const uint8_t front[] = { 0xC0, 0xFF, 0xEE, 0x00 };
        memcpy(g.byte, front, sizeof(front));
    } else if (a % 3 == 1) {
        memset(g.byte, 0xFF, 3);
    }
    return g;
}

static void
every_prefix_finds_exactly_the_keys_that_start_with_it(void **state)
{
    enum { KEYS = 5000 };
    struct ud_fleet *f = ud_fleet_new();
    struct ud_guid *id = calloc(KEYS, sizeof(*id));
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    struct ud_key *got = calloc(KEYS, sizeof(*got));
    uint64_t seed = 2026;

    (void)state;
    add(f, &d);
    for (uint32_t i = 0; i < KEYS; i++) {
        struct ud_key k = key_of(0, &d);
        k.id = id[i] = crowded_id(&seed);
        if (i % 7 == 0)
            k.device = guid_of(9999); /* nobody's */
        add_key(f, &k);
        if (random_below(&seed, 300) == 0)
            ud_fleet_publish(f);
    }
    ud_fleet_publish(f);
    qsort(id, KEYS, sizeof(*id), compare_ids);
    for (unsigned round = 0; round < 600; round++) {
        unsigned digits = 4 + (unsigned)random_below(&seed, 29);
        struct ud_keyid_prefix p = prefix_of(&id[random_below(&seed, KEYS)], digits);
        if (round % 5 == 0)
            p.value.byte[1] ^= 0x10;
        size_t first = 0, n = 0;
        while (first < KEYS && !ud_keyid_prefix_matches(&p, &id[first]))
            first++;
        while (first + n < KEYS && ud_keyid_prefix_matches(&p, &id[first + n]))
            n++;
        assert_int_equal(ud_fleet_find_key(f, &p, got, NULL, KEYS), n);
        for (size_t i = 0; i < n; i++)
            assert_memory_equal(&got[i].id, &id[first + i], sizeof(got[i].id));
        if (round == 300)
            ud_fleet_sync_end(f, 0, false);
    }
    free(id);
    free(got);
    ud_fleet_free(&f);
}

static void
digits_are_enough_while_an_id_is_typed(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    struct ud_key a = key_of(0x8A5D13D6, &d), b = key_of(0x8A5D2222, &d), got[2];
    uint32_t rows[2];

    (void)state;
    add(f, &d);
    add_key(f, &a);
    add_key(f, &b);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_find_key_digits(f, "8a5d", 4, got, rows, 2), 2);
    assert_memory_equal(&got[0].id, &a.id, sizeof(a.id));
    assert_int_equal(rows[1], 0);
    assert_int_equal(ud_fleet_find_key_digits(f, "{8A5-D1", 5, got, rows, 2), 1);
    assert_int_equal(ud_fleet_find_key_digits(f, "8A5E", 4, got, rows, 2), 0);
    assert_int_equal(ud_fleet_find_key_digits(f, "", 0, got, rows, 2), 0);
    ud_fleet_free(&f);
}

static void
a_miss_names_the_keys_that_differ_in_one_digit(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device d = device_of(1, "ALPHA", "1", "a@x", "A");
    struct ud_key a = key_of(0x8A5D13D6, &d), b = key_of(0x8A5D13D0, &d), c = key_of(0x8A5D1300, &d), got[3];
    struct ud_guid asked = guid_of(0x8A5D13DF);
    struct ud_keyid_prefix p = prefix_of(&asked, 8);

    (void)state;
    add(f, &d);
    add_key(f, &a);
    add_key(f, &b);
    add_key(f, &c);
    ud_fleet_publish(f);
    assert_int_equal(ud_fleet_find_key(f, &p, got, NULL, 3), 0);
    assert_int_equal(ud_fleet_near_key(f, &p, got, 3), 2);
    assert_int_equal(ud_fleet_near_key(f, &p, got, 1), 2);
    ud_fleet_free(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_join_by_device_id_and_by_entra_id),
        cmocka_unit_test(keys_that_come_before_their_device_wait_for_it),
        cmocka_unit_test(keys_of_a_device_come_newest_first),
        cmocka_unit_test(a_key_sent_again_is_updated),
        cmocka_unit_test(a_newer_key_of_the_same_volume_ends_shown),
        cmocka_unit_test(keys_without_an_id_are_known_by_device_and_kind),
        cmocka_unit_test(a_device_without_keys_is_missing_once_all_keys_are_known),
        cmocka_unit_test(keys_not_seen_in_a_full_sync_are_retired),
        cmocka_unit_test(keys_of_a_retired_device_stay_reachable),
        cmocka_unit_test(a_key_that_moves_to_another_device_leaves_the_first),
        cmocka_unit_test(every_prefix_finds_exactly_the_keys_that_start_with_it),
        cmocka_unit_test(digits_are_enough_while_an_id_is_typed),
        cmocka_unit_test(a_miss_names_the_keys_that_differ_in_one_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
