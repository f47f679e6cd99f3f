#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "escrowd/vault/import.h"

static char dir[64];
static struct ud_change_context context;
static struct ud_import_report report;
static struct ud_error error;
static char problems[4096];

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define KEY_B "496298-461032-321464-595518-463221-173943-033616-139579"
#define BAD_3 "461109-608201-413821-485342-181588-463056-430617-501391"
#define ID_A  "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"
#define ID_B  "{C0FFEE00-7ED9-46C8-A74F-AC3ADF016EC8}"

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static int
make_store(void **state)
{
    char path[128], master[128];

    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-import-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/escrowd.db", dir);
    (void)snprintf(master, sizeof(master), "%s/master.key", dir);
    memset(&context, 0, sizeof(context));
    return ud_store_open(&context.store, path, UD_STORE_CREATE, &error) == UD_OK &&
                   ud_ring_create(context.store, master, ud_clock_wall(), &error) == UD_OK &&
                   ud_ring_open(&context.ring, context.store, master, &error) == UD_OK
               ? 0
               : -1;
}

static int
drop_store(void **state)
{
    (void)state;
    ud_ring_free(&context.ring);
    ud_store_free(&context.store);
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
note(unsigned line, const char *text, void *arg)
{
    size_t used = strlen(problems);

    (void)arg;
    (void)snprintf(problems + used, sizeof(problems) - used, "%u: %s\n", line, text);
}

static enum ud_status
import_with(const char *text, struct ud_import_options o)
{
    size_t length = strlen(text);
    char *data = malloc(length + 1);

    memcpy(data, text, length + 1);
    problems[0] = '\0';
    memset(&error, 0, sizeof(error));
    enum ud_status st = ud_import(&context, data, length, &o, note, NULL, &report, &error);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(data[i], 0); /* nothing of the file stays */
    free(data);
    return st;
}

static enum ud_status
import(const char *text)
{
    return import_with(text, (struct ud_import_options){ 0 });
}

static uint64_t
devices(void)
{
    uint64_t n = 0;

    assert_int_equal(ud_store_device_count(context.store, &n, UD_STORE_ALL, NULL, NULL, &error), UD_OK);
    return n;
}

static uint64_t
keys(void)
{
    uint64_t n = 0;

    assert_int_equal(ud_store_key_count(context.store, &n, 0, NULL, &error), UD_OK);
    return n;
}

static void
a_csv_with_the_needed_columns_is_stored(void **state)
{
    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret\n"
                            "LON-1,S1,alice@example.org," ID_A "," KEY_A "\n"
                            "\"LON,2\",S2,\"b \"\"bob\"\" c\"," ID_B "," KEY_B "\r\n"),
        UD_OK);
    assert_int_equal(report.records, 2);
    assert_int_equal(report.keys, 2);
    assert_int_equal(devices(), 2);
    assert_int_equal(keys(), 2);
}

static bool
keep_key(const struct ud_store_key *k, void *arg)
{
    struct ud_store_key *out = arg;

    *out = *k;
    out->box = memcpy(malloc(k->box_length), k->box, k->box_length);
    return true;
}

static void
what_was_imported_opens_again_as_it_was(void **state)
{
    struct ud_store_key k = { 0 };
    struct ud_secret *plain = NULL;
    struct ud_guid id;

    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret\nLON-1,S1,alice@example.org," ID_A "," KEY_A "\n"), UD_OK);
    assert_int_equal(ud_guid_parse(&id, ID_A, 36, NULL), UD_OK);
    assert_int_equal(ud_store_key_box(context.store, context.last_key, keep_key, &k, &error), UD_OK);
    assert_int_equal(ud_guid_compare(&k.k.id, &id), 0);
    assert_int_equal(ud_ring_unseal(context.ring, &plain, &k, &error), UD_OK);
    assert_int_equal(ud_secret_length(plain), 55);
    assert_memory_equal(ud_secret_open(plain), KEY_A, 55);
    ud_secret_close(plain);
    ud_secret_free(&plain);
    free((void *)(uintptr_t)k.box);
}

