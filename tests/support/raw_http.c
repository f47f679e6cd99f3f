#include "tests/support/raw_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#include "wire/json.h"

#define WAIT_MS  10000
#define BODY_MAX ((size_t)16 * 1024 * 1024)

struct ud_raw {
    int fd;
    gnutls_session_t tls;
    gnutls_certificate_credentials_t trust;
    char *bytes; /* read and not yet taken */
    size_t length;
};

static void
connect_to(struct ud_raw *r, const struct ud_fixture *f)
{
    struct sockaddr_un u = { .sun_family = AF_UNIX };
    struct sockaddr_in t = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)f->port)
    };
    int rc;

    r->fd = socket(f->port != 0 ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(r->fd >= 0);
    if (f->port != 0) {
        rc = connect(r->fd, (const struct sockaddr *)&t, sizeof(t));
    } else {
        memcpy(u.sun_path, f->socket, strlen(f->socket) + 1);
        rc = connect(r->fd, (const struct sockaddr *)&u, sizeof(u));
    }
    if (rc != 0)
        fail_msg("connect: %s", strerror(errno));
}

static void
start_tls(struct ud_raw *r, const struct ud_fixture *f)
{
    int rc;

    assert_int_equal(gnutls_certificate_allocate_credentials(&r->trust), 0);
    assert_true(gnutls_certificate_set_x509_trust_file(r->trust, f->ca_file, GNUTLS_X509_FMT_PEM) > 0);
    assert_int_equal(gnutls_init(&r->tls, GNUTLS_CLIENT), 0);
    assert_int_equal(gnutls_set_default_priority(r->tls), 0);
    assert_int_equal(gnutls_credentials_set(r->tls, GNUTLS_CRD_CERTIFICATE, r->trust), 0);
    gnutls_session_set_verify_cert(r->tls, "localhost", 0);
    gnutls_transport_set_int(r->tls, r->fd);
    gnutls_handshake_set_timeout(r->tls, WAIT_MS);
    do {
        rc = gnutls_handshake(r->tls);
    } while (rc < 0 && gnutls_error_is_fatal(rc) == 0);
    if (rc != 0)
        fail_msg("TLS: %s", gnutls_strerror(rc));
}

struct ud_raw *
ud_raw_open_plain(const struct ud_fixture *f)
{
    struct ud_raw *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    signal(SIGPIPE, SIG_IGN);
    connect_to(r, f);
    return r;
}

struct ud_raw *
ud_raw_open(const struct ud_fixture *f)
{
    struct ud_raw *r = ud_raw_open_plain(f);

    if (f->port != 0)
        start_tls(r, f);
    return r;
}

void
ud_raw_close(struct ud_raw **r)
{
    if (*r == NULL)
        return;
    if ((*r)->tls != NULL) {
        gnutls_deinit((*r)->tls);
        gnutls_certificate_free_credentials((*r)->trust);
    }
    close((*r)->fd);
    free((*r)->bytes);
    free(*r);
    *r = NULL;
}

void
ud_raw_send(struct ud_raw *r, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t n = r->tls != NULL ? gnutls_record_send(r->tls, at, length) : send(r->fd, at, length, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the other side has had enough; the answer tells */
        at += n;
        length -= (size_t)n;
    }
}

void
ud_raw_send_text(struct ud_raw *r, const char *text)
{
    ud_raw_send(r, text, strlen(text));
}

/* Reads some more; false at the end or after `ms`. */
static bool
read_more(struct ud_raw *r, int ms)
{
    static char piece[65536];
    struct pollfd p = { .fd = r->fd, .events = POLLIN };
    ssize_t n;

    do {
        if ((r->tls == NULL || gnutls_record_check_pending(r->tls) == 0) && poll(&p, 1, ms) <= 0)
            return false;
        n = r->tls != NULL ? gnutls_record_recv(r->tls, piece, sizeof(piece)) : read(r->fd, piece, sizeof(piece));
    } while (r->tls != NULL && (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED));
    if (n <= 0)
        return false;
    r->bytes = realloc(r->bytes, r->length + (size_t)n + 1);
    assert_non_null(r->bytes);
    memcpy(r->bytes + r->length, piece, (size_t)n);
    r->length += (size_t)n;
    r->bytes[r->length] = '\0';
    assert_true(r->length < BODY_MAX);
    return true;
}

