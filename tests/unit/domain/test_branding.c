#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/branding.h"

static void
languages_widen_up_to_the_default(void **state)
{
    char language[UD_LANGTAG_MAX] = "zh-Hant-TW";

    (void)state;
    assert_true(ud_langtag_wider(language));
    assert_string_equal(language, "zh-Hant");
    assert_true(ud_langtag_wider(language));
    assert_string_equal(language, "zh");
    assert_true(ud_langtag_wider(language));
    assert_string_equal(language, "");
    assert_false(ud_langtag_wider(language));
}

static void
what_is_no_language_is_refused(void **state)
{
    (void)state;
    assert_true(ud_langtag_valid("nl"));
    assert_true(ud_langtag_valid("pt-BR"));
    assert_true(ud_langtag_valid("default"));
    assert_false(ud_langtag_valid("n"));
    assert_false(ud_langtag_valid(""));
    assert_false(ud_langtag_valid("-nl"));
    assert_false(ud_langtag_valid("nl nl"));
    assert_false(ud_langtag_valid("a-language-too-long"));
    assert_true(ud_langtag_same("es_ES", "es-es"));
    assert_false(ud_langtag_same("es", "es-es"));
}

static void
each_text_falls_back_by_itself(void **state)
{
    const struct ud_branding b = { .count = 3,
        .texts = { { .company = "Example IT", .helpdesk_text = "Call 4357.", .helpdesk_url = "https://help.example" },
            { .language = "es", .helpdesk_text = "Llame al 4357." }, { .language = "es-MX", .helpdesk_url = "tel:+52" } } };
    struct ud_branding_texts t;

    (void)state;
    ud_branding_pick(&t, &b, "es-mx");
    assert_string_equal(t.company, "Example IT");
    assert_string_equal(t.helpdesk_text, "Llame al 4357.");
    assert_string_equal(t.helpdesk_url, "tel:+52");
    ud_branding_pick(&t, &b, "es-es");
    assert_string_equal(t.helpdesk_text, "Llame al 4357.");
    assert_string_equal(t.helpdesk_url, "https://help.example");
    ud_branding_pick(&t, &b, "ja");
    assert_string_equal(t.helpdesk_text, "Call 4357.");
    assert_string_equal(t.language, "");
}

static void
nothing_set_is_nothing_shown(void **state)
{
    const struct ud_branding b = { .count = 0 };
    struct ud_branding_texts t;

    (void)state;
    ud_branding_pick(&t, &b, "nl");
    assert_string_equal(t.company, "");
    assert_string_equal(t.helpdesk_text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages_widen_up_to_the_default),
        cmocka_unit_test(what_is_no_language_is_refused),
        cmocka_unit_test(each_text_falls_back_by_itself),
        cmocka_unit_test(nothing_set_is_nothing_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
