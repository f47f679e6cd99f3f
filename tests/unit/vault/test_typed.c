/* Typed FileVault recovery keys: who may hand one in, what the device gets, what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "domain/recovery.h"
#include "escrowd/store/typed.h"
#include "tests/unit/vault/support_service.h"

#define TYPED "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"
#define FRESH "BBBQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"
#define OTHER "CCCQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"
#define JO    "jo.oconnor@training.invalid"
#define KAI   "kai.jensen@training.invalid"

static struct service s;
static uint8_t box[256];

static bool
personal_mac(const struct ud_store_device *d)
{
    return strcmp(d->d.user, JO) == 0;
}

static bool
company_mac(const struct ud_store_device *d)
{
    return strcmp(d->d.user, KAI) == 0;
}

static bool
windows(const struct ud_store_device *d)
{
    return strcmp(d->d.os, "Windows") == 0;
}

static int
set_up(void **state)
{
    (void)state;
    service_open(&s, 60);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    service_close(&s);
    return 0;
}

static struct ud_secret *
secret_of(const char *text)
{
    struct ud_secret *out = NULL;

    assert_int_equal(ud_secret_new(&out, 64, NULL), UD_OK);
    assert_int_equal(ud_secret_append(out, text, strlen(text), NULL), UD_OK);
    return out;
}

/* The request that a console makes; `for_device` is what the box names. */
static struct ud_vault_request
typing(const struct ud_token *t, const struct ud_guid *device, const struct ud_guid *for_device, const char *key)
{
    struct ud_vault_request hello = { .op = UD_VAULT_HELLO };
    struct ud_vault_request r = { .op = UD_VAULT_TYPED, .auth = *t, .by_id = *device };
    struct ud_secret *text = secret_of(key), *plain = NULL;

    r.typed.kind = UD_KIND_FILEVAULT;
    ud_guid_random(&r.typed.request);
    assert_int_equal(service_ask(&s, &hello)->code, UD_VAULT_OK);
    assert_int_equal(ud_typed_pack(&plain, text, for_device, &r.typed.request, NULL), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &r.typed.sealed_length, plain, s.reply->hello.deposit_key, NULL), UD_OK);
    r.typed.sealed = box;
    ud_secret_free(&plain);
    ud_secret_free(&text);
    return r;
}

static enum ud_vault_code
type_key(const struct ud_token *t, const struct ud_guid *device, const char *key)
{
    struct ud_vault_request r = typing(t, device, device, key);

    return service_ask(&s, &r)->code;
}

static const struct ud_vault_typed_state *
state_of(const struct ud_token *t, const struct ud_guid *device)
{
    struct ud_vault_request r = { .op = UD_VAULT_TYPED_STATE, .auth = *t, .by_id = *device };

    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->typed_count, 1);
    return &s.reply->typed[0];
}

/* The work with a typed key that the device gets at its check-in; false: none. */
static bool
check_in(struct ud_guid *work, const struct ud_guid *device)
{
    struct ud_vault_request r = { .op = UD_VAULT_CHECK_IN, .auth = service_device_token(&s, device), .check_in.os_version = "" };

    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
    for (size_t i = 0; i < s.reply->work_count; i++)
        if (s.reply->works[i].typed) {
            *work = s.reply->works[i].id;
            return true;
        }
    return false;
}

/* What the device is given for that work; the code of the answer. */
static enum ud_vault_code
fetch(const struct ud_guid *device, const struct ud_guid *work, const char *expected)
{
    struct ud_vault_request r = { .op = UD_VAULT_WORK_KEY, .auth = service_device_token(&s, device), .result.work = *work };
    struct ud_secret *pair = NULL, *plain = NULL;

    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    if (service_ask(&s, &r)->code == UD_VAULT_OK) {
        assert_int_equal(ud_seal_open(&plain, s.reply->sealed, s.reply->sealed_length, pair, NULL), UD_OK);
        assert_int_equal(ud_secret_length(plain), strlen(expected));
        assert_memory_equal(ud_secret_open(plain), expected, strlen(expected));
        ud_secret_close(plain);
    }
    ud_secret_free(&plain);
    ud_secret_free(&pair);
    return s.reply->code;
}

