/* Bodies about keys that are brought and about key packages, and the documents of the commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/cli_keep.h"
#include "wire/keep.h"

#define ID_A "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"
#define ID_B "dfa26333-1c2e-402c-9a4d-a8c40af30b71"

static struct ud_guid
guid(const char *text)
{
    struct ud_guid id;

    assert_int_equal(ud_guid_parse(&id, text, 36, NULL), UD_OK);
    return id;
}

static void
a_brought_key_survives_the_way(void **state)
{
    static struct ud_wire_keep in, out;
    struct ud_error err = { 0 };
    struct ud_buf b;

    (void)state;
    memset(&in, 0, sizeof(in));
    in.id = guid(ID_A);
    in.kind = UD_KIND_BITLOCKER;
    in.volume = UD_VOLUME_FIXED;
    in.sealed_length = 103;
    memset(in.sealed, 0xa5, in.sealed_length);
    in.other[0] = (struct ud_bde_other){ guid(ID_B), UD_BDE_TPM_PIN };
    in.other_count = 1;
    ud_buf_init(&b, 8192);
    assert_int_equal(ud_wire_keep_encode(&b, &in, &err), UD_OK);
    assert_int_equal(ud_wire_keep_decode(&out, b.data, b.length, &err), UD_OK);
    assert_memory_equal(&in, &out, sizeof(in));
    ud_buf_free(&b);
}

static enum ud_status
decode(const char *body, struct ud_error *err)
{
    static struct ud_wire_keep out;

    memset(err, 0, sizeof(*err));
    return ud_wire_keep_decode(&out, body, strlen(body), err);
}

#define BOX "pqWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl" /* 72 bytes */

static void
a_body_of_the_wrong_shape_says_what_is_wrong(void **state)
{
    static const struct {
        const char *body, *word;
    } row[] = {
        { "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"secret\":\"461109\"}", "in clear" },
        { "{\"kind\":\"bitlocker\",\"sealed\":\"" BOX "\"}", "id" },
        { "{\"id\":\"" ID_A "\",\"sealed\":\"" BOX "\"}", "kind" },
        { "{\"id\":\"" ID_A "\",\"kind\":\"floppy\",\"sealed\":\"" BOX "\"}", "kind" },
        { "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"volume\":\"moon\",\"sealed\":\"" BOX "\"}", "volume" },
        { "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\"}", "sealed" },
        { "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"sealed\":\"AAAA\"}", "too short" },
        { "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"sealed\":\"" BOX "\",\"other\":[{\"kind\":\"tpm\"}]}", "id" },
        { "[]", "id" },
    };
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        if (decode(row[i].body, &err) != UD_MALFORMED || strstr(err.message, row[i].word) == NULL)
            fail_msg("%s: %s", row[i].body, err.message);
        assert_null(strstr(err.message, "461109"));
    }
    assert_int_equal(decode("{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"sealed\":\"" BOX "\",\"other\":[{\"id\":\"" ID_B
                            "\",\"kind\":\"of tomorrow\"}]}",
                         &err),
        UD_OK); /* the set of kinds is open */
}

static void
more_other_protectors_than_a_volume_has_are_refused(void **state)
{
    char body[4096] = "{\"id\":\"" ID_A "\",\"kind\":\"bitlocker\",\"sealed\":\"" BOX "\",\"other\":[";
    size_t used = strlen(body);
    struct ud_error err;

    (void)state;
    for (int i = 0; i <= UD_BDE_PROTECTORS; i++)
        used += (size_t)snprintf(body + used, sizeof(body) - used, "%s{\"id\":\"" ID_B "\",\"kind\":\"tpm\"}", i > 0 ? "," : "");
    (void)snprintf(body + used, sizeof(body) - used, "]}");
    assert_int_equal(decode(body, &err), UD_MALFORMED);
    assert_non_null(strstr(err.message, "32"));
}

static void
the_largest_package_survives_the_way_and_a_larger_one_does_not(void **state)
{
    struct ud_key k = { .id = guid(ID_A), .device = guid(ID_B) };
    struct ud_wire_package *out = malloc(sizeof(*out));
    size_t most = UD_PACKAGE_MAX + UD_SEAL_EXTRA;
    unsigned char *box = malloc(most + 1);
    struct ud_error err = { 0 };

    (void)state;
    for (size_t i = 0; i <= most; i++)
        box[i] = (unsigned char)(i * 7);
    for (size_t more = 0; more < 2; more++) {
        struct ud_json_writer w;
        struct ud_buf b;
        ud_buf_init(&b, (size_t)1 << 20);
        ud_json_writer_init(&w, &b);
        ud_wire_package_write(&w, &k, box, most + more);
        assert_int_equal(ud_wire_package_decode(out, b.data, b.length, &err), more == 0 ? UD_OK : UD_MALFORMED);
        if (more == 0) {
            assert_int_equal(out->sealed_length, most);
            assert_memory_equal(out->sealed, box, most);
            assert_int_equal(ud_guid_compare(&out->key, &k.id), 0);
        }
        ud_buf_free(&b);
    }
    free(box);
    free(out);
}

static void
the_documents_have_their_shape(void **state)
{
    struct ud_bde_list list = { .count = 2, .problems = 1, .problem = { { 31, UD_BDE_KEY_MISSHAPEN } } };
    struct ud_wire_cli_protector p[2] = { { .p = &list.item[0], .asked = true }, { .p = &list.item[1], .stored = "no" } };
    struct ud_guid key = guid(ID_A), device = guid(ID_B);
    struct ud_json_writer w;
    struct ud_buf b;

    (void)state;
    list.item[0] = (struct ud_bde_protector){ .id = device, .kind = UD_BDE_TPM, .drive = 'C', .line = 6 };
    list.item[1] = (struct ud_bde_protector){ .id = key, .is_key = true, .line = 11 };
    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_read_bde(&w, &list, p);
    assert_string_equal(b.data, "{\"schema\":\"unlockdesk.key.read-bde/1\",\"protectors\":[{\"id\":\"" ID_B
                                "\",\"kind\":\"tpm\",\"drive\":\"C\",\"line\":6,\"asked\":true},{\"id\":\"" ID_A
                                "\",\"kind\":\"recovery-key\",\"drive\":null,\"line\":11,\"asked\":false,\"fault\":null,"
                                "\"stored\":\"no\",\"device\":null,"
                                "\"source\":null,\"kept\":false}],\"left_out\":0,\"problems\":[{\"line\":31,\"text\":\"digits "
                                "that are no recovery key: it "
                                "has 8 groups of 6 digits\"}]}");
    ud_buf_clear(&b);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_package(&w, &key, &device, "a.KPG", 16);
    assert_string_equal(b.data,
        "{\"schema\":\"unlockdesk.key.package/1\",\"key\":\"" ID_A "\",\"device\":\"" ID_B "\",\"file\":\"a.KPG\",\"bytes\":16}");
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_brought_key_survives_the_way),
        cmocka_unit_test(a_body_of_the_wrong_shape_says_what_is_wrong),
        cmocka_unit_test(more_other_protectors_than_a_volume_has_are_refused),
        cmocka_unit_test(the_largest_package_survives_the_way_and_a_larger_one_does_not),
        cmocka_unit_test(the_documents_have_their_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
