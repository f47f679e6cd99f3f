/* Where a source lives: scheme, host and port (or a Unix socket), with the certificate authority and pins that go with it. A token belongs to one
 * origin; what a server links to is used only where it is that very origin (SR-52). */
#ifndef UD_HTTP_ORIGIN_H
#define UD_HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define UD_HTTP_URL_MAX 4096 /* bytes of a link, with NUL */

/* All members may be read; only ud_http_origin_init writes them. */
struct ud_http_origin {
    char text[300]; /* "https://host", "https://host:8443", "http://localhost" for a Unix socket */
    char host[256]; /* lower case; IPv6 in brackets */
    unsigned port;
    char socket[108];  /* path of the Unix socket, "" for HTTPS */
    char ca_file[256]; /* "" : the system's bundle */
    char pin[256];     /* "sha256//…;sha256//…", "" : none */
    bool public_only;  /* refuse loopback, link-local and private addresses (SR-63) */
};

/* Reads `url` ("https://host[:port][/…]" or "unix:///path"); what follows the host is left to the caller. UD_CONFIG with the sentence that says
 * what is wrong: another scheme, user names, a query. `ca_file` and `pin` may be NULL. */
UD_CHECK enum ud_status ud_http_origin_init(
    struct ud_http_origin *o, const char *url, const char *ca_file, const char *pin, struct ud_error *err);
bool ud_http_origin_same(const struct ud_http_origin *a, const struct ud_http_origin *b);
/* The path and query of `link`, byte for byte, where it is an absolute link to exactly this origin; UD_DENIED naming the other host otherwise. */
UD_CHECK enum ud_status ud_http_origin_path(
    char *out, size_t size, const struct ud_http_origin *o, const char *link, struct ud_error *err);
/* Appends `text` percent-encoded to the string in `out`: everything but letters, digits and -._~. False where it does not fit. */
bool ud_http_escape(char *out, size_t size, const char *text);

#endif