static enum ud_vault_code
deposit(const struct ud_guid *device, const struct ud_guid *work, const char *key)
{
    struct ud_vault_request hello = { .op = UD_VAULT_HELLO };
    struct ud_vault_request r = { .op = UD_VAULT_DEPOSIT, .auth = service_device_token(&s, device) };
    struct ud_secret *plain = secret_of(key);

    assert_int_equal(service_ask(&s, &hello)->code, UD_VAULT_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &r.deposit.sealed_length, plain, s.reply->hello.deposit_key, NULL), UD_OK);
    ud_secret_free(&plain);
    r.deposit.sealed = box;
    r.deposit.kind = UD_KIND_FILEVAULT;
    r.deposit.volume = UD_VOLUME_OS;
    r.deposit.has_work = work != NULL;
    if (work != NULL)
        r.deposit.work = *work;
    return service_ask(&s, &r)->code;
}

static enum ud_vault_code
report(const struct ud_guid *device, const struct ud_guid *work, enum ud_typed_cause cause)
{
    struct ud_vault_request r = { .op = UD_VAULT_WORK_RESULT, .auth = service_device_token(&s, device) };

    r.result.work = *work;
    r.result.cause = (uint8_t)cause;
    return service_ask(&s, &r)->code;
}

static size_t
keys_of(const struct ud_token *t, const struct ud_guid *device)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_KEYS, .auth = *t, .by_id = *device };

    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
    return s.reply->key_count;
}

/* Rows with typed keys that are still there. */
static unsigned
waiting(void)
{
    struct ud_admin a;
    ud_wall oldest;

    assert_int_equal(ud_admin_open(&a, s.dir, NULL), UD_OK);
    assert_int_equal(ud_store_typed_oldest(a.context.store, &oldest, NULL), UD_OK);
    ud_admin_close(&a);
    return oldest != UD_WALL_NONE;
}

/* How often a text stands in the audit. */
static bool
count_line(const struct ud_store_audit *line, void *arg)
{
    struct {
        const char *text;
        unsigned count;
    } *c = arg;

    c->count += strstr(line->line, c->text) != NULL;
    return true;
}

static unsigned
audited(const char *text)
{
    struct {
        const char *text;
        unsigned count;
    } c = { text, 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, s.dir, NULL), UD_OK);
    assert_int_equal(ud_store_audits(a.context.store, 0, count_line, &c, NULL), UD_OK);
    ud_admin_close(&a);
    return c.count;
}

/* --- who may ------------------------------------------------------------------------------------------------------------ */

