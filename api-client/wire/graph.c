/* Graph's small bodies: errors (with Intune's JSON packed into text), /me, action results. */
#include "wire/graph.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "wire/json.h"

#define LEVELS 3

/* Copies a member where it says something; leaves the better one where it does not. */
static void
prefer(char *out, size_t size, const struct ud_json *v, const char *name)
{
    const char *raw = ud_json_raw_text(ud_json_member(v, name));

    if (raw != NULL && raw[0] != '\0')
        ud_text_clean(out, size, raw, strlen(raw));
}

/* Intune's texts carry "… - Activity ID: GUID - …". */
static void
find_activity(struct ud_wire_graph_error *out, const char *text)
{
    static const char label[] = "Activity ID: ";
    const char *at = strstr(text, label);
    struct ud_guid id;
    char form[UD_GUID_TEXT];

    if (at == NULL || strlen(at += sizeof(label) - 1) < UD_GUID_TEXT - 1)
        return;
    if (ud_guid_parse(&id, at, UD_GUID_TEXT - 1, NULL) != UD_OK)
        return;
    ud_guid_format(form, &id);
    memcpy(out->activity_id, form, sizeof(form));
}

/* innerError and innererror, one in the other. */
static void
read_inner(struct ud_wire_graph_error *out, const struct ud_json *error)
{
    const struct ud_json *v = error;

    for (int i = 0; i < LEVELS; i++) {
        const struct ud_json *inner = ud_json_member(v, "innerError");
        inner = inner != NULL ? inner : ud_json_member(v, "innererror");
        if (inner == NULL || ud_json_kind(inner) != UD_JSON_IS_OBJECT)
            return;
        prefer(out->code, sizeof(out->code), inner, "code");
        prefer(out->date, sizeof(out->date), inner, "date");
        prefer(out->request_id, sizeof(out->request_id), inner, "request-id");
        prefer(out->client_request_id, sizeof(out->client_request_id), inner, "client-request-id");
        v = inner;
    }
}

/* A text that is itself JSON: Intune's Message, ErrorCode, and perhaps another such text in it. */
static void
unwrap(struct ud_wire_graph_error *out, const char *text, int level)
{
    struct ud_json *doc = NULL;

    find_activity(out, text);
    if (level == LEVELS || text[0] != '{' || ud_json_parse(&doc, text, strlen(text), NULL) != UD_OK)
        return;
    prefer(out->code, sizeof(out->code), doc, "ErrorCode");
    const char *message = ud_json_raw_text(ud_json_member(doc, "Message"));
    if (message != NULL && message[0] != '\0') {
        if (message[0] != '{')
            ud_text_clean(out->message, sizeof(out->message), message, strlen(message));
        unwrap(out, message, level + 1);
    }
    ud_json_free(&doc);
}

enum ud_status
ud_wire_graph_error_decode(struct ud_wire_graph_error *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const struct ud_json *error = ud_json_member(doc, "error");
    if (error == NULL || ud_json_kind(error) != UD_JSON_IS_OBJECT) {
        st = ud_error_set(err, UD_MALFORMED, "the answer is no error message");
        goto out;
    }
    prefer(out->outer_code, sizeof(out->outer_code), error, "code");
    memcpy(out->code, out->outer_code, sizeof(out->code));
    prefer(out->message, sizeof(out->message), error, "message");
    read_inner(out, error);
    const char *message = ud_json_raw_text(ud_json_member(error, "message"));
    if (message != NULL)
        unwrap(out, message, 0);
out:
    ud_json_free(&doc);
    return st;
}

void
ud_wire_graph_error_write(struct ud_json_writer *w, const char *code, const char *message, ud_wall date, const char *request_id,
    const char *client_request_id)
{
    ud_json_write_object(w, NULL);
    ud_json_write_object(w, "error");
    ud_json_write_text(w, "code", code);
    ud_json_write_text(w, "message", message);
    ud_json_write_object(w, "innerError");
    ud_json_write_time(w, "date", date);
    ud_json_write_text(w, "request-id", request_id);
    ud_json_write_text(w, "client-request-id", client_request_id);
    ud_json_write_object_end(w);
    ud_json_write_object_end(w);
    ud_json_write_object_end(w);
}

