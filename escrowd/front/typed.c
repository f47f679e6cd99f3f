/* Typed recovery keys: handing one in, what became of it, asking a user for one. The box is the vault's to open. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"
#include "wire/typed.h"

static void
fill(struct ud_wire_typed_state *out, const struct ud_vault_reply *r)
{
    const struct ud_vault_typed_state *t = &r->typed[0];

    memset(out, 0, sizeof(*out));
    out->state = (enum ud_typed_state)t->state;
    out->cause = (enum ud_typed_cause)t->cause;
    out->requested = t->requested;
    out->finished = t->finished;
    out->expires = t->expires;
    (void)ud_copy(out->by, sizeof(out->by), t->by);
    out->new_key = t->new_key;
    out->new_created = t->has_new_key ? t->new_created : UD_WALL_NONE;
    out->last_checkin = r->device_count > 0 ? r->devices[0].d.last_checkin : UD_WALL_NONE;
    out->asked = t->asked;
    out->asked_at = t->asked_at;
    (void)ud_copy(out->asked_by, sizeof(out->asked_by), t->asked_by);
    (void)ud_copy(out->note, sizeof(out->note), t->note);
}

static void
answer(struct ud_call *c, const struct ud_vault_reply *r, unsigned status)
{
    struct ud_wire_typed_state s;
    struct ud_json_writer w;

    if (r->typed_count != 1) {
        ud_call_error(c, 503, "serviceNotAvailable", "The state could not be read.");
        return;
    }
    fill(&s, r);
    ud_call_json(c, &w, status);
    ud_wire_typed_state_write(&w, &s);
}

static void
answer_accepted(struct ud_call *c, struct ud_vault_reply *r)
{
    answer(c, r, 202);
}

static void
answer_state(struct ud_call *c, struct ud_vault_reply *r)
{
    answer(c, r, 200);
}

void
ud_front_typed(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_TYPED, .by_id = c->id };
    struct ud_wire_typed t;
    struct ud_error err = { 0 };

    if (ud_wire_typed_decode(&t, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.typed.kind = (uint8_t)t.kind;
    r.typed.request = t.request;
    r.typed.sealed = t.sealed;
    r.typed.sealed_length = t.sealed_length;
    ud_call_ask(c, &r, answer_accepted);
}

void
ud_front_typed_state(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_TYPED_STATE, .by_id = c->id };

    ud_call_ask(c, &r, answer_state);
}

void
ud_front_typed_ask(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_TYPED_ASK, .by_id = c->id };
    char note[256];
    struct ud_error err = { 0 };

    if (ud_wire_typed_ask_decode(note, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.name = note;
    ud_call_ask(c, &r, answer_state);
}

static void
answer_asked(struct ud_call *c, struct ud_vault_reply *r)
{
    size_t count = r->typed_count < r->device_count ? r->typed_count : r->device_count;
    struct ud_wire_typed_asked *items = ud_xcalloc(count + 1, sizeof(*items));
    struct ud_json_writer w;

    for (size_t i = 0; i < count; i++) {
        items[i].device = r->devices[i].d.id;
        items[i].at = r->typed[i].asked_at;
        (void)ud_copy(items[i].device_name, sizeof(items[i].device_name), r->devices[i].d.name);
        (void)ud_copy(items[i].serial, sizeof(items[i].serial), r->devices[i].d.serial);
        (void)ud_copy(items[i].by, sizeof(items[i].by), r->typed[i].asked_by);
        (void)ud_copy(items[i].note, sizeof(items[i].note), r->typed[i].note);
    }
    ud_call_json(c, &w, 200);
    ud_wire_typed_asked_write(&w, items, count, r->total != 0);
    free(items);
}

void
ud_front_typed_asked(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_TYPED_ASKED };

    ud_call_ask(c, &r, answer_asked);
}
