/* Writes responses. The header block is kept small: what every answer carries is what Graph clients look at. */
#include "escrowd/front/respond.h"

#include <stdio.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"

static void
header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value);
}

/* Sent: wiped and given back. */
static void
secret_sent(void *cls)
{
    struct ud_secret *s = cls;

    ud_secret_close(s);
    ud_secret_free(&s);
}

static struct MHD_Response *
make_body(struct ud_call *c)
{
    struct MHD_Response *r;

    if (c->response.secret != NULL) {
        struct ud_secret *s = c->response.secret;
        r = MHD_create_response_from_buffer_with_free_callback_cls(
            ud_secret_length(s), (void *)(uintptr_t)ud_secret_open(s), secret_sent, s);
        if (r == NULL)
            ud_secret_close(s);
        else
            c->response.secret = NULL;
        return r;
    }
    if (c->response.body.length == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    r = MHD_create_response_from_buffer(c->response.body.length, c->response.body.data, MHD_RESPMEM_MUST_FREE);
    if (r != NULL)
        ud_buf_init(&c->response.body, UD_CALL_ANSWER_MAX);
    return r;
}

/* A page for people: no script, no frame, nothing from elsewhere. */
static void
page_headers(struct ud_call *c, struct MHD_Response *r)
{
    header(r, "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    header(r, "X-Frame-Options", "DENY");
    header(r, "X-Content-Type-Options", "nosniff");
    header(r, "Referrer-Policy", "same-origin");
    if (c->front->tls)
        header(r, "Strict-Transport-Security", "max-age=31536000");
}

static void
add_headers(struct ud_call *c, struct MHD_Response *r)
{
    const struct ud_call_response *a = &c->response;
    char text[UD_GUID_TEXT];

    ud_guid_format(text, &c->request_id);
    header(r, "request-id", text);
    if (c->client_request_id[0] != '\0')
        header(r, "client-request-id", c->client_request_id);
    if (a->type != NULL)
        header(r, "Content-Type", a->type);
    if (a->private)
        header(r, "Cache-Control", "no-store");
    if (a->challenge)
        header(r, "WWW-Authenticate",
            c->route != NULL && c->route->auth == UD_ROUTE_AGENT ? "Basic realm=\"check-in\"" : "Bearer realm=\"\"");
    if (a->allow != NULL)
        header(r, "Allow", a->allow);
    if (a->close)
        header(r, "Connection", "close");
    if (a->retry_after > 0) {
        snprintf(text, sizeof(text), "%u", (unsigned)a->retry_after);
        header(r, "Retry-After", text);
    }
    if (a->type != NULL && strncmp(a->type, "text/html", 9) == 0)
        page_headers(c, r);
}

enum MHD_Result
ud_respond(struct ud_call *c, struct MHD_Connection *connection)
{
    if (c->response.body.failed)
        ud_call_error(c, 500, "generalException", "The answer is larger than this service sends.");
    struct MHD_Response *r = make_body(c);
    if (r == NULL)
        return MHD_NO;
    add_headers(c, r);
    enum MHD_Result result = MHD_queue_response(connection, c->response.status, r);
    MHD_destroy_response(r);
    return result;
}
