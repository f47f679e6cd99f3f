/* Below /escrow/v1/: a key that staff bring, and the key package of a stored one. What arrives is sealed to the vault's deposit key; a key in clear is
 * refused unread. */
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"
#include "wire/escrow.h"
#include "wire/keep.h"

static void
answer_stored(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    (void)r;
    ud_call_json(c, &w, 201);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "state", "stored");
    ud_json_write_object_end(&w);
}

void
ud_front_store_key(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_STORE };
    struct ud_wire_keep k;
    struct ud_error err = { 0 };

    if (ud_wire_keep_decode(&k, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.by_id = c->id;
    r.deposit = (struct ud_vault_deposit){ .has_id = !ud_guid_is_zero(&k.id),
        .id = k.id,
        .kind = (uint8_t)k.kind,
        .volume = (uint8_t)k.volume,
        .sealed = k.sealed,
        .sealed_length = k.sealed_length };
    r.other_count = k.other_count;
    for (size_t i = 0; i < k.other_count; i++) {
        r.other[i].id = k.other[i].id;
        r.other[i].kind = (uint8_t)k.other[i].kind;
    }
    ud_call_ask(c, &r, answer_stored);
}

static void
answer_package(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    if (r->key_count != 1 || r->sealed_length == 0) {
        ud_call_error(c, 503, "serviceNotAvailable", "The key package could not be sealed.");
        return;
    }
    ud_call_json(c, &w, 200);
    c->response.private = true;
    ud_wire_package_write(&w, &r->keys[0].k, r->sealed, r->sealed_length);
}

/* As a reveal is asked: reason, one-time key, request. */
void
ud_front_package(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_PACKAGE };
    struct ud_wire_reveal asked = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_reveal_decode(&asked, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.reveal.has_key = true;
    r.reveal.key = c->id;
    r.reveal.has_device = !ud_guid_is_zero(&asked.device);
    r.reveal.device = asked.device;
    r.reveal.kind = UD_KIND_BITLOCKER;
    r.reveal.request = asked.request;
    r.reveal.why = asked.why;
    memcpy(r.reveal.public_key, asked.public_key, sizeof(r.reveal.public_key));
    ud_call_ask(c, &r, answer_package);
}
