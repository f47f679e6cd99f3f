/* Reads the few headers that matter. Two lengths, a length beside chunks, or a Host that is none are refused: whoever sends
 * them is arguing with a proxy about where a request ends. */
#include "escrowd/front/headers.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/text.h"
#include "escrowd/front/basic.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"
#include "escrowd/front/throttle.h"

#define HEADERS_MAX ((size_t)16 * 1024)

struct seen {
    struct ud_call *c;
    size_t bytes;
    unsigned lengths, encodings, hosts, tokens;
    bool bad, other_scheme;
    uint64_t length;
    char host[256], origin[300];
};

void
ud_headers_address(char *out, size_t size, const struct sockaddr *address)
{
    const void *from = NULL;

    snprintf(out, size, "unix");
    if (address != NULL && address->sa_family == AF_INET)
        from = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    if (address != NULL && address->sa_family == AF_INET6)
        from = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (from != NULL)
        (void)inet_ntop(address->sa_family, from, out, (socklen_t)size);
}

static void
take_length(struct seen *s, const char *value)
{
    char *end = NULL;

    s->lengths++;
    s->bad = s->bad || value[0] < '0' || value[0] > '9';
    s->length = strtoull(value, &end, 10);
    s->bad = s->bad || *end != '\0';
}

static void
take_host(struct seen *s, const char *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";

    s->hosts++;
    s->bad = s->bad || value[0] == '\0' || value[strspn(value, allowed)] != '\0' || !ud_copy(s->host, sizeof(s->host), value);
}

/* "Bearer TOKEN" or "Basic BASE64". What the library holds is overwritten: tokens do not lie about in its buffers. */
static void
take_token(struct seen *s, const char *value, size_t length)
{
    struct ud_call *c = s->c;

    s->tokens++;
    if (length > 7 && strncasecmp(value, "Bearer ", 7) == 0)
        c->has_auth = ud_token_parse(&c->auth, value + 7, length - 7);
    else if (length > 6 && strncasecmp(value, "Basic ", 6) == 0)
        c->has_basic = ud_basic_parse(&c->auth, (char *)(uintptr_t)value + 6, length - 6);
    s->other_scheme = !c->has_auth && !c->has_basic;
    memset((void *)(uintptr_t)value, 'x', length);
}

static void
take_type(struct ud_call *c, const char *value)
{
    size_t length = strcspn(value, "; \t");

    if (length >= sizeof(c->content_type))
        length = 0;
    for (size_t i = 0; i < length; i++)
        c->content_type[i] = (char)tolower((unsigned char)value[i]);
    c->content_type[length] = '\0';
}

/* Only a GUID-like word goes back into our headers. */
static void
take_client_request(struct ud_call *c, const char *value)
{
    static const char allowed[] = "0123456789abcdefABCDEF-";

    if (value[strspn(value, allowed)] == '\0' && strlen(value) < sizeof(c->client_request_id))
        (void)ud_copy(c->client_request_id, sizeof(c->client_request_id), value);
}

static enum MHD_Result
take_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value, size_t length)
{
    struct seen *s = cls;

    (void)kind;
    s->bytes += name_length + length + 4;
    if (value == NULL)
        return MHD_YES;
    s->bad = s->bad || strlen(value) != length || strlen(name) != name_length;
    if (strcasecmp(name, "Content-Length") == 0)
        take_length(s, value);
    else if (strcasecmp(name, "Transfer-Encoding") == 0)
        s->encodings++;
    else if (strcasecmp(name, "Host") == 0)
        take_host(s, value);
    else if (strcasecmp(name, "Authorization") == 0)
        take_token(s, value, length);
    else if (strcasecmp(name, "Content-Type") == 0)
        take_type(s->c, value);
    else if (strcasecmp(name, "User-Agent") == 0)
        s->c->has_user_agent = value[0] != '\0';
    else if (strcasecmp(name, "client-request-id") == 0)
        take_client_request(s->c, value);
    else if (strcasecmp(name, "Origin") == 0)
        (void)ud_copy(s->origin, sizeof(s->origin), value);
    else if (strcasecmp(name, "Sec-Fetch-Site") == 0)
        s->c->foreign_origin = s->c->foreign_origin || (strcmp(value, "same-origin") != 0 && strcmp(value, "none") != 0);
    return MHD_YES;
}

