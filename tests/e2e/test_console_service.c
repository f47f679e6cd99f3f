/* The console on a service that is no training service: HTTPS with its own CA, approval in a browser, a passphrase of one's own, an imported key, the kept
 * sign-in and the cached list. */
#include <unistd.h>

#include "console.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"

#define KEY        "496298-461032-321464-595518-463221-173943-033616-139579"
#define PASSPHRASE "correct horse battery"

struct site {
    struct ud_fixture service;
    char home[64], config[128];
};

static void
write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int
open_site(void **state)
{
    struct site *s = calloc(1, sizeof(*s));
    struct ud_fixture_options o = { .service = true, .https = true };
    char text[600], path[128];

    assert_non_null(s);
    ud_fixture_start(&s->service, &o);
    (void)snprintf(s->home, sizeof(s->home), "/tmp/ud-site-XXXXXX");
    assert_non_null(mkdtemp(s->home));
    (void)snprintf(path, sizeof(path), "%s/keys.csv", s->home);
    write_file(path, "device,serial,user,key_id,secret,kind,volume,os,ownership\n"
                     "LT-1,SN1,anna@corp.example,8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8," KEY ",bitlocker,os,Windows,company\n");
    free(ud_fixture_command(&s->service, NULL, (const char *const[]){ "import", path, NULL }));
    (void)snprintf(s->config, sizeof(s->config), "%s/unlockdesk.conf", s->home);
    (void)snprintf(text, sizeof(text), "[console]\nprofile = workstation\n[source lab]\ntype = escrowd\nurl = %s\nca_file = %s\n",
        s->service.url, s->service.ca_file);
    write_file(s->config, text);
    *state = s;
    return 0;
}

static int
close_site(void **state)
{
    struct site *s = *state;
    char command[128];

    ud_fixture_end(&s->service);
    (void)snprintf(command, sizeof(command), "rm -rf -- '%s'", s->home);
    (void)!system(command);
    free(s);
    return 0;
}

static struct ud_pty *
start_console(const struct site *s)
{
    const char *argv[] = { "seams/unlockdesk", "--config", s->config, NULL };
    struct ud_pty_options o = { .argv = argv, .home = s->home };

    return ud_pty_start(&o);
}

/* The code stands alone in its row: XXXX-XXXX. */
static void
read_code(struct ud_pty *p, char code[10])
{
    int y = ud_pty_find(p, "Type this code there:");
    const char *row = ud_pty_row(p, y + 1);
    const char *dash = strchr(row, '-');

    assert_true(dash != NULL && dash - row >= 4);
    memcpy(code, dash - 4, 9);
    code[9] = '\0';
}

static void
approve(struct ud_pty *p, const struct site *s)
{
    char code[10], password[64];

    ud_pty_wait(p, "Waiting for the approval");
    read_code(p, code);
    ud_fixture_password(password, sizeof(password), &s->service);
    assert_int_equal(ud_raw_approve(&s->service, code, "operator", password, "approve"), 200);
    for (int i = 0; i < 100 && !ud_pty_has(p, "Is this you?"); i++) { /* the poll for the token comes every 5 s of its clock */
        ud_pty_clock(p, 1000);
        ud_pty_idle(p);
    }
    ud_pty_wait(p, "Is this you?");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
}

static void
choose_passphrase(struct ud_pty *p)
{
    ud_pty_wait(p, "Choose a passphrase");
    ud_pty_type(p, "short");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Too short");
    ud_pty_key(p, "C-u");
    ud_pty_type(p, PASSPHRASE);
    ud_pty_key(p, "Enter");
    ud_pty_idle(p);
    ud_pty_type(p, PASSPHRASE "x");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "not the same");
    ud_pty_type(p, PASSPHRASE);
    ud_pty_key(p, "Enter");
    ud_pty_idle(p);
    ud_pty_type(p, PASSPHRASE);
    ud_pty_key(p, "Enter");
}

static void
imported_key_is_dictated_digit_by_digit(void **state)
{
    struct site *s = *state;
    struct ud_pty *p = start_console(s);
    char group[7];

    approve(p, s);
    choose_passphrase(p);
    if (ud_pty_wait_either(p, "Notice of", "│ Devices") == 0) {
        ud_pty_pause(p);
        ud_pty_key(p, "Enter");
    }
    ud_pty_wait(p, "│ Devices");
    ud_pty_wait(p, "LT-1");
    ud_pty_type(p, "{8a5d13d6}");
    ud_pty_wait(p, "8A5D13D6");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "current");
    ud_pty_idle(p);
    console_give_reason(p, "INC1");
    for (int i = 0; i < 8; i++) {
        console_wait_group(p, i + 1);
        assert_true(console_group_digits(p, group));
        assert_memory_equal(group, &KEY[(size_t)i * 7], 6);
        ud_pty_key(p, "Space");
    }
    ud_pty_key(p, "x");
    ud_pty_wait(p, "did not unlock");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "│ Devices");
    ud_pty_key(p, "C-q");
    ud_pty_wait(p, "Enter yes");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_end(&p);
}

/* Stands on what the test before has left: the cached list and the sealed sign-in. */
static void
next_start_shows_the_cached_list_and_asks_for_the_passphrase_first(void **state)
{
    struct site *s = *state;
    struct ud_pty *p = start_console(s);

    ud_pty_wait(p, "signed out, list of");
    assert_true(ud_pty_has(p, "LT-1"));
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Locked");
    assert_false(ud_pty_has(p, "LT-1"));
    ud_pty_type(p, "wrong horse battery");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "4 tries are left");
    ud_pty_clock(p, 2000);
    ud_pty_type(p, PASSPHRASE);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, DEVICE_TITLE);
    ud_pty_wait(p, "8A5D13D6");
    ud_pty_end(&p);
}

/* No recovery key and no token lies in clear below the operator's home. */
static void
nothing_secret_lies_below_home(void **state)
{
    struct site *s = *state;
    char command[512];

    (void)snprintf(command, sizeof(command),
        "mv '%s/keys.csv' '%s.csv' && ! grep -rqaE '496298|461032|eyJ[A-Za-z0-9_-]{20}' '%s'", s->home, s->home, s->home);
    assert_int_equal(system(command), 0);
    (void)snprintf(command, sizeof(command), "%s.csv", s->home);
    (void)unlink(command);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imported_key_is_dictated_digit_by_digit),
        cmocka_unit_test(next_start_shows_the_cached_list_and_asks_for_the_passphrase_first),
        cmocka_unit_test(nothing_secret_lies_below_home),
    };

    return cmocka_run_group_tests(tests, open_site, close_site);
}
