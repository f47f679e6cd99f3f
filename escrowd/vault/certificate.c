/* Making an authority and a certificate. */
#include "escrowd/vault/certificate.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/seal.h"

#define DAY           ((time_t)24 * 3600)
#define CA_DAYS       3652
#define SERVER_DAYS   825
#define SERIAL_LENGTH 16

struct pair {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
};

static enum ud_status
failed(int rc, const char *what, struct ud_error *err)
{
    return ud_error_set(err, UD_FAILED, "%s: %s", what, gnutls_strerror(rc));
}

static void
pair_free(struct pair *p)
{
    if (p->crt != NULL)
        gnutls_x509_crt_deinit(p->crt);
    if (p->key != NULL)
        gnutls_x509_privkey_deinit(p->key);
}

/* Key, serial number, dates and subject. */
static int
start(struct pair *p, const char *name, ud_wall now, int days)
{
    unsigned char serial[SERIAL_LENGTH], id[20];
    size_t id_size = sizeof(id);
    time_t from = (time_t)(now / 1000) - 3600;
    int rc;

    ud_random(serial, sizeof(serial));
    serial[0] &= 0x7f;
    if ((rc = gnutls_x509_privkey_init(&p->key)) < 0 ||
        (rc = gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
        (rc = gnutls_x509_crt_init(&p->crt)) < 0 || (rc = gnutls_x509_crt_set_version(p->crt, 3)) < 0 ||
        (rc = gnutls_x509_crt_set_serial(p->crt, serial, sizeof(serial))) < 0 ||
        (rc = gnutls_x509_crt_set_activation_time(p->crt, from)) < 0 ||
        (rc = gnutls_x509_crt_set_expiration_time(p->crt, from + days * DAY)) < 0 ||
        (rc = gnutls_x509_crt_set_dn_by_oid(p->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name))) < 0 ||
        (rc = gnutls_x509_crt_set_key(p->crt, p->key)) < 0 || (rc = gnutls_x509_privkey_get_key_id(p->key, 0, id, &id_size)) < 0)
        return rc;
    return gnutls_x509_crt_set_subject_key_id(p->crt, id, id_size);
}

static int
make_authority(struct pair *ca, const struct ud_service_config *c, ud_wall now)
{
    char name[160];
    int rc;

    (void)snprintf(name, sizeof(name), "%.90s authority", c->name);
    if ((rc = start(ca, name, now, CA_DAYS)) < 0 || (rc = gnutls_x509_crt_set_basic_constraints(ca->crt, 1, 0)) < 0 ||
        (rc = gnutls_x509_crt_set_key_usage(ca->crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) < 0)
        return rc;
    return gnutls_x509_crt_sign2(ca->crt, ca->crt, ca->key, GNUTLS_DIG_SHA256, 0);
}

static int
add_name(gnutls_x509_crt_t crt, const char *host)
{
    unsigned char address[16];

    if (inet_pton(AF_INET, host, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
    if (inet_pton(AF_INET6, host, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16, GNUTLS_FSAN_APPEND);
    return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
}

/* A service on this machine is reached by any of loopback's names. */
static int
add_names(gnutls_x509_crt_t crt, const char *host)
{
    static const char *const loopback[] = { "localhost", "127.0.0.1", "::1" };
    bool local = false;
    int rc = add_name(crt, host);

    for (size_t i = 0; i < 3; i++)
        local = local || strcmp(host, loopback[i]) == 0;
    for (size_t i = 0; local && rc >= 0 && i < 3; i++)
        rc = strcmp(host, loopback[i]) == 0 ? rc : add_name(crt, loopback[i]);
    return rc;
}

static int
make_server(struct pair *server, const struct pair *ca, const struct ud_service_config *c, ud_wall now)
{
    unsigned char id[20];
    size_t id_size = sizeof(id);
    int rc;

    if ((rc = start(server, c->host, now, SERVER_DAYS)) < 0 || (rc = add_names(server->crt, c->host)) < 0 ||
        (rc = gnutls_x509_crt_set_basic_constraints(server->crt, 0, -1)) < 0 ||
        (rc = gnutls_x509_crt_set_key_usage(server->crt, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
        (rc = gnutls_x509_crt_set_key_purpose_oid(server->crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0 ||
        (rc = gnutls_x509_privkey_get_key_id(ca->key, 0, id, &id_size)) < 0 ||
        (rc = gnutls_x509_crt_set_authority_key_id(server->crt, id, id_size)) < 0)
        return rc;
    return gnutls_x509_crt_sign2(server->crt, ca->crt, ca->key, GNUTLS_DIG_SHA256, 0);
}

static enum ud_status
write_crt(gnutls_x509_crt_t crt, const char *path, struct ud_error *err)
{
    gnutls_datum_t pem = { 0 };
    int rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);

    if (rc < 0)
        return failed(rc, path, err);
    enum ud_status st = ud_file_replace(path, pem.data, pem.size, 0644, err);
    gnutls_free(pem.data);
    return st;
}

static enum ud_status
write_key(gnutls_x509_privkey_t key, const char *path, struct ud_error *err)
{
    gnutls_datum_t pem = { 0 };
    int rc = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

    if (rc < 0)
        return failed(rc, path, err);
    enum ud_status st = ud_file_replace(path, pem.data, pem.size, 0400, err);
    explicit_bzero(pem.data, pem.size);
    gnutls_free(pem.data);
    return st;
}

enum ud_status
ud_certificate_make(const struct ud_service_config *c, ud_wall now, struct ud_error *err)
{
    struct pair ca = { 0 }, server = { 0 };
    char ca_key[512];
    enum ud_status st = ud_service_path(ca_key, sizeof(ca_key), c, "ca.key", err);
    int rc;

    if (st != UD_OK)
        return st;
    if ((rc = make_authority(&ca, c, now)) < 0 || (rc = make_server(&server, &ca, c, now)) < 0)
        st = failed(rc, "The certificate cannot be made", err);
    if (st == UD_OK && (st = write_crt(ca.crt, c->ca, err)) == UD_OK && (st = write_key(ca.key, ca_key, err)) == UD_OK &&
        (st = write_crt(server.crt, c->certificate, err)) == UD_OK)
        st = write_key(server.key, c->key, err);
    pair_free(&server);
    pair_free(&ca);
    return st;
}
