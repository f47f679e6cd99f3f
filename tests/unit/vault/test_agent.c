/* The check-in protocol inside the vault: who may speak for a serial number, what an unchanged key costs, what a changed one does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sealer.h"
#include "escrowd/store/agents.h"
#include "tests/unit/vault/support_service.h"

#define FILEVAULT   "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O"
#define FILEVAULT_2 "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8A"
#define BITLOCKER   "461109-608201-413820-485342-181588-463056-430617-501391"

struct desk {
    struct service s;
    struct ud_token fleet, other; /* two credentials */
    struct ud_store *reader;      /* a connection of its own: it sees who else writes */
};

/* --- the desk -------------------------------------------------------------------------------------------------------------- */

static struct ud_token
add_agent(struct desk *d, const char *name, const char *os)
{
    struct ud_secret *secret = NULL;
    struct ud_token t;
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_add(&a, name, os, &secret, NULL), UD_OK);
    ud_admin_close(&a);
    ud_token_agent(&t, name, strlen(name), ud_secret_open(secret), ud_secret_length(secret));
    ud_secret_close(secret);
    ud_secret_free(&secret);
    assert_int_equal(ud_vault_reload(d->s.vault, NULL), UD_OK);
    return t;
}

static void
restart(struct desk *d)
{
    service_stop(&d->s);
    service_start(&d->s);
}

static int
open_desk(void **state)
{
    struct desk *d = test_calloc(1, sizeof(*d));
    char path[128];

    service_open(&d->s, 0);
    d->s.config.check_in.enabled = true;
    d->s.config.check_in.changes_a_day = 3;
    assert_true(ud_networks_parse(&d->s.config.check_in.networks, "192.0.2.0/24"));
    restart(d);
    d->fleet = add_agent(d, "Fleet", NULL);
    d->other = add_agent(d, "other", NULL);
    (void)snprintf(path, sizeof(path), "%s/%s", d->s.dir, UD_FILE_DATABASE);
    assert_int_equal(ud_store_open(&d->reader, path, UD_STORE_READ, NULL), UD_OK);
    *state = d;
    return 0;
}

static int
close_desk(void **state)
{
    struct desk *d = *state;

    ud_store_free(&d->reader);
    service_close(&d->s);
    test_free(d);
    return 0;
}

struct told {
    const char *serial, *key, *type, *user, *computer, *address;
};

/* A check-in as the front hands it over. `auth` NULL: without a credential. */
static const struct ud_vault_reply *
check_in(struct desk *d, const struct ud_token *auth, struct told t)
{
    struct ud_vault_request hello = { .op = UD_VAULT_HELLO }, r = { .op = UD_VAULT_AGENT_CHECK_IN };
    struct ud_sealer *sealer = NULL;
    struct ud_secret *plain = NULL;
    uint8_t sealed[UD_RECOVERY_MAX + UD_SEALER_EXTRA];

    assert_int_equal(service_ask(&d->s, &hello)->code, UD_VAULT_OK);
    assert_int_equal(ud_sealer_new(&sealer, d->s.reply->hello.deposit_key, NULL), UD_OK);
    assert_int_equal(ud_secret_new(&plain, UD_RECOVERY_MAX, NULL), UD_OK);
    assert_int_equal(ud_secret_append(plain, t.key, strlen(t.key), NULL), UD_OK);
    r.agent = (struct ud_vault_agent){ .serial = t.serial,
        .computer = t.computer != NULL ? t.computer : t.serial,
        .user = t.user != NULL ? t.user : "user",
        .type = t.type != NULL ? t.type : "recovery_key",
        .sealed = sealed };
    assert_int_equal(ud_sealer_seal(sealer, sealed, sizeof(sealed), &r.agent.sealed_length, plain, NULL), UD_OK);
    ud_secret_free(&plain);
    ud_sealer_free(&sealer);
    if (auth != NULL)
        r.auth = *auth;
    r.address = t.address != NULL ? t.address : "198.51.100.1";
    return service_ask(&d->s, &r);
}

