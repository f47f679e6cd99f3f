/* Who may do what: one table of operation and role, denied by default (SR-140). The vault looks here before it looks at anything
 * else of a request of a person who is signed in. A new operation needs a row in rights.c and one in tests/unit/vault/test_roles.c. */
#ifndef UD_VAULT_RIGHTS_H
#define UD_VAULT_RIGHTS_H

#include <stdbool.h>

#include "escrowd/store/record.h"
#include "escrowd/vault/request.h"

/* How far an operation reaches for a role. */
enum ud_scope {
    UD_SCOPE_NONE,  /* not at all */
    UD_SCOPE_OWN,   /* devices whose user this person is, and to which this person has signed in locally */
    UD_SCOPE_NAMED, /* every device, without its user; recovery keys and new keys only where the request names the user */
    UD_SCOPE_ALL,   /* every device */
};

/* How an operation that a role may not use is answered: never otherwise than where there is nothing. */
enum ud_refusal {
    UD_REFUSAL_MISSING, /* UD_VAULT_NOT_FOUND */
    UD_REFUSAL_EMPTY,   /* lists and searches: UD_VAULT_OK without entries */
    UD_REFUSAL_AUDITED, /* UD_VAULT_NOT_FOUND, once the refusal is in the audit */
};

/* The sentence of every UD_VAULT_NOT_FOUND about devices and keys: not there, not yours, not for your role. */
#define UD_NO_SUCH_THING "There is no such device or recovery key."

enum ud_scope ud_role_scope(enum ud_role role, enum ud_vault_op op);
enum ud_refusal ud_role_refusal(enum ud_vault_op op);

#endif
