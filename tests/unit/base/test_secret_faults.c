/* What makes secrets, with memory or the lock refused at each step. */
#include "tests/unit/base/failing_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "base/sign.h"

static unsigned char pub[32], box[200], mac_key[UD_AEAD_KEY];
static size_t box_len;
static struct ud_secret *pair, *aead_key;

static bool
finish(enum ud_status st, struct ud_secret **s)
{
    bool good = st == UD_OK;

    if (!good && *s != NULL)
        abort(); /* a failed call hands nothing over */
    ud_secret_free(s);
    return good;
}

static bool
make_one(void)
{
    struct ud_secret *s;

    return finish(ud_secret_new(&s, 100, NULL), &s);
}

static bool
make_pair(void)
{
    unsigned char p[32];
    struct ud_secret *s;

    return finish(ud_seal_keypair(p, &s, NULL), &s);
}

static bool
make_signing_pair(void)
{
    unsigned char p[32];
    struct ud_secret *s;

    return finish(ud_sign_keypair(p, &s, NULL), &s);
}

static bool
open_sealed(void)
{
    struct ud_secret *s;

    return finish(ud_seal_open(&s, box, box_len, pair, NULL), &s);
}

static bool
open_aead(void)
{
    unsigned char b[100];
    size_t n;
    struct ud_secret *s = NULL;

    if (ud_aead_seal(b, sizeof(b), &n, pair, NULL, 0, aead_key, NULL) != UD_OK)
        return false;
    return finish(ud_aead_open(&s, b, n, NULL, 0, aead_key, NULL), &s);
}

static bool
derive(void)
{
    struct ud_kdf kdf = { .memory_kib = 64 * 1024, .passes = 2 };
    unsigned char p[32];
    struct ud_secret *s;

    return finish(ud_kdf_keypair(p, &s, aead_key, &kdf, NULL), &s);
}

static bool
read_file(void)
{
    char path[] = "/tmp/ud-secret-XXXXXX";
    struct ud_secret *s;
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, "secret", 6) != 6)
        abort();
    close(fd);
    bool good = finish(ud_file_read_secret(&s, path, NULL), &s);
    unlink(path);
    return good;
}

static void
a_refusal_at_any_step_leaves_no_secret_behind(void **state)
{
    (void)state;
    assert_int_equal(fail_each_secret_call(make_one), 5); /* calloc, guarded block, lock, two advices */
    assert_int_equal(fail_each_secret_call(make_pair), 5);
    assert_int_equal(fail_each_secret_call(make_signing_pair), 10);
    assert_int_equal(fail_each_secret_call(open_sealed), 5);
    assert_int_equal(fail_each_secret_call(open_aead), 5);
    assert_int_equal(fail_each_secret_call(derive), 10);
    assert_int_equal(fail_each_secret_call(read_file), 5);
}

static void
a_lock_that_is_refused_names_the_limit_and_the_fix(void **state)
{
    struct ud_secret *s;
    struct ud_error err;

    (void)state;
    secret_calls_left = 2;
    assert_int_equal(ud_secret_new(&s, 10, &err), UD_NOMEM);
    assert_non_null(strstr(err.message, "KiB"));
    assert_non_null(strstr(err.hint, "memlock"));
}

static int
start(void **state)
{
    struct ud_secret *plain;

    (void)state;
    if (ud_seal_init(NULL) != UD_OK || ud_seal_keypair(pub, &pair, NULL) != UD_OK || ud_secret_new(&plain, 10, NULL) != UD_OK ||
        ud_secret_append(plain, "x", 1, NULL) != UD_OK || ud_seal(box, sizeof(box), &box_len, plain, pub, NULL) != UD_OK)
        return 1;
    ud_secret_free(&plain);
    ud_random(mac_key, sizeof(mac_key));
    return ud_secret_new(&aead_key, UD_AEAD_KEY, NULL) != UD_OK ||
           ud_secret_append(aead_key, mac_key, sizeof(mac_key), NULL) != UD_OK;
}

static int
end(void **state)
{
    (void)state;
    ud_secret_free(&pair);
    ud_secret_free(&aead_key);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_at_any_step_leaves_no_secret_behind),
        cmocka_unit_test(a_lock_that_is_refused_names_the_limit_and_the_fix),
    };

    return cmocka_run_group_tests(tests, start, end);
}
