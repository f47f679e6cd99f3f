/* The pages of self-service. */
#include "fleet.h"
#include "view/key.h"
#include "view/lock.h"
#include "view/self_service.h"

#define HELP "Call the service desk, extension 4357. https://desk.example"

static const struct ud_hint id_hints[] = { { "Enter", "go on", false }, { "Tab", "no such ID on the screen", false },
    { "Esc", "leave", false } };
static const struct ud_hint reason_hints[] = { { "Enter", "get key", false }, { "Esc", "back", false } };
static const struct ud_hint key_hints[] = { { "Space", "next group", false }, { "w", "it worked", false },
    { "x", "did not unlock", false }, { "f", "whole key", false } };
static const struct ud_hint next_hints[] = { { "a", "try again with the ID", false }, { "Enter", "end", false } };

static void
draw_id(struct ud_canvas cv, const void *model)
{
    ud_view_self_id(cv, model);
}

static void
draw_device(struct ud_canvas cv, const void *model)
{
    ud_view_self_device(cv, model);
}

static void
draw_reason(struct ud_canvas cv, const void *model)
{
    ud_view_self_reason(cv, model);
}

static void
draw_next(struct ud_canvas cv, const void *model)
{
    ud_view_self_next(cv, model);
}

static void
draw_key(struct ud_canvas cv, const void *model)
{
    ud_view_key(cv, model, cv.grid->width, cv.grid->height);
}

static void
draw_over(struct ud_canvas cv, const void *model)
{
    ud_view_session_over(cv, model);
}

static void
draw_countdown(struct ud_canvas cv, const void *model)
{
    ud_view_countdown(cv, *(const unsigned *)model, true);
}

static void
check(const char *name, const char *title, golden_draw draw, const void *model, const struct ud_hint *hint, size_t count)
{
    struct golden_screen s = { .folder = "self",
        .name = name,
        .product = "Example IT",
        .title = title,
        .hint = hint,
        .hint_count = count,
        .draw = draw,
        .model = model };

    golden_check(&s);
}

static struct ud_line
typed(const char *text)
{
    struct ud_line l;

    ud_line_init(&l, 80);
    ud_line_set(&l, text);
    return l;
}

static void
the_key_id_is_asked_for(void **state)
{
    struct ud_line l = typed("8a5d1");
    struct ud_view_self_id m = { .id = &l, .help = HELP };

    (void)state;
    check("id", "Recovery key ID", draw_id, &m, id_hints, COUNT(id_hints));
}

static void
several_keys_start_so_and_all_characters_are_asked_for(void **state)
{
    struct ud_line l = typed("8a5d13d6");
    struct ud_view_self_id m = { .id = &l, .full = true, .help = HELP };

    (void)state;
    check("id-full", "Recovery key ID", draw_id, &m, id_hints, COUNT(id_hints));
}

static void
a_miss_says_what_to_check_and_whom_to_call(void **state)
{
    struct ud_line l = typed("8a5d13d6");
    struct ud_view_self_id m = { .id = &l, .miss = "8A5D13D6", .help = HELP };

    (void)state;
    check("id-miss", "Recovery key ID", draw_id, &m, id_hints, COUNT(id_hints));
}

static void
a_service_that_does_not_answer_is_said_so(void **state)
{
    struct ud_line l = typed("8a5d13d6");
    struct ud_view_self_id m = {
        .id = &l, .error = "The service is not available at the moment (lab)", .hint = "Try again in a minute", .help = HELP
    };

    (void)state;
    check("id-failed", "Recovery key ID", draw_id, &m, id_hints, COUNT(id_hints));
}

static void
own_computers_without_an_id_are_chosen_by_digit(void **state)
{
    const char *name[] = { "TRN-MB-0007, MacBook Pro 14, TRN4411", "デスク-03, MacBook Air 13, TRN4412" };
    struct ud_view_self_device m = { .name = name, .count = 2, .help = HELP };
    struct ud_view_self_device none = { .help = HELP };

    (void)state;
    check("device", "Your computers", draw_device, &m, &reason_hints[1], 1);
    check("device-none", "Your computers", draw_device, &none, &reason_hints[1], 1);
}

static void
the_reason_is_one_of_three(void **state)
{
    const char *reason[] = { "BIOS or TPM changed", "Operating system files modified", "Lost PIN or passphrase" };
    struct ud_key key[3];
    struct ud_view_self_reason m = {
        .device = "TRN-LT-0042", .reason = reason, .reason_count = 3, .chosen = 2, .account = "ann.lee@example.com"
    };

    (void)state;
    golden_keys(key);
    m.key = key[0];
    check("reason", "Reason", draw_reason, &m, reason_hints, COUNT(reason_hints));
}

static void
the_key_is_typed_by_whoever_sees_it(void **state)
{
    struct ud_key key[3];
    struct ud_view_key m = { .show = UD_KEY_GROUP,
        .own = true,
        .device = "TRN-LT-0042",
        .user = "ann.lee@example.com",
        .reason = "Lost PIN or passphrase",
        .group = 8,
        .groups = 8,
        .group_size = 6,
        .half = 3,
        .whole_length = 55,
        .where = { "Into 'Enter the recovery key' on the blue screen; it adds the dashes itself.",
            "F1 to F9 type 1 to 9 and F10 types 0, where the keyboard has no digits." },
        .covers_in = 42000 };

    (void)state;
    golden_keys(key);
    m.key = key[0];
    check("key", "Recovery key", draw_key, &m, key_hints, COUNT(key_hints));
}

static void
what_happens_next_is_told(void **state)
{
    struct ud_view_self_next m = { .worked = true, .new_key_asked = true, .device = "TRN-LT-0042", .help = HELP };

    (void)state;
    check("next-worked", "What happens next", draw_next, &m, &next_hints[1], 1);
    m.worked = false;
    check("next-not-unlocked", "What happens next", draw_next, &m, next_hints, COUNT(next_hints));
}

static void
the_end_names_the_site_and_whom_to_call(void **state)
{
    static const struct ud_hint leave[] = { { "Enter", "leave", true } };
    unsigned left = 42;
    struct ud_line l = typed("8a5d13d6");
    struct ud_view_self_id under = { .id = &l, .help = HELP };
    struct ud_view_session_over m = { .product = "Example IT",
        .host = "jump1.example",
        .why = "The session has ended and everything was wiped: no key was pressed for 6 minutes.",
        .next = "Start again if you still need the key. " HELP,
        .at = NOW,
        .now = NOW,
        .hint = leave,
        .hint_count = 1 };
    struct golden_screen s = { .folder = "self",
        .name = "countdown",
        .product = "Example IT",
        .title = "Recovery key ID",
        .hint = id_hints,
        .hint_count = COUNT(id_hints),
        .draw = draw_id,
        .model = &under,
        .over = draw_countdown,
        .over_model = &left };

    (void)state;
    check("over", NULL, draw_over, &m, NULL, 0);
    golden_check(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_id_is_asked_for),
        cmocka_unit_test(several_keys_start_so_and_all_characters_are_asked_for),
        cmocka_unit_test(a_miss_says_what_to_check_and_whom_to_call),
        cmocka_unit_test(a_service_that_does_not_answer_is_said_so),
        cmocka_unit_test(own_computers_without_an_id_are_chosen_by_digit),
        cmocka_unit_test(the_reason_is_one_of_three),
        cmocka_unit_test(the_key_is_typed_by_whoever_sees_it),
        cmocka_unit_test(what_happens_next_is_told),
        cmocka_unit_test(the_end_names_the_site_and_whom_to_call),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
