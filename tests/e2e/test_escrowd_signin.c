/* Signing in to a real escrowd: discovery, device code, approval page, tokens, over the Unix socket and over HTTPS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "tests/support/escrowd_fixture.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define FORM  "application/x-www-form-urlencoded"
#define TOKEN "/t/oauth2/v2.0/token"

static struct ud_fixture local, https;
static char password[128];

static void
text_of(char *out, size_t size, const struct ud_json *v, const char *name)
{
    out[0] = '\0';
    if (ud_json_get_text(out, size, v, name, NULL) != UD_OK)
        fail_msg("no %s", name);
}

static void
expect_text(const struct ud_json *v, const char *name, const char *wanted)
{
    char text[1024];

    text_of(text, sizeof(text), v, name);
    assert_string_equal(text, wanted);
}

/* A form at the token endpoint: its `error`, or "" where it was granted (the document goes to *doc unless NULL). */
static const char *
token_call(char error[64], struct ud_json **doc, const struct ud_fixture *f, const char *form)
{
    struct ud_json *answer = NULL;
    struct ud_answer a;

    ud_raw_call(&a, f, "POST", TOKEN, NULL, FORM, form);
    assert_int_equal(ud_json_parse(&answer, a.body, a.length, NULL), UD_OK);
    error[0] = '\0';
    if (a.status != 200) {
        text_of(error, 64, answer, "error");
        assert_int_equal(a.status, 400);
    }
    ud_answer_free(&a);
    if (doc != NULL)
        *doc = answer;
    else
        ud_json_free(&answer);
    return error;
}

struct code {
    char device[128], user[32], poll[400];
};

static void
start(struct code *c, const struct ud_fixture *f, const char *scope)
{
    struct ud_json *doc = NULL;
    struct ud_answer a;
    char form[256];

    snprintf(form, sizeof(form), "client_id=test&client_info=1&x-client-SKU=x&scope=%s", scope);
    ud_raw_call(&a, f, "POST", "/t/oauth2/v2.0/devicecode?client-request-id=1", NULL, FORM, form);
    assert_int_equal(a.status, 200);
    assert_int_equal(ud_json_parse(&doc, a.body, a.length, NULL), UD_OK);
    text_of(c->device, sizeof(c->device), doc, "device_code");
    text_of(c->user, sizeof(c->user), doc, "user_code");
    snprintf(c->poll, sizeof(c->poll),
        "client_id=test&grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Adevice_code&device_code=%s", c->device);
    ud_json_free(&doc);
    ud_answer_free(&a);
}

static int
status_of(const struct ud_fixture *f, const char *method, const char *path, const char *token)
{
    struct ud_answer a;

    ud_raw_call(&a, f, method, path, token, NULL, strcmp(method, "POST") == 0 ? "" : NULL);
    int status = a.status;
    ud_answer_free(&a);
    return status;
}

/* --- discovery ------------------------------------------------------------------------------------------------------- */

static void
discovery_of(const struct ud_fixture *f)
{
    static const char *const paths[] = { "/t/v2.0/.well-known/openid-configuration", "/t/.well-known/openid-configuration" };
    char origin[64], wanted[200];

    snprintf(origin, sizeof(origin), f->port != 0 ? "https://localhost:%d" : "http://localhost", f->port);
    for (size_t i = 0; i < 2; i++) {
        struct ud_json *doc = ud_raw_json(f, "GET", paths[i], NULL, NULL, 200);
        snprintf(wanted, sizeof(wanted), "%s/t/oauth2/v2.0/token", origin);
        expect_text(doc, "token_endpoint", wanted);
        snprintf(wanted, sizeof(wanted), "%s/t/oauth2/v2.0/devicecode", origin);
        expect_text(doc, "device_authorization_endpoint", wanted);
        snprintf(wanted, sizeof(wanted), "%s/t/discovery/v2.0/keys", origin);
        expect_text(doc, "jwks_uri", wanted);
        text_of(wanted, sizeof(wanted), doc, "authorization_endpoint");
        text_of(wanted, sizeof(wanted), doc, "issuer");
        assert_int_equal(strncmp(wanted, origin, strlen(origin)), 0);
        ud_json_free(&doc);
    }
}

static void
discovery_names_every_endpoint_at_both_addresses(void **state)
{
    (void)state;
    discovery_of(&local);
    discovery_of(&https);
}

