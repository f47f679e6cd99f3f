/* A real escrowd over HTTP: keys revealed, deposited and replaced, below /escrow/v1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/seal.h"
#include "domain/recovery.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define DEVICES "/v1.0/deviceManagement/managedDevices"
#define FLEET   150

static struct ud_fixture f;
static char token[80];

static void
text_of(char *out, size_t size, const struct ud_json *v, const char *name)
{
    out[0] = '\0';
    if (ud_json_get_text(out, size, v, name, NULL) != UD_OK)
        fail_msg("no %s", name);
}

static struct ud_json *
get(const char *path)
{
    return ud_raw_json(&f, "GET", path, token, NULL, 200);
}

/* The error of a refused call. */
static void
expect_error(const struct ud_fixture *from, const char *method, const char *path, const char *bearer, const char *body,
    int status, const char *code)
{
    struct ud_json *doc = ud_raw_json(from, method, path, bearer, body, status);
    const struct ud_json *error = ud_json_member(doc, "error"), *inner = ud_json_member(error, "innerError");
    char text[400];

    text_of(text, sizeof(text), error, "code");
    if (strcmp(text, code) != 0)
        fail_msg("%s %s: %s instead of %s", method, path, text, code);
    text_of(text, sizeof(text), error, "message");
    text_of(text, sizeof(text), inner, "request-id");
    assert_int_equal(strlen(text), 36);
    text_of(text, sizeof(text), inner, "client-request-id");
    text_of(text, sizeof(text), inner, "date");
    ud_json_free(&doc);
}

/* The first device that answers a filter. */
static struct ud_json *
first_device(const char *os, const char *ownership, char id[40])
{
    struct ud_json *page = get(DEVICES);
    char text[100];

    for (const struct ud_json *d = ud_json_first(ud_json_member(page, "value")); d != NULL; d = ud_json_after(d)) {
        text_of(text, sizeof(text), d, "operatingSystem");
        if (strcmp(text, os) != 0)
            continue;
        text_of(text, sizeof(text), d, "managedDeviceOwnerType");
        if (strcmp(text, ownership) != 0)
            continue;
        text_of(id, 40, d, "id");
        return page;
    }
    fail_msg("no %s device of %s in the fleet", ownership, os);
    return NULL;
}

/* Some current BitLocker key and its device. */
static void
some_key(char key[40], char device[40])
{
    struct ud_json *page = get("/escrow/v1/keys");
    char text[40];

    for (const struct ud_json *k = ud_json_first(ud_json_member(page, "value")); k != NULL; k = ud_json_after(k)) {
        text_of(text, sizeof(text), k, "kind");
        if (strcmp(text, "bitlocker") != 0)
            continue;
        text_of(text, sizeof(text), k, "state");
        if (strcmp(text, "current") != 0)
            continue;
        text_of(key, 40, k, "id");
        text_of(device, 40, k, "deviceId");
    }
    ud_json_free(&page);
    assert_int_equal(strlen(key), 36);
}

/* --- reveal ---------------------------------------------------------------------------------------------------------- */

struct reveal {
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *secret_key;
    char body[1024];
};

static void
reveal_body(struct reveal *r, const char *key, const char *device, const char *kind, const char *reason)
{
    char request[UD_GUID_TEXT], public_key[64], quoted[64] = "null";
    struct ud_guid id;

    if (r->secret_key == NULL)
        assert_int_equal(ud_seal_keypair(r->public_key, &r->secret_key, NULL), UD_OK);
    ud_guid_random(&id);
    ud_guid_format(request, &id);
    ud_base64_encode(public_key, sizeof(public_key), r->public_key, sizeof(r->public_key));
    if (key != NULL)
        snprintf(quoted, sizeof(quoted), "\"%s\"", key);
    snprintf(r->body, sizeof(r->body),
        "{\"key\":%s,\"device\":\"%s\",\"kind\":\"%s\",\"reason\":\"%s\",\"ticket\":\"T-1\",\"note\":\"\",\"caller\":\"Sam\","
        "\"verified\":\"Called back on the known number\",\"request\":\"%s\",\"public_key\":\"%s\"}",
        quoted, device, kind, reason, request, public_key);
}

