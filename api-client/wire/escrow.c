/* What escrowd says beyond Graph: description of the service, notice, reveal, rotation, outcome. The policy is in policy.c. */
#include "wire/escrow.h"

#include <string.h>

#include "base/text.h"
#include "wire/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- /.well-known/escrow ------------------------------------------------------------------------------------------------- */

static const char *const capability_names[] = {
#define X(name, text) text,
    UD_WIRE_CAPABILITY_LIST(X)
#undef X
};

enum ud_status
ud_wire_well_known_decode(struct ud_wire_well_known *out, const void *body, size_t length, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } texts[] = { { "name", out->name, sizeof(out->name) }, { "authority", out->authority, sizeof(out->authority) },
        { "graph", out->graph, sizeof(out->graph) }, { "client_id", out->client_id, sizeof(out->client_id) } };
    struct ud_json *doc = NULL;
    int64_t version;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_int(&version, doc, "escrow", 1, 1000, err), "escrow", err);
    for (size_t i = 0; i < COUNT(texts) && st == UD_OK; i++)
        st = ud_json_required(ud_json_get_text(texts[i].to, texts[i].size, doc, texts[i].name, err), texts[i].name, err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->training, doc, "training", err));
    const struct ud_json *item = ud_json_first(ud_json_member(doc, "capabilities"));
    for (; item != NULL; item = ud_json_after(item))
        for (unsigned i = 0; i < COUNT(capability_names); i++)
            if (ud_json_raw_text(item) != NULL && strcmp(ud_json_raw_text(item), capability_names[i]) == 0)
                out->capabilities |= 1u << i;
    ud_json_free(&doc);
    return st;
}

void
ud_wire_well_known_write(struct ud_json_writer *w, const struct ud_wire_well_known *k)
{
    ud_json_write_object(w, NULL);
    ud_json_write_int(w, "escrow", 1);
    ud_json_write_text(w, "name", k->name);
    ud_json_write_bool(w, "training", k->training);
    ud_json_write_text(w, "authority", k->authority);
    ud_json_write_text(w, "graph", k->graph);
    ud_json_write_text(w, "client_id", k->client_id);
    ud_json_write_array(w, "capabilities");
    for (unsigned i = 0; i < COUNT(capability_names); i++)
        if ((k->capabilities >> i & 1) != 0)
            ud_json_write_text(w, NULL, capability_names[i]);
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

/* --- notice -------------------------------------------------------------------------------------------------------------- */

/* Lines are kept, each cleaned by itself. */
static void
clean_lines(char *out, size_t size, const char *text)
{
    size_t at = 0;

    out[0] = '\0';
    for (;;) {
        size_t n = strcspn(text, "\n");
        size_t cut = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
        ud_text_clean(out + at, size - at, text, cut);
        at += strlen(out + at);
        if (text[n] == '\0' || at + 2 > size)
            return;
        out[at++] = '\n';
        out[at] = '\0';
        text += n + 1;
    }
}

enum ud_status
ud_wire_notice_decode(struct ud_wire_notice *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_text(out->language, sizeof(out->language), doc, "lang", err));
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_text(out->hash, sizeof(out->hash), doc, "hash", err), "hash", err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->missing, doc, "missing", err));
    const char *text = ud_json_raw_text(ud_json_member(doc, "text"));
    if (st == UD_OK && (text == NULL || strlen(text) >= sizeof(out->text)))
        st = ud_error_set(err, UD_MALFORMED, "the notice has no text, or one that is too long");
    if (st == UD_OK)
        clean_lines(out->text, sizeof(out->text), text);
    ud_json_free(&doc);
    return st;
}

void
ud_wire_notice_write(struct ud_json_writer *w, const struct ud_wire_notice *n)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "lang", n->language);
    ud_json_write_text(w, "text", n->text);
    ud_json_write_text(w, "hash", n->hash);
    if (n->missing)
        ud_json_write_bool(w, "missing", true);
    ud_json_write_object_end(w);
}

/* --- shared -------------------------------------------------------------------------------------------------------------- */

static enum ud_status
get_kind(enum ud_kind *out, const struct ud_json *doc, struct ud_error *err)
{
    char name[UD_SHORT_MAX] = "";
    enum ud_status st = ud_json_required(ud_json_get_text(name, sizeof(name), doc, "kind", err), "kind", err);

    if (st == UD_OK && !ud_kind_parse(out, name))
        st = ud_error_set(err, UD_MALFORMED, "the kind of key is not known");
    return st;
}

