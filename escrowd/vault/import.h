/* `escrowd import`: recovery keys from a CSV file or from the text that manage-bde -protectors -get prints. Everything is checked before anything is
 * stored; a dry run stores nothing and lists every problem. The caller keeps the file's bytes in locked memory and wipes them afterwards. */
#ifndef UD_VAULT_IMPORT_H
#define UD_VAULT_IMPORT_H

#include "escrowd/vault/state.h"

#define UD_IMPORT_MAX ((size_t)256 * 1024 * 1024)

struct ud_import_options {
    bool dry_run;
    const char *caller, *file;          /* for the audit; NULL: not told */
    const char *device, *serial, *user; /* manage-bde text only: whose protectors these are; device is needed */
};

struct ud_import_report {
    unsigned records, devices, keys, protectors, duplicates, problems;
};

/* Called for each problem; `line` counts from 1. The text names the column, never the key. */
typedef void (*ud_import_problem)(unsigned line, const char *text, void *arg);

/* Reads `data` (`length` bytes and room for one more; changed in place, then wiped). UD_INVALID where there were problems: nothing was stored. Runs in a transaction of its own. */
UD_CHECK enum ud_status ud_import(struct ud_change_context *c, char *data, size_t length, const struct ud_import_options *o,
    ud_import_problem problem, void *arg, struct ud_import_report *report, struct ud_error *err);

#endif
