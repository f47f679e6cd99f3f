/* Passwords, grants, tokens. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/state.h"

#define APPROVAL_LIFE ((ud_msec)15 * 60 * 1000)
#define ACCESS_LIFE   3600 /* seconds */
#define REFRESH_LIFE  ((ud_wall)14 * 24 * 3600 * 1000)
#define AUDITED_TRIES 5u

/* Argon2id of nobody's password: an unknown account takes as long as a known one. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                             "VFmbmVFMZ0l4lN4UYFFLjGxfBFmCVJDrA8A2wDBg7KM";

static void
take_user(const struct ud_store_user *u, void *arg)
{
    struct ud_hash_job *job = arg;

    job->known = !u->disabled;
    job->user = *u;
    (void)ud_copy(job->name, sizeof(job->name), u->name);
    (void)ud_copy(job->account, sizeof(job->account), u->account);
    (void)ud_copy(job->display, sizeof(job->display), u->display);
    if (!u->disabled)
        (void)ud_copy(job->hash, sizeof(job->hash), u->password);
}

void
ud_do_user_check(struct ud_vault *v, struct ud_vault_request *r)
{
    uint32_t wait = ud_limits_sign_in_wait(v->limits, r->name, r->address, ud_clock_now());

    if (wait > 0) {
        struct ud_vault_reply *reply = ud_reply_new(r);
        ud_reply_refuse(reply, UD_VAULT_THROTTLED, "Too many wrong passwords. Wait a moment.");
        reply->retry_after = wait;
        ud_vault_send(v, r, reply);
        return;
    }
    struct ud_hash_job *job = ud_xcalloc(1, sizeof(*job));
    job->request = r;
    (void)ud_copy(job->hash, sizeof(job->hash), nobody);
    enum ud_status st = ud_store_user_by_name(v->read, r->name, take_user, job, NULL);
    if ((st == UD_OK || st == UD_NOTFOUND) && ud_hasher_put(v->hasher, job))
        return;
    job->request = NULL;
    ud_hash_job_free(&job);
    ud_vault_refuse(v, r, st == UD_OK || st == UD_NOTFOUND ? UD_VAULT_THROTTLED : UD_VAULT_UNAVAILABLE,
        "The service is busy. Try again in a moment.");
}

static const struct ud_guid *
approve(struct ud_vault *v, uint64_t user_row)
{
    struct ud_approval *a = &v->approval[0];

    for (size_t i = 1; i < UD_APPROVALS; i++) {
        if (v->approval[i].until < a->until)
            a = &v->approval[i];
    }
    ud_guid_random(&a->id);
    a->user_row = user_row;
    a->until = ud_clock_now() + APPROVAL_LIFE;
    return &a->id;
}

static enum ud_status
run_note(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_audit_entry e = {
        .event = change->event, .user = &change->who.user, .user_name = change->who.name, .detail = change->device.name
    };

    return ud_change_audit(c, &e, err);
}

/* A line about a sign-in; `address` goes to the detail. Nobody waits for it. */
static void
note(struct ud_vault *v, const char *event, const struct ud_session *who, const char *address)
{
    struct ud_change *c = ud_change_new(NULL);

    c->event = event;
    c->who = *who;
    (void)ud_copy(c->device.name, sizeof(c->device.name), address);
    c->run = run_note;
    ud_vault_change(v, c);
}

void
ud_hash_done(struct ud_vault *v, struct ud_hash_job *job)
{
    struct ud_vault_request *r = job->request;
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_session s = { .user = job->user.id, .role = job->user.role, .user_row = job->user.row };

    job->request = NULL;
    if (job->matches) {
        (void)ud_copy(s.name, sizeof(s.name), job->name);
        (void)ud_copy(s.account, sizeof(s.account), job->account);
        (void)ud_copy(s.display, sizeof(s.display), job->display);
        ud_limits_sign_in_ok(v->limits, r->name, r->address);
        ud_reply_set_user(reply, &s);
        reply->approval = *approve(v, job->user.row);
        note(v, "sign-in", &s, r->address);
    } else {
        ud_reply_refuse(reply, UD_VAULT_UNAUTHENTICATED, "User or password is wrong.");
        (void)ud_copy(s.name, sizeof(s.name), r->name);
        memset(&s.user, 0, sizeof(s.user));
        /* A flood of guesses must not flood the audit: from the sixth in a row on they are only counted. */
        if (ud_limits_sign_in_failed(v->limits, r->name, r->address, ud_clock_now()) <= AUDITED_TRIES)
            note(v, "sign-in-refused", &s, r->address);
    }
    ud_vault_send(v, r, reply);
    ud_hash_job_free(&job);
}

