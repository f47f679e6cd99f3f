/* The input decoder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "term/decode.h"

/* Names of the keys that `bytes` make when they all come at once, then nothing for `after` ms. */
static void
decode(char *out, size_t size, const char *bytes, size_t length, ud_msec after)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;
    size_t done = 0, at = 0;

    out[0] = '\0';
    for (int round = 0; round < 2; round++) {
        ud_msec now = round == 0 ? 1000 : 1000 + after;

        do {
            if (round == 0)
                done += ud_decoder_feed(d, bytes + done, length - done, now);
            while (ud_decoder_next(d, &key, now)) {
                char name[16];

                ud_key_name(name, &key);
                at += (size_t)snprintf(out + at, size - at, "%s%s", at > 0 ? " " : "", name);
                if (key.code == UD_KEY_PASTE)
                    at += (size_t)snprintf(out + at, size - at, "(%s)", key.paste);
                assert_true(at < size);
            }
        } while (round == 0 && done < length);
    }
    ud_decoder_free(&d);
}

static void
expect(const char *bytes, const char *keys)
{
    char out[4096];

    decode(out, sizeof(out), bytes, strlen(bytes), 600);
    assert_string_equal(out, keys);
}

static void
keys_of_common_terminals_have_names(void **state)
{
    static const struct {
        const char *bytes, *keys;
    } table[] = {
        { "aZ5?", "a Z 5 ?" },
        { " \t\r\n\x7f\x08", "Space Tab Enter Enter Backspace Backspace" },
        { "\x01\x10\x1a\x1c", "C-a C-p C-z C-\\" },
        { "\033[A\033[B\033[C\033[D\033[H\033[F", "Up Down Right Left Home End" },
        { "\033OA\033OB\033OC\033OD\033OH\033OF", "Up Down Right Left Home End" },
        { "\033[1~\033[2~\033[3~\033[4~\033[5~\033[6~\033[7~\033[8~", "Home Insert Delete End PgUp PgDn Home End" },
        { "\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4" },
        { "\033[11~\033[15~\033[17~\033[21~\033[23~\033[24~\033[34~", "F1 F5 F6 F10 F11 F12 F20" },
        { "\033[[A\033[[E", "F1 F5" },
        { "\033[1;5A\033[1;2D\033[5;3~\033[1;2P", "Up Left PgUp F1" },
        { "\033[Z", "Shift-Tab" },
        { "\033Oq\033OM\033Ok", "1 Enter +" },
        { "\xc3\xa9\xe6\x9d\xb1", "é 東" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        expect(table[i].bytes, table[i].keys);
}

static void
full_width_letters_and_digits_are_plain(void **state)
{
    (void)state;
    expect("８Ａ５Ｄ　ｚ～", "8 A 5 D Space z ~");
    expect("\033[200~８Ａ５Ｄ\033[201~", "paste(8A5D)");
}

static void
every_split_of_a_sequence_gives_the_same_keys(void **state)
{
    static const char bytes[] = "a\033[1;5Ab\033OP\xe6\x9d\xb1\033[200~x y\033[201~c\033]11;rgb:ffff/0000\033\\d";

    (void)state;
    for (size_t cut = 1; cut < sizeof(bytes) - 1; cut++) {
        struct ud_decoder *d = ud_decoder_new();
        struct ud_key_event key;
        char seen[200] = "", name[16];

        for (int part = 0; part < 2; part++) {
            const char *from = part == 0 ? bytes : bytes + cut;

            ud_decoder_feed(d, from, part == 0 ? cut : sizeof(bytes) - 1 - cut, 1000 + part * 10);
            while (ud_decoder_next(d, &key, 1000 + part * 10)) {
                ud_key_name(name, &key);
                strcat(strcat(seen, name), " ");
            }
        }
        assert_string_equal(seen, "a Up b F1 東 paste c d ");
        ud_decoder_free(&d);
    }
}

static void
a_lone_escape_is_a_key_after_its_delay(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;

    (void)state;
    ud_decoder_feed(d, "\033", 1, 1000);
    assert_false(ud_decoder_next(d, &key, 1000));
    assert_int_equal(ud_decoder_deadline(d), 1000 + UD_ESC_DELAY);
    assert_false(ud_decoder_next(d, &key, 1000 + UD_ESC_DELAY - 1));
    assert_true(ud_decoder_next(d, &key, 1000 + UD_ESC_DELAY));
    assert_int_equal(key.code, UD_KEY_ESC);
    assert_int_equal(ud_decoder_deadline(d), -1);
    ud_decoder_free(&d);
}

static void
an_escape_that_waited_too_long_does_not_swallow_what_follows(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;

    (void)state;
    ud_decoder_feed(d, "\033", 1, 1000);
    assert_false(ud_decoder_next(d, &key, 1000));
    ud_decoder_feed(d, "[", 1, 1200);
    assert_true(ud_decoder_next(d, &key, 1200));
    assert_int_equal(key.code, UD_KEY_ESC);
    assert_true(ud_decoder_next(d, &key, 1200));
    assert_string_equal(key.text, "[");
    expect("\033\033", "Esc Esc");
    ud_decoder_free(&d);
}

static void
alt_with_a_key_is_no_command(void **state)
{
    (void)state;
    expect("\033xa", "a");
    expect("\033qb", "b");
}

static void
what_a_terminal_says_unasked_is_swallowed_whole(void **state)
{
    static const char *const replies[] = { "\033[?1;2c", "\033[24;80R", "\033[0n", "\033[?2026;2$y", "\033[8;24;80t",
        "\033]11;rgb:0000/0000/0000\a", "\033]52;c;dyBx\033\\", "\033P>|XTerm(370)\033\\", "\033_Gi=1;OK\033\\", "\033^pm\033\\",
        "\033Xsos\033\\", "\033[I", "\033[O", "\033[<0;10;10M", "\033[M !!", "\033[97;5u", "\033[27;5;113~", "\033[1;1R",
        "\033[200;5u", "\033[>0;276;0c" };
    char bytes[100], out[100];

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        snprintf(bytes, sizeof(bytes), "a%sb", replies[i]);
        decode(out, sizeof(out), bytes, strlen(bytes), 600);
        assert_string_equal(out, "a b");
    }
}

static void
an_unfinished_string_ends_with_a_pause(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;

    (void)state;
    ud_decoder_feed(d, "\033]0;half a title", 15, 1000);
    assert_false(ud_decoder_next(d, &key, 1000));
    assert_int_equal(ud_decoder_deadline(d), 1000 + UD_INPUT_GAP);
    ud_decoder_feed(d, "w", 1, 1400);
    assert_false(ud_decoder_next(d, &key, 1400));
    ud_decoder_feed(d, "x", 1, 1400 + UD_INPUT_GAP);
    assert_true(ud_decoder_next(d, &key, 1400 + UD_INPUT_GAP));
    assert_string_equal(key.text, "x");
    assert_false(ud_decoder_next(d, &key, 1400 + UD_INPUT_GAP));
    ud_decoder_free(&d);
}

static void
an_endless_string_is_dropped_until_input_pauses(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;
    char block[4096];

    (void)state;
    memset(block, 'q', sizeof(block));
    ud_decoder_feed(d, "\033]", 2, 1000);
    assert_false(ud_decoder_next(d, &key, 1000));
    for (int i = 0; i < 40; i++) {
        assert_int_equal(ud_decoder_feed(d, block, sizeof(block), 1000), sizeof(block));
        assert_false(ud_decoder_next(d, &key, 1000));
    }
    ud_decoder_feed(d, "k", 1, 1000 + UD_INPUT_GAP);
    assert_true(ud_decoder_next(d, &key, 1000 + UD_INPUT_GAP));
    assert_string_equal(key.text, "k");
    ud_decoder_free(&d);
}

static void
a_paste_is_one_event_and_nothing_in_it_is_a_key(void **state)
{
    (void)state;
    expect("\033[200~r\ny\tz\033[201~q", "paste(r y z) q");
    expect("\033[200~a\033[Bb\x03"
           "c\033[201~",
        "paste(a[Bbc)");
    expect("\033[200~\033[201~", "paste()");
}

static void
an_end_marker_inside_of_a_paste_is_removed(void **state)
{
    (void)state;
    expect("\033[200~a\033[201~b\r\033[201~c", "paste(ab ) c");
    expect("\033[200~a\033[201~\033[200~b\033[201~", "paste(a) paste(b)");
}

static void
a_long_paste_is_cut_and_its_end_still_found(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key = { 0 };
    char block[4096];
    bool seen = false;

    (void)state;
    memset(block, 'p', sizeof(block));
    ud_decoder_feed(d, "\033[200~", 6, 1000);
    for (int i = 0; i < 256; i++) {
        assert_false(ud_decoder_next(d, &key, 1000));
        ud_decoder_feed(d, block, sizeof(block), 1000);
    }
    assert_false(ud_decoder_next(d, &key, 1000));
    ud_decoder_feed(d, "\033[201~z", 7, 1000);
    while (ud_decoder_next(d, &key, 1000)) {
        if (key.code == UD_KEY_PASTE) {
            assert_int_equal(key.paste_length, UD_PASTE_MAX);
            seen = true;
        }
    }
    assert_true(seen);
    assert_string_equal(key.text, "z");
    ud_decoder_free(&d);
}

static void
an_unfinished_paste_is_dropped_after_a_pause(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;

    (void)state;
    ud_decoder_feed(d, "\033[200~secret", 12, 1000);
    assert_false(ud_decoder_next(d, &key, 1000));
    assert_false(ud_decoder_next(d, &key, 1000 + UD_INPUT_GAP));
    ud_decoder_feed(d, "a", 1, 2000);
    assert_true(ud_decoder_next(d, &key, 2000));
    assert_string_equal(key.text, "a");
    ud_decoder_free(&d);
}

static void
broken_utf8_and_control_code_points_are_dropped(void **state)
{
    (void)state;
    expect("a\xff\xc0\xaf\x80"
           "b",
        "a b");
    expect("\xe6\x9d"
           "c",
        "c");
    expect("\xc2\x9b"
           "31m",
        "3 1 m");
    expect("\xe2\x80\xae"
           "x",
        "x");
}

static void
flushing_drops_everything_that_has_arrived(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;

    (void)state;
    ud_decoder_feed(d, "yyy\033[20", 7, 1000);
    assert_true(ud_decoder_next(d, &key, 1000));
    ud_decoder_flush(d);
    assert_false(ud_decoder_next(d, &key, 1000));
    assert_int_equal(ud_decoder_deadline(d), -1);
    ud_decoder_free(&d);
}

static void
random_bytes_never_break_it(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_key_event key;
    unsigned seed = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        unsigned char bytes[37];

        for (size_t j = 0; j < sizeof(bytes); j++) {
            seed = seed * 1103515245u + 12345u;
            bytes[j] = seed >> 16 & 1 ? (unsigned char)(seed >> 20) : (unsigned char)"\033[~O;2001]P\\"[(seed >> 20) % 12];
        }
        ud_decoder_feed(d, bytes, sizeof(bytes), i * 30);
        while (ud_decoder_next(d, &key, i * 30))
            assert_true(key.code > UD_KEY_NONE && key.code < UD_KEY_COUNT);
    }
    ud_decoder_free(&d);
}

