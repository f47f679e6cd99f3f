#include "wire/approval.h"

#include <string.h>

#include "wire/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static enum ud_status
print(struct ud_buf *body, struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_print(body, doc, err);

    ud_json_free(&doc);
    return st;
}

static enum ud_status
get_kind(enum ud_kind *out, const struct ud_json *doc, struct ud_error *err)
{
    char name[UD_SHORT_MAX] = "";
    enum ud_status st = ud_json_required(ud_json_get_text(name, sizeof(name), doc, "kind", err), "kind", err);

    if (st == UD_OK && !ud_kind_parse(out, name))
        st = ud_error_set(err, UD_MALFORMED, "the kind of key is not known");
    return st;
}

/* --- members that are text ----------------------------------------------------------------------------------------------- */

struct text_member {
    const char *name;
    size_t offset, size;
};
#define TEXT(name, member)                                                                                                       \
    {                                                                                                                            \
        name, offsetof(struct ud_approval_request, member), sizeof(((struct ud_approval_request *)NULL)->member)                 \
    }
static const struct text_member asked[] = {
    TEXT("reason", why.reason),
    TEXT("ticket", why.ticket),
    TEXT("note", why.note),
    TEXT("caller", why.caller),
    TEXT("verified", why.verified),
};
/* Only asked: the service compares them, the approval does not tell them. */
static const struct text_member named[] = {
    TEXT("user_domain", why.user_domain),
    TEXT("user_account", why.user_account),
};
static const struct text_member told[] = {
    TEXT("requester", requester),
    TEXT("account", account),
    TEXT("deviceName", device_name),
    TEXT("serialNumber", serial),
    TEXT("user", user),
    TEXT("approver", approver),
    TEXT("answer", answer),
};

static enum ud_status
get_texts(struct ud_approval_request *out, const struct text_member *list, size_t count, const struct ud_json *doc,
    struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (size_t i = 0; i < count && st == UD_OK; i++)
        st = ud_json_optional(ud_json_get_text((char *)out + list[i].offset, list[i].size, doc, list[i].name, err));
    return st;
}

static void
write_texts(struct ud_json_writer *w, const struct ud_approval_request *a, const struct text_member *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ud_json_write_text(w, list[i].name, (const char *)a + list[i].offset);
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_approval_ask_encode(struct ud_buf *body, const struct ud_approval_request *a, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_guid(doc, "key", &a->key);
    ud_json_put_guid(doc, "device", &a->device);
    ud_json_put_text(doc, "kind", ud_kind_name(a->kind));
    for (size_t i = 0; i < COUNT(asked); i++)
        ud_json_put_text(doc, asked[i].name, (const char *)a + asked[i].offset);
    for (size_t i = 0; i < COUNT(named) && a->why.user_account[0] != '\0'; i++)
        ud_json_put_text(doc, named[i].name, (const char *)a + named[i].offset);
    ud_json_put_guid(doc, "request", &a->request);
    return print(body, doc, err);
}

/* What both a request and an approval say about the key. */
static enum ud_status
get_key(struct ud_approval_request *out, const struct ud_json *doc, struct ud_error *err)
{
    enum ud_status st = ud_json_optional(ud_json_get_guid(&out->key, doc, "key", err));

    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_guid(&out->device, doc, "device", err));
    if (st == UD_OK)
        st = get_kind(&out->kind, doc, err);
    if (st == UD_OK)
        st = get_texts(out, asked, COUNT(asked), doc, err);
    return st;
}

enum ud_status
ud_wire_approval_ask_decode(struct ud_approval_request *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = get_key(out, doc, err);
    if (st == UD_OK)
        st = get_texts(out, named, COUNT(named), doc, err);
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_guid(&out->request, doc, "request", err), "request", err);
    if (st == UD_OK && ud_guid_is_zero(&out->key) && ud_guid_is_zero(&out->device))
        st = ud_error_set(err, UD_MALFORMED, "the request names neither key nor device");
    ud_json_free(&doc);
    return st;
}

/* --- deciding ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_wire_approval_decide_encode(struct ud_buf *body, enum ud_approval_decision d, const char *note, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "decision", ud_approval_decision_name(d));
    ud_json_put_text(doc, "note", note);
    return print(body, doc, err);
}

enum ud_status
ud_wire_approval_decide_decode(
    enum ud_approval_decision *d, char note[UD_APPROVAL_NOTE], const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    note[0] = '\0';
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const char *word = ud_json_raw_text(ud_json_member(doc, "decision"));
    if (word != NULL && strcmp(word, "grant") == 0)
        *d = UD_APPROVAL_GRANT;
    else if (word != NULL && strcmp(word, "deny") == 0)
        *d = UD_APPROVAL_DENY;
    else
        st = ud_error_set(err, UD_MALFORMED, "the decision is \"grant\" or \"deny\"");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(note, UD_APPROVAL_NOTE, doc, "note", err));
    ud_json_free(&doc);
    return st;
}

/* --- one approval -------------------------------------------------------------------------------------------------------- */

static void
write_approval(struct ud_json_writer *w, const char *name, const struct ud_approval_request *a)
{
    ud_json_write_object(w, name);
    ud_json_write_guid(w, "id", &a->id);
    ud_json_write_text(w, "state", ud_approval_state_name(a->state));
    ud_json_write_bool(w, "own", a->own);
    ud_json_write_time(w, "created", a->created);
    ud_json_write_time(w, "expires", a->expires);
    ud_json_write_time(w, "decided", a->decided);
    ud_json_write_int(w, "left_s", a->left / 1000);
    ud_json_write_guid(w, "key", &a->key);
    ud_json_write_guid(w, "device", &a->device);
    ud_json_write_text(w, "kind", ud_kind_name(a->kind));
    write_texts(w, a, asked, COUNT(asked));
    write_texts(w, a, told, COUNT(told));
    ud_json_write_guid(w, "request", &a->request);
    ud_json_write_object_end(w);
}

