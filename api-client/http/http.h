/* The transport: libcurl's multi interface, and nothing else in the tree includes curl or OpenSSL. One loop, many calls. HTTPS only, plain HTTP on
 * the configured Unix socket only; no redirect is followed; proxies, cookies, netrc, alt-svc are off; every limit is checked while bytes arrive.
 * Nothing here knows JSON or sources. */
#ifndef UD_HTTP_HTTP_H
#define UD_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "domain/guid.h"
#include "http/origin.h"

struct ud_http;
struct ud_http_call;
struct ud_http_timer;

#define UD_HTTP_LIST_MAX   ((size_t)8 * 1024 * 1024)
#define UD_HTTP_SMALL_MAX  ((size_t)64 * 1024)
#define UD_HTTP_HEADER_MAX ((size_t)64 * 1024)

struct ud_http_limits {
    ud_msec connect;   /* 10 s */
    ud_msec total;     /* 60 s; lists: ten times that, for they may be paused */
    long slow_bytes;   /* below this many bytes a second ... */
    long slow_seconds; /* ... for so long: given up. 100, 15 s */
    unsigned retries; /* further tries after a refusal: 4. A connection that fails is tried once more, within half of `backoff` */
    ud_msec backoff;  /* first wait without Retry-After: 1 s, doubled each time, with jitter */
    ud_msec retry_after; /* longest wait obeyed: 120 s */
};
extern const struct ud_http_limits ud_http_limits_default;

/* Process-wide, before anything else touches OpenSSL: memory functions that wipe what they free, for OpenSSL and for libcurl. Once. */
UD_CHECK enum ud_status ud_http_global_init(struct ud_error *err);

/* `limits` NULL: the defaults. `agent` is the User-Agent (static text). */
UD_CHECK enum ud_status ud_http_new(
    struct ud_http **out, const char *agent, const struct ud_http_limits *limits, struct ud_error *err);
/* Ends every call without telling anybody. */
void ud_http_free(struct ud_http **h);

/* One turn: waits until something happens (at most `wait`), `fd` (or -1) has one of the poll `events`, or a timer is due; moves transfers on,
 * delivers completions and fires timers. *revents gets what happened on `fd`. */
UD_CHECK enum ud_status ud_http_turn(struct ud_http *h, int fd, short events, short *revents, ud_msec wait, struct ud_error *err);

/* Calls `fire` once after `delay`. The timer is gone then; cancel it with the handle before. */
struct ud_http_timer *ud_http_after(struct ud_http *h, ud_msec delay, void (*fire)(void *arg), void *arg);
void ud_http_timer_cancel(struct ud_http *h, struct ud_http_timer **t);

enum ud_http_kind {
    UD_HTTP_LIST,  /* body streamed to on_data, at most 8 MiB; HTTP/2 and gzip where offered */
    UD_HTTP_SMALL, /* body into a buffer, at most 64 KiB */
    UD_HTTP_SECRET /* body straight into a secret, at most 64 KiB: fresh connection, HTTP/1.1, no encoding, all of it destroyed before `done` */
};

enum ud_http_retry {
    UD_HTTP_ONCE,    /* never sent twice: reveal, rotate */
    UD_HTTP_CONNECT, /* again only where nothing was sent: token requests */
    UD_HTTP_READ     /* also after 429, 502, 503, 504 */
};

enum ud_http_flow { UD_HTTP_TAKEN, UD_HTTP_PAUSE, UD_HTTP_ABORT };

/* How a call ended. Text and body are borrowed until `done` returns. */
struct ud_http_reply {
    enum ud_status status; /* UD_OK: a whole answer came, whatever its code; else see error */
    struct ud_error error;
    long code; /* HTTP status, 0: none */
    bool sent; /* the request, or a part of it, left this machine */
    bool json; /* the content type is JSON */
    const char *host;
    const void *body; /* SMALL; the first 64 KiB of a refusal for LIST. Never for SECRET */
    size_t length;
    struct ud_secret *secret; /* SECRET: the body, whatever the code; the callee may take it and set NULL */
    int64_t retry_after;      /* seconds asked for, -1: not said */
    ud_wall date;             /* the server's clock, UD_WALL_NONE: not said */
    ud_wall arrived;          /* ours at the same moment */
    char request_id[64];      /* the server's, cleaned; "" where none */
    char client_id[UD_GUID_TEXT];
};

struct ud_http_request {
    enum ud_http_kind kind;
    enum ud_http_retry retry;
    bool post;
    bool patient; /* the answer may take its time: only the total counts, not the speed */
    const struct ud_http_origin *origin; /* must outlive the call */
    const char *path;                    /* path and query, encoded; copied */
    struct ud_secret *bearer;            /* NULL: none. Read now; only ever sent to `origin` */
    const char *type;                    /* Content-Type of the body (static), NULL: no body */
    const void *body;                    /* copied */
    size_t length;
    struct ud_secret *secret_body; /* instead of body; taken over, wiped when the call ends */
    const char *const *headers;    /* static lines "Name: value", NULL-terminated; or NULL */
    /* LIST with code 200: bytes as they come. PAUSE: not taken; the same bytes come again after ud_http_resume. ABORT: *err says why. */
    enum ud_http_flow (*on_data)(const void *bytes, size_t length, struct ud_error *err, void *arg);
    void (*on_wait)(unsigned seconds, void *arg);         /* the server asks us to wait before the next try; may be NULL */
    void (*done)(struct ud_http_reply *reply, void *arg); /* exactly once, from ud_http_turn, unless cancelled */
    void *arg;
};

/* Starts a call. The handle is valid until `done` is called or it is cancelled. A failure to start is delivered by `done` as well. */
struct ud_http_call *ud_http_start(struct ud_http *h, const struct ud_http_request *request);
/* Aborts at once and wipes; nothing more is delivered. NULL is fine; nulls. Allowed in any callback but on_data. */
void ud_http_cancel(struct ud_http *h, struct ud_http_call **call);
void ud_http_resume(struct ud_http_call *call);

/* Retry-After: seconds (with or without a fraction, rounded up) or an HTTP date against `date` (or `now`). -1: absent, negative, junk. */
int64_t ud_http_retry_after(const char *value, ud_wall date, ud_wall now);

#endif
