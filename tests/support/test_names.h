/* Which names are tests that run, so that a document that says "done, see this test" can be held to it; and the rows of the tables such documents
 * are made of. */
#ifndef UD_TESTS_TEST_NAMES_H
#define UD_TESTS_TEST_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define UD_TEST_NAME 160

struct ud_test_names;

/* Reads the sources of all tests below `tests`. NULL where that is not possible. Free with ud_test_names_free(). */
struct ud_test_names *ud_test_names_read(void);
void ud_test_names_free(struct ud_test_names **n);

/* It is defined as a test, and its program runs it. */
bool ud_test_names_has(const struct ud_test_names *n, const char *name);
/* Counts the names between backticks in `proof`. False where one is no test: then `missing` says which. */
bool ud_test_names_in(size_t *count, char missing[UD_TEST_NAME], const struct ud_test_names *n, const char *proof);

/* Cells of a table's row, without the blanks around them; the line is taken to pieces. 0: it is no row. More than `max` are counted, not stored. */
size_t ud_table_cells(char *line, char **cell, size_t max);

#endif
