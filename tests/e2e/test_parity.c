/* doc/parity.md says what it says because tests say so: every yes names tests that exist and run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/test_names.h"

#define DOC      "doc/parity.md"
#define FEATURES 38
#define COLUMNS  10 /* number, feature, six systems, ours, proof */

static int
read_tests(void **state)
{
    struct ud_test_names *names = ud_test_names_read();

    *state = names;
    return names != NULL ? 0 : -1;
}

static int
drop_tests(void **state)
{
    struct ud_test_names *names = *state;

    ud_test_names_free(&names);
    return 0;
}

/* Cells of a row of the feature table; false: it is none. */
static bool
split(char *line, char *cell[COLUMNS])
{
    if (strncmp(line, "| ", 2) != 0 || line[2] < '0' || line[2] > '9')
        return false;
    assert_int_equal(ud_table_cells(line, cell, COLUMNS), COLUMNS);
    return true;
}

/* Tests that the proof names in backticks; fails where one is not there. */
static size_t
check_names(const struct ud_test_names *names, int row, const char *proof)
{
    char missing[UD_TEST_NAME];
    size_t count;

    if (!ud_test_names_in(&count, missing, names, proof))
        fail_msg("row %d: there is no test %s, or nothing runs it", row, missing);
    return count;
}

static void
every_feature_has_its_row_and_every_yes_its_tests(void **state)
{
    FILE *f = fopen(DOC, "re");
    char line[2048], *cell[COLUMNS];
    int rows = 0;

    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        if (!split(line, cell))
            continue;
        assert_int_equal(atoi(cell[0]), ++rows);
        for (size_t i = 0; i < COLUMNS; i++)
            if (cell[i][0] == '\0')
                fail_msg("row %d: column %zu is empty", rows, i + 1);
        size_t names = check_names(*state, rows, cell[9]);
        if (strcmp(cell[8], "yes") == 0 && names == 0)
            fail_msg("row %d says yes and names no test", rows);
        if (strcmp(cell[8], "yes") != 0 && strlen(cell[9]) < 30)
            fail_msg("row %d says %s and not why", rows, cell[8]);
    }
    (void)fclose(f);
    assert_int_equal(rows, FEATURES);
}

static void
a_name_that_is_no_test_would_be_noticed(void **state)
{
    assert_false(ud_test_names_has(*state, "a_test_that_was_never_written"));
    assert_false(ud_test_names_has(*state, "check_names"));
    assert_true(ud_test_names_has(*state, "call_by_eight_digits"));
}

int
main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(every_feature_has_its_row_and_every_yes_its_tests),
        cmocka_unit_test(a_name_that_is_no_test_would_be_noticed),
    };

    return cmocka_run_group_tests(all, read_tests, drop_tests);
}
