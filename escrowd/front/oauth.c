/* Sign-in for programs: discovery, device authorization, tokens. Errors are RFC 6749 bodies, never pages. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "escrowd/front/form.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/grants.h"
#include "escrowd/front/identity.h"
#include "escrowd/front/route.h"
#include "escrowd/front/signer.h"
#include "wire/oauth.h"

static void
oauth_error(struct ud_call *c, unsigned status, const char *error, const char *description)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, status);
    c->response.private = true;
    ud_wire_oauth_error_write(&w, error, description);
    if (status == 429 || status == 503)
        c->response.retry_after = 5;
}

static void
endpoint(char *out, size_t size, const struct ud_call *c, const char *path)
{
    snprintf(out, size, "%s/%s/%s", c->origin, c->segment[0], path);
}

void
ud_front_discovery(struct ud_call *c)
{
    struct ud_wire_discovery d = { 0 };
    struct ud_json_writer w;

    endpoint(d.issuer, sizeof(d.issuer), c, "v2.0");
    endpoint(d.authorization, sizeof(d.authorization), c, "oauth2/v2.0/authorize");
    endpoint(d.token, sizeof(d.token), c, "oauth2/v2.0/token");
    endpoint(d.device, sizeof(d.device), c, "oauth2/v2.0/devicecode");
    endpoint(d.jwks, sizeof(d.jwks), c, "discovery/v2.0/keys");
    ud_call_json(c, &w, 200);
    ud_wire_discovery_write(&w, &d);
}

void
ud_front_jwks(struct ud_call *c)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_signer_write_jwks(&w, c->front->signer);
}

/* --- device authorization -------------------------------------------------------------------------------------------- */

static bool
usable_client(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    return id[0] != '\0' && id[strspn(id, allowed)] == '\0';
}

static enum ud_status
answer_code(struct ud_call *c, const struct ud_grant *grant, struct ud_secret *code, struct ud_error *err)
{
    struct ud_wire_device_code d = { .code = code, .expires_in = UD_GRANT_LIFE, .interval = grant->interval };
    struct ud_secret *body = NULL;

    (void)ud_copy(d.user_code, sizeof(d.user_code), grant->user_code);
    snprintf(d.uri, sizeof(d.uri), "%s/device", c->origin);
    snprintf(d.uri_complete, sizeof(d.uri_complete), "%s/device?user_code=%s", c->origin, grant->user_code);
    snprintf(d.message, sizeof(d.message), "To sign in, open %s and enter the code %s. Go on only if you started this yourself.",
        d.uri, d.user_code);
    enum ud_status st = ud_wire_device_code_encode(&body, &d, err);
    if (st == UD_OK)
        ud_call_secret(c, &body);
    return st;
}

void
ud_front_devicecode(struct ud_call *c)
{
    char client[64], asked[2048], scope[512];
    const struct ud_form_field field[] = {
        { .name = "client_id", .text = client, .size = sizeof(client) },
        { .name = "scope", .text = asked, .size = sizeof(asked) },
    };
    struct ud_front *f = c->front;
    struct ud_secret *code = NULL;
    struct ud_error err = { 0 };
    size_t index;

    if (ud_form_read(field, 2, c->secret_body, &err) != UD_OK) {
        oauth_error(c, 400, "invalid_request", err.message);
        return;
    }
    if (!usable_client(client)) {
        oauth_error(c, 400, "invalid_client", "The form needs a client_id.");
        return;
    }
    ud_identity_scope(scope, sizeof(scope), asked);
    enum ud_status st =
        ud_grants_add(f->grants, &index, &code, client, scope, c->address, f->training ? 1 : 5, ud_clock_now(), &err);
    if (st == UD_OK) {
        st = answer_code(c, ud_grants_at(f->grants, index), code, &err);
        if (st != UD_OK)
            ud_grants_remove(f->grants, index);
    }
    ud_secret_free(&code);
    if (st != UD_OK)
        oauth_error(c, st == UD_THROTTLED ? 429 : 503, "temporarily_unavailable",
            err.message[0] != '\0' ? err.message : "The service is busy. Try again.");
}

