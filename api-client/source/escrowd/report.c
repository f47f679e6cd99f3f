/* Reports of the service, page by page. A page without rows that has a next link only says that there is more to look at. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "source/escrowd/escrowd.h"
#include "wire/report.h"

#define LOOKS_MOST 20000 /* pages without a row, one after the other */

struct report {
    enum ud_report report;
    unsigned looks;
};

static void fetch(struct ud_source_call *c, const char *path);

static void
on_page(struct ud_source_call *c, struct ud_http_reply *reply)
{
    struct report *r = c->state;
    struct ud_wire_report_page *p = NULL;
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e;

    if (ud_wire_report_page_decode(&p, r->report, reply->body, reply->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    bool look_on = p->count == 0 && p->next[0] != '\0' && ++r->looks < LOOKS_MOST;
    enum ud_status st = look_on ? ud_http_origin_path(path, sizeof(path), &c->source->site, p->next, &e) : UD_OK;
    if (!look_on)
        c->sink->report(r->report, p->row, p->count, p->next, c->arg);
    ud_wire_report_page_free(&p);
    if (st != UD_OK)
        ud_source_fail(c, &e);
    else if (look_on)
        fetch(c, path);
    else
        ud_source_done(c);
}

static void
fetch(struct ud_source_call *c, const char *path)
{
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_page });
}

/* Appends &name=value for every filter that is set. */
static bool
add_filters(char *path, size_t size, const struct ud_report_filter *filter)
{
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++) {
        size_t used = strlen(path);
        if (filter->value[i][0] == '\0')
            continue;
        int n = snprintf(path + used, size - used, "&%s=", ud_report_filter_name((enum ud_report_filter_name)i));
        if (n < 0 || (size_t)n >= size - used || !ud_http_escape(path, size, filter->value[i]))
            return false;
    }
    return true;
}

void
ud_escrowd_report(struct ud_source_call *c, const struct ud_source_report *what)
{
    struct report *r = ud_source_state(c, sizeof(*r), NULL);
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e;

    r->report = what->report;
    if ((c->source->can & UD_WIRE_CAN_REPORTS) == 0) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This service has no reports"), "");
        return;
    }
    if (what->resume[0] != '\0') {
        if (ud_http_origin_path(path, sizeof(path), &c->source->site, what->resume, &e) != UD_OK)
            ud_source_fail(c, &e);
        else
            fetch(c, path);
        return;
    }
    snprintf(path, sizeof(path), "%s/escrow/v1/reports/%s?$top=%u", c->source->site_path, ud_report_name(what->report),
        UD_REPORT_PAGE);
    if (add_filters(path, sizeof(path), what->filter))
        fetch(c, path);
    else
        ud_source_refuse(c, UD_INVALID, N_("The filters are too long"), "");
}
