/* The RSA key that signs id_tokens. Nothing of the escrow hangs on it: it lets standard clients check who signed in. */
#ifndef UD_FRONT_SIGNER_H
#define UD_FRONT_SIGNER_H

#include "base/buf.h"
#include "base/error.h"
#include "wire/json_writer.h"

struct ud_signer;

/* Loads the key at `path`, making it (RSA 2048, 0600) where it is missing. NULL path: a key of this process only. */
UD_CHECK enum ud_status ud_signer_load(struct ud_signer **out, const char *path, struct ud_error *err);
void ud_signer_free(struct ud_signer **s);
/* A signed token (RFC 7515 compact form, RS256) of a JSON payload. */
UD_CHECK enum ud_status ud_signer_sign(
    struct ud_buf *out, struct ud_signer *s, const char *payload, size_t length, struct ud_error *err);
/* The key set object: {"keys":[{…}]}. */
void ud_signer_write_jwks(struct ud_json_writer *w, const struct ud_signer *s);

#endif