/* --- tokens ---------------------------------------------------------------------------------------------------------- */

/* The vault hands over both tokens in one secret, the access token first. */
static enum ud_status
take_tokens(struct ud_wire_token *t, const struct ud_vault_reply *r, struct ud_error *err)
{
    const size_t each = UD_TOKEN_TEXT - 1;
    enum ud_status st;

    if (r->secret == NULL || ud_secret_length(r->secret) != (r->tokens.has_refresh ? 2 : 1) * each)
        return ud_error_set(err, UD_MALFORMED, "The vault sent no tokens.");
    if ((st = ud_secret_new(&t->access, each, err)) != UD_OK ||
        (r->tokens.has_refresh && (st = ud_secret_new(&t->refresh, each, err)) != UD_OK))
        return st;
    const unsigned char *bytes = ud_secret_open(r->secret);
    st = ud_secret_append(t->access, bytes, each, err);
    if (st == UD_OK && t->refresh != NULL)
        st = ud_secret_append(t->refresh, bytes + each, each, err);
    ud_secret_close(r->secret);
    t->expires_in = r->tokens.expires_in;
    (void)ud_copy(t->scope, sizeof(t->scope), r->tokens.scope);
    return st;
}

static void
answer_tokens(struct ud_call *c, const struct ud_vault_reply *r)
{
    struct ud_wire_token t = { 0 };
    struct ud_secret *body = NULL;
    struct ud_buf id_token;
    struct ud_error err = { 0 };
    char info[256] = "";
    enum ud_status st;

    ud_buf_init(&id_token, 8192);
    if ((st = take_tokens(&t, r, &err)) != UD_OK)
        goto out;
    if (r->has_user) {
        ud_identity_client_info(info, sizeof(info), c, &r->user);
        if (ud_identity_has_scope(t.scope, "openid") && (st = ud_identity_token(&id_token, c, r, &err)) != UD_OK)
            goto out;
    }
    if ((st = ud_wire_token_encode(&body, &t, id_token.data, info[0] != '\0' ? info : NULL, &err)) == UD_OK)
        ud_call_secret(c, &body);
out:
    ud_buf_free(&id_token);
    ud_wire_token_clear(&t);
    if (st != UD_OK)
        oauth_error(c, 503, "temporarily_unavailable", "The service is busy. Try again.");
}

static void
refused(struct ud_call *c, const struct ud_vault_reply *r)
{
    switch (r->code) {
    case UD_VAULT_THROTTLED:
    case UD_VAULT_AUDIT_UNAVAILABLE:
    case UD_VAULT_UNAVAILABLE:
        oauth_error(c, 503, "temporarily_unavailable", "The service cannot issue tokens now. Try again.");
        break;
    case UD_VAULT_FORBIDDEN:
        oauth_error(c, 400, "access_denied", "This account may not sign in.");
        break;
    default:
        oauth_error(c, 400, "invalid_grant", "The grant has expired, was revoked or was used before. Sign in again.");
    }
}

static void
granted(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_grant *grant = ud_grants_at(c->front->grants, c->grant);
    bool again = r->code == UD_VAULT_THROTTLED || r->code == UD_VAULT_UNAVAILABLE || r->code == UD_VAULT_AUDIT_UNAVAILABLE;

    if (grant->state == UD_GRANT_REDEEMING) {
        if (again)
            grant->state = UD_GRANT_APPROVED;
        else
            ud_grants_remove(c->front->grants, c->grant);
    }
    if (r->code == UD_VAULT_OK)
        answer_tokens(c, r);
    else
        refused(c, r);
}

