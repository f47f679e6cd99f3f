/* S1 and S5, and the memory of a list built in one go: prints "name value" lines for run.py.
 * Usage: bench_search LIST (full format) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_common.h"
#include "domain/guid.h"

#define RUNS 9

/* One thread reading every byte once, eight at a time in four sums: what the memory gives a program that looks at all of it. */
static double
read_all(const unsigned char *bytes, size_t length)
{
    double from = ud_bench_now();
    volatile uint64_t keep;
    uint64_t sum[4] = { 0 };

    for (size_t i = 0; i + 32 <= length; i += 32) {
        uint64_t w[4];
        memcpy(w, bytes + i, sizeof(w));
        for (unsigned k = 0; k < 4; k++)
            sum[k] += w[k];
    }
    keep = sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
    (void)keep;
    return ud_bench_now() - from;
}

/* Query and read by turns, so that whatever else the machine does hits both. */
static void
time_query(const struct ud_fleet *f, const char *name, const char *text, const unsigned char *bytes, size_t length)
{
    double took[RUNS], floor[RUNS];
    struct ud_query *q = NULL;
    struct ud_hits h = { 0 };

    if (ud_query_parse(&q, text, NULL, 0, NULL) != UD_OK)
        exit(1);
    for (unsigned r = 0; r < RUNS; r++) {
        floor[r] = read_all(bytes, length);
        double from = ud_bench_now();
        ud_fleet_search(f, q, 50, NULL, NULL, NULL, &h);
        took[r] = ud_bench_now() - from;
    }
    printf("s1.%s.%s %.3f %.3f\n", name, text, ud_bench_median(took, RUNS), ud_bench_median(floor, RUNS));
    ud_query_free(&q);
    ud_hits_free(&h);
}

/* Queries of two characters and more; their shares of the list are looked up, not assumed. */
static const char *const candidates[] = { "zqwxjv", "xylophone", "pf3a", "lon-lt-00012", "garcia", "lon-lt", "quinn", "lon", "lt",
    "ma", "de", "desktop", "5cg", "an", "er", "pf", "emea", "fabrikam", "ar", "la", "vi" };
#define CANDIDATES (sizeof(candidates) / sizeof(candidates[0]))

static double
share_of(const struct ud_fleet *f, const char *text)
{
    struct ud_query *q = NULL;
    struct ud_hits h = { 0 };

    if (ud_query_parse(&q, text, NULL, 0, NULL) != UD_OK)
        exit(1);
    ud_fleet_search(f, q, 50, NULL, NULL, NULL, &h);
    double share = h.fuzzy ? 0 : (double)h.total / (double)ud_fleet_devices(f);
    ud_query_free(&q);
    ud_hits_free(&h);
    return share;
}

/* Nothing, a hundred or so, 1 % and 25 %: for each the candidate that comes nearest, for nothing all of them. */
static void
bench_queries(const struct ud_fleet *f, const unsigned char *bytes, size_t length)
{
    static const struct {
        const char *name;
        double share;
    } wanted[] = { { "rare", 0.0002 }, { "percent", 0.01 }, { "quarter", 0.25 } };
    double share[CANDIDATES];

    for (size_t i = 0; i < CANDIDATES; i++) {
        share[i] = share_of(f, candidates[i]);
        if (share[i] <= 0)
            time_query(f, "none", candidates[i], bytes, length);
    }
    for (size_t k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++) {
        size_t best = CANDIDATES;
        for (size_t i = 0; i < CANDIDATES; i++)
            if (share[i] > 0 &&
                (best == CANDIDATES || fabs(log(share[i] / wanted[k].share)) < fabs(log(share[best] / wanted[k].share))))
                best = i;
        if (best < CANDIDATES)
            time_query(f, wanted[k].name, candidates[best], bytes, length);
    }
}

/* What a look-up cannot do without: halving a sorted array of IDs. */
static size_t
binary_search(const struct ud_guid *id, size_t count, const struct ud_guid *wanted)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&id[middle], wanted, sizeof(*id)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int
compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ud_guid));
}

static void
bench_keys(const struct ud_fleet *f)
{
    enum { LOOKUPS = 20000, KEPT = 8 };
    size_t count = ud_fleet_keys(f), found = 0;
    struct ud_guid *sorted = calloc(count, sizeof(*sorted));
    struct ud_key key[KEPT];
    uint32_t row[KEPT], at = 12345;
    double took[RUNS], halved[RUNS];

    for (size_t i = 0; sorted != NULL && i < count; i++)
        ud_guid_random(&sorted[i]);
    if (sorted == NULL)
        exit(1);
    qsort(sorted, count, sizeof(*sorted), compare_ids);
    for (unsigned r = 0; r < RUNS; r++) {
        struct ud_keyid_prefix p = { .digits = 8 };
        double from = ud_bench_now();
        for (unsigned i = 0; i < LOOKUPS; i++) {
            at = at * 1664525u + 1013904223u;
            memcpy(p.value.byte, &at, sizeof(at));
            found += ud_fleet_find_key(f, &p, key, row, KEPT);
        }
        took[r] = (ud_bench_now() - from) * 1e3 / LOOKUPS;
        from = ud_bench_now();
        for (unsigned i = 0; i < LOOKUPS; i++) {
            at = at * 1664525u + 1013904223u;
            memcpy(p.value.byte, &at, sizeof(at));
            found += binary_search(sorted, count, &p.value) == count;
        }
        halved[r] = (ud_bench_now() - from) * 1e3 / LOOKUPS;
    }
    free(sorted);
    printf("s5.lookup %.4f\ns5.binary %.4f\ns5.found %zu\n", ud_bench_median(took, RUNS), ud_bench_median(halved, RUNS), found);
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bench_search LIST\n", stderr);
        return 2;
    }
    size_t before = ud_bench_resident();
    struct ud_fleet *f = ud_fleet_new();
    double from = ud_bench_now();
    size_t bytes = ud_bench_read_list(f, argv[1]);
    printf("build.ms %.1f\n", ud_bench_now() - from);
    ud_fleet_sync_end(f, 0, true);
    printf("devices %zu\nkeys %zu\ntext %zu\nmemory %zu\npeak %zu\n", ud_fleet_devices(f), ud_fleet_keys(f), bytes,
        ud_bench_resident() - before, ud_bench_peak() - before);
    unsigned char *copy = malloc(bytes);
    if (copy == NULL)
        return 1;
    memset(copy, 'x', bytes);
    bench_queries(f, copy, bytes);
    bench_keys(f);
    free(copy);
    ud_fleet_free(&f);
    return 0;
}
