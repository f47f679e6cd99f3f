#include "base/sign.h"

#include <sodium.h>

_Static_assert(UD_SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(UD_SIGN_SEED == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(UD_SIGN_SIZE == crypto_sign_BYTES, "Ed25519 signature");

/* libsodium's 64-byte secret key of a seed, in a new secret. */
static enum ud_status
expand(unsigned char public_key[UD_SIGN_PUBLIC], struct ud_secret **key, struct ud_secret *seed, struct ud_error *err)
{
    enum ud_status st;

    *key = NULL;
    if (ud_secret_length(seed) != UD_SIGN_SEED)
        return ud_error_set(err, UD_INVALID, "The signing key is not %d bytes long", UD_SIGN_SEED);
    if ((st = ud_secret_new(key, crypto_sign_SECRETKEYBYTES, err)) != UD_OK)
        return st;
    crypto_sign_seed_keypair(public_key, ud_secret_open_write(*key), ud_secret_open(seed));
    ud_secret_close(seed);
    ud_secret_close(*key);
    ud_secret_set_length(*key, crypto_sign_SECRETKEYBYTES);
    return UD_OK;
}

enum ud_status
ud_sign_public_of(unsigned char public_key[UD_SIGN_PUBLIC], struct ud_secret *seed, struct ud_error *err)
{
    struct ud_secret *key;
    enum ud_status st = expand(public_key, &key, seed, err);

    ud_secret_free(&key);
    return st;
}

enum ud_status
ud_sign_keypair(unsigned char public_key[UD_SIGN_PUBLIC], struct ud_secret **seed, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(seed, UD_SIGN_SEED, err);

    if (st != UD_OK)
        return st;
    randombytes_buf(ud_secret_open_write(*seed), UD_SIGN_SEED);
    ud_secret_close(*seed);
    ud_secret_set_length(*seed, UD_SIGN_SEED);
    if ((st = ud_sign_public_of(public_key, *seed, err)) != UD_OK)
        ud_secret_free(seed);
    return st;
}

enum ud_status
ud_sign(unsigned char signature[UD_SIGN_SIZE], const void *message, size_t length, struct ud_secret *seed, struct ud_error *err)
{
    unsigned char public_key[UD_SIGN_PUBLIC];
    struct ud_secret *key;
    enum ud_status st = expand(public_key, &key, seed, err);

    if (st != UD_OK)
        return st;
    crypto_sign_detached(signature, NULL, message, length, ud_secret_open(key));
    ud_secret_close(key);
    ud_secret_free(&key);
    return UD_OK;
}

bool
ud_sign_verify(const unsigned char signature[UD_SIGN_SIZE], const void *message, size_t length,
    const unsigned char public_key[UD_SIGN_PUBLIC])
{
    return crypto_sign_verify_detached(signature, message, length, public_key) == 0;
}