/* --- /me ----------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_me_decode(struct ud_wire_me *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_text(out->id, sizeof(out->id), doc, "id", err), "id", err);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->name, sizeof(out->name), doc, "displayName", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->account, sizeof(out->account), doc, "userPrincipalName", err));
    ud_json_free(&doc);
    return st;
}

void
ud_wire_me_write(struct ud_json_writer *w, const struct ud_wire_me *me, const char *context)
{
    ud_json_write_object(w, NULL);
    if (context != NULL)
        ud_json_write_text(w, "@odata.context", context);
    ud_json_write_text(w, "id", me->id);
    ud_json_write_text_or_null(w, "displayName", me->name);
    ud_json_write_text_or_null(w, "userPrincipalName", me->account);
    ud_json_write_object_end(w);
}

/* --- action results ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *action;
    const char *part; /* what the name of such an action has in it, whatever else */
} kinds[UD_KIND_COUNT] = {
    [UD_KIND_BITLOCKER] = { "rotateBitLockerKeys", "bitlocker" },
    [UD_KIND_FILEVAULT] = { "rotateFileVaultKey", "filevault" },
    [UD_KIND_LUKS] = { NULL, NULL },
    [UD_KIND_LAPS] = { "rotateLocalAdminPassword", "localadmin" },
};

static const char *const state_names[] = { "none", "pending", "canceled", "active", "done", "failed", "notSupported" };

const char *
ud_wire_action_name(enum ud_kind kind)
{
    return kinds[kind].action;
}

static bool
state_parse(enum ud_wire_action_state *out, const struct ud_json *entry)
{
    const char *text = ud_json_raw_text(ud_json_member(entry, "actionState"));

    for (size_t i = 0; text != NULL && i < sizeof(state_names) / sizeof(state_names[0]); i++)
        if (strcmp(text, state_names[i]) == 0) {
            *out = (enum ud_wire_action_state)i;
            return true;
        }
    return false;
}

/* One entry; an entry with a member of the wrong type is left out like one that is about something else. */
static bool
read_action(struct ud_wire_action *out, const struct ud_json *entry, enum ud_kind kind)
{
    int64_t code = 0;

    memset(out, 0, sizeof(*out));
    out->started = out->updated = UD_WALL_NONE;
    if (ud_json_get_text(out->name, sizeof(out->name), entry, "actionName", NULL) != UD_OK || kinds[kind].part == NULL ||
        strcasestr(out->name, kinds[kind].part) == NULL || !state_parse(&out->state, entry))
        return false;
    if (ud_json_optional(ud_json_get_time(&out->started, entry, "startDateTime", NULL)) != UD_OK ||
        ud_json_optional(ud_json_get_time(&out->updated, entry, "lastUpdatedDateTime", NULL)) != UD_OK ||
        ud_json_optional(ud_json_get_int(&code, entry, "errorCode", INT32_MIN, UINT32_MAX, NULL)) != UD_OK)
        return false;
    out->error_code = (int32_t)(uint32_t)(uint64_t)code; /* some write the HRESULT as an unsigned number */
    return true;
}

enum ud_status
ud_wire_action_decode(
    struct ud_wire_action *out, ud_wall *last_checkin, enum ud_kind kind, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    struct ud_wire_action one;
    bool found = false;
    enum ud_status st;

    *last_checkin = UD_WALL_NONE;
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    const struct ud_json *device = ud_json_member(doc, "value");
    device = device != NULL && ud_json_kind(device) == UD_JSON_IS_OBJECT ? device : doc;
    st = ud_json_optional(ud_json_get_time(last_checkin, device, "lastSyncDateTime", err));
    const struct ud_json *entry = ud_json_first(ud_json_member(device, "deviceActionResults"));
    for (; entry != NULL && st == UD_OK; entry = ud_json_after(entry))
        if (read_action(&one, entry, kind) && (!found || one.started > out->started)) {
            *out = one;
            found = true;
        }
    ud_json_free(&doc);
    if (st == UD_OK && !found)
        st = ud_error_set(err, UD_NOTFOUND, "the service knows of no such action on this device");
    return st;
}

void
ud_wire_action_write(struct ud_json_writer *w, enum ud_kind kind, const struct ud_wire_action *a)
{
    ud_json_write_object(w, NULL);
    if (kind == UD_KIND_BITLOCKER)
        ud_json_write_text(w, "@odata.type", "#microsoft.graph.rotateBitLockerKeysDeviceActionResult");
    ud_json_write_text(w, "actionName", a->name[0] != '\0' ? a->name : ud_wire_action_name(kind));
    ud_json_write_text(w, "actionState", state_names[a->state]);
    ud_json_write_time(w, "startDateTime", a->started);
    ud_json_write_time(w, "lastUpdatedDateTime", a->updated);
    if (kind == UD_KIND_BITLOCKER)
        ud_json_write_int(w, "errorCode", a->error_code);
    ud_json_write_object_end(w);
}
