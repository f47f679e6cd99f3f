/* Approval by a second person, end to end: two consoles on two terminals, one real service. They share one clock, which the tests shift. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/operator.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define KEY_ID "8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8"
#define PUBLIC "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define WHY    "\"kind\":\"bitlocker\",\"reason\":\"lost-pin\",\"ticket\":\"INC7\""
#define ANY_ID "3f2504e0-4f89-41d3-9a0c-0305e82c330"

struct desk {
    struct ud_fixture service;
    struct ud_operator asks, decides;
    char home[64], key[UD_OPERATOR_KEY];
};

static void
write_file(const char *path, const void *bytes, size_t length)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, length, f), length);
    assert_int_equal(fclose(f), 0);
}

static void
add_user(const struct desk *d, const char *name, const char *role, const char *account)
{
    char password[64], line[80];

    ud_fixture_password(password, sizeof(password), &d->service);
    (void)snprintf(line, sizeof(line), "%s\n", password);
    free(ud_fixture_command(
        &d->service, line, (const char *const[]){ "user", "add", name, "--role", role, "--account", account, NULL }));
}

static void
open_console(struct desk *d, struct ud_operator *o)
{
    const char *argv[] = { "seams/unlockdesk", "--config", o->config, NULL };
    const char *env[] = { o->state, NULL };
    struct ud_pty_options options = { .argv = argv, .env = env, .home = d->home };

    o->pty = ud_pty_start(&options);
}

static void
configure(struct desk *d, struct ud_operator *o, const char *user)
{
    o->service = d->service;
    ud_operator_configure(o, "");
    (void)snprintf(o->state, sizeof(o->state), "XDG_STATE_HOME=%s/state", o->dir);
    (void)snprintf(o->user, sizeof(o->user), "%s", user);
}

static int
set_up(void **state)
{
    static const char policy[] = "{\"approval\":\"yes\",\"approval_expires_s\":60}";
    struct ud_fixture_options o = { .service = true, .program = "seams/escrowd" };
    struct desk *d = calloc(1, sizeof(*d));
    char path[128], line[256];
    int64_t zero = 0;

    assert_non_null(d);
    (void)snprintf(d->home, sizeof(d->home), "/tmp/ud-approval-XXXXXX");
    assert_non_null(mkdtemp(d->home));
    (void)snprintf(path, sizeof(path), "%s/clock", d->home);
    write_file(path, &zero, sizeof(zero));
    assert_int_equal(setenv("UD_SEAM_CLOCK", path, 1), 0);
    ud_fixture_make(&d->service, &o);
    (void)snprintf(path, sizeof(path), "%s/policy.json", d->home);
    write_file(path, policy, sizeof(policy) - 1);
    free(ud_fixture_command(&d->service, NULL, (const char *const[]){ "policy", "apply", path, NULL }));
    add_user(d, "robin", "advanced", "robin@corp.example");
    add_user(d, "robin-lead", "approver", "Robin@Corp.example");
    add_user(d, "kim", "approver", "kim@corp.example");
    ud_operator_draw_key(d->key);
    (void)snprintf(line, sizeof(line), "LT-1,SN1,anna@corp.example," KEY_ID ",%s,company,bitlocker", d->key);
    ud_operator_import(&d->service, line);
    ud_fixture_serve(&d->service);
    configure(d, &d->asks, "robin");
    configure(d, &d->decides, "kim");
    open_console(d, &d->asks);
    open_console(d, &d->decides); /* before the clock is moved: both start at the same time */
    ud_operator_sign_in(&d->asks);
    ud_operator_sign_in(&d->decides);
    *state = d;
    return 0;
}

static int
tear_down(void **state)
{
    struct desk *d = *state;
    char command[300];

    ud_pty_end(&d->asks.pty);
    ud_pty_end(&d->decides.pty);
    ud_fixture_end(&d->service);
    (void)snprintf(command, sizeof(command), "rm -rf -- '%s' '%s' '%s'", d->home, d->asks.dir, d->decides.dir);
    (void)!system(command);
    (void)unsetenv("UD_SEAM_CLOCK");
    free(d);
    return 0;
}

