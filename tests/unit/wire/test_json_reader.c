/* The strict reader: what it takes, what it refuses, and that chunks make no difference. */
#include "tests/unit/wire/support.h"

#include <stdlib.h>

#include "tests/unit/wire/json_documents.h"
#include "wire/json_reader.h"

/* Takes tokens until there are none; each is written into `log`. */
static enum ud_json_token
drain(struct ud_buf *log, struct ud_json_reader *r)
{
    struct ud_json_text t;
    enum ud_json_token token;

    while ((token = ud_json_reader_next(r, &t)) != UD_JSON_MORE && token != UD_JSON_END && token != UD_JSON_ERROR) {
        ud_buf_format(log, "%d@%zu", (int)token, ud_json_reader_depth(r));
        if (token == UD_JSON_NAME || token == UD_JSON_STRING || token == UD_JSON_NUMBER) {
            ud_buf_format(log, "%d:", t.plain);
            ud_buf_append(log, t.data, t.length);
        }
        ud_buf_byte(log, '\n');
    }
    return token;
}

/* Feeds `text` in pieces: the first `cut` bytes, then `step` at a time (0: the rest at once). Writes every token into `log`. */
static enum ud_json_token
run(struct ud_buf *log, const char *text, size_t length, size_t cut, size_t step)
{
    struct ud_json_reader *r = NULL;
    struct ud_json_text t;
    enum ud_json_token token = UD_JSON_MORE;

    assert_int_equal(ud_json_reader_new(&r, 0, NULL), UD_OK);
    for (size_t at = 0; at < length && token == UD_JSON_MORE;) {
        size_t n = at < cut ? cut - at : step > 0 ? step : length - at;
        n = n > length - at ? length - at : n;
        char *piece = malloc(n); /* of its own size, so that a read beyond the chunk is found by the sanitizer */
        memcpy(piece, text + at, n);
        ud_json_reader_feed(r, piece, n);
        token = drain(log, r);
        free(piece);
        at += n;
    }
    if (token == UD_JSON_MORE) {
        ud_json_reader_feed(r, "", 0);
        ud_json_reader_finish(r);
        token = drain(log, r);
    } else {
        assert_int_equal(token, UD_JSON_ERROR);
        assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_ERROR); /* it stays so */
    }
    ud_json_reader_free(&r);
    assert_null(r);
    return token;
}

static void
documents_that_the_rfc_allows_are_taken(void **state)
{
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (ud_json_check(good[i], strlen(good[i]), 0, &err) != UD_OK)
            fail_msg("refused: %s (%s)", good[i], err.message);
}

static void
documents_with_one_thing_wrong_are_refused(void **state)
{
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t n = bad[i].length > 0 ? bad[i].length : strlen(bad[i].text);
        memset(&err, 0, sizeof(err));
        if (ud_json_check(bad[i].text, n, 0, &err) != UD_MALFORMED)
            fail_msg("taken: number %zu, %s", i, bad[i].text);
        assert_string_not_equal(err.message, "");
    }
}

static void
every_split_of_a_good_document_gives_the_same_tokens(void **state)
{
    struct ud_buf whole, parts;

    (void)state;
    ud_buf_init(&whole, 1 << 20);
    ud_buf_init(&parts, 1 << 20);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        size_t n = strlen(good[i]);
        ud_buf_clear(&whole);
        assert_int_equal(run(&whole, good[i], n, n, 0), UD_JSON_END);
        for (size_t cut = 0; cut <= n; cut++)
            for (size_t step = 0; step < 2; step++) {
                ud_buf_clear(&parts);
                assert_int_equal(run(&parts, good[i], n, cut, step), UD_JSON_END);
                assert_int_equal(parts.length, whole.length);
                assert_memory_equal(parts.data, whole.data, whole.length);
            }
    }
    ud_buf_free(&whole);
    ud_buf_free(&parts);
}

static void
no_split_makes_a_bad_document_good(void **state)
{
    struct ud_buf log;

    (void)state;
    ud_buf_init(&log, 1 << 20);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t n = bad[i].length > 0 ? bad[i].length : strlen(bad[i].text);
        for (size_t cut = 0; cut <= n; cut++) {
            ud_buf_clear(&log);
            if (run(&log, bad[i].text, n, cut, 1) != UD_JSON_ERROR)
                fail_msg("taken: number %zu cut at %zu", i, cut);
        }
    }
    ud_buf_free(&log);
}

static void
every_prefix_of_a_document_is_refused(void **state)
{
    static const char text[] = "{\"a\":[1,true,\"x\\u00e9\",{\"b\":null}],\"c\":-1.5e3}";

    (void)state;
    for (size_t n = 0; n < sizeof(text) - 1; n++)
        assert_int_equal(ud_json_check(text, n, 0, NULL), UD_MALFORMED);
    assert_int_equal(ud_json_check(text, sizeof(text) - 1, 0, NULL), UD_OK);
}

