/* escrowd as a site runs it: init, user add, import, serve on HTTPS with its own CA; a console that knows it from its configuration signs in through the
 * approval page and dictates an imported key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/memscan.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define EIGHT "5ca1ab1e"
#define ID    EIGHT "-0000-4000-8000-00000000c0de"

struct site {
    struct ud_operator o;
    char key[UD_OPERATOR_KEY];
};

static int
make_site(void **state)
{
    *state = calloc(1, sizeof(struct site));
    return *state != NULL ? 0 : -1;
}

static int
end_site(void **state)
{
    struct site *s = *state;

    ud_operator_end(&s->o);
    explicit_bzero(s, sizeof(*s));
    free(s);
    return 0;
}

static void
start_site(struct site *s)
{
    char line[256];

    ud_fixture_make(&s->o.service, &(struct ud_fixture_options){ .service = true, .https = true });
    ud_operator_draw_key(s->key);
    (void)snprintf(line, sizeof(line), "SITE-LT-01,TRN7700001,site.user@training.invalid," ID ",%s,company,bitlocker", s->key);
    ud_operator_import(&s->o.service, line);
    ud_fixture_serve(&s->o.service);
    ud_operator_configure(&s->o, NULL);
}

static void
open_desk(struct site *s)
{
    ud_operator_open(&s->o, "seams/unlockdesk");
    ud_operator_sign_in(&s->o);
}

/* Dictates all groups and compares each with the key that was imported. */
static void
expect_dictation(struct site *s)
{
    for (int i = 0; i < 8; i++) {
        char heading[32], group[8] = "", wanted[8] = "";
        (void)snprintf(heading, sizeof(heading), "Group %d of 8", i + 1);
        ud_pty_wait(s->o.pty, heading);
        memcpy(wanted, s->key + 7 * i, 6);
        ud_pty_wait(s->o.pty, wanted);
        assert_true(ud_operator_group(group, &s->o));
        assert_string_equal(group, wanted);
        ud_pty_key(s->o.pty, "Space");
    }
    ud_pty_wait(s->o.pty, "That was the last group");
}

static void
an_imported_key_is_dictated_through_https_and_the_approval_page(void **state)
{
    struct site *s = *state;
    struct ud_scan found = { .hits = 0 };

    start_site(s);
    open_desk(s);
    ud_operator_ask_key(&s->o, EIGHT);
    ud_pty_wait(s->o.pty, "SITE-LT-01");
    expect_dictation(s);
    ud_pty_key(s->o.pty, "w");
    ud_pty_wait(s->o.pty, "The call is closed");
    assert_true(ud_pty_has(s->o.pty, ID));
    ud_scan_tree(&found, s->o.service.dir, s->key); /* encrypted at rest, WAL and logs included */
    assert_int_equal(found.hits, 0);
}

