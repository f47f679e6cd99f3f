/* Small helpers of the wire tests. */
#ifndef UD_TESTS_WIRE_SUPPORT_H
#define UD_TESTS_WIRE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/secret.h"
#include "domain/guid.h"

static inline struct ud_secret *
secret_of(const char *text)
{
    struct ud_secret *s = NULL;
    size_t n = strlen(text);

    assert_int_equal(ud_secret_new(&s, n > 0 ? n : 1, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, text, n, NULL), UD_OK);
    return s;
}

static inline void
assert_secret(struct ud_secret *s, const char *text)
{
    assert_non_null(s);
    assert_int_equal(ud_secret_length(s), strlen(text));
    assert_memory_equal(ud_secret_open(s), text, strlen(text));
    ud_secret_close(s);
}

static inline struct ud_guid
guid_of(const char *text)
{
    struct ud_guid id;

    assert_int_equal(ud_guid_parse(&id, text, strlen(text), NULL), UD_OK);
    return id;
}

#define ID_A "8a5d13d6-0001-4000-8000-0000000000aa"
#define ID_B "c0ffee00-0002-4000-8000-0000000000bb"
#define ID_C "12345678-0003-4000-8000-0000000000cc"

#endif
