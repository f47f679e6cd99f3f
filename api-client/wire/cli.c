/* The --json documents of the one-shot commands. */
#include "wire/cli.h"

#include "base/status.h"

/* 36 characters also where the id is not known: the shape promises it. */
static void
write_id(struct ud_json_writer *w, const char *name, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];

    ud_guid_format(text, id);
    ud_json_write_text(w, name, text);
}

static void
begin(struct ud_json_writer *w, const char *schema)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", schema);
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void
device_members(struct ud_json_writer *w, const struct ud_device *d, const char *source_name)
{
    write_id(w, "id", &d->id);
    ud_json_write_text(w, "name", or_empty(d->name));
    ud_json_write_text(w, "serial", or_empty(d->serial));
    ud_json_write_text(w, "user", or_empty(d->user));
    ud_json_write_text(w, "user_name", or_empty(d->user_name));
    ud_json_write_text(w, "ownership", ud_ownership_name(d->ownership));
    ud_json_write_text(w, "os", or_empty(d->os));
    ud_json_write_text(w, "os_version", or_empty(d->os_version));
    ud_json_write_tristate(w, "encrypted", d->encrypted);
    ud_json_write_time(w, "last_checkin", d->last_checkin);
    ud_json_write_int(w, "keys", d->keys);
    ud_json_write_text(w, "source", or_empty(source_name));
}

static void
key_members(struct ud_json_writer *w, const struct ud_key *k)
{
    ud_json_write_guid(w, "id", &k->id);
    ud_json_write_text(w, "kind", ud_kind_name(k->kind));
    ud_json_write_text(w, "volume", ud_volume_name(k->volume));
    ud_json_write_time(w, "created", k->created);
    ud_json_write_text(w, "state", ud_key_state_name(k->state));
}

void
ud_wire_cli_devices_begin(struct ud_json_writer *w, uint64_t total, uint64_t matched)
{
    begin(w, "unlockdesk.device.list/1");
    ud_json_write_int(w, "total", (int64_t)total);
    ud_json_write_int(w, "matched", (int64_t)matched);
    ud_json_write_array(w, "devices");
}

void
ud_wire_cli_devices_add(struct ud_json_writer *w, const struct ud_device *d, const char *source_name)
{
    ud_json_write_object(w, NULL);
    device_members(w, d, source_name);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_devices_end(struct ud_json_writer *w)
{
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_device_show(
    struct ud_json_writer *w, const struct ud_device *d, const char *source_name, const struct ud_key *keys, size_t count)
{
    begin(w, "unlockdesk.device.show/1");
    device_members(w, d, source_name);
    ud_json_write_array(w, "key_list");
    for (size_t i = 0; i < count; i++) {
        ud_json_write_object(w, NULL);
        key_members(w, &keys[i]);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

static void
found_device(struct ud_json_writer *w, const struct ud_wire_cli_found *f)
{
    if (!f->has_device) {
        ud_json_write_null(w, "device");
        return;
    }
    ud_json_write_object(w, "device");
    write_id(w, "id", &f->device.id);
    ud_json_write_text(w, "name", or_empty(f->device.name));
    ud_json_write_text(w, "serial", or_empty(f->device.serial));
    ud_json_write_text(w, "user", or_empty(f->device.user));
    ud_json_write_object_end(w);
}

void
ud_wire_cli_key_find(struct ud_json_writer *w, const struct ud_wire_cli_found *found, size_t count)
{
    begin(w, "unlockdesk.key.find/1");
    ud_json_write_bool(w, "ambiguous", count > 1);
    ud_json_write_array(w, "keys");
    for (size_t i = 0; i < count; i++) {
        ud_json_write_object(w, NULL);
        key_members(w, &found[i].key);
        found_device(w, &found[i]);
        ud_json_write_text(w, "source", or_empty(found[i].source_name));
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_rotate(struct ud_json_writer *w, const struct ud_wire_cli_rotated *results, size_t count)
{
    begin(w, "unlockdesk.key.rotate/1");
    ud_json_write_array(w, "results");
    for (size_t i = 0; i < count; i++) {
        ud_json_write_object(w, NULL);
        ud_json_write_text(w, "device", results[i].device);
        ud_json_write_text(w, "state", results[i].state);
        ud_json_write_guid(w, "new_key", &results[i].new_key);
        ud_json_write_text_or_null(w, "error", results[i].error);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

static void
number_or_null(struct ud_json_writer *w, const char *name, uint64_t n)
{
    if (n == 0)
        ud_json_write_null(w, name);
    else
        ud_json_write_int(w, name, (int64_t)n);
}

void
ud_wire_cli_store(struct ud_json_writer *w, const struct ud_wire_cli_stored *s)
{
    begin(w, "unlockdesk.key.store/1");
    ud_json_write_text(w, "device", or_empty(s->device));
    ud_json_write_text(w, "state", ud_typed_state_name(s->state));
    ud_json_write_text(w, "cause", s->state == UD_TYPED_FAILED ? ud_typed_cause_name(s->cause) : NULL);
    if (s->new_created == UD_WALL_NONE) {
        ud_json_write_null(w, "new_key");
    } else {
        ud_json_write_object(w, "new_key");
        ud_json_write_guid(w, "id", &s->new_key);
        ud_json_write_time(w, "created", s->new_created);
        ud_json_write_object_end(w);
    }
    ud_json_write_time(w, "last_checkin", s->last_checkin);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_due(struct ud_json_writer *w, const struct ud_wire_cli_due *list, size_t count)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", "unlockdesk.key.due/1");
    ud_json_write_array(w, "keys");
    for (size_t i = 0; i < count; i++) {
        const struct ud_board_entry *e = &list[i].entry;
        ud_json_write_object(w, NULL);
        ud_json_write_guid(w, "id", &e->key);
        ud_json_write_text(w, "kind", ud_kind_name(e->kind));
        ud_json_write_text(w, "state", ud_board_state_name(e->state));
        ud_json_write_bool(w, "overdue", e->overdue);
        ud_json_write_time(w, "shown", e->shown);
        ud_json_write_text(w, "shown_to", e->by);
        ud_json_write_time(w, "asked", e->asked);
        ud_json_write_time(w, "due", e->due);
        ud_json_write_text(w, "error", e->state == UD_BOARD_FAILED ? e->message : NULL);
        ud_json_write_object(w, "device");
        ud_json_write_guid(w, "id", &e->device);
        ud_json_write_text(w, "name", e->device_name);
        ud_json_write_text(w, "user", e->user);
        ud_json_write_time(w, "last_checkin", e->last_checkin);
        ud_json_write_object_end(w);
        ud_json_write_text(w, "source", list[i].source_name);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_verify(struct ud_json_writer *w, uint64_t lines, bool ok, uint64_t first_bad, uint64_t anchored, const char *what)
{
    begin(w, "unlockdesk.journal.verify/1");
    ud_json_write_int(w, "lines", (int64_t)lines);
    ud_json_write_bool(w, "ok", ok);
    number_or_null(w, "first_bad", first_bad);
    number_or_null(w, "anchored", anchored);
    ud_json_write_text_or_null(w, "what", what);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_error(struct ud_json_writer *w, const struct ud_error *e)
{
    begin(w, "unlockdesk.error/1");
    ud_json_write_text(w, "status", ud_status_name(e->status));
    ud_json_write_text(w, "message", e->message[0] != '\0' ? e->message : ud_status_text(e->status));
    ud_json_write_text(w, "hint", e->hint);
    ud_json_write_object_end(w);
}
