#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

static void
setting_an_error_clears_the_hint_and_returns_the_status(void **state)
{
    struct ud_error err = { 0 };

    (void)state;
    assert_int_equal(ud_error_set(&err, UD_DENIED, "no %d", 1), UD_DENIED);
    assert_int_equal(ud_error_hint(&err, "ask %s", "Ann"), UD_DENIED);
    assert_string_equal(err.message, "no 1");
    assert_string_equal(err.hint, "ask Ann");
    assert_int_equal(ud_error_set(&err, UD_IO, "other"), UD_IO);
    assert_string_equal(err.hint, "");
}

static void
no_error_struct_is_fine(void **state)
{
    (void)state;
    assert_int_equal(ud_error_set(NULL, UD_BUSY, "x"), UD_BUSY);
    assert_int_equal(ud_error_hint(NULL, "x"), UD_FAILED);
    ud_error_clear(NULL);
}

static void
errno_is_mapped_to_the_status_that_helps(void **state)
{
    static const struct {
        int number;
        enum ud_status st;
    } rows[] = { { ENOSPC, UD_NOSPACE }, { EDQUOT, UD_NOSPACE }, { EFBIG, UD_NOSPACE }, { ENOMEM, UD_NOMEM },
        { ENOENT, UD_NOTFOUND }, { EIO, UD_IO }, { EACCES, UD_IO } };
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        errno = rows[i].number;
        assert_int_equal(ud_error_errno(&err, "x"), rows[i].st);
        assert_int_equal(err.status, rows[i].st);
    }
}

static void
long_text_is_cut_at_a_character(void **state)
{
    struct ud_error err;
    char text[1000];

    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "\xE6\x97\xA5", 4);
        ud_error_set(&err, UD_FAILED, "%s", text);
        assert_true(ud_text_valid(err.message, strlen(err.message)));
        assert_in_range(strlen(err.message), sizeof(err.message) - 4, sizeof(err.message) - 1);
    }
}

static void
every_status_has_a_name_a_code_of_its_own_and_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < UD_STATUS_COUNT; i++) {
        assert_true(strlen(ud_status_name((enum ud_status)i)) > 0);
        assert_true(strlen(ud_status_text((enum ud_status)i)) > 0);
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(ud_status_exit_code((enum ud_status)i), ud_status_exit_code((enum ud_status)k));
    }
    assert_string_equal(ud_status_name((enum ud_status)9999), "FAILED");
    assert_string_equal(ud_status_name(UD_OFFLINE), "OFFLINE");
    assert_int_equal(ud_status_exit_code(UD_OK), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_clears_the_hint_and_returns_the_status),
        cmocka_unit_test(no_error_struct_is_fine),
        cmocka_unit_test(errno_is_mapped_to_the_status_that_helps),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(every_status_has_a_name_a_code_of_its_own_and_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
