#include "support_graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/seal.h"

/* {"oid":"11111111-1111-4111-8111-111111111111","tid":"22222222-2222-4222-8222-222222222222","preferred_username":"ada@contoso.example","name":"Ada"} */
#define ID_TOKEN                                                                                                                 \
    "e30.eyJvaWQiOiIxMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTEiLCJ0aWQiOiIyMjIyMjIyMi0yMjIyLTQyMjItODIyMi0yMjIyMjIyMjIyMj" \
    "IiLCJwcmVmZXJyZWRfdXNlcm5hbWUiOiJhZGFAY29udG9zby5leGFtcGxlIiwibmFtZSI6IkFkYSJ9.e30"

const struct ud_http_limits test_limits = {
    .connect = 2000, .total = 20000, .slow_bytes = 100, .slow_seconds = 1, .retries = 2, .backoff = 10, .retry_after = 3000
};

/* --- the service -------------------------------------------------------------------------------------------------------------- */

static void
answer_discovery(struct test_connection *c, const struct fake_graph *g)
{
    char body[1024];

    snprintf(body, sizeof(body), "{\"issuer\":\"%s/t\",\"token_endpoint\":\"%s/t/token\"%s%s%s}", g->token_host, g->token_host,
        g->no_device_endpoint ? "" : ",\"device_authorization_endpoint\":\"", g->no_device_endpoint ? "" : g->token_host,
        g->no_device_endpoint ? "" : "/t/devicecode\"");
    test_reply_json(c, 200, body);
}

static void
answer_tokens(struct test_connection *c, struct fake_graph *g)
{
    int n = atomic_fetch_add(&g->tokens, 1) + 1;
    char body[2048];

    snprintf(body, sizeof(body),
        "{\"token_type\":\"Bearer\",\"scope\":\"%s\",\"expires_in\":%d,\"access_token\":\"at-%d\",\"refresh_token\":\"rt-%d\"%s%"
        "s%s}",
        g->scope, g->token_life, n, n, g->no_claims ? "" : ",\"id_token\":\"", g->no_claims ? "" : ID_TOKEN,
        g->no_claims ? "" : "\"");
    test_reply_json(c, 200, body);
}

static void
answer_error(struct test_connection *c, const char *error)
{
    char body[256];

    snprintf(body, sizeof(body), "{\"error\":\"%s\",\"error_description\":\"AADSTS1: no\\r\\nTrace\"}", error);
    test_reply_json(c, 400, body);
}

static void
answer_token_call(struct test_connection *c, const struct test_request *r, struct fake_graph *g)
{
    if (strstr(r->body, "grant_type=refresh_token") != NULL) {
        if (g->refresh_error != NULL)
            answer_error(c, g->refresh_error);
        else
            answer_tokens(c, g);
        return;
    }
    int poll = atomic_fetch_add(&g->polls, 1);
    for (int i = 0; g->poll_errors != NULL && g->poll_errors[i] != NULL; i++) {
        if (i != poll)
            continue;
        if (strcmp(g->poll_errors[i], "cut") == 0)
            test_close(c);
        else
            answer_error(c, g->poll_errors[i]);
        return;
    }
    answer_tokens(c, g);
}

static void
answer(struct test_connection *c, const struct test_request *r, void *arg)
{
    struct fake_graph *g = arg;
    char body[512];

    if (strcmp(r->path, "/.well-known/escrow") == 0) {
        test_reply_json(c, g->well_known != NULL ? 200 : 404, g->well_known != NULL ? g->well_known : "{}");
    } else if (strstr(r->path, "/.well-known/openid-configuration") != NULL) {
        answer_discovery(c, g);
    } else if (strcmp(r->path, "/t/devicecode") == 0) {
        snprintf(body, sizeof(body),
            "{\"device_code\":\"dc-secret\",\"user_code\":\"BCDF-GHJK\",\"verification_uri\":\"%s\",\"expires_in\":%d,"
            "\"interval\":5,\"message\":\"Open the page\"}",
            g->verification_uri, g->code_life);
        test_reply_json(c, 200, body);
    } else if (strcmp(r->path, "/t/token") == 0) {
        answer_token_call(c, r, g);
    } else {
        g->api(c, r, g);
    }
}

