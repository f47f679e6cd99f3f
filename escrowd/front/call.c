/* A call's life: made from a request target, asked, answered, freed. Responses are built here so that every error has the one shape. */
#include "escrowd/front/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/uri.h"
#include "wire/graph.h"

#define FIRST_ROOM ((size_t)1000)
#define SMALL_BODY ((size_t)1024) /* bytes; what most deposits and check-ins need */

/* A version 4 GUID out of the front's stock of random bytes. */
static void
new_request_id(struct ud_guid *id, struct ud_front *f)
{
    if (f->entropy_used == 0 || f->entropy_used + sizeof(id->byte) > sizeof(f->entropy)) {
        ud_random(f->entropy, sizeof(f->entropy));
        f->entropy_used = 0;
    }
    memcpy(id->byte, f->entropy + f->entropy_used, sizeof(id->byte));
    f->entropy_used += sizeof(id->byte);
    id->byte[6] = (uint8_t)((id->byte[6] & 0x0F) | 0x40);
    id->byte[8] = (uint8_t)((id->byte[8] & 0x3F) | 0x80);
}

/* Calls are used again: one is made and dropped for every request, and it is larger than what malloc keeps at hand. */
static struct ud_call *
take_spare(struct ud_front *f)
{
    if (f->spare_count == 0)
        return ud_xcalloc(1, sizeof(struct ud_call));
    struct ud_call *c = f->spare[--f->spare_count];
    memset(c, 0, sizeof(*c));
    return c;
}

static void
give_back(struct ud_front *f, struct ud_call *c)
{
    if (f->spare_count < sizeof(f->spare) / sizeof(f->spare[0]))
        f->spare[f->spare_count++] = c;
    else
        free(c);
}

void
ud_call_free_spares(struct ud_front *f)
{
    while (f->spare_count > 0)
        free(f->spare[--f->spare_count]);
    ud_front_let_go(f);
    while (f->body_count > 0)
        ud_secret_free(&f->body[--f->body_count]);
}

/* For this turn of the loop: the next body of the turn takes the same buffer, and one change of its pages serves them all. */
static void
keep_open(struct ud_front *f, struct ud_secret *s)
{
    for (size_t i = 0; i < f->open_count; i++) {
        if (f->open[i] == s)
            return;
    }
    if (f->open_count == sizeof(f->open) / sizeof(f->open[0]))
        return;
    ud_secret_hold(s, true);
    f->open[f->open_count++] = s;
}

static void
close_one(struct ud_front *f, const struct ud_secret *s)
{
    for (size_t i = 0; i < f->open_count; i++) {
        if (f->open[i] != s)
            continue;
        ud_secret_release(f->open[i]);
        f->open[i] = f->open[--f->open_count];
        return;
    }
}

enum ud_status
ud_call_take_body(struct ud_call *c, size_t size, struct ud_error *err)
{
    struct ud_front *f = c->front;
    enum ud_status st = UD_OK;

    if (size > SMALL_BODY)
        return ud_secret_new(&c->secret_body, size, err);
    if (f->body_count > 0)
        c->secret_body = f->body[--f->body_count];
    else
        st = ud_secret_new(&c->secret_body, SMALL_BODY, err);
    if (st == UD_OK)
        keep_open(f, c->secret_body);
    return st;
}

void
ud_call_drop_body(struct ud_call *c)
{
    struct ud_front *f = c->front;

    if (c->secret_body == NULL)
        return;
    if (ud_secret_capacity(c->secret_body) != SMALL_BODY || f->body_count == sizeof(f->body) / sizeof(f->body[0])) {
        close_one(f, c->secret_body);
        ud_secret_free(&c->secret_body);
        return;
    }
    if (ud_secret_length(c->secret_body) > 0) /* not wiped yet by whoever read it */
        ud_secret_wipe(c->secret_body);
    f->body[f->body_count++] = c->secret_body;
    c->secret_body = NULL;
}

void
ud_front_hold(struct ud_front *f)
{
    if (f->at_hand)
        return;
    ud_secret_hold(f->scratch, true);
    ud_sealer_hold(f->sealer);
    f->at_hand = true;
}

