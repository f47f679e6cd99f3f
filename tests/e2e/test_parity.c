/* doc/parity.md says what it says because tests say so: every yes names tests that exist and run. */
#include <ftw.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define DOC      "doc/parity.md"
#define FEATURES 38
#define COLUMNS  10 /* number, feature, six systems, ours, proof */

static char *tests; /* the sources of all tests, one behind the other */
static size_t tests_length;

static int
take_file(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    size_t n = strlen(path);
    FILE *f;

    (void)where;
    if (flag != FTW_F || n < 2 || strcmp(path + n - 2, ".c") != 0 || strstr(path, "test_parity.c") != NULL)
        return 0;
    tests = realloc(tests, tests_length + (size_t)sb->st_size + 1);
    if (tests == NULL || (f = fopen(path, "re")) == NULL)
        return -1;
    tests_length += fread(tests + tests_length, 1, (size_t)sb->st_size, f);
    tests[tests_length] = '\0';
    return fclose(f);
}

static int
read_tests(void **state)
{
    (void)state;
    return nftw("tests", take_file, 8, FTW_PHYS) == 0 && tests != NULL ? 0 : -1;
}

static int
drop_tests(void **state)
{
    (void)state;
    free(tests);
    return 0;
}

static bool
contains(const char *before, const char *name, const char *after)
{
    char text[200];

    (void)snprintf(text, sizeof(text), "%s%s%s", before, name, after);
    return strstr(tests, text) != NULL;
}

/* It is defined, and its program runs it (behind cmocka's own macro or one of the file's, after "(" or "{ "). */
static bool
is_a_test(const char *name)
{
    return contains("\n", name, "(void **state)") &&
           (contains("(", name, ")") || contains("(", name, ",") || contains(" ", name, ","));
}

/* Cells of a table's row, without the blanks around them; false: it is none of the feature table. */
static bool
split(char *line, char *cell[COLUMNS])
{
    size_t n = 0;

    if (strncmp(line, "| ", 2) != 0 || line[2] < '0' || line[2] > '9')
        return false;
    for (char *at = strtok(line + 1, "|"); at != NULL && strcmp(at, "\n") != 0; at = strtok(NULL, "|")) {
        assert_true(n < COLUMNS);
        at += strspn(at, " ");
        for (size_t end = strlen(at); end > 0 && at[end - 1] == ' '; end--)
            at[end - 1] = '\0';
        cell[n++] = at;
    }
    assert_int_equal(n, COLUMNS);
    return true;
}

/* Tests that the proof names in backticks; fails where one is not there. */
static size_t
check_names(int row, const char *proof)
{
    char name[160];
    size_t count = 0;

    for (const char *at = proof; (at = strchr(at, '`')) != NULL;) {
        size_t length = strcspn(++at, "`");
        assert_true(length < sizeof(name));
        memcpy(name, at, length);
        name[length] = '\0';
        if (!is_a_test(name))
            fail_msg("row %d: there is no test %s, or nothing runs it", row, name);
        at += length + (at[length] == '`');
        count++;
    }
    return count;
}

static void
every_feature_has_its_row_and_every_yes_its_tests(void **state)
{
    FILE *f = fopen(DOC, "re");
    char line[2048], *cell[COLUMNS];
    int rows = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        if (!split(line, cell))
            continue;
        assert_int_equal(atoi(cell[0]), ++rows);
        for (size_t i = 0; i < COLUMNS; i++)
            if (cell[i][0] == '\0')
                fail_msg("row %d: column %zu is empty", rows, i + 1);
        size_t names = check_names(rows, cell[9]);
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
    (void)state;
    assert_false(is_a_test("a_test_that_was_never_written"));
    assert_false(is_a_test("take_file"));
    assert_true(is_a_test("call_by_eight_digits"));
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
