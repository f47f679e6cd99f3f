/* Self-service: from page to page, what is refused on each, and every way in which it ends. */
#include "desk.h"

static void
go(struct desk *d)
{
    desk_pass(d, UD_CONFIRM_WAIT);
    desk_key(d, "Enter");
}

static void
identity(struct desk *d, const char *role)
{
    d->message->type = UD_MSG_IDENTITY;
    d->message->u.identity = (struct ud_msg_identity){
        .id = "1", .account = "alice@training.invalid", .name = "Alice", .tenant = "t", .scopes = "", .host = "h", .role = role
    };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_SIGN_IN)].tag);
    desk_done(d, UD_MSG_SIGN_IN, UD_OK);
    go(d);
}

static void
notice(struct desk *d, const char *text, bool missing)
{
    d->message->type = UD_MSG_NOTICE;
    d->message->u.notice =
        (struct ud_msg_notice){ .missing = missing, .language = "nl", .text = text, .hash = missing ? "" : "ab12" };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_GET_NOTICE)].tag);
    desk_done(d, UD_MSG_GET_NOTICE, UD_OK);
}

static struct desk *
start(bool verb)
{
    struct ud_event begin = { .on = UD_ON_START, .width = 80, .height = 24 };
    struct desk *d = desk_new();

    d->config.self_service = verb;
    desk_tell(d, &begin);
    desk_worker(d);
    return d;
}

/* Signed in with the role `user`, at the first page. */
static struct desk *
first_page(void)
{
    struct desk *d = start(true);

    identity(d, "user");
    desk_done(d, UD_MSG_GET_POLICY, UD_OK);
    desk_done(d, UD_MSG_GET_NOTICE, UD_NOTFOUND);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    return d;
}

static void
found(struct desk *d, const char *user, int key)
{
    d->message->type = UD_MSG_FOUND;
    d->message->u.found = (struct ud_msg_found){ .has_device = true,
        .key = { .id = d->key[key], .device = d->device, .kind = UD_KIND_BITLOCKER, .volume = UD_VOLUME_OS, .created = 1000 },
        .device = { .id = d->device,
            .name = "LT-0001",
            .serial = "TRN0001",
            .user = user,
            .user_name = "",
            .model = "X1",
            .os = "Windows",
            .os_version = "10" } };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_FIND)].tag);
}

static void
source_says(struct desk *d, enum ud_status st, const char *message)
{
    d->message->type = UD_MSG_SOURCE_DONE;
    d->message->u.source_done = (struct ud_msg_source_done){ .status = (uint8_t)st, .message = message };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_FIND)].tag);
    desk_done(d, UD_MSG_FIND, UD_OK);
}

static void
ask_id(struct desk *d, const char *id)
{
    desk_type(d, id);
    go(d);
}

static struct desk *
with_key(void)
{
    struct desk *d = first_page();

    ask_id(d, "8a5d13d6");
    found(d, "alice@training.invalid", 0);
    source_says(d, UD_OK, "");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_REASON);
    desk_key(d, "3");
    go(d);
    desk_answer_reveal(d, &d->key[0]);
    assert_non_null(desk_painted(d));
    return d;
}

/* --- the way in ------------------------------------------------------------------------------------------------------------ */

static void
no_pin_is_asked_and_no_token_kept(void **state)
{
    struct desk *d = first_page();

    (void)state;
    assert_int_equal(desk_count(d, UD_MSG_SEAL_KEY), 0);
    assert_int_equal(d->app->tokens->count, 0);
    desk_free(d);
}

static void
the_role_opens_it_in_a_console_too(void **state)
{
    struct desk *d = start(false);

    (void)state;
    identity(d, "user");
    assert_true(d->app->self.on);
    desk_done(d, UD_MSG_GET_POLICY, UD_OK);
    desk_done(d, UD_MSG_GET_NOTICE, UD_NOTFOUND);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    desk_free(d);
}

static void
staff_are_told_that_it_is_not_for_them(void **state)
{
    struct desk *d = start(true);

    (void)state;
    identity(d, "helpdesk");
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_non_null(strstr(d->app->over_why, "helpdesk"));
    desk_pass(d, 300 * 1000); /* no connection stays open behind a page that nobody closes */
    assert_true(d->app->quit);
    desk_free(d);
}

