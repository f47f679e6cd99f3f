/* Keys that staff bring, key packages, retired devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/unit/vault/support_service.h"

#define KEY_A "461109-608201-413820-485342-181588-463056-430617-501391"
#define KEY_B "496298-461032-321464-595518-463221-173943-033616-139579"
#define BAD_A "461109-608201-413821-485342-181588-463056-430617-501391"

static const struct ud_guid id_a = { { 0x8a, 0x5d, 0x13, 0xd6, 1, 2, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };
static const struct ud_guid id_b = { { 0x5e, 0xed, 0xbe, 0xef, 9, 9, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };
static const struct ud_guid id_tpm = { { 0x11, 0x11, 0x22, 0x22, 9, 9, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };

static bool
company_windows(const struct ud_store_device *d)
{
    return d->d.ownership == UD_OWNERSHIP_COMPANY && strcmp(d->d.os, "Windows") == 0 && strncmp(d->d.user, "alice", 5) == 0;
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
audited(struct service *s, const char *event, const char *with)
{
    struct counting c = { event, with, 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_store_audits(a.context.store, 0, count_line, &c, NULL), UD_OK);
    ud_admin_close(&a);
    return c.count;
}

/* Stores `key` as the console does: sealed to the deposit key. */
static enum ud_vault_code
bring(struct service *s, const struct ud_token *t, const struct ud_guid *device, const struct ud_guid *id, const char *key)
{
    struct ud_vault_request hello = { .op = UD_VAULT_HELLO }, r = { .op = UD_VAULT_STORE, .auth = *t, .by_id = *device };
    struct ud_secret *plain = NULL;
    uint8_t box[300], public_key[UD_SEAL_PUBLIC];
    size_t length = 0;

    memcpy(public_key, service_ask(s, &hello)->hello.deposit_key, sizeof(public_key));
    assert_int_equal(ud_secret_new(&plain, UD_RECOVERY_MAX, NULL), UD_OK);
    assert_int_equal(ud_secret_append(plain, key, strlen(key), NULL), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &length, plain, public_key, NULL), UD_OK);
    ud_secret_free(&plain);
    r.deposit = (struct ud_vault_deposit){
        .has_id = true, .id = *id, .kind = UD_KIND_BITLOCKER, .volume = UD_VOLUME_OS, .sealed = box, .sealed_length = length
    };
    r.other[0].id = id_tpm;
    r.other[0].kind = UD_BDE_TPM;
    r.other[1].id = id_b; /* may be a key here */
    r.other[1].kind = UD_BDE_OTHER;
    r.other_count = 2;
    return service_ask(s, &r)->code;
}

static const struct ud_vault_reply *
keys_of(struct service *s, const struct ud_token *t, const struct ud_guid *device)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_KEYS, .auth = *t, .by_id = *device };

    return service_ask(s, &r);
}

static const struct ud_vault_reply *
find(struct service *s, const struct ud_token *t, const char *prefix)
{
    struct ud_vault_request r = { .op = UD_VAULT_FIND, .auth = *t };

    assert_int_equal(ud_keyid_prefix_parse(&r.find, prefix, NULL), UD_OK);
    return service_ask(s, &r);
}

static struct ud_vault_request
about_key(enum ud_vault_op op, const struct ud_token *t, const struct ud_guid *key)
{
    struct ud_vault_request r = { .op = op, .auth = *t };

    r.reveal.has_key = true;
    r.reveal.key = *key;
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin");
    (void)ud_copy(r.reveal.why.ticket, sizeof(r.reveal.why.ticket), "INC1");
    (void)ud_copy(r.reveal.why.caller, sizeof(r.reveal.why.caller), "Alice");
    return r;
}

static void
assert_opens(const struct ud_vault_reply *reply, struct ud_secret *pair, const char *content)
{
    struct ud_secret *plain = NULL;

    assert_int_equal(ud_seal_open(&plain, reply->sealed, reply->sealed_length, pair, NULL), UD_OK);
    assert_int_equal(ud_secret_length(plain), strlen(content));
    assert_memory_equal(ud_secret_open(plain), content, strlen(content));
    ud_secret_close(plain);
    ud_secret_free(&plain);
}

/* --- storing ---------------------------------------------------------------------------------------------------------------- */

