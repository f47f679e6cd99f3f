/* The floor of a durable escrow: rows of a key's size into SQLite (WAL, FULL), and nothing else.
 *
 *     floor_sqlite FILE ROWS-A-TRANSACTION SECONDS      prints rows a second */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench_common.h"

static sqlite3 *db;

static void
run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return;
    fprintf(stderr, "floor_sqlite: %s: %s\n", sql, sqlite3_errmsg(db));
    exit(1);
}

static void
step(sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE || sqlite3_reset(s) != SQLITE_OK) {
        fprintf(stderr, "floor_sqlite: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static sqlite3_stmt *
prepare(const char *sql)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
        fprintf(stderr, "floor_sqlite: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
    return s;
}

int
main(int argc, char **argv)
{
    size_t rows = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: floor_sqlite FILE ROWS-A-TRANSACTION SECONDS\n");
        return 2;
    }
    int each = atoi(argv[2]);
    double seconds = atof(argv[3]);
    (void)unlink(argv[1]);
    if (sqlite3_open(argv[1], &db) != SQLITE_OK)
        return 1;
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("PRAGMA wal_autocheckpoint = 4000");
    run("CREATE TABLE key (row INTEGER PRIMARY KEY, id BLOB, device INTEGER, created INTEGER, sealed BLOB)");
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
    sqlite3_stmt *insert =
        prepare("INSERT INTO key (id, device, created, sealed) VALUES (randomblob(16), 1, 2, randomblob(120))");
    double from = ud_bench_now(), now = from;
    while (now < from + seconds * 1e3) {
        step(begin);
        for (int i = 0; i < each; i++)
            step(insert);
        step(commit);
        rows += (size_t)each;
        now = ud_bench_now();
    }
    printf("%.1f\n", (double)rows * 1e3 / (now - from));
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return 0;
}
