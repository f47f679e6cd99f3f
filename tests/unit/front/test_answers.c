/* What becomes of the vault's outcomes, and what handlers ask it: with a vault of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "escrowd/front/delay.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/grants.h"
#include "escrowd/front/route.h"
#include "wire/device_api.h"
#include "wire/json.h"

#define ID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

static struct ud_front front;
static struct ud_vault_request asked; /* the last question; its text is gone by now */
static struct ud_vault_deposit deposit;
static unsigned char box[256];
static struct ud_secret *vault_key;
static unsigned questions;

/* Stands in for the socket: keeps the question. */
enum ud_status
ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *err)
{
    (void)f;
    (void)c;
    (void)err;
    questions++;
    asked = *r;
    deposit = r->deposit;
    if (deposit.sealed_length > 0 && deposit.sealed_length <= sizeof(box))
        memcpy(box, deposit.sealed, deposit.sealed_length);
    return UD_OK;
}

static struct ud_call *
call(const char *method, const char *uri)
{
    struct ud_call *c = ud_call_new(&front, uri);

    snprintf(c->method, sizeof(c->method), "%s", method);
    snprintf(c->origin, sizeof(c->origin), "https://escrow.example");
    snprintf(c->address, sizeof(c->address), "192.0.2.1");
    assert_true(ud_route_find(c));
    return c;
}

static struct ud_vault_reply *
reply(enum ud_vault_code code)
{
    struct ud_vault_reply *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->op = asked.op;
    r->code = code;
    r->message = "";
    r->field = "";
    return r;
}

static void
expect_code(const struct ud_call *c, unsigned status, const char *code)
{
    struct ud_json *doc = NULL;
    char text[64];

    if (c->response.status != status)
        fail_msg("%u instead of %u", c->response.status, status);
    assert_int_equal(ud_json_parse(&doc, c->response.body.data, c->response.body.length, NULL), UD_OK);
    assert_int_equal(ud_json_get_text(text, sizeof(text), ud_json_member(doc, "error"), "code", NULL), UD_OK);
    assert_string_equal(text, code);
    ud_json_free(&doc);
}

static void
every_outcome_of_the_vault_has_its_status_and_code(void **state)
{
    static const struct {
        enum ud_vault_code code;
        unsigned status;
        const char *escrow, *graph;
        bool retry;
    } cases[] = {
        { UD_VAULT_UNAUTHENTICATED, 401, "InvalidAuthenticationToken", "InvalidAuthenticationToken", false },
        { UD_VAULT_FORBIDDEN, 403, "authorization_error", "authorization_error", false },
        { UD_VAULT_REASON_REQUIRED, 403, "reason_required", "authorization_error", false },
        { UD_VAULT_PERSONAL_DEVICE, 403, "personal_device", "authorization_error", false },
        { UD_VAULT_NOT_FOUND, 404, "not_found", "ResourceNotFound", false },
        { UD_VAULT_INVALID, 400, "invalid_request", "invalid_request", false },
        { UD_VAULT_ALREADY_USED, 409, "already_used", "already_used", false },
        { UD_VAULT_THROTTLED, 429, "TooManyRequests", "TooManyRequests", true },
        { UD_VAULT_AUDIT_UNAVAILABLE, 503, "audit_unavailable", "audit_unavailable", true },
        { UD_VAULT_UNAVAILABLE, 503, "serviceNotAvailable", "serviceNotAvailable", true },
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = i / 2;
        bool graph = i % 2 == 1;
        struct ud_call *c = call("GET", graph ? "/v1.0/me" : "/escrow/v1/policy");
        c->route->handle(c);
        assert_true(c->waiting);
        ud_call_answered(c, reply(cases[n].code));
        expect_code(c, cases[n].status, graph ? cases[n].graph : cases[n].escrow);
        assert_int_equal(c->response.retry_after > 0, cases[n].retry);
        assert_int_equal(c->response.challenge, cases[n].status == 401);
        ud_call_free(&c);
    }
}

static void
a_throttled_caller_is_told_how_long(void **state)
{
    struct ud_call *c = call("GET", "/v1.0/me");
    struct ud_vault_reply *r;

    (void)state;
    c->route->handle(c);
    r = reply(UD_VAULT_THROTTLED);
    r->retry_after = 42;
    ud_call_answered(c, r);
    assert_int_equal(c->response.retry_after, 42);
    ud_call_free(&c);
}

