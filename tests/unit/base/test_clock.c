#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

static ud_wall
parsed(const char *text)
{
    ud_wall t;

    if (!ud_wall_parse(&t, text, strlen(text)))
        fail_msg("%s is refused", text);
    return t;
}

static void
known_moments_are_written_and_read(void **state)
{
    static const struct {
        const char *text;
        ud_wall t;
    } rows[] = {
        { "1970-01-01T00:00:00.000Z", 0 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2000-02-29T12:00:00.500Z", 951825600500 },
        { "2026-08-20T14:02:11.123Z", 1787234531123 },
        { "1900-01-01T00:00:00.000Z", -2208988800000 },
        { "2200-12-31T23:59:59.999Z", 7289654399999 },
        { "2038-01-19T03:14:08.000Z", 2147483648000 },
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ud_wall_format(text, sizeof(text), rows[i].t, true);
        assert_string_equal(text, rows[i].text);
        assert_true(parsed(rows[i].text) == rows[i].t);
    }
    ud_wall_format(text, sizeof(text), 1787234531999, false);
    assert_string_equal(text, "2026-08-20T14:02:11Z");
    ud_wall_format(text, sizeof(text), UD_WALL_NONE, false);
    assert_string_equal(text, "");
}

static void
every_day_of_three_centuries_comes_back(void **state)
{
    char text[32];

    (void)state;
    for (ud_wall t = -2208988800000; t < 7289654400000; t += 86400000 - 1) {
        struct tm tm;
        time_t s = (time_t)(t / 1000 - (t % 1000 < 0 ? 1 : 0));
        char reference[32];
        ud_wall_format(text, sizeof(text), t, true);
        assert_true(parsed(text) == t);
        assert_non_null(gmtime_r(&s, &tm));
        strftime(reference, sizeof(reference), "%Y-%m-%dT%H:%M:%S", &tm);
        assert_memory_equal(text, reference, strlen(reference));
    }
}

static void
offsets_and_fractions_are_understood(void **state)
{
    (void)state;
    assert_true(parsed("2026-08-20T16:02:11+02:00") == parsed("2026-08-20T14:02:11Z"));
    assert_true(parsed("2026-08-20T09:32:11-04:30") == parsed("2026-08-20T14:02:11Z"));
    assert_true(parsed("2026-08-20T14:02:11.1Z") == parsed("2026-08-20T14:02:11.100Z"));
    assert_true(parsed("2026-08-20t14:02:11.123456789z") == parsed("2026-08-20T14:02:11.123Z"));
    assert_true(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
}

static void
malformed_times_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "2026-08-20",
        "2026-08-20T14:02:11",
        "2026-08-20 14:02:11Z",
        "2026-8-20T14:02:11Z",
        "2026-13-20T14:02:11Z",
        "2026-00-20T14:02:11Z",
        "2026-02-29T14:02:11Z",
        "2026-04-31T14:02:11Z",
        "2026-08-20T24:02:11Z",
        "2026-08-20T14:60:11Z",
        "2026-08-20T14:02:61Z",
        "2026-08-20T14:02:11.Z",
        "2026-08-20T14:02:11.1234567890Z",
        "2026-08-20T14:02:11Zx",
        "2026-08-20T14:02:11+2:00",
        "2026-08-20T14:02:11+24:00",
        "+026-08-20T14:02:11Z",
        "2026-08-20T14:02:11M",
    };
    ud_wall t;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ud_wall_parse(&t, rows[i], strlen(rows[i])))
            fail_msg("%s is accepted", rows[i]);
        assert_true(t == UD_WALL_NONE);
    }
}

static void
years_that_stand_for_never_are_unknown(void **state)
{
    (void)state;
    assert_true(parsed("0001-01-01T00:00:00Z") == UD_WALL_NONE);
    assert_true(parsed("1899-12-31T23:59:59Z") == UD_WALL_NONE);
    assert_true(parsed("9999-12-31T23:59:59.9999999Z") == UD_WALL_NONE);
}

static void
time_out_of_range_is_written_without_looping(void **state)
{
    char text[32];

    (void)state;
    ud_wall_format(text, sizeof(text), INT64_MAX, true);
    assert_true(strlen(text) < sizeof(text));
    ud_wall_format(text, sizeof(text), INT64_MIN + 1, true);
    assert_true(strlen(text) < sizeof(text));
}

static void
clocks_run_forward(void **state)
{
    ud_msec a = ud_clock_now();
    ud_wall w = ud_clock_wall();

    (void)state;
    assert_true(a > 0);
    assert_true(ud_clock_now() >= a);
    assert_true(w > 1700000000000);
}

static void
clock_text_is_short_for_today_and_a_date_for_long_ago(void **state)
{
    char text[32];
    ud_wall now = ud_clock_wall();

    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    ud_wall_clock_text(text, sizeof(text), now);
    assert_int_equal(strlen(text), 5);
    assert_int_equal(text[2], ':');
    ud_wall_clock_text(text, sizeof(text), now - (ud_wall)3 * 86400000);
    assert_int_equal(strlen(text), 9);
    ud_wall_clock_text(text, sizeof(text), parsed("2001-02-03T04:05:06Z"));
    assert_string_equal(text, "2001-02-03");
    ud_wall_clock_text(text, sizeof(text), now + (ud_wall)3 * 86400000);
    assert_int_equal(strlen(text), 10);
    ud_wall_clock_text(text, sizeof(text), UD_WALL_NONE);
    assert_string_equal(text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_moments_are_written_and_read),
        cmocka_unit_test(every_day_of_three_centuries_comes_back),
        cmocka_unit_test(offsets_and_fractions_are_understood),
        cmocka_unit_test(malformed_times_are_refused),
        cmocka_unit_test(years_that_stand_for_never_are_unknown),
        cmocka_unit_test(time_out_of_range_is_written_without_looping),
        cmocka_unit_test(clocks_run_forward),
        cmocka_unit_test(clock_text_is_short_for_today_and_a_date_for_long_ago),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
