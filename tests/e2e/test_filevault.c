/* The recovery keys of Macs against a real escrowd and its simulated devices: stored by typing, with each of the four messages; asked for; got and replaced
 * without an ID. The Macs are those of the training cast, whose keys stand on paper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/seal.h"
#include "domain/typed_key.h"
#include "tests/support/memscan.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"
#include "wire/typed.h"

#define PAPER    "OSL-MB-OLGA"    /* its key is on paper, and nowhere else */
#define NO_RULE  "ROM-MB-PIA"     /* without a FileVault policy */
#define SILENT   "HEL-MB-QUINN"   /* never heard of */
#define PERSONAL "Riku's MacBook" /* on paper too */
#define COMPANY  "DUB-MB-KAI"     /* its key is escrowed */
#define WRONG    "AAAQEAYEAUDAOCAJB8FQYD8O"
#define LIMIT_S  60

static struct ud_operator o;
static char token[80];

/* --- the cast ---------------------------------------------------------------------------------------------------------------- */

/* A member of the call of a device, out of the service's cast.json. */
static void
cast_member(char *out, size_t size, const char *device, const char *member)
{
    struct ud_json *doc = NULL;
    struct ud_buf data;
    char path[120], name[64];

    out[0] = '\0';
    snprintf(path, sizeof(path), "%s/cast.json", o.service.dir);
    ud_buf_init(&data, 1 << 20);
    assert_int_equal(ud_file_read(&data, path, data.max, NULL), UD_OK);
    assert_int_equal(ud_json_parse(&doc, data.data, data.length, NULL), UD_OK);
    for (const struct ud_json *c = ud_json_first(ud_json_member(doc, "calls")); c != NULL; c = ud_json_after(c))
        if (ud_json_get_text(name, sizeof(name), c, "device", NULL) == UD_OK && strcmp(name, device) == 0)
            assert_int_equal(ud_json_get_text(out, size, c, member, NULL), UD_OK);
    ud_json_free(&doc);
    ud_buf_free(&data);
    assert_string_not_equal(out, "");
}

static void
device_id(char out[40], const char *device)
{
    char serial[64], path[160];

    cast_member(serial, sizeof(serial), device, "serial");
    snprintf(path, sizeof(path), "/v1.0/deviceManagement/managedDevices?$filter=serialNumber%%20eq%%20'%s'", serial);
    struct ud_json *doc = ud_raw_json(&o.service, "GET", path, token, NULL, 200);
    assert_int_equal(ud_json_get_text(out, 40, ud_json_first(ud_json_member(doc, "value")), "id", NULL), UD_OK);
    ud_json_free(&doc);
}

