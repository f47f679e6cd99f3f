/* Check-ins on the vault's own thread: the credential, the pin, and the answer to a key that has not changed, which is a few reads and two keyed
 * hashes. Whatever changes something goes to the writer. */
#include "escrowd/vault/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "escrowd/vault/seen.h"

static const struct ud_agent by_network = { .row = UD_PIN_NETWORK, .name = "network" };

/* --- who --------------------------------------------------------------------------------------------------------------- */

static void
take_agent(const struct ud_store_agent *a, void *arg)
{
    struct ud_vault *v = arg;

    if (a->disabled)
        return;
    v->agents = ud_xrealloc(v->agents, v->agent_count + 1, sizeof(*v->agents));
    struct ud_agent *out = &v->agents[v->agent_count++];
    *out = (struct ud_agent){ .row = a->row };
    memcpy(out->id, a->id, sizeof(out->id));
    memcpy(out->hash, a->hash, sizeof(out->hash));
    (void)ud_copy(out->name, sizeof(out->name), a->name);
    (void)ud_copy(out->os, sizeof(out->os), a->os);
}

enum ud_status
ud_agents_load(struct ud_vault *v, struct ud_error *err)
{
    free(v->agents);
    v->agents = NULL;
    v->agent_count = 0;
    return ud_store_agents(v->read, take_agent, v, err);
}

#define SCRATCH 512u /* bytes of a key; longer ones are none */

enum ud_status
ud_agents_open(struct ud_vault *v, struct ud_error *err)
{
    if (!v->config.check_in.enabled)
        return UD_OK;
    enum ud_status st = ud_opener_init(&v->opener, err);
    if (st == UD_OK)
        st = ud_secret_new(&v->scratch, SCRATCH, err);
    v->seen = ud_seen_new();
    return st;
}

void
ud_agents_close(struct ud_vault *v)
{
    ud_opener_clear(&v->opener);
    ud_secret_free(&v->scratch);
    ud_seen_free(&v->seen);
    free(v->agents);
}

void
ud_agents_hold(struct ud_vault *v)
{
    if (v->scratch == NULL)
        return;
    ud_secret_hold(v->scratch, true);
    ud_secret_hold(v->opener.shared, true);
    ud_secret_hold(v->ring->match, false);
}

void
ud_agents_release(struct ud_vault *v)
{
    if (v->scratch == NULL)
        return;
    ud_secret_release(v->ring->match);
    ud_secret_release(v->opener.shared);
    ud_secret_release(v->scratch);
}

/* A credential that was sent must be right; without one the network decides. */
static const struct ud_agent *
authenticate(struct ud_vault *v, const struct ud_vault_request *r)
{
    const struct ud_agent *found = NULL;
    uint8_t hash[UD_HASH_SIZE];

    if (ud_token_is_zero(&r->auth))
        return ud_networks_have(&v->config.check_in.networks, r->address) ? &by_network : NULL;
    for (size_t i = 0; i < v->agent_count; i++) {
        if (memcmp(v->agents[i].id, r->auth.id, sizeof(r->auth.id)) == 0)
            found = &v->agents[i];
    }
    ud_ring_token_hash(hash, v->ring, r->auth.id, r->auth.proof);
    return found != NULL && ud_hash_equal(hash, found->hash, sizeof(hash)) ? found : NULL;
}

static void
take_pinned(const struct ud_store_pinned *p, void *arg)
{
    struct ud_agent_device *out = arg;

    out->brief.row = p->row;
    out->brief.id = p->id;
    out->brief.ownership = p->ownership;
    (void)ud_copy(out->brief.name, sizeof(out->brief.name), p->name);
    (void)ud_copy(out->brief.serial, sizeof(out->brief.serial), p->serial);
    (void)ud_copy(out->brief.user, sizeof(out->brief.user), p->user);
    (void)ud_copy(out->os, sizeof(out->os), p->os);
    out->pinned = p->pinned;
    out->agent = p->agent;
    out->made = p->made;
    out->own_token = p->own_token;
    out->others = p->others;
}

enum ud_status
ud_agent_find(struct ud_agent_device *out, struct ud_store *s, const char *serial, struct ud_error *err)
{
    memset(out, 0, sizeof(*out));
    enum ud_status st = ud_store_pinned_get(s, serial, take_pinned, out, err);
    return st == UD_NOTFOUND ? UD_OK : st;
}