static void
the_user_stores_for_his_own_mac_and_staff_for_company_macs(void **state)
{
    const struct {
        const char *name, *role, *account;
        enum ud_vault_code personal, company, asking;
    } row[] = {
        { "u-jo", "user", JO, UD_VAULT_OK, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
        { "u-kai", "user", KAI, UD_VAULT_NOT_FOUND, UD_VAULT_OK, UD_VAULT_NOT_FOUND },
        { "u-nobody", "user", NULL, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
        { "u-help", "helpdesk", NULL, UD_VAULT_PERSONAL_DEVICE, UD_VAULT_OK, UD_VAULT_KEY_STORED },
        { "u-advanced", "advanced", NULL, UD_VAULT_PERSONAL_DEVICE, UD_VAULT_OK, UD_VAULT_KEY_STORED },
        { "u-helped", "advanced", JO, UD_VAULT_OK, UD_VAULT_OK, UD_VAULT_KEY_STORED },
        { "u-approver", "approver", NULL, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
        { "u-auditor", "auditor", NULL, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
        { "u-admin", "admin", NULL, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
    };
    struct ud_guid personal = service_device(&s, personal_mac), company = service_device(&s, company_mac);

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_token t = service_user(&s, row[i].name, row[i].role, row[i].account);
        struct ud_vault_request ask = { .op = UD_VAULT_TYPED_ASK, .auth = t, .by_id = personal, .name = "" };
        assert_int_equal(type_key(&t, &personal, TYPED), row[i].personal);
        assert_int_equal(type_key(&t, &company, TYPED), row[i].company);
        assert_int_equal(service_ask(&s, &ask)->code, row[i].asking);
    }
}

static void
staff_rotate_a_personal_macs_key_but_never_get_it(void **state)
{
    const struct {
        const char *name, *role, *account;
        bool personal;
        enum ud_vault_code view, rotate;
    } row[] = {
        { "u-help", "advanced", NULL, true, UD_VAULT_PERSONAL_DEVICE, UD_VAULT_OK },
        { "u-help", "advanced", NULL, false, UD_VAULT_OK, UD_VAULT_OK },
        { "u-jo", "user", JO, true, UD_VAULT_OK, UD_VAULT_OK },
        { "u-kai", "user", KAI, false, UD_VAULT_OK, UD_VAULT_OK },
        { "u-kai", "user", KAI, true, UD_VAULT_NOT_FOUND, UD_VAULT_NOT_FOUND },
    };
    struct ud_token t = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_secret *pair = NULL;
        if (i == 0 || strcmp(row[i].name, row[i - 1].name) != 0)
            t = service_user(&s, row[i].name, row[i].role, row[i].account);
        struct ud_vault_request view = { .op = UD_VAULT_REVEAL, .auth = t }, rotate = { .op = UD_VAULT_ROTATE, .auth = t };
        assert_int_equal(ud_seal_keypair(view.reveal.public_key, &pair, NULL), UD_OK);
        view.reveal.has_device = true;
        view.reveal.device = service_device(&s, row[i].personal ? personal_mac : company_mac);
        view.reveal.kind = UD_KIND_FILEVAULT;
        ud_guid_random(&view.reveal.request);
        (void)ud_copy(view.reveal.why.reason, sizeof(view.reveal.why.reason),
            strcmp(row[i].role, "user") == 0 ? "bios-tpm-changed" : "lost-pin");
        rotate.reveal = view.reveal;
        assert_int_equal(service_ask(&s, &view)->code, row[i].view);
        assert_int_equal(service_ask(&s, &rotate)->code, row[i].rotate);
        ud_secret_free(&pair);
    }
}

/* --- the way of a typed key ---------------------------------------------------------------------------------------------- */

static void
a_typed_key_is_verified_replaced_and_never_escrowed(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), work;
    struct ud_token jo = service_user(&s, "u-jo", "user", JO);
    size_t before = keys_of(&jo, &mac);

    (void)state;
    assert_int_equal(state_of(&jo, &mac)->state, UD_TYPED_NONE);
    assert_int_equal(type_key(&jo, &mac, TYPED), UD_VAULT_OK);
    assert_int_equal(s.reply->typed[0].state, UD_TYPED_PENDING);
    assert_string_equal(s.reply->typed[0].by, "u-jo");
    assert_int_equal(keys_of(&jo, &mac), before);
    assert_true(check_in(&work, &mac));
    assert_int_equal(fetch(&mac, &work, TYPED), UD_VAULT_OK);
    assert_int_equal(fetch(&mac, &work, TYPED), UD_VAULT_OK); /* the answer may have been lost on its way */
    assert_int_equal(deposit(&mac, &work, TYPED), UD_VAULT_INVALID);
    assert_int_equal(state_of(&jo, &mac)->state, UD_TYPED_PENDING);
    assert_int_equal(deposit(&mac, &work, FRESH), UD_VAULT_OK);
    const struct ud_vault_typed_state *t = state_of(&jo, &mac);
    assert_int_equal(t->state, UD_TYPED_DONE);
    assert_true(t->has_new_key);
    assert_true(ud_guid_is_zero(&t->new_key));
    assert_int_equal(keys_of(&jo, &mac), before + 1);
    assert_int_equal(s.reply->keys[0].k.state, UD_KEY_CURRENT);
    assert_int_equal(waiting(), 0);
    assert_int_equal(fetch(&mac, &work, TYPED), UD_VAULT_NOT_FOUND);
    assert_false(check_in(&work, &mac));
    assert_int_equal(audited("\"store-handed\""), 2);
    assert_int_equal(audited("\"stored\""), 1);
    assert_int_equal(audited("AAAQ"), 0);
}

static void
each_cause_of_a_failure_is_told_and_the_key_dropped(void **state)
{
    static const enum ud_typed_cause cause[] = { UD_TYPED_WRONG_KEY, UD_TYPED_NO_POLICY, UD_TYPED_OTHER, UD_TYPED_NO_CAUSE };
    struct ud_guid mac = service_device(&s, company_mac), work;
    struct ud_token staff = service_user(&s, "u-help", "advanced", NULL);
    size_t before = keys_of(&staff, &mac);

    (void)state;
    for (size_t i = 0; i < sizeof(cause) / sizeof(cause[0]); i++) {
        assert_int_equal(type_key(&staff, &mac, TYPED), UD_VAULT_OK);
        assert_true(check_in(&work, &mac));
        assert_int_equal(report(&mac, &work, cause[i]), UD_VAULT_OK);
        assert_int_equal(report(&mac, &work, cause[i]), UD_VAULT_NOT_FOUND);
        assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_FAILED);
        assert_int_equal(s.reply->typed[0].cause, cause[i] == UD_TYPED_NO_CAUSE ? UD_TYPED_OTHER : cause[i]);
        assert_int_equal(waiting(), 0);
    }
    assert_int_equal(keys_of(&staff, &mac), before);
}

static bool
wait_at_most(unsigned seconds)
{
    struct ud_admin a;
    char path[128], text[40];
    bool fine;

    (void)snprintf(text, sizeof(text), "{\"store_max_s\":%u}", seconds);
    (void)snprintf(path, sizeof(path), "%s/policy.json", s.dir);
    assert_int_equal(ud_file_replace(path, text, strlen(text), 0600, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s.dir, NULL), UD_OK);
    fine = ud_admin_policy(&a, path, true, NULL) == UD_OK;
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s.vault, NULL), UD_OK);
    return fine;
}

