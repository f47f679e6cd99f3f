#include "wire/person.h"

#include <string.h>

#include "wire/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum ud_status
ud_wire_person_decode(struct ud_wire_person *out, const void *body, size_t length, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } texts[] = { { "id", out->id, sizeof(out->id) }, { "name", out->name, sizeof(out->name) },
        { "account", out->account, sizeof(out->account) }, { "display", out->display, sizeof(out->display) },
        { "role", out->role, sizeof(out->role) } };
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    for (size_t i = 0; i < COUNT(texts) && st == UD_OK; i++)
        st = ud_json_required(ud_json_get_text(texts[i].to, texts[i].size, doc, texts[i].name, err), texts[i].name, err);
    ud_json_free(&doc);
    return st;
}

void
ud_wire_person_write(struct ud_json_writer *w, const struct ud_wire_person *p)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "id", p->id);
    ud_json_write_text(w, "name", p->name);
    ud_json_write_text(w, "account", p->account);
    ud_json_write_text(w, "display", p->display);
    ud_json_write_text(w, "role", p->role);
    ud_json_write_object_end(w);
}
