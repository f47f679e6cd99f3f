/* HTTP Basic (RFC 7617) of check-in agents. */
#ifndef UD_FRONT_BASIC_H
#define UD_FRONT_BASIC_H

#include "escrowd/vault/token.h"

/* Reads "BASE64(NAME:SECRET)" where it lies: decoded in place, so that no copy of the secret is left. False where it is none; *out is zero then. */
bool ud_basic_parse(struct ud_token *out, char *text, size_t length);

#endif
