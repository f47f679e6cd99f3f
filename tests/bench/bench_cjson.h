/* A page of devices through cJSON, with the conversions that wire/page.h makes: what N1 and N2 are compared with. */
#ifndef UD_BENCH_CJSON_H
#define UD_BENCH_CJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/page.h"

/* What both ways end in: each record is looked at, none is kept. */
struct ud_bench_seen {
    size_t records;
    uint64_t sum;
};

/* Looks at a record; `arg` is a struct ud_bench_seen. */
enum ud_status ud_bench_see(const struct ud_device *d, struct ud_error *err, void *arg);
/* Reads a page and looks at each of its records. False where it is no JSON. */
bool ud_bench_cjson(const char *page, size_t length, struct ud_bench_seen *seen);

#endif
