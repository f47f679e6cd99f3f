/* Approval by a second person, in the console: the call that waits for it, and the approver's list. */
#include "desk.h"

static const struct ud_guid approval_id = { { 0x5a, 1, 2, 3, 4, 5, 0x46, 7, 0x88, 9, 10, 11, 12, 13, 14, 15 } };

static void
use_policy(struct desk *d, enum ud_approval_rule rule, const char *surge)
{
    struct ud_source_state *s = &d->app->source[0];

    d->message->type = UD_MSG_POLICY;
    d->message->u.policy.source = 0;
    d->message->u.policy.policy = d->app->policy;
    d->message->u.policy.policy.approval = rule;
    (void)ud_copy(d->message->u.policy.policy.surge, UD_INCIDENT_MAX, surge);
    d->message->u.policy.policy.surge_ends = 1800000000000 + d->now + 3600000;
    desk_message(d, 0);
    assert_true(s->has_policy);
}

static void
tell(struct desk *d, enum ud_msg_type asked, enum ud_approval_state state, ud_msec left)
{
    struct ud_approval_request a = { .id = approval_id, .state = state, .left = left, .created = 1, .expires = 900001 };

    (void)ud_copy(a.approver, sizeof(a.approver), state == UD_APPROVAL_OPEN ? "" : "Kim");
    (void)ud_copy(a.answer, sizeof(a.answer), state == UD_APPROVAL_DENIED ? "not this one" : "");
    d->message->type = UD_MSG_APPROVAL;
    d->message->u.approval = (struct ud_msg_approval){ .a = a };
    desk_message(d, d->asked[desk_asked(d, asked)].tag);
    desk_done(d, asked, UD_OK);
}

static struct ud_call *
call(struct desk *d)
{
    return &d->app->call[0];
}

/* A desk whose policy wants approvals, its call asked for and open. */
static struct desk *
desk_waiting(void)
{
    struct desk *d = desk_ready();

    use_policy(d, UD_APPROVAL_RULE_YES, "");
    desk_ask_key(d);
    tell(d, UD_MSG_APPROVAL_ASK, UD_APPROVAL_OPEN, 900000);
    return d;
}

static void
a_second_person_is_asked_before_anything_else(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 0);
    assert_int_equal(d->lines[UD_EVENT_APPROVAL], 1);
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_WATCH), 1); /* it waits at the service */
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    desk_free(d);
}

static void
a_granted_key_is_got_by_one_key_press_with_the_approval(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_GRANTED, 900000);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0); /* not by itself */
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    assert_memory_equal(&d->asked[desk_asked(d, UD_MSG_REVEAL)].reveal.approval, &approval_id, sizeof(approval_id));
    desk_answer_reveal(d, &d->key[0]);
    assert_non_null(desk_painted(d));
    assert_int_equal(call(d)->r.approval.state, UD_APPROVAL_USED);
    assert_int_equal(d->lines[UD_EVENT_APPROVAL], 2);
    desk_free(d);
}

static void
getting_it_a_second_time_needs_another_approval(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_GRANTED, 900000);
    desk_key(d, "Enter");
    desk_answer_reveal(d, &d->key[0]);
    call(d)->phase = UD_CALL_FETCH; /* covered for too long */
    ud_call_drop_secrets(call(d));
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_ASK), 2);
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    desk_free(d);
}

static void
a_denial_names_who_and_why_and_gets_no_key(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_DENIED, 0);
    assert_int_equal(call(d)->r.approval.state, UD_APPROVAL_DENIED);
    assert_string_equal(call(d)->r.approval.approver, "Kim");
    assert_string_equal(call(d)->r.approval.answer, "not this one");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 0); /* there is nothing to withdraw */
    desk_free(d);
}

static void
a_request_that_nobody_decides_expires_here_as_well(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    for (int i = 0; i < 14; i++) {
        desk_pass(d, 60000);
        desk_key(d, "Up"); /* somebody is here */
    }
    assert_int_equal(call(d)->r.approval.state, UD_APPROVAL_OPEN);
    desk_pass(d, 60000);
    assert_int_equal(call(d)->r.approval.state, UD_APPROVAL_EXPIRED);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    desk_key(d, "Enter"); /* asks for another */
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_ASK), 2);
    desk_free(d);
}

static void
esc_withdraws_the_request_and_ends_the_call(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    desk_key(d, "Esc");
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 1);
    assert_int_equal(call(d)->phase, UD_CALL_NONE);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(d->lines[UD_EVENT_APPROVAL], 2);
    desk_free(d);
}

