/* One call run to its end, for the tests of the transport. */
#ifndef TEST_HTTP_CALL_H
#define TEST_HTTP_CALL_H

#include "http/http.h"
#include "tests/support/http_server.h"

struct test_outcome {
    bool ended;
    enum ud_status status;
    struct ud_error error;
    long code;
    bool sent, json;
    int64_t retry_after;
    char text[8192]; /* SMALL body, secret body, or what was streamed */
    size_t length;
    unsigned waits;
    unsigned pauses_left; /* set by the test: so often the taker says PAUSE */
    bool abort;           /* set by the test: the taker refuses */
    struct ud_http_call *call;
    struct ud_http *http;
};

/* Short limits, so that no test sleeps long. */
extern const struct ud_http_limits test_limits;
struct ud_http *test_http_new(const struct ud_http_limits *limits);
/* Fills done, on_data, on_wait, arg; runs turns until the call has ended. */
void test_run(struct ud_http *h, struct ud_http_request *r, struct test_outcome *o);
int test_http_setup(void **state);

/* A server and a transport that talks to it. */
struct test_scene {
    struct test_server *server;
    struct ud_http *http;
    struct ud_http_origin origin;
};
void test_scene_open(struct test_scene *s, test_answer answer, void *arg);
void test_scene_close(struct test_scene *s);
/* One GET of "/x". */
struct test_outcome test_get(struct test_scene *s, enum ud_http_kind kind, enum ud_http_retry retry);

#endif
