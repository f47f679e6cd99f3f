/* One key: revealed at most once and only when it is one, replaced, and the proof that it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support_graph.h"

#define ID     "8a5d13d6-0000-4000-8000-00000000000a"
#define ENTRA  "bbbbbbbb-0000-4000-8000-000000000003"
#define DEVICE "aaaaaaaa-0000-4000-8000-000000000003"
#define SECRET "000011-000022-000033-000044-000055-000066-000077-000088"
#define META   "\"id\":\"" ID "\",\"createdDateTime\":\"2026-08-01T10:00:00Z\",\"deviceId\":\"" ENTRA "\",\"volumeType\":\"1\""

struct answer_of {
    int code;
    const char *headers; /* NULL: JSON */
    const char *body;    /* NULL: the connection is cut */
    const char *cut;     /* sent before it is cut */
};

static void
one_answer(struct test_connection *c, const struct test_request *r, void *arg)
{
    const struct answer_of *a = ((struct fake_graph *)arg)->user;

    (void)r;
    if (a->body == NULL) {
        test_send_text(c, a->cut);
        test_close(c);
    } else if (a->headers != NULL) {
        test_reply(c, a->code, a->headers, a->body);
    } else {
        test_reply_json(c, a->code, a->body);
    }
}

struct scene {
    struct desk d;
    struct ud_source_reveal what;
    struct ud_secret *half;
    unsigned before; /* requests up to the reveal */
};

static void
open_scene(struct scene *s, struct answer_of *a, enum ud_kind kind)
{
    struct ud_error e;

    memset(s, 0, sizeof(*s));
    desk_open(&s->d, one_answer);
    s->d.graph.user = a;
    desk_sign_in(&s->d);
    s->what.kind = kind;
    s->what.key = test_guid(ID);
    s->what.entra = test_guid(ENTRA);
    s->what.device = test_guid(DEVICE);
    assert_int_equal(ud_seal_keypair(s->what.public_key, &s->half, &e), UD_OK);
    s->before = test_server_count(s->d.graph.server);
}

static enum ud_status
reveal(struct scene *s)
{
    ud_source_reveal(desk_call(&s->d), &s->what);
    return desk_run(&s->d);
}

static unsigned
sent(struct scene *s)
{
    return test_server_count(s->d.graph.server) - s->before;
}

static void
close_scene(struct scene *s)
{
    ud_secret_free(&s->half);
    desk_close(&s->d);
}

static void
expect_key(struct scene *s, const char *wanted)
{
    struct ud_secret *key = NULL;
    struct ud_error e;

    if (!s->d.revealed)
        fail_msg("%s", s->d.error.message);
    assert_int_equal(ud_seal_open(&key, s->d.sealed, s->d.sealed_length, s->half, &e), UD_OK);
    assert_int_equal(ud_secret_length(key), strlen(wanted));
    assert_memory_equal(ud_secret_open(key), wanted, strlen(wanted));
    ud_secret_close(key);
    ud_secret_free(&key);
}

/* --- what comes back ------------------------------------------------------------------------------------------------------------- */

static void
bitlocker_key_is_asked_for_alone_and_comes_sealed(void **state)
{
    static const char *const bodies[] = { "{\"@odata.context\":\"x\"," META ",\"key\":\"" SECRET "\"}",
        "{\"value\":{" META ",\"key\":\"" SECRET "\"}}", "{\"key\":\"" SECRET "\"}" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct answer_of a = { 200, NULL, bodies[i], NULL };
        struct scene s;
        open_scene(&s, &a, UD_KIND_BITLOCKER);
        assert_int_equal(reveal(&s), UD_OK);
        expect_key(&s, SECRET);
        assert_int_equal(ud_guid_compare(&s.d.revealed_key, &s.what.key), 0);
        assert_int_equal(ud_guid_compare(&s.d.revealed_device, &s.what.device), 0);
        struct test_request r = test_server_request(s.d.graph.server, s.before);
        assert_string_equal(r.path, "/v1.0/informationProtection/bitlocker/recoveryKeys/" ID "?$select=key");
        assert_int_equal(sent(&s), 1);
        close_scene(&s);
    }
}

static void
filevault_key_is_asked_for_by_device(void **state)
{
    struct answer_of a = { 200, NULL, "{\"value\":\"ABCD-EFGH-JKLM-NPQR-TUVW-XYZ2\"}", NULL };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_FILEVAULT);
    assert_int_equal(reveal(&s), UD_OK);
    expect_key(&s, "ABCD-EFGH-JKLM-NPQR-TUVW-XYZ2");
    struct test_request r = test_server_request(s.d.graph.server, s.before);
    assert_string_equal(r.method, "GET");
    assert_string_equal(r.path, "/beta/deviceManagement/managedDevices/" DEVICE "/getFileVaultKey");
    close_scene(&s);
}

