/* The vault's operations, asked as the front asks them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/unit/vault/support_service.h"

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define KEY_B "496298-461032-321464-595518-463221-173943-033616-139579"
#define BAD_A "461109-608201-413821-485342-181588-463056-430617-501391"

static const struct ud_guid id_a = { { 0x8a, 0x5d, 0x13, 0xd6, 1, 2, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };
static const struct ud_guid id_b = { { 0x8a, 0x5d, 0x13, 0xd6, 9, 9, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };

static bool
company_windows(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_COMPANY && strcmp(d->d.os, "Windows") == 0 && strncmp(d->d.user, "alice", 5) == 0;
}

static bool
personal_mac(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_PERSONAL && strcmp(d->d.os, "macOS") == 0;
}

static bool
somebody_elses(const struct ud_store_device *d)
{
    return strcmp(d->d.os, "Windows") == 0 && strncmp(d->d.user, "alice", 5) != 0 && d->d.ownership == UD_OWNERSHIP_COMPANY;
}

static int
set_up(void **state)
{
    static struct service s;

    service_open(&s, 60);
    *state = &s;
    return 0;
}

static int
tear_down(void **state)
{
    service_close(*state);
    return 0;
}

static struct ud_vault_request
reveal_of(const struct ud_token *t, const struct ud_guid *key)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL, .auth = *t };

    r.reveal.has_key = key != NULL;
    if (key != NULL)
        r.reveal.key = *key;
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin");
    (void)ud_copy(r.reveal.why.ticket, sizeof(r.reveal.why.ticket), "INC1");
    (void)ud_copy(r.reveal.why.caller, sizeof(r.reveal.why.caller), "Alice");
    return r;
}

static void
assert_opens(const struct ud_vault_reply *reply, struct ud_secret *pair, const char *key)
{
    struct ud_secret *plain = NULL;

    assert_int_equal(ud_seal_open(&plain, reply->sealed, reply->sealed_length, pair, NULL), UD_OK);
    assert_int_equal(ud_secret_length(plain), strlen(key));
    assert_memory_equal(ud_secret_open(plain), key, strlen(key));
    ud_secret_close(plain);
    ud_secret_free(&plain);
}

static void
a_deposited_key_is_revealed_sealed_and_audited(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = reveal_of(&t, &id_a);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    const struct ud_vault_reply *reply = service_ask(s, &r);
    assert_string_equal(reply->message, "");
    assert_int_equal(reply->code, UD_VAULT_OK);
    assert_opens(reply, pair, KEY_A);
    assert_null(reply->secret);
    assert_int_equal(reply->keys[0].k.state, UD_KEY_DISCLOSED);
    assert_memory_equal(&reply->devices[0].d.id, &device, sizeof(device));
    assert_int_equal(service_audited(s, "\"intent\"", "INC1"), 1);
    assert_int_equal(service_audited(s, "\"disclosed\"", "robin"), 1);
    assert_int_equal(service_audited(s, "461109", NULL), 0);
    ud_secret_free(&pair);
}

static void
a_request_id_is_good_for_one_reveal(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = reveal_of(&t, &id_a);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_ALREADY_USED);
    assert_int_equal(s->reply->sealed_length, 0);
    assert_int_equal(service_audited(s, "\"disclosed\"", NULL), 1);
    assert_int_equal(service_audited(s, "\"refused\"", "already-used"), 1);
    ud_secret_free(&pair);
}

static void
a_reveal_without_a_reason_is_refused_and_audited(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_vault_request r = reveal_of(&t, &id_a);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    r.reveal.why.reason[0] = '\0';
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_REASON_REQUIRED);
    assert_string_equal(s->reply->field, "reason");
    assert_int_equal(service_audited(s, "\"refused\"", "reason-required"), 1);
    assert_int_equal(service_audited(s, "\"intent\"", NULL), 0);
}

static void
the_key_of_a_personal_mac_is_not_for_staff_but_can_be_rotated(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, personal_mac);
    struct ud_vault_request r = reveal_of(&t, NULL);

    r.reveal.has_device = true;
    r.reveal.device = device;
    r.reveal.kind = UD_KIND_FILEVAULT;
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_PERSONAL_DEVICE);
    assert_int_equal(service_audited(s, "\"refused\"", "personal-device"), 1);
    r.op = UD_VAULT_ROTATE;
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_int_equal(s->reply->rotations[0].state, UD_VAULT_ROT_PENDING);
}

static void
plain_reads_are_refused_unless_policy_allows_them(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL_PLAIN, .auth = t, .reveal = { .has_key = true, .key = id_a } };

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_FORBIDDEN);
    assert_null(s->reply->secret);
    assert_int_equal(service_audited(s, "\"refused\"", "not-allowed"), 1);
}

static void
an_employee_reaches_the_own_device_only(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "employee", "user", "alice@training.invalid");
    struct ud_guid own = service_device(s, company_windows), other = service_device(s, somebody_elses);
    struct ud_vault_request page = { .op = UD_VAULT_DEVICE_PAGE, .auth = t };
    struct ud_vault_request find = { .op = UD_VAULT_FIND, .auth = t };
    struct ud_vault_request r = reveal_of(&t, &id_a);
    struct ud_secret *pair = NULL;

    assert_int_equal(service_deposit(s, &own, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_deposit(s, &other, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    assert_int_equal(service_ask(s, &page)->code, UD_VAULT_OK);
    assert_true(s->reply->device_count >= 1 && s->reply->device_count < 5);
    assert_int_equal(s->reply->total, s->reply->device_count);
    for (size_t i = 0; i < s->reply->device_count; i++)
        assert_string_equal(s->reply->devices[i].d.user, "alice@training.invalid");
    find.find.value = id_a;
    memset(find.find.value.byte + 4, 0, 12);
    find.find.digits = 8; /* somebody else's key starts so too: nothing is told */
    assert_int_equal(service_ask(s, &find)->code, UD_VAULT_AMBIGUOUS);
    assert_int_equal(s->reply->key_count + s->reply->device_count + s->reply->other_count, 0);
    find.find.value = id_a;
    find.find.digits = 32;
    assert_int_equal(service_ask(s, &find)->key_count, 1);
    assert_memory_equal(&s->reply->keys[0].k.id, &id_a, sizeof(id_a));
    find.find.value = id_b;
    assert_int_equal(service_ask(s, &find)->code, UD_VAULT_OK);
    assert_int_equal(s->reply->key_count + s->reply->device_count, 0);
    assert_int_equal(service_audited(s, "refused", "8a5d13d6-0909"), 1); /* on record, although nothing was told */

    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    r.reveal.key = id_b;
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_NOT_FOUND);
    r.reveal.key = id_a;
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "boot-order"); /* the desk's, not self-service's */
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_REASON_REQUIRED);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin"); /* the desk has one of that code as well */
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_opens(s->reply, pair, KEY_A);
    assert_int_equal(service_audited(s, "\"disclosed\"", "\"role\":\"user\""), 1); /* which is how reports know self-service */
    ud_secret_free(&pair);
}

