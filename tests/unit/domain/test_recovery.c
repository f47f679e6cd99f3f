#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/device.h"
#include "domain/recovery.h"

static const char valid_bitlocker[] = "496298-461032-321464-595518-463221-173943-033616-139579";

static int
start(void **state)
{
    (void)state;
    return ud_seal_init(NULL) != UD_OK;
}

static struct ud_secret *
secret_of(const char *text)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, UD_RECOVERY_MAX * 2, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, text, strlen(text), NULL), UD_OK);
    return s;
}

static struct ud_recovery_check
check(enum ud_kind kind, const char *text)
{
    struct ud_secret *s = secret_of(text);
    struct ud_recovery_check c;

    ud_recovery_check(&c, kind, s);
    ud_secret_free(&s);
    return c;
}

/* What normalising gives, or NULL where it is refused. */
static const char *
normal(enum ud_kind kind, const char *text, struct ud_error *err)
{
    static char out[UD_RECOVERY_MAX * 2 + 1];
    struct ud_secret *s = secret_of(text);
    bool good = ud_recovery_normalise(s, kind, err) == UD_OK;

    memcpy(out, ud_secret_open(s), ud_secret_length(s));
    ud_secret_close(s);
    out[ud_secret_length(s)] = '\0';
    ud_secret_free(&s);
    return good ? out : NULL;
}

static void
exactly_the_multiples_of_eleven_below_the_limit_are_groups(void **state)
{
    unsigned valid = 0;

    (void)state;
    for (unsigned v = 0; v < 1000000; v++) {
        char text[8];
        snprintf(text, sizeof(text), "%06u", v);
        enum ud_group_fault want = v % 11 != 0 ? UD_GROUP_NOT_11 : v >= 720896 ? UD_GROUP_TOO_LARGE : UD_GROUP_OK;
        if (ud_recovery_group_check(UD_KIND_BITLOCKER, text, 6) != want)
            fail_msg("%s", text);
        valid += want == UD_GROUP_OK;
    }
    assert_int_equal(valid, 65536);
}

static void
one_wrong_digit_or_two_swapped_neighbours_are_always_found(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 720896; v += 11 * 7) {
        char text[8];
        snprintf(text, sizeof(text), "%06u", v);
        for (int i = 0; i < 6; i++) {
            char keep = text[i];
            for (char d = '0'; d <= '9'; d++) {
                text[i] = d;
                assert_int_equal(ud_recovery_group_check(UD_KIND_BITLOCKER, text, 6) == UD_GROUP_OK, d == keep);
            }
            text[i] = keep;
            if (i == 5 || text[i] == text[i + 1])
                continue;
            char swapped[8];
            memcpy(swapped, text, sizeof(swapped));
            swapped[i] = text[i + 1];
            swapped[i + 1] = text[i];
            assert_int_not_equal(ud_recovery_group_check(UD_KIND_BITLOCKER, swapped, 6), UD_GROUP_OK);
        }
    }
}

static void
published_keys_are_judged_as_published(void **state)
{
    struct ud_recovery_check c;

    (void)state;
    assert_true(check(UD_KIND_BITLOCKER, valid_bitlocker).ok);
    assert_true(check(UD_KIND_BITLOCKER, "461109-608201-413820-485342-181588-463056-430617-501391").ok);
    c = check(UD_KIND_BITLOCKER, "111111-222222-333333-444444-555555-666666-777777-888888");
    assert_false(c.ok);
    assert_int_equal(c.group, 7);
    assert_int_equal(c.fault, UD_GROUP_TOO_LARGE);
    c = check(UD_KIND_BITLOCKER, "123456-461032-321464-595518-463221-173943-033616-139579");
    assert_int_equal(c.group, 1);
    assert_int_equal(c.fault, UD_GROUP_NOT_11);
    assert_int_equal(c.group_count, 8);
    assert_int_equal(c.group_size, 6);
}