static void
redeem(struct ud_call *c, struct ud_grant *grant, size_t index)
{
    struct ud_vault_request r = { .op = UD_VAULT_GRANT, .by_id = grant->approval };

    grant->state = UD_GRANT_REDEEMING;
    c->grant = index;
    (void)ud_copy(c->client_id, sizeof(c->client_id), grant->client_id);
    r.grant.client_id = grant->client_id;
    r.grant.scope = grant->scope;
    r.grant.offline = ud_identity_has_scope(grant->scope, "offline_access");
    ud_call_ask_all(c, &r, granted);
}

static void
poll_code(struct ud_call *c, struct ud_secret *code, const char *client)
{
    ud_msec now = ud_clock_now();
    bool expired = false;
    size_t index = ud_grants_by_device_code(c->front->grants, code, now, &expired);
    struct ud_grant *grant = index != UD_GRANT_NONE ? ud_grants_at(c->front->grants, index) : NULL;

    if (expired)
        oauth_error(c, 400, "expired_token", "The code has expired. Start again.");
    else if (grant == NULL || strcmp(grant->client_id, client) != 0 || grant->state == UD_GRANT_REDEEMING)
        oauth_error(c, 400, "invalid_grant", "The device code is not known or was used before.");
    else if (grant->state == UD_GRANT_APPROVED)
        redeem(c, grant, index);
    else if (grant->state == UD_GRANT_DENIED) {
        ud_grants_remove(c->front->grants, index);
        oauth_error(c, 400, "access_denied", "The sign-in was refused on the approval page.");
    } else if (ud_grant_polled(grant, now))
        oauth_error(c, 400, "slow_down", "You ask too often. Wait five seconds longer between polls.");
    else
        oauth_error(c, 400, "authorization_pending", "The code has not been approved yet.");
}

static void
refreshed(struct ud_call *c, struct ud_vault_reply *r)
{
    if (r->code != UD_VAULT_OK)
        refused(c, r);
    else
        answer_tokens(c, r);
}

static void
refresh(struct ud_call *c, const struct ud_token *token, const char *client)
{
    struct ud_vault_request r = { .op = UD_VAULT_REFRESH, .auth = *token };

    if (ud_token_is_zero(token)) {
        oauth_error(c, 400, "invalid_grant", "The refresh token is none of this service.");
        return;
    }
    (void)ud_copy(c->client_id, sizeof(c->client_id), client);
    r.grant.client_id = c->client_id;
    ud_call_ask_all(c, &r, refreshed);
    ud_token_wipe(&r.auth);
}

/* Both the name of RFC 8628 and the one Microsoft's library uses. */
static bool
is_device_grant(const char *type)
{
    return strcmp(type, "urn:ietf:params:oauth:grant-type:device_code") == 0 || strcmp(type, "device_code") == 0;
}

void
ud_front_token(struct ud_call *c)
{
    char type[128], client[64];
    struct ud_secret *code = NULL;
    struct ud_token token = { 0 };
    const struct ud_form_field field[] = {
        { .name = "grant_type", .text = type, .size = sizeof(type) },
        { .name = "client_id", .text = client, .size = sizeof(client) },
        { .name = "device_code", .secret = &code },
        { .name = "refresh_token", .token = &token },
    };
    struct ud_error err = { 0 };

    if (ud_form_read(field, sizeof(field) / sizeof(field[0]), c->secret_body, &err) != UD_OK)
        oauth_error(c, 400, "invalid_request", err.message);
    else if (!usable_client(client))
        oauth_error(c, 400, "invalid_client", "The form needs a client_id.");
    else if (is_device_grant(type) && code == NULL)
        oauth_error(c, 400, "invalid_request", "The form needs a device_code.");
    else if (is_device_grant(type))
        poll_code(c, code, client);
    else if (strcmp(type, "refresh_token") == 0)
        refresh(c, &token, client);
    else
        oauth_error(c, 400, "unsupported_grant_type", "This service knows device_code and refresh_token.");
    ud_secret_free(&code);
    ud_token_wipe(&token);
}
