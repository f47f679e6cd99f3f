/* Reports, asked of the real vault: one line for each request, with its columns; filters; pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/vault/support_service.h"
#include "wire/report.h"

#define KEY "461109-608201-413820-485342-181588-463056-430617-501391"

static const struct ud_guid id = { { 0x8a, 0x5d, 0x13, 0xd6, 1, 2, 0x40, 3, 0x80, 4, 5, 6, 7, 8, 9, 1 } };

struct desk {
    struct service s;
    struct ud_token auditor, operator, user, helpdesk;
    struct ud_guid device;
    uint8_t public_key[UD_SEAL_PUBLIC];
    struct ud_secret *pair;
    struct ud_wire_report_page *page; /* of the last question */
};

static bool
is_alices(const struct ud_store_device *d)
{
    return strcmp(d->d.name, "LON-LT-ALICE") == 0;
}

static int
set_up(void **state)
{
    static struct desk d;

    memset(&d, 0, sizeof(d));
    service_open(&d.s, 40);
    d.device = service_device(&d.s, is_alices);
    d.auditor = service_user(&d.s, "arthur", "auditor", NULL);
    d.operator= service_user(&d.s, "robin", "advanced", NULL);
    d.helpdesk = service_user(&d.s, "helen", "helpdesk", NULL);
    d.user = service_user(&d.s, "employee", "user", "alice@training.invalid");
    assert_int_equal(service_deposit(&d.s, &d.device, &id, UD_KIND_BITLOCKER, KEY), UD_VAULT_OK);
    assert_int_equal(ud_seal_keypair(d.public_key, &d.pair, NULL), UD_OK);
    *state = &d;
    return 0;
}

static int
tear_down(void **state)
{
    struct desk *d = *state;

    ud_wire_report_page_free(&d->page);
    ud_secret_free(&d->pair);
    service_close(&d->s);
    return 0;
}

static enum ud_vault_code
reveal(struct desk *d, const struct ud_token *who, const char *ticket, const char *account, struct ud_guid *request)
{
    struct ud_vault_request r = { .op = UD_VAULT_REVEAL, .auth = *who, .reveal = { .has_key = true, .key = id } };

    memcpy(r.reveal.public_key, d->public_key, sizeof(d->public_key));
    ud_guid_random(&r.reveal.request);
    (void)ud_copy(r.reveal.why.reason, sizeof(r.reveal.why.reason), "bios-tpm-changed");
    (void)ud_copy(r.reveal.why.ticket, sizeof(r.reveal.why.ticket), ticket);
    (void)ud_copy(r.reveal.why.user_account, sizeof(r.reveal.why.user_account), account);
    if (request != NULL)
        *request = r.reveal.request;
    return service_ask(&d->s, &r)->code;
}

/* Asks for a page; `filter` is "name=value name=value". */
static void
ask(struct desk *d, enum ud_report report, const char *filter, uint32_t limit, uint64_t after)
{
    struct ud_vault_request r = { .op = report == UD_REPORT_AUDIT ? UD_VAULT_REPORT_AUDIT : UD_VAULT_REPORT_ENCRYPTION,
        .auth = d->auditor };
    struct ud_report_filter f = { 0 };
    char body[UINT16_MAX + 32];

    assert_int_equal(ud_report_filter_parse(&f, report, filter, NULL), UD_OK);
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++)
        r.report[i] = f.value[i];
    r.page.limit = limit;
    r.page.after = after;
    ud_wire_report_page_free(&d->page);
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_OK);
    int n = snprintf(body, sizeof(body), "{\"value\":%s}", d->s.reply->text);
    assert_int_equal(ud_wire_report_page_decode(&d->page, report, body, (size_t)n, NULL), UD_OK);
}

static const char *
cell(const struct desk *d, size_t row, unsigned column)
{
    assert_true(row < d->page->count);
    return d->page->row[row].cell[column];
}

static void
every_request_is_one_row_with_its_columns(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request told = { .op = UD_VAULT_OUTCOME, .auth = d->operator, .outcome = "worked" };

    assert_int_equal(reveal(d, &d->operator, "INC1", "", &told.by_id), UD_VAULT_OK);
    assert_int_equal(service_ask(&d->s, &told)->code, UD_VAULT_OK);
    assert_int_equal(reveal(d, &d->user, "", "", NULL), UD_VAULT_OK);
    assert_int_equal(reveal(d, &d->helpdesk, "INC2", "mallory@training.invalid", NULL), UD_VAULT_NOT_FOUND);
    assert_int_equal(reveal(d, &d->auditor, "INC3", "", NULL), UD_VAULT_NOT_FOUND);
    ask(d, UD_REPORT_AUDIT, "", 100, 0);
    assert_int_equal(d->page->count, 4); /* newest first */
    assert_string_equal(cell(d, 0, UD_AUDIT_WHY), "role");
    assert_string_equal(cell(d, 0, UD_AUDIT_ROLE), "auditor");
    assert_string_equal(cell(d, 1, UD_AUDIT_RESULT), "failed");
    assert_string_equal(cell(d, 1, UD_AUDIT_WHY), "other-user");
    assert_string_equal(cell(d, 1, UD_AUDIT_END_USER), "mallory@training.invalid");
    assert_string_equal(cell(d, 1, UD_AUDIT_COMPUTER), "LON-LT-ALICE");
    assert_string_equal(cell(d, 2, UD_AUDIT_SOURCE), "self-service");
    assert_string_equal(cell(d, 2, UD_AUDIT_HELPDESK_USER), "alice@training.invalid");
    assert_string_equal(cell(d, 2, UD_AUDIT_END_USER), "alice@training.invalid");
    assert_string_equal(cell(d, 3, UD_AUDIT_SOURCE), "helpdesk");
    assert_string_equal(cell(d, 3, UD_AUDIT_RESULT), "successful");
    assert_string_equal(cell(d, 3, UD_AUDIT_HELPDESK_USER), "robin");
    assert_string_equal(cell(d, 3, UD_AUDIT_END_USER), "");
    assert_string_equal(cell(d, 3, UD_AUDIT_KEY_TYPE), "bitlocker");
    assert_string_equal(cell(d, 3, UD_AUDIT_KEY), "8a5d13d6-0102-4003-8004-050607080901");
    assert_string_equal(cell(d, 3, UD_AUDIT_REASON), "bios-tpm-changed");
    assert_string_equal(cell(d, 3, UD_AUDIT_TICKET), "INC1");
    assert_string_equal(cell(d, 3, UD_AUDIT_OUTCOME), "worked");
    assert_int_equal(strlen(cell(d, 3, UD_AUDIT_REQUEST)), 36);
}

