#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/seal.h"
#include "client/client.h"

static struct ud_client *client;
static struct ud_channel *worker;
static struct ud_msg event, message;
static int pair[2];

static const struct ud_source_config sources[] = { { .name = "one", .url = "https://one.example" },
    { .name = "two", .url = "https://two.example" } };

static int
connect_both(void **state)
{
    (void)state;
    return ud_channel_pair(pair, NULL) == UD_OK && ud_channel_new(&worker, pair[1], true, NULL) == UD_OK &&
                   ud_client_new(&client, pair[0], sources, 2, NULL) == UD_OK
               ? 0
               : -1;
}

static int
free_both(void **state)
{
    (void)state;
    ud_client_free(&client);
    ud_channel_free(&worker);
    return 0;
}

/* Next message at the worker's end. */
static struct ud_secret *
arrives(enum ud_msg_type type)
{
    struct ud_secret *secret = NULL;

    assert_int_equal(ud_channel_receive(worker, &event, &secret, NULL), UD_OK);
    assert_int_equal(event.type, type);
    return secret;
}

static void
skip_configuration(void)
{
    assert_null(arrives(UD_MSG_CONFIGURE));
    assert_null(arrives(UD_MSG_CONFIGURE));
}

static void
a_worker_is_told_every_source_first(void **state)
{
    (void)state;
    assert_null(arrives(UD_MSG_CONFIGURE));
    assert_string_equal(event.u.configure.name, "one");
    assert_null(arrives(UD_MSG_CONFIGURE));
    assert_string_equal(event.u.configure.name, "two");
    assert_int_equal(event.u.configure.source, 1);
}

static uint32_t
ask(uint8_t source)
{
    uint32_t request;

    message = (struct ud_msg){ .type = UD_MSG_SIGN_IN, .u.source = { source } };
    assert_int_equal(ud_client_request(client, &request, &message, NULL, NULL), UD_OK);
    return request;
}

static void
done(uint32_t request)
{
    message = (struct ud_msg){ .type = UD_MSG_DONE, .request = request, .u.done = { .status = UD_OK } };
    assert_int_equal(ud_channel_send(worker, &message, NULL, NULL), UD_OK);
}

static void
a_request_ends_with_its_done(void **state)
{
    (void)state;
    uint32_t request = ask(0);
    assert_int_equal(ud_client_open(client), 1);
    done(request);
    assert_int_equal(ud_client_next(client, &event, NULL), UD_OK);
    assert_int_equal(event.type, UD_MSG_DONE);
    assert_int_equal(ud_client_open(client), 0);
    assert_int_equal(ud_client_next(client, &event, NULL), UD_NOTFOUND);
}

static void
an_answer_that_nobody_asked_for_is_an_attack(void **state)
{
    (void)state;
    done(4711);
    assert_int_equal(ud_client_next(client, &event, NULL), UD_MALFORMED);
}

static void
bytes_that_are_no_message_are_an_attack(void **state)
{
    (void)state;
    assert_int_equal(send(pair[1], "hello", 5, 0), 5);
    assert_int_equal(ud_client_next(client, &event, NULL), UD_MALFORMED);
}

static void
when_the_worker_dies_every_open_request_ends(void **state)
{
    (void)state;
    (void)ask(0);
    (void)ask(1);
    ud_channel_free(&worker);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ud_client_next(client, &event, NULL), UD_OK);
        assert_int_equal(event.type, UD_MSG_DONE);
        assert_int_equal(event.u.done.status, UD_OFFLINE);
    }
    assert_int_equal(ud_client_next(client, &event, NULL), UD_OFFLINE);
}

static void
when_the_worker_dies_a_request_for_a_key_ends_uncertain(void **state)
{
    uint32_t request;

    (void)state;
    message = (struct ud_msg){ .type = UD_MSG_REVEAL };
    assert_int_equal(ud_client_request(client, &request, &message, NULL, NULL), UD_OK);
    ud_channel_free(&worker);
    assert_int_equal(ud_client_next(client, &event, NULL), UD_OK);
    assert_int_equal(event.request, request);
    assert_int_equal(event.u.done.status, UD_UNCERTAIN);
}

static void
a_secret_part_lands_in_a_secret(void **state)
{
    static const uint8_t blob[100] = { 1, 2, 3 };
    struct ud_secret *sent = NULL, *got;
    uint32_t request;

    (void)state;
    skip_configuration();
    assert_int_equal(ud_secret_new(&sent, 32, NULL), UD_OK);
    assert_int_equal(ud_secret_append(sent, "thirty-two bytes of secret half!", 32, NULL), UD_OK);
    message = (struct ud_msg){ .type = UD_MSG_RESUME, .u.blob = { 1, blob, sizeof(blob) } };
    assert_int_equal(ud_client_request(client, &request, &message, sent, NULL), UD_OK);
    got = arrives(UD_MSG_RESUME);
    assert_non_null(got);
    assert_true(ud_secret_equal(got, sent));
    assert_int_equal(event.u.blob.length, sizeof(blob));
    assert_memory_equal(event.u.blob.bytes, blob, sizeof(blob));
    ud_secret_free(&got);
    ud_secret_free(&sent);
}

static void
a_message_without_a_secret_part_takes_none(void **state)
{
    struct ud_secret *s = NULL;
    uint32_t request;

    (void)state;
    assert_int_equal(ud_secret_new(&s, 32, NULL), UD_OK);
    message = (struct ud_msg){ .type = UD_MSG_SIGN_IN };
    assert_int_equal(ud_client_request(client, &request, &message, s, NULL), UD_INVALID);
    ud_secret_free(&s);
}

static void
a_worker_that_does_not_read_fills_the_queue_and_then_says_busy(void **state)
{
    enum ud_status st = UD_OK;
    unsigned sent = 0;

    (void)state;
    message = (struct ud_msg){ .type = UD_MSG_DONE, .request = 1 };
    while ((st = ud_channel_send(worker, &message, NULL, NULL)) == UD_OK && sent < 100000)
        sent++;
    assert_int_equal(st, UD_BUSY);
    assert_true(ud_channel_wants_out(worker));
    struct ud_channel *reader = NULL;
    struct ud_secret *none = NULL;
    assert_int_equal(ud_channel_new(&reader, dup(pair[0]), false, NULL), UD_OK);
    unsigned received = 0;
    for (;;) {
        st = ud_channel_receive(reader, &event, &none, NULL);
        if (st == UD_NOTFOUND && !ud_channel_wants_out(worker))
            break;
        if (st == UD_NOTFOUND)
            assert_int_equal(ud_channel_flush(worker, NULL), UD_OK);
        else
            received++;
    }
    assert_int_equal(received, sent);
    ud_channel_free(&reader);
}

#define CONNECTED(test) cmocka_unit_test_setup_teardown(test, connect_both, free_both)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CONNECTED(a_worker_is_told_every_source_first),
        CONNECTED(a_request_ends_with_its_done),
        CONNECTED(an_answer_that_nobody_asked_for_is_an_attack),
        CONNECTED(bytes_that_are_no_message_are_an_attack),
        CONNECTED(when_the_worker_dies_every_open_request_ends),
        CONNECTED(when_the_worker_dies_a_request_for_a_key_ends_uncertain),
        CONNECTED(a_secret_part_lands_in_a_secret),
        CONNECTED(a_message_without_a_secret_part_takes_none),
        CONNECTED(a_worker_that_does_not_read_fills_the_queue_and_then_says_busy),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
