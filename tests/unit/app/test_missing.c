/* A key that is not there: where it may be, asking for a new one, and what manage-bde printed. */
#include "desk.h"

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define BAD_A "461109-608201-413821-485342-181588-463056-430617-501391"
#define ID_A  "5EEDBEEF-7ED9-46C8-A74F-AC3ADF016EC8"
#define ID_T  "11112222-3333-4444-5555-666677778888"
#define TEXT                                                                                                                     \
    "Volume C: [Windows]\rAll Key Protectors\r\r    TPM:\r      ID: {" ID_T                                                      \
    "}\r      PCR Validation Profile:\r        7, 11\r\r    Numerical Password:\r      ID: {" ID_A "}\r      Password:\r"        \
    "        " KEY_A "\r"

static struct ud_guid
guid_of(const char *text)
{
    struct ud_guid id;

    assert_int_equal(ud_guid_parse(&id, text, 36, NULL), UD_OK);
    return id;
}

/* The open device, of which the sources know no key. */
static struct desk *
desk_without_key(void)
{
    struct desk *d = desk_ready();

    desk_type(d, "alice");
    desk_key(d, "Enter");
    desk_done(d, UD_MSG_KEYS, UD_OK);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(d->app->device.count, 0);
    return d;
}

/* What the decoder does: the text into the block, then the events. */
static void
paste(struct desk *d, const char *text, bool whole)
{
    struct ud_key_event key = { .code = UD_KEY_CAPTURED, .number = whole };
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };
    struct ud_error err;

    assert_non_null(ud_app_capture(d->app));
    assert_int_equal(ud_secret_append(ud_app_capture(d->app), text, strlen(text), &err), UD_OK);
    d->now += 300;
    desk_tell(d, &e);
}

static struct ud_bde_fact *
fact_of_key(struct desk *d)
{
    for (size_t i = 0; i < d->app->bde.list.count; i++)
        if (d->app->bde.list.item[i].is_key)
            return &d->app->bde.fact[i];
    fail_msg("there is no key in the text");
    return NULL;
}

/* --- where it may be -------------------------------------------------------------------------------------------------------------- */

static void
a_new_key_can_be_asked_for_although_none_is_stored(void **state)
{
    struct desk *d = desk_without_key();

    (void)state;
    desk_key(d, "w");
    assert_int_equal(d->app->screen, UD_SCREEN_MISSING);
    desk_key(d, "n");
    desk_key(d, "Enter");
    assert_int_equal(desk_count(d, UD_MSG_ROTATE), 1);
    assert_int_equal(d->app->new_key[0].kind, UD_KIND_BITLOCKER);
    assert_int_equal(d->lines[UD_EVENT_ROTATE], 1);
    desk_done(d, UD_MSG_ROTATE, UD_OK);
    assert_non_null(ud_missing_new_key_refused(d->app)); /* not twice */
    desk_free(d);
}

static void
the_page_leads_to_the_key_as_soon_as_it_is_stored(void **state)
{
    struct desk *d = desk_without_key();

    (void)state;
    desk_key(d, "w");
    desk_key(d, "n");
    desk_key(d, "Enter");
    desk_done(d, UD_MSG_ROTATE, UD_OK);
    desk_pass(d, 3000);
    d->message->type = UD_MSG_ROTATION_STATE;
    d->message->u.rotation_state = (struct ud_msg_rotation_state){
        .state = UD_ROTATION_DONE, .new_key = d->key[0], .created = 5, .last_checkin = 5, .message = ""
    };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_ROTATION)].tag);
    assert_int_equal(desk_count(d, UD_MSG_KEYS), 2);
    desk_answer_keys(d);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(d->app->device.count, 2);
    desk_free(d);
}

static void
nothing_is_called_missing_before_the_source_has_said_so(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_type(d, "alice");
    desk_key(d, "Enter");
    assert_non_null(ud_missing_refused(d->app)); /* still being fetched */
    desk_done(d, UD_MSG_KEYS, UD_OFFLINE);
    assert_non_null(ud_missing_refused(d->app));
    desk_key(d, "w");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    desk_free(d);
}

static void
a_device_with_keys_has_no_such_page(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_type(d, "alice");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "w");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_non_null(strstr(d->app->message, "stored"));
    desk_free(d);
}

