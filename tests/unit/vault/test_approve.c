/* Approval by a second person, as the front asks for it: who may what, what an approval is good for, and of two at the same moment only one counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/vault/support_service.h"

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define KEY_B "496298-461032-321464-595518-463221-173943-033616-139579"
#define WAIT  20000 /* ms */

static const struct ud_guid id_a = { { 0x8a, 0x5d, 0x13, 0xd6, 1, 2, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };
static const struct ud_guid id_b = { { 0x9b, 0x5d, 0x13, 0xd6, 9, 9, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };

/* A service whose policy wants approvals; one who asks, one who decides, two keys of two devices. */
struct desk {
    struct service s;
    struct ud_token asks, decides;
    struct ud_secret *pair;
    uint8_t public_key[UD_SEAL_PUBLIC];
};

static bool
company_windows(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_COMPANY && strcmp(d->d.os, "Windows") == 0;
}

static bool
personal_windows(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_PERSONAL && strcmp(d->d.os, "Windows") == 0;
}

static int
set_up(void **state)
{
    static struct desk d;
    struct ud_guid company, personal;

    memset(&d, 0, sizeof(d));
    service_open(&d.s, 60);
    service_policy(&d.s, "\"approval\":\"yes\"");
    d.asks = service_user(&d.s, "robin", "advanced", "robin@corp.example");
    d.decides = service_user(&d.s, "kim", "approver", "kim@corp.example");
    company = service_device(&d.s, company_windows);
    personal = service_device(&d.s, personal_windows);
    assert_int_equal(service_deposit(&d.s, &company, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_deposit(&d.s, &personal, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(d.public_key, &d.pair, NULL), UD_OK);
    *state = &d;
    return 0;
}

static int
tear_down(void **state)
{
    struct desk *d = *state;

    ud_secret_free(&d->pair);
    service_close(&d->s);
    return 0;
}

/* --- what is asked --------------------------------------------------------------------------------------------------------- */

static struct ud_vault_request
about(const struct desk *d, enum ud_vault_op op, const struct ud_guid *key)
{
    struct ud_vault_request r = { .op = op, .auth = d->asks, .reveal = { .has_key = true, .key = *key } };

    ud_guid_random(&r.reveal.request);
    memcpy(r.reveal.public_key, d->public_key, sizeof(r.reveal.public_key));
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin");
    (void)ud_copy(r.reveal.why.ticket, sizeof(r.reveal.why.ticket), "INC1");
    (void)ud_copy(r.reveal.why.caller, sizeof(r.reveal.why.caller), "Alice");
    return r;
}

static struct ud_vault_request
reveal_with(const struct desk *d, const struct ud_guid *key, const struct ud_guid *approval)
{
    struct ud_vault_request r = about(d, UD_VAULT_REVEAL, key);

    r.reveal.approval = *approval;
    return r;
}

static struct ud_guid
ask_for(struct desk *d, const struct ud_guid *key)
{
    struct ud_vault_request r = about(d, UD_VAULT_APPROVAL_ASK, key);

    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(d->s.reply->approval_count, 1);
    assert_int_equal(d->s.reply->approvals[0].state, UD_APPROVAL_OPEN);
    assert_true(d->s.reply->approvals[0].own);
    return d->s.reply->approvals[0].id;
}

static struct ud_vault_request
decision(const struct ud_token *who, const struct ud_guid *id, enum ud_approval_decision what)
{
    struct ud_vault_request r = {
        .op = what == UD_APPROVAL_WITHDRAW ? UD_VAULT_APPROVAL_WITHDRAW : UD_VAULT_APPROVAL_DECIDE, .auth = *who, .by_id = *id
    };

    r.decide.decision = what == UD_APPROVAL_WITHDRAW ? 0 : (uint8_t)what;
    r.decide.note = what == UD_APPROVAL_DENY ? "not this device" : "";
    return r;
}

static enum ud_vault_code
decide(struct desk *d, const struct ud_token *who, const struct ud_guid *id, enum ud_approval_decision what)
{
    struct ud_vault_request r = decision(who, id, what);

    return service_ask(&d->s, &r)->code;
}

static enum ud_vault_code
get(struct desk *d, const struct ud_guid *key, const struct ud_guid *approval)
{
    struct ud_vault_request r = reveal_with(d, key, approval);

    return service_ask(&d->s, &r)->code;
}

struct counting {
    const char *event, *with;
    unsigned count;
};

static bool
count_line(const struct ud_store_audit *a, void *arg)
{
    struct counting *c = arg;

    c->count += strstr(a->line, c->event) != NULL && (c->with == NULL || strstr(a->line, c->with) != NULL);
    return true;
}

static unsigned
audited(struct desk *d, const char *event, const char *with)
{
    struct counting c = { event, with, 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_store_audits(a.context.store, 0, count_line, &c, NULL), UD_OK);
    ud_admin_close(&a);
    return c.count;
}

/* --- what an approval is good for -------------------------------------------------------------------------------------------- */

static void
without_an_approval_there_is_no_key_and_the_refusal_is_audited(void **state)
{
    struct desk *d = *state;
    struct ud_guid none = { { 0 } }, unknown;

    ud_guid_random(&unknown);
    assert_int_equal(get(d, &id_a, &none), UD_VAULT_APPROVAL_REQUIRED);
    assert_int_equal(d->s.reply->sealed_length, 0);
    assert_int_equal(get(d, &id_a, &unknown), UD_VAULT_APPROVAL_REQUIRED);
    assert_int_equal(audited(d, "\"refused\"", "approval-required"), 2);
    assert_int_equal(audited(d, "\"intent\"", NULL), 0);
}

static void
a_granted_approval_gives_the_key_once(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);

    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_REQUIRED); /* nobody has decided */
    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_GRANT), UD_VAULT_OK);
    assert_int_equal(d->s.reply->approvals[0].state, UD_APPROVAL_GRANTED);
    assert_string_equal(d->s.reply->approvals[0].approver, "kim");
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_OK);
    assert_true(d->s.reply->sealed_length > 0);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_USED);
    assert_int_equal(d->s.reply->sealed_length, 0);
    assert_int_equal(audited(d, "\"approval-asked\"", "robin"), 1);
    assert_int_equal(audited(d, "\"approval-granted\"", "kim"), 1);
    assert_int_equal(audited(d, "\"disclosed\"", "\"approval\""), 1);
    assert_int_equal(audited(d, "\"refused\"", "approval-used"), 1);
}

