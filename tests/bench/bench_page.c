/* N1: pages of devices from bytes to records, through wire/page.h and through cJSON with the same conversions.
 *
 *     bench_page LIST     LIST: the `full` format of gen_devices; its first 20000 devices are written as Graph pages of 1000
 *     bench_page LIST DIR COUNT ORIGIN     writes COUNT devices as pages DIR/1.json, … with next links ORIGIN/2.json, …; prints how many
 *
 * Prints: page-ms, cJSON-ms, heap bytes grown by a page (ours), records. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bench_cjson.h"
#include "bench_common.h"
#include "domain/fleet.h"
#include "wire/page.h"
#include "wire/record.h"

#define PAGE  1000u
#define PAGES 20u
#define RUNS  9u

static void
give_up(const char *what)
{
    fprintf(stderr, "bench_page: %s\n", what);
    exit(1);
}

/* --- pages ------------------------------------------------------------------------------------------------------------- */

static void
write_page(struct ud_buf *out, const struct ud_fleet *f, uint32_t first, uint32_t count, const char *next)
{
    static const struct ud_wire_device_more more = {
        .manufacturer = "Dell Inc.", .compliance = "compliant", .strict_times = true
    };
    struct ud_json_writer w;
    struct ud_device d;

    ud_json_writer_init(&w, out);
    ud_wire_page_begin(&w, "https://graph.example/v1.0/$metadata#deviceManagement/managedDevices", -1);
    for (uint32_t i = first; i < first + count; i++)
        if (ud_fleet_device(f, i, &d))
            ud_wire_device_write(&w, NULL, &d, &more);
    ud_wire_page_end(&w, next);
}

static int
write_pages(const struct ud_fleet *f, const char *dir, uint32_t count, const char *origin)
{
    uint32_t pages = (count + PAGE - 1) / PAGE;
    char path[512], next[512];
    struct ud_buf b;

    for (uint32_t i = 0; i < pages; i++) {
        ud_buf_init(&b, UD_WIRE_PAGE_MAX);
        snprintf(path, sizeof(path), "%s/%u.json", dir, i + 1);
        snprintf(next, sizeof(next), "%s/%u.json", origin, i + 2);
        write_page(&b, f, i * PAGE, count - i * PAGE < PAGE ? count - i * PAGE : PAGE, i + 1 < pages ? next : NULL);
        FILE *out = fopen(path, "w");
        if (out == NULL || fwrite(b.data, 1, b.length, out) != b.length || fclose(out) != 0)
            give_up("a page cannot be written");
        ud_buf_free(&b);
    }
    printf("%u\n", pages);
    return 0;
}

/* --- ours -------------------------------------------------------------------------------------------------------------- */

static void
through_page(const struct ud_buf *page, struct ud_wire_device_page *p)
{
    const struct ud_wire_page_info *info;
    struct ud_error e;

    ud_wire_device_page_reset(p);
    for (size_t at = 0; at < page->length; at += 16384) /* as they come from TLS */
        if (ud_wire_device_page_feed(p, page->data + at, page->length - at < 16384 ? page->length - at : 16384, &e) != UD_OK)
            give_up(e.message);
    if (ud_wire_device_page_finish(p, &info, &e) != UD_OK || info->records != PAGE)
        give_up("a page is not read whole");
}

static void
measure(const struct ud_buf *page)
{
    struct ud_wire_device_page *p = NULL;
    double ours[RUNS * PAGES], theirs[RUNS * PAGES], at;
    struct ud_bench_seen a = { 0 }, b = { 0 };
    size_t before = 0, after = 0;

    if (ud_wire_device_page_new(&p, ud_bench_see, &a, NULL) != UD_OK)
        give_up("no page");
    for (unsigned i = 0; i < RUNS * PAGES; i++) { /* in turns, page by page: what else the machine does hits both */
        before = mallinfo2().uordblks;            /* walks what cJSON has freed: not in the time */
        at = ud_bench_now();
        through_page(&page[i % PAGES], p);
        ours[i] = ud_bench_now() - at;
        after = mallinfo2().uordblks;
        at = ud_bench_now();
        if (!ud_bench_cjson(page[i % PAGES].data, page[i % PAGES].length, &b))
            give_up("cJSON does not read the page");
        theirs[i] = ud_bench_now() - at;
    }
    if (a.records != b.records || a.sum != b.sum)
        give_up("the two ways do not end in the same records");
    printf("%.4f %.4f %zu %zu\n", ud_bench_median(ours, RUNS * PAGES), ud_bench_median(theirs, RUNS * PAGES), after - before,
        a.records / RUNS);
    ud_wire_device_page_free(&p);
}

int
main(int argc, char **argv)
{
    struct ud_buf page[PAGES];

    if (argc != 2 && argc != 5)
        give_up("usage: bench_page LIST [DIR COUNT ORIGIN]");
    struct ud_fleet *f = ud_fleet_new();
    (void)ud_bench_read_list(f, argv[1]);
    if (argc == 5)
        return write_pages(f, argv[2], (uint32_t)strtoul(argv[3], NULL, 10), argv[4]);
    if (ud_fleet_rows(f) < PAGE * PAGES)
        give_up("the list is too short");
    for (uint32_t i = 0; i < PAGES; i++) {
        ud_buf_init(&page[i], UD_WIRE_PAGE_MAX);
        write_page(&page[i], f, i * PAGE, PAGE, "https://graph.example/v1.0/next");
    }
    measure(page);
    for (unsigned i = 0; i < PAGES; i++)
        ud_buf_free(&page[i]);
    ud_fleet_free(&f);
    return 0;
}