static bool
keep_users(const struct ud_store_device *d, void *arg)
{
    (void)ud_copy(arg, 100, d->local_users);
    return true;
}

static void
who_signed_in_to_a_device_is_gathered_from_every_line(void **state)
{
    char users[100] = "";

    (void)state;
    assert_int_equal(import("device,serial,user,domain,key_id,secret,local_users\n"
                            "LON-1,S1,alice@corp.example,CORP," ID_A "," KEY_A ",bob@corp.example\n"
                            "LON-1,S1,alice@corp.example,CORP," ID_B "," KEY_B ",\"CORP\\alice, bob@corp.example\"\n"),
        UD_OK);
    assert_int_equal(devices(), 1);
    assert_int_equal(ud_store_devices(context.store, UD_STORE_ALL, NULL, NULL, 0, 10, keep_users, users, &error), UD_OK);
    assert_string_equal(users, "bob@corp.example;alice@corp.example");
}

static void
one_wrong_group_names_line_and_group_and_nothing_is_stored(void **state)
{
    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret\n"
                            "LON-1,S1,a," ID_A "," KEY_A "\n"
                            "LON-2,S2,b," ID_B "," BAD_3 "\n"),
        UD_INVALID);
    assert_non_null(strstr(problems, "3: secret"));
    assert_non_null(strstr(problems, "roup 3"));
    assert_null(strstr(problems, "413821"));
    assert_int_equal(devices(), 0);
    assert_int_equal(keys(), 0);
}

static void
a_dry_run_lists_everything_and_stores_nothing(void **state)
{
    (void)state;
    assert_int_equal(import_with("device,serial,user,key_id,secret\n"
                                 "LON-1,S1,a," ID_A "," KEY_A "\n"
                                 "LON-1,S1,a," ID_A "," KEY_B "\n"
                                 "LON-2,S2,b,not-an-id," KEY_B "\n",
                         (struct ud_import_options){ .dry_run = true }),
        UD_INVALID);
    assert_int_equal(report.duplicates, 1);
    assert_non_null(strstr(problems, "3: key_id"));
    assert_non_null(strstr(problems, "4: key_id"));
    assert_int_equal(devices(), 0);
    assert_int_equal(import_with("device,serial,user,key_id,secret\nLON-1,S1,a," ID_A "," KEY_A "\n",
                         (struct ud_import_options){ .dry_run = true }),
        UD_OK);
    assert_int_equal(devices(), 0);
}

static void
a_key_that_is_stored_already_is_a_duplicate(void **state)
{
    static const char text[] = "device,serial,user,key_id,secret\nLON-1,S1,a," ID_A "," KEY_A "\n";

    (void)state;
    assert_int_equal(import(text), UD_OK);
    assert_int_equal(import(text), UD_INVALID);
    assert_int_equal(report.duplicates, 1);
    assert_int_equal(keys(), 1);
}

static void
columns_are_checked_by_name(void **state)
{
    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret,colour\nx,y,z,w,v,u\n"), UD_INVALID);
    assert_non_null(strstr(error.message, "colour"));
    assert_int_equal(import("device,serial,user,secret\n"), UD_INVALID);
    assert_non_null(strstr(error.message, "key_id"));
    assert_int_equal(import("device,device,serial,user,key_id,secret\n"), UD_INVALID);
    assert_non_null(strstr(error.message, "twice"));
    assert_int_equal(import(""), UD_INVALID);
}

static void
optional_columns_are_read_and_their_values_checked(void **state)
{
    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret,kind,volume,created,ownership\n"
                            "MAC-1,S9,m@example.org,,AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O,filevault,os,2026-01-02T03:04:05Z,personal\n"),
        UD_OK);
    assert_int_equal(import("device,serial,user,key_id,secret,kind,created,ownership\n"
                            "X,S,m," ID_A "," KEY_A ",floppy,yesterday,stolen\n"),
        UD_INVALID);
    assert_non_null(strstr(problems, "kind"));
    assert_non_null(strstr(problems, "created"));
    assert_non_null(strstr(problems, "ownership"));
}

