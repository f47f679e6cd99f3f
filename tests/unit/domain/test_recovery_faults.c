#include "tests/unit/base/failing_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/recovery.h"

static bool
generate(void)
{
    struct ud_secret *s;
    bool good = ud_recovery_generate(&s, UD_KIND_BITLOCKER, NULL) == UD_OK;

    if (!good && s != NULL)
        abort(); /* a failed call hands nothing over */
    ud_secret_free(&s);
    return good;
}

static void
a_key_that_cannot_be_made_leaves_no_secret_behind(void **state)
{
    (void)state;
    assert_int_equal(fail_each_secret_call(generate), 10); /* the key, and the random bytes it is made of */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_cannot_be_made_leaves_no_secret_behind),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