/* --- the desk ------------------------------------------------------------------------------------------------------------------- */

static void
on_code(const struct ud_source_code *code, void *arg)
{
    struct desk *d = arg;

    d->codes++;
    (void)ud_copy(d->user_code, sizeof(d->user_code), code->user_code);
}

static void
on_identity(const struct ud_source_identity *who, void *arg)
{
    struct desk *d = arg;

    d->identified = true;
    d->more_scopes = who->more_scopes;
    d->training = who->training;
    (void)ud_copy(d->account, sizeof(d->account), who->account);
    (void)ud_copy(d->name, sizeof(d->name), who->name);
}

static enum ud_status
on_device(const struct ud_device *v, struct ud_error *err, void *arg)
{
    struct desk *d = arg;

    (void)err;
    d->devices++;
    (void)ud_copy(d->device_name, sizeof(d->device_name), v->name);
    return UD_OK;
}

static enum ud_status
on_key(const struct ud_key *k, struct ud_error *err, void *arg)
{
    struct desk *d = arg;

    (void)err;
    if (d->keys < sizeof(d->key) / sizeof(d->key[0]))
        d->key[d->keys] = *k;
    d->keys++;
    return UD_OK;
}

static enum ud_status
on_found(const struct ud_key *k, const struct ud_device *v, struct ud_error *err, void *arg)
{
    struct desk *d = arg;

    (void)err;
    d->key[0] = *k;
    d->found++;
    d->found_with_device = v != NULL;
    if (v != NULL)
        (void)ud_copy(d->device_name, sizeof(d->device_name), v->name);
    return UD_OK;
}

static enum ud_status
on_other(const struct ud_guid *id, const char *kind, const char *device_name, struct ud_error *err, void *arg)
{
    (void)id;
    (void)kind;
    (void)device_name;
    (void)err;
    ((struct desk *)arg)->others++;
    return UD_OK;
}

static void
on_progress(enum ud_source_phase phase, uint64_t done, uint64_t total, const char *resume, void *arg)
{
    struct desk *d = arg;

    (void)done;
    if (phase == UD_SOURCE_WAIT) {
        d->waits++;
        return;
    }
    d->progress++;
    d->total = total;
    if (resume[0] != '\0')
        (void)ud_copy(d->resume, sizeof(d->resume), resume);
}

static void
on_revealed(const struct ud_source_revealed *r, void *arg)
{
    struct desk *d = arg;

    d->revealed = true;
    d->revealed_key = r->key;
    d->revealed_device = r->device;
    d->sealed_length = r->sealed_length;
    memcpy(d->sealed, r->sealed, r->sealed_length);
}

static void
on_rotation(const struct ud_source_rotation_info *r, void *arg)
{
    struct desk *d = arg;

    d->has_rotation = true;
    d->rotation = *r;
    (void)ud_copy(d->rotation_message, sizeof(d->rotation_message), r->message);
}

static void
on_end(const struct ud_source_end *end, void *arg)
{
    struct desk *d = arg;

    d->ended = true;
    d->status = end->status;
    d->error = *end->error;
    d->retry_after = end->retry_after;
    d->hits = end->hits;
}

const struct ud_source_sink desk_sink = {
    .code = on_code,
    .identity = on_identity,
    .device = on_device,
    .key = on_key,
    .found = on_found,
    .other = on_other,
    .progress = on_progress,
    .revealed = on_revealed,
    .rotation = on_rotation,
    .end = on_end,
};

