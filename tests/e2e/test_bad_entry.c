/* Names, imports, IDs, forms and passphrases that are wrong: what people type, and what they have typed somewhere else. */
#include "tests/e2e/bad.h"

#include "base/seal.h"

/* --- names and imports ---------------------------------------------------------------------------------------------------------------- */

/* Cell in which a serial begins. */
static int
serial_column(struct bad *b, const char *serial)
{
    int y = ud_pty_find(b->o.pty, serial);

    assert_true(y > 0);
    for (int x = 0; x < 70; x++) {
        size_t k = 0;
        while (serial[k] != '\0' && ud_pty_cell(b->o.pty, x + (int)k, y).text[0] == serial[k])
            k++;
        if (serial[k] == '\0')
            return x;
    }
    return -1;
}

#define HOSTILE "22222222-0000-4000-8000-00000000000"

static void
hostile_names_are_drawn_as_text_and_move_nothing(void **state)
{
    struct bad *b = *state;
    size_t length;

    make_service(b, true);
    ud_operator_import(&b->o.service,
        "\"EVIL\033[2J\033]0;owned\007-01\",TRN7700002,\"a\xe2\x80\xae"
        "b@training.invalid\"," HOSTILE "2,461109-608201-413820-485342-181588-463056-430617-501391,company,");
    ud_operator_import(&b->o.service,
        "\"EVIL\rOVERWRITTEN\",TRN7700003,\"\xc2\x9b"
        "31m@training.invalid\"," HOSTILE "3,440000-608201-413820-485342-181588-463056-430617-501391,company,");
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "3 devices");
    int column = serial_column(b, "TRN7700001"); /* the columns behind the names stand where they stand in harmless rows */
    assert_int_equal(serial_column(b, "TRN7700002"), column);
    assert_int_equal(serial_column(b, "TRN7700003"), column);
    assert_true(ud_pty_has(b->o.pty, "EVIL"));
    const char *sent = ud_pty_bytes(b->o.pty, &length);
    assert_null(memmem(sent, length, "\033]0;", 4));
    assert_null(memmem(sent, length, "\033[2J\033]", 6));
    assert_null(memmem(sent, length, "\xe2\x80\xae", 3));
    assert_null(memmem(sent, length, "\xc2\x9b", 2));
    assert_null(memmem(sent, length, "\007", 1));
}

/* Runs an import that must fail; its words. */
static void
expect_import_refused(struct bad *b, const char *text, const char *sentence)
{
    char path[160];
    struct ud_program p;

    (void)snprintf(path, sizeof(path), "%s/../bad.csv", b->o.service.dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fprintf(f, "%s", text);
    (void)fclose(f);
    ud_program_run(&p, (const char *const[]){ "escrowd", "-C", b->o.service.dir, "import", path, NULL }, NULL, 60);
    assert_int_not_equal(p.code, 0);
    if (strstr(p.err, sentence) == NULL && strstr(p.out, sentence) == NULL)
        fail_msg("\"%s\" is not in: %s%s", sentence, p.out, p.err);
    ud_program_free(&p);
}

static void
an_import_with_one_bad_line_names_it_and_stores_nothing(void **state)
{
#define HEADER "device,serial,user,key_id,secret\n"
#define GOOD                                                                                                                     \
    "GOOD-LT,TRN7700009,good@training.invalid,11111111-0000-4000-8000-000000000001,461109-608201-413820-485342-181588-463056-"   \
    "430617-501391\n"
    struct bad *b = *state;

    make_service(b, true);
    expect_import_refused(b,
        HEADER GOOD "X,TRN7700010,x@training.invalid,11111111-0000-4000-8000-000000000002,461109-608201-413820-485342-181588-"
                    "463056-430617-5013911\n",
        "line 3");
    expect_import_refused(b,
        HEADER GOOD "X,TRN7700010,x@training.invalid,11111111-0000-4000-8000-000000000002,461109-608201-413821-485342-181588-"
                    "463056-430617-501391\n",
        "Group 3");
    expect_import_refused(b, HEADER GOOD GOOD, "twice");
    expect_import_refused(b, "device,serial,user,key_id,secret,shoe_size\n", "shoe_size");
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "1 device");
    assert_false(ud_pty_has(b->o.pty, "GOOD-LT"));
}

/* --- what the operator gets wrong -------------------------------------------------------------------------------------------------------- */

static void
clear_filter(struct bad *b)
{
    ud_pty_key(b->o.pty, "Esc");
    ud_pty_wait(b->o.pty, "Find name, user");
}

static void
ids_and_devices_without_a_key_to_show_say_why(void **state)
{
    struct bad *b = *state;

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .devices = 60, .seed = 7 });
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "60 devices");

    ud_operator_type(&b->o, "00000000");
    ud_pty_wait(b->o.pty, "No recovery key ID starts with 00000000");
    ud_pty_wait(b->o.pty, "Asked:");
    clear_filter(b);

    ud_operator_type(&b->o, "c0ffee00");
    ud_pty_wait(b->o.pty, "2 keys start with C0FFEE00");
    clear_filter(b);

    ud_operator_type(&b->o, "TRN0001064");
    ud_pty_wait(b->o.pty, "1 of 60");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "personal");
    ud_pty_wait(b->o.pty, "FileVault");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "A personal Mac: its user finds the key in the self-service");
    assert_false(ud_pty_has(b->o.pty, "Why is the key needed?"));
    ud_pty_key(b->o.pty, "Esc");
    clear_filter(b);
}

static void
a_form_without_a_reason_asks_for_it_and_sends_nothing(void **state)
{
    struct bad *b = *state;

    open_behind_relay(b);
    ud_operator_type(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "1 recovery key ID starts with");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Recovery keys, newest first");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Why is the key needed?");
    ud_pty_pause(b->o.pty);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "A reason must be chosen");
    assert_false(logged(b, "intent"));
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 0);
    ud_pty_key(b->o.pty, "9"); /* "Other" needs a note */
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "note");
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 0);
}

static void
a_wrong_passphrase_counts_down_and_the_right_one_opens(void **state)
{
    struct bad *b = *state;

    open_behind_relay(b);
    ud_pty_key(b->o.pty, "C-l");
    ud_pty_wait(b->o.pty, "you locked it");
    ud_operator_type(&b->o, "not the passphrase");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Wrong. 4 tries are left.");
    assert_false(ud_pty_has(b->o.pty, "BAD-LT-01"));
    ud_pty_clock(b->o.pty, 11000);
    ud_operator_type(&b->o, b->o.passphrase);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "BAD-LT-01");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BAD_TEST(hostile_names_are_drawn_as_text_and_move_nothing),
        BAD_TEST(an_import_with_one_bad_line_names_it_and_stores_nothing),
        BAD_TEST(ids_and_devices_without_a_key_to_show_say_why),
        BAD_TEST(a_form_without_a_reason_asks_for_it_and_sends_nothing),
        BAD_TEST(a_wrong_passphrase_counts_down_and_the_right_one_opens),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
