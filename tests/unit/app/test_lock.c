/* Idle, lock, unlock, and the end of a session. */
#include "desk.h"

static void
unlock(struct desk *d, const char *pin)
{
    desk_type(d, pin);
    desk_key(d, "Enter");
}

static void
warning_comes_before_the_lock_and_a_key_only_answers_it(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_pass(d, d->app->policy.idle_warn - 1000);
    assert_false(d->app->warning);
    desk_pass(d, 2000);
    assert_true(d->app->warning);
    desk_key(d, "x");
    assert_false(d->app->warning);
    assert_string_equal(d->app->devices.filter.text, "");
    desk_pass(d, d->app->policy.idle_warn + d->app->policy.idle_countdown);
    assert_true(d->app->lock.locked);
    assert_int_equal(d->worker_kills, 1);
    desk_free(d);
}

static void
resize_and_network_are_no_activity(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    for (int i = 0; i < 8; i++) {
        d->now += 30000;
        desk_resize(d, 90 + i, 30);
        d->now += 30000;
        d->message->type = UD_MSG_DONE; /* of a request that nobody remembers */
        d->message->u.done = (struct ud_msg_done){ .status = UD_OK, .message = "", .hint = "" };
        desk_message(d, 4711);
    }
    assert_true(d->app->lock.locked);
    desk_free(d);
}

static void
time_asleep_locks_before_the_key_that_woke_us_counts(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    d->now += (ud_msec)8 * 3600 * 1000 / 10;
    desk_key(d, "Space");
    assert_true(d->app->lock.locked);
    assert_null(desk_painted(d));
    desk_free(d);
}

static void
lock_keeps_no_secret_and_no_text(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_key(d, "C-l");
    assert_true(d->app->lock.locked);
    assert_int_equal(ud_secret_live(), 2); /* the two empty fields for a PIN */
    assert_int_equal(ud_secret_length(d->app->pin.secret[0]), 0);
    assert_string_equal(d->app->devices.filter.text, "");
    assert_string_equal(d->app->call[0].r.why.ticket, "");
    assert_string_equal(d->app->call[0].r.dev.name, "");
    assert_string_equal(d->app->device.dev.name, "");
    assert_null(d->app->devices.result);
    desk_free(d);
}

static void
call_goes_on_at_the_same_group_after_one_confirmation(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_key(d, "Space");
    desk_key(d, "Space");
    assert_int_equal(d->app->call[0].r.group, 2);
    desk_key(d, "C-l");
    unlock(d, "246813");
    assert_true(d->app->lock.locked); /* the worker is not there yet */
    desk_worker(d);
    assert_false(d->app->lock.locked);
    assert_int_equal(desk_count(d, UD_MSG_RESUME), 1);
    desk_done(d, UD_MSG_RESUME, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    assert_string_equal(d->app->call[0].r.why.ticket, "INC7");
    desk_key(d, "Enter");
    desk_answer_reveal(d, &d->key[0]);
    assert_non_null(desk_painted(d));
    assert_int_equal(d->app->call[0].r.group, 2);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 2);
    desk_free(d);
}

static void
fresh_worker_starts_at_the_first_key(void **state)
{
    struct desk *d = desk_ready();
    unsigned before;

    (void)state;
    desk_key(d, "C-l");
    before = d->worker_starts;
    desk_key(d, "2");
    assert_int_equal(d->worker_starts, before + 1);
    desk_key(d, "4");
    assert_int_equal(d->worker_starts, before + 1);
    desk_free(d);
}

static void
five_wrong_tries_end_the_session_and_each_waits_longer(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_key(d, "C-l");
    for (int i = 0; i < 4; i++) {
        unlock(d, "999999");
        assert_true(d->app->lock.locked);
        assert_int_equal(d->app->tokens->tries, i + 1);
        d->now += 11000;
    }
    assert_int_equal(d->lines[UD_EVENT_UNLOCK_FAILED], 4);
    unlock(d, "999999");
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_int_equal(d->app->tokens->count, 0);
    desk_free(d);
}

static void
too_early_try_is_not_counted(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_key(d, "C-l");
    for (int i = 0; i < 3; i++) {
        unlock(d, "999999");
        d->now += 3000;
    }
    d->app->lock.next_try = d->now + 60000;
    unlock(d, "246813");
    assert_int_equal(d->app->tokens->tries, 3);
    assert_true(d->app->lock.locked);
    desk_free(d);
}

