/* The order of a disclosure, and that no other way leads to a painted key. */
#include "desk.h"

static void
key_is_painted_after_both_lines_are_durable(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 1);
    assert_int_equal(d->lines[UD_EVENT_DISCLOSED], 1);
    assert_non_null(desk_painted(d));
    desk_free(d);
}

static void
nothing_is_asked_before_the_intent_is_durable(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->journal_waits = true;
    desk_ask_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    d->journal_waits = false;
    desk_release_journal(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_free(d);
}

static void
nothing_is_asked_when_the_intent_cannot_be_written(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->journal_fails = true;
    desk_ask_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    assert_true(d->app->call[0].log_unwritable);
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    desk_free(d);
}

static void
nothing_is_painted_while_the_disclosure_is_not_durable(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    d->journal_waits = true;
    desk_answer_reveal(d, &d->key[0]);
    assert_null(desk_painted(d));
    d->journal_waits = false;
    desk_release_journal(d);
    assert_non_null(desk_painted(d));
    desk_free(d);
}

static void
key_is_wiped_when_the_disclosure_cannot_be_written(void **state)
{
    struct desk *d = desk_ready();
    size_t before;

    (void)state;
    desk_ask_key(d);
    d->journal_fails = true;
    before = ud_secret_live();
    desk_answer_reveal(d, &d->key[0]);
    assert_null(desk_painted(d));
    assert_null(d->app->call[0].key);
    assert_true(ud_secret_live() < before);
    desk_free(d);
}

static void
answer_for_another_key_is_recorded_and_not_painted(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    desk_answer_reveal(d, &d->key[1]);
    assert_int_equal(d->lines[UD_EVENT_MISMATCH], 1);
    assert_int_equal(d->lines[UD_EVENT_DISCLOSED], 0);
    assert_null(desk_painted(d));
    assert_null(d->app->call[0].key);
    desk_free(d);
}

static void
refusal_is_recorded_as_failed_and_a_cut_connection_as_uncertain(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    desk_done(d, UD_MSG_REVEAL, UD_DENIED);
    assert_int_equal(d->lines[UD_EVENT_FAILED], 1);
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 2);
    desk_done(d, UD_MSG_REVEAL, UD_UNCERTAIN);
    assert_int_equal(d->lines[UD_EVENT_UNCERTAIN], 1);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 2);
    desk_free(d);
}

static void
resize_covers_and_a_small_window_shows_nothing(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_resize(d, 81, 24);
    assert_null(desk_painted(d));
    desk_key(d, "Enter");
    assert_non_null(desk_painted(d));
    assert_int_equal(d->lines[UD_EVENT_SHOWN], 1);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_resize(d, 59, 24);
    desk_key(d, "Enter");
    assert_null(desk_painted(d));
    desk_free(d);
}

static void
covered_key_is_wiped_when_it_is_too_old(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_pass(d, d->app->policy.group_cover + 1);
    assert_null(desk_painted(d));
    assert_non_null(d->app->call[0].key);
    for (int i = 0; i < 20 && d->app->call[0].key != NULL; i++) {
        desk_key(d, "Left"); /* somebody is here: it is not the lock that wipes */
        desk_pass(d, 60000);
    }
    assert_null(d->app->call[0].key);
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    desk_free(d);
}

static void
a_group_and_the_whole_key_are_covered_in_their_time(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->app->policy.whole_cover = 30000;
    desk_get_key(d);
    desk_pass(d, d->app->policy.group_cover - 1000);
    assert_non_null(desk_painted(d));
    desk_key(d, "Space"); /* somebody is here: the time starts anew */
    desk_pass(d, d->app->policy.group_cover - 1000);
    assert_non_null(desk_painted(d));
    desk_pass(d, 1000);
    assert_null(desk_painted(d));
    desk_key(d, "Enter");
    desk_key(d, "f");
    desk_key(d, "Enter");
    assert_non_null(desk_painted(d));
    desk_pass(d, 29000);
    assert_non_null(desk_painted(d));
    desk_pass(d, 1000);
    assert_null(desk_painted(d));
    desk_free(d);
}

