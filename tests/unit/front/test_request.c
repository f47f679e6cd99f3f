/* Reading requests: targets, forms, query options, routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "escrowd/front/form.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/odata.h"
#include "escrowd/front/route.h"
#include "escrowd/front/uri.h"

#define ID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

static struct ud_error err;
static struct ud_front front;

/* Stands in for the vault: nobody is asked here. */
enum ud_status
ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *e)
{
    (void)f;
    (void)c;
    (void)r;
    return ud_error_set(e, UD_OFFLINE, "no vault");
}

static struct ud_call *
call_of(const char *method, const char *uri)
{
    struct ud_call *c = ud_call_new(&front, uri);

    snprintf(c->method, sizeof(c->method), "%s", method);
    snprintf(c->origin, sizeof(c->origin), "https://escrow.example");
    return c;
}

/* --- targets --------------------------------------------------------------------------------------------------------- */

static void
a_target_is_split_and_decoded(void **state)
{
    struct ud_call *c = call_of("GET", "/v1.0/a%20b?$top=5&$filter=deviceName%20eq%20'x+y%26'&empty");

    (void)state;
    assert_false(c->bad_uri);
    assert_int_equal(c->segment_count, 2);
    assert_string_equal(c->segment[1], "a b");
    assert_string_equal(ud_call_option(c, "$top"), "5");
    assert_string_equal(ud_call_option(c, "$filter"), "deviceName eq 'x y&'");
    assert_string_equal(ud_call_option(c, "empty"), "");
    assert_null(ud_call_option(c, "missing"));
    ud_call_free(&c);
}

static void
hostile_targets_are_refused(void **state)
{
    static const char *const bad[] = { "", "*", "v1.0/me", "/v1.0/%", "/v1.0/%4", "/v1.0/%zz", "/v1.0/me%00", "/v1.0/me%0d%0a",
        "/v1.0/%c3", "/v1.0/%ff", "/v1.0/../me", "/v1.0/%2e%2e/me", "/v1.0/./me", "/a/b/c/d/e/f/g/h/i", "/v1.0/me?a=%00",
        "/v1.0/me?%0a=1", "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17" };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_call *c = call_of("GET", bad[i]);
        if (!c->bad_uri)
            fail_msg("accepted: %s", bad[i]);
        ud_call_free(&c);
    }
}

static void
a_target_longer_than_eight_kib_is_refused(void **state)
{
    static char uri[UD_CALL_URI_MAX + 2];

    (void)state;
    memset(uri, 'a', UD_CALL_URI_MAX + 1);
    uri[0] = '/';
    struct ud_call *c = call_of("GET", uri);
    assert_true(c->bad_uri);
    ud_call_free(&c);
}

static void
encoding_keeps_only_unreserved_characters(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 256);
    ud_uri_encode(&b, "a-b.c_d~e f'&=?/#\xC3\xA9");
    assert_string_equal(b.data, "a-b.c_d~e%20f%27%26%3D%3F%2F%23%C3%A9");
    ud_buf_free(&b);
}

/* --- forms ----------------------------------------------------------------------------------------------------------- */

static struct ud_secret *
secret_of(const char *text)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, strlen(text) + 1, &err), UD_OK);
    assert_int_equal(ud_secret_append(s, text, strlen(text), &err), UD_OK);
    return s;
}

static void
a_form_gives_text_and_secrets_and_skips_the_rest(void **state)
{
    struct ud_secret *body = secret_of("user=alice+b%40x&ignored=1&password=p%25w%20&flag"), *password = NULL;
    struct ud_secret *wanted = secret_of("p%w ");
    char user[32];
    const struct ud_form_field field[] = {
        { .name = "user", .text = user, .size = sizeof(user) },
        { .name = "password", .secret = &password },
    };

    (void)state;
    assert_int_equal(ud_form_read(field, 2, body, &err), UD_OK);
    assert_string_equal(user, "alice b@x");
    assert_true(ud_secret_equal(password, wanted));
    ud_secret_free(&password);
    ud_secret_free(&wanted);
    ud_secret_free(&body);
}

static void
broken_forms_are_refused(void **state)
{
    static const char *const bad[] = { "user=%", "user=%4", "user=%zz", "user=%00", "user=a&user=b", "%=1", "user=a%0ab",
        "user=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    char user[32];
    const struct ud_form_field field[] = { { .name = "user", .text = user, .size = sizeof(user) } };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_secret *body = secret_of(bad[i]);
        if (ud_form_read(field, 1, body, &err) != UD_INVALID)
            fail_msg("accepted: %s", bad[i]);
        ud_secret_free(&body);
    }
}

/* --- query options --------------------------------------------------------------------------------------------------- */

