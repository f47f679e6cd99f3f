/* Below /escrow/v1/: what Graph lacks, for the console. Bodies are decoded by wire, rules are the vault's. */
#include <stdio.h>
#include <string.h>

#include "domain/branding.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/odata.h"
#include "escrowd/front/route.h"
#include "wire/escrow.h"
#include "wire/person.h"
#include "wire/record.h"

void
ud_front_well_known(struct ud_call *c)
{
    struct ud_wire_well_known k = { .training = c->front->training, .capabilities = UD_WIRE_CAN_ALL };
    struct ud_json_writer w;

    (void)ud_copy(k.name, sizeof(k.name), c->front->name);
    snprintf(k.authority, sizeof(k.authority), "%s/%s", c->origin, c->front->tenant);
    (void)ud_copy(k.graph, sizeof(k.graph), c->origin);
    (void)ud_copy(k.client_id, sizeof(k.client_id), c->front->client_id);
    ud_call_json(c, &w, 200);
    ud_wire_well_known_write(&w, &k);
}

static void
answer_policy(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_json_write_raw(&w, NULL, r->text, strlen(r->text));
}

void
ud_front_policy(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_POLICY };

    ud_call_ask(c, &r, answer_policy);
}

static void
answer_notice(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    /* The writer, not struct ud_wire_notice: the hash is of the text as the vault keeps it. */
    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "lang", r->name);
    ud_json_write_text(&w, "text", r->text);
    ud_json_write_text(&w, "hash", r->hash);
    if (r->text[0] == '\0')
        ud_json_write_bool(&w, "missing", true);
    ud_json_write_object_end(&w);
}

/* The language that is asked for; NULL: refused. */
static const char *
language_of(struct ud_call *c)
{
    const char *language = ud_call_option(c, "lang");

    if (language == NULL)
        return "en";
    if (ud_langtag_valid(language))
        return language;
    ud_call_error(c, 400, "invalid_request", "lang is a language code, as in nl or sv.");
    return NULL;
}

void
ud_front_notice(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .name = language_of(c) };

    if (r.name != NULL)
        ud_call_ask(c, &r, answer_notice);
}

static void
answer_person(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_person p = { 0 };
    struct ud_json_writer w;

    ud_guid_format(p.id, &r->user.id);
    (void)ud_copy(p.name, sizeof(p.name), r->user.name);
    (void)ud_copy(p.account, sizeof(p.account), r->user.account);
    (void)ud_copy(p.display, sizeof(p.display), r->user.display);
    (void)ud_copy(p.role, sizeof(p.role), r->user.role);
    ud_call_json(c, &w, 200);
    ud_wire_person_write(&w, &p);
}

void
ud_front_person(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_ME };

    ud_call_ask(c, &r, answer_person);
}

void
ud_front_branding(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_BRANDING, .name = language_of(c) };

    if (r.name != NULL)
        ud_call_ask(c, &r, answer_policy); /* ready JSON as well */
}

/* --- keys ------------------------------------------------------------------------------------------------------------ */

static void
answer_keys(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    struct ud_buf next;

    ud_buf_init(&next, 2 * UD_CALL_URI_MAX);
    if (r->next != 0)
        ud_odata_next(&next, c, r->next);
    ud_call_json(c, &w, 200);
    ud_wire_page_begin(&w, NULL, (int64_t)r->total);
    for (size_t i = 0; i < r->key_count; i++)
        ud_wire_key_write(&w, &r->keys[i].k, NULL);
    ud_wire_page_end(&w, r->next != 0 ? next.data : NULL);
    ud_buf_free(&next);
}

static void
answer_found(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_array(&w, "value");
    for (size_t i = 0; i < r->key_count; i++)
        ud_wire_key_write(&w, &r->keys[i].k, i < r->device_count ? &r->devices[i].d : NULL);
    ud_json_write_array_end(&w);
    ud_json_write_array(&w, "other");
    for (size_t i = 0; i < r->other_count; i++) {
        struct ud_wire_other other = { .id = r->others[i].id };
        (void)ud_copy(other.kind, sizeof(other.kind), r->others[i].kind);
        (void)ud_copy(other.device_name, sizeof(other.device_name), r->others[i].device_name);
        ud_wire_other_write(&w, &other);
    }
    ud_json_write_array_end(&w);
    ud_json_write_int(&w, "@odata.count", (int64_t)r->total);
    ud_json_write_object_end(&w);
}

void
ud_front_keys(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_KEY_PAGE };
    const char *prefix = ud_call_option(c, "prefix");
    struct ud_error err = { 0 };
    struct ud_odata o;

    if (prefix != NULL) {
        r.op = UD_VAULT_FIND;
        if (ud_keyid_prefix_parse(&r.find, prefix, &err) != UD_OK)
            ud_call_bad_request(c, &err);
        else
            ud_call_ask(c, &r, answer_found);
        return;
    }
    if (!ud_odata_read(&o, c, UD_ODATA_TOP | UD_ODATA_SKIP))
        return;
    r.page.after = o.after;
    r.page.limit = o.top;
    ud_call_ask(c, &r, answer_keys);
}

