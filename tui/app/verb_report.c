/* `report audit` and `report encryption`: what a service knows of who asked for keys and of how devices stand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "grid/i18n.h"
#include "wire/report.h"

#define OUTPUT_MAX ((size_t)1 << 30)

struct printing {
    enum ud_report report;
    bool json, csv;
    long limit; /* -1: all */
    size_t rows;
    char next[4096];
    struct ud_buf out;
    struct ud_json_writer w;
};

/* For people: the columns that fit on a line; the others are in --json and --csv. */
static void
print_row(const struct printing *p, const struct ud_report_row *row)
{
    static const struct {
        unsigned column;
        size_t cells;
    } audit[] = { { UD_AUDIT_TIME, 19 }, { UD_AUDIT_RESULT, 10 }, { UD_AUDIT_SOURCE, 12 }, { UD_AUDIT_HELPDESK_USER, 18 },
        { UD_AUDIT_END_USER, 26 }, { UD_AUDIT_COMPUTER, 18 }, { UD_AUDIT_KEY_TYPE, 9 }, { UD_AUDIT_KEY, 8 },
        { UD_AUDIT_REASON, 18 }, { UD_AUDIT_TICKET, 10 }, { UD_AUDIT_OUTCOME, 14 }, { UD_AUDIT_WHY, 14 } },
      encryption[] = { { UD_ENCRYPTION_DEVICE, 20 }, { UD_ENCRYPTION_OS, 8 }, { UD_ENCRYPTION_VERSION, 16 },
          { UD_ENCRYPTION_USER, 32 }, { UD_ENCRYPTION_READINESS, 14 }, { UD_ENCRYPTION_STATUS, 13 }, { UD_ENCRYPTION_KEY, 8 },
          { UD_ENCRYPTION_SHOWN, 5 }, { UD_ENCRYPTION_CHECKIN, 20 } };
    bool is_audit = p->report == UD_REPORT_AUDIT;
    size_t count = is_audit ? sizeof(audit) / sizeof(audit[0]) : sizeof(encryption) / sizeof(encryption[0]);

    for (size_t i = 0; i < count; i++) {
        ud_print_cell(
            row->cell[is_audit ? audit[i].column : encryption[i].column], is_audit ? audit[i].cells : encryption[i].cells);
        (void)fputs(i + 1 < count ? " " : "\n", stdout);
    }
}

static void
take_row(struct printing *p, const struct ud_report_row *row)
{
    if (p->limit >= 0 && p->rows >= (size_t)p->limit)
        return;
    p->rows++;
    if (p->json)
        ud_wire_report_row_write(&p->w, p->report, row);
    else if (p->csv)
        ud_report_csv_row(&p->out, p->report, row);
    else
        print_row(p, row);
}

static void
on_page(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct printing *p = arg;

    (void)s;
    if (e->type != UD_MSG_REPORT_PAGE)
        return;
    for (size_t i = 0; i < e->u.report_page.count; i++)
        take_row(p, &e->u.report_page.row[i]);
    (void)ud_copy(p->next, sizeof(p->next), e->u.report_page.next);
}

static enum ud_status
all_pages(struct ud_oneshot *s, struct printing *p, uint8_t source, const struct ud_report_filter *filter, struct ud_error *err)
{
    char resume[sizeof(p->next)] = "";
    enum ud_status st;

    do {
        struct ud_msg m = { .type = UD_MSG_REPORT };
        m.u.report =
            (struct ud_msg_report){ .source = source, .report = (uint8_t)p->report, .filter = *filter, .resume = resume };
        p->next[0] = '\0';
        st = ud_oneshot_request(s, &m, NULL, on_page, p, err);
        (void)ud_copy(resume, sizeof(resume), p->next);
    } while (st == UD_OK && resume[0] != '\0' && (p->limit < 0 || p->rows < (size_t)p->limit));
    return st;
}

static bool
reads_reports(enum ud_desk_role role)
{
    return role == UD_DESK_ADVANCED || role == UD_DESK_AUDITOR || role == UD_DESK_ADMIN;
}

