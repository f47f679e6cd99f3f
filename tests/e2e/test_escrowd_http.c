/* A real escrowd over HTTP: the Graph dialect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define DEVICES "/v1.0/deviceManagement/managedDevices"
#define KEYS    "/v1.0/informationProtection/bitlocker/recoveryKeys"
#define FLEET   150

static struct ud_fixture f, plain;
static char token[80], plain_token[80];

static void
text_of(char *out, size_t size, const struct ud_json *v, const char *name)
{
    out[0] = '\0';
    if (ud_json_get_text(out, size, v, name, NULL) != UD_OK)
        fail_msg("no %s", name);
}

static int64_t
number_of(const struct ud_json *v, const char *name)
{
    int64_t n = -1;

    assert_int_equal(ud_json_get_int(&n, v, name, 0, INT64_MAX, NULL), UD_OK);
    return n;
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

/* --- Graph ----------------------------------------------------------------------------------------------------------- */

static void
a_device_has_graphs_members_and_types(void **state)
{
    static const char *const texts[] = { "id", "azureADDeviceId", "deviceName", "serialNumber", "userPrincipalName",
        "userDisplayName", "operatingSystem", "osVersion", "model", "manufacturer", "managedDeviceOwnerType", "lastSyncDateTime",
        "enrolledDateTime", "complianceState", "managementAgent" };
    struct ud_json *page = get(DEVICES "?$top=5");
    const struct ud_json *d = ud_json_first(ud_json_member(page, "value"));
    char text[300], path[200];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(ud_json_kind(ud_json_member(d, texts[i])), UD_JSON_IS_TEXT);
    assert_null(ud_json_member(d, "deviceActionResults")); /* of a single device only */
    text_of(text, sizeof(text), page, "@odata.context");
    text_of(text, sizeof(text), d, "id");
    snprintf(
        path, sizeof(path), "/beta/deviceManagement/managedDevices/%s?$select=id,deviceActionResults,lastSyncDateTime", text);
    struct ud_json *one = get(path);
    assert_int_equal(ud_json_kind(ud_json_member(one, "deviceActionResults")), UD_JSON_IS_ARRAY);
    assert_int_equal(ud_json_kind(ud_json_member(one, "lastSyncDateTime")), UD_JSON_IS_TEXT);
    assert_null(ud_json_member(one, "deviceName"));
    ud_json_free(&one);
    ud_json_free(&page);
}

/* Follows next links, marks each id; every entry must come exactly once. */
static size_t
walk(const char *path, const char *member, char (*seen)[40], size_t max)
{
    char at[2048], link[2048];
    size_t count = 0;

    snprintf(at, sizeof(at), "%s", path);
    for (;;) {
        struct ud_json *page = get(at);
        for (const struct ud_json *v = ud_json_first(ud_json_member(page, "value")); v != NULL; v = ud_json_after(v)) {
            assert_true(count < max);
            text_of(seen[count], 40, v, member);
            for (size_t i = 0; i < count; i++)
                assert_string_not_equal(seen[i], seen[count]);
            count++;
        }
        link[0] = '\0';
        assert_int_equal(ud_json_optional(ud_json_get_text(link, sizeof(link), page, "@odata.nextLink", NULL)), UD_OK);
        ud_json_free(&page);
        if (link[0] == '\0')
            return count;
        assert_int_equal(strncmp(link, "http://localhost/", 17), 0);
        snprintf(at, sizeof(at), "%s", link + 16);
    }
}

static void
pages_lose_nothing_and_double_nothing(void **state)
{
    static char seen[FLEET * 4][40];

    (void)state;
    assert_int_equal(walk(DEVICES "?$top=7&$select=id", "id", seen, FLEET), FLEET);
    assert_int_equal(walk(DEVICES "?$top=1000", "id", seen, FLEET), FLEET);
    struct ud_json *page = get(DEVICES "?$top=3&$count=true");
    assert_int_equal(number_of(page, "@odata.count"), FLEET);
    ud_json_free(&page);
    size_t keys = walk(KEYS, "id", seen, FLEET * 4);
    assert_true(keys > FLEET / 2);
    page = get("/escrow/v1/keys?$top=2");
    assert_true(number_of(page, "@odata.count") >= (int64_t)keys);
    ud_json_free(&page);
}