static void
an_approval_is_for_that_key_that_reason_and_that_person(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request r = reveal_with(d, &id_a, &id);
    struct ud_token other = service_user(&d->s, "sam", "advanced", "sam@corp.example");

    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_GRANT), UD_VAULT_OK);
    assert_int_equal(get(d, &id_b, &id), UD_VAULT_APPROVAL_REQUIRED);
    r.auth = other;
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_APPROVAL_REQUIRED);
    r = reveal_with(d, &id_a, &id);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "tpm-reset");
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_APPROVAL_REQUIRED);
    r = reveal_with(d, &id_a, &id);
    (void)ud_copy(r.reveal.why.caller, sizeof(r.reveal.why.caller), "Mallory");
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_APPROVAL_REQUIRED);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_OK); /* none of these has used it up */
}

static void
a_denied_one_says_so_and_needs_a_note(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request r = decision(&d->decides, &id, UD_APPROVAL_DENY);

    r.decide.note = "  ";
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_INVALID);
    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_DENY), UD_VAULT_OK);
    assert_string_equal(d->s.reply->approvals[0].answer, "not this device");
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_DENIED);
    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_GRANT), UD_VAULT_APPROVAL_DECIDED);
    assert_int_equal(audited(d, "\"approval-denied\"", "not this device"), 1);
}

