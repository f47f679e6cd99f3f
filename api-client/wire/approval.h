/* Bodies of approvals and of the surge below /escrow/v1/ (doc/protocol.md), both directions. *_write functions write one whole object. */
#ifndef UD_WIRE_APPROVAL_H
#define UD_WIRE_APPROVAL_H

#include "domain/approval.h"
#include "wire/json_writer.h"

#define UD_WIRE_APPROVALS_MAX 200

/* POST /escrow/v1/approvals: what a reveal says, without a public key. `key`, `device` (either may be zero, not both), `kind`, `why`, `request`
 * are read and written; the rest of the struct is left zero. */
UD_CHECK enum ud_status ud_wire_approval_ask_encode(
    struct ud_buf *body, const struct ud_approval_request *a, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_approval_ask_decode(
    struct ud_approval_request *out, const void *body, size_t length, struct ud_error *err);

/* POST /escrow/v1/approvals/{id}: {"decision":"grant"|"deny","note"} */
UD_CHECK enum ud_status ud_wire_approval_decide_encode(
    struct ud_buf *body, enum ud_approval_decision d, const char *note, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_approval_decide_decode(
    enum ud_approval_decision *d, char note[UD_APPROVAL_NOTE], const void *body, size_t length, struct ud_error *err);

/* One approval. */
void ud_wire_approval_write(struct ud_json_writer *w, const struct ud_approval_request *a);
UD_CHECK enum ud_status ud_wire_approval_decode(
    struct ud_approval_request *out, const void *body, size_t length, struct ud_error *err);

/* The list: {"value":[…],"revision":n}. `each` is called for every one; more than UD_WIRE_APPROVALS_MAX are UD_MALFORMED. */
void ud_wire_approvals_write(struct ud_json_writer *w, const struct ud_approval_request *list, size_t count, uint64_t revision);
UD_CHECK enum ud_status ud_wire_approvals_decode(uint64_t *revision, void (*each)(const struct ud_approval_request *a, void *arg),
    void *arg, const void *body, size_t length, struct ud_error *err);

/* --json of `approve`: unlockdesk.approve.list/1 ("approvals"), unlockdesk.approve.show/1 and /decide/1 ("approval"), unlockdesk.approve.surge/1. */
void ud_wire_cli_approvals(struct ud_json_writer *w, const struct ud_approval_request *list, size_t count);
void ud_wire_cli_approval(struct ud_json_writer *w, const char *schema, const struct ud_approval_request *a);
void ud_wire_cli_surge(struct ud_json_writer *w, const char *incident, ud_wall ends);

/* POST /escrow/v1/surge {"incident","hours"}; hours 0 ends it. The answer: {"incident","ends"}, both null where none is on. */
UD_CHECK enum ud_status ud_wire_surge_encode(struct ud_buf *body, const char *incident, unsigned hours, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_surge_decode(
    char incident[UD_INCIDENT_MAX], unsigned *hours, const void *body, size_t length, struct ud_error *err);
void ud_wire_surge_write(struct ud_json_writer *w, const char *incident, ud_wall ends);
UD_CHECK enum ud_status ud_wire_surge_state_decode(
    char incident[UD_INCIDENT_MAX], ud_wall *ends, const void *body, size_t length, struct ud_error *err);

#endif