static void
local_password_is_turned_from_utf16(void **state)
{
    struct answer_of a = { 200, NULL,
        "{\"id\":\"" ENTRA "\",\"deviceName\":\"WIN-3\",\"credentials\":["
        "{\"accountName\":\"Administrator\",\"backupDateTime\":\"2026-01-01T00:00:00Z\",\"passwordBase64\":\"bwBsAGQA\"},"
        "{\"accountName\":\"Administrator\",\"backupDateTime\":\"2026-08-01T00:00:00Z\",\"passwordBase64\":\"UAB3ACEAMQA=\"}]}",
        NULL };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_LAPS);
    assert_int_equal(reveal(&s), UD_OK);
    expect_key(&s, "Pw!1");
    close_scene(&s);
}

static void
answer_about_another_key_is_passed_on_as_it_is(void **state)
{
    struct answer_of a = { 200, NULL,
        "{\"id\":\"8a5d13d6-0000-4000-8000-0000000000ff\",\"deviceId\":\"cccccccc-0000-4000-8000-000000000001\",\"key\":\"" SECRET
        "\"}",
        NULL };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_BITLOCKER);
    assert_int_equal(reveal(&s), UD_OK);
    assert_int_not_equal(ud_guid_compare(&s.d.revealed_key, &s.what.key), 0); /* the console compares */
    assert_int_not_equal(ud_guid_compare(&s.d.revealed_device, &s.what.device), 0);
    close_scene(&s);
}

static void
what_is_no_recovery_key_is_never_passed_on(void **state)
{
    static const char *const keys[] = { "000011-000022-000033-000044-000055-000066-000077",
        "000011-000022-000033-000044-000055-000066-000077-000088-000099",
        "000012-000022-000033-000044-000055-000066-000077-000088", "720896-000022-000033-000044-000055-000066-000077-000088",
        "000011 000022 000033 000044 000055 000066 000077 000088", "00001a-000022-000033-000044-000055-000066-000077-000088",
        "\\u001b[31m1-000022-000033-000044-000055-000066-000077-000088",
        ("\xEF\xBC\x90"
         "00011-000022-000033-000044-000055-000066-000077-000088") };

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char body[512];
        struct answer_of a = { 200, NULL, body, NULL };
        struct scene s;
        snprintf(body, sizeof(body), "{" META ",\"key\":\"%s\"}", keys[i]);
        open_scene(&s, &a, UD_KIND_BITLOCKER);
        size_t live = ud_secret_live();
        assert_int_equal(reveal(&s), UD_MALFORMED);
        assert_false(s.d.revealed);
        assert_null(strstr(s.d.error.message, "000022"));
        assert_int_equal(ud_secret_live(), live);
        close_scene(&s);
    }
}

static void
answer_without_the_key_means_a_missing_right(void **state)
{
    struct answer_of a = { 200, NULL, "{" META "}", NULL }, none = { 200, NULL, "{\"value\":null}", NULL };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_BITLOCKER);
    assert_int_equal(reveal(&s), UD_DENIED);
    close_scene(&s);
    open_scene(&s, &none, UD_KIND_FILEVAULT);
    assert_int_equal(reveal(&s), UD_NOTFOUND);
    close_scene(&s);
}

