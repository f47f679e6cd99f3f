/* Frames to bytes, read back by a terminal in miniature. */
#include <locale.h>
#include <signal.h>

#include "grid/canvas.h"
#include "screen.h"
#include "term/encoder.h"

#ifdef UD_SANITIZED
const char *__lsan_default_suppressions(void);

/* curses leaves something behind where a terminal type is refused. */
const char *
__lsan_default_suppressions(void)
{
    return "leak:new_prescr\n";
}
#endif

struct desk {
    struct ud_encoder *enc;
    struct ud_grid *grid;
    struct screen *screen;
    struct ud_buf out;
    size_t last; /* bytes of the last frame */
};

static void
open_desk(struct desk *d, const char *term, int width, int height)
{
    struct ud_theme theme;

    assert_true(ud_theme_builtin(&theme, "default"));
    assert_int_equal(ud_encoder_new(&d->enc, term, width, height, &theme, UD_COLOR_AUTO, false, NULL), UD_OK);
    d->grid = ud_grid_new(width, height);
    d->screen = malloc(sizeof(*d->screen));
    screen_init(d->screen, width, height);
    ud_buf_init(&d->out, 1024 * 1024);
    ud_encoder_start(d->enc, &d->out);
}

static void
close_desk(struct desk *d)
{
    ud_buf_free(&d->out);
    ud_grid_free(&d->grid);
    ud_encoder_free(&d->enc);
    free(d->screen);
}

static void
frame(struct desk *d)
{
    size_t before = d->out.length;

    assert_int_equal(ud_encoder_frame(d->enc, &d->out, d->grid, NULL), UD_OK);
    d->last = d->out.length - before;
    screen_feed(d->screen, d->out.data, d->out.length);
    ud_buf_clear(&d->out);
}

/* The terminal shows what the grid says. */
static void
expect_same(const struct desk *d)
{
    static char got[SCREEN_W * 4];
    struct ud_buf want;
    char *line, *next;

    ud_buf_init(&want, 1024 * 1024);
    ud_grid_dump_text(&want, d->grid);
    line = want.data;
    for (int y = 0; y < d->grid->height; y++) {
        next = strchr(line, '\n');
        *next = '\0';
        assert_string_equal(screen_row(d->screen, y, got), line);
        line = next + 1;
    }
    ud_buf_free(&want);
}

/* A list of devices with a row selected, as the console's home has it. */
static void
draw_list(struct ud_grid *grid, int selected)
{
    struct ud_canvas cv;

    ud_grid_clear(grid);
    cv = ud_canvas_of(grid);
    ud_canvas_repeat(cv, 0, 0, cv.width, UD_ROLE_HEADER, " ");
    ud_canvas_text(cv, 1, 0, UD_ROLE_HEADER_STRONG, "Devices");
    for (int i = 0; i < grid->height - 4; i++) {
        bool on = i == selected;

        if (on)
            ud_canvas_repeat(cv, 0, 3 + i, cv.width, UD_ROLE_ROW_SELECTED, " ");
        ud_canvas_text(cv, 0, 3 + i, on ? UD_ROLE_ROW_SELECTED : UD_ROLE_TEXT, on ? "›" : " ");
        for (int x = 2; x + 14 < cv.width - 12; x += 16)
            ud_canvas_format(cv, x, 3 + i, on ? UD_ROLE_ROW_SELECTED : UD_ROLE_TEXT, "TRN-LT-%04d", i * 7 + x);
        ud_canvas_text(cv, cv.width - 10, 3 + i, on ? UD_ROLE_ROW_SELECTED : UD_ROLE_STATE_WARNING, "shown");
    }
    ud_canvas_cursor(cv, 0, 3 + selected);
}

