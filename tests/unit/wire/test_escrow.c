/* Bodies below /escrow/v1/: each one there and back, and what is refused. */
#include "tests/unit/wire/support.h"

#include <stdio.h>

#include "base/seal.h"
#include "wire/device_api.h"
#include "wire/escrow.h"
#include "wire/json.h"
#include "wire/person.h"

static struct ud_buf b;
static struct ud_json_writer w;

static int
begin(void **state)
{
    (void)state;
    ud_buf_init(&b, 1 << 20);
    ud_json_writer_init(&w, &b);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    ud_buf_free(&b);
    return 0;
}

static void
the_description_of_a_service_reads_back(void **state)
{
    const struct ud_wire_well_known k = { "Desk", "http://localhost/t", "http://localhost", "client", true,
        UD_WIRE_CAN_FIND | UD_WIRE_CAN_REVEAL };
    struct ud_wire_well_known got;

    (void)state;
    ud_wire_well_known_write(&w, &k);
    assert_int_equal(ud_wire_well_known_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_string_equal(got.name, "Desk");
    assert_string_equal(got.authority, k.authority);
    assert_string_equal(got.graph, k.graph);
    assert_string_equal(got.client_id, "client");
    assert_true(got.training);
    assert_int_equal(got.capabilities, k.capabilities);
}

static void
a_description_that_is_not_ours_is_refused(void **state)
{
    static const char *const bodies[] = { "{}",
        "{\"escrow\":0,\"name\":\"a\",\"authority\":\"b\",\"graph\":\"c\",\"client_id\":\"d\"}",
        "{\"escrow\":\"1\",\"name\":\"a\",\"authority\":\"b\",\"graph\":\"c\",\"client_id\":\"d\"}",
        "{\"escrow\":1,\"name\":\"a\",\"graph\":\"c\",\"client_id\":\"d\"}",
        "{\"escrow\":1,\"name\":\"a\",\"authority\":\"b\",\"graph\":\"c\",\"client_id\":\"d\",\"training\":1}" };
    struct ud_wire_well_known k;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_int_equal(ud_wire_well_known_decode(&k, bodies[i], strlen(bodies[i]), NULL), UD_MALFORMED);
}

static void
a_notice_keeps_its_lines_and_loses_its_controls(void **state)
{
    static const char body[] = "{\"lang\":\"nl\",\"text\":\"First\\u001b[2J\\r\\n\\n  third\\tline\\u202e\",\"hash\":\"ab12\"}";
    struct ud_wire_notice n, back;

    (void)state;
    assert_int_equal(ud_wire_notice_decode(&n, body, sizeof(body) - 1, NULL), UD_OK);
    assert_string_equal(n.text, "First[2J\n\n  third line");
    assert_string_equal(n.language, "nl");
    assert_string_equal(n.hash, "ab12");
    ud_wire_notice_write(&w, &n);
    assert_int_equal(ud_wire_notice_decode(&back, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&n, &back, sizeof(n));
    assert_int_equal(ud_wire_notice_decode(&n, "{\"text\":\"x\"}", 12, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_notice_decode(&n, "{\"hash\":\"x\",\"text\":5}", 21, NULL), UD_MALFORMED);
}

static void
a_person_reads_back_whole_or_not_at_all(void **state)
{
    static const char no_role[] = "{\"id\":\"1\",\"name\":\"a\",\"account\":\"b\",\"display\":\"c\"}";
    const struct ud_wire_person p = { "id-1", "alice", "alice@x", "Alice", "helpdesk" };
    struct ud_wire_person got;

    (void)state;
    ud_wire_person_write(&w, &p);
    assert_int_equal(ud_wire_person_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &p, sizeof(p));
    assert_int_equal(ud_wire_person_decode(&got, no_role, sizeof(no_role) - 1, NULL), UD_MALFORMED);
}

static void
a_reveal_request_reads_back(void **state)
{
    struct ud_wire_reveal r = { .key = guid_of(ID_A),
        .device = guid_of(ID_B),
        .kind = UD_KIND_LAPS,
        .request = guid_of(ID_C),
        .why = { "lost-pin", "INC1", "n\"o\\te",
            "M. Garc\xc3\xad"
            "a",
            "called back", "corp.example", "alice" } },
                          got;

    (void)state;
    for (unsigned i = 0; i < sizeof(r.public_key); i++)
        r.public_key[i] = (unsigned char)(i * 7 + 200);
    assert_int_equal(ud_wire_reveal_encode(&b, &r, NULL), UD_OK);
    assert_int_equal(ud_wire_reveal_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(got.public_key, r.public_key, sizeof(r.public_key));
    assert_memory_equal(&got.key, &r.key, sizeof(r.key));
    assert_memory_equal(&got.device, &r.device, sizeof(r.device));
    assert_memory_equal(&got.request, &r.request, sizeof(r.request));
    assert_int_equal(got.kind, UD_KIND_LAPS);
    assert_string_equal(got.why.note, r.why.note);
    assert_string_equal(got.why.caller, r.why.caller);
    assert_string_equal(got.why.reason, "lost-pin");
    assert_string_equal(got.why.ticket, "INC1");
    assert_string_equal(got.why.verified, "called back");
    assert_string_equal(got.why.user_domain, "corp.example");
    assert_string_equal(got.why.user_account, "alice");
}

#define PUBLIC "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void
a_reveal_request_that_lacks_something_is_refused(void **state)
{
    static const char *const bodies[] = { "{}", "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"public_key\":\"" PUBLIC "\"}",
        "{\"key\":\"" ID_A "\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "\"}",
        "{\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"AAAA\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "AAAA\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"!\"}",
        "{\"key\":\"8a5d13d6\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"Bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "\"}",
        "{\"key\":\"" ID_A "\",\"kind\":\"bitlocker\",\"request\":\"" ID_C "\",\"public_key\":\"" PUBLIC "\",\"reason\":5}" };
    struct ud_wire_reveal r;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        if (ud_wire_reveal_decode(&r, bodies[i], strlen(bodies[i]), NULL) != UD_MALFORMED)
            fail_msg("taken: %s", bodies[i]);
}

static void
a_sealed_answer_reads_back(void **state)
{
    struct ud_wire_revealed r = { .device = guid_of(ID_B),
        .kind = UD_KIND_FILEVAULT,
        .created = 1787234531000,
        .sealed_length = 100 },
                            got;

    (void)state;
    ud_random(r.sealed, 100);
    ud_wire_revealed_write(&w, &r);
    assert_int_equal(ud_wire_revealed_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_true(ud_guid_is_zero(&got.key));
    assert_memory_equal(&got.device, &r.device, sizeof(r.device));
    assert_int_equal(got.sealed_length, 100);
    assert_memory_equal(got.sealed, r.sealed, 100);
    assert_true(got.created == r.created);
}

static void
a_sealed_answer_of_the_wrong_size_is_refused(void **state)
{
    struct ud_wire_revealed r = { .device = guid_of(ID_B), .sealed_length = UD_SEAL_EXTRA }, got;
    char text[3000];
    size_t n;

    (void)state;
    ud_wire_revealed_write(&w, &r);
    assert_int_equal(ud_wire_revealed_decode(&got, b.data, b.length, NULL), UD_MALFORMED);
    n = (size_t)snprintf(text, sizeof(text), "{\"device\":\"" ID_B "\",\"kind\":\"bitlocker\",\"sealed\":\"");
    memset(text + n, 'A', 2000);
    memcpy(text + n + 2000, "\"}", 3);
    assert_int_equal(ud_wire_revealed_decode(&got, text, n + 2002, NULL), UD_MALFORMED);
}

static void
a_rotation_request_reads_back(void **state)
{
    const struct ud_wire_rotate r = { .kind = UD_KIND_LUKS,
        .request = guid_of(ID_C),
        .why = { .reason = "lost-pin", .ticket = "INC-7", .user_domain = "CORP", .user_account = "alice" } };
    struct ud_wire_rotate got;

    (void)state;
    assert_int_equal(ud_wire_rotate_encode(&b, &r, NULL), UD_OK);
    assert_int_equal(ud_wire_rotate_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &r, sizeof(r));
    assert_int_equal(ud_wire_rotate_decode(&got, "{\"kind\":\"x\"}", 12, NULL), UD_MALFORMED);
}

static void
the_state_of_a_rotation_reads_back(void **state)
{
    struct ud_wire_rotation r = { .state = UD_WIRE_ROTATION_FAILED,
        .requested = 1787234531000,
        .finished = 1787234532000,
        .error_code = -2144272166,
        .message = "why",
        .new_created = UD_WALL_NONE,
        .last_checkin = 1787234530000 },
                            got;

    (void)state;
    ud_wire_rotation_write(&w, &r);
    assert_int_equal(ud_wire_rotation_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_int_equal(got.state, UD_WIRE_ROTATION_FAILED);
    assert_int_equal(got.error_code, r.error_code);
    assert_string_equal(got.message, "why");
    assert_true(got.requested == r.requested && got.finished == r.finished && got.last_checkin == r.last_checkin);
    assert_true(got.new_created == UD_WALL_NONE);
    r.state = UD_WIRE_ROTATION_DONE;
    r.new_key = guid_of(ID_A);
    r.new_created = 1787234533000;
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_rotation_write(&w, &r);
    assert_int_equal(ud_wire_rotation_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got.new_key, &r.new_key, sizeof(r.new_key));
    assert_true(got.new_created == r.new_created);
}

static void
a_rotation_state_may_be_short_but_not_wrong(void **state)
{
    struct ud_wire_rotation r;

    (void)state;
    assert_int_equal(ud_wire_rotation_decode(&r, "{\"state\":\"pending\"}", 19, NULL), UD_OK);
    assert_int_equal(r.state, UD_WIRE_ROTATION_PENDING);
    assert_true(r.requested == UD_WALL_NONE);
    assert_int_equal(ud_wire_rotation_decode(&r, "{\"state\":\"Done\"}", 16, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_rotation_decode(&r, "{\"state\":3}", 11, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_rotation_decode(&r, "{\"state\":\"done\",\"new_key\":{}}", 29, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_rotation_decode(&r, "{\"state\":\"done\",\"finished\":\"x\"}", 31, NULL), UD_MALFORMED);
}

static void
an_outcome_is_one_of_three(void **state)
{
    struct ud_wire_outcome o = { guid_of(ID_A), "did-not-unlock" }, got;

    (void)state;
    assert_int_equal(ud_wire_outcome_encode(&b, &o, NULL), UD_OK);
    assert_int_equal(ud_wire_outcome_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(&got, &o, sizeof(o));
    memcpy(o.outcome, "maybe", 6);
    ud_buf_clear(&b);
    assert_int_equal(ud_wire_outcome_encode(&b, &o, NULL), UD_OK);
    assert_int_equal(ud_wire_outcome_decode(&got, b.data, b.length, NULL), UD_MALFORMED);
}

#define WITH_BUFFER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BUFFER(the_description_of_a_service_reads_back),
        WITH_BUFFER(a_description_that_is_not_ours_is_refused),
        WITH_BUFFER(a_notice_keeps_its_lines_and_loses_its_controls),
        WITH_BUFFER(a_person_reads_back_whole_or_not_at_all),
        WITH_BUFFER(a_reveal_request_reads_back),
        WITH_BUFFER(a_reveal_request_that_lacks_something_is_refused),
        WITH_BUFFER(a_sealed_answer_reads_back),
        WITH_BUFFER(a_sealed_answer_of_the_wrong_size_is_refused),
        WITH_BUFFER(a_rotation_request_reads_back),
        WITH_BUFFER(the_state_of_a_rotation_reads_back),
        WITH_BUFFER(a_rotation_state_may_be_short_but_not_wrong),
        WITH_BUFFER(an_outcome_is_one_of_three),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
