/* Local administrator passwords over the Graph dialect, as unmodified Graph clients read them, and by a reason as the console does. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/guid.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define LAPS     "/v1.0/directory/deviceLocalCredentials"
#define DEVICES  "/v1.0/deviceManagement/managedDevices"
#define PASSWORD 129

static struct ud_fixture f;
static char token[80];

static void
open_service(bool plain)
{
    const struct ud_fixture_options o = { .devices = 60, .seed = 7, .plain_graph_reads = plain, .simulator = true };

    ud_fixture_start(&f, &o);
    ud_raw_sign_in_operator(token, &f);
}

static void
text_of(char *out, size_t size, const struct ud_json *v, const char *name)
{
    if (ud_json_get_text(out, size, v, name, NULL) != UD_OK)
        fail_msg("no %s", name);
}

/* The first device that has a password: its Entra id and its managedDevice id. */
static void
some_device(char entra[40], char managed[40])
{
    struct ud_json *page = ud_raw_json(&f, "GET", LAPS, token, NULL, 200);
    char path[200];

    text_of(entra, 40, ud_json_first(ud_json_member(page, "value")), "id");
    assert_null(ud_json_member(ud_json_first(ud_json_member(page, "value")), "credentials"));
    ud_json_free(&page);
    (void)snprintf(path, sizeof(path), DEVICES "?$filter=azureADDeviceId%%20eq%%20'%s'", entra);
    page = ud_raw_json(&f, "GET", path, token, NULL, 200);
    text_of(managed, 40, ud_json_first(ud_json_member(page, "value")), "id");
    ud_json_free(&page);
}

/* As Graph gives it: base64 of UTF-16LE. */
static void
plain_password(char out[PASSWORD], const char *entra)
{
    unsigned char wide[2 * PASSWORD];
    char path[200];
    size_t length = 0;

    (void)snprintf(path, sizeof(path), LAPS "/%s?$select=credentials", entra);
    struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
    const struct ud_json *first = ud_json_first(ud_json_member(doc, "credentials"));
    assert_int_equal(ud_json_get_base64(wide, sizeof(wide), &length, first, "passwordBase64", NULL), UD_OK);
    assert_true(length > 0 && length % 2 == 0 && length / 2 < PASSWORD);
    for (size_t i = 0; i < length / 2; i++) {
        assert_int_equal(wide[2 * i + 1], 0);
        out[i] = (char)wide[2 * i];
    }
    out[length / 2] = '\0';
    ud_json_free(&doc);
}

/* With a reason, sealed to a key of ours. */
static void
revealed_password(char out[PASSWORD], const char *device)
{
    unsigned char half[UD_SEAL_PUBLIC], sealed[1024];
    struct ud_secret *secret_key = NULL, *opened = NULL;
    char body[600], public_key[64], request[UD_GUID_TEXT];
    struct ud_guid id;
    size_t length = 0;

    assert_int_equal(ud_seal_keypair(half, &secret_key, NULL), UD_OK);
    ud_base64_encode(public_key, sizeof(public_key), half, sizeof(half));
    ud_guid_random(&id);
    ud_guid_format(request, &id);
    (void)snprintf(body, sizeof(body),
        "{\"key\":null,\"device\":\"%s\",\"kind\":\"laps\",\"reason\":\"lost-pin\",\"ticket\":\"\",\"note\":\"\",\"caller\":\"\","
        "\"verified\":\"\",\"request\":\"%s\",\"public_key\":\"%s\"}",
        device, request, public_key);
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/reveal", token, body, 200);
    assert_int_equal(ud_json_get_base64(sealed, sizeof(sealed), &length, doc, "sealed", NULL), UD_OK);
    assert_int_equal(ud_seal_open(&opened, sealed, length, secret_key, NULL), UD_OK);
    assert_true(ud_secret_length(opened) < PASSWORD);
    memcpy(out, ud_secret_open(opened), ud_secret_length(opened));
    out[ud_secret_length(opened)] = '\0';
    ud_secret_close(opened);
    ud_secret_free(&opened);
    ud_secret_free(&secret_key);
    ud_json_free(&doc);
}

static void
wait_until_replaced(const char *managed)
{
    char path[200], state[32] = "";

    (void)snprintf(path, sizeof(path), "/escrow/v1/devices/%s/rotation?kind=laps", managed);
    for (int i = 0; i < 300 && strcmp(state, "done") != 0; i++) {
        struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
        text_of(state, sizeof(state), doc, "state");
        ud_json_free(&doc);
        if (strcmp(state, "done") != 0)
            (void)poll(NULL, 0, 100);
    }
    assert_string_equal(state, "done");
}

static void
a_password_is_read_as_graph_gives_it_and_as_the_console_gets_it(void **state)
{
    char entra[40], managed[40], path[200], plain[PASSWORD], sealed[PASSWORD], after[PASSWORD];

    (void)state;
    open_service(true);
    some_device(entra, managed);
    plain_password(plain, entra);
    revealed_password(sealed, managed);
    assert_string_equal(plain, sealed);
    assert_true(strlen(plain) >= 8);

    (void)snprintf(path, sizeof(path), "/beta/deviceManagement/managedDevices/%s/rotateLocalAdminPassword", managed);
    struct ud_json *nothing = ud_raw_json(&f, "POST", path, token, "{}", 204);
    assert_null(nothing);
    wait_until_replaced(managed);
    plain_password(after, entra);
    assert_string_not_equal(after, plain);
    revealed_password(sealed, entra); /* either id names the device */
    assert_string_equal(after, sealed);
    ud_fixture_end(&f);
}

static void
without_a_reason_there_is_no_password_where_the_policy_wants_one(void **state)
{
    char entra[40], managed[40], path[200];

    (void)state;
    open_service(false);
    some_device(entra, managed);
    (void)snprintf(path, sizeof(path), LAPS "/%s?$select=credentials", entra);
    struct ud_json *doc = ud_raw_json(&f, "GET", path, token, NULL, 403);
    ud_json_free(&doc);
    (void)snprintf(path, sizeof(path), LAPS "/%s", entra);
    doc = ud_raw_json(&f, "GET", path, token, NULL, 200);
    assert_null(ud_json_member(doc, "credentials"));
    ud_json_free(&doc);
    ud_fixture_end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_password_is_read_as_graph_gives_it_and_as_the_console_gets_it),
        cmocka_unit_test(without_a_reason_there_is_no_password_where_the_policy_wants_one) };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
