/* Golden screens: a screen is drawn at the main sizes and its dump (text, then the layer of roles) compared with a file.
 * UPDATE_GOLDEN=1 rewrites the files; the reviewer reads the difference. Run from the top of the tree. */
#ifndef UD_TESTS_GOLDEN_H
#define UD_TESTS_GOLDEN_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/seal.h"
#include "grid/canvas.h"
#include "grid/i18n.h"
#include "tests/support/language.h"
#include "view/chrome.h"

/* 2026-11-20 14:02:00 UTC, a Friday. */
#define NOW      ((ud_wall)1795183320000)
#define MINUTES  ((ud_wall)60000)
#define HOURS    (60 * MINUTES)
#define DAYS     (24 * HOURS)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef void (*golden_draw)(struct ud_canvas cv, const void *model);

static const struct ud_view_call golden_calls[] = {
    { .number = 1, .device = "TRN-LT-0042", .caller = "Ann Lee", .group = 3, .groups = 8, .active = true },
    { .number = 2, .device = "TRN-MB-0007", .caller = "Kofi Mensah", .group = 1, .groups = 6 },
};

/* What stands around a screen; `draw` gets the body. */
struct golden_screen {
    const char *folder, *name;
    const char *product; /* NULL: ours, and the desk's header; else a site's own page */
    const char *title;   /* NULL: no chrome, the whole terminal */
    const struct ud_hint *hint;
    size_t hint_count;
    const char *message;
    enum ud_tone tone;
    size_t calls;
    golden_draw draw;
    golden_draw over; /* drawn over everything, may be NULL */
    const void *model, *over_model;
};

static void
golden_paint(struct ud_grid *grid, const struct golden_screen *s)
{
    struct ud_canvas cv = ud_canvas_of(grid);
    struct ud_hint hint[24];
    struct ud_view_chrome chrome = { .screen = ud_translate(s->title),
        .source = "Lab",
        .operator_label = "Maria Lopez",
        .training = true,
        .call = golden_calls,
        .call_count = s->calls,
        .message = s->message,
        .tone = s->tone,
        .hint = hint,
        .hint_count = s->hint_count };

    for (size_t i = 0; i < s->hint_count; i++) {
        hint[i] = s->hint[i];
        hint[i].label = ud_translate(hint[i].label);
    }
    if (s->product) {
        chrome.product = s->product;
        chrome.source = NULL;
        chrome.operator_label = "ann.lee@example.com";
        chrome.training = false;
    }
    ud_grid_clear(grid);
    if (s->title)
        cv = ud_view_chrome(cv, &chrome);
    s->draw(cv, s->model);
    if (s->over)
        s->over(ud_canvas_of(grid), s->over_model);
}

static void
golden_compare(const char *path, const struct ud_buf *dump)
{
    struct ud_buf expected;

    if (getenv("UPDATE_GOLDEN")) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_int_equal(fwrite(dump->data, 1, dump->length, f), dump->length);
        assert_int_equal(fclose(f), 0);
        return;
    }
    ud_buf_init(&expected, 1024 * 1024);
    if (ud_file_read(&expected, path, 1024 * 1024, NULL) != UD_OK)
        fail_msg("%s is not there; UPDATE_GOLDEN=1 writes it", path);
    if (expected.length != dump->length || memcmp(expected.data, dump->data, dump->length) != 0)
        fail_msg("%s differs. It is now:\n%s", path, dump->data);
    ud_buf_free(&expected);
}

/* How often a text ends in an ellipsis because it did not fit. */
static unsigned
golden_cut(const struct ud_buf *dump)
{
    unsigned cut = 0;

    for (const char *at = (const char *)dump->data; (at = strstr(at, "…")) != NULL; at += strlen("…"))
        cut++;
    return cut;
}

