#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/text.h"

struct row {
    const char *in, *out;
    bool changed;
};

static void
what_could_lie_on_a_screen_is_removed(void **state)
{
    static const struct row rows[] = {
        { "plain", "plain", false }, { "J\xC3\xB6rg \xE6\x97\xA5\xE6\x9C\xAC", "J\xC3\xB6rg \xE6\x97\xA5\xE6\x9C\xAC", false },
        { "a\x1b[31mred", "a[31mred", true },
        { "a\x7f"
          "b",
            "ab", true },
        { "a\xC2\x9B"
          "31m",
            "a31m", true }, /* C1 as UTF-8 */
        { "a\x9b"
          "31m",
            "a31m", true },                                       /* C1 as a raw byte */
        { "invoice\xE2\x80\xAEgpj.exe", "invoicegpj.exe", true }, /* right-to-left override */
        { "\xE2\x81\xA6x\xE2\x81\xA9", "x", true },               /* isolates */
        { "a\xD8\x9C"
          "b",
            "ab", true },                                         /* Arabic letter mark */
        { "a\xE2\x80\x8B\xE2\x80\x8D\xEF\xBB\xBFz", "az", true }, /* zero width, joiner, BOM */
        { "a\xC2\xADz", "az", true },                             /* soft hyphen */
        { "a\xEF\xB8\x8Fz", "az", true },                         /* variation selector */
        { "a\xF3\xA0\x81\x81z", "az", true },                     /* tag */
        { "a\xE2\x80\xA8z", "az", true },                         /* line separator */
        { "a\xEF\xBF\xB9z", "az", true },                         /* interlinear mark */
        { "a\xEE\x80\x80z", "az", true },                         /* private use */
        { "a\xEF\xB7\x90z", "az", true },                         /* non-character */
        { "a\xF4\x8F\xBF\xBFz", "az", true },                     /* U+10FFFF */
        { "a\xE3\x85\xA4z", "az", true },                         /* Hangul filler */
        { "a\tb\r\n\tc", "a b c", true }, { "e\xCC\x81\xCC\x82\xCC\x83", "e\xCC\x81\xCC\x82", true }, /* a third mark */
        { "\xCC\x81"
          "e",
            "e", true },                      /* a mark with nothing to sit on */
        { "a\xC0\xAFz", "az", true },         /* overlong */
        { "a\xED\xA0\x80z", "az", true },     /* surrogate */
        { "a\xE6\x97", "a", true },           /* cut off */
        { "a\xF5\x80\x80\x80z", "az", true }, /* beyond Unicode */
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool changed = ud_text_clean(out, sizeof(out), rows[i].in, strlen(rows[i].in));
        assert_string_equal(out, rows[i].out);
        if (changed != rows[i].changed)
            fail_msg("row %zu: changed is %d", i, changed);
    }
}

static void
a_nul_byte_does_not_end_the_text(void **state)
{
    char out[8];

    (void)state;
    assert_true(ud_text_clean(out, sizeof(out), "ab\0cd", 5));
    assert_string_equal(out, "abcd");
}

static void
text_that_does_not_fit_is_cut_between_characters(void **state)
{
    char out[6];

    (void)state;
    assert_true(ud_text_clean(out, sizeof(out), "abcd\xC3\xA9", 6));
    assert_string_equal(out, "abcd");
    assert_false(ud_text_clean(out, sizeof(out), "abc\xC3\xA9", 5));
    assert_string_equal(out, "abc\xC3\xA9");
    assert_true(ud_text_clean(out, 1, "a", 1));
    assert_string_equal(out, "");
    assert_false(ud_text_clean(out, 1, "", 0));
}

/* Mostly interesting bytes. */
static size_t
random_bytes(char *out, size_t size, unsigned *seed)
{
    static const char *const pieces[] = { "a", "\x1b", "\xE2\x80\xAE", "\xCC\x81", "\xE6\x97\xA5", "\xF0\x9F\x98\x80",
        "\xE2\x80\x8D", "\t", "\n", " ", "\xE1\x85\xA1", "\xE0\xA4\x95", "\xE0\xA5\x8D", "\xF0\x9F\x87\xA9", "\xC2\x85" };
    size_t used = 0;

    while (used + 4 < size && rand_r(seed) % 40 != 0) {
        if (rand_r(seed) % 3 == 0) {
            out[used++] = (char)(rand_r(seed) & 0xFF);
        } else {
            const char *p = pieces[(unsigned)rand_r(seed) % (sizeof(pieces) / sizeof(pieces[0]))];
            memcpy(out + used, p, strlen(p));
            used += strlen(p);
        }
    }
    return used;
}

