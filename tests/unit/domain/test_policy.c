#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "domain/policy.h"

static struct ud_policy
shipped(enum ud_profile profile)
{
    struct ud_policy p;

    ud_policy_default(&p, profile);
    return p;
}

static void
the_shipped_reasons_are_nine_and_three(void **state)
{
    static const char *const codes[] = { "boot-order", "bios-changed", "os-files-changed", "lost-startup-key", "lost-pin",
        "tpm-reset", "lost-passphrase", "lost-smartcard", "other", "bios-tpm-changed", "os-files-changed", "lost-pin" };
    size_t count;
    const struct ud_reason *r = ud_reason_shipped(&count);

    (void)state;
    assert_int_equal(count, 12);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(r[i].code, codes[i]);
        assert_int_equal(r[i].self_service, i >= 9);
        assert_int_equal(r[i].needs_note, i == 8);
        assert_true(strlen(r[i].text) > 3);
    }
}

static void
the_defaults_are_those_of_the_profile(void **state)
{
    struct ud_policy w = shipped(UD_PROFILE_WORKSTATION), t = shipped(UD_PROFILE_TRAINING);

    (void)state;
    assert_true(w.idle_warn == 300000 && w.idle_countdown == 60000);
    assert_true(w.session_max == 36000000 && w.session_grace == 900000 && w.locked_end == 3600000);
    assert_true(w.presence_max == 3600000 && w.group_cover == 60000 && w.whole_cover == 30000 && w.covered_max == 900000);
    assert_int_equal(w.keys_asked_again, 15);
    assert_int_equal(w.keys_stop, 40);
    assert_int_equal(w.ticket, UD_NEED_OPTIONAL);
    assert_true(w.copy_ticket && w.personal_bitlocker_view && !w.allow_recorder && !w.training);
    assert_true(t.session_max == 0 && t.locked_end == 0 && t.presence_max == 0);
    assert_true(t.group_cover == 120000 && t.whole_cover == 120000 && t.keys_stop == 0 && t.training);
}

static struct ud_disclosure
request(const char *reason)
{
    struct ud_disclosure d = { 0 };

    ud_copy(d.reason, sizeof(d.reason), reason);
    return d;
}

static void
assert_refused(const struct ud_policy *p, const struct ud_disclosure *d, enum ud_status want, const char *want_field)
{
    struct ud_error err = { 0 };
    const char *field = NULL;

    assert_int_equal(ud_policy_check(p, d, &field, &err), want);
    assert_int_equal(err.status, want);
    assert_string_equal(field, want_field);
    assert_true(err.message[0] != '\0');
    assert_int_equal(ud_policy_check(p, d, NULL, NULL), want);
}

static void
assert_allowed(const struct ud_policy *p, const struct ud_disclosure *d)
{
    struct ud_error err = { 0 };
    const char *field;

    if (ud_policy_check(p, d, &field, &err) != UD_OK)
        fail_msg("%s: %s", field, err.message);
}

static void
the_reason_must_be_one_of_the_list(void **state)
{
    struct ud_policy p = shipped(UD_PROFILE_JUMPHOST);
    struct ud_disclosure none = request(""), odd = request("because"), good = request("lost-pin");

    (void)state;
    assert_refused(&p, &none, UD_DENIED, "reason");
    assert_refused(&p, &odd, UD_INVALID, "reason");
    assert_allowed(&p, &good);
    assert_null(ud_policy_reason(&p, "because"));
    assert_string_equal(ud_policy_reason(&p, "bios-tpm-changed")->code, "bios-tpm-changed");
    assert_false(ud_policy_reason(&p, "lost-pin")->self_service);
}

