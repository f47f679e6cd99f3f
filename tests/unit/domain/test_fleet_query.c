/* Queries: words, quotes, filters, what is refused, what narrows. */
#include "fleet_fixture.h"

#include "domain/fleet_query.h"

static const char *const sources[] = { "corp", "lab", "laptops" };

static struct ud_query *
parse(const char *text, enum ud_status want, struct ud_error *err)
{
    struct ud_query *q = NULL;

    assert_int_equal(ud_query_parse(&q, text, sources, 3, err), want);
    assert_non_null(q);
    return q;
}

static void
words_and_quoted_words_become_groups(void **state)
{
    struct ud_query *q = parse("  José  \"van den Berg\" x", UD_OK, NULL);

    (void)state;
    assert_int_equal(q->groups, 3);
    assert_int_equal(q->needle[0].length, strlen("josé"));
    assert_memory_equal(q->needle[0].text, "josé", 5);
    assert_int_equal(q->needle[1].length, strlen("van den berg"));
    assert_int_equal(q->needle[2].length, 1);
    ud_query_free(&q);
    assert_null(q);
}

static void
values_of_one_filter_are_alternatives(void **state)
{
    struct ud_query *q = parse("user:ann user:bob ownership:company ownership:personal os:mac OS:\"windows 11\"", UD_OK, NULL);

    (void)state;
    assert_int_equal(q->groups, 1);
    assert_int_equal(q->group[0].count, 2);
    assert_int_equal(q->group[0].place, UD_PLACE_USER);
    assert_int_equal(q->ownership, 1u << UD_OWNERSHIP_COMPANY | 1u << UD_OWNERSHIP_PERSONAL);
    assert_int_equal(q->os_count, 2);
    assert_string_equal(q->os[1], "windows 11");
    ud_query_free(&q);
}

static void
an_unfinished_filter_is_no_filter_yet(void **state)
{
    static const char *const texts[] = { "os:", "user:", "ownership:", "key:", "in:", "", "   ", "\"", "\"\"" };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ud_query *q = parse(texts[i], UD_OK, NULL);
        assert_true(ud_query_is_empty(q));
        ud_query_free(&q);
    }
}

static void
the_start_of_a_value_is_enough(void **state)
{
    struct ud_query *q = parse("key:mis ownership:comp in:cor", UD_OK, NULL);

    (void)state;
    assert_int_equal(q->mark, 1u << UD_MARK_MISSING);
    assert_int_equal(q->ownership, 1u << UD_OWNERSHIP_COMPANY);
    assert_int_equal(q->source[0], 1);
    ud_query_free(&q);
    q = parse("in:la", UD_OK, NULL);
    assert_int_equal(q->source[0], 6);
    ud_query_free(&q);
    q = parse("in:lab", UD_OK, NULL);
    assert_int_equal(q->source[0], 2);
    ud_query_free(&q);
}

static void
shown_includes_what_is_due(void **state)
{
    struct ud_query *q = parse("key:shown", UD_OK, NULL);

    (void)state;
    assert_int_equal(q->mark, 1u << UD_MARK_SHOWN | 1u << UD_MARK_DUE);
    ud_query_free(&q);
}

static void
an_unknown_value_is_refused_with_those_that_exist(void **state)
{
    static const struct {
        const char *text, *hint;
    } cases[] = {
        { "key:lost", "missing, current, shown, due" },
        { "ownership:mine", "company, personal, unknown" },
        { "in:moon", "corp, lab, laptops" },
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ud_error err = { 0 };
        char text[64];
        snprintf(text, sizeof(text), "smith %s", cases[i].text);
        struct ud_query *q = parse(text, UD_INVALID, &err);
        assert_non_null(strstr(err.message, cases[i].text));
        assert_non_null(strstr(err.hint, cases[i].hint));
        assert_int_equal(q->groups, 1);
        assert_int_equal(q->mark, 0);
        assert_int_equal(q->ownership, 0);
        assert_false(q->by_source);
        ud_query_free(&q);
    }
}

static void
a_colon_in_another_word_is_text(void **state)
{
    struct ud_query *q = parse("foo:bar 10:20", UD_OK, NULL);

    (void)state;
    assert_int_equal(q->groups, 2);
    assert_int_equal(q->needle[0].length, 7);
    ud_query_free(&q);
}

static void
the_ninth_word_is_left_out_and_said_so(void **state)
{
    struct ud_error err = { 0 };
    struct ud_query *q = parse("a b c d e f g h i user:x", UD_INVALID, &err);

    (void)state;
    assert_int_equal(q->groups, UD_QUERY_TERMS + 1);
    assert_non_null(strstr(err.message, "8 words"));
    ud_query_free(&q);
}

static void
endless_text_is_taken_without_harm(void **state)
{
    static char text[100000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    struct ud_query *q = parse(text, UD_OK, NULL);
    assert_int_equal(q->needle[0].length, UD_NEEDLE_MAX);
    ud_query_free(&q);
    for (size_t i = 0; i + 8 < sizeof(text); i += 8)
        memcpy(text + i, "user:ab ", 8);
    q = parse(text, UD_OK, NULL);
    assert_int_equal(q->group[0].count, UD_QUERY_VALUES);
    ud_query_free(&q);
}

static void
a_query_narrows_when_it_only_got_longer(void **state)
{
    static const struct {
        const char *before, *after;
        bool narrows;
    } cases[] = {
        { "", "a", true },
        { "gar", "garcia", true },
        { "arc", "garcia", true },
        { "garcia", "gar", false },
        { "garcia", "garcia lon", true },
        { "garcia lon", "garcia", false },
        { "lon", "garcia london", true },
        { "user:ann", "user:anna", true },
        { "user:ann", "ann", false },
        { "ann", "user:anna", true },
        { "user:ann user:bob", "user:anna", true },
        { "user:ann", "user:ann user:bob", false },
        { "key:shown", "key:due", true },
        { "key:due", "key:shown", false },
        { "", "key:due", true },
        { "key:due", "", false },
        { "os:win", "os:windows", true },
        { "os:win", "os:mac", false },
        { "in:la", "in:lab", true },
        { "in:lab", "in:la", false },
        { "ownership:company", "ownership:company ownership:personal", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ud_query *before = parse(cases[i].before, UD_OK, NULL), *after = parse(cases[i].after, UD_OK, NULL);
        if (ud_query_narrows(after, before) != cases[i].narrows)
            fail_msg("\"%s\" to \"%s\"", cases[i].before, cases[i].after);
        ud_query_free(&before);
        ud_query_free(&after);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_quoted_words_become_groups),
        cmocka_unit_test(values_of_one_filter_are_alternatives),
        cmocka_unit_test(an_unfinished_filter_is_no_filter_yet),
        cmocka_unit_test(the_start_of_a_value_is_enough),
        cmocka_unit_test(shown_includes_what_is_due),
        cmocka_unit_test(an_unknown_value_is_refused_with_those_that_exist),
        cmocka_unit_test(a_colon_in_another_word_is_text),
        cmocka_unit_test(the_ninth_word_is_left_out_and_said_so),
        cmocka_unit_test(endless_text_is_taken_without_harm),
        cmocka_unit_test(a_query_narrows_when_it_only_got_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