/* --- tokens ------------------------------------------------------------------------------------------------------------ */

/* One new token: into the database, and its text to the end of `text`. */
static enum ud_status
mint(struct ud_change_context *c, struct ud_store_token *row, struct ud_secret *text, struct ud_error *err)
{
    struct ud_token t;
    enum ud_status st;

    ud_random(&t, sizeof(t));
    memcpy(row->id, t.id, sizeof(row->id));
    ud_ring_token_hash(row->hash, c->ring, t.id, t.proof);
    if ((st = ud_store_token_add(c->store, row, err)) == UD_OK)
        st = ud_token_append(text, &t, err);
    ud_token_wipe(&t);
    return st;
}

static enum ud_status
mint_pair(struct ud_change_context *c, struct ud_change *change, uint64_t grant_row, bool refresh, struct ud_error *err)
{
    struct ud_vault_reply *reply = change->reply;
    struct ud_store_token access = {
        .grant_row = grant_row, .kind = UD_TOKEN_ACCESS, .expires = c->now + (ud_wall)ACCESS_LIFE * 1000
    };
    struct ud_store_token again = { .grant_row = grant_row, .kind = UD_TOKEN_REFRESH, .expires = c->now + REFRESH_LIFE };
    enum ud_status st;

    if ((st = ud_secret_new(&reply->secret, (size_t)2 * UD_TOKEN_TEXT, err)) != UD_OK ||
        (st = mint(c, &access, reply->secret, err)) != UD_OK ||
        (refresh && (st = mint(c, &again, reply->secret, err)) != UD_OK)) {
        ud_secret_free(&reply->secret);
        return st;
    }
    change->minted = change->who;
    memcpy(change->minted.id, access.id, sizeof(access.id));
    memcpy(change->minted.hash, access.hash, sizeof(access.hash));
    change->minted.grant_row = grant_row;
    change->minted.expires = access.expires;
    reply->tokens.expires_in = ACCESS_LIFE;
    reply->tokens.has_refresh = refresh;
    return UD_OK;
}

static void
done_mint(struct ud_vault *v, struct ud_change *change)
{
    if (change->status == UD_OK && change->reply->code == UD_VAULT_OK)
        ud_sessions_put(v->sessions, &change->minted);
}

static enum ud_status
run_grant(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_vault_reply *reply = change->reply;
    struct ud_store_grant g = { .user_row = change->who.user_row,
        .client_id = r->grant.client_id,
        .scope = r->grant.scope,
        .created = c->now,
        .expires = c->now + REFRESH_LIFE };
    struct ud_audit_entry e;
    uint64_t row;
    enum ud_status st;

    ud_change_entry(&e, change);
    e.event = "grant";
    e.detail = r->grant.client_id;
    if ((st = ud_store_token_sweep(c->store, c->now, err)) != UD_OK ||
        (st = ud_store_grant_add(c->store, &row, &g, err)) != UD_OK ||
        (st = mint_pair(c, change, row, r->grant.offline, err)) != UD_OK)
        return st;
    reply->tokens.scope = ud_arena_text(&reply->frame, g.scope);
    reply->tokens.client_id = ud_arena_text(&reply->frame, g.client_id);
    ud_reply_set_user(reply, &change->who);
    return ud_change_audit(c, &e, err);
}

static uint64_t
use_approval(struct ud_vault *v, const struct ud_guid *id)
{
    for (size_t i = 0; i < UD_APPROVALS; i++) {
        struct ud_approval *a = &v->approval[i];
        if (a->until <= ud_clock_now() || !ud_hash_equal(a->id.byte, id->byte, sizeof(id->byte)))
            continue;
        uint64_t row = a->user_row;
        memset(a, 0, sizeof(*a));
        return row;
    }
    return 0;
}

