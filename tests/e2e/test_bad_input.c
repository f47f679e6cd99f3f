/* What comes from outside and is wrong: servers, certificates, answers, names, keys, IDs, forms. Each gives a sentence that says what to do, the screen
 * stays whole, and nothing is lost or half done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/seal.h"
#include "base/secret.h"
#include "tests/support/http_server.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/relay.h"

#define EIGHT "5ca1ab1e"
#define ID    EIGHT "-0000-4000-8000-00000000c0de"

struct bad {
    struct ud_operator o;
    struct ud_fixture other; /* a second service, for its CA */
    struct ud_relay *relay;
    struct test_server *server;
    char key[UD_OPERATOR_KEY];
};

static int
make_bad(void **state)
{
    *state = calloc(1, sizeof(struct bad));
    return *state != NULL ? 0 : -1;
}

static int
end_bad(void **state)
{
    struct bad *b = *state;

    ud_operator_end(&b->o);
    ud_fixture_end(&b->other);
    ud_relay_stop(&b->relay);
    if (b->server != NULL)
        test_server_stop(&b->server);
    free(b);
    return 0;
}

/* A service with one drawn key, on a Unix socket behind a relay, or on HTTPS. */
static void
make_service(struct bad *b, bool https)
{
    char line[256];

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .service = true, .https = https });
    ud_operator_draw_key(b->key);
    (void)snprintf(line, sizeof(line), "BAD-LT-01,TRN7700001,bad.user@training.invalid," ID ",%s,company,bitlocker", b->key);
    ud_operator_import(&b->o.service, line);
}

static void
open_console(struct bad *b)
{
    ud_operator_configure(&b->o, NULL);
    ud_operator_open(&b->o, "seams/unlockdesk");
}

static void
open_behind_relay(struct bad *b)
{
    make_service(b, false);
    ud_fixture_serve(&b->o.service);
    b->relay = ud_relay_start(b->o.service.socket);
    (void)snprintf(b->o.service.url, sizeof(b->o.service.url), "%s", ud_relay_url(b->relay));
    open_console(b);
    ud_operator_sign_in(&b->o);
}

static void
expect_no_key(struct bad *b)
{
    char group[8];
    size_t length;
    const char *sent = ud_pty_bytes(b->o.pty, &length);

    assert_false(ud_operator_group(group, &b->o));
    assert_false(ud_pty_has(b->o.pty, "██"));
    for (int i = 0; i < 8; i++)
        assert_null(memmem(sent, length, b->key + 7 * i, 6));
}

/* The activity log has a line of this event. */
static bool
logged(struct bad *b, const char *event)
{
    char path[160], line[8192], mark[64];
    bool found = false;

    (void)snprintf(path, sizeof(path), "%s/.local/state/unlockdesk/journal/journal.jsonl", ud_pty_home(b->o.pty));
    (void)snprintf(mark, sizeof(mark), "\"event\":\"%s\"", event);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (!found && fgets(line, sizeof(line), f) != NULL)
        found = strstr(line, mark) != NULL;
    (void)fclose(f);
    return found;
}

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
    assert_true(logged(b, "uncertain"));
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
    assert_true(logged(b, "mismatch"));
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

/* --- names and imports ---------------------------------------------------------------------------------------------------------------- */

/* Cell in which a serial begins. */
static int
serial_column(struct bad *b, const char *serial)
{
    int y = ud_pty_find(b->o.pty, serial);

    assert_true(y > 0);
    for (int x = 0; x < 70; x++) {
        size_t k = 0;
        while (serial[k] != '\0' && ud_pty_cell(b->o.pty, x + (int)k, y).text[0] == serial[k])
            k++;
        if (serial[k] == '\0')
            return x;
    }
    return -1;
}

#define HOSTILE "22222222-0000-4000-8000-00000000000"

static void
hostile_names_are_drawn_as_text_and_move_nothing(void **state)
{
    struct bad *b = *state;
    size_t length;

    make_service(b, true);
    ud_operator_import(&b->o.service,
        "\"EVIL\033[2J\033]0;owned\007-01\",TRN7700002,\"a\xe2\x80\xae"
        "b@training.invalid\"," HOSTILE "2,461109-608201-413820-485342-181588-463056-430617-501391,company,");
    ud_operator_import(&b->o.service,
        "\"EVIL\rOVERWRITTEN\",TRN7700003,\"\xc2\x9b"
        "31m@training.invalid\"," HOSTILE "3,440000-608201-413820-485342-181588-463056-430617-501391,company,");
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "3 devices");
    int column = serial_column(b, "TRN7700001"); /* the columns behind the names stand where they stand in harmless rows */
    assert_int_equal(serial_column(b, "TRN7700002"), column);
    assert_int_equal(serial_column(b, "TRN7700003"), column);
    assert_true(ud_pty_has(b->o.pty, "EVIL"));
    const char *sent = ud_pty_bytes(b->o.pty, &length);
    assert_null(memmem(sent, length, "\033]0;", 4));
    assert_null(memmem(sent, length, "\033[2J\033]", 6));
    assert_null(memmem(sent, length, "\xe2\x80\xae", 3));
    assert_null(memmem(sent, length, "\xc2\x9b", 2));
    assert_null(memmem(sent, length, "\007", 1));
}

