/* A surge: for some hours, with an incident number, the hourly stop does not hold; every line of the audit says so. Opened and ended by an approver or
 * an administrator. It stands in the database, so a restart does not end it. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/state.h"
#include "wire/escrow.h"

#define POLICY_MAX ((size_t)65536)
#define HOUR       ((ud_wall)3600 * 1000)

static enum ud_status
write_policy(struct ud_vault *v, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf b;
    enum ud_status st;

    ud_buf_init(&b, POLICY_MAX);
    ud_json_writer_init(&w, &b);
    ud_wire_policy_write(&w, &v->policy, v->plain_graph_reads);
    if ((st = ud_buf_status(&b, err)) == UD_OK) {
        free(v->policy_json);
        v->policy_json = ud_xstrdup(b.data);
    }
    ud_buf_free(&b);
    return st;
}

static enum ud_status
set(struct ud_vault *v, const char *incident, ud_wall ends, struct ud_error *err)
{
    (void)ud_copy(v->policy.surge, sizeof(v->policy.surge), incident);
    v->policy.surge_ends = incident[0] == '\0' ? UD_WALL_NONE : ends;
    return write_policy(v, err);
}

enum ud_status
ud_surge_load(struct ud_vault *v, struct ud_error *err)
{
    struct ud_store_surge g = { .incident = "" };
    enum ud_status st = ud_store_surge_now(v->read, &g, ud_clock_wall(), err);

    if (st != UD_OK && st != UD_NOTFOUND)
        return st;
    return set(v, g.incident, g.ends, err);
}

bool
ud_surge_on(struct ud_vault *v)
{
    if (v->policy.surge[0] == '\0')
        return false;
    if (ud_clock_wall() < v->policy.surge_ends)
        return true;
    (void)!set(v, "", UD_WALL_NONE, NULL); /* a policy that was written before is written again: shorter */
    return false;
}

static enum ud_status
run_surge(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    const struct ud_vault_request *r = change->request;
    struct ud_store_surge g = { .opened = c->now, .ends = c->now + (ud_wall)r->surge.hours * HOUR };
    struct ud_audit_entry e;
    char until[32] = "";
    enum ud_status st = ud_store_surge_end(c->store, c->now, err);

    (void)ud_copy(g.incident, sizeof(g.incident), r->surge.incident);
    if (st == UD_OK && r->surge.hours > 0)
        st = ud_store_surge_add(c->store, &g, change->who.user_row, err);
    if (st != UD_OK)
        return st;
    if (r->surge.hours > 0) {
        ud_wall_format(until, sizeof(until), g.ends, false);
        change->reply->surge.incident = ud_arena_text(&change->reply->frame, g.incident);
        change->reply->surge.ends = g.ends;
    }
    ud_change_entry(&e, change);
    e.event = r->surge.hours > 0 ? "surge-opened" : "surge-ended";
    e.surge = r->surge.hours > 0 ? g.incident : change->surge;
    e.detail = until;
    return ud_change_audit(c, &e, err);
}

static void
done_surge(struct ud_vault *v, struct ud_change *change)
{
    const struct ud_vault_reply *reply = change->reply;

    if (change->status != UD_OK || reply->code != UD_VAULT_OK)
        return;
    if (set(v, reply->surge.incident != NULL ? reply->surge.incident : "", reply->surge.ends, NULL) != UD_OK)
        ud_reply_failed(change->reply, UD_FAILED);
}

void
ud_do_surge(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    bool on = ud_surge_on(v);

    if (r->surge.hours > UD_SURGE_LONGEST / HOUR || (r->surge.hours > 0 && !ud_incident_valid(r->surge.incident))) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, "A surge needs an incident number and 1 to 12 hours.");
        return;
    }
    if (r->surge.hours == 0 && !on) {
        ud_vault_refuse(v, r, UD_VAULT_NOT_FOUND, "No surge is on.");
        return;
    }
    struct ud_change *c = ud_change_new(r);
    c->who = *s;
    (void)ud_copy(c->surge, sizeof(c->surge), v->policy.surge);
    c->run = run_surge;
    c->done = done_surge;
    ud_vault_change(v, c);
}