static void
every_frame_reaches_the_terminal_as_drawn(void **state)
{
    static const char *const terms[] = { "xterm-256color", "xterm", "tmux-256color", "screen-256color", "linux", "vt100" };

    (void)state;
    for (size_t t = 0; t < sizeof(terms) / sizeof(terms[0]); t++) {
        struct desk d;

        open_desk(&d, terms[t], 80, 24);
        for (int i = 0; i < 12; i++) {
            draw_list(d.grid, i * 5 % 20);
            if (i % 3 == 0)
                ud_canvas_text(ud_canvas_of(d.grid), 4, 2, UD_ROLE_TEXT, "山田 花子 é");
            frame(&d);
            expect_same(&d);
            assert_int_equal(d.screen->x, d.grid->cursor_x);
            assert_int_equal(d.screen->y, d.grid->cursor_y);
        }
        close_desk(&d);
    }
}

/* Every role looks the same wherever it stands and whoever wrote it there. */
static void
expect_styles(const struct desk *d, char known[UD_ROLE_COUNT][48], bool seen[UD_ROLE_COUNT])
{
    for (int y = 0; y < d->grid->height; y++) {
        for (int x = 0; x < d->grid->width; x++) {
            const struct ud_cell *cell = ud_grid_at(d->grid, x, y);

            if ((cell->flags & UD_CELL_TAIL) || (cell->text[0] == ' ' && cell->role != UD_ROLE_ROW_SELECTED))
                continue; /* a colour does not show on a blank */
            if (!seen[cell->role])
                strcpy(known[cell->role], d->screen->style[y][x]);
            seen[cell->role] = true;
            assert_string_equal(d->screen->style[y][x], known[cell->role]);
        }
    }
}

static void
scribble(struct ud_canvas cv, unsigned *seed)
{
    static const char *const words[] = { "x", "TRN-LT-0042", "        ", "Zoë", "東京", "é", "a b c", "—", "0123456789" };
    static const enum ud_role roles[] = { UD_ROLE_TEXT, UD_ROLE_TEXT, UD_ROLE_DIM, UD_ROLE_ROW_SELECTED, UD_ROLE_STATE_BAD };
    int n = rand_r(seed) % 12;

    for (int i = 0; i < n; i++)
        ud_canvas_text(cv, rand_r(seed) % cv.width, rand_r(seed) % cv.height, roles[rand_r(seed) % 5], words[rand_r(seed) % 9]);
    if (rand_r(seed) % 4 == 0)
        ud_canvas_repeat(cv, rand_r(seed) % cv.width, rand_r(seed) % cv.height, cv.width, UD_ROLE_TEXT, " ");
    if (rand_r(seed) % 8 == 0)
        ud_canvas_reserve(cv, UD_RESERVE_SPELLED, rand_r(seed) % cv.width, rand_r(seed) % cv.height, 3, 1);
    cv.grid->cursor_shown = false;
    if (rand_r(seed) % 3 > 0)
        ud_canvas_cursor(cv, rand_r(seed) % cv.width, rand_r(seed) % cv.height);
}

static void
whatever_changes_the_terminal_ends_as_drawn(void **state)
{
    static const char *const terms[] = { "xterm-256color", "tmux-256color", "linux", "vt100" };

    (void)state;
    for (size_t t = 0; t < sizeof(terms) / sizeof(terms[0]); t++) {
        char known[UD_ROLE_COUNT][48];
        bool seen[UD_ROLE_COUNT] = { false };
        unsigned seed = 7;
        struct desk d;

        open_desk(&d, terms[t], 40, 10);
        for (int i = 0; i < 600; i++) {
            scribble(ud_canvas_of(d.grid), &seed);
            if (i % 97 == 0)
                ud_encoder_forget(d.enc);
            if (i % 97 == 0 || t == 3) /* curses mixes up wide characters in the last corner */
                ud_canvas_text(ud_canvas_of(d.grid), 36, 9, UD_ROLE_TEXT, "    ");
            frame(&d);
            for (int y = 0; y < 10; y++) {
                for (int x = 0; x < 40; x++)
                    if (ud_grid_at(d.grid, x, y)->flags & UD_CELL_SECRET)
                        assert_string_equal(d.screen->cell[y][x], " ");
                    else
                        assert_string_equal(d.screen->cell[y][x], ud_grid_at(d.grid, x, y)->text);
            }
            expect_styles(&d, known, seen);
            assert_int_equal(d.screen->x, d.grid->cursor_x);
            assert_int_equal(d.screen->y, d.grid->cursor_y);
            if (t < 3) /* a VT100 cannot hide it */
                assert_int_equal(d.screen->cursor, d.grid->cursor_shown);
        }
        close_desk(&d);
    }
}

