/* Calls and their steps: a token where one is needed, one renewal after a 401, refusals turned into an end. */
#include "source/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "source/pages.h"

/* --- sources -------------------------------------------------------------------------------------------------------------- */

/* What follows the host in "https://host/path", without a slash at the end. */
static bool
path_of(char *out, size_t size, const char *url)
{
    const char *at = strstr(url, "://");
    size_t length;

    out[0] = '\0';
    if (at == NULL || strncmp(url, "unix:", 5) == 0)
        return true;
    at += 3;
    at += strcspn(at, "/");
    if (!ud_copy(out, size, at))
        return false;
    length = strlen(out);
    while (length > 0 && out[length - 1] == '/')
        out[--length] = '\0';
    return true;
}

/* Hosts of Microsoft's clouds: there a private address means that the name service lies (SR-63). */
static bool
is_public_cloud(const char *host)
{
    static const char *const ends[] = { ".microsoftonline.com", ".microsoftonline.us", ".microsoftonline.cn", ".microsoft.com",
        ".microsoft.us", ".chinacloudapi.cn" };
    size_t length = strlen(host);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t n = strlen(ends[i]);
        if (length > n && strcmp(host + length - n, ends[i]) == 0)
            return true;
    }
    return false;
}

static enum ud_status
place_graph(struct ud_source *s, struct ud_error *err)
{
    const struct ud_source_settings *set = s->set;
    enum ud_status st;

    if ((st = ud_http_origin_init(&s->site, set->graph, set->ca_file, set->pin, err)) != UD_OK ||
        (st = ud_http_origin_init(&s->authority, set->authority, set->ca_file, set->pin, err)) != UD_OK)
        return st;
    s->site.public_only = is_public_cloud(s->site.host);
    s->authority.public_only = is_public_cloud(s->authority.host);
    if (!path_of(s->site_path, sizeof(s->site_path), set->graph) ||
        !path_of(s->authority_path, sizeof(s->authority_path), set->authority))
        return ud_error_set(err, UD_CONFIG, "The address of source %s is too long", set->name);
    if (set->tenant[0] == '\0' || s->authority_path[0] != '\0')
        return UD_OK;
    s->authority_path[0] = '/';
    s->authority_path[1] = '\0';
    if (!ud_http_escape(s->authority_path, sizeof(s->authority_path), set->tenant))
        return ud_error_set(err, UD_CONFIG, "The tenant of source %s is too long", set->name);
    return UD_OK;
}

static enum ud_status
place_escrowd(struct ud_source *s, struct ud_error *err)
{
    const struct ud_source_settings *set = s->set;
    enum ud_status st = ud_http_origin_init(&s->site, set->url, set->ca_file, set->pin, err);

    if (st == UD_OK && !path_of(s->site_path, sizeof(s->site_path), set->url))
        st = ud_error_set(err, UD_CONFIG, "The address of source %s is too long", set->name);
    s->authority = s->site;
    return st;
}

enum ud_status
ud_source_new(struct ud_source **out, struct ud_http *http, const struct ud_source_settings *settings,
    const struct ud_source_host *host, struct ud_error *err)
{
    struct ud_source *s = ud_xcalloc(1, sizeof(*s));
    bool graph = settings->dialect == UD_DIALECT_GRAPH;
    enum ud_status st;

    *out = NULL;
    s->ops = graph ? &ud_source_graph : &ud_source_escrowd;
    s->set = settings;
    s->host = *host;
    s->http = http;
    if ((st = graph ? place_graph(s, err) : place_escrowd(s, err)) != UD_OK) {
        free(s);
        return st;
    }
    *out = s;
    return UD_OK;
}

void
ud_source_free(struct ud_source **ps)
{
    struct ud_source *s = *ps;

    if (s == NULL)
        return;
    while (s->calls != NULL) {
        struct ud_source_call *c = s->calls;
        ud_source_cancel(&c);
    }
    ud_session_clear(s);
    free(s);
    *ps = NULL;
}

