/* Storing the recovery key of a Mac: from the two fields to a box that only the service opens, and what is said of it afterwards. */
#include "desk.h"

#define KEY    "AAAQEAYEAUDAOCAJB8FQYD8O"
#define DASHED "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"

static struct desk *d;
static struct ud_secret *half; /* of the service's deposit key */
static unsigned char public_key[UD_SEAL_PUBLIC];
static uint8_t box[UD_STORE_BOX];
static size_t box_length;
static struct ud_guid request;
static char note[256];

/* Keeps what STORE and STORE_ASK carry; the desk counts them as it counts the others. */
static bool
take(struct desk *desk, struct ud_effect *e)
{
    (void)desk;
    if (e->kind == UD_DO_REQUEST && e->request->type == UD_MSG_STORE) {
        assert_true(e->request->length <= sizeof(box));
        memcpy(box, e->request->bytes, e->request->length);
        box_length = e->request->length;
        request = e->request->u.store.request;
    }
    if (e->kind == UD_DO_REQUEST && e->request->type == UD_MSG_STORE_ASK)
        (void)ud_copy(note, sizeof(note), e->request->text);
    return false;
}

static struct ud_device
mac(enum ud_ownership ownership)
{
    return (struct ud_device){ .id = d->device,
        .name = "DUB-MB-KAI",
        .serial = "TRN0001",
        .user = "kai@training.invalid",
        .user_name = "Kai",
        .model = "MacBook Pro",
        .os = "macOS",
        .os_version = "15.1",
        .ownership = ownership,
        .last_checkin = 1 };
}

static void
open_mac(enum ud_ownership ownership)
{
    struct ud_device device = mac(ownership);
    struct ud_event tick = { .on = UD_ON_TICK };

    ud_device_open(d->app, &device, NULL);
    desk_tell(d, &tick); /* carries out what was asked */
    desk_done(d, UD_MSG_KEYS, UD_NOTFOUND);
}

static void
give_deposit_key(void)
{
    d->message->type = UD_MSG_DEPOSIT_KEY_IS;
    memcpy(d->message->u.deposit_key.public_key, public_key, sizeof(public_key));
    desk_message(d, d->asked[desk_asked(d, UD_MSG_DEPOSIT_KEY)].tag);
    desk_done(d, UD_MSG_DEPOSIT_KEY, UD_OK);
    desk_done(d, UD_MSG_STORE_STATE, UD_OK);
}

static void
tell_state(enum ud_msg_type of, enum ud_typed_state state, enum ud_typed_cause cause)
{
    d->message->type = UD_MSG_STORE_INFO;
    d->message->u.store_info = (struct ud_msg_store_info){ .device = d->device,
        .state = (uint8_t)state,
        .cause = (uint8_t)cause,
        .requested = 1,
        .finished = 2,
        .last_checkin = 1,
        .new_created = state == UD_TYPED_DONE ? 2 : UD_WALL_NONE,
        .asked_at = UD_WALL_NONE,
        .by = "Op",
        .asked_by = "",
        .note = "" };
    desk_message(d, d->asked[desk_asked(d, of)].tag);
    desk_done(d, of, UD_OK);
}

static int
set_up(void **state)
{
    (void)state;
    assert_int_equal(ud_seal_init(NULL), UD_OK);
    d = desk_ready();
    d->take = take;
    assert_int_equal(ud_seal_keypair(public_key, &half, NULL), UD_OK);
    box_length = 0;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_secret_free(&half);
    desk_free(d);
    return 0;
}

static void
paste(const char *text)
{
    struct ud_key_event key = { .code = UD_KEY_PASTE, .paste = text, .paste_length = strlen(text) };
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };

    desk_tell(d, &e);
}

static void
assert_opens(const char *expected)
{
    struct ud_secret *plain = NULL;

    assert_int_equal(ud_seal_open(&plain, box, box_length, half, NULL), UD_OK);
    assert_int_equal(ud_typed_unpack(plain, &d->device, &request, NULL), UD_OK);
    assert_int_equal(ud_secret_length(plain), strlen(expected));
    assert_memory_equal(ud_secret_open(plain), expected, strlen(expected));
    ud_secret_close(plain);
    ud_secret_free(&plain);
}

static void
type_twice(const char *first, const char *second)
{
    desk_type(d, first);
    desk_key(d, "Enter");
    desk_type(d, second);
    desk_key(d, "Enter");
}

/* --- the two fields --------------------------------------------------------------------------------------------------------- */

