#include "wire/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wire/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void
ud_wire_report_row_write(struct ud_json_writer *w, enum ud_report r, const struct ud_report_row *row)
{
    ud_json_write_object(w, NULL);
    for (size_t i = 0; i < ud_report_columns(r); i++)
        ud_json_write_text_or_null(w, ud_report_column(r, i), row->cell[i]);
    ud_json_write_object_end(w);
}

/* Cleaned text is never longer than the JSON it came from, so that the block of a page is as long as its body. */
static enum ud_status
take_row(
    struct ud_wire_report_page *p, size_t *used, enum ud_report r, const struct ud_json *item, size_t room, struct ud_error *err)
{
    struct ud_report_row *row = &p->row[p->count++];
    enum ud_status st = UD_OK;

    for (size_t i = 0; i < ud_report_columns(r) && st == UD_OK; i++) {
        size_t left = room - *used < UD_WIRE_REPORT_CELL ? room - *used : UD_WIRE_REPORT_CELL;
        row->cell[i] = "";
        st = ud_json_get_text(p->text + *used, left, item, ud_report_column(r, i), err);
        if (st == UD_OK) {
            row->cell[i] = p->text + *used;
            *used += strlen(row->cell[i]) + 1;
        }
        st = ud_json_optional(st);
    }
    return st;
}

enum ud_status
ud_wire_report_page_decode(
    struct ud_wire_report_page **out, enum ud_report r, const void *body, size_t length, struct ud_error *err)
{
    struct ud_wire_report_page *p = ud_xcalloc(1, sizeof(*p));
    struct ud_json *doc = NULL;
    size_t used = 0;
    enum ud_status st = ud_json_parse(&doc, body, length, err);

    *out = NULL;
    p->text = ud_xcalloc(1, length + 1);
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(p->next, sizeof(p->next), doc, "@odata.nextLink", err));
    const struct ud_json *item = st == UD_OK ? ud_json_first(ud_json_member(doc, "value")) : NULL;
    for (; item != NULL && st == UD_OK; item = ud_json_after(item)) {
        if (p->count == UD_REPORT_PAGE)
            st = ud_error_set(err, UD_MALFORMED, "the page has too many rows");
        else
            st = take_row(p, &used, r, item, length + 1, err);
    }
    ud_json_free(&doc);
    if (st == UD_OK)
        *out = p;
    else
        ud_wire_report_page_free(&p);
    return st;
}

void
ud_wire_report_page_free(struct ud_wire_report_page **p)
{
    if (*p == NULL)
        return;
    free((*p)->text);
    free(*p);
    *p = NULL;
}

enum ud_status
ud_wire_audit_line_decode(struct ud_wire_audit_line *out, const void *line, size_t length, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } texts[] = { { "event", out->event, sizeof(out->event) }, { "user_name", out->user_name, sizeof(out->user_name) },
        { "role", out->role, sizeof(out->role) }, { "end_user", out->end_user, sizeof(out->end_user) },
        { "device_name", out->device_name, sizeof(out->device_name) }, { "serial", out->serial, sizeof(out->serial) },
        { "key", out->key, sizeof(out->key) }, { "kind", out->kind, sizeof(out->kind) },
        { "reason", out->reason, sizeof(out->reason) }, { "ticket", out->ticket, sizeof(out->ticket) },
        { "outcome", out->outcome, sizeof(out->outcome) }, { "request", out->request, sizeof(out->request) },
        { "asked", out->asked, sizeof(out->asked) } };
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, line, length, err)) != UD_OK)
        return st;
    for (size_t i = 0; i < COUNT(texts) && st == UD_OK; i++)
        st = ud_json_optional(ud_json_get_text(texts[i].to, texts[i].size, doc, texts[i].name, err));
    ud_json_free(&doc);
    return st;
}
