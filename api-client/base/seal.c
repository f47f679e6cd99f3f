/* libsodium's boxes, Argon2id, AEAD and base64 behind struct ud_secret. */
#include "base/seal.h"

#include <sodium.h>

#define KDF_MEMORY_MIN_KIB ((uint32_t)64 * 1024)
#define KDF_MEMORY_MAX_KIB ((uint32_t)1024 * 1024)
#define KDF_PASSES_MIN     2u
#define KDF_PASSES_MAX     10u

_Static_assert(UD_SEAL_PUBLIC == crypto_box_PUBLICKEYBYTES, "X25519 public key");
_Static_assert(UD_SEAL_SECRET == crypto_box_SECRETKEYBYTES, "X25519 secret key");
_Static_assert(UD_SEAL_EXTRA == crypto_box_SEALBYTES, "sealed box");
_Static_assert(UD_AEAD_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "AEAD key");
_Static_assert(
    UD_AEAD_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES, "AEAD overhead");
_Static_assert(UD_SALT_SIZE == crypto_pwhash_SALTBYTES, "salt");

enum ud_status
ud_seal_init(struct ud_error *err)
{
    if (sodium_init() < 0)
        return ud_error_set(err, UD_FAILED, "The cryptographic library could not be started");
    return UD_OK;
}

enum ud_status
ud_seal_keypair(unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret **secret, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(secret, UD_SEAL_SECRET, err);

    if (st != UD_OK)
        return st;
    crypto_box_keypair(public_key, ud_secret_open_write(*secret));
    ud_secret_close(*secret);
    ud_secret_set_length(*secret, UD_SEAL_SECRET);
    return UD_OK;
}

void
ud_seal_public_of(unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret *secret)
{
    crypto_scalarmult_base(public_key, ud_secret_open(secret));
    ud_secret_close(secret);
}

static enum ud_status
too_small(struct ud_error *err)
{
    return ud_error_set(err, UD_INVALID, "The room for a sealed value is too small");
}

static enum ud_status
not_opened(struct ud_error *err)
{
    return ud_error_set(err, UD_TAMPERED, "A sealed value could not be opened: another key, or it has been changed");
}

enum ud_status
ud_seal(unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain,
    const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_error *err)
{
    size_t length = ud_secret_length(plain);

    *out_len = 0;
    if (out_size < length + UD_SEAL_EXTRA)
        return too_small(err);
    int rc = crypto_box_seal(out, ud_secret_open(plain), length, public_key);
    ud_secret_close(plain);
    if (rc != 0)
        return ud_error_set(err, UD_INVALID, "The public key is not usable");
    *out_len = length + UD_SEAL_EXTRA;
    return UD_OK;
}

enum ud_status
ud_seal_open_into(struct ud_secret *out, const unsigned char *box, size_t box_len, const unsigned char public_key[UD_SEAL_PUBLIC],
    struct ud_secret *secret_key, struct ud_error *err)
{
    ud_secret_wipe(out);
    if (box_len < UD_SEAL_EXTRA || ud_secret_length(secret_key) != UD_SEAL_SECRET)
        return not_opened(err);
    size_t length = box_len - UD_SEAL_EXTRA;
    if (length > ud_secret_capacity(out))
        return ud_error_set(err, UD_INVALID, "A sealed value is longer than %zu bytes", ud_secret_capacity(out));
    int rc = crypto_box_seal_open(ud_secret_open_write(out), box, box_len, public_key, ud_secret_open(secret_key));
    ud_secret_close(secret_key);
    ud_secret_close(out);
    ud_secret_clear_stack();
    if (rc != 0) {
        ud_secret_wipe(out);
        return not_opened(err);
    }
    ud_secret_set_length(out, length);
    return UD_OK;
}

enum ud_status
ud_seal_open(struct ud_secret **out, const unsigned char *box, size_t box_len, struct ud_secret *secret_key, struct ud_error *err)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    size_t length = box_len > UD_SEAL_EXTRA ? box_len - UD_SEAL_EXTRA : 1;
    enum ud_status st;

    *out = NULL;
    if (box_len < UD_SEAL_EXTRA || ud_secret_length(secret_key) != UD_SEAL_SECRET)
        return not_opened(err);
    if ((st = ud_secret_new(out, length, err)) != UD_OK)
        return st;
    ud_seal_public_of(public_key, secret_key);
    if ((st = ud_seal_open_into(*out, box, box_len, public_key, secret_key, err)) != UD_OK)
        ud_secret_free(out);
    return st;
}

void
ud_kdf_new(struct ud_kdf *kdf)
{
    ud_random(kdf->salt, sizeof(kdf->salt));
    kdf->memory_kib = (uint32_t)256 * 1024;
    kdf->passes = 3;
}

