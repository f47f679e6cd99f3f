/* The real worker against a real escrowd, over the Unix socket and over HTTPS, driven as the console drives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/guid.h"
#include "tests/support/worker_driver.h"

#define DEVICES 1500

static struct ud_fixture local, https;
static struct ud_driver desk; /* signed in at `local`, shared by the tests that only read */

static enum ud_status
simple(struct ud_driver *d, enum ud_msg_type type)
{
    struct ud_msg m = { .type = type };

    if (type == UD_MSG_GET_NOTICE)
        m.u.get_notice.language = "en";
    if (type == UD_MSG_SYNC)
        m.u.sync.resume = "";
    return ud_driver_request(d, &m, NULL);
}

static void
expect(struct ud_driver *d, enum ud_status got, enum ud_status wanted)
{
    if (got != wanted)
        fail_msg("%s: %s / %s", ud_status_name(got), d->message, d->hint);
}

static void
seal_to(struct ud_driver *d, const unsigned char public_key[UD_SEAL_PUBLIC])
{
    struct ud_msg m = { .type = UD_MSG_SEAL_KEY, .u.blob = { .bytes = public_key, .length = UD_SEAL_PUBLIC } };

    (void)ud_driver_send(d, &m);
}

static struct ud_key
any_key(struct ud_driver *d, enum ud_kind kind)
{
    expect(d, simple(d, UD_MSG_SYNC), UD_OK);
    for (unsigned i = 0; i < d->keys && i < sizeof(d->key) / sizeof(d->key[0]); i++) {
        if (d->key[i].kind == kind && d->key[i].state == UD_KEY_CURRENT)
            return d->key[i];
    }
    fail_msg("no key of that kind among the first");
    return d->key[0];
}