static void
a_secret_that_arrives_in_clear_is_sealed_before_the_vault_is_asked(void **state)
{
    static const char text[] = "{\"id\":\"" ID "\",\"kind\":\"bitlocker\",\"volume\":\"os\","
                               "\"secret\":\"000000000011000022000033000044000055000066000077\"}";
    static const char stored[] = "000000-000011-000022-000033-000044-000055-000066-000077";
    struct ud_secret *opened = NULL, *wanted = NULL;
    struct ud_call *c = call("POST", "/escrow/v1/device/keys");
    struct ud_opener opener;

    (void)state;
    assert_int_equal(ud_secret_new(&c->secret_body, sizeof(text), NULL), UD_OK);
    assert_int_equal(ud_secret_append(c->secret_body, text, sizeof(text) - 1, NULL), UD_OK);
    c->route->handle(c);
    assert_true(c->waiting);
    assert_null(c->secret_body);
    assert_int_equal(asked.op, UD_VAULT_DEPOSIT);
    assert_true(deposit.by_sealer);
    assert_int_equal(ud_secret_new(&opened, sizeof(stored), NULL), UD_OK);
    assert_int_equal(ud_opener_init(&opener, NULL), UD_OK);
    assert_int_equal(ud_opener_open(&opener, opened, box, deposit.sealed_length, vault_key, NULL), UD_OK);
    ud_opener_clear(&opener);
    assert_int_equal(ud_secret_new(&wanted, sizeof(stored), NULL), UD_OK);
    assert_int_equal(ud_secret_append(wanted, stored, sizeof(stored) - 1, NULL), UD_OK);
    assert_true(ud_secret_equal(opened, wanted));
    ud_call_answered(c, reply(UD_VAULT_OK));
    assert_int_equal(c->response.status, 201);
    ud_secret_free(&opened);
    ud_secret_free(&wanted);
    ud_call_free(&c);
}

static void
a_key_with_a_wrong_group_never_reaches_the_vault(void **state)
{
    static const char text[] = "{\"id\":\"" ID "\",\"kind\":\"bitlocker\",\"volume\":\"os\","
                               "\"secret\":\"000001-000011-000022-000033-000044-000055-000066-000077\"}";
    struct ud_call *c = call("POST", "/escrow/v1/device/keys");
    unsigned before = questions;

    (void)state;
    assert_int_equal(ud_secret_new(&c->secret_body, sizeof(text), NULL), UD_OK);
    assert_int_equal(ud_secret_append(c->secret_body, text, sizeof(text) - 1, NULL), UD_OK);
    c->route->handle(c);
    assert_int_equal(questions, before);
    expect_code(c, 400, "invalid_request");
    assert_null(strstr(c->response.body.data, "000011"));
    ud_call_free(&c);
}

static void
a_training_call_does_not_exist_on_a_real_service(void **state)
{
    struct ud_call *c = call("GET", "/escrow/v1/training/work");
    unsigned before = questions;

    (void)state;
    c->route->handle(c);
    assert_int_equal(c->response.status, 404);
    assert_int_equal(questions, before);
    ud_call_free(&c);
}

static void
the_question_carries_the_token_and_it_is_wiped_from_the_request(void **state)
{
    struct ud_call *c = call("GET", "/v1.0/deviceManagement/managedDevices/" ID);

    (void)state;
    memset(&c->auth, 7, sizeof(c->auth));
    c->route->handle(c);
    assert_memory_equal(&asked.auth, &c->auth, sizeof(asked.auth));
    assert_memory_equal(&asked.call, &c->request_id, sizeof(asked.call));
    assert_int_equal(asked.op, UD_VAULT_DEVICE);
    ud_vault_reply_free(&c->reply);
    ud_call_free(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_of_the_vault_has_its_status_and_code),
        cmocka_unit_test(a_throttled_caller_is_told_how_long),
        cmocka_unit_test(a_secret_that_arrives_in_clear_is_sealed_before_the_vault_is_asked),
        cmocka_unit_test(a_key_with_a_wrong_group_never_reaches_the_vault),
        cmocka_unit_test(a_training_call_does_not_exist_on_a_real_service),
        cmocka_unit_test(the_question_carries_the_token_and_it_is_wiped_from_the_request),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    if (ud_seal_keypair(front.deposit_key, &vault_key, NULL) != UD_OK ||
        ud_sealer_new(&front.sealer, front.deposit_key, NULL) != UD_OK ||
        ud_secret_new(&front.scratch, UD_RECOVERY_MAX, NULL) != UD_OK)
        return 1;
    front.delays = ud_delays_new();
    front.grants = ud_grants_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ud_call_free_spares(&front); /* while what it lets go is there */
    ud_delays_free(&front.delays);
    ud_grants_free(&front.grants);
    ud_secret_free(&front.scratch);
    ud_sealer_free(&front.sealer);
    ud_secret_free(&vault_key);
    return failed;
}