static void
cleaning_random_bytes_gives_valid_text_and_cleaning_again_changes_nothing(void **state)
{
    unsigned seed = 1;
    char in[256], once[256], twice[256];

    (void)state;
    for (int round = 0; round < 50000; round++) {
        size_t length = random_bytes(in, sizeof(in), &seed);
        size_t room = (unsigned)rand_r(&seed) % sizeof(once) + 1;
        bool changed = ud_text_clean(once, room, in, length);
        assert_true(ud_text_valid(once, strlen(once)));
        assert_true(strlen(once) < room && strlen(once) <= length);
        assert_false(ud_text_clean(twice, sizeof(twice), once, strlen(once)));
        assert_string_equal(once, twice);
        if (!changed)
            assert_memory_equal(once, in, length);
        for (const char *p = once; *p != '\0'; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
    }
}

static void
no_banned_code_point_of_all_unicode_comes_through(void **state)
{
    (void)state;
    for (int32_t cp = 0x80; cp <= 0x10FFFF; cp++) {
        char in[8] = "a", out[8];
        utf8proc_category_t c = utf8proc_category(cp);
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        utf8proc_ssize_t n = utf8proc_encode_char(cp, (utf8proc_uint8_t *)in + 1);
        bool changed = ud_text_clean(out, sizeof(out), in, (size_t)n + 1);
        bool banned = c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF || c == UTF8PROC_CATEGORY_CO ||
                      c == UTF8PROC_CATEGORY_CN || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
        if (banned && (!changed || strcmp(out, "a") != 0))
            fail_msg("U+%04X comes through", (unsigned)cp);
    }
}

static void
the_raw_form_names_what_was_removed(void **state)
{
    char out[64];

    (void)state;
    ud_text_escape(out, sizeof(out), "a\xE2\x80\xAE\x1b\xFF z", 8);
    assert_string_equal(out, "a\\u{202E}\\u{001B}\\x{FF} z");
    ud_text_escape(out, 9, "a\xE2\x80\xAE", 4);
    assert_string_equal(out, "a");
    ud_text_escape(out, 10, "a\xE2\x80\xAE", 4);
    assert_string_equal(out, "a\\u{202E}");
}

static void
plain_characters_are_counted_up_to_one_that_may_carry_a_mark(void **state)
{
    static const struct {
        const char *text;
        size_t plain, width;
    } rows[] = { { "", 0, 0 }, { "abc", 3, 3 }, { "ab\xC3\xA9", 1, 3 }, { "abe\xCC\x81", 2, 3 },
        { "\xE6\x97\xA5"
          "b",
            0, 3 },
        { "a\tb", 1, 2 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ud_text_plain(rows[i].text, strlen(rows[i].text)), rows[i].plain);
        assert_int_equal(ud_text_width(rows[i].text, strlen(rows[i].text)), rows[i].width);
    }
}

static void
clusters_have_the_width_a_terminal_gives_them(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
        int width;
    } rows[] = {
        { "a", 1, 1 },
        { "ab", 1, 1 },
        { "\xE6\x97\xA5", 3, 2 },
        { "e\xCC\x81x", 3, 1 },
        { "\xF0\x9F\x98\x80", 4, 2 },
        { "\xEA\xB0\x80", 3, 2 },
        { "\xE1\x84\x80\xE1\x85\xA1", 6, 2 },
        { "\xE0\xA4\x95\xE0\xA4\xBE", 6, 2 }, /* Devanagari ka and its vowel sign */
        { "", 0, 0 },
        { "\xFF", 1, 0 },
    };
    int width;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ud_text_next(rows[i].text, strlen(rows[i].text), &width), rows[i].bytes);
        assert_int_equal(width, rows[i].width);
    }
    assert_int_equal(ud_text_width("a\xE6\x97\xA5"
                                   "e\xCC\x81",
                         7),
        4);
}

static void
fitting_never_splits_a_cluster_nor_exceeds_the_cells(void **state)
{
    const char *text = "a\xE6\x97\xA5"
                       "e\xCC\x81z";
    static const size_t bytes[] = { 0, 1, 1, 4, 7, 8, 8 };
    static const size_t cells[] = { 0, 1, 1, 3, 4, 5, 5 };
    size_t used;

    (void)state;
    for (size_t want = 0; want < 7; want++) {
        assert_int_equal(ud_text_fit(text, strlen(text), want, &used), bytes[want]);
        assert_int_equal(used, cells[want]);
    }
}