static void
a_mac_that_is_not_heard_of_fails_and_the_key_goes_by_itself(void **state)
{
    struct ud_guid mac = service_device(&s, company_mac), work;
    struct ud_token staff = service_user(&s, "u-help", "advanced", NULL);
    ud_msec deadline = ud_clock_now() + 30000;

    (void)state;
    assert_true(wait_at_most(1));
    assert_int_equal(type_key(&staff, &mac, TYPED), UD_VAULT_OK);
    assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_PENDING);
    assert_true(ud_vault_timeout(s.vault) <= 1000);
    while (waiting() != 0) { /* nobody asks: the vault's own clock */
        struct pollfd p = { .fd = ud_vault_fd(s.vault), .events = POLLIN };
        assert_true(ud_clock_now() < deadline);
        (void)poll(&p, 1, ud_vault_timeout(s.vault));
        ud_vault_finish(s.vault);
    }
    assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_FAILED);
    assert_int_equal(s.reply->typed[0].cause, UD_TYPED_NO_CONTACT);
    assert_false(check_in(&work, &mac));
    assert_int_equal(audited("no-contact"), 1);
}

static void
without_a_limit_it_waits_for_as_long_as_it_takes(void **state)
{
    struct ud_guid mac = service_device(&s, company_mac);
    struct ud_token staff = service_user(&s, "u-help", "advanced", NULL);

    (void)state;
    assert_true(wait_at_most(0));
    assert_int_equal(type_key(&staff, &mac, TYPED), UD_VAULT_OK);
    assert_true(s.reply->typed[0].expires == UD_WALL_NONE);
    assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_PENDING);
    assert_int_equal(ud_vault_timeout(s.vault), -1);
    assert_int_equal(waiting(), 1);
}

static void
a_second_one_takes_the_place_of_the_first(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), first, second;
    struct ud_token jo = service_user(&s, "u-jo", "user", JO);

    (void)state;
    assert_int_equal(type_key(&jo, &mac, TYPED), UD_VAULT_OK);
    assert_true(check_in(&first, &mac));
    assert_int_equal(type_key(&jo, &mac, OTHER), UD_VAULT_OK);
    assert_true(check_in(&second, &mac));
    assert_int_not_equal(ud_guid_compare(&first, &second), 0);
    assert_int_equal(fetch(&mac, &first, TYPED), UD_VAULT_NOT_FOUND);
    assert_int_equal(fetch(&mac, &second, OTHER), UD_VAULT_OK);
}

static void
a_new_key_that_comes_for_another_reason_ends_it_as_well(void **state)
{
    struct ud_guid mac = service_device(&s, company_mac), work;
    struct ud_token staff = service_user(&s, "u-help", "advanced", NULL);
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = staff };

    (void)state;
    rotate.reveal.has_device = true;
    rotate.reveal.device = mac;
    rotate.reveal.kind = UD_KIND_FILEVAULT;
    assert_int_equal(service_ask(&s, &rotate)->code, UD_VAULT_OK);
    assert_int_equal(type_key(&staff, &mac, TYPED), UD_VAULT_OK);
    assert_true(check_in(&work, &mac));
    assert_int_equal(s.reply->work_count, 2);
    assert_true(s.reply->works[0].typed);                      /* first: the other would make the typed key wrong */
    assert_int_equal(deposit(&mac, NULL, TYPED), UD_VAULT_OK); /* its own doing, and no new key */
    assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_PENDING);
    assert_int_equal(deposit(&mac, NULL, FRESH), UD_VAULT_OK);
    assert_int_equal(state_of(&staff, &mac)->state, UD_TYPED_DONE);
    assert_int_equal(waiting(), 0);
}

