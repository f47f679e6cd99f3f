/* The floor of a sync: libcurl over one HTTP/2 connection, one page after the other. The bytes are thrown away, or gathered and read with cJSON
 * as soon as a page is there.
 *
 *     floor_fetch CA RUNS discard|cjson ADDRESS…        prints the ms of each run */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bench_cjson.h"
#include "bench_common.h"
#include "wire/page.h"

struct fetched {
    bool keep;
    size_t bytes;
    struct ud_buf page;
    struct ud_bench_seen seen;
};

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
    struct fetched *f = arg;

    f->bytes += size * count;
    if (f->keep)
        ud_buf_append(&f->page, bytes, size * count);
    return size * count;
}

static void
read_page(struct fetched *f)
{
    if (f->keep && (f->page.failed || !ud_bench_cjson(f->page.data, f->page.length, &f->seen))) {
        fprintf(stderr, "floor_fetch: a page is too long or no JSON\n");
        exit(1);
    }
    ud_buf_clear(&f->page);
}

static void
fetch(CURL *c, const char *address)
{
    long code = 0, version = 0;

    if (curl_easy_setopt(c, CURLOPT_URL, address) != CURLE_OK || curl_easy_perform(c) != CURLE_OK ||
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code) != CURLE_OK ||
        curl_easy_getinfo(c, CURLINFO_HTTP_VERSION, &version) != CURLE_OK || code != 200 || version != CURL_HTTP_VERSION_2_0) {
        fprintf(stderr, "floor_fetch: %s: %ld over version %ld\n", address, code, version);
        exit(1);
    }
}

int
main(int argc, char **argv)
{
    struct fetched f = { .keep = false };
    CURL *c;

    if (argc < 5 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (c = curl_easy_init()) == NULL) {
        fprintf(stderr, "usage: floor_fetch CA RUNS discard|cjson ADDRESS...\n");
        return 2;
    }
    (void)curl_easy_setopt(c, CURLOPT_CAINFO, argv[1]);
    (void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &f);
    f.keep = strcmp(argv[3], "cjson") == 0;
    ud_buf_init(&f.page, UD_WIRE_PAGE_MAX);
    for (int run = 0; run < atoi(argv[2]); run++) {
        double from = ud_bench_now();
        for (int i = 4; i < argc; i++) {
            fetch(c, argv[i]);
            read_page(&f);
        }
        printf("%.1f\n", ud_bench_now() - from);
    }
    ud_buf_free(&f.page);
    curl_easy_cleanup(c);
    curl_global_cleanup();
    return f.bytes > 0 && (!f.keep || f.seen.records > 0) ? 0 : 1;
}
