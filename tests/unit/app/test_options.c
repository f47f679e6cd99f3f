#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/options.h"

static struct ud_options options;
static struct ud_error error;

/* Parses a line of words separated by single spaces. */
static enum ud_status
parse(const char *line)
{
    static char text[256];
    char *argv[UD_ARGS_MAX + 8];
    int argc = 0;

    (void)snprintf(text, sizeof(text), "%s", line);
    for (char *save = NULL, *w = strtok_r(text, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    argv[argc] = NULL;
    memset(&error, 0, sizeof(error));
    return ud_options_parse(&options, argc, argv, &error);
}

static void
no_word_at_all_opens_the_console(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk"), UD_OK);
    assert_null(options.verb);
    assert_false(options.demo);
}

static void
demo_takes_a_number_of_devices_and_has_a_default(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk --demo"), UD_OK);
    assert_true(options.demo);
    assert_int_equal(options.devices, 2000);
    assert_int_equal(parse("unlockdesk --demo=50 --seed 3"), UD_OK);
    assert_int_equal(options.devices, 50);
    assert_int_equal(options.seed, 3);
    assert_int_equal(parse("unlockdesk --demo=none"), UD_USAGE);
    assert_int_equal(parse("unlockdesk --demo=0"), UD_USAGE);
}

static void
two_word_commands_keep_what_follows_as_arguments(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk device list alice berlin"), UD_OK);
    assert_string_equal(options.verb, "device list");
    assert_int_equal(options.arg_count, 2);
    assert_string_equal(options.arg[1], "berlin");
}

static void
options_may_stand_before_and_after_the_command(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk --json key find c0ffee00 --source lab"), UD_OK);
    assert_true(options.json);
    assert_string_equal(options.source, "lab");
    assert_string_equal(options.verb, "key find");
}

static void
approving_takes_a_note_and_a_surge_its_incident(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk approve deny 7c9e6679 --note no"), UD_OK);
    assert_string_equal(options.verb, "approve deny");
    assert_string_equal(options.note, "no");
    assert_int_equal(parse("unlockdesk approve surge --incident INC-9 --hours 3"), UD_OK);
    assert_string_equal(options.incident, "INC-9");
    assert_int_equal(options.hours, 3);
    assert_int_equal(parse("unlockdesk approve grant 7c9e6679 --hours 1"), UD_USAGE);
    assert_int_equal(parse("unlockdesk approve grant"), UD_USAGE);
}

static void
what_is_no_command_is_named_with_a_way_on(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk devices"), UD_USAGE);
    assert_non_null(strstr(error.message, "devices"));
    assert_non_null(strstr(error.hint, "--help"));
}

static void
an_option_of_another_command_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk device list --reason lost-pin"), UD_USAGE);
    assert_int_equal(parse("unlockdesk --wait"), UD_USAGE);
}

static void
missing_and_surplus_arguments_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("unlockdesk device show"), UD_USAGE);
    assert_non_null(strstr(error.message, "DEVICE"));
    assert_int_equal(parse("unlockdesk device show A B"), UD_USAGE);
    assert_int_equal(parse("unlockdesk --limit"), UD_USAGE);
    assert_int_equal(parse("unlockdesk --frobnicate"), UD_USAGE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_word_at_all_opens_the_console),
        cmocka_unit_test(demo_takes_a_number_of_devices_and_has_a_default),
        cmocka_unit_test(two_word_commands_keep_what_follows_as_arguments),
        cmocka_unit_test(options_may_stand_before_and_after_the_command),
        cmocka_unit_test(approving_takes_a_note_and_a_surge_its_incident),
        cmocka_unit_test(what_is_no_command_is_named_with_a_way_on),
        cmocka_unit_test(an_option_of_another_command_is_refused),
        cmocka_unit_test(missing_and_surplus_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
