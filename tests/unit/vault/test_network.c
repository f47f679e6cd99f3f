/* Source networks: what is in a list, and what is no list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "escrowd/vault/network.h"

static void
an_address_is_in_a_network_by_its_first_bits(void **state)
{
    static const struct {
        const char *list, *address;
        bool in;
    } row[] = { { "10.20.0.0/16", "10.20.255.1", true }, { "10.20.0.0/16", "10.21.0.1", false },
        { "10.20.128.0/17", "10.20.128.0", true }, { "10.20.128.0/17", "10.20.127.255", false },
        { "192.0.2.7", "192.0.2.7", true }, { "192.0.2.7", "192.0.2.8", false }, { "0.0.0.0/0", "203.0.113.1", true },
        { "0.0.0.0/0", "2001:db8::1", false }, { "2001:db8::/32", "2001:db8:ffff::1", true },
        { "2001:db8::/32", "2001:db9::1", false }, { "192.0.2.0/24", "::ffff:192.0.2.9", true },
        { "10.0.0.0/8, 192.0.2.0/24", "192.0.2.1", true }, { "unix", "unix", true }, { "10.0.0.0/8", "unix", false },
        { "unix", "10.0.0.1", false }, { "", "10.0.0.1", false }, { "0.0.0.0/0", "nonsense", false } };
    struct ud_networks n;

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        assert_true(ud_networks_parse(&n, row[i].list));
        if (ud_networks_have(&n, row[i].address) != row[i].in)
            fail_msg("%s in %s", row[i].address, row[i].list);
    }
}

static void
a_list_with_a_mistake_is_refused(void **state)
{
    static const char *const bad[] = { "10.20.0.1/16", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0", "2001:db8::/129",
        "example.org", "10.0.0.0/8 and more" };
    struct ud_networks n;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (ud_networks_parse(&n, bad[i]))
            fail_msg("taken: %s", bad[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_address_is_in_a_network_by_its_first_bits),
        cmocka_unit_test(a_list_with_a_mistake_is_refused) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
