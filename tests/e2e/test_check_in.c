/* The check-in protocol as agents speak it: forms and HTTP Basic against a real escrowd, over its Unix socket and over TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/memscan.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define KEY_1 "recovery_password=AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"
#define KEY_2 "recovery_password=AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8A"
#define FORM  "application/x-www-form-urlencoded"

struct desk {
    struct ud_fixture f;
    char secret[80];      /* of the agent */
    char credential[300]; /* the header, with its line end; "" none */
};

static void
configure(const struct ud_fixture *f, const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/escrowd.conf", f->dir);
    FILE *out = fopen(path, "a");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void
add_agent(struct desk *d, const char *name)
{
    const char *const args[] = { "agent", "add", name, NULL };
    char *secret = ud_fixture_command(&d->f, NULL, args), plain[160], text[240];

    secret[strcspn(secret, "\n")] = '\0';
    assert_int_equal(strlen(secret), 64);
    (void)ud_copy(d->secret, sizeof(d->secret), secret);
    (void)snprintf(plain, sizeof(plain), "%s:%s", name, secret);
    ud_base64_encode(text, sizeof(text), plain, strlen(plain));
    (void)snprintf(d->credential, sizeof(d->credential), "Authorization: Basic %s\r\n", text);
    free(secret);
}

static void
open_desk(struct desk *d, const char *section, bool https)
{
    const struct ud_fixture_options o = { .service = true, .https = https };

    memset(d, 0, sizeof(*d));
    ud_fixture_make(&d->f, &o);
    configure(&d->f, section);
    add_agent(d, "fleet");
    ud_fixture_serve(&d->f);
}

/* One call. `body` NULL: GET. */
static void
call(struct ud_answer *a, struct desk *d, const char *method, const char *path, const char *type, const char *body)
{
    struct ud_raw *r = ud_raw_open(&d->f);
    char text[2048];

    (void)snprintf(text, sizeof(text),
        "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: crypt\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", method,
        path, d->credential, type, strlen(body), body);
    ud_raw_send_text(r, text);
    ud_raw_answer(a, r);
    ud_raw_close(&r);
}

static void
expect_body(struct desk *d, const char *path, const char *body, const char *expected)
{
    struct ud_answer a;

    call(&a, d, body != NULL ? "POST" : "GET", path, FORM, body != NULL ? body : "");
    if (a.status != 200)
        fail_msg("%s: %d %s", path, a.status, a.body);
    assert_string_equal(a.body, expected);
    ud_answer_free(&a);
}

static void
expect_status(struct desk *d, const char *method, const char *path, const char *type, const char *body, int status)
{
    struct ud_answer a;

    call(&a, d, method, path, type, body);
    if (a.status != status)
        fail_msg("%s %s: %d %s", method, path, a.status, a.body);
    ud_answer_free(&a);
}

#define SERIAL       "serial=C02X&username=joe&macname=joes-mac&"
#define ANSWER(r, n) "{\"serial\":\"C02X\",\"username\":\"joe\",\"rotation_required\":" r ",\"new_secret_escrowed\":" n "}"

static void
an_agent_checks_in_and_is_answered_with_four_members(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "\n[check-in]\nenabled = yes\n", false);
    expect_body(&d, "/verify/C02X/recovery_key/", NULL, "{\"escrowed\":false}");
    expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
    expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "false"));
    expect_body(&d, "/checkin", SERIAL KEY_1, ANSWER("false", "false"));
    expect_body(&d, "/checkin", "serial=++C02X+&username=joe&macname=joes-mac&" KEY_1, ANSWER("false", "false"));
    expect_body(&d, "/checkin/", SERIAL KEY_2, ANSWER("false", "true"));
    expect_body(&d, "/checkin/", SERIAL "secret_type=unlock_pin&recovery_password=123456", ANSWER("false", "true"));
    ud_fixture_end(&d.f);
}

