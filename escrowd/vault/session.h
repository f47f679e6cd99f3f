/* Access tokens that have been seen, in memory: the check of every request is one look-up and one keyed hash. The database
 * has them too; revoking removes them here at once. */
#ifndef UD_VAULT_SESSION_H
#define UD_VAULT_SESSION_H

#include "base/clock.h"
#include "escrowd/store/record.h"
#include "escrowd/vault/ring.h"
#include "escrowd/vault/token.h"

struct ud_session {
    uint8_t id[16], hash[32];
    uint64_t user_row, grant_row;
    struct ud_guid user;
    enum ud_role role;
    ud_wall expires;
    char name[64], account[128], display[128];
};

/* Takes over what is known of a user; a disabled one leaves user_row 0. The void pointer is a struct ud_session (store callback). */
void ud_session_set_user(const struct ud_store_user *u, void *session);

struct ud_sessions;

struct ud_sessions *ud_sessions_new(void);
void ud_sessions_free(struct ud_sessions **s);
void ud_sessions_put(struct ud_sessions *s, const struct ud_session *entry);
/* NULL where it is not known; whether the proof is right is the next question. */
const struct ud_session *ud_sessions_find(const struct ud_sessions *s, const uint8_t id[16]);
void ud_sessions_drop_grant(struct ud_sessions *s, uint64_t grant_row);
void ud_sessions_drop_expired(struct ud_sessions *s, ud_wall now);
void ud_sessions_clear(struct ud_sessions *s);

#endif