static void
state_of(struct ud_wire_typed_state *out, const char *device)
{
    char id[40], path[120];
    struct ud_answer a;

    device_id(id, device);
    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/store", id);
    ud_raw_call(&a, &o.service, "GET", path, token, NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(ud_wire_typed_state_decode(out, a.body, a.length, NULL), UD_OK);
    ud_answer_free(&a);
}

static void
check_in(const char *device)
{
    const char *argv[] = { "escrowd-simulate", "-C", o.service.dir, "--url", o.service.url, "check-in", device, NULL };
    struct ud_program p;

    ud_program_run(&p, argv, NULL, LIMIT_S);
    if (p.code != 0)
        fail_msg("%s%s", p.out, p.err);
    ud_program_free(&p);
}

/* Puts the policy right for one test; what a file does not name stays as training ships it. */
static void
apply_policy(const char *json)
{
    char path[120];

    snprintf(path, sizeof(path), "%s/test-policy.json", o.dir);
    assert_int_equal(ud_file_replace(path, json, strlen(json), 0600, NULL), UD_OK);
    free(ud_fixture_command(&o.service, NULL, (const char *const[]){ "policy", "apply", path, NULL }));
}

/* --- a service, and a console on it ---------------------------------------------------------------------------------------- */

static int
set_up_service(void **state)
{
    (void)state;
    memset(&o, 0, sizeof(o));
    assert_int_equal(ud_seal_init(NULL), UD_OK);
    ud_fixture_start(&o.service, &(struct ud_fixture_options){ .devices = 60, .seed = 7 });
    ud_operator_configure(&o, NULL);
    ud_raw_sign_in_operator(token, &o.service);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_operator_end(&o);
    return 0;
}

static int
set_up_console(void **state)
{
    (void)set_up_service(state);
    ud_operator_open(&o, NULL);
    ud_operator_sign_in(&o);
    ud_pty_wait(o.pty, "60 devices");
    return 0;
}

/* From the devices to a Mac's page. */
static void
open_mac(const char *name)
{
    char serial[64];

    cast_member(serial, sizeof(serial), name, "serial");
    ud_operator_type(&o, serial);
    ud_pty_wait(o.pty, name);
    ud_pty_wait(o.pty, "1 of 60");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Recovery keys, newest first");
}

static void
back_to_devices(void)
{
    ud_pty_key(o.pty, "Esc");
    ud_pty_wait(o.pty, "│ Devices");
    ud_pty_key(o.pty, "C-u");
    ud_pty_wait(o.pty, "60 devices");
}

static void
type_key(const char *key)
{
    for (; *key != '\0'; key++)
        if (*key != '-')
            ud_pty_key(o.pty, (char[]){ *key, '\0' });
    ud_pty_wait(o.pty, "24 of 24");
    ud_pty_key(o.pty, "Enter");
}

/* The page of the key, filled in twice. */
static void
type_twice(const char *first, const char *second)
{
    ud_pty_wait(o.pty, "Once more");
    type_key(first);
    type_key(second);
}

/* --- the four messages ------------------------------------------------------------------------------------------------------ */

static void
two_different_keys_are_told_below_the_second_field_and_nothing_is_sent(void **state)
{
    struct ud_wire_typed_state now;
    int y;

    (void)state;
    open_mac(PAPER);
    ud_pty_key(o.pty, "s");
    type_twice(WRONG, "BBBQEAYEAUDAOCAJB8FQYD8O");
    ud_pty_wait(o.pty, "The two keys are not the same. Nothing was sent");
    y = ud_pty_find(o.pty, "Once more");
    assert_int_equal(ud_pty_find(o.pty, "The two keys are not the same"), y + 1);
    state_of(&now, PAPER);
    assert_int_equal(now.state, UD_TYPED_NONE);
}

static void
a_failure_is_told_at_the_bottom_and_its_causes_on_the_macs_page(void **state)
{
    char paper[40];

    (void)state;
    open_mac(PAPER);
    ud_pty_key(o.pty, "s");
    type_twice(WRONG, WRONG);
    ud_pty_wait(o.pty, "waits for this Mac");
    ud_pty_key(o.pty, "Esc");
    back_to_devices(); /* message 2 comes wherever the operator is */
    check_in(PAPER);
    ud_pty_wait(o.pty, "The recovery key of " PAPER " could not be updated. Its page says why.");
    open_mac(PAPER);
    ud_pty_wait(o.pty, "→ 1. The key is wrong");
    assert_true(ud_pty_has(o.pty, "  2. The Mac was not heard of"));
    assert_true(ud_pty_has(o.pty, "  3. The Mac has no FileVault policy"));
    back_to_devices();

    cast_member(paper, sizeof(paper), NO_RULE, "reads");
    open_mac(NO_RULE);
    ud_pty_key(o.pty, "s");
    type_twice(paper, paper);
    ud_pty_wait(o.pty, "waits for this Mac");
    check_in(NO_RULE);
    ud_pty_wait(o.pty, "→ 3. The Mac has no FileVault policy");
    ud_pty_key(o.pty, "Esc");
    back_to_devices();

    apply_policy("{\"store_max_s\":2}");
    cast_member(paper, sizeof(paper), SILENT, "reads");
    open_mac(SILENT);
    ud_pty_key(o.pty, "s");
    type_twice(paper, paper);
    ud_pty_wait(o.pty, "→ 2. The Mac was not heard of");
}

static void
success_is_told_and_seen_by_another_session(void **state)
{
    struct ud_wire_typed_state now;
    char paper[40];

    (void)state;
    cast_member(paper, sizeof(paper), PAPER, "reads");
    open_mac(PAPER);
    ud_pty_wait(o.pty, "No recovery key of this device is stored here");
    ud_pty_key(o.pty, "s");
    type_twice(paper, paper);
    ud_pty_wait(o.pty, "waits for this Mac");
    check_in(PAPER);
    ud_pty_wait(o.pty, "✓ The recovery key was updated");
    ud_pty_key(o.pty, "Esc");
    ud_pty_wait(o.pty, "current");
    assert_true(ud_pty_has(o.pty, "The recovery key was updated"));
    state_of(&now, PAPER);
    assert_int_equal(now.state, UD_TYPED_DONE);
    ud_pty_end(&o.pty);
    ud_operator_open(&o, NULL);
    ud_operator_sign_in(&o);
    ud_pty_wait(o.pty, "60 devices");
    open_mac(PAPER);
    ud_pty_wait(o.pty, "✓ The recovery key was updated");
    for (size_t i = 0, length; i < 1; i++) /* no byte that was sent holds it */
        assert_null(memmem(ud_pty_bytes(o.pty, &length), length, paper, 9));
}

/* --- where the typed key is -------------------------------------------------------------------------------------------------- */

/* Copies of what was typed in console, launcher, worker, front and vault, without dashes and with. */
static struct ud_scan
scan_for(const char *typed, const char *stored)
{
    struct ud_scan found = { .hits = 0 };
    pid_t pids[32];
    size_t n;

    ud_pty_pump(o.pty);
    n = ud_scan_family(ud_pty_pid(o.pty), pids, 32);
    n += ud_scan_family(o.service.server, pids + n, 32 - n);
    ud_scan_processes(&found, pids, n, typed);
    ud_scan_processes(&found, pids, n, stored);
    return found;
}

static void
what_is_typed_is_in_guarded_blocks_only_and_gone_once_it_is_sent(void **state)
{
    static const char typed[] = "QHMTEAYE4UDAOCAJB8FQYD8O", stored[] = "QHMT-EAYE-4UDA-OCAJ-B8FQ-YD8O";
    struct ud_scan found;

    (void)state;
    open_mac(PAPER);
    ud_pty_key(o.pty, "s");
    ud_pty_wait(o.pty, "Once more");
    type_key(typed);
    ud_operator_type(&o, typed);
    ud_pty_wait_gone(o.pty, "23 of 24");
    ud_pty_wait_gone(o.pty, "0 of 24");
    found = scan_for(typed, stored);
    bool right = found.hits == 2;
    for (size_t i = 0; i < found.hits && i < UD_SCAN_HITS; i++)
        right &= found.hit[i].guarded && found.hit[i].pid == ud_pty_pid(o.pty);
    if (!right) {
        ud_scan_print(&found);
        fail_msg("%zu copies; the two fields of the console were expected", found.hits);
    }
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "waits for this Mac");
    found = scan_for(typed, stored);
    ud_scan_tree(&found, o.service.dir, typed);
    ud_scan_tree(&found, o.service.dir, stored);
    ud_scan_tree(&found, ud_pty_home(o.pty), stored);
    if (found.hits > 0) {
        ud_scan_print(&found);
        fail_msg("%zu copies are left", found.hits);
    }
}

