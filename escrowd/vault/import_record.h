/* What both import formats come down to. Private to import*.c. */
#ifndef UD_VAULT_IMPORT_RECORD_H
#define UD_VAULT_IMPORT_RECORD_H

#include "escrowd/vault/import.h"

struct ud_import_record {
    unsigned line;
    const char *device, *serial, *user, *domain, *os, *local_users, *package; /* "" where not given; borrowed from the data */
    enum ud_ownership ownership;
    struct ud_guid key;
    enum ud_kind kind;
    enum ud_volume volume;
    ud_wall created;
    const char *secret; /* borrowed; `secret_length` bytes */
    size_t secret_length;
    const char *protector; /* not NULL: no key, another protector of this kind */
};

struct ud_import_run {
    struct ud_change_context *context;
    const struct ud_import_options *options;
    struct ud_import_report *report;
    ud_import_problem problem;
    void *arg;
    struct ud_guid *seen; /* key IDs of this file */
    size_t seen_count, seen_room;
};

void ud_import_complain(struct ud_import_run *run, unsigned line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Checks one record and, unless this is a dry run or something was wrong already, stores it. A problem is not a failure. */
UD_CHECK enum ud_status ud_import_take(struct ud_import_run *run, const struct ud_import_record *r, struct ud_error *err);

/* The two formats. */
UD_CHECK enum ud_status ud_import_csv(struct ud_import_run *run, char *data, size_t length, struct ud_error *err);
UD_CHECK enum ud_status ud_import_manage_bde(struct ud_import_run *run, char *data, size_t length, struct ud_error *err);

#endif