static void
a_brought_key_is_stored_with_the_other_ids_and_audited(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = about_key(UD_VAULT_REVEAL, &t, &id_a);

    assert_int_equal(bring(s, &t, &device, &id_a, KEY_A), UD_VAULT_OK);
    assert_int_equal(audited(s, "\"event\":\"stored\"", "robin"), 1);
    assert_int_equal(audited(s, "461109", NULL), 0);
    assert_int_equal(find(s, &t, "11112222")->other_count, 1);
    assert_string_equal(s->reply->others[0].kind, "tpm");
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    assert_opens(service_ask(s, &r), pair, KEY_A);
    ud_secret_free(&pair);
}

static void
it_stands_beside_the_keys_that_are_there(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "helpdesk", NULL);
    struct ud_guid device = service_device(s, company_windows);
    unsigned in_use = 0;

    assert_int_equal(service_deposit(s, &device, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    assert_int_equal(bring(s, &t, &device, &id_a, KEY_A), UD_VAULT_OK);
    (void)keys_of(s, &t, &device);
    for (size_t i = 0; i < s->reply->key_count; i++)
        in_use += s->reply->keys[i].k.kind == UD_KIND_BITLOCKER && s->reply->keys[i].k.volume == UD_VOLUME_OS &&
                  s->reply->keys[i].k.state == UD_KEY_CURRENT;
    assert_int_equal(in_use, 2); /* nobody knows which of them the drive takes */
    assert_int_equal(find(s, &t, "5eedbeef")->key_count, 1);
    assert_int_equal(s->reply->other_count, 0); /* the list named it as another protector: a key stays a key */
}

/* A wrong key under the right ID keeps the device's own out: somebody has to see that. */
static void
a_devices_key_that_a_brought_one_keeps_out_is_audited(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "helpdesk", NULL);
    struct ud_guid device = service_device(s, company_windows);

    assert_int_equal(bring(s, &t, &device, &id_a, KEY_B), UD_VAULT_OK);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_INVALID);
    assert_int_equal(audited(s, "\"refused\"", "\"outcome\":\"different-key\""), 1);
    assert_int_equal(audited(s, "\"refused\"", "deposit"), 1);
}

static void
what_may_not_be_stored_has_its_own_answer(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows), other = service_device(s, somebody_elses), nobody;

    ud_guid_random(&nobody);
    assert_int_equal(bring(s, &t, &device, &id_a, BAD_A), UD_VAULT_INVALID);
    assert_non_null(strstr(s->reply->message, "roup 3"));
    assert_int_equal(bring(s, &t, &nobody, &id_a, KEY_A), UD_VAULT_NOT_FOUND);
    assert_int_equal(bring(s, &t, &device, &id_a, KEY_A), UD_VAULT_OK);
    assert_int_equal(bring(s, &t, &device, &id_a, KEY_A), UD_VAULT_ALREADY_STORED);
    assert_int_equal(bring(s, &t, &device, &id_a, KEY_B), UD_VAULT_DIFFERENT_KEY);
    assert_int_equal(bring(s, &t, &other, &id_a, KEY_A), UD_VAULT_OTHER_DEVICE);
    assert_int_equal(audited(s, "\"refused\"", "already-stored"), 1);
    assert_int_equal(audited(s, "\"refused\"", "other-device"), 1);
    assert_int_equal(audited(s, "\"refused\"", "different-key"), 1);
    assert_int_equal(audited(s, "\"event\":\"stored\"", NULL), 1);
}

static void
only_the_roles_that_help_may_store(void **state)
{
    static const struct {
        const char *role;
        enum ud_vault_code code;
    } row[] = { { "user", UD_VAULT_NOT_FOUND }, { "approver", UD_VAULT_NOT_FOUND }, { "auditor", UD_VAULT_NOT_FOUND },
        { "admin", UD_VAULT_NOT_FOUND }, { "helpdesk", UD_VAULT_OK }, { "advanced", UD_VAULT_ALREADY_STORED } };
    struct service *s = *state;
    struct ud_guid device = service_device(s, company_windows);

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_token t = service_user(s, row[i].role, row[i].role, NULL);
        assert_int_equal(bring(s, &t, &device, &id_a, KEY_A), row[i].code);
    }
}

/* --- packages ---------------------------------------------------------------------------------------------------------------- */

static void
quiet(unsigned line, const char *text, void *arg)
{
    (void)line;
    (void)arg;
    fail_msg("%s", text);
}

