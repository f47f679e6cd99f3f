#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/branding.h"

static enum ud_status
read_text(struct ud_branding *b, const char *text, struct ud_error *err)
{
    return ud_wire_branding_decode(b, text, strlen(text), err);
}

static void
every_language_comes_back_as_it_was_written(void **state)
{
    static const char text[] =
        "{\"company\":\"Example IT\",\"helpdesk_text\":\"Call 4357.\",\"helpdesk_url\":\"https://help.example\","
        "\"languages\":[{\"language\":\"nl\",\"helpdesk_text\":\"Bel 4357.\"},{\"language\":\"ja\",\"company\":"
        "\"例\"}]}";
    struct ud_branding b, again;
    struct ud_json_writer w;
    struct ud_buf out;

    (void)state;
    ud_buf_init(&out, 8192);
    assert_int_equal(read_text(&b, text, NULL), UD_OK);
    ud_json_writer_init(&w, &out);
    ud_wire_branding_write(&w, &b);
    assert_int_equal(ud_wire_branding_decode(&again, out.data, out.length, NULL), UD_OK);
    assert_int_equal(again.count, 3);
    assert_memory_equal(&b, &again, sizeof(b));
    assert_string_equal(again.texts[1].helpdesk_text, "Bel 4357.");
    assert_string_equal(again.texts[2].company, "例");
    ud_buf_free(&out);
}

static void
a_wrong_file_is_refused_with_a_sentence(void **state)
{
    static const char *const wrong[][2] = {
        { "[]", "no JSON object" },
        { "{\"company\":5}", "company" },
        { "{\"helpdesk_url\":\"help.example\"}", "no address" },
        { "{\"helpdesk_url\":\"javascript:alert(1)\"}", "no address" },
        { "{\"languages\":{}}", "languages" },
        { "{\"languages\":[{}]}", "language" },
        { "{\"languages\":[{\"language\":\"n l\"}]}", "no language" },
        { "{\"languages\":[{\"language\":\"nl\"},{\"language\":\"NL\"}]}", "twice" },
        { "{\"company\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}", "longer" },
    };
    struct ud_branding b;
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(read_text(&b, wrong[i][0], &err), UD_MALFORMED);
        if (strstr(err.message, wrong[i][1]) == NULL)
            fail_msg("%s: %s", wrong[i][0], err.message);
    }
}

static void
controls_do_not_come_through(void **state)
{
    struct ud_branding_texts t;
    static const char text[] =
        "{\"lang\":\"nl\",\"company\":\"A\\u001b[31mB\",\"helpdesk_text\":\"x\\ny\",\"helpdesk_url\":null}";

    (void)state;
    assert_int_equal(ud_wire_branding_texts_decode(&t, text, sizeof(text) - 1, NULL), UD_OK);
    assert_null(strchr(t.company, '\033'));
    assert_null(strchr(t.helpdesk_text, '\n'));
    assert_string_equal(t.language, "nl");
    assert_string_equal(t.helpdesk_url, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_comes_back_as_it_was_written),
        cmocka_unit_test(a_wrong_file_is_refused_with_a_sentence),
        cmocka_unit_test(controls_do_not_come_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
