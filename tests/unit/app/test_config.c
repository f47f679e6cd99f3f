#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"
#include "app/config_policy.h"

static char dir[] = "/tmp/ud-config-XXXXXX";
static struct ud_config config;
static struct ud_error error;

static int
make_place(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)setenv("XDG_CONFIG_HOME", dir, 1);
    (void)setenv("XDG_STATE_HOME", dir, 1);
    return 0;
}

static const char *
file(const char *name, const char *text)
{
    static char path[4][256];
    static unsigned turn;
    char *p = path[turn++ % 4];

    (void)snprintf(p, 256, "%s/%s", dir, name);
    FILE *f = fopen(p, "w");
    assert_non_null(f);
    (void)fputs(text, f);
    (void)fclose(f);
    (void)chmod(p, 0600);
    return p;
}

static enum ud_status
load(const char *site, const char *user)
{
    const char *a = file("site.conf", site), *b = file("user.conf", user);

    memset(&error, 0, sizeof(error));
    ud_config_default(&config);
    return ud_config_load(&config, a, b, &error);
}

static void
sources_are_read_from_the_site_and_the_user(void **state)
{
    (void)state;
    assert_int_equal(load("[source lab]\ntype = escrowd\nurl = https://lab.example:8443\n",
                         "[source cloud]\ntype = graph\ntenant = t.example\nclient_id = abc\n"),
        UD_OK);
    assert_int_equal(config.source_count, 2);
    assert_string_equal(config.source[0].url, "https://lab.example:8443");
    assert_string_equal(config.source[1].authority, "https://login.microsoftonline.com");
}

static void
a_locked_setting_in_the_user_file_is_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(load("[console]\nlocked = theme, source\ntheme = mono\n", "[console]\ntheme = default\n"), UD_CONFIG);
    assert_non_null(strstr(error.message, "theme"));
    assert_non_null(strstr(error.message, "line 2"));
    assert_int_equal(load("[console]\nlocked = source\n", "[source x]\ntype = escrowd\n"), UD_CONFIG);
}

static void
a_language_is_a_code_and_never_a_path(void **state)
{
    (void)state;
    assert_int_equal(load("[console]\nlanguage = nl\n", "[console]\nlanguage = sv:nl\n"), UD_OK);
    assert_string_equal(config.language, "sv:nl");
    assert_int_equal(load("[console]\nlanguage = ../../tmp/nl\n", ""), UD_CONFIG);
    assert_non_null(strstr(error.message, "language"));
}

static void
an_unknown_setting_is_refused_with_file_and_line(void **state)
{
    (void)state;
    assert_int_equal(load("", "[console]\ntheme = mono\ncolour = red\n"), UD_CONFIG);
    assert_non_null(strstr(error.message, "user.conf"));
    assert_non_null(strstr(error.message, "line 3"));
    assert_non_null(strstr(error.message, "colour"));
    assert_int_equal(load("", "[nonsense]\na = b\n"), UD_CONFIG);
    assert_int_equal(load("", "[console]\nprofile = kiosk\n"), UD_CONFIG);
}

static void
the_profile_decides_what_is_kept_on_disk(void **state)
{
    (void)state;
    assert_int_equal(load("[console]\nprofile = jumphost\n", ""), UD_OK);
    assert_int_equal(config.profile, UD_PROFILE_JUMPHOST);
    assert_string_equal(config.tokens_file, "");
    assert_int_equal(load("", ""), UD_OK);
    assert_non_null(strstr(config.tokens_file, "tokens"));
}

static void
only_the_site_may_allow_recorders(void **state)
{
    (void)state;
    assert_int_equal(load("[console]\nallow_recorder = yes\n", ""), UD_OK);
    assert_true(config.allow_recorder);
    assert_int_equal(load("", "[console]\nallow_recorder = yes\n"), UD_CONFIG);
}

static void
a_source_that_lacks_what_it_needs_is_named(void **state)
{
    (void)state;
    assert_int_equal(load("[source lab]\ntype = escrowd\n", ""), UD_CONFIG);
    assert_non_null(strstr(error.message, "lab"));
    assert_non_null(strstr(error.message, "url"));
}

static void
only_source_lists_what_exists_when_the_name_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(load("[source lab]\ntype = escrowd\nurl = https://a\n[source two]\ntype = escrowd\nurl = https://b\n", ""), UD_OK);
    assert_int_equal(ud_config_only_source(&config, "three", &error), UD_CONFIG);
    assert_non_null(strstr(error.hint, "lab, two"));
    assert_int_equal(ud_config_only_source(&config, "two", &error), UD_OK);
    assert_int_equal(config.source_count, 1);
    assert_string_equal(config.source[0].name, "two");
}

static void
the_tag_of_the_sources_changes_with_their_address(void **state)
{
    char a[33], b[33];

    (void)state;
    assert_int_equal(load("[source lab]\ntype = escrowd\nurl = https://a\n", ""), UD_OK);
    ud_config_source_tag(a, &config);
    assert_int_equal(load("[source lab]\ntype = escrowd\nurl = https://b\n", ""), UD_OK);
    ud_config_source_tag(b, &config);
    assert_string_not_equal(a, b);
}

static void
a_users_policy_only_tightens(void **state)
{
    struct ud_policy p;

    (void)state;
    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    ud_msec warn = p.idle_warn;
    assert_int_equal(ud_config_read_policy(&p, file("wish.conf", "[policy]\nidle_warn = 900\n"), true, &error), UD_OK);
    assert_int_equal(p.idle_warn, warn);
    assert_int_equal(ud_config_read_policy(&p, file("wish.conf", "[policy]\nidle_warn = 60\nticket = yes\n"), true, &error), UD_OK);
    assert_int_equal(p.idle_warn, 60000);
    assert_int_equal(p.ticket, UD_NEED_YES);
    assert_int_equal(ud_config_read_policy(&p, file("wish.conf", "[policy]\nticket = no\n"), true, &error), UD_OK);
    assert_int_equal(p.ticket, UD_NEED_YES);
    assert_int_equal(ud_config_read_policy(&p, file("wish.conf", "[policy]\nticket = maybe\n"), true, &error), UD_CONFIG);
    assert_non_null(strstr(error.message, "ticket"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_read_from_the_site_and_the_user),
        cmocka_unit_test(a_locked_setting_in_the_user_file_is_refused_by_name),
        cmocka_unit_test(a_language_is_a_code_and_never_a_path),
        cmocka_unit_test(an_unknown_setting_is_refused_with_file_and_line),
        cmocka_unit_test(the_profile_decides_what_is_kept_on_disk),
        cmocka_unit_test(only_the_site_may_allow_recorders),
        cmocka_unit_test(a_source_that_lacks_what_it_needs_is_named),
        cmocka_unit_test(only_source_lists_what_exists_when_the_name_is_wrong),
        cmocka_unit_test(the_tag_of_the_sources_changes_with_their_address),
        cmocka_unit_test(a_users_policy_only_tightens),
    };

    return cmocka_run_group_tests(tests, make_place, NULL);
}
