/* The loop: one libcurl multi handle, the calls in it, the timers beside it. Completions and timers run here and nowhere else, after libcurl has
 * returned, so that they may start and cancel calls freely. */
#include "http/call.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"

#define CA_BUNDLE    "/etc/ssl/certs/ca-certificates.crt"
#define PER_HOST_MAX 8L
#ifdef UD_SEAMS
#define WAIT_MAX 100 /* the test moves the clock without waking us */
#else
#define WAIT_MAX 60000
#endif

const struct ud_http_limits ud_http_limits_default = {
    .connect = 10000,
    .total = 60000,
    .slow_bytes = 100,
    .slow_seconds = 15,
    .retries = 4,
    .backoff = 1000,
    .retry_after = 120000,
};

enum ud_status
ud_http_new(struct ud_http **out, const char *agent, const struct ud_http_limits *limits, struct ud_error *err)
{
    struct ud_http *h = ud_xcalloc(1, sizeof(*h));

    *out = NULL;
    h->agent = agent;
    h->limits = limits != NULL ? *limits : ud_http_limits_default;
    (void)ud_copy(h->ca_bundle, sizeof(h->ca_bundle), CA_BUNDLE);
    if ((h->multi = curl_multi_init()) == NULL ||
        curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, PER_HOST_MAX) != CURLM_OK ||
        curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) != CURLM_OK) {
        ud_http_free(&h);
        return ud_error_set(err, UD_NOMEM, "The network library did not start");
    }
    *out = h;
    return UD_OK;
}

static void
call_free(struct ud_http_call *c)
{
    if (c->again != NULL)
        ud_http_timer_cancel(c->http, &c->again);
    ud_http_attempt_free(c);
    curl_slist_free_all(c->lines);
    ud_secret_free(&c->secret_body);
    ud_secret_free(&c->reply.secret);
    ud_buf_free(&c->text);
    free(c->body);
    free(c->path);
    free(c);
}

void
ud_http_free(struct ud_http **ph)
{
    struct ud_http *h = *ph;

    if (h == NULL)
        return;
    while (h->calls != NULL) {
        struct ud_http_call *c = h->calls;
        h->calls = c->next;
        call_free(c);
    }
    while (h->timers != NULL) {
        struct ud_http_timer *t = h->timers;
        h->timers = t->next;
        free(t);
    }
    if (h->multi != NULL)
        (void)curl_multi_cleanup(h->multi);
    free(h);
    *ph = NULL;
}

/* --- timers --------------------------------------------------------------------------------------------------------------- */

struct ud_http_timer *
ud_http_after(struct ud_http *h, ud_msec delay, void (*fire)(void *arg), void *arg)
{
    struct ud_http_timer *t = ud_xcalloc(1, sizeof(*t));

    t->due = ud_clock_now() + (delay > 0 ? delay : 0);
    t->fire = fire;
    t->arg = arg;
    t->next = h->timers;
    h->timers = t;
    return t;
}

void
ud_http_timer_cancel(struct ud_http *h, struct ud_http_timer **pt)
{
    for (struct ud_http_timer **at = &h->timers; *at != NULL; at = &(*at)->next) {
        if (*at != *pt)
            continue;
        *at = (*pt)->next;
        free(*pt);
        break;
    }
    *pt = NULL;
}

/* Each fires at most once a turn: a timer set by one that fires waits for the next turn even with no delay. */
static void
fire_timers(struct ud_http *h)
{
    ud_msec now = ud_clock_now();
    bool again = true;

    while (again) {
        again = false;
        for (struct ud_http_timer **at = &h->timers; *at != NULL; at = &(*at)->next) {
            struct ud_http_timer *t = *at;
            if (t->due > now)
                continue;
            *at = t->next;
            void (*fire)(void *) = t->fire;
            void *arg = t->arg;
            free(t);
            fire(arg);
            again = ud_clock_now() == now; /* the list may have changed: look again, but not for ever */
            break;
        }
    }
}

static ud_msec
until_next(const struct ud_http *h, ud_msec wait)
{
    ud_msec now = ud_clock_now();

    for (const struct ud_http_call *c = h->calls; c != NULL; c = c->next) {
        if (c->finished || c->cancelled)
            return 0;
    }
    for (const struct ud_http_timer *t = h->timers; t != NULL; t = t->next) {
        if (t->due - now < wait)
            wait = t->due > now ? t->due - now : 0;
    }
    return wait < WAIT_MAX ? wait : WAIT_MAX;
}

