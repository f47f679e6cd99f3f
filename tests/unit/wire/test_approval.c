/* Approvals and the surge, both ways. */
#include "tests/unit/wire/support.h"

#include "wire/approval.h"
#include "wire/escrow.h"

static struct ud_buf b;
static struct ud_json_writer w;

static int
set_up(void **state)
{
    (void)state;
    ud_buf_init(&b, 1 << 20);
    ud_json_writer_init(&w, &b);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ud_buf_free(&b);
    return 0;
}

static struct ud_approval_request
sample(void)
{
    struct ud_approval_request a = { .id = guid_of(ID_A),
        .request = guid_of(ID_B),
        .key = guid_of(ID_C),
        .device = guid_of(ID_B),
        .kind = UD_KIND_BITLOCKER,
        .state = UD_APPROVAL_GRANTED,
        .own = true,
        .created = 1800000000000,
        .expires = 1800000900000,
        .decided = 1800000060000,
        .left = 840000,
        .why = { .reason = "lost-pin", .ticket = "INC1", .note = "n\"ote", .caller = "Caller", .verified = "called back" } };

    strcpy(a.requester, "R\xc3\xa9gis");
    strcpy(a.account, "r@corp.example");
    strcpy(a.device_name, "LT-1");
    strcpy(a.serial, "SN1");
    strcpy(a.user, "a@corp.example");
    strcpy(a.approver, "K");
    strcpy(a.answer, "fine");
    return a;
}

static void
assert_same(const struct ud_approval_request *a, const struct ud_approval_request *x)
{
    assert_memory_equal(&a->id, &x->id, sizeof(a->id));
    assert_memory_equal(&a->key, &x->key, sizeof(a->key));
    assert_memory_equal(&a->device, &x->device, sizeof(a->device));
    assert_memory_equal(&a->request, &x->request, sizeof(a->request));
    assert_true(a->state == x->state && a->own == x->own && a->kind == x->kind);
    assert_true(a->created == x->created && a->expires == x->expires && a->decided == x->decided && a->left == x->left);
    assert_string_equal(a->why.note, x->why.note);
    assert_string_equal(a->why.verified, x->why.verified);
    assert_string_equal(a->requester, x->requester);
    assert_string_equal(a->account, x->account);
    assert_string_equal(a->device_name, x->device_name);
    assert_string_equal(a->serial, x->serial);
    assert_string_equal(a->user, x->user);
    assert_string_equal(a->approver, x->approver);
    assert_string_equal(a->answer, x->answer);
}