static void
a_prefix_finds_every_key_and_other_protectors(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request r = { .op = UD_VAULT_FIND, .auth = t, .find = { .value = { { 0xc0, 0xff, 0xee, 0 } }, .digits = 8 } };

    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_int_equal(s->reply->key_count, 2);
    assert_int_equal(s->reply->device_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_memory_equal(&s->reply->keys[i].k.device, &s->reply->devices[i].d.id, sizeof(struct ud_guid));
    r.find.digits = 9;
    r.find.value.byte[4] = 0x10; /* digit 9 is the upper half of byte 4 */
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_in_range(s->reply->key_count, 0, 1);
}

static void
pages_hold_every_device_once(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "approver", NULL);
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_PAGE, .auth = t, .page = { .limit = 7 } };
    uint64_t last = 0;
    unsigned count = 0;

    do {
        assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
        assert_int_equal(s->reply->total, 60);
        for (size_t i = 0; i < s->reply->device_count; i++, count++) {
            assert_true(s->reply->devices[i].row > last);
            last = s->reply->devices[i].row;
        }
        r.page.after = s->reply->next;
    } while (s->reply->next != 0);
    assert_int_equal(count, 60);
}

static void
a_filter_ignores_case_and_sql(void **state)
{
    static const struct {
        enum ud_vault_filter filter;
        const char *text;
        bool some;
    } table[] = { { UD_VAULT_USER_IS, "ALICE@training.INVALID", true }, { UD_VAULT_SERIAL_IS, "trn0001001", true },
        { UD_VAULT_NAME_CONTAINS, "alice", true }, { UD_VAULT_USER_IS, "' OR '1'='1", false },
        { UD_VAULT_NAME_CONTAINS, "%", false }, { UD_VAULT_NAME_IS, "*", false }, { UD_VAULT_ENTRA_IS, "nonsense", false } };
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "approver", NULL);

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct ud_vault_request r = { .op = UD_VAULT_DEVICE_PAGE, .auth = t };
        r.page.filter = (uint8_t)table[i].filter;
        r.page.text = table[i].text;
        assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
        assert_int_equal(s->reply->device_count > 0, table[i].some);
        assert_int_equal(s->reply->total, s->reply->device_count);
    }
}

