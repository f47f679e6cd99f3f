/* One recovery key from Graph: read into a secret, checked, sealed to the console's one-time key, wiped. Sent at most once. */
#include "source/graph/graph.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/seal.h"
#include "wire/secret_body.h"

static enum ud_status
decode(struct ud_secret **key, struct ud_source_revealed *out, const struct ud_source_reveal *w, struct ud_secret *body,
    struct ud_error *err)
{
    struct ud_wire_graph_key meta = { 0 };
    struct ud_wire_laps laps = { 0 };
    struct ud_guid entra = { { 0 } };
    enum ud_status st;

    if (w->kind == UD_KIND_FILEVAULT) {
        st = ud_wire_filevault_decode(key, body, err);
    } else if (w->kind == UD_KIND_LAPS) {
        st = ud_wire_laps_decode(key, &laps, body, err);
        entra = laps.entra_id;
    } else {
        st = ud_wire_graph_key_decode(key, &meta, body, err);
        entra = meta.entra_id;
    }
    /* What the answer names is what the console compares; what it leaves out was fixed by the address we asked. */
    out->kind = w->kind;
    out->key = ud_guid_is_zero(&meta.id) ? w->key : meta.id;
    out->device =
        ud_guid_is_zero(&entra) || ud_guid_is_zero(&w->entra) || ud_guid_compare(&entra, &w->entra) == 0 ? w->device : entra;
    return st;
}

/* Graph may leave the key out of a 200: then the right to the secret is missing, not the key. */
static void
no_key(struct ud_source_call *c, enum ud_kind kind)
{
    if (kind == UD_KIND_BITLOCKER)
        ud_source_refuse(c, UD_DENIED, N_("The service answered without the key: your role may not read it"),
            N_("Ask for the role that may, or activate it where roles are activated on demand"));
    else
        ud_source_refuse(c, UD_NOTFOUND, N_("No key of this kind is escrowed for the device"), "");
}

static enum ud_status
seal(uint8_t *box, size_t *length, size_t size, struct ud_secret *key, const struct ud_source_reveal *w, struct ud_error *err)
{
    struct ud_recovery_check check;

    ud_recovery_check(&check, w->kind, key);
    if (check.ok)
        return ud_seal(box, size, length, key, w->public_key, err);
    ud_error_set(err, UD_MALFORMED, "The service answered with something that is no %s recovery key", ud_kind_name(w->kind));
    return ud_error_hint(err, "It is not shown. The key as escrowed is damaged: ask for a new key");
}

static void
on_secret(struct ud_source_call *c, struct ud_http_reply *r)
{
    const struct ud_source_reveal *w = c->state;
    struct ud_source_revealed out = { .server_request = r->request_id };
    uint8_t box[UD_RECOVERY_MAX + UD_SEAL_EXTRA];
    struct ud_secret *key = NULL;
    struct ud_error e;
    enum ud_status st;

    st = decode(&key, &out, w, r->secret, &e);
    ud_secret_free(&r->secret);
    if (st == UD_OK)
        st = seal(box, &out.sealed_length, sizeof(box), key, w, &e);
    ud_secret_free(&key);
    ud_secret_clear_stack();
    if (st == UD_OK) {
        out.sealed = box;
        c->sink->revealed(&out, c->arg);
        ud_source_done(c);
    } else if (st == UD_NOTFOUND) {
        no_key(c, w->kind);
    } else {
        ud_source_fail(c, &e);
    }
}

void
ud_source_uncertain(struct ud_source_call *c, const struct ud_http_reply *r)
{
    struct ud_error e;

    if (!r->sent || (r->status == UD_OK && r->code != 502 && r->code != 504)) {
        ud_source_fail_reply(c, r);
        return;
    }
    if (r->status != UD_OK && r->status != UD_OFFLINE && r->status != UD_TIMEOUT) {
        ud_source_fail_reply(c, r); /* an answer came and was refused: its sentence says more */
        return;
    }
    ud_error_set(&e, UD_UNCERTAIN, "The connection to %s broke after the request had left: it may count as shown", r->host);
    ud_error_hint(&e, "It is recorded so. Ask again if the key is still needed");
    ud_source_fail(c, &e);
}

static void
on_any(struct ud_source_call *c, struct ud_http_reply *r)
{
    if (r->status == UD_OK && r->code == 200 && r->json)
        on_secret(c, r);
    else
        ud_source_uncertain(c, r);
}

void
ud_graph_reveal(struct ud_source_call *c, const struct ud_source_reveal *what)
{
    struct ud_source_reveal *w = ud_source_state(c, sizeof(*w), NULL);
    char path[UD_SOURCE_PATH_MAX];

    *w = *what;
    switch (w->kind) {
    case UD_KIND_BITLOCKER: /* $select must be the key alone: with more the key is left out */
        ud_graph_path(
            path, sizeof(path), c->source, "/v1.0/informationProtection/bitlocker/recoveryKeys/", &w->key, "?$select=key");
        break;
    case UD_KIND_FILEVAULT:
        ud_graph_path(path, sizeof(path), c->source, "/beta/deviceManagement/managedDevices/", &w->device, "/getFileVaultKey");
        break;
    case UD_KIND_LAPS:
        ud_graph_path(
            path, sizeof(path), c->source, "/v1.0/directory/deviceLocalCredentials/", &w->entra, "?$select=credentials");
        break;
    default:
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This source holds no keys of that kind"), "");
        return;
    }
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SECRET,
                          .retry = UD_HTTP_ONCE,
                          .every = true,
                          .path = path,
                          .headers = ud_graph_headers,
                          .then = on_any,
                      });
}
