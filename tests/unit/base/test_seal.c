#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"

static struct ud_secret *
secret_of(const void *bytes, size_t length)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, length > 0 ? length : 1, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, bytes, length, NULL), UD_OK);
    return s;
}

static int
start(void **state)
{
    (void)state;
    return ud_seal_init(NULL) != UD_OK;
}

static void
a_sealed_box_opens_with_its_own_pair_only(void **state)
{
    unsigned char pub[UD_SEAL_PUBLIC], again[UD_SEAL_PUBLIC], other_pub[UD_SEAL_PUBLIC], box[100];
    struct ud_secret *key, *other, *plain = secret_of("496298", 6), *out;
    size_t length;

    (void)state;
    assert_int_equal(ud_seal_keypair(pub, &key, NULL), UD_OK);
    assert_int_equal(ud_seal_keypair(other_pub, &other, NULL), UD_OK);
    ud_seal_public_of(again, key);
    assert_memory_equal(pub, again, sizeof(pub));
    assert_memory_not_equal(pub, other_pub, sizeof(pub));
    assert_int_equal(ud_seal(box, sizeof(box), &length, plain, pub, NULL), UD_OK);
    assert_int_equal(length, 6 + UD_SEAL_EXTRA);
    assert_int_equal(ud_seal_open(&out, box, length, key, NULL), UD_OK);
    assert_true(ud_secret_equal(out, plain));
    ud_secret_free(&out);
    assert_int_equal(ud_seal_open(&out, box, length, other, NULL), UD_TAMPERED);
    assert_null(out);
    ud_secret_free(&key);
    ud_secret_free(&other);
    ud_secret_free(&plain);
}

static void
a_changed_box_is_refused_wherever_it_was_changed(void **state)
{
    unsigned char pub[UD_SEAL_PUBLIC], box[UD_SEAL_EXTRA + 4];
    struct ud_secret *key, *plain = secret_of("abcd", 4), *out;
    size_t length;

    (void)state;
    assert_int_equal(ud_seal_keypair(pub, &key, NULL), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &length, plain, pub, NULL), UD_OK);
    for (size_t i = 0; i < length; i++) {
        box[i] ^= 1;
        assert_int_equal(ud_seal_open(&out, box, length, key, NULL), UD_TAMPERED);
        box[i] ^= 1;
        assert_int_equal(ud_seal_open(&out, box, i, key, NULL), UD_TAMPERED);
        assert_null(out);
    }
    ud_secret_free(&key);
    ud_secret_free(&plain);
}

static void
an_empty_secret_can_be_sealed(void **state)
{
    unsigned char pub[UD_SEAL_PUBLIC], box[UD_SEAL_EXTRA];
    struct ud_secret *key, *plain = secret_of("", 0), *out;
    size_t length;

    (void)state;
    assert_int_equal(ud_seal_keypair(pub, &key, NULL), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box) - 1, &length, plain, pub, NULL), UD_INVALID);
    assert_int_equal(ud_seal(box, sizeof(box), &length, plain, pub, NULL), UD_OK);
    assert_int_equal(ud_seal_open(&out, box, length, key, NULL), UD_OK);
    assert_int_equal(ud_secret_length(out), 0);
    ud_secret_free(&out);
    ud_secret_free(&key);
    ud_secret_free(&plain);
}

static void
authenticated_data_and_every_byte_of_the_box_are_bound(void **state)
{
    unsigned char box[UD_AEAD_EXTRA + 6], k[UD_AEAD_KEY];
    size_t length;

    (void)state;
    ud_random(k, sizeof(k));
    struct ud_secret *key = secret_of(k, sizeof(k)), *plain = secret_of("secret", 6), *out;
    assert_int_equal(ud_aead_seal(box, sizeof(box) - 1, &length, plain, "ad", 2, key, NULL), UD_INVALID);
    assert_int_equal(ud_aead_seal(box, sizeof(box), &length, plain, "ad", 2, key, NULL), UD_OK);
    assert_int_equal(length, sizeof(box));
    assert_int_equal(ud_aead_open(&out, box, length, "ad", 2, key, NULL), UD_OK);
    assert_true(ud_secret_equal(out, plain));
    ud_secret_free(&out);
    assert_int_equal(ud_aead_open(&out, box, length, "aD", 2, key, NULL), UD_TAMPERED);
    assert_int_equal(ud_aead_open(&out, box, length, "ad", 1, key, NULL), UD_TAMPERED);
    assert_int_equal(ud_aead_open(&out, box, UD_AEAD_EXTRA - 1, "ad", 2, key, NULL), UD_TAMPERED);
    for (size_t i = 0; i < length; i++) {
        box[i] ^= 0x80;
        assert_int_equal(ud_aead_open(&out, box, length, "ad", 2, key, NULL), UD_TAMPERED);
        assert_null(out);
        box[i] ^= 0x80;
    }
    ud_secret_free(&key);
    ud_secret_free(&plain);
}

