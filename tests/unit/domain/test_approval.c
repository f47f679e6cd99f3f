#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/approval.h"

#define T ((ud_wall)1800000000000)

static void
only_what_can_still_change_expires(void **state)
{
    static const struct {
        enum ud_approval_state stored;
        ud_wall now;
        enum ud_approval_state is;
    } row[] = {
        { UD_APPROVAL_OPEN, T, UD_APPROVAL_OPEN },
        { UD_APPROVAL_OPEN, T + 899999, UD_APPROVAL_OPEN },
        { UD_APPROVAL_OPEN, T + 900000, UD_APPROVAL_EXPIRED },
        { UD_APPROVAL_GRANTED, T + 899999, UD_APPROVAL_GRANTED },
        { UD_APPROVAL_GRANTED, T + 900000, UD_APPROVAL_EXPIRED },
        { UD_APPROVAL_OPEN, T - 60000, UD_APPROVAL_OPEN },    /* clocks differ a little */
        { UD_APPROVAL_OPEN, T - 60001, UD_APPROVAL_EXPIRED }, /* the clock was set back */
        { UD_APPROVAL_GRANTED, T - 60001, UD_APPROVAL_EXPIRED },
        { UD_APPROVAL_USED, T + 9000000, UD_APPROVAL_USED },
        { UD_APPROVAL_DENIED, T + 9000000, UD_APPROVAL_DENIED },
        { UD_APPROVAL_WITHDRAWN, T - 9000000, UD_APPROVAL_WITHDRAWN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_approval_request a = { .state = row[i].stored, .created = T, .expires = T + 900000 };
        assert_int_equal(ud_approval_at(&a, row[i].now), row[i].is);
    }
}

static void
names_of_states_read_back(void **state)
{
    enum ud_approval_state s;

    (void)state;
    for (unsigned i = 0; i < UD_APPROVAL_STATE_COUNT; i++) {
        assert_true(ud_approval_state_parse(&s, ud_approval_state_name((enum ud_approval_state)i)));
        assert_int_equal(s, i);
    }
    assert_false(ud_approval_state_parse(&s, "Open"));
    assert_false(ud_approval_state_parse(&s, ""));
}

static void
an_incident_number_says_something(void **state)
{
    char longest[UD_INCIDENT_MAX + 1];

    (void)state;
    assert_true(ud_incident_valid("INC0012345"));
    assert_false(ud_incident_valid(""));
    assert_false(ud_incident_valid("   "));
    assert_false(ud_incident_valid("INC\x1b[2J"));
    memset(longest, 'x', sizeof(longest));
    longest[UD_INCIDENT_MAX] = '\0';
    assert_false(ud_incident_valid(longest));
    longest[UD_INCIDENT_MAX - 1] = '\0';
    assert_true(ud_incident_valid(longest));
}

static void
policy_says_which_keys_need_a_second_person(void **state)
{
    struct ud_policy p;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    assert_false(ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_PERSONAL, true));
    p.approval = UD_APPROVAL_RULE_PERSONAL;
    assert_true(ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_PERSONAL, true));
    assert_false(ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_COMPANY, true));
    assert_false(ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_PERSONAL, false)); /* the own device */
    p.approval = UD_APPROVAL_RULE_YES;
    assert_true(ud_policy_needs_approval(&p, "", UD_OWNERSHIP_UNKNOWN, true));
    p.approval = UD_APPROVAL_RULE_NO;
    for (size_t i = 0; i < p.reason_count; i++)
        p.reason[i].needs_approval = p.reason[i].self_service && strcmp(p.reason[i].code, "lost-pin") == 0;
    assert_true(ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_COMPANY, false));
    assert_false(
        ud_policy_needs_approval(&p, "lost-pin", UD_OWNERSHIP_COMPANY, true)); /* the desk's reason of that code does not */
}

static void
a_users_file_can_only_ask_for_more_approvals(void **state)
{
    struct ud_policy site, wish;

    (void)state;
    ud_policy_default(&site, UD_PROFILE_WORKSTATION);
    wish = site;
    wish.approval = UD_APPROVAL_RULE_PERSONAL;
    wish.approval_expires = 60000;
    wish.reason[0].needs_approval = true;
    strcpy(site.surge, "INC9");
    ud_policy_tighten(&site, &wish);
    assert_int_equal(site.approval, UD_APPROVAL_RULE_PERSONAL);
    assert_true(site.approval_expires == 60000 && site.reason[0].needs_approval);
    assert_string_equal(site.surge, ""); /* a stop that one of two places holds, holds */
    ud_policy_default(&wish, UD_PROFILE_WORKSTATION);
    strcpy(wish.surge, "INC10");
    ud_policy_tighten(&site, &wish);
    assert_int_equal(site.approval, UD_APPROVAL_RULE_PERSONAL);
    assert_true(site.approval_expires == 60000 && site.reason[0].needs_approval);
    assert_string_equal(site.surge, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_still_change_expires),
        cmocka_unit_test(names_of_states_read_back),
        cmocka_unit_test(an_incident_number_says_something),
        cmocka_unit_test(policy_says_which_keys_need_a_second_person),
        cmocka_unit_test(a_users_file_can_only_ask_for_more_approvals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