/* Prints a request and lets go of it. */
static enum ud_status
print(struct ud_buf *body, struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_print(body, doc, err);

    ud_json_free(&doc);
    return st;
}

/* --- reveal -------------------------------------------------------------------------------------------------------------- */

/* Whose device it is, where that was said. */
static void
put_user(struct ud_json *doc, const struct ud_disclosure *why)
{
    if (why->user_account[0] == '\0')
        return;
    ud_json_put_text(doc, "user_domain", why->user_domain);
    ud_json_put_text(doc, "user_account", why->user_account);
}

enum ud_status
ud_wire_reveal_encode(struct ud_buf *body, const struct ud_wire_reveal *r, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_guid(doc, "key", &r->key);
    ud_json_put_guid(doc, "device", &r->device);
    ud_json_put_text(doc, "kind", ud_kind_name(r->kind));
    ud_json_put_text(doc, "reason", r->why.reason);
    ud_json_put_text(doc, "ticket", r->why.ticket);
    ud_json_put_text(doc, "note", r->why.note);
    ud_json_put_text(doc, "caller", r->why.caller);
    ud_json_put_text(doc, "verified", r->why.verified);
    put_user(doc, &r->why);
    ud_json_put_guid(doc, "request", &r->request);
    if (!ud_guid_is_zero(&r->approval))
        ud_json_put_guid(doc, "approval", &r->approval);
    ud_json_put_base64(doc, "public_key", r->public_key, sizeof(r->public_key));
    return print(body, doc, err);
}

static enum ud_status
get_why(struct ud_disclosure *why, const struct ud_json *doc, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } texts[] = { { "reason", why->reason, sizeof(why->reason) }, { "ticket", why->ticket, sizeof(why->ticket) },
        { "note", why->note, sizeof(why->note) }, { "caller", why->caller, sizeof(why->caller) },
        { "verified", why->verified, sizeof(why->verified) }, { "user_domain", why->user_domain, sizeof(why->user_domain) },
        { "user_account", why->user_account, sizeof(why->user_account) } };
    enum ud_status st = UD_OK;

    for (size_t i = 0; i < COUNT(texts) && st == UD_OK; i++)
        st = ud_json_optional(ud_json_get_text(texts[i].to, texts[i].size, doc, texts[i].name, err));
    return st;
}

enum ud_status
ud_wire_reveal_decode(struct ud_wire_reveal *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    size_t n = 0;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_guid(&out->key, doc, "key", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_guid(&out->device, doc, "device", err));
    if (st == UD_OK)
        st = get_kind(&out->kind, doc, err);
    if (st == UD_OK)
        st = get_why(&out->why, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_guid(&out->approval, doc, "approval", err));
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->request, doc, "request", err), "request", err);
    if (st == UD_OK)
        st = ud_json_required(
            ud_json_get_base64(out->public_key, sizeof(out->public_key), &n, doc, "public_key", err), "public_key", err);
    if (st == UD_OK && n != sizeof(out->public_key))
        st = ud_error_set(err, UD_MALFORMED, "the public key has the wrong length");
    if (st == UD_OK && ud_guid_is_zero(&out->key) && ud_guid_is_zero(&out->device))
        st = ud_error_set(err, UD_MALFORMED, "the request names neither key nor device");
    ud_json_free(&doc);
    return st;
}

enum ud_status
ud_wire_revealed_decode(struct ud_wire_revealed *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    out->created = UD_WALL_NONE;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_guid(&out->key, doc, "key", err));
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->device, doc, "device", err), "device", err);
    if (st == UD_OK)
        st = get_kind(&out->kind, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->created, doc, "created", err));
    if (st == UD_OK)
        st = ud_json_required(
            ud_json_get_base64(out->sealed, sizeof(out->sealed), &out->sealed_length, doc, "sealed", err), "sealed", err);
    if (st == UD_OK && out->sealed_length <= UD_SEAL_EXTRA)
        st = ud_error_set(err, UD_MALFORMED, "the sealed key is too short");
    ud_json_free(&doc);
    return st;
}

void
ud_wire_revealed_write(struct ud_json_writer *w, const struct ud_wire_revealed *r)
{
    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "key", &r->key);
    ud_json_write_guid(w, "device", &r->device);
    ud_json_write_text(w, "kind", ud_kind_name(r->kind));
    ud_json_write_time(w, "created", r->created);
    ud_json_write_base64(w, "sealed", r->sealed, r->sealed_length);
    ud_json_write_object_end(w);
}

