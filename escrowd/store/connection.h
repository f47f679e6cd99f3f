/* Inside of a connection. Private to store. */
#ifndef UD_STORE_CONNECTION_H
#define UD_STORE_CONNECTION_H

#include "escrowd/store/sql.h"

struct ud_store {
    sqlite3 *db;
    sqlite3_stmt *statement[UD_SQL_COUNT];
    bool sync_failed;
    int64_t seen;                  /* data version at the last ud_store_changed */
    unsigned log_pages, log_limit; /* of the write-ahead log */
};

/* Settings and schema (schema.c). */
UD_CHECK enum ud_status ud_store_settings(struct ud_store *s, enum ud_store_mode mode, struct ud_error *err);
UD_CHECK enum ud_status ud_store_schema(struct ud_store *s, enum ud_store_mode mode, struct ud_error *err);

#endif
