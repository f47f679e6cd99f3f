/* The secret painter, against a terminal in miniature behind a pipe. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/seal.h"
#include "grid/canvas.h"
#include "grid/large.h"
#include "screen.h"
#include "term/painter.h"

#define KEY "496298-461032-321464-595518-463221-173943-033616-139579"

struct desk {
    int here, there; /* ours, and the painter's */
    struct ud_encoder *enc;
    struct ud_grid *grid;
    struct ud_painter *painter;
    struct ud_secret *key;
    struct screen *screen;
};

static const struct ud_spelling english = { .word = { ['0'] = "zero",
                                                ['1'] = "one",
                                                ['2'] = "two",
                                                ['3'] = "three",
                                                ['4'] = "four",
                                                ['5'] = "five",
                                                ['6'] = "six",
                                                ['7'] = "seven",
                                                ['8'] = "eight",
                                                ['9'] = "nine" } };

static void
open_desk(struct desk *d, const char *term, const char *key)
{
    int pair[2];
    struct ud_theme theme;
    struct ud_buf out;

    memset(d, 0, sizeof(*d));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    d->here = pair[0];
    d->there = pair[1];
    assert_true(ud_theme_builtin(&theme, "default"));
    assert_int_equal(ud_encoder_new(&d->enc, term, 80, 24, &theme, UD_COLOR_AUTO, false, NULL), UD_OK);
    assert_int_equal(ud_painter_new(&d->painter, d->there, d->enc, NULL), UD_OK);
    assert_int_equal(ud_secret_new(&d->key, 256, NULL), UD_OK);
    assert_int_equal(ud_secret_append(d->key, key, strlen(key), NULL), UD_OK);
    d->grid = ud_grid_new(80, 24);
    d->screen = malloc(sizeof(*d->screen));
    screen_init(d->screen, 80, 24);
    ud_buf_init(&out, 100000);
    ud_canvas_text(ud_canvas_of(d->grid), 0, 0, UD_ROLE_HEADER, "Recovery key");
    ud_canvas_cursor(ud_canvas_of(d->grid), 5, 20);
    assert_int_equal(ud_encoder_frame(d->enc, &out, d->grid, NULL), UD_OK);
    screen_feed(d->screen, out.data, out.length);
    ud_buf_free(&out);
}

static void
close_desk(struct desk *d)
{
    ud_secret_free(&d->key);
    ud_painter_free(&d->painter);
    ud_grid_free(&d->grid);
    ud_encoder_free(&d->enc);
    free(d->screen);
    close(d->here);
    close(d->there);
}

/* What has been sent goes to the screen; returns its length. */
static size_t
receive(struct desk *d)
{
    static char bytes[65536];
    ssize_t n = read(d->here, bytes, sizeof(bytes));

    if (n <= 0)
        return 0;
    screen_feed(d->screen, bytes, (size_t)n);
    return (size_t)n;
}

static struct ud_paint
group(size_t index)
{
    return (struct ud_paint){ .offset = index * 7,
        .length = 6,
        .large = { 2, 5, 76, 7 },
        .spelled = { 2, 13, 76, 1 },
        .spelling = &english,
        .wrong = -1,
        .half = 3 };
}

static unsigned
blocks_in(const struct screen *s, int x, int y, int width, int height)
{
    unsigned count = 0;

    for (int j = y; j < y + height; j++) {
        for (int i = x; i < x + width; i++)
            count += strcmp(s->cell[j][i], "█") == 0;
    }
    return count;
}

static bool
anything_outside(const struct screen *s, const struct ud_paint *what)
{
    for (int y = 1; y < s->height; y++) {
        for (int x = 0; x < s->width; x++) {
            bool large = x >= what->large.x && x < what->large.x + what->large.width && y >= what->large.y &&
                         y < what->large.y + what->large.height;
            bool spelled = x >= what->spelled.x && x < what->spelled.x + what->spelled.width && y == what->spelled.y;

            if (!large && !spelled && strcmp(s->cell[y][x], " ") != 0)
                return true;
        }
    }
    return false;
}

