/* doc/security.md says what is tested because tests say so: one row for each requirement, and whatever is called done names tests that exist and
 * run. The sums at its top are counted here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "tests/support/test_names.h"

#define DOC          "doc/security.md"
#define REQUIREMENTS 163
#define COLUMNS      4  /* number, what, state, test */
#define SUMS         5  /* section, rows, tested, amended, open */
#define REASON       12 /* characters that an open row has to say at least */

enum state { TESTED, AMENDED, OPEN, STATES };
static const char *const states[STATES] = { "tested", "amended", "open" };

/* Last requirement of each section. */
static const unsigned ends[] = { 20, 38, 50, 64, 74, 83, 93, 110, 120, 127, 155, REQUIREMENTS };
#define SECTIONS (sizeof(ends) / sizeof(ends[0]))

struct table {
    const struct ud_test_names *names;
    unsigned rows;
    unsigned count[SECTIONS][STATES];
    unsigned told[SECTIONS][STATES + 1]; /* of the sums: rows, then each state */
    char fault[300];                     /* the first one; "": none */
};

#define FAULT(t, ...) (void)((t)->fault[0] != '\0' ? 0 : snprintf((t)->fault, sizeof((t)->fault), __VA_ARGS__))

static size_t
section_of(unsigned number)
{
    size_t i = 0;

    while (number > ends[i])
        i++;
    return i;
}

static enum state
state_of(const char *word)
{
    unsigned i = 0;

    while (i < STATES && strcmp(word, states[i]) != 0)
        i++;
    return (enum state)i;
}

static void
check_proof(struct table *t, unsigned number, enum state state, const char *proof)
{
    char missing[UD_TEST_NAME];
    size_t count;

    if (!ud_test_names_in(&count, missing, t->names, proof))
        FAULT(t, "SR-%u: there is no test %s, or nothing runs it", number, missing);
    else if (state != OPEN && count == 0)
        FAULT(t, "SR-%u is called %s and names no test", number, states[state]);
    else if (state == AMENDED && proof[0] == '`')
        FAULT(t, "SR-%u does not say how it is amended", number);
    else if (state == OPEN && (strlen(proof) < REASON || proof[strlen(proof) - 1] == '`'))
        FAULT(t, "SR-%u is open and does not say what is missing", number);
}

static void
take_row(struct table *t, char **cell)
{
    unsigned number = (unsigned)strtoul(cell[0] + strlen("SR-"), NULL, 10);
    enum state state = state_of(cell[2]);

    if (number != t->rows + 1)
        FAULT(t, "after SR-%u comes SR-%u", t->rows, number);
    else if (cell[1][0] == '\0' || state == STATES)
        FAULT(t, "SR-%u has the state \"%s\"", number, cell[2]);
    else if (number <= REQUIREMENTS) {
        t->count[section_of(number)][state]++;
        check_proof(t, number, state, cell[3]);
    }
    t->rows = number;
}

/* "A. Process and memory": what the sums tell. */
static void
take_sums(struct table *t, char **cell)
{
    size_t section = (size_t)(cell[0][0] - 'A');

    for (size_t i = 1; section < SECTIONS && i < SUMS; i++)
        t->told[section][i - 1] = (unsigned)strtoul(cell[i], NULL, 10);
}

static void
take_line(struct table *t, char *line)
{
    char *cell[SUMS];
    size_t n = ud_table_cells(line, cell, SUMS);

    if (n > 0 && strncmp(cell[0], "SR-", 3) == 0) {
        if (n == COLUMNS)
            take_row(t, cell);
        else
            FAULT(t, "%s has %zu columns", cell[0], n);
    } else if (n == SUMS && cell[0][0] != '\0' && cell[0][1] == '.') {
        take_sums(t, cell);
    }
}

static void
check(struct table *t, const struct ud_test_names *names, const char *text)
{
    char *copy = ud_xstrdup(text), *rest = copy;

    memset(t, 0, sizeof(*t));
    t->names = names;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        take_line(t, line);
    free(copy);
    if (t->rows != REQUIREMENTS)
        FAULT(t, "the last row is SR-%u", t->rows);
}

static char *
read_text(const char *path)
{
    struct ud_buf b;

    assert_int_equal(ud_file_read(&b, path, (size_t)1 << 20, NULL), UD_OK);
    return b.data;
}

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

