/* What devices and escrowd say to each other. */
#include "tests/unit/wire/support.h"

#include "base/seal.h"
#include "wire/device_api.h"

static void
a_check_in_tells_what_it_knows(void **state)
{
    const struct ud_wire_check_in all[] = { { "", UD_UNKNOWN }, { "10.0.1", UD_UNKNOWN }, { "", UD_NO }, { "14.5", UD_YES } };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct ud_wire_check_in got;
        struct ud_buf b;
        ud_buf_init(&b, 1024);
        assert_int_equal(ud_wire_check_in_encode(&b, &all[i], NULL), UD_OK);
        assert_int_equal(ud_wire_check_in_decode(&got, b.data, b.length, NULL), UD_OK);
        assert_string_equal(got.os_version, all[i].os_version);
        assert_int_equal(got.encrypted, all[i].encrypted);
        ud_buf_free(&b);
    }
}

static void
an_empty_check_in_is_fine_and_a_wrong_one_refused(void **state)
{
    struct ud_wire_check_in c;

    (void)state;
    assert_int_equal(ud_wire_check_in_decode(&c, "", 0, NULL), UD_OK);
    assert_int_equal(ud_wire_check_in_decode(&c, "{\"encrypted\":\"yes\"}", 19, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_check_in_decode(&c, "{\"os_version\":10}", 17, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_check_in_decode(&c, "[]", 2, NULL), UD_MALFORMED);
}

static void
work_reads_back_in_both_forms(void **state)
{
    struct ud_wire_work items[2], got[4];
    struct ud_json_writer w;
    struct ud_buf b;
    size_t n;

    (void)state;
    memset(items, 0, sizeof(items)); /* compared as bytes */
    items[0].device = guid_of(ID_A);
    items[1].device = guid_of(ID_B);
    strcpy(items[0].id, "w-1");
    strcpy(items[1].id, "w-2");
    items[0].kind = UD_KIND_BITLOCKER;
    items[1].kind = UD_KIND_FILEVAULT;
    items[1].typed = true;
    ud_buf_init(&b, 4096);
    ud_json_writer_init(&w, &b);
    ud_wire_training_work_write(&w, items, 2);
    assert_int_equal(ud_wire_work_decode(got, 4, &n, b.data, b.length, NULL), UD_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(got, items, sizeof(items));
    assert_int_equal(ud_wire_work_decode(got, 1, &n, b.data, b.length, NULL), UD_OK);
    assert_int_equal(n, 1);
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_work_write(&w, items, 2);
    assert_int_equal(ud_wire_work_decode(got, 4, &n, b.data, b.length, NULL), UD_OK);
    assert_int_equal(n, 2);
    assert_string_equal(got[1].id, "w-2");
    assert_true(ud_guid_is_zero(&got[1].device));
    ud_buf_free(&b);
}

static void
work_that_is_not_understood_is_left_out(void **state)
{
    static const char body[] =
        "{\"work\":[{\"id\":\"a\",\"action\":\"wipe\",\"kind\":\"bitlocker\"},{\"id\":\"../"
        "x\",\"action\":\"rotate\",\"kind\":\"laps\"},"
        "{\"id\":\"\",\"action\":\"rotate\",\"kind\":\"laps\"},{\"id\":\"b\",\"action\":\"rotate\",\"kind\":\"new\"},5,"
        "{\"id\":\"c\",\"action\":\"rotate\",\"kind\":\"luks\"}]}";
    struct ud_wire_work got[8];
    size_t n;

    (void)state;
    assert_int_equal(ud_wire_work_decode(got, 8, &n, body, sizeof(body) - 1, NULL), UD_OK);
    assert_int_equal(n, 1);
    assert_string_equal(got[0].id, "c");
    assert_int_equal(ud_wire_work_decode(got, 8, &n, "{\"work\":5}", 10, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_work_decode(got, 8, &n, "{}", 2, NULL), UD_MALFORMED);
}

static void
failed_work_carries_its_code(void **state)
{
    struct ud_wire_work_failed told = { .error_code = -2144272166, .cause = UD_TYPED_NO_POLICY }, got;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1024);
    assert_int_equal(ud_wire_work_failed_encode(&b, &told, NULL), UD_OK);
    assert_int_equal(ud_wire_work_failed_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_int_equal(got.error_code, -2144272166);
    assert_int_equal(got.cause, UD_TYPED_NO_POLICY);
    assert_int_equal(ud_wire_work_failed_decode(&got, "{\"state\":\"failed\"}", 18, NULL), UD_OK);
    assert_int_equal(got.cause, UD_TYPED_NO_CAUSE);
    assert_int_equal(ud_wire_work_failed_decode(&got, "{\"state\":\"done\"}", 16, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_work_failed_decode(&got, "{\"state\":\"failed\",\"cause\":\"mood\"}", 33, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_work_failed_decode(&got, "{\"state\":\"failed\",\"error_code\":1e99}", 35, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

static void
the_key_of_work_reads_back(void **state)
{
    struct ud_wire_work_key got;
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1024);
    ud_json_writer_init(&w, &b);
    ud_wire_work_key_write(&w, "a box", 5);
    assert_int_equal(ud_wire_work_key_decode(&got, b.data, b.length, NULL), UD_OK);
    assert_int_equal(got.sealed_length, 5);
    assert_memory_equal(got.sealed, "a box", 5);
    assert_int_equal(ud_wire_work_key_decode(&got, "{}", 2, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

static void
a_deposit_goes_from_secret_to_secret(void **state)
{
    struct ud_wire_deposit d = { .id = guid_of(ID_A),
        .kind = UD_KIND_LAPS,
        .volume = UD_VOLUME_NONE,
        .work = "w-1",
        .secret = secret_of("a\"b\\c") },
                           got;
    struct ud_secret *body = NULL;

    (void)state;
    assert_int_equal(ud_wire_deposit_encode(&body, &d, NULL), UD_OK);
    assert_int_equal(ud_wire_deposit_decode(&got, body, NULL), UD_OK);
    assert_true(ud_secret_equal(d.secret, got.secret));
    assert_memory_equal(&got.id, &d.id, sizeof(d.id));
    assert_int_equal(got.kind, UD_KIND_LAPS);
    assert_int_equal(got.volume, UD_VOLUME_NONE);
    assert_string_equal(got.work, "w-1");
    assert_int_equal(got.sealed_length, 0);
    ud_wire_deposit_clear(&got);
    ud_wire_deposit_clear(&d);
    ud_secret_free(&body);
    assert_int_equal(ud_secret_live(), 0);
}

static void
a_sealed_deposit_reads_back(void **state)
{
    struct ud_wire_deposit d = { .kind = UD_KIND_BITLOCKER, .volume = UD_VOLUME_OS, .sealed_length = 120 }, got;
    struct ud_secret *body = NULL;

    (void)state;
    ud_random(d.sealed, 120);
    assert_int_equal(ud_wire_deposit_encode(&body, &d, NULL), UD_OK);
    assert_int_equal(ud_wire_deposit_decode(&got, body, NULL), UD_OK);
    assert_null(got.secret);
    assert_true(ud_guid_is_zero(&got.id));
    assert_int_equal(got.volume, UD_VOLUME_OS);
    assert_int_equal(got.sealed_length, 120);
    assert_memory_equal(got.sealed, d.sealed, 120);
    ud_secret_free(&body);
}

static void
a_deposit_that_is_not_clear_is_refused_and_leaves_no_secret(void **state)
{
    static const char *const bodies[] = { "{}", "{\"kind\":\"bitlocker\"}", "{\"kind\":\"bitlocker\",\"secret\":\"\"}",
        "{\"secret\":\"x\"}", "{\"kind\":\"new\",\"secret\":\"x\"}", "{\"kind\":\"luks\",\"secret\":\"x\",\"sealed\":\"AAAA\"}",
        "{\"kind\":\"luks\",\"secret\":5}", "{\"kind\":\"luks\",\"sealed\":\"!!\"}",
        "{\"kind\":\"luks\",\"secret\":\"x\",\"volume\":\"lost\"}", "{\"kind\":\"luks\",\"secret\":\"x\",\"id\":\"short\"}",
        "{\"kind\":\"luks\",\"secret\":\"x\",\"work\":\"../../x\"}", "{\"kind\":\"luks\",\"secret\":\"x\"} ,",
        "{\"kind\":\"luks\",\"secret\":\"x\",\"secret\":\"y\"}" };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct ud_secret *body = secret_of(bodies[i]);
        struct ud_wire_deposit d;
        if (ud_wire_deposit_decode(&d, body, NULL) != UD_MALFORMED)
            fail_msg("taken: %s", bodies[i]);
        ud_secret_free(&body);
        assert_int_equal(ud_secret_live(), 0);
    }
}

static void
the_public_key_reads_back(void **state)
{
    unsigned char key[UD_SEAL_PUBLIC], got[UD_SEAL_PUBLIC];
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    ud_random(key, sizeof(key));
    ud_buf_init(&b, 1024);
    ud_json_writer_init(&w, &b);
    ud_wire_public_key_write(&w, key);
    assert_int_equal(ud_wire_public_key_decode(got, b.data, b.length, NULL), UD_OK);
    assert_memory_equal(got, key, sizeof(key));
    assert_int_equal(ud_wire_public_key_decode(got, "{\"public_key\":\"AAAA\"}", 21, NULL), UD_MALFORMED);
    assert_int_equal(ud_wire_public_key_decode(got, "{}", 2, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_in_tells_what_it_knows),
        cmocka_unit_test(an_empty_check_in_is_fine_and_a_wrong_one_refused),
        cmocka_unit_test(work_reads_back_in_both_forms),
        cmocka_unit_test(work_that_is_not_understood_is_left_out),
        cmocka_unit_test(failed_work_carries_its_code),
        cmocka_unit_test(the_key_of_work_reads_back),
        cmocka_unit_test(a_deposit_goes_from_secret_to_secret),
        cmocka_unit_test(a_sealed_deposit_reads_back),
        cmocka_unit_test(a_deposit_that_is_not_clear_is_refused_and_leaves_no_secret),
        cmocka_unit_test(the_public_key_reads_back),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
