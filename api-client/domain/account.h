/* Accounts of people as directories write them: user@domain, DOMAIN\user, or the bare account. Letters of ASCII are compared
 * without their case. A device's list of accounts is text, separated by semicolons. */
#ifndef UD_DOMAIN_ACCOUNT_H
#define UD_DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* An account in its two parts; pointers into the text it was read from. */
struct ud_account {
    const char *domain, *name;
    size_t domain_length, name_length; /* domain_length 0: none was given */
};
/* Blanks around it are left out. False where there is no name: "", "@corp", "CORP\". */
bool ud_account_split(struct ud_account *out, const char *text, size_t length);

/* Is it the same account? The domains are equal, or one is the first label of the other (CORP and corp.example). Where a side has
 * no domain it is in `domain`; where that is NULL or "" too, it is the same as no other. */
bool ud_account_same(const struct ud_account *a, const struct ud_account *b, const char *domain);

/* Does the list hold exactly this account, as it is written? */
bool ud_account_listed(const char *account, const char *list);
/* Does it hold one that is the same (ud_account_same)? */
bool ud_account_known(const struct ud_account *account, const char *list, const char *domain);

/* Writes the list as devices keep it: separators (semicolon, comma, bar) become semicolons, blanks go, and whoever is the same as
 * `user` is written like `user`, each once. False where it does not fit; then it ends before the account that did not. */
bool ud_account_list_tidy(char *out, size_t size, const char *list, const char *user, const char *domain);

struct ud_disclosure;
/* Puts an account, as somebody typed it, into a request as the user of the device. UD_INVALID with a sentence where the domain is
 * missing, or where it is too long. */
UD_CHECK enum ud_status ud_account_name_user(struct ud_disclosure *out, const char *typed, struct ud_error *err);
/* And back: "account@domain"; "" where nobody is named. */
void ud_account_named_user(char *out, size_t size, const struct ud_disclosure *d);

#endif
