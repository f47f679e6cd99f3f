/* Shared by session.c and signin.c: what the token endpoint answered. Not for others. */
#ifndef UD_SOURCE_SIGNIN_H
#define UD_SOURCE_SIGNIN_H

#include "source/call.h"

/* Takes in the tokens of a token answer, or reads its refusal: *o is the OAuth error ("" where there is none), *e the sentence. */
UD_CHECK enum ud_status ud_signin_read_token(
    struct ud_source *s, struct ud_http_reply *r, struct ud_wire_oauth_error *o, struct ud_error *e);

#endif
