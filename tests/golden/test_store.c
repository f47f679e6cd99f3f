/* Storing the recovery key of a Mac, asking for it, and what became of it. */
#include "fleet.h"
#include "view/device.h"
#include "view/store.h"

static const struct ud_hint hints[] = { { "Enter", "send", false }, { "Tab", "other field", false }, { "Esc", "back", false },
    { "F1", "help", true } };

static void
draw(struct ud_canvas cv, const void *model)
{
    ud_view_store(cv, model);
}

static void
check(const char *name, const struct ud_view_store *model)
{
    struct golden_screen s = { .folder = "store",
        .name = name,
        .title = "Store a recovery key",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw,
        .model = model };

    golden_check(&s);
}

static struct ud_view_store
page(void)
{
    return (struct ud_view_store){ .device = "TRN-MB-0007",
        .user = "山田 花子",
        .system = "macOS 15.1",
        .state = { .requested = UD_WALL_NONE,
            .finished = UD_WALL_NONE,
            .last_checkin = NOW - 3 * HOURS,
            .new_created = UD_WALL_NONE,
            .asked_at = UD_WALL_NONE,
            .now = NOW } };
}

static void
what_is_typed_shows_as_groups_of_dots(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.typed[0] = 10;
    check("entry", &m);
}

static void
two_keys_that_differ_are_told_below_the_second(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.error = "The two keys are not the same. Nothing was sent: type both again.";
    m.error_second = true;
    check("differ", &m);
}

static void
a_key_of_another_kind_is_named_below_its_field(void **state)
{
    struct ud_view_store m = page();
    char text[320];

    (void)state;
    ud_view_typed_fault(text, sizeof(text), UD_TYPED_IS_ACCOUNT, 28);
    m.typed[0] = 28;
    m.error = text;
    check("another-kind", &m);
}

static void
letters_that_never_occur_are_warned_of(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.typed[0] = 24;
    m.typed[1] = 3;
    m.on_second = true;
    m.warning = ud_view_typed_unusual();
    check("unusual", &m);
}

static void
what_is_asked_of_the_user_stands_first(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.state.asked = m.state.own = m.state.blocked = true;
    m.state.asked_at = NOW - 1 * DAYS;
    m.state.asked_by = "Maria Lopez";
    m.state.note = "Your Mac was encrypted before it was enrolled.";
    check("asked", &m);
}

static void
a_key_that_waits_says_what_for(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.step = UD_VIEW_STORE_STATE;
    m.state.state = UD_TYPED_PENDING;
    m.state.requested = NOW - 2 * MINUTES;
    check("waiting", &m);
}

static void
a_key_that_was_updated_says_what_to_do_when_locked_out(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.step = UD_VIEW_STORE_STATE;
    m.state.state = UD_TYPED_DONE;
    m.state.finished = m.state.new_created = NOW - 1 * MINUTES;
    check("updated", &m);
}

static void
a_failure_gives_three_causes_in_order_and_marks_its_own(void **state)
{
    static const char *const name[] = { "failed-key", "failed-contact", "failed-policy" };
    struct ud_view_store m = page();

    (void)state;
    m.step = UD_VIEW_STORE_STATE;
    m.state.state = UD_TYPED_FAILED;
    m.state.finished = NOW - 1 * MINUTES;
    m.state.full = true;
    for (int i = 0; i < 3; i++) {
        m.state.cause = (enum ud_typed_cause)(UD_TYPED_WRONG_KEY + i);
        check(name[i], &m);
    }
}

static void
what_was_not_taken_says_that_nothing_was_stored(void **state)
{
    struct ud_view_store m = page();

    (void)state;
    m.step = UD_VIEW_STORE_STATE;
    m.failed =
        "The recovery key of TRN-MB-0007 could not be updated. Nothing was stored: The escrow service cannot be reached (Lab).";
    m.hint = "Try again in a minute. s: type it again. Esc: the Mac's page.";
    check("not-taken", &m);
}

static void
asking_the_user_takes_a_note(void **state)
{
    struct ud_view_store m = page();
    struct ud_line note;

    (void)state;
    ud_line_init(&note, 240);
    ud_line_set(&note, "Nothing of this Mac is stored yet");
    m.step = UD_VIEW_STORE_ASK;
    m.note = &note;
    check("ask", &m);
}

static void
draw_device(struct ud_canvas cv, const void *model)
{
    struct ud_view_device m = *(const struct ud_view_device *)model;

    ud_list_set(&m.list, m.list.count, ud_view_device_rows(cv.width, cv.height, &m));
    ud_view_device(cv, &m);
}

static void
the_macs_page_says_what_became_of_it(void **state)
{
    struct ud_view_stored stored = page().state;
    struct ud_key key = { .kind = UD_KIND_FILEVAULT, .volume = UD_VOLUME_OS, .created = NOW - 30 * DAYS, .shown = UD_WALL_NONE };
    struct ud_view_device m = { .device = golden_devices[3], .source = "Lab", .fetched = NOW, .now = NOW, .stored = &stored };
    struct golden_screen s = { .folder = "store",
        .name = "device-failed",
        .title = "Device",
        .hint = hints,
        .hint_count = COUNT(hints),
        .draw = draw_device,
        .model = &m };

    (void)state;
    stored.state = UD_TYPED_FAILED;
    stored.cause = UD_TYPED_NO_CONTACT;
    stored.finished = NOW - 1 * HOURS;
    golden_check(&s);
    stored.state = UD_TYPED_DONE;
    stored.new_created = NOW - 1 * HOURS;
    s.name = "device-updated";
    m.key = &key;
    m.list.count = 1;
    golden_check(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_shows_as_groups_of_dots),
        cmocka_unit_test(two_keys_that_differ_are_told_below_the_second),
        cmocka_unit_test(a_key_of_another_kind_is_named_below_its_field),
        cmocka_unit_test(letters_that_never_occur_are_warned_of),
        cmocka_unit_test(what_is_asked_of_the_user_stands_first),
        cmocka_unit_test(a_key_that_waits_says_what_for),
        cmocka_unit_test(a_key_that_was_updated_says_what_to_do_when_locked_out),
        cmocka_unit_test(a_failure_gives_three_causes_in_order_and_marks_its_own),
        cmocka_unit_test(what_was_not_taken_says_that_nothing_was_stored),
        cmocka_unit_test(asking_the_user_takes_a_note),
        cmocka_unit_test(the_macs_page_says_what_became_of_it),
    };

    return cmocka_run_group_tests(tests, golden_setup, NULL);
}