static void
a_reveal_opens_with_the_private_half_and_its_request_is_good_once(void **state)
{
    char key[40] = "", device[40], text[2048];
    unsigned char sealed[1024];
    struct ud_recovery_check check;
    struct ud_secret *opened = NULL;
    struct reveal r = { 0 };
    size_t length = 0;

    (void)state;
    some_key(key, device);
    reveal_body(&r, key, device, "bitlocker", "lost-pin");
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/reveal", token, r.body, 200);
    text_of(text, sizeof(text), doc, "key");
    assert_string_equal(text, key);
    assert_int_equal(ud_json_get_base64(sealed, sizeof(sealed), &length, doc, "sealed", NULL), UD_OK);
    assert_int_equal(ud_seal_open(&opened, sealed, length, r.secret_key, NULL), UD_OK);
    ud_recovery_check(&check, UD_KIND_BITLOCKER, opened);
    assert_true(check.ok);
    ud_secret_free(&opened);
    ud_json_free(&doc);
    expect_error(&f, "POST", "/escrow/v1/reveal", token, r.body, 409, "already_used");
    ud_secret_free(&r.secret_key);
}

static void
a_reveal_is_refused_without_a_reason_a_token_or_sense(void **state)
{
    char key[40] = "", device[40];
    struct reveal r = { 0 };

    (void)state;
    some_key(key, device);
    reveal_body(&r, key, device, "bitlocker", "");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, r.body, 403, "reason_required");
    reveal_body(&r, key, device, "bitlocker", "no-such-reason");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, r.body, 403, "reason_required");
    reveal_body(&r, key, device, "bitlocker", "lost-pin");
    expect_error(&f, "POST", "/escrow/v1/reveal", NULL, r.body, 401, "InvalidAuthenticationToken");
    reveal_body(&r, "00000000-0000-4000-8000-000000000000", device, "bitlocker", "lost-pin");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, r.body, 404, "not_found");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, "{", 400, "invalid_request");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, "{\"key\":1}", 400, "invalid_request");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, "{\"request\":\"a\",\"request\":\"b\"}", 400, "invalid_request");
    ud_secret_free(&r.secret_key);
}

static void
the_filevault_key_of_a_personal_mac_is_not_shown(void **state)
{
    struct reveal r = { 0 };
    char device[40];
    struct ud_json *page = first_device("macOS", "personal", device);

    (void)state;
    reveal_body(&r, NULL, device, "filevault", "lost-pin");
    expect_error(&f, "POST", "/escrow/v1/reveal", token, r.body, 403, "personal_device");
    ud_secret_free(&r.secret_key);
    ud_json_free(&page);
}

static void
a_prefix_of_eight_digits_finds_and_seven_are_refused(void **state)
{
    char key[40] = "", device[40], path[100], text[100];
    bool found = false;

    (void)state;
    some_key(key, device);
    snprintf(path, sizeof(path), "/escrow/v1/keys?prefix=%.8s", key);
    struct ud_json *doc = get(path);
    for (const struct ud_json *k = ud_json_first(ud_json_member(doc, "value")); k != NULL; k = ud_json_after(k)) {
        text_of(text, sizeof(text), k, "id");
        found = found || strcmp(text, key) == 0;
        text_of(text, sizeof(text), ud_json_member(k, "device"), "deviceName");
    }
    assert_true(found);
    ud_json_free(&doc);
    snprintf(path, sizeof(path), "/escrow/v1/keys?prefix=%.7s", key);
    expect_error(&f, "GET", path, token, NULL, 400, "invalid_request");
}

