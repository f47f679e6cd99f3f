/* Lists and look-ups at a Graph that behaves, one that lies, and one that is tired. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_graph.h"

#define MAC                                                                                                                      \
    "{\"id\":\"aaaaaaaa-0000-4000-8000-000000000001\",\"deviceName\":\"MAC-1\",\"operatingSystem\":\"macOS\",\"isEncrypted\":"   \
    "true,\"managedDeviceOwnerType\":\"company\",\"userPrincipalName\":\"ada@contoso.example\"}"
#define OWN_MAC                                                                                                                  \
    "{\"id\":\"aaaaaaaa-0000-4000-8000-000000000002\",\"deviceName\":\"MAC-2\",\"operatingSystem\":\"macOS\",\"isEncrypted\":"   \
    "true,\"managedDeviceOwnerType\":\"personal\"}"
#define WIN                                                                                                                      \
    "{\"id\":\"aaaaaaaa-0000-4000-8000-000000000003\",\"azureADDeviceId\":\"bbbbbbbb-0000-4000-8000-000000000003\","             \
    "\"deviceName\":\"WIN-3\",\"operatingSystem\":\"Windows\",\"serialNumber\":\"PF3A\"}"
#define KEY                                                                                                                      \
    "{\"id\":\"8a5d13d6-0000-4000-8000-00000000000a\",\"createdDateTime\":\"2026-08-01T10:00:00.1234567Z\",\"deviceId\":"        \
    "\"bbbbbbbb-0000-4000-8000-000000000003\",\"volumeType\":\"1\"}"
#define LAPS                                                                                                                     \
    "{\"id\":\"bbbbbbbb-0000-4000-8000-000000000003\",\"deviceName\":\"WIN-3\",\"lastBackupDateTime\":\"2026-08-02T10:00:00Z\"}"
#define DEVICES "/v1.0/deviceManagement/managedDevices"
#define KEYS    "/v1.0/informationProtection/bitlocker/recoveryKeys"
#define LOCAL   "/v1.0/directory/deviceLocalCredentials"

static bool
is(const struct test_request *r, const char *path)
{
    return strncmp(r->path, path, strlen(path)) == 0;
}

static enum ud_status
sync_from(struct desk *d, const char *resume)
{
    ud_source_sync(desk_call(d), resume);
    return desk_run(d);
}

/* --- sync ------------------------------------------------------------------------------------------------------------------------ */

static void
good_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)arg;
    if (is(r, DEVICES "?$skiptoken=2"))
        test_reply_json(c, 200, "{\"value\":[" WIN "]}");
    else if (is(r, DEVICES "?"))
        test_reply_json(c, 200,
            "{\"@odata.count\":3,\"value\":[" MAC "," OWN_MAC ",{\"id\":17},{\"deviceName\":\"no id\"}],"
            "\"@odata.nextLink\":\"http://localhost" DEVICES "?$skiptoken=2%2Fx'\"}");
    else if (is(r, KEYS))
        test_reply_json(c, 200, "{\"value\":[" KEY "]}");
    else if (is(r, LOCAL))
        test_reply_json(c, 200, "{\"value\":[" LAPS "]}");
    else
        test_reply_json(c, 404, "{}");
}

static void
sync_reads_devices_keys_and_local_passwords(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, good_graph);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, ""), UD_OK);
    assert_int_equal(d.devices, 3);
    assert_int_equal(d.keys, 3); /* the company Mac's, BitLocker, LAPS */
    assert_int_equal(d.key[0].kind, UD_KIND_FILEVAULT);
    assert_true(ud_guid_is_zero(&d.key[0].id));
    assert_int_equal(d.key[1].kind, UD_KIND_BITLOCKER);
    assert_int_equal(d.key[1].volume, UD_VOLUME_OS);
    assert_true(d.key[1].by_entra);
    assert_int_equal(d.key[1].source, 3);
    assert_int_equal(d.key[2].kind, UD_KIND_LAPS);
    assert_int_equal(d.progress, 4);
    assert_int_equal(test_server_count_of(d.graph.server, "$skiptoken=2%2Fx'"), 1); /* byte for byte */
    assert_int_equal(test_server_count_of(d.graph.server, "$select=id,azureADDeviceId"), 1);
    desk_close(&d);
}