static const struct ud_vault_reply *
verify(struct desk *d, const struct ud_token *auth, const char *serial, const char *type)
{
    struct ud_vault_request r = { .op = UD_VAULT_AGENT_VERIFY, .address = "198.51.100.1" };

    if (auth != NULL)
        r.auth = *auth;
    r.agent = (struct ud_vault_agent){ .serial = serial, .computer = "", .user = "", .type = type };
    return service_ask(&d->s, &r);
}

static void
assert_stored(const struct ud_vault_reply *reply, bool fresh, bool rotation)
{
    if (reply->code != UD_VAULT_OK)
        fail_msg("%s", reply->message);
    assert_true(reply->agent.escrowed);
    assert_int_equal(reply->agent.fresh, fresh);
    assert_int_equal(reply->agent.rotation, rotation);
}

/* --- what the database says --------------------------------------------------------------------------------------------------- */

struct sight {
    const char *serial;
    struct ud_guid id;
    uint64_t row;
    char name[64], user[64], os[16];
    ud_wall seen;
    unsigned count;
};

static bool
look(const struct ud_store_device *d, void *arg)
{
    struct sight *s = arg;

    s->count++;
    s->id = d->d.id;
    s->row = d->row;
    (void)ud_copy(s->name, sizeof(s->name), d->d.name);
    (void)ud_copy(s->user, sizeof(s->user), d->d.user);
    (void)ud_copy(s->os, sizeof(s->os), d->d.os);
    s->seen = d->d.last_checkin;
    return true;
}

static struct sight
device(struct desk *d, const char *serial)
{
    struct sight s = { .serial = serial };

    assert_int_equal(ud_store_devices(d->reader, UD_STORE_SERIAL_IS, serial, NULL, 0, 10, look, &s, NULL), UD_OK);
    return s;
}

struct keys {
    unsigned count, current;
    enum ud_kind kind;
    uint64_t row;
};

static bool
look_at_key(const struct ud_store_key *k, void *arg)
{
    struct keys *all = arg;

    all->count++;
    if (k->k.state == UD_KEY_SUPERSEDED)
        return true;
    all->current++;
    all->kind = k->k.kind;
    all->row = k->row;
    return true;
}

static struct keys
keys_of(struct desk *d, const char *serial)
{
    struct keys all = { 0 };

    assert_int_equal(ud_store_device_keys(d->reader, device(d, serial).row, look_at_key, &all, NULL), UD_OK);
    return all;
}

struct lines {
    const char *part;
    unsigned count;
};

static bool
read_line(const struct ud_store_audit *a, void *arg)
{
    struct lines *l = arg;

    if (strstr(a->line, l->part) != NULL)
        l->count++;
    return true;
}

static unsigned
audited(struct desk *d, const char *part)
{
    struct lines l = { .part = part };

    assert_int_equal(ud_store_audits(d->reader, 0, read_line, &l, NULL), UD_OK);
    return l.count;
}

/* --- tests ----------------------------------------------------------------------------------------------------------------- */

static void
a_first_check_in_makes_the_device_and_pins_it(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT, .user = "anna", .computer = "anna-mac" };
    struct sight s;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    assert_string_equal(d->s.reply->text, "C02X");
    assert_string_equal(d->s.reply->name, "anna");
    s = device(d, "c02x"); /* serial numbers ignore case */
    assert_int_equal(s.count, 1);
    assert_string_equal(s.name, "anna-mac");
    assert_string_equal(s.user, "anna");
    assert_string_equal(s.os, "macOS");
    assert_int_equal(keys_of(d, "C02X").kind, UD_KIND_FILEVAULT);
    assert_int_equal(audited(d, "\"event\":\"device-added\""), 1);
    assert_int_equal(audited(d, "\"event\":\"pinned\""), 1);
    assert_int_equal(audited(d, "\"event\":\"deposited\""), 1);
    assert_int_equal(audited(d, "\"caller\":\"Fleet\""), 3);
}

