/* Reports: who asked for recovery keys, and how devices stand. A page is bounded in rows, in bytes and in how much is looked at for it:
 * one with few rows and a next link only means that there is more to look at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/state.h"
#include "wire/report.h"

#define LOOK_MOST  1000u               /* lines or devices looked at for one page */
#define PAGE_BYTES ((size_t)48 * 1024) /* a text of the vault's protocol has at most 64 KiB */
#define NEVER      ((ud_wall)INT64_MAX / 2)

struct page {
    struct ud_vault *v;
    enum ud_report report;
    struct ud_report_filter filter;
    struct ud_buf text;
    struct ud_json_writer w;
    uint32_t limit, rows, looked;
    uint64_t last; /* row or line looked at last */
    bool more;     /* stopped before the end */
};

static bool
full(const struct page *p)
{
    return p->rows >= p->limit || p->looked >= LOOK_MOST || p->text.length > PAGE_BYTES;
}

static void
add_row(struct page *p, const struct ud_report_row *row)
{
    if (!ud_report_fits(&p->filter, p->report, row))
        return;
    ud_wire_report_row_write(&p->w, p->report, row);
    p->rows++;
}

/* --- who asked ----------------------------------------------------------------------------------------------------------- */

/* How the call ended, as the desk told it afterwards. */
static void
ended(struct page *p, char *out, size_t size, const char *request)
{
    struct ud_store_disclosure d = { 0 };
    struct ud_guid id;

    out[0] = '\0';
    if (ud_guid_parse(&id, request, strlen(request), NULL) == UD_OK &&
        ud_store_disclosure_get(p->v->read, &id, &d, NULL) == UD_OK)
        (void)ud_copy(out, size, d.outcome);
}

static bool
look_at_line(const struct ud_store_audit *a, void *arg)
{
    struct page *p = arg;
    struct ud_wire_audit_line l;
    char when[32], outcome[24];

    p->more = full(p);
    if (p->more)
        return false;
    p->looked++;
    p->last = a->seq;
    if (ud_wire_audit_line_decode(&l, a->line, a->line_length, NULL) != UD_OK || l.asked[0] == '\0')
        return true;
    bool package = strcmp(l.asked, "package") == 0, own = strcmp(l.role, "user") == 0;
    bool given = strcmp(l.event, package ? "package" : "disclosed") == 0;
    ud_wall_format(when, sizeof(when), a->at, true);
    if (given && !package)
        ended(p, outcome, sizeof(outcome), l.request);
    else
        outcome[0] = '\0';
    const struct ud_report_row row = { { [UD_AUDIT_TIME] = when,
        [UD_AUDIT_SOURCE] = own ? "self-service" : "helpdesk",
        [UD_AUDIT_RESULT] = given ? "successful" : "failed",
        [UD_AUDIT_HELPDESK_USER] = own ? l.end_user : l.user_name,
        [UD_AUDIT_END_USER] = l.end_user,
        [UD_AUDIT_COMPUTER] = l.device_name,
        [UD_AUDIT_SERIAL] = l.serial,
        [UD_AUDIT_KEY_TYPE] = package ? "package" : l.kind,
        [UD_AUDIT_KEY] = l.key,
        [UD_AUDIT_REASON] = l.reason,
        [UD_AUDIT_TICKET] = l.ticket,
        [UD_AUDIT_OUTCOME] = outcome,
        [UD_AUDIT_ROLE] = l.role,
        [UD_AUDIT_WHY] = given                  ? ""
                         : l.outcome[0] != '\0' ? l.outcome
                                                : l.event,
        [UD_AUDIT_REQUEST] = l.request } };
    add_row(p, &row);
    return true;
}

static enum ud_status
audit(struct page *p, uint64_t after, struct ud_error *err)
{
    const char *from = p->filter.value[UD_FILTER_FROM], *to = p->filter.value[UD_FILTER_TO];
    struct ud_store_span span = { .to = NEVER, .after = after };

    if ((from[0] != '\0' && !ud_report_time(&span.from, from, false)) || (to[0] != '\0' && !ud_report_time(&span.to, to, true)))
        return ud_error_set(err, UD_INVALID, "from and to are days or times.");
    return ud_store_audit_asked(p->v->read, &span, look_at_line, p, err);
}