/* Asked an hour ago by the clock of the row. */
static struct ud_guid
old_request(struct desk *d, enum ud_approval_state state)
{
    struct ud_store_approval *a = ud_xcalloc(1, sizeof(*a));
    struct ud_guid fresh = ask_for(d, &id_a), id;
    struct ud_admin admin;
    ud_wall then = ud_clock_wall() - (ud_wall)3600 * 1000;

    assert_int_equal(ud_admin_open(&admin, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_store_approval_by_id(admin.context.store, a, &fresh, NULL), UD_OK);
    ud_guid_random(&a->a.id);
    ud_guid_random(&a->a.request);
    a->a.created = then;
    a->a.expires = then + 900000;
    id = a->a.id;
    assert_int_equal(ud_store_begin(admin.context.store, NULL), UD_OK);
    assert_int_equal(ud_store_approval_add(admin.context.store, a, NULL), UD_OK);
    assert_int_equal(ud_store_approval_by_id(admin.context.store, a, &id, NULL), UD_OK);
    if (state == UD_APPROVAL_GRANTED)
        assert_int_equal(
            ud_store_approval_decide(admin.context.store, a->row, state, 1, then + 1000, then + 901000, "", NULL), UD_OK);
    assert_int_equal(ud_store_commit(admin.context.store, NULL), UD_OK);
    ud_admin_close(&admin);
    free(a);
    return id;
}

static void
an_expired_one_can_be_neither_granted_nor_used(void **state)
{
    struct desk *d = *state;
    struct ud_guid open = old_request(d, UD_APPROVAL_OPEN), granted = old_request(d, UD_APPROVAL_GRANTED);

    assert_int_equal(decide(d, &d->decides, &open, UD_APPROVAL_GRANT), UD_VAULT_APPROVAL_DECIDED);
    assert_int_equal(get(d, &id_a, &open), UD_VAULT_APPROVAL_EXPIRED);
    assert_int_equal(get(d, &id_a, &granted), UD_VAULT_APPROVAL_EXPIRED);
    assert_int_equal(audited(d, "\"refused\"", "approval-expired"), 2);
}

/* --- who ---------------------------------------------------------------------------------------------------------------------- */

static void
nobody_decides_their_own_request_under_another_name_either(void **state)
{
    struct desk *d = *state;
    struct ud_token again = service_user(&d->s, "robin-lead", "approver", "Robin@Corp.example");
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request list = { .op = UD_VAULT_APPROVALS, .auth = again, .approvals = { .open = true } };

    assert_int_equal(decide(d, &again, &id, UD_APPROVAL_GRANT), UD_VAULT_SELF_APPROVAL);
    assert_int_equal(decide(d, &d->asks, &id, UD_APPROVAL_GRANT), UD_VAULT_NOT_FOUND);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_REQUIRED);
    assert_int_equal(audited(d, "\"refused\"", "self-approval"), 1);
    assert_int_equal(service_ask(&d->s, &list)->approval_count, 0);
    list.auth = d->decides;
    assert_int_equal(service_ask(&d->s, &list)->approval_count, 1);
    assert_false(d->s.reply->approvals[0].own);
}

static void
a_request_is_seen_by_who_asked_and_by_approvers(void **state)
{
    struct desk *d = *state;
    struct ud_token other = service_user(&d->s, "sam", "advanced", "sam@corp.example");
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request one = { .op = UD_VAULT_APPROVAL, .auth = other, .by_id = id };
    struct ud_vault_request list = { .op = UD_VAULT_APPROVALS, .auth = other };

    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_NOT_FOUND);
    assert_int_equal(service_ask(&d->s, &list)->approval_count, 0);
    assert_int_equal(decide(d, &other, &id, UD_APPROVAL_WITHDRAW), UD_VAULT_NOT_FOUND);
    one.auth = list.auth = d->asks;
    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(&d->s, &list)->approval_count, 1);
    one.auth = d->decides;
    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_OK);
    const struct ud_approval_request *a = &d->s.reply->approvals[0];
    assert_string_equal(a->account, "robin@corp.example");
    assert_string_equal(a->why.ticket, "INC1");
    assert_memory_equal(&a->key, &id_a, sizeof(id_a));
    assert_true(a->left > 890000 && a->left <= 900000);
}

static void
who_may_not_get_a_key_may_not_ask_for_its_approval(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_APPROVAL_ASK, &id_a);

    r.auth = d->decides;
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_NOT_FOUND);
    r.auth = d->asks;
    r.reveal.why.reason[0] = '\0';
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_REASON_REQUIRED);
    ud_guid_random(&r.reveal.key);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_NOT_FOUND);
}