/* `open` count times, then `middle`, then `close` count times. */
static void
nest(struct ud_buf *b, const char *open, size_t count, const char *middle, const char *close)
{
    ud_buf_clear(b);
    for (size_t i = 0; i < count; i++)
        ud_buf_text(b, open);
    ud_buf_text(b, middle);
    for (size_t i = 0; i < count; i++)
        ud_buf_text(b, close);
}

static void
depth_is_limited(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 16 << 20);
    nest(&b, "[", UD_JSON_DEPTH_MAX, "", "]");
    assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_OK);
    nest(&b, "{\"a\":", UD_JSON_DEPTH_MAX, "1", "}");
    assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_OK);
    nest(&b, "[", UD_JSON_DEPTH_MAX + 1, "", "]");
    assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_MALFORMED);
    nest(&b, "[", 1000000, "", "]");
    assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_MALFORMED);
    ud_buf_free(&b);
}

static void
the_number_of_tokens_is_limited(void **state)
{
    (void)state;
    assert_int_equal(ud_json_check("[1,2,3]", 7, 5, NULL), UD_OK);
    assert_int_equal(ud_json_check("[1,2,3]", 7, 4, NULL), UD_MALFORMED);

    struct ud_buf b;
    ud_buf_init(&b, 4 << 20);
    for (unsigned extra = 0; extra < 2; extra++) { /* brackets count as well */
        nest(&b, "1,", UD_JSON_TOKENS_SMALL - 3 + extra, "1]", "");
        char *text = ud_xcalloc(1, b.length + 1);
        text[0] = '[';
        memcpy(text + 1, b.data, b.length);
        assert_int_equal(ud_json_check(text, b.length + 1, 0, NULL), extra == 0 ? UD_OK : UD_MALFORMED);
        free(text);
    }
    ud_buf_free(&b);
}

/* ["aaaa…"] with `n` letters; every `escape`th one written as an escape. */
static size_t
long_string(char *to, size_t n, size_t escape)
{
    char *p = to;

    *p++ = '[';
    *p++ = '"';
    for (size_t i = 0; i < n; i++) {
        if (escape > 0 && i % escape == 0) {
            memcpy(p, "\\u0061", 6);
            p += 6;
        } else {
            *p++ = 'a';
        }
    }
    *p++ = '"';
    *p++ = ']';
    return (size_t)(p - to);
}

static void
the_length_of_a_string_is_limited_whichever_way_it_is_read(void **state)
{
    char *text = ud_xcalloc(1, UD_JSON_STRING_MAX * 6 + 64);
    struct ud_buf log;

    (void)state;
    ud_buf_init(&log, 1 << 20);
    for (size_t escape = 0; escape <= 1000; escape += 1000) {
        size_t n = long_string(text, UD_JSON_STRING_MAX, escape);
        assert_int_equal(ud_json_check(text, n, 0, NULL), UD_OK);
        ud_buf_clear(&log);
        assert_int_equal(run(&log, text, n, 100, 0), UD_JSON_END);
        n = long_string(text, UD_JSON_STRING_MAX + 1, escape);
        assert_int_equal(ud_json_check(text, n, 0, NULL), UD_MALFORMED);
        assert_int_equal(run(&log, text, n, 100, 0), UD_JSON_ERROR);
    }
    ud_buf_free(&log);
    free(text);
}

static void
the_number_of_members_is_limited(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1 << 20);
    for (int extra = 0; extra < 2; extra++) {
        ud_buf_clear(&b);
        for (int i = 0; i < UD_JSON_MEMBERS_MAX + extra; i++)
            ud_buf_format(&b, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
        ud_buf_byte(&b, '}');
        assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), extra == 0 ? UD_OK : UD_MALFORMED);
    }
    ud_buf_free(&b);
}

static void
a_duplicate_is_found_among_many_names(void **state)
{
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1 << 20);
    for (int again = 0; again < 900; again += 37) {
        ud_buf_clear(&b);
        for (int i = 0; i < 900; i++)
            ud_buf_format(&b, "%c\"member-%d\":0", i == 0 ? '{' : ',', i);
        size_t good_length = b.length;
        ud_buf_byte(&b, '}');
        assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_OK);
        b.length = good_length;
        ud_buf_format(&b, ",\"member-%d\":0}", again);
        assert_int_equal(ud_json_check(b.data, b.length, 0, NULL), UD_MALFORMED);
    }
    ud_buf_free(&b);
}

