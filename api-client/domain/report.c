/* Names of columns, filters and what they take. */
#include "domain/report.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "domain/desk_role.h"
#include "domain/recovery.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DAY      ((ud_wall)24 * 3600 * 1000)

static const char *const names[UD_REPORT_COUNT] = { "audit", "encryption" };
static const char *const audit_columns[] = {
#define X(name, text) text,
    UD_REPORT_AUDIT_LIST(X)
#undef X
};
static const char *const encryption_columns[] = {
#define X(name, text) text,
    UD_REPORT_ENCRYPTION_LIST(X)
#undef X
};
static const struct {
    const char *name;
    bool of[UD_REPORT_COUNT];
} filters[UD_FILTER_COUNT] = {
#define X(name, text, audit, encryption) { text, { audit, encryption } },
    UD_REPORT_FILTER_LIST(X)
#undef X
};
_Static_assert(UD_AUDIT_COLUMNS <= UD_REPORT_CELLS && UD_ENCRYPTION_COLUMNS <= UD_REPORT_CELLS, "every column has its cell");

const char *
ud_report_name(enum ud_report r)
{
    return (unsigned)r < UD_REPORT_COUNT ? names[r] : "";
}

bool
ud_report_parse(enum ud_report *out, const char *name)
{
    for (unsigned i = 0; i < UD_REPORT_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *out = (enum ud_report)i;
        return true;
    }
    return false;
}

size_t
ud_report_columns(enum ud_report r)
{
    return r == UD_REPORT_AUDIT ? COUNT(audit_columns) : COUNT(encryption_columns);
}

const char *
ud_report_column(enum ud_report r, size_t column)
{
    if (column >= ud_report_columns(r))
        return NULL;
    return r == UD_REPORT_AUDIT ? audit_columns[column] : encryption_columns[column];
}

const char *
ud_report_filter_name(enum ud_report_filter_name f)
{
    return (unsigned)f < UD_FILTER_COUNT ? filters[f].name : "";
}

bool
ud_report_takes(enum ud_report r, enum ud_report_filter_name f)
{
    return (unsigned)r < UD_REPORT_COUNT && (unsigned)f < UD_FILTER_COUNT && filters[f].of[r];
}

bool
ud_report_time(ud_wall *out, const char *text, bool end)
{
    char whole[40];
    size_t length = strlen(text);

    if (length != 10)
        return ud_wall_parse(out, text, length) && *out != UD_WALL_NONE;
    (void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
    if (!ud_wall_parse(out, whole, strlen(whole)) || *out == UD_WALL_NONE)
        return false;
    *out += end ? DAY : 0;
    return true;
}

/* --- what a filter takes -------------------------------------------------------------------------------------------------- */

static bool
one_of(const char *value, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(value, *list) == 0)
            return true;
    }
    return false;
}

/* NULL: any text. */
static const char *
takes(enum ud_report_filter_name f, const char *value)
{
    static const char *const results[] = { "successful", "failed", NULL }, *const yes_no[] = { "yes", "no", NULL },
                             *const states[] = { "encrypted", "not-encrypted", "unknown", NULL },
                             *const keys[] = { "escrowed", "missing", NULL };
    enum ud_kind kind;
    ud_wall t;

    switch (f) {
    case UD_FILTER_FROM:
    case UD_FILTER_TO:
        return ud_report_time(&t, value, false) ? NULL : N_("a day as in 2026-11-21, or a time as in 2026-11-21T08:00:00Z");
    case UD_FILTER_RESULT:
        return one_of(value, results) ? NULL : N_("successful or failed");
    case UD_FILTER_KIND:
        return ud_kind_parse(&kind, value) || strcmp(value, "package") == 0 ? NULL
                                                                            : N_("bitlocker, filevault, luks, laps or package");
    case UD_FILTER_TYPE:
        return ud_desk_role_parse(value) != UD_DESK_NONE ? NULL : N_("user, helpdesk, advanced, approver, auditor or admin");
    case UD_FILTER_STATUS:
        return one_of(value, states) ? NULL : N_("encrypted, not-encrypted or unknown");
    case UD_FILTER_KEY:
        return one_of(value, keys) ? NULL : N_("escrowed or missing");
    case UD_FILTER_SHOWN:
        return one_of(value, yes_no) ? NULL : N_("yes or no");
    default:
        return NULL;
    }
}

