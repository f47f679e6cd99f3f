#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/bde.h"

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define KEY_B "496298-461032-321464-595518-463221-173943-033616-139579"
#define ID_A  "8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8"
#define ID_B  "DFA26333-1C2E-402C-9A4D-A8C40AF30B71"
#define ID_T  "11112222-3333-4444-5555-666677778888"
#define ID_X  "99998888-3333-4444-5555-666677778888"

static struct ud_bde_list list;
static struct ud_secret *text;

static int
drop_text(void **state)
{
    (void)state;
    ud_secret_free(&text);
    return 0;
}

static void
read_bytes(const void *bytes, size_t length)
{
    struct ud_error err;

    ud_secret_free(&text);
    assert_int_equal(ud_secret_new(&text, UD_SECRET_MAX, &err), UD_OK);
    assert_int_equal(ud_secret_append(text, bytes, length, &err), UD_OK);
    ud_bde_read(&list, text);
}

static void
read_text(const char *words)
{
    read_bytes(words, strlen(words));
}

static bool
has_id(size_t i, const char *id)
{
    struct ud_guid want;

    return ud_guid_parse(&want, id, 36, NULL) == UD_OK && i < list.count && ud_guid_compare(&list.item[i].id, &want) == 0;
}

static void
expect_other(size_t i, const char *kind)
{
    assert_false(list.item[i].is_key);
    assert_string_equal(ud_bde_kind_name(list.item[i].kind), kind);
}

static void
expect_key(size_t i, const char *digits)
{
    struct ud_secret *key = NULL;
    struct ud_error err = { 0 };

    assert_int_equal(ud_bde_take(&key, text, &list.item[i], &err), UD_OK);
    assert_int_equal(ud_secret_length(key), strlen(digits));
    assert_memory_equal(ud_secret_open(key), digits, strlen(digits));
    ud_secret_close(key);
    ud_secret_free(&key);
}

static const char usual[] = "BitLocker Drive Encryption: Configuration Tool version 10.0.22621\r\n"
                            "Copyright (C) 2013 Microsoft Corporation. All rights reserved.\r\n\r\n"
                            "Volume C: [Windows]\r\nAll Key Protectors\r\n\r\n"
                            "    TPM:\r\n      ID: {" ID_T "}\r\n      PCR Validation Profile:\r\n        7, 11\r\n"
                            "        (Uses Secure Boot for integrity validation)\r\n\r\n"
                            "    Numerical Password:\r\n      ID: {" ID_A "}\r\n      Password:\r\n        " KEY_A "\r\n\r\n";

static void
the_usual_output_gives_a_tpm_and_the_recovery_key(void **state)
{
    (void)state;
    read_text(usual);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.problems, 0);
    assert_true(has_id(0, ID_T));
    expect_other(0, "tpm");
    assert_true(has_id(1, ID_A));
    assert_true(list.item[1].is_key);
    assert_int_equal(list.item[1].drive, 'C');
    assert_int_equal(list.item[1].volume, UD_VOLUME_OS);
    assert_int_equal(list.item[1].line, 14);
    expect_key(1, KEY_A);
}

/* As PowerShell's redirection writes it. */
static void
read_wide(const char *words, bool mark, bool big)
{
    size_t length = strlen(words), at = 0;
    unsigned char *wide = malloc(2 * length + 2);

    if (mark) {
        wide[at++] = big ? 0xfe : 0xff;
        wide[at++] = big ? 0xff : 0xfe;
    }
    for (size_t i = 0; i < length; i++) {
        wide[at++] = big ? 0 : (unsigned char)words[i];
        wide[at++] = big ? (unsigned char)words[i] : 0;
    }
    read_bytes(wide, at);
    free(wide);
}

static void
what_powershell_redirects_is_read_as_well(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        read_wide(usual, way < 2, way == 1);
        assert_int_equal(list.count, 2);
        assert_int_equal(list.item[1].drive, 'C');
        expect_key(1, KEY_A);
    }
    read_text(
        "\xef\xbb\xbfVolume D: [Data]\n    Numerical Password:\n      ID: {" ID_A "}\n      Password:\n        " KEY_A "\n");
    assert_int_equal(list.item[0].drive, 'D');
    assert_int_equal(list.item[0].volume, UD_VOLUME_FIXED);
}