/* `language` NULL: English. Returns how many texts were cut. */
static unsigned
golden_draw_one(const struct golden_screen *s, const char *language, int width, int height, bool compare)
{
    struct ud_grid *grid = ud_grid_new(width, height);
    struct ud_buf dump;
    char path[256];
    unsigned cut;

    ud_buf_init(&dump, 1024 * 1024);
    golden_paint(grid, s);
    ud_grid_dump_text(&dump, grid);
    ud_buf_text(&dump, "--- roles\n");
    ud_grid_dump_style(&dump, grid);
    snprintf(path, sizeof(path), "tests/golden/%s", s->folder);
    if (getenv("UPDATE_GOLDEN"))
        assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
    snprintf(path, sizeof(path), "tests/golden/%s/%s-%dx%d%s%s.txt", s->folder, s->name, width, height, language ? "." : "",
        language ? language : "");
    if (compare)
        golden_compare(path, &dump);
    cut = golden_cut(&dump);
    ud_buf_free(&dump);
    ud_grid_free(&grid);
    return cut;
}

static void
golden_one(const struct golden_screen *s, int width, int height)
{
    (void)golden_draw_one(s, NULL, width, height, true);
}

/* The main screens are kept in every language. */
static bool
golden_is_main(const struct golden_screen *s)
{
    static const char *const main_ones[] = { "sign_in/waiting", "notice/text", "devices/all", "device/keys", "reason/filled",
        "key/group", "ticket/worked", "new_key/waiting", "log/list", "lock/locked", "self/id", "self/reason", "self/key",
        "missing/windows", "store/entry" };
    char name[128];

    snprintf(name, sizeof(name), "%s/%s", s->folder, s->name);
    for (size_t i = 0; i < COUNT(main_ones); i++) {
        if (strcmp(main_ones[i], name) == 0)
            return true;
    }
    return false;
}

static void
golden_show_cut(const struct golden_screen *s, const char *language, unsigned here, unsigned cut)
{
    struct ud_grid *grid = ud_grid_new(80, 24);
    struct ud_buf dump;

    ud_buf_init(&dump, 1024 * 1024);
    language_speak(language);
    golden_paint(grid, s);
    language_speak("en");
    ud_grid_dump_text(&dump, grid);
    fail_msg("%s/%s in %s: %u texts are cut, in English %u:\n%s", s->folder, s->name, language, here, cut, dump.data);
}

/* Screens where data gives way: a name or a reason of the test's is cut when another column needs more room. */
static bool
golden_is_tight(const struct golden_screen *s)
{
    static const char *const tight[] = { "log/list", "device/failed", "devices/hits", "reason/fault", "report/audit" };
    char name[128];

    snprintf(name, sizeof(name), "%s/%s", s->folder, s->name);
    for (size_t i = 0; i < COUNT(tight); i++) {
        if (strcmp(tight[i], name) == 0)
            return true;
    }
    return false;
}

/* In other languages nothing may be cut that is whole in English. */
static void
golden_languages(const struct golden_screen *s)
{
    unsigned cut = golden_draw_one(s, NULL, 80, 24, false);

    for (size_t i = 0; i < COUNT(test_languages); i++) {
        const char *l = test_languages[i];

        language_speak(l);
        unsigned here = golden_draw_one(s, l, 80, 24, golden_is_main(s));
        if (golden_is_main(s))
            (void)golden_draw_one(s, l, 40, 10, true);
        language_speak("en");
        if (here > cut && !golden_is_tight(s))
            golden_show_cut(s, l, here, cut);
    }
}

static void
golden_check(const struct golden_screen *s)
{
    golden_one(s, 80, 24);
    golden_one(s, 40, 10);
    golden_one(s, 200, 50);
    golden_languages(s);
}

static inline int
golden_setup(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return ud_seal_init(NULL) == UD_OK ? 0 : -1;
}

/* A GUID from its text. */
static inline struct ud_guid
golden_id(const char *text)
{
    struct ud_guid id;

    assert_int_equal(ud_guid_parse(&id, text, strlen(text), NULL), UD_OK);
    return id;
}

#endif