static void
filters_are_understood_or_refused(void **state)
{
    static const struct {
        const char *filter, *property, *op, *value; /* property NULL: refused */
    } cases[] = {
        { "deviceName eq 'LON-1'", "deviceName", "eq", "LON-1" },
        { "  deviceName   eq 'LON-1'  ", "deviceName", "eq", "LON-1" },
        { "deviceName eq 'It''s'", "deviceName", "eq", "It's" },
        { "deviceName eq ''", "deviceName", "eq", "" },
        { "contains(deviceName,'a b')", "deviceName", "contains", "a b" },
        { "contains(deviceName, 'x' )", "deviceName", "contains", "x" },
        { "deviceName eq 'a' or deviceName eq 'b'", NULL, NULL, NULL },
        { "deviceName ne 'a'", NULL, NULL, NULL },
        { "startswith(deviceName,'a')", NULL, NULL, NULL },
        { "deviceName eq a", NULL, NULL, NULL },
        { "deviceName eq 'a", NULL, NULL, NULL },
        { "deviceName eq 'a''", NULL, NULL, NULL },
        { "deviceName eq 'a' --", NULL, NULL, NULL },
        { "", NULL, NULL, NULL },
        { "contains(deviceName,'a'", NULL, NULL, NULL },
    };
    char property[32], value[64];
    const char *op;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool good = ud_odata_filter(property, sizeof(property), &op, value, sizeof(value), cases[i].filter);
        if (good != (cases[i].property != NULL))
            fail_msg("%s: %d", cases[i].filter, good);
        if (!good)
            continue;
        assert_string_equal(property, cases[i].property);
        assert_string_equal(op, cases[i].op);
        assert_string_equal(value, cases[i].value);
    }
}

static void
a_next_link_leads_back_to_its_row_and_keeps_the_options(void **state)
{
    struct ud_call *c = call_of("GET", "/v1.0/deviceManagement/managedDevices?$top=7&$filter=deviceName%20eq%20'a'&x=1");
    struct ud_odata o;
    struct ud_buf link;

    (void)state;
    ud_buf_init(&link, 4096);
    ud_odata_next(&link, c, UINT64_C(0x0102030405060708));
    assert_non_null(
        strstr(link.data, "https://escrow.example/v1.0/deviceManagement/managedDevices?$top=7&$filter=deviceName%20eq"));
    ud_call_free(&c);
    c = call_of("GET", link.data + strlen("https://escrow.example"));
    assert_true(ud_odata_read(&o, c, UD_ODATA_TOP | UD_ODATA_FILTER | UD_ODATA_SKIP));
    assert_true(o.after == UINT64_C(0x0102030405060708));
    assert_int_equal(o.top, 7);
    assert_string_equal(o.filter, "deviceName eq 'a'");
    ud_call_free(&c);
    ud_buf_free(&link);
}

static void
unknown_options_and_senseless_values_are_answered_400(void **state)
{
    static const char *const bad[] = { "/a?$search=x", "/a?$top=0", "/a?$top=-1", "/a?$top=abc", "/a?$top=", "/a?$top=9999999",
        "/a?$skiptoken=x", "/a?$skiptoken=", "/a?$skiptoken=AQAAAAAAAAAAAA", "/a?$skiptoken=Af__________", "/a?$Top=1" };
    struct ud_odata o;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_call *c = call_of("GET", bad[i]);
        if (ud_odata_read(&o, c, UD_ODATA_TOP | UD_ODATA_SKIP) || c->response.status != 400)
            fail_msg("accepted: %s", bad[i]);
        ud_call_free(&c);
    }
}

static void
a_page_is_never_larger_than_a_thousand(void **state)
{
    struct ud_call *c = call_of("GET", "/a?$top=5000");
    struct ud_odata o;

    (void)state;
    assert_true(ud_odata_read(&o, c, UD_ODATA_TOP));
    assert_int_equal(o.top, 1000);
    ud_call_free(&c);
}

static void
a_selection_sets_a_bit_for_each_name(void **state)
{
    static const char *const names[] = { "id", "name", "model" }, *const others[] = { "imei" };
    uint64_t mask;

    (void)state;
    assert_true(ud_odata_select(&mask, "model, id,imei", names, 3, others, 1));
    assert_int_equal(mask, 5);
    assert_false(ud_odata_select(&mask, "id,nonsense", names, 3, others, 1));
    assert_false(ud_odata_select(&mask, "", names, 3, others, 1));
    assert_false(ud_odata_select(&mask, "id,", names, 3, others, 1));
}

/* --- routes ---------------------------------------------------------------------------------------------------------- */

