/* Who signed in, as standard clients want to be told: id_token, client_info, scopes. */
#ifndef UD_FRONT_IDENTITY_H
#define UD_FRONT_IDENTITY_H

#include "escrowd/front/call.h"

/* Of the scopes asked for, the known ones, as they were written, separated by spaces. */
void ud_identity_scope(char *out, size_t size, const char *asked);
bool ud_identity_has_scope(const char *scopes, const char *scope);
/* base64url of {"uid":…,"utid":…}, which Microsoft's library keys its account cache with. */
void ud_identity_client_info(char *out, size_t size, const struct ud_call *c, const struct ud_vault_user *user);
/* The signed id_token for c->client_id. */
UD_CHECK enum ud_status ud_identity_token(
    struct ud_buf *out, const struct ud_call *c, const struct ud_vault_reply *r, struct ud_error *err);

#endif