static void
left_before_the_service_has_answered_it_is_withdrawn_afterwards(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    use_policy(d, UD_APPROVAL_RULE_YES, "");
    desk_ask_key(d);
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 0); /* its id is not known */
    tell(d, UD_MSG_APPROVAL_ASK, UD_APPROVAL_OPEN, 900000);
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 1);
    desk_free(d);
}

static void
a_held_call_is_told_when_it_is_approved(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    desk_key(d, "h");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_GRANTED, 900000);
    assert_int_equal(d->app->unread, 1);
    assert_non_null(strstr(d->app->message, "Call 1"));
    desk_key(d, "Tab");
    desk_key(d, "1");
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_free(d);
}

static void
the_wait_goes_on_after_a_lock(void **state)
{
    struct desk *d = desk_waiting();

    (void)state;
    desk_key(d, "C-l");
    assert_true(d->app->lock.locked);
    assert_int_equal(call(d)->phase, UD_CALL_NONE);
    desk_type(d, "246813");
    desk_worker(d);
    desk_key(d, "Enter");
    desk_done(d, UD_MSG_RESUME, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    assert_int_equal(call(d)->phase, UD_CALL_APPROVAL);
    desk_pass(d, 10);
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_ASK), 1); /* the same request */
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_GRANTED, 800000);
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_free(d);
}

static void
a_service_that_asks_for_it_unexpectedly_is_obeyed(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_done(d, UD_MSG_REVEAL, UD_APPROVAL);
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_ASK), 1);
    assert_int_equal(d->lines[UD_EVENT_FAILED], 1);
    tell(d, UD_MSG_APPROVAL_ASK, UD_APPROVAL_OPEN, 900000);
    tell(d, UD_MSG_APPROVAL_WATCH, UD_APPROVAL_GRANTED, 900000);
    desk_key(d, "Enter");
    desk_done(d, UD_MSG_REVEAL, UD_APPROVAL); /* it had expired meanwhile: nobody is asked again by itself */
    assert_int_equal(desk_count(d, UD_MSG_APPROVAL_ASK), 1);
    assert_int_equal(call(d)->r.approval.state, UD_APPROVAL_EXPIRED);
    desk_free(d);
}

/* --- the approver --------------------------------------------------------------------------------------------------------------- */

static struct desk *
desk_approver(void)
{
    struct desk *d = desk_ready();

    d->app->source[0].role = UD_DESK_APPROVER;
    desk_pass(d, 10);
    return d;
}

static void
give_list(struct desk *d, size_t count, uint64_t revision)
{
    uint32_t tag = d->asked[desk_asked(d, UD_MSG_APPROVALS)].tag;

    for (size_t i = 0; i < count; i++) {
        d->message->type = UD_MSG_APPROVAL;
        d->message->u.approval.a = (struct ud_approval_request){
            .id = { { (uint8_t)(i + 1) } }, .key = d->key[0], .state = UD_APPROVAL_OPEN, .left = 900000, .expires = 900000
        };
        (void)ud_copy(d->message->u.approval.a.requester, 64, "Robin");
        desk_message(d, tag);
    }
    d->message->type = UD_MSG_APPROVALS_END;
    d->message->u.approvals_end = (struct ud_msg_approvals_end){ .revision = revision, .count = (uint32_t)count };
    desk_message(d, tag);
    desk_done(d, UD_MSG_APPROVALS, UD_OK);
}

static void
the_list_waits_at_the_service_and_a_new_request_is_announced(void **state)
{
    struct desk *d = desk_approver();

    (void)state;
    assert_int_equal(desk_count(d, UD_MSG_APPROVALS), 1);
    give_list(d, 0, 7);
    assert_int_equal(desk_count(d, UD_MSG_APPROVALS), 2); /* asked again, to wait there */
    give_list(d, 1, 8);
    assert_int_equal(d->app->approver.count, 1);
    assert_non_null(strstr(d->app->message, "F6"));
    desk_key(d, "F6");
    assert_int_equal(d->app->screen, UD_SCREEN_APPROVALS);
    desk_free(d);
}

