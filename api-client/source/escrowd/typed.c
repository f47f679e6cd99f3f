/* escrowd's calls about typed FileVault recovery keys. The key is in a box that the console has sealed: this process passes it on. */
#include "source/escrowd/escrowd.h"

#include <stdio.h>
#include <string.h>

#include "source/graph/graph.h"
#include "wire/device_api.h"
#include "wire/typed.h"

#include "base/i18n.h"

#define JSON_TYPE    "application/json"
#define REQUESTS_MAX 64u

static bool
offers(struct ud_source_call *c)
{
    if ((c->source->can & UD_WIRE_CAN_STORE) != 0)
        return true;
    ud_source_refuse(c, UD_UNSUPPORTED, N_("This service does not take typed recovery keys"), "");
    return false;
}

/* State and request of one device, as every one of these calls answers. */
static void
on_state(struct ud_source_call *c, struct ud_http_reply *r)
{
    const struct ud_guid *device = c->state;
    struct ud_wire_typed_state got;
    struct ud_error e;

    if (ud_wire_typed_state_decode(&got, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    struct ud_source_store_info info = { .device = *device,
        .state = got.state,
        .cause = got.cause,
        .requested = got.requested,
        .finished = got.finished,
        .expires = got.expires,
        .last_checkin = got.last_checkin,
        .new_created = got.new_created,
        .new_key = got.new_key,
        .asked = got.asked,
        .asked_at = got.asked_at,
        .by = got.by,
        .asked_by = got.asked_by,
        .note = got.note };
    c->sink->store_info(&info, c->arg);
    ud_source_done(c);
}

/* The general sentences of a refusal speak of reading keys. */
static void
on_answer(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_error e;

    if (r->status == UD_OK && r->code >= 200 && r->code < 300 && r->json) {
        on_state(c, r);
        return;
    }
    if (r->status != UD_OK || r->code != 403) {
        ud_source_fail_reply(c, r);
        return;
    }
    (void)ud_source_refusal(&e, &c->retry_after, c->source, r);
    ud_error_set(&e, UD_DENIED, "You may not do this for this device");
    ud_error_hint(&e, "The recovery key of a personal Mac is stored by its user; for a company Mac the helpdesk does it as well");
    ud_source_fail(c, &e);
}

static void
keep_device(struct ud_source_call *c, const struct ud_guid *device)
{
    struct ud_guid *kept = ud_source_state(c, sizeof(*kept), NULL);

    *kept = *device;
}

static void
post(struct ud_source_call *c, const struct ud_guid *device, const char *what, const struct ud_buf *body)
{
    char path[UD_SOURCE_PATH_MAX];

    keep_device(c, device);
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", device, what);
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SMALL,
                          .retry = UD_HTTP_ONCE,
                          .post = true,
                          .every = true,
                          .path = path,
                          .type = JSON_TYPE,
                          .body = body->data,
                          .length = body->length,
                          .then = on_answer,
                      });
}

void
ud_escrowd_store(struct ud_source_call *c, const struct ud_source_store *what)
{
    struct ud_wire_typed ask = { .kind = UD_KIND_FILEVAULT, .request = what->request, .sealed_length = what->sealed_length };
    struct ud_buf body;
    struct ud_error e;

    if (!offers(c))
        return;
    if (what->sealed_length == 0 || what->sealed_length > sizeof(ask.sealed)) {
        ud_source_refuse(c, UD_INVALID, N_("The recovery key was not sealed"), "");
        return;
    }
    memcpy(ask.sealed, what->sealed, what->sealed_length);
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_typed_encode(&body, &ask, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        post(c, &what->device, "/store", &body);
    ud_buf_free(&body);
}

void
ud_escrowd_store_ask(struct ud_source_call *c, const struct ud_guid *device, const char *note)
{
    struct ud_buf body;
    struct ud_error e;

    if (!offers(c))
        return;
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_typed_ask_encode(&body, note, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        post(c, device, "/store-request", &body);
    ud_buf_free(&body);
}

void
ud_escrowd_store_state(struct ud_source_call *c, const struct ud_guid *device)
{
    char path[UD_SOURCE_PATH_MAX];

    if (!offers(c))
        return;
    keep_device(c, device);
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", device, "/store");
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_state });
}

/* --- what the person's own devices were asked for -------------------------------------------------------------------------- */

static void
on_requests(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_wire_typed_asked *item = ud_source_state(c, REQUESTS_MAX * sizeof(*item), NULL);
    size_t count;
    bool blocks;
    struct ud_error e;

    if (ud_wire_typed_asked_decode(item, REQUESTS_MAX, &count, &blocks, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct ud_source_store_request out = { .device = item[i].device,
            .asked_at = item[i].at,
            .blocks = blocks,
            .device_name = item[i].device_name,
            .asked_by = item[i].by,
            .note = item[i].note };
        c->sink->store_request(&out, c->arg);
    }
    ud_source_done(c);
}

void
ud_escrowd_store_requests(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if (!offers(c))
        return;
    snprintf(path, sizeof(path), "%s/escrow/v1/store-requests", c->source->site_path);
    ud_source_send(
        c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_requests });
}

/* --- the service's public key ------------------------------------------------------------------------------------------------ */

static void
on_deposit_key(struct ud_source_call *c, struct ud_http_reply *r)
{
    uint8_t key[UD_SEAL_PUBLIC];
    struct ud_error e;

    if (ud_wire_public_key_decode(key, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->deposit_key(key, c->arg);
    ud_source_done(c);
}

void
ud_escrowd_deposit_key(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if (!offers(c))
        return;
    snprintf(path, sizeof(path), "%s/escrow/v1/device/deposit-key", c->source->site_path);
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .open = true, .path = path, .then = on_deposit_key });
}
