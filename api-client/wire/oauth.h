/* Sign-in bodies (RFC 6749, 8414, 8628): both directions. Tokens and device codes go from secret to secret. */
#ifndef UD_WIRE_OAUTH_H
#define UD_WIRE_OAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "domain/device.h"
#include "wire/json_writer.h"

#define UD_WIRE_URL_MAX   512
#define UD_WIRE_SCOPE_MAX 2048

/* Missing members are "". UD_MALFORMED where token_endpoint is missing. */
struct ud_wire_discovery {
    char issuer[UD_WIRE_URL_MAX];
    char authorization[UD_WIRE_URL_MAX];
    char token[UD_WIRE_URL_MAX];
    char device[UD_WIRE_URL_MAX]; /* device_authorization_endpoint */
    char jwks[UD_WIRE_URL_MAX];
};
UD_CHECK enum ud_status ud_wire_discovery_decode(
    struct ud_wire_discovery *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_discovery_write(struct ud_json_writer *w, const struct ud_wire_discovery *d); /* the whole object */

struct ud_wire_device_code {
    struct ud_secret *code; /* device_code; owned: ud_wire_device_code_clear */
    char user_code[32];
    char uri[UD_WIRE_URL_MAX];
    char uri_complete[UD_WIRE_URL_MAX]; /* "" where not sent (Microsoft never does) */
    char message[640];
    uint32_t expires_in; /* seconds; 900 where not sent */
    uint32_t interval;   /* seconds; 5 where not sent, at least 1 */
};
UD_CHECK enum ud_status ud_wire_device_code_decode(struct ud_wire_device_code *out, struct ud_secret *body, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_device_code_encode(
    struct ud_secret **body, const struct ud_wire_device_code *c, struct ud_error *err);
void ud_wire_device_code_clear(struct ud_wire_device_code *c);

/* Claims of the id_token. It comes straight from the token endpoint over a verified connection, so its signature is not what is relied on. */
struct ud_wire_claims {
    bool present;
    char oid[UD_SHORT_MAX];
    char tid[UD_SHORT_MAX];
    char account[UD_NAME_MAX]; /* preferred_username */
    char name[UD_NAME_MAX];
};
struct ud_wire_token {
    struct ud_secret *access;  /* owned: ud_wire_token_clear */
    struct ud_secret *refresh; /* NULL where none came */
    uint32_t expires_in;       /* seconds; 3600 where not sent */
    char scope[UD_WIRE_SCOPE_MAX];
    struct ud_wire_claims claims;
};
/* UD_MALFORMED where access_token is missing or token_type is not Bearer. */
UD_CHECK enum ud_status ud_wire_token_decode(struct ud_wire_token *out, struct ud_secret *body, struct ud_error *err);
/* `id_token` and `client_info` may be NULL. claims are not written: they are in id_token. */
UD_CHECK enum ud_status ud_wire_token_encode(
    struct ud_secret **body, const struct ud_wire_token *t, const char *id_token, const char *client_info, struct ud_error *err);
void ud_wire_token_clear(struct ud_wire_token *t);

/* RFC 6749 error body, with Microsoft's extras. */
struct ud_wire_oauth_error {
    char error[64];
    char suberror[64];
    char description[320]; /* one line, up to the first line end */
    char claims[1024];
    char trace_id[64];
    char correlation_id[64];
    uint32_t aadsts; /* first of error_codes, else the number in the description; 0: none */
};
UD_CHECK enum ud_status ud_wire_oauth_error_decode(
    struct ud_wire_oauth_error *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_oauth_error_write(struct ud_json_writer *w, const char *error, const char *description); /* the whole object */

#endif
