/* What arrives and what is sent: libcurl's callbacks, with every limit checked as the bytes come. */
#include "http/call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define HEADER_LINES_MAX 256

/* The value of header `name` in `line`, without spaces around it; false where it is another header. */
static bool
header_is(char *out, size_t size, const char *line, size_t length, const char *name)
{
    size_t n = strlen(name);

    if (length <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return false;
    line += n + 1;
    length -= n + 1;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    while (length > 0 && (unsigned char)line[length - 1] <= ' ')
        length--;
    (void)ud_text_clean(out, size, line, length);
    return true;
}

/* A status line starts a new set of headers (100 Continue, then the answer). */
static void
start_answer(struct ud_http_call *c)
{
    c->encoded = c->headers_end = false;
    c->reply.json = false;
    c->retry_text[0] = '\0';
}

static void
read_header(struct ud_http_call *c, const char *line, size_t length)
{
    char value[128];

    c->headers_end = c->headers_end || (length <= 2 && (line[0] == '\r' || line[0] == '\n'));
    if (header_is(value, sizeof(value), line, length, "Content-Type"))
        c->reply.json = strncasecmp(value, "application/json", 16) == 0 && strchr("; ", value[16]) != NULL;
    else if (header_is(value, sizeof(value), line, length, "Content-Encoding"))
        c->encoded = value[0] != '\0' && strcasecmp(value, "identity") != 0;
    else if (header_is(value, sizeof(value), line, length, "Retry-After"))
        (void)ud_copy(c->retry_text, sizeof(c->retry_text), value);
    else if (header_is(value, sizeof(value), line, length, "request-id"))
        (void)ud_copy(c->reply.request_id, sizeof(c->reply.request_id), value);
    else if (header_is(value, sizeof(value), line, length, "Date")) {
        time_t t = curl_getdate(value, NULL);
        c->reply.date = t == -1 ? UD_WALL_NONE : (ud_wall)t * 1000;
        c->reply.arrived = ud_clock_wall();
    }
}

size_t
ud_http_on_header(char *line, size_t size, size_t count, void *arg)
{
    struct ud_http_call *c = arg;
    size_t length = size * count;

    c->header_bytes += length;
    if (c->header_bytes > UD_HTTP_HEADER_MAX || ++c->header_lines > HEADER_LINES_MAX) {
        c->stop = UD_HTTP_HEADERS_TOO_LARGE;
        return 0;
    }
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
        start_answer(c);
    else
        read_header(c, line, length);
    if (c->encoded && (c->kind != UD_HTTP_LIST || c->origin->socket[0] != '\0')) {
        c->stop = UD_HTTP_ENCODED;
        return 0;
    }
    return length;
}

static size_t
refuse(struct ud_http_call *c, enum ud_http_stop why)
{
    c->stop = why;
    return 0;
}

static size_t
stream(struct ud_http_call *c, const char *bytes, size_t length)
{
    if (c->received + length > UD_HTTP_LIST_MAX)
        return refuse(c, UD_HTTP_BODY_TOO_LARGE);
    switch (c->on_data(bytes, length, &c->stop_error, c->arg)) {
    case UD_HTTP_TAKEN:
        c->delivering = true;
        c->received += length;
        return length;
    case UD_HTTP_PAUSE:
        return CURL_WRITEFUNC_PAUSE;
    default:
        return refuse(c, UD_HTTP_TAKER_REFUSED);
    }
}

size_t
ud_http_on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct ud_http_call *c = arg;
    size_t length = size * count;

    if (c->cancelled)
        return 0;
    if (c->code == 0)
        (void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->code);
    if (c->kind == UD_HTTP_LIST && c->code == 200 && c->reply.json)
        return stream(c, bytes, length);
    if (c->received + length > UD_HTTP_SMALL_MAX) /* of a refusal the start is enough */
        return c->kind == UD_HTTP_LIST || c->code >= 400 ? length : refuse(c, UD_HTTP_BODY_TOO_LARGE);
    c->received += length;
    if (c->kind != UD_HTTP_SECRET)
        ud_buf_append(&c->text, bytes, length);
    else if (ud_secret_append(c->reply.secret, bytes, length, NULL) != UD_OK)
        return refuse(c, UD_HTTP_BODY_TOO_LARGE);
    return length;
}

size_t
ud_http_on_send(char *room, size_t size, size_t count, void *arg)
{
    struct ud_http_call *c = arg;
    size_t n = size * count;
    size_t whole = c->secret_body != NULL ? ud_secret_length(c->secret_body) : c->body_length;

    if (n > whole - c->body_sent)
        n = whole - c->body_sent;
    if (n == 0)
        return 0;
    if (c->secret_body != NULL) {
        memcpy(room, ud_secret_open(c->secret_body) + c->body_sent, n);
        ud_secret_close(c->secret_body);
    } else {
        memcpy(room, c->body + c->body_sent, n);
    }
    c->body_sent += n;
    return n;
}
