#include "wire/cli_keep.h"

static void
protector(struct ud_json_writer *w, const struct ud_wire_cli_protector *c)
{
    char drive[2] = { c->p->drive, '\0' };

    ud_json_write_object(w, NULL);
    ud_json_write_guid(w, "id", &c->p->id);
    ud_json_write_text(w, "kind", c->p->is_key ? "recovery-key" : ud_bde_kind_name(c->p->kind));
    ud_json_write_text_or_null(w, "drive", drive);
    ud_json_write_int(w, "line", c->p->line);
    ud_json_write_bool(w, "asked", c->asked);
    if (c->p->is_key) {
        ud_json_write_text(w, "fault", c->fault);
        ud_json_write_text(w, "stored", c->stored);
        ud_json_write_text(w, "device", c->device);
        ud_json_write_text(w, "source", c->source);
        ud_json_write_bool(w, "kept", c->kept);
    }
    ud_json_write_object_end(w);
}

void
ud_wire_cli_read_bde(struct ud_json_writer *w, const struct ud_bde_list *list, const struct ud_wire_cli_protector *protectors)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", "unlockdesk.key.read-bde/1");
    ud_json_write_array(w, "protectors");
    for (size_t i = 0; i < list->count; i++)
        protector(w, &protectors[i]);
    ud_json_write_array_end(w);
    ud_json_write_int(w, "left_out", (int64_t)list->left_out);
    ud_json_write_array(w, "problems");
    for (size_t i = 0; i < list->problems; i++) {
        ud_json_write_object(w, NULL);
        ud_json_write_int(w, "line", list->problem[i].line);
        ud_json_write_text(w, "text", ud_bde_problem_text(list->problem[i].what));
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

void
ud_wire_cli_package(
    struct ud_json_writer *w, const struct ud_guid *key, const struct ud_guid *device, const char *file, size_t bytes)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "schema", "unlockdesk.key.package/1");
    ud_json_write_guid(w, "key", key);
    ud_json_write_guid(w, "device", device);
    ud_json_write_text(w, "file", file);
    ud_json_write_int(w, "bytes", (int64_t)bytes);
    ud_json_write_object_end(w);
}