static void
sync_goes_on_from_a_link(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, good_graph);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, "http://localhost" KEYS "?$skiptoken=9"), UD_OK);
    assert_int_equal(d.devices, 0);
    assert_int_equal(d.keys, 2);
    assert_int_equal(sync_from(&d, "http://localhost" DEVICES "?$skiptoken=2"), UD_OK);
    assert_int_equal(d.devices, 1);
    assert_int_equal(sync_from(&d, "http://evil.example" DEVICES "?$skiptoken=2"), UD_OK);
    assert_int_equal(d.devices, 3);
    desk_close(&d);
}

static void
forgetful_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    if (is(r, DEVICES "?$skiptoken"))
        test_reply_json(c, 410, "{\"error\":{\"code\":\"resyncRequired\",\"message\":\"gone\"}}");
    else if (is(r, DEVICES))
        test_reply_json(c, 200, "{\"value\":[" WIN "]}");
    else
        good_graph(c, r, arg);
}

static void
forgotten_link_starts_the_list_afresh(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, forgetful_graph);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, "http://localhost" DEVICES "?$skiptoken=old"), UD_OK);
    assert_int_equal(d.devices, 1);
    desk_close(&d);
}

static void
without_laps(struct test_connection *c, const struct test_request *r, void *arg)
{
    if (is(r, LOCAL))
        test_reply_json(c, 403, "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"no\"}}");
    else
        good_graph(c, r, arg);
}

static void
missing_right_to_local_passwords_does_not_spoil_the_sync(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, without_laps);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, ""), UD_OK);
    assert_int_equal(d.keys, 2);
    desk_close(&d);
}

struct lie {
    int code;
    const char *body;
    enum ud_status status;
    const char *says;
};

static void
lying_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    const struct lie *lie = ((struct fake_graph *)arg)->user;

    (void)r;
    if (lie->body[0] == '<')
        test_reply(c, lie->code, "Content-Type: text/html\r\n", lie->body);
    else
        test_reply_json(c, lie->code, lie->body);
}

static void
page_that_is_wrong_ends_the_sync_with_a_sentence(void **state)
{
    static struct lie lies[] = {
        { 200, "{\"value\":[],\"@odata.nextLink\":\"https://evil.example/v1.0/x\"}", UD_DENIED, "another place" },
        { 200, "{\"value\":[],\"@odata.nextLink\":\"http://localhost@evil.example/v1.0/x\"}", UD_DENIED, "another place" },
        { 200, "{\"value\":[],\"@odata.nextLink\":\"http://localhost/v1.0/loop\"}", UD_MALFORMED, "without an end" },
        { 200, "<html>Sign in to the guest network</html>", UD_MALFORMED, "Unexpected reply" },
        { 200, "{\"value\":[", UD_MALFORMED, "" },
        { 200, "{\"value\":[]}x", UD_MALFORMED, "" },
        { 200, "{\"value\":7}", UD_MALFORMED, "" },
        { 403, "{\"error\":{\"code\":\"Forbidden\",\"message\":\"needs scopes\"}}", UD_DENIED, "Intune refused" },
        { 403, "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"\"}}", UD_DENIED, "directory role" },
        { 403, "<html>no</html>", UD_DENIED, "Unexpected reply" },
        { 500, "<html>oops</html>", UD_FAILED, "fault of its own" },
        { 500, "{\"error\":{\"code\":\"InternalServerError\",\"message\":\"x\",\"innerError\":{\"request-id\":\"abc-1\"}}}",
            UD_FAILED, "fault of its own" },
        { 503, "", UD_OFFLINE, "busy" },
        { 429, "{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"\"}}", UD_THROTTLED, "wait" },
        { 418, "{}", UD_MALFORMED, "Unexpected reply" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct desk d;
        desk_open(&d, lying_graph);
        d.graph.user = &lies[i];
        desk_sign_in(&d);
        if (sync_from(&d, "") != lies[i].status || strstr(d.error.message, lies[i].says) == NULL)
            fail_msg("%s: %s: %s", lies[i].body, ud_status_name(d.status), d.error.message);
        if (strstr(lies[i].body, "abc-1") != NULL)
            assert_non_null(strstr(d.error.hint, "abc-1"));
        desk_close(&d);
    }
}

static void
empty_pages(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct fake_graph *g = arg;
    char body[128];

    (void)r;
    snprintf(body, sizeof(body), "{\"value\":[],\"@odata.nextLink\":\"http://localhost/v1.0/x?n=%d\"}",
        atomic_fetch_add(&g->misses, 1));
    test_reply_json(c, 200, body);
}

static void
endless_empty_pages_are_found_out(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, empty_pages);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, ""), UD_MALFORMED);
    assert_true(test_server_count(d.graph.server) < 100);
    desk_close(&d);
}

