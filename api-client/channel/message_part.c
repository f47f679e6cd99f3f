/* Parts that several messages have: the reason of a disclosure, the policy. */
#include "channel/message_io.h"

#include <string.h>

void
ud_pack_disclosure(struct ud_packer *p, const struct ud_disclosure *d)
{
    ud_pack_text(p, d->reason);
    ud_pack_text(p, d->ticket);
    ud_pack_text(p, d->note);
    ud_pack_text(p, d->caller);
    ud_pack_text(p, d->verified);
    ud_pack_text(p, d->user_domain);
    ud_pack_text(p, d->user_account);
}

void
ud_unpack_disclosure(struct ud_unpacker *p, struct ud_disclosure *d)
{
    ud_unpack_into(p, d->reason, sizeof(d->reason));
    ud_unpack_into(p, d->ticket, sizeof(d->ticket));
    ud_unpack_into(p, d->note, sizeof(d->note));
    ud_unpack_into(p, d->caller, sizeof(d->caller));
    ud_unpack_into(p, d->verified, sizeof(d->verified));
    ud_unpack_into(p, d->user_domain, sizeof(d->user_domain));
    ud_unpack_into(p, d->user_account, sizeof(d->user_account));
}

/* The members of one type, in the order in which they travel. */
#define POLICY_NEEDS(X) X(ticket) X(note) X(caller) X(verified)
#define POLICY_BOOLS(X)                                                                                                          \
    X(personal_bitlocker_view)                                                                                                   \
    X(rotate_after_disclosure)                                                                                                   \
    X(copy_ticket) X(allow_recorder) X(lock_drops_directory) X(training) X(self_service_notice) X(store_request_blocks)
#define POLICY_TIMES(X)                                                                                                          \
    X(rotate_delay)                                                                                                              \
    X(rotate_due)                                                                                                                \
    X(idle_warn)                                                                                                                 \
    X(idle_countdown)                                                                                                            \
    X(session_max)                                                                                                               \
    X(session_grace) X(locked_end) X(presence_max) X(group_cover) X(whole_cover) X(covered_max) X(store_max) X(approval_expires)
#define POLICY_COUNTS(X) X(keys_asked_again) X(keys_stop)
#define POLICY_TEXTS(X)  X(ticket_prefix) X(ticket_pattern) X(helpdesk) X(surge)

void
ud_pack_policy(struct ud_packer *p, const struct ud_policy *policy)
{
    if (policy->reason_count > UD_REASON_MAX || policy->verified_count > UD_VERIFIED_MAX) {
        p->failed = true;
        return;
    }
    ud_pack_u8(p, (unsigned)policy->reason_count);
    for (size_t i = 0; i < policy->reason_count; i++) {
        ud_pack_text(p, policy->reason[i].code);
        ud_pack_text(p, policy->reason[i].text);
        ud_pack_u8(p, policy->reason[i].needs_note);
        ud_pack_u8(p, policy->reason[i].self_service);
        ud_pack_u8(p, policy->reason[i].needs_approval);
    }
    ud_pack_u8(p, (unsigned)policy->verified_count);
    for (size_t i = 0; i < policy->verified_count; i++)
        ud_pack_text(p, policy->verified_way[i]);
#define X(member) ud_pack_u8(p, policy->member);
    POLICY_NEEDS(X)
    POLICY_BOOLS(X)
#undef X
#define X(member) ud_pack_i64(p, policy->member);
    POLICY_TIMES(X)
#undef X
#define X(member) ud_pack_u32(p, policy->member);
    POLICY_COUNTS(X)
#undef X
#define X(member) ud_pack_text(p, policy->member);
    POLICY_TEXTS(X)
#undef X
    ud_pack_u8(p, policy->approval);
    ud_pack_i64(p, policy->surge_ends);
}

/* A time of a policy: never negative, at most 31 days. */
static ud_msec
policy_time(struct ud_unpacker *p)
{
    int64_t t = ud_unpack_i64(p);

    if (t >= 0 && t <= (int64_t)31 * 86400 * 1000)
        return t;
    p->failed = true;
    return 0;
}

void
ud_unpack_policy(struct ud_unpacker *p, struct ud_policy *policy)
{
    memset(policy, 0, sizeof(*policy));
    policy->reason_count = ud_unpack_below(p, UD_REASON_MAX + 1);
    for (size_t i = 0; i < policy->reason_count; i++) {
        ud_unpack_into(p, policy->reason[i].code, sizeof(policy->reason[i].code));
        ud_unpack_into(p, policy->reason[i].text, sizeof(policy->reason[i].text));
        policy->reason[i].needs_note = ud_unpack_bool(p);
        policy->reason[i].self_service = ud_unpack_bool(p);
        policy->reason[i].needs_approval = ud_unpack_bool(p);
    }
    policy->verified_count = ud_unpack_below(p, UD_VERIFIED_MAX + 1);
    for (size_t i = 0; i < policy->verified_count; i++)
        ud_unpack_into(p, policy->verified_way[i], sizeof(policy->verified_way[i]));
#define X(member) policy->member = (enum ud_need)ud_unpack_below(p, UD_NEED_YES + 1);
    POLICY_NEEDS(X)
#undef X
#define X(member) policy->member = ud_unpack_bool(p);
    POLICY_BOOLS(X)
#undef X
#define X(member) policy->member = policy_time(p);
    POLICY_TIMES(X)
#undef X
#define X(member) policy->member = ud_unpack_u32(p);
    POLICY_COUNTS(X)
#undef X
#define X(member) ud_unpack_into(p, policy->member, sizeof(policy->member));
    POLICY_TEXTS(X)
#undef X
    policy->approval = (enum ud_approval_rule)ud_unpack_below(p, UD_APPROVAL_RULE_YES + 1);
    policy->surge_ends = ud_unpack_i64(p);
}
