/* Signing in: discovery, the device authorization grant (RFC 8628), going on from a refresh token, who it is. */
#include "source/signin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "wire/graph.h"
#include "wire/person.h"

#define FORM_TYPE    "application/x-www-form-urlencoded"
#define GRANT        "urn:ietf:params:oauth:grant-type:device_code"
#define SLOWER       5 /* seconds more after slow_down (RFC 8628, 3.5) */
#define INTERVAL_MAX 120
#define LIFE_MAX     3600 /* seconds a code is polled for, whatever the service says */

struct signing_in {
    struct ud_wire_device_code code;
    ud_msec until;
    uint32_t interval;
};

static void
signing_in_free(void *p)
{
    struct signing_in *s = p;

    ud_wire_device_code_clear(&s->code);
    free(s);
}

/* --- discovery -------------------------------------------------------------------------------------------------------------- */

static void
on_discovered(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_source *s = c->source;
    struct ud_session *n = &s->session;
    struct ud_wire_discovery d;
    struct ud_error e;
    void (*then)(struct ud_source_call *) = c->then;

    if (ud_wire_discovery_decode(&d, r->body, r->length, &e) != UD_OK ||
        ud_http_origin_path(n->token_path, sizeof(n->token_path), &s->authority, d.token, &e) != UD_OK ||
        (d.device[0] != '\0' &&
            ud_http_origin_path(n->device_path, sizeof(n->device_path), &s->authority, d.device, &e) != UD_OK)) {
        ud_source_fail(c, &e);
        return;
    }
    n->discovered = true;
    c->then = NULL;
    then(c);
}

static void
default_scopes(struct ud_source *s)
{
    static const char *const rights[] = { "BitlockerKey.Read.All", "Device.Read.All",
        "DeviceManagementManagedDevices.ReadWrite.All", "DeviceManagementManagedDevices.PrivilegedOperations.All",
        "DeviceLocalCredential.Read.All" };
    struct ud_buf b;

    ud_buf_init(&b, sizeof(s->session.scopes) - 1);
    ud_buf_text(&b, "openid profile offline_access");
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        if (s->set->dialect == UD_DIALECT_GRAPH)
            ud_buf_format(&b, " %s/%s", s->site.text, rights[i]);
    }
    (void)ud_copy(s->session.scopes, sizeof(s->session.scopes), b.data);
    ud_buf_free(&b);
}

static void
discover_prepared(struct ud_source_call *c)
{
    struct ud_source *s = c->source;
    char path[UD_SOURCE_PATH_MAX];

    if (s->session.client_id[0] == '\0')
        (void)ud_copy(s->session.client_id, sizeof(s->session.client_id), s->set->client_id);
    if (s->set->scopes[0] != '\0')
        (void)ud_copy(s->session.scopes, sizeof(s->session.scopes), s->set->scopes);
    else
        default_scopes(s);
    snprintf(path, sizeof(path), "%s/v2.0/.well-known/openid-configuration", s->authority_path);
    ud_source_send(c,
        &(struct ud_source_step){
            .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .open = true, .sign_in = true, .path = path, .then = on_discovered });
}

/* `then` waits in the call while preparation has its own steps. */
static void
prepared(struct ud_source_call *c)
{
    c->source->prepared = true;
    discover_prepared(c);
}

void
ud_session_discover(struct ud_source_call *c, void (*then)(struct ud_source_call *c))
{
    if (c->source->session.discovered) {
        then(c);
        return;
    }
    c->then = then;
    if (c->source->prepared || c->source->ops->prepare == NULL)
        discover_prepared(c);
    else
        c->source->ops->prepare(c, prepared);
}

/* --- who is it ---------------------------------------------------------------------------------------------------------------- */

