/* Users, grants, tokens and disclosures in the database. See store.h for statuses. */
#ifndef UD_STORE_PEOPLE_H
#define UD_STORE_PEOPLE_H

#include "escrowd/store/store.h"

typedef void (*ud_store_user_each)(const struct ud_store_user *u, void *arg);

UD_CHECK enum ud_status ud_store_user_add(struct ud_store *s, const struct ud_store_user *u, ud_wall at, struct ud_error *err);
UD_CHECK enum ud_status ud_store_user_by_name(
    struct ud_store *s, const char *name, ud_store_user_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_user_by_row(
    struct ud_store *s, uint64_t row, ud_store_user_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_users(struct ud_store *s, ud_store_user_each each, void *arg, struct ud_error *err);
/* UD_NOTFOUND where there is none of that name. */
UD_CHECK enum ud_status ud_store_user_disable(struct ud_store *s, const char *name, struct ud_error *err);
UD_CHECK enum ud_status ud_store_user_password(struct ud_store *s, const char *name, const char *hash, struct ud_error *err);

UD_CHECK enum ud_status ud_store_grant_add(
    struct ud_store *s, uint64_t *row, const struct ud_store_grant *g, struct ud_error *err);
UD_CHECK enum ud_status ud_store_grant_revoke(struct ud_store *s, uint64_t row, struct ud_error *err);
UD_CHECK enum ud_status ud_store_user_revoke(
    struct ud_store *s, uint64_t user_row, struct ud_error *err); /* every grant of a user */
UD_CHECK enum ud_status ud_store_token_add(struct ud_store *s, const struct ud_store_token *t, struct ud_error *err);
UD_CHECK enum ud_status ud_store_token_used(struct ud_store *s, const uint8_t id[16], struct ud_error *err);
/* Token with its grant. UD_NOTFOUND. */
typedef void (*ud_store_token_each)(const struct ud_store_token *t, const struct ud_store_grant *g, void *arg);
UD_CHECK enum ud_status ud_store_token_get(
    struct ud_store *s, const uint8_t id[16], ud_store_token_each each, void *arg, struct ud_error *err);
/* Drops tokens that expired before `at`, and grants without tokens. */
UD_CHECK enum ud_status ud_store_token_sweep(struct ud_store *s, ud_wall at, struct ud_error *err);

UD_CHECK enum ud_status ud_store_device_token_add(
    struct ud_store *s, const uint8_t id[16], const uint8_t hash[32], uint64_t device_row, struct ud_error *err);
/* Every token of a device. UD_NOTFOUND where it has none. */
UD_CHECK enum ud_status ud_store_device_token_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err);
UD_CHECK enum ud_status ud_store_device_token_get(
    struct ud_store *s, const uint8_t id[16], uint8_t hash[32], uint64_t *device_row, struct ud_error *err);

/* UD_EXISTS: the request id was used before. */
UD_CHECK enum ud_status ud_store_disclosure_add(struct ud_store *s, const struct ud_store_disclosure *d, struct ud_error *err);
/* Only the discloser may say how it ended: UD_NOTFOUND otherwise. */
UD_CHECK enum ud_status ud_store_disclosure_outcome(
    struct ud_store *s, const struct ud_guid *request, uint64_t user_row, const char *outcome, struct ud_error *err);
UD_CHECK enum ud_status ud_store_disclosure_get(struct ud_store *s, const struct ud_guid *request,
    struct ud_store_disclosure *out, struct ud_error *err); /* outcome is not filled in */
typedef void (*ud_store_disclosure_each)(const struct ud_store_disclosure *d, void *arg);
UD_CHECK enum ud_status ud_store_disclosures(
    struct ud_store *s, ud_wall since, ud_store_disclosure_each each, void *arg, struct ud_error *err); /* oldest first */

#endif
