/* Theme files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "term/theme.h"

static void
expect_refused(const char *text, const char *sentence)
{
    struct ud_theme theme, standard;
    struct ud_error err = { 0 };

    assert_int_equal(ud_theme_parse(&theme, text, strlen(text), &err), UD_INVALID);
    if (!strstr(err.message, sentence))
        fail_msg("\"%s\" is not in \"%s\"", sentence, err.message);
    assert_true(ud_theme_builtin(&standard, "default"));
    for (unsigned i = 0; i < UD_DEPTH_COUNT * UD_ROLE_COUNT; i++) {
        struct ud_style a = ud_theme_style(&theme, (enum ud_depth)(i / UD_ROLE_COUNT), (enum ud_role)(i % UD_ROLE_COUNT));
        struct ud_style b = ud_theme_style(&standard, (enum ud_depth)(i / UD_ROLE_COUNT), (enum ud_role)(i % UD_ROLE_COUNT));

        assert_true(a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes);
    }
}

static void
a_wrong_line_is_named_with_its_number(void **state)
{
    (void)state;
    expect_refused("[mono]\nno.such.role = bold\n", "line 2: there is no role \"no.such.role\"");
    expect_refused("[16]\n\nheader = mauve\n", "line 3: \"mauve\" is no colour or attribute");
    expect_refused("[16]\nheader = white on bold\n", "line 2: \"bold\" is no colour");
    expect_refused("[16]\nheader = 200\n", "line 2: \"200\"");
    expect_refused("[256]\nheader = 256\n", "line 2: \"256\"");
    expect_refused("[256]\nheader = #ff0000\n", "line 2: \"#ff0000\"");
    expect_refused("[mono]\nheader = red\n", "line 2: \"red\"");
    expect_refused("[24bit]\nheader = red\n", "line 2: there is no section [24bit]");
    expect_refused("[theme]\nauthor = x\n", "line 2: [theme] has no setting \"author\"");
    expect_refused("[mono]\nheader\n", "line 2");
}

static void
a_richer_section_inherits_from_the_poorer_one(void **state)
{
    static const char text[] =
        "[theme]\nname = Test\n[mono]\nheader = bold\n[16]\ndim = bright-black\n[256]\nheader = 255 on 24 bold\n"
        "[direct]\nheader = #102030 on #ffffff\n";
    struct ud_theme theme;
    struct ud_style s;

    (void)state;
    assert_int_equal(ud_theme_parse(&theme, text, sizeof(text) - 1, NULL), UD_OK);
    assert_string_equal(theme.name, "Test");
    s = ud_theme_style(&theme, UD_DEPTH_16, UD_ROLE_HEADER);
    assert_int_equal(s.attributes, UD_BOLD);
    assert_int_equal(s.fg, UD_COLOR_DEFAULT);
    s = ud_theme_style(&theme, UD_DEPTH_256, UD_ROLE_DIM);
    assert_int_equal(s.fg, 8);
    s = ud_theme_style(&theme, UD_DEPTH_256, UD_ROLE_HEADER);
    assert_int_equal(s.fg, 255);
    assert_int_equal(s.bg, 24);
    s = ud_theme_style(&theme, UD_DEPTH_DIRECT, UD_ROLE_HEADER);
    assert_int_equal(s.fg, UD_COLOR_RGB | 0x102030);
    s = ud_theme_style(&theme, UD_DEPTH_MONO, UD_ROLE_ROW_SELECTED);
    assert_int_equal(s.attributes, UD_REVERSE);
}

static void
compiled_in_themes_are_the_files_and_have_no_fault(void **state)
{
    (void)state;
    for (const char *const *name = ud_theme_builtin_names(); *name; name++) {
        struct ud_error err = { 0 };
        struct ud_theme theme;
        struct ud_buf file;
        char path[64];
        size_t length;
        const char *text = ud_theme_builtin_text(*name, &length);

        snprintf(path, sizeof(path), "themes/%s.theme", *name);
        ud_buf_init(&file, UD_THEME_FILE_MAX);
        assert_int_equal(ud_file_read(&file, path, UD_THEME_FILE_MAX, NULL), UD_OK);
        assert_int_equal(file.length, length);
        assert_memory_equal(file.data, text, length);
        if (ud_theme_parse(&theme, text, length, &err) != UD_OK)
            fail_msg("%s: %s", *name, err.message);
        ud_buf_free(&file);
    }
}

static void
the_mono_theme_has_no_colour_at_any_depth(void **state)
{
    struct ud_theme theme;

    (void)state;
    assert_true(ud_theme_builtin(&theme, "mono"));
    for (unsigned depth = 0; depth < UD_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < UD_ROLE_COUNT; role++) {
            struct ud_style s = ud_theme_style(&theme, (enum ud_depth)depth, (enum ud_role)role);

            assert_int_equal(s.fg, UD_COLOR_DEFAULT);
            assert_int_equal(s.bg, UD_COLOR_DEFAULT);
        }
    }
}

/* A background without a foreground, or the reverse in strong colours, could vanish on somebody's terminal. */
static void
in_the_default_theme_a_background_always_comes_with_a_foreground(void **state)
{
    struct ud_theme theme;

    (void)state;
    assert_true(ud_theme_builtin(&theme, "default"));
    for (unsigned depth = 0; depth < UD_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < UD_ROLE_COUNT; role++) {
            struct ud_style s = ud_theme_style(&theme, (enum ud_depth)depth, (enum ud_role)role);

            assert_true(s.bg == UD_COLOR_DEFAULT || s.fg != UD_COLOR_DEFAULT);
        }
    }
}

