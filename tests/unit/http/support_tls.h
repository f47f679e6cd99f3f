/* A TLS server on loopback with certificates made for the test, for what a client must refuse. */
#ifndef TEST_TLS_SERVER_H
#define TEST_TLS_SERVER_H

#include <stdbool.h>

struct test_tls_setup {
    const char *name; /* in the certificate */
    long not_before;  /* seconds from now */
    long not_after;
    bool self_signed;     /* not by the test's authority */
    bool other_authority; /* by one the client does not know */
    bool sha1;
    bool old_version; /* TLS 1.1 at most */
    bool cut;         /* closes in the middle of the handshake */
};

struct test_tls;
struct test_tls *test_tls_start(const struct test_tls_setup *setup);
void test_tls_stop(struct test_tls **t);
const char *test_tls_url(const struct test_tls *t);     /* "https://localhost:PORT" */
const char *test_tls_ca_file(const struct test_tls *t); /* the authority the client is to trust */
const char *test_tls_pin(const struct test_tls *t);     /* of the server's key, "sha256//…" */
/* Application bytes that have arrived: a refused server must not have got any. */
unsigned test_tls_bytes(struct test_tls *t);

#endif
