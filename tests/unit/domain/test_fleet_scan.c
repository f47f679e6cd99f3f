/* The scans: vector and plain ones agree with a naive search at every place, also over the edges of their blocks. */
#include "fleet_fixture.h"

#include <stdlib.h>

#include "domain/fleet_mask.h"
#include "domain/fleet_rows.h"
#include "domain/fleet_scan.h"

#define TEXT  5000u
#define SLACK 1024u

static const char *const scans[] = { "plain", "sse2", "avx2", "avx512" };

static uint8_t
lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static size_t
naive(const uint8_t *text, uint32_t end, const char *word, uint32_t *out)
{
    size_t n = strlen(word), found = 0;

    for (uint32_t p = 0; p < end; p++) {
        size_t k = 0;
        while (k < n && lower(text[p + k]) == (uint8_t)word[k])
            k++;
        if (k == n)
            out[found++] = p;
    }
    return found;
}

/* Clean text in both cases, in fields, with letters beyond ASCII and signs that differ from others in the case bit only. */
static void
invent_text(uint8_t *text, uint64_t *seed)
{
    static const char bytes[] = "aAbB-@`[{_ 019zZéÉ~^";

    for (uint32_t i = 0; i < TEXT; i++) {
        text[i] = (uint8_t)bytes[random_below(seed, sizeof(bytes) - 1)];
        if (random_below(seed, 12) == 0)
            text[i] = 0;
    }
    text[TEXT - 1] = 0;
    memset(text + TEXT, 'a', SLACK); /* behind the end: must not be found */
}

static void
compare(ud_scan_fn scan, const uint8_t *text, const char *word, uint32_t *want, uint32_t *got)
{
    struct ud_needle n;
    size_t expected = naive(text, TEXT, word, want), found = 0;
    uint32_t at = 0;

    ud_needle_set(&n, word, strlen(word));
    while (at < TEXT)
        found += scan(&n, text, &at, TEXT, got + found, UD_SCAN_ROOM);
    assert_int_equal(at, TEXT);
    assert_int_equal(found, expected);
    assert_memory_equal(got, want, found * sizeof(*got));
}

static void
every_scan_finds_what_a_naive_one_finds(void **state)
{
    uint8_t *text = malloc(TEXT + SLACK);
    uint32_t *want = calloc(TEXT + UD_SCAN_ROOM, sizeof(*want)), *got = calloc(TEXT + UD_SCAN_ROOM, sizeof(*got));
    uint64_t seed = 99;
    unsigned tried = 0;

    (void)state;
    for (unsigned s = 0; s < 4; s++) {
        ud_scan_fn scan = ud_scan_named(scans[s]);
        if (scan == NULL)
            continue;
        tried++;
        for (unsigned round = 0; round < 400; round++) {
            char word[32];
            size_t length = 1 + random_below(&seed, 20), at = random_below(&seed, TEXT - 32), k = 0;
            invent_text(text, &seed);
            for (; k < length && text[at + k] != 0; k++)
                word[k] = (char)lower(text[at + k]);
            word[k] = '\0';
            if (k > 0)
                compare(scan, text, word, want, got);
        }
    }
    assert_true(tried >= 1);
    assert_non_null(ud_scan_best());
    free(text);
    free(want);
    free(got);
}

static void
a_scan_goes_on_where_its_room_ended(void **state)
{
    uint8_t *text = malloc(TEXT + SLACK);
    uint32_t *want = calloc(TEXT + UD_SCAN_ROOM, sizeof(*want)), *got = calloc(TEXT + UD_SCAN_ROOM, sizeof(*got));

    (void)state;
    memset(text, 'A', TEXT + SLACK);
    text[TEXT - 1] = 0;
    for (unsigned s = 0; s < 4; s++) {
        ud_scan_fn scan = ud_scan_named(scans[s]);
        if (scan == NULL)
            continue;
        compare(scan, text, "a", want, got);
        compare(scan, text, "aa", want, got);
        compare(scan, text, "aaaaaaaaaaaaaaaaaaaaa", want, got);
    }
    free(text);
    free(want);
    free(got);
}