/* What was typed ahead, or pasted, is no answer. */
static void
an_answer_that_came_before_its_question_is_dropped(void **state)
{
    struct desk *d = desk_ready();
    struct ud_key_event enter = { .code = UD_KEY_ENTER }, paste = { .code = UD_KEY_PASTE, .paste = "\r", .paste_length = 1 };
    struct ud_event typed = { .on = UD_ON_KEY, .key = &enter }, pasted = { .on = UD_ON_KEY, .key = &paste };

    (void)state;
    d->app->policy.whole_cover = 30000;
    desk_get_key(d);
    desk_key(d, "f");
    assert_int_equal(d->app->overlay, UD_OVERLAY_CONFIRM);
    desk_tell(d, &typed);
    assert_int_equal(d->app->overlay, UD_OVERLAY_CONFIRM);
    d->now += 200;
    desk_tell(d, &pasted);
    assert_int_equal(d->lines[UD_EVENT_WHOLE], 0);
    assert_int_equal(d->app->overlay, UD_OVERLAY_CONFIRM);
    desk_tell(d, &typed);
    assert_int_equal(d->lines[UD_EVENT_WHOLE], 1);
    desk_free(d);
}

static void
a_terminal_without_a_second_screen_shows_no_key(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->app->alternate_screen = false;
    desk_type(d, "8a5d13d6");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    assert_non_null(strstr(ud_device_get_refused(d->app), "scrollback"));
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE); /* nothing is asked for that could not be shown */
    desk_free(d);
    d = desk_ready();
    desk_get_key(d);
    d->app->alternate_screen = false;
    desk_resize(d, 81, 24);
    desk_key(d, "Enter");
    assert_null(desk_painted(d));
    desk_free(d);
}

static void
whole_key_is_asked_back_and_recorded(void **state)
{
    struct desk *d = desk_ready();
    size_t offset, length;
    int wrong;
    bool whole;

    (void)state;
    d->app->policy.whole_cover = 30000;
    desk_get_key(d);
    desk_key(d, "f");
    assert_int_equal(d->app->overlay, UD_OVERLAY_CONFIRM);
    assert_null(desk_painted(d));
    desk_key(d, "Enter");
    assert_int_equal(d->lines[UD_EVENT_WHOLE], 1);
    assert_non_null(ud_app_paint(d->app, &offset, &length, &wrong, &whole));
    assert_true(whole);
    desk_free(d);
}

static void
typed_group_advances_when_right_and_lights_up_when_wrong(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = &d->app->call[0];
    char digits[7] = "";

    (void)state;
    desk_get_key(d);
    memcpy(digits, ud_secret_open(c->key), 6);
    ud_secret_close(c->key);
    desk_type(d, digits);
    assert_int_equal(c->r.group, 1);
    assert_int_equal(c->readback_tone, UD_TONE_GOOD);
    memcpy(digits, ud_secret_open(c->key) + 7, 6);
    ud_secret_close(c->key);
    digits[4] = digits[4] == '9' ? '0' : (char)(digits[4] + 1);
    desk_type(d, digits);
    assert_int_equal(c->r.group, 1);
    assert_int_equal(c->mark[4], UD_DIGIT_WRONG);
    assert_int_equal(c->mark[3], UD_DIGIT_RIGHT);
    desk_free(d);
}

/* Random keys and events: whatever happens, a painted key has both lines behind it, and a locked console has no secret but the fields of its lock
 * screen. */
