/* Sealed boxes and passphrase keys (libsodium). Plain and secret halves live in struct ud_secret only. */
#ifndef UD_BASE_SEAL_H
#define UD_BASE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

#define UD_SEAL_PUBLIC 32 /* X25519 public key */
#define UD_SEAL_SECRET 32 /* X25519 secret key */
#define UD_SEAL_EXTRA  48 /* a sealed box is this much longer than what it holds (crypto_box_seal) */
#define UD_AEAD_KEY    32 /* XChaCha20-Poly1305-IETF */
#define UD_AEAD_EXTRA  40 /* nonce in front (24) and tag behind (16) */
#define UD_SALT_SIZE   16

/* sodium_init, checked. Call first in every main. */
UD_CHECK enum ud_status ud_seal_init(struct ud_error *err);

/* A fresh one-time key pair. *secret is new and owned by the caller. */
UD_CHECK enum ud_status ud_seal_keypair(
    unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret **secret, struct ud_error *err);
/* Public half of a secret half. */
void ud_seal_public_of(unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret *secret);
/* Seals the content of `plain` to a public key. `out` must have room for length + UD_SEAL_EXTRA; *out_len is set. */
UD_CHECK enum ud_status ud_seal(unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain,
    const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_error *err);
/* Opens a sealed box into a new secret of `capacity` bytes or the box's size. UD_TAMPERED where it was not sealed to this pair. */
UD_CHECK enum ud_status ud_seal_open(
    struct ud_secret **out, const unsigned char *box, size_t box_len, struct ud_secret *secret_key, struct ud_error *err);

/* The same into an existing secret, whose content is replaced, by somebody who opens many and has the public half at hand. UD_INVALID where it
 * does not fit; the secret is empty after any failure. */
UD_CHECK enum ud_status ud_seal_open_into(struct ud_secret *out, const unsigned char *box, size_t box_len,
    const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret *secret_key, struct ud_error *err);

/* Key pair from a passphrase or PIN by Argon2id (RFC 9106); parameters are bounded to 64 MiB..1 GiB and 2..10 passes. */
struct ud_kdf {
    unsigned char salt[UD_SALT_SIZE];
    uint32_t memory_kib;
    uint32_t passes;
};
void ud_kdf_new(struct ud_kdf *kdf); /* random salt, 256 MiB, 3 passes */
UD_CHECK enum ud_status ud_kdf_keypair(unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret **secret,
    struct ud_secret *passphrase, const struct ud_kdf *kdf, struct ud_error *err);

/* XChaCha20-Poly1305 with associated data; a fresh random nonce stands in front of the box. */
UD_CHECK enum ud_status ud_aead_seal(unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain,
    const void *ad, size_t ad_len, struct ud_secret *key, struct ud_error *err);
UD_CHECK enum ud_status ud_aead_open(struct ud_secret **out, const unsigned char *box, size_t box_len, const void *ad,
    size_t ad_len, struct ud_secret *key, struct ud_error *err);

void ud_random(void *out, size_t length);
/* base64 (standard, padded) and base64url (unpadded); out always terminated. Decoders are strict and return UD_INVALID. */
void ud_base64_encode(char *out, size_t out_size, const void *bytes, size_t length);
UD_CHECK enum ud_status ud_base64_decode(unsigned char *out, size_t out_size, size_t *out_len, const char *text, size_t length);
void ud_base64url_encode(char *out, size_t out_size, const void *bytes, size_t length);
UD_CHECK enum ud_status ud_base64url_decode(
    unsigned char *out, size_t out_size, size_t *out_len, const char *text, size_t length);

#endif
