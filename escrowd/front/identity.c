/* Identity for clients. What a role may do is the vault's business; scopes are only echoed. */
#include "escrowd/front/identity.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/signer.h"

#define ID_TOKEN_LIFE 3600

static const char *const known_scopes[] = {
    "openid",
    "profile",
    "email",
    "offline_access",
    "User.Read",
    "BitlockerKey.ReadBasic.All",
    "BitlockerKey.Read.All",
    "Device.Read.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceLocalCredential.ReadBasic.All",
    "DeviceLocalCredential.Read.All",
    ".default",
};

/* A scope may carry its resource: "https://graph.example/User.Read". */
static bool
is_known(const char *scope, size_t length)
{
    for (size_t i = length; i > 0; i--) {
        if (scope[i - 1] != '/')
            continue;
        scope += i;
        length -= i;
        break;
    }
    for (size_t i = 0; i < sizeof(known_scopes) / sizeof(known_scopes[0]); i++) {
        if (strlen(known_scopes[i]) == length && strncasecmp(known_scopes[i], scope, length) == 0)
            return true;
    }
    return false;
}

void
ud_identity_scope(char *out, size_t size, const char *asked)
{
    size_t used = 0;

    out[0] = '\0';
    while (*asked != '\0') {
        size_t length = strcspn(asked, " ");
        if (length > 0 && is_known(asked, length) && used + length + 2 <= size) {
            if (used > 0)
                out[used++] = ' ';
            memcpy(out + used, asked, length);
            used += length;
            out[used] = '\0';
        }
        asked += length;
        asked += strspn(asked, " ");
    }
}

bool
ud_identity_has_scope(const char *scopes, const char *scope)
{
    size_t wanted = strlen(scope);

    while (*scopes != '\0') {
        size_t length = strcspn(scopes, " ");
        if (length == wanted && strncasecmp(scopes, scope, length) == 0)
            return true;
        scopes += length;
        scopes += strspn(scopes, " ");
    }
    return false;
}

void
ud_identity_client_info(char *out, size_t size, const struct ud_call *c, const struct ud_vault_user *user)
{
    char json[160], id[UD_GUID_TEXT];

    ud_guid_format(id, &user->id);
    snprintf(json, sizeof(json), "{\"uid\":\"%s\",\"utid\":\"%s\"}", id, c->front->tenant);
    ud_base64url_encode(out, size, json, strlen(json));
}

enum ud_status
ud_identity_token(struct ud_buf *out, const struct ud_call *c, const struct ud_vault_reply *r, struct ud_error *err)
{
    int64_t now = ud_clock_wall() / 1000;
    struct ud_json_writer w;
    struct ud_buf claims;
    char issuer[400];
    enum ud_status st;

    ud_buf_init(&claims, 4096);
    snprintf(issuer, sizeof(issuer), "%s/%s/v2.0", c->origin, c->segment[0]);
    ud_json_writer_init(&w, &claims);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "ver", "2.0");
    ud_json_write_text(&w, "iss", issuer);
    ud_json_write_text(&w, "aud", c->client_id);
    ud_json_write_guid(&w, "sub", &r->user.id);
    ud_json_write_guid(&w, "oid", &r->user.id);
    ud_json_write_text(&w, "tid", c->front->tenant);
    ud_json_write_text(&w, "preferred_username", r->user.account);
    ud_json_write_text(&w, "name", r->user.display);
    ud_json_write_int(&w, "iat", now);
    ud_json_write_int(&w, "nbf", now);
    ud_json_write_int(&w, "exp", now + ID_TOKEN_LIFE);
    ud_json_write_object_end(&w);
    st = ud_buf_status(&claims, err);
    if (st == UD_OK)
        st = ud_signer_sign(out, c->front->signer, claims.data, claims.length, err);
    ud_buf_free(&claims);
    return st;
}
