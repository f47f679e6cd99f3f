#include "tests/support/test_names.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

#define SOURCES_MAX ((size_t)64 << 20)

struct ud_test_names {
    struct ud_buf sources; /* one behind the other */
};

static bool
is_source(const FTSENT *e)
{
    return e->fts_info == FTS_F && e->fts_namelen > 2 && strcmp(e->fts_name + e->fts_namelen - 2, ".c") == 0;
}

static bool
take_source(struct ud_buf *all, const char *path)
{
    struct ud_buf one;
    bool good = ud_file_read(&one, path, SOURCES_MAX, NULL) == UD_OK;

    if (good) {
        ud_buf_byte(all, '\n');
        ud_buf_append(all, one.data, one.length);
    }
    ud_buf_free(&one);
    return good;
}

struct ud_test_names *
ud_test_names_read(void)
{
    char *const roots[] = { (char[]){ "tests" }, NULL };
    struct ud_test_names *n = ud_xcalloc(1, sizeof(*n));
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    bool good = tree != NULL;

    ud_buf_init(&n->sources, SOURCES_MAX);
    for (FTSENT *e; good && (e = fts_read(tree)) != NULL;)
        good = !is_source(e) || take_source(&n->sources, e->fts_path);
    if (tree != NULL)
        (void)fts_close(tree);
    if (!good || n->sources.failed || n->sources.length == 0)
        ud_test_names_free(&n);
    return n;
}

void
ud_test_names_free(struct ud_test_names **n)
{
    if (*n != NULL)
        ud_buf_free(&(*n)->sources);
    free(*n);
    *n = NULL;
}

static bool
contains(const struct ud_test_names *n, const char *before, const char *name, const char *after)
{
    char text[UD_TEST_NAME + 32];

    (void)snprintf(text, sizeof(text), "%s%s%s", before, name, after);
    return strstr(n->sources.data, text) != NULL;
}

/* Programs run a test behind cmocka's own macro or one of the file's: after "(" or "{ ". */
bool
ud_test_names_has(const struct ud_test_names *n, const char *name)
{
    return contains(n, "\n", name, "(void **state)") &&
           (contains(n, "(", name, ")") || contains(n, "(", name, ",") || contains(n, " ", name, ","));
}

bool
ud_test_names_in(size_t *count, char missing[UD_TEST_NAME], const struct ud_test_names *n, const char *proof)
{
    *count = 0;
    missing[0] = '\0';
    for (const char *at = proof; (at = strchr(at, '`')) != NULL;) {
        size_t length = strcspn(++at, "`");
        (void)snprintf(missing, UD_TEST_NAME, "%.*s", (int)length, at);
        if (length >= UD_TEST_NAME || !ud_test_names_has(n, missing))
            return false;
        at += length + (at[length] == '`');
        ++*count;
    }
    missing[0] = '\0';
    return true;
}

static char *
without_blanks(char *text, char *end)
{
    while (end > text && (end[-1] == ' ' || end[-1] == '\n'))
        end--;
    *end = '\0';
    return text + strspn(text, " ");
}

size_t
ud_table_cells(char *line, char **cell, size_t max)
{
    size_t n = 0;

    if (strncmp(line, "| ", 2) != 0)
        return 0;
    for (char *at = line + 1, *bar; (bar = strchr(at, '|')) != NULL; at = bar + 1) {
        if (n < max)
            cell[n] = without_blanks(at, bar);
        n++;
    }
    return n;
}
