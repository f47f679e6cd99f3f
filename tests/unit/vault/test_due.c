/* Keys that were shown: the service asks for new ones by itself, and the board says which are missing. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/vault/support_service.h"

#define KEY "461109-608201-413820-485342-181588-463056-430617-501391"
#define NEW "496298-461032-321464-595518-463221-173943-033616-139579"

static const struct ud_guid old_id = { { 0x8a, 0x5d, 0x13, 0xd6, 1, 2, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };
static const struct ud_guid new_id = { { 0x9b, 0x5d, 0x13, 0xd6, 9, 9, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };

static struct service s;
static struct ud_token staff;
static struct ud_guid device;
static struct ud_secret *pair;
static uint8_t public_key[UD_SEAL_PUBLIC];

static bool
company_windows(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_COMPANY && strcmp(d->d.os, "Windows") == 0;
}

static int
set_up(void **state)
{
    (void)state;
    service_open(&s, 60);
    staff = service_user(&s, "robin", "advanced", "robin@corp.example");
    device = service_device(&s, company_windows);
    assert_int_equal(service_deposit(&s, &device, &old_id, UD_KIND_BITLOCKER, KEY), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(public_key, &pair, NULL), UD_OK);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_secret_free(&pair);
    service_close(&s);
    return 0;
}

static void
show_key(void)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL, .auth = staff };

    r.reveal.has_key = true;
    r.reveal.key = old_id;
    ud_guid_random(&r.reveal.request);
    strcpy(r.reveal.why.reason, "lost-pin");
    memcpy(r.reveal.public_key, public_key, sizeof(public_key));
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
}

/* The entry of our key on the board; NULL: it is not there. */
static const struct ud_vault_rotation *
entry(const struct ud_token *who)
{
    struct ud_vault_request r = { .op = UD_VAULT_BOARD, .auth = *who };

    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->key_count, s.reply->device_count);
    assert_int_equal(s.reply->key_count, s.reply->rotation_count);
    for (size_t i = 0; i < s.reply->key_count; i++)
        if (ud_guid_compare(&s.reply->keys[i].k.id, &old_id) == 0)
            return &s.reply->rotations[i];
    return NULL;
}

/* Nobody asks anything: the vault's own clock. */
static void
wait_for_state(uint8_t state)
{
    ud_msec deadline = ud_clock_now() + 30000;

    for (const struct ud_vault_rotation *e = entry(&staff); e == NULL || e->state != state; e = entry(&staff)) {
        struct pollfd p = { .fd = ud_vault_fd(s.vault), .events = POLLIN };
        assert_true(ud_clock_now() < deadline);
        (void)poll(&p, 1, ud_vault_timeout(s.vault));
        ud_vault_finish(s.vault);
    }
}

static void
a_key_that_was_shown_waits_for_its_time(void **state)
{
    (void)state;
    assert_null(entry(&staff));
    show_key();
    const struct ud_vault_rotation *e = entry(&staff);
    assert_non_null(e);
    assert_int_equal(e->state, UD_VAULT_ROT_WAITING);
    assert_true(e->due > ud_clock_wall() + 14 * 60000 && e->due <= ud_clock_wall() + 15 * 60000);
    assert_false(e->overdue);
    assert_string_equal(e->by, "robin@corp.example");
}

static void
when_the_time_is_over_the_device_is_asked_by_the_service(void **state)
{
    struct ud_vault_request check_in = { .op = UD_VAULT_CHECK_IN };

    (void)state;
    service_policy(&s, "\"rotate_delay_s\":1");
    show_key();
    wait_for_state(UD_VAULT_ROT_PENDING);
    check_in.auth = service_device_token(&s, &device);
    check_in.check_in.os_version = "";
    assert_int_equal(service_ask(&s, &check_in)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->work_count, 1);
    assert_int_equal(service_deposit(&s, &device, &new_id, UD_KIND_BITLOCKER, NEW), UD_VAULT_OK);
    assert_null(entry(&staff));
}

static void
a_device_that_could_not_is_not_asked_for_ever(void **state)
{
    struct ud_vault_request check_in = { .op = UD_VAULT_CHECK_IN }, result = { .op = UD_VAULT_WORK_RESULT };

    (void)state;
    service_policy(&s, "\"rotate_delay_s\":1");
    show_key();
    wait_for_state(UD_VAULT_ROT_PENDING);
    check_in.auth = result.auth = service_device_token(&s, &device);
    check_in.check_in.os_version = "";
    assert_int_equal(service_ask(&s, &check_in)->code, UD_VAULT_OK);
    result.result.work = s.reply->works[0].id;
    result.result.error_code = (int32_t)0x80310000u;
    assert_int_equal(service_ask(&s, &result)->code, UD_VAULT_OK);
    const struct ud_vault_rotation *e = entry(&staff);
    assert_non_null(e);
    assert_int_equal(e->state, UD_VAULT_ROT_FAILED);
    assert_string_not_equal(e->message, "");
    assert_int_equal(ud_vault_timeout(s.vault), -1); /* nothing more comes by itself */
}

static void
a_policy_without_it_asks_nobody_and_says_what_is_overdue(void **state)
{
    (void)state;
    service_policy(&s, "\"rotate_after_disclosure\":false,\"rotate_due_s\":0");
    show_key();
    const struct ud_vault_rotation *e = entry(&staff);
    assert_non_null(e);
    assert_int_equal(e->state, UD_VAULT_ROT_WAITING);
    assert_true(e->due == UD_WALL_NONE);
    (void)poll(NULL, 0, 2);
    assert_true(entry(&staff)->overdue);
    assert_int_equal(ud_vault_timeout(s.vault), -1);
}

static void
what_is_due_is_known_after_a_restart(void **state)
{
    (void)state;
    service_policy(&s, "\"rotate_delay_s\":3600");
    show_key();
    service_stop(&s);
    service_start(&s);
    assert_true(ud_vault_timeout(s.vault) >= 0);
    service_policy(&s, "\"rotate_delay_s\":1");
    wait_for_state(UD_VAULT_ROT_PENDING);
}

/* A user who got the own key is the user of the device, which the lower role is not told. */
static void
the_board_does_not_tell_the_lower_role_whose_device_it_is(void **state)
{
    struct ud_vault_request one = { .op = UD_VAULT_DEVICE, .auth = staff, .by_id = device };
    struct ud_token helpdesk = service_user(&s, "sam", "helpdesk", "sam@corp.example");
    char user[128];

    (void)state;
    assert_int_equal(service_ask(&s, &one)->code, UD_VAULT_OK);
    (void)ud_copy(user, sizeof(user), s.reply->devices[0].d.user);
    show_key();
    assert_string_equal(entry(&helpdesk)->by, "robin@corp.example");
    struct ud_token colleague = staff;
    staff = service_user(&s, "u-own", "user", user);
    show_key();
    assert_string_equal(entry(&colleague)->by, user);
    assert_string_equal(entry(&helpdesk)->by, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_that_was_shown_waits_for_its_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(when_the_time_is_over_the_device_is_asked_by_the_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_device_that_could_not_is_not_asked_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_policy_without_it_asks_nobody_and_says_what_is_overdue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_due_is_known_after_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_board_does_not_tell_the_lower_role_whose_device_it_is, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
