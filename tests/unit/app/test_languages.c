/* What has to hold in every language: spelling, reasons, the activity log, the width of words on the key screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "app/log_words.h"
#include "app/spelling.h"
#include "app/where.h"
#include "base/i18n.h"
#include "base/text.h"
#include "domain/policy.h"
#include "grid/canvas.h"
#include "journal/journal.h"
#include "tests/support/language.h"
#include "view/chrome.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
letters_are_spelled_with_words_that_begin_with_them(void **state)
{
    static const char *const latin[] = { "en", "nl", "sv" };

    (void)state;
    for (size_t l = 0; l < COUNT(latin); l++) {
        struct ud_spelling s;

        language_speak(latin[l]);
        ud_spelling_fill(&s);
        for (char c = 'A'; c <= 'Z'; c++)
            if (s.word[(int)c][0] != c)
                fail_msg("%s: %c is spelled %s", latin[l], c, s.word[(int)c]);
    }
    language_speak("en");
}

static void
no_two_characters_are_spelled_alike(void **state)
{
    static const char all[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    (void)state;
    for (size_t l = 0; l < COUNT(test_languages); l++) {
        struct ud_spelling s;

        language_speak(test_languages[l]);
        ud_spelling_fill(&s);
        for (size_t i = 0; all[i] != '\0'; i++)
            for (size_t k = i + 1; all[k] != '\0'; k++)
                assert_string_not_equal(s.word[(int)all[i]], s.word[(int)all[k]]);
    }
    language_speak("en");
}

/* Six digits, two gaps of three, four of one, in the 76 cells of a small terminal. */
static void
six_digits_fit_in_words_beside_the_group(void **state)
{
    (void)state;
    for (size_t l = 0; l < COUNT(test_languages); l++) {
        struct ud_spelling s;
        int longest = 0;

        language_speak(test_languages[l]);
        ud_spelling_fill(&s);
        for (char c = '0'; c <= '9'; c++)
            longest = ud_cells(s.word[(int)c]) > longest ? ud_cells(s.word[(int)c]) : longest;
        assert_in_range(6 + 2 * 3 + 4 + 6 * longest, 1, 76);
    }
    language_speak("en");
}

static void
every_shipped_reason_and_way_of_checking_is_translated(void **state)
{
    struct ud_policy p;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    for (size_t l = 0; l < COUNT(test_languages); l++) {
        language_speak(test_languages[l]);
        for (size_t i = 0; i < p.reason_count; i++)
            if (strcmp(ud_translate(p.reason[i].text), p.reason[i].text) == 0)
                fail_msg("%s: \"%s\" is not translated", test_languages[l], p.reason[i].text);
        for (size_t i = 0; i < p.verified_count; i++)
            if (strcmp(ud_translate(p.verified_way[i]), p.verified_way[i]) == 0)
                fail_msg("%s: \"%s\" is not translated", test_languages[l], p.verified_way[i]);
        assert_string_not_equal(ud_translate(p.helpdesk), p.helpdesk);
    }
    language_speak("en");
}

static void
every_event_of_the_log_has_words_that_fit_their_column(void **state)
{
    (void)state;
    for (size_t l = 0; l <= COUNT(test_languages); l++) {
        language_speak(l < COUNT(test_languages) ? test_languages[l] : "en");
        for (int e = 0; e < UD_EVENT_COUNT; e++) {
            const char *name = ud_event_kind_name((enum ud_event_kind)e), *words = ud_log_event(name);

            if (l < COUNT(test_languages) && strcmp(words, name) == 0)
                fail_msg("\"%s\" has no words", name);
            if (ud_cells(words) > 14)
                fail_msg("\"%s\" takes %d cells", words, ud_cells(words));
        }
    }
    language_speak("en");
}

static void
where_the_key_is_typed_takes_a_line_each(void **state)
{
    struct ud_where none = { 0 };
    const char *line[2];

    (void)state;
    for (size_t l = 0; l < COUNT(test_languages); l++) {
        language_speak(test_languages[l]);
        ud_where_lines(line, &none, UD_KIND_BITLOCKER);
        assert_in_range(ud_cells(line[0]), 10, 76);
        assert_in_range(ud_cells(line[1]), 10, 76);
    }
    language_speak("en");
}

static void
names_of_days_come_from_the_catalogue(void **state)
{
    const ud_wall now = (ud_wall)1795183320000; /* 2026-11-20 14:02 UTC, a Friday */
    static const char *const thursday[] = { "do 14:02", "tors 14:02", "木 14:02" };
    char out[32];

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    for (size_t l = 0; l < COUNT(test_languages); l++) {
        language_speak(test_languages[l]);
        ud_view_clock(out, now - 24 * (ud_wall)3600000, now);
        assert_string_equal(out, thursday[l]);
    }
    language_speak("en");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_spelled_with_words_that_begin_with_them),
        cmocka_unit_test(no_two_characters_are_spelled_alike),
        cmocka_unit_test(six_digits_fit_in_words_beside_the_group),
        cmocka_unit_test(every_shipped_reason_and_way_of_checking_is_translated),
        cmocka_unit_test(every_event_of_the_log_has_words_that_fit_their_column),
        cmocka_unit_test(where_the_key_is_typed_takes_a_line_each),
        cmocka_unit_test(names_of_days_come_from_the_catalogue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
