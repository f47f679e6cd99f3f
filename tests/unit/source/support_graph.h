/* A small Graph of the test's own: signs anybody in, hands out numbered tokens, and leaves the API to the test. And a source with a sink that
 * keeps what it is given. */
#ifndef TEST_SOURCE_GRAPH_H
#define TEST_SOURCE_GRAPH_H

#include <stdatomic.h>

#include "source/source.h"
#include "tests/support/http_server.h"

struct fake_graph {
    struct test_server *server;
    test_answer api;   /* everything that is not sign-in; arg is the fake */
    atomic_int tokens; /* handed out so far: at-1 rt-1, at-2 rt-2, … */
    atomic_int polls;
    const char *const *poll_errors; /* answers before success, "cut" closes; NULL-terminated; NULL: none */
    const char *refresh_error;      /* of every refresh, NULL: it works */
    const char *token_host;         /* origin written into the discovery document */
    const char *verification_uri;
    const char *scope;
    const char *well_known; /* what /.well-known/escrow says; NULL: there is none */
    bool no_claims, no_device_endpoint;
    int code_life; /* expires_in of the device code */
    int token_life;
    atomic_int misses; /* for the test's own use */
    void *user;
};

struct desk {
    struct fake_graph graph;
    struct ud_http *http;
    struct ud_source_settings set;
    struct ud_source *source;
    bool no_room;
    unsigned kept;             /* refresh tokens handed over */
    char kept_text[64];        /* the last one */
    unsigned requests_at_keep; /* API requests seen by then */
    enum ud_status keep_status;

    bool ended;
    enum ud_status status;
    struct ud_error error;
    uint32_t retry_after, hits;
    unsigned codes, devices, keys, found, others, waits, progress;
    char user_code[32], account[256], name[256];
    bool identified, more_scopes, training;
    struct ud_key key[16];
    bool found_with_device;
    char device_name[256];
    uint64_t total;
    char resume[4096];
    bool revealed;
    struct ud_guid revealed_key, revealed_device;
    uint8_t sealed[512];
    size_t sealed_length;
    bool has_rotation;
    struct ud_source_rotation_info rotation;
    char rotation_message[256];
};

extern const struct ud_http_limits test_limits;
extern const struct ud_source_sink desk_sink;

int test_source_setup(void **state);
/* Fills in the defaults and starts serving. The server is stopped by the caller. */
void fake_graph_open(struct fake_graph *g, test_answer api);
/* The fake's members may be changed before the first request. */
void desk_open(struct desk *d, test_answer api);
void desk_close(struct desk *d);
/* A call whose results go into `d`, counters cleared. */
struct ud_source_call *desk_call(struct desk *d);
/* Turns until the call has ended; its status. */
enum ud_status desk_run(struct desk *d);
void desk_turn(struct desk *d, ud_msec wait);
/* Resumes with a refresh token; fails the test unless that works. */
void desk_sign_in(struct desk *d);
struct ud_guid test_guid(const char *text);

#endif