const char *
ud_agent_stranger(const struct ud_agent_device *d, const struct ud_agent *a)
{
    if (d->brief.row == 0)
        return NULL;
    if (d->pinned)
        return d->agent == a->row ? NULL : "This serial number belongs to another credential.";
    return d->own_token ? "This device has a token of its own." : NULL;
}

bool
ud_agent_same_names(const struct ud_agent_device *d, const struct ud_vault_agent *told)
{
    return !d->made || (strcmp(d->brief.name, told->computer) == 0 && strcmp(d->brief.user, told->user) == 0);
}

/* --- the key ----------------------------------------------------------------------------------------------------------- */

/* What the device's system makes of its recovery key; a device that is not known yet is judged by the look of it. Of the other types those that
 * agents of Macs send are passwords; on Linux an unknown one is some passphrase of the volume. */
static enum ud_kind
kind_of(const char *type, const char *os, struct ud_secret *plain)
{
    bool of_linux = strcasecmp(os, "Linux") == 0;

    if (strcmp(type, "password") == 0 || strcmp(type, "unlock_pin") == 0)
        return UD_KIND_LAPS;
    if (of_linux)
        return UD_KIND_LUKS;
    if (strcmp(type, "recovery_key") != 0)
        return UD_KIND_LAPS;
    if (strcasecmp(os, "macOS") == 0)
        return UD_KIND_FILEVAULT;
    return strcasecmp(os, "Windows") == 0 ? UD_KIND_BITLOCKER : ud_recovery_guess(plain);
}

enum ud_status
ud_agent_open(struct ud_secret *plain, enum ud_kind *kind, struct ud_opener *opener, struct ud_ring *ring,
    const struct ud_vault_agent *told, const char *os, struct ud_error *err)
{
    enum ud_status st = ud_opener_open(opener, plain, told->sealed, told->sealed_length, ring->deposit, err);

    *kind = UD_KIND_LUKS;
    if (st == UD_OK && ud_secret_length(plain) > UD_RECOVERY_MAX)
        st = ud_error_set(err, UD_INVALID, "The recovery key is too long.");
    if (st != UD_OK)
        return st;
    *kind = kind_of(told->type, os, plain);
    return ud_recovery_normalise(plain, *kind, err);
}

/* True where the device has brought the key that is in use; *match is that key (row 0: it has none of this type). */
static enum ud_status
is_unchanged(struct ud_vault *v, bool *same, struct ud_store_match *match, const struct ud_agent_device *d,
    const struct ud_vault_agent *told, struct ud_error *err)
{
    uint8_t hash[UD_HASH_SIZE];
    enum ud_kind kind;
    enum ud_status st;

    *same = false;
    if ((st = ud_agent_open(v->scratch, &kind, &v->opener, v->ring, told, d->os, err)) != UD_OK)
        goto out;
    if ((st = ud_store_match_get(v->read, match, d->brief.row, told->type, err)) == UD_NOTFOUND) {
        st = UD_OK;
        goto out;
    }
    ud_ring_match_hash(hash, v->ring, match->key_row, told->type, v->scratch);
    *same = st == UD_OK && ud_hash_equal(hash, match->hash, sizeof(hash));
out:
    ud_secret_wipe(v->scratch);
    return st;
}

/* --- answers ----------------------------------------------------------------------------------------------------------- */

static void
fill(struct ud_vault_reply *reply, const struct ud_store_match *m)
{
    reply->agent.escrowed = m->key_row != 0;
    reply->agent.at = m->created;
    reply->agent.rotation = m->state == UD_KEY_DISCLOSED || m->state == UD_KEY_ROTATION_PENDING;
}

static void
verify(struct ud_vault *v, struct ud_vault_request *r, const struct ud_agent *a, const struct ud_agent_device *d)
{
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_store_match match = { 0 };
    struct ud_error err;
    enum ud_status st = UD_OK;

    /* A device that is another's, or of nobody yet, is answered like one without a key. */
    if (d->pinned && d->agent == a->row)
        st = ud_store_match_get(v->read, &match, d->brief.row, r->agent.type, &err);
    if (st != UD_OK && st != UD_NOTFOUND)
        ud_reply_failed(reply, st);
    fill(reply, &match);
    ud_vault_send(v, r, reply);
}

/* After the commit: what somebody should look at goes to the log as well. */
static void
tell(struct ud_vault *v, struct ud_change *c)
{
    (void)v;
    if (c->status == UD_OK && c->agent->alert[0] != '\0')
        fprintf(stderr, "escrowd: %s\n", c->agent->alert);
}