static void
policy_and_notice_come_with_a_token(void **state)
{
    struct ud_json *doc = get("/escrow/v1/policy");

    (void)state;
    assert_int_equal(ud_json_kind(ud_json_member(doc, "reasons")), UD_JSON_IS_ARRAY);
    ud_json_free(&doc);
    expect_error(&f, "GET", "/escrow/v1/policy", NULL, NULL, 401, "InvalidAuthenticationToken");
    doc = get("/escrow/v1/notice?lang=en");
    assert_int_equal(ud_json_kind(ud_json_member(doc, "text")), UD_JSON_IS_TEXT);
    assert_int_equal(ud_json_kind(ud_json_member(doc, "hash")), UD_JSON_IS_TEXT);
    ud_json_free(&doc);
}

/* --- devices --------------------------------------------------------------------------------------------------------- */

/* The token of a simulated device, from the service's simulate.key. */
static void
device_token(char out[80], const char *device)
{
    static const char domain[] = "unlockdesk simulated device 1";
    unsigned char bytes[16 + UD_HASH_SIZE];
    struct ud_secret *key = NULL;
    struct ud_guid id;
    char path[200];

    snprintf(path, sizeof(path), "%s/simulate.key", f.dir);
    assert_int_equal(ud_file_read_secret(&key, path, NULL), UD_OK);
    assert_int_equal(ud_guid_parse(&id, device, 36, NULL), UD_OK);
    memcpy(bytes, id.byte, 16);
    ud_hash_keyed(bytes + 16, (struct ud_bytes[]){ { domain, sizeof(domain) - 1 }, { id.byte, 16 } }, 2, key);
    ud_base64url_encode(out, 80, bytes, sizeof(bytes));
    ud_secret_free(&key);
}

static void
a_deposited_key_is_the_current_one_and_can_be_revealed(void **state)
{
    static const char stored[] = "000000-000011-000022-000033-000044-000055-000066-000077";
    char key[40] = "", device[40], bearer[80], fresh[UD_GUID_TEXT], body[400], path[200], text[100];
    struct ud_secret *opened = NULL, *wanted = NULL;
    unsigned char sealed[1024];
    struct reveal r = { 0 };
    struct ud_guid id;
    size_t length = 0;

    (void)state;
    some_key(key, device);
    device_token(bearer, device);
    ud_guid_random(&id);
    ud_guid_format(fresh, &id);
    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"secret\":\"%s\"}", fresh, stored);
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/device/keys", bearer, body, 201);
    ud_json_free(&doc);
    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/keys", device);
    doc = get(path);
    text_of(text, sizeof(text), ud_json_first(ud_json_member(doc, "value")), "id");
    assert_string_equal(text, fresh);
    text_of(text, sizeof(text), ud_json_first(ud_json_member(doc, "value")), "state");
    assert_string_equal(text, "current");
    ud_json_free(&doc);
    reveal_body(&r, fresh, device, "bitlocker", "lost-pin");
    doc = ud_raw_json(&f, "POST", "/escrow/v1/reveal", token, r.body, 200);
    assert_int_equal(ud_json_get_base64(sealed, sizeof(sealed), &length, doc, "sealed", NULL), UD_OK);
    assert_int_equal(ud_seal_open(&opened, sealed, length, r.secret_key, NULL), UD_OK);
    assert_int_equal(ud_secret_new(&wanted, sizeof(stored), NULL), UD_OK);
    assert_int_equal(ud_secret_append(wanted, stored, sizeof(stored) - 1, NULL), UD_OK);
    assert_true(ud_secret_equal(opened, wanted));
    ud_secret_free(&opened);
    ud_secret_free(&wanted);
    ud_secret_free(&r.secret_key);
    ud_json_free(&doc);
}

static void
a_device_may_do_nothing_but_its_own_business(void **state)
{
    char key[40] = "", device[40], bearer[80];

    (void)state;
    some_key(key, device);
    device_token(bearer, device);
    expect_error(&f, "POST", "/escrow/v1/device/keys", bearer,
        "{\"id\":null,\"kind\":\"bitlocker\",\"volume\":\"os\",\"secret\":\"000001-000011-000022-000033-000044-000055-000066-"
        "000077\"}",
        400, "invalid_request");
    struct ud_answer a;
    ud_raw_call(&a, &f, "GET", DEVICES, bearer, NULL, NULL);
    assert_true(a.status == 401 || a.status == 403);
    ud_answer_free(&a);
    ud_raw_call(&a, &f, "POST", "/escrow/v1/device/check-in", token, NULL, "{}");
    assert_true(a.status == 401 || a.status == 403);
    ud_answer_free(&a);
}

