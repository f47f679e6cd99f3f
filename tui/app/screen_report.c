/* The reports: a filter that is typed, a list that is loaded page by page as far as somebody scrolls. */
#include <stdlib.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

#define AHEAD 20 /* rows before the end where the next page is asked for */

static void
drop_rows(struct ud_report_state *v)
{
    for (size_t i = 0; i < v->count; i++) {
        explicit_bzero(v->line[i].text, strlen(v->line[i].text));
        free(v->line[i].text);
    }
    v->count = 0;
    v->next[0] = '\0';
    v->known = false;
    v->list = (struct ud_list){ .rows = v->list.rows };
}

void
ud_report_clear(struct ud_app *app)
{
    drop_rows(&app->report);
    free(app->report.line);
    ud_line_clear(&app->report.filter);
    app->report = (struct ud_report_state){ .line = NULL };
}

static void
ask(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;
    struct ud_request *r;

    if (v->tag != 0 || !app->worker || v->source >= app->config->source_count)
        return;
    r = ud_ask(app, &v->tag, UD_MSG_REPORT, v->source);
    r->u.report =
        (struct ud_msg_report){ .source = v->source, .report = (uint8_t)v->report, .filter = v->wanted, .resume = v->next };
}

static void
start_over(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;

    if (v->tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = v->tag;
    v->tag = 0;
    drop_rows(v);
    v->error[0] = v->hint[0] = '\0';
    if (v->line == NULL)
        v->line = ud_xcalloc(UD_REPORT_ROWS, sizeof(*v->line));
    ask(app);
}

void
ud_report_find(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;
    struct ud_error err = { 0 };

    if (ud_report_filter_parse(&v->wanted, v->report, v->filter.text, &err) != UD_OK) {
        ud_say(app, UD_TONE_WARNING, "%s%s%s", err.message, err.hint[0] != '\0' ? ". " : ".", err.hint);
        return;
    }
    app->message[0] = '\0';
    start_over(app);
}

void
ud_report_open(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;

    v->source = ud_role_report_source(app);
    if (v->line == NULL)
        ud_line_init(&v->filter, 200);
    ud_show(app, UD_SCREEN_REPORT);
    ud_report_find(app);
}

void
ud_report_other(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;

    v->report = v->report == UD_REPORT_AUDIT ? UD_REPORT_ENCRYPTION : UD_REPORT_AUDIT;
    ud_line_clear(&v->filter); /* it may not fit the other one */
    ud_report_find(app);
}

void
ud_report_leave(struct ud_app *app)
{
    struct ud_report_state *v = &app->report;

    if (!ud_line_empty(&v->filter)) {
        ud_line_clear(&v->filter);
        ud_report_find(app);
    } else {
        ud_show(app, UD_SCREEN_DEVICES);
    }
}

void
ud_report_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_report_state *v = &app->report;

    if (key->code != UD_KEY_HOME && key->code != UD_KEY_END && ud_list_key(&v->list, key)) {
        if (v->next[0] != '\0' && v->count < UD_REPORT_ROWS && v->list.selected + AHEAD >= v->count)
            ask(app);
        return;
    }
    (void)ud_line_key(&v->filter, key);
}

/* One block holds the texts of a row. */
static void
keep(struct ud_report_state *v, enum ud_report report, const struct ud_report_row *row)
{
    struct ud_report_line *l = &v->line[v->count];
    size_t columns = ud_report_columns(report), room = 0, at = 0;

    if (v->count == UD_REPORT_ROWS)
        return;
    for (size_t i = 0; i < columns; i++)
        room += strlen(row->cell[i]) + 1;
    l->text = ud_xcalloc(1, room);
    for (size_t i = 0; i < columns; i++) {
        size_t n = strlen(row->cell[i]) + 1;
        memcpy(l->text + at, row->cell[i], n);
        l->row.cell[i] = l->text + at;
        at += n;
    }
    v->count++;
}

bool
ud_report_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_report_state *v = &app->report;
    const struct ud_msg *m = e->message;

    if (v->tag == 0 || e->tag != v->tag)
        return false;
    if (m->type == UD_MSG_REPORT_PAGE && m->u.report_page.report == v->report) {
        for (size_t i = 0; i < m->u.report_page.count; i++)
            keep(v, v->report, &m->u.report_page.row[i]);
        if (!ud_copy(v->next, sizeof(v->next), m->u.report_page.next))
            v->next[0] = '\0';
        v->known = true;
        ud_list_set(&v->list, v->count, v->list.rows);
    } else if (m->type == UD_MSG_DONE) {
        v->tag = 0;
        if (m->u.done.status != UD_OK) {
            (void)ud_copy(v->error, sizeof(v->error), m->u.done.message);
            (void)ud_copy(v->hint, sizeof(v->hint), m->u.done.hint);
        }
    }
    return true;
}
