/* What the administrators' commands share. Private to admin*.c. */
#ifndef UD_VAULT_SHARED_H
#define UD_VAULT_SHARED_H

#include "escrowd/vault/admin.h"

/* One audit line inside the open transaction; the caller is named. */
UD_CHECK enum ud_status ud_admin_note(struct ud_admin *a, const char *event, const char *detail, struct ud_error *err);
/* Commits where `st` is UD_OK, else rolls back; then tells a running vault. Returns `st` or the commit's failure. */
UD_CHECK enum ud_status ud_admin_end(struct ud_admin *a, enum ud_status st, struct ud_error *err);
/* Inside an open transaction. `hash`: of the password (base/password.h). */
UD_CHECK enum ud_status ud_admin_user_insert(struct ud_admin *a, const char *name, enum ud_role role, const char *account,
    const char *display, const char *hash, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_policy_put(
    struct ud_store *s, const struct ud_policy *p, bool plain_graph_reads, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_notice_put(
    struct ud_store *s, bool self_service, const char *language, const char *text, struct ud_error *err);
/* Those a new service begins with, in every language the console speaks. */
UD_CHECK enum ud_status ud_admin_notices_shipped(struct ud_store *s, bool training, struct ud_error *err);
/* Takes away the shipped translations that are as they came: once a site has a word of its own, none of ours may hide it. */
UD_CHECK enum ud_status ud_admin_notices_give_way(struct ud_store *s, bool self_service, struct ud_error *err);

/* A random token as text, new and owned by the caller; its hash in *hash. */
UD_CHECK enum ud_status ud_admin_new_token(
    struct ud_admin *a, struct ud_secret **text, struct ud_token *id, uint8_t hash[UD_HASH_SIZE], struct ud_error *err);

#endif