/* --- steps ---------------------------------------------------------------------------------------------------------------------- */

/* From the devices to the screen that waits. */
static void
ask(struct desk *d)
{
    struct ud_operator *o = &d->asks;

    ud_pty_key(o->pty, "Esc"); /* from the list to the filter, and that empty */
    ud_pty_idle(o->pty);
    ud_pty_key(o->pty, "Esc");
    ud_pty_idle(o->pty);
    ud_operator_type(o, "8a5d13d6");
    ud_pty_wait(o->pty, "1 recovery key ID starts with");
    ud_pty_key(o->pty, "Enter");
    ud_pty_wait(o->pty, "Recovery keys, newest first");
    ud_pty_key(o->pty, "Enter");
    ud_pty_wait(o->pty, "Why is the key needed?");
    ud_pty_key(o->pty, "5");
    ud_operator_type(o, "INC7");
    ud_operator_answer(o, "Enter records this and gets the key", "Waiting for a second person");
    assert_true(ud_pty_has(o->pty, "8A5D13D6") && ud_pty_has(o->pty, "INC7") && ud_pty_has(o->pty, "LT-1"));
}

/* The approver, wherever he is, opens the one request there is. */
static void
open_request(struct desk *d)
{
    struct ud_operator *o = &d->decides;

    ud_pty_wait(o->pty, "1 to approve");
    ud_pty_key(o->pty, "F6");
    ud_pty_wait(o->pty, "Who asks");
    ud_pty_wait(o->pty, "8A5D13D6");
    ud_pty_key(o->pty, "Enter");
    ud_pty_wait(o->pty, KEY_ID);
    assert_true(ud_pty_has(o->pty, "robin") && ud_pty_has(o->pty, "INC7") && ud_pty_has(o->pty, "Lost PIN"));
}

static void
leave_list(struct desk *d)
{
    ud_pty_wait(d->decides.pty, "Nobody waits for your approval");
    ud_pty_key(d->decides.pty, "Esc");
    ud_pty_wait(d->decides.pty, "│ Devices");
}

/* --- the consoles ----------------------------------------------------------------------------------------------------------------- */

static void
asked_granted_and_got(void **state)
{
    struct desk *d = *state;
    struct ud_pty *asks = d->asks.pty;
    char group[8];
    size_t length;

    ask(d);
    open_request(d);
    ud_pty_pause(d->decides.pty);
    ud_pty_key(d->decides.pty, "a");
    ud_operator_answer(&d->decides, "Enter yes", "Granted");
    ud_pty_wait(asks, "has approved it");
    ud_operator_answer(&d->asks, "has approved it", "Group 1 of 8");
    ud_pty_idle(asks);
    assert_true(ud_operator_group(group, &d->asks));
    assert_memory_equal(group, d->key, 6);
    ud_pty_key(asks, "x");
    ud_pty_wait(asks, "did not unlock");
    ud_pty_key(asks, "Enter");
    ud_pty_wait(asks, "│ Devices");
    leave_list(d);
    /* Who approves never sees a digit of the key. */
    assert_null(strstr(ud_pty_bytes(d->decides.pty, &length), group));
}

static void
denied_with_a_note_that_the_other_reads(void **state)
{
    struct desk *d = *state;

    ask(d);
    open_request(d);
    ud_pty_key(d->decides.pty, "d");
    ud_pty_wait(d->decides.pty, "Why not");
    ud_operator_type(&d->decides, "wrong-device");
    ud_pty_pause(d->decides.pty);
    ud_pty_key(d->decides.pty, "Enter");
    ud_pty_wait(d->decides.pty, "Denied.");
    ud_pty_wait(d->asks.pty, "kim has denied it");
    assert_true(ud_pty_has(d->asks.pty, "wrong-device"));
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "│ Device");
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "│ Devices");
    leave_list(d);
}