/* A device whose key has a package of 3,000 bytes. */
static void
import_with_package(struct service *s, char *package)
{
    char path[200], csv[200], text[700];
    struct ud_import_options o = { 0 };
    struct ud_import_report report;
    struct ud_error err = { 0 };
    struct ud_admin a;

    memset(package, 'p', 3000);
    (void)memcpy(package, "FVE-PACKAGE", 11);
    package[3000] = '\0';
    (void)snprintf(path, sizeof(path), "%s/one.kpg", s->dir);
    assert_int_equal(ud_file_replace(path, package, 3000, 0600, NULL), UD_OK);
    (void)snprintf(csv, sizeof(csv), "%s/one.csv", s->dir);
    (void)snprintf(text, sizeof(text),
        "device,serial,user,key_id,secret,key_package_file\nOLD-1,S1,zoe@training.invalid,8a5d13d6-0102-4003-8004-"
        "050607080901," KEY_A ",%s\nOLD-1,S1,zoe@training.invalid,5eedbeef-0909-4003-8004-050607080901," KEY_B ",\n",
        path);
    assert_int_equal(ud_file_replace(csv, text, strlen(text), 0600, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, &err), UD_OK);
    if (ud_admin_import(&a, csv, &o, quiet, NULL, &report, &err) != UD_OK)
        fail_msg("%s", err.message);
    ud_admin_close(&a);
}

static void
a_key_package_is_given_out_sealed_with_a_reason_and_audited(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_vault_request r = about_key(UD_VAULT_PACKAGE, &t, &id_a);
    struct ud_secret *pair = NULL;
    char package[3001];

    import_with_package(s, package);
    assert_int_equal(find(s, &t, "8a5d13d6")->key_count, 1);
    assert_true(s->reply->keys[0].k.package);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_OK);
    assert_opens(s->reply, pair, package);
    assert_int_equal(s->reply->keys[0].k.shown, UD_WALL_NONE); /* no key was shown */
    assert_int_equal(audited(s, "\"event\":\"package\"", "INC1"), 1);
    assert_int_equal(audited(s, "\"event\":\"disclosed\"", "robin"), 0);
    ud_secret_free(&pair);
}

static void
a_package_without_a_reason_or_that_is_not_there_is_refused(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL), auditor = service_user(s, "ada", "auditor", NULL);
    struct ud_vault_request r = about_key(UD_VAULT_PACKAGE, &t, &id_a), none = about_key(UD_VAULT_PACKAGE, &t, &id_b),
                            his = about_key(UD_VAULT_PACKAGE, &auditor, &id_a);
    struct ud_secret *pair = NULL;
    char package[3001];

    import_with_package(s, package);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    r.reveal.why.reason[0] = '\0';
    assert_int_equal(service_ask(s, &r)->code, UD_VAULT_REASON_REQUIRED);
    assert_int_equal(find(s, &t, "5eedbeef")->key_count, 1);
    assert_false(s->reply->keys[0].k.package);
    assert_int_equal(service_ask(s, &none)->code, UD_VAULT_NOT_FOUND);
    assert_int_equal(s->reply->sealed_length, 0);
    assert_int_not_equal(service_ask(s, &his)->code, UD_VAULT_OK);
    assert_int_equal(audited(s, "\"event\":\"package\"", NULL), 0);
    assert_int_equal(audited(s, "\"refused\"", "no-package"), 1);
    ud_secret_free(&pair);
}

/* --- retired devices, moved drives, deleted keys ------------------------------------------------------------------------------- */

static struct ud_guid
retire(struct service *s, const struct ud_guid *device, enum ud_status expected)
{
    char text[UD_GUID_TEXT];
    struct ud_retired out;
    struct ud_admin a;

    ud_guid_format(text, device);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_device_retire(&a, text, &out, NULL), expected);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    return out.id;
}

static uint64_t
listed(struct service *s, const struct ud_token *t)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_PAGE, .auth = *t };

    r.page.limit = UD_VAULT_PAGE_MAX;
    (void)service_ask(s, &r);
    assert_int_equal(s->reply->total, s->reply->device_count);
    return s->reply->total;
}

static void
keys_of_a_retired_device_stay_and_are_found_by_their_id(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_secret *pair = NULL;
    struct ud_vault_request r = about_key(UD_VAULT_REVEAL, &t, &id_a);

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    uint64_t before = listed(s, &t);
    assert_memory_equal(retire(s, &device, UD_OK).byte, device.byte, 16);
    assert_int_equal(listed(s, &t), before - 1);
    assert_int_equal(find(s, &t, "8a5d13d6")->key_count, 1);
    assert_true(s->reply->devices[0].d.retired);
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &pair, NULL), UD_OK);
    assert_opens(service_ask(s, &r), pair, KEY_A);
    assert_int_equal(audited(s, "device-retired", "keys stay"), 1);
    (void)retire(s, &device, UD_EXISTS);
    ud_secret_free(&pair);
}

