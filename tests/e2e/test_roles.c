/* What each role reaches, by command and at the console, against a real escrowd with an invented person of each role. */
#include "tests/e2e/console.h"
#include "base/status.h"
#include "tests/support/program.h"
#include "wire/json.h"

#define LIMIT_S     120
#define AS(role)    "--demo=60", "--seed", "7", "--role", role
#define RUN(p, ...) ud_program_run(p, (const char *const[]){ "unlockdesk", __VA_ARGS__, NULL }, NULL, LIMIT_S)

/* --- by command --------------------------------------------------------------------------------------------------------------- */

static size_t
rows_of(const struct ud_program *p, const char *list, const char *member, const char *value)
{
    struct ud_json *doc = NULL;
    size_t rows = 0;
    char text[256];

    if (ud_json_parse(&doc, p->out, p->out_length, NULL) != UD_OK)
        fail_msg("%.200s / %s", p->out, p->err);
    for (const struct ud_json *i = ud_json_first(ud_json_member(doc, list)); i != NULL; i = ud_json_after(i), rows++) {
        text[0] = '\0';
        (void)!ud_json_get_text(text, sizeof(text), i, member, NULL);
        if (value != NULL)
            assert_string_equal(text, value);
    }
    ud_json_free(&doc);
    return rows;
}

static void
a_user_reaches_the_own_device_and_is_sent_to_the_helpdesk(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, AS("user"), "device", "list", "--json");
    assert_int_equal(rows_of(&p, "devices", "user", "alice@training.invalid"), 1);
    ud_program_free(&p);
    RUN(&p, AS("user"), "key", "find", "c0ffee00");
    assert_int_equal(p.code, ud_status_exit_code(UD_NOTFOUND));
    ud_program_free(&p);
    RUN(&p, AS("user"), "report", "audit");
    assert_int_equal(p.code, ud_status_exit_code(UD_DENIED));
    ud_program_free(&p);
}

static void
the_helpdesk_is_told_no_users_and_names_them(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, AS("helpdesk"), "device", "list", "--json");
    assert_int_equal(rows_of(&p, "devices", "user", ""), 60);
    ud_program_free(&p);
    RUN(&p, AS("helpdesk"), "key", "find", "c0ffee00");
    assert_int_equal(p.code, ud_status_exit_code(UD_AMBIGUOUS));
    assert_non_null(strstr(p.err, "2 recovery keys start with c0ffee00"));
    assert_null(strstr(p.err, "STO-LT"));
    ud_program_free(&p);
    RUN(&p, AS("helpdesk"), "key", "rotate", "LON-LT-ALICE", "--reason", "lost-pin");
    assert_int_equal(p.code, ud_status_exit_code(UD_DENIED));
    assert_non_null(strstr(p.err, "--user"));
    ud_program_free(&p);
    RUN(&p, AS("helpdesk"), "key", "rotate", "LON-LT-ALICE", "--reason", "lost-pin", "--user", "bob@training.invalid");
    assert_non_null(strstr(p.out, "Not found"));
    ud_program_free(&p);
    RUN(&p, AS("helpdesk"), "key", "rotate", "LON-LT-ALICE", "--reason", "lost-pin", "--user", "TRAINING\\alice", "--wait");
    assert_non_null(strstr(p.out, "done"));
    ud_program_free(&p);
    RUN(&p, AS("helpdesk"), "key", "rotate", "LON-LT-ALICE", "--reason", "lost-pin", "--user", "alice");
    assert_non_null(strstr(p.err, "domain"));
    ud_program_free(&p);
}

static void
roles_without_keys_say_so(void **state)
{
    static const char *const roles[] = { "approver", "auditor", "admin" };
    struct ud_program p;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        RUN(&p, AS(roles[i]), "key", "rotate", "LON-LT-ALICE", "--reason", "lost-pin");
        assert_int_not_equal(p.code, 0);
        assert_non_null(strstr(p.err, i == 1 ? "No device" : roles[i])); /* an auditor sees no device to begin with */
        ud_program_free(&p);
    }
}

static void
reports_are_for_those_who_read_them(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, AS("auditor"), "report", "encryption", "--json");
    assert_int_equal(rows_of(&p, "rows", "readiness", "ready"), 60);
    ud_program_free(&p);
    RUN(&p, AS("admin"), "report", "encryption", "key=missing", "device=WAW-LT-IRENA", "--csv");
    assert_non_null(
        strstr(p.out, "device,serial,os,version,user,readiness,status,key,shown_not_replaced,last_checkin\r\nWAW-LT-IRENA,"));
    ud_program_free(&p);
    RUN(&p, AS("advanced"), "report", "audit", "result=failed", "--json");
    assert_int_equal(p.code, 0);
    assert_int_equal(rows_of(&p, "rows", "result", "failed"), 0);
    assert_non_null(strstr(p.err, "No request for a key fits this filter."));
    ud_program_free(&p);
    RUN(&p, AS("auditor"), "report", "audit", "from=yesterday");
    assert_int_equal(p.code, ud_status_exit_code(UD_USAGE));
    assert_non_null(strstr(p.err, "2026-11-21"));
    ud_program_free(&p);
    RUN(&p, AS("approver"), "report", "encryption");
    assert_int_equal(p.code, ud_status_exit_code(UD_DENIED));
    assert_non_null(strstr(p.err, "approver"));
    ud_program_free(&p);
}