static void
on_me(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_session *n = &c->source->session;
    struct ud_wire_me me;
    struct ud_error e;

    if (ud_wire_me_decode(&me, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    (void)ud_copy(n->id, sizeof(n->id), me.id);
    (void)ud_copy(n->account, sizeof(n->account), me.account);
    (void)ud_copy(n->name, sizeof(n->name), me.name);
    ud_session_tell_identity(c);
    ud_source_done(c);
}

static void
on_person(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_session *n = &c->source->session;
    struct ud_wire_person p;
    struct ud_error e;

    if (ud_wire_person_decode(&p, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    (void)ud_copy(n->id, sizeof(n->id), p.id);
    (void)ud_copy(n->account, sizeof(n->account), p.account);
    (void)ud_copy(n->name, sizeof(n->name), p.display);
    (void)ud_copy(n->role, sizeof(n->role), p.role);
    ud_session_tell_identity(c);
    ud_source_done(c);
}

/* From the claims that came with the token; where there were none, the service is asked. escrowd is always asked: only it knows the
 * person's role. */
static void
signed_in(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if (c->source->set->dialect == UD_DIALECT_ESCROWD) {
        snprintf(path, sizeof(path), "%s/escrow/v1/me", c->source->site_path);
        ud_source_send(
            c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_person });
        return;
    }
    if (c->source->session.account[0] != '\0') {
        ud_session_tell_identity(c);
        ud_source_done(c);
        return;
    }
    snprintf(path, sizeof(path), "%s/v1.0/me?$select=id,displayName,userPrincipalName", c->source->site_path);
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_me });
}

/* --- device code ---------------------------------------------------------------------------------------------------------------- */

static void poll_token(void *arg);

static void
wait_to_poll(struct ud_source_call *c)
{
    struct signing_in *s = c->state;
    ud_msec unit = c->source->set->poll_unit > 0 ? c->source->set->poll_unit : 1000;

    if (ud_clock_now() >= s->until) {
        ud_source_refuse(c, UD_TIMEOUT, N_("The code has expired"), N_("Ask for a new code"));
        return;
    }
    c->timer = ud_http_after(c->source->http, (ud_msec)s->interval * unit, poll_token, c);
}

static bool
is_passing(const struct ud_http_reply *r, enum ud_status st)
{
    return (r->status != UD_OK && (st == UD_TIMEOUT || st == UD_OFFLINE)) || r->code >= 500 || r->code == 429;
}

static void
on_polled(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct signing_in *s = c->state;
    struct ud_wire_oauth_error o;
    struct ud_error e = { 0 };
    enum ud_status st = ud_signin_read_token(c->source, r, &o, &e);

    if (st == UD_OK) {
        signed_in(c);
    } else if (strcmp(o.error, "authorization_pending") == 0) {
        wait_to_poll(c);
    } else if (strcmp(o.error, "slow_down") == 0) {
        s->interval = s->interval + SLOWER > INTERVAL_MAX ? INTERVAL_MAX : s->interval + SLOWER;
        wait_to_poll(c);
    } else if (o.error[0] == '\0' && is_passing(r, st)) {
        s->interval = s->interval * 2 > INTERVAL_MAX ? INTERVAL_MAX : s->interval * 2;
        wait_to_poll(c);
    } else {
        ud_source_fail(c, &e);
    }
}

static void
poll_token(void *arg)
{
    struct ud_source_call *c = arg;
    struct signing_in *s = c->state;
    struct ud_secret *body = NULL;
    struct ud_buf form;
    struct ud_error e;
    enum ud_status st;

    c->timer = NULL;
    ud_buf_init(&form, 1024);
    ud_form_add(&form, "grant_type", GRANT);
    ud_form_add(&form, "client_id", c->source->session.client_id);
    st = ud_form_seal(&body, &form, "device_code", s->code.code, &e);
    ud_buf_free(&form);
    if (st != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SECRET,
                          .retry = UD_HTTP_ONCE,
                          .post = true,
                          .open = true,
                          .sign_in = true,
                          .every = true,
                          .path = c->source->session.token_path,
                          .type = FORM_TYPE,
                          .secret_body = body,
                          .then = on_polled,
                      });
}

