/* The worker's Graph dialect against escrowd, which speaks it, over HTTPS; and what is left in the worker's memory when a key has passed through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/recovery.h"
#include "tests/support/memscan.h"
#include "tests/support/worker_driver.h"

static struct ud_fixture service;
static struct ud_driver desk;

static void
expect(enum ud_status got, enum ud_status wanted)
{
    if (got != wanted)
        fail_msg("%s: %s / %s", ud_status_name(got), desk.message, desk.hint);
}

static int
setup(void **state)
{
    struct ud_source_config s = {
        .type = UD_SOURCE_GRAPH, .sign_in = UD_SIGN_IN_DEVICE_CODE, .name = "corp", .client_id = "any"
    };
    struct ud_msg m = { .type = UD_MSG_SIGN_IN };
    struct ud_error e;

    (void)state;
    if (ud_seal_init(&e) != UD_OK)
        return -1;
    ud_fixture_start(&service, &(struct ud_fixture_options){ .devices = 2500, .https = true, .plain_graph_reads = true });
    snprintf(s.tenant, sizeof(s.tenant), "contoso.example");
    snprintf(s.authority, sizeof(s.authority), "%s", service.url);
    snprintf(s.graph, sizeof(s.graph), "%s", service.url);
    snprintf(s.ca_file, sizeof(s.ca_file), "%s", service.ca_file);
    ud_driver_start(&desk, &s, 1);
    desk.fixture = &service;
    desk.approve = "approve";
    expect(ud_driver_request(&desk, &m, NULL), UD_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    int code = ud_driver_stop(&desk);
    ud_fixture_end(&service);
    return code;
}

static void
sync_all(void)
{
    struct ud_msg m = { .type = UD_MSG_SYNC, .u.sync = { .resume = "" } };

    expect(ud_driver_request(&desk, &m, NULL), UD_OK);
}

static struct ud_key
bitlocker_key(void)
{
    sync_all();
    assert_true(desk.has_kind[UD_KIND_BITLOCKER]);
    return desk.of_kind[UD_KIND_BITLOCKER];
}

static void
lists_come_through_graph_alone(void **state)
{
    (void)state;
    sync_all();
    assert_true(desk.devices >= 2500);
    assert_true(desk.training);
    assert_true(desk.keys > 0);
}

static void
whole_id_is_found_with_its_device(void **state)
{
    struct ud_key k = bitlocker_key();
    struct ud_msg m = { .type = UD_MSG_FIND, .u.find.prefix = { .value = k.id, .digits = 32 } };

    (void)state;
    expect(ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.founds, 1);
    assert_int_equal(desk.with_device, 1);
    assert_int_equal(ud_guid_compare(&desk.entra, &k.device), 0);
    m.u.find.prefix.digits = 8;
    expect(ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.source_status, UD_UNSUPPORTED);
}

/* The key as text, for the scanner; the sealed box is opened here, never in the worker. */
static void
reveal(char *text, size_t size, const struct ud_key *k)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL, *key = NULL;
    struct ud_error e;

    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    struct ud_msg m = ud_driver_reveal_message(k, public_key);
    m.u.reveal.entra = k->device;
    expect(ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_true(desk.revealed);
    assert_int_equal(ud_seal_open(&key, desk.sealed, desk.sealed_length, half, &e), UD_OK);
    assert_true(ud_secret_length(key) < size);
    memcpy(text, ud_secret_open(key), ud_secret_length(key));
    text[ud_secret_length(key)] = '\0';
    ud_secret_close(key);
    ud_secret_free(&key);
    ud_secret_free(&half);
}

static void
nothing_of_a_key_stays_in_the_worker(void **state)
{
    struct ud_key k = bitlocker_key();
    struct ud_scan scan;

    (void)state;
    for (int i = 0; i < 5; i++) {
        char text[UD_RECOVERY_MAX + 1];
        reveal(text, sizeof(text), &k);
        memset(&scan, 0, sizeof(scan));
        ud_scan_process(&scan, desk.pid, text);
        explicit_bzero(text, sizeof(text));
        if (scan.hits > 0)
            ud_scan_print(&scan);
        assert_true(scan.bytes > 0);
        assert_int_equal(scan.hits, 0);
    }
}

static void
unknown_key_is_not_found_and_discloses_nothing(void **state)
{
    struct ud_key k = bitlocker_key();
    unsigned char public_key[UD_SEAL_PUBLIC] = { 9 };

    (void)state;
    ud_guid_random(&k.id);
    struct ud_msg m = ud_driver_reveal_message(&k, public_key);
    expect(ud_driver_request(&desk, &m, NULL), UD_NOTFOUND);
    assert_false(desk.revealed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_come_through_graph_alone),
        cmocka_unit_test(whole_id_is_found_with_its_device),
        cmocka_unit_test(nothing_of_a_key_stays_in_the_worker),
        cmocka_unit_test(unknown_key_is_not_found_and_discloses_nothing),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
