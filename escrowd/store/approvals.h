/* Approvals and surges in the database. See store.h for statuses. Changes are guarded by the stored state, so that of two only the first counts. */
#ifndef UD_STORE_APPROVALS_H
#define UD_STORE_APPROVALS_H

#include "escrowd/store/store.h"

#define UD_STORE_APPROVALS_MAX 32u /* in one list */

/* From a.id, a.request, a.why, a.created, a.expires and the rows of user, device and key. UD_EXISTS: this user has sent this request before. */
UD_CHECK enum ud_status ud_store_approval_add(struct ud_store *s, const struct ud_store_approval *a, struct ud_error *err);
UD_CHECK enum ud_status ud_store_approval_by_id(
    struct ud_store *s, struct ud_store_approval *out, const struct ud_guid *id, struct ud_error *err);
UD_CHECK enum ud_status ud_store_approval_by_request(
    struct ud_store *s, struct ud_store_approval *out, uint64_t user_row, const struct ud_guid *request, struct ud_error *err);

typedef bool (*ud_store_approval_each)(const struct ud_store_approval *a, void *arg); /* false: stop */
/* `open`: those that can still be decided at `now`, longest waiting first; else all, newest first. user_row 0: everybody's. */
UD_CHECK enum ud_status ud_store_approvals(
    struct ud_store *s, bool open, uint64_t user_row, ud_wall now, ud_store_approval_each each, void *arg, struct ud_error *err);
/* How many of a user's can still be decided. */
UD_CHECK enum ud_status ud_store_approval_count(
    struct ud_store *s, uint64_t *count, uint64_t user_row, ud_wall now, struct ud_error *err);

/* Each is UD_NOTFOUND where the approval is not in a state that allows it (any more). Decided: state GRANTED or DENIED; `expires` is new. */
UD_CHECK enum ud_status ud_store_approval_decide(struct ud_store *s, uint64_t row, enum ud_approval_state state,
    uint64_t approver_row, ud_wall at, ud_wall expires, const char *answer, struct ud_error *err);
UD_CHECK enum ud_status ud_store_approval_withdraw(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err);
UD_CHECK enum ud_status ud_store_approval_use(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err);

UD_CHECK enum ud_status ud_store_surge_add(
    struct ud_store *s, const struct ud_store_surge *g, uint64_t user_row, struct ud_error *err);
/* Ends whatever is on. */
UD_CHECK enum ud_status ud_store_surge_end(struct ud_store *s, ud_wall at, struct ud_error *err);
/* The newest that has not ended at `now`; UD_NOTFOUND. */
UD_CHECK enum ud_status ud_store_surge_now(struct ud_store *s, struct ud_store_surge *out, ud_wall now, struct ud_error *err);

#endif