static void
refusal_is_told_and_not_taken_for_a_disclosure(void **state)
{
    static struct {
        struct answer_of a;
        enum ud_status status;
    } cases[] = {
        { { 403, NULL, "{\"error\":{\"code\":\"authorization_error\",\"message\":\"Failed to authorize\"}}", NULL }, UD_DENIED },
        { { 404, NULL, "{\"error\":{\"code\":\"itemNotFound\",\"message\":\"\"}}", NULL }, UD_NOTFOUND },
        { { 401, NULL, "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"\"}}", NULL }, UD_SIGNIN },
        { { 429, "Retry-After: 7\r\n", "", NULL }, UD_THROTTLED },
        { { 503, NULL, "{\"error\":{\"code\":\"audit_unavailable\",\"message\":\"\"}}", NULL }, UD_DENIED },
        { { 500, NULL, "{}", NULL }, UD_FAILED },
        { { 302, "Location: https://evil.example/\r\n", "", NULL }, UD_MALFORMED },
        { { 200, "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{\"key\":\"" SECRET "\"}", NULL },
            UD_MALFORMED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene s;
        open_scene(&s, &cases[i].a, UD_KIND_BITLOCKER);
        if (reveal(&s) != cases[i].status)
            fail_msg("%d: %s: %s", cases[i].a.code, ud_status_name(s.d.status), s.d.error.message);
        assert_false(s.d.revealed);
        assert_int_equal(sent(&s), 1);
        if (cases[i].a.code == 429)
            assert_int_equal(s.d.retry_after, 7);
        close_scene(&s);
    }
}

static void
broken_connection_leaves_it_uncertain_and_is_not_tried_again(void **state)
{
    static struct answer_of cuts[] = {
        { 0, NULL, NULL, "" },
        { 0, NULL, NULL, "HTTP/1.1 200 OK\r\n" },
        { 0, NULL, NULL, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n" },
        { 0, NULL, NULL,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 300\r\n\r\n{\"key\":\"000011-0000" },
        { 0, NULL, NULL, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"key" },
        { 502, NULL, "{}", NULL },
        { 504, "", "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        struct scene s;
        open_scene(&s, &cuts[i], UD_KIND_BITLOCKER);
        size_t live = ud_secret_live();
        if (reveal(&s) != UD_UNCERTAIN)
            fail_msg("%zu: %s: %s", i, ud_status_name(s.d.status), s.d.error.message);
        assert_int_equal(sent(&s), 1);
        assert_false(s.d.revealed);
        assert_int_equal(ud_secret_live(), live);
        close_scene(&s);
    }
}

static void
service_that_is_not_there_leaves_nothing_uncertain(void **state)
{
    struct answer_of a = { 200, NULL, "{}", NULL };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_BITLOCKER);
    /* the same source, whose service has gone from its socket */
    test_server_stop(&s.d.graph.server);
    assert_int_equal(reveal(&s), UD_OFFLINE);
    ud_secret_free(&s.half);
    ud_source_free(&s.d.source);
    ud_http_free(&s.d.http);
}

/* --- a new key ------------------------------------------------------------------------------------------------------------------- */

struct fleet {
    const char *action; /* element of deviceActionResults, or "" */
    const char *keys;   /* elements of the key list */
};

static void
rotating_graph(struct test_connection *c, const struct test_request *r, void *arg)
{
    const struct fleet *f = ((struct fake_graph *)arg)->user;
    char body[2048];

    if (strcmp(r->method, "POST") == 0) {
        test_reply(c, 204, "", "");
    } else if (strstr(r->path, "/beta/deviceManagement/managedDevices/" DEVICE "?$select=id,deviceActionResults") != NULL) {
        snprintf(body, sizeof(body),
            "{\"id\":\"" DEVICE "\",\"lastSyncDateTime\":\"2026-08-20T09:00:00Z\",\"deviceActionResults\":[%s]}", f->action);
        test_reply_json(c, 200, body);
    } else {
        snprintf(body, sizeof(body), "{\"value\":[%s]}", f->keys);
        test_reply_json(c, 200, body);
    }
}

#define OLD "{\"id\":\"" ID "\",\"createdDateTime\":\"2026-08-01T10:00:00Z\",\"deviceId\":\"" ENTRA "\",\"volumeType\":1}"
#define NEW                                                                                                                      \
    "{\"id\":\"11111111-0000-4000-8000-00000000000a\",\"createdDateTime\":\"2026-08-20T10:05:00Z\",\"deviceId\":\"" ENTRA        \
    "\",\"volumeType\":1}"
#define ACTION(name, state, start, error)                                                                                        \
    "{\"actionName\":\"" name "\",\"actionState\":\"" state "\",\"startDateTime\":\"" start                                      \
    "\",\"lastUpdatedDateTime\":\"" start "\",\"errorCode\":" error "}"
#define NOW     "2026-08-20T10:00:01Z"
#define EARLIER "2026-08-19T10:00:00Z"

static void
new_key_is_believed_only_when_it_is_there(void **state)
{
    static const struct {
        enum ud_kind kind;
        struct fleet fleet;
        enum ud_source_rotation_state wanted;
        const char *says;
    } cases[] = {
        { UD_KIND_BITLOCKER, { "", OLD }, UD_SOURCE_ROT_NONE, "" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "pending", NOW, "0"), OLD }, UD_SOURCE_ROT_PENDING, "" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "done", NOW, "0"), OLD }, UD_SOURCE_ROT_PENDING, "" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "done", NOW, "0"), OLD "," NEW }, UD_SOURCE_ROT_DONE, "" },
        { UD_KIND_BITLOCKER, { "", NEW }, UD_SOURCE_ROT_DONE, "" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "failed", NOW, "-2144272376"), OLD }, UD_SOURCE_ROT_FAILED,
            "BitLocker is not on" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "failed", NOW, "0"), OLD }, UD_SOURCE_ROT_FAILED, "could not" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "notSupported", NOW, "0"), OLD }, UD_SOURCE_ROT_FAILED,
            "not support" },
        { UD_KIND_BITLOCKER, { ACTION("rotateBitLockerKeys", "failed", EARLIER, "-2144272376"), OLD }, UD_SOURCE_ROT_NONE, "" },
        { UD_KIND_FILEVAULT, { ACTION("rotateFileVaultKey", "done", NOW, "0"), "" }, UD_SOURCE_ROT_DONE, "" },
        { UD_KIND_FILEVAULT, { ACTION("rotateFileVaultKey", "done", EARLIER, "0"), "" }, UD_SOURCE_ROT_NONE, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ud_source_rotation what = {
            .kind = cases[i].kind, .device = test_guid(DEVICE), .entra = test_guid(ENTRA), .old_key = test_guid(ID)
        };
        struct desk d;
        desk_open(&d, rotating_graph);
        d.graph.user = (void *)&cases[i].fleet;
        desk_sign_in(&d);
        assert_true(ud_wall_parse(&what.since, "2026-08-20T10:00:00Z", 20));
        ud_source_rotation(desk_call(&d), &what);
        assert_int_equal(desk_run(&d), UD_OK);
        assert_true(d.has_rotation);
        if (d.rotation.state != cases[i].wanted || strstr(d.rotation_message, cases[i].says) == NULL)
            fail_msg("%zu: state %d, %s", i, (int)d.rotation.state, d.rotation_message);
        assert_int_not_equal(d.rotation.last_checkin, UD_WALL_NONE);
        desk_close(&d);
    }
}