/* Flips one bit in the middle of a line, counted from 1; returns the line. */
static int64_t
flip_byte(const char *path, int64_t line)
{
    FILE *f = fopen(path, "r+e");
    char text[8192];
    long at = 0;

    if (f == NULL)
        fail_msg("there is no %s", path);
    for (int64_t i = 1; i <= line; i++) {
        at = ftell(f);
        assert_non_null(fgets(text, sizeof(text), f));
    }
    at += (long)strlen(text) / 2;
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    int byte = fgetc(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    (void)fputc(byte ^ 1, f);
    assert_int_equal(fclose(f), 0);
    return line;
}

static void
the_activity_log_of_that_session_verifies_and_a_flipped_byte_is_named(void **state)
{
    struct site *s = *state;
    struct ud_program p;
    struct ud_json *doc = NULL;
    char home[128], state_home[160], file[256];
    bool ok = false;
    int64_t lines = 0;

    start_site(s);
    open_desk(s);
    ud_operator_ask_key(&s->o, EIGHT);
    ud_pty_wait(s->o.pty, "Group 1 of 8");
    ud_pty_key(s->o.pty, "g");
    ud_pty_wait(s->o.pty, "│ Call ended");
    ud_pty_key(s->o.pty, "C-q");
    ud_operator_answer(&s->o, "Enter yes", "");
    assert_int_equal(ud_pty_exit(s->o.pty), 0);

    (void)snprintf(home, sizeof(home), "HOME=%s", ud_pty_home(s->o.pty));
    (void)snprintf(state_home, sizeof(state_home), "%s/unlockdesk", ud_build_dir());
    const char *argv[] = { "/usr/bin/env", home, state_home, "--config", s->o.config, "journal", "verify", "--json", NULL };
    ud_program_run(&p, argv, NULL, 30);
    assert_int_equal(ud_json_parse(&doc, p.out, p.out_length, NULL), UD_OK);
    assert_int_equal(ud_json_get_bool(&ok, doc, "ok", NULL), UD_OK);
    assert_int_equal(ud_json_get_int(&lines, doc, "lines", 0, INT64_MAX, NULL), UD_OK);
    assert_true(ok);
    assert_true(lines >= 5); /* session, sign-in, intent, disclosed, outcome */
    ud_json_free(&doc);
    ud_program_free(&p);

    (void)snprintf(file, sizeof(file), "%s/.local/state/unlockdesk/journal/journal.jsonl", ud_pty_home(s->o.pty));
    int64_t line = flip_byte(file, lines / 2);
    ud_program_run(&p, argv, NULL, 30);
    assert_int_not_equal(p.code, 0);
    assert_int_equal(ud_json_parse(&doc, p.out, p.out_length, NULL), UD_OK);
    assert_int_equal(ud_json_get_bool(&ok, doc, "ok", NULL), UD_OK);
    assert_false(ok);
    assert_int_equal(ud_json_get_int(&lines, doc, "first_bad", 0, INT64_MAX, NULL), UD_OK);
    assert_int_equal(lines, line);
    ud_json_free(&doc);
    ud_program_free(&p);
}

static void
somebody_with_a_wrong_password_or_no_account_is_not_let_in(void **state)
{
    struct site *s = *state;
    char code[16] = "";

    start_site(s);
    free(ud_fixture_command(
        &s->o.service, "a quite long password 9\n", (const char *const[]){ "user", "add", "helen", "--role", "advanced", NULL }));
    ud_operator_open(&s->o, "seams/unlockdesk");
    ud_operator_read_code(code, &s->o);
    assert_int_equal(ud_raw_approve(&s->o.service, code, "helen", "a quite long password 8", "approve"), 403);
    assert_int_equal(ud_raw_approve(&s->o.service, code, "nobody", "a quite long password 9", "approve"), 403);
    assert_true(ud_pty_has(s->o.pty, "Waiting for the approval"));
    assert_int_equal(ud_raw_approve(&s->o.service, code, "helen", "a quite long password 9", "approve"), 200);
    ud_pty_clock(s->o.pty, 6000); /* the next poll */
    ud_pty_wait(s->o.pty, "Is this you?");
    assert_true(ud_pty_has(s->o.pty, "helen"));
}

static void
a_denied_sign_in_is_a_sentence_and_can_be_tried_again(void **state)
{
    struct site *s = *state;
    char code[16] = "", password[64];

    start_site(s);
    ud_operator_open(&s->o, "seams/unlockdesk");
    ud_operator_read_code(code, &s->o);
    ud_fixture_password(password, sizeof(password), &s->o.service);
    assert_int_equal(ud_raw_approve(&s->o.service, code, "operator", password, "deny"), 200);
    ud_pty_clock(s->o.pty, 6000);
    ud_pty_wait(s->o.pty, "✗");
    ud_pty_wait_gone(s->o.pty, code);
    ud_operator_answer(&s->o, "✗", "Type this code there:");
    ud_operator_sign_in(&s->o);
    ud_pty_wait(s->o.pty, "1 device");
}

/* What manage-bde prints names the TPM's protector too: its ID is no secret, and a caller who reads it out learns what it is. */
static void
the_id_of_a_tpm_from_an_import_is_recognised(void **state)
{
    static const char text[] =
        "BitLocker Drive Encryption: Configuration Tool version 10.0.19041\r\n\r\n"
        "Volume C: [OSDisk]\r\nAll Key Protectors\r\n\r\n"
        "    TPM:\r\n      ID: {0DDBA11A-1111-4222-8333-444455556666}\r\n"
        "      PCR Validation Profile:\r\n        7, 11\r\n        (Uses Secure Boot for integrity validation)\r\n\r\n"
        "    Numerical Password:\r\n      ID: {FEEDFACE-1111-4222-8333-444455556666}\r\n"
        "      Password:\r\n        %s\r\n\r\n";
    struct site *s = *state;
    char path[128];

    start_site(s);
    (void)snprintf(path, sizeof(path), "%s/protectors.txt", s->o.dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    ud_operator_draw_key(s->key);
    fprintf(f, text, s->key);
    assert_int_equal(fclose(f), 0);
    free(ud_fixture_command(&s->o.service, NULL,
        (const char *const[]){ "import", "--device", "SITE-LT-02", "--serial", "TRN7700002", "--user",
            "second.user@training.invalid", path, NULL }));
    assert_int_equal(unlink(path), 0);
    open_desk(s);
    ud_operator_type(&s->o, "0ddba11a");
    ud_pty_wait(s->o.pty, "TPM");
    ud_pty_wait(s->o.pty, "SITE-LT-02");
    for (int i = 0; i < 8; i++)
        ud_pty_key(s->o.pty, "Backspace");
    ud_operator_ask_key(&s->o, "feedface");
    expect_dictation(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_imported_key_is_dictated_through_https_and_the_approval_page, make_site, end_site),
        cmocka_unit_test_setup_teardown(
            the_activity_log_of_that_session_verifies_and_a_flipped_byte_is_named, make_site, end_site),
        cmocka_unit_test_setup_teardown(somebody_with_a_wrong_password_or_no_account_is_not_let_in, make_site, end_site),
        cmocka_unit_test_setup_teardown(a_denied_sign_in_is_a_sentence_and_can_be_tried_again, make_site, end_site),
        cmocka_unit_test_setup_teardown(the_id_of_a_tpm_from_an_import_is_recognised, make_site, end_site),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