/* Runs an import that must fail; its words. */
static void
expect_import_refused(struct bad *b, const char *text, const char *sentence)
{
    char path[160];
    struct ud_program p;

    (void)snprintf(path, sizeof(path), "%s/../bad.csv", b->o.service.dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fprintf(f, "%s", text);
    (void)fclose(f);
    ud_program_run(&p, (const char *const[]){ "escrowd", "-C", b->o.service.dir, "import", path, NULL }, NULL, 60);
    assert_int_not_equal(p.code, 0);
    if (strstr(p.err, sentence) == NULL && strstr(p.out, sentence) == NULL)
        fail_msg("\"%s\" is not in: %s%s", sentence, p.out, p.err);
    ud_program_free(&p);
}

static void
an_import_with_one_bad_line_names_it_and_stores_nothing(void **state)
{
#define HEADER "device,serial,user,key_id,secret\n"
#define GOOD                                                                                                                     \
    "GOOD-LT,TRN7700009,good@training.invalid,11111111-0000-4000-8000-000000000001,461109-608201-413820-485342-181588-463056-"   \
    "430617-501391\n"
    struct bad *b = *state;

    make_service(b, true);
    expect_import_refused(b,
        HEADER GOOD "X,TRN7700010,x@training.invalid,11111111-0000-4000-8000-000000000002,461109-608201-413820-485342-181588-"
                    "463056-430617-5013911\n",
        "line 3");
    expect_import_refused(b,
        HEADER GOOD "X,TRN7700010,x@training.invalid,11111111-0000-4000-8000-000000000002,461109-608201-413821-485342-181588-"
                    "463056-430617-501391\n",
        "Group 3");
    expect_import_refused(b, HEADER GOOD GOOD, "twice");
    expect_import_refused(b, "device,serial,user,key_id,secret,shoe_size\n", "shoe_size");
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "1 device");
    assert_false(ud_pty_has(b->o.pty, "GOOD-LT"));
}

/* --- what the operator gets wrong -------------------------------------------------------------------------------------------------------- */

static void
clear_filter(struct bad *b)
{
    ud_pty_key(b->o.pty, "Esc");
    ud_pty_wait(b->o.pty, "Find name, user");
}

static void
ids_and_devices_without_a_key_to_show_say_why(void **state)
{
    struct bad *b = *state;

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .devices = 60, .seed = 7 });
    ud_fixture_serve(&b->o.service);
    open_console(b);
    ud_operator_sign_in(&b->o);
    ud_pty_wait(b->o.pty, "60 devices");

    ud_operator_type(&b->o, "00000000");
    ud_pty_wait(b->o.pty, "No recovery key ID starts with 00000000");
    ud_pty_wait(b->o.pty, "Asked:");
    clear_filter(b);

    ud_operator_type(&b->o, "c0ffee00");
    ud_pty_wait(b->o.pty, "2 keys start with C0FFEE00");
    clear_filter(b);

    ud_operator_type(&b->o, "MacBook");
    ud_pty_wait(b->o.pty, "1 of 60");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "personal");
    ud_pty_wait(b->o.pty, "FileVault");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "A personal Mac: its user finds the key in the self-service");
    assert_false(ud_pty_has(b->o.pty, "Why is the key needed?"));
    ud_pty_key(b->o.pty, "Esc");
    clear_filter(b);
}

static void
a_form_without_a_reason_asks_for_it_and_sends_nothing(void **state)
{
    struct bad *b = *state;

    open_behind_relay(b);
    ud_operator_type(&b->o, EIGHT);
    ud_pty_wait(b->o.pty, "1 recovery key ID starts with");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Recovery keys, newest first");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Why is the key needed?");
    ud_pty_pause(b->o.pty);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "A reason must be chosen");
    assert_false(logged(b, "intent"));
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 0);
    ud_pty_key(b->o.pty, "9"); /* "Other" needs a note */
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "note");
    assert_int_equal(ud_relay_count(b->relay, "/escrow/v1/reveal"), 0);
}

static void
a_wrong_passphrase_counts_down_and_the_right_one_opens(void **state)
{
    struct bad *b = *state;

    open_behind_relay(b);
    ud_pty_key(b->o.pty, "C-l");
    ud_pty_wait(b->o.pty, "you locked it");
    ud_operator_type(&b->o, "not the passphrase");
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "Wrong. 4 tries are left.");
    assert_false(ud_pty_has(b->o.pty, "BAD-LT-01"));
    ud_pty_clock(b->o.pty, 11000);
    ud_operator_type(&b->o, b->o.passphrase);
    ud_pty_key(b->o.pty, "Enter");
    ud_pty_wait(b->o.pty, "BAD-LT-01");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_bad, end_bad)
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_does_not_run_is_named_and_enter_tries_again),
        TEST(a_certificate_of_another_ca_is_refused_and_said),
        TEST(a_web_page_instead_of_an_answer_is_a_sentence),
        TEST(an_answer_of_wrong_types_is_a_sentence),
        TEST(an_answer_that_is_cut_is_a_sentence),
        TEST(a_connection_cut_in_a_key_is_uncertain_and_asked_again_by_enter_only),
        TEST(a_key_of_49_digits_is_not_shown),
        TEST(a_key_with_escape_sequences_is_not_shown),
        TEST(an_answer_for_another_key_is_not_shown),
        TEST(hostile_names_are_drawn_as_text_and_move_nothing),
        TEST(an_import_with_one_bad_line_names_it_and_stores_nothing),
        TEST(ids_and_devices_without_a_key_to_show_say_why),
        TEST(a_form_without_a_reason_asks_for_it_and_sends_nothing),
        TEST(a_wrong_passphrase_counts_down_and_the_right_one_opens),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
