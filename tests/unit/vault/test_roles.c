/* Who may do what, written down a second time and asked of the real vault: every operation of people, as every role, on a device of
 * one's own, on one where the person never signed in, and on somebody else's. A new operation needs a row here (and one in rights.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/vault/support_service.h"

#define ALICE "alice@training.invalid"

enum cell { NO, OWN, NAMED, ALL, EVER }; /* EVER: not about devices, allowed */
enum which { MINE, NEVER_THERE, ANOTHERS, DEVICES };
enum naming { RIGHT, WRONG, NOBODY }; /* the user, in the request */

static const char *const roles[] = { "user", "helpdesk", "advanced", "approver", "auditor", "admin" };
#define ROLES    (sizeof(roles) / sizeof(roles[0]))
#define ADVANCED 2

struct desk {
    struct service s;
    struct ud_token token[ROLES];
    struct ud_guid device[DEVICES], key[DEVICES];
    struct ud_secret *pair;
    uint8_t public_key[UD_SEAL_PUBLIC];
    enum naming naming;
};

/* A user of each device, as a caller may say it: with the short domain, as one account, as one who only signed in there. */
static void
name_user(struct ud_disclosure *why, enum naming naming, enum which w)
{
    static const struct {
        const char *domain, *account;
    } right[DEVICES] = { { "training", "Alice" }, { "", ALICE }, { "TRAINING.invalid", "alice" } };

    if (naming == NOBODY)
        return;
    (void)ud_copy(why->user_domain, sizeof(why->user_domain), naming == RIGHT ? right[w].domain : "training.invalid");
    (void)ud_copy(why->user_account, sizeof(why->user_account), naming == RIGHT ? right[w].account : "mallory");
}

/* --- asking: did the operation reach the device? ------------------------------------------------------------------------------ */

static struct ud_vault_request
about(const struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = { .op = op, .auth = d->token[role], .by_id = d->device[w] };

    r.reveal = (struct ud_vault_reveal){ .has_device = true, .device = d->device[w] };
    memcpy(r.reveal.public_key, d->public_key, sizeof(d->public_key));
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "bios-tpm-changed");
    (void)ud_copy(r.reveal.why.ticket, sizeof(r.reveal.why.ticket), "INC1");
    (void)ud_copy(r.reveal.why.caller, sizeof(r.reveal.why.caller), "Alice");
    name_user(&r.reveal.why, d->naming, w);
    return r;
}

static bool
lists_device(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = about(d, op, role, w);

    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK); /* an empty list, never a refusal */
    for (size_t i = 0; i < d->s.reply->device_count; i++)
        if (ud_guid_compare(&d->s.reply->devices[i].d.id, &d->device[w]) == 0)
            return true;
    return false;
}

static bool
lists_key(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = about(d, op, role, w);

    r.find = (struct ud_keyid_prefix){ .value = d->key[w], .digits = 32 };
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    for (size_t i = 0; i < d->s.reply->key_count; i++)
        if (ud_guid_compare(&d->s.reply->keys[i].k.device, &d->device[w]) == 0)
            return true;
    return false;
}

/* Anything but "does not exist" would tell that it does. */
static bool
answers(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = about(d, op, role, w);

    if (op == UD_VAULT_KEY)
        r.by_id = d->key[w];
    enum ud_vault_code code = service_ask(&d->s, &r)->code;
    if (code != UD_VAULT_NOT_FOUND && code != UD_VAULT_REASON_REQUIRED)
        return true;
    assert_int_equal(d->s.reply->device_count + d->s.reply->key_count + d->s.reply->sealed_length, 0);
    assert_null(d->s.reply->secret);
    return false;
}

static bool
outcome(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request reveal = about(d, UD_VAULT_REVEAL, role, w);
    struct ud_vault_request r = { .op = op, .auth = d->token[role], .by_id = reveal.reveal.request, .outcome = "worked" };

    (void)service_ask(&d->s, &reveal);
    return service_ask(&d->s, &r)->code == UD_VAULT_OK;
}

/* The key was found, and has no package. */
static bool
no_package(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = about(d, op, role, w);

    enum ud_vault_code code = service_ask(&d->s, &r)->code;
    if (code == UD_VAULT_REASON_REQUIRED)
        return false;
    assert_int_equal(code, UD_VAULT_NOT_FOUND);
    return strcmp(d->s.reply->message, UD_NO_SUCH_THING) != 0;
}

