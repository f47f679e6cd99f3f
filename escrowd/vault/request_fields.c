/* The fields of a request, one description for both directions. */
#include "escrowd/vault/frame.h"

static void
page_fields(struct ud_pack *p, struct ud_vault_page *g)
{
    ud_pack_u64(p, &g->after);
    ud_pack_u32(p, &g->limit);
    ud_pack_enum(p, &g->filter, UD_VAULT_FILTER_END);
    ud_pack_text(p, &g->text);
    ud_pack_enum(p, &g->kinds, 1u << UD_KIND_COUNT);
    ud_pack_guid(p, &g->device);
    p->bad = p->bad || g->limit == 0 || g->limit > UD_VAULT_PAGE_MAX;
}

void
ud_pack_disclosure_fields(struct ud_pack *p, struct ud_disclosure *d)
{
    ud_pack_array_text(p, d->reason, sizeof(d->reason));
    ud_pack_array_text(p, d->ticket, sizeof(d->ticket));
    ud_pack_array_text(p, d->note, sizeof(d->note));
    ud_pack_array_text(p, d->caller, sizeof(d->caller));
    ud_pack_array_text(p, d->verified, sizeof(d->verified));
    ud_pack_array_text(p, d->user_domain, sizeof(d->user_domain));
    ud_pack_array_text(p, d->user_account, sizeof(d->user_account));
}

static void
reveal_fields(struct ud_pack *p, struct ud_vault_reveal *v)
{
    ud_pack_bool(p, &v->has_key);
    ud_pack_guid(p, &v->key);
    ud_pack_bool(p, &v->has_device);
    ud_pack_guid(p, &v->device);
    ud_pack_enum(p, &v->kind, UD_KIND_COUNT);
    ud_pack_guid(p, &v->request);
    ud_pack_disclosure_fields(p, &v->why);
    ud_pack_fixed(p, v->public_key, sizeof(v->public_key));
    ud_pack_guid(p, &v->approval);
}

static void
deposit_fields(struct ud_pack *p, struct ud_vault_deposit *d)
{
    ud_pack_bool(p, &d->has_id);
    ud_pack_guid(p, &d->id);
    ud_pack_enum(p, &d->kind, UD_KIND_COUNT);
    ud_pack_enum(p, &d->volume, UD_VOLUME_REMOVABLE + 1);
    ud_pack_bool(p, &d->has_work);
    ud_pack_guid(p, &d->work);
    ud_pack_bool(p, &d->by_sealer);
    ud_pack_bytes(p, &d->sealed, &d->sealed_length, UD_VAULT_SEALED_MAX);
}

#define OTHER_LEAST 17u

static void
store_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    ud_pack_guid(p, &r->by_id);
    deposit_fields(p, &r->deposit);
    ud_pack_count(p, &r->other_count, UD_BDE_PROTECTORS, OTHER_LEAST);
    for (size_t i = 0; i < r->other_count; i++) {
        ud_pack_guid(p, &r->other[i].id);
        ud_pack_enum(p, &r->other[i].kind, UD_BDE_KIND_COUNT);
    }
}

static void
agent_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    ud_pack_text(p, &r->address);
    ud_pack_text(p, &r->agent.serial);
    ud_pack_text(p, &r->agent.computer);
    ud_pack_text(p, &r->agent.user);
    ud_pack_text(p, &r->agent.type);
    ud_pack_bytes(p, &r->agent.sealed, &r->agent.sealed_length, UD_VAULT_SEALED_MAX);
}

static void
typed_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    ud_pack_guid(p, &r->by_id);
    ud_pack_enum(p, &r->typed.kind, UD_KIND_COUNT);
    ud_pack_guid(p, &r->typed.request);
    ud_pack_bytes(p, &r->typed.sealed, &r->typed.sealed_length, UD_VAULT_SEALED_MAX);
}

static void
find_fields(struct ud_pack *p, struct ud_keyid_prefix *f)
{
    uint8_t digits = (uint8_t)f->digits;

    ud_pack_guid(p, &f->value);
    ud_pack_u8(p, &digits);
    f->digits = digits;
    p->bad = p->bad || digits < 8 || digits > 32;
}

static void
grant_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    ud_pack_guid(p, &r->by_id);
    ud_pack_text(p, &r->grant.client_id);
    ud_pack_text(p, &r->grant.scope);
    ud_pack_bool(p, &r->grant.offline);
}

