/* Operations that only read: pages, look-ups, policy, notice. They run on the vault's own thread and connection. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/due.h"
#include "escrowd/vault/state.h"
#include "escrowd/vault/typed.h"

#define COUNT_LIFE ((ud_msec)5000)

static bool
add_device(const struct ud_store_device *d, void *arg)
{
    ud_reply_add_device(arg, d);
    return true;
}

static bool
add_key(const struct ud_store_key *k, void *arg)
{
    ud_reply_add_key(arg, k);
    return true;
}

/* Totals of everything, kept for a moment: a full sync asks a thousand times. */
static enum ud_status
total_devices(struct ud_vault *v, uint64_t *out, struct ud_error *err)
{
    ud_msec now = ud_clock_now();
    enum ud_status st = UD_OK;

    if (v->device_count.until <= now) {
        st = ud_store_device_count(v->read, &v->device_count.value, UD_STORE_ALL, NULL, NULL, err);
        v->device_count.until = now + COUNT_LIFE;
    }
    *out = v->device_count.value;
    return st;
}

static enum ud_status
total_keys(struct ud_vault *v, uint64_t *out, struct ud_error *err)
{
    ud_msec now = ud_clock_now();
    enum ud_status st = UD_OK;

    if (v->key_count.until <= now) {
        st = ud_store_key_count(v->read, &v->key_count.value, 0, NULL, err);
        v->key_count.until = now + COUNT_LIFE;
    }
    *out = v->key_count.value;
    return st;
}

/* Device by id, where this operation reaches it for this person; else UD_NOTFOUND, for "not there" and "not yours" alike. */
static enum ud_status
visible(struct ud_vault *v, struct ud_device_brief *d, const struct ud_guid *id, enum ud_vault_op op, const struct ud_session *s,
    struct ud_error *err)
{
    enum ud_status st = ud_brief_by_id(d, v->read, id, err);

    return st == UD_OK && !ud_session_reaches(s, op, d) ? UD_NOTFOUND : st;
}

