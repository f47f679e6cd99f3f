/* Hashes and signatures against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/seal.h"
#include "base/sign.h"

static int
start(void **state)
{
    (void)state;
    return ud_seal_init(NULL) != UD_OK;
}

static struct ud_secret *
secret_of(const void *bytes, size_t length)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, length, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, bytes, length, NULL), UD_OK);
    return s;
}

static void
blake2b_of_the_parts_is_that_of_the_whole(void **state)
{
    const struct ud_bytes whole[] = { { "abc", 3 } }, parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
    unsigned char h[UD_HASH_SIZE];
    char hex[65];

    (void)state;
    ud_hash(h, whole, 1);
    ud_hex_encode(hex, h, sizeof(h));
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    ud_hash(h, parts, 3);
    ud_hex_encode(hex, h, sizeof(h));
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    ud_hash(h, NULL, 0);
    ud_hex_encode(hex, h, sizeof(h));
    assert_string_equal(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

static void
the_keyed_hash_depends_on_its_key(void **state)
{
    const struct ud_bytes whole[] = { { "abc", 3 } };
    struct ud_secret *key = secret_of("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", 32);
    unsigned char h[UD_HASH_SIZE];
    char hex[65];

    (void)state;
    ud_hash_keyed(h, whole, 1, key);
    ud_hex_encode(hex, h, sizeof(h));
    assert_string_equal(hex, "0a9b1f4f633832a535f3e4539d906998c3814fbcd4cc136e57e8ea742ac36b61");
    ud_secret_free(&key);
}

static void
hex_is_exact_and_lower_case(void **state)
{
    unsigned char out[2];

    (void)state;
    assert_true(ud_hex_decode(out, 2, "00fe", 4));
    assert_memory_equal(out, "\0\xfe", 2);
    assert_false(ud_hex_decode(out, 2, "00FE", 4));
    assert_false(ud_hex_decode(out, 2, "00f", 3));
    assert_false(ud_hex_decode(out, 2, "00fg", 4));
    assert_false(ud_hex_decode(out, 2, "00fe0", 5));
}

static void
ed25519_agrees_with_rfc_8032(void **state)
{
    unsigned char seed[32], want_pub[32], want_sig[64], pub[32], sig[64];

    (void)state;
    assert_true(ud_hex_decode(seed, 32, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", 64));
    assert_true(ud_hex_decode(want_pub, 32, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", 64));
    assert_true(ud_hex_decode(want_sig, 64,
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        128));
    struct ud_secret *s = secret_of(seed, sizeof(seed));
    assert_int_equal(ud_sign_public_of(pub, s, NULL), UD_OK);
    assert_memory_equal(pub, want_pub, sizeof(pub));
    assert_int_equal(ud_sign(sig, "\x72", 1, s, NULL), UD_OK);
    assert_memory_equal(sig, want_sig, sizeof(sig));
    ud_secret_free(&s);
}

static void
a_signature_fits_one_message_and_one_key(void **state)
{
    unsigned char pub[32], other[32], sig[64];
    struct ud_secret *a, *b;

    (void)state;
    assert_int_equal(ud_sign_keypair(pub, &a, NULL), UD_OK);
    assert_int_equal(ud_sign_keypair(other, &b, NULL), UD_OK);
    assert_int_equal(ud_sign(sig, "message", 7, a, NULL), UD_OK);
    assert_true(ud_sign_verify(sig, "message", 7, pub));
    assert_false(ud_sign_verify(sig, "messagf", 7, pub));
    assert_false(ud_sign_verify(sig, "message", 6, pub));
    assert_false(ud_sign_verify(sig, "message", 7, other));
    sig[10] ^= 1;
    assert_false(ud_sign_verify(sig, "message", 7, pub));
    ud_secret_free(&a);
    ud_secret_free(&b);
}

static void
a_key_of_another_length_is_no_signing_key(void **state)
{
    unsigned char sig[64];
    struct ud_secret *s = secret_of("short", 5);

    (void)state;
    assert_int_equal(ud_sign(sig, "m", 1, s, NULL), UD_INVALID);
    ud_secret_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blake2b_of_the_parts_is_that_of_the_whole),
        cmocka_unit_test(the_keyed_hash_depends_on_its_key),
        cmocka_unit_test(hex_is_exact_and_lower_case),
        cmocka_unit_test(ed25519_agrees_with_rfc_8032),
        cmocka_unit_test(a_signature_fits_one_message_and_one_key),
        cmocka_unit_test(a_key_of_another_length_is_no_signing_key),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
