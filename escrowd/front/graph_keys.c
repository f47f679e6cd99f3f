/* The Graph dialect, keys: BitLocker recovery keys, FileVault keys, local administrator passwords. Metadata is free to roles that may
 * see the device; the secret itself only where policy allows plain Graph reads, and the vault decides that. */
#include <stdio.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/odata.h"
#include "escrowd/front/route.h"
#include "wire/record.h"
#include "wire/secret_body.h"

enum member { ID, CREATED, VOLUME, DEVICE, KEY, MEMBER_COUNT };
static const char *const member_names[MEMBER_COUNT] = { "id", "createdDateTime", "volumeType", "deviceId", "key" };
#define ALL_MEMBERS 0x0Fu /* everything but `key` */

static void
write_key_members(struct ud_json_writer *w, const struct ud_vault_key *k, uint64_t mask)
{
    if (mask == ALL_MEMBERS) {
        ud_wire_graph_key_write_members(w, &k->k, &k->entra);
        return;
    }
    ud_json_write_guid(w, member_names[ID], &k->k.id);
    if ((mask & 1u << CREATED) != 0)
        ud_json_write_time(w, member_names[CREATED], k->k.created);
    if ((mask & 1u << VOLUME) != 0)
        ud_json_write_text(w, member_names[VOLUME], ud_wire_volume_type_name(k->k.volume));
    if ((mask & 1u << DEVICE) != 0)
        ud_json_write_guid(w, member_names[DEVICE], &k->entra);
}

static bool
read_select(struct ud_call *c, const char *select)
{
    c->mask = ALL_MEMBERS;
    if (select == NULL || ud_odata_select(&c->mask, select, member_names, MEMBER_COUNT, NULL, 0))
        return true;
    ud_call_error(c, 400, "BadRequest", "$select names a property that a recovery key does not have.");
    return false;
}

/* --- BitLocker ------------------------------------------------------------------------------------------------------- */

static void
answer_keys(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    struct ud_buf next;
    char context[400];

    ud_odata_context(context, sizeof(context), c, "informationProtection/bitlocker/recoveryKeys");
    ud_buf_init(&next, 2 * UD_CALL_URI_MAX);
    if (r->next != 0)
        ud_odata_next(&next, c, r->next);
    ud_call_json(c, &w, 200);
    ud_wire_page_begin(&w, context, -1);
    for (size_t i = 0; i < r->key_count; i++) {
        if (!r->keys[i].has_id) /* not told to this role; Graph knows no key without one */
            continue;
        ud_json_write_object(&w, NULL);
        write_key_members(&w, &r->keys[i], c->mask);
        ud_json_write_object_end(&w);
    }
    ud_wire_page_end(&w, r->next != 0 ? next.data : NULL);
    ud_buf_free(&next);
}

void
ud_front_recovery_keys(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_KEY_PAGE };
    char property[32], value[64];
    const char *op;
    struct ud_odata o;

    if (!ud_odata_read(&o, c, UD_ODATA_SELECT | UD_ODATA_FILTER | UD_ODATA_SKIP) || !read_select(c, o.select))
        return;
    if (o.filter != NULL &&
        (!ud_odata_filter(property, sizeof(property), &op, value, sizeof(value), o.filter) || strcmp(op, "eq") != 0 ||
            strcmp(property, "deviceId") != 0 || ud_guid_parse(&r.page.device, value, strlen(value), NULL) != UD_OK)) {
        ud_call_error(c, 400, "BadRequest", "Recovery keys are filtered by deviceId eq '…' only.");
        return;
    }
    r.page.after = o.after;
    r.page.limit = o.top;
    r.page.kinds = 1u << UD_KIND_BITLOCKER;
    ud_call_ask(c, &r, answer_keys);
}

static void
answer_key(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    char context[400];

    if (r->key_count != 1 || r->keys[0].k.kind != UD_KIND_BITLOCKER) {
        ud_call_error(c, 404, "ResourceNotFound", "The key does not exist, or you may not see it.");
        return;
    }
    ud_odata_context(context, sizeof(context), c, "informationProtection/bitlocker/recoveryKeys/$entity");
    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "@odata.context", context);
    write_key_members(&w, &r->keys[0], c->mask);
    ud_json_write_object_end(&w);
}

static void
answer_secret_key(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_graph_key info = { 0 };
    struct ud_secret *body = NULL;
    struct ud_error err = { 0 };
    char context[400];

    if (r->key_count != 1 || r->secret == NULL) {
        ud_call_error(c, 404, "ResourceNotFound", "The key does not exist, or you may not see it.");
        return;
    }
    info.id = r->keys[0].k.id;
    info.entra_id = r->keys[0].entra;
    info.created = r->keys[0].k.created;
    info.volume = r->keys[0].k.volume;
    ud_odata_context(context, sizeof(context), c, "informationProtection/bitlocker/recoveryKeys/$entity");
    if (ud_wire_graph_key_encode(&body, &info, r->secret, context, &err) == UD_OK)
        ud_call_secret(c, &body);
    else
        ud_call_error(c, 503, "serviceNotAvailable", "The service is busy. Try again.");
}

void
ud_front_recovery_key(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_KEY, .by_id = c->id };
    struct ud_odata o;

    if (!ud_odata_read(&o, c, UD_ODATA_SELECT) || !read_select(c, o.select))
        return;
    /* Exactly `key`: with other names beside it Graph answers the others and silently no key. */
    if (c->mask != 1u << KEY) {
        ud_call_ask(c, &r, answer_key);
        return;
    }
    r.op = UD_VAULT_REVEAL_PLAIN;
    r.reveal.has_key = true;
    r.reveal.key = c->id;
    r.reveal.kind = UD_KIND_BITLOCKER;
    r.reveal.request = c->request_id;
    ud_call_ask(c, &r, answer_secret_key);
}