static void
a_retired_device_has_no_access_and_is_asked_for_nothing(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    struct ud_vault_request ask = { .op = UD_VAULT_ROTATE, .auth = t };
    struct ud_vault_request state_of = { .op = UD_VAULT_ROTATION, .auth = t };

    ask.reveal.has_device = state_of.reveal.has_device = true;
    ask.reveal.device = state_of.reveal.device = device;
    assert_int_equal(service_ask(s, &ask)->code, UD_VAULT_OK);
    (void)retire(s, &device, UD_OK);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(service_ask(s, &state_of)->rotations[0].state, UD_VAULT_ROT_FAILED);
    assert_int_equal(service_ask(s, &ask)->code, UD_VAULT_NOT_FOUND);
}

static void
a_retired_device_comes_back_by_its_id(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows);
    uint64_t before = listed(s, &t);
    struct ud_error err = { 0 };
    char text[UD_GUID_TEXT];
    struct ud_admin a;

    ud_guid_format(text, &device);
    (void)retire(s, &device, UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_device_restore(&a, "LON-1", &err), UD_USAGE);
    assert_int_equal(ud_admin_device_restore(&a, text, NULL), UD_OK);
    assert_int_equal(ud_admin_device_restore(&a, text, NULL), UD_EXISTS);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    assert_int_equal(listed(s, &t), before);
    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
}

static void
a_moved_drive_is_found_by_its_key_id_whatever_the_device(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid from = service_device(s, company_windows), to = service_device(s, somebody_elses);

    /* The drive came from one computer and is in another, which has keys of its own. */
    assert_int_equal(service_deposit(s, &from, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(service_deposit(s, &to, &id_b, UD_KIND_BITLOCKER, KEY_B), UD_VAULT_OK);
    assert_int_equal(find(s, &t, "8a5d13d6")->key_count, 1);
    assert_memory_equal(s->reply->devices[0].d.id.byte, from.byte, 16);
    assert_int_equal(bring(s, &t, &to, &id_a, KEY_A), UD_VAULT_OTHER_DEVICE);
}

static enum ud_status
delete_key(struct service *s, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];
    struct ud_admin a;
    struct ud_error err = { 0 };
    enum ud_status st;

    ud_guid_format(text, id);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    st = ud_admin_key_delete(&a, text, &err);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
    return st;
}

static void
a_key_is_deleted_by_an_act_of_its_own_and_never_while_in_use(void **state)
{
    struct service *s = *state;
    struct ud_token t = service_user(s, "robin", "advanced", NULL);
    struct ud_guid device = service_device(s, company_windows), fresh;
    struct ud_admin a;
    uint64_t last = 0, after = 0;

    assert_int_equal(service_deposit(s, &device, &id_a, UD_KIND_BITLOCKER, KEY_A), UD_VAULT_OK);
    assert_int_equal(delete_key(s, &id_a), UD_DENIED);
    (void)retire(s, &device, UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_store_key_last(a.context.store, &last, NULL), UD_OK);
    assert_int_equal(delete_key(s, &id_a), UD_OK);
    assert_int_equal(ud_store_key_last(a.context.store, &after, NULL), UD_OK);
    assert_int_equal(after, last); /* its row is never used again */
    ud_admin_close(&a);
    assert_int_equal(find(s, &t, "8a5d13d6")->key_count, 0);
    assert_int_equal(audited(s, "key-deleted", NULL), 1);
    ud_guid_random(&fresh);
    assert_int_equal(delete_key(s, &fresh), UD_NOTFOUND);
}

#define WITH_SERVICE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVICE(a_brought_key_is_stored_with_the_other_ids_and_audited),
        WITH_SERVICE(it_stands_beside_the_keys_that_are_there),
        WITH_SERVICE(a_devices_key_that_a_brought_one_keeps_out_is_audited),
        WITH_SERVICE(what_may_not_be_stored_has_its_own_answer),
        WITH_SERVICE(only_the_roles_that_help_may_store),
        WITH_SERVICE(a_key_package_is_given_out_sealed_with_a_reason_and_audited),
        WITH_SERVICE(a_package_without_a_reason_or_that_is_not_there_is_refused),
        WITH_SERVICE(keys_of_a_retired_device_stay_and_are_found_by_their_id),
        WITH_SERVICE(a_retired_device_has_no_access_and_is_asked_for_nothing),
        WITH_SERVICE(a_retired_device_comes_back_by_its_id),
        WITH_SERVICE(a_moved_drive_is_found_by_its_key_id_whatever_the_device),
        WITH_SERVICE(a_key_is_deleted_by_an_act_of_its_own_and_never_while_in_use),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