static void
a_file_in_a_later_directory_wins_and_its_fault_names_the_file(void **state)
{
    char one[] = "/tmp/ud-theme-XXXXXX", two[] = "/tmp/ud-theme-XXXXXX", path[128];
    const char *directories[] = { one, two, NULL };
    struct ud_error err = { 0 };
    struct ud_theme theme;

    (void)state;
    assert_non_null(mkdtemp(one));
    assert_non_null(mkdtemp(two));
    snprintf(path, sizeof(path), "%s/mine.theme", one);
    assert_int_equal(ud_file_replace(path, "[theme]\nname = One\n", 19, 0600, NULL), UD_OK);
    assert_int_equal(ud_theme_load(&theme, "mine", directories, &err), UD_OK);
    assert_string_equal(theme.name, "One");
    snprintf(path, sizeof(path), "%s/mine.theme", two);
    assert_int_equal(ud_file_replace(path, "[theme]\nname = Two\n", 19, 0600, NULL), UD_OK);
    assert_int_equal(ud_theme_load(&theme, "mine", directories, &err), UD_OK);
    assert_string_equal(theme.name, "Two");
    assert_int_equal(ud_file_replace(path, "[mono]\nx = bold\n", 16, 0600, NULL), UD_OK);
    assert_int_equal(ud_theme_load(&theme, "mine", directories, &err), UD_INVALID);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "line 2"));
    assert_int_equal(ud_theme_load(&theme, "../mine", directories, &err), UD_NOTFOUND);
    assert_int_equal(ud_theme_load(&theme, "nothing", directories, &err), UD_NOTFOUND);
    assert_int_equal(ud_theme_load(&theme, "high-contrast", directories, &err), UD_OK);
    assert_string_equal(theme.name, "High contrast");
    unlink(path);
    rmdir(two);
    snprintf(path, sizeof(path), "%s/mine.theme", one);
    unlink(path);
    rmdir(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_named_with_its_number),
        cmocka_unit_test(a_richer_section_inherits_from_the_poorer_one),
        cmocka_unit_test(compiled_in_themes_are_the_files_and_have_no_fault),
        cmocka_unit_test(the_mono_theme_has_no_colour_at_any_depth),
        cmocka_unit_test(in_the_default_theme_a_background_always_comes_with_a_foreground),
        cmocka_unit_test(a_file_in_a_later_directory_wins_and_its_fault_names_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
