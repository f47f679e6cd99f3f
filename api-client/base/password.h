/* Passwords of escrowd's users: Argon2id strings (RFC 9106), made and checked. Slow by design: call from a helper thread. */
#ifndef UD_BASE_PASSWORD_H
#define UD_BASE_PASSWORD_H

#include <stdbool.h>

#include "base/secret.h"

#define UD_PASSWORD_HASH 128 /* bytes of the string, with NUL */

/* Hashes with 64 MiB and 2 passes. UD_NOMEM. */
UD_CHECK enum ud_status ud_password_hash(char out[UD_PASSWORD_HASH], struct ud_secret *password, struct ud_error *err);
/* True where `password` is the one `hash` was made of. A string that is no Argon2id hash matches nothing. */
bool ud_password_matches(const char *hash, struct ud_secret *password);

#endif