/* --- FileVault ------------------------------------------------------------------------------------------------------- */

static void
ask_plain(struct ud_call *c, enum ud_kind kind, ud_call_then then)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL_PLAIN };

    r.reveal.has_device = true;
    r.reveal.device = c->id;
    r.reveal.kind = (uint8_t)kind;
    r.reveal.request = c->request_id;
    ud_call_ask(c, &r, then);
}

static void
answer_filevault(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_secret *body = NULL;
    struct ud_error err = { 0 };
    char context[400];

    ud_odata_context(context, sizeof(context), c, "Edm.String");
    if (r->secret != NULL && ud_wire_filevault_encode(&body, r->secret, context, &err) == UD_OK)
        ud_call_secret(c, &body);
    else
        ud_call_error(c, 503, "serviceNotAvailable", "The service is busy. Try again.");
}

void
ud_front_filevault(struct ud_call *c)
{
    struct ud_odata o;

    if (ud_odata_read(&o, c, 0))
        ask_plain(c, UD_KIND_FILEVAULT, answer_filevault);
}

/* --- local administrator passwords ----------------------------------------------------------------------------------- */

static void
write_credential_members(struct ud_json_writer *w, const struct ud_vault_key *k, const struct ud_vault_device *d)
{
    ud_json_write_guid(w, "id", &k->entra);
    if (d != NULL)
        ud_json_write_text(w, "deviceName", d->d.name);
    ud_json_write_time(w, "lastBackupDateTime", k->k.created);
}

static void
answer_credentials(struct ud_call *c, struct ud_vault_reply *r)
{
    bool named = r->device_count == r->key_count;
    struct ud_json_writer w;
    struct ud_buf next;
    char context[400];

    ud_odata_context(context, sizeof(context), c, "directory/deviceLocalCredentials");
    ud_buf_init(&next, 2 * UD_CALL_URI_MAX);
    if (r->next != 0)
        ud_odata_next(&next, c, r->next);
    ud_call_json(c, &w, 200);
    ud_wire_page_begin(&w, context, -1);
    for (size_t i = 0; i < r->key_count; i++) {
        if (r->keys[i].k.state == UD_KEY_SUPERSEDED)
            continue; /* one entry a device: its current password */
        ud_json_write_object(&w, NULL);
        write_credential_members(&w, &r->keys[i], named ? &r->devices[i] : NULL);
        ud_json_write_object_end(&w);
    }
    ud_wire_page_end(&w, r->next != 0 ? next.data : NULL);
    ud_buf_free(&next);
}

void
ud_front_credentials(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_KEY_PAGE };
    struct ud_odata o;

    if (!ud_odata_read(&o, c, UD_ODATA_TOP | UD_ODATA_SKIP))
        return;
    r.page.after = o.after;
    r.page.limit = o.top;
    r.page.kinds = 1u << UD_KIND_LAPS;
    ud_call_ask(c, &r, answer_credentials);
}

/* The newest of them; keys come newest first. */
static void
answer_credential(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    char context[400];

    for (size_t i = 0; i < r->key_count; i++) {
        if (r->keys[i].k.kind != UD_KIND_LAPS)
            continue;
        ud_odata_context(context, sizeof(context), c, "directory/deviceLocalCredentials/$entity");
        ud_call_json(c, &w, 200);
        ud_json_write_object(&w, NULL);
        ud_json_write_text(&w, "@odata.context", context);
        write_credential_members(&w, &r->keys[i], r->device_count > 0 ? &r->devices[0] : NULL);
        ud_json_write_object_end(&w);
        return;
    }
    ud_call_error(c, 404, "ResourceNotFound", "There is no local administrator password of this device, or you may not see it.");
}

static void
answer_password(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_laps info = { .backed_up = UD_WALL_NONE };
    struct ud_secret *body = NULL;
    struct ud_error err = { 0 };
    char context[400];

    if (r->key_count != 1 || r->secret == NULL) {
        ud_call_error(c, 404, "ResourceNotFound", "There is no local administrator password of this device.");
        return;
    }
    info.entra_id = r->keys[0].entra;
    info.backed_up = r->keys[0].k.created;
    (void)ud_copy(info.device_name, sizeof(info.device_name), r->device_count > 0 ? r->devices[0].d.name : "");
    (void)ud_copy(info.account, sizeof(info.account), "Administrator");
    ud_odata_context(context, sizeof(context), c, "directory/deviceLocalCredentials/$entity");
    if (ud_wire_laps_encode(&body, &info, r->secret, context, &err) == UD_OK)
        ud_call_secret(c, &body);
    else
        ud_call_error(c, 503, "serviceNotAvailable", "The service is busy. Try again.");
}

void
ud_front_credential(struct ud_call *c)
{
    static const char *const names[] = { "credentials", "id", "deviceName", "lastBackupDateTime", "refreshDateTime" };
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_KEYS, .by_id = c->id };
    struct ud_odata o;
    uint64_t mask = 0;

    if (!ud_odata_read(&o, c, UD_ODATA_SELECT))
        return;
    if (o.select != NULL && !ud_odata_select(&mask, o.select, names, sizeof(names) / sizeof(names[0]), NULL, 0))
        ud_call_error(c, 400, "BadRequest", "$select names a property that a local credential does not have.");
    else if ((mask & 1) != 0)
        ask_plain(c, UD_KIND_LAPS, answer_password);
    else
        ud_call_ask(c, &r, answer_credential);
}