static void
walking_clusters_of_random_text_ends_and_adds_up(void **state)
{
    unsigned seed = 7;
    char in[256], clean[256];

    (void)state;
    for (int round = 0; round < 5000; round++) {
        ud_text_clean(clean, sizeof(clean), in, random_bytes(in, sizeof(in), &seed));
        size_t length = strlen(clean), at = 0, cells = 0, used;
        while (at < length) {
            int w;
            size_t n = ud_text_next(clean + at, length - at, &w);
            assert_in_range(n, 1, length - at);
            assert_in_range(w, 0, 2);
            at += n;
            cells += (size_t)w;
        }
        assert_int_equal(cells, ud_text_width(clean, length));
        assert_int_equal(ud_text_fit(clean, length, cells, &used), length);
    }
}

static void
folding_makes_cases_and_widths_equal(void **state)
{
    static const struct row rows[] = {
        { "LON-LT", "lon-lt", false },
        { "\xC3\x96RG", "\xC3\xB6rg", false },
        { "\xEF\xBC\xA1\xEF\xBC\x91\xEF\xBD\x82", "a1b", false }, /* full-width A 1 b */
        { "\xCE\xA3\xCF\x82\xCF\x83", "\xCF\x83\xCF\x83\xCF\x83", false },
        { "\xE2\x84\xAA", "k", false }, /* Kelvin sign */
        { "\xD0\x96", "\xD0\xB6", false },
        { "a\xE3\x80\x80z", "a z", false },
    };
    char out[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ud_text_fold(out, sizeof(out), rows[i].in, strlen(rows[i].in)), strlen(rows[i].out));
        assert_string_equal(out, rows[i].out);
    }
    assert_int_equal(ud_text_fold(out, 4, "ABCDE", 5), 3);
    assert_string_equal(out, "abc");
}

static void
folding_twice_is_folding_once(void **state)
{
    (void)state;
    for (int32_t cp = 1; cp <= 0x2FFFF; cp++) {
        char in[8], once[8], twice[8];
        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        utf8proc_ssize_t n = utf8proc_encode_char(cp, (utf8proc_uint8_t *)in);
        ud_text_fold(once, sizeof(once), in, (size_t)n);
        ud_text_fold(twice, sizeof(twice), once, strlen(once));
        if (strcmp(once, twice) != 0)
            fail_msg("U+%04X folds further", (unsigned)cp);
    }
}

static void
validity_is_that_of_utf8_without_nul(void **state)
{
    (void)state;
    assert_true(ud_text_valid("", 0));
    assert_true(ud_text_valid("\xF4\x8F\xBF\xBF", 4));
    assert_false(ud_text_valid("a\0b", 3));
    assert_false(ud_text_valid("\xC0\x80", 2));
    assert_false(ud_text_valid("\xE0\x80\x80", 3));
    assert_false(ud_text_valid("\xED\xBF\xBF", 3));
    assert_false(ud_text_valid("\xF4\x90\x80\x80", 4));
    assert_false(ud_text_valid("\xE6\x97", 2));
    assert_false(ud_text_valid("\x80", 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_could_lie_on_a_screen_is_removed),
        cmocka_unit_test(a_nul_byte_does_not_end_the_text),
        cmocka_unit_test(text_that_does_not_fit_is_cut_between_characters),
        cmocka_unit_test(cleaning_random_bytes_gives_valid_text_and_cleaning_again_changes_nothing),
        cmocka_unit_test(no_banned_code_point_of_all_unicode_comes_through),
        cmocka_unit_test(the_raw_form_names_what_was_removed),
        cmocka_unit_test(clusters_have_the_width_a_terminal_gives_them),
        cmocka_unit_test(plain_characters_are_counted_up_to_one_that_may_carry_a_mark),
        cmocka_unit_test(fitting_never_splits_a_cluster_nor_exceeds_the_cells),
        cmocka_unit_test(walking_clusters_of_random_text_ends_and_adds_up),
        cmocka_unit_test(folding_makes_cases_and_widths_equal),
        cmocka_unit_test(folding_twice_is_folding_once),
        cmocka_unit_test(validity_is_that_of_utf8_without_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
