/* One HTTP request on its way through the front, free of the HTTP library: what came in, what the vault was asked, what goes
 * out. Handlers read the request, ask the vault at most a few times and fill in the response; they never block and never
 * touch a socket, which is what makes them testable alone. */
#ifndef UD_FRONT_CALL_H
#define UD_FRONT_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "domain/guid.h"
#include "escrowd/vault/request.h"
#include "wire/json_writer.h"

struct ud_call;
struct ud_front;
struct ud_route;
struct ud_vault_reply;

#define UD_CALL_URI_MAX     ((size_t)8192)
#define UD_CALL_BODY_MAX    ((size_t)64 * 1024) /* JSON */
#define UD_CALL_SECRET_MAX  ((size_t)12 * 1024) /* bodies that may hold a secret */
#define UD_CALL_ANSWER_MAX  ((size_t)8 * 1024 * 1024)
#define UD_CALL_OPTIONS_MAX 16
#define UD_CALL_SEGMENTS    8

/* One decoded path segment or query option; text stands in call->text. */
struct ud_call_option {
    const char *name, *value;
};

/* What runs when the vault has answered. The reply belongs to the call. */
typedef void (*ud_call_then)(struct ud_call *c, struct ud_vault_reply *reply);

struct ud_call_response {
    unsigned status;      /* 0: none yet */
    const char *type;     /* content type, static */
    const char *allow;    /* 405: the methods, static */
    bool private;         /* Cache-Control: no-store */
    bool challenge;       /* 401: WWW-Authenticate */
    bool close;           /* the connection ends afterwards */
    uint32_t retry_after; /* seconds; 0: none */
    struct ud_buf body;
    struct ud_secret *secret; /* body that holds a secret, instead of `body`; owned */
};

struct ud_call {
    struct ud_front *front;
    void *connection; /* the HTTP library's; for http.c only */
    const struct ud_route *route;

    /* request */
    char method[8];
    char *text; /* the URI, decoded in place: segments and options point into it */
    const char *segment[UD_CALL_SEGMENTS];
    size_t segment_count;
    struct ud_call_option option[UD_CALL_OPTIONS_MAX];
    size_t option_count;
    bool bad_uri;
    char origin[300]; /* "https://host:port", without a slash at the end */
    char address[64]; /* of the caller, "unix" on the socket */
    char client_request_id[64];
    char content_type[64]; /* lower case, without parameters */
    bool has_user_agent;
    bool foreign_origin; /* a browser says that the form came from another site */
    struct ud_guid id;   /* {id} of the path */
    struct ud_guid request_id;
    struct ud_token auth; /* wiped as soon as the vault has been asked */
    bool has_auth;
    bool has_basic; /* auth is an agent's credential (HTTP Basic) */
    struct ud_buf body;
    struct ud_secret *secret_body;
    size_t body_length; /* bytes seen of a body that is not kept in a secret */
    bool body_too_large;

    /* on the way */
    bool headers_seen, handled, waiting, suspended, only_ok;
    ud_msec asked;
    bool hot; /* waits for the vault without being suspended yet */
    size_t slot;
    ud_call_then then;
    struct ud_vault_reply *reply;
    uint64_t mask; /* graph: members asked for */
    bool count;    /* graph: the number of all entries was asked for */
    size_t grant;  /* oauth: index of the pending code */
    char client_id[64];
    char user_code[40], account[128]; /* approval page, as typed */

    struct ud_call_response response;
};

/* A new call for a raw request target. `uri` is copied; longer than UD_CALL_URI_MAX or malformed sets bad_uri. */
struct ud_call *ud_call_new(struct ud_front *front, const char *uri);
void ud_call_free(struct ud_call **c);
/* At the end of the front, when every call has been freed. */
void ud_call_free_spares(struct ud_front *f);
/* A guarded buffer for a body of at most `size` bytes that may hold a secret. Small ones are used again, wiped in between: making one takes a dozen
 * system calls. ud_call_drop_body gives it back as soon as it has been read. */
UD_CHECK enum ud_status ud_call_take_body(struct ud_call *c, size_t size, struct ud_error *err);
void ud_call_drop_body(struct ud_call *c);
/* Value of a query option, NULL where it was not given. */
const char *ud_call_option(const struct ud_call *c, const char *name);

/* Sends `r` to the vault on behalf of the call: puts in the bearer token and the request id; `then` runs with the answer, but
 * only where it is OK; any other outcome becomes the error response by itself. ud_call_ask_all calls `then` in any case. */
void ud_call_ask(struct ud_call *c, struct ud_vault_request *r, ud_call_then then);
void ud_call_ask_all(struct ud_call *c, struct ud_vault_request *r, ud_call_then then);
/* The vault's answer: run what waits for it. Takes over the reply. */
void ud_call_answered(struct ud_call *c, struct ud_vault_reply *reply);

/* --- responses ------------------------------------------------------------------------------------------------------- */

/* Starts a JSON body of the given status; write with *w, nothing else to do. */
void ud_call_json(struct ud_call *c, struct ud_json_writer *w, unsigned status);
/* A JSON body that holds a secret; takes it over. */
void ud_call_secret(struct ud_call *c, struct ud_secret **body);
void ud_call_empty(struct ud_call *c, unsigned status);
/* Graph's error body. */
void ud_call_error(struct ud_call *c, unsigned status, const char *code, const char *message);
/* The error response for a reply that is not OK, or for a local failure. */
void ud_call_refused(struct ud_call *c, const struct ud_vault_reply *reply);
void ud_call_failed(struct ud_call *c, const struct ud_error *err);
/* 400 invalid_request with the reader's sentence: for bodies that could not be understood. */
void ud_call_bad_request(struct ud_call *c, const struct ud_error *err);

#endif