/* Objects of a list are foreseen to be like the one before; that must never hide a duplicate. */
static void
a_duplicate_is_found_in_lists_of_like_objects(void **state)
{
    static const char *const found[] = { "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2,\"a\":3}]", "[{\"a\":1,\"b\":2},{\"a\":1,\"a\":2}]",
        "[{\"a\":1,\"b\":{\"c\":1}},{\"a\":{\"b\":1,\"c\":2},\"b\":2,\"b\":3}]", "[{\"a\":1,\"b\":1},{\"b\":1,\"a\":1,\"b\":1}]",
        "[{\"a\":{\"x\":1,\"y\":1},\"b\":1},{\"a\":{\"x\":1,\"x\":1},\"b\":1}]",
        "[[{\"a\":1,\"b\":1}],{\"c\":1,\"d\":1},[{\"c\":1,\"c\":1}]]",
        "[{\"a\":1,\"b\":1},[{\"c\":1,\"d\":1,\"e\":1}],{\"c\":1,\"d\":1,\"c\":1}]", "[{\"a\":1},{\"\\u0061\":1,\"a\":1}]" };
    static const char *const none[] = { "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2,\"c\":3},{\"b\":1,\"a\":2},{\"a\":1}]",
        "[{\"a\":{\"a\":1,\"b\":1},\"b\":1},{\"a\":{\"a\":1,\"b\":1},\"b\":1}]",
        "[{\"a\":[{\"x\":1},{\"x\":1}],\"x\":1},{\"a\":[{\"x\":1}],\"x\":1}]",
        "[{\"a\":1,\"b\":{\"e\":1,\"a\":{\"xa\":1,\"b\":1,\"long\":1}},\"cc\":1,\"xa\":[{\"xa\":1,\"a\":1,\"b\":1,\"g\":1}]}]",
        "[{\"ab\":1},{\"a\":1,\"b\":1},{\"ab\":1},{\"\\u0061b\":1}]" };

    (void)state;
    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
        if (ud_json_check(found[i], strlen(found[i]), 0, NULL) != UD_MALFORMED)
            fail_msg("taken: %s", found[i]);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (ud_json_check(none[i], strlen(none[i]), 0, NULL) != UD_OK)
            fail_msg("refused: %s", none[i]);
}

static unsigned
pick(uint32_t *seed, unsigned below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 16) % below;
}

/* A random document of objects that are often alike; *twice becomes true where an object got a name twice. */
static void
random_value(struct ud_buf *b, uint32_t *seed, unsigned depth, bool *twice)
{
    static const char *const names[] = { "aaa", "aa", "a", "aaaa", "aaaaa", "\\u0061a" }; /* any piece of one is another */
    unsigned what = depth > 5 ? 0 : pick(seed, 5), used = 0;
    bool object = what > 2;

    if (what == 0) {
        ud_buf_text(b, "1");
        return;
    }
    ud_buf_byte(b, object ? '{' : '[');
    for (unsigned i = 0, n = 0; i < 5; i++) {
        if (pick(seed, 4) == 0)
            continue;
        ud_buf_text(b, n++ > 0 ? "," : "");
        unsigned name = pick(seed, 40) == 0 ? pick(seed, 6) : i;
        unsigned same = name == 5 ? 1 : name;
        *twice = *twice || (object && (used >> same & 1) != 0);
        used |= 1u << same;
        if (object)
            ud_buf_format(b, "\"%s\":", names[name]);
        random_value(b, seed, depth + 1, twice);
    }
    ud_buf_byte(b, object ? '}' : ']');
}

static void
random_documents_are_refused_exactly_where_a_name_stands_twice(void **state)
{
    uint32_t seed = 7;
    unsigned refused = 0;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        bool twice = false;
        ud_buf_clear(&b);
        random_value(&b, &seed, 0, &twice);
        if (b.failed || (ud_json_check(b.data, b.length, 0, NULL) == UD_OK) == twice)
            fail_msg("%s: %s", twice ? "taken" : "refused", b.data);
        refused += twice;
    }
    assert_in_range(refused, 1000, 19000);
    ud_buf_free(&b);
}

static void
a_number_of_a_thousand_digits_is_taken_and_a_longer_one_refused(void **state)
{
    char text[UD_JSON_NUMBER_MAX + 4];

    (void)state;
    memset(text, '7', sizeof(text));
    assert_int_equal(ud_json_check(text, UD_JSON_NUMBER_MAX, 0, NULL), UD_OK);
    text[0] = '[';
    text[UD_JSON_NUMBER_MAX + 2] = ']';
    assert_int_equal(ud_json_check(text, UD_JSON_NUMBER_MAX + 3, 0, NULL), UD_MALFORMED);
}

static void
escapes_come_out_as_utf8(void **state)
{
    static const char text[] = "[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00z\"]";
    struct ud_json_reader *r = NULL;
    struct ud_json_text t;

    (void)state;
    assert_int_equal(ud_json_reader_new(&r, 0, NULL), UD_OK);
    ud_json_reader_feed(r, text, sizeof(text) - 1);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_ARRAY);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_STRING);
    assert_true(ud_json_text_is(&t, "a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"));
    assert_false(t.plain);
    ud_json_reader_free(&r);
}

