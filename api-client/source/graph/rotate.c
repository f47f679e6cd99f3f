/* Asking for a new key, and whether it has come. Accepted is not done: done is a newer key in escrow; where Graph lists none (FileVault), the
 * device's own report of a finished action. */
#include "source/graph/graph.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "wire/graph.h"

#define SINCE_MARGIN 5000 /* ms by which our clock and the service's may still differ once their offset is taken off */

static void
on_rotated(struct ud_source_call *c, struct ud_http_reply *r)
{
    (void)r;
    ud_source_done(c);
}

void
ud_graph_rotate(struct ud_source_call *c, const struct ud_source_rotate *what)
{
    const char *action = ud_wire_action_name(what->kind);
    char path[UD_SOURCE_PATH_MAX], after[64];

    if (action == NULL || ud_guid_is_zero(&what->device)) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This source cannot ask the device for a new key of that kind"), "");
        return;
    }
    snprintf(after, sizeof(after), "/%s", action);
    ud_graph_path(path, sizeof(path), c->source, "/beta/deviceManagement/managedDevices/", &what->device, after);
    ud_source_send(c,
        &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_ONCE, .post = true, .path = path, .then = on_rotated });
}

/* --- has it come? ------------------------------------------------------------------------------------------------------------ */

struct watching {
    struct ud_source_rotation asked;
    struct ud_source_rotation_info info;
    ud_wall since; /* by the service's clock */
    struct ud_wire_action action;
    bool has_action;
};

/* What BitLocker's rotation reports (HRESULTs as Intune passes them on). */
static const struct {
    int32_t code;
    const char *sentence;
} reports[] = {
    { -2147023728, N_("The device found nothing to replace: no matching protector") },
    { -2144272166,
        N_("The policy does not ask for a backup of the system drive's key; have Intune's BitLocker policy corrected") },
    { -2144272165, N_("The policy does not ask for a backup of fixed drives' keys; have Intune's BitLocker policy corrected") },
    { -2144272159, N_("The key backup service was busy; ask again later") },
    { -2144272295, N_("BitLocker was busy with another operation on the drive; ask again later") },
    { -2144272384, N_("The drive is locked") },
    { -2144272376, N_("BitLocker is not on") },
    { -2144272310, N_("BitLocker system files are missing or damaged") },
    { -2144272366, N_("The drive's layout does not allow it: boot files on the same partition") },
    { -2144272339, N_("The encryption policy clashes with how the drive is encrypted") },
    { -2147024809, N_("The device found the request invalid") },
    { -2147467259, N_("The device reports a general failure") },
    { -2147418113, N_("The device reports a severe failure") },
    { -2146893783, N_("The device does not support it") },
};

const char *
ud_graph_rotation_sentence(int32_t code)
{
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        if (reports[i].code == code)
            return ud_translate(reports[i].sentence);
    }
    return _("The device could not make a new key");
}

static void
tell(struct ud_source_call *c)
{
    struct watching *w = c->state;

    if (w->info.message == NULL)
        w->info.message = "";
    c->sink->rotation(&w->info, c->arg);
    ud_source_done(c);
}

/* An entry of an earlier request says nothing about this one. */
static void
weigh_action(struct watching *w)
{
    const struct ud_wire_action *a = &w->action;

    if (!w->has_action || (w->since != UD_WALL_NONE && a->started != UD_WALL_NONE && a->started < w->since))
        return;
    switch (a->state) {
    case UD_WIRE_ACTION_FAILED:
    case UD_WIRE_ACTION_CANCELED:
    case UD_WIRE_ACTION_NOT_SUPPORTED:
        w->info.state = UD_SOURCE_ROT_FAILED;
        w->info.code = a->error_code;
        w->info.message = a->state == UD_WIRE_ACTION_CANCELED        ? _("The request was cancelled at the service")
                          : a->state == UD_WIRE_ACTION_NOT_SUPPORTED ? _("The device does not support it")
                                                                     : ud_graph_rotation_sentence(a->error_code);
        break;
    case UD_WIRE_ACTION_DONE:
        /* for a key that Graph lists, only the new entry is proof */
        w->info.state = w->asked.kind == UD_KIND_FILEVAULT ? UD_SOURCE_ROT_DONE : UD_SOURCE_ROT_PENDING;
        w->info.created = w->asked.kind == UD_KIND_FILEVAULT ? a->updated : UD_WALL_NONE;
        break;
    default:
        w->info.state = UD_SOURCE_ROT_PENDING;
        break;
    }
}

static enum ud_status
take_newer(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call)
{
    struct watching *w = ((struct ud_source_call *)call)->state;

    (void)d;
    (void)err;
    if (w->since == UD_WALL_NONE && ud_guid_is_zero(&w->asked.old_key))
        return UD_OK; /* newer than what? */
    if (k->created == UD_WALL_NONE || (w->since != UD_WALL_NONE && k->created < w->since) ||
        (!ud_guid_is_zero(&k->id) && ud_guid_compare(&k->id, &w->asked.old_key) == 0))
        return UD_OK;
    if (w->info.created == UD_WALL_NONE || k->created > w->info.created) {
        w->info.state = UD_SOURCE_ROT_DONE;
        w->info.new_key = k->id;
        w->info.created = k->created;
    }
    return UD_OK;
}

static void
look_for_newer(struct ud_source_call *c)
{
    struct watching *w = c->state;
    bool laps = w->asked.kind == UD_KIND_LAPS;
    char path[UD_SOURCE_PATH_MAX];

    if (w->asked.kind == UD_KIND_FILEVAULT || ud_guid_is_zero(&w->asked.entra)) {
        tell(c);
        return;
    }
    if (laps)
        ud_graph_path(path, sizeof(path), c->source, "/v1.0/directory/deviceLocalCredentials/", &w->asked.entra,
            "?$select=id,deviceName,lastBackupDateTime");
    else
        ud_graph_path(path, sizeof(path), c->source,
            "/v1.0/informationProtection/bitlocker/recoveryKeys?$filter=deviceId%20eq%20'", &w->asked.entra, "'");
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = laps ? UD_WIRE_KEYS_LAPS : UD_WIRE_KEYS_GRAPH,
                          .quiet = true,
                          .optional = laps,
                          .path = path,
                          .headers = ud_graph_headers,
                          .key = take_newer,
                          .then = tell,
                      });
}

static void
on_results(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct watching *w = c->state;
    struct ud_error e;
    enum ud_status st;

    if (w->asked.since != UD_WALL_NONE)
        w->since = w->asked.since - SINCE_MARGIN + (r->date != UD_WALL_NONE ? r->date - r->arrived : 0);
    st = ud_wire_action_decode(&w->action, &w->info.last_checkin, w->asked.kind, r->body, r->length, &e);
    if (st != UD_OK && st != UD_NOTFOUND) {
        ud_source_fail(c, &e);
        return;
    }
    w->has_action = st == UD_OK;
    weigh_action(w);
    look_for_newer(c);
}

void
ud_graph_rotation(struct ud_source_call *c, const struct ud_source_rotation *what)
{
    struct watching *w = ud_source_state(c, sizeof(*w), NULL);
    char path[UD_SOURCE_PATH_MAX];

    w->asked = *what;
    w->since = w->info.created = w->info.last_checkin = UD_WALL_NONE;
    ud_graph_path(path, sizeof(path), c->source, "/beta/deviceManagement/managedDevices/", &what->device,
        "?$select=id,deviceActionResults,lastSyncDateTime");
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_results });
}
