/* Origins and links. A link is taken apart twice, by our own narrow rules and by libcurl's URL parser: both must find the same host, so that no
 * difference between two readers of one link can send a token elsewhere. */
#include "http/origin.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define UNIX_PREFIX "unix://"

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
starts(const char *text, const char *prefix)
{
    for (; *prefix != '\0'; text++, prefix++) {
        if (lower(*text) != *prefix)
            return false;
    }
    return true;
}

/* Printable ASCII without what any URL reader treats in a way of its own. */
static bool
plain(const char *url)
{
    for (const char *c = url; *c != '\0'; c++) {
        if (*c <= 0x20 || *c >= 0x7F || strchr("\\\"<>^`{|}", *c) != NULL)
            return false;
    }
    return true;
}

/* Letters, digits, dots and dashes, or an address in brackets; a port of digits. Nothing else, no trailing dot. */
static bool
split_authority(char *host, size_t size, unsigned *port, const char *text, size_t length, unsigned default_port)
{
    const char *colon = NULL, *end = text + length;
    size_t n;

    for (const char *c = text; c < end; c++) {
        if (*c == ']')
            colon = NULL;
        else if (*c == ':')
            colon = c;
    }
    if (length > 0 && text[0] == '[' && memchr(text, ']', length) == NULL)
        return false;
    n = (size_t)((colon != NULL ? colon : end) - text);
    if (n == 0 || n >= size || text[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        host[i] = lower(text[i]);
        if (strchr(text[0] == '[' ? "[]:.0123456789abcdef" : "-._abcdefghijklmnopqrstuvwxyz0123456789", host[i]) == NULL)
            return false;
    }
    host[n] = '\0';
    *port = default_port;
    if (colon == NULL)
        return true;
    *port = 0;
    for (const char *c = colon + 1; c < end; c++) {
        if (*c < '0' || *c > '9' || *port > 65535)
            return false;
        *port = *port * 10 + (unsigned)(*c - '0');
    }
    return end - colon > 1 && colon[1] != '0' && *port <= 65535;
}

/* What libcurl makes of `url`: the same host and port, no user, no password. */
static bool
curl_agrees(const char *url, const char *host, unsigned port)
{
    CURLU *u = curl_url();
    char *part = NULL, *number = NULL, *user = NULL;
    bool same = false;

    if (u == NULL)
        return false;
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_HOST, &part, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_PORT, &number, CURLU_DEFAULT_PORT) == CURLUE_OK)
        same = starts(part, host) && strlen(part) == strlen(host) && strtoul(number, NULL, 10) == port &&
               curl_url_get(u, CURLUPART_USER, &user, 0) != CURLUE_OK;
    curl_free(part);
    curl_free(number);
    curl_free(user);
    curl_url_cleanup(u);
    return same;
}

static enum ud_status
init_socket(struct ud_http_origin *o, const char *path, struct ud_error *err)
{
    if (path[0] != '/' || strlen(path) >= sizeof(o->socket))
        return ud_error_set(
            err, UD_CONFIG, "A Unix socket is written unix:///path, at most %zu characters", sizeof(o->socket) - 1);
    (void)ud_copy(o->socket, sizeof(o->socket), path);
    (void)ud_copy(o->host, sizeof(o->host), "localhost");
    (void)ud_copy(o->text, sizeof(o->text), "http://localhost");
    o->port = 80;
    return UD_OK;
}

static enum ud_status
init_https(struct ud_http_origin *o, const char *url, struct ud_error *err)
{
    const char *authority = url + strlen("https://");

    if (!plain(url) || !split_authority(o->host, sizeof(o->host), &o->port, authority, strcspn(authority, "/?#"), 443) ||
        !curl_agrees(url, o->host, o->port) || strcspn(url, "?#@") != strlen(url))
        return ud_error_set(err, UD_CONFIG, "The address of a server is written https://host or https://host:port/path");
    if (o->port == 443)
        snprintf(o->text, sizeof(o->text), "https://%s", o->host);
    else
        snprintf(o->text, sizeof(o->text), "https://%s:%u", o->host, o->port);
    return UD_OK;
}

enum ud_status
ud_http_origin_init(struct ud_http_origin *o, const char *url, const char *ca_file, const char *pin, struct ud_error *err)
{
    memset(o, 0, sizeof(*o));
    if ((ca_file != NULL && !ud_copy(o->ca_file, sizeof(o->ca_file), ca_file)) ||
        (pin != NULL && !ud_copy(o->pin, sizeof(o->pin), pin)))
        return ud_error_set(err, UD_CONFIG, "ca_file or pin is too long");
    if (starts(url, UNIX_PREFIX))
        return init_socket(o, url + strlen(UNIX_PREFIX), err);
    if (starts(url, "https://"))
        return init_https(o, url, err);
    ud_error_set(err, UD_CONFIG, "Only https:// addresses are used, or unix:/// for a local socket");
    ud_error_hint(err, "Correct the source's address in unlockdesk.conf");
    return UD_CONFIG;
}

bool
ud_http_origin_same(const struct ud_http_origin *a, const struct ud_http_origin *b)
{
    return a->port == b->port && strcmp(a->text, b->text) == 0 && strcmp(a->socket, b->socket) == 0;
}

static enum ud_status
foreign(const struct ud_http_origin *o, const char *link, struct ud_error *err)
{
    char shown[96];

    (void)ud_text_clean(shown, sizeof(shown), link, strnlen(link, sizeof(shown) - 1));
    ud_error_set(err, UD_DENIED, "%s answered with a link to another place, which is not followed: %s", o->host, shown);
    ud_error_hint(err, "Tell whoever runs %s", o->host);
    return UD_DENIED;
}

enum ud_status
ud_http_origin_path(char *out, size_t size, const struct ud_http_origin *o, const char *link, struct ud_error *err)
{
    const char *scheme = o->socket[0] != '\0' ? "http://" : "https://";
    const char *authority = link + strlen(scheme), *rest;
    char host[sizeof(o->host)];
    unsigned port;

    if (strlen(link) >= UD_HTTP_URL_MAX || !plain(link) || !starts(link, scheme))
        return foreign(o, link, err);
    rest = authority + strcspn(authority, "/?#");
    if (!split_authority(host, sizeof(host), &port, authority, (size_t)(rest - authority), o->socket[0] != '\0' ? 80 : 443) ||
        port != o->port || strcmp(host, o->host) != 0 || !curl_agrees(link, host, port))
        return foreign(o, link, err);
    if (rest[0] != '/' || strchr(rest, '#') != NULL || !ud_copy(out, size, rest))
        return foreign(o, link, err);
    return UD_OK;
}

bool
ud_http_escape(char *out, size_t size, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = strlen(out);

    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        bool safe =
            (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || strchr("-._~", *c) != NULL;
        if (n + (safe ? 1 : 3) >= size)
            return false;
        if (safe) {
            out[n++] = (char)*c;
        } else {
            out[n++] = '%';
            out[n++] = hex[*c >> 4];
            out[n++] = hex[*c & 15];
        }
        out[n] = '\0';
    }
    return true;
}
