/* Microsoft Graph: the list of devices, of BitLocker keys and of LAPS passwords (never the secrets), and the keys of one device. */
#include "source/graph/graph.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEYS_PATH  "/v1.0/informationProtection/bitlocker/recoveryKeys"
#define LAPS_PATH  "/v1.0/directory/deviceLocalCredentials"
#define DEVICES_IN "/managedDevices"
#define LAPS_IN    "/deviceLocalCredentials"

const char *const ud_graph_headers[] = { "ocp-client-name: unlockdesk", "ocp-client-version: " UD_VERSION, NULL };

void
ud_graph_path(char *out, size_t size, const struct ud_source *s, const char *before, const struct ud_guid *id, const char *after)
{
    char text[UD_GUID_TEXT];

    ud_guid_format(text, id);
    snprintf(out, size, "%s%s%s%s", s->site_path, before, text, after);
}

/* --- sync ------------------------------------------------------------------------------------------------------------------ */

static enum ud_status
emit_pseudo(struct ud_source_call *c, enum ud_kind kind, const struct ud_guid *device, struct ud_error *err)
{
    struct ud_key k = { .device = *device, .kind = kind, .created = UD_WALL_NONE, .shown = UD_WALL_NONE };

    k.source = c->source->set->index;
    return c->sink->key(&k, err, c->arg);
}

/* Graph lists no FileVault keys: an encrypted company Mac is taken to have one, addressed by the device. */
static enum ud_status
emit_device_and_mac_key(const struct ud_device *d, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;
    enum ud_status st = ud_pages_emit_device(d, err, call);

    if (st != UD_OK || strcasecmp(d->os, "macOS") != 0 || d->encrypted != UD_YES || d->ownership != UD_OWNERSHIP_COMPANY)
        return st;
    return emit_pseudo(c, UD_KIND_FILEVAULT, &d->id, err);
}

void
ud_graph_devices(struct ud_source_call *c, const char *resume_path, void (*then)(struct ud_source_call *c), bool key_marks)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s/v1.0/deviceManagement/managedDevices?" UD_DEVICE_SELECT "&$top=1000&$count=true",
        c->source->site_path);
    ud_pages_fetch(c, &(struct ud_page_list){
                          .phase = UD_SOURCE_DEVICES,
                          .devices = true,
                          .path = path,
                          .resume = resume_path,
                          .device = key_marks ? emit_device_and_mac_key : ud_pages_emit_device,
                          .then = then,
                      });
}

static void
fetch_laps(struct ud_source_call *c, const char *resume_path)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s" LAPS_PATH "?$select=id,deviceName,lastBackupDateTime", c->source->site_path);
    ud_pages_fetch(c, &(struct ud_page_list){
                          .phase = UD_SOURCE_KEYS,
                          .dialect = UD_WIRE_KEYS_LAPS,
                          .optional = true,
                          .path = path,
                          .resume = resume_path,
                          .headers = ud_graph_headers,
                          .key = ud_pages_emit_key,
                          .then = ud_source_done,
                      });
}

static void
laps_next(struct ud_source_call *c)
{
    fetch_laps(c, NULL);
}

static void
fetch_keys(struct ud_source_call *c, const char *resume_path)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s" KEYS_PATH, c->source->site_path);
    ud_pages_fetch(c, &(struct ud_page_list){
                          .phase = UD_SOURCE_KEYS,
                          .dialect = UD_WIRE_KEYS_GRAPH,
                          .path = path,
                          .resume = resume_path,
                          .headers = ud_graph_headers,
                          .key = ud_pages_emit_key,
                          .then = laps_next,
                      });
}

static void
keys_next(struct ud_source_call *c)
{
    fetch_keys(c, NULL);
}

static void
graph_sync(struct ud_source_call *c, const char *resume)
{
    char path[UD_SOURCE_PATH_MAX];

    if (resume[0] == '\0' || ud_http_origin_path(path, sizeof(path), &c->source->site, resume, NULL) != UD_OK)
        ud_graph_devices(c, NULL, keys_next, true);
    else if (strstr(path, LAPS_IN) != NULL)
        fetch_laps(c, path);
    else if (strstr(path, DEVICES_IN) != NULL)
        ud_graph_devices(c, path, keys_next, true);
    else
        fetch_keys(c, path);
}

/* --- keys of one device ------------------------------------------------------------------------------------------------------- */

/* A Mac's key has no metadata at Graph; of a LAPS password there is a date, for those who may read it. */
static void
device_extras(struct ud_source_call *c)
{
    const struct ud_source_device *d = c->state;
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e;

    if (strcasecmp(d->os, "macOS") == 0) {
        if (emit_pseudo(c, UD_KIND_FILEVAULT, &d->device, &e) != UD_OK)
            ud_source_fail(c, &e);
        else
            ud_source_done(c);
        return;
    }
    if (ud_guid_is_zero(&d->entra) || strcasecmp(d->os, "Windows") != 0) {
        ud_source_done(c);
        return;
    }
    ud_graph_path(path, sizeof(path), c->source, LAPS_PATH "/", &d->entra, "?$select=id,deviceName,lastBackupDateTime");
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = UD_WIRE_KEYS_LAPS,
                          .quiet = true,
                          .optional = true,
                          .path = path,
                          .headers = ud_graph_headers,
                          .key = ud_pages_emit_key,
                          .then = ud_source_done,
                      });
}

void
ud_graph_keys(struct ud_source_call *c, const struct ud_source_device *device)
{
    struct ud_source_device *d = ud_source_state(c, sizeof(*d), NULL);
    char path[UD_SOURCE_PATH_MAX];

    *d = *device;
    if (ud_guid_is_zero(&d->entra)) {
        device_extras(c);
        return;
    }
    ud_graph_path(path, sizeof(path), c->source, KEYS_PATH "?$filter=deviceId%20eq%20'", &d->entra, "'");
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = UD_WIRE_KEYS_GRAPH,
                          .quiet = true,
                          .path = path,
                          .headers = ud_graph_headers,
                          .key = ud_pages_emit_key,
                          .then = device_extras,
                      });
}

/* --- is it for training? ------------------------------------------------------------------------------------------------------- */

static void
on_well_known(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_wire_well_known k;

    if (r->status == UD_OK && r->code == 200 && ud_wire_well_known_decode(&k, r->body, r->length, NULL) == UD_OK)
        c->source->training = k.training;
    c->prepared(c);
}

/* A Graph that is no cloud of Microsoft's may be a training escrowd: then the console must be marked so. Anything else answers as it likes. */
static void
graph_prepare(struct ud_source_call *c, void (*then)(struct ud_source_call *c))
{
    char path[UD_SOURCE_PATH_MAX];

    if (c->source->site.public_only) {
        then(c);
        return;
    }
    c->prepared = then;
    snprintf(path, sizeof(path), "%s/.well-known/escrow", c->source->site_path);
    ud_source_send(
        c, &(struct ud_source_step){
               .kind = UD_HTTP_SMALL, .retry = UD_HTTP_ONCE, .open = true, .every = true, .path = path, .then = on_well_known });
}

static void
graph_sign_out(struct ud_source_call *c)
{
    ud_session_clear(c->source); /* the directory offers no revocation to public clients */
    ud_source_done(c);
}

const struct ud_source_ops ud_source_graph = {
    .prepare = graph_prepare,
    .sign_out = graph_sign_out,
    .sync = graph_sync,
    .find = ud_graph_find,
    .ask = ud_graph_ask,
    .keys = ud_graph_keys,
    .reveal = ud_graph_reveal,
    .rotate = ud_graph_rotate,
    .rotation = ud_graph_rotation,
};