/* Naming somebody who has signed in to the device is enough to ask; whose device it is, is not told for it. */
static void
asking_does_not_tell_the_lower_role_whose_device_it_is(void **state)
{
    struct desk *d = *state;
    struct ud_guid device = service_device(&d->s, company_windows), id;
    struct ud_vault_request one = { .op = UD_VAULT_DEVICE, .auth = d->asks, .by_id = device };
    struct ud_vault_request r = about(d, UD_VAULT_APPROVAL_ASK, &id_a);
    struct ud_vault_request list = { .op = UD_VAULT_APPROVALS };

    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_OK);
    (void)ud_copy(r.reveal.why.user_account, sizeof(r.reveal.why.user_account), d->s.reply->devices[0].d.user);
    r.auth = list.auth = service_user(&d->s, "sam", "helpdesk", "sam@corp.example");
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_string_equal(d->s.reply->approvals[0].user, "");
    id = d->s.reply->approvals[0].id;
    assert_int_equal(service_ask(&d->s, &list)->approval_count, 1);
    assert_string_equal(d->s.reply->approvals[0].user, "");
    one = (struct ud_vault_request){ .op = UD_VAULT_APPROVAL, .auth = list.auth, .by_id = id };
    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_OK);
    assert_string_equal(d->s.reply->approvals[0].user, "");
    one.auth = d->decides;
    assert_int_equal(service_ask(&d->s, &one)->code, UD_VAULT_OK);
    assert_string_not_equal(d->s.reply->approvals[0].user, "");
}

/* --- at the same moment --------------------------------------------------------------------------------------------------------- */

/* How many of the kept answers have this code. */
static unsigned
kept_with(const struct desk *d, enum ud_vault_code code)
{
    unsigned n = 0;

    for (size_t i = 0; i < d->s.kept_count; i++)
        n += d->s.kept[i]->code == code;
    return n;
}

static void
of_two_grants_the_first_counts(void **state)
{
    struct desk *d = *state;
    struct ud_token second = service_user(&d->s, "lee", "approver", "lee@corp.example");
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request a = decision(&d->decides, &id, UD_APPROVAL_GRANT);
    struct ud_vault_request b = decision(&second, &id, UD_APPROVAL_DENY);

    uint32_t first = service_send(&d->s, &a);
    (void)service_send(&d->s, &b);
    assert_true(service_settle(&d->s, 2, WAIT));
    assert_int_equal(service_kept(&d->s, first)->code, UD_VAULT_OK);
    assert_int_equal(kept_with(d, UD_VAULT_APPROVAL_DECIDED), 1);
    service_forget(&d->s);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_OK);
}

static void
grant_and_withdrawal_at_once_leave_no_good_approval(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request grant = decision(&d->decides, &id, UD_APPROVAL_GRANT);
    struct ud_vault_request withdraw = decision(&d->asks, &id, UD_APPROVAL_WITHDRAW);

    (void)service_send(&d->s, &withdraw);
    uint32_t late = service_send(&d->s, &grant);
    assert_true(service_settle(&d->s, 2, WAIT));
    assert_int_equal(service_kept(&d->s, late)->code, UD_VAULT_APPROVAL_DECIDED);
    service_forget(&d->s);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_REQUIRED);

    id = ask_for(d, &id_a); /* and the other way round: a granted one is withdrawn */
    grant.by_id = withdraw.by_id = id;
    (void)service_send(&d->s, &grant);
    (void)service_send(&d->s, &withdraw);
    assert_true(service_settle(&d->s, 2, WAIT));
    assert_int_equal(kept_with(d, UD_VAULT_OK), 2);
    service_forget(&d->s);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_REQUIRED);
}

static void
of_many_uses_at_once_exactly_one_gets_the_key(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);
    size_t sealed = 0;

    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_GRANT), UD_VAULT_OK);
    for (int i = 0; i < 8; i++) {
        struct ud_vault_request r = reveal_with(d, &id_a, &id);
        (void)service_send(&d->s, &r);
    }
    assert_true(service_settle(&d->s, 8, WAIT));
    for (size_t i = 0; i < 8; i++)
        sealed += d->s.kept[i]->sealed_length > 0;
    assert_int_equal(sealed, 1);
    assert_int_equal(kept_with(d, UD_VAULT_OK), 1);
    assert_int_equal(kept_with(d, UD_VAULT_APPROVAL_USED), 7);
    service_forget(&d->s);
    assert_int_equal(audited(d, "\"disclosed\"", NULL), 1);
}