/* Asks for the state until it is no longer pending. */
static void
wait_for_rotation(char *state, size_t size, char new_key[40], const char *device)
{
    const struct timespec pause = { .tv_nsec = 100000000 };
    char path[200];

    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/rotation?kind=bitlocker", device);
    for (int i = 0; i < 300; i++) {
        struct ud_json *doc = get(path);
        text_of(state, size, doc, "state");
        if (strcmp(state, "done") == 0)
            text_of(new_key, 40, ud_json_member(doc, "new_key"), "id");
        ud_json_free(&doc);
        if (strcmp(state, "pending") != 0)
            return;
        nanosleep(&pause, NULL);
    }
    fail_msg("the device has not replaced its key within 30 s");
}

static void
a_rotation_ends_when_the_simulated_device_has_escrowed_a_new_key(void **state)
{
    char key[40] = "", device[40], path[200], body[300], how[20], new_key[40] = "";

    (void)state;
    some_key(key, device);
    snprintf(path, sizeof(path), "/escrow/v1/devices/%s/rotate", device);
    snprintf(body, sizeof(body), "{\"kind\":\"bitlocker\",\"reason\":\"lost-pin\",\"ticket\":\"T-2\",\"request\":\"%s\"}",
        "7b0c8d9e-1f2a-4b3c-8d4e-5f6071829304");
    struct ud_json *doc = ud_raw_json(&f, "POST", path, token, body, 202);
    text_of(how, sizeof(how), doc, "state");
    assert_string_equal(how, "pending");
    ud_json_free(&doc);
    wait_for_rotation(how, sizeof(how), new_key, device);
    assert_string_equal(how, "done");
    assert_string_not_equal(new_key, key);
}

static void
graphs_rotation_is_accepted_and_shows_in_the_action_results(void **state)
{
    char key[40] = "", device[40], path[200], text[100];

    (void)state;
    some_key(key, device);
    snprintf(path, sizeof(path), "/beta/deviceManagement/managedDevices/%s/rotateBitLockerKeys", device);
    struct ud_json *doc = ud_raw_json(&f, "POST", path, token, "", 204);
    assert_null(doc);
    snprintf(path, sizeof(path), "/beta/deviceManagement/managedDevices/%s", device);
    doc = get(path);
    const struct ud_json *action = ud_json_first(ud_json_member(doc, "deviceActionResults"));
    text_of(text, sizeof(text), action, "actionName");
    assert_string_equal(text, "rotateBitLockerKeys");
    text_of(text, sizeof(text), action, "actionState");
    text_of(text, sizeof(text), action, "startDateTime");
    ud_json_free(&doc);
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static int
setup(void **state)
{
    (void)state;
    ud_fixture_start(&f, &(struct ud_fixture_options){ .devices = FLEET, .seed = 3, .simulator = true });
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
        cmocka_unit_test(a_reveal_opens_with_the_private_half_and_its_request_is_good_once),
        cmocka_unit_test(a_reveal_is_refused_without_a_reason_a_token_or_sense),
        cmocka_unit_test(the_filevault_key_of_a_personal_mac_is_not_shown),
        cmocka_unit_test(a_prefix_of_eight_digits_finds_and_seven_are_refused),
        cmocka_unit_test(policy_and_notice_come_with_a_token),
        cmocka_unit_test(a_deposited_key_is_the_current_one_and_can_be_revealed),
        cmocka_unit_test(a_device_may_do_nothing_but_its_own_business),
        cmocka_unit_test(a_rotation_ends_when_the_simulated_device_has_escrowed_a_new_key),
        cmocka_unit_test(graphs_rotation_is_accepted_and_shows_in_the_action_results),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
