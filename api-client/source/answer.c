/* Refusals in words an operator can act on: Graph's error bodies, Intune's wrapped ones, the token endpoint's. The status of HTTP alone must be
 * enough where the body is empty or HTML; server text is never a headline, and never longer than a part of ours. */
#include "source/call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "wire/graph.h"

#define SKEW_MINUTES 10

struct refusal {
    long http;
    const char *code; /* NULL: any */
    enum ud_status status;
    const char *message, *hint;
};

/* First match counts: exact codes before the bare status. */
static const struct refusal refusals[] = {
    { 400, "invalid_request", UD_FAILED, N_("The service found our request incomplete"),
        N_("This is a fault of the program: report it") },
    { 400, NULL, UD_FAILED, N_("The service does not understand this request"),
        N_("This version of the service may not offer it") },
    { 401, NULL, UD_SIGNIN, N_("The session at the service has ended"), N_("Sign in again") },
    { 403, "reason_required", UD_DENIED, N_("The escrow service wants a reason for this key"),
        N_("Give a reason; a plain read is refused by policy") },
    { 403, "personal_device", UD_DENIED, N_("This is a personal device: its key may not be viewed by staff"),
        N_("A new key can be asked for; the user can see it in self-service") },
    { 403, "approval_required", UD_APPROVAL, N_("A second person has to approve this key first"), N_("Ask for an approval") },
    { 403, "approval_denied", UD_DENIED, N_("A second person has denied this request"), N_("Talk to them, then ask anew") },
    { 403, "approval_expired", UD_APPROVAL, N_("The approval for this key has expired"), N_("Ask for another") },
    { 403, "self_approval", UD_DENIED, N_("Nobody decides about their own request"), N_("Somebody else has to decide") },
    { 403, "authorization_error", UD_DENIED, N_("Your role may not read this recovery key"),
        N_("Ask for the role that may, or activate it where roles are activated on demand") },
    { 403, "Authorization_RequestDenied", UD_DENIED, N_("Your directory role does not allow this"),
        N_("Ask for the role that does") },
    { 403, "Forbidden", UD_DENIED, N_("Intune refused: your role does not cover this device"),
        N_("Ask for Help Desk Operator on this group of devices") },
    { 403, "accessDenied", UD_DENIED, N_("Your organization's policy blocks this"), N_("Ask the identity team") },
    { 403, NULL, UD_DENIED, N_("The service does not allow this"), N_("Ask for the role that may") },
    { 404, NULL, UD_NOTFOUND, N_("Not found: deleted, or not visible to you"), "" },
    { 405, NULL, UD_UNSUPPORTED, N_("This version of the service does not offer that"), "" },
    { 409, "ambiguous", UD_AMBIGUOUS, N_("Several recovery keys start with these characters"),
        N_("Type all 32 characters of the ID") },
    { 409, "approval_used", UD_APPROVAL, N_("The approval for this key has been used"), N_("Ask for another") },
    { 409, "approval_decided", UD_EXISTS, N_("This request is not open any more"),
        N_("Somebody else was faster, or it was withdrawn") },
    { 409, "already_used", UD_DENIED, N_("This request has been used before"), N_("Ask for the key anew") },
    { 409, "key_stored", UD_DENIED, N_("A recovery key of this Mac is stored already"),
        N_("Ask the Mac for a new key; that also shows whether it still answers") },
    { 409, "already_stored", UD_EXISTS, N_("This recovery key is stored already"), "" },
    { 409, "other_device", UD_AMBIGUOUS, N_("This recovery key is stored already, for another device"),
        N_("Find it by its ID: the drive may have been moved, or the text is of another computer") },
    { 409, "different_key", UD_AMBIGUOUS, N_("A recovery key with this ID is stored already, with other digits"),
        N_("Read the text at the device once more") },
    { 409, NULL, UD_BUSY, N_("Somebody else is changing this at the moment"), N_("Try again") },
    { 410, NULL, UD_INVALID, N_("The place in the list has been forgotten by the service"),
        N_("The list is fetched from the start") },
    { 413, NULL, UD_INVALID, N_("The service finds the request too large"), "" },
    { 429, NULL, UD_THROTTLED, N_("The service asks us to wait"), N_("Try again after the wait") },
    { 503, "audit_unavailable", UD_DENIED, N_("The escrow service cannot write its audit, so it shows no keys"),
        N_("Call whoever runs it") },
    { 500, NULL, UD_FAILED, N_("The service reports a fault of its own"),
        N_("Try again; if it lasts, report it with the id below") },
    { 502, NULL, UD_OFFLINE, N_("The service is not available at the moment"), N_("Try again in a minute") },
    { 503, NULL, UD_OFFLINE, N_("The service is busy or being maintained"), N_("Try again in a minute") },
    { 504, NULL, UD_OFFLINE, N_("The service did not answer its own front in time"), N_("Try again in a minute") },
};