static void
a_new_key_from_typing_answers_an_older_rotation(void **state)
{
    struct ud_guid mac = service_device(&s, company_mac), work;
    struct ud_token staff = service_user(&s, "u-help", "advanced", NULL);
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = staff }, ask = { .op = UD_VAULT_ROTATION, .auth = staff };

    (void)state;
    rotate.reveal.has_device = true;
    rotate.reveal.device = mac;
    rotate.reveal.kind = UD_KIND_FILEVAULT;
    ask.reveal = rotate.reveal;
    assert_int_equal(service_ask(&s, &rotate)->code, UD_VAULT_OK);
    assert_int_equal(type_key(&staff, &mac, TYPED), UD_VAULT_OK);
    assert_true(check_in(&work, &mac));
    assert_int_equal(deposit(&mac, &work, FRESH), UD_VAULT_OK);
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->rotations[0].state, UD_VAULT_ROT_DONE);
    assert_true(s.reply->rotations[0].has_new_key);
    assert_true(ud_guid_is_zero(&s.reply->rotations[0].new_key));
}

static void
it_outlives_the_vault(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), work;
    struct ud_token jo = service_user(&s, "u-jo", "user", JO);

    (void)state;
    assert_int_equal(type_key(&jo, &mac, TYPED), UD_VAULT_OK);
    service_stop(&s);
    service_start(&s);
    assert_int_equal(state_of(&jo, &mac)->state, UD_TYPED_PENDING);
    assert_true(check_in(&work, &mac));
    assert_int_equal(fetch(&mac, &work, TYPED), UD_VAULT_OK);
}

/* --- what is refused ------------------------------------------------------------------------------------------------------ */

static void
boxes_for_others_and_requests_that_were_used_are_refused(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), other = service_device(&s, company_mac);
    struct ud_guid pc = service_device(&s, windows), zero = { { 0 } };
    struct ud_token jo = service_user(&s, "u-jo", "user", JO), staff = service_user(&s, "u-help", "advanced", NULL);
    struct ud_vault_request r = typing(&jo, &mac, &other, TYPED);

    (void)state;
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_INVALID); /* sealed for another Mac */
    r = typing(&jo, &mac, &mac, TYPED);
    ud_guid_random(&r.typed.request);
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_INVALID); /* sealed for another request */
    r = typing(&jo, &mac, &mac, TYPED);
    box[40] ^= 1;
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_INVALID); /* damaged */
    r = typing(&jo, &mac, &mac, TYPED);
    r.typed.kind = UD_KIND_LUKS;
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_INVALID);
    r.typed.kind = UD_KIND_FILEVAULT;
    r.typed.request = zero;
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_INVALID);
    assert_int_equal(type_key(&staff, &pc, TYPED), UD_VAULT_INVALID);
    assert_int_equal(state_of(&jo, &mac)->state, UD_TYPED_NONE);
    r = typing(&jo, &mac, &mac, TYPED);
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(&s, &r)->code, UD_VAULT_ALREADY_USED);
    assert_true(audited("\"refused\"") >= 7);
}

static void
another_device_gets_nothing(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), other = service_device(&s, company_mac), work;
    struct ud_token jo = service_user(&s, "u-jo", "user", JO), kai = service_user(&s, "u-kai", "user", KAI);
    struct ud_vault_request ask = { .op = UD_VAULT_TYPED_STATE, .auth = kai, .by_id = mac };

    (void)state;
    assert_int_equal(type_key(&jo, &mac, TYPED), UD_VAULT_OK);
    assert_true(check_in(&work, &mac));
    assert_int_equal(fetch(&other, &work, TYPED), UD_VAULT_NOT_FOUND);
    assert_int_equal(report(&other, &work, UD_TYPED_WRONG_KEY), UD_VAULT_NOT_FOUND);
    assert_int_equal(deposit(&other, &work, FRESH), UD_VAULT_OK); /* its own new key, and nobody else's work */
    assert_int_equal(state_of(&jo, &mac)->state, UD_TYPED_PENDING);
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_NOT_FOUND);
}

/* --- asking a user -------------------------------------------------------------------------------------------------------- */

