/* Pending device codes (RFC 8628): a bounded table in memory, lost at a restart on purpose. Pure: time and randomness come from outside
 * or from base. */
#ifndef UD_FRONT_GRANTS_H
#define UD_FRONT_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "domain/guid.h"

#define UD_GRANT_LIFE      900  /* seconds */
#define UD_GRANT_MAX       1024 /* pending at a time */
#define UD_GRANT_EACH      64   /* of one address */
#define UD_GRANT_USER_CODE 10   /* "XXXX-XXXX" and NUL */
#define UD_GRANT_NONE      SIZE_MAX

enum ud_grant_state {
    UD_GRANT_FREE,
    UD_GRANT_PENDING,
    UD_GRANT_APPROVED,
    UD_GRANT_REDEEMING, /* the vault is making the tokens */
    UD_GRANT_DENIED
};

struct ud_grant {
    enum ud_grant_state state;
    char user_code[UD_GRANT_USER_CODE];
    unsigned char code_hash[32];
    char client_id[64];
    char scope[512];  /* what was asked for and is known */
    char address[64]; /* who asked */
    ud_msec made, last_poll;
    ud_wall made_wall;
    uint32_t interval;       /* seconds */
    unsigned hurried;        /* polls in a row that came too soon */
    struct ud_guid approval; /* once approved: the vault's */
};

struct ud_grants;

struct ud_grants *ud_grants_new(void);
void ud_grants_free(struct ud_grants **g);
/* A new pending grant. *device_code is a new secret of 43 characters, owned by the caller. UD_THROTTLED where the table or the address is
 * full. */
UD_CHECK enum ud_status ud_grants_add(struct ud_grants *g, size_t *index, struct ud_secret **device_code, const char *client_id,
    const char *scope, const char *address, uint32_t interval, ud_msec now, struct ud_error *err);
/* The live grant of a code; UD_GRANT_NONE. *expired (may be NULL) is set where there was one. User codes: any case, with or without the
 * dash. */
size_t ud_grants_by_device_code(struct ud_grants *g, struct ud_secret *code, ud_msec now, bool *expired);
size_t ud_grants_by_user_code(struct ud_grants *g, const char *code, ud_msec now);
struct ud_grant *ud_grants_at(struct ud_grants *g, size_t index);
void ud_grants_remove(struct ud_grants *g, size_t index);
/* Notes a poll; true where the client must slow down (its interval has grown by 5 s then). A poll up to a second early is let pass, and the
 * first two that come too soon as well: some clients take slow_down for the end. */
bool ud_grant_polled(struct ud_grant *grant, ud_msec now);

#endif