static const struct refusal *
find_refusal(long http, const char *code)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (refusals[i].http == http && (refusals[i].code == NULL || strcasecmp(refusals[i].code, code) == 0))
            return &refusals[i];
    }
    return NULL;
}

/* Reads the error body wherever it is; a refusal of a secret call holds no secret. */
static bool
read_error(struct ud_wire_graph_error *out, const struct ud_http_reply *r)
{
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if (!r->json)
        return false;
    if (r->secret == NULL)
        return r->length > 0 && ud_wire_graph_error_decode(out, r->body, r->length, NULL) == UD_OK;
    if (ud_secret_length(r->secret) == 0)
        return false;
    st = ud_wire_graph_error_decode(out, ud_secret_open(r->secret), ud_secret_length(r->secret), NULL);
    ud_secret_close(r->secret);
    return st == UD_OK;
}

static bool
is_intune_forbidden(const struct ud_wire_graph_error *g)
{
    return strcasecmp(g->code, "Forbidden") == 0;
}

bool
ud_source_is_forbidden(const struct ud_http_reply *r)
{
    struct ud_wire_graph_error g;

    return read_error(&g, r) && is_intune_forbidden(&g);
}

/* A refused token and clocks that differ by more than tokens live: the clock is the likelier cause. */
static void
add_skew(struct ud_error *e, const struct ud_http_reply *r)
{
    int64_t minutes;

    if (r->code != 401 || r->date == UD_WALL_NONE)
        return;
    minutes = (r->arrived - r->date) / 60000;
    if (minutes > SKEW_MINUTES)
        ud_error_hint(e, "This machine's clock is %lld minutes ahead of the service's: have it set, then sign in again",
            (long long)minutes);
    else if (minutes < -SKEW_MINUTES)
        ud_error_hint(
            e, "This machine's clock is %lld minutes behind the service's: have it set, then sign in again", (long long)-minutes);
}

/* The id support asks for. */
static void
add_id(struct ud_error *e, const struct ud_wire_graph_error *g, const struct ud_http_reply *r)
{
    const char *id = g->activity_id[0] != '\0' ? g->activity_id : g->request_id[0] != '\0' ? g->request_id : r->request_id;
    char before[sizeof(e->hint)];

    if (id[0] == '\0')
        return;
    (void)ud_copy(before, sizeof(before), e->hint);
    if (before[0] != '\0')
        ud_error_hint(e, "%s. Request id: %s", before, id);
    else
        ud_error_hint(e, "Request id: %s", id);
}

enum ud_status
ud_source_refusal(struct ud_error *e, uint32_t *retry_after, const struct ud_source *s, const struct ud_http_reply *r)
{
    struct ud_wire_graph_error g;
    const struct refusal *found;
    bool understood = read_error(&g, r);
    long http = r->code == 401 && is_intune_forbidden(&g) ? 403 : r->code;

    *retry_after = r->retry_after > 0 && r->retry_after < UINT32_MAX ? (uint32_t)r->retry_after : 0;
    found = find_refusal(http, g.code);
    if (found == NULL && http > 500)
        found = find_refusal(500, "");
    if (found == NULL) {
        ud_error_set(e, UD_MALFORMED, "Unexpected reply from %s (%ld)", r->host, r->code);
    } else if (!understood && http < 500 && http != 401 && http != 404 && http != 429) {
        ud_error_set(e, found->status, "Unexpected reply from %s (%ld)", r->host, r->code);
    } else {
        ud_error_set(e, found->status, "%s (%s)", ud_translate(found->message), s->set->name);
        ud_error_hint(e, "%s", ud_translate(found->hint));
    }
    add_skew(e, r);
    add_id(e, &g, r);
    return e->status;
}

/* --- sign-in -------------------------------------------------------------------------------------------------------------- */

struct number {
    uint32_t aadsts;
    enum ud_status status;
    const char *message, *hint;
};