static void
an_unchanged_key_is_answered_without_a_write(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    unsigned lines;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    lines = audited(d, "event");
    (void)ud_store_changed(d->reader);
    for (int i = 0; i < 20; i++)
        assert_stored(check_in(d, &d->fleet, mac), false, false);
    assert_stored(
        check_in(d, &d->fleet, (struct told){ .serial = "c02x", .key = "aaaqeayeaudaocajb8fqyd8o", .computer = "C02X" }), false,
        false);
    assert_false(ud_store_changed(d->reader));
    assert_int_equal(audited(d, "event"), lines);
    assert_int_equal(keys_of(d, "C02X").count, 1);
}

static void
a_new_key_is_noticed_as_a_write_by_the_same_test(void **state)
{
    struct desk *d = *state;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT }), true, false);
    (void)ud_store_changed(d->reader);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT_2 }), true, false);
    assert_true(ud_store_changed(d->reader));
}

static void
the_last_check_in_is_stored_at_the_latest_when_the_service_ends(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct sight before, after;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    before = device(d, "C02X");
    while (ud_clock_wall() <= before.seen)
        ;
    assert_stored(check_in(d, &d->fleet, mac), false, false);
    assert_true(ud_vault_timeout(d->s.vault) > 0 && ud_vault_timeout(d->s.vault) <= 60000);
    assert_true(device(d, "C02X").seen == before.seen);
    restart(d);
    after = device(d, "C02X");
    assert_true(after.seen > before.seen);
}

static void
a_changed_key_is_a_new_version_and_the_old_one_stays(void **state)
{
    struct desk *d = *state;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT_2 }), true, false);
    assert_int_equal(keys_of(d, "C02X").count, 2);
    assert_int_equal(keys_of(d, "C02X").current, 1);
    assert_int_equal(audited(d, "not asked for"), 1);
}

static void
another_credential_may_not_speak_for_the_serial(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT }, changed = { .serial = "C02X", .key = FILEVAULT_2 };

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    assert_int_equal(check_in(d, &d->other, mac)->code, UD_VAULT_FORBIDDEN);
    assert_int_equal(check_in(d, &d->other, changed)->code, UD_VAULT_FORBIDDEN);
    assert_int_equal(check_in(d, NULL, (struct told){ .serial = "C02X", .key = FILEVAULT_2, .address = "192.0.2.9" })->code,
        UD_VAULT_FORBIDDEN);
    assert_int_equal(keys_of(d, "C02X").count, 1);
    assert_int_equal(audited(d, "\"event\":\"refused\""), 3);
}

static void
a_released_serial_belongs_to_the_next_that_speaks_for_it(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct ud_admin a;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_release(&a, "C02X", NULL), UD_OK);
    assert_int_equal(ud_admin_agent_release(&a, "C02X", NULL), UD_NOTFOUND);
    ud_admin_close(&a);
    assert_stored(check_in(d, &d->other, mac), false, false);
    assert_int_equal(check_in(d, &d->fleet, mac)->code, UD_VAULT_FORBIDDEN);
}

static void
a_wrong_or_disabled_credential_is_nobody(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct ud_token wrong = d->fleet;
    struct ud_admin a;

    wrong.proof[0] ^= 1;
    assert_int_equal(check_in(d, &wrong, mac)->code, UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(check_in(d, NULL, mac)->code, UD_VAULT_UNAUTHENTICATED);
    assert_stored(check_in(d, NULL, (struct told){ .serial = "N1", .key = FILEVAULT, .address = "192.0.2.200" }), true, false);
    assert_stored(check_in(d, &d->fleet, mac), true, false);
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_disable(&a, "fleet", NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(d->s.vault, NULL), UD_OK);
    assert_int_equal(check_in(d, &d->fleet, mac)->code, UD_VAULT_UNAUTHENTICATED);
}

static void
nothing_is_answered_where_the_protocol_is_off(void **state)
{
    struct desk *d = *state;

    d->s.config.check_in.enabled = false;
    restart(d);
    assert_int_equal(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT })->code, UD_VAULT_UNAUTHENTICATED);
    assert_int_equal(device(d, "C02X").count, 0);
}

