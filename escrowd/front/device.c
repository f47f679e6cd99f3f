/* The device API: check in, deposit a key, tell how work ended. A secret that arrives in clear is sealed to the vault's deposit key
 * before anything else is done with the request. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"
#include "wire/device_api.h"

#define WORK_WAIT_MS 10000

static void
fill_work(struct ud_wire_work *out, const struct ud_vault_work *v)
{
    char id[UD_GUID_TEXT];

    memset(out, 0, sizeof(*out));
    ud_guid_format(id, &v->id);
    (void)ud_copy(out->id, sizeof(out->id), id);
    out->device = v->device;
    out->kind = v->kind;
    out->typed = v->typed;
}

static void
answer_work(struct ud_call *c, const struct ud_vault_reply *r, bool training)
{
    struct ud_wire_work *items = ud_xcalloc(r->work_count + 1, sizeof(*items));
    struct ud_json_writer w;

    for (size_t i = 0; i < r->work_count; i++)
        fill_work(&items[i], &r->works[i]);
    ud_call_json(c, &w, 200);
    if (training)
        ud_wire_training_work_write(&w, items, r->work_count);
    else
        ud_wire_work_write(&w, items, r->work_count);
    free(items);
}

static void
answer_check_in(struct ud_call *c, struct ud_vault_reply *r)
{
    answer_work(c, r, false);
}

void
ud_front_check_in(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_CHECK_IN };
    struct ud_wire_check_in told = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_check_in_decode(&told, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.check_in.os_version = told.os_version;
    r.check_in.encrypted = (uint8_t)told.encrypted;
    ud_call_ask(c, &r, answer_check_in);
}

/* --- deposits -------------------------------------------------------------------------------------------------------- */

/* Checks the key, brings it into its stored form (which may be longer: it has dashes), seals it and wipes it. */
static enum ud_status
seal_secret(struct ud_wire_deposit *d, struct ud_front *f, struct ud_error *err)
{
    enum ud_status st;

    if (ud_secret_length(d->secret) > UD_RECOVERY_MAX)
        return ud_error_set(err, UD_INVALID, "The recovery key is too long.");
    ud_front_hold(f);
    if ((st = ud_secret_move(f->scratch, d->secret, err)) == UD_OK &&
        (st = ud_recovery_normalise(f->scratch, d->kind, err)) == UD_OK)
        st = ud_sealer_seal(f->sealer, d->sealed, sizeof(d->sealed), &d->sealed_length, f->scratch, err);
    ud_secret_wipe(f->scratch);
    return st;
}

/* Decodes a deposit; what came in clear is sealed (*ours) and wiped. False with the error response filled in. */
static bool
read_deposit(struct ud_wire_deposit *d, bool *ours, struct ud_call *c)
{
    struct ud_error err = { 0 };
    enum ud_status st = ud_wire_deposit_decode(d, c->secret_body, &err);

    ud_call_drop_body(c);
    *ours = st == UD_OK && d->secret != NULL;
    if (*ours)
        st = seal_secret(d, c->front, &err);
    ud_secret_free(&d->secret);
    if (st == UD_OK)
        return true;
    ud_call_failed(c, &err);
    return false;
}

static bool
fill_deposit(struct ud_vault_deposit *out, const struct ud_wire_deposit *d)
{
    out->has_id = !ud_guid_is_zero(&d->id);
    out->id = d->id;
    out->kind = (uint8_t)d->kind;
    out->volume = (uint8_t)d->volume;
    out->has_work = d->work[0] != '\0';
    out->sealed = d->sealed;
    out->sealed_length = d->sealed_length;
    return !out->has_work || ud_guid_parse(&out->work, d->work, strlen(d->work), NULL) == UD_OK;
}

static void
answer_deposit(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    (void)r;
    ud_call_json(c, &w, 201);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "state", "stored");
    ud_json_write_object_end(&w);
}

void
ud_front_deposit(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEPOSIT };
    struct ud_wire_deposit d = { 0 };

    if (read_deposit(&d, &r.deposit.by_sealer, c)) {
        if (fill_deposit(&r.deposit, &d))
            ud_call_ask(c, &r, answer_deposit);
        else
            ud_call_error(c, 400, "invalid_request", "work is the id that the check-in gave.");
    }
    ud_wire_deposit_clear(&d);
}

void
ud_front_deposit_key(struct ud_call *c)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_wire_public_key_write(&w, c->front->deposit_key);
}

/* --- work ------------------------------------------------------------------------------------------------------------ */

static void
answer_result(struct ud_call *c, struct ud_vault_reply *r)
{
    (void)r;
    ud_call_empty(c, 204);
}

void
ud_front_work_result(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_WORK_RESULT };
    struct ud_wire_work_failed told = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_work_failed_decode(&told, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.result.work = c->id;
    r.result.error_code = told.error_code;
    r.result.cause = (uint8_t)told.cause;
    ud_call_ask(c, &r, answer_result);
}

static void
answer_work_key(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    c->response.private = true;
    ud_wire_work_key_write(&w, r->sealed, r->sealed_length);
}

void
ud_front_work_key(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_WORK_KEY };
    struct ud_error err = { 0 };

    if (ud_wire_public_key_decode(r.reveal.public_key, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.result.work = c->id;
    ud_call_ask(c, &r, answer_work_key);
}

static void
answer_training(struct ud_call *c, struct ud_vault_reply *r)
{
    answer_work(c, r, true);
}

void
ud_front_training_work(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_WORK_LIST, .wait_ms = WORK_WAIT_MS };

    if (!c->front->training)
        ud_call_error(c, 404, "ResourceNotFound", "There is nothing at this address.");
    else
        ud_call_ask(c, &r, answer_training);
}