static void
the_well_known_document_needs_no_token(void **state)
{
    struct ud_json *doc = ud_raw_json(&local, "GET", "/.well-known/escrow", NULL, NULL, 200);
    char text[200];
    bool training = false;

    (void)state;
    assert_int_equal(ud_json_get_bool(&training, doc, "training", NULL), UD_OK);
    assert_true(training);
    expect_text(doc, "graph", "http://localhost");
    text_of(text, sizeof(text), doc, "authority");
    assert_int_equal(strncmp(text, "http://localhost/", 17), 0);
    ud_json_free(&doc);
}

/* --- the flow -------------------------------------------------------------------------------------------------------- */

/* Decodes the claims of an id_token. */
static struct ud_json *
claims_of(const char *id_token)
{
    unsigned char claims[4096];
    struct ud_json *doc = NULL;
    const char *from = strchr(id_token, '.') + 1;
    size_t length = 0;

    assert_int_equal(ud_base64url_decode(claims, sizeof(claims), &length, from, strcspn(from, ".")), UD_OK);
    assert_int_equal(ud_json_parse(&doc, claims, length, NULL), UD_OK);
    return doc;
}

static void
flow_of(const struct ud_fixture *f, const char *user, const char *word)
{
    char error[64], access[80], id_token[4096], oid[64];
    struct ud_json *doc, *claims, *me;
    struct code c;

    start(&c, f, "openid+profile+offline_access+User.Read+Nonsense.Scope");
    assert_string_equal(token_call(error, NULL, f, c.poll), "authorization_pending");
    assert_int_equal(ud_raw_approve(f, c.user, user, word, "approve"), 200);
    assert_string_equal(token_call(error, &doc, f, c.poll), "");
    expect_text(doc, "token_type", "Bearer");
    expect_text(doc, "scope", "openid profile offline_access User.Read");
    text_of(access, sizeof(access), doc, "access_token");
    text_of(id_token, sizeof(id_token), doc, "id_token");
    ud_json_free(&doc);
    me = ud_raw_json(f, "GET", "/v1.0/me", access, NULL, 200);
    text_of(oid, sizeof(oid), me, "id");
    claims = claims_of(id_token);
    expect_text(claims, "oid", oid);
    expect_text(claims, "aud", "test");
    text_of(oid, sizeof(oid), me, "userPrincipalName");
    expect_text(claims, "preferred_username", oid);
    ud_json_free(&me);
    me = ud_raw_json(f, "GET", "/escrow/v1/me", access, NULL, 200);
    expect_text(me, "account", oid);
    expect_text(me, "role", "advanced");
    text_of(oid, sizeof(oid), me, "id");
    expect_text(claims, "oid", oid);
    ud_json_free(&claims);
    ud_json_free(&me);
}

static void
a_device_code_signs_in_and_says_who_it_was(void **state)
{
    char word[128];

    (void)state;
    flow_of(&local, "operator", password);
    ud_fixture_password(word, sizeof(word), &https);
    flow_of(&https, "operator", word);
}

static void
a_device_code_is_good_once(void **state)
{
    char error[64];
    struct code c;

    (void)state;
    start(&c, &local, "openid");
    assert_int_equal(ud_raw_approve(&local, c.user, "operator", password, "approve"), 200);
    assert_string_equal(token_call(error, NULL, &local, c.poll), "");
    assert_string_equal(token_call(error, NULL, &local, c.poll), "invalid_grant");
}

static void
a_denied_code_ends_the_flow(void **state)
{
    char error[64];
    struct code c;

    (void)state;
    start(&c, &local, "openid");
    assert_int_equal(ud_raw_approve(&local, c.user, "", "", "deny"), 200);
    assert_string_equal(token_call(error, NULL, &local, c.poll), "access_denied");
}

static void
another_client_cannot_use_a_code(void **state)
{
    char error[64], form[400];
    struct code c;

    (void)state;
    start(&c, &local, "openid");
    assert_int_equal(ud_raw_approve(&local, c.user, "operator", password, "approve"), 200);
    snprintf(form, sizeof(form), "client_id=other&grant_type=device_code&device_code=%s", c.device);
    assert_string_equal(token_call(error, NULL, &local, form), "invalid_grant");
    assert_string_equal(token_call(error, NULL, &local, c.poll), "");
}

