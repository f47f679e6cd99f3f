/* Below /escrow/v1/approvals and /escrow/v1/surge: bodies are decoded by wire, rules are the vault's. Both lists and single approvals can be waited for. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/front/route.h"
#include "wire/approval.h"

#define WAIT_LONGEST 30000u

/* A whole number up to `most` in the query; false with the error response where it is something else. Not given: *out stays. */
static bool
read_number(struct ud_call *c, const char *name, uint64_t most, uint64_t *out)
{
    const char *text = ud_call_option(c, name);
    char *end;

    if (text == NULL)
        return true;
    *out = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && strlen(text) <= 16 && *out <= most)
        return true;
    ud_call_error(c, 400, "invalid_request", "wait_ms is 0 to 30000, since a revision from an answer before.");
    return false;
}

static bool
read_wait(struct ud_call *c, struct ud_vault_request *r)
{
    uint64_t wait = 0;

    if (!read_number(c, "wait_ms", WAIT_LONGEST, &wait))
        return false;
    r->wait_ms = (uint32_t)wait;
    return true;
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */

static void
answer(struct ud_call *c, const struct ud_vault_reply *r, unsigned status)
{
    struct ud_json_writer w;

    if (r->approval_count != 1) {
        ud_call_error(c, 503, "serviceNotAvailable", "The service has no answer to this.");
        return;
    }
    ud_call_json(c, &w, status);
    c->response.private = true;
    ud_wire_approval_write(&w, &r->approvals[0]);
}

static void
answer_asked(struct ud_call *c, struct ud_vault_reply *r)
{
    answer(c, r, 201);
}

static void
answer_one(struct ud_call *c, struct ud_vault_reply *r)
{
    answer(c, r, 200);
}

void
ud_front_approval_ask(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_APPROVAL_ASK };
    struct ud_approval_request a;
    struct ud_error err = { 0 };

    if (ud_wire_approval_ask_decode(&a, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.reveal.has_key = !ud_guid_is_zero(&a.key);
    r.reveal.key = a.key;
    r.reveal.has_device = !ud_guid_is_zero(&a.device);
    r.reveal.device = a.device;
    r.reveal.kind = (uint8_t)a.kind;
    r.reveal.request = a.request;
    r.reveal.why = a.why;
    ud_call_ask(c, &r, answer_asked);
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static void
answer_list(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    c->response.private = true;
    ud_wire_approvals_write(&w, r->approvals, r->approval_count, r->revision);
}

void
ud_front_approvals(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_APPROVALS };
    const char *state = ud_call_option(c, "state");

    r.approvals.open = state != NULL && strcmp(state, "open") == 0;
    if (state != NULL && !r.approvals.open)
        ud_call_error(c, 400, "invalid_request", "state is open, or left out.");
    else if (read_wait(c, &r) && read_number(c, "since", (uint64_t)1 << 53, &r.approvals.since))
        ud_call_ask(c, &r, answer_list);
}

void
ud_front_approval(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_APPROVAL, .by_id = c->id };
    const char *known = ud_call_option(c, "known");
    enum ud_approval_state state = UD_APPROVAL_NONE;

    if (known != NULL && !ud_approval_state_parse(&state, known)) {
        ud_call_error(c, 400, "invalid_request", "known is a state: open, granted, denied, withdrawn, used, expired.");
        return;
    }
    r.approvals.known = (uint8_t)state;
    if (read_wait(c, &r))
        ud_call_ask(c, &r, answer_one);
}

/* --- deciding -------------------------------------------------------------------------------------------------------- */

void
ud_front_approval_decide(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_APPROVAL_DECIDE, .by_id = c->id };
    enum ud_approval_decision decision = UD_APPROVAL_DENY;
    char note[UD_APPROVAL_NOTE];
    struct ud_error err = { 0 };

    if (ud_wire_approval_decide_decode(&decision, note, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.decide.decision = (uint8_t)decision;
    r.decide.note = note;
    ud_call_ask(c, &r, answer_one);
}

void
ud_front_approval_withdraw(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_APPROVAL_WITHDRAW, .by_id = c->id };

    ud_call_ask(c, &r, answer_one);
}

/* --- the surge ------------------------------------------------------------------------------------------------------- */

static void
answer_surge(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    bool on = r->surge.incident != NULL && r->surge.incident[0] != '\0';

    ud_call_json(c, &w, on ? 201 : 200);
    ud_wire_surge_write(&w, r->surge.incident, on ? r->surge.ends : UD_WALL_NONE);
}

void
ud_front_surge(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_SURGE };
    char incident[UD_INCIDENT_MAX];
    unsigned hours = 0;
    struct ud_error err = { 0 };

    if (ud_wire_surge_decode(incident, &hours, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.surge.incident = incident;
    r.surge.hours = hours;
    ud_call_ask(c, &r, answer_surge);
}
