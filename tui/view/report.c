#include "view/report.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "domain/reason.h"
#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define LEAD 2
#define HEAD 3 /* filter, state, head of the table */
#define FOOT 2 /* what the selected row says besides */
#define LOW  14

struct shown {
    unsigned column;
    struct ud_column c;
};

static const struct shown audit[] = {
    { UD_AUDIT_TIME, { N_("Time"), 10, 10, 0, 0, false } },
    { UD_AUDIT_RESULT, { N_("Result"), 10, 12, 0, 0, false } },
    { UD_AUDIT_HELPDESK_USER, { N_("Who asked"), 9, 22, 1, 1, false } },
    { UD_AUDIT_END_USER, { N_("For"), 12, 26, 1, 4, false } },
    { UD_AUDIT_COMPUTER, { N_("Computer"), 12, 20, 1, 0, false } },
    { UD_AUDIT_KEY_TYPE, { N_("Kind"), 9, 9, 0, 3, false } },
    { UD_AUDIT_REASON, { N_("Reason"), 10, 20, 1, 2, false } },
};
static const struct shown encryption[] = {
    { UD_ENCRYPTION_DEVICE, { N_("Device"), 12, 20, 1, 0, false } },
    { UD_ENCRYPTION_STATUS, { N_("Encryption"), 10, 14, 0, 0, false } },
    { UD_ENCRYPTION_KEY, { N_("Key"), 8, 8, 0, 0, false } },
    { UD_ENCRYPTION_SHOWN, { N_("Shown"), 5, 6, 0, 2, false } },
    { UD_ENCRYPTION_USER, { N_("User"), 10, 28, 1, 1, false } },
    { UD_ENCRYPTION_OS, { N_("System"), 7, 8, 0, 3, false } },
    { UD_ENCRYPTION_CHECKIN, { N_("Last seen"), 10, 10, 0, 4, false } },
};
#define COLUMNS 7
_Static_assert(sizeof(audit) / sizeof(audit[0]) == COLUMNS && sizeof(encryption) / sizeof(encryption[0]) == COLUMNS, "one width");

/* The service's words in the reader's language; other text is shown as it is. */
static const char *
word(const char *text)
{
    static const struct {
        const char *name, *text;
    } words[] = { { "successful", N_("successful") }, { "failed", N_("failed") }, { "encrypted", N_("encrypted") },
        { "not-encrypted", N_("not encrypted") }, { "escrowed", N_("escrowed") }, { "missing", N_("missing") },
        { "yes", N_("yes") }, { "no", N_("no") }, { "unknown", N_("unknown") }, { "self-service", N_("self-service") },
        { "ready", N_("ready") }, { "not-applicable", N_("not applicable") }, { "worked", N_("it worked") },
        { "did-not-unlock", N_("it did not unlock") }, { "gone", N_("the caller is gone") },
        { "advanced", N_("advanced helpdesk") }, { "bitlocker", N_("BitLocker") }, { "filevault", N_("FileVault") },
        { "luks", N_("LUKS") }, { "package", N_("key package") } };
    size_t count;
    const struct ud_reason *reason = ud_reason_shipped(&count);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].name, text) == 0)
            return _(words[i].text);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(reason[i].code, text) == 0)
            return _(reason[i].text);
    }
    return text;
}

bool
ud_view_report_is_name(enum ud_report r, size_t column)
{
    if (r == UD_REPORT_AUDIT)
        return column == UD_AUDIT_HELPDESK_USER || column == UD_AUDIT_END_USER || column == UD_AUDIT_COMPUTER ||
               column == UD_AUDIT_SERIAL;
    return column == UD_ENCRYPTION_DEVICE || column == UD_ENCRYPTION_USER || column == UD_ENCRYPTION_SERIAL;
}

static int
foot_rows(int height)
{
    return height >= LOW ? FOOT : 1;
}

size_t
ud_view_report_rows(int width, int height)
{
    int rows = height - HEAD - foot_rows(height);

    (void)width;
    return rows > 1 ? (size_t)rows : 1;
}

static enum ud_role
role_of(const char *text)
{
    return strcmp(text, "failed") == 0 || strcmp(text, "missing") == 0 || strcmp(text, "not-encrypted") == 0 ? UD_ROLE_STATE_BAD
                                                                                                             : UD_ROLE_TEXT;
}

static void
draw_row(struct ud_canvas cv, int y, const struct ud_table *table, const struct shown *shown, const struct ud_view_report *model,
    const struct ud_report_row *row, bool selected)
{
    struct ud_table_cell cell[COLUMNS];
    char when[32];

    for (size_t i = 0; i < COLUMNS; i++) {
        const char *text = row->cell[shown[i].column];
        ud_wall t;
        cell[i] = (struct ud_table_cell){ word(text), role_of(text) };
        if ((shown[i].c.want == 10 && ud_wall_parse(&t, text, strlen(text)))) {
            ud_view_clock(when, t, model->now);
            cell[i].text = when;
        }
    }
    ud_table_row(cv, y, table, cell, selected, false);
}