static void
held_meanwhile_and_told_when_nobody_decides_in_time(void **state)
{
    struct desk *d = *state;

    ask(d);
    ud_pty_wait(d->decides.pty, "1 to approve");
    ud_pty_key(d->asks.pty, "h");
    ud_pty_wait(d->asks.pty, "Call 1 is held");
    ud_pty_clock(d->asks.pty, 61000);
    ud_pty_key(d->asks.pty, "Down"); /* both consoles look at their clocks */
    ud_pty_key(d->decides.pty, "Down");
    ud_pty_wait(d->asks.pty, "Call 1: the key is not approved");
    ud_pty_wait_gone(d->decides.pty, "1 to approve");
    ud_pty_key(d->asks.pty, "Tab");
    ud_pty_key(d->asks.pty, "1");
    ud_pty_wait(d->asks.pty, "Nobody decided in time");
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "│ Device");
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "│ Devices");
}

static void
withdrawn_by_esc_and_gone_from_the_list(void **state)
{
    struct desk *d = *state;

    ask(d);
    ud_pty_wait(d->decides.pty, "1 to approve");
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "was withdrawn");
    ud_pty_wait_gone(d->decides.pty, "1 to approve");
    ud_pty_key(d->asks.pty, "Esc");
    ud_pty_wait(d->asks.pty, "│ Devices");
}

/* --- the service ------------------------------------------------------------------------------------------------------------------ */

static void
text_of(char *out, size_t size, struct ud_json *doc, const char *name)
{
    assert_int_equal(ud_json_get_text(out, size, doc, name, NULL), UD_OK);
    ud_json_free(&doc);
}

static void
expect(
    const struct desk *d, const char *method, const char *path, const char *token, const char *body, int status, const char *code)
{
    struct ud_json *doc = ud_raw_json(&d->service, method, path, token, body, status);
    char got[64] = "";

    assert_int_equal(ud_json_get_text(got, sizeof(got), ud_json_member(doc, "error"), "code", NULL), UD_OK);
    assert_string_equal(got, code);
    ud_json_free(&doc);
}

static void
not_by_oneself_and_not_twice(void **state)
{
    struct desk *d = *state;
    char asks[65], lead[65], kim[65], password[64], id[40], path[128], body[512];

    ud_fixture_password(password, sizeof(password), &d->service);
    ud_raw_sign_in(asks, NULL, &d->service, "robin", password);
    ud_raw_sign_in(lead, NULL, &d->service, "robin-lead", password);
    ud_raw_sign_in(kim, NULL, &d->service, "kim", password);
    text_of(id, sizeof(id),
        ud_raw_json(&d->service, "POST", "/escrow/v1/approvals", asks,
            "{\"key\":\"" KEY_ID "\"," WHY ",\"request\":\"" ANY_ID "1\"}", 201),
        "id");
    (void)snprintf(path, sizeof(path), "/escrow/v1/approvals/%s", id);
    expect(d, "POST", path, lead, "{\"decision\":\"grant\"}", 403, "self_approval");
    expect(d, "POST", path, asks, "{\"decision\":\"grant\"}", 404, "not_found");
    (void)snprintf(body, sizeof(body),
        "{\"key\":\"" KEY_ID "\"," WHY ",\"request\":\"" ANY_ID "2\",\"public_key\":\"" PUBLIC "\",\"approval\":\"%s\"}", id);
    expect(d, "POST", "/escrow/v1/reveal", asks, body, 403, "approval_required");
    text_of(password, sizeof(password), ud_raw_json(&d->service, "POST", path, kim, "{\"decision\":\"grant\"}", 200), "state");
    assert_string_equal(password, "granted");
    struct ud_json *doc = ud_raw_json(&d->service, "POST", "/escrow/v1/reveal", asks, body, 200);
    ud_json_free(&doc);
    (void)snprintf(body, sizeof(body),
        "{\"key\":\"" KEY_ID "\"," WHY ",\"request\":\"" ANY_ID "3\",\"public_key\":\"" PUBLIC "\",\"approval\":\"%s\"}", id);
    expect(d, "POST", "/escrow/v1/reveal", asks, body, 409, "approval_used");
    expect(d, "POST", path, kim, "{\"decision\":\"deny\",\"note\":\"late\"}", 409, "approval_decided");
}