static void
tired_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct fake_graph *g = arg;

    if (is(r, DEVICES) && atomic_fetch_add(&g->misses, 1) == 0)
        test_reply(c, 429, "Retry-After: 0.1\r\n", "");
    else
        good_graph(c, r, arg);
}

static void
throttled_sync_waits_tells_so_and_goes_on(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, tired_graph);
    desk_sign_in(&d);
    assert_int_equal(sync_from(&d, ""), UD_OK);
    assert_int_equal(d.waits, 1);
    assert_int_equal(d.devices, 3);
    desk_close(&d);
}

static void
nothing_is_handed_over_while_there_is_no_room(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, good_graph);
    desk_sign_in(&d);
    d.no_room = true;
    ud_source_sync(desk_call(&d), "");
    ud_msec until = ud_clock_now() + 300;
    while (ud_clock_now() < until)
        desk_turn(&d, 20);
    assert_int_equal(d.devices, 0);
    assert_false(d.ended);
    d.no_room = false;
    ud_source_resume_flow(d.source);
    assert_int_equal(desk_run(&d), UD_OK);
    assert_int_equal(d.devices, 3);
    desk_close(&d);
}

/* --- look-ups --------------------------------------------------------------------------------------------------------------------- */

static void
lookup_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)arg;
    if (is(r, KEYS "/8a5d13d6-0000-4000-8000-00000000000a"))
        test_reply_json(c, 200, KEY);
    else if (is(r, KEYS "/"))
        test_reply_json(c, 404, "{\"error\":{\"code\":\"itemNotFound\",\"message\":\"no\"}}");
    else if (is(r, KEYS "?$filter=deviceId%20eq%20'bbbbbbbb-0000-4000-8000-000000000003'"))
        test_reply_json(c, 200, "{\"value\":[" KEY "]}");
    else if (is(r, LOCAL "/"))
        test_reply_json(c, 200, LAPS);
    else
        test_reply_json(c, 200, "{\"value\":[" MAC "," OWN_MAC "," WIN "]}"); /* whatever the filter says */
}

static enum ud_status
find(struct desk *d, const char *id, unsigned digits)
{
    struct ud_keyid_prefix p = { .value = test_guid(id), .digits = digits };

    ud_source_find(desk_call(d), &p);
    return desk_run(d);
}

