/* The policy object, both ways. */
#include "tests/unit/wire/support.h"

#include "wire/escrow.h"

static void
every_member_survives_both_directions(void **state)
{
    struct ud_policy p, got;
    struct ud_json_writer w;
    struct ud_buf b;
    bool plain = false;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_JUMPHOST);
    p.ticket = UD_NEED_YES;
    p.note = UD_NEED_OPTIONAL;
    p.caller = UD_NEED_NO;
    p.verified = UD_NEED_YES;
    p.verified_count = 2;
    strcpy(p.verified_way[0], "Called back");
    strcpy(p.verified_way[1], "Badge \xe2\x82\xac");
    strcpy(p.ticket_prefix, "INC");
    strcpy(p.ticket_pattern, "^INC[0-9]{7}$");
    strcpy(p.helpdesk, "4711");
    p.personal_bitlocker_view = !p.personal_bitlocker_view;
    p.rotate_after_disclosure = !p.rotate_after_disclosure;
    p.copy_ticket = !p.copy_ticket;
    p.allow_recorder = !p.allow_recorder;
    p.lock_drops_directory = !p.lock_drops_directory;
    p.training = !p.training;
    p.keys_asked_again = 3;
    p.keys_stop = 9;
    ud_msec *const times[] = { &p.rotate_delay, &p.rotate_due, &p.idle_warn, &p.idle_countdown, &p.session_max, &p.session_grace,
        &p.locked_end, &p.presence_max, &p.group_cover, &p.whole_cover, &p.covered_max };
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        *times[i] = (ud_msec)(i * 1000);
    ud_buf_init(&b, 65536);
    ud_json_writer_init(&w, &b);
    ud_wire_policy_write(&w, &p, true);
    assert_int_equal(ud_buf_status(&b, NULL), UD_OK);
    ud_policy_default(&got, UD_PROFILE_TRAINING);
    assert_int_equal(ud_wire_policy_decode(&got, &plain, b.data, b.length, NULL), UD_OK);
    assert_true(plain);
    ud_json_writer_init(&w, &b);
    struct ud_buf again;
    ud_buf_init(&again, 65536);
    ud_json_writer_init(&w, &again);
    ud_wire_policy_write(&w, &got, plain);
    assert_string_equal(again.data, b.data);
    assert_int_equal(got.reason_count, p.reason_count);
    assert_string_equal(got.verified_way[1], "Badge \xe2\x82\xac");
    assert_true(got.covered_max == 10000);
    assert_int_equal(got.personal_bitlocker_view, p.personal_bitlocker_view);
    ud_buf_free(&again);
    ud_buf_free(&b);
}

static void
members_that_are_missing_are_left_to_the_profile(void **state)
{
    static const char body[] = "{\"idle_warn_s\":60,\"unknown\":{\"x\":1},\"note\":null}";
    struct ud_policy p, want;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    want = p;
    want.idle_warn = 60000;
    assert_int_equal(ud_wire_policy_decode(&p, NULL, body, sizeof(body) - 1, NULL), UD_OK);
    assert_memory_equal(&p, &want, sizeof(p));
}

static void
a_policy_that_is_wrong_changes_nothing(void **state)
{
    static const char *const bodies[] = { "[]", "{\"idle_warn_s\":60,\"ticket\":\"perhaps\"}",
        "{\"idle_warn_s\":60,\"ticket\":1}", "{\"idle_warn_s\":-1}", "{\"idle_warn_s\":2678401}", "{\"idle_warn_s\":1.5}",
        "{\"idle_warn_s\":\"60\"}", "{\"copy_ticket\":\"yes\"}", "{\"idle_warn_s\":60,\"reasons\":{}}",
        "{\"reasons\":[{\"text\":\"x\"}]}", "{\"reasons\":[{\"code\":\"\"}]}", "{\"reasons\":[5]}", "{\"verified_ways\":[5]}",
        "{\"verified_ways\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}", "{\"personal_bitlocker\":\"View\"}",
        "{\"plain_graph_reads\":true}", "{\"keys_stop\":-1}", "{\"helpdesk\":7}", "<html>" };
    struct ud_policy p, want;
    bool plain = true;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    want = p;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        if (ud_wire_policy_decode(&p, &plain, bodies[i], strlen(bodies[i]), NULL) != UD_MALFORMED)
            fail_msg("taken: %s", bodies[i]);
        assert_memory_equal(&p, &want, sizeof(p));
        assert_true(plain);
    }
}

static void
more_reasons_than_there_is_room_for_are_refused(void **state)
{
    struct ud_policy p;
    struct ud_buf b;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    ud_buf_init(&b, 65536);
    for (int extra = 0; extra < 2; extra++) {
        ud_buf_clear(&b);
        ud_buf_text(&b, "{\"reasons\":[");
        for (int i = 0; i < UD_REASON_MAX + extra; i++)
            ud_buf_format(&b, "%s{\"code\":\"c%d\"}", i > 0 ? "," : "", i);
        ud_buf_text(&b, "]}");
        assert_int_equal(ud_wire_policy_decode(&p, NULL, b.data, b.length, NULL), extra == 0 ? UD_OK : UD_MALFORMED);
        assert_int_equal(p.reason_count, UD_REASON_MAX);
    }
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_survives_both_directions),
        cmocka_unit_test(members_that_are_missing_are_left_to_the_profile),
        cmocka_unit_test(a_policy_that_is_wrong_changes_nothing),
        cmocka_unit_test(more_reasons_than_there_is_room_for_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