static void
filters_find_exactly_what_they_name(void **state)
{
    struct ud_json *page = get(DEVICES "?$top=1&$count=true"), *found;
    const struct ud_json *d = ud_json_first(ud_json_member(page, "value"));
    static const char *const by[] = { "serialNumber", "azureADDeviceId" };
    char value[200], path[800], id[40], other[40];

    (void)state;
    text_of(id, sizeof(id), d, "id");
    for (size_t i = 0; i < 2; i++) {
        text_of(value, sizeof(value), d, by[i]);
        snprintf(path, sizeof(path), DEVICES "?$count=true&$filter=%s%%20eq%%20'", by[i]);
        ud_raw_encode(path, sizeof(path), value);
        strcat(path, "'");
        found = get(path);
        assert_int_equal(number_of(found, "@odata.count"), 1);
        text_of(other, sizeof(other), ud_json_first(ud_json_member(found, "value")), "id");
        assert_string_equal(id, other);
        ud_json_free(&found);
    }
    found = get(DEVICES "?$count=true&$filter=deviceName%20eq%20'''%3B%20DROP%20TABLE%20device%3B--'");
    assert_int_equal(number_of(found, "@odata.count"), 0);
    ud_json_free(&found);
    found = get(DEVICES "?$count=true&$filter=contains(deviceName,'%25')");
    assert_int_equal(number_of(found, "@odata.count"), 0);
    ud_json_free(&found);
    ud_json_free(&page);
    page = get(DEVICES "?$top=1&$count=true");
    assert_int_equal(number_of(page, "@odata.count"), FLEET);
    ud_json_free(&page);
}

static void
what_graph_would_refuse_is_refused_in_its_words(void **state)
{
    char key[40] = "", device[40], path[300];

    (void)state;
    some_key(key, device);
    expect_error(&f, "GET", DEVICES "?$filter=model%20eq%20'x'", token, NULL, 400, "BadRequest");
    expect_error(&f, "GET", DEVICES "?$top=abc", token, NULL, 400, "BadRequest");
    expect_error(&f, "GET", DEVICES "?$select=nonsense", token, NULL, 400, "BadRequest");
    expect_error(&f, "GET", KEYS "?$top=5", token, NULL, 400, "BadRequest");
    expect_error(&f, "GET", KEYS "/00000000-0000-4000-8000-000000000000", token, NULL, 404, "ResourceNotFound");
    snprintf(path, sizeof(path), DEVICES "/%s/rotateBitLockerKeys", device);
    expect_error(&f, "POST", path, token, "", 400, "BadRequest");
    snprintf(path, sizeof(path), "/beta/deviceManagement/managedDevices/%s/getFileVaultKey", device);
    expect_error(&f, "POST", path, token, "", 405, "Request_BadRequest");
    /* Plain reads are off: the metadata comes, the key does not. */
    snprintf(path, sizeof(path), KEYS "/%s?$select=key", key);
    expect_error(&f, "GET", path, token, NULL, 403, "authorization_error");
    snprintf(path, sizeof(path), KEYS "/%s", key);
    struct ud_json *doc = get(path);
    assert_null(ud_json_member(doc, "key"));
    ud_json_free(&doc);
}

static void
key_paths_want_a_user_agent(void **state)
{
    struct ud_raw *r = ud_raw_open(&f);
    struct ud_answer a;
    char head[300];

    (void)state;
    snprintf(head, sizeof(head), "GET " KEYS " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", token);
    ud_raw_send_text(r, head);
    ud_raw_answer(&a, r);
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "invalid_request"));
    ud_answer_free(&a);
    ud_raw_close(&r);
}

static void
a_plain_read_gives_the_key_where_the_policy_allows_it(void **state)
{
    struct ud_json *page = ud_raw_json(&plain, "GET", KEYS, plain_token, NULL, 200), *doc;
    char id[40], key[80], path[200];

    (void)state;
    text_of(id, sizeof(id), ud_json_first(ud_json_member(page, "value")), "id");
    snprintf(path, sizeof(path), KEYS "/%s?$select=key", id);
    doc = ud_raw_json(&plain, "GET", path, plain_token, NULL, 200);
    text_of(key, sizeof(key), doc, "key");
    assert_int_equal(strlen(key), 55);
    ud_json_free(&doc);
    /* Anything beside it, and there is silently no key. */
    snprintf(path, sizeof(path), KEYS "/%s?$select=key,id", id);
    doc = ud_raw_json(&plain, "GET", path, plain_token, NULL, 200);
    assert_null(ud_json_member(doc, "key"));
    ud_json_free(&doc);
    ud_json_free(&page);
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static int
setup(void **state)
{
    (void)state;
    ud_fixture_start(&f, &(struct ud_fixture_options){ .devices = FLEET, .seed = 3 });
    ud_fixture_start(&plain, &(struct ud_fixture_options){ .devices = 20, .plain_graph_reads = true });
    ud_raw_sign_in_operator(token, &f);
    ud_raw_sign_in_operator(plain_token, &plain);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ud_fixture_end(&f);
    ud_fixture_end(&plain);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_has_graphs_members_and_types),
        cmocka_unit_test(pages_lose_nothing_and_double_nothing),
        cmocka_unit_test(filters_find_exactly_what_they_name),
        cmocka_unit_test(what_graph_would_refuse_is_refused_in_its_words),
        cmocka_unit_test(key_paths_want_a_user_agent),
        cmocka_unit_test(a_plain_read_gives_the_key_where_the_policy_allows_it),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
