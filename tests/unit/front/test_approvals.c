/* What the front asks the vault about approvals, and what it answers; with a vault of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"
#include "wire/approval.h"

#define ID  "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
#define ASK "{\"key\":\"" ID "\",\"kind\":\"bitlocker\",\"reason\":\"lost-pin\",\"request\":\"" ID "\"}"

static struct ud_front front;
static struct ud_vault_request asked;
static char note[UD_APPROVAL_NOTE], incident[UD_INCIDENT_MAX];
static unsigned questions;

enum ud_status
ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *err)
{
    (void)f;
    (void)c;
    (void)err;
    questions++;
    asked = *r;
    (void)ud_copy(note, sizeof(note), r->decide.note != NULL ? r->decide.note : "");
    (void)ud_copy(incident, sizeof(incident), r->surge.incident != NULL ? r->surge.incident : "");
    return UD_OK;
}

static struct ud_call *
call(const char *method, const char *uri, const char *body)
{
    struct ud_call *c = ud_call_new(&front, uri);

    snprintf(c->method, sizeof(c->method), "%s", method);
    assert_true(ud_route_find(c));
    if (body != NULL)
        ud_buf_text(&c->body, body);
    c->route->handle(c);
    return c;
}

static struct ud_vault_reply *
reply(size_t approvals)
{
    struct ud_vault_reply *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->op = asked.op;
    r->message = r->field = "";
    if (approvals > 0)
        r->approvals = calloc(approvals, sizeof(*r->approvals));
    r->approval_count = approvals;
    for (size_t i = 0; i < approvals; i++) {
        r->approvals[i].state = UD_APPROVAL_OPEN;
        assert_int_equal(ud_guid_parse(&r->approvals[i].id, ID, 36, NULL), UD_OK);
    }
    return r;
}

static void
asking_hands_over_the_whole_reason_and_answers_201(void **state)
{
    struct ud_call *c = call("POST", "/escrow/v1/approvals", ASK);
    struct ud_approval_request got;

    (void)state;
    assert_int_equal(asked.op, UD_VAULT_APPROVAL_ASK);
    assert_true(asked.reveal.has_key && !asked.reveal.has_device);
    assert_string_equal(asked.reveal.why.reason, "lost-pin");
    ud_call_answered(c, reply(1));
    assert_int_equal(c->response.status, 201);
    assert_int_equal(ud_wire_approval_decode(&got, c->response.body.data, c->response.body.length, NULL), UD_OK);
    assert_int_equal(got.state, UD_APPROVAL_OPEN);
    ud_call_free(&c);
}

static void
a_list_can_be_waited_for(void **state)
{
    struct ud_call *c = call("GET", "/escrow/v1/approvals?state=open&since=17&wait_ms=30000", NULL);

    (void)state;
    assert_int_equal(asked.op, UD_VAULT_APPROVALS);
    assert_true(asked.approvals.open && asked.approvals.since == 17 && asked.wait_ms == 30000);
    ud_call_answered(c, reply(2));
    assert_int_equal(c->response.status, 200);
    assert_non_null(strstr(c->response.body.data, "\"revision\":0"));
    ud_call_free(&c);
    c = call("GET", "/escrow/v1/approvals/" ID "?known=open&wait_ms=1000", NULL);
    assert_int_equal(asked.op, UD_VAULT_APPROVAL);
    assert_int_equal(asked.approvals.known, UD_APPROVAL_OPEN);
    ud_call_answered(c, reply(1));
    assert_int_equal(c->response.status, 200);
    ud_call_free(&c);
}

static void
numbers_and_states_that_are_none_are_refused(void **state)
{
    static const char *const uri[] = { "/escrow/v1/approvals?wait_ms=30001", "/escrow/v1/approvals?wait_ms=-1",
        "/escrow/v1/approvals?wait_ms=", "/escrow/v1/approvals?since=1x", "/escrow/v1/approvals?state=granted",
        "/escrow/v1/approvals/" ID "?known=perhaps", "/escrow/v1/approvals/" ID "?wait_ms=99999999999999999999" };
    unsigned before = questions;

    (void)state;
    for (size_t i = 0; i < sizeof(uri) / sizeof(uri[0]); i++) {
        struct ud_call *c = call("GET", uri[i], NULL);
        assert_int_equal(c->response.status, 400);
        ud_call_free(&c);
    }
    assert_int_equal(questions, before);
}

static void
a_decision_and_a_surge_reach_the_vault(void **state)
{
    struct ud_call *c = call("POST", "/escrow/v1/approvals/" ID, "{\"decision\":\"deny\",\"note\":\"not now\"}");

    (void)state;
    assert_int_equal(asked.op, UD_VAULT_APPROVAL_DECIDE);
    assert_int_equal(asked.decide.decision, UD_APPROVAL_DENY);
    assert_string_equal(note, "not now");
    ud_call_answered(c, reply(1));
    ud_call_free(&c);
    c = call("POST", "/escrow/v1/approvals/" ID "/withdraw", "{}");
    assert_int_equal(asked.op, UD_VAULT_APPROVAL_WITHDRAW);
    ud_call_answered(c, reply(1));
    ud_call_free(&c);
    c = call("POST", "/escrow/v1/surge", "{\"incident\":\"INC9\",\"hours\":2}");
    assert_int_equal(asked.op, UD_VAULT_SURGE);
    assert_string_equal(incident, "INC9");
    assert_int_equal(asked.surge.hours, 2);
    ud_call_answered(c, reply(0));
    assert_int_equal(c->response.status, 200);
    ud_call_free(&c);
}

static void
every_refusal_has_its_own_code(void **state)
{
    static const struct {
        enum ud_vault_code code;
        unsigned status;
        const char *text;
    } row[] = {
        { UD_VAULT_APPROVAL_REQUIRED, 403, "\"approval_required\"" },
        { UD_VAULT_APPROVAL_DENIED, 403, "\"approval_denied\"" },
        { UD_VAULT_APPROVAL_EXPIRED, 403, "\"approval_expired\"" },
        { UD_VAULT_SELF_APPROVAL, 403, "\"self_approval\"" },
        { UD_VAULT_APPROVAL_USED, 409, "\"approval_used\"" },
        { UD_VAULT_APPROVAL_DECIDED, 409, "\"approval_decided\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_call *c = call("GET", "/escrow/v1/approvals/" ID, NULL);
        struct ud_vault_reply *r = reply(0);
        r->code = row[i].code;
        ud_call_answered(c, r);
        assert_int_equal(c->response.status, row[i].status);
        assert_non_null(strstr(c->response.body.data, row[i].text));
        ud_call_free(&c);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_hands_over_the_whole_reason_and_answers_201),
        cmocka_unit_test(a_list_can_be_waited_for),
        cmocka_unit_test(numbers_and_states_that_are_none_are_refused),
        cmocka_unit_test(a_decision_and_a_surge_reach_the_vault),
        cmocka_unit_test(every_refusal_has_its_own_code),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    ud_call_free_spares(&front);
    return failed;
}
