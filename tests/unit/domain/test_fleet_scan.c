/* The scans: vector and plain ones agree with a naive search at every place, also over the edges of their blocks. */
#include "fleet_fixture.h"

#include <stdlib.h>

#include "domain/fleet_mask.h"
#include "domain/fleet_scan.h"

#define TEXT  5000u
#define SLACK 1024u

static const char *const scans[] = { "plain", "sse2", "avx2" };

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
    for (unsigned s = 0; s < 3; s++) {
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
    for (unsigned s = 0; s < 3; s++) {
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

static void
the_letter_filter_keeps_every_row_that_has_the_letters(void **state)
{
    enum { ROWS = 200 };
    uint8_t *text = malloc(TEXT * 8 + SLACK);
    uint32_t start[ROWS + 1];
    uint64_t seed = 4, bits[4], dropped = 0;
    static const uint8_t letter[UD_LETTERS] = { 'q', 'x', '-' };

    (void)state;
    for (unsigned round = 0; round < 50; round++) {
        start[0] = 0;
        for (unsigned i = 0; i < ROWS; i++) {
            uint32_t length = 1 + (uint32_t)random_below(&seed, 150);
            for (uint32_t k = 0; k < length; k++)
                text[start[i] + k] = (uint8_t) "QXqx-abcdefgh"[random_below(&seed, random_below(&seed, 4) == 0 ? 13 : 4)];
            if (i % 2 == 0)
                memset(text + start[i], 'b', length);
            start[i + 1] = start[i] + length;
        }
        memset(bits, 0xFF, sizeof(bits));
        ud_letters_best()(letter, text, start, ROWS, start[ROWS], bits);
        for (unsigned i = 0; i < ROWS; i++) {
            bool has[3] = { false };
            for (uint32_t k = start[i]; k < start[i + 1]; k++)
                for (unsigned l = 0; l < 3; l++)
                    has[l] |= lower(text[k]) == letter[l];
            bool kept = (bits[i / 64] >> (i % 64)) & 1u;
            assert_true(kept || !(has[0] && has[1] && has[2]));
            dropped += !kept;
        }
    }
#if defined(__x86_64__)
    assert_true(dropped > 1000);
#endif
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
        cmocka_unit_test(the_letter_filter_keeps_every_row_that_has_the_letters),
        cmocka_unit_test(a_mask_has_a_bit_for_each_byte_that_matches),
        cmocka_unit_test(the_two_rarest_bytes_are_looked_for_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