static void
too_long_locked_is_over(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_key(d, "C-l");
    desk_pass(d, d->app->policy.locked_end + 1);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_int_equal(d->lines[UD_EVENT_END], 1);
    desk_free(d);
}

static void
session_ends_later_for_an_open_call(void **state)
{
    struct desk *d = desk_ready();
    ud_msec end;

    (void)state;
    desk_get_key(d);
    end = d->app->session_start + d->app->policy.session_max;
    d->app->policy.idle_warn = d->app->policy.session_max * 2; /* only the session's end is asked about here */
    d->now = end + 1000;
    desk_pass(d, 0);
    assert_int_not_equal(d->app->screen, UD_SCREEN_OVER);
    desk_pass(d, d->app->policy.session_grace);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    assert_null(desk_painted(d));
    desk_free(d);
}

static void
message_of_a_killed_worker_changes_nothing(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    desk_key(d, "C-l");
    assert_int_equal(d->lines[UD_EVENT_UNCERTAIN], 1);
    desk_answer_reveal(d, &d->key[0]);
    assert_int_equal(ud_secret_live(), 2);
    assert_true(d->app->lock.locked);
    desk_free(d);
}

static void
lock_key_works_on_every_screen(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        static const char *const way[] = { "", "F3", "F4", "F1", "C-p", "C-q" };
        struct desk *d = desk_ready();
        if (way[i][0] != '\0')
            desk_key(d, way[i]);
        desk_key(d, "C-l");
        assert_true(d->app->lock.locked);
        desk_free(d);
    }
}

static void
pin_is_asked_again_after_an_hour(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    for (int i = 0; i < 14; i++) {
        desk_pass(d, 290000);
        desk_key(d, "Up");
    }
    desk_ask_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 0);
    assert_int_equal(d->app->form.focus, UD_REASON_FIELD_PRESENCE);
    desk_type(d, "246813");
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_free(d);
}

static void
pin_is_asked_again_after_so_many_keys(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->app->policy.keys_asked_again = 1;
    desk_get_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    desk_key(d, "g");
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    desk_key(d, "Esc");
    desk_ask_key(d);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    assert_int_equal(d->app->form.focus, UD_REASON_FIELD_PRESENCE);
    desk_type(d, "246813");
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 2);
    desk_free(d);
}

/* A deadline that no tick removes would keep the loop busy for ever. */
static void
no_deadline_stays_due_after_its_tick(void **state)
{
    static const char *const way[] = { "F3", "C-l", "C-q" };

    (void)state;
    for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
        struct desk *d = desk_ready();
        d->app->tmux.inside = true;
        desk_ask_key(d);
        d->app->devices.refresh_at = d->now - 5;
        desk_key(d, way[i]);
        for (int n = 0; n < 40; n++) {
            ud_msec at = ud_app_deadline(d->app);
            desk_pass(d, at > d->now ? at - d->now : 0);
            at = ud_app_deadline(d->app);
            assert_true(at < 0 || at > d->now);
        }
        desk_free(d);
    }
}

/* No event that carries anything. */
static void
tell(struct desk *d, enum ud_on on)
{
    struct ud_event e = { .on = on };

    desk_tell(d, &e);
}

static bool
count_stops(struct desk *d, struct ud_effect *e)
{
    *(unsigned *)d->taker += e->kind == UD_DO_SUSPEND;
    return false;
}

static void
suspend_is_refused_while_a_key_shows_and_locks_elsewhere(void **state)
{
    struct desk *d = desk_ready();
    unsigned stops = 0;

    (void)state;
    d->take = count_stops;
    d->taker = &stops;
    desk_get_key(d);
    tell(d, UD_ON_SUSPEND);
    assert_false(d->app->lock.locked);
    assert_non_null(desk_painted(d));
    assert_int_equal(stops, 0);
    desk_key(d, "h");
    assert_null(desk_painted(d));
    tell(d, UD_ON_SUSPEND);
    assert_true(d->app->lock.locked);
    assert_int_equal(stops, 1);
    desk_type(d, "24");
    tell(d, UD_ON_SUSPEND); /* not with half a PIN typed */
    assert_int_equal(stops, 1);
    desk_free(d);
}

