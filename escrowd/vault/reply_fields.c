/* The fields of a reply, one description for both directions. Arrays of a reply that is read are owned by it. */
#include "escrowd/vault/frame.h"

/* The least bytes an entry takes: what a count is checked against before memory is taken for it. */
#define DEVICE_LEAST   64u
#define KEY_LEAST      64u
#define OTHER_LEAST    20u
#define ROTATION_LEAST 48u
#define WORK_LEAST     34u
#define TYPED_LEAST    69u
#define APPROVAL_LEAST 120u
#define ROTATIONS_MAX  200u
#define APPROVALS_MAX  200u
#define WORKS_MAX      1000u

static void
user_fields(struct ud_pack *p, struct ud_vault_user *u)
{
    ud_pack_guid(p, &u->id);
    ud_pack_text(p, &u->name);
    ud_pack_text(p, &u->account);
    ud_pack_text(p, &u->display);
    ud_pack_text(p, &u->role);
}

static void
device_enums(struct ud_pack *p, struct ud_device *d)
{
    uint8_t ownership = (uint8_t)d->ownership, encrypted = (uint8_t)d->encrypted, mark = (uint8_t)d->mark;

    ud_pack_enum(p, &ownership, UD_OWNERSHIP_PERSONAL + 1);
    ud_pack_enum(p, &encrypted, UD_YES + 1);
    ud_pack_enum(p, &mark, UD_MARK_DUE + 1);
    d->ownership = (enum ud_ownership)ownership;
    d->encrypted = (enum ud_tristate)encrypted;
    d->mark = (enum ud_key_mark)mark;
}

static void
device_fields(struct ud_pack *p, struct ud_vault_device *v)
{
    struct ud_device *d = &v->d;

    ud_pack_guid(p, &d->id);
    ud_pack_guid(p, &d->entra_id);
    ud_pack_text(p, &d->name);
    ud_pack_text(p, &d->serial);
    ud_pack_text(p, &d->user);
    ud_pack_text(p, &d->user_name);
    ud_pack_text(p, &d->model);
    ud_pack_text(p, &d->os);
    ud_pack_text(p, &d->os_version);
    device_enums(p, d);
    ud_pack_i64(p, &d->last_checkin);
    ud_pack_u16(p, &d->keys);
    ud_pack_bool(p, &d->retired);
    ud_pack_u64(p, &v->row);
    ud_pack_text(p, &v->manufacturer);
    ud_pack_i64(p, &v->enrolled);
}

static void
key_fields(struct ud_pack *p, struct ud_vault_key *v)
{
    uint8_t kind = (uint8_t)v->k.kind, volume = (uint8_t)v->k.volume, state = (uint8_t)v->k.state;

    ud_pack_guid(p, &v->k.id);
    ud_pack_guid(p, &v->k.device);
    ud_pack_guid(p, &v->entra);
    ud_pack_enum(p, &kind, UD_KIND_COUNT);
    ud_pack_enum(p, &volume, UD_VOLUME_REMOVABLE + 1);
    ud_pack_enum(p, &state, UD_KEY_ROTATION_PENDING + 1);
    ud_pack_i64(p, &v->k.created);
    ud_pack_i64(p, &v->k.shown);
    ud_pack_bool(p, &v->k.package);
    ud_pack_bool(p, &v->has_id);
    ud_pack_u64(p, &v->row);
    v->k.kind = (enum ud_kind)kind;
    v->k.volume = (enum ud_volume)volume;
    v->k.state = (enum ud_key_state)state;
}

static void
other_fields(struct ud_pack *p, struct ud_vault_other *o)
{
    ud_pack_guid(p, &o->id);
    ud_pack_text(p, &o->kind);
    ud_pack_text(p, &o->device_name);
}

static void
rotation_fields(struct ud_pack *p, struct ud_vault_rotation *r)
{
    ud_pack_enum(p, &r->kind, UD_KIND_COUNT);
    ud_pack_enum(p, &r->state, UD_VAULT_ROT_WAITING + 1);
    ud_pack_i64(p, &r->requested);
    ud_pack_i64(p, &r->finished);
    ud_pack_i32(p, &r->error_code);
    ud_pack_text(p, &r->message);
    ud_pack_bool(p, &r->has_new_key);
    ud_pack_guid(p, &r->new_key);
    ud_pack_i64(p, &r->new_created);
    ud_pack_i64(p, &r->due);
    ud_pack_bool(p, &r->overdue);
    ud_pack_text(p, &r->by);
}

static void
work_fields(struct ud_pack *p, struct ud_vault_work *w)
{
    ud_pack_guid(p, &w->id);
    ud_pack_guid(p, &w->device);
    ud_pack_enum(p, &w->kind, UD_KIND_COUNT);
    ud_pack_bool(p, &w->typed);
}

static void
typed_fields(struct ud_pack *p, struct ud_vault_typed_state *t)
{
    ud_pack_enum(p, &t->state, UD_TYPED_STATE_COUNT);
    ud_pack_enum(p, &t->cause, UD_TYPED_CAUSE_COUNT);
    ud_pack_i64(p, &t->requested);
    ud_pack_i64(p, &t->finished);
    ud_pack_i64(p, &t->expires);
    ud_pack_text(p, &t->by);
    ud_pack_bool(p, &t->has_new_key);
    ud_pack_guid(p, &t->new_key);
    ud_pack_i64(p, &t->new_created);
    ud_pack_bool(p, &t->asked);
    ud_pack_i64(p, &t->asked_at);
    ud_pack_text(p, &t->asked_by);
    ud_pack_text(p, &t->note);
}