static void
a_frame_without_changes_sends_nothing(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    assert_true(d.last > 0);
    frame(&d);
    assert_int_equal(d.last, 0);
    close_desk(&d);
}

static void
byte_budgets_hold(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    assert_in_range(d.last, 1, 4096);
    draw_list(d.grid, 4);
    frame(&d);
    assert_in_range(d.last, 1, 256);
    ud_canvas_text(ud_canvas_of(d.grid), 8, 1, UD_ROLE_FIELD_FOCUS, "c");
    ud_canvas_cursor(ud_canvas_of(d.grid), 9, 1);
    frame(&d);
    assert_in_range(d.last, 1, 64);
    close_desk(&d);
    open_desk(&d, "xterm-256color", 200, 50);
    draw_list(d.grid, 3);
    frame(&d);
    draw_list(d.grid, 4);
    frame(&d);
    assert_in_range(d.last, 1, 2 * 200 + 60);
    close_desk(&d);
}

static void
the_terminal_is_left_as_it_was(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    assert_true(d.screen->alternate);
    assert_true(d.screen->paste);
    ud_encoder_stop(d.enc, &d.out);
    screen_feed(d.screen, d.out.data, d.out.length);
    assert_false(d.screen->alternate);
    assert_false(d.screen->paste);
    assert_true(d.screen->cursor);
    assert_string_equal(d.screen->sgr, "");
    close_desk(&d);
}

static void
a_terminal_without_a_second_screen_is_known(void **state)
{
    static const struct {
        const char *term;
        bool second;
    } table[] = { { "xterm-256color", true }, { "screen-256color", true }, { "tmux-256color", true }, { "linux", false },
        { "vt100", false } };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct desk d;

        open_desk(&d, table[i].term, 80, 24);
        assert_int_equal(ud_encoder_alternate(d.enc), table[i].second);
        close_desk(&d);
    }
}

static void
a_new_size_repaints_everything(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    ud_encoder_resize(d.enc, 100, 30);
    ud_grid_resize(d.grid, 100, 30);
    screen_init(d.screen, 100, 30);
    draw_list(d.grid, 5);
    frame(&d);
    expect_same(&d);
    ud_encoder_resize(d.enc, 1, 1);
    ud_grid_resize(d.grid, 1, 1);
    screen_init(d.screen, 1, 1);
    frame(&d);
    close_desk(&d);
}

static void
what_comes_before_the_painter_draws_nothing(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    ud_encoder_resize(d.enc, 100, 30);
    ud_grid_resize(d.grid, 100, 30);
    screen_init(d.screen, 100, 30);
    draw_list(d.grid, 5);
    frame(&d);
    ud_encoder_begin(d.enc, &d.out);
    screen_feed(d.screen, d.out.data, d.out.length);
    expect_same(&d);
    assert_string_equal(d.screen->sgr, "");
    close_desk(&d);
}

static void
rows_that_were_sent_are_known(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    draw_list(d.grid, 3);
    frame(&d);
    draw_list(d.grid, 4);
    frame(&d);
    assert_true(ud_encoder_touched(d.enc, (struct ud_rect){ 0, 7, 80, 1 }));
    assert_false(ud_encoder_touched(d.enc, (struct ud_rect){ 0, 8, 80, 10 }));
    close_desk(&d);
}