static void
an_id_that_nobody_knows_leads_there_too(void **state)
{
    struct desk *d = desk_ready();

    (void)state;
    desk_type(d, "deadbeef");
    desk_done(d, UD_MSG_FIND, UD_OK);
    desk_key(d, "Enter");
    assert_int_equal(d->app->screen, UD_SCREEN_MISSING);
    assert_true(d->app->missing.by_id);
    assert_non_null(ud_missing_new_key_refused(d->app));
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
    desk_free(d);
}

/* --- what manage-bde printed ---------------------------------------------------------------------------------------------------------- */

static struct desk *
desk_pasted(const char *text)
{
    struct desk *d = desk_without_key();

    desk_key(d, "b");
    assert_int_equal(d->app->screen, UD_SCREEN_BDE);
    paste(d, text, true);
    desk_key(d, "Enter");
    assert_int_equal(d->app->bde.step, UD_BDE_READ);
    return d;
}

static void
pasted_text_is_read_and_each_key_compared_by_its_whole_id(void **state)
{
    struct desk *d = desk_pasted(TEXT);

    (void)state;
    assert_null(ud_app_capture(d->app));
    assert_int_equal(d->app->bde.list.count, 2);
    assert_int_equal(d->app->bde.rows.selected, 1); /* the key, not the TPM */
    assert_int_equal(desk_count(d, UD_MSG_FIND), 1);
    assert_int_equal(fact_of_key(d)->known, UD_BDE_ASKED);
    desk_done(d, UD_MSG_FIND, UD_OK);
    assert_int_equal(fact_of_key(d)->known, UD_BDE_NOT_STORED);
    desk_free(d);
}

static void
a_key_of_another_device_is_told_and_not_stored(void **state)
{
    struct desk *d = desk_pasted(TEXT);
    struct ud_device other = {
        .name = "LT-0099", .serial = "", .user = "", .user_name = "", .model = "", .os = "", .os_version = ""
    };

    (void)state;
    ud_guid_random(&other.id);
    d->message->type = UD_MSG_FOUND;
    d->message->u.found = (struct ud_msg_found){ .has_device = true, .device = other };
    d->message->u.found.key = (struct ud_key){ .id = guid_of(ID_A), .device = other.id, .created = 1, .shown = UD_WALL_NONE };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_FIND)].tag);
    desk_done(d, UD_MSG_FIND, UD_OK);
    assert_int_equal(fact_of_key(d)->known, UD_BDE_STORED_ELSEWHERE);
    assert_string_equal(fact_of_key(d)->device, "LT-0099");
    desk_key(d, "s");
    assert_int_equal(desk_count(d, UD_MSG_DEPOSIT_KEY), 0);
    desk_free(d);
}

struct kept {
    unsigned count;
    struct ud_msg_keep keep;
    uint8_t box[300];
};

static bool
take_keep(struct desk *d, struct ud_effect *e)
{
    struct kept *k = d->taker;

    if (e->kind != UD_DO_REQUEST || e->request->type != UD_MSG_KEEP)
        return false;
    k->count++;
    k->keep = e->request->u.keep;
    memcpy(k->box, k->keep.sealed, k->keep.sealed_length);
    return false;
}

static void
a_key_is_stored_sealed_with_the_other_ids_of_its_drive(void **state)
{
    struct desk *d = desk_pasted(TEXT);
    struct ud_secret *half = NULL, *plain = NULL;
    struct ud_guid key = guid_of(ID_A), tpm = guid_of(ID_T);
    struct kept kept = { 0 };

    (void)state;
    desk_done(d, UD_MSG_FIND, UD_OK);
    d->take = take_keep;
    d->taker = &kept;
    desk_key(d, "s");
    assert_int_equal(desk_count(d, UD_MSG_DEPOSIT_KEY), 0); /* asked back first */
    desk_key(d, "Enter");
    d->message->type = UD_MSG_DEPOSIT_KEY_IS;
    assert_int_equal(ud_seal_keypair(d->message->u.deposit_key.public_key, &half, NULL), UD_OK);
    desk_message(d, d->asked[desk_asked(d, UD_MSG_DEPOSIT_KEY)].tag);
    desk_done(d, UD_MSG_DEPOSIT_KEY, UD_OK);
    assert_int_equal(kept.count, 1);
    assert_memory_equal(kept.keep.key.byte, key.byte, 16);
    assert_memory_equal(kept.keep.device.byte, d->device.byte, 16);
    assert_int_equal(kept.keep.volume, UD_VOLUME_OS);
    assert_int_equal(kept.keep.other_count, 1);
    assert_memory_equal(kept.keep.other[0].id.byte, tpm.byte, 16);
    assert_int_equal(ud_seal_open(&plain, kept.box, kept.keep.sealed_length, half, NULL), UD_OK);
    assert_memory_equal(ud_secret_open(plain), KEY_A, 55);
    ud_secret_close(plain);
    desk_done(d, UD_MSG_KEEP, UD_OK);
    assert_int_equal(d->lines[UD_EVENT_KEPT], 1);
    assert_int_equal(fact_of_key(d)->known, UD_BDE_STORED_HERE);
    assert_int_equal(desk_count(d, UD_MSG_KEYS), 2);
    ud_secret_free(&plain);
    ud_secret_free(&half);
    desk_free(d);
}