static void
a_string_without_escapes_is_not_copied(void **state)
{
    static const char text[] = "{\"name\":\"plain value\"}";
    struct ud_json_reader *r = NULL;
    struct ud_json_text t;

    (void)state;
    assert_int_equal(ud_json_reader_new(&r, 0, NULL), UD_OK);
    ud_json_reader_feed(r, text, sizeof(text) - 1);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_OBJECT);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_NAME);
    assert_ptr_equal(t.data, text + 2);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_STRING);
    assert_ptr_equal(t.data, text + 9);
    assert_true(t.plain);
    ud_json_reader_free(&r);
}

static void
what_is_skipped_is_not_reported_but_still_checked(void **state)
{
    static const char text[] = "{\"skip\":{\"deep\":[1,{\"x\":2}],\"y\":3},\"keep\":4,\"list\":[5,6]}";
    static const char wrong[] = "{\"skip\":{\"k\":1,\"k\":2},\"keep\":4}";
    struct ud_json_reader *r = NULL;
    struct ud_json_text t;

    (void)state;
    assert_int_equal(ud_json_reader_new(&r, 0, NULL), UD_OK);
    ud_json_reader_feed(r, text, sizeof(text) - 1);
    ud_json_reader_finish(r);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_OBJECT);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_NAME);
    ud_json_reader_skip(r);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_NAME);
    assert_true(ud_json_text_is(&t, "keep"));
    ud_json_reader_skip(r);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_NAME);
    assert_true(ud_json_text_is(&t, "list"));
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_ARRAY);
    ud_json_reader_skip(r);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_OBJECT_END);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_END);

    ud_json_reader_reset(r);
    ud_json_reader_feed(r, wrong, sizeof(wrong) - 1);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_OBJECT);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_NAME);
    ud_json_reader_skip(r);
    assert_int_equal(ud_json_reader_next(r, &t), UD_JSON_ERROR);
    ud_json_reader_free(&r);
}

static void
an_error_names_the_place_and_never_the_content(void **state)
{
    static const char text[] = "{\"access_token\":\"very-secret\",}";
    struct ud_error err;

    (void)state;
    assert_int_equal(ud_json_check(text, sizeof(text) - 1, 0, &err), UD_MALFORMED);
    assert_non_null(strstr(err.message, "byte 30"));
    assert_null(strstr(err.message, "secret"));
}

static void
whole_numbers_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = { { "0", true, 0 }, { "-0", true, 0 }, { "7", true, 7 }, { "-12", true, -12 }, { "1.0", true, 1 },
        { "1e3", true, 1000 }, { "12.5e1", true, 125 }, { "1200e-2", true, 12 }, { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN }, { "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
        { "1e999", false, 0 }, { "1e99999999999999999999", false, 0 }, { "1.5", false, 0 }, { "0.0001", false, 0 },
        { "1e-1", false, 0 }, { "0e99999", false, 0 }, { "0.000e5", true, 0 }, { "100000000000000000000e-20", true, 1 },
        { "18446744073709551616", false, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ud_json_text t = { rows[i].text, strlen(rows[i].text), true };
        int64_t v = -1;
        if (ud_json_text_int(&v, &t) != rows[i].ok)
            fail_msg("%s", rows[i].text);
        if (rows[i].ok)
            assert_int_equal(v, rows[i].value);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_that_the_rfc_allows_are_taken),
        cmocka_unit_test(documents_with_one_thing_wrong_are_refused),
        cmocka_unit_test(every_split_of_a_good_document_gives_the_same_tokens),
        cmocka_unit_test(no_split_makes_a_bad_document_good),
        cmocka_unit_test(every_prefix_of_a_document_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(the_number_of_tokens_is_limited),
        cmocka_unit_test(the_length_of_a_string_is_limited_whichever_way_it_is_read),
        cmocka_unit_test(the_number_of_members_is_limited),
        cmocka_unit_test(a_duplicate_is_found_among_many_names),
        cmocka_unit_test(a_duplicate_is_found_in_lists_of_like_objects),
        cmocka_unit_test(random_documents_are_refused_exactly_where_a_name_stands_twice),
        cmocka_unit_test(a_number_of_a_thousand_digits_is_taken_and_a_longer_one_refused),
        cmocka_unit_test(escapes_come_out_as_utf8),
        cmocka_unit_test(a_string_without_escapes_is_not_copied),
        cmocka_unit_test(what_is_skipped_is_not_reported_but_still_checked),
        cmocka_unit_test(an_error_names_the_place_and_never_the_content),
        cmocka_unit_test(whole_numbers_are_read_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