static void
change(struct ud_vault *v, struct ud_vault_request *r, const struct ud_agent *a)
{
    struct ud_change *c = ud_change_new(r);

    c->agent = ud_xcalloc(1, sizeof(*c->agent));
    c->agent->agent = *a;
    c->agent->changes_a_day = v->config.check_in.changes_a_day;
    c->run = ud_agent_run;
    c->done = tell;
    ud_vault_change(v, c);
}

static void
refuse_stranger(struct ud_vault *v, struct ud_vault_request *r, const struct ud_agent_device *d, const char *why)
{
    struct ud_change *c = ud_change_new(r);

    c->device = d->brief;
    fprintf(stderr, "escrowd: check-in for %s by %s refused: %s\n", d->brief.serial, r->name, why);
    ud_vault_refuse_audited(v, c, UD_VAULT_FORBIDDEN, why);
}

static void
check_in(struct ud_vault *v, struct ud_vault_request *r, const struct ud_agent *a, const struct ud_agent_device *d)
{
    const char *stranger = ud_agent_stranger(d, a);
    struct ud_store_match match = { 0 };
    struct ud_error err = { 0 };
    bool same = false;

    if (d->others > 0) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, "Several devices have this serial number; none was changed.");
        return;
    }
    if (stranger != NULL) {
        refuse_stranger(v, r, d, stranger);
        return;
    }
    enum ud_status st = d->pinned ? is_unchanged(v, &same, &match, d, &r->agent, &err) : UD_OK;
    if (st == UD_INVALID || st == UD_TAMPERED) {
        ud_vault_refuse(v, r, UD_VAULT_INVALID, err.message);
        return;
    }
    if (st != UD_OK || !same || !ud_agent_same_names(d, &r->agent)) {
        change(v, r, a);
        return;
    }
    ud_seen_note(v->seen, d->brief.row, ud_clock_wall(), ud_clock_now());
    struct ud_vault_reply *reply = ud_reply_new(r);
    fill(reply, &match);
    reply->text = ud_arena_text(&reply->frame, r->agent.serial);
    reply->name = ud_arena_text(&reply->frame, r->agent.user);
    ud_vault_send(v, r, reply);
}

/* Short enough, and clean: the front is not believed. */
static bool
is_fit(const char *text, size_t size)
{
    char clean[UD_NAME_MAX];

    return strlen(text) < size && !ud_text_clean(clean, sizeof(clean), text, strlen(text));
}

/* As serial numbers are: what only looks like one (full-width digits, letters of another alphabet, blanks around it) would be a second device that
 * nobody can tell from the first. */
static bool
is_serial(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return false;
    }
    return length > 0 && text[0] != ' ' && text[length - 1] != ' ';
}

static bool
is_told(const struct ud_vault_request *r)
{
    const struct ud_vault_agent *t = &r->agent;
    bool whole = r->op == UD_VAULT_AGENT_VERIFY || (t->sealed_length > 0 && t->computer[0] != '\0');

    return whole && is_serial(t->serial) && t->type[0] != '\0' && is_fit(t->serial, UD_SHORT_MAX) &&
           is_fit(t->type, UD_SHORT_MAX) && is_fit(t->computer, UD_NAME_MAX) && is_fit(t->user, UD_NAME_MAX);
}

void
ud_do_agent(struct ud_vault *v, struct ud_vault_request *r)
{
    const struct ud_agent *a = v->scratch != NULL ? authenticate(v, r) : NULL;
    struct ud_agent_device d;
    struct ud_error err;

    explicit_bzero(r->auth.proof, sizeof(r->auth.proof));
    if (a == NULL) {
        ud_vault_refuse(v, r, UD_VAULT_UNAUTHENTICATED, "The agent's name or secret is wrong.");
        return;
    }
    if (!is_told(r)) {
        ud_vault_refuse(
            v, r, UD_VAULT_INVALID, "The check-in lacks a serial number of plain characters, or a value is too long.");
        return;
    }
    r->name = ud_arena_text(&r->frame, a->name); /* for the audit: the table may be read anew meanwhile */
    if (ud_agent_find(&d, v->read, r->agent.serial, &err) != UD_OK)
        ud_vault_refuse(v, r, UD_VAULT_UNAVAILABLE, "The service's database cannot be used now.");
    else if (r->op == UD_VAULT_AGENT_VERIFY)
        verify(v, r, a, &d);
    else
        check_in(v, r, a, &d);
}