/* Shown by "advanced", and not replaced since. */
static bool
on_the_board(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request reveal = about(d, UD_VAULT_REVEAL, ADVANCED, w);
    struct ud_vault_request r = { .op = op, .auth = d->token[role] };

    (void)service_ask(&d->s, &reveal);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    for (size_t i = 0; i < d->s.reply->key_count; i++)
        if (ud_guid_compare(&d->s.reply->keys[i].k.device, &d->device[w]) == 0)
            return true;
    return false;
}

static bool
granted(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = { .op = op, .auth = d->token[role], .name = "en" };

    (void)w;
    return service_ask(&d->s, &r)->code == UD_VAULT_OK;
}

/* A request for approval by "advanced": does the operation reach it? It is withdrawn afterwards. */
static bool
on_a_request(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request ask = about(d, UD_VAULT_APPROVAL_ASK, ADVANCED, w);
    struct ud_vault_request withdraw = { .op = UD_VAULT_APPROVAL_WITHDRAW, .auth = d->token[ADVANCED] };
    struct ud_vault_request r = { .op = op, .auth = d->token[role], .approvals = { .open = true } };
    bool reached = false;

    assert_int_equal(service_ask(&d->s, &ask)->code, UD_VAULT_OK);
    r.by_id = withdraw.by_id = d->s.reply->approvals[0].id;
    r.decide.decision = UD_APPROVAL_GRANT;
    if (service_ask(&d->s, &r)->code == UD_VAULT_OK)
        for (size_t i = 0; i < d->s.reply->approval_count; i++)
            reached = reached || ud_guid_compare(&d->s.reply->approvals[i].id, &r.by_id) == 0;
    (void)service_ask(&d->s, &withdraw);
    return reached;
}

static bool
opens_a_surge(struct desk *d, enum ud_vault_op op, size_t role, enum which w)
{
    struct ud_vault_request r = { .op = op, .auth = d->token[role], .surge = { .incident = "INC1", .hours = 1 } };

    (void)w;
    return service_ask(&d->s, &r)->code == UD_VAULT_OK;
}

/* --- the table ------------------------------------------------------------------------------------------------------------------ */

