/* Request headers into a call, checked; and the routing that depends on them. */
#ifndef UD_FRONT_HEADERS_H
#define UD_FRONT_HEADERS_H

#include "escrowd/front/call.h"

struct MHD_Connection;
struct sockaddr;

/* Fills the call from method and headers, finds its route and prepares the body. What is wrong becomes the response; a body announced as
 * larger than allowed sets body_too_large. The bearer token is wiped where the library keeps it. */
void ud_headers_take(struct ud_call *c, struct MHD_Connection *connection, const char *method, const char *address);
/* "unix", "192.0.2.1", "2001:db8::1". */
void ud_headers_address(char *out, size_t size, const struct sockaddr *address);

#endif