static void
requests_at_the_same_moment_do_not_pass_the_limit_together(void **state)
{
    struct desk *d = *state;

    for (int i = 0; i < 19; i++)
        (void)ask_for(d, &id_a);
    for (int i = 0; i < 4; i++) {
        struct ud_vault_request r = about(d, UD_VAULT_APPROVAL_ASK, &id_a);
        (void)service_send(&d->s, &r);
    }
    assert_true(service_settle(&d->s, 4, WAIT));
    assert_int_equal(kept_with(d, UD_VAULT_OK), 1);
    assert_int_equal(kept_with(d, UD_VAULT_THROTTLED), 3);
    assert_int_equal(audited(d, "\"approval-asked\"", NULL), 20);
    service_forget(&d->s);
}

static void
a_request_sent_twice_is_one_request(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_APPROVAL_ASK, &id_a);

    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    struct ud_guid id = d->s.reply->approvals[0].id;
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_memory_equal(&d->s.reply->approvals[0].id, &id, sizeof(id));
    assert_int_equal(audited(d, "\"approval-asked\"", NULL), 1);
}

static void
approvals_survive_a_restart(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);

    assert_int_equal(decide(d, &d->decides, &id, UD_APPROVAL_GRANT), UD_VAULT_OK);
    service_stop(&d->s);
    service_start(&d->s);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_OK);
    service_stop(&d->s);
    service_start(&d->s);
    assert_int_equal(get(d, &id_a, &id), UD_VAULT_APPROVAL_USED);
}

/* --- waiting ------------------------------------------------------------------------------------------------------------------ */

static void
who_waits_learns_of_a_change_at_once(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request list = { .op = UD_VAULT_APPROVALS, .auth = d->decides, .approvals = { .open = true } };
    struct ud_vault_request ask = about(d, UD_VAULT_APPROVAL_ASK, &id_a);

    assert_int_equal(service_ask(&d->s, &list)->approval_count, 0);
    list.approvals.since = d->s.reply->revision;
    list.wait_ms = 30000;
    uint32_t waits = service_send(&d->s, &list);
    assert_false(service_settle(&d->s, 1, 50));
    uint32_t asked = service_send(&d->s, &ask);
    assert_true(service_settle(&d->s, 2, WAIT));
    assert_int_equal(service_kept(&d->s, waits)->approval_count, 1);

    struct ud_guid id = service_kept(&d->s, asked)->approvals[0].id;
    struct ud_vault_request one = {
        .op = UD_VAULT_APPROVAL, .auth = d->asks, .by_id = id, .approvals = { .known = UD_APPROVAL_OPEN }, .wait_ms = 30000
    };
    struct ud_vault_request grant = decision(&d->decides, &id, UD_APPROVAL_GRANT);
    waits = service_send(&d->s, &one);
    assert_false(service_settle(&d->s, 3, 50));
    (void)service_send(&d->s, &grant);
    assert_true(service_settle(&d->s, 4, WAIT));
    assert_int_equal(service_kept(&d->s, waits)->approvals[0].state, UD_APPROVAL_GRANTED);
    service_forget(&d->s);
}

static void
who_waits_in_vain_is_answered_in_time(void **state)
{
    struct desk *d = *state;
    struct ud_guid id = ask_for(d, &id_a);
    struct ud_vault_request one = {
        .op = UD_VAULT_APPROVAL, .auth = d->asks, .by_id = id, .approvals = { .known = UD_APPROVAL_OPEN }, .wait_ms = 100
    };

    (void)service_send(&d->s, &one);
    assert_true(service_settle(&d->s, 1, WAIT));
    assert_int_equal(d->s.kept[0]->approvals[0].state, UD_APPROVAL_OPEN);
    service_forget(&d->s);
}

/* --- which keys ------------------------------------------------------------------------------------------------------------------ */

static void
policy_says_which_keys_need_an_approval(void **state)
{
    struct desk *d = *state;
    struct ud_guid none = { { 0 } };

    service_policy(&d->s, "\"approval\":\"personal\"");
    assert_int_equal(get(d, &id_a, &none), UD_VAULT_OK);
    assert_int_equal(get(d, &id_b, &none), UD_VAULT_APPROVAL_REQUIRED);
    service_policy(
        &d->s, "\"approval\":\"no\",\"reasons\":[{\"code\":\"lost-pin\",\"text\":\"Lost PIN\",\"needs_approval\":true}]");
    assert_int_equal(get(d, &id_b, &none), UD_VAULT_APPROVAL_REQUIRED);
    service_policy(&d->s, "\"approval\":\"no\"");
    assert_int_equal(get(d, &id_b, &none), UD_VAULT_OK);
}