static enum ud_status
unknown_filter(enum ud_report r, const char *name, struct ud_error *err)
{
    char list[160] = "";
    size_t used = 0;

    for (unsigned i = 0; i < UD_FILTER_COUNT; i++) {
        if (ud_report_takes(r, (enum ud_report_filter_name)i) && used < sizeof(list))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "", filters[i].name);
    }
    ud_error_set(err, UD_INVALID, _("The report \"%s\" has no filter \"%.40s\""), ud_report_name(r), name);
    return ud_error_hint(err, _("It has: %s"), list);
}

enum ud_status
ud_report_filter_set(struct ud_report_filter *filter, enum ud_report r, const char *name, const char *value, struct ud_error *err)
{
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++) {
        enum ud_report_filter_name f = (enum ud_report_filter_name)i;
        const char *what;
        if (!ud_report_takes(r, f) || strcmp(filters[i].name, name) != 0)
            continue;
        if (value[0] != '\0' && (what = takes(f, value)) != NULL)
            return ud_error_set(err, UD_INVALID, _("\"%s\" takes %s, not \"%.60s\""), name, ud_translate(what), value);
        if (!ud_copy(filter->value[i], sizeof(filter->value[i]), value))
            return ud_error_set(err, UD_INVALID, _("What \"%s\" looks for is too long"), name);
        return UD_OK;
    }
    return unknown_filter(r, name, err);
}

static enum ud_status
take_word(struct ud_report_filter *filter, enum ud_report r, char *word, struct ud_error *err)
{
    char *equals = strchr(word, '=');

    if (equals == NULL)
        return ud_report_filter_set(filter, r, strchr(word, '@') != NULL ? "user" : "device", word, err);
    *equals = '\0';
    return ud_report_filter_set(filter, r, word, equals + 1, err);
}

enum ud_status
ud_report_filter_parse(struct ud_report_filter *filter, enum ud_report r, const char *text, struct ud_error *err)
{
    struct ud_report_filter wanted = { 0 };
    char words[1024], *save = NULL;
    enum ud_status st = UD_OK;

    if (!ud_copy(words, sizeof(words), text))
        return ud_error_set(err, UD_INVALID, "%s", _("The filter is too long"));
    for (char *word = strtok_r(words, " ", &save); word != NULL && st == UD_OK; word = strtok_r(NULL, " ", &save))
        st = take_word(&wanted, r, word, err);
    if (st == UD_OK)
        *filter = wanted;
    return st;
}

/* --- rows ------------------------------------------------------------------------------------------------------------------ */

static bool
has(const char *cell, const char *wanted)
{
    return wanted[0] == '\0' || strcasestr(cell, wanted) != NULL;
}

static bool
is(const char *cell, const char *wanted)
{
    return wanted[0] == '\0' || strcmp(cell, wanted) == 0;
}

bool
ud_report_fits(const struct ud_report_filter *filter, enum ud_report r, const struct ud_report_row *row)
{
    const char *const *c = row->cell;
    const char *device = filter->value[UD_FILTER_DEVICE], *user = filter->value[UD_FILTER_USER];

    if (r == UD_REPORT_AUDIT)
        return is(c[UD_AUDIT_RESULT], filter->value[UD_FILTER_RESULT]) &&
               is(c[UD_AUDIT_KEY_TYPE], filter->value[UD_FILTER_KIND]) && is(c[UD_AUDIT_ROLE], filter->value[UD_FILTER_TYPE]) &&
               (has(c[UD_AUDIT_HELPDESK_USER], user) || has(c[UD_AUDIT_END_USER], user)) &&
               (has(c[UD_AUDIT_COMPUTER], device) || has(c[UD_AUDIT_SERIAL], device));
    return is(c[UD_ENCRYPTION_STATUS], filter->value[UD_FILTER_STATUS]) &&
           is(c[UD_ENCRYPTION_KEY], filter->value[UD_FILTER_KEY]) && is(c[UD_ENCRYPTION_SHOWN], filter->value[UD_FILTER_SHOWN]) &&
           has(c[UD_ENCRYPTION_OS], filter->value[UD_FILTER_OS]) && has(c[UD_ENCRYPTION_USER], user) &&
           (has(c[UD_ENCRYPTION_DEVICE], device) || has(c[UD_ENCRYPTION_SERIAL], device));
}
