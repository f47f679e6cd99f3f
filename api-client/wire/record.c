/* Records and page frames as escrowd writes them. */
#include "wire/record.h"

/* Graph declares its times as never null and writes year 1 for "not yet". */
static void
write_time(struct ud_json_writer *w, const char *name, ud_wall t, bool strict)
{
    if (t == UD_WALL_NONE && strict)
        ud_json_write_text(w, name, "0001-01-01T00:00:00Z");
    else
        ud_json_write_time(w, name, t);
}

static void
write_guid_text(struct ud_json_writer *w, const char *name, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];

    ud_guid_format(text, id);
    ud_json_write_text_n(w, name, text, UD_GUID_TEXT - 1);
}

void
ud_wire_device_write_members(struct ud_json_writer *w, const struct ud_device *d, const struct ud_wire_device_more *more)
{
    bool strict = more != NULL && more->strict_times;

    write_guid_text(w, "id", &d->id);
    write_guid_text(w, "azureADDeviceId", &d->entra_id);
    ud_json_write_text_or_null(w, "deviceName", d->name);
    ud_json_write_text_or_null(w, "serialNumber", d->serial);
    ud_json_write_text_or_null(w, "userPrincipalName", d->user);
    ud_json_write_text_or_null(w, "userDisplayName", d->user_name);
    ud_json_write_text_or_null(w, "operatingSystem", d->os);
    ud_json_write_text_or_null(w, "osVersion", d->os_version);
    ud_json_write_text_or_null(w, "model", d->model);
    ud_json_write_text_or_null(w, "manufacturer", more != NULL ? more->manufacturer : NULL);
    ud_json_write_text(w, "managedDeviceOwnerType", ud_ownership_name(d->ownership));
    if (d->encrypted != UD_UNKNOWN || !strict)
        ud_json_write_tristate(w, "isEncrypted", d->encrypted);
    write_time(w, "lastSyncDateTime", d->last_checkin, strict);
    write_time(w, "enrolledDateTime", more != NULL ? more->enrolled : UD_WALL_NONE, strict);
    ud_json_write_text(w, "complianceState", more != NULL && more->compliance != NULL ? more->compliance : "unknown");
    ud_json_write_text(w, "managementAgent", "mdm");
    if (d->retired)
        ud_json_write_bool(w, "retired", true);
}

void
ud_wire_device_write(
    struct ud_json_writer *w, const char *name, const struct ud_device *d, const struct ud_wire_device_more *more)
{
    ud_json_write_object(w, name);
    ud_wire_device_write_members(w, d, more);
    ud_json_write_object_end(w);
}

void
ud_wire_graph_key_write(struct ud_json_writer *w, const struct ud_key *k, const struct ud_guid *entra)
{
    ud_json_write_object(w, NULL);
    ud_wire_graph_key_write_members(w, k, entra);
    ud_json_write_object_end(w);
}

void
ud_wire_graph_key_write_members(struct ud_json_writer *w, const struct ud_key *k, const struct ud_guid *entra)
{
    write_guid_text(w, "id", &k->id);
    write_time(w, "createdDateTime", k->created, true);
    ud_json_write_text_or_null(w, "volumeType", ud_wire_volume_type_name(k->volume));
    ud_json_write_guid(w, "deviceId", entra);
}

const char *
ud_wire_volume_type_name(enum ud_volume v)
{
    static const char *const names[] = { [UD_VOLUME_OS] = "operatingSystemVolume",
        [UD_VOLUME_FIXED] = "fixedDataVolume",
        [UD_VOLUME_REMOVABLE] = "removableDataVolume" };

    return (size_t)v < sizeof(names) / sizeof(names[0]) ? names[v] : NULL;
}

void
ud_wire_key_write(struct ud_json_writer *w, const struct ud_key *k, const struct ud_device *device)
{
    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "id", &k->id);
    ud_json_write_guid(w, "deviceId", &k->device);
    ud_json_write_text(w, "kind", ud_kind_name(k->kind));
    ud_json_write_text(w, "volume", ud_volume_name(k->volume));
    ud_json_write_time(w, "created", k->created);
    ud_json_write_text(w, "state", ud_key_state_name(k->state));
    ud_json_write_time(w, "shown", k->shown);
    if (k->package)
        ud_json_write_bool(w, "package", true);
    if (device != NULL)
        ud_wire_device_write(w, "device", device, NULL);
    ud_json_write_object_end(w);
}

void
ud_wire_other_write(struct ud_json_writer *w, const struct ud_wire_other *other)
{
    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "id", &other->id);
    ud_json_write_text(w, "kind", other->kind);
    ud_json_write_text_or_null(w, "deviceName", other->device_name);
    ud_json_write_object_end(w);
}

void
ud_wire_page_begin(struct ud_json_writer *w, const char *context, int64_t count)
{
    ud_json_write_object(w, NULL);
    if (context != NULL)
        ud_json_write_text(w, "@odata.context", context);
    if (count >= 0)
        ud_json_write_int(w, "@odata.count", count);
    ud_json_write_array(w, "value");
}

void
ud_wire_page_end(struct ud_json_writer *w, const char *next)
{
    ud_json_write_array_end(w);
    if (next != NULL)
        ud_json_write_text(w, "@odata.nextLink", next);
    ud_json_write_object_end(w);
}
