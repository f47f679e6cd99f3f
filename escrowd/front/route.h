/* The table of what the front answers: method, path, what the caller must bring, who handles it. */
#ifndef UD_FRONT_ROUTE_H
#define UD_FRONT_ROUTE_H

#include "escrowd/front/call.h"

/* AGENT: HTTP Basic, or none where the vault trusts the network. */
enum ud_route_auth { UD_ROUTE_OPEN, UD_ROUTE_BEARER, UD_ROUTE_AGENT };
/* What the body is. FORM and SECRET bodies are gathered in a struct ud_secret. */
enum ud_route_body { UD_ROUTE_NO_BODY, UD_ROUTE_JSON, UD_ROUTE_SECRET, UD_ROUTE_FORM };

#define UD_ROUTE_NEEDS_AGENT 1u /* a User-Agent is required, as Graph does on the key paths */
#define UD_ROUTE_BETA        2u /* Graph has it below /beta only */

struct ud_route {
    const char *method;
    /* Segments: literal, "{id}" (a GUID), "{tenant}" (anything sane), "{v}" (v1.0 or beta). */
    const char *path;
    enum ud_route_auth auth;
    enum ud_route_body body;
    unsigned flags;
    void (*handle)(struct ud_call *c);
};

/* Finds the route and sets call->route and call->id; false with the error response filled in where there is none (404, 405, 400). */
bool ud_route_find(struct ud_call *c);
/* The rows, for tests. */
const struct ud_route *ud_route_table(size_t *count);

/* handlers, by file */
void ud_front_discovery(struct ud_call *c);
void ud_front_jwks(struct ud_call *c);
void ud_front_devicecode(struct ud_call *c);
void ud_front_token(struct ud_call *c);
void ud_front_approve_page(struct ud_call *c);
void ud_front_approve_post(struct ud_call *c);

void ud_front_me(struct ud_call *c);
void ud_front_devices(struct ud_call *c);
void ud_front_device(struct ud_call *c);
void ud_front_rotate_bitlocker(struct ud_call *c);
void ud_front_rotate_filevault(struct ud_call *c);
void ud_front_rotate_laps(struct ud_call *c);
void ud_front_recovery_keys(struct ud_call *c);
void ud_front_recovery_key(struct ud_call *c);
void ud_front_filevault(struct ud_call *c);
void ud_front_credentials(struct ud_call *c);
void ud_front_credential(struct ud_call *c);

void ud_front_well_known(struct ud_call *c);
void ud_front_report_audit(struct ud_call *c);
void ud_front_report_encryption(struct ud_call *c);
void ud_front_person(struct ud_call *c);
void ud_front_policy(struct ud_call *c);
void ud_front_notice(struct ud_call *c);
void ud_front_branding(struct ud_call *c);
void ud_front_keys(struct ud_call *c);
void ud_front_device_keys(struct ud_call *c);
void ud_front_reveal(struct ud_call *c);
void ud_front_rotate(struct ud_call *c);
void ud_front_rotation(struct ud_call *c);
void ud_front_outcome(struct ud_call *c);
void ud_front_sign_out(struct ud_call *c);
void ud_front_approval_ask(struct ud_call *c);
void ud_front_approvals(struct ud_call *c);
void ud_front_approval(struct ud_call *c);
void ud_front_approval_decide(struct ud_call *c);
void ud_front_approval_withdraw(struct ud_call *c);
void ud_front_surge(struct ud_call *c);

void ud_front_typed(struct ud_call *c);
void ud_front_typed_state(struct ud_call *c);
void ud_front_typed_ask(struct ud_call *c);
void ud_front_typed_asked(struct ud_call *c);
void ud_front_board(struct ud_call *c);
void ud_front_store_key(struct ud_call *c);
void ud_front_package(struct ud_call *c);

void ud_front_check_in(struct ud_call *c);
void ud_front_deposit(struct ud_call *c);
void ud_front_work_result(struct ud_call *c);
void ud_front_work_key(struct ud_call *c);
void ud_front_deposit_key(struct ud_call *c);
void ud_front_training_work(struct ud_call *c);

/* The check-in protocol (agent.c). True where the address is one of its own, whatever the method; then the call has its route or its error response. */
bool ud_route_agent(struct ud_call *c);

#endif