/* --- at the console ------------------------------------------------------------------------------------------------------------ */

/* Signs in as a role and waits for `until`. */
static struct ud_pty *
signed_in(const char *role, const char *until)
{
    const char *argv[] = { "seams/unlockdesk", "--demo=60", "--seed", "7", "--role", role, NULL };
    struct ud_pty_options o = { .argv = argv, .width = 80, .height = 24 };
    struct ud_pty *p = ud_pty_start(&o);

    ud_pty_wait(p, "Enter: approve as");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Is this you?");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    if (ud_pty_wait_either(p, "Notice of", until) == 0) {
        ud_pty_pause(p);
        ud_pty_key(p, "Enter");
    }
    ud_pty_wait(p, until);
    return p;
}

static void
fill_reason(struct ud_pty *p, const char *account)
{
    ud_pty_wait(p, "Who is calling");
    ud_pty_pause(p);
    ud_pty_key(p, "5");
    ud_pty_wait(p, "Lost PIN.");
    if (account != NULL)
        ud_pty_type(p, account);
    ud_pty_key(p, "Enter");
}

static void
the_helpdesk_finds_a_device_by_the_account_and_gets_its_key(void **state)
{
    struct ud_pty *p = signed_in("helpdesk", "60 devices");

    (void)state;
    ud_pty_type(p, "C0FFEE00");
    ud_pty_wait(p, "2 recovery keys start with these characters");
    assert_false(ud_pty_has(p, "STO-LT"));
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "C0FFEE00");
    ud_pty_type(p, "alice@training.invalid");
    ud_pty_wait(p, "Enter looks for the devices of this account");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "LON-LT-ALICE");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_key(p, "Enter");
    fill_reason(p, NULL); /* what was typed to find the device counts */
    ud_pty_wait(p, "Group 1 of 8");
    ud_pty_end(&p);
}

static void
a_wrong_account_is_answered_like_a_missing_key(void **state)
{
    struct ud_pty *p = signed_in("helpdesk", "60 devices");

    (void)state;
    ud_pty_type(p, "LON-LT-ALICE");
    ud_pty_wait(p, "1 of 60 devices");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    assert_false(ud_pty_has(p, "alice@"));
    ud_pty_key(p, "n");
    ud_pty_wait(p, "Name its user first");
    ud_pty_key(p, "Enter");
    fill_reason(p, "mallory");
    ud_pty_wait(p, "The account needs its domain.");
    ud_pty_type(p, "@training.invalid");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Not found");
    ud_pty_wait(p, "Perhaps this account is no user of the device");
    ud_pty_end(&p);
}

static void
an_approver_is_told_why_there_is_no_key(void **state)
{
    struct ud_pty *p = signed_in("approver", "60 devices");

    (void)state;
    ud_pty_type(p, "LON-LT-ALICE");
    ud_pty_wait(p, "1 of 60 devices");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "You are signed in as approver");
    ud_pty_end(&p);
}

static void
an_auditor_starts_at_the_reports(void **state)
{
    struct ud_pty *p = signed_in("auditor", "Who asked for keys");

    (void)state;
    ud_pty_wait(p, "No request for a key fits this filter.");
    ud_pty_key(p, "Tab");
    ud_pty_wait(p, "Encryption: 60");
    ud_pty_type(p, "key=missing os=Windows");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Encryption: 1");
    ud_pty_wait(p, "WAW-LT-IRENA");
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "missing os=");
    ud_pty_wait(p, "Encryption: 60");
    ud_pty_type(p, "key=lost");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "escrowed or missing");
    ud_pty_end(&p);
}

static void
what_was_got_and_refused_stands_in_the_report(void **state)
{
    struct ud_pty *p = signed_in("advanced", "60 devices");

    (void)state;
    ud_pty_type(p, "LON-LT-ALICE");
    ud_pty_wait(p, "1 of 60 devices");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Why is the key needed?");
    ud_pty_pause(p);
    ud_pty_key(p, "5");
    ud_pty_wait(p, "Lost PIN.");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Group 1 of 8");
    ud_pty_key(p, "w");
    ud_pty_wait(p, "│ Call ended");
    ud_pty_pause(p);
    ud_pty_key(p, "F8");
    ud_pty_wait(p, "Who asked for keys: 1");
    ud_pty_wait(p, "successful");
    ud_pty_wait(p, "reason Lost PIN");
    for (unsigned tries = 0; !ud_pty_has(p, "ended it worked") && tries < 200; tries++) { /* the outcome is on its way */
        ud_pty_key(p, "Enter");
        ud_pty_wait(p, "reason Lost PIN");
        ud_pty_idle(p);
    }
    assert_true(ud_pty_has(p, "ended it worked"));
    ud_pty_end(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_reaches_the_own_device_and_is_sent_to_the_helpdesk),
        cmocka_unit_test(the_helpdesk_is_told_no_users_and_names_them),
        cmocka_unit_test(roles_without_keys_say_so),
        cmocka_unit_test(reports_are_for_those_who_read_them),
        cmocka_unit_test(the_helpdesk_finds_a_device_by_the_account_and_gets_its_key),
        cmocka_unit_test(a_wrong_account_is_answered_like_a_missing_key),
        cmocka_unit_test(an_approver_is_told_why_there_is_no_key),
        cmocka_unit_test(an_auditor_starts_at_the_reports),
        cmocka_unit_test(what_was_got_and_refused_stands_in_the_report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