static void
addresses_find_their_handlers(void **state)
{
    static const struct {
        const char *method, *uri;
        void (*handle)(struct ud_call *c);
        unsigned status; /* where handle is NULL */
    } cases[] = {
        { "GET", "/.well-known/escrow", ud_front_well_known, 0 },
        { "GET", "/contoso/v2.0/.well-known/openid-configuration", ud_front_discovery, 0 },
        { "GET", "/contoso/.well-known/openid-configuration", ud_front_discovery, 0 },
        { "POST", "/contoso/oauth2/v2.0/token?client-request-id=1", ud_front_token, 0 },
        { "POST", "/contoso/oauth2/v2.0/devicecode", ud_front_devicecode, 0 },
        { "GET", "/v1.0/me", ud_front_me, 0 },
        { "GET", "/v1.0/deviceManagement/managedDevices", ud_front_devices, 0 },
        { "GET", "/beta/deviceManagement/managedDevices/" ID, ud_front_device, 0 },
        { "POST", "/beta/deviceManagement/managedDevices/" ID "/rotateBitLockerKeys", ud_front_rotate_bitlocker, 0 },
        { "POST", "/beta/deviceManagement/managedDevices/" ID "/microsoft.graph.rotateFileVaultKey", ud_front_rotate_filevault,
            0 },
        { "GET", "/beta/deviceManagement/managedDevices/" ID "/getFileVaultKey()", ud_front_filevault, 0 },
        { "GET", "/escrow/v1/devices/" ID "/keys", ud_front_device_keys, 0 },
        { "GET", "/device", ud_front_approve_page, 0 },
        { "POST", "/device", ud_front_approve_post, 0 },
        { "POST", "/v1.0/deviceManagement/managedDevices/" ID "/rotateBitLockerKeys", NULL, 400 },
        { "POST", "/beta/deviceManagement/managedDevices/" ID "/getFileVaultKey", NULL, 405 },
        { "DELETE", "/v1.0/me", NULL, 405 },
        { "GET", "/v1.0/deviceManagement/managedDevices/not-a-guid", NULL, 400 },
        { "GET", "/v1.0/nonsense", NULL, 400 },
        { "GET", "/v9/me", NULL, 404 },
        { "GET", "/", NULL, 404 },
        { "GET", "/con%3Ctoso/discovery/v2.0/keys", NULL, 404 },
        { "GET", "/v1.0/me/", NULL, 400 },
        { "POST", "/contoso/v2.0/.well-known/openid-configuration", NULL, 405 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ud_call *c = call_of(cases[i].method, cases[i].uri);
        bool found = ud_route_find(c);
        if (found != (cases[i].handle != NULL))
            fail_msg("%s %s: %u", cases[i].method, cases[i].uri, c->response.status);
        if (found)
            assert_true(c->route->handle == cases[i].handle);
        else if (c->response.status != cases[i].status)
            fail_msg("%s %s: %u", cases[i].method, cases[i].uri, c->response.status);
        ud_call_free(&c);
    }
}

static void
every_call_of_ours_stands_in_the_protocol(void **state)
{
    struct ud_buf doc;
    size_t count;
    const struct ud_route *r = ud_route_table(&count);
    char call[160];

    (void)state;
    ud_buf_init(&doc, 1 << 20);
    assert_int_equal(ud_file_read(&doc, "doc/protocol.md", doc.max, NULL), UD_OK);
    ud_buf_byte(&doc, '\0');
    for (size_t i = 0; i < count; i++) {
        if (strncmp(r[i].path, "escrow/v1/", 10) != 0)
            continue;
        (void)snprintf(call, sizeof(call), "`%s /%s", r[i].method, r[i].path);
        const char *at = strstr(doc.data, call);
        if (at == NULL || strchr("` ?", at[strlen(call)]) == NULL)
            fail_msg("%s is not in doc/protocol.md", call + 1);
    }
    ud_buf_free(&doc);
}

static void
every_call_but_sign_in_asks_for_a_token(void **state)
{
    static const char *const open[] = { ".well-known/escrow", "device", "escrow/v1/device/deposit-key", "escrow/v1/branding" };
    size_t count;
    const struct ud_route *r = ud_route_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        bool is_open = strncmp(r[i].path, "{tenant}", 8) == 0;
        for (size_t k = 0; k < sizeof(open) / sizeof(open[0]); k++)
            is_open = is_open || strcmp(open[k], r[i].path) == 0;
        if ((r[i].auth == UD_ROUTE_OPEN) != is_open)
            fail_msg("%s %s", r[i].method, r[i].path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_split_and_decoded),
        cmocka_unit_test(hostile_targets_are_refused),
        cmocka_unit_test(a_target_longer_than_eight_kib_is_refused),
        cmocka_unit_test(encoding_keeps_only_unreserved_characters),
        cmocka_unit_test(a_form_gives_text_and_secrets_and_skips_the_rest),
        cmocka_unit_test(broken_forms_are_refused),
        cmocka_unit_test(filters_are_understood_or_refused),
        cmocka_unit_test(a_next_link_leads_back_to_its_row_and_keeps_the_options),
        cmocka_unit_test(unknown_options_and_senseless_values_are_answered_400),
        cmocka_unit_test(a_page_is_never_larger_than_a_thousand),
        cmocka_unit_test(a_selection_sets_a_bit_for_each_name),
        cmocka_unit_test(addresses_find_their_handlers),
        cmocka_unit_test(every_call_of_ours_stands_in_the_protocol),
        cmocka_unit_test(every_call_but_sign_in_asks_for_a_token),
    };

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ud_call_free_spares(&front);
    return failed;
}
