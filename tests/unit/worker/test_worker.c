/* The worker behind its channel: what it takes, what ends it, and that neither a slow source nor a slow console harms the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "tests/unit/source/support_graph.h"
#include "worker/worker.h"

#define WAIT 20000

struct office {
    struct fake_graph graph[2];
    struct ud_channel *console;
    struct ud_worker *worker;
    pthread_t thread;
    enum ud_status ended_with;
    struct ud_msg *m; /* the last message */
};

static void *
work(void *arg)
{
    struct office *o = arg;
    struct ud_error e;

    o->ended_with = ud_worker_run(o->worker, &e);
    ud_worker_free(&o->worker);
    return NULL;
}

static void
send_message(struct office *o, const struct ud_msg *m, struct ud_secret *secret)
{
    struct ud_error e;

    if (ud_channel_send(o->console, m, secret, &e) != UD_OK)
        fail_msg("%s", e.message);
}

static void
configure(struct office *o, uint8_t source, const char *address)
{
    struct ud_msg m = { .type = UD_MSG_CONFIGURE };

    m.u.configure = (struct ud_msg_configure){ .source = source,
        .type = UD_SOURCE_GRAPH,
        .sign_in = UD_SIGN_IN_DEVICE_CODE,
        .name = source == 0 ? "one" : "two",
        .tenant = "t",
        .client_id = "client",
        .authority = address,
        .graph = address };
    send_message(o, &m, NULL);
}

/* False where the worker has ended. */
static bool
next(struct office *o)
{
    struct ud_secret *secret = NULL;
    struct pollfd p = { .fd = ud_channel_fd(o->console), .events = POLLIN };
    struct ud_error e;
    enum ud_status st;

    while ((st = ud_channel_receive(o->console, o->m, &secret, &e)) == UD_NOTFOUND) {
        if (poll(&p, 1, WAIT) == 0)
            fail_msg("the worker says nothing");
    }
    if (st != UD_OK && st != UD_OFFLINE)
        fail_msg("%s", e.message);
    return st == UD_OK;
}

static void
wait_for(struct office *o, enum ud_msg_type type)
{
    do {
        if (!next(o))
            fail_msg("the worker has ended");
    } while (o->m->type != type);
}

static enum ud_status
request(struct office *o, const struct ud_msg *m)
{
    send_message(o, m, NULL);
    do
        wait_for(o, UD_MSG_DONE);
    while (o->m->request != m->request);
    return (enum ud_status)o->m->u.done.status;
}

static void
open_office(struct office *o, test_answer one, test_answer two)
{
    struct ud_error e;
    int fd[2];

    memset(o, 0, sizeof(*o));
    o->m = ud_xcalloc(1, sizeof(*o->m));
    fake_graph_open(&o->graph[0], one);
    fake_graph_open(&o->graph[1], two);
    assert_int_equal(ud_channel_pair(fd, &e), UD_OK);
    assert_int_equal(ud_channel_new(&o->console, fd[0], false, &e), UD_OK);
    assert_int_equal(ud_worker_new(&o->worker, fd[1], &test_limits, 1, &e), UD_OK);
    pthread_create(&o->thread, NULL, work, o);
    assert_true(next(o));
    assert_int_equal(o->m->type, UD_MSG_READY);
    assert_int_equal(o->m->request, 0);
}

static void
open_signed_in(struct office *o, test_answer one, test_answer two)
{
    open_office(o, one, two);
    for (uint8_t i = 0; i < 2; i++)
        configure(o, i, test_server_url(o->graph[i].server));
    for (uint8_t i = 0; i < 2; i++) {
        struct ud_msg m = { .type = UD_MSG_SIGN_IN, .request = 100u + i, .u.source.source = i };
        assert_int_equal(request(o, &m), UD_OK);
    }
}

static enum ud_status
close_office(struct office *o)
{
    ud_channel_free(&o->console);
    pthread_join(o->thread, NULL);
    test_server_stop(&o->graph[0].server);
    test_server_stop(&o->graph[1].server);
    free(o->m);
    return o->ended_with;
}

static void
wait_for_end(struct office *o)
{
    while (next(o))
        ;
}

/* --- services ------------------------------------------------------------------------------------------------------------------- */

static void
nothing(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_reply_json(c, 200, "{\"value\":[]}");
}

static void
silence(struct test_connection *c, const struct test_request *r, void *arg)
{
    (void)r;
    (void)arg;
    test_wait_for_close(c, WAIT);
}

#define PAGES    60
#define PER_PAGE 200