static void
the_stored_form_is_exact(void **state)
{
    static const char *const wrong[] = {
        "",
        "496298461032321464595518463221173943033616139579",
        "496298 461032 321464 595518 463221 173943 033616 139579",
        "496298-461032-321464-595518-463221-173943-033616-13957",
        "496298-461032-321464-595518-463221-173943-033616-1395790",
        "496298-461032-321464-595518-463221-173943-033616-13957a",
        "496298-461032-321464-595518-463221-173943-033616139579-",
        " 96298-461032-321464-595518-463221-173943-033616-139579",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(check(UD_KIND_BITLOCKER, wrong[i]).ok);
}

static void
filevault_takes_any_letters_and_warns_of_the_unusual(void **state)
{
    (void)state;
    assert_true(check(UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O").ok);
    assert_false(check(UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O").warn_unusual);
    assert_true(check(UD_KIND_FILEVAULT, "T2YG-WEGQ-WVFX-A37A-I3OM-NQKV").ok);
    assert_true(check(UD_KIND_FILEVAULT, "T2YG-WEGQ-WVFX-A37A-I3OM-NQKV").warn_unusual);
    assert_true(check(UD_KIND_FILEVAULT, "0AAA-AAAA-AAAA-AAAA-AAAA-AAAS").warn_unusual);
    assert_int_equal(check(UD_KIND_FILEVAULT, "AAAQ-eaye-AUDA-OCAJ-B8FQ-YD8O").group, 2);
    assert_int_equal(check(UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8!").fault, UD_GROUP_CHARACTER);
}

static void
what_people_write_becomes_the_stored_form(void **state)
{
    static const struct {
        enum ud_kind kind;
        const char *in, *out;
    } rows[] = {
        { UD_KIND_BITLOCKER, "496298461032321464595518463221173943033616139579", valid_bitlocker },
        { UD_KIND_BITLOCKER, "496298 461032 321464 595518 463221 173943 033616 139579", valid_bitlocker },
        { UD_KIND_BITLOCKER, " 496298-461032-321464-595518 -463221- 173943-033616-139579\r\n", valid_bitlocker },
        { UD_KIND_BITLOCKER, valid_bitlocker, valid_bitlocker },
        { UD_KIND_FILEVAULT, "aaaqeayeaudaocajb8fqyd8o", "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O" },
        { UD_KIND_FILEVAULT, "AAAQ EAYE AUDA OCAJ B8FQ YD8O", "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O" },
        { UD_KIND_LUKS, "CBDEFGHIJKLNRTUVcbdefghijklnrtuvcbdefghijklnrtuvcbdefghijklnrtuv",
            "cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv" },
        { UD_KIND_LUKS, "correct horse battery staple\n", "correct horse battery staple" },
        { UD_KIND_LAPS, "aB3-x 9!\n", "aB3-x 9!" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *out = normal(rows[i].kind, rows[i].in, NULL);
        assert_non_null(out);
        assert_string_equal(out, rows[i].out);
        assert_true(check(rows[i].kind, out).ok);
        assert_string_equal(normal(rows[i].kind, rows[i].out, NULL), rows[i].out);
    }
}

static void
a_refusal_names_the_group(void **state)
{
    static const struct {
        enum ud_kind kind;
        const char *in, *message;
    } rows[] = {
        { UD_KIND_BITLOCKER, "496298-461032-321465-595518-463221-173943-033616-139579", "Group 3: it is not a multiple of 11" },
        { UD_KIND_BITLOCKER, "496298-461032-32146-595518-463221-173943-033616-139579", "Group 3: it does not have" },
        { UD_KIND_BITLOCKER, "496298-461032-3214644-595518-463221-173943-033616-139579", "Group 3: it does not have" },
        { UD_KIND_BITLOCKER, "496298-461032-321464-595518-463221-173943-033616-72O885", "Group 8: it has a character" },
        { UD_KIND_BITLOCKER, "496298-461032-321464-595518-463221-173943-033616-720896", "Group 8: it is larger than 720885" },
        { UD_KIND_BITLOCKER, "496298-461032-321464-595518-463221-173943-033616", "8 groups of 6" },
        { UD_KIND_BITLOCKER, "49629846103232146459551846322117394303361613957", "8 groups of 6" },
        { UD_KIND_BITLOCKER, "", "8 groups of 6" },
        { UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8\xC3", "Group 6: it has a character" },
        { UD_KIND_LAPS, "", "empty" },
        { UD_KIND_LAPS, "abc\tdef", "Group 1: it has a character" },
    };
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (normal(rows[i].kind, rows[i].in, &err) != NULL)
            fail_msg("%s is accepted", rows[i].in);
        if (strstr(err.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].in, err.message);
    }
}

/* A misplaced dash is no wrong key: eight right groups count, however they were spaced. */
static void
gaps_in_odd_places_do_not_matter_when_the_count_is_right(void **state)
{
    (void)state;
    assert_string_equal(
        normal(UD_KIND_BITLOCKER, "49-6298461032 321464-595518-4632 21-173943-033616-139579", NULL), valid_bitlocker);
}

static void
keys_of_another_kind_are_explained(void **state)
{
    struct ud_error err;

    (void)state;
    assert_null(normal(UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O-AAAA", &err));
    assert_non_null(strstr(err.hint, "Apple Account"));
    assert_null(normal(UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ", &err));
    assert_non_null(strstr(err.hint, "fault of macOS"));
}

static void
a_secret_without_room_for_the_dashes_is_refused_unchanged(void **state)
{
    const char *plain = "496298461032321464595518463221173943033616139579";
    struct ud_secret *s;
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_secret_new(&s, strlen(plain), NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, plain, strlen(plain), NULL), UD_OK);
    assert_int_equal(ud_recovery_normalise(s, UD_KIND_BITLOCKER, &err), UD_INVALID);
    assert_memory_equal(ud_secret_open(s), plain, strlen(plain));
    ud_secret_close(s);
    ud_secret_free(&s);
}

static void
a_passphrase_as_long_as_a_luks_key_is_refused(void **state)
{
    char text[72];
    struct ud_error err;

    (void)state;
    memset(text, 'x', 71);
    text[71] = '\0';
    assert_null(normal(UD_KIND_LUKS, text, &err));
    assert_non_null(strstr(err.message, "71"));
    text[70] = '\0';
    assert_non_null(normal(UD_KIND_LUKS, text, &err));
}

static void
values_longer_than_the_maximum_are_refused(void **state)
{
    char text[140];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[UD_RECOVERY_MAX] = '\0';
    assert_true(check(UD_KIND_LAPS, text).ok);
    assert_int_equal(check(UD_KIND_LAPS, text).group_count, 32);
    text[UD_RECOVERY_MAX] = 'x';
    text[UD_RECOVERY_MAX + 1] = '\0';
    assert_false(check(UD_KIND_LAPS, text).ok);
}

static void
groups_cover_the_stored_form_without_gap_or_overlap(void **state)
{
    static const struct {
        enum ud_kind kind;
        size_t length;
        unsigned count;
        size_t gap;
    } rows[] = { { UD_KIND_BITLOCKER, 55, 8, 1 }, { UD_KIND_FILEVAULT, 29, 6, 1 }, { UD_KIND_LUKS, 71, 8, 1 },
        { UD_KIND_LUKS, 30, 8, 0 }, { UD_KIND_LAPS, 14, 4, 0 }, { UD_KIND_LAPS, 1, 1, 0 }, { UD_KIND_LAPS, 0, 0, 0 },
        { UD_KIND_BITLOCKER, 54, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t offset, length, next = 0;
        assert_int_equal(ud_recovery_group_count(rows[i].kind, rows[i].length), rows[i].count);
        for (unsigned g = 0; g < rows[i].count; g++) {
            assert_true(ud_recovery_group(rows[i].kind, rows[i].length, g, &offset, &length));
            assert_int_equal(offset, next);
            assert_true(length > 0);
            next = offset + length + rows[i].gap;
        }
        if (rows[i].count > 0)
            assert_int_equal(next - rows[i].gap, rows[i].length);
        assert_false(ud_recovery_group(rows[i].kind, rows[i].length, rows[i].count, &offset, &length));
    }
}

static void
a_typed_group_has_the_right_length_and_characters(void **state)
{
    static const struct {
        enum ud_kind kind;
        const char *typed;
        enum ud_group_fault fault;
    } rows[] = {
        { UD_KIND_BITLOCKER, "49629", UD_GROUP_SHORT },
        { UD_KIND_BITLOCKER, "4962988", UD_GROUP_SHORT },
        { UD_KIND_BITLOCKER, "", UD_GROUP_SHORT },
        { UD_KIND_BITLOCKER, "4962a8", UD_GROUP_CHARACTER },
        { UD_KIND_BITLOCKER, "000000", UD_GROUP_OK },
        { UD_KIND_BITLOCKER, "720885", UD_GROUP_OK },
        { UD_KIND_BITLOCKER, "720896", UD_GROUP_TOO_LARGE },
        { UD_KIND_FILEVAULT, "aaaq", UD_GROUP_OK },
        { UD_KIND_FILEVAULT, "AA-Q", UD_GROUP_CHARACTER },
        { UD_KIND_FILEVAULT, "AAA", UD_GROUP_SHORT },
        { UD_KIND_LUKS, "cbdefghi", UD_GROUP_OK },
        { UD_KIND_LUKS, "cbdefgha", UD_GROUP_CHARACTER },
        { UD_KIND_LUKS, "pass", UD_GROUP_OK },
        { UD_KIND_LAPS, "x", UD_GROUP_OK },
        { UD_KIND_LAPS, "xxxxx", UD_GROUP_SHORT },
        { UD_KIND_LAPS, "\xC3\xA9", UD_GROUP_CHARACTER },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ud_recovery_group_check(rows[i].kind, rows[i].typed, strlen(rows[i].typed)) != rows[i].fault)
            fail_msg("%s", rows[i].typed);
    }
}

static void
generated_keys_are_valid_normal_and_all_different(void **state)
{
    struct ud_secret *keys[UD_KIND_COUNT][20];

    (void)state;
    for (unsigned k = 0; k < UD_KIND_COUNT; k++) {
        for (size_t i = 0; i < 20; i++) {
            struct ud_recovery_check c;
            assert_int_equal(ud_recovery_generate(&keys[k][i], (enum ud_kind)k, NULL), UD_OK);
            ud_recovery_check(&c, (enum ud_kind)k, keys[k][i]);
            assert_true(c.ok);
            assert_false(c.warn_unusual);
            assert_int_equal(ud_recovery_group_count((enum ud_kind)k, ud_secret_length(keys[k][i])), c.group_count);
            assert_int_equal(ud_recovery_normalise(keys[k][i], (enum ud_kind)k, NULL), UD_OK);
            for (size_t j = 0; j < i; j++)
                assert_false(ud_secret_equal(keys[k][i], keys[k][j]));
        }
        for (size_t i = 0; i < 20; i++)
            ud_secret_free(&keys[k][i]);
    }
}

/* Whatever bytes come, nothing crashes and an accepted value is in the stored form. */
static void
random_bytes_are_refused_or_stored_exactly(void **state)
{
    static const char alphabet[] = "0123456789 -AzZ!\n\tcbk\xC3";
    unsigned seed = 5;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char text[100];
        size_t n = (unsigned)rand_r(&seed) % sizeof(text);
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[(unsigned)rand_r(&seed) % (round % 2 == 0 ? 11 : sizeof(alphabet) - 1)];
        text[n == sizeof(text) ? n - 1 : n] = '\0';
        enum ud_kind kind = (enum ud_kind)((unsigned)rand_r(&seed) % UD_KIND_COUNT);
        const char *out = normal(kind, text, NULL);
        if (out != NULL)
            assert_true(check(kind, out).ok);
    }
}

static void
names_and_values_agree(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UD_KIND_COUNT; i++) {
        enum ud_kind k;
        assert_true(ud_kind_parse(&k, ud_kind_name((enum ud_kind)i)));
        assert_int_equal(k, i);
    }
    for (unsigned i = UD_VOLUME_OS; i <= UD_VOLUME_REMOVABLE; i++) {
        enum ud_volume v;
        assert_true(ud_volume_parse(&v, ud_volume_name((enum ud_volume)i)));
        assert_int_equal(v, i);
    }
    for (unsigned i = 0; i <= UD_KEY_ROTATION_PENDING; i++) {
        enum ud_key_state s;
        assert_true(ud_key_state_parse(&s, ud_key_state_name((enum ud_key_state)i)));
        assert_int_equal(s, i);
    }
    for (unsigned i = 0; i <= UD_OWNERSHIP_PERSONAL; i++) {
        enum ud_ownership o;
        assert_true(ud_ownership_parse(&o, ud_ownership_name((enum ud_ownership)i)));
        assert_int_equal(o, i);
    }
    enum ud_kind k;
    enum ud_volume v;
    enum ud_ownership o = UD_OWNERSHIP_COMPANY;
    assert_false(ud_kind_parse(&k, "BitLocker"));
    assert_false(ud_volume_parse(&v, ""));
    assert_null(ud_volume_name(UD_VOLUME_NONE));
    assert_false(ud_ownership_parse(&o, "mine"));
    assert_int_equal(o, UD_OWNERSHIP_UNKNOWN);
    assert_string_equal(ud_key_mark_name(UD_MARK_DUE), "due");
    assert_string_equal(ud_kind_name((enum ud_kind)99), "unknown");
}

static void
fault_sentences_name_the_group_and_say_what_to_do(void **state)
{
    char text[160];
    struct ud_recovery_check c = { .group = 3, .fault = UD_GROUP_NOT_11, .group_count = 8, .group_size = 6 };

    (void)state;
    ud_recovery_fault_text(text, sizeof(text), &c);
    assert_string_equal(text, "Group 3: it is not a multiple of 11, so one digit is wrong; ask for it again");
    c.group = 0;
    c.fault = UD_GROUP_SHORT;
    ud_recovery_fault_text(text, sizeof(text), &c);
    assert_string_equal(text, "The recovery key must have 8 groups of 6 characters");
}

static void
a_text_is_guessed_to_be_what_it_is_meant_as(void **state)
{
    static const struct {
        const char *text;
        enum ud_kind kind;
    } row[] = { { "461109-608201-413820-485342-181588-463056-430617-501391", UD_KIND_BITLOCKER },
        { "461109608201413820485342181588463056430617", UD_KIND_BITLOCKER },
        { "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O", UD_KIND_FILEVAULT }, { "AAAQEAYEAUDAOCAJB8FQYD8O", UD_KIND_FILEVAULT },
        { "AAAQ-EAYE-AUDA-OCAJ-B8FQ", UD_KIND_FILEVAULT }, { "correct horse battery", UD_KIND_LUKS },
        { "cbdefghi-jklnrtuv-cbdefghi-jklnrtuv", UD_KIND_LUKS }, { "123456", UD_KIND_LUKS }, { "PASSWORD", UD_KIND_LUKS } };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_secret *key = NULL;
        assert_int_equal(ud_secret_new(&key, 128, NULL), UD_OK);
        assert_int_equal(ud_secret_append(key, row[i].text, strlen(row[i].text), NULL), UD_OK);
        if (ud_recovery_guess(key) != row[i].kind)
            fail_msg("%s", row[i].text);
        ud_secret_free(&key);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_guessed_to_be_what_it_is_meant_as),
        cmocka_unit_test(exactly_the_multiples_of_eleven_below_the_limit_are_groups),
        cmocka_unit_test(one_wrong_digit_or_two_swapped_neighbours_are_always_found),
        cmocka_unit_test(published_keys_are_judged_as_published),
        cmocka_unit_test(the_stored_form_is_exact),
        cmocka_unit_test(filevault_takes_any_letters_and_warns_of_the_unusual),
        cmocka_unit_test(what_people_write_becomes_the_stored_form),
        cmocka_unit_test(a_refusal_names_the_group),
        cmocka_unit_test(gaps_in_odd_places_do_not_matter_when_the_count_is_right),
        cmocka_unit_test(keys_of_another_kind_are_explained),
        cmocka_unit_test(a_secret_without_room_for_the_dashes_is_refused_unchanged),
        cmocka_unit_test(a_passphrase_as_long_as_a_luks_key_is_refused),
        cmocka_unit_test(values_longer_than_the_maximum_are_refused),
        cmocka_unit_test(groups_cover_the_stored_form_without_gap_or_overlap),
        cmocka_unit_test(a_typed_group_has_the_right_length_and_characters),
        cmocka_unit_test(generated_keys_are_valid_normal_and_all_different),
        cmocka_unit_test(random_bytes_are_refused_or_stored_exactly),
        cmocka_unit_test(names_and_values_agree),
        cmocka_unit_test(fault_sentences_name_the_group_and_say_what_to_do),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