/* Computers that look like another one on the screen. */
static void
a_serial_that_only_looks_like_another_is_refused(void **state)
{
    static const char *const twins[] = { " C02X", "C02X ", "\uff23\uff10\uff12\uff38", "\u0421\u041e2X" };
    struct desk *d = *state;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "c02x", .key = FILEVAULT }), false, false);
    for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
        assert_int_equal(check_in(d, &d->fleet, (struct told){ .serial = twins[i], .key = FILEVAULT_2 })->code, UD_VAULT_INVALID);
        assert_int_equal(device(d, twins[i]).count, 0);
    }
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "VMware-56 4d 1/2", .key = FILEVAULT }), true, false);
}

/* Each type keeps a key of its own, so types without end would bury the others. */
static void
one_device_has_so_many_types_of_keys_and_no_more(void **state)
{
    struct desk *d = *state;
    char type[16];

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "T1", .key = FILEVAULT }), true, false);
    for (int i = 1; i < 16; i++) {
        (void)snprintf(type, sizeof(type), "type-%d", i);
        assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "T1", .key = "hello", .type = type }), true, false);
    }
    assert_int_equal(
        check_in(d, &d->fleet, (struct told){ .serial = "T1", .key = "hello", .type = "one-more" })->code, UD_VAULT_INVALID);
    assert_int_equal(keys_of(d, "T1").current, 16);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "T1", .key = FILEVAULT_2 }), true, false);
    assert_int_equal(keys_of(d, "T1").current, 16);
}

static void
what_cannot_be_a_key_is_refused_at_the_door(void **state)
{
    static const struct told bad[] = { { .serial = "B1", .key = "461109-608201-413820-485342-181588-463056-430617-501392" },
        { .serial = "B2", .key = "461109-608201-413820-485342-181588-463056-430617" },
        { .serial = "B3", .key = "AAAQ-EAYE-AUDA-OCAJ-B8FQ" }, { .serial = "B4", .key = "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8OX" },
        { .serial = "B5", .key = "pass\tword" } };
    struct desk *d = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(check_in(d, &d->fleet, bad[i])->code, UD_VAULT_INVALID);
        assert_true(d->s.reply->message[0] != '\0');
        assert_int_equal(device(d, bad[i].serial).count, 0);
    }
    assert_int_equal(audited(d, "\"event\":\"pinned\""), 0);
}

static void
the_kind_follows_type_and_system(void **state)
{
    static const struct {
        struct told told;
        enum ud_kind kind;
        const char *os;
    } row[] = { { { .serial = "K1", .key = BITLOCKER }, UD_KIND_BITLOCKER, "Windows" },
        { { .serial = "K2", .key = FILEVAULT }, UD_KIND_FILEVAULT, "macOS" },
        { { .serial = "K3", .key = "correct horse battery" }, UD_KIND_LUKS, "Linux" },
        { { .serial = "K4", .key = "hunter2", .type = "password" }, UD_KIND_LAPS, "macOS" },
        { { .serial = "K5", .key = "123456", .type = "unlock_pin" }, UD_KIND_LAPS, "macOS" },
        { { .serial = "K6", .key = "anything", .type = "firmware" }, UD_KIND_LAPS, "macOS" } };
    struct desk *d = *state;

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        assert_stored(check_in(d, &d->fleet, row[i].told), true, false);
        assert_int_equal(keys_of(d, row[i].told.serial).kind, row[i].kind);
        assert_string_equal(device(d, row[i].told.serial).os, row[i].os);
    }
}

static void
an_agent_of_linux_brings_passphrases_of_any_look(void **state)
{
    struct desk *d = *state;
    struct ud_token linux_agent = add_agent(d, "l2c", "linux");

    assert_stored(check_in(d, &linux_agent, (struct told){ .serial = "L1", .key = "AAAQ-EAYE-AUDA-OCAJ-B8FQ" }), true, false);
    assert_int_equal(keys_of(d, "L1").kind, UD_KIND_LUKS);
    assert_string_equal(device(d, "L1").os, "Linux");
}

