/* escrowd's approvals and surge: asked, waited for, decided. Reads may be tried again; whatever changes something is sent once, but asking, which the
 * request's id makes one request however often it is sent. */
#include "source/escrowd/escrowd.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "source/graph/graph.h"
#include "wire/approval.h"

#define JSON_TYPE "application/json"
#define BASE      "/escrow/v1/approvals"

/* --- answers --------------------------------------------------------------------------------------------------------- */

static void
on_one(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_approval_request a;
    struct ud_error e;

    if (ud_wire_approval_decode(&a, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->approval(&a, c->arg);
    ud_source_done(c);
}

static void
pass_on(const struct ud_approval_request *a, void *arg)
{
    struct ud_source_call *c = arg;

    c->hits++;
    c->sink->approval(a, c->arg);
}

static void
on_list(struct ud_source_call *c, struct ud_http_reply *r)
{
    uint64_t revision = 0;
    struct ud_error e;

    if (ud_wire_approvals_decode(&revision, pass_on, c, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->approvals(revision, c->hits, c->arg);
    ud_source_done(c);
}

static void
on_surge(struct ud_source_call *c, struct ud_http_reply *r)
{
    char incident[UD_INCIDENT_MAX];
    ud_wall ends;
    struct ud_error e;

    if (ud_wire_surge_state_decode(incident, &ends, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->surge(incident, ends, c->arg);
    ud_source_done(c);
}

/* --- calls ----------------------------------------------------------------------------------------------------------- */

static void
get(struct ud_source_call *c, const char *path, bool waits, void (*then)(struct ud_source_call *c, struct ud_http_reply *r))
{
    ud_source_send(c,
        &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .patient = waits, .path = path, .then = then });
}

static void
post(struct ud_source_call *c, const char *path, enum ud_http_retry retry, const struct ud_buf *body,
    void (*then)(struct ud_source_call *c, struct ud_http_reply *r))
{
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL,
                          .retry = retry,
                          .post = true,
                          .path = path,
                          .type = JSON_TYPE,
                          .body = body->data,
                          .length = body->length,
                          .then = then });
}

static void
list(struct ud_source_call *c, const struct ud_source_approval *a)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s" BASE "?%ssince=%llu&wait_ms=%u", c->source->site_path, a->open ? "state=open&" : "",
        (unsigned long long)a->since, (unsigned)a->wait_ms);
    get(c, path, a->wait_ms > 0, on_list);
}

static void
watch(struct ud_source_call *c, const struct ud_source_approval *a)
{
    char path[UD_SOURCE_PATH_MAX], after[64];

    snprintf(after, sizeof(after), "?known=%s&wait_ms=%u", ud_approval_state_name(a->known), (unsigned)a->wait_ms);
    ud_graph_path(path, sizeof(path), c->source, BASE "/", &a->id, after);
    get(c, path, a->wait_ms > 0, on_one);
}

static void
decide(struct ud_source_call *c, const struct ud_source_approval *a, struct ud_buf *body)
{
    bool withdraw = a->decision == UD_APPROVAL_WITHDRAW;
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e;

    ud_graph_path(path, sizeof(path), c->source, BASE "/", &a->id, withdraw ? "/withdraw" : "");
    if (withdraw)
        ud_buf_text(body, "{}");
    else if (ud_wire_approval_decide_encode(body, a->decision, a->note, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    post(c, path, UD_HTTP_ONCE, body, on_one);
}

static void
start(struct ud_source_call *c, const struct ud_source_approval *a, struct ud_buf *body)
{
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e = { 0 };
    enum ud_status st;

    switch (a->what) {
    case UD_SOURCE_APPROVAL_LIST:
        list(c, a);
        return;
    case UD_SOURCE_APPROVAL_WATCH:
        watch(c, a);
        return;
    case UD_SOURCE_APPROVAL_DECIDE:
        decide(c, a, body);
        return;
    case UD_SOURCE_APPROVAL_ASK:
        snprintf(path, sizeof(path), "%s" BASE, c->source->site_path);
        st = ud_wire_approval_ask_encode(body, &a->ask, &e);
        break;
    case UD_SOURCE_SURGE:
    default:
        snprintf(path, sizeof(path), "%s/escrow/v1/surge", c->source->site_path);
        st = ud_wire_surge_encode(body, a->note, a->hours, &e);
        break;
    }
    if (st != UD_OK)
        ud_source_fail(c, &e);
    else
        post(c, path, a->what == UD_SOURCE_APPROVAL_ASK ? UD_HTTP_READ : UD_HTTP_ONCE, body,
            a->what == UD_SOURCE_APPROVAL_ASK ? on_one : on_surge);
}

void
ud_escrowd_approval(struct ud_source_call *c, const struct ud_source_approval *a)
{
    struct ud_buf body;

    if ((c->source->can & UD_WIRE_CAN_APPROVAL) == 0) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This service has no approvals by a second person"), "");
        return;
    }
    ud_buf_init(&body, UD_HTTP_SMALL_MAX);
    start(c, a, &body);
    ud_buf_free(&body);
}