/* A code is entered at the authority itself, or at Microsoft's page for it: a page elsewhere is somebody else's (SR-76). */
static bool
is_known_page(const struct ud_source *s, const char *uri)
{
    static const char *const pages[] = { "https://microsoft.com", "https://www.microsoft.com", "https://login.microsoft.com",
        "https://aka.ms", "https://login.microsoftonline.com", "https://login.microsoftonline.us", "https://microsoft.us" };
    struct ud_http_origin o;
    char path[UD_HTTP_URL_MAX];

    if (ud_http_origin_path(path, sizeof(path), &s->authority, uri, NULL) == UD_OK)
        return true;
    for (size_t i = 0; s->set->dialect == UD_DIALECT_GRAPH && i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (ud_http_origin_init(&o, pages[i], NULL, NULL, NULL) == UD_OK &&
            ud_http_origin_path(path, sizeof(path), &o, uri, NULL) == UD_OK)
            return true;
    }
    return false;
}

static void
on_code(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct signing_in *s = c->state;
    struct ud_wire_oauth_error o;
    struct ud_error e;
    uint32_t life;

    if (r->status != UD_OK) {
        ud_source_fail(c, &r->error);
        return;
    }
    if (r->code != 200) {
        enum ud_status st = ud_signin_read_token(c->source, r, &o, &e);
        (void)st;
        ud_source_fail(c, &e);
        return;
    }
    if (ud_wire_device_code_decode(&s->code, r->secret, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    if (!is_known_page(c->source, s->code.uri)) {
        ud_source_refuse(c, UD_DENIED, N_("The service names a sign-in page that is not its own, so the code is not shown"),
            N_("Tell your security team; do not enter a code elsewhere"));
        return;
    }
    life = s->code.expires_in < LIFE_MAX ? s->code.expires_in : LIFE_MAX;
    s->interval = s->code.interval > INTERVAL_MAX ? INTERVAL_MAX : s->code.interval;
    s->until = ud_clock_now() + (ud_msec)life * 1000;
    struct ud_source_code code = {
        .user_code = s->code.user_code, .uri = s->code.uri, .message = s->code.message, .expires_in = life
    };
    if (c->sink->code != NULL)
        c->sink->code(&code, c->arg);
    wait_to_poll(c);
}

static void
ask_for_code(struct ud_source_call *c)
{
    struct ud_source *s = c->source;
    struct ud_buf form;

    if (s->session.device_path[0] == '\0') {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("The sign-in service offers no device codes"), N_("Ask the identity team"));
        return;
    }
    ud_buf_init(&form, 4096);
    ud_form_add(&form, "client_id", s->session.client_id);
    ud_form_add(&form, "scope", s->session.scopes);
    if (!form.failed)
        ud_source_send(c, &(struct ud_source_step){
                              .kind = UD_HTTP_SECRET,
                              .retry = UD_HTTP_CONNECT,
                              .post = true,
                              .open = true,
                              .sign_in = true,
                              .every = true,
                              .path = s->session.device_path,
                              .type = FORM_TYPE,
                              .body = form.data,
                              .length = form.length,
                              .then = on_code,
                          });
    else
        ud_source_refuse(c, UD_CONFIG, N_("client_id or scopes are too long"), N_("Shorten them in unlockdesk.conf"));
    ud_buf_free(&form);
}

void
ud_source_sign_in(struct ud_source_call *c)
{
    if (!c->source->set->device_code) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This version signs in with a device code only"),
            N_("Set sign_in = device-code for this source in unlockdesk.conf"));
        return;
    }
    ud_session_clear(c->source);
    (void)ud_source_state(c, sizeof(struct signing_in), signing_in_free);
    ud_session_discover(c, ask_for_code);
}

/* --- going on, and out -------------------------------------------------------------------------------------------------------- */

static void
renew_now(struct ud_source_call *c)
{
    c->then = signed_in;
    c->waits_for_token = true;
    ud_session_renew(c->source);
}

void
ud_source_resume(struct ud_source_call *c, struct ud_secret *refresh)
{
    ud_session_clear(c->source);
    c->source->session.refresh = refresh;
    ud_session_discover(c, renew_now);
}