/* --- calls ---------------------------------------------------------------------------------------------------------------- */

static void
fail(struct ud_http_call *c, const struct ud_error *e)
{
    c->reply.error = *e;
    c->reply.status = e->status;
    c->finished = true;
}

static void
try(struct ud_http_call *c)
{
    struct ud_error e = { 0 };

    if (ud_http_attempt_new(c, &e) != UD_OK) {
        ud_http_attempt_free(c);
        fail(c, &e);
        return;
    }
    if (curl_multi_add_handle(c->http->multi, c->easy) == CURLM_OK)
        return;
    ud_http_attempt_free(c);
    ud_error_set(&e, UD_NOMEM, "Memory ran out");
    fail(c, &e);
}

static void
try_again(void *arg)
{
    struct ud_http_call *c = arg;

    c->again = NULL; /* it has fired */
    try(c);
}

struct ud_http_call *
ud_http_start(struct ud_http *h, const struct ud_http_request *r)
{
    struct ud_http_call *c = ud_xcalloc(1, sizeof(*c));
    struct ud_error e = { 0 };

    c->http = h;
    c->kind = r->kind;
    c->retry = r->retry;
    c->patient = r->patient;
    c->post = r->post;
    c->origin = r->origin;
    c->path = ud_xstrdup(r->path);
    c->secret_body = r->secret_body;
    c->on_data = r->on_data;
    c->on_wait = r->on_wait;
    c->done = r->done;
    c->arg = r->arg;
    c->reply.host = r->origin->host;
    c->reply.retry_after = -1;
    ud_buf_init(&c->text, UD_HTTP_SMALL_MAX);
    if (r->length > 0) {
        c->body = ud_xcalloc(r->length, 1);
        memcpy(c->body, r->body, r->length);
        c->body_length = r->length;
    }
    c->next = h->calls;
    h->calls = c;
    if (ud_http_lines_new(c, r, &e) != UD_OK)
        fail(c, &e);
    else
        try(c);
    return c;
}

void
ud_http_cancel(struct ud_http *h, struct ud_http_call **pc)
{
    struct ud_http_call *c = *pc;

    *pc = NULL;
    if (c == NULL)
        return;
    for (struct ud_http_call **at = &h->calls; *at != NULL; at = &(*at)->next) {
        if (*at != c)
            continue;
        *at = c->next;
        call_free(c);
        return;
    }
}

void
ud_http_resume(struct ud_http_call *c)
{
    if (c != NULL && c->easy != NULL)
        (void)curl_easy_pause(c->easy, CURLPAUSE_CONT);
}

/* --- how an attempt ended --------------------------------------------------------------------------------------------------- */

int64_t
ud_http_retry_after(const char *value, ud_wall date, ud_wall now)
{
    int64_t seconds = 0;
    const char *c = value;
    time_t at;

    if (value[0] >= '0' && value[0] <= '9') {
        for (; *c >= '0' && *c <= '9'; c++)
            seconds = seconds > 100000000 ? seconds : seconds * 10 + (*c - '0');
        if (*c == '\0')
            return seconds;
        if (*c == '.' && c[1] != '\0' && strspn(c + 1, "0123456789") == strlen(c + 1))
            return strspn(c + 1, "0") == strlen(c + 1) ? seconds : seconds + 1;
        return -1;
    }
    if (strlen(value) < 20 || (at = curl_getdate(value, NULL)) == -1)
        return -1;
    if (date == UD_WALL_NONE)
        date = now;
    return (ud_wall)at * 1000 <= date ? 0 : ((ud_wall)at * 1000 - date + 999) / 1000;
}

static bool
worth_a_retry(const struct ud_http_call *c, CURLcode rc)
{
    if (c->retry == UD_HTTP_ONCE || c->tries > c->http->limits.retries || c->delivering)
        return false;
    if (rc != CURLE_OK) /* once, and soon: somebody waits for the sentence */
        return c->stop == UD_HTTP_NOT_STOPPED && !c->reply.sent && rc == CURLE_COULDNT_CONNECT && c->tries == 1;
    return c->retry == UD_HTTP_READ && (c->code == 429 || c->code == 502 || c->code == 503 || c->code == 504);
}

/* Half of it sure, half of it chance, so that many consoles do not come back at one moment. */
static ud_msec
backoff(const struct ud_http_call *c, CURLcode rc)
{
    ud_msec wait = rc != CURLE_OK ? c->http->limits.backoff / 2 : c->http->limits.backoff << (c->tries - 1);
    uint32_t chance;

    ud_random(&chance, sizeof(chance));
    return wait / 2 + (ud_msec)(chance % (uint64_t)(wait / 2 + 1));
}