void
ud_front_let_go(struct ud_front *f)
{
    while (f->open_count > 0)
        ud_secret_release(f->open[--f->open_count]);
    if (!f->at_hand)
        return;
    ud_sealer_release(f->sealer);
    ud_secret_release(f->scratch);
    f->at_hand = false;
}

struct ud_call *
ud_call_new(struct ud_front *front, const char *uri)
{
    struct ud_call *c = take_spare(front);
    size_t length = strnlen(uri, UD_CALL_URI_MAX + 1);

    c->front = front;
    c->slot = SIZE_MAX;
    ud_buf_init(&c->body, UD_CALL_BODY_MAX);
    ud_buf_init(&c->response.body, UD_CALL_ANSWER_MAX);
    new_request_id(&c->request_id, front);
    if (length > UD_CALL_URI_MAX) {
        c->bad_uri = true;
        return c;
    }
    c->text = ud_xcalloc(1, length + 1);
    memcpy(c->text, uri, length);
    c->bad_uri = !ud_uri_split(c);
    return c;
}

void
ud_call_free(struct ud_call **c)
{
    struct ud_call *old = *c;

    if (old == NULL)
        return;
    ud_token_wipe(&old->auth);
    ud_vault_reply_free(&old->reply);
    ud_call_drop_body(old);
    ud_secret_free(&old->response.secret);
    ud_buf_free(&old->body);
    ud_buf_free(&old->response.body);
    free(old->text);
    give_back(old->front, old);
    *c = NULL;
}

const char *
ud_call_option(const struct ud_call *c, const char *name)
{
    for (size_t i = 0; i < c->option_count; i++) {
        if (strcmp(c->option[i].name, name) == 0)
            return c->option[i].value;
    }
    return NULL;
}

/* --- asking the vault ------------------------------------------------------------------------------------------------ */

void
ud_call_ask_all(struct ud_call *c, struct ud_vault_request *r, ud_call_then then)
{
    struct ud_error err = { 0 };

    if (ud_token_is_zero(&r->auth))
        r->auth = c->auth;
    r->call = c->request_id;
    c->then = then;
    c->waiting = true;
    enum ud_status st = ud_front_send(c->front, c, r, &err);
    ud_token_wipe(&r->auth);
    if (st == UD_OK)
        return;
    c->waiting = false;
    ud_call_failed(c, &err);
}

void
ud_call_ask(struct ud_call *c, struct ud_vault_request *r, ud_call_then then)
{
    c->only_ok = true;
    ud_call_ask_all(c, r, then);
}

void
ud_call_answered(struct ud_call *c, struct ud_vault_reply *reply)
{
    bool only_ok = c->only_ok;

    c->waiting = false;
    c->only_ok = false;
    ud_vault_reply_free(&c->reply);
    c->reply = reply;
    if (reply->code != UD_VAULT_OK && only_ok)
        ud_call_refused(c, reply);
    else
        c->then(c, reply);
}

/* --- responses ------------------------------------------------------------------------------------------------------- */

void
ud_call_json(struct ud_call *c, struct ud_json_writer *w, unsigned status)
{
    c->response.status = status;
    c->response.type = "application/json";
    ud_buf_clear(&c->response.body);
    if (c->response.body.data == NULL) { /* most answers fit; growing to it byte by byte costs more than the answer */
        c->response.body.data = ud_xcalloc(1, FIRST_ROOM);
        c->response.body.room = FIRST_ROOM;
    }
    ud_json_writer_init(w, &c->response.body);
}

void
ud_call_secret(struct ud_call *c, struct ud_secret **body)
{
    c->response.status = 200;
    c->response.type = "application/json";
    c->response.private = true;
    c->response.secret = *body;
    *body = NULL;
}

void
ud_call_empty(struct ud_call *c, unsigned status)
{
    c->response.status = status;
    c->response.type = NULL;
    ud_buf_clear(&c->response.body);
}

void
ud_call_error(struct ud_call *c, unsigned status, const char *code, const char *message)
{
    struct ud_json_writer w;
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &c->request_id);
    ud_call_json(c, &w, status);
    ud_wire_graph_error_write(
        &w, code, message, ud_clock_wall(), id, c->client_request_id[0] != '\0' ? c->client_request_id : id);
    c->response.private = true;
    c->response.challenge = status == 401;
}

struct answer {
    unsigned status;
    const char *code;
    const char *message; /* where the vault gave no sentence */
};