static void
types_of_one_device_live_side_by_side(void **state)
{
    struct desk *d = *state;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = "hunter2", .type = "password" }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = "123456", .type = "unlock_pin" }), true, false);
    assert_int_equal(keys_of(d, "C02X").current, 2);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = "hunter3", .type = "password" }), true, false);
    assert_int_equal(keys_of(d, "C02X").current, 2);
    assert_int_equal(keys_of(d, "C02X").count, 3);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = "123456", .type = "unlock_pin" }), false, false);
}

static void
a_shown_key_asks_for_rotation_until_it_is_replaced(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL, .auth = service_user(&d->s, "ann", "advanced", NULL) };
    struct ud_secret *half = NULL;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    r.reveal.has_device = true;
    r.reveal.device = device(d, "C02X").id;
    r.reveal.kind = UD_KIND_FILEVAULT;
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin");
    assert_int_equal(ud_seal_keypair(r.reveal.public_key, &half, NULL), UD_OK);
    ud_secret_free(&half);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_stored(check_in(d, &d->fleet, mac), false, true);
    assert_stored(check_in(d, &d->fleet, mac), false, true);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT_2 }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT_2 }), false, false);
    assert_int_equal(audited(d, "not asked for"), 0);
}

static void
a_new_key_that_was_asked_for_is_done_when_it_comes(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct ud_vault_request r = { .op = UD_VAULT_ROTATE, .auth = service_user(&d->s, "ann", "advanced", NULL) };

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    r.reveal.has_device = true;
    r.reveal.device = device(d, "C02X").id;
    r.reveal.kind = UD_KIND_FILEVAULT;
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "lost-pin");
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_stored(check_in(d, &d->fleet, mac), false, true);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT_2 }), true, false);
    r.op = UD_VAULT_ROTATION;
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(d->s.reply->rotation_count, 1);
    assert_int_equal(d->s.reply->rotations[0].state, UD_VAULT_ROT_DONE);
    assert_int_equal(audited(d, "\"event\":\"rotated\""), 1);
    assert_int_equal(audited(d, "not asked for"), 0);
}

static void
a_serial_that_changes_too_often_is_told(void **state)
{
    struct desk *d = *state;
    char key[32];

    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(audited(d, "\"event\":\"alert\""), 0);
        (void)snprintf(key, sizeof(key), "passphrase number %u", i);
        assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "L1", .key = key }), true, false);
    }
    assert_int_equal(audited(d, "\"event\":\"alert\""), 1);
    assert_int_equal(keys_of(d, "L1").count, 4);
}

static void
verify_says_only_what_is_its_own(void **state)
{
    struct desk *d = *state;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "C02X", .key = FILEVAULT }), true, false);
    assert_int_equal(verify(d, &d->fleet, "C02X", "recovery_key")->code, UD_VAULT_OK);
    assert_true(d->s.reply->agent.escrowed);
    assert_true(d->s.reply->agent.at > 0);
    assert_false(verify(d, &d->fleet, "C02X", "password")->agent.escrowed);
    assert_false(verify(d, &d->fleet, "nobody", "recovery_key")->agent.escrowed);
    assert_int_equal(verify(d, &d->other, "C02X", "recovery_key")->code, UD_VAULT_OK);
    assert_false(d->s.reply->agent.escrowed);
    assert_int_equal(verify(d, NULL, "C02X", "recovery_key")->code, UD_VAULT_UNAUTHENTICATED);
}

static void
a_device_with_a_token_of_its_own_is_not_open_to_agents(void **state)
{
    struct desk *d = *state;
    struct ud_secret *text = NULL;
    struct ud_error err = { 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_device_add(&a, "lab-1", "L77", "Linux", NULL, &text, NULL), UD_OK);
    ud_secret_free(&text);
    assert_int_equal(ud_admin_device_add(&a, "lab-2", "l77", "Linux", NULL, &text, &err), UD_EXISTS);
    ud_admin_close(&a);
    assert_int_equal(check_in(d, &d->fleet, (struct told){ .serial = "L77", .key = "correct horse" })->code, UD_VAULT_FORBIDDEN);
}

