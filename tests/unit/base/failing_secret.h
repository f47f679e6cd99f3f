/* base/secret.c compiled into the test, with each call that can fail made to fail in turn. */
#ifndef UD_TESTS_UNIT_BASE_FAILING_SECRET_H
#define UD_TESTS_UNIT_BASE_FAILING_SECRET_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

static int secret_calls_left = -1; /* until one fails; -1: none does */

static inline bool
secret_call_fails(void)
{
    return secret_calls_left >= 0 && secret_calls_left-- == 0;
}

static inline void *
failing_calloc(size_t count, size_t size)
{
    return secret_call_fails() ? NULL : calloc(count, size);
}

static inline void *
failing_sodium_malloc(size_t size)
{
    return secret_call_fails() ? NULL : sodium_malloc(size);
}

static inline int
failing_mlock(const void *start, size_t length)
{
    return secret_call_fails() ? -1 : mlock(start, length);
}

static inline int
failing_madvise(void *start, size_t length, int advice)
{
    return secret_call_fails() ? -1 : madvise(start, length, advice);
}

#define calloc        failing_calloc
#define sodium_malloc failing_sodium_malloc
#define mlock         failing_mlock
#define madvise       failing_madvise
#include "api-client/base/secret.c"
#undef calloc
#undef sodium_malloc
#undef mlock
#undef madvise

/* Runs `f` with the first, the second, … call failing until it succeeds. Each failure must leave no secret alive; `f` frees what it
 * got and says whether it succeeded. Returns how many calls failed on the way. */
static inline int
fail_each_secret_call(bool (*f)(void))
{
    size_t alive = ud_secret_live();

    for (int n = 0; n < 100; n++) {
        secret_calls_left = n;
        bool good = f();
        secret_calls_left = -1;
        if (ud_secret_live() != alive)
            return -1;
        if (good)
            return n;
    }
    return -1;
}

#endif