/* --- commands: what the approver's console has kept --------------------------------------------------------------------------------- */

static void
run_verb(struct desk *d, const char *const *verb, const char *then)
{
    struct ud_operator *o = &d->decides;
    const char *argv[12] = { "seams/unlockdesk", "--config", o->config };
    const char *env[] = { o->state, NULL };
    struct ud_pty_options options = { .argv = argv, .env = env, .home = d->home, .width = 200 };
    size_t n = 3;

    for (size_t i = 0; verb[i] != NULL; i++)
        argv[n++] = verb[i];
    o->pty = ud_pty_start(&options);
    ud_pty_wait(o->pty, "PIN or passphrase:");
    ud_pty_send(o->pty, o->passphrase);
    ud_pty_send(o->pty, "\r");
    ud_pty_wait(o->pty, then);
    assert_int_equal(ud_pty_exit(o->pty), 0);
    ud_pty_end(&o->pty);
}

static void
commands_list_show_grant_deny_and_open_a_surge(void **state)
{
    struct desk *d = *state;
    char asks[65], password[64], id[2][40];

    ud_pty_key(d->decides.pty, "C-q");
    ud_operator_answer(&d->decides, "Enter yes", "");
    (void)ud_pty_exit(d->decides.pty);
    ud_pty_end(&d->decides.pty);
    run_verb(d, (const char *const[]){ "approve", "list", NULL }, "INC7"); /* and the clock stands at its beginning again */
    ud_fixture_password(password, sizeof(password), &d->service);
    ud_raw_sign_in(asks, NULL, &d->service, "robin", password);
    for (int i = 0; i < 2; i++) {
        char body[300];
        (void)snprintf(body, sizeof(body), "{\"key\":\"" KEY_ID "\"," WHY ",\"request\":\"" ANY_ID "%d\"}", 4 + i);
        text_of(id[i], sizeof(id[i]), ud_raw_json(&d->service, "POST", "/escrow/v1/approvals", asks, body, 201), "id");
    }
    run_verb(d, (const char *const[]){ "approve", "show", id[0], "--json", NULL }, "unlockdesk.approve.show/1");
    id[0][8] = '\0'; /* the first eight do */
    run_verb(d, (const char *const[]){ "approve", "grant", id[0], NULL }, "Granted. robin");
    run_verb(d, (const char *const[]){ "approve", "deny", id[1], "--note", "no", "--json", NULL }, "\"state\":\"denied\"");
    run_verb(d, (const char *const[]){ "approve", "surge", "--incident", "INC9", "--hours", "2", NULL }, "Surge INC9 until");
    struct ud_json *doc = ud_raw_json(&d->service, "GET", "/escrow/v1/policy", asks, NULL, 200);
    assert_non_null(ud_json_member(doc, "surge"));
    ud_json_free(&doc);
    run_verb(d, (const char *const[]){ "approve", "surge", "--hours", "0", NULL }, "The surge is over");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked_granted_and_got),
        cmocka_unit_test(denied_with_a_note_that_the_other_reads),
        cmocka_unit_test(held_meanwhile_and_told_when_nobody_decides_in_time),
        cmocka_unit_test(withdrawn_by_esc_and_gone_from_the_list),
        cmocka_unit_test(not_by_oneself_and_not_twice),
        cmocka_unit_test(commands_list_show_grant_deny_and_open_a_surge),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