/* --- capture: text that must not become keys ------------------------------------------------------------------------------------ */

/* What stands in the capture afterwards; `keys` gets the events that came. */
static struct ud_secret *
capture(char *keys, size_t size, const char *bytes, size_t length)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_secret *into = NULL;
    struct ud_key_event key;
    size_t done = 0, at = 0;

    keys[0] = '\0';
    assert_int_equal(ud_secret_new(&into, UD_SECRET_MAX, NULL), UD_OK);
    ud_decoder_capture(d, into);
    while (done < length) {
        done += ud_decoder_feed(d, bytes + done, length - done, 1000);
        while (ud_decoder_next(d, &key, 1000)) {
            char name[16];
            ud_key_name(name, &key);
            assert_null(key.paste);
            assert_int_equal(key.text[0], 0);
            if (at + 20 < size)
                at += (size_t)snprintf(keys + at, size - at, "%s%s", at > 0 ? " " : "",
                    key.code == UD_KEY_CAPTURED ? (key.number != 0 ? "paste!" : "text") : name);
        }
    }
    ud_decoder_capture(d, NULL);
    ud_decoder_free(&d);
    return into;
}

static void
expect_captured(const char *bytes, const char *content, const char *keys)
{
    char got[512];
    struct ud_secret *s = capture(got, sizeof(got), bytes, strlen(bytes));

    assert_string_equal(got, keys);
    assert_int_equal(ud_secret_length(s), strlen(content));
    assert_memory_equal(ud_secret_open(s), content, strlen(content));
    ud_secret_close(s);
    ud_secret_free(&s);
}

