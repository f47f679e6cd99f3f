/* Calls from the devices to the ticket: keys pressed, held and brought back, outcomes, look-up, new keys. */
#include "desk.h"

static void
call_by_eight_digits_takes_at_most_22_presses(void **state)
{
    struct desk *d = desk_ready();
    unsigned start, ticket = 4;

    (void)state;
    start = d->presses;
    desk_get_key(d);
    for (int i = 0; i < 7; i++)
        desk_key(d, "Space");
    assert_int_equal(d->app->call[0].r.group, 7);
    desk_key(d, "w");
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    assert_int_equal(d->app->call[0].phase, UD_CALL_NONE);
    assert_true(d->presses - start - ticket <= 22);
    assert_int_equal(d->lines[UD_EVENT_OUTCOME], 1);
    desk_free(d);
}

static void
call_by_user_takes_at_most_24_presses(void **state)
{
    struct desk *d = desk_ready();
    unsigned start, ticket = 4;

    (void)state;
    start = d->presses;
    desk_type(d, "alice");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    desk_key(d, "5");
    desk_type(d, "INC7");
    desk_key(d, "Enter");
    desk_answer_reveal(d, &d->key[0]);
    for (int i = 0; i < 7; i++)
        desk_key(d, "Space");
    desk_key(d, "w");
    desk_key(d, "Enter");
    assert_int_equal(d->app->call[0].phase, UD_CALL_NONE);
    assert_true(d->presses - start - ticket <= 24);
    desk_free(d);
}

static void
held_call_comes_back_in_three_presses_at_its_group(void **state)
{
    struct desk *d = desk_ready();
    unsigned start;

    (void)state;
    desk_get_key(d);
    desk_key(d, "Space");
    desk_key(d, "h");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    assert_null(desk_painted(d));
    assert_non_null(d->app->call[0].key);
    assert_false(d->app->devices.on_list); /* ready for the next caller, and the worst place to come back from */
    start = d->presses;
    desk_key(d, "Tab");
    desk_key(d, "1");
    desk_key(d, "Enter");
    assert_non_null(desk_painted(d));
    assert_int_equal(d->presses - start, 3);
    assert_int_equal(d->app->call[0].r.group, 1);
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 1);
    assert_int_equal(d->lines[UD_EVENT_SHOWN], 1);
    desk_free(d);
}

static void
worked_asks_for_a_new_key_and_wipes(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    d->app->policy.rotate_after_disclosure = true;
    desk_get_key(d);
    desk_key(d, "w");
    assert_null(d->app->call[0].key);
    assert_int_equal(desk_count(d, UD_MSG_ROTATE), 1);
    assert_int_equal(desk_count(d, UD_MSG_OUTCOME), 1);
    desk_done(d, UD_MSG_ROTATE, UD_OK);
    assert_int_equal(d->app->new_key[0].step, UD_NEW_KEY_WAITING);
    desk_pass(d, 2500);
    assert_int_equal(desk_count(d, UD_MSG_ROTATION), 1);
    d->message->type = UD_MSG_ROTATION_STATE;
    d->message->u.rotation_state =
        (struct ud_msg_rotation_state){ .state = UD_ROTATION_DONE, .new_key = d->key[1], .created = 5, .last_checkin = 5 };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_ROTATION)].tag);
    desk_done(d, UD_MSG_ROTATION, UD_OK);
    assert_int_equal(d->app->new_key[0].step, UD_NEW_KEY_REPLACED);
    assert_int_equal(d->lines[UD_EVENT_ROTATED], 1);
    desk_pass(d, 60000);
    assert_int_equal(desk_count(d, UD_MSG_ROTATION), 1);
    desk_free(d);
}

static void
did_not_unlock_offers_the_other_key_of_that_volume(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_get_key(d);
    desk_key(d, "x");
    assert_int_equal(desk_count(d, UD_MSG_ROTATE), 0);
    desk_key(d, "n");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 2);
    desk_answer_reveal(d, &d->key[1]);
    assert_non_null(desk_painted(d));
    desk_key(d, "x");
    desk_key(d, "n");
    assert_int_equal(desk_count(d, UD_MSG_REVEAL), 2);
    desk_free(d);
}

static void
fifth_call_is_refused_with_a_sentence(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    for (int i = 0; i < 4; i++) {
        desk_get_key(d);
        desk_key(d, "h");
    }
    desk_type(d, "8a5d13d6");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_true(d->app->message[0] != '\0');
    desk_free(d);
}

static void
form_refuses_an_empty_reason_and_keeps_what_was_typed(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_type(d, "8a5d13d6");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    desk_key(d, "Tab");
    desk_type(d, "INC9");
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_REASON);
    assert_int_equal(d->app->form.focus, UD_REASON_FIELD_REASON);
    assert_string_equal(d->app->form.ticket.text, "INC9");
    assert_true(d->app->form.error[0] != '\0');
    desk_free(d);
}

