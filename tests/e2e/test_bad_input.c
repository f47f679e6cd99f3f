/* Servers, certificates and answers that are wrong. Each gives a sentence that says what to do, the screen stays whole, and nothing is lost or half
 * done. */
#include "tests/e2e/bad.h"

#include <sys/socket.h>

#include "base/seal.h"
#include "base/secret.h"

/* --- servers ------------------------------------------------------------------------------------------------------------------------ */

static void
a_server_that_does_not_run_is_named_and_enter_tries_again(void **state)
{
    struct bad *b = *state;

    make_service(b, true);
    open_console(b);
    ud_pty_wait(b->o.pty, "✗");
    ud_pty_wait(b->o.pty, "localhost does not accept connections");
    ud_fixture_serve(&b->o.service);
    ud_operator_answer(&b->o, "✗", "Type this code there:");
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "1 device");
}

static void
a_server_that_goes_away_is_named_and_the_call_goes_on_when_it_is_back(void **state)
{
    struct bad *b = *state;

    make_service(b, true);
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "1 device");
    ud_operator_type(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "1 recovery key ID starts with");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "as of");
    ud_fixture_stop(&b->o.service);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Why is the key needed?");
    ud_pty_key(b->o.pty, "5");
    ud_operator_answer(&b->o, "Enter records this and gets the key", "The key was not got");
    expect_no_key(b);
    assert_true(logged_soon(b, "failed"));
    assert_false(logged(b, "uncertain"));
    ud_fixture_serve(&b->o.service);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 1 of 8");
    ud_pty_key(b->o.pty, "Space");
    ud_pty_wait(b->o.pty, "Group 2 of 8");

    ud_pty_key(b->o.pty, "C-l"); /* and away again while the console unlocks */
    ud_pty_wait(b->o.pty, "you locked it");
    ud_fixture_stop(&b->o.service);
    ud_operator_type(&b->o, b->o.passphrase);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "does not accept");
    ud_pty_wait(b->o.pty, "Locked");
    ud_fixture_serve(&b->o.service);
    ud_operator_type(&b->o, b->o.passphrase);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Enter fetches it again");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 2 of 8");
}

static void
a_certificate_of_another_ca_is_refused_and_said(void **state)
{
    struct bad *b = *state;

    make_service(b, true);
    ud_fixture_serve(&b->o.service);
    ud_fixture_make(&b->other, &(struct ud_fixture_options){ .service = true, .https = true });
    memcpy(b->o.service.ca_file, b->other.ca_file, sizeof(b->o.service.ca_file));
    open_console(b);
    ud_pty_wait(b->o.pty, "✗");
    ud_pty_wait(b->o.pty, "certificate");
    ud_pty_wait(b->o.pty, "ca_file");
}

static void
answer_html(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply(c, 200, "Content-Type: text/html\r\n", "<html><body>Please log in to the guest network</body></html>");
}

static void
answer_wrong_types(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 200, "{\"escrow\":\"one\",\"authority\":7,\"graph\":null}");
}

static void
answer_half(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_send_text(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"escrow\":1,\"aut");
    test_close(c);
}

static void
expect_sentence_from(struct bad *b, test_answer answer, const char *sentence)
{
    b->server = test_server_start(answer, NULL);
    (void)snprintf(b->o.service.url, sizeof(b->o.service.url), "%s", test_server_url(b->server));
    open_console(b);
    ud_pty_wait(b->o.pty, "✗");
    ud_pty_wait(b->o.pty, sentence);
    assert_true(ud_pty_has(b->o.pty, "Sign in"));
    assert_false(ud_pty_has(b->o.pty, "guest network"));
}

static void
a_web_page_instead_of_an_answer_is_a_sentence(void **state)
{
    expect_sentence_from(*state, answer_html, "sign-in page of the network");
}

static void
an_answer_of_wrong_types_is_a_sentence(void **state)
{
    expect_sentence_from(*state, answer_wrong_types, "not");
}

static void
an_answer_that_is_cut_is_a_sentence(void **state)
{
    expect_sentence_from(*state, answer_half, "cut in the middle of an answer");
}

/* --- answers with a key -------------------------------------------------------------------------------------------------------------- */

