/* Reports as comma-separated values (RFC 4180), for programs that calculate. */
#include <string.h>

#include "domain/report.h"

/* A spreadsheet takes a cell that begins so for a formula and runs it; with an apostrophe in front it is text. */
static bool
is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

void
ud_report_csv_cell(struct ud_buf *out, const char *text)
{
    bool formula = is_formula(text);

    if (!formula && text[strcspn(text, ",\"\r\n")] == '\0') {
        ud_buf_text(out, text);
        return;
    }
    ud_buf_byte(out, '"');
    if (formula)
        ud_buf_byte(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            ud_buf_byte(out, '"');
        ud_buf_byte(out, *text);
    }
    ud_buf_byte(out, '"');
}

void
ud_report_csv_row(struct ud_buf *out, enum ud_report r, const struct ud_report_row *row)
{
    for (size_t i = 0; i < ud_report_columns(r); i++) {
        if (i > 0)
            ud_buf_byte(out, ',');
        ud_report_csv_cell(out, row != NULL ? row->cell[i] : ud_report_column(r, i));
    }
    ud_buf_text(out, "\r\n");
}
