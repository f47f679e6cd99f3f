/* What filters of reports take, and what spreadsheets are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/report.h"

static void
a_filter_takes_what_it_says_and_nothing_else(void **state)
{
    static const struct {
        enum ud_report report;
        const char *text;
        bool good;
    } table[] = {
        { UD_REPORT_AUDIT, "", true },
        { UD_REPORT_AUDIT, "from=2026-11-01 to=2026-11-21T08:00:00Z result=failed kind=package type=helpdesk", true },
        { UD_REPORT_AUDIT, "alice@corp.example LON-LT", true },
        { UD_REPORT_AUDIT, "from=1.11.2026", false },
        { UD_REPORT_AUDIT, "from=2026-13-01", false },
        { UD_REPORT_AUDIT, "to=2999-01-01", false },
        { UD_REPORT_AUDIT, "result=maybe", false },
        { UD_REPORT_AUDIT, "kind=tpm", false },
        { UD_REPORT_AUDIT, "type=root", false },
        { UD_REPORT_AUDIT, "status=encrypted", false },
        { UD_REPORT_AUDIT, "colour=red", false },
        { UD_REPORT_ENCRYPTION, "status=not-encrypted key=missing shown=yes os=Win user=bob", true },
        { UD_REPORT_ENCRYPTION, "from=2026-11-01", false },
        { UD_REPORT_ENCRYPTION, "key=lost", false },
        { UD_REPORT_ENCRYPTION, "shown=1", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ud_report_filter f = { 0 };
        struct ud_error err = { 0 };
        enum ud_status st = ud_report_filter_parse(&f, table[i].report, table[i].text, &err);
        if ((st == UD_OK) != table[i].good || (st != UD_OK && strlen(err.message) < 10))
            fail_msg("\"%s\": %s", table[i].text, err.message);
    }
}

static void
a_wrong_filter_leaves_the_old_one(void **state)
{
    struct ud_report_filter f = { 0 };

    (void)state;
    assert_int_equal(ud_report_filter_parse(&f, UD_REPORT_AUDIT, "result=failed LON", NULL), UD_OK);
    assert_string_equal(f.value[UD_FILTER_DEVICE], "LON");
    assert_int_equal(ud_report_filter_parse(&f, UD_REPORT_AUDIT, "device=BER result=what", NULL), UD_INVALID);
    assert_string_equal(f.value[UD_FILTER_DEVICE], "LON");
    assert_string_equal(f.value[UD_FILTER_RESULT], "failed");
    assert_int_equal(ud_report_filter_parse(&f, UD_REPORT_AUDIT, "", NULL), UD_OK);
    assert_string_equal(f.value[UD_FILTER_DEVICE], "");
}

static void
the_last_day_of_a_range_is_whole(void **state)
{
    ud_wall day, end, noon;

    (void)state;
    assert_true(ud_report_time(&day, "2026-11-21", false));
    assert_true(ud_report_time(&end, "2026-11-21", true));
    assert_int_equal(end - day, (ud_wall)24 * 3600 * 1000);
    assert_true(ud_report_time(&noon, "2026-11-21T12:00:00Z", true));
    assert_int_equal(noon - day, (ud_wall)12 * 3600 * 1000);
    assert_false(ud_report_time(&day, "2026-11-3x", false));
}

static void
no_cell_of_a_table_is_a_formula(void **state)
{
    static const struct {
        const char *text, *cell;
    } table[] = {
        { "LON-LT-1", "LON-LT-1" },
        { "", "" },
        { "=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"" },
        { "+1", "\"'+1\"" },
        { "-1", "\"'-1\"" },
        { "@SUM", "\"'@SUM\"" },
        { "\tx", "\"'\tx\"" },
        { "a,b", "\"a,b\"" },
        { "say \"no\"", "\"say \"\"no\"\"\"" },
        { "a=b", "a=b" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ud_buf b;
        ud_buf_init(&b, 1000);
        ud_report_csv_cell(&b, table[i].text);
        ud_buf_byte(&b, '\0');
        assert_string_equal(b.data, table[i].cell);
        ud_buf_free(&b);
    }
}

static void
a_table_begins_with_the_names_of_its_columns(void **state)
{
    struct ud_report_row row;
    struct ud_buf b;

    (void)state;
    for (size_t i = 0; i < UD_REPORT_CELLS; i++)
        row.cell[i] = "x";
    for (unsigned r = 0; r < UD_REPORT_COUNT; r++) {
        ud_buf_init(&b, 1000);
        ud_report_csv_row(&b, (enum ud_report)r, NULL);
        ud_report_csv_row(&b, (enum ud_report)r, &row);
        ud_buf_byte(&b, '\0');
        assert_memory_equal(b.data, ud_report_column((enum ud_report)r, 0), strlen(ud_report_column((enum ud_report)r, 0)));
        assert_non_null(strstr(b.data, "\r\nx,x,"));
        ud_buf_free(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_takes_what_it_says_and_nothing_else),
        cmocka_unit_test(a_wrong_filter_leaves_the_old_one),
        cmocka_unit_test(the_last_day_of_a_range_is_whole),
        cmocka_unit_test(no_cell_of_a_table_is_a_formula),
        cmocka_unit_test(a_table_begins_with_the_names_of_its_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