/* --- rotation ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_wire_rotate_encode(struct ud_buf *body, const struct ud_wire_rotate *r, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "kind", ud_kind_name(r->kind));
    ud_json_put_text(doc, "reason", r->why.reason);
    ud_json_put_text(doc, "ticket", r->why.ticket);
    put_user(doc, &r->why);
    ud_json_put_guid(doc, "request", &r->request);
    return print(body, doc, err);
}

enum ud_status
ud_wire_rotate_decode(struct ud_wire_rotate *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = get_kind(&out->kind, doc, err);
    if (st == UD_OK)
        st = get_why(&out->why, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_guid(&out->request, doc, "request", err));
    ud_json_free(&doc);
    return st;
}

static const char *const rotation_names[] = { "none", "pending", "done", "failed" };

const char *
ud_wire_rotation_state_name(enum ud_wire_rotation_state s)
{
    return (size_t)s < COUNT(rotation_names) ? rotation_names[s] : "none";
}

static enum ud_status
get_rotation_state(enum ud_wire_rotation_state *out, const struct ud_json *doc, struct ud_error *err)
{
    const char *text = ud_json_raw_text(ud_json_member(doc, "state"));

    for (size_t i = 0; text != NULL && i < COUNT(rotation_names); i++)
        if (strcmp(text, rotation_names[i]) == 0) {
            *out = (enum ud_wire_rotation_state)i;
            return UD_OK;
        }
    return ud_error_set(err, UD_MALFORMED, "the state of the new key is not understood");
}

static enum ud_status
get_new_key(struct ud_wire_rotation *out, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *key = ud_json_member(doc, "new_key");
    enum ud_status st;

    if (key == NULL)
        return UD_OK;
    st = ud_json_optional(ud_json_get_guid(&out->new_key, key, "id", err));
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_time(&out->new_created, key, "created", err), "created", err);
    return st;
}

enum ud_status
ud_wire_rotation_decode(struct ud_wire_rotation *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    int64_t code = 0;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    out->requested = out->finished = out->new_created = out->last_checkin = UD_WALL_NONE;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = get_rotation_state(&out->state, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->requested, doc, "requested", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->finished, doc, "finished", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->last_checkin, doc, "last_checkin", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_int(&code, doc, "error_code", INT32_MIN, INT32_MAX, err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->message, sizeof(out->message), doc, "message", err));
    if (st == UD_OK)
        st = get_new_key(out, doc, err);
    out->error_code = (int32_t)code;
    ud_json_free(&doc);
    return st;
}

void
ud_wire_rotation_write(struct ud_json_writer *w, const struct ud_wire_rotation *r)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "state", ud_wire_rotation_state_name(r->state));
    ud_json_write_time(w, "requested", r->requested);
    ud_json_write_time(w, "finished", r->finished);
    ud_json_write_int(w, "error_code", r->error_code);
    ud_json_write_text_or_null(w, "message", r->message);
    if (r->new_created == UD_WALL_NONE) {
        ud_json_write_null(w, "new_key");
    } else {
        ud_json_write_object(w, "new_key");
        ud_json_write_guid(w, "id", &r->new_key);
        ud_json_write_time(w, "created", r->new_created);
        ud_json_write_object_end(w);
    }
    ud_json_write_time(w, "last_checkin", r->last_checkin);
    ud_json_write_object_end(w);
}

/* --- outcome ------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_outcome_encode(struct ud_buf *body, const struct ud_wire_outcome *o, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_guid(doc, "request", &o->request);
    ud_json_put_text(doc, "outcome", o->outcome);
    return print(body, doc, err);
}

enum ud_status
ud_wire_outcome_decode(struct ud_wire_outcome *out, const void *body, size_t length, struct ud_error *err)
{
    static const char *const outcomes[] = { "worked", "did-not-unlock", "gone" };
    struct ud_json *doc = NULL;
    bool known = false;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_guid(&out->request, doc, "request", err), "request", err);
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_text(out->outcome, sizeof(out->outcome), doc, "outcome", err), "outcome", err);
    for (size_t i = 0; i < COUNT(outcomes); i++)
        known = known || strcmp(out->outcome, outcomes[i]) == 0;
    if (st == UD_OK && !known)
        st = ud_error_set(err, UD_MALFORMED, "the outcome is not known");
    ud_json_free(&doc);
    return st;
}
