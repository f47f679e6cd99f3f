/* Reading approvals, at once or when something has changed. Approvers see all but their own, everybody else only their own. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "escrowd/vault/state.h"

#define WAIT_LONGEST 30000u /* ms */
#define WATCHES_EACH 16u    /* of one person; more are answered at once */

static bool
decides(const struct ud_session *s)
{
    return ud_role_scope(s->role, UD_VAULT_APPROVAL) == UD_SCOPE_ALL;
}

static bool
own(const struct ud_store_approval *a, const struct ud_session *s)
{
    return a->user_row == s->user_row || (s->account[0] != '\0' && strcasecmp(a->a.account, s->account) == 0);
}

struct listing {
    struct ud_vault_reply *reply;
    const struct ud_session *who;
    ud_wall now;
};

static bool
add(const struct ud_store_approval *a, void *arg)
{
    struct listing *l = arg;

    if (!decides(l->who) || !own(a, l->who))
        ud_reply_add_approval(l->reply, a, l->who, l->now);
    return true;
}

static enum ud_status
list(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct listing l = { .reply = reply, .who = s, .now = ud_clock_wall() };

    reply->revision = v->approvals_revision;
    return ud_store_approvals(v->read, r->approvals.open, decides(s) ? 0 : s->user_row, l.now, add, &l, err);
}

static enum ud_status
one(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct ud_store_approval *a = ud_xcalloc(1, sizeof(*a));
    enum ud_status st = ud_store_approval_by_id(v->read, a, &r->by_id, err);

    if (st == UD_OK && !decides(s) && a->user_row != s->user_row)
        st = UD_NOTFOUND;
    if (st == UD_OK)
        ud_reply_add_approval(reply, a, s, ud_clock_wall());
    free(a);
    return st;
}

/* Something the asker does not know yet? */
static bool
is_news(const struct ud_vault_request *r, const struct ud_vault_reply *reply)
{
    if (reply->code != UD_VAULT_OK)
        return true;
    if (r->op == UD_VAULT_APPROVALS)
        return reply->revision != r->approvals.since;
    return reply->approvals[0].state != (enum ud_approval_state)r->approvals.known;
}

/* Answers where there is news, or where `anyway` is true. False: nothing was sent; *left gets when it must be looked at again. */
static bool
answer(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s, bool anyway, ud_msec *left)
{
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_error err = { 0 };
    enum ud_status st = r->op == UD_VAULT_APPROVALS ? list(v, r, reply, s, &err) : one(v, r, reply, s, &err);

    if (st == UD_NOTFOUND)
        ud_reply_refuse(reply, UD_VAULT_NOT_FOUND, "There is no such request for approval.");
    else if (st != UD_OK)
        ud_reply_failed(reply, st);
    if (!anyway && !is_news(r, reply)) {
        *left = r->op == UD_VAULT_APPROVAL ? reply->approvals[0].left : INT64_MAX;
        ud_vault_reply_free(&reply);
        return false;
    }
    ud_vault_send(v, r, reply);
    return true;
}

static bool
too_many(const struct ud_vault *v, uint64_t user_row)
{
    unsigned n = 0;

    for (const struct ud_watch *w = v->watching; w != NULL; w = w->next)
        n += w->who.user_row == user_row;
    return n >= WATCHES_EACH;
}

void
ud_do_approval_read(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    uint32_t wait = r->wait_ms > WAIT_LONGEST ? WAIT_LONGEST : r->wait_ms;
    bool known = r->op == UD_VAULT_APPROVALS ? r->approvals.since != 0 : r->approvals.known != UD_APPROVAL_NONE;
    ud_msec left = 0;

    if (answer(v, r, s, wait == 0 || !known || too_many(v, s->user_row), &left))
        return;
    struct ud_watch *w = ud_xcalloc(1, sizeof(*w));
    w->request = r;
    w->who = *s;
    w->until = ud_clock_now() + (left < (ud_msec)wait ? left : (ud_msec)wait);
    w->next = v->watching;
    v->watching = w;
}

static void
answer_watching(struct ud_vault *v, bool all, ud_msec now)
{
    for (struct ud_watch **at = &v->watching; *at != NULL;) {
        struct ud_watch *w = *at;
        bool due = w->until <= now;
        ud_msec left;
        if ((!all && !due) || !answer(v, w->request, &w->who, due, &left)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        free(w);
    }
}

void
ud_approvals_changed(struct ud_vault *v)
{
    v->approvals_revision++;
    answer_watching(v, true, ud_clock_now());
}

void
ud_approvals_expired(struct ud_vault *v, ud_msec now)
{
    answer_watching(v, false, now);
}

ud_msec
ud_approvals_deadline(const struct ud_vault *v)
{
    ud_msec first = INT64_MAX;

    for (const struct ud_watch *w = v->watching; w != NULL; w = w->next)
        first = w->until < first ? w->until : first;
    return first;
}

void
ud_approvals_close(struct ud_vault *v)
{
    while (v->watching != NULL) {
        struct ud_watch *w = v->watching;
        v->watching = w->next;
        ud_vault_request_free(&w->request);
        free(w);
    }
}
