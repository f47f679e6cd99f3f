/* Memory functions for libcurl and OpenSSL that wipe the whole block whenever it is given back or moved (SR-7). */
#include "http/http.h"

#include <curl/curl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *
take(size_t size)
{
    return malloc(size);
}

static void
give_back(void *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

/* Never in place of a larger block's old memory: copied, then the old one is wiped. */
static void *
move(void *p, size_t size)
{
    size_t old = p == NULL ? 0 : malloc_usable_size(p);
    void *q;

    if (p != NULL && size > 0 && size <= old && size >= old / 2)
        return p;
    if ((q = malloc(size)) == NULL)
        return NULL;
    if (p != NULL)
        memcpy(q, p, old < size ? old : size);
    give_back(p);
    return q;
}

static char *
copy_text(const char *text)
{
    size_t length = strlen(text) + 1;
    char *p = malloc(length);

    return p == NULL ? NULL : memcpy(p, text, length);
}

static void *
take_zeroed(size_t count, size_t size)
{
    return calloc(count, size);
}

static void *
ssl_take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : malloc(size);
}

static void
ssl_give_back(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    give_back(p);
}

static void *
ssl_move(void *p, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        give_back(p);
        return NULL;
    }
    return move(p, size);
}

enum ud_status
ud_http_global_init(struct ud_error *err)
{
    if (CRYPTO_set_mem_functions(ssl_take, ssl_move, ssl_give_back) != 1)
        return ud_error_set(err, UD_FAILED, "The TLS library was in use before its memory could be secured");
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, give_back, move, copy_text, take_zeroed) != CURLE_OK)
        return ud_error_set(err, UD_FAILED, "The network library did not start");
    return UD_OK;
}
