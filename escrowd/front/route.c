/* Routing: one table, matched segment by segment. Whatever is not in the table is answered as Graph answers it. */
#include "escrowd/front/route.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define DEVICES "{v}/deviceManagement/managedDevices"
#define KEYS    "{v}/informationProtection/bitlocker/recoveryKeys"
#define LAPS    "{v}/directory/deviceLocalCredentials"
#define AGENT   UD_ROUTE_NEEDS_AGENT
#define BETA    UD_ROUTE_BETA

static const struct ud_route routes[] = {
    /* First, because they are asked for most. */
    { "GET", DEVICES, UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_devices },
    { "GET", KEYS "/{id}", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_recovery_key },

    { "GET", ".well-known/escrow", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_well_known },
    { "GET", "device", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_approve_page },
    { "POST", "device", UD_ROUTE_OPEN, UD_ROUTE_FORM, 0, ud_front_approve_post },

    { "GET", "{v}/me", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_me },
    { "GET", DEVICES "/{id}", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_device },
    { "POST", DEVICES "/{id}/rotateBitLockerKeys", UD_ROUTE_BEARER, UD_ROUTE_JSON, BETA, ud_front_rotate_bitlocker },
    { "POST", DEVICES "/{id}/rotateFileVaultKey", UD_ROUTE_BEARER, UD_ROUTE_JSON, BETA, ud_front_rotate_filevault },
    { "POST", DEVICES "/{id}/rotateLocalAdminPassword", UD_ROUTE_BEARER, UD_ROUTE_JSON, BETA, ud_front_rotate_laps },
    { "GET", DEVICES "/{id}/getFileVaultKey", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, BETA, ud_front_filevault },
    { "GET", KEYS, UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_recovery_keys },
    { "GET", LAPS, UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_credentials },
    { "GET", LAPS "/{id}", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_credential },

    { "GET", "escrow/v1/me", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_person },
    { "GET", "escrow/v1/reports/audit", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_report_audit },
    { "GET", "escrow/v1/reports/encryption", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_report_encryption },
    { "GET", "escrow/v1/policy", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_policy },
    { "GET", "escrow/v1/notice", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_notice },
    { "GET", "escrow/v1/branding", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_branding },
    { "GET", "escrow/v1/keys", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_keys },
    { "GET", "escrow/v1/devices/{id}/keys", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_device_keys },
    { "POST", "escrow/v1/devices/{id}/keys", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_store_key },
    { "POST", "escrow/v1/keys/{id}/package", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_package },
    { "POST", "escrow/v1/reveal", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_reveal },
    { "POST", "escrow/v1/devices/{id}/rotate", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_rotate },
    { "GET", "escrow/v1/devices/{id}/rotation", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_rotation },
    { "POST", "escrow/v1/devices/{id}/store", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_typed },
    { "GET", "escrow/v1/devices/{id}/store", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_typed_state },
    { "POST", "escrow/v1/devices/{id}/store-request", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_typed_ask },
    { "GET", "escrow/v1/board", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_board },
    { "GET", "escrow/v1/store-requests", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_typed_asked },
    { "POST", "escrow/v1/outcome", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_outcome },
    { "POST", "escrow/v1/approvals", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_approval_ask },
    { "GET", "escrow/v1/approvals", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_approvals },
    { "GET", "escrow/v1/approvals/{id}", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, AGENT, ud_front_approval },
    { "POST", "escrow/v1/approvals/{id}", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_approval_decide },
    { "POST", "escrow/v1/approvals/{id}/withdraw", UD_ROUTE_BEARER, UD_ROUTE_JSON, AGENT, ud_front_approval_withdraw },
    { "POST", "escrow/v1/surge", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_surge },
    { "POST", "escrow/v1/sign-out", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_sign_out },

    { "POST", "escrow/v1/device/check-in", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_check_in },
    { "POST", "escrow/v1/device/keys", UD_ROUTE_BEARER, UD_ROUTE_SECRET, 0, ud_front_deposit },
    { "POST", "escrow/v1/device/work/{id}", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_work_result },
    { "POST", "escrow/v1/device/work/{id}/key", UD_ROUTE_BEARER, UD_ROUTE_JSON, 0, ud_front_work_key },
    { "GET", "escrow/v1/device/deposit-key", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_deposit_key },
    { "GET", "escrow/v1/training/work", UD_ROUTE_BEARER, UD_ROUTE_NO_BODY, 0, ud_front_training_work },

    /* Last, because {tenant} matches anything. */
    { "GET", "{tenant}/v2.0/.well-known/openid-configuration", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_discovery },
    { "GET", "{tenant}/.well-known/openid-configuration", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_discovery },
    { "POST", "{tenant}/oauth2/v2.0/devicecode", UD_ROUTE_OPEN, UD_ROUTE_FORM, 0, ud_front_devicecode },
    { "POST", "{tenant}/oauth2/v2.0/token", UD_ROUTE_OPEN, UD_ROUTE_FORM, 0, ud_front_token },
    { "GET", "{tenant}/discovery/v2.0/keys", UD_ROUTE_OPEN, UD_ROUTE_NO_BODY, 0, ud_front_jwks },
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

const struct ud_route *
ud_route_table(size_t *count)
{
    *count = ROUTE_COUNT;
    return routes;
}

static bool
is_version(const char *segment)
{
    return strcmp(segment, "v1.0") == 0 || strcmp(segment, "beta") == 0;
}

/* A tenant goes back into links: letters, digits, dots, dashes only. */
static bool
is_tenant(const char *segment)
{
    size_t length = strspn(segment, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    return length > 0 && length <= 64 && segment[length] == '\0' && segment[0] != '.';
}

/* Graph also takes the qualified name of an action, and a function with its empty parentheses. */
static bool
is_name(const char *segment, const char *name, size_t length)
{
    static const char qualifier[] = "microsoft.graph.";

    if (segment[0] == 'm' && strncmp(segment, qualifier, sizeof(qualifier) - 1) == 0)
        segment += sizeof(qualifier) - 1;
    if (strncmp(segment, name, length) != 0)
        return false;
    return segment[length] == '\0' || (strncmp(name, "get", 3) == 0 && strcmp(segment + length, "()") == 0);
}

/* Matches one segment of a pattern of `length` characters. */
static bool
matches_segment(struct ud_call *c, const char *segment, const char *pattern, size_t length)
{
    if (pattern[0] != '{')
        return is_name(segment, pattern, length);
    if (strncmp(pattern, "{v}", length) == 0)
        return is_version(segment);
    if (strncmp(pattern, "{id}", length) == 0)
        return ud_guid_parse(&c->id, segment, strlen(segment), NULL) == UD_OK;
    return is_tenant(segment);
}

static bool
matches(struct ud_call *c, const char *pattern)
{
    for (size_t i = 0;; i++) {
        size_t length = strcspn(pattern, "/");

        if (i >= c->segment_count || !matches_segment(c, c->segment[i], pattern, length))
            return false;
        if (pattern[length] == '\0')
            return i + 1 == c->segment_count;
        pattern += length + 1;
    }
}

/* No route: says it the way Graph does, so that a client's own error handling is exercised. */
static void
not_routed(struct ud_call *c)
{
    char message[160], last[100];

    if (c->segment_count > 1 && is_version(c->segment[0])) {
        const char *segment = c->segment[c->segment_count - 1];
        (void)ud_text_clean(last, sizeof(last), segment, strlen(segment));
        snprintf(message, sizeof(message), "Resource not found for the segment '%s'.", last);
        ud_call_error(c, 400, "BadRequest", message);
    } else {
        ud_call_error(c, 404, "ResourceNotFound", "There is nothing at this address.");
    }
}

/* The address takes GET and POST. */
static bool
two_methods(const struct ud_route *r)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (strcmp(routes[i].path, r->path) == 0 && strcmp(routes[i].method, r->method) != 0)
            return true;
    return false;
}

bool
ud_route_find(struct ud_call *c)
{
    const struct ud_route *other = NULL;

    if (ud_route_agent(c))
        return c->route != NULL;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!matches(c, routes[i].path))
            continue;
        if ((routes[i].flags & BETA) != 0 && strcmp(c->segment[0], "beta") != 0)
            break;
        if (strcmp(routes[i].method, c->method) == 0) {
            c->route = &routes[i];
            return true;
        }
        other = &routes[i];
    }
    if (other == NULL) {
        not_routed(c);
        return false;
    }
    ud_call_error(c, 405, "Request_BadRequest", "This address does not take that method.");
    c->response.allow = two_methods(other) ? "GET, POST" : other->method;
    return false;
}