/* Rows of four fields each, of any length, beginning at text[1] behind a NUL. Returns the end; start has rows + 1 entries. */
static uint32_t
invent_rows(uint8_t *text, uint32_t *start, uint32_t rows, uint64_t *seed)
{
    static const char bytes[] = "aAbBqQxX-@z9é.";
    uint32_t at = 1;

    text[0] = 0;
    for (uint32_t r = 0; r < rows; r++) {
        start[r] = at;
        for (unsigned f = 0; f < 4; f++) {
            size_t length = random_below(seed, random_below(seed, 10) == 0 ? 100 : 14);
            for (size_t k = 0; k < length; k++)
                text[at++] = (uint8_t)bytes[random_below(seed, sizeof(bytes) - 1)];
            text[at++] = 0;
        }
    }
    start[rows] = at;
    memset(text + at, 'a', SLACK);
    return at;
}

#define ROWS 300u

static bool
bit_of(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64)) & 1u;
}

static void
check_rows(const struct ud_rows_job *job, const uint32_t *start, const char *word, uint32_t *places)
{
    size_t n = strlen(word), found = 0;

    for (uint32_t r = 0; r < ROWS; r++) {
        uint32_t best = UINT32_MAX;
        found = naive(job->text + start[r], start[r + 1] - start[r], word, places);
        assert_int_equal(bit_of(job->bits, r), found > 0);
        for (size_t i = 0; i < found; i++) {
            uint32_t p = start[r] + places[i];
            uint8_t after = job->text[p + n];
            uint32_t key = (uint32_t)(after != 0 && after != '@') << 16 | (uint32_t)strlen((const char *)job->text + p);
            if (job->text[p - 1] == 0 && key < best)
                best = key;
        }
        uint32_t noted = UINT32_MAX;
        for (uint32_t i = 0; i < job->starters; i++)
            if (job->starter[i].row == r)
                noted = job->starter[i].key;
        assert_int_equal(noted, best < job->key_limit ? best : UINT32_MAX);
    }
}

static const char *const wide[] = { "avx2", "avx512" };

static void
all_rows_at_once_are_those_a_naive_search_finds(void **state)
{
    uint8_t *text = malloc(ROWS * 420 + SLACK);
    uint32_t start[ROWS + 1], *places = calloc(2000, sizeof(*places));
    uint64_t seed = 31, bits[ROWS / 64 + 2];
    struct ud_starter starter[UD_STARTERS];
    struct ud_needle n;
    static const char *const words[] = { "a", "b", "-", "ab", "@a", "qx", "aab", "axbq", "z9", "." };

    (void)state;
    for (unsigned round = 0; round < 400; round++) {
        ud_rows_text_fn rows_text = ud_rows_text_named(wide[round % 2]);
        const char *word = words[random_below(&seed, 10)];
        struct ud_rows_job job = { .text = text, .begin = 1, .rows = ROWS, .bits = bits, .starter = starter };
        job.end = invent_rows(text, start, ROWS, &seed);
        job.key_limit = random_below(&seed, 3) == 0 ? 12 : 1u << 16 | 8;
        ud_needle_set(&n, word, strlen(word));
        if (rows_text == NULL)
            continue;
        assert_true(rows_text(&n, &job));
        if (job.starters < UD_STARTERS)
            check_rows(&job, start, word, places);
    }
    free(text);
    free(places);
}