static void
a_console_of_staff_stays_a_console(void **state)
{
    struct desk *d = start(false);

    (void)state;
    identity(d, "advanced");
    assert_false(d->app->self.on);
    assert_int_equal(d->app->screen, UD_SCREEN_PIN);
    desk_free(d);
}

static void
a_notice_comes_first_and_a_missing_one_is_said_so(void **state)
{
    struct desk *d = start(true);

    (void)state;
    identity(d, "user");
    desk_done(d, UD_MSG_GET_POLICY, UD_OK);
    notice(d, "", true);
    assert_int_equal(d->app->screen, UD_SCREEN_NOTICE);
    assert_non_null(strstr(d->app->notice.text, "none is set in your language"));
    go(d);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    assert_int_equal(d->lines[UD_EVENT_NOTICE], 1);
    desk_free(d);
}

static void
a_sign_in_that_fails_names_the_helpdesk(void **state)
{
    struct desk *d = start(true);

    (void)state;
    d->message->type = UD_MSG_BRANDING;
    d->message->u.branding = (struct ud_msg_branding){ .texts = { .helpdesk_text = "Bel 4357." } };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_GET_BRANDING)].tag);
    desk_done(d, UD_MSG_SIGN_IN, UD_DENIED);
    assert_int_equal(d->app->sign_in.step, UD_SIGN_IN_FAILED);
    assert_non_null(strstr(d->app->sign_in.hint, "Bel 4357."));
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_SIGN_IN), 2);
    desk_free(d);
}

/* --- the key ID -------------------------------------------------------------------------------------------------------------- */

static void
fewer_than_eight_characters_ask_nobody(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d");
    assert_int_equal(desk_count(d, UD_MSG_FIND), 0);
    assert_non_null(strstr(d->app->message, "here are 7"));
    desk_free(d);
}

static void
a_key_of_another_person_is_a_miss_and_is_recorded(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d6");
    found(d, "bob@training.invalid", 0); /* a source without roles tells more than it should */
    source_says(d, UD_OK, "");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    assert_int_equal(d->app->self.find, UD_SELF_MISS);
    assert_int_equal(d->app->owns, 0);
    assert_int_equal(d->lines[UD_EVENT_FAILED], 1);
    desk_type(d, "7");
    assert_int_equal(d->app->self.find, UD_SELF_NOT_ASKED); /* typing goes on */
    desk_free(d);
}

static void
several_keys_ask_for_all_characters(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d6");
    source_says(d, UD_AMBIGUOUS, "several");
    assert_true(d->app->self.full);
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_FIND), 1); /* eight are no longer enough */
    desk_type(d, "7ed946c8a74fac3adf016ec8");
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_FIND), 2);
    found(d, "alice@training.invalid", 0);
    source_says(d, UD_OK, "");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_REASON);
    desk_free(d);
}

static void
two_own_keys_that_start_so_ask_for_all_characters(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d6");
    found(d, "alice@training.invalid", 0);
    found(d, "alice@training.invalid", 1);
    source_says(d, UD_OK, "");
    assert_true(d->app->self.full);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    desk_free(d);
}

static void
a_service_that_cannot_be_asked_keeps_what_was_typed(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d6");
    source_says(d, UD_OFFLINE, "not reachable");
    assert_int_equal(d->app->self.find, UD_SELF_FAILED);
    assert_string_equal(d->app->self.id.text, "8a5d13d6");
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_FIND), 2);
    desk_free(d);
}

/* --- reason, key, what follows -------------------------------------------------------------------------------------------------- */

static void
without_a_reason_nothing_is_asked_for(void **state)
{
    struct desk *d = first_page();

    (void)state;
    ask_id(d, "8a5d13d6");
    found(d, "alice@training.invalid", 0);
    source_says(d, UD_OK, "");
    go(d);
    desk_key(d, "4"); /* there are three */
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    desk_key(d, "1");
    go(d);
    assert_string_equal(d->asked[desk_asked(d, UD_MSG_REVEAL)].reveal.why.reason, "bios-tpm-changed");
    desk_free(d);
}

