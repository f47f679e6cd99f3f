/* Which language a process speaks, and that errors are made in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/language.h"
#include "tests/support/language.h"

static void
forget(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
    (void)setlocale(LC_ALL, "C");
}

/* After this the catalogues are those of the build tree: the test program does not lie beside them. */
static void
use(const char *language)
{
    ud_language_use(language);
    language_bind();
}

static void
the_language_asked_for_wins_over_the_environment(void **state)
{
    char tag[16];

    (void)state;
    forget();
    setenv("LANG", "sv_SE.UTF-8", 1);
    use("nl");
    ud_language_tag(tag, sizeof(tag));
    assert_string_equal(tag, "nl");
    assert_string_equal(gettext("Recovery key"), "Herstelsleutel");
}

static void
a_locale_that_this_machine_lacks_keeps_its_language(void **state)
{
    char tag[16];

    (void)state;
    forget();
    setenv("LANG", "sv_FI.UTF-8", 1);
    use(NULL);
    assert_string_equal(getenv("LANGUAGE"), "sv_FI.UTF-8");
    ud_language_tag(tag, sizeof(tag));
    assert_string_equal(tag, "sv-FI");
    assert_string_equal(gettext("Recovery key"), "Återställningsnyckel");
    assert_non_null(strstr(setlocale(LC_CTYPE, NULL), "UTF-8"));
}

static void
an_encoding_that_is_not_utf8_keeps_its_language_too(void **state)
{
    (void)state;
    forget();
    setenv("LC_ALL", "ja_JP.eucJP", 1);
    use("");
    assert_string_equal(gettext("Recovery key"), "回復キー");
}

static void
without_a_language_the_words_are_english(void **state)
{
    char tag[16];

    (void)state;
    forget();
    use(NULL);
    ud_language_tag(tag, sizeof(tag));
    assert_string_equal(tag, "en");
    assert_string_equal(gettext("Recovery key"), "Recovery key");
}

static void
what_is_not_translated_stays_english(void **state)
{
    (void)state;
    forget();
    use("nl");
    assert_string_equal(gettext("a text that no catalogue holds"), "a text that no catalogue holds");
    assert_string_equal(ud_translate(""), ""); /* not the catalogue's header */
    use("xx");
    assert_string_equal(gettext("Recovery key"), "Recovery key");
}

static void
a_path_is_no_language(void **state)
{
    (void)state;
    forget();
    assert_false(ud_language_valid("../../tmp/nl"));
    assert_false(ud_language_valid(""));
    assert_true(ud_language_valid("sv:nl"));
    assert_true(ud_language_valid("pt_BR.UTF-8"));
    use("../nl");
    assert_null(getenv("LANGUAGE"));
}

static void
an_error_is_made_in_the_language_with_its_names_in_place(void **state)
{
    struct ud_error err = { 0 };

    (void)state;
    forget();
    use("nl");
    ud_error_set(&err, UD_IO, "%s is not a regular file", "/tmp/x");
    assert_string_equal(err.message, "/tmp/x is geen gewoon bestand");
    ud_error_hint(&err, "Run: chmod 0600 %s", "/tmp/x");
    assert_string_equal(err.hint, "Voer uit: chmod 0600 /tmp/x");
    ud_error_set(&err, UD_IO, "%s", "");
    assert_string_equal(err.message, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_asked_for_wins_over_the_environment),
        cmocka_unit_test(a_locale_that_this_machine_lacks_keeps_its_language),
        cmocka_unit_test(an_encoding_that_is_not_utf8_keeps_its_language_too),
        cmocka_unit_test(without_a_language_the_words_are_english),
        cmocka_unit_test(what_is_not_translated_stays_english),
        cmocka_unit_test(a_path_is_no_language),
        cmocka_unit_test(an_error_is_made_in_the_language_with_its_names_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