/* azureADDeviceId eq …: a page of at most one. */
static enum ud_status
page_by_id(struct ud_vault *v, const struct ud_vault_page *p, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct ud_device_brief d;
    struct ud_guid id;

    if (p->after != 0 || ud_guid_parse(&id, p->text, strlen(p->text), NULL) != UD_OK)
        return UD_OK;
    enum ud_status st = visible(v, &d, &id, reply->op, s, err);
    if (st == UD_OK)
        st = ud_store_device_by_row(v->read, d.row, add_device, reply, err);
    if (st == UD_OK && ud_guid_compare(&reply->devices[0].d.entra_id, &id) != 0)
        reply->device_count = 0;
    reply->total = reply->device_count;
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
device_page(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    static const enum ud_store_filter filters[UD_VAULT_FILTER_END] = { UD_STORE_ALL, UD_STORE_NAME_IS, UD_STORE_NAME_CONTAINS,
        UD_STORE_SERIAL_IS, UD_STORE_USER_IS, UD_STORE_ALL };
    const struct ud_vault_page *p = &r->page;
    const char *owner = ud_session_owner(s, r->op);
    enum ud_store_filter filter = filters[p->filter];
    enum ud_status st;

    ud_reply_reserve_devices(reply, p->limit);
    if (p->filter == UD_VAULT_ENTRA_IS)
        return page_by_id(v, p, reply, s, err);
    if ((st = ud_store_devices(v->read, filter, p->text, owner, p->after, p->limit, add_device, reply, err)) != UD_OK)
        return st;
    if (reply->device_count == p->limit)
        reply->next = reply->devices[reply->device_count - 1].row;
    if (filter == UD_STORE_ALL && owner == NULL)
        return total_devices(v, &reply->total, err);
    return ud_store_device_count(v->read, &reply->total, filter, p->text, owner, err);
}

static bool
add_rotation(const struct ud_store_work *w, void *arg)
{
    ud_reply_set_work(arg, w);
    return true;
}

static enum ud_status
rotations(struct ud_vault *v, struct ud_vault_reply *reply, uint64_t row, unsigned kinds, struct ud_error *err)
{
    for (unsigned k = 0; k < UD_KIND_COUNT; k++) {
        enum ud_status st = (kinds >> k & 1u) == 0
                                ? UD_NOTFOUND
                                : ud_store_work_last(v->read, row, (enum ud_kind)k, UD_WORK_ROTATE, add_rotation, reply, err);
        if (st != UD_OK && st != UD_NOTFOUND)
            return st;
    }
    return UD_OK;
}

static enum ud_status
one_device(struct ud_vault *v, const struct ud_guid *id, unsigned kinds, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct ud_device_brief d;
    enum ud_status st = visible(v, &d, id, reply->op, s, err);

    if (st != UD_OK)
        return st;
    ud_reply_reserve_devices(reply, 1);
    if ((st = ud_store_device_by_row(v->read, d.row, add_device, reply, err)) != UD_OK)
        return st;
    return rotations(v, reply, d.row, kinds, err);
}

static enum ud_status
rotation(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    enum ud_status st = one_device(v, &r->reveal.device, 1u << r->reveal.kind, reply, s, err);

    if (st == UD_OK && reply->rotation_count == 0) {
        reply->rotations = ud_xcalloc(1, sizeof(*reply->rotations));
        reply->rotations[0] = (struct ud_vault_rotation){
            .kind = r->reveal.kind, .requested = UD_WALL_NONE, .finished = UD_WALL_NONE, .new_created = UD_WALL_NONE
        };
        reply->rotation_count = 1;
    }
    return st;
}

struct key_list {
    struct ud_vault_reply *reply;
    unsigned kinds;
    uint64_t after;
    size_t limit, total;
};

static bool
add_listed_key(const struct ud_store_key *k, void *arg)
{
    struct key_list *l = arg;

    if (l->kinds != 0 && (l->kinds >> k->k.kind & 1u) == 0)
        return true;
    l->total++;
    if (l->reply->key_count < l->limit && l->after == 0)
        ud_reply_add_key(l->reply, k);
    return true;
}

/* Keys of one device, newest first, as one page. */
static enum ud_status
keys_of(struct ud_vault *v, const struct ud_guid *id, struct key_list *l, const struct ud_session *s, struct ud_error *err)
{
    struct ud_device_brief d;
    enum ud_status st = visible(v, &d, id, l->reply->op, s, err);

    ud_reply_reserve_keys(l->reply, l->limit);
    if (st == UD_OK)
        st = ud_store_device_keys(v->read, d.row, add_listed_key, l, err);
    l->reply->total = l->total;
    return st;
}

/* With the IDs of all keys anybody could look for the computers behind a few digits. Those of one device are told. */
static void
hide_ids(struct ud_vault_reply *reply)
{
    for (size_t i = 0; i < reply->key_count; i++) {
        memset(&reply->keys[i].k.id, 0, sizeof(reply->keys[i].k.id));
        reply->keys[i].has_id = false;
    }
}

static enum ud_status
key_page(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    const struct ud_vault_page *p = &r->page;
    const char *owner = ud_session_owner(s, r->op);
    struct key_list l = { .reply = reply, .kinds = p->kinds, .after = p->after, .limit = p->limit };
    enum ud_status st;

    if (!ud_guid_is_zero(&p->device)) {
        st = keys_of(v, &p->device, &l, s, err);
        return st == UD_NOTFOUND ? UD_OK : st; /* a filter that matches nothing is an empty page */
    }
    ud_reply_reserve_keys(reply, p->limit);
    if ((st = ud_store_keys(v->read, p->kinds, owner, p->after, p->limit, add_key, reply, err)) != UD_OK)
        return st;
    if (reply->key_count == p->limit)
        reply->next = reply->keys[reply->key_count - 1].row;
    if (ud_role_scope(s->role, r->op) == UD_SCOPE_NAMED)
        hide_ids(reply);
    if (p->kinds == 0 && owner == NULL)
        return total_keys(v, &reply->total, err);
    return p->after != 0 ? UD_OK : ud_store_key_count(v->read, &reply->total, p->kinds, owner, err);
}

/* The device of a key that was found, into the reply; UD_NOTFOUND where this person may not see it. */
static enum ud_status
add_device_of(struct ud_vault *v, struct ud_vault_reply *reply, uint64_t row, const struct ud_session *s, struct ud_error *err)
{
    struct ud_device_brief d;
    enum ud_status st = UD_OK;

    if (ud_session_owner(s, reply->op) != NULL && (st = ud_brief_by_row(&d, v->read, row, err)) == UD_OK)
        st = ud_session_reaches(s, reply->op, &d) ? UD_OK : UD_NOTFOUND;
    return st == UD_OK ? ud_store_device_by_row(v->read, row, add_device, reply, err) : st;
}

static enum ud_status
one_key(
    struct ud_vault *v, const struct ud_guid *id, struct ud_vault_reply *reply, const struct ud_session *s, struct ud_error *err)
{
    struct ud_store_key k = { 0 };
    enum ud_status st = ud_store_key_by_id(v->read, id, ud_take_key, &k, err);

    if (st != UD_OK)
        return st;
    ud_reply_reserve_keys(reply, 1);
    /* The device is looked at only where it decides: this is the call a busy desk makes most. */
    if (ud_session_owner(s, reply->op) != NULL) {
        ud_reply_reserve_devices(reply, 1);
        st = add_device_of(v, reply, k.device_row, s, err);
        reply->device_count = 0;
    }
    if (st == UD_OK)
        ud_reply_add_key(reply, &k);
    return st;
}

struct found {
    struct ud_store_key key[UD_VAULT_FIND_MAX];
    size_t count;
};

static bool
collect(const struct ud_store_key *k, void *arg)
{
    struct found *f = arg;

    (void)ud_take_key(k, &f->key[f->count++]);
    return f->count < UD_VAULT_FIND_MAX;
}

static bool
add_other(const struct ud_store_protector *p, void *arg)
{
    struct ud_vault_reply *reply = arg;
    struct ud_vault_other *o = &reply->others[reply->other_count++];

    o->id = p->id;
    o->kind = ud_arena_text(&reply->frame, p->kind);
    o->device_name = ud_arena_text(&reply->frame, p->device_name);
    return true;
}

/* Several matches are a number, not a list of other people's computers. */
static void
tell_one(struct ud_vault_reply *reply)
{
    if (reply->key_count > 1)
        reply->key_count = reply->device_count = 0;
    for (size_t i = 0; i < reply->other_count; i++)
        reply->others[i].device_name = "";
}

static enum ud_status
find(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct found *f = ud_xcalloc(1, sizeof(*f));
    enum ud_status st = ud_store_key_find(v->read, &r->find, UD_VAULT_FIND_MAX, collect, f, err);

    if (st == UD_OK && ud_session_owner(s, UD_VAULT_FIND) != NULL && f->count > 1 && r->find.digits < 32)
        st = UD_AMBIGUOUS; /* self-service: nothing is told before all 32 are there */
    ud_reply_reserve_keys(reply, UD_VAULT_FIND_MAX);
    ud_reply_reserve_devices(reply, UD_VAULT_FIND_MAX);
    for (size_t i = 0; i < f->count && st == UD_OK; i++) {
        st = add_device_of(v, reply, f->key[i].device_row, s, err);
        if (st == UD_OK)
            ud_reply_add_key(reply, &f->key[i]);
        st = st == UD_NOTFOUND ? UD_OK : st;
    }
    free(f);
    reply->total = reply->key_count;
    if (st != UD_OK || ud_session_owner(s, r->op) != NULL)
        return st;
    reply->others = ud_xcalloc(UD_VAULT_FIND_MAX, sizeof(*reply->others));
    st = ud_store_protector_find(v->read, &r->find, UD_VAULT_FIND_MAX, add_other, reply, err);
    if (ud_role_scope(s->role, r->op) == UD_SCOPE_NAMED)
        tell_one(reply);
    return st;
}

static enum ud_status
read_one(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s,
    struct ud_error *err)
{
    struct key_list l = { .reply = reply, .limit = UD_VAULT_PAGE_MAX };

    switch (r->op) {
    case UD_VAULT_ME:
        ud_reply_set_user(reply, s);
        return UD_OK;
    case UD_VAULT_DEVICE_PAGE:
        return device_page(v, r, reply, s, err);
    case UD_VAULT_DEVICE:
        return one_device(v, &r->by_id, ~0u, reply, s, err);
    case UD_VAULT_KEY_PAGE:
        return key_page(v, r, reply, s, err);
    case UD_VAULT_KEY:
        return one_key(v, &r->by_id, reply, s, err);
    case UD_VAULT_DEVICE_KEYS:
        return keys_of(v, &r->by_id, &l, s, err);
    case UD_VAULT_FIND:
        return find(v, r, reply, s, err);
    case UD_VAULT_ROTATION:
        return rotation(v, r, reply, s, err);
    case UD_VAULT_BOARD:
        return ud_due_board(v, reply, s, err);
    case UD_VAULT_TYPED_STATE:
        return ud_typed_state(v, r, reply, s, err);
    case UD_VAULT_TYPED_ASKED:
        return ud_typed_asked(v, reply, s, err);
    case UD_VAULT_POLICY:
        (void)ud_surge_on(v); /* one that has ended is not announced */
        reply->text = v->policy_json;
        return UD_OK;
    case UD_VAULT_NOTICE:
        return ud_words_notice(v, s->role, r->name, reply);
    default:
        return UD_UNSUPPORTED;
    }
}

/* An employee asked for a key that is no own computer's: nothing is told, and it is on record. */
static enum ud_status
run_miss(struct ud_change_context *c, struct ud_change *change, struct ud_error *err)
{
    char digits[UD_GUID_TEXT];
    struct ud_audit_entry e;

    ud_guid_format(digits, &change->request->find.value);
    ud_change_entry(&e, change);
    e.event = "refused";
    e.outcome = ud_refusal_word(UD_VAULT_NOT_FOUND);
    e.detail = digits;
    return ud_change_audit(c, &e, err);
}

static void
answer_miss(struct ud_vault *v, struct ud_vault_request *r, struct ud_vault_reply *reply, const struct ud_session *s)
{
    struct ud_change *c = ud_change_new(r);

    ud_vault_reply_free(&c->reply);
    c->reply = reply;
    c->who = *s;
    ud_change_end_user(c);
    c->run = run_miss;
    ud_refusal_note(v, s);
    ud_vault_change(v, c);
}

void
ud_do_read(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s)
{
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_error err = { 0 };
    enum ud_status st = read_one(v, r, reply, s, &err);

    if (st == UD_NOTFOUND)
        ud_reply_refuse(reply, UD_VAULT_NOT_FOUND, UD_NO_SUCH_THING);
    else if (st == UD_AMBIGUOUS)
        ud_reply_refuse(reply, UD_VAULT_AMBIGUOUS, "Several recovery keys start with these characters. Give all 32.");
    else if (st == UD_UNSUPPORTED)
        ud_reply_refuse(reply, UD_VAULT_INVALID, "The service does not know this request.");
    else if (st != UD_OK)
        ud_reply_failed(reply, st);
    if (st != UD_OK)
        reply->device_count = reply->key_count = reply->other_count = reply->rotation_count = 0;
    ud_session_hide_users(s, reply);
    if (st == UD_OK && r->op == UD_VAULT_FIND && s->role == UD_ROLE_USER && reply->key_count == 0)
        answer_miss(v, r, reply, s);
    else
        ud_vault_send(v, r, reply);
}