static void
a_wrong_group_is_named_and_the_key_neither_compared_nor_stored(void **state)
{
    struct desk *d = desk_pasted("      ID: {" ID_A "}\r        " BAD_A "\r");

    (void)state;
    assert_int_equal(fact_of_key(d)->known, UD_BDE_WRONG);
    assert_non_null(strstr(fact_of_key(d)->why, "roup 3"));
    assert_null(strstr(fact_of_key(d)->why, "413821"));
    assert_int_equal(desk_count(d, UD_MSG_FIND), 0);
    desk_key(d, "s");
    assert_int_equal(d->app->overlay, UD_OVERLAY_NONE);
    desk_free(d);
}

/* Without brackets a paste is typing: empty lines in the middle of it are not its end. */
static void
an_empty_line_ends_it_only_when_it_comes_by_itself(void **state)
{
    struct desk *d = desk_without_key();
    struct ud_key_event enter = { .code = UD_KEY_ENTER };
    struct ud_event e = { .on = UD_ON_KEY, .key = &enter };

    (void)state;
    desk_key(d, "b");
    paste(d, "Volume C: [W]", false);
    desk_tell(d, &e);
    desk_tell(d, &e);
    desk_tell(d, &e);
    assert_int_equal(d->app->bde.step, UD_BDE_TAKING);
    assert_int_equal(d->app->bde.lines, 3);
    paste(d, "ID: {" ID_A "}", false);
    desk_tell(d, &e);
    assert_int_equal(d->app->bde.step, UD_BDE_TAKING);
    d->now += 400;
    desk_tell(d, &e);
    assert_int_equal(d->app->bde.step, UD_BDE_READ);
    desk_free(d);
}

static void
leaving_and_locking_wipe_what_was_pasted(void **state)
{
    struct desk *d = desk_without_key();
    size_t before = ud_secret_live();

    (void)state;
    desk_key(d, "b");
    assert_int_equal(ud_secret_live(), before + 1);
    paste(d, TEXT, true);
    desk_key(d, "Esc");
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICE);
    assert_int_equal(ud_secret_live(), before);
    desk_key(d, "b");
    paste(d, TEXT, true);
    desk_key(d, "Enter");
    desk_key(d, "C-l");
    assert_true(ud_app_locked(d->app));
    assert_null(d->app->bde.text);
    assert_int_equal(d->app->bde.list.count, 0);
    desk_free(d);
}

static void
over_an_open_question_text_is_keys_again(void **state)
{
    struct desk *d = desk_without_key();

    (void)state;
    desk_key(d, "b");
    assert_non_null(ud_app_capture(d->app));
    desk_key(d, "F1");
    assert_null(ud_app_capture(d->app));
    desk_key(d, "Esc");
    assert_non_null(ud_app_capture(d->app));
    desk_free(d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_key_can_be_asked_for_although_none_is_stored),
        cmocka_unit_test(the_page_leads_to_the_key_as_soon_as_it_is_stored),
        cmocka_unit_test(nothing_is_called_missing_before_the_source_has_said_so),
        cmocka_unit_test(a_device_with_keys_has_no_such_page),
        cmocka_unit_test(an_id_that_nobody_knows_leads_there_too),
        cmocka_unit_test(pasted_text_is_read_and_each_key_compared_by_its_whole_id),
        cmocka_unit_test(a_key_of_another_device_is_told_and_not_stored),
        cmocka_unit_test(a_key_is_stored_sealed_with_the_other_ids_of_its_drive),
        cmocka_unit_test(a_wrong_group_is_named_and_the_key_neither_compared_nor_stored),
        cmocka_unit_test(an_empty_line_ends_it_only_when_it_comes_by_itself),
        cmocka_unit_test(leaving_and_locking_wipe_what_was_pasted),
        cmocka_unit_test(over_an_open_question_text_is_keys_again),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