static void
two_equal_keys_leave_in_a_box_that_the_service_opens(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    assert_int_equal(d->app->screen, UD_SCREEN_STORE);
    give_deposit_key();
    desk_type(d, "aaaq-eaye-auda-ocaj-b8fq-yd8o");
    desk_key(d, "Enter");
    paste("  AAAQ EAYE AUDA OCAJ B8FQ YD8O ");
    desk_key(d, "Enter");
    assert_opens(DASHED);
    assert_null(d->app->store.secret[0]);
    assert_null(d->app->store.secret[1]);
    assert_int_equal(d->lines[UD_EVENT_STORE], 1);
    tell_state(UD_MSG_STORE, UD_TYPED_PENDING, UD_TYPED_NO_CAUSE);
    assert_int_equal(d->app->store.step, UD_VIEW_STORE_STATE);
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
}

static void
two_different_keys_send_nothing_and_both_are_typed_again(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    give_deposit_key();
    type_twice(KEY, "BAAQEAYEAUDAOCAJB8FQYD8O");
    assert_int_equal(desk_count(d, UD_MSG_STORE), 0);
    assert_true(d->app->store.error_second);
    assert_non_null(strstr(d->app->store.error, "not the same"));
    assert_int_equal(ud_secret_length(d->app->store.secret[0]), 0);
    assert_int_equal(ud_secret_length(d->app->store.secret[1]), 0);
    assert_false(d->app->store.on_second);
    type_twice(KEY, KEY);
    assert_int_equal(desk_count(d, UD_MSG_STORE), 1);
}

static void
a_shape_that_is_none_is_named_and_nothing_goes_on(void **state)
{
    static const struct {
        const char *typed, *says;
    } row[] = {
        { "", "24 letters and digits" },
        { "AAAQEAYEAUDAOCAJB8FQYD8", "this has 23" },
        { "AAAQEAYEAUDAOCAJ", "16 characters" },
        { KEY "AAAA", "Apple Account" },
        { "461109608201413820485342181588463056430617501391", "Windows" },
    };

    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    give_deposit_key();
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        desk_key(d, "C-u");
        desk_type(d, row[i].typed);
        desk_key(d, "Enter");
        if (strstr(d->app->store.error, row[i].says) == NULL)
            fail_msg("%s: %s", row[i].typed, d->app->store.error);
        assert_false(d->app->store.on_second);
    }
    desk_key(d, "C-u");
    desk_type(d, "AAA_");
    assert_int_equal(ud_secret_length(d->app->store.secret[0]), 3);
    assert_non_null(strstr(d->app->store.error, "A to Z"));
}

static void
letters_that_never_occur_are_warned_of_and_sent_all_the_same(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    give_deposit_key();
    desk_type(d, "T2YGWEGQWVFXA37AI3OMNQKV");
    desk_key(d, "Enter");
    assert_true(d->app->store.unusual);
    assert_true(d->app->store.on_second);
    desk_type(d, "T2YGWEGQWVFXA37AI3OMNQKV");
    desk_key(d, "Enter");
    assert_opens("T2YG-WEGQ-WVFX-A37A-I3OM-NQKV");
}

static void
a_key_typed_before_the_service_told_its_own_waits_for_it(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    type_twice(KEY, KEY);
    assert_int_equal(desk_count(d, UD_MSG_STORE), 0);
    give_deposit_key();
    assert_opens(DASHED);
}

static void
without_the_services_key_nothing_is_sent_and_what_was_typed_is_gone(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    type_twice(KEY, KEY);
    desk_done(d, UD_MSG_DEPOSIT_KEY, UD_OFFLINE);
    assert_int_equal(desk_count(d, UD_MSG_STORE), 0);
    assert_null(d->app->store.secret[0]);
    assert_non_null(strstr(d->app->store.failed, "could not be updated"));
}

static void
a_lock_wipes_what_is_typed(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    desk_type(d, KEY);
    desk_key(d, "C-l");
    assert_true(d->app->lock.locked);
    assert_null(d->app->store.secret[0]);
    assert_int_equal(d->app->lock.back, UD_SCREEN_DEVICE);
}

static void
leaving_the_page_wipes_what_is_typed(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    desk_type(d, KEY);
    desk_key(d, "Esc");
    assert_null(d->app->store.secret[0]);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
}

/* --- what became of it ------------------------------------------------------------------------------------------------------ */

static void
send_one(void)
{
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    give_deposit_key();
    type_twice(KEY, KEY);
    tell_state(UD_MSG_STORE, UD_TYPED_PENDING, UD_TYPED_NO_CAUSE);
}

