/* One attempt: a libcurl handle with every option that matters for safety set in one place, and the headers. */
#include "http/call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- headers -------------------------------------------------------------------------------------------------------------- */

static bool
add_line(struct ud_http_call *c, const char *line)
{
    struct curl_slist *more = curl_slist_append(c->lines, line);

    if (more != NULL)
        c->lines = more;
    return more != NULL;
}

/* RFC 6750's token characters: nothing that could end the header. */
static bool
is_token(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char b = text[i];
        bool alnum = (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
        if (!alnum && (b == '\0' || strchr("._~+/=-", b) == NULL))
            return false;
    }
    return length > 0;
}

static enum ud_status
add_bearer(struct ud_http_call *c, struct ud_secret *token, struct ud_error *err)
{
    static const char prefix[] = "Authorization: Bearer ";
    size_t length = ud_secret_length(token);
    struct ud_secret *line = NULL;
    enum ud_status st;
    bool ok;

    ok = is_token(ud_secret_open(token), length);
    ud_secret_close(token);
    if (!ok)
        return ud_error_set(err, UD_MALFORMED, "%s gave out a token with characters that do not belong there", c->origin->host);
    if ((st = ud_secret_new(&line, sizeof(prefix) + length, err)) != UD_OK)
        return st;
    st = ud_secret_append(line, prefix, sizeof(prefix) - 1, err);
    if (st == UD_OK) {
        st = ud_secret_append(line, ud_secret_open(token), length, err);
        ud_secret_close(token);
    }
    if (st == UD_OK)
        st = ud_secret_append(line, "", 1, err);
    if (st == UD_OK) {
        ok = add_line(c, (const char *)ud_secret_open(line));
        ud_secret_close(line);
    }
    ud_secret_free(&line);
    if (st != UD_OK || ok)
        return st;
    return ud_error_set(err, UD_NOMEM, "Memory ran out");
}

static bool
add_type(struct ud_http_call *c, const char *type)
{
    char line[96];

    if (type == NULL)
        return !c->post || add_line(c, "Content-Type:"); /* libcurl would name a type of its own */
    snprintf(line, sizeof(line), "Content-Type: %s", type);
    return add_line(c, line);
}

enum ud_status
ud_http_lines_new(struct ud_http_call *c, const struct ud_http_request *r, struct ud_error *err)
{
    struct ud_guid id;
    char line[96];
    bool ok;

    ud_guid_random(&id);
    ud_guid_format(c->reply.client_id, &id);
    snprintf(line, sizeof(line), "client-request-id: %s", c->reply.client_id);
    ok = add_line(c, line) && add_line(c, "Accept: application/json") && add_line(c, "Expect:") && add_type(c, r->type);
    if (ok && c->kind != UD_HTTP_LIST)
        ok = add_line(c, "Accept-Encoding: identity");
    for (const char *const *h = r->headers; ok && h != NULL && *h != NULL; h++)
        ok = add_line(c, *h);
    if (!ok)
        return ud_error_set(err, UD_NOMEM, "Memory ran out");
    return r->bearer != NULL ? add_bearer(c, r->bearer, err) : UD_OK;
}

/* --- addresses and TLS ---------------------------------------------------------------------------------------------------- */

/* Loopback, link-local, private, shared, unspecified (RFC 1122, 1918, 3927, 4193, 4291, 6598). */
static bool
is_private_v4(uint32_t a)
{
    return a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 || a >> 16 == 0xA9FE || a >> 16 == 0xC0A8 || a >> 20 == 0xAC1 ||
           a >> 22 == 0x64400000u >> 22;
}

static bool
is_private(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof(v4));
        return is_private_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6)
        return true;
    memcpy(&v6, address, sizeof(v6));
    const uint8_t *b = v6.sin6_addr.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
        return is_private_v4((uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15]);
    return IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) || IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || (b[0] & 0xFE) == 0xFC ||
           (b[0] == 0xFE && (b[1] & 0xC0) == 0x80);
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct ud_http_call *c = arg;

    (void)purpose;
    if (c->origin->public_only && is_private(&address->addr)) {
        c->stop = UD_HTTP_PRIVATE_ADDRESS;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* OpenSSL then wipes its record buffer as soon as a record has been read. */
static CURLcode
on_ssl_context(CURL *easy, void *context, void *arg)
{
    (void)easy;
    (void)arg;
    SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
    return CURLE_OK;
}

/* --- options --------------------------------------------------------------------------------------------------------------- */

static CURLcode
set_place(struct ud_http_call *c)
{
    const struct ud_http_origin *o = c->origin;
    size_t size = strlen(o->text) + strlen(c->path) + 1;
    char *url = ud_xcalloc(size, 1);
    CURLcode rc;

    snprintf(url, size, "%s%s", o->text, c->path);
    rc = curl_easy_setopt(c->easy, CURLOPT_URL, url);
    free(url);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_PROTOCOLS_STR, o->socket[0] != '\0' ? "http" : "https");
    if (rc == CURLE_OK && o->socket[0] != '\0')
        return curl_easy_setopt(c->easy, CURLOPT_UNIX_SOCKET_PATH, o->socket);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_CAINFO, o->ca_file[0] != '\0' ? o->ca_file : c->http->ca_bundle);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_CAPATH, NULL);
    if (rc == CURLE_OK && o->pin[0] != '\0')
        rc = curl_easy_setopt(c->easy, CURLOPT_PINNEDPUBLICKEY, o->pin);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
    return rc;
}

