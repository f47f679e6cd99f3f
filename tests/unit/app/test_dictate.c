/* Reading back keys that have letters, and how their characters are said. */
#include "app/spelling.h"
#include "desk.h"

/* A call that shows this key. */
static struct ud_call *
show(struct desk *d, enum ud_kind kind, const char *text)
{
    struct ud_call *c;

    desk_get_key(d);
    c = &d->app->call[0];
    ud_secret_free(&c->key);
    assert_int_equal(ud_secret_new(&c->key, UD_RECOVERY_MAX, NULL), UD_OK);
    assert_int_equal(ud_secret_append(c->key, text, strlen(text), NULL), UD_OK);
    c->r.key.kind = kind;
    ud_recovery_check(&c->shape, kind, c->key);
    assert_true(c->shape.ok);
    c->r.groups = ud_recovery_group_count(kind, strlen(text));
    c->r.group = 0;
    assert_non_null(desk_painted(d));
    return c;
}

static void
a_right_group_goes_on_to_the_next_and_the_last_ends_the_check(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = show(d, UD_KIND_LAPS, "Hf#t w9");

    (void)state;
    desk_key(d, "r");
    desk_type(d, "Hf#t");
    assert_int_equal(c->r.group, 1);
    assert_true(c->reading);
    desk_key(d, "Space");
    desk_type(d, "w");
    assert_int_equal(c->r.group, 1);
    desk_type(d, "9"); /* the last group is shorter */
    assert_false(c->reading);
    assert_int_equal(c->readback_tone, UD_TONE_GOOD);
    assert_int_equal(c->phase, UD_CALL_KEY);
    desk_free(d);
}

static void
a_wrong_character_lights_up_and_a_new_try_starts_anew(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = show(d, UD_KIND_LAPS, "HfCtwxyz");
    size_t offset, length;
    bool whole;
    int wrong;

    (void)state;
    desk_key(d, "r");
    desk_type(d, "Hfct");
    assert_int_equal(c->r.group, 0);
    assert_int_equal(c->mark[1], UD_DIGIT_RIGHT);
    assert_int_equal(c->mark[2], UD_DIGIT_WRONG);
    assert_non_null(ud_app_paint(d->app, &offset, &length, &wrong, &whole));
    assert_int_equal(wrong, 2);
    desk_type(d, "HfCt");
    assert_int_equal(c->r.group, 1);
    desk_free(d);
}

static void
letters_are_commands_again_after_esc(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = show(d, UD_KIND_LAPS, "wxhfwxhf");

    (void)state;
    desk_key(d, "r");
    desk_type(d, "wxh");
    assert_int_equal(c->phase, UD_CALL_KEY);
    desk_key(d, "Esc");
    assert_false(c->reading);
    assert_true(c->visible);
    assert_int_equal(c->typed_count, 0);
    desk_key(d, "w");
    assert_int_equal(c->phase, UD_CALL_ENDED);
    desk_free(d);
}

static void
case_is_no_matter_where_a_key_has_only_one(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = show(d, UD_KIND_FILEVAULT, "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O");

    (void)state;
    assert_false(ud_dictate_exact(c));
    desk_key(d, "r");
    desk_type(d, "aaaQ");
    assert_int_equal(c->r.group, 1);
    desk_free(d);

    d = desk_ready();
    c = show(d, UD_KIND_LUKS, "cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv");
    assert_false(ud_dictate_exact(c));
    desk_key(d, "r");
    desk_type(d, "CBDEFGHI");
    assert_int_equal(c->r.group, 1);
    desk_free(d);

    d = desk_ready();
    c = show(d, UD_KIND_LUKS, "correct horse battery");
    assert_true(ud_dictate_exact(c));
    desk_key(d, "r");
    desk_type(d, "CORR");
    assert_int_equal(c->r.group, 0);
    desk_type(d, "corr");
    assert_int_equal(c->r.group, 1);
    desk_free(d);
}

static void
covering_the_key_ends_the_check_and_wipes_what_was_typed(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c = show(d, UD_KIND_LAPS, "HfCtwxyz");

    (void)state;
    desk_key(d, "r");
    desk_type(d, "Hf");
    desk_resize(d, 100, 30);
    assert_false(c->visible);
    assert_false(c->reading);
    assert_int_equal(ud_secret_length(c->typed), 0);
    desk_free(d);
}

static void
digits_need_no_command(void **state)
{
    struct desk *d = desk_ready();
    struct ud_call *c;

    (void)state;
    desk_get_key(d);
    c = &d->app->call[0];
    desk_key(d, "r");
    assert_false(c->reading);
    assert_true(d->app->message[0] != '\0');
    desk_free(d);
}

static void
every_character_has_words_that_tell_its_case(void **state)
{
    struct ud_spelling_exact s;

    (void)state;
    ud_spelling_fill_exact(&s);
    assert_string_equal(s.table.word['A'], "capital Alpha");
    assert_string_equal(s.table.word['a'], "alpha");
    assert_string_equal(s.table.word['7'], "seven");
    assert_string_equal(s.table.word['#'], "hash");
    assert_string_equal(s.table.word[' '], "space");
    for (int c = ' '; c <= '~'; c++) {
        assert_non_null(s.table.word[c]);
        for (int other = ' '; other < c; other++)
            if (strcmp(s.table.word[c], s.table.word[other]) == 0)
                fail_msg("%c and %c sound alike", c, other);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_right_group_goes_on_to_the_next_and_the_last_ends_the_check),
        cmocka_unit_test(a_wrong_character_lights_up_and_a_new_try_starts_anew),
        cmocka_unit_test(letters_are_commands_again_after_esc), cmocka_unit_test(case_is_no_matter_where_a_key_has_only_one),
        cmocka_unit_test(covering_the_key_ends_the_check_and_wipes_what_was_typed), cmocka_unit_test(digits_need_no_command),
        cmocka_unit_test(every_character_has_words_that_tell_its_case) };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