static void
a_rotation_is_done_only_when_a_newer_key_is_stored(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows), work;
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = t, .reveal = { .has_device = true, .device = device } };
    struct ud_vault_request asked = { .op = UD_VAULT_ROTATION, .auth = t, .reveal = { .has_device = true, .device = device } };
    struct ud_vault_request check_in = { .op = UD_VAULT_CHECK_IN, .auth = service_device_token(s, &device) };
    struct ud_vault_request keys = { .op = UD_VAULT_DEVICE_KEYS, .auth = t, .by_id = device };

    assert_int_equal(service_ask(s, &asked)->rotations[0].state, UD_VAULT_ROT_NONE);
    assert_int_equal(service_ask(s, &rotate)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &keys)->keys[0].k.state, UD_KEY_ROTATION_PENDING);
    assert_int_equal(service_ask(s, &check_in)->work_count, 1);
    work = s->reply->works[0].id;
    assert_int_equal(service_ask(s, &rotate)->code, UD_VAULT_OK); /* asked twice is one work */
    assert_int_equal(service_ask(s, &check_in)->work_count, 1);
    assert_memory_equal(&s->reply->works[0].id, &work, sizeof(work));
    assert_int_equal(service_ask(s, &asked)->rotations[0].state, UD_VAULT_ROT_PENDING);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_ask(s, &asked)->rotations[0].state, UD_VAULT_ROT_DONE);
    assert_memory_equal(&s->reply->rotations[0].new_key, &id_a, sizeof(id_a));
    assert_int_equal(service_ask(s, &keys)->keys[0].k.state, UD_KEY_CURRENT);
    assert_int_equal(s->reply->keys[1].k.state, UD_KEY_SUPERSEDED);
}

static void
work_that_failed_says_why_and_leaves_the_key(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows), other = service_device(s, somebody_elses);
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = t, .reveal = { .has_device = true, .device = device } };
    struct ud_vault_request check_in = { .op = UD_VAULT_CHECK_IN, .auth = service_device_token(s, &device) };
    struct ud_vault_request result = { .op = UD_VAULT_WORK_RESULT, .auth = service_device_token(s, &other) };
    struct ud_vault_request keys = { .op = UD_VAULT_DEVICE_KEYS, .auth = t, .by_id = device };

    assert_int_equal(service_ask(s, &rotate)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &check_in)->work_count, 1);
    result.result.work = s->reply->works[0].id;
    result.result.error_code = (int32_t)0x80070005u;
    assert_int_equal(service_ask(s, &result)->code, UD_VAULT_NOT_FOUND); /* another device's work */
    result.auth = check_in.auth;
    assert_int_equal(service_ask(s, &result)->code, UD_VAULT_OK);
    rotate.op = UD_VAULT_ROTATION;
    assert_int_equal(service_ask(s, &rotate)->rotations[0].state, UD_VAULT_ROT_FAILED);
    assert_true(strlen(s->reply->rotations[0].message) > 20);
    assert_int_equal(service_ask(s, &keys)->keys[0].k.state, UD_KEY_CURRENT);
}

static void
a_deposit_that_is_no_recovery_key_is_refused(void **state)
{
    struct service *s = *state;
    struct ud_guid device = service_device(s, company_windows), other = service_device(s, somebody_elses);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, BAD_A), UD_VAULT_INVALID);
    assert_non_null(strstr(s->reply->message, "3"));
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK); /* sent again */
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_INVALID);
    assert_int_equal(service_deposit(s, &other, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_INVALID);
}

