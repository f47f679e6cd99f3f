/* The floor of a sync: libcurl over one HTTP/2 connection, one page after the other, bytes thrown away.
 *
 *     floor_fetch CA RUNS ADDRESS…        prints the ms of each run */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_common.h"

static size_t
discard(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    *(size_t *)arg += size * count;
    return size * count;
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
    size_t bytes = 0;
    CURL *c;

    if (argc < 4 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (c = curl_easy_init()) == NULL) {
        fprintf(stderr, "usage: floor_fetch CA RUNS ADDRESS...\n");
        return 2;
    }
    (void)curl_easy_setopt(c, CURLOPT_CAINFO, argv[1]);
    (void)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, discard);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &bytes);
    for (int run = 0; run < atoi(argv[2]); run++) {
        double from = ud_bench_now();
        for (int i = 3; i < argc; i++)
            fetch(c, argv[i]);
        printf("%.1f\n", ud_bench_now() - from);
    }
    curl_easy_cleanup(c);
    curl_global_cleanup();
    return bytes > 0 ? 0 : 1;
}
