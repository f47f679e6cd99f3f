/* The device simulator against a real escrowd: the operator's browser, devices that are away and come back, the locked laptop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define LIMIT_S 60

static struct ud_fixture f;
static char token[80];

static void
text_of(char *out, size_t size, const struct ud_json *v, const char *name)
{
    out[0] = '\0';
    if (ud_json_get_text(out, size, v, name, NULL) != UD_OK)
        fail_msg("no %s", name);
}

/* Runs escrowd-simulate; what it said stays in *p. */
static void
simulate(struct ud_program *p, const char *mode, const char *device, const char *input)
{
    ud_program_run(
        p, (const char *const[]){ "escrowd-simulate", "-C", f.dir, "--url", f.url, mode, device, NULL }, input, LIMIT_S);
}

/* The `nth` current BitLocker key: each test takes its own device. */
static void
nth_key(unsigned nth, char key[40], char device[40])
{
    struct ud_json *page = ud_raw_json(&f, "GET", "/escrow/v1/keys", token, NULL, 200);
    const struct ud_json *k = ud_json_first(ud_json_member(page, "value"));
    char kind[20], state[20];

    for (; k != NULL; k = ud_json_after(k)) {
        text_of(kind, sizeof(kind), k, "kind");
        text_of(state, sizeof(state), k, "state");
        if (strcmp(kind, "bitlocker") == 0 && strcmp(state, "current") == 0 && nth-- == 0)
            break;
    }
    text_of(key, 40, k, "id");
    text_of(device, 40, k, "deviceId");
    ud_json_free(&page);
}

static void
current_key(char key[40], const char *device)
{
    char path[120];

    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/keys", device);
    struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
    text_of(key, 40, ud_json_first(ud_json_member(doc, "value")), "id");
    ud_json_free(&doc);
}

/* The recovery key itself: this service allows plain reads. */
static void
recovery_key(char out[80], const char *key)
{
    char path[160];

    snprintf(path, sizeof(path), "/v1.0/informationProtection/bitlocker/recoveryKeys/%s?$select=key", key);
    struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
    text_of(out, 80, doc, "key");
    ud_json_free(&doc);
}

static void
rotation_state(char *out, size_t size, const char *device)
{
    char path[120];

    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/rotation", device);
    struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
    text_of(out, size, doc, "state");
    ud_json_free(&doc);
}

static void
ask_rotation(const char *device)
{
    char path[120];

    snprintf(path, sizeof(path), "/beta/deviceManagement/managedDevices/%s/rotateBitLockerKeys", device);
    assert_null(ud_raw_json(&f, "POST", path, token, "", 204));
}

static void
a_code_from_the_pipe_is_approved_on_the_real_page(void **state)
{
    static const char form[] = "application/x-www-form-urlencoded";
    char device_code[100], user_code[40], body[300];
    struct ud_json *doc = NULL;
    struct ud_program p;
    struct ud_answer a;

    (void)state;
    ud_raw_call(&a, &f, "POST", "/t/oauth2/v2.0/devicecode", NULL, form, "client_id=test&scope=openid");
    assert_int_equal(ud_json_parse(&doc, a.body, a.length, NULL), UD_OK);
    text_of(device_code, sizeof(device_code), doc, "device_code");
    text_of(user_code, sizeof(user_code), doc, "user_code");
    ud_json_free(&doc);
    ud_answer_free(&a);
    strcat(user_code, "\n");
    simulate(&p, "--approve-fd", "0", user_code);
    assert_int_equal(p.code, 0);
    assert_string_equal(p.err, "");
    ud_program_free(&p);
    snprintf(body, sizeof(body), "client_id=test&grant_type=device_code&device_code=%s", device_code);
    ud_raw_call(&a, &f, "POST", "/t/oauth2/v2.0/token", NULL, form, body);
    assert_int_equal(a.status, 200);
    ud_answer_free(&a);
}

static void
a_code_nobody_knows_is_complained_about(void **state)
{
    struct ud_program p;

    (void)state;
    simulate(&p, "--approve-fd", "0", "BBBB-BBBB\n");
    assert_int_equal(p.code, 0);
    assert_non_null(strstr(p.err, "BBBB-BBBB was not approved"));
    ud_program_free(&p);
}