static void
other_needs_a_note_that_says_something(void **state)
{
    static const char *const poor[] = { "", "short", "          ", "aaaaaaaaaaaaaaa", "x x x x x x x x" };
    struct ud_policy p = shipped(UD_PROFILE_JUMPHOST);
    struct ud_disclosure d = request("other");

    (void)state;
    for (size_t i = 0; i < sizeof(poor) / sizeof(poor[0]); i++) {
        ud_copy(d.note, sizeof(d.note), poor[i]);
        assert_refused(&p, &d, UD_DENIED, "note");
    }
    ud_copy(d.note, sizeof(d.note), "Docking station swapped");
    assert_allowed(&p, &d);
    ud_copy(d.note, sizeof(d.note), "\xE4\xB8\xBB\xE6\x9D\xBF\xE4\xBA\xA4\xE6\x8F\x9B\xE6\xB8\x88\xE3\x81\xBF"); /* six wide */
    assert_allowed(&p, &d);
}

static void
the_ticket_must_match_as_a_whole(void **state)
{
    struct ud_policy p = shipped(UD_PROFILE_JUMPHOST);
    struct ud_disclosure d = request("lost-pin");

    (void)state;
    p.ticket = UD_NEED_YES;
    ud_copy(p.ticket_prefix, sizeof(p.ticket_prefix), "INC");
    ud_copy(p.ticket_pattern, sizeof(p.ticket_pattern), "INC[0-9]{4,8}");
    assert_refused(&p, &d, UD_DENIED, "ticket");
    ud_copy(d.ticket, sizeof(d.ticket), "INC");
    assert_refused(&p, &d, UD_DENIED, "ticket");
    ud_copy(d.ticket, sizeof(d.ticket), "INC12345x");
    assert_refused(&p, &d, UD_INVALID, "ticket");
    ud_copy(d.ticket, sizeof(d.ticket), "xINC12345");
    assert_refused(&p, &d, UD_INVALID, "ticket");
    ud_copy(d.ticket, sizeof(d.ticket), "INC12345");
    assert_allowed(&p, &d);
    ud_copy(p.ticket_pattern, sizeof(p.ticket_pattern), "INC|INC[0-9]+");
    assert_allowed(&p, &d);
    ud_copy(p.ticket_pattern, sizeof(p.ticket_pattern), "INC[");
    assert_refused(&p, &d, UD_CONFIG, "ticket");
}

static void
an_optional_ticket_may_be_missing_but_not_wrong(void **state)
{
    struct ud_policy p = shipped(UD_PROFILE_JUMPHOST);
    struct ud_disclosure d = request("lost-pin");

    (void)state;
    ud_copy(p.ticket_prefix, sizeof(p.ticket_prefix), "INC");
    ud_copy(p.ticket_pattern, sizeof(p.ticket_pattern), "INC[0-9]+");
    assert_allowed(&p, &d);
    ud_copy(d.ticket, sizeof(d.ticket), "INC");
    assert_allowed(&p, &d);
    ud_copy(d.ticket, sizeof(d.ticket), "hello");
    assert_refused(&p, &d, UD_INVALID, "ticket");
    p.ticket = UD_NEED_NO;
    assert_allowed(&p, &d);
}

static void
caller_and_check_are_asked_for_where_the_policy_says_so(void **state)
{
    struct ud_policy p = shipped(UD_PROFILE_JUMPHOST);
    struct ud_disclosure d = request("lost-pin");

    (void)state;
    p.caller = UD_NEED_YES;
    p.verified = UD_NEED_YES;
    assert_refused(&p, &d, UD_DENIED, "caller");
    ud_copy(d.caller, sizeof(d.caller), "Ann Example");
    assert_refused(&p, &d, UD_DENIED, "verified");
    ud_copy(d.verified, sizeof(d.verified), "by magic");
    assert_refused(&p, &d, UD_INVALID, "verified");
    ud_copy(d.verified, sizeof(d.verified), p.verified_way[0]);
    assert_allowed(&p, &d);
}