static int
setup(void **state)
{
    struct ud_error e;

    (void)state;
    if (ud_seal_init(&e) != UD_OK)
        return -1;
    ud_fixture_start(&local, &(struct ud_fixture_options){ .devices = DEVICES, .simulator = true });
    ud_fixture_start(&https, &(struct ud_fixture_options){ .devices = 50, .https = true });
    ud_driver_start_on(&desk, &local);
    expect(&desk, simple(&desk, UD_MSG_SIGN_IN), UD_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    int code = ud_driver_stop(&desk);
    ud_fixture_end(&local);
    ud_fixture_end(&https);
    return code;
}

/* --- sign-in ---------------------------------------------------------------------------------------------------------------------- */

static void
sign_in_shows_a_code_and_then_who_it_is(void **state)
{
    struct ud_driver d;

    (void)state;
    ud_driver_start_on(&d, &local);
    assert_int_equal(simple(&d, UD_MSG_SYNC), UD_SIGNIN);
    expect(&d, simple(&d, UD_MSG_SIGN_IN), UD_OK);
    assert_int_equal(d.codes, 1);
    assert_non_null(strstr(d.account, "operator"));
    assert_true(d.training);
    assert_int_equal(d.tokens, 0); /* nothing to seal to yet */
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
declined_code_ends_the_sign_in(void **state)
{
    struct ud_driver d;

    (void)state;
    ud_driver_start_on(&d, &local);
    d.approve = "deny";
    assert_int_equal(simple(&d, UD_MSG_SIGN_IN), UD_DENIED);
    assert_non_null(strstr(d.message, "declined"));
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
sign_in_can_be_cancelled_while_it_waits(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SIGN_IN };
    struct ud_driver d;
    struct ud_error e;

    (void)state;
    ud_driver_start_on(&d, &local);
    d.approve = NULL;
    uint32_t request = ud_driver_send(&d, &m);
    while (d.codes == 0)
        assert_true(ud_driver_step(&d));
    assert_int_equal(ud_client_cancel(d.client, request, &e), UD_OK);
    assert_int_equal(ud_driver_finish(&d, request), UD_CANCELLED);
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
kept_token_signs_a_fresh_worker_in_and_is_replaced(void **state)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL, *part = NULL;
    struct ud_driver first, second;
    struct ud_error e;

    (void)state;
    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    ud_driver_start_on(&first, &local);
    expect(&first, simple(&first, UD_MSG_SIGN_IN), UD_OK);
    seal_to(&first, public_key);
    while (first.tokens == 0)
        assert_true(ud_driver_step(&first));
    assert_int_equal(ud_driver_stop(&first), 0);

    ud_driver_start_on(&second, &local);
    assert_int_equal(ud_secret_new(&part, UD_SEAL_SECRET, &e), UD_OK);
    assert_int_equal(ud_secret_append(part, ud_secret_open(half), UD_SEAL_SECRET, &e), UD_OK);
    ud_secret_close(half);
    seal_to(&second, public_key);
    struct ud_msg m = { .type = UD_MSG_RESUME, .u.blob = { .bytes = first.token, .length = first.token_length } };
    expect(&second, ud_driver_request(&second, &m, part), UD_OK);
    assert_int_equal(second.tokens, 1);
    assert_true(second.token_length != first.token_length || memcmp(second.token, first.token, first.token_length) != 0);
    assert_non_null(strstr(second.account, "operator"));
    assert_true(second.training);
    expect(&second, simple(&second, UD_MSG_GET_POLICY), UD_OK);
    assert_int_equal(ud_driver_stop(&second), 0);

    /* the used one is worth nothing any more */
    ud_driver_start_on(&second, &local);
    assert_int_equal(ud_secret_new(&part, UD_SEAL_SECRET, &e), UD_OK);
    assert_int_equal(ud_secret_append(part, ud_secret_open(half), UD_SEAL_SECRET, &e), UD_OK);
    ud_secret_close(half);
    assert_int_equal(ud_driver_request(&second, &m, part), UD_SIGNIN);
    assert_int_equal(ud_driver_stop(&second), 0);
    ud_secret_free(&half);
}

static void
signed_out_worker_asks_for_a_sign_in(void **state)
{
    struct ud_driver d;

    (void)state;
    ud_driver_start_on(&d, &local);
    expect(&d, simple(&d, UD_MSG_SIGN_IN), UD_OK);
    expect(&d, simple(&d, UD_MSG_SIGN_OUT), UD_OK);
    assert_int_equal(simple(&d, UD_MSG_SYNC), UD_SIGNIN);
    assert_int_equal(ud_driver_stop(&d), 0);
}

/* --- rules and lists ---------------------------------------------------------------------------------------------------------------- */

static void
policy_comes_from_the_service(void **state)
{
    (void)state;
    expect(&desk, simple(&desk, UD_MSG_GET_POLICY), UD_OK);
    assert_true(desk.has_policy);
    assert_true(desk.policy.training);
    assert_true(desk.policy.reason_count > 0);
    expect(&desk, simple(&desk, UD_MSG_GET_NOTICE), UD_OK);
}

static void
sync_brings_every_device_and_key(void **state)
{
    (void)state;
    expect(&desk, simple(&desk, UD_MSG_SYNC), UD_OK);
    assert_true(desk.devices >= DEVICES);
    assert_true(desk.batches >= DEVICES / UD_BATCH_DEVICES);
    assert_true(desk.keys > 0);
    assert_true(desk.total > 0);
    assert_true(desk.progress >= 2);
    assert_true(desk.resume[0] != '\0');
}

static void
sync_goes_on_from_its_last_link(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SYNC };
    char link[4096];
    unsigned all;

    (void)state;
    expect(&desk, simple(&desk, UD_MSG_SYNC), UD_OK);
    all = desk.keys;
    (void)snprintf(link, sizeof(link), "%s", desk.resume); /* the last link leads into the keys */
    m.u.sync.resume = link;
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.devices, 0);
    assert_true(desk.keys > 0 && desk.keys < all);
    m.u.sync.resume = "https://evil.example/v1.0/deviceManagement/managedDevices";
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_true(desk.devices >= DEVICES);
}

static void
sync_can_be_cancelled(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SYNC, .u.sync = { .resume = "" } };
    struct ud_error e;

    (void)state;
    uint32_t request = ud_driver_send(&desk, &m);
    while (desk.batches == 0)
        assert_true(ud_driver_step(&desk));
    assert_int_equal(ud_client_cancel(desk.client, request, &e), UD_OK);
    enum ud_status st = ud_driver_finish(&desk, request);
    assert_true(st == UD_CANCELLED || st == UD_OK); /* it may have been over already */
}

