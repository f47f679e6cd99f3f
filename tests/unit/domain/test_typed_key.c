#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "domain/typed_key.h"

#define KEY "AAAQEAYEAUDAOCAJB8FQYD8O"

static struct ud_secret *
typed(const char *text)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, UD_TYPED_ROOM, NULL), UD_OK);
    for (; *text != '\0'; text++)
        assert_int_equal(ud_typed_add(s, *text, NULL), UD_OK);
    return s;
}

static void
assert_holds(struct ud_secret *s, const char *text)
{
    assert_int_equal(ud_secret_length(s), strlen(text));
    assert_memory_equal(ud_secret_open(s), text, strlen(text));
    ud_secret_close(s);
}

static void
small_letters_blanks_and_dashes_are_taken_as_people_type_them(void **state)
{
    struct ud_secret *s = typed("aaaq-eaye auda-ocaj-b8fq-yd8o");

    (void)state;
    assert_holds(s, KEY);
    ud_secret_free(&s);
}

static void
other_characters_change_nothing(void **state)
{
    struct ud_secret *s = typed("AAAQ");

    (void)state;
    for (const char *c = "_.,;/\\\"'\x80\xc3\t\n"; *c != '\0'; c++)
        assert_int_equal(ud_typed_add(s, *c, NULL), UD_INVALID);
    assert_holds(s, "AAAQ");
    ud_secret_free(&s);
}

static void
what_does_not_fit_is_refused(void **state)
{
    struct ud_secret *s = typed("");

    (void)state;
    for (size_t i = 0; i < UD_TYPED_ROOM; i++)
        assert_int_equal(ud_typed_add(s, 'A', NULL), UD_OK);
    assert_int_equal(ud_typed_add(s, 'A', NULL), UD_INVALID);
    assert_int_equal(ud_secret_length(s), UD_TYPED_ROOM);
    ud_secret_free(&s);
}

static void
each_shape_is_known_for_what_it_is(void **state)
{
    static const struct {
        const char *text;
        enum ud_typed_fault fault;
        size_t characters;
        bool unusual;
    } row[] = {
        { KEY, UD_TYPED_FINE, 24, false },
        { "T2YGWEGQWVFXA37AI3OMNQKV", UD_TYPED_FINE, 24, true },
        { "35AJAC98TI1HN4M3HDUQUQFG", UD_TYPED_FINE, 24, true },
        { "0AAQEAYEAUDAOCAJB8FQYD8O", UD_TYPED_FINE, 24, true },
        { "", UD_TYPED_EMPTY, 0, false },
        { "AAAQEAYEAUDAOCAJB8FQYD8", UD_TYPED_LENGTH, 23, false },
        { KEY "A", UD_TYPED_LENGTH, 25, false },
        { KEY "AAAA", UD_TYPED_IS_ACCOUNT, 28, false },
        { "AAAQEAYEAUDAOCAJ", UD_TYPED_IS_FAULTY, 16, false },
        { "461109608201413820485342181588463056430617501391", UD_TYPED_IS_BITLOCKER, 48, true },
        { "A61109608201413820485342181588463056430617501391", UD_TYPED_LENGTH, 48, true },
    };
    size_t n;
    bool unusual;

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct ud_secret *s = typed(row[i].text);
        assert_int_equal(ud_typed_check(&n, &unusual, s), row[i].fault);
        assert_int_equal(n, row[i].characters);
        assert_int_equal(unusual, row[i].unusual);
        ud_secret_free(&s);
    }
}

static void
a_box_is_good_for_its_device_and_request_only(void **state)
{
    const struct ud_guid device = { { 1, 2, 3 } }, request = { { 4, 5, 6 } }, other = { { 7 } };
    static const struct {
        bool device, request;
        enum ud_status st;
    } row[] = { { true, true, UD_OK }, { false, true, UD_TAMPERED }, { true, false, UD_TAMPERED } };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct ud_secret *s = typed(KEY), *box = NULL;
        assert_int_equal(ud_typed_pack(&box, s, &device, &request, NULL), UD_OK);
        assert_holds(s, KEY);
        assert_int_equal(
            ud_typed_unpack(box, row[i].device ? &device : &other, row[i].request ? &request : &other, NULL), row[i].st);
        assert_holds(box, row[i].st == UD_OK ? "AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O" : "");
        ud_secret_free(&box);
        ud_secret_free(&s);
    }
}

static void
a_box_without_a_key_in_it_is_refused(void **state)
{
    const struct ud_guid id = { { 0 } };
    struct ud_secret *box = NULL, *s = typed("AAAQ");
    static const char zero[UD_TYPED_HEAD + 5];

    (void)state;
    assert_int_equal(ud_typed_pack(&box, s, &id, &id, NULL), UD_INVALID);
    assert_null(box);
    assert_int_equal(ud_secret_new(&box, 64, NULL), UD_OK);
    assert_int_equal(ud_secret_append(box, zero, UD_TYPED_HEAD, NULL), UD_OK);
    assert_int_equal(ud_typed_unpack(box, &id, &id, NULL), UD_INVALID);
    assert_int_equal(ud_secret_append(box, zero, sizeof(zero), NULL), UD_OK);
    assert_int_equal(ud_typed_unpack(box, &id, &id, NULL), UD_INVALID);
    assert_int_equal(ud_secret_length(box), 0);
    ud_secret_free(&box);
    ud_secret_free(&s);
}

static void
names_read_back(void **state)
{
    enum ud_typed_state s;
    enum ud_typed_cause c;

    (void)state;
    for (unsigned i = 0; i < UD_TYPED_STATE_COUNT; i++) {
        assert_true(ud_typed_state_parse(&s, ud_typed_state_name((enum ud_typed_state)i)));
        assert_int_equal(s, i);
    }
    for (unsigned i = 1; i < UD_TYPED_CAUSE_COUNT; i++) {
        assert_true(ud_typed_cause_parse(&c, ud_typed_cause_name((enum ud_typed_cause)i)));
        assert_int_equal(c, i);
    }
    assert_null(ud_typed_cause_name(UD_TYPED_NO_CAUSE));
    assert_false(ud_typed_state_parse(&s, "mood"));
    assert_false(ud_typed_cause_parse(&c, "mood"));
}

static int
set_up(void **state)
{
    (void)state;
    return ud_seal_init(NULL) == UD_OK ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_letters_blanks_and_dashes_are_taken_as_people_type_them),
        cmocka_unit_test(other_characters_change_nothing),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(each_shape_is_known_for_what_it_is),
        cmocka_unit_test(a_box_is_good_for_its_device_and_request_only),
        cmocka_unit_test(a_box_without_a_key_in_it_is_refused),
        cmocka_unit_test(names_read_back),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