/* Every source whose role reads reports; at least one. */
static enum ud_status
all_sources(struct ud_oneshot *s, struct printing *p, const struct ud_report_filter *filter, struct ud_error *err)
{
    const char *other = NULL;
    size_t asked = 0;
    enum ud_status st = UD_OK;

    for (uint8_t i = 0; i < s->config.source_count && st == UD_OK; i++) {
        if (reads_reports(s->role[i])) {
            st = all_pages(s, p, i, filter, err);
            asked++;
        } else if (s->role[i] != UD_DESK_NONE) {
            other = ud_desk_role_name(s->role[i]);
        }
    }
    if (st != UD_OK || asked > 0)
        return st;
    if (other != NULL)
        return ud_error_set(err, UD_DENIED, _("You are signed in as %s, a role that does not read reports"), other);
    ud_error_set(err, UD_UNSUPPORTED, "%s", _("None of the configured sources has reports"));
    return ud_error_hint(err, "%s", _("Reports come from an escrowd service."));
}

static enum ud_status
read_filter(struct ud_report_filter *filter, enum ud_report report, const struct ud_options *o, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    memset(filter, 0, sizeof(*filter));
    for (int i = 0; i < o->arg_count && st == UD_OK; i++) {
        char name[32];
        size_t n = strcspn(o->arg[i], "=");
        if (o->arg[i][n] == '\0' || n >= sizeof(name)) {
            st = ud_report_filter_set(filter, report, strchr(o->arg[i], '@') != NULL ? "user" : "device", o->arg[i], err);
            continue;
        }
        memcpy(name, o->arg[i], n);
        name[n] = '\0';
        st = ud_report_filter_set(filter, report, name, o->arg[i] + n + 1, err);
    }
    return st == UD_INVALID ? (err->status = UD_USAGE) : st;
}

static void
begin(struct printing *p)
{
    char schema[48];

    ud_buf_init(&p->out, OUTPUT_MAX);
    if (p->csv)
        ud_report_csv_row(&p->out, p->report, NULL);
    if (!p->json)
        return;
    (void)snprintf(schema, sizeof(schema), "unlockdesk.report.%s/1", ud_report_name(p->report));
    ud_json_writer_init(&p->w, &p->out);
    ud_json_write_object(&p->w, NULL);
    ud_json_write_text(&p->w, "schema", schema);
    ud_json_write_array(&p->w, "rows");
}

static enum ud_status
finish(struct printing *p, struct ud_error *err)
{
    enum ud_status st;

    if (p->rows == 0)
        fprintf(stderr, "%s\n",
            p->report == UD_REPORT_AUDIT ? _("No request for a key fits this filter.") : _("No device fits this filter."));
    if (p->json) {
        ud_json_write_array_end(&p->w);
        ud_json_write_object_end(&p->w);
        return ud_print_json(&p->out, err);
    }
    if ((st = ud_buf_status(&p->out, err)) != UD_OK || !p->csv)
        return st;
    return ud_fd_write_all(STDOUT_FILENO, p->out.data, p->out.length, err);
}

enum ud_status
ud_verb_report(struct ud_oneshot *s, struct ud_error *err)
{
    const struct ud_options *o = s->options;
    struct printing p = { .json = o->json, .csv = o->csv && !o->json, .limit = o->limit };
    struct ud_report_filter filter;
    enum ud_status st;

    if (!ud_report_parse(&p.report, strchr(o->verb, ' ') + 1))
        return ud_error_set(err, UD_USAGE, "\"%s\"", o->verb);
    if ((st = read_filter(&filter, p.report, o, err)) != UD_OK || (st = ud_oneshot_start(s, true, err)) != UD_OK ||
        (st = ud_oneshot_sign_in(s, err)) != UD_OK)
        return st;
    begin(&p);
    st = all_sources(s, &p, &filter, err);
    if (st == UD_OK)
        st = finish(&p, err);
    ud_buf_free(&p.out);
    return st;
}