static void
one_group_is_large_and_spelled_and_nothing_else_changes(void **state)
{
    static const char *const terms[] = { "xterm-256color", "tmux-256color", "linux", "vt100" };
    char row[SCREEN_W * 4];

    (void)state;
    for (size_t t = 0; t < sizeof(terms) / sizeof(terms[0]); t++) {
        struct ud_paint what = group(0);
        struct ud_large large = ud_large_fit(76, 7, 6, 3);
        struct desk d;

        open_desk(&d, terms[t], KEY);
        assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
        receive(&d);
        assert_string_equal(screen_row(d.screen, 13, row), "  496298   four nine six   two nine eight");
        for (size_t i = 0; i < 6; i++)
            assert_true(blocks_in(d.screen, 2 + (76 - large.width) / 2 + ud_large_x(&large, i), 5, large.character, 7) > 10);
        assert_false(anything_outside(d.screen, &what));
        assert_int_equal(d.screen->x, 5);
        assert_int_equal(d.screen->y, 20);
        assert_string_equal(d.screen->sgr, "");
        assert_true(ud_painter_painted(d.painter));
        close_desk(&d);
    }
}

static void
the_next_group_takes_the_place_of_the_last(void **state)
{
    struct ud_paint what = group(0);
    struct desk d;
    char row[SCREEN_W * 4];

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    what = group(1);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    assert_string_equal(screen_row(d.screen, 13, row), "  461032   four six one   zero three two");
    close_desk(&d);
}

static void
erasing_overwrites_exactly_what_was_painted(void **state)
{
    struct ud_paint what = group(2);
    struct desk d;
    char row[SCREEN_W * 4];

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    d.screen->painted = 0;
    assert_int_equal(ud_painter_erase(d.painter, NULL), UD_OK);
    receive(&d);
    for (int y = 1; y < 24; y++)
        assert_string_equal(screen_row(d.screen, y, row), "");
    assert_string_equal(screen_row(d.screen, 0, row), "Recovery key");
    assert_int_equal(d.screen->painted, 76 * 7 + 76);
    assert_false(ud_painter_painted(d.painter));
    assert_int_equal(ud_painter_erase(d.painter, NULL), UD_OK);
    assert_int_equal(receive(&d), 0);
    close_desk(&d);
}

static void
a_wrong_digit_lights_up_alone(void **state)
{
    struct ud_paint what = group(0);
    struct ud_large large = ud_large_fit(76, 7, 6, 3);
    struct desk d;
    int left = 2 + (76 - large.width) / 2;

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    what.wrong = 2;
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    assert_string_not_equal(d.screen->style[8][left + ud_large_x(&large, 2)], d.screen->style[8][left + ud_large_x(&large, 1)]);
    assert_string_equal(d.screen->style[8][left + ud_large_x(&large, 3)], d.screen->style[8][left + ud_large_x(&large, 1)]);
    close_desk(&d);
}

static void
a_narrow_place_gets_smaller_characters_or_plain_text(void **state)
{
    struct ud_paint what = group(0);
    struct desk d;
    char row[SCREEN_W * 4];

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    what.large = (struct ud_rect){ 2, 5, 56, 4 };
    what.spelled = (struct ud_rect){ 2, 10, 16, 1 };
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    assert_true(blocks_in(d.screen, 2, 5, 56, 4) > 10);
    assert_string_equal(screen_row(d.screen, 10, row), "  496298   four");
    what.large = (struct ud_rect){ 2, 5, 20, 1 };
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    assert_string_equal(screen_row(d.screen, 5, row), "     4 9 6   2 9 8");
    assert_string_equal(screen_row(d.screen, 6, row), "");
    close_desk(&d);
}

static void
the_whole_key_is_wrapped_between_groups(void **state)
{
    struct ud_paint what = { .whole = { 2, 5, 30, 3 }, .wrong = -1 };
    struct desk d;
    char row[SCREEN_W * 4];

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    assert_string_equal(screen_row(d.screen, 5, row), "  496298-461032-321464-595518-");
    assert_string_equal(screen_row(d.screen, 6, row), "  463221-173943-033616-139579");
    what.whole.height = 1;
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_FAILED);
    close_desk(&d);
}

