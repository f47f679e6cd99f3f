#include "support_tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/seal.h"

struct pair {
    EVP_PKEY *key;
    X509 *cert;
};

struct test_tls {
    struct test_tls_setup setup;
    struct pair authority, stranger, server;
    SSL_CTX *ctx;
    int fd;
    char directory[64], ca_file[96], url[64], pin[80];
    pthread_t thread;
    atomic_uint bytes;
};

static struct pair
make(const char *name, const struct pair *issuer, bool is_authority, long not_before, long not_after, bool sha1)
{
    struct pair p = { EVP_EC_gen("P-256"), X509_new() };
    const struct pair *by = issuer != NULL ? issuer : &p;
    char san[128];

    X509_set_version(p.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(p.cert), rand() % 100000 + 1);
    X509_gmtime_adj(X509_getm_notBefore(p.cert), not_before);
    X509_gmtime_adj(X509_getm_notAfter(p.cert), not_after);
    X509_set_pubkey(p.cert, p.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(p.cert), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(p.cert, X509_get_subject_name(by->cert));
    snprintf(san, sizeof(san), "DNS:%s", name);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(
        NULL, NULL, is_authority ? NID_basic_constraints : NID_subject_alt_name, is_authority ? "critical,CA:TRUE" : san);
    X509_add_ext(p.cert, e, -1);
    X509_EXTENSION_free(e);
    X509_sign(p.cert, by->key, sha1 ? EVP_sha1() : EVP_sha256());
    return p;
}

static void
pair_free(struct pair *p)
{
    EVP_PKEY_free(p->key);
    X509_free(p->cert);
}

static void
take_pin(struct test_tls *t)
{
    unsigned char hash[32], *der = NULL;
    int length = i2d_PUBKEY(t->server.key, &der);

    EVP_Digest(der, (size_t)length, hash, NULL, EVP_sha256(), NULL);
    OPENSSL_free(der);
    strcpy(t->pin, "sha256//");
    ud_base64_encode(t->pin + 8, sizeof(t->pin) - 8, hash, sizeof(hash));
}

static void
serve_one(struct test_tls *t, int fd)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    char request[4096];
    SSL *ssl;

    if (t->setup.cut) {
        (void)!recv(fd, request, 64, 0);
        close(fd);
        return;
    }
    ssl = SSL_new(t->ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        int n = SSL_read(ssl, request, sizeof(request));
        if (n > 0) {
            atomic_fetch_add(&t->bytes, (unsigned)n);
            SSL_write(ssl, answer, sizeof(answer) - 1);
        }
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
}

static void *
accept_all(void *arg)
{
    struct test_tls *t = arg;
    int fd;

    while ((fd = accept(t->fd, NULL, NULL)) >= 0)
        serve_one(t, fd);
    return NULL;
}

static void
listen_anywhere(struct test_tls *t)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(a);

    t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(t->fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(t->fd, 8) != 0 ||
        getsockname(t->fd, (struct sockaddr *)&a, &size) != 0)
        abort();
    snprintf(t->url, sizeof(t->url), "https://localhost:%u", ntohs(a.sin_port));
}

struct test_tls *
test_tls_start(const struct test_tls_setup *setup)
{
    struct test_tls *t = calloc(1, sizeof(*t));
    const struct pair *by;

    t->setup = *setup;
    t->authority = make("Test authority", NULL, true, -3600, 86400, false);
    t->stranger = make("Another authority", NULL, true, -3600, 86400, false);
    by = setup->self_signed ? NULL : setup->other_authority ? &t->stranger : &t->authority;
    t->server = make(setup->name, by, false, setup->not_before, setup->not_after, setup->sha1);
    take_pin(t);
    strcpy(t->directory, "/tmp/unlockdesk-test-XXXXXX");
    if (mkdtemp(t->directory) == NULL)
        abort();
    snprintf(t->ca_file, sizeof(t->ca_file), "%s/ca.pem", t->directory);
    FILE *f = fopen(t->ca_file, "w");
    PEM_write_X509(f, t->authority.cert);
    fclose(f);
    t->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(t->ctx, 0);
    if (setup->old_version)
        SSL_CTX_set_max_proto_version(t->ctx, TLS1_1_VERSION);
    SSL_CTX_use_certificate(t->ctx, t->server.cert);
    SSL_CTX_use_PrivateKey(t->ctx, t->server.key);
    listen_anywhere(t);
    pthread_create(&t->thread, NULL, accept_all, t);
    return t;
}

void
test_tls_stop(struct test_tls **pt)
{
    struct test_tls *t = *pt;

    shutdown(t->fd, SHUT_RDWR);
    pthread_join(t->thread, NULL);
    close(t->fd);
    SSL_CTX_free(t->ctx);
    pair_free(&t->authority);
    pair_free(&t->stranger);
    pair_free(&t->server);
    unlink(t->ca_file);
    rmdir(t->directory);
    free(t);
    *pt = NULL;
}

const char *
test_tls_url(const struct test_tls *t)
{
    return t->url;
}

const char *
test_tls_ca_file(const struct test_tls *t)
{
    return t->ca_file;
}

const char *
test_tls_pin(const struct test_tls *t)
{
    return t->pin;
}

unsigned
test_tls_bytes(struct test_tls *t)
{
    return atomic_load(&t->bytes);
}
