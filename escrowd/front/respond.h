/* A call's response onto the wire. */
#ifndef UD_FRONT_RESPOND_H
#define UD_FRONT_RESPOND_H

#include <microhttpd.h>

#include "escrowd/front/call.h"

/* Queues c->response; the body's memory goes over to the library, which frees (and for secrets wipes) it when sent. */
enum MHD_Result ud_respond(struct ud_call *c, struct MHD_Connection *connection);

#endif