static void
cut_it(int fd, const char *head, const char *body, void *arg)
{
    static const char half[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 600\r\n\r\n{\"key\":\"";

    (void)head;
    (void)body;
    (void)arg;
    (void)send(fd, half, sizeof(half) - 1, MSG_NOSIGNAL);
}

static void
a_connection_cut_in_a_key_is_uncertain_and_asked_again_by_enter_only(void **state)
{
    struct bad *b = *state;

    open_behind_relay(b);
    ud_relay_intercept(b->relay, "/escrow/v1/reveal", cut_it, NULL);
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "The key was not got");
    ud_pty_wait(b->o.pty, "Enter");
    expect_no_key(b);
    assert_true(logged_soon(b, "uncertain"));
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 1);
    ud_relay_intercept(b->relay, "/escrow/v1/reveal", NULL, NULL);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Group 1 of 8");
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 2);
}

struct forgery {
    const char *secret, *key;
};

/* Seals to the console's own key, as the service would. */
static void
forge(int fd, const char *head, const char *body, void *arg)
{
    const struct forgery *f = arg;
    const char *at = strstr(body, "\"public_key\":\"");
    unsigned char public_key[64], box[256];
    char text[512], answer[1024], sealed[400];
    struct ud_secret *plain = NULL;
    struct ud_error err;
    size_t length = 0;

    (void)head;
    if (at == NULL)
        return;
    at += strlen("\"public_key\":\"");
    (void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "\""), at);
    if (ud_base64_decode(public_key, sizeof(public_key), &length, text, strlen(text)) != UD_OK || length != UD_SEAL_PUBLIC)
        return;
    if (ud_secret_new(&plain, 128, &err) != UD_OK || ud_secret_append(plain, f->secret, strlen(f->secret), &err) != UD_OK ||
        ud_seal(box, sizeof(box), &length, plain, public_key, &err) != UD_OK)
        return;
    ud_secret_free(&plain);
    ud_base64_encode(sealed, sizeof(sealed), box, length);
    at = strstr(body, "\"device\":\"");
    (void)snprintf(text, sizeof(text),
        "{\"key\":\"%s\",\"device\":\"%.36s\",\"kind\":\"bitlocker\",\"created\":\"2026-01-02T03:04:05Z\",\"sealed\":\"%s\"}",
        f->key, at != NULL ? at + strlen("\"device\":\"") : "", sealed);
    int n = snprintf(answer, sizeof(answer),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", strlen(text),
        text);
    (void)send(fd, answer, (size_t)n, MSG_NOSIGNAL);
}

static void
expect_forgery_refused(struct bad *b, const struct forgery *f, const char *sentence)
{
    open_behind_relay(b);
    ud_relay_intercept(b->relay, "/escrow/v1/reveal", forge, (void *)(uintptr_t)f);
    ud_operator_ask_key(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, sentence);
    expect_no_key(b);
    assert_true(logged_soon(b, "mismatch"));
    assert_false(logged(b, "disclosed"));
}

static void
a_key_of_49_digits_is_not_shown(void **state)
{
    static const struct forgery f = { "461109-608201-413820-485342-181588-463056-430617-5013911", ID };

    expect_forgery_refused(*state, &f, "not a valid recovery key");
}

static void
a_key_with_escape_sequences_is_not_shown(void **state)
{
    static const struct forgery f = { "461109-608201-413820-485342-\033[2J88-463056-430617-501391", ID };

    expect_forgery_refused(*state, &f, "not a valid recovery key");
}

static void
an_answer_for_another_key_is_not_shown(void **state)
{
    static const struct forgery f = { "461109-608201-413820-485342-181588-463056-430617-501391",
        "11111111-0000-4000-8000-00000000c0de" };

    expect_forgery_refused(*state, &f, "another key");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BAD_TEST(a_server_that_does_not_run_is_named_and_enter_tries_again),
        BAD_TEST(a_server_that_goes_away_is_named_and_the_call_goes_on_when_it_is_back),
        BAD_TEST(a_certificate_of_another_ca_is_refused_and_said),
        BAD_TEST(a_web_page_instead_of_an_answer_is_a_sentence),
        BAD_TEST(an_answer_of_wrong_types_is_a_sentence),
        BAD_TEST(an_answer_that_is_cut_is_a_sentence),
        BAD_TEST(a_connection_cut_in_a_key_is_uncertain_and_asked_again_by_enter_only),
        BAD_TEST(a_key_of_49_digits_is_not_shown),
        BAD_TEST(a_key_with_escape_sequences_is_not_shown),
        BAD_TEST(an_answer_for_another_key_is_not_shown),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