static void
an_approval_reads_back(void **state)
{
    struct ud_approval_request a = sample(), got;

    (void)state;
    ud_wire_approval_write(&w, &a);
    assert_int_equal(ud_wire_approval_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_same(&got, &a);
}

static void
an_approval_that_is_none_is_refused(void **state)
{
    static const char *const bodies[] = { "[]", "{}", "{\"id\":\"" ID_A "\",\"state\":\"perhaps\"}",
        "{\"id\":\"" ID_A "\",\"state\":\"open\",\"created\":\"2026-01-01T00:00:00Z\"}",
        "{\"id\":\"" ID_A "\",\"state\":\"open\",\"created\":\"2026-01-01T00:00:00Z\",\"expires\":\"2026-01-01T00:00:00Z\"}",
        "{\"id\":\"" ID_A "\",\"state\":\"open\",\"created\":\"2026-01-01T00:00:00Z\",\"expires\":\"2026-01-01T00:00:00Z\","
        "\"kind\":\"bitlocker\",\"left_s\":-1}" };
    struct ud_approval_request got;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_int_equal(ud_wire_approval_decode(&got, bodies[i], strlen(bodies[i]), NULL), UD_MALFORMED);
}

static void
keep(const struct ud_approval_request *a, void *arg)
{
    struct ud_approval_request **at = arg;

    *(*at)++ = *a;
}

static void
a_list_keeps_order_and_revision(void **state)
{
    struct ud_approval_request list[2] = { sample(), sample() }, got[2], *at = got;
    uint64_t revision = 0;

    (void)state;
    list[1].state = UD_APPROVAL_OPEN;
    ud_wire_approvals_write(&w, list, 2, 1800000000001);
    assert_int_equal(ud_wire_approvals_decode(&revision, keep, &at, b.data, b.length, NULL), UD_OK);
    assert_true(revision == 1800000000001);
    assert_true(at == got + 2);
    assert_same(&got[1], &list[1]);
    assert_int_equal(ud_wire_approvals_decode(&revision, keep, &at, "{\"value\":[]}", 12, NULL), UD_MALFORMED);
}

static void
what_is_asked_reads_back_and_names_a_key(void **state)
{
    struct ud_approval_request a = sample(), got;
    static const char nameless[] = "{\"kind\":\"luks\",\"request\":\"" ID_A "\",\"reason\":\"lost-pin\"}";

    (void)state;
    assert_int_equal(ud_wire_approval_ask_encode(&b, &a, NULL), UD_OK);
    assert_int_equal(ud_wire_approval_ask_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got.key, &a.key, sizeof(a.key));
    assert_memory_equal(&got.request, &a.request, sizeof(a.request));
    assert_string_equal(got.why.caller, "Caller");
    assert_int_equal(ud_wire_approval_ask_decode(&got, nameless, sizeof(nameless) - 1, NULL), UD_MALFORMED);
}

static void
a_decision_is_grant_or_deny(void **state)
{
    enum ud_approval_decision d = UD_APPROVAL_GRANT;
    char note[UD_APPROVAL_NOTE];

    (void)state;
    assert_int_equal(ud_wire_approval_decide_encode(&b, UD_APPROVAL_DENY, "no", NULL), UD_OK);
    assert_int_equal(ud_wire_approval_decide_decode(&d, note, b.data, b.length, NULL), UD_OK);
    assert_int_equal(d, UD_APPROVAL_DENY);
    assert_string_equal(note, "no");
    assert_int_equal(ud_wire_approval_decide_decode(&d, note, "{\"decision\":\"withdraw\"}", 23, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_approval_decide_decode(&d, note, "{}", 2, NULL), UD_MALFORMED);
}

static void
a_surge_has_an_incident_and_an_end(void **state)
{
    char incident[UD_INCIDENT_MAX];
    unsigned hours = 0;
    ud_wall ends = 0;

    (void)state;
    assert_int_equal(ud_wire_surge_encode(&b, "INC9", 12, NULL), UD_OK);
    assert_int_equal(ud_wire_surge_decode(incident, &hours, b.data, b.length, NULL), UD_OK);
    assert_string_equal(incident, "INC9");
    assert_int_equal(hours, 12);
    assert_int_equal(ud_wire_surge_decode(incident, &hours, "{\"incident\":\"x\",\"hours\":13}", 27, NULL), UD_MALFORMED);
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_surge_write(&w, "INC9", 1800000000000);
    assert_int_equal(ud_wire_surge_state_decode(incident, &ends, b.data, b.length, NULL), UD_OK);
    assert_true(ends == 1800000000000);
}

static void
the_policy_announces_a_surge_and_bounds_what_an_approval_lasts(void **state)
{
    static const char wrong[] = "{\"approval_expires_s\":59}", also[] = "{\"approval_expires_s\":3601}",
                      word[] = "{\"approval\":\"maybe\"}";
    struct ud_policy p, got;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    ud_policy_default(&got, UD_PROFILE_WORKSTATION);
    p.approval = UD_APPROVAL_RULE_PERSONAL;
    p.approval_expires = 60000;
    p.reason[2].needs_approval = true;
    strcpy(p.surge, "INC9");
    p.surge_ends = 1800000000000;
    ud_wire_policy_write(&w, &p, false);
    assert_int_equal(ud_wire_policy_decode(&got, NULL, b.data, b.length, NULL), UD_OK);
    assert_int_equal(got.approval, UD_APPROVAL_RULE_PERSONAL);
    assert_true(got.approval_expires == 60000 && got.reason[2].needs_approval && !got.reason[1].needs_approval);
    assert_string_equal(got.surge, "INC9");
    assert_true(got.surge_ends == p.surge_ends);
    assert_int_equal(ud_wire_policy_decode(&got, NULL, wrong, sizeof(wrong) - 1, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_policy_decode(&got, NULL, also, sizeof(also) - 1, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_policy_decode(&got, NULL, word, sizeof(word) - 1, NULL), UD_MALFORMED);
}

#define WITH_BUFFER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUFFER(an_approval_reads_back),
        WITH_BUFFER(an_approval_that_is_none_is_refused),
        WITH_BUFFER(a_list_keeps_order_and_revision),
        WITH_BUFFER(what_is_asked_reads_back_and_names_a_key),
        WITH_BUFFER(a_decision_is_grant_or_deny),
        WITH_BUFFER(a_surge_has_an_incident_and_an_end),
        WITH_BUFFER(the_policy_announces_a_surge_and_bounds_what_an_approval_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