const struct ud_source_settings *
ud_source_settings_of(const struct ud_source *s)
{
    return s->set;
}

bool
ud_source_is_signed_in(const struct ud_source *s)
{
    return s->session.refresh != NULL || ud_session_token_ready(s);
}

struct ud_secret *
ud_source_refresh_token(struct ud_source *s)
{
    return s->session.refresh;
}

/* --- calls ---------------------------------------------------------------------------------------------------------------- */

struct ud_source_call *
ud_source_call_new(struct ud_source *s, const struct ud_source_sink *sink, void *arg)
{
    struct ud_source_call *c = ud_xcalloc(1, sizeof(*c));

    c->source = s;
    c->sink = sink;
    c->arg = arg;
    c->next = s->calls;
    s->calls = c;
    return c;
}

static void
clear_step(struct ud_source_call *c)
{
    free((char *)c->step.path);
    free((void *)c->step.body);
    ud_secret_free(&c->step.secret_body);
    memset(&c->step, 0, sizeof(c->step));
}

static void
clear_state(struct ud_source_call *c)
{
    if (c->state != NULL)
        c->state_free(c->state);
    c->state = NULL;
}

void
ud_source_cancel(struct ud_source_call **pc)
{
    struct ud_source_call *c = *pc;

    *pc = NULL;
    if (c == NULL)
        return;
    for (struct ud_source_call **at = &c->source->calls; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    ud_http_cancel(c->source->http, &c->http);
    if (c->timer != NULL)
        ud_http_timer_cancel(c->source->http, &c->timer);
    clear_step(c);
    clear_state(c);
    ud_pager_free(&c->pager);
    free(c);
}

void *
ud_source_state(struct ud_source_call *c, size_t size, void (*state_free)(void *state))
{
    clear_state(c);
    c->state = ud_xcalloc(1, size);
    c->state_free = state_free != NULL ? state_free : free;
    return c->state;
}

static void
deliver_end(void *arg)
{
    struct ud_source_call *c = arg;
    struct ud_source_end end = { .status = c->error.status, .retry_after = c->retry_after, .hits = c->hits, .error = &c->error };

    c->timer = NULL;
    c->sink->end(&end, c->arg);
    ud_source_cancel(&c);
}

/* Always from a timer, so that no operation ends inside the function that starts it. */
static void
end(struct ud_source_call *c)
{
    if (c->ended)
        return;
    c->ended = true;
    c->waits_for_token = false;
    if (c->timer != NULL)
        ud_http_timer_cancel(c->source->http, &c->timer);
    ud_http_cancel(c->source->http, &c->http);
    c->timer = ud_http_after(c->source->http, 0, deliver_end, c);
}

void
ud_source_done(struct ud_source_call *c)
{
    ud_error_clear(&c->error);
    c->error.status = UD_OK;
    end(c);
}

void
ud_source_fail(struct ud_source_call *c, const struct ud_error *e)
{
    if (c->ended)
        return;
    c->error = *e;
    if (c->error.status == UD_OK)
        c->error.status = UD_FAILED;
    end(c);
}

void
ud_source_refuse(struct ud_source_call *c, enum ud_status st, const char *message, const char *hint)
{
    struct ud_error e;

    ud_error_set(&e, st, "%s", ud_translate(message));
    ud_error_hint(&e, "%s", ud_translate(hint));
    ud_source_fail(c, &e);
}

void
ud_source_fail_reply(struct ud_source_call *c, const struct ud_http_reply *r)
{
    struct ud_error e;

    if (r->status != UD_OK)
        e = r->error;
    else
        (void)ud_source_refusal(&e, &c->retry_after, c->source, r);
    ud_source_fail(c, &e);
}

/* --- steps ---------------------------------------------------------------------------------------------------------------- */

static void run(struct ud_source_call *c);

static void
on_wait(unsigned seconds, void *arg)
{
    struct ud_source_call *c = arg;

    if (c->sink->progress != NULL)
        c->sink->progress(UD_SOURCE_WAIT, seconds, 0, "", c->arg);
}

/* A secret request is not sent twice, not even after a refusal that disclosed nothing (SR-60). */
static bool
may_renew(const struct ud_source_call *c)
{
    return !c->step.open && !c->renewed && c->step.kind != UD_HTTP_SECRET && c->source->session.refresh != NULL;
}

/* A page of some portal, for instance, where an answer was due. */
static void
unexpected(struct ud_source_call *c, const struct ud_http_reply *r)
{
    struct ud_error e;

    ud_error_set(&e, UD_MALFORMED, "Unexpected reply from %s", r->host);
    ud_error_hint(&e, "Is something between you and the service, a sign-in page of the network perhaps?");
    ud_source_fail(c, &e);
}

static void
on_reply(struct ud_http_reply *r, void *arg)
{
    struct ud_source_call *c = arg;
    void (*then)(struct ud_source_call *, struct ud_http_reply *) = c->step.then;

    c->http = NULL;
    if (r->status == UD_OK && r->code == 401 && !c->step.open && !ud_source_is_forbidden(r)) {
        ud_session_drop_access(c->source);
        if (may_renew(c)) {
            c->renewed = true;
            run(c);
            return;
        }
    }
    if (!c->step.every && r->status == UD_OK && r->code == 200 && !r->json)
        unexpected(c, r);
    else if (c->step.every || (r->status == UD_OK && r->code >= 200 && r->code < 300))
        then(c, r);
    else
        ud_source_fail_reply(c, r);
}

static void
start(struct ud_source_call *c)
{
    const struct ud_source_step *step = &c->step;
    struct ud_http_request r = {
        .kind = step->kind,
        .retry = step->retry,
        .post = step->post,
        .patient = step->patient,
        .origin = step->sign_in ? &c->source->authority : &c->source->site,
        .path = step->path,
        .bearer = step->open ? NULL : c->source->session.access,
        .type = step->type,
        .body = step->body,
        .length = step->length,
        .secret_body = step->secret_body,
        .headers = step->headers,
        .on_data = step->on_data,
        .on_wait = on_wait,
        .done = on_reply,
        .arg = c,
    };

    c->step.secret_body = NULL;
    c->http = ud_http_start(c->source->http, &r);
}

static void
run(struct ud_source_call *c)
{
    if (c->step.open || ud_session_token_ready(c->source)) {
        start(c);
        return;
    }
    if (c->source->session.refresh == NULL) {
        ud_source_refuse(c, UD_SIGNIN, N_("Nobody is signed in here"), N_("Sign in first"));
        return;
    }
    c->waits_for_token = true;
    ud_session_renew(c->source);
}

void
ud_source_send(struct ud_source_call *c, const struct ud_source_step *step)
{
    struct ud_source_step copy = *step;

    copy.path = ud_xstrdup(step->path);
    copy.body = NULL;
    if (step->length > 0) {
        void *body = ud_xcalloc(step->length, 1);
        copy.body = memcpy(body, step->body, step->length);
    }
    clear_step(c);
    c->step = copy;
    c->renewed = false;
    run(c);
}

void
ud_source_token_settled(struct ud_source *s, const struct ud_error *failed)
{
    for (struct ud_source_call *c = s->calls; c != NULL; c = c->next) {
        if (!c->waits_for_token)
            continue;
        c->waits_for_token = false;
        if (failed != NULL) {
            ud_source_fail(c, failed);
        } else if (c->then != NULL) {
            void (*then)(struct ud_source_call *) = c->then;
            c->then = NULL;
            then(c);
        } else {
            start(c);
        }
    }
}

bool
ud_source_has_room(struct ud_source_call *c)
{
    c->waits_for_room = c->source->host.room != NULL && !c->source->host.room(c->source->host.arg);
    return !c->waits_for_room;
}

void
ud_source_resume_flow(struct ud_source *s)
{
    for (struct ud_source_call *c = s->calls; c != NULL; c = c->next) {
        if (!c->waits_for_room)
            continue;
        c->waits_for_room = false;
        ud_http_resume(c->http);
    }
}