static void
a_wrong_token_looks_like_no_token(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request me = { .op = UD_VAULT_ME, .auth = t };
    struct ud_vault_request deposit = { .op = UD_VAULT_CHECK_IN, .auth = t };
    struct ud_vault_request list = { .op = UD_VAULT_WORK_LIST, .auth = t };

    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_OK);
    assert_string_equal(s->reply->user.name, "robin");
    me.auth.proof[31] ^= 1;
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
    memset(&me.auth, 0, sizeof(me.auth));
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(service_ask(s, &deposit)->code, UD_VAULT_UNAUTHENTICATED); /* a person is no device */
    assert_int_equal(service_ask(s, &list)->code, UD_VAULT_UNAUTHENTICATED);
}

static void
tokens_survive_a_restart_and_end_with_sign_out(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request me = { .op = UD_VAULT_ME, .auth = t }, out = { .op = UD_VAULT_REVOKE, .auth = t };

    service_stop(s);
    service_start(s);
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &out)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
    service_stop(s);
    service_start(s);
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
}

static void
reuse_of_a_refresh_token_revokes_the_grant(void **state)
{
    struct service *s = *state;
    struct ud_vault_request check = { .op = UD_VAULT_USER_CHECK, .name = "robin", .address = "test" };
    struct ud_vault_request grant = { .op = UD_VAULT_GRANT, .grant = { .client_id = "c", .scope = "s", .offline = true } };
    struct ud_token access, first, second, third;

    access = service_user(s, "robin", "advanced", NULL);
    assert_int_equal(ud_secret_new(&check.secret, 32, NULL), UD_OK);
    assert_int_equal(ud_secret_append(check.secret, "correct horse", 13, NULL), UD_OK);
    assert_int_equal(service_ask(s, &check)->code, UD_VAULT_OK);
    ud_secret_free(&check.secret);
    grant.by_id = s->reply->approval;
    assert_int_equal(service_ask(s, &grant)->code, UD_VAULT_OK);
    service_tokens(s->reply, &access, &first);
    assert_int_equal(service_ask(s, &grant)->code, UD_VAULT_UNAUTHENTICATED); /* an approval is good once */

    struct ud_vault_request refresh = { .op = UD_VAULT_REFRESH, .auth = first }, me = { .op = UD_VAULT_ME };
    assert_int_equal(service_ask(s, &refresh)->code, UD_VAULT_OK);
    assert_string_equal(s->reply->tokens.scope, "s");
    service_tokens(s->reply, &second, &third);
    me.auth = second;
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(s, &refresh)->code, UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
    refresh.auth = third;
    assert_int_equal(service_ask(s, &refresh)->code, UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(service_audited(s, "\"token-reuse\"", "robin"), 1);
}

static void
wrong_passwords_are_slowed_down_for_that_address_only(void **state)
{
    struct service *s = *state;
    struct ud_vault_request check = { .op = UD_VAULT_USER_CHECK, .name = "robin", .address = "10.0.0.1" };
    unsigned tries = 0;

    (void)service_user(s, "robin", "advanced", NULL);
    assert_int_equal(ud_secret_new(&check.secret, 32, NULL), UD_OK);
    assert_int_equal(ud_secret_append(check.secret, "wrong password", 14, NULL), UD_OK);
    while (service_ask(s, &check)->code == UD_VAULT_UNAUTHENTICATED && tries < 20)
        tries++;
    assert_int_equal(s->reply->code, UD_VAULT_THROTTLED);
    assert_in_range(s->reply->retry_after, 1, 60);
    assert_in_range(tries, 3, 8);
    check.address = "10.0.0.2";
    assert_int_equal(service_ask(s, &check)->code, UD_VAULT_UNAUTHENTICATED);
    ud_secret_free(&check.secret);
}

static void
a_disabled_user_is_out_at_once(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request me = { .op = UD_VAULT_ME, .auth = t };
    struct ud_admin a;

    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_user_disable(&a, "robin", NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    assert_int_equal(service_ask(s, &me)->code, UD_VAULT_UNAUTHENTICATED);
}

static void
an_hours_limit_survives_a_restart(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows), other = service_device(s, somebody_elses);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = reveal_of(&t, &id_a);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_deposit(s, &other, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    service_stop(s);
    s->config.reveals_operator = 1;
    service_start(s);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    service_stop(s);
    service_start(s);
    ud_guid_random(&r.reveal.request);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK); /* the same key again is no other key */
    ud_guid_random(&r.reveal.request);
    r.reveal.key = id_b;
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_THROTTLED);
    assert_in_range(s->reply->retry_after, 3000, 3601);
    ud_secret_free(&pair);
}