/* One after the other; on the path of every request, where a format string would cost more than the copying. */
static void
join(char *out, size_t size, const char *first, const char *second)
{
    size_t n = strlen(first);

    if (!ud_copy(out, size, first) || !ud_copy(out + n, size - n, second))
        out[0] = '\0';
}

static void
set_origin(struct ud_call *c, const struct seen *s)
{
    const struct ud_front *f = c->front;

    if (f->config->public_url != NULL)
        (void)ud_copy(c->origin, sizeof(c->origin), f->config->public_url);
    else
        join(c->origin, sizeof(c->origin), f->scheme, s->hosts == 1 ? s->host : "localhost");
    if (s->origin[0] != '\0' && strcasecmp(s->origin, c->origin) != 0)
        c->foreign_origin = true;
}

/* What the body may be, and where it goes. */
static void
prepare_body(struct ud_call *c, const struct seen *s)
{
    bool secret = c->route->body >= UD_ROUTE_SECRET;
    size_t max = secret ? UD_CALL_SECRET_MAX : UD_CALL_BODY_MAX;
    bool has_body = s->encodings > 0 || s->length > 0;
    const char *type = c->route->body == UD_ROUTE_FORM ? "application/x-www-form-urlencoded" : "application/json";
    struct ud_error err;

    if (s->length > max) {
        c->body_too_large = true;
        return;
    }
    if (has_body && c->route->body != UD_ROUTE_NO_BODY && strcmp(c->content_type, type) != 0) {
        ud_call_error(c, 415, "UnsupportedMediaType",
            c->route->body == UD_ROUTE_FORM ? "This address takes application/x-www-form-urlencoded."
                                            : "This address takes application/json.");
        return;
    }
    if (secret && ud_call_take_body(c, s->encodings > 0 ? max : s->length + 1, &err) != UD_OK)
        ud_call_failed(c, &err);
}

/* What the route asks of the caller. */
static void
check_caller(struct ud_call *c, const struct seen *s)
{
    uint32_t wait = 0;

    if (c->route->auth == UD_ROUTE_AGENT && (c->has_auth || s->other_scheme)) {
        ud_call_error(c, 401, "InvalidAuthenticationToken", "This address takes an agent's name and secret (HTTP Basic).");
    } else if (c->route->auth == UD_ROUTE_BEARER && !c->has_auth) {
        ud_call_error(c, 401, "InvalidAuthenticationToken", "The token is missing or is none of this service.");
    } else if ((c->route->flags & UD_ROUTE_NEEDS_AGENT) != 0 && !c->has_user_agent) {
        ud_call_error(c, 400, "invalid_request", "Parameter (User-Agent) is required but missing from headers.");
    } else if (c->has_auth && !ud_throttle_take(c->front->throttle, c->auth.id, c->front->now, &wait)) {
        ud_call_error(c, 429, "TooManyRequests", "Too many requests. Wait, then try again.");
        c->response.retry_after = wait;
    }
}

void
ud_headers_take(struct ud_call *c, struct MHD_Connection *connection, const char *method, const char *address)
{
    struct seen s = { .c = c };

    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, &s);
    (void)ud_copy(c->method, sizeof(c->method), method);
    (void)ud_copy(c->address, sizeof(c->address), address);
    set_origin(c, &s);
    if (s.bytes > HEADERS_MAX) {
        ud_call_error(c, 431, "RequestHeaderFieldsTooLarge", "The headers are larger than 16 KiB.");
        c->response.close = true;
    } else if (s.bad || s.lengths > 1 || s.encodings > 1 || s.hosts > 1 || s.tokens > 1 || (s.lengths > 0 && s.encodings > 0)) {
        ud_call_error(c, 400, "invalid_request", "The headers contradict each other.");
        c->response.close = true;
    } else if (c->bad_uri) {
        ud_call_error(c, 400, "BadRequest", "The address is not valid.");
    } else if (ud_route_find(c)) {
        check_caller(c, &s);
        if (c->response.status == 0)
            prepare_body(c, &s);
    }
    if (s.length > UD_CALL_BODY_MAX)
        c->body_too_large = true;
}
