/* escrowd's own calls about one key: sealed reveal with a reason, rotation and its state, how the call ended. */
#include "source/escrowd/escrowd.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "source/graph/graph.h"

#define JSON_TYPE "application/json"

/* --- reveal ---------------------------------------------------------------------------------------------------------------------- */

/* The box came sealed by the service; this process never sees the key. */
static void
on_revealed(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_wire_revealed got;
    struct ud_error e;
    enum ud_status st;

    if (r->status != UD_OK || r->code != 200 || !r->json) {
        ud_source_uncertain(c, r);
        return;
    }
    st = ud_wire_revealed_decode(&got, ud_secret_open(r->secret), ud_secret_length(r->secret), &e);
    ud_secret_close(r->secret);
    if (st != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    struct ud_source_revealed out = {
        .kind = got.kind,
        .key = got.key,
        .device = got.device,
        .sealed = got.sealed,
        .sealed_length = got.sealed_length,
        .server_request = r->request_id,
    };
    c->sink->revealed(&out, c->arg);
    ud_source_done(c);
}

void
ud_escrowd_reveal(struct ud_source_call *c, const struct ud_source_reveal *what)
{
    struct ud_wire_reveal ask = { .key = what->key,
        .device = what->device,
        .kind = what->kind,
        .request = what->request,
        .why = what->why,
        .approval = what->approval };
    char path[UD_SOURCE_PATH_MAX];
    struct ud_buf body;
    struct ud_error e;

    memcpy(ask.public_key, what->public_key, sizeof(ask.public_key));
    snprintf(path, sizeof(path), "%s/escrow/v1/reveal", c->source->site_path);
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_reveal_encode(&body, &ask, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SECRET,
                              .retry = UD_HTTP_ONCE,
                              .post = true,
                              .every = true,
                              .path = path,
                              .type = JSON_TYPE,
                              .body = body.data,
                              .length = body.length,
                              .then = on_revealed,
                          });
    ud_buf_free(&body);
}

/* --- a new key -------------------------------------------------------------------------------------------------------------------- */

static void
on_asked(struct ud_source_call *c, struct ud_http_reply *r)
{
    (void)r;
    ud_source_done(c);
}

void
ud_escrowd_rotate(struct ud_source_call *c, const struct ud_source_rotate *what)
{
    struct ud_wire_rotate ask = { .kind = what->kind, .request = what->request, .why = what->why };
    char path[UD_SOURCE_PATH_MAX];
    struct ud_buf body;
    struct ud_error e;

    if ((c->source->can & UD_WIRE_CAN_ROTATE) == 0) {
        ud_graph_rotate(c, what);
        return;
    }
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", &what->device, "/rotate");
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_rotate_encode(&body, &ask, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SMALL,
                              .retry = UD_HTTP_ONCE,
                              .post = true,
                              .path = path,
                              .type = JSON_TYPE,
                              .body = body.data,
                              .length = body.length,
                              .then = on_asked,
                          });
    ud_buf_free(&body);
}

static void
on_state(struct ud_source_call *c, struct ud_http_reply *r)
{
    static const enum ud_source_rotation_state states[] = {
        [UD_WIRE_ROTATION_NONE] = UD_SOURCE_ROT_NONE,
        [UD_WIRE_ROTATION_PENDING] = UD_SOURCE_ROT_PENDING,
        [UD_WIRE_ROTATION_DONE] = UD_SOURCE_ROT_DONE,
        [UD_WIRE_ROTATION_FAILED] = UD_SOURCE_ROT_FAILED,
    };
    struct ud_wire_rotation got;
    struct ud_error e;

    if (ud_wire_rotation_decode(&got, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    struct ud_source_rotation_info info = {
        .state = states[got.state],
        .new_key = got.new_key,
        .created = got.new_created,
        .last_checkin = got.last_checkin,
        .code = got.error_code,
        .message = ud_translate(got.message),
    };
    if (info.state == UD_SOURCE_ROT_FAILED && got.message[0] == '\0')
        info.message = ud_graph_rotation_sentence(got.error_code);
    c->sink->rotation(&info, c->arg);
    ud_source_done(c);
}

void
ud_escrowd_rotation(struct ud_source_call *c, const struct ud_source_rotation *what)
{
    char path[UD_SOURCE_PATH_MAX], after[48];

    if ((c->source->can & UD_WIRE_CAN_ROTATE) == 0) {
        ud_graph_rotation(c, what);
        return;
    }
    snprintf(after, sizeof(after), "/rotation?kind=%s", ud_kind_name(what->kind));
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", &what->device, after);
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_state });
}

/* --- how a call ended --------------------------------------------------------------------------------------------------------------- */

void
ud_escrowd_outcome(struct ud_source_call *c, const struct ud_guid *request, const char *outcome)
{
    struct ud_wire_outcome o = { .request = *request };
    char path[UD_SOURCE_PATH_MAX];
    struct ud_buf body;
    struct ud_error e;

    if ((c->source->can & UD_WIRE_CAN_OUTCOME) == 0) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This service does not record how a call ended"), "");
        return;
    }
    (void)ud_copy(o.outcome, sizeof(o.outcome), outcome);
    snprintf(path, sizeof(path), "%s/escrow/v1/outcome", c->source->site_path);
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_outcome_encode(&body, &o, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SMALL,
                              .retry = UD_HTTP_ONCE,
                              .post = true,
                              .path = path,
                              .type = JSON_TYPE,
                              .body = body.data,
                              .length = body.length,
                              .then = on_asked,
                          });
    ud_buf_free(&body);
}