static void
approval_fields(struct ud_pack *p, struct ud_approval_request *a)
{
    uint8_t kind = (uint8_t)a->kind, state = (uint8_t)a->state;

    ud_pack_guid(p, &a->id);
    ud_pack_guid(p, &a->request);
    ud_pack_guid(p, &a->key);
    ud_pack_guid(p, &a->device);
    ud_pack_enum(p, &kind, UD_KIND_COUNT);
    ud_pack_enum(p, &state, UD_APPROVAL_STATE_COUNT);
    ud_pack_bool(p, &a->own);
    ud_pack_i64(p, &a->created);
    ud_pack_i64(p, &a->expires);
    ud_pack_i64(p, &a->decided);
    ud_pack_i64(p, &a->left);
    ud_pack_disclosure_fields(p, &a->why);
    ud_pack_array_text(p, a->requester, sizeof(a->requester));
    ud_pack_array_text(p, a->account, sizeof(a->account));
    ud_pack_array_text(p, a->device_name, sizeof(a->device_name));
    ud_pack_array_text(p, a->serial, sizeof(a->serial));
    ud_pack_array_text(p, a->user, sizeof(a->user));
    ud_pack_array_text(p, a->approver, sizeof(a->approver));
    ud_pack_array_text(p, a->answer, sizeof(a->answer));
    a->kind = (enum ud_kind)kind;
    a->state = (enum ud_approval_state)state;
}

/* One array: its count, memory for it when reading, its entries. */
#define ARRAY_FIELDS(p, array, count, max, least, fields)                                                                        \
    do {                                                                                                                         \
        ud_pack_count((p), &(count), (max), (least));                                                                            \
        if ((p)->out == NULL)                                                                                                    \
            (array) = (count) == 0 ? NULL : ud_xcalloc((count), sizeof(*(array)));                                               \
        for (size_t array_at = 0; array_at < (count); array_at++)                                                                \
            fields((p), &(array)[array_at]);                                                                                     \
    } while (0)

static void
array_fields(struct ud_pack *p, struct ud_vault_reply *r)
{
    ARRAY_FIELDS(p, r->devices, r->device_count, UD_VAULT_PAGE_MAX, DEVICE_LEAST, device_fields);
    ARRAY_FIELDS(p, r->keys, r->key_count, UD_VAULT_PAGE_MAX, KEY_LEAST, key_fields);
    ARRAY_FIELDS(p, r->others, r->other_count, UD_VAULT_FIND_MAX, OTHER_LEAST, other_fields);
    ARRAY_FIELDS(p, r->rotations, r->rotation_count, ROTATIONS_MAX, ROTATION_LEAST, rotation_fields);
    ARRAY_FIELDS(p, r->works, r->work_count, WORKS_MAX, WORK_LEAST, work_fields);
    ARRAY_FIELDS(p, r->typed, r->typed_count, UD_VAULT_TYPED_MAX, TYPED_LEAST, typed_fields);
    ARRAY_FIELDS(p, r->approvals, r->approval_count, APPROVALS_MAX, APPROVAL_LEAST, approval_fields);
}

static void
hello_fields(struct ud_pack *p, struct ud_vault_reply *r)
{
    ud_pack_bool(p, &r->hello.training);
    ud_pack_bool(p, &r->hello.plain_graph_reads);
    ud_pack_text(p, &r->hello.name);
    ud_pack_text(p, &r->hello.tenant);
    ud_pack_text(p, &r->hello.client_id);
    ud_pack_fixed(p, r->hello.deposit_key, sizeof(r->hello.deposit_key));
}

static void
token_fields(struct ud_pack *p, struct ud_vault_reply *r)
{
    ud_pack_u32(p, &r->tokens.expires_in);
    ud_pack_text(p, &r->tokens.scope);
    ud_pack_text(p, &r->tokens.client_id);
    ud_pack_bool(p, &r->tokens.has_refresh);
}

static void
agent_fields(struct ud_pack *p, struct ud_vault_reply *r)
{
    ud_pack_bool(p, &r->agent.escrowed);
    ud_pack_bool(p, &r->agent.fresh);
    ud_pack_bool(p, &r->agent.rotation);
    ud_pack_i64(p, &r->agent.at);
}

void
ud_reply_fields(struct ud_pack *p, struct ud_vault_reply *r)
{
    ud_pack_u32(p, &r->retry_after);
    ud_pack_text(p, &r->message);
    ud_pack_text(p, &r->field);
    if (r->op == UD_VAULT_HELLO)
        hello_fields(p, r);
    if (r->op == UD_VAULT_GRANT || r->op == UD_VAULT_REFRESH)
        token_fields(p, r);
    ud_pack_bool(p, &r->has_user);
    if (r->has_user)
        user_fields(p, &r->user);
    if (r->op == UD_VAULT_USER_CHECK)
        ud_pack_guid(p, &r->approval);
    if (r->op == UD_VAULT_AGENT_CHECK_IN || r->op == UD_VAULT_AGENT_VERIFY)
        agent_fields(p, r);
    ud_pack_u64(p, &r->next);
    ud_pack_u64(p, &r->total);
    array_fields(p, r);
    if (r->op == UD_VAULT_APPROVALS)
        ud_pack_u64(p, &r->revision);
    if (r->op == UD_VAULT_SURGE) {
        ud_pack_text(p, &r->surge.incident);
        ud_pack_i64(p, &r->surge.ends);
    }
    ud_pack_bytes(p, &r->sealed, &r->sealed_length, UD_PACKAGE_MAX + UD_SEAL_EXTRA);
    ud_pack_text(p, &r->text);
    ud_pack_text(p, &r->name);
    ud_pack_text(p, &r->hash);
}