static void
a_stored_key_is_verified_with_its_date(void **state)
{
    struct ud_answer a;
    struct desk d;

    (void)state;
    open_desk(&d, "\n[check-in]\nenabled = yes\n", true);
    expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
    call(&a, &d, "GET", "/verify/c02x/recovery_key", FORM, "");
    assert_int_equal(a.status, 200);
    assert_int_equal(strncmp(a.body, "{\"escrowed\":true,\"date_escrowed\":\"20", 36), 0);
    ud_answer_free(&a);
    add_agent(&d, "other");
    expect_body(&d, "/verify/C02X/recovery_key/", NULL, "{\"escrowed\":false}");
    expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1, 403);
    ud_fixture_end(&d.f);
}

static void
strangers_and_bad_forms_are_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *body;
        const char *sentence;
    } bad[] = { { "username=joe&" KEY_1, "lacks the field serial" },
        { "serial=C02X&username=joe", "lacks the field recovery_password" },
        { "serial=C02X&username=joe&recovery_password=", "lacks the field recovery_password" },
        { "serial=C02X&" KEY_1, "lacks the field username" },
        { "serial=C02X&username=joe&recovery_password=AAAQ-EAYE-AUDA-OCAJ-B8FQ", "6 groups of 4" },
        { "serial=C02X&username=joe&recovery_password=461109-608201-413820-485342-181588-463056-430617-501392", "Group 8" },
        { "serial=C02X&serial=C02Y&username=joe&" KEY_1, "malformed" },
        { "serial=%EF%BC%A302X&username=joe&" KEY_1, "plain characters" } };
    char header[80];
    struct ud_answer a;
    struct desk d;

    (void)state;
    open_desk(&d, "\n[check-in]\nenabled = yes\n", false);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        call(&a, &d, "POST", "/checkin/", FORM, bad[i].body);
        if (a.status != 400 || strstr(a.body, bad[i].sentence) == NULL)
            fail_msg("%s: %d %s", bad[i].body, a.status, a.body);
        ud_answer_free(&a);
    }
    expect_status(&d, "GET", "/checkin/", FORM, "", 405);
    expect_status(&d, "POST", "/checkin/", "application/json", "{}", 415);
    expect_status(&d, "GET", "/escrow/v1/policy", FORM, "", 401);
    (void)snprintf(d.credential, sizeof(d.credential), "Authorization: Basic %s\r\n", "ZmxlZXQ6d3Jvbmc=");
    expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1, 401);
    (void)snprintf(d.credential, sizeof(d.credential), "Authorization: Basic %s\r\n", "bm9jb2xvbg==");
    expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1, 401);
    d.credential[0] = '\0';
    call(&a, &d, "GET", "/verify/C02X/recovery_key/", FORM, "");
    assert_int_equal(a.status, 401);
    ud_answer_header(header, sizeof(header), &a, "WWW-Authenticate");
    assert_string_equal(header, "Basic realm=\"check-in\"");
    ud_answer_free(&a);
    ud_fixture_end(&d.f);
}

static void
a_network_needs_no_credential_but_a_wrong_one_is_wrong(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "\n[check-in]\nenabled = yes\nprefix = /crypt\nnetworks = unix\n", false);
    d.credential[0] = '\0';
    expect_body(&d, "/crypt/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
    expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1, 404);
    expect_status(&d, "GET", "/crypt/verify/C02X/recovery_key/", FORM, "", 200);
    (void)snprintf(d.credential, sizeof(d.credential), "Authorization: Basic %s\r\n", "ZmxlZXQ6d3Jvbmc=");
    expect_status(&d, "POST", "/crypt/checkin/", FORM, SERIAL KEY_1, 401);
    ud_fixture_end(&d.f);
}

static void
without_the_section_there_is_nothing_at_these_addresses(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "", false);
    expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1, 404);
    expect_status(&d, "GET", "/verify/C02X/recovery_key/", FORM, "", 404);
    ud_fixture_end(&d.f);
}

/* What SQLite writes goes to the log file beside the database first. */
static void
log_of(struct stat *sb, const struct desk *d)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/escrowd.db-wal", d->f.dir);
    assert_int_equal(stat(path, sb), 0);
}

