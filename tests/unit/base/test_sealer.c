/* Boxes of a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sealer.h"

static unsigned char public_key[UD_SEAL_PUBLIC];
static struct ud_secret *secret_key, *plain, *out;
static struct ud_sealer *sealer;
static struct ud_opener opener;

static int
set_up(void **state)
{
    (void)state;
    return ud_seal_keypair(public_key, &secret_key, NULL) == UD_OK && ud_secret_new(&plain, 64, NULL) == UD_OK &&
                   ud_secret_new(&out, 64, NULL) == UD_OK && ud_secret_append(plain, "111111-222222", 13, NULL) == UD_OK &&
                   ud_sealer_new(&sealer, public_key, NULL) == UD_OK && ud_opener_init(&opener, NULL) == UD_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_opener_clear(&opener);
    ud_sealer_free(&sealer);
    ud_secret_free(&out);
    ud_secret_free(&plain);
    ud_secret_free(&secret_key);
    return 0;
}

static void
every_box_of_a_moment_opens_and_no_two_are_alike(void **state)
{
    unsigned char box[3][128];
    size_t length = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ud_sealer_seal(sealer, box[i], sizeof(box[i]), &length, plain, NULL), UD_OK);
        assert_int_equal(length, 13 + UD_SEALER_EXTRA);
    }
    assert_memory_not_equal(box[0] + 32, box[1] + 32, length - 32);
    for (int i = 2; i >= 0; i--) {
        assert_int_equal(ud_opener_open(&opener, out, box[i], length, secret_key, NULL), UD_OK);
        assert_true(ud_secret_equal(out, plain));
    }
}

static void
a_changed_box_does_not_open_and_leaves_nothing(void **state)
{
    unsigned char box[128];
    size_t length = 0;

    (void)state;
    assert_int_equal(ud_sealer_seal(sealer, box, sizeof(box), &length, plain, NULL), UD_OK);
    for (size_t i = 0; i < length; i++) {

        box[i] ^= 4;
        assert_int_equal(ud_opener_open(&opener, out, box, length, secret_key, NULL), UD_TAMPERED);
        assert_int_equal(ud_secret_length(out), 0);
        box[i] ^= 4;
    }
    for (size_t n = 0; n < length; n++)
        assert_int_equal(ud_opener_open(&opener, out, box, n, secret_key, NULL), UD_TAMPERED);
    assert_int_equal(ud_opener_open(&opener, out, box, length, secret_key, NULL), UD_OK);
}

static void
boxes_of_two_sealers_mix(void **state)
{
    struct ud_sealer *other = NULL;
    unsigned char a[128], b[128];
    size_t length = 0;

    (void)state;
    assert_int_equal(ud_sealer_new(&other, public_key, NULL), UD_OK);
    assert_int_equal(ud_sealer_seal(sealer, a, sizeof(a), &length, plain, NULL), UD_OK);
    assert_int_equal(ud_sealer_seal(other, b, sizeof(b), &length, plain, NULL), UD_OK);
    assert_memory_not_equal(a, b, UD_SEAL_PUBLIC);
    assert_int_equal(ud_opener_open(&opener, out, a, length, secret_key, NULL), UD_OK);
    assert_int_equal(ud_opener_open(&opener, out, b, length, secret_key, NULL), UD_OK);
    assert_int_equal(ud_opener_open(&opener, out, a, length, secret_key, NULL), UD_OK);
    assert_true(ud_secret_equal(out, plain));
    ud_sealer_free(&other);
}

static void
too_little_room_is_said(void **state)
{
    struct ud_secret *small = NULL;
    unsigned char box[128];
    size_t length = 0;

    (void)state;
    assert_int_equal(ud_sealer_seal(sealer, box, 13 + UD_SEALER_EXTRA - 1, &length, plain, NULL), UD_INVALID);
    assert_int_equal(ud_sealer_seal(sealer, box, sizeof(box), &length, plain, NULL), UD_OK);
    assert_int_equal(ud_secret_new(&small, 12, NULL), UD_OK);
    assert_int_equal(ud_opener_open(&opener, small, box, length, secret_key, NULL), UD_INVALID);
    ud_secret_free(&small);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_box_of_a_moment_opens_and_no_two_are_alike),
        T(a_changed_box_does_not_open_and_leaves_nothing),
        T(boxes_of_two_sealers_mix),
        T(too_little_room_is_said),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
