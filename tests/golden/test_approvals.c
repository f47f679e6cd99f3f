/* Approval by a second person: the call that waits, the approver's list, one request. */
#include "fleet.h"
#include "view/approvals.h"

static const struct ud_hint hints[] = { { "Enter", "go on", false }, { "h", "hold", false }, { "Esc", "back", false },
    { "F1", "help", true } };

static void
draw_waiting(struct ud_canvas cv, const void *model)
{
    ud_view_waiting(cv, model);
}

static void
draw_list(struct ud_canvas cv, const void *model)
{
    struct ud_view_approvals m = *(const struct ud_view_approvals *)model;

    ud_list_set(&m.list, m.list.count, ud_view_approvals_rows(cv.width, cv.height));
    ud_view_approvals(cv, &m);
}

static void
draw_one(struct ud_canvas cv, const void *model)
{
    ud_view_approval(cv, model);
}

static void
check(const char *folder, const char *name, const char *title, golden_draw draw, const void *model)
{
    struct golden_screen s = {
        .folder = folder, .name = name, .title = title, .hint = hints, .hint_count = COUNT(hints), .draw = draw, .model = model
    };

    golden_check(&s);
}

static struct ud_view_waiting
waiting(enum ud_approval_state state)
{
    struct ud_key key[3];

    golden_keys(key);
    return (struct ud_view_waiting){ .device = "TRN-LT-0042",
        .user = "ann.lee@training.invalid",
        .key = key[0],
        .reason = "Lost PIN",
        .ticket = "INC0012345",
        .caller = "Ann Lee",
        .state = state,
        .left = 14 * MINUTES + 30000,
        .approver = "山田 花子",
        .answer = "Not this device: it was reported lost this morning.",
        .error = "",
        .hint = "" };
}

static void
a_call_that_waits_says_for_whom_and_how_long(void **state)
{
    struct ud_view_waiting m = waiting(UD_APPROVAL_OPEN);

    (void)state;
    check("waiting", "open", "Approval", draw_waiting, &m);
}

static void
in_self_service_it_says_to_stay(void **state)
{
    struct ud_view_waiting m = waiting(UD_APPROVAL_OPEN);

    (void)state;
    m.own = true;
    m.caller = m.ticket = m.note = "";
    check("waiting", "own", "Approval", draw_waiting, &m);
}

static void
an_approved_one_says_by_whom_and_what_to_press(void **state)
{
    struct ud_view_waiting m = waiting(UD_APPROVAL_GRANTED);

    (void)state;
    m.answer = "";
    check("waiting", "granted", "Approval", draw_waiting, &m);
}

static void
a_denied_one_says_why_and_what_to_do(void **state)
{
    struct ud_view_waiting m = waiting(UD_APPROVAL_DENIED);

    (void)state;
    check("waiting", "denied", "Approval", draw_waiting, &m);
}

static void
a_request_that_could_not_be_sent_says_so(void **state)
{
    struct ud_view_waiting m = waiting(UD_APPROVAL_NONE);

    (void)state;
    m.error = "The service is not available at the moment (Lab)";
    m.hint = "Try again in a minute";
    check("waiting", "failed", "Approval", draw_waiting, &m);
}

static void
the_list_stands_longest_waiting_first(void **state)
{
    struct ud_view_approval_row row[] = {
        { .requester = "Robin Chen",
            .device = "TRN-LT-0042",
            .reason = "Lost PIN",
            .ticket = "INC0012345",
            .key = golden_id("8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"),
            .waited = 4 * MINUTES + 12000 },
        { .requester = "佐藤 健一",
            .device = "TRN-LT-0107",
            .reason = "Operating system files modified",
            .ticket = "",
            .key = golden_id("c0ffee00-7ed9-46c8-a74f-ac3adf016ec8"),
            .waited = 9000 },
    };
    struct ud_view_approvals m = { .row = row, .list = { .count = 2, .selected = 1 } };

    (void)state;
    check("approvals", "two", "Requests for approval", draw_list, &m);
}

static void
an_empty_list_says_what_will_happen(void **state)
{
    struct ud_view_approvals m = { .row = NULL };

    (void)state;
    check("approvals", "none", "Requests for approval", draw_list, &m);
}

static struct ud_approval_request
request(void)
{
    struct ud_approval_request a = { .key = golden_id("8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"),
        .kind = UD_KIND_BITLOCKER,
        .state = UD_APPROVAL_OPEN,
        .why = { .ticket = "INC0012345", .caller = "Ann Lee", .verified = "Called back on the known number" } };

    (void)ud_copy(a.requester, sizeof(a.requester), "Robin Chen");
    (void)ud_copy(a.account, sizeof(a.account), "robin.chen@training.invalid");
    (void)ud_copy(a.device_name, sizeof(a.device_name), "TRN-LT-0042");
    (void)ud_copy(a.serial, sizeof(a.serial), "TRN5CG0042");
    (void)ud_copy(a.user, sizeof(a.user), "ann.lee@training.invalid");
    return a;
}

static void
one_request_says_who_which_and_why_and_never_a_key(void **state)
{
    struct ud_approval_request a = request();
    struct ud_line note;
    struct ud_view_approval m = { .a = &a, .reason = "Lost PIN", .left = 13 * MINUTES, .note = &note };

    (void)state;
    ud_line_init(&note, 255);
    check("approval", "open", "Request for approval", draw_one, &m);
}

static void
a_denial_asks_for_a_note(void **state)
{
    struct ud_approval_request a = request();
    struct ud_line note;
    struct ud_view_approval m = { .a = &a,
        .reason = "Lost PIN",
        .left = 13 * MINUTES,
        .writing = true,
        .note = &note,
        .error = "Say why: whoever asked reads it." };

    (void)state;
    ud_line_init(&note, 255);
    check("approval", "denying", "Request for approval", draw_one, &m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_waits_says_for_whom_and_how_long),
        cmocka_unit_test(in_self_service_it_says_to_stay),
        cmocka_unit_test(an_approved_one_says_by_whom_and_what_to_press),
        cmocka_unit_test(a_denied_one_says_why_and_what_to_do),
        cmocka_unit_test(a_request_that_could_not_be_sent_says_so),
        cmocka_unit_test(the_list_stands_longest_waiting_first),
        cmocka_unit_test(an_empty_list_says_what_will_happen),
        cmocka_unit_test(one_request_says_who_which_and_why_and_never_a_key),
        cmocka_unit_test(a_denial_asks_for_a_note),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
