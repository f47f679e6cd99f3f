/* What libcurl, the TLS library and cJSON give back to the heap holds nothing any more. Reads memory after it was given back, on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <curl/mprintf.h>
#include <openssl/crypto.h>

#include "http/http.h"
#include "wire/json.h"

#define SIZE  400
#define GROWN 100000
#define HEAD  16 /* the allocator writes its own there */

#ifndef UD_SANITIZED /* it keeps what is given back out of reach */

/* Where a block lies, without the compiler knowing that it is the same block. */
static const volatile unsigned char *
place_of(const void *p)
{
    volatile uintptr_t at = (uintptr_t)p;

    return (const volatile unsigned char *)at;
}

static size_t
left_at(const volatile unsigned char *at)
{
    size_t count = 0;

    for (size_t i = HEAD; i < SIZE; i++)
        count += at[i] == 'K';
    return count;
}

/* Blocks beside it keep the heap from being joined or trimmed. */
static void
expect_wiped(void *(*take)(size_t), void *(*move)(void *, size_t), void (*give_back)(void *))
{
    void *before = take(SIZE), *p = take(SIZE), *after = take(SIZE);
    const volatile unsigned char *at = place_of(p);

    memset(p, 'K', SIZE);
    assert_int_equal(left_at(at), SIZE - HEAD);
    give_back(p);
    assert_int_equal(left_at(at), 0);
    if (move != NULL) {
        p = take(SIZE);
        at = place_of(p);
        memset(p, 'K', SIZE);
        p = move(p, GROWN);
        assert_ptr_not_equal(p, (const void *)(uintptr_t)at);
        assert_int_equal(left_at(p), SIZE - HEAD);
        assert_int_equal(left_at(at), 0);
        give_back(p);
    }
    give_back(before);
    give_back(after);
}

static void *
tls_take(size_t size)
{
    return OPENSSL_malloc(size);
}

static void *
tls_move(void *p, size_t size)
{
    return OPENSSL_realloc(p, size);
}

static void
tls_give_back(void *p)
{
    OPENSSL_free(p);
}

/* A text of its own that libcurl makes. */
static void *
curl_take(size_t size)
{
    char text[SIZE + 1];

    memset(text, 'x', size);
    text[size] = '\0';
    return curl_maprintf("%s", text);
}

static void
a_heap_that_is_not_wiped_would_be_noticed(void **state)
{
    void *before = malloc(SIZE), *p = malloc(SIZE), *after = malloc(SIZE);
    const volatile unsigned char *at = place_of(p);

    (void)state;
    assert_non_null(p);
    memset(p, 'K', SIZE);
    assert_int_equal(left_at(at), SIZE - HEAD);
    free(p);
    assert_true(left_at(at) > SIZE / 2);
    free(before);
    free(after);
}

static void
memory_of_libraries_is_wiped_when_it_is_given_back_or_moved(void **state)
{
    (void)state;
    expect_wiped(tls_take, tls_move, tls_give_back);
    expect_wiped(cJSON_malloc, NULL, cJSON_free);
    expect_wiped(curl_take, NULL, curl_free);
}
#endif

static void
the_libraries_start_with_our_memory_functions(void **state)
{
    struct ud_json *doc = NULL;

    (void)state;
    assert_int_equal(ud_json_parse(&doc, "{}", 2, NULL), UD_OK);
    ud_json_free(&doc);
}

static int
start(void **state)
{
    struct ud_error err;

    (void)state;
    return ud_http_global_init(&err) == UD_OK ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef UD_SANITIZED
        cmocka_unit_test(a_heap_that_is_not_wiped_would_be_noticed),
        cmocka_unit_test(memory_of_libraries_is_wiped_when_it_is_given_back_or_moved),
#endif
        cmocka_unit_test(the_libraries_start_with_our_memory_functions),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
