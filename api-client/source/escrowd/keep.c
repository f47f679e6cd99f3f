/* escrowd's calls about keys that staff bring and about key packages. Both are boxes here: this process passes them on. */
#include "source/escrowd/escrowd.h"

#include <stdio.h>
#include <string.h>

#include "source/graph/graph.h"
#include "wire/keep.h"

#include "base/i18n.h"

#define JSON_TYPE "application/json"

static bool
offers(struct ud_source_call *c, unsigned capability, const char *what)
{
    if ((c->source->can & capability) != 0)
        return true;
    ud_source_refuse(c, UD_UNSUPPORTED, what, "");
    return false;
}

/* --- a key that is brought ---------------------------------------------------------------------------------------------------- */

static void
on_kept(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_error e;

    if (r->status == UD_OK && r->code == 201) {
        ud_source_done(c);
        return;
    }
    if (r->status != UD_OK || r->code != 403) {
        ud_source_fail_reply(c, r); /* sent once more by hand it is "stored already" at worst */
        return;
    }
    (void)ud_source_refusal(&e, &c->retry_after, c->source, r); /* its general sentence speaks of reading keys */
    ud_error_set(&e, UD_DENIED, "You may not store recovery keys for this device");
    ud_source_fail(c, &e);
}

void
ud_escrowd_keep(struct ud_source_call *c, const struct ud_source_keep *what)
{
    struct ud_wire_keep k = { .id = what->key, .kind = what->kind, .volume = what->volume, .sealed_length = what->sealed_length };
    char path[UD_SOURCE_PATH_MAX];
    struct ud_buf body;
    struct ud_error e;

    if (!offers(c, UD_WIRE_CAN_KEEP, "Recovery keys cannot be stored there by staff"))
        return;
    if (what->sealed_length > sizeof(k.sealed) || what->other_count > UD_BDE_PROTECTORS) {
        ud_source_refuse(c, UD_INVALID, N_("The recovery key is too long"), "");
        return;
    }
    memcpy(k.sealed, what->sealed, what->sealed_length);
    memcpy(k.other, what->other, what->other_count * sizeof(k.other[0]));
    k.other_count = what->other_count;
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", &what->device, "/keys");
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_keep_encode(&body, &k, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SMALL,
                              .retry = UD_HTTP_ONCE,
                              .post = true,
                              .every = true,
                              .path = path,
                              .type = JSON_TYPE,
                              .body = body.data,
                              .length = body.length,
                              .then = on_kept,
                          });
    ud_buf_free(&body);
}

/* --- key packages --------------------------------------------------------------------------------------------------------------- */

static void
on_package(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_wire_package *got;
    struct ud_error e;

    if (r->status != UD_OK || r->code != 200 || !r->json) {
        ud_source_fail_reply(c, r);
        return;
    }
    got = ud_source_state(c, sizeof(*got), NULL);
    if (ud_wire_package_decode(got, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    struct ud_source_package out = {
        .key = got->key, .device = got->device, .sealed = got->sealed, .sealed_length = got->sealed_length
    };
    c->sink->package(&out, c->arg);
    ud_source_done(c);
}

void
ud_escrowd_package(struct ud_source_call *c, const struct ud_source_reveal *what)
{
    struct ud_wire_reveal ask = {
        .key = what->key, .device = what->device, .kind = UD_KIND_BITLOCKER, .request = what->request, .why = what->why
    };
    char path[UD_SOURCE_PATH_MAX];
    struct ud_buf body;
    struct ud_error e;

    if (!offers(c, UD_WIRE_CAN_PACKAGE, "No key packages are stored there"))
        return;
    memcpy(ask.public_key, what->public_key, sizeof(ask.public_key));
    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/keys/", &what->key, "/package");
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    if (ud_wire_reveal_encode(&body, &ask, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SMALL,
                              .retry = UD_HTTP_ONCE,
                              .post = true,
                              .every = true,
                              .path = path,
                              .type = JSON_TYPE,
                              .body = body.data,
                              .length = body.length,
                              .then = on_package,
                          });
    ud_buf_free(&body);
}