/* --- ownership --------------------------------------------------------------------------------------------------------------- */

static void
staff_ask_for_a_personal_key_and_its_user_is_met_with_the_request(void **state)
{
    char account[96], paper[40], code[16];

    (void)state;
    apply_policy("{\"store_request_blocks\":true}");
    cast_member(account, sizeof(account), PERSONAL, "user");
    cast_member(paper, sizeof(paper), PERSONAL, "reads");
    open_mac(PERSONAL);
    ud_pty_key(o.pty, "s");
    ud_pty_wait(o.pty, "only its user stores the key");
    ud_pty_key(o.pty, "u");
    ud_pty_wait(o.pty, "Ask the user of");
    ud_operator_type(&o, "Please");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "The user was asked to store the key");
    ud_pty_end(&o.pty);

    free(ud_fixture_command(&o.service, "a horse and a battery",
        (const char *const[]){ "user", "add", "riku", "--role", "user", "--account", account, NULL }));
    ud_operator_open(&o, NULL);
    ud_operator_read_code(code, &o);
    assert_int_equal(ud_raw_approve(&o.service, code, "riku", "a horse and a battery", "approve"), 200);
    ud_operator_answer(&o, "Is this you?", "");
    if (ud_pty_wait_either(o.pty, "asks (", "ccept it") == 1)
        ud_operator_answer(&o, "ccept it", "asks (");
    ud_pty_wait(o.pty, "Please");
    ud_pty_wait(o.pty, "is blocked until the key is stored");
    type_twice(paper, paper);
    ud_pty_wait(o.pty, "waits for this Mac");
    check_in(PERSONAL);
    ud_pty_wait(o.pty, "✓ The recovery key was updated");
}