static void
new_key_is_asked_for_once_with_an_empty_body(void **state)
{
    static const struct {
        enum ud_kind kind;
        const char *path;
    } cases[] = {
        { UD_KIND_BITLOCKER, "/beta/deviceManagement/managedDevices/" DEVICE "/rotateBitLockerKeys" },
        { UD_KIND_FILEVAULT, "/beta/deviceManagement/managedDevices/" DEVICE "/rotateFileVaultKey" },
        { UD_KIND_LAPS, "/beta/deviceManagement/managedDevices/" DEVICE "/rotateLocalAdminPassword" },
    };
    struct ud_source_rotate what = { .device = test_guid(DEVICE) };
    struct desk d;

    (void)state;
    desk_open(&d, rotating_graph);
    desk_sign_in(&d);
    for (size_t i = 0; i < 3; i++) {
        unsigned before = test_server_count(d.graph.server);
        what.kind = cases[i].kind;
        ud_source_rotate(desk_call(&d), &what);
        assert_int_equal(desk_run(&d), UD_OK);
        struct test_request r = test_server_request(d.graph.server, before);
        assert_string_equal(r.method, "POST");
        assert_string_equal(r.path, cases[i].path);
        assert_string_equal(r.body, "");
        assert_int_equal(test_server_count(d.graph.server), before + 1);
    }
    what.kind = UD_KIND_LUKS;
    ud_source_rotate(desk_call(&d), &what);
    assert_int_equal(desk_run(&d), UD_UNSUPPORTED);
    desk_close(&d);
}

static void
refused_rotation_is_not_doubled(void **state)
{
    struct answer_of a = { 503, NULL, "{}", NULL };
    struct ud_source_rotate what = { .kind = UD_KIND_BITLOCKER, .device = test_guid(DEVICE) };
    struct scene s;

    (void)state;
    open_scene(&s, &a, UD_KIND_BITLOCKER);
    ud_source_rotate(desk_call(&s.d), &what);
    assert_int_equal(desk_run(&s.d), UD_OFFLINE);
    assert_int_equal(sent(&s), 1);
    close_scene(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bitlocker_key_is_asked_for_alone_and_comes_sealed),
        cmocka_unit_test(filevault_key_is_asked_for_by_device),
        cmocka_unit_test(local_password_is_turned_from_utf16),
        cmocka_unit_test(answer_about_another_key_is_passed_on_as_it_is),
        cmocka_unit_test(what_is_no_recovery_key_is_never_passed_on),
        cmocka_unit_test(answer_without_the_key_means_a_missing_right),
        cmocka_unit_test(refusal_is_told_and_not_taken_for_a_disclosure),
        cmocka_unit_test(broken_connection_leaves_it_uncertain_and_is_not_tried_again),
        cmocka_unit_test(service_that_is_not_there_leaves_nothing_uncertain),
        cmocka_unit_test(new_key_is_believed_only_when_it_is_there),
        cmocka_unit_test(new_key_is_asked_for_once_with_an_empty_body),
        cmocka_unit_test(refused_rotation_is_not_doubled),
    };

    return cmocka_run_group_tests(tests, test_source_setup, NULL);
}