static void
the_key_stays_until_it_is_said_what_became_of_it(void **state)
{
    struct desk *d = with_key();

    (void)state;
    desk_key(d, "Esc");
    desk_key(d, "h"); /* a call of the desk would be held */
    desk_key(d, "g");
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    desk_key(d, "w");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_NEXT);
    assert_int_equal(d->lines[UD_EVENT_OUTCOME], 1);
    assert_int_equal(desk_count(d, UD_MSG_ROTATE), 1);
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_SIGN_OUT), 1);
    desk_done(d, UD_MSG_SIGN_OUT, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    desk_free(d);
}

static void
a_key_that_did_not_unlock_leads_back_to_the_id(void **state)
{
    struct desk *d = with_key();

    (void)state;
    desk_key(d, "x");
    desk_pass(d, UD_CONFIRM_WAIT);
    desk_key(d, "a");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    assert_true(ud_line_empty(&d->app->self.id));
    assert_int_equal(d->app->active, -1);
    desk_free(d);
}

static void
a_refusal_names_the_helpdesk(void **state)
{
    struct desk *d = first_page();

    (void)state;
    d->message->type = UD_MSG_BRANDING;
    d->message->u.branding = (struct ud_msg_branding){ .texts = { "nl", "Example IT", "Bel 4357.", "https://help.example" } };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_GET_BRANDING)].tag);
    ask_id(d, "8a5d13d6");
    found(d, "alice@training.invalid", 0);
    source_says(d, UD_OK, "");
    desk_key(d, "3");
    go(d);
    desk_done(d, UD_MSG_REVEAL, UD_NOTFOUND);
    assert_string_equal(d->app->call[0].hint, "Bel 4357. https://help.example");
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_REASON);
    desk_free(d);
}

static void
a_reason_may_need_a_second_person_first(void **state)
{
    struct desk *d = first_page();
    struct ud_policy *p = &d->message->u.policy.policy;
    struct ud_approval_request granted = { .id = d->key[1], .state = UD_APPROVAL_OPEN, .left = 900000 };

    (void)state;
    d->message->type = UD_MSG_POLICY;
    d->message->u.policy.source = 0;
    *p = d->app->policy;
    p->approval = UD_APPROVAL_RULE_NO;
    for (size_t i = 0; i < p->reason_count; i++)
        p->reason[i].needs_approval = p->reason[i].self_service;
    desk_message(d, 0);
    ask_id(d, "8a5d13d6");
    found(d, "alice@training.invalid", 0);
    source_says(d, UD_OK, "");
    desk_key(d, "3");
    go(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    for (int i = 0; i < 2; i++) {
        enum ud_msg_type asked = i == 0 ? UD_MSG_APPROVAL_ASK : UD_MSG_APPROVAL_WATCH;
        granted.state = i == 0 ? UD_APPROVAL_OPEN : UD_APPROVAL_GRANTED;
        d->message->type = UD_MSG_APPROVAL;
        d->message->u.approval = (struct ud_msg_approval){ .a = granted };
        desk_message(d, d->asked[desk_asked(d, asked)].tag);
        desk_done(d, asked, UD_OK);
        if (i == 0)
            desk_key(d, "h"); /* nothing is held here */
        assert_int_equal(d->app->screen, UD_SCREEN_WAITING);
    }
    go(d);
    desk_answer_reveal(d, &d->key[0]);
    assert_non_null(desk_painted(d));
    desk_free(d);
}

/* --- ends ------------------------------------------------------------------------------------------------------------------------- */

static void
silence_wipes_and_ends_and_the_page_closes_itself(void **state)
{
    struct desk *d = with_key();

    (void)state;
    desk_pass(d, 299 * 1000);
    assert_false(d->app->warning);
    desk_pass(d, 1000);
    assert_true(d->app->warning);
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    desk_key(d, "Space");
    assert_false(d->app->warning);
    desk_pass(d, 360 * 1000);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_null(d->app->call[0].key);
    assert_int_equal(d->app->owns, 0);
    assert_true(d->worker_kills > 0);
    assert_false(d->app->lock.locked);
    assert_int_equal(ud_app_deadline(d->app), d->now + 300 * 1000);
    desk_pass(d, 300 * 1000);
    assert_true(d->app->quit);
    desk_free(d);
}

/* Approving takes a while elsewhere; that nobody pressed a key here meanwhile means nothing. */
static void
a_slow_approval_is_not_silence(void **state)
{
    struct desk *d = start(true);

    (void)state;
    d->message->type = UD_MSG_CODE;
    d->message->u.code = (struct ud_msg_code){ .user_code = "BCDF-GHJK", .uri = "u", .message = "", .expires_in = 900 };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_SIGN_IN)].tag);
    desk_pass(d, 600 * 1000);
    assert_int_equal(d->app->screen, UD_SCREEN_SIGN_IN);
    assert_false(d->app->warning);
    identity(d, "user");
    assert_false(d->app->warning);
    desk_done(d, UD_MSG_GET_POLICY, UD_OK);
    desk_done(d, UD_MSG_GET_NOTICE, UD_NOTFOUND);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_ID);
    desk_free(d);
}