static void
captured_text_becomes_no_keys_but_enter_and_commands_do(void **state)
{
    (void)state;
    expect_captured("abc", "abc", "text");
    expect_captured("4611\r\r", "4611", "text Enter Enter");
    expect_captured("a\tb\rc\x04", "a\tbc", "text Enter C-d text");
    expect_captured("\xe3\x83\x9cx", "\xe3\x83\x9cx", "text");
    expect_captured("q\033[A", "q", "Up text");
}

static void
a_captured_paste_goes_there_whole_with_its_line_ends(void **state)
{
    (void)state;
    expect_captured("\033[200~ID: {1}\r  461109\r\033[201~", "ID: {1}\r  461109\r", "paste!");
    expect_captured("\033[200~a\033[201", "a", "text"); /* the end has not come */
}

static void
what_does_not_fit_the_capture_is_dropped(void **state)
{
    size_t length = UD_SECRET_MAX + 5000;
    char *many = malloc(length), keys[64];

    (void)state;
    memset(many, 'x', length);
    struct ud_secret *s = capture(keys, sizeof(keys), many, length);
    assert_int_equal(ud_secret_length(s), UD_SECRET_MAX);
    ud_secret_free(&s);
    free(many);
}

static void
a_capture_that_ends_in_the_middle_of_a_paste_drops_the_rest(void **state)
{
    struct ud_decoder *d = ud_decoder_new();
    struct ud_secret *into = NULL;
    struct ud_key_event key;

    (void)state;
    assert_int_equal(ud_secret_new(&into, 64, NULL), UD_OK);
    ud_decoder_capture(d, into);
    (void)ud_decoder_feed(d, "\033[200~4611", 10, 1000);
    assert_true(ud_decoder_next(d, &key, 1000));
    assert_int_equal(key.code, UD_KEY_CAPTURED);
    ud_decoder_capture(d, NULL); /* the console was locked */
    ud_secret_free(&into);
    (void)ud_decoder_feed(d, "09-608201\033[201~q", 16, 1010);
    assert_true(ud_decoder_next(d, &key, 1010));
    assert_int_equal(key.code, UD_KEY_TEXT);
    assert_string_equal(key.text, "q");
    assert_false(ud_decoder_next(d, &key, 1010));
    ud_decoder_free(&d);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_common_terminals_have_names),
        cmocka_unit_test(full_width_letters_and_digits_are_plain),
        cmocka_unit_test(every_split_of_a_sequence_gives_the_same_keys),
        cmocka_unit_test(a_lone_escape_is_a_key_after_its_delay),
        cmocka_unit_test(an_escape_that_waited_too_long_does_not_swallow_what_follows),
        cmocka_unit_test(alt_with_a_key_is_no_command),
        cmocka_unit_test(what_a_terminal_says_unasked_is_swallowed_whole),
        cmocka_unit_test(an_unfinished_string_ends_with_a_pause),
        cmocka_unit_test(an_endless_string_is_dropped_until_input_pauses),
        cmocka_unit_test(a_paste_is_one_event_and_nothing_in_it_is_a_key),
        cmocka_unit_test(an_end_marker_inside_of_a_paste_is_removed),
        cmocka_unit_test(a_long_paste_is_cut_and_its_end_still_found),
        cmocka_unit_test(an_unfinished_paste_is_dropped_after_a_pause),
        cmocka_unit_test(broken_utf8_and_control_code_points_are_dropped),
        cmocka_unit_test(flushing_drops_everything_that_has_arrived),
        cmocka_unit_test(random_bytes_never_break_it),
        cmocka_unit_test(captured_text_becomes_no_keys_but_enter_and_commands_do),
        cmocka_unit_test(a_captured_paste_goes_there_whole_with_its_line_ends),
        cmocka_unit_test(what_does_not_fit_the_capture_is_dropped),
        cmocka_unit_test(a_capture_that_ends_in_the_middle_of_a_paste_drops_the_rest),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