static void
translated_headings_do_not_matter(void **state)
{
    static const char *const words[] = {
        "Volume C: [Systeem]\nAlle sleutelbeveiligingen\n\n    TPM en pincode:\n      Id: {" ID_T
        "}\n      PCR-validatieprofiel:\n        0, 2, 4, 11\n\n"
        "    Numeriek wachtwoord:\n      Id: {" ID_A "}\n      Wachtwoord:\n        " KEY_A "\n",
        "ボリューム C: [ラベル]\nすべてのキーの保護機能\n\n    TPM:\n      ID: {" ID_T
        "}\n      PCR 検証プロファイル:\n        7, 11\n\n"
        "    数字パスワード:\n      ID: {" ID_A "}\n      パスワード:\n        " KEY_A "\n",
        "Volym C: []\n\n    Beskyddare:\n      Id: {" ID_T "}\n      Profil:\n        0, 2, 4, 8, 9, 10, 11\n\n"
        "    Numeriskt:\n      Id: {" ID_A "}\n        " KEY_A "\n",
        "C:\\Windows\\system32>manage-bde -protectors -get C:\nVolume C: [\x82\x7b]\n    \x83\x7b:\n   ID: {" ID_T
        "}\n  \x83\x7b:\n    0, 2\n\x83\x7b\n      ID: {" ID_A "}\n    " KEY_A "\n", /* another code page */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        read_text(words[i]);
        assert_int_equal(list.count, 2);
        expect_other(0, "tpm");
        assert_int_equal(list.item[1].drive, 'C');
        assert_true(has_id(1, ID_A));
        expect_key(1, KEY_A);
    }
}

static void
several_recovery_keys_keep_their_own_ids_and_volumes(void **state)
{
    (void)state;
    read_text("Volume C: [W]\n\n    Numerical Password:\n      ID: {" ID_A "}\n      Password:\n        " KEY_A "\n\n"
              "    Numerical Password:\n      ID: {" ID_B "}\n      Password:\n        " KEY_B "\n\n"
              "Volume D: [Data]\n\n    Numerical Password:\n      ID: {" ID_X "}\n      Password:\n        " KEY_A "\n");
    assert_int_equal(list.count, 3);
    assert_true(has_id(0, ID_A) && has_id(1, ID_B) && has_id(2, ID_X));
    assert_int_equal(list.item[1].volume, UD_VOLUME_OS);
    assert_int_equal(list.item[2].volume, UD_VOLUME_FIXED);
    expect_key(0, KEY_A);
    expect_key(1, KEY_B);
}

