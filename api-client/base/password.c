/* Argon2id strings by libsodium. */
#include "base/password.h"

#include <sodium.h>

#define MEMORY ((size_t)64 * 1024 * 1024)
#define PASSES 2

_Static_assert(UD_PASSWORD_HASH == crypto_pwhash_STRBYTES, "length of the string");

enum ud_status
ud_password_hash(char out[UD_PASSWORD_HASH], struct ud_secret *password, struct ud_error *err)
{
    const unsigned char *text = ud_secret_open(password);
    int rc =
        crypto_pwhash_str_alg(out, (const char *)text, ud_secret_length(password), PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13);

    ud_secret_close(password);
    return rc == 0 ? UD_OK : ud_error_set(err, UD_NOMEM, "No memory to hash a password with");
}

bool
ud_password_matches(const char *hash, struct ud_secret *password)
{
    const unsigned char *text = ud_secret_open(password);
    int rc = crypto_pwhash_str_verify(hash, (const char *)text, ud_secret_length(password));

    ud_secret_close(password);
    return rc == 0;
}