/* --- how devices stand ----------------------------------------------------------------------------------------------------- */

static const char *
readiness(const struct ud_store_standing *s)
{
    static const char *const systems[] = { "Windows", "macOS", "Linux" };

    if (s->device.d.encrypted == UD_YES || s->escrowed)
        return "ready";
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
        if (strcmp(s->device.d.os, systems[i]) == 0)
            return "unknown";
    }
    return "not-applicable";
}

static bool
look_at_device(const struct ud_store_standing *s, void *arg)
{
    static const char *const states[] = { [UD_UNKNOWN] = "unknown", [UD_NO] = "not-encrypted", [UD_YES] = "encrypted" };
    const struct ud_device *d = &s->device.d;
    struct page *p = arg;
    char seen[32] = "";

    p->more = full(p);
    if (p->more)
        return false;
    p->looked++;
    p->last = s->device.row;
    if (d->last_checkin != UD_WALL_NONE)
        ud_wall_format(seen, sizeof(seen), d->last_checkin, false);
    const struct ud_report_row row = { { [UD_ENCRYPTION_DEVICE] = d->name,
        [UD_ENCRYPTION_SERIAL] = d->serial,
        [UD_ENCRYPTION_OS] = d->os,
        [UD_ENCRYPTION_VERSION] = d->os_version,
        [UD_ENCRYPTION_USER] = d->user,
        [UD_ENCRYPTION_READINESS] = readiness(s),
        [UD_ENCRYPTION_STATUS] = states[(unsigned)d->encrypted <= UD_YES ? d->encrypted : UD_UNKNOWN],
        [UD_ENCRYPTION_KEY] = s->escrowed ? "escrowed" : "missing",
        [UD_ENCRYPTION_SHOWN] = s->shown ? "yes" : "no",
        [UD_ENCRYPTION_CHECKIN] = seen } };
    add_row(p, &row);
    return true;
}

/* --- both ------------------------------------------------------------------------------------------------------------------ */

static bool
take_filter(struct page *p, const struct ud_vault_request *r, struct ud_error *err)
{
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++) {
        const char *value = r->report[i] == NULL ? "" : r->report[i];
        if (value[0] != '\0' && ud_report_filter_set(&p->filter, p->report, ud_report_filter_name((enum ud_report_filter_name)i),
                                    value, err) != UD_OK)
            return false;
    }
    return true;
}

void
ud_do_report(struct ud_vault *v, struct ud_vault_request *r)
{
    struct page *p = ud_xcalloc(1, sizeof(*p));
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_error err = { 0 };
    enum ud_status st;

    p->v = v;
    p->report = r->op == UD_VAULT_REPORT_AUDIT ? UD_REPORT_AUDIT : UD_REPORT_ENCRYPTION;
    p->limit = r->page.limit < UD_REPORT_PAGE ? r->page.limit : UD_REPORT_PAGE;
    ud_buf_init(&p->text, UINT16_MAX - 1);
    ud_json_writer_init(&p->w, &p->text);
    ud_json_write_array(&p->w, NULL);
    if (!take_filter(p, r, &err))
        st = UD_INVALID;
    else if (p->report == UD_REPORT_AUDIT)
        st = audit(p, r->page.after, &err);
    else
        st = ud_store_standings(v->read, r->page.after, LOOK_MOST + 1, look_at_device, p, &err);
    ud_json_write_array_end(&p->w);
    if (st == UD_OK)
        st = ud_buf_status(&p->text, &err);
    if (st == UD_INVALID)
        ud_reply_refuse(reply, UD_VAULT_INVALID, err.message);
    else if (st != UD_OK)
        ud_reply_failed(reply, st);
    else
        reply->text = ud_arena_text(&reply->frame, p->text.data);
    reply->next = st == UD_OK && p->more ? p->last : 0;
    ud_vault_send(v, r, reply);
    ud_buf_free(&p->text);
    free(p);
}