static const struct answer answers[UD_VAULT_CODE_END] = {
    [UD_VAULT_OK] = { 500, "generalException", "Nothing went wrong, and yet there is no answer." },
    [UD_VAULT_UNAUTHENTICATED] = { 401, "InvalidAuthenticationToken", "The token is missing, has expired or has been revoked." },
    [UD_VAULT_FORBIDDEN] = { 403, "authorization_error", "Your role does not allow this." },
    [UD_VAULT_REASON_REQUIRED] = { 403, "reason_required", "The policy of this service wants a reason." },
    [UD_VAULT_PERSONAL_DEVICE] = { 403, "personal_device", "The key of a personal device is not shown to staff." },
    [UD_VAULT_NOT_FOUND] = { 404, "not_found", "It does not exist, or you may not see it." },
    [UD_VAULT_INVALID] = { 400, "invalid_request", "The request is not valid." },
    [UD_VAULT_ALREADY_USED] = { 409, "already_used", "This request was used before. Start a new one." },
    [UD_VAULT_THROTTLED] = { 429, "TooManyRequests", "Too many requests. Wait, then try again." },
    [UD_VAULT_AUDIT_UNAVAILABLE] = { 503, "audit_unavailable", "The audit cannot be written, so no key is given out." },
    [UD_VAULT_AMBIGUOUS] = { 409, "ambiguous", "Several recovery keys start so. Give all 32 characters of the ID." },
    [UD_VAULT_OTHER_DEVICE] = { 409, "other_device", "This recovery key is stored for another device." },
    [UD_VAULT_ALREADY_STORED] = { 409, "already_stored", "This recovery key is stored already." },
    [UD_VAULT_DIFFERENT_KEY] = { 409, "different_key", "A recovery key with this ID and other digits is stored already." },
    [UD_VAULT_APPROVAL_REQUIRED] = { 403, "approval_required", "A second person has to approve this first." },
    [UD_VAULT_APPROVAL_DENIED] = { 403, "approval_denied", "A second person has denied this request." },
    [UD_VAULT_APPROVAL_EXPIRED] = { 403, "approval_expired", "This approval has expired. Ask for another." },
    [UD_VAULT_SELF_APPROVAL] = { 403, "self_approval", "Nobody decides about their own request." },
    [UD_VAULT_APPROVAL_USED] = { 409, "approval_used", "This approval has been used. Ask for another." },
    [UD_VAULT_APPROVAL_DECIDED] = { 409, "approval_decided", "This request is not open any more." },
    [UD_VAULT_UNAVAILABLE] = { 503, "serviceNotAvailable", "The service cannot reach its database now." },
    [UD_VAULT_KEY_STORED] = { 409, "key_stored", "A recovery key of this device is stored already." },
};

/* Graph clients know fewer codes than ours do. */
static const char *
code_for(const struct ud_call *c, const struct answer *a)
{
    bool graph = c->segment_count > 0 && (strcmp(c->segment[0], "v1.0") == 0 || strcmp(c->segment[0], "beta") == 0);

    if (graph && a->status == 404)
        return "ResourceNotFound";
    if (graph && a->status == 403)
        return "authorization_error";
    return a->code;
}

void
ud_call_refused(struct ud_call *c, const struct ud_vault_reply *reply)
{
    const struct answer *a = &answers[reply->code < UD_VAULT_CODE_END ? reply->code : UD_VAULT_UNAVAILABLE];
    bool told = reply->message != NULL && reply->message[0] != '\0';

    ud_call_error(c, a->status, code_for(c, a), told ? reply->message : a->message);
    if (a->status == 429 || a->status == 503)
        c->response.retry_after = reply->retry_after > 0 ? reply->retry_after : 5;
}

void
ud_call_failed(struct ud_call *c, const struct ud_error *err)
{
    if (err->status == UD_INVALID || err->status == UD_MALFORMED) {
        ud_call_bad_request(c, err);
        return;
    }
    ud_call_error(c, 503, "serviceNotAvailable", "The service is short of memory or connections. Try again.");
    c->response.retry_after = 5;
}

void
ud_call_bad_request(struct ud_call *c, const struct ud_error *err)
{
    ud_call_error(c, 400, "invalid_request", err->message[0] != '\0' ? err->message : "The request could not be understood.");
}