static void
with_a_full_disk_nothing_is_acknowledged_and_no_key_is_given_out(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = reveal_of(&t, &id_a);
    struct ud_audit_report report;
    struct ud_admin a;
    struct ud_guid id;
    unsigned stored = 0;

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    ud_vault_limit_pages(s->vault, 1); /* not below what the file has: full from the next page on */
    do {
        ud_guid_random(&id);
        stored++;
    } while (service_deposit(s, &device, &id, UD_KIND_BITLOCKER, KEY_B) == UD_VAULT_OK && stored < 1000);
    assert_int_equal(s->reply->code, UD_VAULT_UNAVAILABLE);
    for (unsigned i = 0; i < 100 && service_ask(s, &r)->code == UD_VAULT_OK; i++)
        ud_guid_random(&r.reveal.request);
    assert_int_equal(s->reply->code, UD_VAULT_AUDIT_UNAVAILABLE);
    assert_int_equal(s->reply->sealed_length, 0);

    ud_vault_limit_pages(s->vault, 0); /* room again: it goes on without a restart */
    ud_guid_random(&r.reveal.request);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_opens(s->reply, pair, KEY_A);
    assert_int_equal(service_deposit(s, &device, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_verify(&a, &report, NULL), UD_OK);
    assert_true(report.ok);
    ud_admin_close(&a);
    ud_secret_free(&pair);
}

static void
an_older_database_put_back_is_refused_at_the_start(void **state)
{
    struct service *s = *state;
    struct ud_guid device = service_device(s, company_windows);
    char path[128];
    struct ud_buf old;
    struct ud_vault *v = NULL;
    struct ud_error err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/%s", s->dir, UD_FILE_DATABASE);
    ud_buf_init(&old, (size_t)1 << 26);
    service_stop(s);
    assert_int_equal(ud_file_read(&old, path, old.max, NULL), UD_OK);
    service_start(s);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    service_stop(s);
    assert_int_equal(ud_file_replace(path, old.data, old.length, 0600, NULL), UD_OK);
    assert_int_equal(ud_vault_open(&v, &s->config, NULL, NULL, &err), UD_TAMPERED);
    assert_non_null(strstr(err.hint, "audit.anchor"));
    assert_null(v);
    ud_buf_free(&old);
}

#define WITH_SERVICE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVICE(a_deposited_key_is_revealed_sealed_and_audited),
        WITH_SERVICE(a_request_id_is_good_for_one_reveal),
        WITH_SERVICE(a_reveal_without_a_reason_is_refused_and_audited),
        WITH_SERVICE(the_key_of_a_personal_mac_is_not_for_staff_but_can_be_rotated),
        WITH_SERVICE(plain_reads_are_refused_unless_policy_allows_them),
        WITH_SERVICE(an_employee_reaches_the_own_device_only),
        WITH_SERVICE(a_prefix_finds_every_key_and_other_protectors),
        WITH_SERVICE(pages_hold_every_device_once),
        WITH_SERVICE(a_filter_ignores_case_and_sql),
        WITH_SERVICE(a_rotation_is_done_only_when_a_newer_key_is_stored),
        WITH_SERVICE(work_that_failed_says_why_and_leaves_the_key),
        WITH_SERVICE(a_deposit_that_is_no_recovery_key_is_refused),
        WITH_SERVICE(a_wrong_token_looks_like_no_token),
        WITH_SERVICE(tokens_survive_a_restart_and_end_with_sign_out),
        WITH_SERVICE(reuse_of_a_refresh_token_revokes_the_grant),
        WITH_SERVICE(wrong_passwords_are_slowed_down_for_that_address_only),
        WITH_SERVICE(a_disabled_user_is_out_at_once),
        WITH_SERVICE(an_hours_limit_survives_a_restart),
        WITH_SERVICE(an_older_database_put_back_is_refused_at_the_start),
        WITH_SERVICE(with_a_full_disk_nothing_is_acknowledged_and_no_key_is_given_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