static void
a_filter_keeps_what_fits(void **state)
{
    static const struct {
        const char *filter;
        size_t rows;
    } table[] = { { "result=successful", 2 }, { "result=failed", 1 }, { "type=user", 1 }, { "type=advanced", 1 },
        { "user=ROBIN", 1 }, { "alice@training.invalid", 1 }, { "mallory@", 1 }, { "device=lon-lt", 3 }, { "kind=bitlocker", 3 },
        { "kind=filevault", 0 }, { "result=failed user=robin", 0 }, { "from=2020-01-01", 3 }, { "to=2020-01-01", 0 },
        { "from=2100-01-01", 0 }, { "NOSUCH", 0 } };
    struct desk *d = *state;

    assert_int_equal(reveal(d, &d->operator, "INC1", "", NULL), UD_VAULT_OK);
    assert_int_equal(reveal(d, &d->user, "", "", NULL), UD_VAULT_OK);
    assert_int_equal(reveal(d, &d->helpdesk, "INC2", "mallory@training.invalid", NULL), UD_VAULT_NOT_FOUND);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ask(d, UD_REPORT_AUDIT, table[i].filter, 100, 0);
        if (d->page->count != table[i].rows)
            fail_msg("%s: %zu rows", table[i].filter, d->page->count);
    }
}

static void
pages_of_the_audit_hold_every_request_once(void **state)
{
    struct desk *d = *state;
    uint64_t after = 0;
    char ticket[16];
    unsigned rows = 0;

    for (unsigned i = 0; i < 7; i++) {
        (void)snprintf(ticket, sizeof(ticket), "INC%u", i);
        assert_int_equal(reveal(d, &d->operator, ticket, "", NULL), UD_VAULT_OK);
    }
    do {
        ask(d, UD_REPORT_AUDIT, "", 3, after);
        for (size_t i = 0; i < d->page->count; i++, rows++) {
            (void)snprintf(ticket, sizeof(ticket), "INC%u", 6 - rows);
            assert_string_equal(cell(d, i, UD_AUDIT_TICKET), ticket);
        }
        after = d->s.reply->next;
    } while (after != 0);
    assert_int_equal(rows, 7);
}

static void
a_device_stands_with_its_key_and_what_was_shown(void **state)
{
    struct desk *d = *state;

    ask(d, UD_REPORT_ENCRYPTION, "device=LON-LT-ALICE", 100, 0);
    assert_int_equal(d->page->count, 1);
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_STATUS), "encrypted");
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_READINESS), "ready");
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_KEY), "escrowed");
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_SHOWN), "no");
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_USER), "alice@training.invalid");
    assert_int_equal(reveal(d, &d->operator, "INC1", "", NULL), UD_VAULT_OK);
    ask(d, UD_REPORT_ENCRYPTION, "shown=yes", 100, 0);
    assert_int_equal(d->page->count, 1);
    assert_string_equal(cell(d, 0, UD_ENCRYPTION_DEVICE), "LON-LT-ALICE");
    ask(d, UD_REPORT_ENCRYPTION, "key=missing", 100, 0);
    assert_true(d->page->count >= 1);
    for (size_t i = 0; i < d->page->count; i++)
        assert_string_not_equal(cell(d, i, UD_ENCRYPTION_DEVICE), "LON-LT-ALICE");
}

static void
a_filter_that_is_not_understood_is_refused(void **state)
{
    struct desk *d = *state;
    struct ud_vault_request r = { .op = UD_VAULT_REPORT_AUDIT, .auth = d->auditor };

    r.report[UD_FILTER_FROM] = "yesterday";
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_INVALID);
    assert_non_null(strstr(d->s.reply->message, "2026-11-21"));
    r.report[UD_FILTER_FROM] = "";
    r.report[UD_FILTER_STATUS] = "encrypted"; /* of the other report */
    assert_int_equal(service_ask(&d->s, &r)->code, UD_VAULT_INVALID);
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(every_request_is_one_row_with_its_columns),
        WITH_DESK(a_filter_keeps_what_fits),
        WITH_DESK(pages_of_the_audit_hold_every_request_once),
        WITH_DESK(a_device_stands_with_its_key_and_what_was_shown),
        WITH_DESK(a_filter_that_is_not_understood_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