static const struct row {
    enum ud_vault_op op;
    bool (*reaches)(struct desk *d, enum ud_vault_op op, size_t role, enum which w);
    enum cell cell[ROLES];
} table[] = {
    /* clang-format off */
    /*                                      user   helpdesk advanced approver auditor admin */
    { UD_VAULT_ME,           granted,      { EVER, EVER,    EVER,    EVER,    EVER,   EVER } },
    { UD_VAULT_POLICY,       granted,      { EVER, EVER,    EVER,    EVER,    EVER,   EVER } },
    { UD_VAULT_NOTICE,       granted,      { EVER, EVER,    EVER,    EVER,    EVER,   EVER } },
    { UD_VAULT_DEVICE_PAGE,  lists_device, { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_DEVICE,       answers,      { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_KEY_PAGE,     lists_key,    { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_KEY,          answers,      { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_DEVICE_KEYS,  answers,      { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_FIND,         lists_key,    { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_ROTATION,     answers,      { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_BOARD,        on_the_board, { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_REVEAL,       answers,      { OWN,  NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_REVEAL_PLAIN, answers,      { OWN,  NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_ROTATE,       answers,      { OWN,  NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_REPORT_AUDIT, granted,      { NO,   NO,      EVER,    NO,      EVER,   EVER } },
    { UD_VAULT_REPORT_ENCRYPTION, granted, { NO,   NO,      EVER,    NO,      EVER,   EVER } },
    { UD_VAULT_OUTCOME,      outcome,      { OWN,  NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_TYPED,        answers,      { OWN,  ALL,     ALL,     NO,      NO,     NO } },
    { UD_VAULT_TYPED_STATE,  answers,      { OWN,  ALL,     ALL,     ALL,     NO,     ALL } },
    { UD_VAULT_TYPED_ASK,    answers,      { NO,   ALL,     ALL,     NO,      NO,     NO } },
    { UD_VAULT_TYPED_ASKED,  granted,      { EVER, EVER,    EVER,    EVER,    EVER,   EVER } },
    { UD_VAULT_STORE,        answers,      { NO,   ALL,     ALL,     NO,      NO,     NO } },
    { UD_VAULT_PACKAGE,      no_package,   { NO,   NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_APPROVAL_ASK, answers,      { OWN,  NAMED,   ALL,     NO,      NO,     NO } },
    { UD_VAULT_APPROVALS,    on_a_request, { NO,   NO,      EVER,    EVER,    NO,     NO } },
    { UD_VAULT_APPROVAL,     on_a_request, { NO,   NO,      EVER,    EVER,    NO,     NO } },
    { UD_VAULT_APPROVAL_DECIDE, on_a_request, { NO, NO,     NO,      EVER,    NO,     NO } },
    { UD_VAULT_APPROVAL_WITHDRAW, on_a_request, { NO, NO,   EVER,    NO,      NO,     NO } },
    { UD_VAULT_SURGE,        opens_a_surge, { NO,  NO,      NO,      EVER,    NO,     EVER } },
    { UD_VAULT_REVOKE,       granted,      { EVER, EVER,    EVER,    EVER,    EVER,   EVER } }, /* last: ends the sign-in */
    /* clang-format on */
};
#define ROWS (sizeof(table) / sizeof(table[0]))

/* Operations that are not for people who are signed in. */
static const enum ud_vault_op others[] = { UD_VAULT_HELLO, UD_VAULT_USER_CHECK, UD_VAULT_GRANT, UD_VAULT_REFRESH,
    UD_VAULT_CHECK_IN, UD_VAULT_DEPOSIT, UD_VAULT_WORK_RESULT, UD_VAULT_WORK_LIST, UD_VAULT_BRANDING, UD_VAULT_AGENT_CHECK_IN,
    UD_VAULT_AGENT_VERIFY, UD_VAULT_WORK_KEY };

/* --- a desk with every role ----------------------------------------------------------------------------------------------------- */

static void
add_device(struct desk *d, enum which w, const char *name, const char *user, const char *local_users)
{
    static const char key[] = "461109-608201-413820-485342-181588-463056-430617-501391";
    struct ud_store_device device = { .domain = "TRAINING", .local_users = local_users };
    struct ud_admin a;
    uint64_t row;

    ud_guid_random(&d->device[w]);
    ud_guid_random(&d->key[w]);
    device.d = (struct ud_device){ .id = d->device[w],
        .name = name,
        .user = user,
        .os = "Windows",
        .ownership = UD_OWNERSHIP_COMPANY,
        .last_checkin = UD_WALL_NONE };
    ud_guid_random(&device.d.entra_id);
    device.enrolled = UD_WALL_NONE;
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_change_begin(&a.context, NULL), UD_OK);
    assert_int_equal(ud_store_device_add(a.context.store, &row, &device, NULL), UD_OK);
    assert_int_equal(ud_store_commit(a.context.store, NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(service_deposit(&d->s, &d->device[w], &d->key[w], UD_KIND_BITLOCKER, key), UD_VAULT_OK);
}

static int
set_up(void **state)
{
    static struct desk d;

    memset(&d, 0, sizeof(d));
    service_open(&d.s, 30);
    add_device(&d, MINE, "HERS", ALICE, "bob@training.invalid;" ALICE);
    add_device(&d, NEVER_THERE, "NEVER-USED", ALICE, "bob@training.invalid");
    add_device(&d, ANOTHERS, "HIS", "bob@training.invalid", "bob@training.invalid;" ALICE);
    for (size_t i = 0; i < ROLES; i++)
        d.token[i] = service_user(&d.s, i == 0 ? "employee" : roles[i], roles[i], i == 0 ? ALICE : NULL);
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

static bool
expected(enum cell c, enum which w, enum naming naming)
{
    return c == EVER || c == ALL || (c == NAMED && naming == RIGHT) || (c == OWN && w == MINE);
}

static void
check_cell(struct desk *d, const struct row *row, size_t role, enum which w)
{
    for (enum naming n = RIGHT; n <= NOBODY; n++) {
        d->naming = n;
        if ((row->cell[role] == EVER && w != MINE) || (row->cell[role] != NAMED && n != RIGHT))
            continue;
        if (row->reaches(d, row->op, role, w) != expected(row->cell[role], w, n))
            fail_msg("%s as %s, device %d, naming %d", ud_vault_op_name(row->op), roles[role], w, n);
    }
}

static void
every_role_reaches_exactly_what_the_table_says(void **state)
{
    struct desk *d = *state;

    for (size_t i = 0; i < ROWS; i++)
        for (size_t role = 0; role < ROLES; role++)
            for (enum which w = MINE; w < DEVICES; w++)
                check_cell(d, &table[i], role, w);
}

static void
every_operation_has_a_row_or_is_not_for_people(void **state)
{
    (void)state;
    for (int op = 1; op < UD_VAULT_OP_END; op++) {
        unsigned places = 0;
        for (size_t i = 0; i < ROWS; i++)
            places += table[i].op == (enum ud_vault_op)op;
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            places += others[i] == (enum ud_vault_op)op;
        if (places != 1)
            fail_msg("%s stands in %u tables", ud_vault_op_name((enum ud_vault_op)op), places);
    }
}

/* --- what the lower helpdesk role is not told ------------------------------------------------------------------------------------ */

#define HELPDESK 1

static void
a_wrong_user_is_answered_like_a_key_that_does_not_exist(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_REVEAL, HELPDESK, ANOTHERS);
    char answer[200];

    r.reveal.has_device = false;
    r.reveal.has_key = true;
    ud_guid_random(&r.reveal.key);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_NOT_FOUND);
    (void)ud_copy(answer, sizeof(answer), d->s.reply->message);
    d->naming = WRONG;
    r = about(d, UD_VAULT_REVEAL, HELPDESK, ANOTHERS);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_NOT_FOUND);
    assert_string_equal(d->s.reply->message, answer);
    assert_string_equal(d->s.reply->field, "");
    assert_int_equal(service_audited(&d->s, "\"outcome\":\"other-user\"", "mallory@training.invalid"), 1);
    assert_int_equal(service_audited(&d->s, "\"disclosed\"", NULL), 0);
}

static void
a_user_who_was_not_named_is_asked_for_before_anything_is_looked_up(void **state)
{
    struct desk *d = *state;

    d->naming = NOBODY;
    for (int there = 0; there < 2; there++) {
        struct ud_vault_request r = about(d, UD_VAULT_REVEAL, HELPDESK, MINE);
        if (!there)
            ud_guid_random(&r.reveal.device);
        assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_REASON_REQUIRED);
        assert_string_equal(d->s.reply->field, "user");
        r.op = UD_VAULT_ROTATE;
        assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_REASON_REQUIRED);
    }
    assert_int_equal(service_audited(&d->s, "\"outcome\":\"user-required\"", "\"role\":\"helpdesk\""), 4);
}

static void
the_lower_role_is_told_no_users(void **state)
{
    static const enum ud_vault_op ops[] = { UD_VAULT_DEVICE_PAGE, UD_VAULT_DEVICE, UD_VAULT_FIND, UD_VAULT_ROTATION,
        UD_VAULT_REVEAL };
    struct desk *d = *state;

    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
        for (size_t role = HELPDESK; role <= HELPDESK + 1; role++) {
            struct ud_vault_request r = about(d, ops[i], role, MINE);
            r.find = (struct ud_keyid_prefix){ .value = d->key[MINE], .digits = 32 };
            assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
            assert_true(d->s.reply->device_count > 0);
            for (size_t n = 0; n < d->s.reply->device_count; n++) {
                assert_int_equal(d->s.reply->devices[n].d.user[0] != '\0', role != HELPDESK);
                assert_true(role != HELPDESK || d->s.reply->devices[n].d.user_name[0] == '\0');
            }
        }
}

static void
a_device_is_found_by_its_users_account_without_telling_it(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_DEVICE_PAGE, HELPDESK, MINE);

    r.page.filter = UD_VAULT_USER_IS;
    r.page.text = "ALICE@training.invalid";
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_true(d->s.reply->device_count >= 2);
    for (size_t i = 0; i < d->s.reply->device_count; i++)
        assert_string_equal(d->s.reply->devices[i].d.user, "");
    r.page.text = "alice";
    assert_int_equal(service_ask(&d->s, &r)->device_count, 0); /* the whole account, or nothing */
}

static void
a_device_of_nobody_is_not_an_account_without_a_names(void **state)
{
    struct desk *d = *state;
    struct ud_store_device nobodys = { .d = { .name = "spare", .serial = "SPARE1", .user = "", .os = "Windows" } };
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_PAGE, .page = { .limit = 10, .text = "" } };
    struct ud_admin a;
    uint64_t row;

    ud_guid_random(&nobodys.d.id);
    ud_guid_random(&nobodys.d.entra_id);
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_store_device_add(a.context.store, &row, &nobodys, NULL), UD_OK);
    ud_admin_close(&a);
    r.auth = service_user(&d->s, "blank", "user", "");
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(d->s.reply->device_count, 0);
    assert_int_equal(d->s.reply->total, 0);
    r.page.filter = UD_VAULT_SERIAL_IS;
    r.page.text = "spare1";
    assert_int_equal(service_ask(&d->s, &r)->device_count, 0);
    r.auth = d->token[HELPDESK];
    assert_int_equal(service_ask(&d->s, &r)->device_count, 1);
}

/* Each refusal is a line; a thousand of them say no more than a hundred. */
static void
who_is_refused_again_and_again_waits_and_the_audit_says_so_once(void **state)
{
    struct desk *d = *state;
    unsigned waits = 0;

    for (int i = 0; i < 300; i++) {
        struct ud_vault_request r = about(d, i % 2 == 0 ? UD_VAULT_REVEAL : UD_VAULT_SURGE, 0, ANOTHERS);
        ud_guid_random(&r.reveal.request);
        enum ud_vault_code code = service_ask(&d->s, &r)->code;
        assert_true(code == UD_VAULT_NOT_FOUND || code == UD_VAULT_THROTTLED);
        assert_true(code == UD_VAULT_NOT_FOUND || d->s.reply->retry_after > 0);
        waits += code == UD_VAULT_THROTTLED;
    }
    assert_int_equal(waits, 180);
    assert_int_equal(service_audited(&d->s, "\"refused\"", "\"role\":\"user\""), 120);
    struct ud_vault_request other = about(d, UD_VAULT_REVEAL, HELPDESK, MINE);
    assert_int_equal(service_ask(&d->s, &other)->code, UD_VAULT_OK); /* nobody else waits for it */
    assert_int_equal(service_audited(&d->s, "\"alert\"", "\"role\":\"user\""), 1);
}

static void
several_matches_are_a_number_for_the_lower_role(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_FIND, HELPDESK, MINE);

    r.find = (struct ud_keyid_prefix){ .value = { { 0xc0, 0xff, 0xee, 0 } }, .digits = 8 };
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(d->s.reply->key_count + d->s.reply->device_count, 0);
    assert_int_equal(d->s.reply->total, 2);
    r.auth = d->token[HELPDESK + 1];
    assert_int_equal(service_ask(&d->s, &r)->key_count, 2);
    assert_int_equal(d->s.reply->device_count, 2);
}

static void
a_list_of_all_keys_has_no_ids_for_the_lower_role(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_KEY_PAGE, HELPDESK, MINE);

    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_true(d->s.reply->key_count > 10);
    for (size_t i = 0; i < d->s.reply->key_count; i++)
        assert_true(ud_guid_is_zero(&d->s.reply->keys[i].k.id));
    r.op = UD_VAULT_DEVICE_KEYS;
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_memory_equal(&d->s.reply->keys[0].k.id, &d->key[MINE], sizeof(d->key[MINE]));
}

static void
the_audit_says_as_what_and_for_whom(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = about(d, UD_VAULT_REVEAL, HELPDESK, MINE);

    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(
        service_audited(&d->s, "\"event\":\"disclosed\"", "\"role\":\"helpdesk\",\"end_user\":\"Alice@training\""), 1);
    d->naming = NOBODY;
    r = about(d, UD_VAULT_REVEAL, 0, MINE);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(service_audited(&d->s, "\"event\":\"disclosed\"", "\"role\":\"user\",\"end_user\":\"" ALICE "\""), 1);
    r = about(d, UD_VAULT_REVEAL, 4, MINE); /* the auditor */
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_NOT_FOUND);
    assert_int_equal(service_audited(&d->s, "\"outcome\":\"role\"", "\"role\":\"auditor\""), 1);
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(every_role_reaches_exactly_what_the_table_says),
        WITH_DESK(a_wrong_user_is_answered_like_a_key_that_does_not_exist),
        WITH_DESK(a_user_who_was_not_named_is_asked_for_before_anything_is_looked_up),
        WITH_DESK(the_lower_role_is_told_no_users),
        WITH_DESK(a_device_is_found_by_its_users_account_without_telling_it),
        WITH_DESK(a_device_of_nobody_is_not_an_account_without_a_names),
        WITH_DESK(who_is_refused_again_and_again_waits_and_the_audit_says_so_once),
        WITH_DESK(several_matches_are_a_number_for_the_lower_role),
        WITH_DESK(a_list_of_all_keys_has_no_ids_for_the_lower_role),
        WITH_DESK(the_audit_says_as_what_and_for_whom),
        cmocka_unit_test(every_operation_has_a_row_or_is_not_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