void
ud_answer_header(char *out, size_t size, const struct ud_answer *a, const char *name)
{
    size_t length = strlen(name);

    out[0] = '\0';
    for (const char *line = strstr(a->headers, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        line += length + 1;
        line += strspn(line, " ");
        snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"), line);
        return;
    }
}

static void
take(struct ud_raw *r, size_t length)
{
    r->length -= length;
    memmove(r->bytes, r->bytes + length, r->length + 1);
}

void
ud_raw_answer(struct ud_answer *a, struct ud_raw *r)
{
    char text[32];
    char *end;

    memset(a, 0, sizeof(*a));
    while (r->bytes == NULL || (end = strstr(r->bytes, "\r\n\r\n")) == NULL) {
        if (read_more(r, WAIT_MS))
            continue;
        a->headers = strdup("");
        a->body = strdup("");
        return;
    }
    size_t head = (size_t)(end - r->bytes) + 4;
    a->headers = strndup(r->bytes, head - 2);
    take(r, head);
    assert_int_equal(sscanf(a->headers, "HTTP/1.%*d %d", &a->status), 1);
    ud_answer_header(text, sizeof(text), a, "Content-Length");
    a->length = strtoul(text, NULL, 10);
    while (r->length < a->length && read_more(r, WAIT_MS))
        ;
    if (r->length < a->length)
        fail_msg("the body ended after %zu of %zu bytes", r->length, a->length);
    a->body = strndup(r->bytes, a->length);
    take(r, a->length);
}

bool
ud_raw_closed(struct ud_raw *r, int ms)
{
    struct pollfd p = { .fd = r->fd, .events = POLLIN };

    while (poll(&p, 1, ms) > 0) {
        if (!read_more(r, 0))
            return true;
    }
    return false;
}

void
ud_answer_free(struct ud_answer *a)
{
    free(a->headers);
    free(a->body);
    memset(a, 0, sizeof(*a));
}

void
ud_raw_call(struct ud_answer *a, const struct ud_fixture *f, const char *method, const char *path, const char *token,
    const char *type, const char *body)
{
    struct ud_raw *r = ud_raw_open(f);
    char head[4096];

    snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: localhost%s\r\nUser-Agent: test\r\n", method, path,
        f->port != 0 ? strrchr(f->url, ':') : "");
    ud_raw_send_text(r, head);
    if (token != NULL) {
        snprintf(head, sizeof(head), "Authorization: Bearer %s\r\n", token);
        ud_raw_send_text(r, head);
    }
    if (body != NULL) {
        snprintf(head, sizeof(head), "Content-Type: %s\r\nContent-Length: %zu\r\n", type != NULL ? type : "application/json",
            strlen(body));
        ud_raw_send_text(r, head);
    }
    ud_raw_send_text(r, "\r\n");
    if (body != NULL)
        ud_raw_send_text(r, body);
    ud_raw_answer(a, r);
    ud_raw_close(&r);
}

struct ud_json *
ud_raw_json(const struct ud_fixture *f, const char *method, const char *path, const char *token, const char *body, int status)
{
    struct ud_json *doc = NULL;
    struct ud_answer a;

    ud_raw_call(&a, f, method, path, token, NULL, body);
    if (a.status != status)
        fail_msg("%s %s: %d instead of %d: %s", method, path, a.status, status, a.body);
    if (a.length > 0 && ud_json_parse(&doc, a.body, a.length, NULL) != UD_OK)
        fail_msg("%s %s: no JSON: %s", method, path, a.body);
    ud_answer_free(&a);
    return doc;
}

/* --- sign-in --------------------------------------------------------------------------------------------------------- */

void
ud_raw_encode(char *out, size_t size, const char *text)
{
    size_t n = strlen(out);

    for (; *text != '\0' && n + 4 < size; text++)
        n += (size_t)snprintf(out + n, size - n, "%%%02X", (unsigned)(unsigned char)*text);
}

static void
member(char *out, size_t size, const struct ud_answer *a, const char *name)
{
    struct ud_json *doc = NULL;
    struct ud_error err = { 0 };

    out[0] = '\0';
    if (ud_json_parse(&doc, a->body, a->length, &err) != UD_OK)
        fail_msg("%d: %s", a->status, a->body);
    if (ud_json_get_text(out, size, doc, name, &err) == UD_MALFORMED)
        fail_msg("%s", err.message);
    ud_json_free(&doc);
}

int
ud_raw_approve(const struct ud_fixture *f, const char *user_code, const char *user, const char *password, const char *action)
{
    static const char mark[] = "name=\"csrf\" value=\"";
    char body[2048] = "csrf=";
    struct ud_answer a;

    ud_raw_call(&a, f, "GET", "/device", NULL, NULL, NULL);
    const char *proof = strstr(a.body, mark);
    if (proof == NULL)
        fail_msg("no form: %d %s", a.status, a.body);
    proof += sizeof(mark) - 1;
    snprintf(body, sizeof(body), "csrf=%.*s&action=%s&user_code=", (int)strcspn(proof, "\""), proof, action);
    ud_answer_free(&a);
    ud_raw_encode(body, sizeof(body), user_code);
    snprintf(body + strlen(body), sizeof(body) - strlen(body), "&user=");
    ud_raw_encode(body, sizeof(body), user);
    snprintf(body + strlen(body), sizeof(body) - strlen(body), "&password=");
    ud_raw_encode(body, sizeof(body), password);
    ud_raw_call(&a, f, "POST", "/device", NULL, "application/x-www-form-urlencoded", body);
    int status = a.status;
    ud_answer_free(&a);
    return status;
}

void
ud_raw_sign_in(char *access, char *refresh, const struct ud_fixture *f, const char *user, const char *password)
{
    static const char form[] = "application/x-www-form-urlencoded";
    char device_code[128], user_code[32], body[512];
    struct ud_answer a;

    ud_raw_call(&a, f, "POST", "/t/oauth2/v2.0/devicecode", NULL, form, "client_id=test&scope=openid+offline_access+profile");
    member(device_code, sizeof(device_code), &a, "device_code");
    member(user_code, sizeof(user_code), &a, "user_code");
    ud_answer_free(&a);
    int status = ud_raw_approve(f, user_code, user, password, "approve");
    if (status != 200)
        fail_msg("the approval page answered %d", status);
    snprintf(body, sizeof(body), "client_id=test&grant_type=device_code&device_code=%s", device_code);
    ud_raw_call(&a, f, "POST", "/t/oauth2/v2.0/token", NULL, form, body);
    if (a.status != 200)
        fail_msg("token: %d %s", a.status, a.body);
    member(access, 65, &a, "access_token");
    if (refresh != NULL)
        member(refresh, 65, &a, "refresh_token");
    ud_answer_free(&a);
}

void
ud_raw_sign_in_operator(char *access, const struct ud_fixture *f)
{
    char password[128];

    ud_fixture_password(password, sizeof(password), f);
    ud_raw_sign_in(access, NULL, f, "operator", password);
}