static void
a_revoked_token_opens_nothing(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = { .op = UD_VAULT_CHECK_IN, .check_in = { .os_version = "" } };
    struct ud_secret *text = NULL;
    struct ud_error err = { 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_device_add(&a, "lab-1", "L77", "Linux", NULL, &text, NULL), UD_OK);
    assert_true(ud_token_parse(&r.auth, (const char *)ud_secret_open(text), ud_secret_length(text)));
    ud_secret_close(text);
    ud_secret_free(&text);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    assert_int_equal(ud_admin_device_revoke(&a, "L77", NULL), UD_OK);
    assert_int_equal(ud_admin_device_revoke(&a, "L77", &err), UD_NOTFOUND);
    ud_admin_close(&a);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_UNAUTHENTICATED);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "L77", .key = "correct horse" }), true, false);
}

static void
a_retired_device_is_left_alone_and_its_serial_starts_anew(void **state)
{
    struct desk *d = *state;
    const struct told mac = { .serial = "C02X", .key = FILEVAULT };
    struct ud_retired retired;
    struct ud_admin a;

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_device_retire(&a, "C02X", &retired, NULL), UD_OK);
    ud_admin_close(&a);
    assert_false(verify(d, &d->fleet, "C02X", "recovery_key")->agent.escrowed);
    assert_stored(check_in(d, &d->other, mac), true, false);
    assert_stored(check_in(d, &d->other, mac), false, false);
    struct sight anew = device(d, "C02X");
    assert_memory_not_equal(&anew.id, &retired.id, sizeof(retired.id));
}

static void
a_device_that_was_known_before_keeps_its_names(void **state)
{
    struct desk *d = *state;
    struct ud_admin a;
    uint64_t row;

    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    struct ud_store_device known = { .d = { .name = "known", .serial = "K9", .user = "owner@example.org", .os = "macOS" } };
    ud_guid_random(&known.d.id);
    ud_guid_random(&known.d.entra_id);
    assert_int_equal(ud_store_device_add(a.context.store, &row, &known, NULL), UD_OK);
    ud_admin_close(&a);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "K9", .key = FILEVAULT, .user = "mallory", .computer = "x" }),
        true, false);
    assert_string_equal(device(d, "K9").user, "owner@example.org");
    assert_string_equal(device(d, "K9").name, "known");
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "N1", .key = FILEVAULT, .user = "one" }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "N1", .key = FILEVAULT, .user = "two" }), false, false);
    assert_string_equal(device(d, "N1").user, "two");
}

/* Whoever holds the fleet's credential may say whose computer it is, but not make himself the one who gets its keys. */
static void
who_is_named_later_does_not_reach_the_keys_by_self_service(void **state)
{
    struct desk *d = *state;
    struct ud_token alice = service_user(&d->s, "u-alice", "user", "alice@corp.example");
    struct ud_token mallory = service_user(&d->s, "u-mallory", "user", "mallory@corp.example");
    struct told mac = { .serial = "M1", .key = FILEVAULT, .user = "Alice@corp.example" };
    struct ud_vault_request own = { .op = UD_VAULT_DEVICE_KEYS, .auth = alice };
    struct ud_vault_request list = { .op = UD_VAULT_DEVICE_PAGE, .auth = mallory, .page.limit = 10, .page.text = "" };

    assert_stored(check_in(d, &d->fleet, mac), true, false);
    own.by_id = device(d, "M1").id;
    assert_int_equal(service_ask(&d->s, &own)->key_count, 1);
    mac.user = "alice@corp.example"; /* the same person */
    assert_stored(check_in(d, &d->fleet, mac), false, false);
    assert_int_equal(service_ask(&d->s, &own)->key_count, 1);
    own.auth = mallory;
    for (int again = 0; again < 2; again++) {
        mac.user = "mallory@corp.example";
        mac.key = again ? FILEVAULT : FILEVAULT_2;
        assert_stored(check_in(d, &d->fleet, mac), true, false);
        assert_int_equal(service_ask(&d->s, &own)->code, UD_VAULT_NOT_FOUND);
        assert_int_equal(service_ask(&d->s, &list)->device_count, 0);
        assert_string_equal(device(d, "M1").user, mac.user); /* the desk sees it */
        mac.user = "alice@corp.example";
        assert_stored(check_in(d, &d->fleet, mac), false, false);
    }
    assert_int_equal(audited(d, "\"device-renamed\""), 4);
}

