/* Sealing many small secrets to one public key: crypto_box with an ephemeral key pair that is used for a moment and then forgotten, so that
 * who takes over the sealing process later cannot open what it sealed before. One box of its own costs two multiplications on the curve;
 * here a moment's boxes share them.
 *
 *     box = ephemeral public key (32) | random nonce (24) | crypto_box (16 longer than the content) */
#ifndef UD_BASE_SEALER_H
#define UD_BASE_SEALER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/seal.h"

#define UD_SEALER_EXTRA  72  /* a box is this much longer than what it holds */
#define UD_SEALER_MOMENT 250 /* ms an ephemeral key is used */

/* --- the sealing side --- */
struct ud_sealer;

UD_CHECK enum ud_status ud_sealer_new(
    struct ud_sealer **out, const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_error *err);
void ud_sealer_free(struct ud_sealer **s);
UD_CHECK enum ud_status ud_sealer_seal(
    struct ud_sealer *s, unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain, struct ud_error *err);
/* Keeps what it needs at hand until released, for a thread that is about to seal several values (see ud_secret_hold). */
void ud_sealer_hold(struct ud_sealer *s);
void ud_sealer_release(struct ud_sealer *s);
/* Forgets a key whose moment is over. Call now and then when nothing is sealed. */
void ud_sealer_tidy(struct ud_sealer *s);

/* --- the opening side --- */
struct ud_opener {
    unsigned char public_key[UD_SEAL_PUBLIC]; /* the ephemeral one seen last */
    struct ud_secret *shared;                 /* what was agreed on with it; empty: nothing yet */
};

UD_CHECK enum ud_status ud_opener_init(struct ud_opener *o, struct ud_error *err);
void ud_opener_clear(struct ud_opener *o);
/* As ud_seal_open_into. UD_TAMPERED where the box was not sealed to this key. */
UD_CHECK enum ud_status ud_opener_open(struct ud_opener *o, struct ud_secret *out, const unsigned char *box, size_t box_len,
    struct ud_secret *secret_key, struct ud_error *err);

#endif