/* --- keys without an ID ------------------------------------------------------------------------------------------------------ */

static void
a_key_without_an_id_is_got_by_its_device_and_replaced(void **state)
{
    const char *argv[] = { "seams/unlockdesk", "--config", o.config, "key", "reveal", "--device", COMPANY, "--kind", "filevault",
        "--reason", "lost-pin", NULL };
    struct ud_pty_options options = { .argv = argv };

    (void)state;
    o.pty = ud_pty_start(&options);
    char code[16], password[64];
    ud_operator_read_code(code, &o);
    ud_fixture_password(password, sizeof(password), &o.service);
    assert_int_equal(ud_raw_approve(&o.service, code, "operator", password, "approve"), 200);
    ud_pty_clock(o.pty, 6000);
    ud_operator_answer(&o, "Is this you?", "");
    if (ud_pty_wait_either(o.pty, "Enter records this", "ccept it") == 1)
        ud_operator_answer(&o, "ccept it", "Enter records this");
    ud_operator_answer(&o, "Enter records this", "Group 1 of 6");
    ud_pty_clock(o.pty, 121 * 1000); /* the time after which training covers */
    ud_pty_wait(o.pty, "Covered because no key was pressed.");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "covered in");
    ud_pty_key(o.pty, "w");
    ud_pty_wait(o.pty, "FileVault recovery key shown");
    ud_pty_wait(o.pty, COMPANY);
    check_in(COMPANY);
    ud_pty_clock(o.pty, 5000);
    ud_pty_wait(o.pty, "replaced at");
    ud_pty_key(o.pty, "F3");
    ud_pty_wait(o.pty, "The old key no longer works");
    assert_false(ud_pty_has(o.pty, "ID starts with"));
}

/* --- one-shot ---------------------------------------------------------------------------------------------------------------- */

static void
the_command_takes_the_key_twice_and_waits(void **state)
{
    const char *argv[] = { "unlockdesk", "--demo=60", "--seed", "7", "key", "store", PAPER, "--wait", "--json", NULL };
    struct ud_pty_options options = { .argv = argv, .width = 200 };
    char paper[40];

    (void)state;
    cast_member(paper, sizeof(paper), PAPER, "reads");
    o.pty = ud_pty_start(&options);
    ud_pty_wait(o.pty, "FileVault recovery key (not shown):");
    ud_operator_type(&o, paper);
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Once more:");
    ud_operator_type(&o, paper);
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "\"state\":\"done\",\"cause\":null,\"new_key\":{\"id\":null,\"created\":\"");
    assert_true(ud_pty_has(o.pty, "{\"schema\":\"unlockdesk.key.store/1\",\"device\":\""));
    assert_false(ud_pty_has(o.pty, paper));
    assert_int_equal(ud_pty_exit(o.pty), 0);
}

static void
the_command_sends_nothing_when_the_two_differ(void **state)
{
    const char *argv[] = { "unlockdesk", "--demo=60", "--seed", "7", "key", "store", PAPER, NULL };
    struct ud_pty_options options = { .argv = argv };

    (void)state;
    o.pty = ud_pty_start(&options);
    ud_pty_wait(o.pty, "FileVault recovery key (not shown):");
    ud_operator_type(&o, WRONG);
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Once more:");
    ud_operator_type(&o, "BBBQEAYEAUDAOCAJB8FQYD8O");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "The two keys are not the same. Nothing was sent");
    assert_int_not_equal(ud_pty_exit(o.pty), 0);
}

static void
a_new_key_without_an_id_is_done_all_the_same(void **state)
{
    const char *argv[] = { "unlockdesk", "--demo=60", "--seed", "7", "key", "rotate", COMPANY, "--reason", "lost-pin", "--wait",
        "--json", NULL };
    struct ud_program p;

    (void)state;
    ud_program_run(&p, argv, NULL, LIMIT_S);
    assert_int_equal(p.code, 0);
    assert_non_null(strstr(p.out, "\"state\":\"done\""));
    assert_non_null(strstr(p.out, "\"new_key\":null"));
    ud_program_free(&p);
}

