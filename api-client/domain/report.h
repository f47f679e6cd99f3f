/* Reports that services with roles have: who asked for recovery keys, and how devices stand with encryption. A row is text by column. */
#ifndef UD_DOMAIN_REPORT_H
#define UD_DOMAIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

/* X(enumerator, name). RESULT: successful, failed. WHY: the service's word for a refusal. */
#define UD_REPORT_AUDIT_LIST(X)                                                                                                  \
    X(TIME, "time")                                                                                                              \
    X(SOURCE, "source") /* self-service, helpdesk */                                                                             \
    X(RESULT, "result")                                                                                                          \
    X(HELPDESK_USER, "helpdesk_user")                                                                                            \
    X(END_USER, "end_user")                                                                                                      \
    X(COMPUTER, "computer")                                                                                                      \
    X(SERIAL, "serial")                                                                                                          \
    X(KEY_TYPE, "key_type") /* bitlocker, filevault, luks, laps, package */                                                      \
    X(KEY, "key")                                                                                                                \
    X(REASON, "reason")                                                                                                          \
    X(TICKET, "ticket")                                                                                                          \
    X(OUTCOME, "outcome")                                                                                                        \
    X(ROLE, "role")                                                                                                              \
    X(WHY, "why")                                                                                                                \
    X(REQUEST, "request")
/* READINESS: ready (it is, or was, encrypted under this service), not-applicable (no system whose keys are kept), unknown. STATUS:
 * encrypted, not-encrypted, unknown. KEY: escrowed, missing. SHOWN: yes where a key was shown and not yet replaced. */
#define UD_REPORT_ENCRYPTION_LIST(X)                                                                                             \
    X(DEVICE, "device")                                                                                                          \
    X(SERIAL, "serial")                                                                                                          \
    X(OS, "os")                                                                                                                  \
    X(VERSION, "version")                                                                                                        \
    X(USER, "user")                                                                                                              \
    X(READINESS, "readiness")                                                                                                    \
    X(STATUS, "status")                                                                                                          \
    X(KEY, "key")                                                                                                                \
    X(SHOWN, "shown_not_replaced")                                                                                               \
    X(CHECKIN, "last_checkin")

enum ud_report { UD_REPORT_AUDIT, UD_REPORT_ENCRYPTION, UD_REPORT_COUNT };
enum ud_audit_column {
#define X(name, text) UD_AUDIT_##name,
    UD_REPORT_AUDIT_LIST(X)
#undef X
        UD_AUDIT_COLUMNS
};
enum ud_encryption_column {
#define X(name, text) UD_ENCRYPTION_##name,
    UD_REPORT_ENCRYPTION_LIST(X)
#undef X
        UD_ENCRYPTION_COLUMNS
};
#define UD_REPORT_CELLS 16 /* at most, of any report */
#define UD_REPORT_PAGE  100u

struct ud_report_row {
    const char *cell[UD_REPORT_CELLS]; /* borrowed; "" where there is nothing */
};

const char *ud_report_name(enum ud_report r); /* "audit", "encryption" */
bool ud_report_parse(enum ud_report *out, const char *name);
size_t ud_report_columns(enum ud_report r);
const char *ud_report_column(enum ud_report r, size_t column); /* NULL behind the last */

/* X(enumerator, name, audit, encryption): which report takes which filter. Texts match in part and without case; FROM and TO are days
 * (2026-11-21, TO with that whole day) or times of RFC 3339. */
#define UD_REPORT_FILTER_LIST(X)                                                                                                 \
    X(FROM, "from", 1, 0)                                                                                                        \
    X(TO, "to", 1, 0)                                                                                                            \
    X(RESULT, "result", 1, 0)                                                                                                    \
    X(KIND, "kind", 1, 0)                                                                                                        \
    X(TYPE, "type", 1, 0) /* role of who asked */                                                                                \
    X(USER, "user", 1, 1) /* helpdesk user or end user; user of the device */                                                    \
    X(DEVICE, "device", 1, 1)                                                                                                    \
    X(STATUS, "status", 0, 1)                                                                                                    \
    X(KEY, "key", 0, 1)                                                                                                          \
    X(SHOWN, "shown", 0, 1)                                                                                                      \
    X(OS, "os", 0, 1)

enum ud_report_filter_name {
#define X(name, text, audit, encryption) UD_FILTER_##name,
    UD_REPORT_FILTER_LIST(X)
#undef X
        UD_FILTER_COUNT
};
struct ud_report_filter {
    char value[UD_FILTER_COUNT][128]; /* "": not filtered by it */
};

const char *ud_report_filter_name(enum ud_report_filter_name f);
bool ud_report_takes(enum ud_report r, enum ud_report_filter_name f);
/* Sets one filter by its name; "" clears it. UD_INVALID with a sentence that says what it takes. */
UD_CHECK enum ud_status ud_report_filter_set(
    struct ud_report_filter *filter, enum ud_report r, const char *name, const char *value, struct ud_error *err);
/* Words as people type them: "result=failed from=2026-11-01 alice"; a word without a name is a device, one with an @ a user.
 * On failure the filter is as it was. */
UD_CHECK enum ud_status ud_report_filter_parse(
    struct ud_report_filter *filter, enum ud_report r, const char *text, struct ud_error *err);
/* Does the row fit, as far as its columns tell? (FROM and TO are left to who has times.) */
bool ud_report_fits(const struct ud_report_filter *filter, enum ud_report r, const struct ud_report_row *row);
/* Comma-separated values: a row with its line end; NULL: the names of the columns. A cell that a spreadsheet would take for a formula (it
 * begins with = + - @ or a tab) gets an apostrophe in front. */
void ud_report_csv_row(struct ud_buf *out, enum ud_report r, const struct ud_report_row *row);
void ud_report_csv_cell(struct ud_buf *out, const char *text);
/* A day or a time; a day as `end` is the first moment behind it. */
bool ud_report_time(ud_wall *out, const char *text, bool end);

#endif
