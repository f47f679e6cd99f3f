/* RS256 through GnuTLS, which the HTTP server brings along anyway. */
#include "escrowd/front/signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/seal.h"
#include "escrowd/front/front.h"

#define RSA_BITS    2048u
#define NUMBER_MAX  520 /* bytes of a modulus, 4096 bits and a sign byte */
#define PAYLOAD_MAX 4096
#define ENCODED(n)  (((n) + 2) / 3 * 4 + 1)

struct ud_signer {
    gnutls_privkey_t key;
    char kid[33];
    char n[ENCODED(NUMBER_MAX)], e[16]; /* base64url */
};

static enum ud_status
tls_failed(struct ud_error *err, const char *what, int rc)
{
    return ud_error_set(err, UD_FAILED, "The key that signs id_tokens cannot be %s: %s.", what, gnutls_strerror(rc));
}

static enum ud_status
store(gnutls_x509_privkey_t key, const char *path, struct ud_error *err)
{
    gnutls_datum_t pem = { 0 };
    int rc = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);

    if (rc != 0)
        return tls_failed(err, "written", rc);
    enum ud_status st = ud_file_replace(path, pem.data, pem.size, 0600, err);
    explicit_bzero(pem.data, pem.size);
    gnutls_free(pem.data);
    return st;
}

static enum ud_status
generate(gnutls_x509_privkey_t key, const char *path, struct ud_error *err)
{
    int rc = gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, RSA_BITS, 0);

    if (rc != 0)
        return tls_failed(err, "made", rc);
    return path != NULL ? store(key, path, err) : UD_OK;
}

static enum ud_status
load_or_make(gnutls_x509_privkey_t key, const char *path, struct ud_error *err)
{
    struct ud_secret *file = NULL;

    if (path == NULL || access(path, F_OK) != 0)
        return generate(key, path, err);
    enum ud_status st = ud_file_read_secret(&file, path, err);
    if (st != UD_OK)
        return st;
    gnutls_datum_t pem = { .data = (unsigned char *)(uintptr_t)ud_secret_open(file), .size = (unsigned)ud_secret_length(file) };
    int rc = gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM);
    ud_secret_close(file);
    ud_secret_free(&file);
    return rc == 0 ? UD_OK : tls_failed(err, "read", rc);
}

/* Big-endian bytes without a leading zero, as RFC 7518 wants them. */
static void
encode_number(char *out, size_t size, const gnutls_datum_t *number)
{
    unsigned skip = number->size > 0 && number->data[0] == 0 ? 1 : 0;

    ud_base64url_encode(out, size, number->data + skip, number->size - skip);
}

static enum ud_status
describe(struct ud_signer *s, struct ud_error *err)
{
    gnutls_datum_t n = { 0 }, e = { 0 };
    unsigned char hash[UD_HASH_SIZE];
    int rc = gnutls_privkey_export_rsa_raw2(s->key, &n, &e, NULL, NULL, NULL, NULL, NULL, NULL, 0);

    if (rc == 0 && (n.size > NUMBER_MAX || e.size > 8))
        rc = GNUTLS_E_INVALID_REQUEST;
    if (rc == 0) {
        encode_number(s->n, sizeof(s->n), &n);
        encode_number(s->e, sizeof(s->e), &e);
        ud_hash(hash, &(struct ud_bytes){ n.data, n.size }, 1);
        ud_hex_encode(s->kid, hash, 16);
    }
    gnutls_free(n.data);
    gnutls_free(e.data);
    return rc == 0 ? UD_OK : tls_failed(err, "described", rc);
}

enum ud_status
ud_signer_load(struct ud_signer **out, const char *path, struct ud_error *err)
{
    struct ud_signer *s = ud_xcalloc(1, sizeof(*s));
    gnutls_x509_privkey_t key = NULL;
    enum ud_status st = UD_OK;
    int rc;

    *out = NULL;
    if ((rc = gnutls_x509_privkey_init(&key)) != 0 || (rc = gnutls_privkey_init(&s->key)) != 0) {
        st = tls_failed(err, "loaded", rc);
        goto out;
    }
    if ((st = load_or_make(key, path, err)) != UD_OK)
        goto out;
    if ((rc = gnutls_privkey_import_x509(s->key, key, GNUTLS_PRIVKEY_IMPORT_COPY)) != 0) {
        st = tls_failed(err, "loaded", rc);
        goto out;
    }
    if ((st = describe(s, err)) != UD_OK)
        goto out;
    *out = s;
    s = NULL;
out:
    gnutls_x509_privkey_deinit(key);
    ud_signer_free(&s);
    return st;
}

void
ud_signer_free(struct ud_signer **s)
{
    if (*s == NULL)
        return;
    if ((*s)->key != NULL)
        gnutls_privkey_deinit((*s)->key);
    free(*s);
    *s = NULL;
}

enum ud_status
ud_signer_sign(struct ud_buf *out, struct ud_signer *s, const char *payload, size_t length, struct ud_error *err)
{
    char head[128], part[ENCODED(PAYLOAD_MAX)];
    gnutls_datum_t signature = { 0 };

    if (length > PAYLOAD_MAX)
        return ud_error_set(err, UD_INVALID, "The claims of an id_token are too long.");
    snprintf(head, sizeof(head), "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"}", s->kid);
    size_t start = out->length;
    ud_base64url_encode(part, sizeof(part), head, strlen(head));
    ud_buf_text(out, part);
    ud_buf_byte(out, '.');
    ud_base64url_encode(part, sizeof(part), payload, length);
    ud_buf_text(out, part);
    if (out->failed)
        return ud_buf_status(out, err);
    gnutls_datum_t data = { .data = (unsigned char *)out->data + start, .size = (unsigned)(out->length - start) };
    int rc = gnutls_privkey_sign_data2(s->key, GNUTLS_SIGN_RSA_SHA256, 0, &data, &signature);
    if (rc != 0)
        return tls_failed(err, "used", rc);
    ud_base64url_encode(part, sizeof(part), signature.data, signature.size);
    gnutls_free(signature.data);
    ud_buf_byte(out, '.');
    ud_buf_text(out, part);
    return ud_buf_status(out, err);
}

void
ud_signer_write_jwks(struct ud_json_writer *w, const struct ud_signer *s)
{
    ud_json_write_object(w, NULL);
    ud_json_write_array(w, "keys");
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "kty", "RSA");
    ud_json_write_text(w, "use", "sig");
    ud_json_write_text(w, "alg", "RS256");
    ud_json_write_text(w, "kid", s->kid);
    ud_json_write_text(w, "n", s->n);
    ud_json_write_text(w, "e", s->e);
    ud_json_write_object_end(w);
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

enum ud_status
ud_front_signer_ensure(const char *path, struct ud_error *err)
{
    struct ud_signer *s = NULL;
    enum ud_status st = ud_signer_load(&s, path, err);

    ud_signer_free(&s);
    return st;
}