static CURLcode
set_limits(struct ud_http_call *c)
{
    const struct ud_http_limits *l = &c->http->limits;
    bool list = c->kind == UD_HTTP_LIST;
    bool alone = c->kind == UD_HTTP_SECRET;
    bool once = c->retry == UD_HTTP_ONCE;
    long version = list && c->origin->socket[0] == '\0' ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        { CURLOPT_CONNECTTIMEOUT_MS, (long)l->connect },
        { CURLOPT_TIMEOUT_MS, (long)(list ? l->total * 10 : l->total) },
        { CURLOPT_LOW_SPEED_LIMIT, l->slow_bytes },
        { CURLOPT_LOW_SPEED_TIME, c->patient ? 0 : l->slow_seconds },
        { CURLOPT_HTTP_VERSION, version },
        { CURLOPT_FRESH_CONNECT, alone || c->fresh },
        { CURLOPT_FORBID_REUSE, alone },
        { CURLOPT_SSL_SESSIONID_CACHE, !alone },
        /* libcurl itself sends again what a reused connection, closed meanwhile, did not take: only a young one is reused for this */
        { CURLOPT_MAXAGE_CONN, once ? 2 : 60 },
        { CURLOPT_BUFFERSIZE, list ? 64 * 1024 : 16 * 1024 },
        { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
        { CURLOPT_FOLLOWLOCATION, 0 },
        { CURLOPT_NOSIGNAL, 1 },
        { CURLOPT_NOPROGRESS, 1 },
        { CURLOPT_PATH_AS_IS, 1 },
        { CURLOPT_NETRC, CURL_NETRC_IGNORED },
        { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
        { CURLOPT_HTTP09_ALLOWED, 0 },
        { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
        { CURLOPT_TCP_KEEPALIVE, 1 },
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        CURLcode rc = curl_easy_setopt(c->easy, numbers[i].option, numbers[i].value);
        if (rc != CURLE_OK)
            return rc;
    }
    return CURLE_OK;
}

static CURLcode
set_body(struct ud_http_call *c)
{
    size_t length = c->secret_body != NULL ? ud_secret_length(c->secret_body) : c->body_length;
    CURLcode rc;

    if (!c->post)
        return CURLE_OK;
    c->body_sent = 0;
    if ((rc = curl_easy_setopt(c->easy, CURLOPT_POST, 1L)) == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_READFUNCTION, ud_http_on_send);
    return rc == CURLE_OK ? curl_easy_setopt(c->easy, CURLOPT_READDATA, c) : rc;
}

static CURLcode
set_calls(struct ud_http_call *c)
{
    const struct {
        CURLoption option;
        void *value;
    } pointers[] = {
        { CURLOPT_HEADERDATA, c },
        { CURLOPT_WRITEDATA, c },
        { CURLOPT_OPENSOCKETDATA, c },
        { CURLOPT_PRIVATE, c },
        { CURLOPT_ERRORBUFFER, c->trouble },
        { CURLOPT_HTTPHEADER, c->lines },
    };
    CURLcode rc = CURLE_OK;

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]) && rc == CURLE_OK; i++)
        rc = curl_easy_setopt(c->easy, pointers[i].option, pointers[i].value);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, ud_http_on_header);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, ud_http_on_body);
    if (rc == CURLE_OK && c->origin->socket[0] == '\0')
        rc = curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_USERAGENT, c->http->agent);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
    if (rc == CURLE_OK && c->kind == UD_HTTP_LIST && c->origin->socket[0] == '\0')
        rc = curl_easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    return rc;
}

enum ud_status
ud_http_attempt_new(struct ud_http_call *c, struct ud_error *err)
{
    CURLcode rc;

    c->stop = UD_HTTP_NOT_STOPPED;
    c->code = 0;
    c->header_bytes = c->received = 0;
    c->header_lines = 0;
    c->encoded = c->headers_end = false;
    c->trouble[0] = c->retry_text[0] = c->reply.request_id[0] = '\0';
    c->reply.date = UD_WALL_NONE;
    c->reply.json = false;
    ud_buf_clear(&c->text);
    if (c->kind == UD_HTTP_SECRET) {
        ud_secret_free(&c->reply.secret);
        enum ud_status st = ud_secret_new(&c->reply.secret, UD_HTTP_SMALL_MAX, err);
        if (st != UD_OK)
            return st;
    }
    if ((c->easy = curl_easy_init()) == NULL)
        return ud_error_set(err, UD_NOMEM, "Memory ran out");
    if ((rc = set_place(c)) != CURLE_OK || (rc = set_limits(c)) != CURLE_OK || (rc = set_body(c)) != CURLE_OK ||
        (rc = set_calls(c)) != CURLE_OK)
        return ud_error_set(err, UD_FAILED, "The network library refused a setting: %s", curl_easy_strerror(rc));
    return UD_OK;
}

void
ud_http_attempt_free(struct ud_http_call *c)
{
    if (c->easy == NULL)
        return;
    (void)curl_multi_remove_handle(c->http->multi, c->easy);
    curl_easy_cleanup(c->easy);
    c->easy = NULL;
}