/* --- the service itself ------------------------------------------------------------------------------------------------------ */

/* Hands a key in as a console does; the status of the answer. */
static int
hand_in(const char *device, const char *key)
{
    struct ud_json *doc = ud_raw_json(&o.service, "GET", "/escrow/v1/device/deposit-key", NULL, NULL, 200);
    struct ud_wire_typed t = { .kind = UD_KIND_FILEVAULT };
    struct ud_secret *typed = NULL, *plain = NULL;
    unsigned char public_key[UD_SEAL_PUBLIC];
    char id[40], path[120];
    struct ud_guid guid;
    struct ud_answer a;
    struct ud_buf body;
    size_t n;

    assert_int_equal(ud_json_get_base64(public_key, sizeof(public_key), &n, doc, "public_key", NULL), UD_OK);
    ud_json_free(&doc);
    device_id(id, device);
    assert_int_equal(ud_guid_parse(&guid, id, strlen(id), NULL), UD_OK);
    ud_guid_random(&t.request);
    assert_int_equal(ud_secret_new(&typed, UD_TYPED_ROOM, NULL), UD_OK);
    assert_int_equal(ud_secret_append(typed, key, strlen(key), NULL), UD_OK);
    assert_int_equal(ud_typed_pack(&plain, typed, &guid, &t.request, NULL), UD_OK);
    assert_int_equal(ud_seal(t.sealed, sizeof(t.sealed), &t.sealed_length, plain, public_key, NULL), UD_OK);
    ud_secret_free(&plain);
    ud_secret_free(&typed);
    ud_buf_init(&body, 8192);
    assert_int_equal(ud_wire_typed_encode(&body, &t, NULL), UD_OK);
    ud_buf_byte(&body, '\0');
    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/store", id);
    ud_raw_call(&a, &o.service, "POST", path, token, NULL, body.data);
    n = (size_t)a.status;
    ud_answer_free(&a);
    ud_buf_free(&body);
    return (int)n;
}

static void
a_service_that_is_killed_loses_no_typed_key(void **state)
{
    struct ud_wire_typed_state now;
    char paper[40];

    (void)state;
    cast_member(paper, sizeof(paper), PAPER, "reads");
    apply_policy("{\"store_max_s\":600}");
    assert_int_equal(hand_in(PAPER, paper), 202);
    ud_fixture_kill(&o.service);
    ud_fixture_serve(&o.service);
    state_of(&now, PAPER);
    assert_int_equal(now.state, UD_TYPED_PENDING);
    check_in(PAPER);
    ud_fixture_kill(&o.service);
    ud_fixture_serve(&o.service);
    state_of(&now, PAPER);
    assert_int_equal(now.state, UD_TYPED_DONE);
    assert_true(now.new_created != UD_WALL_NONE);
}

static void
staff_do_not_hand_in_the_key_of_a_personal_mac(void **state)
{
    char paper[40];

    (void)state;
    cast_member(paper, sizeof(paper), PERSONAL, "reads");
    assert_int_equal(hand_in(PERSONAL, paper), 403);
    assert_int_equal(hand_in(PAPER, paper), 202); /* a company Mac; whether the key is right is the Mac's to say */
}

#define C(name) cmocka_unit_test_setup_teardown(name, set_up_console, tear_down)
#define S(name) cmocka_unit_test_setup_teardown(name, set_up_service, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        C(two_different_keys_are_told_below_the_second_field_and_nothing_is_sent),
        C(a_failure_is_told_at_the_bottom_and_its_causes_on_the_macs_page),
        C(success_is_told_and_seen_by_another_session),
        C(what_is_typed_is_in_guarded_blocks_only_and_gone_once_it_is_sent),
        C(staff_ask_for_a_personal_key_and_its_user_is_met_with_the_request),
        S(a_key_without_an_id_is_got_by_its_device_and_replaced),
        S(the_command_takes_the_key_twice_and_waits),
        S(the_command_sends_nothing_when_the_two_differ),
        S(a_new_key_without_an_id_is_done_all_the_same),
        S(a_service_that_is_killed_loses_no_typed_key),
        S(staff_do_not_hand_in_the_key_of_a_personal_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
