/* Times and sentences on screens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "view/chrome.h"
#include "view/devices.h"

#define NOW     ((ud_wall)1795183320000) /* 2026-11-20 14:02 UTC, a Friday */
#define MINUTES ((ud_wall)60000)
#define HOURS   (60 * MINUTES)
#define DAYS    (24 * HOURS)

static void
times_are_as_long_as_they_must_be(void **state)
{
    static const struct {
        ud_wall at;
        const char *clock, *ago;
    } table[] = {
        { NOW, "14:02", "just now" },
        { NOW - 59000, "14:01", "just now" },
        { NOW - 5 * MINUTES, "13:57", "5 min ago" },
        { NOW - 3 * HOURS, "11:02", "3 h ago" },
        { NOW - 23 * HOURS, "Thu 15:02", "23 h ago" },
        { NOW - 1 * DAYS, "Thu 14:02", "1 day ago" },
        { NOW - 13 * DAYS, "2026-11-07", "13 days ago" },
        { NOW - 92 * DAYS, "2026-08-20", "2026-08-20" },
        { NOW + 5 * MINUTES, "14:07", "just now" },
        { NOW + 3 * DAYS, "2026-11-23", "2026-11-23" },
        { UD_WALL_NONE, "-", "never" },
        { 0, "1970-01-01", "1970-01-01" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char clock[32], ago[48];

        ud_view_clock(clock, table[i].at, NOW);
        ud_view_ago(ago, table[i].at, NOW);
        assert_string_equal(clock, table[i].clock);
        assert_string_equal(ago, table[i].ago);
    }
}

static void
remaining_time_is_rounded_up_and_never_negative(void **state)
{
    char out[16];

    (void)state;
    ud_view_minutes(out, 60000);
    assert_string_equal(out, "1:00");
    ud_view_minutes(out, 59001);
    assert_string_equal(out, "1:00");
    ud_view_minutes(out, 500);
    assert_string_equal(out, "0:01");
    ud_view_minutes(out, -5);
    assert_string_equal(out, "0:00");
}

static void
a_miss_is_never_a_false_no(void **state)
{
    char out[900];

    (void)state;
    ud_view_miss_text(
        out, sizeof(out), "8A5D13D6", "Entra (list of 2 minutes ago), escrowd", "Active Directory (not configured)", 2, true);
    assert_non_null(strstr(out, "No recovery key ID starts with 8A5D13D6."));
    assert_non_null(strstr(out, "Asked: Entra (list of 2 minutes ago), escrowd."));
    assert_non_null(strstr(out, "Not asked: Active Directory (not configured)."));
    assert_non_null(strstr(out, "still being loaded"));
    assert_non_null(strstr(out, "not 'Drive label'"));
    assert_non_null(strstr(out, "One character different: 2 keys."));
    ud_view_miss_text(out, sizeof(out), "8A5D13D6", NULL, NULL, 0, false);
    assert_null(strstr(out, "sked"));
    assert_null(strstr(out, "different"));
    ud_view_miss_text(out, 20, "8A5D13D6", "Entra", NULL, 1, true);
    assert_int_equal(strlen(out), 19);
}

static void
the_words_of_screens_avoid_what_operators_do_not_say(void **state)
{
    static const char *const never[] = { "secret", "reveal", "disclos", "rotat", "superseded", "pending" };

    (void)state;
    for (int i = 0; i < UD_KIND_COUNT; i++) {
        for (size_t n = 0; n < sizeof(never) / sizeof(never[0]); n++) {
            assert_null(strstr(ud_view_kind((enum ud_kind)i), never[n]));
            assert_null(strstr(ud_view_key_state((enum ud_key_state)i), never[n]));
        }
        assert_true(ud_view_kind((enum ud_kind)i)[0]);
    }
}

static int
setup(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_as_long_as_they_must_be),
        cmocka_unit_test(remaining_time_is_rounded_up_and_never_negative),
        cmocka_unit_test(a_miss_is_never_a_false_no),
        cmocka_unit_test(the_words_of_screens_avoid_what_operators_do_not_say),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