static void
each_other_protector_is_told_by_its_heading_or_by_what_follows(void **state)
{
    static const struct {
        const char *text, *kind;
    } row[] = {
        { "    TPM And PIN:\n      ID: {" ID_T "}\n      PCR Validation Profile:\n        7, 11\n", "tpm-and-pin" },
        { "    External Key:\n      ID: {" ID_T "}\n      External Key File Name:\n        {" ID_T "}.BEK\n", "external-key" },
        { "    Clave externa:\n      Id.: {" ID_T "}\n      Nombre:\n        " ID_T "x.BEK\n", "external-key" },
        { "    Data Recovery Agent (Certificate Based):\n      ID: {" ID_T "}\n", "certificate" },
        { "    Zertifikat:\n      ID: {" ID_T "}\n      Fingerabdruck:\n        0123456789abcdef0123456789abcdef01234567\n",
            "certificate" },
        { "    Password:\n      ID: {" ID_T "}\n", "passphrase" },
        { "    Iets anders:\n      Id: {" ID_T "}\n", "other" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        read_text(row[i].text);
        assert_int_equal(list.count, 1);
        expect_other(0, row[i].kind);
        assert_int_equal(list.item[0].drive, 0);
    }
}

static void
what_is_no_key_is_a_problem_with_its_line_and_never_taken(void **state)
{
    (void)state;
    read_text("        " KEY_A "\n");
    assert_int_equal(list.count, 0);
    assert_int_equal(list.problems, 1);
    assert_int_equal(list.problem[0].what, UD_BDE_KEY_WITHOUT_ID);
    read_text(
        "\n    Numerical Password:\n      ID: {" ID_A "}\n      Password:\n        461109-608201-413820-485342-181588-463056\n");
    assert_int_equal(list.count, 0);
    assert_int_equal(list.problem[0].what, UD_BDE_KEY_MISSHAPEN);
    assert_int_equal(list.problem[0].line, 5);
    read_text("    Numerical Password:\n      ID: {" ID_A "}\n    TPM:\n      ID: {" ID_T "}\n");
    assert_int_equal(list.count, 1);
    expect_other(0, "tpm");
    assert_int_equal(list.problem[0].what, UD_BDE_ID_WITHOUT_KEY);
    read_text("      ID: {" ID_A "}\n        " KEY_A "0\n"); /* one digit more */
    assert_int_equal(list.count, 0);
    assert_int_equal(list.problem[0].what, UD_BDE_KEY_MISSHAPEN);
    read_text("      ID: {" ID_A "}\n        x" KEY_A "\n"); /* an ID, and no key of it */
    assert_int_equal(list.count, 1);
    assert_false(list.item[0].is_key);
}

static void
a_wrong_group_is_named_and_no_key_comes_of_it(void **state)
{
    struct ud_secret *key = NULL;
    struct ud_error err = { 0 };

    (void)state;
    read_text("      ID: {" ID_A "}\n        461109-608201-413821-485342-181588-463056-430617-501391\n");
    assert_int_equal(list.count, 1);
    assert_int_equal(ud_bde_take(&key, text, &list.item[0], &err), UD_INVALID);
    assert_null(key);
    assert_non_null(strstr(err.message, "roup 3"));
    assert_null(strstr(err.message, "413821"));
    read_text("      ID: {" ID_A "}\n        720896-608201-413820-485342-181588-463056-430617-501391\n");
    assert_int_equal(ud_bde_take(&key, text, &list.item[0], &err), UD_INVALID);
    assert_non_null(strstr(err.message, "roup 1"));
    read_text(usual);
    assert_int_equal(ud_bde_take(&key, text, &list.item[0], &err), UD_INVALID); /* the TPM has none */
}

static void
blanks_between_groups_and_a_label_before_them_are_taken(void **state)
{
    (void)state;
    read_text("KeyProtectorId   : {" ID_A "}\nRecoveryPassword : " KEY_A "\n");
    assert_int_equal(list.count, 1);
    expect_key(0, KEY_A);
    read_text("ID: {" ID_A "}\n461109 608201 413820 485342 181588 463056 430617 501391\n");
    expect_key(0, KEY_A);
}

static void
hostile_text_yields_nothing_and_breaks_nothing(void **state)
{
    char long_line[6000];

    (void)state;
    read_bytes("", 0);
    assert_int_equal(list.count, 0);
    read_bytes("\xff\xfe", 2);
    assert_int_equal(list.count, 0);
    read_bytes("\0{\0\n\0-\0\xff\xff{", 11);
    assert_int_equal(list.count, 0);
    memset(long_line, '{', sizeof(long_line));
    read_bytes(long_line, sizeof(long_line));
    assert_int_equal(list.count, 0);
    memset(long_line, '1', sizeof(long_line));
    read_bytes(long_line, sizeof(long_line));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.problem[0].what, UD_BDE_KEY_MISSHAPEN);
}

static void
more_protectors_than_there_is_room_for_are_counted(void **state)
{
    char many[8000] = "";
    size_t used = 0;

    (void)state;
    for (unsigned i = 0; i < UD_BDE_PROTECTORS + 5; i++)
        used += (size_t)snprintf(many + used, sizeof(many) - used, "TPM:\nID: {%08X-3333-4444-5555-666677778888}\n", i);
    read_text(many);
    assert_int_equal(list.count, UD_BDE_PROTECTORS);
    assert_int_equal(list.left_out, 5);
}

static void
a_table_of_values_is_not_taken_for_it(void **state)
{
    (void)state;
    assert_true(ud_bde_is(usual, strlen(usual)));
    assert_false(ud_bde_is("device,serial,user,key_id,secret\nA,B,C,{" ID_A "}\n", 60));
    assert_false(ud_bde_is("nothing of the kind\n", 20));
}

#define WITH_TEXT(test) cmocka_unit_test_teardown(test, drop_text)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TEXT(the_usual_output_gives_a_tpm_and_the_recovery_key),
        WITH_TEXT(what_powershell_redirects_is_read_as_well),
        WITH_TEXT(translated_headings_do_not_matter),
        WITH_TEXT(several_recovery_keys_keep_their_own_ids_and_volumes),
        WITH_TEXT(each_other_protector_is_told_by_its_heading_or_by_what_follows),
        WITH_TEXT(what_is_no_key_is_a_problem_with_its_line_and_never_taken),
        WITH_TEXT(a_wrong_group_is_named_and_no_key_comes_of_it),
        WITH_TEXT(blanks_between_groups_and_a_label_before_them_are_taken),
        WITH_TEXT(hostile_text_yields_nothing_and_breaks_nothing),
        WITH_TEXT(more_protectors_than_there_is_room_for_are_counted),
        WITH_TEXT(a_table_of_values_is_not_taken_for_it),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
