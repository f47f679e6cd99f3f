/* Asking Graph directly: a key by its whole ID, devices by user, name or serial number. Every row is checked again here, because a filter that the
 * service does not support may be answered with every device there is. */
#include "source/graph/graph.h"

#include "domain/desk_role.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* --- by key ID ---------------------------------------------------------------------------------------------------------------- */

struct finding {
    struct ud_guid wanted;
    bool have;
    struct ud_key key;
    bool found_device;
};

static enum ud_status
take_key(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call)
{
    struct finding *f = ((struct ud_source_call *)call)->state;

    (void)d;
    (void)err;
    if (ud_guid_compare(&k->id, &f->wanted) == 0) {
        f->key = *k;
        f->have = true;
    }
    return UD_OK;
}

static enum ud_status
take_device(const struct ud_device *d, struct ud_error *err, void *call)
{
    struct finding *f = ((struct ud_source_call *)call)->state;

    if (f->found_device || ud_guid_compare(&d->entra_id, &f->key.device) != 0)
        return UD_OK;
    f->found_device = true;
    return ud_pages_emit_found(&f->key, d, err, call);
}

static void
device_is_in(struct ud_source_call *c)
{
    struct finding *f = c->state;
    struct ud_error e;

    if (!f->found_device && ud_pages_emit_found(&f->key, NULL, &e, c) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_done(c);
}

static void
key_is_in(struct ud_source_call *c)
{
    struct finding *f = c->state;
    char path[UD_SOURCE_PATH_MAX], id[UD_GUID_TEXT];

    if (!f->have) {
        ud_source_done(c);
        return;
    }
    ud_guid_format(id, &f->key.device);
    if (ud_guid_is_zero(&f->key.device) || !ud_pages_device_filter(path, sizeof(path), c->source, "azureADDeviceId", id)) {
        device_is_in(c);
        return;
    }
    ud_pages_fetch(
        c, &(struct ud_page_list){
               .devices = true, .quiet = true, .optional = true, .path = path, .device = take_device, .then = device_is_in });
}

void
ud_graph_find(struct ud_source_call *c, const struct ud_keyid_prefix *prefix)
{
    struct finding *f = ud_source_state(c, sizeof(*f), NULL);
    char path[UD_SOURCE_PATH_MAX];

    if (prefix->digits < 32) {
        ud_source_refuse(c, UD_UNSUPPORTED,
            N_("Entra ID can be asked for whole recovery key IDs only; its list was searched instead"),
            N_("All 32 digits are asked of it directly"));
        return;
    }
    f->wanted = prefix->value;
    ud_graph_path(path, sizeof(path), c->source, "/v1.0/informationProtection/bitlocker/recoveryKeys/", &f->wanted, "");
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = UD_WIRE_KEYS_GRAPH,
                          .quiet = true,
                          .optional = true,
                          .path = path,
                          .headers = ud_graph_headers,
                          .key = take_key,
                          .then = key_is_in,
                      });
}

/* --- by user, name, serial number ---------------------------------------------------------------------------------------------- */

struct asking {
    enum ud_source_field field;
    char wanted[UD_NAME_MAX];
};

static const char *const members[] = {
    [UD_SOURCE_BY_USER] = "userPrincipalName",
    [UD_SOURCE_BY_NAME] = "deviceName",
    [UD_SOURCE_BY_SERIAL] = "serialNumber",
};

static enum ud_status
take_if_right(const struct ud_device *d, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;
    const struct asking *a = c->state;
    const char *value = a->field == UD_SOURCE_BY_USER ? d->user : a->field == UD_SOURCE_BY_NAME ? d->name : d->serial;
    char folded[2 * UD_NAME_MAX];

    /* escrowd compares for a helpdesk that is not told the users, and leaves them out of what it found. */
    if (a->field == UD_SOURCE_BY_USER && value[0] == '\0' && ud_desk_role_parse(c->source->session.role) == UD_DESK_HELPDESK)
        return ud_pages_emit_device(d, err, call);
    (void)ud_text_fold(folded, sizeof(folded), value, strlen(value));
    return strcmp(folded, a->wanted) == 0 ? ud_pages_emit_device(d, err, call) : UD_OK;
}

void
ud_graph_ask(struct ud_source_call *c, enum ud_source_field field, const char *text)
{
    struct asking *a = ud_source_state(c, sizeof(*a), NULL);
    char path[UD_SOURCE_PATH_MAX];

    a->field = field;
    (void)ud_text_fold(a->wanted, sizeof(a->wanted), text, strlen(text));
    if (text[0] == '\0' || !ud_pages_device_filter(path, sizeof(path), c->source, members[field], text)) {
        ud_source_refuse(c, UD_INVALID, N_("This is not a name that can be asked for"), "");
        return;
    }
    ud_pages_fetch(c,
        &(struct ud_page_list){ .devices = true, .quiet = true, .path = path, .device = take_if_right, .then = ud_source_done });
}
