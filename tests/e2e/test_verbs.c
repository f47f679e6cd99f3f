/* One-shot commands against a real, private escrowd: the shapes other programs rely on, and what happens when something is wrong. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"
#include "wire/json.h"

#define LIMIT_S 120
#define DEMO    "--demo=60", "--seed", "7"

static struct ud_json *
parsed(const struct ud_program *p)
{
    struct ud_json *doc = NULL;
    struct ud_error err = { 0 };

    if (ud_json_parse(&doc, p->out, p->out_length, &err) != UD_OK)
        fail_msg("%s: %.200s / %s", err.message, p->out, p->err);
    return doc;
}

static void
expect_text(const struct ud_json *v, const char *name, const char *wanted)
{
    char text[256] = "";

    assert_int_equal(ud_json_get_text(text, sizeof(text), v, name, NULL), UD_OK);
    assert_string_equal(text, wanted);
}

static int64_t
number(const struct ud_json *v, const char *name)
{
    int64_t n = -1;

    assert_int_equal(ud_json_get_int(&n, v, name, 0, INT64_MAX, NULL), UD_OK);
    return n;
}

static size_t
length_of(const struct ud_json *array)
{
    size_t n = 0;

    for (const struct ud_json *i = ud_json_first(array); i != NULL; i = ud_json_after(i))
        n++;
    return n;
}

#define RUN(p, ...) ud_program_run(p, (const char *const[]){ "unlockdesk", __VA_ARGS__, NULL }, NULL, LIMIT_S)

static void
device_list_names_every_device_and_is_the_same_for_the_same_seed(void **state)
{
    struct ud_program a, b;

    (void)state;
    RUN(&a, "--demo=200", "--seed", "7", "device", "list", "--json");
    RUN(&b, "--demo=200", "--seed", "7", "device", "list", "--json");
    struct ud_json *first = parsed(&a), *second = parsed(&b);
    const struct ud_json *x = ud_json_member(first, "devices"), *y = ud_json_member(second, "devices");
    expect_text(first, "schema", "unlockdesk.device.list/1");
    assert_int_equal(number(first, "total"), 200);
    assert_int_equal(number(first, "matched"), 200);
    assert_int_equal(length_of(x), 200);
    for (x = ud_json_first(x), y = ud_json_first(y); x != NULL && y != NULL; x = ud_json_after(x), y = ud_json_after(y)) {
        char id[64] = "", name[256] = "", serial[64] = "";
        assert_int_equal(ud_json_get_text(id, sizeof(id), x, "id", NULL), UD_OK);
        assert_int_equal(strlen(id), 36);
        expect_text(y, "id", id);
        assert_int_equal(ud_json_get_text(name, sizeof(name), x, "name", NULL), UD_OK);
        expect_text(y, "name", name);
        assert_int_equal(ud_json_get_text(serial, sizeof(serial), x, "serial", NULL), UD_OK);
        assert_memory_equal(serial, "TRN", 3);
    }
    ud_json_free(&first);
    ud_json_free(&second);
    ud_program_free(&a);
    ud_program_free(&b);
}

static void
device_list_with_a_word_lists_only_devices_that_match(void **state)
{
    struct ud_program p;
    char text[512] = "", all[1024];

    (void)state;
    RUN(&p, DEMO, "device", "list", "alice", "--json");
    struct ud_json *doc = parsed(&p);
    assert_int_equal(number(doc, "total"), 60);
    assert_true(number(doc, "matched") >= 1);
    assert_int_equal(length_of(ud_json_member(doc, "devices")), number(doc, "matched"));
    for (const struct ud_json *d = ud_json_first(ud_json_member(doc, "devices")); d != NULL; d = ud_json_after(d)) {
        all[0] = '\0';
        for (size_t i = 0; i < 4; i++)
            if (ud_json_get_text(
                    text, sizeof(text), d, (const char *const[]){ "name", "serial", "user", "user_name" }[i], NULL) == UD_OK)
                strncat(all, text, sizeof(all) - strlen(all) - 1);
        assert_non_null(strcasestr(all, "alice"));
    }
    ud_json_free(&doc);
    ud_program_free(&p);
}

static void
key_find_with_eight_shared_digits_says_ambiguous_and_lists_both(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "key", "find", "c0ffee00", "--json");
    struct ud_json *doc = parsed(&p);
    bool ambiguous = false;
    assert_int_equal(p.code, 0);
    expect_text(doc, "schema", "unlockdesk.key.find/1");
    assert_int_equal(ud_json_get_bool(&ambiguous, doc, "ambiguous", NULL), UD_OK);
    assert_true(ambiguous);
    assert_int_equal(length_of(ud_json_member(doc, "keys")), 2);
    for (const struct ud_json *k = ud_json_first(ud_json_member(doc, "keys")); k != NULL; k = ud_json_after(k)) {
        char id[64] = "";
        assert_int_equal(ud_json_get_text(id, sizeof(id), k, "id", NULL), UD_OK);
        assert_memory_equal(id, "c0ffee00", 8);
        assert_non_null(ud_json_member(ud_json_member(k, "device"), "name"));
    }
    ud_json_free(&doc);
    ud_program_free(&p);
}

static void
key_find_takes_the_id_as_people_write_it(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "key", "find", "{C0FF EE00}", "--json");
    struct ud_json *doc = parsed(&p);
    assert_int_equal(length_of(ud_json_member(doc, "keys")), 2);
    ud_json_free(&doc);
    ud_program_free(&p);
}

static void
expect_error(struct ud_program *p, int code, const char *status)
{
    struct ud_json *doc = NULL;

    assert_int_equal(p->out_length, 0);
    assert_int_equal(p->code, code);
    assert_int_equal(ud_json_parse(&doc, p->err, strcspn(p->err, "\n"), NULL), UD_OK);
    expect_text(doc, "schema", "unlockdesk.error/1");
    expect_text(doc, "status", status);
    ud_json_free(&doc);
    ud_program_free(p);
}

static void
key_find_with_seven_digits_explains_itself(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "key", "find", "c0ffee0", "--json");
    assert_non_null(strstr(p.err, "8"));
    expect_error(&p, 10, "INVALID");
}

static void
key_find_of_an_id_nobody_has_is_a_sentence_and_not_an_empty_answer(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "key", "find", "00000000", "--json");
    assert_non_null(strstr(p.err, "Recovery key ID"));
    expect_error(&p, 7, "NOTFOUND");
}

static void
key_reveal_into_a_pipe_is_refused_and_prints_nothing(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "key", "reveal", "c0ffee00", "--reason", "lost-pin", "--json");
    expect_error(&p, 3, "NOTTY");
}

static void
a_device_that_does_not_exist_is_named_in_the_answer(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "device", "show", "NO-SUCH-LAPTOP", "--json");
    assert_non_null(strstr(p.err, "NO-SUCH-LAPTOP"));
    expect_error(&p, 7, "NOTFOUND");
}

static void
an_unknown_filter_value_lists_the_values_there_are(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO, "device", "list", "key:purple", "--json");
    assert_non_null(strstr(p.err, "missing"));
    expect_error(&p, 10, "INVALID");
}

/* The serial of the first device that the query finds. */
static void
serial_of(char *out, size_t size, const char *query)
{
    struct ud_program p;

    RUN(&p, DEMO, "device", "list", query, "--json");
    struct ud_json *doc = parsed(&p);
    const struct ud_json *d = ud_json_first(ud_json_member(doc, "devices"));
    assert_non_null(d);
    assert_int_equal(ud_json_get_text(out, size, d, "serial", NULL), UD_OK);
    ud_json_free(&doc);
    ud_program_free(&p);
}