static void
a_device_that_was_away_does_its_work_when_it_checks_in(void **state)
{
    char before[40], after[40], device[40], how[20];
    struct ud_program p;

    (void)state;
    nth_key(0, before, device);
    simulate(&p, "offline", device, NULL);
    assert_int_equal(p.code, 0);
    ud_program_free(&p);
    ask_rotation(device);
    rotation_state(how, sizeof(how), device);
    assert_string_equal(how, "pending");
    simulate(&p, "check-in", device, NULL);
    if (p.code != 0)
        fail_msg("%s", p.err);
    assert_non_null(strstr(p.out, "A new key was made"));
    ud_program_free(&p);
    rotation_state(how, sizeof(how), device);
    assert_string_equal(how, "done");
    current_key(after, device);
    assert_string_not_equal(before, after);
}

static void
the_locked_laptop_opens_with_its_own_key_only_and_makes_a_new_one(void **state)
{
    char key[40], device[40], other_key[40], other_device[40], right[80], wrong[80], input[400], after[40];
    struct ud_program p;

    (void)state;
    nth_key(1, key, device);
    nth_key(2, other_key, other_device);
    recovery_key(right, key);
    recovery_key(wrong, other_key);
    /* A group that is no multiple of 11, a whole key of another device, then the right one without dashes. */
    snprintf(input, sizeof(input), "000001\n%s\n%s\n", wrong, right);
    simulate(&p, "--screen", device, input);
    if (p.code != 0)
        fail_msg("%s%s", p.out, p.err);
    const char *id = strstr(p.out, "Recovery key ID: ");
    assert_non_null(id);
    assert_int_equal(strncasecmp(id + 17, key, 36), 0);
    const char *group = strstr(p.out, "Group 1"), *not_right = strstr(p.out, "not the right one"),
               *open = strstr(p.out, "Unlocked");
    assert_true(group != NULL && not_right != NULL && open != NULL);
    assert_true(group < not_right && not_right < open);
    assert_null(strstr(p.out, right));
    ud_program_free(&p);
    current_key(after, device);
    assert_string_not_equal(after, key);
}

static void
a_key_that_was_replaced_no_longer_opens_the_laptop(void **state)
{
    char key[40], device[40], old[80];
    struct ud_program p;

    (void)state;
    nth_key(3, key, device);
    recovery_key(old, key);
    ask_rotation(device);
    simulate(&p, "check-in", device, NULL);
    assert_int_equal(p.code, 0);
    ud_program_free(&p);
    simulate(&p, "--screen", device, old);
    assert_int_not_equal(p.code, 0);
    assert_non_null(strstr(p.out, "not the right one"));
    assert_null(strstr(p.out, "Unlocked"));
    ud_program_free(&p);
}

static void
a_device_that_does_not_exist_gives_a_sentence(void **state)
{
    struct ud_program p;

    (void)state;
    simulate(&p, "--screen", "NO-SUCH-LAPTOP", NULL);
    assert_int_equal(p.code, ud_status_exit_code(UD_NOTFOUND));
    assert_non_null(strstr(p.err, "NO-SUCH-LAPTOP"));
    ud_program_free(&p);
    ud_program_run(&p, (const char *const[]){ "escrowd-simulate", "--nonsense", NULL }, NULL, LIMIT_S);
    assert_int_equal(p.code, ud_status_exit_code(UD_USAGE));
    ud_program_free(&p);
}

static int
setup(void **state)
{
    (void)state;
    ud_fixture_start(&f, &(struct ud_fixture_options){ .devices = 30, .seed = 5, .plain_graph_reads = true });
    ud_raw_sign_in_operator(token, &f);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ud_fixture_end(&f);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_from_the_pipe_is_approved_on_the_real_page),
        cmocka_unit_test(a_code_nobody_knows_is_complained_about),
        cmocka_unit_test(a_device_that_was_away_does_its_work_when_it_checks_in),
        cmocka_unit_test(the_locked_laptop_opens_with_its_own_key_only_and_makes_a_new_one),
        cmocka_unit_test(a_key_that_was_replaced_no_longer_opens_the_laptop),
        cmocka_unit_test(a_device_that_does_not_exist_gives_a_sentence),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
