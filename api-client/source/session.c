/* Tokens of one source: taken in, kept up by refresh, dropped. A refresh token is handed to the host before its access token is used. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "source/call.h"
#include "source/signin.h"
#include "wire/graph.h"

bool
ud_session_token_ready(const struct ud_source *s)
{
    return s->session.access != NULL && ud_clock_now() < s->session.access_until;
}

void
ud_session_drop_access(struct ud_source *s)
{
    ud_secret_free(&s->session.access);
}

void
ud_session_clear(struct ud_source *s)
{
    ud_http_cancel(s->http, &s->session.refreshing);
    ud_secret_free(&s->session.access);
    ud_secret_free(&s->session.refresh);
    s->session.id[0] = s->session.account[0] = s->session.name[0] = s->session.tenant[0] = s->session.granted[0] = '\0';
}

enum ud_status
ud_session_accept(struct ud_source *s, struct ud_wire_token *t, struct ud_error *err)
{
    struct ud_session *n = &s->session;
    ud_msec life = (ud_msec)t->expires_in * 1000;
    ud_msec margin = life / 10 < 60000 ? life / 10 : 60000;
    enum ud_status st;

    if (t->claims.present) {
        (void)ud_copy(n->id, sizeof(n->id), t->claims.oid);
        (void)ud_copy(n->account, sizeof(n->account), t->claims.account);
        (void)ud_copy(n->name, sizeof(n->name), t->claims.name);
        (void)ud_copy(n->tenant, sizeof(n->tenant), t->claims.tid);
    }
    if (t->scope[0] != '\0')
        (void)ud_copy(n->granted, sizeof(n->granted), t->scope);
    if (t->refresh != NULL) {
        ud_secret_free(&n->refresh);
        n->refresh = t->refresh;
        t->refresh = NULL;
        if (s->host.keep != NULL && (st = s->host.keep(s, n->refresh, err, s->host.arg)) != UD_OK)
            return st;
    }
    ud_secret_free(&n->access);
    n->access = t->access;
    t->access = NULL;
    n->access_until = ud_clock_now() + life - margin;
    return UD_OK;
}

/* --- renewing --------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_signin_read_token(struct ud_source *s, struct ud_http_reply *r, struct ud_wire_oauth_error *o, struct ud_error *e)
{
    struct ud_wire_token t = { 0 };
    uint32_t wait;
    enum ud_status st;

    memset(o, 0, sizeof(*o));
    if (r->status != UD_OK) {
        *e = r->error;
        return e->status;
    }
    if (r->code == 200) {
        if ((st = ud_wire_token_decode(&t, r->secret, e)) == UD_OK)
            st = ud_session_accept(s, &t, e);
        ud_wire_token_clear(&t);
        ud_secret_clear_stack();
        return st;
    }
    st = ud_wire_oauth_error_decode(o, ud_secret_open(r->secret), ud_secret_length(r->secret), e);
    ud_secret_close(r->secret);
    return st == UD_OK && o->error[0] != '\0' ? ud_source_oauth_refusal(e, s, o) : ud_source_refusal(e, &wait, s, r);
}

static void
on_renewed(struct ud_http_reply *r, void *arg)
{
    struct ud_source *s = arg;
    struct ud_wire_oauth_error o;
    struct ud_error e = { 0 };
    enum ud_status st;

    s->session.refreshing = NULL;
    st = ud_signin_read_token(s, r, &o, &e);
    if (st == UD_SIGNIN)
        ud_session_clear(s);
    ud_source_token_settled(s, st == UD_OK ? NULL : &e);
}

/* Delivered as any failure, but not from inside the function that asked. */
static void
renewal_impossible(void *arg)
{
    struct ud_source *s = arg;
    struct ud_error e;

    ud_error_set(&e, UD_SIGNIN, "The session at %s could not be renewed", s->set->name);
    ud_error_hint(&e, "Sign in again");
    ud_source_token_settled(s, &e);
}

void
ud_session_renew(struct ud_source *s)
{
    struct ud_secret *body = NULL;
    struct ud_buf form;
    enum ud_status st;

    if (s->session.refreshing != NULL)
        return;
    ud_buf_init(&form, 8192);
    ud_form_add(&form, "grant_type", "refresh_token");
    ud_form_add(&form, "client_id", s->session.client_id);
    ud_form_add(&form, "scope", s->session.scopes);
    st = ud_form_seal(&body, &form, "refresh_token", s->session.refresh, NULL);
    ud_buf_free(&form);
    if (st != UD_OK) {
        (void)ud_http_after(s->http, 0, renewal_impossible, s);
        return;
    }
    struct ud_http_request r = {
        .kind = UD_HTTP_SECRET,
        .retry = UD_HTTP_CONNECT,
        .post = true,
        .origin = &s->authority,
        .path = s->session.token_path,
        .type = "application/x-www-form-urlencoded",
        .secret_body = body,
        .done = on_renewed,
        .arg = s,
    };
    s->session.refreshing = ud_http_start(s->http, &r);
}

/* --- who is it -------------------------------------------------------------------------------------------------------------- */

/* The last word of a scope: "https://graph.microsoft.com/User.Read" and "User.Read" are one. */
static bool
was_asked(const char *asked, const char *scope, size_t length)
{
    for (size_t i = length; i > 0; i--) {
        if (scope[i - 1] == '/') {
            scope += i;
            length -= i;
            break;
        }
    }
    for (const char *at = asked; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n >= length && strncasecmp(at + n - length, scope, length) == 0 && (n == length || at[n - length - 1] == '/'))
            return true;
        at += n;
    }
    return length == 0;
}

static bool
has_more(const char *asked, const char *granted)
{
    static const char always[] = "openid profile email offline_access User.Read .default";

    for (const char *at = granted; *at != '\0'; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (!was_asked(asked, at, n) && !was_asked(always, at, n))
            return true;
        at += n;
    }
    return false;
}

void
ud_session_tell_identity(struct ud_source_call *c)
{
    struct ud_session *n = &c->source->session;
    struct ud_source_identity who = {
        .id = n->id,
        .account = n->account,
        .name = n->name,
        .tenant = n->tenant,
        .scopes = n->granted,
        .host = c->source->authority.host,
        .role = n->role,
        .training = c->source->training,
        .more_scopes = has_more(n->scopes, n->granted),
    };

    if (c->sink->identity != NULL)
        c->sink->identity(&who, c->arg);
}