static void
token_requests_that_make_no_sense_are_told_so(void **state)
{
    static const struct {
        const char *form, *error;
    } cases[] = {
        { "grant_type=device_code&device_code=x", "invalid_client" },
        { "client_id=test&grant_type=password", "unsupported_grant_type" },
        { "client_id=test", "unsupported_grant_type" },
        { "client_id=test&grant_type=device_code", "invalid_request" },
        { "client_id=test&grant_type=device_code&device_code=unknown", "invalid_grant" },
        { "client_id=test&grant_type=refresh_token&refresh_token=x", "invalid_grant" },
        { "client_id=test&client_id=test&grant_type=refresh_token", "invalid_request" },
        { "client_id=%00&grant_type=refresh_token", "invalid_request" },
        { "", "invalid_client" },
    };
    char error[64];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        token_call(error, NULL, &local, cases[i].form);
        if (strcmp(error, cases[i].error) != 0)
            fail_msg("%s: %s", cases[i].form, error);
    }
}

/* --- the approval page ----------------------------------------------------------------------------------------------- */

static void
a_wrong_password_approves_nothing(void **state)
{
    char error[64];
    struct code c;

    (void)state;
    start(&c, &local, "openid");
    assert_int_equal(ud_raw_approve(&local, c.user, "operator", "wrong", "approve"), 403);
    assert_int_equal(ud_raw_approve(&local, c.user, "nobody-here", password, "approve"), 403);
    assert_string_equal(token_call(error, NULL, &local, c.poll), "authorization_pending");
    assert_int_equal(ud_raw_approve(&local, c.user, "operator", password, "approve"), 200);
}

static void
a_form_that_is_not_ours_is_refused(void **state)
{
    char body[600], error[64];
    struct ud_answer a;
    struct code c;

    (void)state;
    start(&c, &local, "openid");
    snprintf(body, sizeof(body), "csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&action=deny&user_code=%s", c.user);
    ud_raw_call(&a, &local, "POST", "/device", NULL, FORM, body);
    assert_int_equal(a.status, 403);
    ud_answer_free(&a);
    assert_string_equal(token_call(error, NULL, &local, c.poll), "authorization_pending");
}

static void
a_form_sent_by_another_site_is_refused(void **state)
{
    static const char head[] = "POST /device HTTP/1.1\r\nHost: localhost\r\nContent-Type: " FORM "\r\nContent-Length: 11\r\n";
    static const char *const from[] = { "Origin: https://evil.example\r\n\r\n", "Origin: null\r\n\r\n",
        "Sec-Fetch-Site: cross-site\r\n\r\n" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ud_raw *r = ud_raw_open(&local);
        struct ud_answer a;
        ud_raw_send_text(r, head);
        ud_raw_send_text(r, from[i]);
        ud_raw_send_text(r, "action=deny");
        ud_raw_answer(&a, r);
        assert_int_equal(a.status, 403);
        ud_answer_free(&a);
        ud_raw_close(&r);
    }
}