static void
a_request_stands_until_the_mac_has_escrowed_a_key(void **state)
{
    struct ud_guid mac = service_device(&s, personal_mac), work;
    struct ud_token jo = service_user(&s, "u-jo", "user", JO), staff = service_user(&s, "u-help", "advanced", NULL);
    struct ud_vault_request ask = { .op = UD_VAULT_TYPED_ASK, .auth = staff, .by_id = mac, .name = "Please\033 store it" };
    struct ud_vault_request own = { .op = UD_VAULT_TYPED_ASKED, .auth = jo };
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = staff };

    (void)state;
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_KEY_STORED);
    rotate.reveal.has_device = true;
    rotate.reveal.device = mac;
    rotate.reveal.kind = UD_KIND_FILEVAULT;
    assert_int_equal(service_ask(&s, &rotate)->code, UD_VAULT_OK);
    struct ud_vault_request list = { .op = UD_VAULT_CHECK_IN, .auth = service_device_token(&s, &mac), .check_in.os_version = "" };
    assert_int_equal(service_ask(&s, &list)->code, UD_VAULT_OK);
    work = s.reply->works[0].id;
    assert_int_equal(report(&mac, &work, UD_TYPED_NO_CAUSE), UD_VAULT_OK); /* now the stored key is doubted */
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_OK);
    assert_true(s.reply->typed[0].asked);
    assert_int_equal(service_ask(&s, &own)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->typed_count, 1);
    assert_int_equal(s.reply->device_count, 1);
    assert_int_equal(ud_guid_compare(&s.reply->devices[0].d.id, &mac), 0);
    assert_string_equal(s.reply->typed[0].asked_by, "u-help");
    assert_null(strchr(s.reply->typed[0].note, '\033'));
    assert_int_equal(type_key(&jo, &mac, TYPED), UD_VAULT_OK);
    assert_true(state_of(&jo, &mac)->asked);
    assert_true(check_in(&work, &mac));
    assert_int_equal(deposit(&mac, &work, FRESH), UD_VAULT_OK);
    assert_false(state_of(&jo, &mac)->asked);
    assert_int_equal(service_ask(&s, &own)->code, UD_VAULT_OK);
    assert_int_equal(s.reply->typed_count, 0);
}

/* Who typed a key for the own Mac is its user. */
static void
asking_again_does_not_tell_the_lower_role_who_typed(void **state)
{
    struct ud_guid mac = service_device(&s, company_mac), work;
    struct ud_token kai = service_user(&s, "u-kai", "user", KAI), help = service_user(&s, "u-help", "helpdesk", NULL);
    struct ud_token boss = service_user(&s, "u-boss", "advanced", NULL);
    struct ud_vault_request ask = { .op = UD_VAULT_TYPED_ASK, .auth = help, .by_id = mac, .name = "" };
    struct ud_vault_request rotate = { .op = UD_VAULT_ROTATE, .auth = boss };
    struct ud_vault_request list = { .op = UD_VAULT_CHECK_IN, .auth = service_device_token(&s, &mac), .check_in.os_version = "" };

    (void)state;
    rotate.reveal.has_device = true;
    rotate.reveal.device = mac;
    rotate.reveal.kind = UD_KIND_FILEVAULT;
    assert_int_equal(service_ask(&s, &rotate)->code, UD_VAULT_OK);
    assert_int_equal(service_ask(&s, &list)->code, UD_VAULT_OK);
    work = s.reply->works[0].id;
    assert_int_equal(report(&mac, &work, UD_TYPED_NO_CAUSE), UD_VAULT_OK);
    assert_int_equal(type_key(&kai, &mac, TYPED), UD_VAULT_OK);
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_OK);
    assert_string_equal(s.reply->typed[0].by, "");
    ask.auth = boss;
    assert_int_equal(service_ask(&s, &ask)->code, UD_VAULT_OK);
    assert_string_equal(s.reply->typed[0].by, "u-kai");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_user_stores_for_his_own_mac_and_staff_for_company_macs),
        T(staff_rotate_a_personal_macs_key_but_never_get_it),
        T(a_typed_key_is_verified_replaced_and_never_escrowed),
        T(each_cause_of_a_failure_is_told_and_the_key_dropped),
        T(a_mac_that_is_not_heard_of_fails_and_the_key_goes_by_itself),
        T(without_a_limit_it_waits_for_as_long_as_it_takes),
        T(a_second_one_takes_the_place_of_the_first),
        T(a_new_key_that_comes_for_another_reason_ends_it_as_well),
        T(a_new_key_from_typing_answers_an_older_rotation),
        T(it_outlives_the_vault),
        T(boxes_for_others_and_requests_that_were_used_are_refused),
        T(another_device_gets_nothing),
        T(a_request_stands_until_the_mac_has_escrowed_a_key),
        T(asking_again_does_not_tell_the_lower_role_who_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