static void
tell(struct desk *d, enum ud_on on)
{
    struct ud_event e = { .on = on };

    desk_tell(d, &e);
}

static void
a_stop_is_ignored_and_going_on_after_one_ends_it(void **state)
{
    struct desk *d = with_key();

    (void)state;
    tell(d, UD_ON_SUSPEND);
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    tell(d, UD_ON_CONTINUE); /* after a SIGSTOP: nobody knows who looked meanwhile */
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_null(desk_painted(d));
    desk_free(d);
}

static void
a_lost_worker_ends_it(void **state)
{
    struct desk *d = with_key();

    (void)state;
    tell(d, UD_ON_WORKER_LOST);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    desk_free(d);
}

static void
a_service_that_does_not_answer_the_sign_out_is_not_waited_for(void **state)
{
    struct desk *d = with_key();

    (void)state;
    desk_key(d, "w");
    go(d);
    assert_int_equal(d->app->screen, UD_SCREEN_SELF_NEXT);
    desk_pass(d, 3000);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    desk_free(d);
}

/* Every command that works there is one of the flow's own, and has a key in the footer or moves only. */
static void
only_the_flows_own_commands_exist(void **state)
{
    static const char *const own[] = { "self.", "key.", "sign-in.", "notice.", "call.leave", "store.", "approval.get",
        "approval.withdraw" };
    struct desk *d = first_page();
    size_t count;
    const struct ud_command *c = ud_commands(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
            known |= strncmp(c[i].name, own[k], strlen(own[k])) == 0;
        for (int screen = 0; screen < UD_SCREEN_COUNT; screen++) {
            d->app->screen = (enum ud_screen)screen;
            if (ud_command_here(d->app, &c[i]) && !known)
                fail_msg("%s can be reached", c[i].name);
        }
    }
    d->app->screen = UD_SCREEN_SELF_ID;
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pin_is_asked_and_no_token_kept),
        cmocka_unit_test(the_role_opens_it_in_a_console_too),
        cmocka_unit_test(staff_are_told_that_it_is_not_for_them),
        cmocka_unit_test(a_console_of_staff_stays_a_console),
        cmocka_unit_test(a_notice_comes_first_and_a_missing_one_is_said_so),
        cmocka_unit_test(a_sign_in_that_fails_names_the_helpdesk),
        cmocka_unit_test(fewer_than_eight_characters_ask_nobody),
        cmocka_unit_test(a_key_of_another_person_is_a_miss_and_is_recorded),
        cmocka_unit_test(several_keys_ask_for_all_characters),
        cmocka_unit_test(two_own_keys_that_start_so_ask_for_all_characters),
        cmocka_unit_test(a_service_that_cannot_be_asked_keeps_what_was_typed),
        cmocka_unit_test(without_a_reason_nothing_is_asked_for),
        cmocka_unit_test(the_key_stays_until_it_is_said_what_became_of_it),
        cmocka_unit_test(a_key_that_did_not_unlock_leads_back_to_the_id),
        cmocka_unit_test(a_refusal_names_the_helpdesk),
        cmocka_unit_test(silence_wipes_and_ends_and_the_page_closes_itself),
        cmocka_unit_test(a_reason_may_need_a_second_person_first),
        cmocka_unit_test(a_slow_approval_is_not_silence),
        cmocka_unit_test(a_stop_is_ignored_and_going_on_after_one_ends_it),
        cmocka_unit_test(a_lost_worker_ends_it),
        cmocka_unit_test(a_service_that_does_not_answer_the_sign_out_is_not_waited_for),
        cmocka_unit_test(only_the_flows_own_commands_exist),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