static void
unchanged_check_ins_do_not_touch_the_disk(void **state)
{
    struct stat before, after;
    struct desk d;

    (void)state;
    open_desk(&d, "\n[check-in]\nenabled = yes\n", false);
    expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
    log_of(&before, &d);
    for (int i = 0; i < 50; i++)
        expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "false"));
    log_of(&after, &d);
    assert_true(before.st_size > 0 && after.st_size == before.st_size);
    assert_true(after.st_mtim.tv_sec == before.st_mtim.tv_sec && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
    expect_body(&d, "/checkin/", SERIAL KEY_2, ANSWER("false", "true"));
    log_of(&after, &d);
    assert_true(after.st_mtim.tv_sec != before.st_mtim.tv_sec || after.st_mtim.tv_nsec != before.st_mtim.tv_nsec);
    ud_fixture_end(&d.f);
}

/* The section as doc/protocol.md prints it, indented by four blanks. */
static void
documented_section(char *out, size_t size)
{
    char line[200];
    size_t used = 0;
    bool inside = false;
    FILE *in = fopen("doc/protocol.md", "r");

    assert_non_null(in);
    while (fgets(line, sizeof(line), in) != NULL) {
        inside = strncmp(line, "    ", 4) == 0 && (inside || strcmp(line + 4, "[check-in]\n") == 0);
        if (inside)
            used += (size_t)snprintf(out + used, size - used, "%s", line + 4);
        assert_true(used < size);
    }
    assert_int_equal(fclose(in), 0);
    assert_true(used > 0);
}

static void
the_section_in_the_documentation_is_understood(void **state)
{
    char section[1000] = "\n";
    struct desk d;

    (void)state;
    documented_section(section + 1, sizeof(section) - 1);
    open_desk(&d, section, false);
    expect_body(&d, "/crypt/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
    d.credential[0] = '\0';
    expect_status(&d, "POST", "/crypt/checkin/", FORM, SERIAL KEY_1, 401);
    ud_fixture_end(&d.f);
}

static void
expect_nothing(const struct desk *d, const char *secret)
{
    struct ud_scan scan = { 0 };
    pid_t pids[16];
    size_t count = ud_scan_family(d->f.server, pids, 16);

    assert_true(count >= 2);
    ud_scan_processes(&scan, pids, count, secret);
    ud_scan_tree(&scan, d->f.dir, secret);
    if (scan.hits > 0) {
        ud_scan_print(&scan);
        fail_msg("%zu copies", scan.hits);
    }
    assert_true(scan.bytes > 0);
}

static void
neither_key_nor_credential_is_left_in_memory_or_files(void **state)
{
    struct desk d;

    (void)state;
    for (int https = 0; https < 2; https++) {
        open_desk(&d, "\n[check-in]\nenabled = yes\n", https == 1);
        expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "true"));
        expect_body(&d, "/checkin/", SERIAL KEY_1, ANSWER("false", "false"));
        expect_status(&d, "POST", "/checkin/", FORM, "serial=C02X&" KEY_1, 400);
        expect_status(&d, "POST", "/checkin/", FORM, SERIAL KEY_1 "-AND-MORE", 400);
        expect_status(&d, "GET", "/verify/C02X/recovery_key/", FORM, "", 200);
        expect_nothing(&d, strchr(KEY_1, '=') + 1);
        expect_nothing(&d, d.secret);
        ud_fixture_end(&d.f);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_agent_checks_in_and_is_answered_with_four_members),
        cmocka_unit_test(a_stored_key_is_verified_with_its_date),
        cmocka_unit_test(strangers_and_bad_forms_are_refused_with_a_sentence),
        cmocka_unit_test(a_network_needs_no_credential_but_a_wrong_one_is_wrong),
        cmocka_unit_test(without_the_section_there_is_nothing_at_these_addresses),
        cmocka_unit_test(unchanged_check_ins_do_not_touch_the_disk),
        cmocka_unit_test(the_section_in_the_documentation_is_understood),
        cmocka_unit_test(neither_key_nor_credential_is_left_in_memory_or_files) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
