/* The site's own words as the vault hands them out: notices by audience and language, name and helpdesk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/unit/vault/support_service.h"
#include "wire/branding.h"

static int
set_up(void **state)
{
    static struct service s;

    service_open(&s, 0);
    *state = &s;
    return 0;
}

static int
tear_down(void **state)
{
    service_close(*state);
    return 0;
}

/* Runs one administrator's command on a file with this text, then has the vault read it. */
static enum ud_status
apply(struct service *s, const char *text, const char *language, bool self_service, struct ud_error *err)
{
    struct ud_admin a;
    char path[128];
    enum ud_status st;

    (void)snprintf(path, sizeof(path), "%s/file", s->dir);
    assert_int_equal(ud_file_replace(path, text, strlen(text), 0600, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    st = language != NULL ? ud_admin_notice(&a, self_service, language, path, err) : ud_admin_branding(&a, path, true, err);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    return st;
}

static void
expect_notice(struct service *s, const struct ud_token *t, const char *language, const char *text, const char *from)
{
    struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .auth = *t, .name = language };

    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_string_equal(s->reply->text, text);
    assert_string_equal(s->reply->name, from);
    assert_int_equal(strlen(s->reply->hash), text[0] != '\0' ? 64 : 0);
}

static void
a_new_service_has_notices_in_four_languages_until_it_has_its_own(void **state)
{
    static const char *const languages[][2] = { { "en", "TRAINING." }, { "nl-BE", "OEFENING." }, { "sv", "ÖVNING." },
        { "ja", "練習用です。" } };
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "helpdesk", NULL), own = service_user(s, "employee", "user", NULL);

    for (size_t i = 0; i < 4; i++) {
        struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .auth = t, .name = languages[i][0] };

        assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
        assert_ptr_equal(strstr(s->reply->text, languages[i][1]), s->reply->text);
    }
    assert_int_equal(apply(s, "For everybody.", "default", false, NULL), UD_OK);
    expect_notice(s, &t, "nl-BE", "For everybody.", "default");
    struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .auth = own, .name = "nl" };
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK); /* that of self-service is another */
    assert_string_equal(s->reply->name, "nl");
}

static void
a_notice_falls_back_from_the_region_to_the_language_to_the_default(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "helpdesk", NULL);

    assert_int_equal(apply(s, "For everybody.", "default", false, NULL), UD_OK);
    assert_int_equal(apply(s, "Para todos.", "es", false, NULL), UD_OK);
    assert_int_equal(apply(s, "Para todos en México.", "es-mx", false, NULL), UD_OK);
    expect_notice(s, &t, "es-MX", "Para todos en México.", "es-mx");
    expect_notice(s, &t, "es-ES", "Para todos.", "es");
    expect_notice(s, &t, "ja", "For everybody.", "default");
}

static void
staff_and_employees_have_notices_of_their_own(void **state)
{
    struct service *s = *state;
    struct ud_token staff = service_user(s, "robin", "advanced", NULL), own = service_user(s, "employee", "user", NULL);

    assert_int_equal(apply(s, "For the desk.", "default", false, NULL), UD_OK);
    assert_int_equal(apply(s, "For you.", "default", true, NULL), UD_OK);
    assert_int_equal(apply(s, "Voor u.", "nl", true, NULL), UD_OK);
    expect_notice(s, &staff, "nl", "For the desk.", "default");
    expect_notice(s, &own, "nl-be", "Voor u.", "nl");
    expect_notice(s, &own, "sv", "For you.", "default");
}