static const struct number numbers[] = {
    { 50076, UD_SIGNIN, N_("Extra verification is needed"), N_("Sign in again") },
    { 50079, UD_SIGNIN, N_("Extra verification is needed"), N_("Sign in again") },
    { 50074, UD_SIGNIN, N_("Extra verification is needed"), N_("Sign in again") },
    { 50072, UD_SIGNIN, N_("Extra verification is needed"), N_("Sign in again") },
    { 53003, UD_DENIED, N_("A sign-in policy blocks this (device codes may be forbidden)"), N_("Ask the identity team") },
    { 530032, UD_DENIED, N_("A sign-in policy blocks this (device codes may be forbidden)"), N_("Ask the identity team") },
    { 530035, UD_DENIED, N_("A sign-in policy blocks this (device codes may be forbidden)"), N_("Ask the identity team") },
    { 53000, UD_DENIED, N_("Policy wants a managed device; a device code cannot show one"),
        N_("Ask the identity team for another way") },
    { 53001, UD_DENIED, N_("Policy wants a managed device; a device code cannot show one"),
        N_("Ask the identity team for another way") },
    { 50097, UD_DENIED, N_("Policy wants a managed device; a device code cannot show one"),
        N_("Ask the identity team for another way") },
    { 65001, UD_DENIED, N_("An administrator must approve this application first"), N_("Ask the identity team") },
    { 90094, UD_DENIED, N_("An administrator must approve this application first"), N_("Ask the identity team") },
    { 90008, UD_DENIED, N_("An administrator must approve this application first"), N_("Ask the identity team") },
    { 65004, UD_DENIED, N_("The permission request was declined"), N_("Sign in again and accept it") },
    { 700016, UD_CONFIG, N_("The application or the tenant is not known there"),
        N_("Check tenant, client_id and cloud in unlockdesk.conf") },
    { 700011, UD_CONFIG, N_("The application or the tenant is not known there"),
        N_("Check tenant, client_id and cloud in unlockdesk.conf") },
    { 90002, UD_CONFIG, N_("The application or the tenant is not known there"),
        N_("Check tenant, client_id and cloud in unlockdesk.conf") },
    { 90038, UD_CONFIG, N_("The tenant belongs to another cloud"), N_("Set cloud in unlockdesk.conf") },
    { 7000218, UD_CONFIG, N_("The app registration does not allow public client sign-in"),
        N_("Have \"Allow public client flows\" switched on in the app registration") },
    { 50057, UD_DENIED, N_("The account is disabled"), N_("Ask the identity team") },
    { 50105, UD_DENIED, N_("You are not assigned to this application"), N_("Ask the identity team") },
    { 50020, UD_DENIED, N_("The account is not from this organization"), N_("Sign in with an account of the tenant") },
    { 70043, UD_SIGNIN, N_("The session has expired"), N_("Sign in again") },
    { 700082, UD_SIGNIN, N_("The session has expired"), N_("Sign in again") },
    { 70008, UD_SIGNIN, N_("The session has expired"), N_("Sign in again") },
    { 50173, UD_SIGNIN, N_("The session was revoked, or the password changed"), N_("Sign in again") },
    { 90055, UD_THROTTLED, N_("Too many tries to sign in"), N_("Wait a while") },
    { 50196, UD_THROTTLED, N_("Too many tries to sign in"), N_("Wait a while") },
};

static const struct {
    const char *error;
    enum ud_status status;
    const char *message, *hint;
} words[] = {
    { "authorization_declined", UD_DENIED, N_("The sign-in was declined"), N_("Start again if you meant to accept it") },
    { "access_denied", UD_DENIED, N_("The sign-in was declined"), N_("Start again if you meant to accept it") },
    { "expired_token", UD_TIMEOUT, N_("The code has expired"), N_("Ask for a new code") },
    { "bad_verification_code", UD_FAILED, N_("The sign-in was not recognised by the service"), N_("Ask for a new code") },
    { "invalid_grant", UD_SIGNIN, N_("The session has ended"), N_("Sign in again") },
    { "interaction_required", UD_SIGNIN, N_("The session has ended: your organization wants a new sign-in"),
        N_("Sign in again") },
    { "consent_required", UD_DENIED, N_("An administrator must approve this application first"), N_("Ask the identity team") },
    { "invalid_client", UD_CONFIG, N_("The application is not accepted there"), N_("Check client_id in unlockdesk.conf") },
    { "unauthorized_client", UD_CONFIG, N_("The application may not sign in this way"),
        N_("Check client_id and sign_in in unlockdesk.conf") },
    { "invalid_scope", UD_CONFIG, N_("The service does not know the permissions asked for"),
        N_("Check scopes in unlockdesk.conf") },
    { "temporarily_unavailable", UD_OFFLINE, N_("The sign-in service is not available at the moment"),
        N_("Try again in a minute") },
};

enum ud_status
ud_source_oauth_refusal(struct ud_error *e, const struct ud_source *s, const struct ud_wire_oauth_error *o)
{
    enum ud_status st = UD_FAILED;
    const char *message = N_("The sign-in service refused"), *hint = "";
    char trace[96] = "";

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].error, o->error) == 0) {
            st = words[i].status;
            message = words[i].message;
            hint = words[i].hint;
        }
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].aadsts == o->aadsts && o->aadsts != 0) {
            st = numbers[i].status;
            message = numbers[i].message;
            hint = numbers[i].hint;
        }
    }
    if (o->aadsts != 0)
        snprintf(trace, sizeof(trace), "%sAADSTS%u, trace %.60s", hint[0] != '\0' ? ". " : "", o->aadsts, o->trace_id);
    ud_error_set(e, st, "%s (%s)", ud_translate(message), s->set->name);
    ud_error_hint(e, "%s%s", ud_translate(hint), trace);
    return st;
}
