/* The reason form. */
#include "fleet.h"
#include "view/reason.h"

static const struct ud_hint hints[] = { { "Enter", "get key", false }, { "Tab", "next field", false }, { "Esc", "back", false },
    { "F1", "help", true } };
static const char *const reasons[] = { "Operating system boot order changed", "BIOS changed", "Operating system files modified",
    "Lost startup key", "Lost PIN", "TPM reset", "Lost passphrase", "Lost smartcard", "Other" };
static const char *const ways[] = { "Called back on the known number", "Answered the security question",
    "In person, with a badge", "The manager confirmed it" };

static void
draw(struct ud_canvas cv, const void *model)
{
    struct ud_view_reason m = *(const struct ud_view_reason *)model;
    const char *said[COUNT(reasons)];

    for (size_t i = 0; i < m.reason_count; i++)
        said[i] = ud_translate(m.reason[i]);
    m.reason = said;
    ud_view_reason(cv, &m);
}

static void
check(const char *name, const struct ud_view_reason *model)
{
    struct golden_screen s = { .folder = "reason",
        .name = name,
        .title = "Reason",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model };

    golden_check(&s);
}

struct form {
    struct ud_line note, user, ticket, caller, presence;
    struct ud_secret *pin;
    struct ud_view_reason model;
};

static void
fill(struct form *f)
{
    struct ud_key key[3];

    golden_keys(key);
    assert_int_equal(ud_secret_new(&f->pin, 64, NULL), UD_OK);
    ud_line_init(&f->note, 200);
    ud_line_init(&f->user, 190);
    ud_line_init(&f->ticket, 60);
    ud_line_init(&f->caller, 90);
    ud_line_init_hidden(&f->presence, f->pin, true);
    ud_line_set(&f->ticket, "INC");
    f->model = (struct ud_view_reason){ .device = "TRN-LT-0042",
        .user = "Ann Lee",
        .key = key[0],
        .reason = reasons,
        .reason_count = COUNT(reasons),
        .reason_chosen = UD_CHOICE_NONE,
        .verified = ways,
        .verified_count = COUNT(ways),
        .verified_chosen = UD_CHOICE_NONE,
        .ticket_need = UD_NEED_YES,
        .caller_need = UD_NEED_OPTIONAL,
        .verified_need = UD_NEED_YES,
        .note = &f->note,
        .user_line = &f->user,
        .ticket = &f->ticket,
        .caller = &f->caller,
        .presence = &f->presence,
        .operator_label = "Maria Lopez",
        .now = NOW };
}

static void
the_reasons_come_first_and_have_digits(void **state)
{
    struct form f;

    (void)state;
    fill(&f);
    check("empty", &f.model);
    ud_secret_free(&f.pin);
}

static void
the_sentence_that_will_be_recorded_grows_with_the_form(void **state)
{
    struct form f;

    (void)state;
    fill(&f);
    ud_line_set(&f.ticket, "INC0012345");
    ud_line_set(&f.caller, "Ann Lee");
    f.model.reason_chosen = 4;
    f.model.verified_chosen = 0;
    f.model.presence_shown = true;
    f.model.focus = UD_REASON_FIELD_PRESENCE;
    assert_int_equal(ud_line_key(&f.presence, &(struct ud_key_event){ .code = UD_KEY_TEXT, .text = "7" }), UD_LINE_CHANGED);
    check("filled", &f.model);
    ud_secret_free(&f.pin);
}

static void
a_fault_stands_under_its_field_and_keeps_the_field_in_sight(void **state)
{
    struct form f;

    (void)state;
    fill(&f);
    f.model.reason_chosen = 8;
    f.model.note_shown = true;
    f.model.focus = UD_REASON_FIELD_TICKET;
    f.model.error_field = UD_REASON_FIELD_TICKET;
    f.model.error = "A ticket number has the form INC and seven digits.";
    check("fault", &f.model);
    ud_secret_free(&f.pin);
}

static void
who_is_told_no_user_names_one(void **state)
{
    struct form f;

    (void)state;
    fill(&f);
    f.model.user = NULL;
    f.model.user_shown = true;
    f.model.reason_chosen = 4;
    f.model.verified_chosen = 0;
    f.model.focus = UD_REASON_FIELD_USER;
    check("user", &f.model);
    ud_line_set(&f.user, "ann.lee");
    f.model.user = "ann.lee";
    f.model.error_field = UD_REASON_FIELD_USER;
    f.model.error = "The account needs its domain. Type it as in alice@corp.example or CORP\\alice.";
    check("user-fault", &f.model);
    ud_secret_free(&f.pin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reasons_come_first_and_have_digits),
        cmocka_unit_test(the_sentence_that_will_be_recorded_grows_with_the_form),
        cmocka_unit_test(who_is_told_no_user_names_one),
        cmocka_unit_test(a_fault_stands_under_its_field_and_keeps_the_field_in_sight),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
