/* Ed25519 signatures. The secret half (its 32-byte seed) lives in a struct ud_secret. */
#ifndef UD_BASE_SIGN_H
#define UD_BASE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"

#define UD_SIGN_PUBLIC 32
#define UD_SIGN_SEED   32
#define UD_SIGN_SIZE   64

/* A fresh key pair; *seed is new and owned by the caller. */
UD_CHECK enum ud_status ud_sign_keypair(unsigned char public_key[UD_SIGN_PUBLIC], struct ud_secret **seed, struct ud_error *err);
/* Public half of a seed. UD_INVALID where it is not a seed. */
UD_CHECK enum ud_status ud_sign_public_of(unsigned char public_key[UD_SIGN_PUBLIC], struct ud_secret *seed, struct ud_error *err);
UD_CHECK enum ud_status ud_sign(
    unsigned char signature[UD_SIGN_SIZE], const void *message, size_t length, struct ud_secret *seed, struct ud_error *err);
bool ud_sign_verify(const unsigned char signature[UD_SIGN_SIZE], const void *message, size_t length,
    const unsigned char public_key[UD_SIGN_PUBLIC]);

#endif