static void
no_order_of_events_paints_without_both_lines(void **state)
{
    static const char *const keys[] = { "Enter", "Esc", "Tab", "Space", "Left", "Right", "w", "x", "h", "g", "f", "n", "y", "1",
        "2", "5", "7", "8", "a", "C-l", "C-p", "F1", "F3", "Down", "Up", "Backspace", "C-z" };
    struct desk *d = desk_ready();
    unsigned seed = 7;
    unsigned painted = 0, locked = 0;
    bool was_locked;

    (void)state;
    d->app->policy.session_max = 0;
    for (int i = 0; i < 6000 && d->app->screen != UD_SCREEN_OVER; i++) {
        unsigned r = (seed = seed * 1103515245u + 12345u) >> 8;
        d->asked_count = d->asked_count > 100 ? 0 : d->asked_count;
        d->journal_waits = r % 5 == 0 && d->waiting_count < 40;
        if (!d->journal_waits)
            desk_release_journal(d);
        was_locked = d->app->lock.locked;
        locked += was_locked;
        if (was_locked) {
            desk_key(d, keys[r % 5 == 0 ? 8 : 1]);
            desk_key(d, "Esc");
            d->now += 11000;
            desk_type(d, "246813");
            desk_key(d, "Enter");
            desk_worker(d);
            if (!d->app->lock.locked) {
                desk_done(d, UD_MSG_RESUME, UD_OK);
                desk_done(d, UD_MSG_GET_POLICY, UD_OK);
                desk_done(d, UD_MSG_GET_NOTICE, UD_NOTFOUND);
            }
        } else if (r % 29 == 0) {
            desk_resize(d, 50 + (int)(r / 64 % 100), 24);
        } else if (r % 31 == 0) {
            desk_pass(d, 20000);
        } else if (d->app->active >= 0 && d->app->call[d->app->active].phase == UD_CALL_ASKED && r % 2 == 0 &&
                   desk_count(d, UD_MSG_REVEAL)) {
            desk_answer_reveal(d, &d->app->call[d->app->active].r.key.id);
        } else if (d->app->screen == UD_SCREEN_DEVICES && r % 2 == 0) {
            desk_key(d, "Esc");
            desk_key(d, "Esc");
            desk_key(d, "Esc");
            desk_type(d, "8a5d13d6");
            desk_key(d, "Enter");
            if (d->app->device.tag != 0 && desk_count(d, UD_MSG_KEYS) > 0)
                desk_answer_keys(d);
        } else if (d->app->screen == UD_SCREEN_REASON && r % 3 == 0) {
            d->app->form.reason = 4;
            desk_key(d, "Enter");
        } else {
            desk_key(d, keys[r % (sizeof(keys) / sizeof(keys[0]))]);
        }
        if (d->app->overlay == UD_OVERLAY_CONFIRM && strcmp(d->app->confirm.command->name, "app.quit") == 0)
            desk_key(d, "Esc");
        if (desk_painted(d) != NULL) {
            const struct ud_call *c = &d->app->call[d->app->active];
            painted++;
            assert_true(c->intent_durable && c->disclosed_durable);
            assert_false(d->app->lock.locked);
            assert_true(d->app->width >= 60);
        }
        if (d->app->lock.locked) {
            for (int n = 0; n < UD_CALLS; n++)
                assert_null(d->app->call[n].key);
            assert_true(ud_secret_live() <= 2);
        }
    }
    assert_true(painted > 20);
    assert_true(locked > 20);
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_is_painted_after_both_lines_are_durable),
        cmocka_unit_test(nothing_is_asked_before_the_intent_is_durable),
        cmocka_unit_test(nothing_is_asked_when_the_intent_cannot_be_written),
        cmocka_unit_test(nothing_is_painted_while_the_disclosure_is_not_durable),
        cmocka_unit_test(key_is_wiped_when_the_disclosure_cannot_be_written),
        cmocka_unit_test(answer_for_another_key_is_recorded_and_not_painted),
        cmocka_unit_test(refusal_is_recorded_as_failed_and_a_cut_connection_as_uncertain),
        cmocka_unit_test(resize_covers_and_a_small_window_shows_nothing),
        cmocka_unit_test(covered_key_is_wiped_when_it_is_too_old),
        cmocka_unit_test(a_group_and_the_whole_key_are_covered_in_their_time),
        cmocka_unit_test(an_answer_that_came_before_its_question_is_dropped),
        cmocka_unit_test(a_terminal_without_a_second_screen_shows_no_key),
        cmocka_unit_test(whole_key_is_asked_back_and_recorded),
        cmocka_unit_test(typed_group_advances_when_right_and_lights_up_when_wrong),
        cmocka_unit_test(no_order_of_events_paints_without_both_lines),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