static void
a_line_that_is_no_csv_is_a_problem_and_not_a_crash(void **state)
{
    (void)state;
    assert_int_equal(import("device,serial,user,key_id,secret\n\"LON-1,S1,a,b,c\n"), UD_INVALID);
    assert_int_equal(import("device,serial,user,key_id,secret\na,b\n"), UD_INVALID);
    assert_int_equal(import("device,serial,user,key_id,secret\na,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\n"), UD_INVALID);
}

static const char bde[] = "BitLocker Drive Encryption: Configuration Tool version 10.0\r\n\r\n"
                          "Volume C: [Windows]\r\nAll Key Protectors\r\n\r\n"
                          "    TPM:\r\n      ID: {11112222-3333-4444-5555-666677778888}\r\n"
                          "      PCR Validation Profile:\r\n        0, 2, 4, 11\r\n\r\n"
                          "    Numerical Password:\r\n      ID: {8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8}\r\n"
                          "      Password:\r\n        " KEY_A "\r\n";

static bool
keep_kind(const struct ud_store_protector *p, void *arg)
{
    (void)snprintf(arg, 32, "%s", p->kind);
    return false;
}

static void
what_manage_bde_prints_gives_the_key_and_the_other_protectors(void **state)
{
    struct ud_keyid_prefix tpm;
    char kind[32] = "";

    (void)state;
    assert_int_equal(import_with(bde, (struct ud_import_options){ .device = "LON-LT-7", .serial = "S7" }), UD_OK);
    assert_int_equal(report.keys, 1);
    assert_int_equal(report.protectors, 1);
    assert_int_equal(devices(), 1);
    assert_int_equal(ud_keyid_prefix_parse(&tpm, "11112222", NULL), UD_OK);
    assert_int_equal(ud_store_protector_find(context.store, &tpm, 10, keep_kind, kind, &error), UD_OK);
    assert_string_equal(kind, "tpm");
}

static void
manage_bde_text_needs_the_device_it_is_of(void **state)
{
    (void)state;
    assert_int_equal(import(bde), UD_USAGE);
    assert_non_null(strstr(error.hint, "--device"));
}

static void
headings_in_another_language_do_not_matter(void **state)
{
    (void)state;
    assert_int_equal(import_with("Volume C: [Systeem]\nAlle sleutelbeveiligingen\n\n    Numeriek wachtwoord:\n"
                                 "      Id: {8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8}\n      Wachtwoord:\n        " KEY_A "\n",
                         (struct ud_import_options){ .device = "AMS-1" }),
        UD_OK);
    assert_int_equal(report.keys, 1);
    assert_int_equal(report.protectors, 0);
}

#define WITH_A_STORE(test) cmocka_unit_test_setup_teardown(test, make_store, drop_store)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_STORE(a_csv_with_the_needed_columns_is_stored),
        WITH_A_STORE(what_was_imported_opens_again_as_it_was),
        WITH_A_STORE(who_signed_in_to_a_device_is_gathered_from_every_line),
        WITH_A_STORE(one_wrong_group_names_line_and_group_and_nothing_is_stored),
        WITH_A_STORE(a_dry_run_lists_everything_and_stores_nothing),
        WITH_A_STORE(a_key_that_is_stored_already_is_a_duplicate),
        WITH_A_STORE(columns_are_checked_by_name),
        WITH_A_STORE(optional_columns_are_read_and_their_values_checked),
        WITH_A_STORE(a_line_that_is_no_csv_is_a_problem_and_not_a_crash),
        WITH_A_STORE(what_manage_bde_prints_gives_the_key_and_the_other_protectors),
        WITH_A_STORE(manage_bde_text_needs_the_device_it_is_of),
        WITH_A_STORE(headings_in_another_language_do_not_matter),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