static void
answer_device_keys(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_wire_page_begin(&w, NULL, -1);
    for (size_t i = 0; i < r->key_count; i++)
        ud_wire_key_write(&w, &r->keys[i].k, NULL);
    ud_wire_page_end(&w, NULL);
}

void
ud_front_device_keys(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_KEYS, .by_id = c->id };

    ud_call_ask(c, &r, answer_device_keys);
}

/* --- reveal and outcome ---------------------------------------------------------------------------------------------- */

static void
answer_reveal(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_revealed a = { 0 };
    struct ud_json_writer w;

    if (r->key_count != 1 || r->sealed_length == 0 || r->sealed_length > sizeof(a.sealed)) {
        ud_call_error(c, 503, "serviceNotAvailable", "The key could not be sealed.");
        return;
    }
    a.key = r->keys[0].k.id;
    a.device = r->keys[0].k.device;
    a.kind = r->keys[0].k.kind;
    a.created = r->keys[0].k.created;
    memcpy(a.sealed, r->sealed, r->sealed_length);
    a.sealed_length = r->sealed_length;
    ud_call_json(c, &w, 200);
    c->response.private = true;
    ud_wire_revealed_write(&w, &a);
}

void
ud_front_reveal(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL };
    struct ud_wire_reveal asked = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_reveal_decode(&asked, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.reveal.has_key = !ud_guid_is_zero(&asked.key);
    r.reveal.key = asked.key;
    r.reveal.has_device = !ud_guid_is_zero(&asked.device);
    r.reveal.device = asked.device;
    r.reveal.kind = (uint8_t)asked.kind;
    r.reveal.request = asked.request;
    r.reveal.why = asked.why;
    r.reveal.approval = asked.approval;
    memcpy(r.reveal.public_key, asked.public_key, sizeof(r.reveal.public_key));
    ud_call_ask(c, &r, answer_reveal);
}

static void
answer_nothing(struct ud_call *c, struct ud_vault_reply *r)
{
    (void)r;
    ud_call_empty(c, 204);
}

void
ud_front_outcome(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_OUTCOME };
    struct ud_wire_outcome told = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_outcome_decode(&told, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.by_id = told.request;
    r.outcome = told.outcome;
    ud_call_ask(c, &r, answer_nothing);
}

void
ud_front_sign_out(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVOKE };

    ud_call_ask(c, &r, answer_nothing);
}

/* --- rotation -------------------------------------------------------------------------------------------------------- */

static void
fill_rotation(struct ud_wire_rotation *out, const struct ud_vault_reply *r)
{
    static const enum ud_wire_rotation_state states[] = { [UD_VAULT_ROT_NONE] = UD_WIRE_ROTATION_NONE,
        [UD_VAULT_ROT_PENDING] = UD_WIRE_ROTATION_PENDING,
        [UD_VAULT_ROT_DONE] = UD_WIRE_ROTATION_DONE,
        [UD_VAULT_ROT_FAILED] = UD_WIRE_ROTATION_FAILED };

    memset(out, 0, sizeof(*out));
    out->requested = out->finished = out->new_created = out->last_checkin = UD_WALL_NONE;
    if (r->device_count > 0)
        out->last_checkin = r->devices[0].d.last_checkin;
    if (r->rotation_count == 0)
        return;
    const struct ud_vault_rotation *rot = &r->rotations[0];
    out->state = states[rot->state];
    out->requested = rot->requested;
    out->finished = rot->finished;
    out->error_code = rot->error_code;
    (void)ud_copy(out->message, sizeof(out->message), rot->message);
    if (!rot->has_new_key)
        return;
    out->new_key = rot->new_key;
    out->new_created = rot->new_created;
}

static void
answer_rotate(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_rotation rotation;
    struct ud_json_writer w;

    fill_rotation(&rotation, r);
    ud_call_json(c, &w, 202);
    ud_wire_rotation_write(&w, &rotation);
}

static void
answer_rotation(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_rotation rotation;
    struct ud_json_writer w;

    fill_rotation(&rotation, r);
    ud_call_json(c, &w, 200);
    ud_wire_rotation_write(&w, &rotation);
}

void
ud_front_rotate(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_ROTATE };
    struct ud_wire_rotate asked = { 0 };
    struct ud_error err = { 0 };

    if (ud_wire_rotate_decode(&asked, c->body.data, c->body.length, &err) != UD_OK) {
        ud_call_bad_request(c, &err);
        return;
    }
    r.reveal.has_device = true;
    r.reveal.device = c->id;
    r.reveal.kind = (uint8_t)asked.kind;
    r.reveal.request = asked.request;
    r.reveal.why = asked.why;
    ud_call_ask(c, &r, answer_rotate);
}

void
ud_front_rotation(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_ROTATION };
    const char *name = ud_call_option(c, "kind");
    enum ud_kind kind = UD_KIND_BITLOCKER;

    if (name != NULL && !ud_kind_parse(&kind, name)) {
        ud_call_error(c, 400, "invalid_request", "kind is bitlocker, filevault, luks or laps.");
        return;
    }
    r.reveal.has_device = true;
    r.reveal.device = c->id;
    r.reveal.kind = (uint8_t)kind;
    ud_call_ask(c, &r, answer_rotation);
}
