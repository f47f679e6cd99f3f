#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/where.h"

static const char *const names[] = { "bitlocker", "bitlocker.nl", "bitlocker.pt", "luks" };
static char dir[64];
static struct ud_where where;
static struct ud_error error;

static int
make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-where-XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
drop_dir(void **state)
{
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    return rmdir(dir);
}

static void
file(const char *name, const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static const char *
first_line(const char *language, enum ud_kind kind)
{
    const char *line[2];

    assert_int_equal(ud_where_load(&where, dir, language, &error), UD_OK);
    ud_where_lines(line, &where, kind);
    return line[0];
}

static void
without_files_the_lines_are_ours(void **state)
{
    const char *line[2];

    (void)state;
    assert_non_null(strstr(first_line("", UD_KIND_BITLOCKER), "blue screen"));
    ud_where_lines(line, &where, UD_KIND_FILEVAULT);
    assert_non_null(line[1]);
    ud_where_lines(line, &where, UD_KIND_LAPS);
    assert_null(line[1]);
}

static void
a_file_of_the_language_comes_before_the_one_without(void **state)
{
    (void)state;
    file("bitlocker", "Into the company's own screen.\r\nThen Enter.\r\nNever seen.\n");
    file("bitlocker.nl", "In het eigen scherm.");
    file("bitlocker.pt", "No ecr\xc3\xa3 da empresa.\n");
    assert_string_equal(first_line("nl", UD_KIND_BITLOCKER), "In het eigen scherm.");
    assert_string_equal(where.line[UD_KIND_BITLOCKER][1], "");
    assert_string_equal(first_line("pt-br", UD_KIND_BITLOCKER), "No ecr\xc3\xa3 da empresa.");
    assert_string_equal(first_line("sv", UD_KIND_BITLOCKER), "Into the company's own screen.");
    assert_string_equal(where.line[UD_KIND_BITLOCKER][1], "Then Enter.");
    assert_non_null(strstr(first_line("nl", UD_KIND_LUKS), "Linux"));
}

static void
a_file_that_would_move_the_cursor_is_refused_and_named(void **state)
{
    (void)state;
    file("luks", "Type it here\x1b[2J\n");
    assert_int_equal(ud_where_load(&where, dir, "", &error), UD_CONFIG);
    assert_non_null(strstr(error.message, "/luks"));
    assert_string_not_equal(error.hint, "");
}

static void
a_line_that_is_too_long_is_refused(void **state)
{
    char text[UD_WHERE_MAX + 2];

    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    file("luks", text);
    assert_int_equal(ud_where_load(&where, dir, "", &error), UD_CONFIG);
    text[UD_WHERE_MAX - 1] = '\0';
    file("luks", text);
    assert_string_equal(first_line("", UD_KIND_LUKS), text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_files_the_lines_are_ours, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_file_of_the_language_comes_before_the_one_without, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_file_that_would_move_the_cursor_is_refused_and_named, make_dir, drop_dir),
        cmocka_unit_test_setup_teardown(a_line_that_is_too_long_is_refused, make_dir, drop_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