void
ud_wire_approval_write(struct ud_json_writer *w, const struct ud_approval_request *a)
{
    write_approval(w, NULL, a);
}

static enum ud_status
get_approval(struct ud_approval_request *out, const struct ud_json *doc, struct ud_error *err)
{
    const char *state = ud_json_raw_text(ud_json_member(doc, "state"));
    enum ud_status st = ud_json_required(ud_json_get_guid(&out->id, doc, "id", err), "id", err);
    int64_t left = 0;

    out->decided = UD_WALL_NONE;
    if (st == UD_OK && (state == NULL || !ud_approval_state_parse(&out->state, state)))
        st = ud_error_set(err, UD_MALFORMED, "the state of the approval is not understood");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->own, doc, "own", err));
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_time(&out->created, doc, "created", err), "created", err);
    if (st == UD_OK)
        st = ud_json_required(ud_json_get_time(&out->expires, doc, "expires", err), "expires", err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(&out->decided, doc, "decided", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_int(&left, doc, "left_s", 0, 86400, err));
    out->left = left * 1000;
    if (st == UD_OK)
        st = get_key(out, doc, err);
    if (st == UD_OK)
        st = get_texts(out, told, COUNT(told), doc, err);
    return st == UD_OK ? ud_json_optional(ud_json_get_guid(&out->request, doc, "request", err)) : st;
}

enum ud_status
ud_wire_approval_decode(struct ud_approval_request *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = get_approval(out, doc, err);
    ud_json_free(&doc);
    return st;
}

/* --- the list ------------------------------------------------------------------------------------------------------------ */

void
ud_wire_approvals_write(struct ud_json_writer *w, const struct ud_approval_request *list, size_t count, uint64_t revision)
{
    ud_json_write_object(w, NULL);
    ud_json_write_array(w, "value");
    for (size_t i = 0; i < count; i++)
        ud_wire_approval_write(w, &list[i]);
    ud_json_write_array_end(w);
    ud_json_write_int(w, "revision", (int64_t)revision);
    ud_json_write_object_end(w);
}

enum ud_status
ud_wire_approvals_decode(uint64_t *revision, void (*each)(const struct ud_approval_request *a, void *arg), void *arg,
    const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    struct ud_approval_request a;
    int64_t number = 0;
    size_t n = 0;
    enum ud_status st;

    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_int(&number, doc, "revision", 0, (int64_t)1 << 53, err), "revision", err);
    const struct ud_json *item = ud_json_first(ud_json_member(doc, "value"));
    for (; item != NULL && st == UD_OK; item = ud_json_after(item)) {
        memset(&a, 0, sizeof(a));
        if (++n > UD_WIRE_APPROVALS_MAX)
            st = ud_error_set(err, UD_MALFORMED, "there are more than %d approvals", UD_WIRE_APPROVALS_MAX);
        else if ((st = get_approval(&a, item, err)) == UD_OK)
            each(&a, arg);
    }
    ud_json_free(&doc);
    *revision = (uint64_t)number;
    return st;
}

/* --- the surge ----------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_surge_encode(struct ud_buf *body, const char *incident, unsigned hours, struct ud_error *err)
{
    struct ud_json *doc = ud_json_new();

    ud_json_put_text(doc, "incident", incident);
    ud_json_put_int(doc, "hours", (int64_t)hours);
    return print(body, doc, err);
}

enum ud_status
ud_wire_surge_decode(char incident[UD_INCIDENT_MAX], unsigned *hours, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    int64_t number = 0;
    enum ud_status st;

    incident[0] = '\0';
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_int(&number, doc, "hours", 0, 12, err), "hours", err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(incident, UD_INCIDENT_MAX, doc, "incident", err));
    ud_json_free(&doc);
    *hours = (unsigned)number;
    return st;
}

void
ud_wire_surge_write(struct ud_json_writer *w, const char *incident, ud_wall ends)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text_or_null(w, "incident", incident);
    ud_json_write_time(w, "ends", ends);
    ud_json_write_object_end(w);
}

enum ud_status
ud_wire_surge_state_decode(char incident[UD_INCIDENT_MAX], ud_wall *ends, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    incident[0] = '\0';
    *ends = UD_WALL_NONE;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_optional(ud_json_get_text(incident, UD_INCIDENT_MAX, doc, "incident", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_time(ends, doc, "ends", err));
    ud_json_free(&doc);
    return st;
}

/* --- commands ---------------------------------------------------------------------------------------------------------- */

void
ud_wire_cli_approvals(struct ud_json_writer *w, const struct ud_approval_request *list, size_t count)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", "unlockdesk.approve.list/1");
    ud_json_write_array(w, "approvals");
    for (size_t i = 0; i < count; i++)
        write_approval(w, NULL, &list[i]);
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_approval(struct ud_json_writer *w, const char *schema, const struct ud_approval_request *a)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", schema);
    write_approval(w, "approval", a);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_surge(struct ud_json_writer *w, const char *incident, ud_wall ends)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", "unlockdesk.approve.surge/1");
    ud_json_write_text_or_null(w, "incident", incident);
    ud_json_write_time(w, "ends", ends);
    ud_json_write_object_end(w);
}