static void
device_show_lists_the_keys_newest_first(void **state)
{
    struct ud_program p;
    char serial[64], created[64], before[64] = "9999";

    (void)state;
    serial_of(serial, sizeof(serial), "alice");
    RUN(&p, DEMO, "device", "show", serial, "--json");
    struct ud_json *doc = parsed(&p);
    expect_text(doc, "schema", "unlockdesk.device.show/1");
    expect_text(doc, "serial", serial);
    assert_non_null(ud_json_first(ud_json_member(doc, "key_list")));
    for (const struct ud_json *k = ud_json_first(ud_json_member(doc, "key_list")); k != NULL; k = ud_json_after(k)) {
        assert_int_equal(ud_json_get_text(created, sizeof(created), k, "created", NULL), UD_OK);
        assert_true(strcmp(created, before) <= 0);
        (void)snprintf(before, sizeof(before), "%s", created);
    }
    ud_json_free(&doc);
    ud_program_free(&p);
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

/* One digit in the first line of the activity log. */
static void
change_a_byte(const char *dir)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/journal/journal.jsonl", dir);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, 40, SEEK_SET), 0);
    int c = fgetc(f);
    assert_int_equal(fseek(f, 40, SEEK_SET), 0);
    assert_true(fputc(c == '0' ? '1' : '0', f) != EOF);
    assert_int_equal(fclose(f), 0);
}

