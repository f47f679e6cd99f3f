/* The vault's life, the check of tokens, and which handler gets what. */
#include "escrowd/vault/vault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "escrowd/vault/agent.h"
#include "escrowd/vault/backfill.h"
#include "escrowd/vault/due.h"
#include "escrowd/vault/seen.h"
#include "escrowd/vault/state.h"
#include "escrowd/vault/typed.h"
#include "wire/escrow.h"

#define HOUR       ((ud_wall)3600 * 1000)
#define POLICY_MAX ((size_t)65536)

/* --- opening ----------------------------------------------------------------------------------------------------------- */

/* 0: no limit. */
static unsigned
fewer(unsigned a, unsigned b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static enum ud_status
load_policy(struct ud_vault *v, struct ud_error *err)
{
    char *json = ud_xcalloc(1, POLICY_MAX + 1);
    size_t length = 0;
    enum ud_status st = ud_store_meta_get(v->read, json, POLICY_MAX, &length, "policy", err);

    ud_policy_default(&v->policy, v->config.training ? UD_PROFILE_TRAINING : UD_PROFILE_WORKSTATION);
    v->plain_graph_reads = false;
    if (st == UD_OK)
        st = ud_wire_policy_decode(&v->policy, &v->plain_graph_reads, json, length, err);
    if (st == UD_OK) {
        ud_limits_set_operator(v->limits, fewer(v->config.reveals_operator, v->policy.keys_stop));
        st = ud_surge_load(v, err);
    }
    free(json);
    return st;
}

enum ud_status
ud_vault_reload(struct ud_vault *v, struct ud_error *err)
{
    enum ud_status st;

    ud_sessions_clear(v->sessions); /* they come back from the database, with users as they are now */
    v->device_count.until = v->key_count.until = 0;
    if ((st = load_policy(v, err)) != UD_OK || (st = ud_agents_load(v, err)) != UD_OK || (st = ud_words_load(v, err)) != UD_OK)
        return st;
    return (st = ud_due_next(v, err)) == UD_OK ? ud_typed_next(v, err) : st;
}

static void
note_disclosure(const struct ud_store_disclosure *d, void *arg)
{
    ud_limits_note(arg, d->user_row, d->device_row, d->key_row, d->at);
}

static enum ud_status
load_simulate_key(struct ud_vault *v, struct ud_error *err)
{
    char path[512];
    enum ud_status st = ud_service_path(path, sizeof(path), &v->config, UD_FILE_SIM_KEY, err);

    if (st != UD_OK || !v->config.training)
        return st;
    st = ud_file_read_secret(&v->simulate_key, path, err);
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
open_all(struct ud_vault *v, struct ud_error *err)
{
    const struct ud_service_config *c = &v->config;
    char database[512], master[512], anchor[512];
    enum ud_status st;

    if ((st = ud_service_path(database, sizeof(database), c, UD_FILE_DATABASE, err)) != UD_OK ||
        (st = ud_service_path(master, sizeof(master), c, UD_FILE_MASTER, err)) != UD_OK ||
        (st = ud_service_path(anchor, sizeof(anchor), c, UD_FILE_ANCHOR, err)) != UD_OK ||
        (st = ud_store_open(&v->write, database, UD_STORE_WRITE, err)) != UD_OK ||
        (st = ud_store_open(&v->read, database, UD_STORE_READ, err)) != UD_OK ||
        (st = ud_ring_open(&v->ring, v->read, master, err)) != UD_OK ||
        (st = ud_ring_open(&v->write_ring, v->read, master, err)) != UD_OK || (st = load_simulate_key(v, err)) != UD_OK ||
        (st = ud_store_disclosures(v->read, ud_clock_wall() - HOUR, note_disclosure, v->limits, err)) != UD_OK ||
        (st = ud_agents_open(v, err)) != UD_OK || (st = ud_vault_reload(v, err)) != UD_OK)
        return st;
    if ((v->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
        return ud_error_errno(err, "eventfd");
    v->hasher = ud_hasher_new(v->wake_fd);
    if ((st = ud_backfill_new(&v->backfill, database, err)) != UD_OK)
        return st;
    return ud_writer_new(&v->writer, v->write, v->write_ring, v->backfill, anchor, v->wake_fd, err);
}

enum ud_status
ud_vault_open(
    struct ud_vault **out, const struct ud_service_config *config, ud_vault_answer answer, void *arg, struct ud_error *err)
{
    struct ud_vault *v = ud_xcalloc(1, sizeof(*v));

    *out = NULL;
    v->config = *config;
    v->answer = answer;
    v->arg = arg;
    v->wake_fd = -1;
    v->approvals_revision = (uint64_t)ud_clock_wall(); /* not one that a console knows from before a restart */
    v->sessions = ud_sessions_new();
    v->limits = ud_limits_new(config->reveals_operator, config->reveals_device, config->reveals_total);
    enum ud_status st = open_all(v, err);
    if (st == UD_OK)
        *out = v;
    else
        ud_vault_close(&v);
    return st;
}

enum ud_status
ud_vault_start(struct ud_vault *v, struct ud_error *err)
{
    enum ud_status st = ud_writer_start(v->writer, err);

    if (st == UD_OK)
        st = ud_backfill_start(v->backfill, err);
    return st == UD_OK ? ud_hasher_start(v->hasher, err) : st;
}

void
ud_vault_close(struct ud_vault **out)
{
    struct ud_vault *v = out == NULL ? NULL : *out;

    if (v == NULL)
        return;
    ud_hasher_free(&v->hasher);
    ud_agents_flush(v);
    ud_writer_free(&v->writer);
    ud_backfill_free(&v->backfill);
    while (v->waiting != NULL) {
        struct ud_waiting *w = v->waiting;
        v->waiting = w->next;
        ud_vault_request_free(&w->request);
        free(w);
    }
    ud_approvals_close(v);
    ud_words_forget(v);
    free(v->policy_json);
    ud_agents_close(v);
    ud_secret_free(&v->simulate_key);
    ud_limits_free(&v->limits);
    ud_sessions_free(&v->sessions);
    ud_ring_free(&v->write_ring);
    ud_ring_free(&v->ring);
    ud_store_free(&v->read);
    ud_store_free(&v->write);
    if (v->wake_fd >= 0)
        close(v->wake_fd);
    free(v);
    *out = NULL;
}

void
ud_vault_limit_pages(struct ud_vault *v, unsigned pages)
{
    ud_store_limit_pages(v->write, pages);
}

/* --- tokens ------------------------------------------------------------------------------------------------------------ */

static void
session_from_token(const struct ud_store_token *t, const struct ud_store_grant *g, void *arg)
{
    struct ud_session *s = arg;

    if (t->kind != UD_TOKEN_ACCESS || g->revoked)
        return;
    memcpy(s->id, t->id, sizeof(s->id));
    memcpy(s->hash, t->hash, sizeof(s->hash));
    s->user_row = g->user_row;
    s->grant_row = g->row;
    s->expires = t->expires;
}

static const struct ud_session *
find_session(struct ud_vault *v, const struct ud_token *t)
{
    const struct ud_session *known = ud_sessions_find(v->sessions, t->id);
    struct ud_session s = { 0 };

    if (known != NULL)
        return known;
    if (ud_store_token_get(v->read, t->id, session_from_token, &s, NULL) != UD_OK || s.grant_row == 0 ||
        ud_store_user_by_row(v->read, s.user_row, ud_session_set_user, &s, NULL) != UD_OK || s.user_row == 0)
        return NULL;
    ud_sessions_put(v->sessions, &s);
    return ud_sessions_find(v->sessions, t->id);
}

/* Who the token speaks for; NULL: nobody. Unknown, wrong, expired and revoked look the same. */
static const struct ud_session *
authenticate(struct ud_vault *v, const struct ud_token *t)
{
    uint8_t hash[UD_HASH_SIZE];
    const struct ud_session *s;

    if (ud_token_is_zero(t))
        return NULL;
    s = find_session(v, t);
    ud_ring_token_hash(hash, v->ring, t->id, t->proof);
    if (s == NULL || !ud_hash_equal(hash, s->hash, sizeof(hash)) || s->expires <= ud_clock_wall())
        return NULL;
    return s;
}

void
ud_vault_batch_begin(struct ud_vault *v)
{
    ud_store_read_begin(v->read);
    ud_secret_hold(v->ring->token, false);
    if (v->simulate_key != NULL)
        ud_secret_hold(v->simulate_key, false);
    ud_agents_hold(v);
}

void
ud_vault_batch_end(struct ud_vault *v)
{
    ud_agents_release(v);
    if (v->simulate_key != NULL)
        ud_secret_release(v->simulate_key);
    ud_secret_release(v->ring->token);
    ud_store_read_end(v->read);
}

/* --- dispatch ---------------------------------------------------------------------------------------------------------- */

static void
do_hello(struct ud_vault *v, struct ud_vault_request *r)
{
    struct ud_vault_reply *reply = ud_reply_new(r);

    reply->hello.training = v->config.training;
    reply->hello.plain_graph_reads = v->plain_graph_reads;
    reply->hello.name = v->config.name;
    reply->hello.tenant = v->config.tenant;
    reply->hello.client_id = v->config.client_id;
    memcpy(reply->hello.deposit_key, v->ring->deposit_public, sizeof(reply->hello.deposit_key));
    ud_vault_send(v, r, reply);
}

static void
signed_in(struct ud_vault *v, struct ud_vault_request *r)
{
    const struct ud_session *known = authenticate(v, &r->auth);

    explicit_bzero(r->auth.proof, sizeof(r->auth.proof));
    if (known == NULL) {
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "Sign in: the token is unknown, expired or revoked.");
        return;
    }
    struct ud_session s = *known; /* handlers may change the table */
    if (ud_refusal_waits(v, r, &s))
        return;
    if (ud_role_scope(s.role, r->op) == UD_SCOPE_NONE) {
        ud_vault_refuse_role(v, r, &s);
        return;
    }
    switch (r->op) {
    case UD_VAULT_REVOKE:
        ud_do_revoke(v, r, &s);
        break;
    case UD_VAULT_REVEAL:
    case UD_VAULT_REVEAL_PLAIN:
    case UD_VAULT_PACKAGE:
        ud_do_reveal(v, r, &s);
        break;
    case UD_VAULT_ROTATE:
        ud_do_rotate(v, r, &s);
        break;
    case UD_VAULT_STORE:
        ud_do_store(v, r, &s);
        break;
    case UD_VAULT_OUTCOME:
        ud_do_outcome(v, r, &s);
        break;
    case UD_VAULT_TYPED:
        ud_do_typed(v, r, &s);
        break;
    case UD_VAULT_TYPED_ASK:
        ud_do_typed_ask(v, r, &s);
        break;
    case UD_VAULT_APPROVAL_ASK:
    case UD_VAULT_APPROVALS:
    case UD_VAULT_APPROVAL:
    case UD_VAULT_APPROVAL_DECIDE:
    case UD_VAULT_APPROVAL_WITHDRAW:
        ud_do_approval(v, r, &s);
        break;
    case UD_VAULT_REPORT_AUDIT:
    case UD_VAULT_REPORT_ENCRYPTION:
        ud_do_report(v, r);
        break;
    case UD_VAULT_SURGE:
        ud_do_surge(v, r, &s);
        break;
    default:
        ud_do_read(v, r, &s);
        break;
    }
}

void
ud_vault_handle(struct ud_vault *v, struct ud_vault_request *r)
{
    v->open_requests++;
    switch (r->op) {
    case UD_VAULT_HELLO:
        do_hello(v, r);
        break;
    case UD_VAULT_BRANDING:
        ud_do_branding(v, r);
        break;
    case UD_VAULT_USER_CHECK:
        ud_do_user_check(v, r);
        break;
    case UD_VAULT_GRANT:
        ud_do_grant(v, r);
        break;
    case UD_VAULT_REFRESH:
        ud_do_refresh(v, r);
        break;
    case UD_VAULT_CHECK_IN:
    case UD_VAULT_DEPOSIT:
    case UD_VAULT_WORK_RESULT:
    case UD_VAULT_WORK_KEY:
        ud_do_device(v, r);
        break;
    case UD_VAULT_WORK_LIST:
        ud_do_work_list(v, r);
        break;
    case UD_VAULT_AGENT_CHECK_IN:
    case UD_VAULT_AGENT_VERIFY:
        ud_do_agent(v, r);
        break;
    default:
        signed_in(v, r);
        break;
    }
}

int
ud_vault_fd(const struct ud_vault *v)
{
    return v->wake_fd;
}

static void
finish_changes(struct ud_vault *v)
{
    struct ud_change *next, *c = ud_writer_take_done(v->writer);

    for (; c != NULL; c = next) {
        next = c->next;
        if (c->status != UD_OK && c->reply != NULL)
            ud_reply_failed(c->reply, c->status);
        if (c->done != NULL)
            c->done(v, c);
        if (c->reply != NULL) {
            if (c->reply->code != UD_VAULT_OK)
                ud_refusal_note(v, &c->who);
            ud_vault_send(v, c->request, c->reply);
            c->request = NULL;
            c->reply = NULL;
        }
        ud_change_free(&c);
    }
}

void
ud_vault_finish(struct ud_vault *v)
{
    uint64_t count;

    if (read(v->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN && errno != EINTR)
        abort(); /* an eventfd of our own */
    finish_changes(v);
    for (struct ud_hash_job *next, *job = ud_hasher_take_done(v->hasher); job != NULL; job = next) {
        next = job->next;
        ud_hash_done(v, job);
    }
    ud_work_expired(v, ud_clock_now());
    if (v->seen != NULL && ud_seen_wait(v->seen, ud_clock_now()) == 0)
        ud_agents_flush(v);
    ud_typed_tick(v);
    ud_due_tick(v);
    ud_approvals_expired(v, ud_clock_now());
}

int
ud_vault_timeout(const struct ud_vault *v)
{
    ud_msec now = ud_clock_now(), first = ud_approvals_deadline(v);

    for (const struct ud_waiting *w = v->waiting; w != NULL; w = w->next)
        first = w->until < first ? w->until : first;
    if (v->seen != NULL && v->seen->count > 0 && now + ud_seen_wait(v->seen, now) < first)
        first = now + ud_seen_wait(v->seen, now);
    if (v->typed_due != UD_WALL_NONE && !v->typed_sweeping && now + (v->typed_due - ud_clock_wall()) < first)
        first = now + (v->typed_due - ud_clock_wall());
    if (ud_due_wait(v) != INT64_MAX && now + ud_due_wait(v) < first)
        first = now + ud_due_wait(v);
    if (first == INT64_MAX)
        return -1;
    return first <= now ? 0 : first - now > 60000 ? 60000 : (int)(first - now);
}

size_t
ud_vault_open_requests(const struct ud_vault *v)
{
    return v->open_requests;
}