static void
two_boxes_of_one_secret_differ(void **state)
{
    unsigned char a[UD_AEAD_EXTRA + 1], b[UD_AEAD_EXTRA + 1], k[UD_AEAD_KEY] = { 1 };
    struct ud_secret *key = secret_of(k, sizeof(k)), *plain = secret_of("x", 1), *brief = secret_of(k, 16);
    size_t length;

    (void)state;
    assert_int_equal(ud_aead_seal(a, sizeof(a), &length, plain, NULL, 0, key, NULL), UD_OK);
    assert_int_equal(ud_aead_seal(b, sizeof(b), &length, plain, NULL, 0, key, NULL), UD_OK);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(ud_aead_seal(b, sizeof(b), &length, plain, NULL, 0, brief, NULL), UD_INVALID);
    ud_secret_free(&key);
    ud_secret_free(&plain);
    ud_secret_free(&brief);
}

static void
one_passphrase_and_salt_give_one_pair(void **state)
{
    unsigned char a[UD_SEAL_PUBLIC], b[UD_SEAL_PUBLIC], c[UD_SEAL_PUBLIC], own[UD_SEAL_PUBLIC];
    struct ud_secret *x, *y, *z, *pass = secret_of("correct horse", 13), *wrong = secret_of("correct horsf", 13);
    struct ud_kdf kdf;

    (void)state;
    ud_kdf_new(&kdf);
    assert_int_equal(kdf.memory_kib, 256 * 1024);
    assert_int_equal(kdf.passes, 3);
    kdf.memory_kib = 64 * 1024;
    kdf.passes = 2;
    assert_int_equal(ud_kdf_keypair(a, &x, pass, &kdf, NULL), UD_OK);
    assert_int_equal(ud_kdf_keypair(b, &y, pass, &kdf, NULL), UD_OK);
    assert_int_equal(ud_kdf_keypair(c, &z, wrong, &kdf, NULL), UD_OK);
    assert_memory_equal(a, b, sizeof(a));
    assert_true(ud_secret_equal(x, y));
    assert_memory_not_equal(a, c, sizeof(a));
    ud_seal_public_of(own, x);
    assert_memory_equal(a, own, sizeof(a));
    ud_secret_free(&x);
    ud_secret_free(&y);
    ud_secret_free(&z);
    ud_secret_free(&pass);
    ud_secret_free(&wrong);
}

static void
passphrase_parameters_outside_the_bounds_are_refused(void **state)
{
    static const struct {
        uint32_t memory_kib, passes;
    } rows[] = { { 1, 3 }, { 65535, 3 }, { 1048577, 3 }, { UINT32_MAX, 3 }, { 65536, 1 }, { 65536, 11 }, { 65536, 0 } };
    unsigned char pub[UD_SEAL_PUBLIC];
    struct ud_secret *key, *pass = secret_of("x", 1);
    struct ud_kdf kdf;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ud_kdf_new(&kdf);
        kdf.memory_kib = rows[i].memory_kib;
        kdf.passes = rows[i].passes;
        assert_int_equal(ud_kdf_keypair(pub, &key, pass, &kdf, NULL), UD_INVALID);
        assert_null(key);
    }
    ud_secret_free(&pass);
}

static void
base64_comes_back_in_both_alphabets(void **state)
{
    unsigned char bytes[64], back[64];
    char text[100];
    size_t length;

    (void)state;
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        ud_random(bytes, sizeof(bytes));
        ud_base64_encode(text, sizeof(text), bytes, n);
        assert_int_equal(strlen(text), (n + 2) / 3 * 4);
        assert_int_equal(ud_base64_decode(back, sizeof(back), &length, text, strlen(text)), UD_OK);
        assert_int_equal(length, n);
        assert_memory_equal(back, bytes, n);
        ud_base64url_encode(text, sizeof(text), bytes, n);
        assert_null(strpbrk(text, "+/="));
        assert_int_equal(ud_base64url_decode(back, sizeof(back), &length, text, strlen(text)), UD_OK);
        assert_int_equal(length, n);
        assert_memory_equal(back, bytes, n);
    }
}

static void
base64_that_is_not_exact_is_refused(void **state)
{
    static const char *const standard[] = { "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "_-8=", "Z", "====" };
    static const char *const url[] = { "Zg==", "Zh", "Zm9vY", "+/8", "Zm9v ", "Z" };
    unsigned char out[16];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
        if (ud_base64_decode(out, sizeof(out), &length, standard[i], strlen(standard[i])) != UD_INVALID)
            fail_msg("%s is accepted", standard[i]);
        assert_int_equal(length, 0);
    }
    for (size_t i = 0; i < sizeof(url) / sizeof(url[0]); i++) {
        if (ud_base64url_decode(out, sizeof(out), &length, url[i], strlen(url[i])) != UD_INVALID)
            fail_msg("%s is accepted", url[i]);
    }
    assert_int_equal(ud_base64_decode(out, 2, &length, "Zm9v", 4), UD_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_box_opens_with_its_own_pair_only),
        cmocka_unit_test(a_changed_box_is_refused_wherever_it_was_changed),
        cmocka_unit_test(an_empty_secret_can_be_sealed),
        cmocka_unit_test(authenticated_data_and_every_byte_of_the_box_are_bound),
        cmocka_unit_test(two_boxes_of_one_secret_differ),
        cmocka_unit_test(one_passphrase_and_salt_give_one_pair),
        cmocka_unit_test(passphrase_parameters_outside_the_bounds_are_refused),
        cmocka_unit_test(base64_comes_back_in_both_alphabets),
        cmocka_unit_test(base64_that_is_not_exact_is_refused),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