/* True where another try has been arranged. */
static bool
retry(struct ud_http_call *c, CURLcode rc)
{
    ud_msec wait;

    c->tries++;
    if (!worth_a_retry(c, rc))
        return false;
    wait = backoff(c, rc);
    if (c->reply.retry_after > 0) {
        if (c->reply.retry_after * 1000 > c->http->limits.retry_after)
            return false;
        wait = c->reply.retry_after * 1000 + wait / 8;
    }
    c->fresh = c->code == 503;
    if (c->on_wait != NULL && rc == CURLE_OK)
        c->on_wait((unsigned)((wait + 999) / 1000), c->arg);
    c->again = ud_http_after(c->http, wait, try_again, c);
    return true;
}

/* A redirect is an answer nobody asked for: named, not followed. */
static void
refuse_redirect(struct ud_http_call *c)
{
    c->reply.status = ud_error_set(&c->reply.error, UD_MALFORMED,
        "%s sends us on to another address (%ld), which is not followed", c->origin->host, c->code);
    ud_error_hint(&c->reply.error, "Check the source's address in unlockdesk.conf");
}

static void
attempt_ended(struct ud_http_call *c, CURLcode rc)
{
    curl_off_t request = 0;
    long bytes = 0;

    (void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->code);
    (void)curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &bytes);
    (void)curl_easy_getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &request);
    c->reply.sent = c->reply.sent || bytes > 0 || request > 0 || c->code != 0;
    c->reply.code = c->code;
    c->reply.retry_after = c->retry_text[0] == '\0' ? -1 : ud_http_retry_after(c->retry_text, c->reply.date, ud_clock_wall());
    if (rc == CURLE_OK && !c->headers_end)
        rc = CURLE_PARTIAL_FILE;
    if (rc == CURLE_OK && c->stop == UD_HTTP_NOT_STOPPED) {
        c->reply.status = UD_OK;
        if (c->code >= 300 && c->code < 400)
            refuse_redirect(c);
    } else {
        ud_http_failure(c, rc);
    }
    ud_http_attempt_free(c); /* before anybody learns of it: nothing of a secret answer is left in libcurl then */
    if (!retry(c, rc))
        c->finished = true;
}

static void
collect(struct ud_http *h)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
        struct ud_http_call *c = NULL;
        CURLcode rc = m->data.result;
        if (m->msg == CURLMSG_DONE && curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c) == CURLE_OK)
            attempt_ended(c, rc);
    }
}

static struct ud_http_call *
take_finished(struct ud_http *h)
{
    for (struct ud_http_call **at = &h->calls; *at != NULL; at = &(*at)->next) {
        struct ud_http_call *c = *at;
        if (c->finished) {
            *at = c->next;
            return c;
        }
    }
    return NULL;
}

static void
deliver(struct ud_http *h)
{
    struct ud_http_call *c;

    while ((c = take_finished(h)) != NULL) {
        c->reply.body = c->text.data;
        c->reply.length = c->text.length;
        ud_secret_free(&c->secret_body);
        curl_slist_free_all(c->lines);
        c->lines = NULL;
        c->done(&c->reply, c->arg);
        call_free(c);
    }
}

enum ud_status
ud_http_turn(struct ud_http *h, int fd, short events, short *revents, ud_msec wait, struct ud_error *err)
{
    struct curl_waitfd extra = { .fd = fd, .events = 0, .revents = 0 };
    int running;

    extra.events |= (events & POLLIN) ? CURL_WAIT_POLLIN : 0;
    extra.events |= (events & POLLOUT) ? CURL_WAIT_POLLOUT : 0;
    *revents = 0;
    if (curl_multi_poll(h->multi, &extra, fd >= 0 ? 1 : 0, (int)until_next(h, wait), NULL) != CURLM_OK)
        return ud_error_set(err, UD_FAILED, "The network library failed");
    *revents |= (extra.revents & CURL_WAIT_POLLIN) ? POLLIN : 0;
    *revents |= (extra.revents & CURL_WAIT_POLLOUT) ? POLLOUT : 0;
    fire_timers(h);
    if (curl_multi_perform(h->multi, &running) != CURLM_OK)
        return ud_error_set(err, UD_FAILED, "The network library failed");
    collect(h);
    deliver(h);
    return UD_OK;
}
