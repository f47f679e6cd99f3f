/* Accounts as directories write them, and lists of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/account.h"
#include "domain/desk_role.h"

static bool
same(const char *a, const char *b, const char *domain)
{
    struct ud_account x, y;

    return ud_account_split(&x, a, strlen(a)) && ud_account_split(&y, b, strlen(b)) && ud_account_same(&x, &y, domain);
}

static void
an_account_is_the_same_in_either_way_of_writing_it(void **state)
{
    static const struct {
        const char *a, *b, *domain;
        bool same;
    } table[] = {
        { "alice@corp.example", "ALICE@Corp.Example", NULL, true },
        { "CORP\\alice", "alice@corp.example", NULL, true },
        { " corp.example\\alice ", "alice@CORP", NULL, true },
        { "alice", "alice@corp.example", "CORP", true },
        { "alice", "alice", "CORP", true },
        { "alice", "alice", NULL, false },
        { "alice@corp.example", "alice@corp.invalid", NULL, false },
        { "alice@corp", "alice@corporate", NULL, false },
        { "alice@corp.example", "alice@corp.example.org", NULL, false },
        { "alice@corp.example", "bob@corp.example", NULL, false },
        { "alice@corp.example", "alicia@corp.example", NULL, false },
        { "alice@", "alice@corp", NULL, false },
        { "@corp", "@corp", NULL, false },
        { "CORP\\", "CORP\\", NULL, false },
        { "", "", "CORP", false },
        { "a@b@corp", "corp\\a@b", NULL, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (same(table[i].a, table[i].b, table[i].domain) != table[i].same ||
            same(table[i].b, table[i].a, table[i].domain) != table[i].same)
            fail_msg("%s and %s", table[i].a, table[i].b);
    }
}

static void
a_list_is_written_the_way_devices_keep_it(void **state)
{
    static const struct {
        const char *list, *tidy;
    } table[] = {
        { "", "" },
        { "bob@corp.example", "bob@corp.example" },
        { " bob@corp.example ,CORP\\eve| alice ", "bob@corp.example;CORP\\eve;Alice@corp.example" },
        { "CORP\\ALICE", "Alice@corp.example" },
        { ";;,, ;", "" },
        { "CORP\\;@;x", "x" },
        { "bob;BOB,CORP\\alice|alice", "bob;Alice@corp.example" },
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_true(ud_account_list_tidy(out, sizeof(out), table[i].list, "Alice@corp.example", "CORP"));
        assert_string_equal(out, table[i].tidy);
    }
    assert_false(ud_account_list_tidy(out, 8, "bob;eve;mallory", "", ""));
    assert_string_equal(out, "bob;eve");
}

static void
only_a_whole_account_is_in_a_list(void **state)
{
    static const char list[] = "bob@corp.example;CORP\\eve";
    struct ud_account eve, other;

    (void)state;
    assert_true(ud_account_listed("BOB@corp.example", list));
    assert_false(ud_account_listed("ob@corp.example", list));
    assert_false(ud_account_listed("bob@corp.exampl", list));
    assert_false(ud_account_listed("bob@corp.example;CORP\\eve", list));
    assert_false(ud_account_listed("", list));
    assert_false(ud_account_listed("bob@corp.example", ""));
    assert_true(ud_account_split(&eve, "eve@corp.example", 16) && ud_account_known(&eve, list, NULL));
    assert_true(ud_account_split(&other, "mallory@corp.example", 20));
    assert_false(ud_account_known(&other, list, NULL));
}

static void
a_role_that_nobody_knows_is_none(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UD_DESK_ROLE_COUNT; i++)
        assert_int_equal(ud_desk_role_parse(ud_desk_role_name((enum ud_desk_role)i)), i);
    assert_int_equal(ud_desk_role_parse("root"), UD_DESK_NONE);
    assert_string_equal(ud_desk_role_name(UD_DESK_ROLE_COUNT), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_the_same_in_either_way_of_writing_it),
        cmocka_unit_test(a_list_is_written_the_way_devices_keep_it),
        cmocka_unit_test(only_a_whole_account_is_in_a_list),
        cmocka_unit_test(a_role_that_nobody_knows_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
