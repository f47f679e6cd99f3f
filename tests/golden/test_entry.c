/* What comes before the devices: sign-in, notice, choosing the PIN. */
#include "golden.h"
#include "view/choose_pin.h"
#include "view/notice.h"
#include "view/sign_in.h"

static const struct ud_hint hints[] = { { "Enter", "go on", false }, { "Esc", "back", false }, { "C-q", "quit", false },
    { "F1", "help", true } };

static void
draw_sign_in(struct ud_canvas cv, const void *model)
{
    ud_view_sign_in(cv, model);
}

static void
draw_pin(struct ud_canvas cv, const void *model)
{
    ud_view_choose_pin(cv, model);
}

static void
draw_notice(struct ud_canvas cv, const void *model)
{
    ud_view_notice(cv, model);
}

static void
check(const char *folder, const char *name, const char *title, golden_draw draw, const void *model)
{
    struct golden_screen s = {
        .folder = folder, .name = name, .title = title, .hint = hints, .hint_count = COUNT(hints), .draw = draw, .model = model
    };

    golden_check(&s);
}

static struct ud_view_sign_in
waiting(void)
{
    return (struct ud_view_sign_in){ .step = UD_SIGN_IN_WAITING,
        .source = "Lab",
        .address = "https://escrow.training.invalid/device",
        .address_full = "https://escrow.training.invalid/device?user_code=BDFK-MPQR",
        .code = "BDFK-MPQR",
        .expires_in = 14 * MINUTES + 59000 };
}

static void
the_code_the_address_and_a_qr_code_are_shown(void **state)
{
    struct ud_view_sign_in m = waiting();

    (void)state;
    m.warning = "The directory will record this sign-in under the name of the person who approves it.";
    check("sign_in", "waiting", "Sign in", draw_sign_in, &m);
}

static void
the_demo_offers_to_approve_by_enter(void **state)
{
    struct ud_view_sign_in m = waiting();

    (void)state;
    m.invented = "the invented operator Maria Lopez";
    check("sign_in", "demo", "Sign in", draw_sign_in, &m);
}

static void
the_person_who_approved_is_named(void **state)
{
    struct ud_view_sign_in m = {
        .step = UD_SIGN_IN_IDENTITY, .source = "Lab", .identity = "Maria Lopez (maria.lopez@training.invalid)", .role = "helpdesk"
    };

    (void)state;
    check("sign_in", "identity", "Sign in", draw_sign_in, &m);
}

static void
a_failed_sign_in_says_what_to_do(void **state)
{
    struct ud_view_sign_in m = { .step = UD_SIGN_IN_FAILED,
        .source = "Lab",
        .error = "The code was not used within 15 minutes, so it is no longer good.",
        .hint = "Enter asks for a new one." };

    (void)state;
    check("sign_in", "failed", "Sign in", draw_sign_in, &m);
}

static void
the_notice_scrolls_and_asks_to_be_accepted(void **state)
{
    static const char text[] = "Recovery keys open the disks of this organisation's computers.\n\n"
                               "Get one only for a person whose identity you have checked, and only for the device this person "
                               "uses. Every key you get is recorded with your name, the time and the reason.\n\n"
                               "Do not write a key down, do not send it by mail or chat, and do not leave it on the screen.\n\n"
                               "Questions: the security desk, +1 555 0100.";
    struct ud_view_notice m = { .site = "Northwind IT", .text = text, .top = 1 };

    (void)state;
    check("notice", "text", "Notice", draw_notice, &m);
}

static void
the_pin_is_chosen_twice_and_shown_as_dots(void **state)
{
    struct ud_secret *a = NULL, *b = NULL;
    struct ud_line first, second;
    struct ud_view_choose_pin m = {
        .least = 6, .first = &first, .second = &second, .on_second = true, .error = "The two do not match. Type it again."
    };

    (void)state;
    assert_int_equal(ud_secret_new(&a, 64, NULL), UD_OK);
    assert_int_equal(ud_secret_new(&b, 64, NULL), UD_OK);
    ud_line_init_hidden(&first, a, true);
    ud_line_init_hidden(&second, b, true);
    for (const char *c = "123456"; *c; c++) {
        struct ud_key_event key = { .code = UD_KEY_TEXT, .text = { *c } };

        assert_int_equal(ud_line_key(&first, &key), UD_LINE_CHANGED);
    }
    check("choose_pin", "second", "Choose a PIN", draw_pin, &m);
    ud_secret_free(&a);
    ud_secret_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_the_address_and_a_qr_code_are_shown),
        cmocka_unit_test(the_demo_offers_to_approve_by_enter),
        cmocka_unit_test(the_person_who_approved_is_named),
        cmocka_unit_test(a_failed_sign_in_says_what_to_do),
        cmocka_unit_test(the_notice_scrolls_and_asks_to_be_accepted),
        cmocka_unit_test(the_pin_is_chosen_twice_and_shown_as_dots),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
