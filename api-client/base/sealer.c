/* Boxes of a moment (libsodium's crypto_box with a precomputed shared key). */
#include "base/sealer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

#define USES_MAX 1024u
#define NONCE    crypto_box_NONCEBYTES
#define NONCES   32u
#define HEAD     (UD_SEAL_PUBLIC + NONCE)

_Static_assert(UD_SEALER_EXTRA == HEAD + crypto_box_MACBYTES, "length of a box");

struct ud_sealer {
    unsigned char peer[UD_SEAL_PUBLIC];
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *shared; /* empty: no key now */
    ud_msec made;
    unsigned uses;
    unsigned char nonce[NONCES * NONCE]; /* drawn together; public once used */
    size_t nonces;                       /* of them, not used yet */
};

/* `shared` gets what both key pairs agree on. */
static enum ud_status
agree(
    struct ud_secret *shared, const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_secret *secret_key, struct ud_error *err)
{
    int rc = crypto_box_beforenm(ud_secret_open_write(shared), public_key, ud_secret_open(secret_key));

    ud_secret_close(secret_key);
    ud_secret_close(shared);
    ud_secret_clear_stack();
    ud_secret_set_length(shared, rc == 0 ? crypto_box_BEFORENMBYTES : 0);
    return rc == 0 ? UD_OK : ud_error_set(err, UD_TAMPERED, "The public key is not usable");
}

enum ud_status
ud_sealer_new(struct ud_sealer **out, const unsigned char public_key[UD_SEAL_PUBLIC], struct ud_error *err)
{
    struct ud_sealer *s = ud_xcalloc(1, sizeof(*s));
    enum ud_status st = ud_secret_new(&s->shared, crypto_box_BEFORENMBYTES, err);

    memcpy(s->peer, public_key, sizeof(s->peer));
    *out = s;
    if (st != UD_OK)
        ud_sealer_free(out);
    return st;
}

void
ud_sealer_free(struct ud_sealer **s)
{
    if (s == NULL || *s == NULL)
        return;
    ud_secret_free(&(*s)->shared);
    free(*s);
    *s = NULL;
}

void
ud_sealer_tidy(struct ud_sealer *s)
{
    if (ud_secret_length(s->shared) > 0 && ud_clock_now() - s->made >= UD_SEALER_MOMENT)
        ud_secret_wipe(s->shared);
}

static enum ud_status
renew(struct ud_sealer *s, struct ud_error *err)
{
    struct ud_secret *secret_key = NULL;
    enum ud_status st = ud_seal_keypair(s->public_key, &secret_key, err);

    if (st == UD_OK)
        st = agree(s->shared, s->peer, secret_key, err);
    ud_secret_free(&secret_key);
    s->made = ud_clock_now();
    s->uses = 0;
    return st;
}

static void
take_nonce(struct ud_sealer *s, unsigned char *out)
{
    if (s->nonces == 0) {
        randombytes_buf(s->nonce, sizeof(s->nonce));
        s->nonces = NONCES;
    }
    memcpy(out, s->nonce + --s->nonces * NONCE, NONCE);
}

void
ud_sealer_hold(struct ud_sealer *s)
{
    ud_secret_hold(s->shared, false);
}

void
ud_sealer_release(struct ud_sealer *s)
{
    ud_secret_release(s->shared);
}

enum ud_status
ud_sealer_seal(
    struct ud_sealer *s, unsigned char *out, size_t out_size, size_t *out_len, struct ud_secret *plain, struct ud_error *err)
{
    size_t length = ud_secret_length(plain);
    enum ud_status st = UD_OK;

    *out_len = 0;
    if (out_size < length + UD_SEALER_EXTRA)
        return ud_error_set(err, UD_INVALID, "The room for a sealed value is too small");
    ud_sealer_tidy(s);
    if (ud_secret_length(s->shared) == 0 || s->uses >= USES_MAX)
        st = renew(s, err);
    if (st != UD_OK)
        return st;
    s->uses++;
    memcpy(out, s->public_key, UD_SEAL_PUBLIC);
    take_nonce(s, out + UD_SEAL_PUBLIC);
    int rc = crypto_box_easy_afternm(out + HEAD, ud_secret_open(plain), length, out + UD_SEAL_PUBLIC, ud_secret_open(s->shared));
    ud_secret_close(s->shared);
    ud_secret_close(plain);
    if (rc != 0)
        return ud_error_set(err, UD_FAILED, "A value could not be sealed");
    *out_len = length + UD_SEALER_EXTRA;
    return UD_OK;
}

/* --- opening ----------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_opener_init(struct ud_opener *o, struct ud_error *err)
{
    memset(o, 0, sizeof(*o));
    return ud_secret_new(&o->shared, crypto_box_BEFORENMBYTES, err);
}

void
ud_opener_clear(struct ud_opener *o)
{
    ud_secret_free(&o->shared);
}

enum ud_status
ud_opener_open(struct ud_opener *o, struct ud_secret *out, const unsigned char *box, size_t box_len, struct ud_secret *secret_key,
    struct ud_error *err)
{
    enum ud_status st = UD_OK;

    ud_secret_wipe(out);
    if (box_len < UD_SEALER_EXTRA || ud_secret_length(secret_key) != UD_SEAL_SECRET)
        return ud_error_set(err, UD_TAMPERED, "A sealed value is too short");
    size_t length = box_len - UD_SEALER_EXTRA;
    if (length > ud_secret_capacity(out))
        return ud_error_set(err, UD_INVALID, "A sealed value is longer than %zu bytes", ud_secret_capacity(out));
    if (ud_secret_length(o->shared) == 0 || memcmp(o->public_key, box, UD_SEAL_PUBLIC) != 0) {
        if ((st = agree(o->shared, box, secret_key, err)) != UD_OK)
            return st;
        memcpy(o->public_key, box, UD_SEAL_PUBLIC);
    }
    int rc = crypto_box_open_easy_afternm(
        ud_secret_open_write(out), box + HEAD, box_len - HEAD, box + UD_SEAL_PUBLIC, ud_secret_open(o->shared));
    ud_secret_close(o->shared);
    ud_secret_close(out);
    if (rc != 0) {
        ud_secret_wipe(out);
        return ud_error_set(err, UD_TAMPERED, "A sealed value could not be opened: another key, or it has been changed");
    }
    ud_secret_set_length(out, length);
    return UD_OK;
}