static enum ud_status
keep(struct ud_source *s, struct ud_secret *refresh, struct ud_error *err, void *arg)
{
    struct desk *d = arg;
    size_t length = ud_secret_length(refresh);

    (void)s;
    d->kept++;
    d->requests_at_keep = test_server_count_of(d->graph.server, "/v1.0/");
    memcpy(d->kept_text, ud_secret_open(refresh), length);
    ud_secret_close(refresh);
    d->kept_text[length] = '\0';
    return d->keep_status == UD_OK ? UD_OK : ud_error_set(err, d->keep_status, "not kept");
}

static bool
room(void *arg)
{
    return !((struct desk *)arg)->no_room;
}

int
test_source_setup(void **state)
{
    struct ud_error e;

    (void)state;
    return ud_http_global_init(&e) == UD_OK && ud_seal_init(&e) == UD_OK ? 0 : -1;
}

void
fake_graph_open(struct fake_graph *g, test_answer api)
{
    memset(g, 0, sizeof(*g));
    g->api = api;
    g->token_host = "http://localhost";
    g->verification_uri = "https://microsoft.com/devicelogin";
    g->scope = "openid BitlockerKey.Read.All";
    g->code_life = 900;
    g->token_life = 3600;
    g->server = test_server_start(answer, g);
}

void
desk_open(struct desk *d, test_answer api)
{
    struct ud_source_host host = { .keep = keep, .room = room, .arg = d };
    struct ud_error e;

    memset(d, 0, sizeof(*d));
    fake_graph_open(&d->graph, api);
    d->set = (struct ud_source_settings){ .index = 3,
        .dialect = UD_DIALECT_GRAPH,
        .device_code = true,
        .name = "corp",
        .tenant = "t",
        .client_id = "client",
        .authority = test_server_url(d->graph.server),
        .graph = test_server_url(d->graph.server),
        .url = test_server_url(d->graph.server),
        .scopes = "openid profile offline_access https://graph.microsoft.com/BitlockerKey.Read.All",
        .ca_file = "",
        .pin = "",
        .poll_unit = 1 };
    assert_int_equal(ud_http_new(&d->http, "unlockdesk/test", &test_limits, &e), UD_OK);
    assert_int_equal(ud_source_new(&d->source, d->http, &d->set, &host, &e), UD_OK);
}

void
desk_close(struct desk *d)
{
    ud_source_free(&d->source);
    ud_http_free(&d->http);
    test_server_stop(&d->graph.server);
}

struct ud_source_call *
desk_call(struct desk *d)
{
    d->ended = d->identified = d->revealed = d->has_rotation = d->found_with_device = false;
    d->codes = d->devices = d->keys = d->found = d->others = d->waits = d->progress = 0;
    d->total = 0;
    d->resume[0] = '\0';
    return ud_source_call_new(d->source, &desk_sink, d);
}

void
desk_turn(struct desk *d, ud_msec wait)
{
    struct ud_error e;
    short happened;

    assert_int_equal(ud_http_turn(d->http, -1, 0, &happened, wait, &e), UD_OK);
}

enum ud_status
desk_run(struct desk *d)
{
    ud_msec until = ud_clock_now() + 30000;

    while (!d->ended && ud_clock_now() < until)
        desk_turn(d, 1000);
    assert_true(d->ended);
    return d->status;
}

void
desk_sign_in(struct desk *d)
{
    struct ud_secret *refresh;
    struct ud_error e;

    assert_int_equal(ud_secret_new(&refresh, 16, &e), UD_OK);
    assert_int_equal(ud_secret_append(refresh, "rt-0", 4, &e), UD_OK);
    ud_source_resume(desk_call(d), refresh);
    if (desk_run(d) != UD_OK)
        fail_msg("%s", d->error.message);
}

struct ud_guid
test_guid(const char *text)
{
    struct ud_guid id;
    struct ud_error e;

    assert_int_equal(ud_guid_parse(&id, text, strlen(text), &e), UD_OK);
    return id;
}
