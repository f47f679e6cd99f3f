/* Recovery keys in the memory and the files of a running escrowd: none, whatever was deposited or revealed (SR-130, SR-131, SR-135). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/memscan.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

static const char canary[] = "135795-246796-357588-468380-135806-246807-357599-468391";
static struct ud_fixture f;
static char token[80], device[40];

/* The token of the first simulated device. */
static void
device_token(char out[80])
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
expect_nothing(const char *secret)
{
    struct ud_scan scan = { 0 };
    pid_t pids[16];
    size_t count = ud_scan_family(f.server, pids, 16);

    assert_true(count >= 2);
    ud_scan_processes(&scan, pids, count, secret);
    ud_scan_tree(&scan, f.dir, secret);
    if (scan.hits > 0) {
        ud_scan_print(&scan);
        fail_msg("%zu copies", scan.hits);
    }
    assert_true(scan.bytes > 0);
}

static void
a_deposit_in_clear_leaves_nothing_behind(void **state)
{
    char bearer[80], body[300];

    (void)state;
    device_token(bearer);
    snprintf(body, sizeof(body),
        "{\"id\":\"12345678-9abc-4def-8123-456789abcdef\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"secret\":\"%s\"}", canary);
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/device/keys", bearer, body, 201);
    ud_json_free(&doc);
    expect_nothing(canary);
}

static void
a_sealed_reveal_leaves_nothing_behind(void **state)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *secret_key = NULL;
    char body[700], encoded[64];

    (void)state;
    assert_int_equal(ud_seal_keypair(public_key, &secret_key, NULL), UD_OK);
    ud_base64_encode(encoded, sizeof(encoded), public_key, sizeof(public_key));
    snprintf(body, sizeof(body),
        "{\"key\":\"12345678-9abc-4def-8123-456789abcdef\",\"device\":\"%s\",\"kind\":\"bitlocker\",\"reason\":\"lost-pin\","
        "\"ticket\":\"T-1\",\"note\":\"\",\"caller\":\"Sam\",\"verified\":\"Called back on the known number\","
        "\"request\":\"7b0c8d9e-1f2a-4b3c-8d4e-5f6071829304\",\"public_key\":\"%s\"}",
        device, encoded);
    struct ud_json *doc = ud_raw_json(&f, "POST", "/escrow/v1/reveal", token, body, 200);
    ud_json_free(&doc);
    ud_secret_free(&secret_key);
    expect_nothing(canary);
}

static void
a_password_typed_on_the_page_leaves_nothing_behind(void **state)
{
    char password[128];

    (void)state;
    ud_fixture_password(password, sizeof(password), &f);
    struct ud_scan scan = { 0 };
    pid_t pids[16];
    size_t count = ud_scan_family(f.server, pids, 16);
    ud_scan_processes(&scan, pids, count, password);
    if (scan.hits > 0)
        ud_scan_print(&scan);
    assert_int_equal(scan.hits, 0);
}

static int
setup(void **state)
{
    struct ud_json *page;

    (void)state;
    ud_fixture_start(&f, &(struct ud_fixture_options){ .devices = 20, .https = true });
    ud_raw_sign_in_operator(token, &f);
    page = ud_raw_json(&f, "GET", "/escrow/v1/keys?$top=1", token, NULL, 200);
    int st = (int)ud_json_get_text(device, sizeof(device), ud_json_first(ud_json_member(page, "value")), "deviceId", NULL);
    ud_json_free(&page);
    return st;
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
        cmocka_unit_test(a_deposit_in_clear_leaves_nothing_behind),
        cmocka_unit_test(a_sealed_reveal_leaves_nothing_behind),
        cmocka_unit_test(a_password_typed_on_the_page_leaves_nothing_behind),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