static void
the_end_is_said_wherever_the_operator_is(void **state)
{
    unsigned asked;

    (void)state;
    send_one();
    desk_key(d, "Esc");
    tell_state(UD_MSG_STORE_STATE, UD_TYPED_PENDING, UD_TYPED_NO_CAUSE);
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    asked = desk_count(d, UD_MSG_STORE_STATE);
    desk_pass(d, 2500);
    assert_int_equal(desk_count(d, UD_MSG_STORE_STATE), asked + 1);
    tell_state(UD_MSG_STORE_STATE, UD_TYPED_FAILED, UD_TYPED_WRONG_KEY);
    assert_non_null(strstr(d->app->message, "could not be updated"));
    assert_int_equal(d->app->tone, UD_TONE_ERROR);
    assert_int_equal(d->app->unread, 1);
    assert_int_equal(d->lines[UD_EVENT_STORE_FAILED], 1);
    asked = desk_count(d, UD_MSG_STORE_STATE);
    desk_pass(d, 120000);
    assert_int_equal(desk_count(d, UD_MSG_STORE_STATE), asked); /* it has ended */
}

static void
success_is_said_once_and_the_keys_are_fetched_again(void **state)
{
    unsigned keys;

    (void)state;
    send_one();
    desk_key(d, "Esc");
    tell_state(UD_MSG_STORE_STATE, UD_TYPED_PENDING, UD_TYPED_NO_CAUSE);
    keys = desk_count(d, UD_MSG_KEYS);
    desk_pass(d, 2500);
    tell_state(UD_MSG_STORE_STATE, UD_TYPED_DONE, UD_TYPED_NO_CAUSE);
    assert_non_null(strstr(d->app->message, "was updated"));
    assert_int_equal(desk_count(d, UD_MSG_KEYS), keys + 1);
    assert_int_equal(d->lines[UD_EVENT_STORED], 1);
}

static void
another_session_sees_the_state_on_the_macs_page(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    tell_state(UD_MSG_STORE_STATE, UD_TYPED_FAILED, UD_TYPED_NO_POLICY);
    assert_int_equal(ud_store_watch_of(d->app, &d->device)->cause, UD_TYPED_NO_POLICY);
    assert_string_equal(d->app->message, ""); /* it was not typed here: the page says it */
    assert_int_equal(d->lines[UD_EVENT_STORE_FAILED], 0);
}

static void
what_waits_is_asked_for_again_after_a_lock(void **state)
{
    (void)state;
    send_one();
    desk_key(d, "C-l");
    desk_pass(d, 60000);
    assert_true(d->app->lock.locked);
    assert_true(ud_store_deadline(d->app) < 0);
    assert_true(ud_store_watch_of(d->app, &d->device)->mine);
}

static void
a_refusal_says_that_nothing_was_stored(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_COMPANY);
    desk_key(d, "s");
    give_deposit_key();
    type_twice(KEY, KEY);
    desk_done(d, UD_MSG_STORE, UD_DENIED);
    assert_int_equal(d->app->store.step, UD_VIEW_STORE_STATE);
    assert_non_null(strstr(d->app->store.failed, "Nothing was stored"));
    assert_int_equal(d->lines[UD_EVENT_STORE_FAILED], 1);
    desk_done(d, UD_MSG_KEYS, UD_OK);
    desk_key(d, "s");
    assert_int_equal(d->app->store.step, UD_VIEW_STORE_ENTRY);
}

/* --- who may ----------------------------------------------------------------------------------------------------------------- */

