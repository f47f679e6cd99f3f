/* The reports. */
#include "tests/golden/golden.h"
#include "view/report.h"

static const struct ud_hint hints[] = { { "Enter", "look", false }, { "Tab", "the other report", false },
    { "Esc", "clear the filter, or back", false }, { "F1", "help", true } };

static const struct ud_report_row asked[] = {
    { { "2026-11-20T13:58:02.120Z", "helpdesk", "successful", "robin", "", "TRN-LT-0042", "TRN0000042", "bitlocker",
        "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8", "lost-pin", "INC0012345", "worked", "advanced", "",
        "11111111-2222-4333-8444-555555555555" } },
    { { "2026-11-20T09:12:40.000Z", "helpdesk", "failed", "helen", "kofi.mensah@training.invalid", "TRN-MB-0007", "TRN0000007",
        "filevault", "", "bios-tpm-changed", "", "", "helpdesk", "other-user", "11111111-2222-4333-8444-555555555556" } },
    { { "2026-11-18T16:40:00.000Z", "self-service", "successful", "ann.lee@training.invalid", "ann.lee@training.invalid",
        "東京支店の貸出機", "TRN0000011", "bitlocker", "0badc0de-7ed9-46c8-a74f-ac3adf016ec8", "lost-pin", "", "gone", "user", "",
        "11111111-2222-4333-8444-555555555557" } },
};
static const struct ud_report_row standing[] = {
    { { "TRN-LT-0042", "TRN0000042", "Windows", "10.0.26100", "ann.lee@training.invalid", "ready", "encrypted", "escrowed", "no",
        "2026-11-20T13:50:00Z" } },
    { { "TRN-MB-0007", "TRN0000007", "macOS", "15.1", "kofi.mensah@training.invalid", "ready", "encrypted", "missing", "yes",
        "2026-11-01T08:00:00Z" } },
    { { "TRN-WS-0003", "TRN0000003", "Linux", "Debian 12.8", "", "unknown", "not-encrypted", "missing", "no", "" } },
};

static void
draw(struct ud_canvas cv, const void *model)
{
    struct ud_view_report m = *(const struct ud_view_report *)model;

    ud_list_set(&m.list, m.list.count, ud_view_report_rows(cv.width, cv.height));
    m.row += m.list.top;
    m.row_count = ud_list_end(&m.list) - m.list.top;
    ud_view_report(cv, &m);
}

static void
check(const char *name, struct ud_view_report *model, const char *filter)
{
    struct golden_screen s = { .folder = "report",
        .name = name,
        .title = "Reports",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model };
    struct ud_line line;

    ud_line_init(&line, 200);
    if (filter != NULL)
        ud_line_set(&line, filter);
    model->filter = &line;
    model->now = NOW;
    golden_check(&s);
}

static void
who_asked_stands_newest_first_and_what_failed_stands_out(void **state)
{
    struct ud_view_report m = {
        .report = UD_REPORT_AUDIT, .row = asked, .list = { .count = COUNT(asked), .selected = 1 }, .known = true
    };

    (void)state;
    check("audit", &m, NULL);
}

static void
how_devices_stand_says_which_key_is_missing(void **state)
{
    struct ud_view_report m = {
        .report = UD_REPORT_ENCRYPTION, .row = standing, .list = { .count = COUNT(standing) }, .known = true, .more = true
    };

    (void)state;
    check("encryption", &m, "TRN");
}

static void
a_filter_that_nothing_fits_says_so(void **state)
{
    struct ud_view_report m = { .report = UD_REPORT_AUDIT, .row = asked, .known = true };

    (void)state;
    check("nothing", &m, "result=failed LON");
    m.known = false;
    m.loading = true;
    check("loading", &m, NULL);
    m.loading = false;
    m.error = "The service does not answer (Lab)";
    check("error", &m, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asked_stands_newest_first_and_what_failed_stands_out),
        cmocka_unit_test(how_devices_stand_says_which_key_is_missing),
        cmocka_unit_test(a_filter_that_nothing_fits_says_so),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