static void
many_devices(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct ud_buf b;
    unsigned page = 0;

    (void)arg;
    if (strstr(r->path, "managedDevices") == NULL) {
        test_reply_json(c, 200, "{\"value\":[]}");
        return;
    }
    if (strstr(r->path, "page=") != NULL)
        page = (unsigned)atoi(strstr(r->path, "page=") + 5);
    ud_buf_init(&b, 1024 * 1024);
    ud_buf_text(&b, "{\"value\":[");
    for (unsigned i = 0; i < PER_PAGE; i++)
        ud_buf_format(&b, "%s{\"id\":\"aaaaaaaa-0000-4000-8000-%012u\",\"deviceName\":\"%0200u\"}", i > 0 ? "," : "",
            page * PER_PAGE + i, page);
    ud_buf_text(&b, "]");
    if (page + 1 < PAGES)
        ud_buf_format(&b, ",\"@odata.nextLink\":\"http://localhost/v1.0/deviceManagement/managedDevices?page=%u\"", page + 1);
    ud_buf_text(&b, "}");
    test_reply_json(c, 200, b.data);
    ud_buf_free(&b);
}

/* --- what ends a worker ------------------------------------------------------------------------------------------------------------ */

static void
worker_ends_quietly_when_the_console_is_gone(void **state)
{
    struct office o;

    (void)state;
    open_signed_in(&o, nothing, nothing);
    assert_int_equal(close_office(&o), UD_OK);
}

static void
second_configuration_ends_the_worker(void **state)
{
    struct office o;

    (void)state;
    open_office(&o, nothing, nothing);
    configure(&o, 0, test_server_url(o.graph[0].server));
    configure(&o, 0, "https://evil.example");
    wait_for_end(&o);
    assert_int_equal(close_office(&o), UD_MALFORMED);
}

static void
configuration_after_the_first_request_ends_the_worker(void **state)
{
    struct office o;

    (void)state;
    open_signed_in(&o, nothing, nothing);
    configure(&o, 5, "https://evil.example");
    wait_for_end(&o);
    assert_int_equal(close_office(&o), UD_MALFORMED);
}

static void
request_number_in_use_ends_the_worker(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SYNC, .request = 7, .u.sync = { .resume = "" } };
    struct office o;

    (void)state;
    open_signed_in(&o, silence, nothing);
    send_message(&o, &m, NULL);
    send_message(&o, &m, NULL);
    wait_for_end(&o);
    assert_int_equal(close_office(&o), UD_MALFORMED);
}

/* --- tokens ---------------------------------------------------------------------------------------------------------------------- */

static void
token_waits_for_a_key_to_be_sealed_to(void **state)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL, *token = NULL;
    struct office o;
    struct ud_error e;

    (void)state;
    open_signed_in(&o, nothing, nothing);
    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    struct ud_msg m = { .type = UD_MSG_SEAL_KEY, .u.blob = { .bytes = public_key, .length = sizeof(public_key) } };
    send_message(&o, &m, NULL);
    for (uint8_t i = 0; i < 2; i++) {
        wait_for(&o, UD_MSG_TOKEN);
        assert_int_equal(o.m->u.blob.source, i);
        assert_int_equal(ud_seal_open(&token, o.m->u.blob.bytes, o.m->u.blob.length, half, &e), UD_OK);
        assert_memory_equal(ud_secret_open(token), "rt-1", 4);
        ud_secret_close(token);
        ud_secret_free(&token);
    }
    assert_int_equal(close_office(&o), UD_OK);
    ud_secret_free(&half);
}

static void
kept_sign_in_sealed_to_another_key_asks_for_a_new_one(void **state)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL;
    struct office o;
    struct ud_error e;
    uint8_t junk[80] = { 1 };

    (void)state;
    open_office(&o, nothing, nothing);
    configure(&o, 0, test_server_url(o.graph[0].server));
    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    struct ud_msg m = { .type = UD_MSG_RESUME, .request = 9, .u.blob = { .bytes = junk, .length = sizeof(junk) } };
    send_message(&o, &m, half);
    wait_for(&o, UD_MSG_DONE);
    assert_int_equal(o.m->request, 9);
    assert_int_equal(o.m->u.done.status, UD_SIGNIN);
    assert_int_equal(test_server_count(o.graph[0].server), 0);
    assert_int_equal(close_office(&o), UD_OK);
    ud_secret_free(&half);
}

/* --- requests --------------------------------------------------------------------------------------------------------------------- */