static void
colours_go_when_nobody_wants_them(void **state)
{
    struct ud_theme theme;
    struct ud_encoder *enc;
    struct ud_grid *grid = ud_grid_new(80, 24);
    struct ud_buf out;

    (void)state;
    assert_true(ud_theme_builtin(&theme, "default"));
    ud_buf_init(&out, 100000);
    assert_int_equal(ud_encoder_new(&enc, "xterm-256color", 80, 24, &theme, UD_COLOR_AUTO, true, NULL), UD_OK);
    assert_int_equal(ud_encoder_depth(enc), UD_DEPTH_MONO);
    draw_list(grid, 3);
    assert_int_equal(ud_encoder_frame(enc, &out, grid, NULL), UD_OK);
    assert_null(memmem(out.data, out.length, "38;5;", 5));
    assert_null(memmem(out.data, out.length, "48;5;", 5));
    ud_encoder_free(&enc);
    assert_int_equal(ud_encoder_new(&enc, "xterm-256color", 80, 24, &theme, UD_COLOR_ALWAYS, true, NULL), UD_OK);
    assert_int_equal(ud_encoder_depth(enc), UD_DEPTH_256);
    ud_encoder_free(&enc);
    assert_int_equal(ud_encoder_new(&enc, "linux", 80, 24, &theme, UD_COLOR_AUTO, false, NULL), UD_OK);
    assert_int_equal(ud_encoder_depth(enc), UD_DEPTH_16);
    ud_encoder_free(&enc);
    ud_buf_free(&out);
    ud_grid_free(&grid);
}

static void
a_terminal_type_that_is_no_good_is_refused_with_a_sentence(void **state)
{
    static const char *const terms[] = { NULL, "", "dumb", "unknown", "no-such-terminal", "../../etc/passwd", "a/b", ".hidden",
        "xterm\033[31m" };
    struct ud_theme theme;
    char longest[301];

    (void)state;
    memset(longest, 'x', 300);
    longest[300] = '\0';
    assert_true(ud_theme_builtin(&theme, "default"));
    for (size_t i = 0; i <= sizeof(terms) / sizeof(terms[0]); i++) {
        const char *term = i < sizeof(terms) / sizeof(terms[0]) ? terms[i] : longest;
        struct ud_encoder *enc;
        struct ud_error err = { 0 };

        assert_int_equal(ud_encoder_new(&enc, term, 80, 24, &theme, UD_COLOR_AUTO, false, &err), UD_NOTTY);
        assert_null(enc);
        assert_true(err.message[0] && err.hint[0]);
        assert_null(strchr(err.message, '\033'));
    }
}

static void
a_cluster_that_curses_measures_differently_moves_nothing(void **state)
{
    struct desk d;
    struct ud_cell *cell;

    (void)state;
    open_desk(&d, "xterm-256color", 20, 2);
    ud_canvas_text(ud_canvas_of(d.grid), 0, 0, UD_ROLE_TEXT, "ab cd");
    cell = &d.grid->cell[1];
    strcpy(cell[0].text, "i"); /* one cell for curses, two for us */
    cell[0].width = 2;
    cell[1] = (struct ud_cell){ .flags = UD_CELL_TAIL };
    frame(&d);
    assert_string_equal(d.screen->cell[0][1], "?");
    assert_string_equal(d.screen->cell[0][3], "c");
    assert_string_equal(d.screen->cell[0][4], "d");
    close_desk(&d);
}

static void
signals_stay_with_the_loop(void **state)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
    struct desk d;

    (void)state;
    open_desk(&d, "xterm-256color", 80, 24);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction now;

        assert_int_equal(sigaction(signals[i], NULL, &now), 0);
        assert_ptr_equal(now.sa_handler, SIG_DFL);
    }
    close_desk(&d);
}

static int
setup(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_reaches_the_terminal_as_drawn),
        cmocka_unit_test(whatever_changes_the_terminal_ends_as_drawn),
        cmocka_unit_test(a_frame_without_changes_sends_nothing),
        cmocka_unit_test(byte_budgets_hold),
        cmocka_unit_test(the_terminal_is_left_as_it_was),
        cmocka_unit_test(a_terminal_without_a_second_screen_is_known),
        cmocka_unit_test(a_new_size_repaints_everything),
        cmocka_unit_test(what_comes_before_the_painter_draws_nothing),
        cmocka_unit_test(rows_that_were_sent_are_known),
        cmocka_unit_test(colours_go_when_nobody_wants_them),
        cmocka_unit_test(a_terminal_type_that_is_no_good_is_refused_with_a_sentence),
        cmocka_unit_test(a_cluster_that_curses_measures_differently_moves_nothing),
        cmocka_unit_test(signals_stay_with_the_loop),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
