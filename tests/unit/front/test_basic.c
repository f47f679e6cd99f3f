/* HTTP Basic: what is a credential, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "escrowd/front/basic.h"

static bool
parse(struct ud_token *out, const char *plain)
{
    char text[800];

    ud_base64_encode(text, sizeof(text), plain, strlen(plain));
    return ud_basic_parse(out, text, strlen(text));
}

static void
a_credential_is_the_token_of_its_name_and_secret(void **state)
{
    static const char *const secrets[] = { "a", "ab", "abc", "with:colons:inside", "" };
    struct ud_token wanted, got;
    char plain[64];

    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        (void)snprintf(plain, sizeof(plain), "Fleet:%s", secrets[i]);
        assert_true(parse(&got, plain));
        ud_token_agent(&wanted, "fleet", 5, secrets[i], strlen(secrets[i]));
        assert_memory_equal(&got, &wanted, sizeof(got));
    }
}

static void
the_text_is_overwritten_by_what_it_held(void **state)
{
    char text[] = "ZmxlZXQ6c2VjcmV0"; /* fleet:secret */
    struct ud_token t;

    (void)state;
    assert_true(ud_basic_parse(&t, text, strlen(text)));
    assert_memory_equal(text, "fleet:secret", 12);
}

static void
what_is_no_credential_is_nobodys(void **state)
{
    static const char *const bad[] = { "", "=", "====", "Zm", "ZmxlZXQ", "ZmxlZXQ6c2VjcmV0=", "ZmxlZXQ6c2V jcmV0",
        "ZmxlZXQ6c2Vj_mV0", "bm9jb2xvbg==", "OnNlY3JldA==", "ZmxlZXQ6c2VjcmV1=" };
    char long_name[101], text[32];
    struct ud_token t, zero = { { 0 }, { 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)snprintf(text, sizeof(text), "%s", bad[i]);
        if (ud_basic_parse(&t, text, strlen(text)))
            fail_msg("taken: %s", bad[i]);
        assert_memory_equal(&t, &zero, sizeof(t));
    }
    memset(long_name, 'n', 98);
    memcpy(long_name + 98, ":s", 3);
    assert_false(parse(&t, long_name));
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_credential_is_the_token_of_its_name_and_secret),
        cmocka_unit_test(the_text_is_overwritten_by_what_it_held), cmocka_unit_test(what_is_no_credential_is_nobodys) };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
