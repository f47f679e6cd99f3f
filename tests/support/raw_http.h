/* A raw HTTP client for tests: bytes to a fixture's escrowd over its Unix socket or TLS, and whatever comes back. It checks the certificate,
 * and nothing else. */
#ifndef UD_TESTS_RAW_HTTP_H
#define UD_TESTS_RAW_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/escrowd_fixture.h"

struct ud_raw; /* one connection */

struct ud_raw *ud_raw_open(const struct ud_fixture *f);
/* Without TLS, whatever the fixture speaks. */
struct ud_raw *ud_raw_open_plain(const struct ud_fixture *f);
void ud_raw_close(struct ud_raw **r);
void ud_raw_send(struct ud_raw *r, const void *bytes, size_t length);
void ud_raw_send_text(struct ud_raw *r, const char *text);

struct ud_answer {
    int status;    /* 0: the connection ended without an answer */
    char *headers; /* status line and header lines */
    char *body;    /* NUL-terminated; never NULL */
    size_t length;
};
/* Reads one answer (10 s at most). */
void ud_raw_answer(struct ud_answer *a, struct ud_raw *r);
/* True where the other side closes within `ms`. */
bool ud_raw_closed(struct ud_raw *r, int ms);
void ud_answer_free(struct ud_answer *a);
/* Value of a header, "" where there is none. */
void ud_answer_header(char *out, size_t size, const struct ud_answer *a, const char *name);

/* One whole call on a connection of its own. `token` NULL: none. `body` NULL: none; it goes with `type`, NULL: application/json.
 * A User-Agent is sent. */
void ud_raw_call(struct ud_answer *a, const struct ud_fixture *f, const char *method, const char *path, const char *token,
    const char *type, const char *body);

struct ud_json;
/* One call whose answer must have this status and, unless empty, be JSON. NULL for an empty body. */
struct ud_json *ud_raw_json(
    const struct ud_fixture *f, const char *method, const char *path, const char *token, const char *body, int status);

/* Signs in as `user` through device code and approval page; `access` (and `refresh`, may be NULL) get 65 bytes each. */
void ud_raw_sign_in(char *access, char *refresh, const struct ud_fixture *f, const char *user, const char *password);
/* The same as the fixture's operator. */
void ud_raw_sign_in_operator(char *access, const struct ud_fixture *f);
/* Posts the approval form for a code; the page's status. */
int ud_raw_approve(const struct ud_fixture *f, const char *user_code, const char *user, const char *password, const char *action);
/* Percent-encodes `text` behind what stands in out. */
void ud_raw_encode(char *out, size_t size, const char *text);

#endif
