#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/guid.h"

static const char sample[] = "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8";

static struct ud_guid
guid(const char *text)
{
    struct ud_guid g;

    assert_int_equal(ud_guid_parse(&g, text, strlen(text), NULL), UD_OK);
    return g;
}

static int
start(void **state)
{
    (void)state;
    return ud_seal_init(NULL) != UD_OK;
}

static void
every_guid_comes_back_in_lower_case(void **state)
{
    char text[UD_GUID_TEXT], brief[9];
    struct ud_guid g = guid("{8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8}");

    (void)state;
    ud_guid_format(text, &g);
    assert_string_equal(text, sample);
    ud_guid_short(brief, &g);
    assert_string_equal(brief, "8A5D13D6");
    for (int i = 0; i < 1000; i++) {
        struct ud_guid r, back;
        ud_guid_random(&r);
        ud_guid_format(text, &r);
        assert_int_equal(text[14], '4');
        assert_non_null(strchr("89ab", text[19]));
        back = guid(text);
        assert_int_equal(ud_guid_compare(&r, &back), 0);
    }
}

static void
malformed_guids_are_refused_and_leave_zero(void **state)
{
    static const char *const rows[] = {
        "",
        "8a5d13d6",
        "8a5d13d67ed946c8a74fac3adf016ec8",
        "{8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8",
        "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8}",
        "(8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8)",
        "8a5d13d6-7ed9-46c8-a74f-ac3adf016eg8",
        "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec",
        "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec80",
        "8a5d13d6 7ed9-46c8-a74f-ac3adf016ec8",
        "8a5d13d-67ed9-46c8-a74f-ac3adf016ec8",
        " 8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8",
    };
    struct ud_guid g;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&g, 1, sizeof(g));
        if (ud_guid_parse(&g, rows[i], strlen(rows[i]), NULL) != UD_INVALID)
            fail_msg("%s is accepted", rows[i]);
        assert_true(ud_guid_is_zero(&g));
    }
    assert_int_equal(ud_guid_parse(&g, "8a5d13d6-7ed9-46c8-a74f-ac3adf016e\0008", 36, NULL), UD_INVALID);
}

static void
a_prefix_is_read_however_it_is_written(void **state)
{
    static const struct {
        const char *text;
        unsigned digits;
    } rows[] = {
        { "8A5D13D6", 8 }, { "8a5d13d6", 8 }, { "{8a5d 13d6", 8 }, { "8a5d13d6-7", 9 }, { "  8A5D-13D6 ", 8 },
        { "{8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8}", 32 }, { "8a5d13d67ed946c8a74fac3adf016ec8", 32 },
        { "8a5d13d6\xE2\x80\x93"
          "7ed9",
            12 }, /* en dash */
        { "8a5d13d6\xE2\x88\x92"
          "7ed9",
            12 }, /* minus sign */
        { "\xEF\xBC\x98\xEF\xBC\xA1\xEF\xBC\x95\xEF\xBC\xA4\xEF\xBC\x91\xEF\xBC\x93\xEF\xBD\x84\xEF\xBC\x96",
            8 }, /* full width */
    };
    struct ud_guid whole = guid(sample);
    struct ud_keyid_prefix p;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ud_keyid_prefix_parse(&p, rows[i].text, NULL), UD_OK);
        assert_int_equal(p.digits, rows[i].digits);
        assert_true(ud_keyid_prefix_matches(&p, &whole));
    }
}

static void
keyid_prefix_shorter_than_eight_digits_is_refused(void **state)
{
    struct ud_keyid_prefix p;
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_keyid_prefix_parse(&p, "8a5d13d", &err), UD_INVALID);
    assert_non_null(strstr(err.message, "7 were given"));
    assert_non_null(strstr(err.hint, "8A5D13D6"));
    assert_int_equal(p.digits, 0);
    assert_int_equal(ud_keyid_prefix_parse(&p, "8", &err), UD_INVALID);
    assert_non_null(strstr(err.message, "1 was given"));
    assert_int_equal(ud_keyid_prefix_parse(&p, "", &err), UD_INVALID);
}

static void
what_people_misread_is_explained(void **state)
{
    static const struct {
        const char *text, *hint;
    } rows[] = {
        { "8a5d13do", "digit 0" },
        { "8a5dl3d6", "letter L" },
        { "8a5di3d6", "letter I" },
        { "8a5d13g6", "A-F" },
        { "8a5d13\xC3\xA9", "A-F" },
        { "496298-461032-321464-595518-463221-173943-033616-139579", "48 digits" },
        { "8a5d13d67ed946c8a74fac3adf016ec80", "48 digits" },
    };
    struct ud_keyid_prefix p;
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ud_keyid_prefix_parse(&p, rows[i].text, &err), UD_INVALID);
        assert_non_null(strstr(err.hint, rows[i].hint));
        assert_int_equal(p.digits, 0);
    }
}

static void
text_longer_than_any_id_is_refused(void **state)
{
    char text[2000];
    struct ud_keyid_prefix p;

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "8a5d13d6", 8);
    text[sizeof(text) - 1] = 'z';
    text[sizeof(text) - 2] = '\0';
    assert_int_equal(ud_keyid_prefix_parse(&p, text, NULL), UD_INVALID);
}

static void
a_prefix_matches_exactly_the_ids_that_start_so(void **state)
{
    struct ud_guid g = guid(sample);

    (void)state;
    for (unsigned digits = 8; digits <= 32; digits++) {
        char text[33], plain[33];
        size_t n = 0;
        for (const char *s = sample; *s != '\0'; s++) {
            if (*s != '-')
                plain[n++] = *s;
        }
        plain[n] = '\0';
        memcpy(text, plain, digits);
        text[digits] = '\0';
        struct ud_keyid_prefix p;
        assert_int_equal(ud_keyid_prefix_parse(&p, text, NULL), UD_OK);
        assert_true(ud_keyid_prefix_matches(&p, &g));
        for (unsigned i = 0; i < 32; i++) {
            struct ud_guid other = g;
            other.byte[i / 2] ^= (uint8_t)(i % 2 == 0 ? 0x10 : 0x01);
            assert_int_equal(ud_keyid_prefix_matches(&p, &other), i >= digits);
        }
    }
}

static void
text_that_looks_like_an_id_is_noticed_from_four_digits_on(void **state)
{
    (void)state;
    assert_int_equal(ud_keyid_looks_like("8a5"), 0);
    assert_int_equal(ud_keyid_looks_like("8a5d"), 4);
    assert_int_equal(ud_keyid_looks_like("{8a5d 13d6-"), 8);
    assert_int_equal(ud_keyid_looks_like("8a5z"), 0);
    assert_int_equal(ud_keyid_looks_like(""), 0);
    assert_int_equal(ud_keyid_looks_like("lon-lt-8a5d"), 0);
    assert_int_equal(ud_keyid_looks_like("8a5d13d67ed946c8a74fac3adf016ec8"), 32);
    assert_int_equal(ud_keyid_looks_like("8a5d13d67ed946c8a74fac3adf016ec80"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_guid_comes_back_in_lower_case),
        cmocka_unit_test(malformed_guids_are_refused_and_leave_zero),
        cmocka_unit_test(a_prefix_is_read_however_it_is_written),
        cmocka_unit_test(keyid_prefix_shorter_than_eight_digits_is_refused),
        cmocka_unit_test(what_people_misread_is_explained),
        cmocka_unit_test(text_longer_than_any_id_is_refused),
        cmocka_unit_test(a_prefix_matches_exactly_the_ids_that_start_so),
        cmocka_unit_test(text_that_looks_like_an_id_is_noticed_from_four_digits_on),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
