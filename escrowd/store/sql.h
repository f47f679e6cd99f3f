/* Statements: the list of all of them, prepared once a connection, and the few calls that bind and read. Private to store. */
#ifndef UD_STORE_SQL_H
#define UD_STORE_SQL_H

#include <sqlite3.h>

#include "escrowd/store/statements.h"
#include "escrowd/store/store.h"

enum ud_sql {
#define X(name, text) UD_SQL_##name,
    UD_SQL_LIST(X)
#undef X
        UD_SQL_COUNT
};

/* Prepared and reset; NULL where it cannot be prepared (then *err says why). Binds by `types`, one letter each:
 * i int64_t | t const char * (NULL: NULL) | g const struct ud_guid * (NULL or zero: NULL) | w ud_wall | b const void *, size_t */
sqlite3_stmt *ud_sql(struct ud_store *s, enum ud_sql id, struct ud_error *err, const char *types, ...);
/* Runs a statement without rows. */
UD_CHECK enum ud_status ud_sql_run(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err);
/* The same; UD_NOTFOUND where it changed no row. */
UD_CHECK enum ud_status ud_sql_change(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err);
/* One row: UD_OK there is one (reset the statement afterwards), UD_NOTFOUND there is none. */
UD_CHECK enum ud_status ud_sql_row(struct ud_store *s, sqlite3_stmt *st, struct ud_error *err);
enum ud_status ud_sql_error(struct ud_store *s, int rc, struct ud_error *err);

const char *ud_sql_text(sqlite3_stmt *st, int column);               /* "" for NULL */
void ud_sql_guid(sqlite3_stmt *st, int column, struct ud_guid *out); /* zero for NULL or a wrong size */
ud_wall ud_sql_wall(sqlite3_stmt *st, int column);
bool ud_sql_fixed(sqlite3_stmt *st, int column, void *out, size_t length); /* false where the size differs */
sqlite3 *ud_sql_handle(struct ud_store *s);

#endif