static void
every_requirement_has_its_row_and_what_is_called_done_its_tests(void **state)
{
    char *text = read_text(DOC);
    unsigned sum[STATES] = { 0 };
    struct table t;

    check(&t, *state, text);
    free(text);
    if (t.fault[0] != '\0')
        fail_msg("%s", t.fault);
    for (size_t i = 0; i < SECTIONS; i++)
        for (unsigned s = 0; s < STATES; s++)
            sum[s] += t.count[i][s];
    print_message("%u requirements: %u tested, %u tested as amended, %u open\n", t.rows, sum[TESTED], sum[AMENDED], sum[OPEN]);
}

static void
the_sums_are_those_of_the_rows(void **state)
{
    char *text = read_text(DOC);
    struct table t;

    check(&t, *state, text);
    free(text);
    for (size_t i = 0; i < SECTIONS; i++) {
        const unsigned *c = t.count[i], *told = t.told[i];
        if (told[0] != c[TESTED] + c[AMENDED] + c[OPEN] || memcmp(told + 1, c, STATES * sizeof(*c)) != 0)
            fail_msg("section %c has %u rows: %u tested, %u amended, %u open", (char)('A' + (int)i),
                c[TESTED] + c[AMENDED] + c[OPEN], c[TESTED], c[AMENDED], c[OPEN]);
    }
}

static void
whoever_reads_about_security_is_led_to_the_table(void **state)
{
    static const char *const from[] = { "README.md", "doc/threat-model.md" };

    (void)state;
    for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
        char *text = read_text(from[i]);
        assert_non_null(strstr(text, DOC));
        free(text);
    }
}

/* --- a table with one fault ------------------------------------------------------------------------------------------------------------ */

#define GOOD "`call_by_eight_digits`"

/* A table in which row `number` is replaced; "" leaves it out. */
static void
expect_fault(const struct ud_test_names *names, unsigned number, const char *row, const char *fault)
{
    struct ud_buf b;
    struct table t;

    ud_buf_init(&b, (size_t)1 << 20);
    for (unsigned i = 1; i <= REQUIREMENTS; i++) {
        if (i == number)
            ud_buf_text(&b, row);
        else
            ud_buf_format(&b, "| SR-%u | what | tested | " GOOD " |\n", i);
    }
    check(&t, names, b.data);
    ud_buf_free(&b);
    if (fault == NULL ? t.fault[0] != '\0' : strstr(t.fault, fault) == NULL)
        fail_msg("\"%s\" gives \"%s\"", row, t.fault);
}

static void
each_fault_of_the_table_is_found(void **state)
{
    expect_fault(*state, 7, "| SR-7 | what | open | nothing looks at it |\n", NULL);
    expect_fault(*state, 7, "| SR-7 | what | amended | only so, " GOOD " |\n", NULL);
    expect_fault(*state, 7, "", "after SR-6 comes SR-8");
    expect_fault(*state, 7, "| SR-7 | what | open | nothing looks at it |\n| SR-7 | what | open | nothing looks at it |\n",
        "after SR-7 comes SR-7");
    expect_fault(*state, 163, "", "the last row is SR-162");
    expect_fault(*state, 7, "| SR-7 | what | done | " GOOD " |\n", "the state \"done\"");
    expect_fault(*state, 7, "| SR-7 | what | tested | by hand |\n", "names no test");
    expect_fault(*state, 7, "| SR-7 | what | tested | `no_such_test` |\n", "there is no test no_such_test");
    expect_fault(*state, 7, "| SR-7 | what | tested | `check_proof` |\n", "there is no test check_proof");
    expect_fault(*state, 7, "| SR-7 | what | amended | " GOOD " |\n", "how it is amended");
    expect_fault(*state, 7, "| SR-7 | what | open | " GOOD " |\n", "what is missing");
    expect_fault(*state, 7, "| SR-7 | what | open | |\n", "what is missing");
    expect_fault(*state, 7, "| SR-7 | what | tested |\n", "SR-7 has 3 columns");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_requirement_has_its_row_and_what_is_called_done_its_tests),
        cmocka_unit_test(the_sums_are_those_of_the_rows),
        cmocka_unit_test(whoever_reads_about_security_is_led_to_the_table),
        cmocka_unit_test(each_fault_of_the_table_is_found),
    };

    return cmocka_run_group_tests(tests, read_tests, drop_tests);
}