static void
key_is_found_by_the_digits_read_out(void **state)
{
    struct ud_key k = any_key(&desk, UD_KIND_BITLOCKER);
    struct ud_msg m = { .type = UD_MSG_FIND };
    struct ud_error e;
    char digits[9];

    (void)state;
    ud_guid_short(digits, &k.id);
    assert_int_equal(ud_keyid_prefix_parse(&m.u.find.prefix, digits, &e), UD_OK);
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.source_dones, 1);
    assert_int_equal(desk.source_status, UD_OK);
    assert_true(desk.founds >= 1);
    assert_int_equal(desk.with_device, desk.founds);
    m.u.find.prefix.digits = 32;
    m.u.find.prefix.value = k.id;
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.founds, 1);
    assert_int_equal(ud_guid_compare(&desk.key[0].id, &k.id), 0);
    memset(&m.u.find.prefix.value, 0xEE, sizeof(m.u.find.prefix.value));
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(desk.founds, 0);
}

static void
device_is_asked_for_by_user_name_and_serial(void **state)
{
    char user[256], name[256], serial[256];
    const struct {
        uint8_t field;
        const char *text;
    } asks[] = { { UD_ASK_USER, user }, { UD_ASK_NAME, name }, { UD_ASK_SERIAL, serial } };

    (void)state;
    expect(&desk, simple(&desk, UD_MSG_SYNC), UD_OK);
    (void)snprintf(user, sizeof(user), "%s", desk.device_user);
    (void)snprintf(name, sizeof(name), "%s", desk.device_name);
    (void)snprintf(serial, sizeof(serial), "%s", desk.device_serial);
    for (size_t i = 0; i < 3; i++) {
        struct ud_msg m = { .type = UD_MSG_ASK, .u.ask = { .field = asks[i].field, .text = asks[i].text } };
        if (asks[i].text[0] == '\0')
            continue;
        expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
        assert_int_equal(desk.source_status, UD_OK);
        assert_true(desk.devices >= 1);
    }
    struct ud_msg none = { .type = UD_MSG_ASK, .u.ask = { .field = UD_ASK_NAME, .text = "no' or 'a' eq 'a" } };
    expect(&desk, ud_driver_request(&desk, &none, NULL), UD_OK);
    assert_int_equal(desk.devices, 0);
}

/* --- one key ------------------------------------------------------------------------------------------------------------------------- */

static void
revealed_key_opens_and_is_a_recovery_key(void **state)
{
    struct ud_key k = any_key(&desk, UD_KIND_BITLOCKER);
    struct ud_msg m = { .type = UD_MSG_OUTCOME };

    (void)state;
    m.u.outcome.request = ud_driver_reveal(&desk, &k);
    m.u.outcome.outcome = "worked";
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
}

static void
reveal_with_a_used_request_number_is_refused(void **state)
{
    struct ud_key k = any_key(&desk, UD_KIND_BITLOCKER);
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL;
    struct ud_error e;

    (void)state;
    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    struct ud_msg m = ud_driver_reveal_message(&k, public_key);
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_int_equal(ud_driver_request(&desk, &m, NULL), UD_DENIED);
    assert_false(desk.revealed);
    ud_guid_random(&m.u.reveal.request);
    m.u.reveal.why.reason[0] = '\0';
    assert_int_equal(ud_driver_request(&desk, &m, NULL), UD_DENIED);
    assert_non_null(strstr(desk.message, "reason"));
    ud_guid_random(&m.u.reveal.key);
    assert_int_not_equal(ud_driver_request(&desk, &m, NULL), UD_OK);
    ud_secret_free(&half);
}

static void
keys_of_a_device_are_fetched_fresh(void **state)
{
    struct ud_key k = any_key(&desk, UD_KIND_BITLOCKER);
    struct ud_msg m = { .type = UD_MSG_KEYS, .u.keys = { .device = k.device, .os = "Windows" } };

    (void)state;
    expect(&desk, ud_driver_request(&desk, &m, NULL), UD_OK);
    assert_true(desk.keys >= 1);
    for (unsigned i = 0; i < desk.keys; i++)
        assert_int_equal(ud_guid_compare(&desk.key[i].device, &k.device), 0);
}

static void
new_key_is_done_when_a_newer_one_is_escrowed(void **state)
{
    struct ud_key k = any_key(&desk, UD_KIND_BITLOCKER);
    ud_msec until = ud_clock_now() + 60000;
    struct ud_msg ask = { .type = UD_MSG_ROTATE }, watch = { .type = UD_MSG_ROTATION };

    (void)state;
    ask.u.rotate.kind = watch.u.rotation.kind = UD_KIND_BITLOCKER;
    ask.u.rotate.device = watch.u.rotation.device = k.device;
    watch.u.rotation.old_key = k.id;
    watch.u.rotation.since = ud_clock_wall();
    ud_guid_random(&ask.u.rotate.request);
    (void)snprintf(ask.u.rotate.why.reason, sizeof(ask.u.rotate.why.reason), "lost-pin");
    expect(&desk, ud_driver_request(&desk, &ask, NULL), UD_OK);
    do {
        expect(&desk, ud_driver_request(&desk, &watch, NULL), UD_OK);
    } while (desk.rotation == UD_ROTATION_PENDING && ud_clock_now() < until);
    if (desk.rotation == UD_ROTATION_FAILED)
        return; /* an invented device whose part it is to fail */
    assert_int_equal(desk.rotation, UD_ROTATION_DONE);
    assert_int_not_equal(ud_guid_compare(&desk.new_key, &k.id), 0);
}