static void
the_notice_of_self_service_can_be_switched_off(void **state)
{
    struct service *s = *state;
    struct ud_token own = service_user(s, "employee", "user", NULL), staff = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .auth = own, .name = "en" };
    struct ud_admin a;
    char path[128];
    static const char off[] = "{\"self_service_notice\":false}";

    (void)snprintf(path, sizeof(path), "%s/policy", s->dir);
    assert_int_equal(ud_file_replace(path, off, sizeof(off) - 1, 0600, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_policy(&a, path, true, NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_NOT_FOUND);
    r.auth = staff; /* theirs stays */
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
}

static void
without_a_default_a_missing_translation_is_said_so(void **state)
{
    struct service *s = *state;
    struct ud_token own = service_user(s, "employee", "user", NULL);
    struct ud_vault_request r = { .op = UD_VAULT_NOTICE, .auth = own, .name = "sv" };
    struct ud_error err;
    struct ud_admin a;

    assert_int_equal(apply(s, "Voor u.", "nl", true, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_notice_remove(&a, true, "default", NULL), UD_OK);
    assert_int_equal(ud_admin_notice_remove(&a, true, "default", &err), UD_NOTFOUND);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    expect_notice(s, &own, "sv", "", "");
    expect_notice(s, &own, "nl", "Voor u.", "nl");
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_notice_remove(&a, true, "nl", NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_NOT_FOUND); /* none at all: there is nothing to accept */
}

static bool
branding_of(struct service *s, struct ud_branding_texts *t, const char *language)
{
    struct ud_vault_request r = { .op = UD_VAULT_BRANDING, .name = language }; /* nobody is signed in */

    return service_ask(s, &r)->code == UD_VAULT_OK &&
           ud_wire_branding_texts_decode(t, s->reply->text, strlen(s->reply->text), NULL) == UD_OK;
}

static void
name_and_helpdesk_come_without_a_token_and_by_language(void **state)
{
    struct service *s = *state;
    struct ud_branding_texts t;

    assert_true(branding_of(s, &t, "nl"));
    assert_string_equal(t.company, "Training IT"); /* of the invented site */
    assert_int_equal(apply(s, "{}", NULL, false, NULL), UD_OK);
    assert_true(branding_of(s, &t, "nl"));
    assert_string_equal(t.company, s->config.name); /* until it has one */
    assert_int_equal(apply(s,
                         "{\"company\":\"Example IT\",\"helpdesk_text\":\"Call 4357.\",\"helpdesk_url\":\"https://help.example\","
                         "\"languages\":[{\"language\":\"nl\",\"helpdesk_text\":\"Bel 4357.\"}]}",
                         NULL, false, NULL),
        UD_OK);
    assert_true(branding_of(s, &t, "nl-be"));
    assert_string_equal(t.company, "Example IT");
    assert_string_equal(t.helpdesk_text, "Bel 4357.");
    assert_string_equal(t.helpdesk_url, "https://help.example");
    assert_string_equal(t.language, "nl");
}

static void
a_wrong_file_changes_nothing_and_says_why(void **state)
{
    struct service *s = *state;
    struct ud_branding_texts t;
    struct ud_error err;

    assert_int_equal(apply(s, "{\"company\":\"Example IT\"}", NULL, false, NULL), UD_OK);
    assert_int_equal(apply(s, "{\"helpdesk_url\":\"help\"}", NULL, false, &err), UD_INVALID);
    assert_non_null(strstr(err.message, "no address"));
    assert_non_null(strstr(err.hint, "escrowd branding show"));
    assert_true(branding_of(s, &t, "en"));
    assert_string_equal(t.company, "Example IT");
    assert_int_equal(apply(s, "text", "n", true, &err), UD_USAGE);
    assert_int_equal(apply(s, "", "nl", true, &err), UD_INVALID);
}

/* The file that doc/self-service.md shows. */
static void
the_example_of_the_guide_can_be_applied(void **state)
{
    struct service *s = *state;
    struct ud_branding_texts t;
    struct ud_buf doc;
    char *from, *to;

    ud_buf_init(&doc, 65536);
    assert_int_equal(ud_file_read(&doc, "doc/self-service.md", doc.max, NULL), UD_OK);
    from = strstr(doc.data, "    {\n      \"company\"");
    assert_non_null(from);
    to = strstr(from, "\n    }\n");
    assert_non_null(to);
    to[6] = '\0';
    assert_int_equal(apply(s, from, NULL, false, NULL), UD_OK);
    ud_buf_free(&doc);
    assert_true(branding_of(s, &t, "nl"));
    assert_string_equal(t.company, "Example IT");
    assert_string_equal(t.helpdesk_text, "Bel de servicedesk, toestel 4357.");
    assert_string_equal(t.helpdesk_url, "https://help.example.org");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_new_service_has_notices_in_four_languages_until_it_has_its_own),
        T(a_notice_falls_back_from_the_region_to_the_language_to_the_default),
        T(staff_and_employees_have_notices_of_their_own),
        T(the_notice_of_self_service_can_be_switched_off),
        T(without_a_default_a_missing_translation_is_said_so),
        T(name_and_helpdesk_come_without_a_token_and_by_language),
        T(a_wrong_file_changes_nothing_and_says_why),
        T(the_example_of_the_guide_can_be_applied),
    };
#undef T

    return cmocka_run_group_tests(tests, NULL, NULL);
}