/* --- the surge --------------------------------------------------------------------------------------------------------------- */

static enum ud_vault_code
surge(struct desk *d, const struct ud_token *who, const char *incident, uint32_t hours)
{
    struct ud_vault_request r = { .op = UD_VAULT_SURGE, .auth = *who, .surge = { .incident = incident, .hours = hours } };

    return service_ask(&d->s, &r)->code;
}

static void
a_surge_lifts_the_hourly_stop_and_marks_every_line(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request policy = { .op = UD_VAULT_POLICY, .auth = d->asks };
    struct ud_guid none = { { 0 } };

    service_policy(&d->s, "\"approval\":\"no\",\"keys_stop\":1");
    assert_int_equal(get(d, &id_a, &none), UD_VAULT_OK);
    assert_int_equal(get(d, &id_a, &none), UD_VAULT_OK); /* the same key is no further one */
    assert_int_equal(get(d, &id_b, &none), UD_VAULT_THROTTLED);
    assert_int_equal(surge(d, &d->asks, "INC9", 1), UD_VAULT_NOT_FOUND);
    assert_int_equal(surge(d, &d->decides, " ", 1), UD_VAULT_INVALID);
    assert_int_equal(surge(d, &d->decides, "INC9", 13), UD_VAULT_INVALID);
    assert_int_equal(surge(d, &d->decides, "INC9", 12), UD_VAULT_OK);
    assert_string_equal(d->s.reply->surge.incident, "INC9");
    assert_non_null(strstr(service_ask(&d->s, &policy)->text, "\"surge\":{\"incident\":\"INC9\""));
    service_stop(&d->s);
    service_start(&d->s);
    assert_int_equal(get(d, &id_b, &none), UD_VAULT_OK);
    assert_int_equal(audited(d, "\"disclosed\"", "\"surge\":\"INC9\""), 1);
    assert_int_equal(audited(d, "\"intent\"", "\"surge\":\"INC9\""), 1);
    assert_int_equal(audited(d, "\"surge-opened\"", "kim"), 1);
    assert_int_equal(surge(d, &d->decides, "", 0), UD_VAULT_OK);
    assert_null(strstr(service_ask(&d->s, &policy)->text, "surge"));
    assert_int_equal(surge(d, &d->decides, "", 0), UD_VAULT_NOT_FOUND);
    assert_int_equal(get(d, &id_a, &none), UD_VAULT_OK);
    assert_int_equal(audited(d, "\"disclosed\"", "\"surge\""), 1);
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(without_an_approval_there_is_no_key_and_the_refusal_is_audited),
        WITH_DESK(a_granted_approval_gives_the_key_once),
        WITH_DESK(an_approval_is_for_that_key_that_reason_and_that_person),
        WITH_DESK(a_denied_one_says_so_and_needs_a_note),
        WITH_DESK(an_expired_one_can_be_neither_granted_nor_used),
        WITH_DESK(nobody_decides_their_own_request_under_another_name_either),
        WITH_DESK(a_request_is_seen_by_who_asked_and_by_approvers),
        WITH_DESK(who_may_not_get_a_key_may_not_ask_for_its_approval),
        WITH_DESK(of_two_grants_the_first_counts),
        WITH_DESK(grant_and_withdrawal_at_once_leave_no_good_approval),
        WITH_DESK(of_many_uses_at_once_exactly_one_gets_the_key),
        WITH_DESK(a_request_sent_twice_is_one_request),
        WITH_DESK(asking_does_not_tell_the_lower_role_whose_device_it_is),
        WITH_DESK(requests_at_the_same_moment_do_not_pass_the_limit_together),
        WITH_DESK(approvals_survive_a_restart),
        WITH_DESK(who_waits_learns_of_a_change_at_once),
        WITH_DESK(who_waits_in_vain_is_answered_in_time),
        WITH_DESK(policy_says_which_keys_need_an_approval),
        WITH_DESK(a_surge_lifts_the_hourly_stop_and_marks_every_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