static void
a_grant_is_asked_back_and_recorded(void **state)
{
    struct desk *d = desk_approver();

    (void)state;
    give_list(d, 1, 7);
    desk_key(d, "F6");
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_APPROVAL);
    desk_key(d, "a");
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 0);
    assert_int_equal(d->app->overlay, UD_OVERLAY_CONFIRM);
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 1);
    assert_int_equal(d->lines[UD_EVENT_APPROVAL], 1);
    desk_done(d, UD_MSG_DECIDE, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_APPROVALS);
    assert_non_null(strstr(d->app->message, "Robin"));
    desk_free(d);
}

static void
a_denial_needs_a_note(void **state)
{
    struct desk *d = desk_approver();

    (void)state;
    give_list(d, 1, 7);
    desk_key(d, "F6");
    desk_key(d, "Enter");
    desk_key(d, "d");
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 0);
    assert_true(d->app->approver.error[0] != '\0');
    desk_type(d, "mistake");
    assert_string_equal(d->app->approver.note.text, "mistake");
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 1);
    desk_free(d);
}

static void
a_request_that_was_decided_elsewhere_cannot_be_decided_here(void **state)
{
    struct desk *d = desk_approver();

    (void)state;
    give_list(d, 1, 7);
    desk_key(d, "F6");
    desk_key(d, "Enter");
    give_list(d, 0, 8);
    desk_key(d, "a");
    assert_int_equal(d->app->overlay, UD_OVERLAY_NONE);
    assert_int_equal(desk_count(d, UD_MSG_DECIDE), 0);
    desk_free(d);
}

static void
who_is_no_approver_has_no_list(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_pass(d, 1000);
    assert_int_equal(desk_count(d, UD_MSG_APPROVALS), 0);
    desk_key(d, "F6");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    desk_free(d);
}

/* --- the surge ------------------------------------------------------------------------------------------------------------------ */

static void
a_surge_lifts_the_hourly_stop_and_marks_the_lines(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    use_policy(d, UD_APPROVAL_RULE_NO, "");
    desk_ask_key(d);
    d->app->budget_count = d->app->policy.keys_stop;
    assert_non_null(ud_device_get_refused(d->app));
    use_policy(d, UD_APPROVAL_RULE_NO, "INC9");
    assert_string_equal(ud_app_surge(d->app), "INC9");
    d->journal_waits = true;
    ud_do_record(d->app, NULL, UD_EVENT_INTENT);
    desk_pass(d, 1);
    assert_string_equal(d->waiting[d->waiting_count - 1]->entry->surge, "INC9");
    d->journal_waits = false;
    desk_release_journal(d);
    desk_pass(d, 3600000);
    assert_string_equal(ud_app_surge(d->app), ""); /* its end has come */
    desk_free(d);
}

static void
the_rules_are_asked_for_again_when_the_service_stops_us(void **state)
{
    struct desk *d = desk_ready();
    unsigned before;

    (void)state;
    use_policy(d, UD_APPROVAL_RULE_NO, "");
    desk_ask_key(d);
    before = desk_count(d, UD_MSG_GET_POLICY);
    desk_done(d, UD_MSG_REVEAL, UD_THROTTLED);
    desk_pass(d, 1);
    assert_int_equal(desk_count(d, UD_MSG_GET_POLICY), before + 1);
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_person_is_asked_before_anything_else),
        cmocka_unit_test(a_granted_key_is_got_by_one_key_press_with_the_approval),
        cmocka_unit_test(getting_it_a_second_time_needs_another_approval),
        cmocka_unit_test(a_denial_names_who_and_why_and_gets_no_key),
        cmocka_unit_test(a_request_that_nobody_decides_expires_here_as_well),
        cmocka_unit_test(esc_withdraws_the_request_and_ends_the_call),
        cmocka_unit_test(left_before_the_service_has_answered_it_is_withdrawn_afterwards),
        cmocka_unit_test(a_held_call_is_told_when_it_is_approved),
        cmocka_unit_test(the_wait_goes_on_after_a_lock),
        cmocka_unit_test(a_service_that_asks_for_it_unexpectedly_is_obeyed),
        cmocka_unit_test(the_list_waits_at_the_service_and_a_new_request_is_announced),
        cmocka_unit_test(a_grant_is_asked_back_and_recorded),
        cmocka_unit_test(a_denial_needs_a_note),
        cmocka_unit_test(a_request_that_was_decided_elsewhere_cannot_be_decided_here),
        cmocka_unit_test(who_is_no_approver_has_no_list),
        cmocka_unit_test(a_surge_lifts_the_hourly_stop_and_marks_the_lines),
        cmocka_unit_test(the_rules_are_asked_for_again_when_the_service_stops_us),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