static void
the_page_has_no_script_and_escapes_what_it_repeats(void **state)
{
    char policy[300];
    struct ud_answer a;

    (void)state;
    ud_raw_call(&a, &local, "GET", "/device?user_code=%22%3E%3Cscript%3E", NULL, NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_null(strstr(a.body, "<script"));
    assert_non_null(strstr(a.body, "&quot;&gt;&lt;script&gt;"));
    ud_answer_header(policy, sizeof(policy), &a, "Content-Security-Policy");
    assert_non_null(strstr(policy, "default-src 'none'"));
    ud_answer_free(&a);
}

/* --- tokens ---------------------------------------------------------------------------------------------------------- */

static void
a_refresh_token_is_replaced_and_its_reuse_ends_everything(void **state)
{
    char access[80], first[80], second[80], error[64], form[400];
    struct ud_json *doc;

    (void)state;
    ud_raw_sign_in(access, first, &local, "operator", password);
    snprintf(form, sizeof(form), "client_id=test&grant_type=refresh_token&refresh_token=%s", first);
    assert_string_equal(token_call(error, &doc, &local, form), "");
    text_of(access, sizeof(access), doc, "access_token");
    text_of(second, sizeof(second), doc, "refresh_token");
    ud_json_free(&doc);
    assert_string_not_equal(first, second);
    assert_int_equal(status_of(&local, "GET", "/v1.0/me", access), 200);
    assert_string_equal(token_call(error, NULL, &local, form), "invalid_grant");
    assert_int_equal(status_of(&local, "GET", "/v1.0/me", access), 401);
    snprintf(form, sizeof(form), "client_id=test&grant_type=refresh_token&refresh_token=%s", second);
    assert_string_equal(token_call(error, NULL, &local, form), "invalid_grant");
}

static void
sign_out_ends_the_tokens_at_once(void **state)
{
    char access[80], refresh[80], error[64], form[400];

    (void)state;
    ud_raw_sign_in(access, refresh, &local, "operator", password);
    assert_int_equal(status_of(&local, "POST", "/escrow/v1/sign-out", access), 204);
    assert_int_equal(status_of(&local, "GET", "/v1.0/me", access), 401);
    snprintf(form, sizeof(form), "client_id=test&grant_type=refresh_token&refresh_token=%s", refresh);
    assert_string_equal(token_call(error, NULL, &local, form), "invalid_grant");
}

static void
a_token_that_is_none_is_answered_401_with_graphs_code(void **state)
{
    static const char *const tokens[] = { NULL, "x", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "eyJhbGciOiJub25lIn0.e30." };
    char header[100], code[100];

    (void)state;
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        struct ud_json *doc = NULL;
        struct ud_answer a;
        ud_raw_call(&a, &local, "GET", "/v1.0/me", tokens[i], NULL, NULL);
        assert_int_equal(a.status, 401);
        assert_int_equal(ud_json_parse(&doc, a.body, a.length, NULL), UD_OK);
        text_of(code, sizeof(code), ud_json_member(doc, "error"), "code");
        assert_string_equal(code, "InvalidAuthenticationToken");
        ud_answer_header(header, sizeof(header), &a, "WWW-Authenticate");
        assert_int_equal(strncmp(header, "Bearer", 6), 0);
        ud_json_free(&doc);
        ud_answer_free(&a);
    }
}

/* Last: afterwards this account waits. */
static void
guessing_passwords_slows_down(void **state)
{
    char retry[16] = "";
    struct code c;
    int status = 0;

    (void)state;
    start(&c, &https, "openid");
    for (int i = 0; i < 12 && status != 429; i++)
        status = ud_raw_approve(&https, c.user, "operator", "guess", "approve");
    assert_int_equal(status, 429);
    struct ud_answer a;
    ud_raw_call(&a, &https, "GET", "/.well-known/escrow", NULL, NULL, NULL); /* the others go on */
    assert_int_equal(a.status, 200);
    ud_answer_header(retry, sizeof(retry), &a, "Retry-After");
    assert_string_equal(retry, "");
    ud_answer_free(&a);
}

static int
setup(void **state)
{
    (void)state;
    ud_fixture_start(&local, &(struct ud_fixture_options){ .devices = 20 });
    ud_fixture_start(&https, &(struct ud_fixture_options){ .https = true, .service = true });
    ud_fixture_password(password, sizeof(password), &local);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ud_fixture_end(&local);
    ud_fixture_end(&https);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovery_names_every_endpoint_at_both_addresses),
        cmocka_unit_test(the_well_known_document_needs_no_token),
        cmocka_unit_test(a_device_code_signs_in_and_says_who_it_was),
        cmocka_unit_test(a_device_code_is_good_once),
        cmocka_unit_test(a_denied_code_ends_the_flow),
        cmocka_unit_test(another_client_cannot_use_a_code),
        cmocka_unit_test(token_requests_that_make_no_sense_are_told_so),
        cmocka_unit_test(a_wrong_password_approves_nothing),
        cmocka_unit_test(a_form_that_is_not_ours_is_refused),
        cmocka_unit_test(a_form_sent_by_another_site_is_refused),
        cmocka_unit_test(the_page_has_no_script_and_escapes_what_it_repeats),
        cmocka_unit_test(a_refresh_token_is_replaced_and_its_reuse_ends_everything),
        cmocka_unit_test(sign_out_ends_the_tokens_at_once),
        cmocka_unit_test(a_token_that_is_none_is_answered_401_with_graphs_code),
        cmocka_unit_test(guessing_passwords_slows_down),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
