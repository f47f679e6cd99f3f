/* Pending device codes: RFC 8628 from the service's side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "escrowd/front/grants.h"

#define SECOND ((ud_msec)1000)

static struct ud_error err;

static size_t
add(struct ud_grants *g, struct ud_secret **code, const char *address, ud_msec now)
{
    size_t index;

    assert_int_equal(ud_grants_add(g, &index, code, "client", "openid", address, 5, now, &err), UD_OK);
    return index;
}

static void
a_new_grant_is_found_by_both_codes(void **state)
{
    struct ud_grants *g = ud_grants_new();
    struct ud_secret *code;
    size_t index = add(g, &code, "unix", 0);

    (void)state;
    assert_int_equal(ud_secret_length(code), 43);
    assert_int_equal(ud_grants_by_device_code(g, code, 0, NULL), index);
    assert_int_equal(ud_grants_by_user_code(g, ud_grants_at(g, index)->user_code, 0), index);
    ud_secret_free(&code);
    ud_grants_free(&g);
}

static void
a_user_code_is_eight_letters_without_vowels(void **state)
{
    struct ud_grants *g = ud_grants_new();

    (void)state;
    for (int i = 0; i < 60; i++) {
        struct ud_secret *code;
        const char *text = ud_grants_at(g, add(g, &code, "unix", 0))->user_code;
        assert_int_equal(strlen(text), 9);
        assert_int_equal(text[4], '-');
        assert_int_equal(strspn(text, "BCDFGHJKLMNPQRSTVWXZ-"), 9);
        ud_secret_free(&code);
    }
    ud_grants_free(&g);
}

static void
a_user_code_may_be_typed_in_small_letters_and_without_the_dash(void **state)
{
    struct ud_grants *g = ud_grants_new();
    struct ud_secret *code;
    size_t index = add(g, &code, "unix", 0), n = 0;
    char typed[16] = "";

    (void)state;
    for (const char *p = ud_grants_at(g, index)->user_code; *p != '\0'; p++) {
        if (*p != '-')
            typed[n++] = (char)(*p - 'A' + 'a');
    }
    assert_int_equal(ud_grants_by_user_code(g, typed, 0), index);
    typed[7] = '\0';
    assert_int_equal(ud_grants_by_user_code(g, typed, 0), UD_GRANT_NONE);
    ud_secret_free(&code);
    ud_grants_free(&g);
}

static void
a_code_expires_after_its_life_and_is_known_as_expired(void **state)
{
    struct ud_grants *g = ud_grants_new();
    struct ud_secret *code;
    bool expired = false;
    size_t index = add(g, &code, "unix", 0);

    (void)state;
    assert_int_equal(ud_grants_by_device_code(g, code, UD_GRANT_LIFE * SECOND - 1, &expired), index);
    assert_false(expired);
    assert_int_equal(ud_grants_by_device_code(g, code, UD_GRANT_LIFE * SECOND, &expired), UD_GRANT_NONE);
    assert_true(expired);
    assert_int_equal(ud_grants_by_user_code(g, ud_grants_at(g, index)->user_code, UD_GRANT_LIFE * SECOND), UD_GRANT_NONE);
    ud_secret_free(&code);
    ud_grants_free(&g);
}

static void
one_address_cannot_fill_the_table(void **state)
{
    struct ud_grants *g = ud_grants_new();
    struct ud_secret *code;
    size_t index;

    (void)state;
    for (int i = 0; i < UD_GRANT_EACH; i++) {
        add(g, &code, "192.0.2.1", 0);
        ud_secret_free(&code);
    }
    assert_int_equal(ud_grants_add(g, &index, &code, "client", "", "192.0.2.1", 5, 0, &err), UD_THROTTLED);
    assert_null(code);
    add(g, &code, "192.0.2.2", 0);
    ud_secret_free(&code);
    add(g, &code, "192.0.2.1", UD_GRANT_LIFE * SECOND);
    ud_secret_free(&code);
    ud_grants_free(&g);
}

static void
polling_at_the_interval_is_never_slowed_down(void **state)
{
    struct ud_grant grant = { .interval = 5 };

    (void)state;
    for (int i = 1; i < 50; i++)
        assert_false(ud_grant_polled(&grant, i * 5 * SECOND - 300));
    assert_int_equal(grant.interval, 5);
}

static void
polling_without_a_pause_is_slowed_down_by_five_seconds(void **state)
{
    struct ud_grant grant = { .interval = 5 };
    unsigned slowed = 0;

    (void)state;
    for (int i = 0; i < 3; i++)
        slowed += ud_grant_polled(&grant, i * 100);
    assert_int_equal(slowed, 1);
    assert_int_equal(grant.interval, 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_grant_is_found_by_both_codes),
        cmocka_unit_test(a_user_code_is_eight_letters_without_vowels),
        cmocka_unit_test(a_user_code_may_be_typed_in_small_letters_and_without_the_dash),
        cmocka_unit_test(a_code_expires_after_its_life_and_is_known_as_expired),
        cmocka_unit_test(one_address_cannot_fill_the_table),
        cmocka_unit_test(polling_at_the_interval_is_never_slowed_down),
        cmocka_unit_test(polling_without_a_pause_is_slowed_down_by_five_seconds),
    };

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