static void
a_wish_makes_a_policy_stricter_in_every_member(void **state)
{
    struct ud_policy site = shipped(UD_PROFILE_JUMPHOST), wish = shipped(UD_PROFILE_JUMPHOST);

    (void)state;
    wish.reason_count = 2;
    wish.reason[1].needs_note = true;
    wish.ticket = wish.caller = wish.verified = wish.note = UD_NEED_YES;
    ud_copy(wish.ticket_pattern, sizeof(wish.ticket_pattern), "INC[0-9]+");
    wish.verified_count = 1;
    wish.personal_bitlocker_view = wish.copy_ticket = false;
    wish.lock_drops_directory = true;
    wish.idle_warn = wish.idle_countdown = wish.session_max = wish.session_grace = wish.locked_end = 1000;
    wish.presence_max = wish.group_cover = wish.covered_max = wish.rotate_delay = wish.rotate_due = wish.store_max = 1000;
    wish.store_request_blocks = true;
    wish.whole_cover = 0;
    wish.keys_asked_again = 3;
    wish.keys_stop = 4;
    ud_policy_tighten(&site, &wish);
    assert_int_equal(site.reason_count, 2);
    assert_true(site.reason[1].needs_note && !site.reason[0].needs_note);
    assert_true(site.ticket == UD_NEED_YES && site.caller == UD_NEED_YES && site.verified == UD_NEED_YES);
    assert_true(site.note == UD_NEED_YES);
    assert_string_equal(site.ticket_pattern, "INC[0-9]+");
    assert_int_equal(site.verified_count, 1);
    assert_true(!site.personal_bitlocker_view && !site.copy_ticket && site.lock_drops_directory);
    assert_true(site.idle_warn == 1000 && site.idle_countdown == 1000 && site.session_max == 1000);
    assert_true(site.session_grace == 1000 && site.locked_end == 1000 && site.presence_max == 1000);
    assert_true(site.group_cover == 1000 && site.covered_max == 1000 && site.rotate_delay == 1000 && site.rotate_due == 1000 && site.whole_cover == 0);
    assert_true(site.keys_asked_again == 3 && site.keys_stop == 4);
    assert_true(site.store_max == 1000 && site.store_request_blocks);
}

static void
a_looser_wish_changes_nothing(void **state)
{
    struct ud_policy site = shipped(UD_PROFILE_JUMPHOST), before, wish = shipped(UD_PROFILE_TRAINING);

    (void)state;
    site.ticket = site.caller = site.verified = site.note = UD_NEED_YES;
    ud_copy(site.ticket_pattern, sizeof(site.ticket_pattern), "A[0-9]+");
    site.reason_count = 4;
    site.personal_bitlocker_view = site.copy_ticket = false;
    site.lock_drops_directory = true;
    memcpy(&before, &site, sizeof(site));
    ud_copy(wish.ticket_pattern, sizeof(wish.ticket_pattern), ".*");
    wish.idle_warn = wish.covered_max = wish.rotate_due = wish.session_grace = wish.store_max = (ud_msec)1 << 40;
    wish.rotate_after_disclosure = false;
    wish.keys_stop = 1000;
    wish.allow_recorder = wish.training = true;
    ud_policy_tighten(&site, &wish);
    assert_memory_equal(&site, &before, sizeof(site));
}

static void
limits_a_site_has_off_can_be_switched_on(void **state)
{
    struct ud_policy site = shipped(UD_PROFILE_TRAINING), wish = shipped(UD_PROFILE_TRAINING);

    (void)state;
    wish.presence_max = 5000;
    wish.keys_stop = 7;
    ud_policy_tighten(&site, &wish);
    assert_true(site.presence_max == 5000 && site.keys_stop == 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_reasons_are_nine_and_three),
        cmocka_unit_test(the_defaults_are_those_of_the_profile),
        cmocka_unit_test(the_reason_must_be_one_of_the_list),
        cmocka_unit_test(other_needs_a_note_that_says_something),
        cmocka_unit_test(the_ticket_must_match_as_a_whole),
        cmocka_unit_test(an_optional_ticket_may_be_missing_but_not_wrong),
        cmocka_unit_test(caller_and_check_are_asked_for_where_the_policy_says_so),
        cmocka_unit_test(a_wish_makes_a_policy_stricter_in_every_member),
        cmocka_unit_test(a_looser_wish_changes_nothing),
        cmocka_unit_test(limits_a_site_has_off_can_be_switched_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