static void
enter_typed_before_the_form_can_be_read_sends_nothing(void **state)
{
    struct desk *d = desk_ready();
    struct ud_key_event key = { .code = UD_KEY_ENTER };
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };

    (void)state;
    desk_type(d, "8a5d13d6");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    d->app->form.reason = 4;
    desk_tell(d, &e);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 0);
    d->now += 200;
    desk_tell(d, &e);
    assert_int_equal(d->lines[UD_EVENT_INTENT], 1);
    desk_free(d);
}

static void
paste_is_text_in_the_filter_and_nothing_elsewhere(void **state)
{
    struct desk *d = desk_ready();
    struct ud_key_event key = { .code = UD_KEY_PASTE, .paste = "8a5d13d6 ", .paste_length = 9 };
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };

    (void)state;
    desk_tell(d, &e);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    assert_int_equal(d->app->devices.lookup.count, 1);
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    desk_key(d, "5");
    desk_key(d, "Enter");
    desk_answer_reveal(d, &d->key[0]);
    key.paste = "w";
    key.paste_length = 1;
    desk_tell(d, &e);
    assert_int_equal(d->app->screen, UD_SCREEN_KEY);
    assert_int_equal(d->lines[UD_EVENT_OUTCOME], 0);
    desk_free(d);
}

static void
four_digits_narrow_and_eight_ask_the_sources(void **state)
{
    struct desk *d = desk_ready();
    char miss[900];

    (void)state;
    desk_type(d, "8a5d");
    assert_int_equal(d->app->devices.lookup.count, 2);
    assert_int_equal(desk_count(d, UD_MSG_FIND), 0);
    desk_type(d, "13d7");
    assert_int_equal(d->app->devices.lookup.count, 0);
    assert_int_equal(desk_count(d, UD_MSG_FIND), 1);
    d->message->type = UD_MSG_SOURCE_DONE;
    d->message->u.source_done = (struct ud_msg_source_done){ .status = UD_OK, .message = "" };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_FIND)].tag);
    desk_done(d, UD_MSG_FIND, UD_OK);
    assert_true(ud_lookup_miss(d->app, miss, sizeof(miss)));
    assert_non_null(strstr(miss, "8A5D13D7"));
    assert_non_null(strstr(miss, "lab"));
    assert_int_equal(d->app->devices.lookup.near, 1);
    desk_free(d);
}

static void
bindings_of_one_place_that_clash_are_refused_and_both_named(void **state)
{
    struct ud_keymap map;
    struct ud_error err;
    char path[] = "/tmp/ud-keys-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    ud_keymap_default(&map);
    assert_int_equal(ud_keymap_check(&map, &err), UD_OK);
    assert_true(dprintf(fd, "[keys]\nkey.worked = x\n") > 0);
    assert_int_equal(ud_keymap_load(&map, path, &err), UD_OK);
    assert_int_equal(ud_keymap_check(&map, &err), UD_CONFIG);
    assert_non_null(strstr(err.message, "key.worked"));
    assert_non_null(strstr(err.message, "key.not-unlocked"));
    remove(path);
}

static void
a_newer_key_is_selected_as_soon_as_it_is_known(void **state)
{
    struct desk *d = desk_ready();
    struct ud_error err;

    (void)state;
    desk_type(d, "LT-0001");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Esc");
    d->key[1] = d->key[0];
    assert_int_equal(ud_guid_parse(&d->key[0], "00000000-1111-4222-8333-444444444444", 36, &err), UD_OK);
    desk_key(d, "Enter"); /* the list knows the old keys, and shows them */
    assert_memory_equal(&ud_device_selected(d->app)->id, &d->key[1], sizeof(d->key[1]));
    desk_answer_keys(d);
    assert_memory_equal(&ud_device_selected(d->app)->id, &d->key[0], sizeof(d->key[0]));
    desk_key(d, "Down");
    desk_key(d, "r");
    desk_answer_keys(d); /* who has moved stays */
    assert_memory_equal(&ud_device_selected(d->app)->id, &d->key[1], sizeof(d->key[1]));
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newer_key_is_selected_as_soon_as_it_is_known),
        cmocka_unit_test(call_by_eight_digits_takes_at_most_22_presses),
        cmocka_unit_test(call_by_user_takes_at_most_24_presses),
        cmocka_unit_test(held_call_comes_back_in_three_presses_at_its_group),
        cmocka_unit_test(worked_asks_for_a_new_key_and_wipes),
        cmocka_unit_test(did_not_unlock_offers_the_other_key_of_that_volume),
        cmocka_unit_test(fifth_call_is_refused_with_a_sentence),
        cmocka_unit_test(form_refuses_an_empty_reason_and_keeps_what_was_typed),
        cmocka_unit_test(enter_typed_before_the_form_can_be_read_sends_nothing),
        cmocka_unit_test(paste_is_text_in_the_filter_and_nothing_elsewhere),
        cmocka_unit_test(four_digits_narrow_and_eight_ask_the_sources),
        cmocka_unit_test(bindings_of_one_place_that_clash_are_refused_and_both_named),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
