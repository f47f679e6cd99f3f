/* Bearer tokens: an id part that finds the record and 256 random bits that prove it. escrowd stores a keyed hash of the
 * second part only. The text form is base64url, 64 characters. */
#ifndef UD_VAULT_TOKEN_H
#define UD_VAULT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

#define UD_TOKEN_ID    16
#define UD_TOKEN_PROOF 32
#define UD_TOKEN_TEXT  65 /* with NUL */

/* A token on its way through one request. Short-lived: wipe with ud_token_wipe as soon as it has been used. */
struct ud_token {
    uint8_t id[UD_TOKEN_ID];
    uint8_t proof[UD_TOKEN_PROOF];
};

/* Reads the text of an Authorization header behind "Bearer ". False where it is no token of ours; *out is zero then. */
bool ud_token_parse(struct ud_token *out, const char *text, size_t length);
void ud_token_wipe(struct ud_token *t);
bool ud_token_is_zero(const struct ud_token *t);
/* Appends the text form (64 characters, no NUL) to a secret. */
UD_CHECK enum ud_status ud_token_append(struct ud_secret *out, const struct ud_token *t, struct ud_error *err);

/* The token of a simulated device: id is the device's id, proof is BLAKE2b-256 keyed with the content of DIR/simulate.key
 * over "unlockdesk simulated device 1" and the id. The vault computes it again to check. */
UD_CHECK enum ud_status ud_token_simulated(
    struct ud_token *out, struct ud_secret *simulate_key, const uint8_t device[UD_TOKEN_ID], struct ud_error *err);

/* A check-in agent's credential as a token: the id stands for its name (case does not matter), the proof for its secret. No stretching:
 * an agent's secret is made by a machine, or at least UD_AGENT_SECRET_LEAST characters long. */
#define UD_AGENT_SECRET_LEAST 32u
#define UD_AGENT_SECRET_MAX   256u
#define UD_AGENT_NAME         64u /* with NUL */
void ud_token_agent(struct ud_token *out, const char *name, size_t name_length, const void *secret, size_t secret_length);

#endif
