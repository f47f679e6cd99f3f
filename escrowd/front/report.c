/* GET /escrow/v1/reports/audit and /encryption: filters are query options, pages as everywhere. */
#include <string.h>

#include "domain/report.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/odata.h"
#include "escrowd/front/route.h"

static void
answer_report(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    struct ud_buf next;

    ud_buf_init(&next, 2 * UD_CALL_URI_MAX);
    if (r->next != 0)
        ud_odata_next(&next, c, r->next);
    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_raw(&w, "value", r->text, strlen(r->text));
    if (r->next != 0)
        ud_json_write_text(&w, "@odata.nextLink", next.data);
    ud_json_write_object_end(&w);
    ud_buf_free(&next);
}

/* An option that is no filter of this report would be a filter that is silently ignored. */
static bool
known_options(struct ud_call *c, enum ud_report report)
{
    for (size_t i = 0; i < c->option_count; i++) {
        struct ud_report_filter checked = { 0 };
        struct ud_error err = { 0 };
        if (c->option[i].name[0] == '$')
            continue;
        if (ud_report_filter_set(&checked, report, c->option[i].name, c->option[i].value, &err) == UD_OK)
            continue;
        ud_call_error(c, 400, "invalid_request", err.message);
        return false;
    }
    return true;
}

static void
ask(struct ud_call *c, enum ud_report report, enum ud_vault_op op)
{
    struct ud_vault_request r = { .op = op };
    struct ud_odata o;

    if (!ud_odata_read(&o, c, UD_ODATA_TOP | UD_ODATA_SKIP) || !known_options(c, report))
        return;
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++)
        r.report[i] = ud_call_option(c, ud_report_filter_name((enum ud_report_filter_name)i));
    r.page.after = o.after;
    r.page.limit = o.top;
    ud_call_ask(c, &r, answer_report);
}

void
ud_front_report_audit(struct ud_call *c)
{
    ask(c, UD_REPORT_AUDIT, UD_VAULT_REPORT_AUDIT);
}

void
ud_front_report_encryption(struct ud_call *c)
{
    ask(c, UD_REPORT_ENCRYPTION, UD_VAULT_REPORT_ENCRYPTION);
}