static void
a_value_that_is_not_printable_is_not_shown_at_all(void **state)
{
    static const char *const bad[] = { "4962\033[2", "49629\x80-461032",
        ("\x7f"
         "49629"),
        "496298-46103\n", "" };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_paint what = group(0);
        struct desk d;

        open_desk(&d, "xterm-256color", bad[i]);
        assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_MALFORMED);
        assert_int_equal(receive(&d), 0);
        assert_false(ud_painter_painted(d.painter));
        close_desk(&d);
    }
}

static void
a_group_outside_of_the_content_is_refused(void **state)
{
    struct ud_paint what = group(8);
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_MALFORMED);
    what.offset = (size_t)-1;
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_MALFORMED);
    assert_int_equal(receive(&d), 0);
    close_desk(&d);
}

static void
a_terminal_that_takes_nothing_is_given_up_after_half_a_second(void **state)
{
    struct ud_paint what = group(0);
    struct desk d;
    char filler[4096] = { 0 };
    ud_msec start;

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    while (write(d.there, filler, sizeof(filler)) > 0)
        ;
    start = ud_clock_now();
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_TIMEOUT);
    assert_in_range(ud_clock_now() - start, UD_PAINT_DRAIN, UD_PAINT_DRAIN + 400);
    assert_true(ud_painter_painted(d.painter));
    assert_int_equal(ud_painter_erase(d.painter, NULL), UD_TIMEOUT);
    assert_true(ud_painter_painted(d.painter));
    close_desk(&d);
}

static void
a_terminal_that_is_gone_is_an_error_at_once(void **state)
{
    struct ud_paint what = group(0);
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    shutdown(d.here, SHUT_RDWR);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_IO);
    close_desk(&d);
}

/* Frames after a paint leave the painted cells alone as long as their rows do not change. */
static void
a_frame_elsewhere_leaves_the_group_where_it_is(void **state)
{
    struct ud_paint what = group(0);
    struct ud_buf out;
    struct desk d;
    char row[SCREEN_W * 4];

    (void)state;
    open_desk(&d, "xterm-256color", KEY);
    assert_int_equal(ud_painter_paint(d.painter, d.key, &what, NULL), UD_OK);
    receive(&d);
    ud_buf_init(&out, 100000);
    ud_canvas_text(ud_canvas_of(d.grid), 0, 3, UD_ROLE_STATE_WARNING, "covered in 0:41");
    assert_int_equal(ud_encoder_frame(d.enc, &out, d.grid, NULL), UD_OK);
    screen_feed(d.screen, out.data, out.length);
    ud_buf_free(&out);
    assert_false(ud_encoder_touched(d.enc, what.large));
    assert_string_equal(screen_row(d.screen, 13, row), "  496298   four nine six   two nine eight");
    assert_string_equal(screen_row(d.screen, 3, row), "covered in 0:41");
    close_desk(&d);
}

static int
setup(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") && ud_seal_init(NULL) == UD_OK ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group_is_large_and_spelled_and_nothing_else_changes),
        cmocka_unit_test(the_next_group_takes_the_place_of_the_last),
        cmocka_unit_test(erasing_overwrites_exactly_what_was_painted),
        cmocka_unit_test(a_wrong_digit_lights_up_alone),
        cmocka_unit_test(a_narrow_place_gets_smaller_characters_or_plain_text),
        cmocka_unit_test(the_whole_key_is_wrapped_between_groups),
        cmocka_unit_test(a_value_that_is_not_printable_is_not_shown_at_all),
        cmocka_unit_test(a_group_outside_of_the_content_is_refused),
        cmocka_unit_test(a_terminal_that_takes_nothing_is_given_up_after_half_a_second),
        cmocka_unit_test(a_terminal_that_is_gone_is_an_error_at_once),
        cmocka_unit_test(a_frame_elsewhere_leaves_the_group_where_it_is),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