static void
two_stored_hashes_of_one_key_do_not_look_alike(void **state)
{
    struct desk *d = *state;
    struct ud_store_match one, two;

    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "S1", .key = FILEVAULT }), true, false);
    assert_stored(check_in(d, &d->fleet, (struct told){ .serial = "S2", .key = FILEVAULT }), true, false);
    assert_int_equal(ud_store_match_get(d->reader, &one, device(d, "S1").row, "recovery_key", NULL), UD_OK);
    assert_int_equal(ud_store_match_get(d->reader, &two, device(d, "S2").row, "recovery_key", NULL), UD_OK);
    assert_memory_not_equal(one.hash, two.hash, sizeof(one.hash));
}

static void
an_agents_secret_must_be_long(void **state)
{
    struct desk *d = *state;
    struct ud_secret *secret = NULL;
    struct ud_error err = { 0 };
    struct ud_admin a;

    assert_int_equal(ud_secret_new(&secret, 64, NULL), UD_OK);
    assert_int_equal(ud_secret_append(secret, "only thirty-one characters long", 31, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, d->s.dir, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_add(&a, "short", NULL, &secret, &err), UD_INVALID);
    assert_int_equal(ud_secret_append(secret, "!", 1, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_add(&a, "long", NULL, &secret, NULL), UD_OK);
    assert_int_equal(ud_admin_agent_add(&a, "LONG", NULL, &secret, NULL), UD_EXISTS);
    assert_int_equal(ud_admin_agent_add(&a, "with:colon", NULL, &secret, NULL), UD_INVALID);
    ud_admin_close(&a);
    ud_secret_free(&secret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

int
main(void)
{
    const struct CMUnitTest tests[] = { TEST(a_first_check_in_makes_the_device_and_pins_it),
        TEST(an_unchanged_key_is_answered_without_a_write), TEST(a_new_key_is_noticed_as_a_write_by_the_same_test),
        TEST(the_last_check_in_is_stored_at_the_latest_when_the_service_ends),
        TEST(a_changed_key_is_a_new_version_and_the_old_one_stays), TEST(another_credential_may_not_speak_for_the_serial),
        TEST(a_released_serial_belongs_to_the_next_that_speaks_for_it), TEST(a_wrong_or_disabled_credential_is_nobody),
        TEST(nothing_is_answered_where_the_protocol_is_off), TEST(what_cannot_be_a_key_is_refused_at_the_door),
        TEST(a_serial_that_only_looks_like_another_is_refused), TEST(one_device_has_so_many_types_of_keys_and_no_more),
        TEST(the_kind_follows_type_and_system), TEST(an_agent_of_linux_brings_passphrases_of_any_look),
        TEST(types_of_one_device_live_side_by_side), TEST(a_shown_key_asks_for_rotation_until_it_is_replaced),
        TEST(a_new_key_that_was_asked_for_is_done_when_it_comes), TEST(a_serial_that_changes_too_often_is_told),
        TEST(verify_says_only_what_is_its_own), TEST(a_device_with_a_token_of_its_own_is_not_open_to_agents),
        TEST(a_revoked_token_opens_nothing), TEST(a_retired_device_is_left_alone_and_its_serial_starts_anew),
        TEST(a_device_that_was_known_before_keeps_its_names), TEST(who_is_named_later_does_not_reach_the_keys_by_self_service),
        TEST(two_stored_hashes_of_one_key_do_not_look_alike), TEST(an_agents_secret_must_be_long) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