static void
each_role_is_offered_what_the_service_would_do_for_it(void **state)
{
    static const struct {
        enum ud_desk_role role;
        enum ud_ownership ownership;
        const char *account;
        bool store, ask;
    } row[] = {
        { UD_DESK_HELPDESK, UD_OWNERSHIP_COMPANY, "op", true, true },
        { UD_DESK_HELPDESK, UD_OWNERSHIP_PERSONAL, "op", false, true },
        { UD_DESK_ADVANCED, UD_OWNERSHIP_COMPANY, "op", true, true },
        { UD_DESK_ADVANCED, UD_OWNERSHIP_PERSONAL, "op", false, true },
        { UD_DESK_ADVANCED, UD_OWNERSHIP_PERSONAL, "KAI@training.invalid", true, true },
        { UD_DESK_APPROVER, UD_OWNERSHIP_COMPANY, "op", false, false },
        { UD_DESK_AUDITOR, UD_OWNERSHIP_COMPANY, "op", false, false },
        { UD_DESK_ADMIN, UD_OWNERSHIP_COMPANY, "op", false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        d->app->source[0].role = row[i].role;
        (void)ud_copy(d->app->source[0].account, sizeof(d->app->source[0].account), row[i].account);
        open_mac(row[i].ownership);
        assert_int_equal(ud_store_refused(d->app) == NULL, row[i].store);
        assert_int_equal(ud_store_ask_refused(d->app) == NULL, row[i].ask);
    }
}

static void
what_cannot_be_stored_says_why(void **state)
{
    struct ud_device pc = mac(UD_OWNERSHIP_COMPANY);

    (void)state;
    pc.os = "Windows";
    ud_device_open(d->app, &pc, NULL);
    desk_key(d, "s");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_non_null(strstr(d->app->message, "Only a Mac"));
    open_mac(UD_OWNERSHIP_COMPANY);
    d->config.source[0].type = UD_SOURCE_GRAPH;
    desk_key(d, "s");
    assert_non_null(strstr(d->app->message, "Company Portal"));
    d->config.source[0].type = UD_SOURCE_ESCROWD;
}

static void
the_user_is_asked_with_a_note(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_PERSONAL);
    desk_key(d, "u");
    desk_type(d, "Please");
    desk_key(d, "Enter");
    assert_string_equal(note, "Please");
    assert_int_equal(d->lines[UD_EVENT_STORE_ASKED], 1);
    d->message->type = UD_MSG_STORE_INFO;
    d->message->u.store_info = (struct ud_msg_store_info){
        .device = d->device, .asked = true, .asked_at = 1, .by = "", .asked_by = "Op", .note = "Please"
    };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_STORE_ASK)].tag);
    desk_done(d, UD_MSG_STORE_ASK, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_true(ud_store_watch_of(d->app, &d->device)->asked);
    assert_false(ud_store_watch_of(d->app, &d->device)->mine);
}

static void
ask_of_me(bool blocks)
{
    d->message->type = UD_MSG_STORE_REQUEST;
    d->message->u.store_request = (struct ud_msg_store_request){
        .blocks = blocks, .device = d->device, .asked_at = 1, .device_name = "LT-0001", .asked_by = "Op", .note = ""
    };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_STORE_REQUESTS)].tag);
}

static void
a_users_console_opens_on_what_is_asked_once_for_each(void **state)
{
    struct ud_device device;

    (void)state;
    assert_int_equal(desk_count(d, UD_MSG_STORE_REQUESTS), 0); /* staff are asked for nothing */
    d->app->source[0].role = UD_DESK_USER;
    desk_pass(d, 1);
    ask_of_me(true);
    ask_of_me(true);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    desk_done(d, UD_MSG_STORE_REQUESTS, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_STORE);
    assert_true(ud_store_blocked(d->app, &d->device));
    assert_true(ud_fleet_device(d->app->fleet, 0, &device));
    assert_string_equal(d->app->store.name, device.name);
    desk_key(d, "Esc");
    desk_pass(d, 1000);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES); /* left is left */
    ud_store_take(d->app,
        &(struct ud_msg_store_info){ .device = d->device, .state = UD_TYPED_DONE, .by = "", .asked_by = "", .note = "" }, NULL,
        false);
    desk_pass(d, 1);
    assert_int_equal(d->app->screen, UD_SCREEN_STORE); /* the second request */
    assert_int_equal(d->app->store.requests, 1);
}

static void
a_key_that_is_stored_already_is_told_on_the_page(void **state)
{
    (void)state;
    open_mac(UD_OWNERSHIP_PERSONAL);
    desk_key(d, "u");
    desk_key(d, "Enter");
    desk_done(d, UD_MSG_STORE_ASK, UD_DENIED);
    assert_int_equal(d->app->screen, UD_SCREEN_STORE);
    assert_non_null(strstr(d->app->store.error, "it did not work"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_equal_keys_leave_in_a_box_that_the_service_opens),
        T(two_different_keys_send_nothing_and_both_are_typed_again),
        T(a_shape_that_is_none_is_named_and_nothing_goes_on),
        T(letters_that_never_occur_are_warned_of_and_sent_all_the_same),
        T(a_key_typed_before_the_service_told_its_own_waits_for_it),
        T(without_the_services_key_nothing_is_sent_and_what_was_typed_is_gone),
        T(a_lock_wipes_what_is_typed),
        T(leaving_the_page_wipes_what_is_typed),
        T(the_end_is_said_wherever_the_operator_is),
        T(success_is_said_once_and_the_keys_are_fetched_again),
        T(another_session_sees_the_state_on_the_macs_page),
        T(what_waits_is_asked_for_again_after_a_lock),
        T(a_refusal_says_that_nothing_was_stored),
        T(each_role_is_offered_what_the_service_would_do_for_it),
        T(what_cannot_be_stored_says_why),
        T(the_user_is_asked_with_a_note),
        T(a_users_console_opens_on_what_is_asked_once_for_each),
        T(a_key_that_is_stored_already_is_told_on_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
