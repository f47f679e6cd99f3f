/* Reports: rows on their way from the service to the console, and the audit lines they are made of. Both directions. */
#ifndef UD_WIRE_REPORT_H
#define UD_WIRE_REPORT_H

#include "domain/device.h"
#include "domain/report.h"
#include "wire/json_writer.h"

#define UD_WIRE_REPORT_CELL 320 /* bytes of one cell, with NUL */

/* One row, as an object with a member for each column; "" is written as null. */
void ud_wire_report_row_write(struct ud_json_writer *w, enum ud_report r, const struct ud_report_row *row);
/* A page {"value":[row…],"@odata.nextLink":…}. More rows than UD_REPORT_PAGE, a cell that is no text: UD_MALFORMED. */
struct ud_wire_report_page {
    struct ud_report_row row[UD_REPORT_PAGE]; /* text is the page's */
    size_t count;
    char next[4096]; /* "": this was the last */
    char *text;
};
UD_CHECK enum ud_status ud_wire_report_page_decode(
    struct ud_wire_report_page **out, enum ud_report r, const void *body, size_t length, struct ud_error *err);
void ud_wire_report_page_free(struct ud_wire_report_page **p);

/* A line of the service's audit about somebody who asked for a key. */
struct ud_wire_audit_line {
    char event[24], user_name[UD_SHORT_MAX], role[16], end_user[UD_NAME_MAX], device_name[UD_NAME_MAX], serial[UD_SHORT_MAX];
    char key[UD_GUID_TEXT], kind[16], reason[64], ticket[64], outcome[32], request[UD_GUID_TEXT];
    char asked[16]; /* "key", "package"; "": not such a line */
};
UD_CHECK enum ud_status ud_wire_audit_line_decode(
    struct ud_wire_audit_line *out, const void *line, size_t length, struct ud_error *err);

#endif