static enum ud_status
derive_seed(struct ud_secret *seed, struct ud_secret *passphrase, const struct ud_kdf *kdf, struct ud_error *err)
{
    const char *text = (const char *)ud_secret_open(passphrase);
    int rc = crypto_pwhash(ud_secret_open_write(seed), crypto_box_SEEDBYTES, text, ud_secret_length(passphrase), kdf->salt,
        kdf->passes, (size_t)kdf->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);

    ud_secret_close(seed);
    ud_secret_close(passphrase);
    ud_secret_set_length(seed, crypto_box_SEEDBYTES);
    if (rc != 0)
        return ud_error_set(
            err, UD_NOMEM, "There was no memory (%u MiB) to check the PIN or passphrase", (unsigned)(kdf->memory_kib / 1024));
    return UD_OK;
}

enum ud_status
ud_kdf_keypair(unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret **secret, struct ud_secret *passphrase,
    const struct ud_kdf *kdf, struct ud_error *err)
{
    struct ud_secret *seed = NULL;
    enum ud_status st;

    *secret = NULL;
    if (kdf->memory_kib < KDF_MEMORY_MIN_KIB || kdf->memory_kib > KDF_MEMORY_MAX_KIB || kdf->passes < KDF_PASSES_MIN ||
        kdf->passes > KDF_PASSES_MAX)
        return ud_error_set(err, UD_INVALID, "The passphrase parameters (%u KiB, %u passes) are outside the allowed range",
            (unsigned)kdf->memory_kib, (unsigned)kdf->passes);
    if ((st = ud_secret_new(&seed, crypto_box_SEEDBYTES, err)) != UD_OK)
        return st;
    if ((st = derive_seed(seed, passphrase, kdf, err)) != UD_OK)
        goto out;
    if ((st = ud_secret_new(secret, UD_SEAL_SECRET, err)) != UD_OK)
        goto out;
    crypto_box_seed_keypair(public_key, ud_secret_open_write(*secret), ud_secret_open(seed));
    ud_secret_close(seed);
    ud_secret_close(*secret);
    ud_secret_set_length(*secret, UD_SEAL_SECRET);
out:
    ud_secret_free(&seed);
    ud_secret_clear_stack();
    return st;
}

enum ud_status
ud_aead_seal(unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain, const void *ad, size_t ad_len,
    struct ud_secret *key, struct ud_error *err)
{
    size_t length = ud_secret_length(plain);
    size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

    *out_len = 0;
    if (out_size < length + UD_AEAD_EXTRA)
        return too_small(err);
    if (ud_secret_length(key) != UD_AEAD_KEY)
        return ud_error_set(err, UD_INVALID, "The key is not %d bytes long", UD_AEAD_KEY);
    ud_random(out, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + nonce, NULL, ud_secret_open(plain), length, ad, ad_len, NULL, out, ud_secret_open(key));
    ud_secret_close(key);
    ud_secret_close(plain);
    *out_len = length + UD_AEAD_EXTRA;
    return UD_OK;
}

enum ud_status
ud_aead_open(struct ud_secret **out, const unsigned char *box, size_t box_len, const void *ad, size_t ad_len,
    struct ud_secret *key, struct ud_error *err)
{
    size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    enum ud_status st;

    *out = NULL;
    if (box_len < UD_AEAD_EXTRA || ud_secret_length(key) != UD_AEAD_KEY)
        return not_opened(err);
    size_t length = box_len - UD_AEAD_EXTRA;
    if ((st = ud_secret_new(out, length > 0 ? length : 1, err)) != UD_OK)
        return st;
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
        ud_secret_open_write(*out), NULL, NULL, box + nonce, box_len - nonce, ad, ad_len, box, ud_secret_open(key));
    ud_secret_close(key);
    ud_secret_close(*out);
    ud_secret_set_length(*out, length);
    if (rc != 0) {
        ud_secret_free(out);
        return not_opened(err);
    }
    return UD_OK;
}

void
ud_random(void *out, size_t length)
{
    randombytes_buf(out, length);
}

void
ud_base64_encode(char *out, size_t out_size, const void *bytes, size_t length)
{
    sodium_bin2base64(out, out_size, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}

void
ud_base64url_encode(char *out, size_t out_size, const void *bytes, size_t length)
{
    sodium_bin2base64(out, out_size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static enum ud_status
decode(unsigned char *out, size_t out_size, size_t *out_len, const char *text, size_t length, int variant)
{
    *out_len = 0;
    if (sodium_base642bin(out, out_size, text, length, NULL, out_len, NULL, variant) != 0) {
        *out_len = 0;
        return UD_INVALID;
    }
    return UD_OK;
}

enum ud_status
ud_base64_decode(unsigned char *out, size_t out_size, size_t *out_len, const char *text, size_t length)
{
    return decode(out, out_size, out_len, text, length, sodium_base64_VARIANT_ORIGINAL);
}

enum ud_status
ud_base64url_decode(unsigned char *out, size_t out_size, size_t *out_len, const char *text, size_t length)
{
    return decode(out, out_size, out_len, text, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