static void
key_rotate_with_wait_ends_when_a_newer_key_is_escrowed(void **state)
{
    char serial[64], dir[] = "/tmp/ud-verbs-XXXXXX", key[64] = "";
    struct ud_program p;

    (void)state;
    assert_non_null(mkdtemp(dir));
    serial_of(serial, sizeof(serial), "alice");
    RUN(&p, DEMO, "--demo-dir", dir, "key", "rotate", serial, "--reason", "lost-pin", "--wait", "--json");
    struct ud_json *doc = parsed(&p);
    const struct ud_json *r = ud_json_first(ud_json_member(doc, "results"));
    expect_text(doc, "schema", "unlockdesk.key.rotate/1");
    expect_text(r, "state", "done");
    assert_int_equal(ud_json_get_text(key, sizeof(key), r, "new_key", NULL), UD_OK);
    assert_int_equal(strlen(key), 36);
    ud_json_free(&doc);
    ud_program_free(&p);

    RUN(&p, DEMO, "--demo-dir", dir, "device", "show", serial, "--json");
    doc = parsed(&p);
    expect_text(ud_json_first(ud_json_member(doc, "key_list")), "id", key);
    ud_json_free(&doc);
    ud_program_free(&p);

    RUN(&p, DEMO, "--demo-dir", dir, "journal", "verify", "--json");
    doc = parsed(&p);
    bool ok = false;
    assert_int_equal(ud_json_get_bool(&ok, doc, "ok", NULL), UD_OK);
    assert_true(ok);
    assert_true(number(doc, "lines") >= 2);
    ud_json_free(&doc);
    ud_program_free(&p);

    change_a_byte(dir);
    RUN(&p, DEMO, "--demo-dir", dir, "journal", "verify", "--json");
    doc = parsed(&p);
    assert_int_equal(p.code, 13);
    assert_int_equal(p.err_length, 0);
    assert_int_equal(ud_json_get_bool(&ok, doc, "ok", NULL), UD_OK);
    assert_false(ok);
    assert_int_equal(number(doc, "first_bad"), 1);
    ud_json_free(&doc);
    ud_program_free(&p);
    assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
a_word_that_is_no_command_says_where_to_look(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, "devices", "--json");
    assert_non_null(strstr(p.err, "--help"));
    expect_error(&p, 2, "USAGE");
}

static void
the_console_without_a_terminal_says_so(void **state)
{
    struct ud_program p;

    (void)state;
    RUN(&p, DEMO);
    assert_int_equal(p.code, 3);
    assert_non_null(strstr(p.err, "terminal"));
    ud_program_free(&p);
}

static void
key_check_names_the_wrong_group(void **state)
{
    struct ud_program p;

    (void)state;
    ud_program_run(&p, (const char *const[]){ "unlockdesk", "key", "check", NULL },
        "461109-608201-413821-485342-181588-463056-430617-501391\n", LIMIT_S);
    assert_int_equal(p.code, 10);
    assert_non_null(strstr(p.err, "3"));
    ud_program_free(&p);
    ud_program_run(&p, (const char *const[]){ "unlockdesk", "key", "check", NULL },
        "461109-608201-413820-485342-181588-463056-430617-501391\n", LIMIT_S);
    assert_int_equal(p.code, 0);
    ud_program_free(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_list_names_every_device_and_is_the_same_for_the_same_seed),
        cmocka_unit_test(device_list_with_a_word_lists_only_devices_that_match),
        cmocka_unit_test(key_find_with_eight_shared_digits_says_ambiguous_and_lists_both),
        cmocka_unit_test(key_find_takes_the_id_as_people_write_it),
        cmocka_unit_test(key_find_with_seven_digits_explains_itself),
        cmocka_unit_test(key_find_of_an_id_nobody_has_is_a_sentence_and_not_an_empty_answer),
        cmocka_unit_test(key_reveal_into_a_pipe_is_refused_and_prints_nothing),
        cmocka_unit_test(a_device_that_does_not_exist_is_named_in_the_answer),
        cmocka_unit_test(an_unknown_filter_value_lists_the_values_there_are),
        cmocka_unit_test(device_show_lists_the_keys_newest_first),
        cmocka_unit_test(key_rotate_with_wait_ends_when_a_newer_key_is_escrowed),
        cmocka_unit_test(a_word_that_is_no_command_says_where_to_look),
        cmocka_unit_test(the_console_without_a_terminal_says_so),
        cmocka_unit_test(key_check_names_the_wrong_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