static void
a_stop_by_somebody_else_covers_and_locks(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    tell(d, UD_ON_CONTINUE);
    assert_null(desk_painted(d));
    assert_true(d->app->lock.locked);
    assert_int_equal(ud_secret_live(), 2);
    desk_free(d);
}

static void
a_terminal_that_takes_no_output_locks(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    tell(d, UD_ON_STALLED);
    assert_true(d->app->lock.locked);
    assert_null(d->app->call[0].key);
    assert_int_equal(ud_secret_live(), 2);
    desk_free(d);
}

static void
what_is_no_message_kills_the_worker_and_locks(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_ask_key(d);
    tell(d, UD_ON_ATTACK);
    assert_true(d->worker_kills >= 1);
    assert_true(d->app->lock.locked);
    assert_int_equal(ud_secret_live(), 2);
    assert_int_equal(d->lines[UD_EVENT_LOCK], 1);
    assert_int_equal(d->lines[UD_EVENT_UNCERTAIN], 1); /* the key may have been on its way */
    desk_free(d);
}

static void
nothing_but_the_lock_screens_own_keys_works_while_locked(void **state)
{
    static const char *const keys[] = { "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "C-p", "C-r",
        "C-f", "C-n", "C-l", "C-z", "C-w", "Tab", "Esc", "Left", "Right", "Up", "Down", "PgUp", "PgDn", "Space", "a", "b", "f",
        "g", "h", "n", "q", "r", "s", "u", "w", "x", "y", "?", ":", "/", "1", "2", "9" };
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_key(d, "C-l");
    size_t asked = d->asked_count;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        desk_key(d, keys[i]);
        assert_true(d->app->lock.locked);
        assert_int_equal(d->app->screen, UD_SCREEN_LOCK);
        assert_null(desk_painted(d));
        desk_pass(d, 10000); /* its timers rest as well */
    }
    assert_int_equal(d->asked_count, asked);
    desk_key(d, "C-q");
    assert_true(d->app->quit);
    desk_free(d);
}

static void
a_session_without_a_call_ends_at_its_hour(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->app->policy.idle_warn = d->app->policy.session_max * 2;
    d->now = d->app->session_start + d->app->policy.session_max - 1000;
    desk_pass(d, 0);
    assert_int_not_equal(d->app->screen, UD_SCREEN_OVER);
    desk_pass(d, 2000);
    assert_int_equal(d->app->screen, UD_SCREEN_OVER);
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warning_comes_before_the_lock_and_a_key_only_answers_it),
        cmocka_unit_test(resize_and_network_are_no_activity),
        cmocka_unit_test(time_asleep_locks_before_the_key_that_woke_us_counts),
        cmocka_unit_test(lock_keeps_no_secret_and_no_text),
        cmocka_unit_test(call_goes_on_at_the_same_group_after_one_confirmation),
        cmocka_unit_test(fresh_worker_starts_at_the_first_key),
        cmocka_unit_test(five_wrong_tries_end_the_session_and_each_waits_longer),
        cmocka_unit_test(too_early_try_is_not_counted),
        cmocka_unit_test(too_long_locked_is_over),
        cmocka_unit_test(session_ends_later_for_an_open_call),
        cmocka_unit_test(message_of_a_killed_worker_changes_nothing),
        cmocka_unit_test(lock_key_works_on_every_screen),
        cmocka_unit_test(pin_is_asked_again_after_an_hour),
        cmocka_unit_test(pin_is_asked_again_after_so_many_keys),
        cmocka_unit_test(no_deadline_stays_due_after_its_tick),
        cmocka_unit_test(suspend_is_refused_while_a_key_shows_and_locks_elsewhere),
        cmocka_unit_test(a_stop_by_somebody_else_covers_and_locks),
        cmocka_unit_test(a_terminal_that_takes_no_output_locks),
        cmocka_unit_test(what_is_no_message_kills_the_worker_and_locks),
        cmocka_unit_test(nothing_but_the_lock_screens_own_keys_works_while_locked),
        cmocka_unit_test(a_session_without_a_call_ends_at_its_hour),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