/* --- HTTPS, trouble ------------------------------------------------------------------------------------------------------------------- */

static void
everything_works_over_https_too(void **state)
{
    struct ud_driver d;

    (void)state;
    ud_driver_start_on(&d, &https);
    expect(&d, simple(&d, UD_MSG_SIGN_IN), UD_OK);
    expect(&d, simple(&d, UD_MSG_SYNC), UD_OK);
    assert_true(d.devices >= 50);
    struct ud_key k = any_key(&d, UD_KIND_BITLOCKER);
    (void)ud_driver_reveal(&d, &k);
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
unknown_authority_is_refused_before_anything_is_sent(void **state)
{
    struct ud_fixture strange = https;
    struct ud_driver d;

    (void)state;
    strange.ca_file[0] = '\0';
    ud_driver_start_on(&d, &strange);
    assert_int_equal(simple(&d, UD_MSG_SIGN_IN), UD_TLS);
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
service_that_is_gone_is_told_and_the_worker_lives_on(void **state)
{
    struct ud_key k;
    struct ud_driver d;
    unsigned char public_key[UD_SEAL_PUBLIC] = { 9 };

    (void)state;
    ud_driver_start_on(&d, &https);
    expect(&d, simple(&d, UD_MSG_SIGN_IN), UD_OK);
    k = any_key(&d, UD_KIND_BITLOCKER);
    ud_fixture_kill(&https);
    struct ud_msg m = ud_driver_reveal_message(&k, public_key);
    assert_int_equal(ud_driver_request(&d, &m, NULL), UD_OFFLINE); /* nothing was sent, so nothing is uncertain */
    ud_fixture_serve(&https);
    expect(&d, simple(&d, UD_MSG_SYNC), UD_OK);
    assert_int_equal(ud_driver_stop(&d), 0);
}

static void
worker_ends_when_the_console_talks_nonsense(void **state)
{
    struct ud_driver d;
    char junk[100];

    (void)state;
    ud_driver_start_on(&d, &local);
    memset(junk, 0xA5, sizeof(junk));
    assert_int_equal(send(ud_client_fd(d.client), junk, sizeof(junk), 0), sizeof(junk));
    while (ud_driver_step(&d))
        ;
    assert_int_equal(ud_driver_stop(&d), ud_status_exit_code(UD_MALFORMED));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign_in_shows_a_code_and_then_who_it_is),
        cmocka_unit_test(declined_code_ends_the_sign_in),
        cmocka_unit_test(sign_in_can_be_cancelled_while_it_waits),
        cmocka_unit_test(kept_token_signs_a_fresh_worker_in_and_is_replaced),
        cmocka_unit_test(signed_out_worker_asks_for_a_sign_in),
        cmocka_unit_test(policy_comes_from_the_service),
        cmocka_unit_test(sync_brings_every_device_and_key),
        cmocka_unit_test(sync_goes_on_from_its_last_link),
        cmocka_unit_test(sync_can_be_cancelled),
        cmocka_unit_test(key_is_found_by_the_digits_read_out),
        cmocka_unit_test(device_is_asked_for_by_user_name_and_serial),
        cmocka_unit_test(revealed_key_opens_and_is_a_recovery_key),
        cmocka_unit_test(reveal_with_a_used_request_number_is_refused),
        cmocka_unit_test(keys_of_a_device_are_fetched_fresh),
        cmocka_unit_test(new_key_is_done_when_a_newer_one_is_escrowed),
        cmocka_unit_test(everything_works_over_https_too),
        cmocka_unit_test(unknown_authority_is_refused_before_anything_is_sent),
        cmocka_unit_test(service_that_is_gone_is_told_and_the_worker_lives_on),
        cmocka_unit_test(worker_ends_when_the_console_talks_nonsense),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
