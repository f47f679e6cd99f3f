/* What the files of this module share: the loop, a call, an attempt of a call. Not for others. */
#ifndef UD_HTTP_CALL_H
#define UD_HTTP_CALL_H

#include <curl/curl.h>

#include "http/http.h"

/* Why an attempt of ours was stopped by one of its own callbacks. */
enum ud_http_stop {
    UD_HTTP_NOT_STOPPED,
    UD_HTTP_BODY_TOO_LARGE,
    UD_HTTP_HEADERS_TOO_LARGE,
    UD_HTTP_ENCODED,
    UD_HTTP_TAKER_REFUSED,
    UD_HTTP_PRIVATE_ADDRESS
};

struct ud_http_call {
    struct ud_http_call *next;
    struct ud_http *http;
    enum ud_http_kind kind;
    enum ud_http_retry retry;
    bool post, patient;
    const struct ud_http_origin *origin;
    char *path;
    const char *type;
    char *body;
    size_t body_length;
    struct ud_secret *secret_body;
    size_t body_sent;
    enum ud_http_flow (*on_data)(const void *bytes, size_t length, struct ud_error *err, void *arg);
    void (*on_wait)(unsigned seconds, void *arg);
    void (*done)(struct ud_http_reply *reply, void *arg);
    void *arg;

    CURL *easy;
    struct curl_slist *lines; /* every header, the token's too; wiped when freed */
    struct ud_http_timer *again;
    unsigned tries;
    bool fresh;     /* next try on a new connection */
    bool cancelled; /* no callback any more; freed at the end of the turn */
    bool finished;  /* to be delivered at the end of the turn */
    char trouble[CURL_ERROR_SIZE];

    /* of the current attempt */
    enum ud_http_stop stop;
    struct ud_error stop_error;
    long code;
    size_t header_bytes;
    unsigned header_lines;
    size_t received;
    struct ud_buf text; /* SMALL, and refusals of LIST */
    bool encoded;
    bool headers_end; /* the empty line has come: libcurl takes a cut before it for a whole answer */
    bool delivering;  /* on_data took bytes: cannot be tried again */
    struct ud_http_reply reply;
    char retry_text[64];
};

struct ud_http_timer {
    struct ud_http_timer *next;
    ud_msec due;
    void (*fire)(void *arg);
    void *arg;
};

struct ud_http {
    CURLM *multi;
    const char *agent;
    struct ud_http_limits limits;
    struct ud_http_call *calls;
    struct ud_http_timer *timers;
    char ca_bundle[256];
};

/* setup.c: the headers of a call, once; c->easy for one attempt. */
UD_CHECK enum ud_status ud_http_lines_new(struct ud_http_call *c, const struct ud_http_request *r, struct ud_error *err);
UD_CHECK enum ud_status ud_http_attempt_new(struct ud_http_call *c, struct ud_error *err);
void ud_http_attempt_free(struct ud_http_call *c);
/* body.c: libcurl's callbacks; `arg` is the call. */
size_t ud_http_on_header(char *line, size_t size, size_t count, void *arg);
size_t ud_http_on_body(char *bytes, size_t size, size_t count, void *arg);
size_t ud_http_on_send(char *room, size_t size, size_t count, void *arg);
/* failure.c: what a failed attempt means, in words. */
void ud_http_failure(struct ud_http_call *c, CURLcode rc);

#endif
