/* The token file: refresh tokens sealed to the public key that is derived from the operator's PIN or passphrase, with the parameters of that
 * derivation and the count of wrong tries. No secret in it is readable without the PIN; tries are counted on disk before they are checked. */
#ifndef UD_APP_TOKENS_H
#define UD_APP_TOKENS_H

#include "base/clock.h"
#include "base/seal.h"
#include "channel/message.h"

struct ud_token_entry {
    char source[32];
    char account[128];
    size_t length;
    unsigned char blob[UD_BLOB_MAX];
};

struct ud_tokens {
    struct ud_kdf kdf;
    unsigned char public_key[UD_SEAL_PUBLIC];
    unsigned tries;       /* wrong tries so far */
    char notice_hash[65]; /* of the notice accepted last */
    size_t count;
    struct ud_token_entry entry[UD_SOURCE_MAX];
};

/* Adds or replaces the blob of a source. */
void ud_tokens_put(struct ud_tokens *t, const char *source, const char *account, const void *blob, size_t length);
const struct ud_token_entry *ud_tokens_of(const struct ud_tokens *t, const char *source); /* NULL: none */
/* Reads `path` (0600, ours, else refused with the fix). UD_NOTFOUND where there is none, UD_MALFORMED where it is damaged. */
UD_CHECK enum ud_status ud_tokens_load(struct ud_tokens *t, const char *path, struct ud_error *err);
/* Replaces the file durably. */
UD_CHECK enum ud_status ud_tokens_save(const struct ud_tokens *t, const char *path, struct ud_error *err);
/* Claims the file for this process, trying for `patience`: a refresh token is good for one use, so two that refresh from one file would sign each other
 * out. UD_BUSY where another console or command of this account has it. *fd is to be kept open while the tokens are used; -1 otherwise. */
UD_CHECK enum ud_status ud_tokens_claim(int *fd, const char *path, ud_msec patience, struct ud_error *err);
/* Overwrites and unlinks. */
void ud_tokens_destroy(const char *path);
/* Counts one try (durably where path is not "") BEFORE it is checked, derives the key pair, compares its public half. UD_DENIED: wrong, `tries` says how
 * many; at 5 the file is destroyed. On success *secret is new and the count is reset. Takes about a second: run it as a job. */
UD_CHECK enum ud_status ud_tokens_unlock(
    struct ud_tokens *t, const char *path, struct ud_secret *passphrase, struct ud_secret **secret, struct ud_error *err);

#define UD_TRIES_MAX 5u

#endif