static void
approval_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    if (r->op == UD_VAULT_APPROVALS) {
        ud_pack_bool(p, &r->approvals.open);
        ud_pack_u64(p, &r->approvals.since);
    } else {
        ud_pack_guid(p, &r->by_id);
    }
    if (r->op == UD_VAULT_APPROVAL)
        ud_pack_enum(p, &r->approvals.known, UD_APPROVAL_STATE_COUNT);
    if (r->op == UD_VAULT_APPROVAL_DECIDE) {
        ud_pack_enum(p, &r->decide.decision, UD_APPROVAL_WITHDRAW);
        ud_pack_text(p, &r->decide.note);
    } else {
        ud_pack_u32(p, &r->wait_ms);
    }
}

/* Operations of people who are signed in. */
static void
people_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    switch (r->op) {
    case UD_VAULT_DEVICE_PAGE:
    case UD_VAULT_KEY_PAGE:
        page_fields(p, &r->page);
        break;
    case UD_VAULT_DEVICE:
    case UD_VAULT_KEY:
    case UD_VAULT_DEVICE_KEYS:
    case UD_VAULT_TYPED_STATE:
        ud_pack_guid(p, &r->by_id);
        break;
    case UD_VAULT_TYPED:
        typed_fields(p, r);
        break;
    case UD_VAULT_TYPED_ASK:
        ud_pack_guid(p, &r->by_id);
        ud_pack_text(p, &r->name);
        break;
    case UD_VAULT_FIND:
        find_fields(p, &r->find);
        break;
    case UD_VAULT_REVEAL:
    case UD_VAULT_REVEAL_PLAIN:
    case UD_VAULT_ROTATE:
    case UD_VAULT_ROTATION:
    case UD_VAULT_PACKAGE:
    case UD_VAULT_APPROVAL_ASK:
        reveal_fields(p, &r->reveal);
        break;
    case UD_VAULT_STORE:
        store_fields(p, r);
        break;
    case UD_VAULT_OUTCOME:
        ud_pack_guid(p, &r->by_id);
        ud_pack_text(p, &r->outcome);
        break;
    case UD_VAULT_NOTICE:
        ud_pack_text(p, &r->name);
        break;
    case UD_VAULT_APPROVALS:
    case UD_VAULT_APPROVAL:
    case UD_VAULT_APPROVAL_DECIDE:
    case UD_VAULT_APPROVAL_WITHDRAW:
        approval_fields(p, r);
        break;
    case UD_VAULT_REPORT_AUDIT:
    case UD_VAULT_REPORT_ENCRYPTION:
        page_fields(p, &r->page);
        for (unsigned i = 0; i < UD_FILTER_COUNT; i++)
            ud_pack_text(p, &r->report[i]);
        break;
    case UD_VAULT_SURGE:
        ud_pack_text(p, &r->surge.incident);
        ud_pack_u32(p, &r->surge.hours);
        break;
    default:
        break;
    }
}

void
ud_request_fields(struct ud_pack *p, struct ud_vault_request *r)
{
    ud_pack_fixed(p, &r->auth, sizeof(r->auth));
    ud_pack_guid(p, &r->call);
    switch (r->op) {
    case UD_VAULT_USER_CHECK:
        ud_pack_text(p, &r->name);
        ud_pack_text(p, &r->address);
        break;
    case UD_VAULT_GRANT:
        grant_fields(p, r);
        break;
    case UD_VAULT_BRANDING:
        ud_pack_text(p, &r->name);
        break;
    case UD_VAULT_CHECK_IN:
        ud_pack_text(p, &r->check_in.os_version);
        ud_pack_enum(p, &r->check_in.encrypted, UD_YES + 1);
        break;
    case UD_VAULT_DEPOSIT:
        deposit_fields(p, &r->deposit);
        break;
    case UD_VAULT_WORK_RESULT:
        ud_pack_guid(p, &r->result.work);
        ud_pack_i32(p, &r->result.error_code);
        ud_pack_enum(p, &r->result.cause, UD_TYPED_CAUSE_COUNT);
        break;
    case UD_VAULT_WORK_KEY:
        ud_pack_guid(p, &r->result.work);
        ud_pack_fixed(p, r->reveal.public_key, sizeof(r->reveal.public_key));
        break;
    case UD_VAULT_WORK_LIST:
        ud_pack_u32(p, &r->wait_ms);
        break;
    case UD_VAULT_AGENT_CHECK_IN:
    case UD_VAULT_AGENT_VERIFY:
        agent_fields(p, r);
        break;
    default:
        people_fields(p, r);
        break;
    }
}