static void
unusable_address_is_told_to_whoever_asks(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SYNC, .request = 1, .u.sync = { .resume = "" } };
    struct office o;

    (void)state;
    open_office(&o, nothing, nothing);
    configure(&o, 0, "http://graph.example.com");
    assert_int_equal(request(&o, &m), UD_CONFIG);
    assert_non_null(strstr(o.m->u.done.message, "https"));
    m.u.sync.source = 4;
    m.request = 2;
    assert_int_equal(request(&o, &m), UD_INVALID);
    assert_int_equal(close_office(&o), UD_OK);
}

static void
slow_source_does_not_hold_up_the_other(void **state)
{
    struct ud_msg find = { .type = UD_MSG_FIND, .request = 5 }, cancel = { .type = UD_MSG_CANCEL, .u.cancel.request = 5 };
    struct office o;

    (void)state;
    open_signed_in(&o, silence, nothing);
    find.u.find.prefix = (struct ud_keyid_prefix){ .value = test_guid("8a5d13d6-0000-4000-8000-00000000000a"), .digits = 32 };
    send_message(&o, &find, NULL);
    wait_for(&o, UD_MSG_SOURCE_DONE);
    assert_int_equal(o.m->u.source_done.source, 1);
    assert_int_equal(o.m->u.source_done.status, UD_OK);
    ud_msec start = ud_clock_now();
    send_message(&o, &cancel, NULL);
    wait_for(&o, UD_MSG_DONE);
    assert_int_equal(o.m->request, 5);
    assert_int_equal(o.m->u.done.status, UD_CANCELLED);
    assert_true(ud_clock_now() - start < 200);
    assert_int_equal(close_office(&o), UD_OK);
}

static void
every_source_says_when_it_is_done_and_then_the_request_is(void **state)
{
    struct ud_msg ask = { .type = UD_MSG_ASK, .request = 6, .u.ask = { .field = UD_ASK_NAME, .text = "WIN-3" } };
    unsigned said = 0;
    struct office o;

    (void)state;
    open_signed_in(&o, nothing, nothing);
    send_message(&o, &ask, NULL);
    while (next(&o) && o.m->type == UD_MSG_SOURCE_DONE)
        said++;
    assert_int_equal(said, 2);
    assert_int_equal(o.m->type, UD_MSG_DONE);
    assert_int_equal(o.m->u.done.status, UD_OK);
    assert_int_equal(close_office(&o), UD_OK);
}

static void
console_that_does_not_read_stops_the_flow_and_loses_nothing(void **state)
{
    struct ud_msg m = { .type = UD_MSG_SYNC, .request = 8, .u.sync = { .resume = "" } };
    unsigned devices = 0, largest = 0, first = 0, seen = 0, before;
    struct office o;

    (void)state;
    open_signed_in(&o, many_devices, nothing);
    send_message(&o, &m, NULL);
    do { /* until nothing more is fetched, though nothing was read */
        before = seen;
        poll(NULL, 0, 200);
        seen = test_server_count(o.graph[0].server);
    } while (seen != before);
    assert_true(seen < PAGES);
    do {
        assert_true(next(&o));
        if (o.m->type != UD_MSG_DEVICES)
            continue;
        unsigned count = (unsigned)o.m->u.devices.count;
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(o.m->u.devices.device[i].source, 0);
        first = first == 0 ? count : first;
        largest = count > largest ? count : largest;
        devices += count;
    } while (o.m->type != UD_MSG_DONE);
    assert_int_equal(o.m->u.done.status, UD_OK);
    assert_int_equal(devices, PAGES * PER_PAGE);
    assert_true(first <= 64 && largest <= UD_BATCH_DEVICES);
    assert_int_equal(close_office(&o), UD_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_ends_quietly_when_the_console_is_gone),
        cmocka_unit_test(second_configuration_ends_the_worker),
        cmocka_unit_test(configuration_after_the_first_request_ends_the_worker),
        cmocka_unit_test(request_number_in_use_ends_the_worker),
        cmocka_unit_test(token_waits_for_a_key_to_be_sealed_to),
        cmocka_unit_test(kept_sign_in_sealed_to_another_key_asks_for_a_new_one),
        cmocka_unit_test(unusable_address_is_told_to_whoever_asks),
        cmocka_unit_test(slow_source_does_not_hold_up_the_other),
        cmocka_unit_test(every_source_says_when_it_is_done_and_then_the_request_is),
        cmocka_unit_test(console_that_does_not_read_stops_the_flow_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, test_source_setup, NULL);
}