static void
text_that_is_not_in_rows_of_four_fields_is_refused(void **state)
{
    uint8_t *text = malloc(ROWS * 420 + SLACK);
    uint32_t start[ROWS + 1];
    uint64_t seed = 32, bits[ROWS / 64 + 2];
    struct ud_starter starter[UD_STARTERS];
    struct ud_needle n;

    (void)state;
    ud_needle_set(&n, "a", 1);
    for (unsigned round = 0; round < 40; round++) {
        ud_rows_text_fn rows_text = ud_rows_text_named(wide[round / 2 % 2]);
        ud_rows_letters_fn rows_letters = ud_rows_letters_named(wide[round / 2 % 2]);
        struct ud_rows_job job = { .text = text, .begin = 1, .rows = ROWS, .bits = bits, .starter = starter };
        uint8_t letter[UD_LETTERS];
        job.end = invent_rows(text, start, ROWS, &seed);
        if (round % 2 == 0)
            memset(text + 1000, 0, 500); /* far more ends than there are rows */
        else
            memset(text + 1000, 'a', 500);
        ud_needle_letters(letter, &n);
        assert_true(rows_text == NULL || !rows_text(&n, &job));
        assert_true(rows_letters == NULL || !rows_letters(letter, &job));
    }
    free(text);
}

static void
the_letter_filter_keeps_every_row_that_has_the_letters_in_a_field(void **state)
{
    uint8_t *text = malloc(ROWS * 420 + SLACK);
    uint32_t start[ROWS + 1];
    uint64_t seed = 33, bits[ROWS / 64 + 2], kept = 0;
    static const uint8_t letter[UD_LETTERS] = { 'q', 'x', '-', 'b' };

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        ud_rows_letters_fn rows_letters = ud_rows_letters_named(wide[round % 2]);
        struct ud_rows_job job = { .text = text, .begin = 1, .rows = ROWS, .bits = bits };
        job.end = invent_rows(text, start, ROWS, &seed);
        if (rows_letters == NULL)
            continue;
        assert_true(rows_letters(letter, &job));
        for (uint32_t r = 0; r < ROWS; r++) {
            bool some = false;
            for (uint32_t p = start[r]; p < start[r + 1]; p += (uint32_t)strlen((char *)text + p) + 1) {
                bool all = true;
                for (unsigned l = 0; l < UD_LETTERS; l++) {
                    bool has = false;
                    for (uint32_t k = p; text[k] != 0; k++)
                        has |= (text[k] | 0x20) == letter[l];
                    all &= has;
                }
                some |= all;
            }
            assert_int_equal(bit_of(bits, r), some);
            kept += some;
        }
    }
    assert_true(ud_rows_letters_best() == NULL || kept > 100);
    free(text);
}

static void
a_mask_has_a_bit_for_each_byte_that_matches(void **state)
{
    uint8_t text[64];

    (void)state;
    for (unsigned i = 0; i < 64; i++)
        text[i] = (uint8_t)(i % 3 == 0 ? 'A' : i % 3 == 1 ? 'a' : '@');
    for (unsigned size = 1; size <= 64; size++) {
        uint64_t want = 0, at = 0;
        for (unsigned i = 0; i < size; i++) {
            want |= (uint64_t)(i % 3 != 2) << i;
            at |= (uint64_t)(i % 3 == 2) << i;
        }
        assert_true(ud_mask(text, 'a', size) == want);
        assert_true(ud_mask(text, '@', size) == at);
    }
}

static void
the_two_rarest_bytes_are_looked_for_first(void **state)
{
    struct ud_needle n;

    (void)state;
    ud_needle_set(&n, "contosoxq", 9);
    assert_int_equal(n.text[n.at[0]], 'x');
    assert_int_equal(n.text[n.at[1]], 'q');
    ud_needle_set(&n, "e", 1);
    assert_int_equal(n.at[0], 0);
    assert_int_equal(n.at[1], 0);
    ud_needle_set(&n, "ee", 2);
    assert_int_equal(n.at[0] + n.at[1], 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scan_finds_what_a_naive_one_finds),
        cmocka_unit_test(a_scan_goes_on_where_its_room_ended),
        cmocka_unit_test(all_rows_at_once_are_those_a_naive_search_finds),
        cmocka_unit_test(text_that_is_not_in_rows_of_four_fields_is_refused),
        cmocka_unit_test(the_letter_filter_keeps_every_row_that_has_the_letters_in_a_field),
        cmocka_unit_test(a_mask_has_a_bit_for_each_byte_that_matches),
        cmocka_unit_test(the_two_rarest_bytes_are_looked_for_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
