#include "support_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"

const struct ud_http_limits test_limits = {
    .connect = 2000,
    .total = 20000,
    .slow_bytes = 100,
    .slow_seconds = 1,
    .retries = 4,
    .backoff = 10,
    .retry_after = 3000,
};

int
test_http_setup(void **state)
{
    struct ud_error e;

    (void)state;
    return ud_http_global_init(&e) == UD_OK && ud_seal_init(&e) == UD_OK ? 0 : -1;
}

struct ud_http *
test_http_new(const struct ud_http_limits *limits)
{
    struct ud_http *h;
    struct ud_error e;

    assert_int_equal(ud_http_new(&h, "unlockdesk/test", limits, &e), UD_OK);
    return h;
}

static void
on_done(struct ud_http_reply *r, void *arg)
{
    struct test_outcome *o = arg;

    o->ended = true;
    o->call = NULL;
    o->status = r->status;
    o->error = r->error;
    o->code = r->code;
    o->sent = r->sent;
    o->json = r->json;
    o->retry_after = r->retry_after;
    if (r->length > 0 && o->length == 0) {
        o->length = r->length < sizeof(o->text) - 1 ? r->length : sizeof(o->text) - 1;
        memcpy(o->text, r->body, o->length);
    }
    if (r->secret != NULL && ud_secret_length(r->secret) < sizeof(o->text)) {
        o->length = ud_secret_length(r->secret);
        memcpy(o->text, ud_secret_open(r->secret), o->length);
        ud_secret_close(r->secret);
    }
}

static void
resume(void *arg)
{
    struct test_outcome *o = arg;

    ud_http_resume(o->call);
}

static enum ud_http_flow
on_data(const void *bytes, size_t length, struct ud_error *err, void *arg)
{
    struct test_outcome *o = arg;

    if (o->pauses_left > 0) {
        o->pauses_left--;
        (void)ud_http_after(o->http, 10, resume, o);
        return UD_HTTP_PAUSE;
    }
    if (o->abort) {
        ud_error_set(err, UD_MALFORMED, "the taker does not like it");
        return UD_HTTP_ABORT;
    }
    if (o->length + length < sizeof(o->text))
        memcpy(o->text + o->length, bytes, length);
    o->length += length;
    return UD_HTTP_TAKEN;
}

static void
on_wait(unsigned seconds, void *arg)
{
    (void)seconds;
    ((struct test_outcome *)arg)->waits++;
}

void
test_run(struct ud_http *h, struct ud_http_request *r, struct test_outcome *o)
{
    ud_msec until = ud_clock_now() + 30000;
    struct ud_error e;
    short happened;

    r->done = on_done;
    r->on_data = on_data;
    r->on_wait = on_wait;
    r->arg = o;
    o->http = h;
    o->call = ud_http_start(h, r);
    while (!o->ended && ud_clock_now() < until)
        assert_int_equal(ud_http_turn(h, -1, 0, &happened, 1000, &e), UD_OK);
    assert_true(o->ended);
}

void
test_scene_open(struct test_scene *s, test_answer answer, void *arg)
{
    struct ud_error e;

    s->server = test_server_start(answer, arg);
    s->http = test_http_new(&test_limits);
    assert_int_equal(ud_http_origin_init(&s->origin, test_server_url(s->server), NULL, NULL, &e), UD_OK);
}

void
test_scene_close(struct test_scene *s)
{
    ud_http_free(&s->http);
    test_server_stop(&s->server);
}

struct test_outcome
test_get(struct test_scene *s, enum ud_http_kind kind, enum ud_http_retry retry)
{
    struct ud_http_request r = { .kind = kind, .retry = retry, .origin = &s->origin, .path = "/x" };
    struct test_outcome o = { 0 };

    test_run(s->http, &r, &o);
    return o;
}