static void
whole_id_is_asked_directly_and_its_device_with_it(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, lookup_graph);
    desk_sign_in(&d);
    assert_int_equal(find(&d, "8a5d13d6-0000-4000-8000-00000000000a", 32), UD_OK);
    assert_int_equal(d.hits, 1);
    assert_true(d.found_with_device);
    assert_string_equal(d.device_name, "WIN-3"); /* not the first of the rows a filter was ignored for */
    assert_int_equal(find(&d, "8a5d13d6-0000-4000-8000-00000000000b", 32), UD_OK);
    assert_int_equal(d.hits, 0);
    unsigned before = test_server_count(d.graph.server);
    assert_int_equal(find(&d, "8a5d13d6-0000-4000-8000-00000000000a", 8), UD_UNSUPPORTED);
    assert_int_equal(test_server_count(d.graph.server), before);
    desk_close(&d);
}

static void
ignored_filter_does_not_let_other_devices_through(void **state)
{
    static const struct {
        enum ud_source_field field;
        const char *text;
        unsigned hits;
    } asks[] = {
        { UD_SOURCE_BY_USER, "ADA@contoso.example", 1 },
        { UD_SOURCE_BY_NAME, "win-3", 1 },
        { UD_SOURCE_BY_SERIAL, "PF3A", 1 },
        { UD_SOURCE_BY_SERIAL, "PF3", 0 },
        { UD_SOURCE_BY_NAME, "x' or 1 eq 1 or 'a' eq '", 0 },
    };
    struct desk d;

    (void)state;
    desk_open(&d, lookup_graph);
    desk_sign_in(&d);
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        ud_source_ask(desk_call(&d), asks[i].field, asks[i].text);
        assert_int_equal(desk_run(&d), UD_OK);
        assert_int_equal(d.hits, asks[i].hits);
    }
    assert_int_equal(test_server_count_of(d.graph.server, "$filter=deviceName%20eq%20%27x%27%27%20or"), 1); /* quotes doubled */
    desk_close(&d);
}

static void
keys_of_a_device_name_each_kind(void **state)
{
    struct ud_source_device win = { .device = test_guid("aaaaaaaa-0000-4000-8000-000000000003"),
        .entra = test_guid("bbbbbbbb-0000-4000-8000-000000000003"),
        .os = "Windows" };
    struct ud_source_device mac = { .device = test_guid("aaaaaaaa-0000-4000-8000-000000000001"), .os = "macOS" };
    struct desk d;

    (void)state;
    desk_open(&d, lookup_graph);
    desk_sign_in(&d);
    ud_source_keys(desk_call(&d), &win);
    assert_int_equal(desk_run(&d), UD_OK);
    assert_int_equal(d.keys, 2);
    assert_int_equal(d.key[0].kind, UD_KIND_BITLOCKER);
    assert_int_equal(d.key[1].kind, UD_KIND_LAPS);
    ud_source_keys(desk_call(&d), &mac);
    assert_int_equal(desk_run(&d), UD_OK);
    assert_int_equal(d.keys, 1);
    assert_int_equal(d.key[0].kind, UD_KIND_FILEVAULT);
    assert_int_equal(ud_guid_compare(&d.key[0].device, &mac.device), 0);
    desk_close(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sync_reads_devices_keys_and_local_passwords),
        cmocka_unit_test(sync_goes_on_from_a_link),
        cmocka_unit_test(forgotten_link_starts_the_list_afresh),
        cmocka_unit_test(missing_right_to_local_passwords_does_not_spoil_the_sync),
        cmocka_unit_test(page_that_is_wrong_ends_the_sync_with_a_sentence),
        cmocka_unit_test(endless_empty_pages_are_found_out),
        cmocka_unit_test(throttled_sync_waits_tells_so_and_goes_on),
        cmocka_unit_test(nothing_is_handed_over_while_there_is_no_room),
        cmocka_unit_test(whole_id_is_asked_directly_and_its_device_with_it),
        cmocka_unit_test(ignored_filter_does_not_let_other_devices_through),
        cmocka_unit_test(keys_of_a_device_name_each_kind),
    };

    return cmocka_run_group_tests(tests, test_source_setup, NULL);
}