static void
add(char *out, size_t size, const char *label, const char *text)
{
    size_t used = strlen(out);

    if (text[0] != '\0')
        (void)snprintf(out + used, size - used, "%s%s%s%s", used > 0 ? " · " : "", label, label[0] != '\0' ? " " : "", text);
}

static void
describe(char *first, char *second, size_t size, const struct ud_view_report *model, const struct ud_report_row *row)
{
    const char *const *c = row->cell;
    char id[9];

    first[0] = second[0] = '\0';
    if (model->report == UD_REPORT_AUDIT) {
        (void)snprintf(id, sizeof(id), "%.8s", c[UD_AUDIT_KEY]);
        add(first, size, _("key ID"), id);
        add(first, size, _("reason"), word(c[UD_AUDIT_REASON]));
        add(first, size, _("ticket"), c[UD_AUDIT_TICKET]);
        add(first, size, _("ended"), word(c[UD_AUDIT_OUTCOME]));
        add(first, size, _("refused:"), c[UD_AUDIT_WHY]);
        add(second, size, _("by"), word(c[UD_AUDIT_SOURCE]));
        add(second, size, _("role"), word(c[UD_AUDIT_ROLE]));
        add(second, size, _("for"), c[UD_AUDIT_END_USER]);
        add(second, size, _("serial number"), c[UD_AUDIT_SERIAL]);
    } else {
        add(first, size, _("system"), c[UD_ENCRYPTION_OS]);
        add(first, size, "", c[UD_ENCRYPTION_VERSION]);
        add(first, size, _("user"), c[UD_ENCRYPTION_USER]);
        add(second, size, _("serial number"), c[UD_ENCRYPTION_SERIAL]);
        add(second, size, _("readiness"), word(c[UD_ENCRYPTION_READINESS]));
        add(second, size, _("shown and not replaced:"), word(c[UD_ENCRYPTION_SHOWN]));
    }
}

static void
draw_foot(struct ud_canvas cv, const struct ud_view_report *model)
{
    char first[400], second[400];
    int y = cv.height - foot_rows(cv.height);
    size_t at = model->list.selected - model->list.top;

    if (at >= model->row_count)
        return;
    describe(first, second, sizeof(first), model, &model->row[at]);
    ud_canvas_fit(cv, 1, y, cv.width - 2, UD_ROLE_TEXT, first);
    if (foot_rows(cv.height) > 1)
        ud_canvas_fit(cv, 1, y + 1, cv.width - 2, UD_ROLE_DIM, second);
}

static void
draw_head(struct ud_canvas cv, const struct ud_view_report *model)
{
    int cells = 2 + ud_canvas_fit(cv, 1, 0, cv.width / 4, UD_ROLE_LABEL, _("Filter"));
    char state[200];

    ud_line_draw(cv, 1 + cells, 0, cv.width - cells - 2, model->filter, true,
        model->report == UD_REPORT_AUDIT ? _("from=2026-11-01 result=failed alice@…")
                                         : _("key=missing status=encrypted os=Windows"));
    if (model->cut)
        (void)snprintf(state, sizeof(state), _("the first %zu; narrow the filter, or use the command report"), model->list.count);
    else if (model->list.count > 0)
        (void)snprintf(state, sizeof(state), model->more ? _("%s: %zu so far, more below") : _("%s: %zu"),
            model->report == UD_REPORT_AUDIT ? _("Who asked for keys") : _("Encryption"), model->list.count);
    else
        (void)snprintf(state, sizeof(state), "%s", model->report == UD_REPORT_AUDIT ? _("Who asked for keys") : _("Encryption"));
    ud_canvas_fit(cv, 1, 1, cv.width - 2, UD_ROLE_DIM, state);
}

static const char *
nothing(const struct ud_view_report *model)
{
    if (model->error != NULL)
        return model->error;
    if (model->loading || !model->known)
        return _("The report is being loaded.");
    return model->report == UD_REPORT_AUDIT
               ? _("No request for a key fits this filter. Esc clears it, Tab shows the other report.")
               : _("No device fits this filter. Esc clears it, Tab shows the other report.");
}

void
ud_view_report(struct ud_canvas cv, const struct ud_view_report *model)
{
    const struct shown *shown = model->report == UD_REPORT_AUDIT ? audit : encryption;
    struct ud_column column[COLUMNS];
    struct ud_table table;

    draw_head(cv, model);
    if (model->list.count == 0) {
        ud_part_sentence(cv, 2, HEAD, cv.width - 4, model->error ? UD_TONE_ERROR : UD_TONE_PLAIN, nothing(model));
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        column[i] = shown[i].c;
        column[i].title = ud_translate(column[i].title);
    }
    ud_table_layout(&table, column, COLUMNS, LEAD, cv.width);
    ud_table_head(cv, HEAD - 1, &table);
    for (size_t i = 0; i < model->row_count && i < ud_view_report_rows(cv.width, cv.height); i++)
        draw_row(cv, HEAD + (int)i, &table, shown, model, &model->row[i], model->list.top + i == model->list.selected);
    draw_foot(cv, model);
}