void
ud_do_grant(struct ud_vault *v, struct ud_vault_request *r)
{
    uint64_t user_row = use_approval(v, &r->by_id);
    struct ud_session s = { 0 };

    if (user_row == 0 || ud_store_user_by_row(v->read, user_row, ud_session_set_user, &s, NULL) != UD_OK || s.user_row == 0) {
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "The approval is unknown, used or too old. Sign in again.");
        return;
    }
    struct ud_change *c = ud_change_new(r);
    c->who = s;
    c->run = run_grant;
    c->done = done_mint;
    ud_vault_change(v, c);
}

/* --- refresh and revoke ------------------------------------------------------------------------------------------------ */

static enum ud_status
run_revoke(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct ud_audit_entry e;
    enum ud_status st = ud_store_grant_revoke(c->store, change->who.grant_row, err);

    ud_change_entry(&e, change);
    e.event = change->event;
    return st == UD_OK ? ud_change_audit(c, &e, err) : st;
}

static void
done_revoke(struct ud_vault *v, struct ud_change *change)
{
    ud_sessions_drop_grant(v->sessions, change->who.grant_row);
}

void
ud_do_revoke(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);

    c->who = *s;
    c->event = "sign-out";
    c->run = run_revoke;
    c->done = done_revoke;
    ud_sessions_drop_grant(v->sessions, s->grant_row);
    ud_vault_change(v, c);
}

struct refresh {
    struct ud_store_token token;
    struct ud_session who; /* grant_row and user_row */
    bool good;             /* grant not revoked, not expired */
    char scope[1024], client[128];
};

static void
take_refresh(const struct ud_store_token *t, const struct ud_store_grant *g, void *arg)
{
    struct refresh *f = arg;

    f->token = *t;
    f->who.grant_row = g->row;
    f->who.user_row = g->user_row;
    f->good = !g->revoked && t->kind == UD_TOKEN_REFRESH && t->expires > ud_clock_wall();
    (void)ud_copy(f->scope, sizeof(f->scope), g->scope);
    (void)ud_copy(f->client, sizeof(f->client), g->client_id);
}

static enum ud_status
run_refresh(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    struct refresh now = { 0 };
    enum ud_status st = ud_store_token_get(c->store, change->token.id, take_refresh, &now, err);

    if (st != UD_OK)
        return st;
    if (now.token.used || !now.good) { /* somebody was faster, with the same token */
        ud_reply_refuse(change->reply, UD_VAULT_UNAUTHENTICATED, "The refresh token was used before. Sign in again.");
        change->event = "token-reuse";
        return run_revoke(c, change, err);
    }
    if ((st = ud_store_token_used(c->store, change->token.id, err)) != UD_OK)
        return st;
    change->reply->tokens.scope = ud_arena_text(&change->reply->frame, now.scope);
    change->reply->tokens.client_id = ud_arena_text(&change->reply->frame, now.client);
    ud_reply_set_user(change->reply, &change->who);
    return mint_pair(c, change, now.who.grant_row, true, err);
}

static void
done_refresh(struct ud_vault *v, struct ud_change *change)
{
    if (change->status == UD_OK && change->reply->code == UD_VAULT_OK)
        ud_sessions_put(v->sessions, &change->minted);
    else if (change->reply->code == UD_VAULT_UNAUTHENTICATED)
        ud_sessions_drop_grant(v->sessions, change->who.grant_row);
}

void
ud_do_refresh(struct ud_vault *v, struct ud_vault_request *r)
{
    struct refresh f = { 0 };
    uint8_t hash[UD_HASH_SIZE];
    enum ud_status st = ud_store_token_get(v->read, r->auth.id, take_refresh, &f, NULL);

    ud_ring_token_hash(hash, v->ring, r->auth.id, r->auth.proof);
    explicit_bzero(r->auth.proof, sizeof(r->auth.proof));
    bool known = st == UD_OK && f.token.kind == UD_TOKEN_REFRESH && ud_hash_equal(hash, f.token.hash, sizeof(hash)) &&
                 ud_store_user_by_row(v->read, f.who.user_row, ud_session_set_user, &f.who, NULL) == UD_OK;
    if (!known || f.who.user_row == 0 || (!f.good && !f.token.used)) {
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "The refresh token is unknown, expired or revoked. Sign in again.");
        return;
    }
    struct ud_change *c = ud_change_new(r);
    c->who = f.who;
    c->token = r->auth;
    c->run = run_refresh;
    c->done = done_refresh;
    ud_vault_change(v, c);
}
