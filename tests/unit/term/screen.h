/* A terminal in miniature: enough of a VT to know which character stands where and in which style, and strict about everything
 * else: an unknown sequence fails the test (the output allow-list). */
#ifndef UD_TESTS_SCREEN_H
#define UD_TESTS_SCREEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SCREEN_W 210
#define SCREEN_H 60

struct screen {
    int width, height, x, y;
    char cell[SCREEN_H][SCREEN_W][8];
    char style[SCREEN_H][SCREEN_W][48]; /* the SGR parameters in force */
    char sgr[48];
    char last[8];
    bool wrap, alternate, paste, cursor;
    unsigned painted; /* characters put since screen_count was called */
};

static inline void
screen_init(struct screen *s, int width, int height)
{
    memset(s, 0, sizeof(*s));
    s->width = width;
    s->height = height;
    s->cursor = true;
    for (int y = 0; y < SCREEN_H; y++) {
        for (int x = 0; x < SCREEN_W; x++)
            strcpy(s->cell[y][x], " ");
    }
}

static inline void
screen_blank(struct screen *s, int y, int from, int to)
{
    for (int x = from; x < to && x < s->width; x++) {
        strcpy(s->cell[y][x], " ");
        s->style[y][x][0] = '\0';
    }
}

static inline void
screen_put(struct screen *s, const char *text, int width)
{
    if (s->wrap) {
        s->wrap = false;
        s->x = 0;
        if (s->y < s->height - 1)
            s->y++;
    }
    strcpy(s->cell[s->y][s->x], text);
    strcpy(s->style[s->y][s->x], s->sgr);
    memmove(s->last, text, strlen(text) + 1);
    if (width == 2) {
        s->cell[s->y][s->x + 1][0] = '\0';
        strcpy(s->style[s->y][s->x + 1], s->sgr);
    }
    s->painted++;
    if (s->x + width >= s->width) {
        s->x = s->width - 1;
        s->wrap = true;
    } else {
        s->x += width;
    }
}

static inline void
screen_sgr(struct screen *s, const char *params)
{
    if (!*params || strcmp(params, "0") == 0 || (!*s->sgr && strcmp(params, "39;49") == 0))
        s->sgr[0] = '\0';
    else if (strncmp(params, "0;10;", 5) == 0) /* the Linux console names its font, too */
        snprintf(s->sgr, sizeof(s->sgr), "%.40s;", params + 5);
    else if (strncmp(params, "0;", 2) == 0)
        snprintf(s->sgr, sizeof(s->sgr), "%.40s;", params + 2);
    else if (strlen(s->sgr) + strlen(params) + 2 < sizeof(s->sgr))
        strcat(strcat(s->sgr, params), ";");
}

static inline void
screen_mode(struct screen *s, const char *params, bool on)
{
    if (strcmp(params, "?1049") == 0)
        s->alternate = on;
    else if (strcmp(params, "?2004") == 0)
        s->paste = on;
    else if (strcmp(params, "?25") == 0)
        s->cursor = on;
    else if (strcmp(params, "?1") != 0 && strcmp(params, "?12") != 0 && strcmp(params, "?12;25") != 0 &&
             strcmp(params, "?7") != 0 && strcmp(params, "34") != 0 && !(strcmp(params, "4") == 0 && !on))
        fail_msg("mode %s is not on the list of what may be sent", params);
    if (strcmp(params, "?12;25") == 0)
        s->cursor = on;
}

static inline void
screen_csi(struct screen *s, const char *params, char final)
{
    int a = atoi(params), n = a > 0 ? a : 1;
    const char *semicolon = strchr(params, ';');
    int b = semicolon ? atoi(semicolon + 1) : 0;

    if (final != 'm' && final != 'b' && final != 'h' && final != 'l')
        s->wrap = false;
    switch (final) {
    case 'H':
        s->y = n - 1;
        s->x = (b > 0 ? b : 1) - 1;
        break;
    case 'A':
        s->y -= n;
        break;
    case 'B':
        s->y += n;
        break;
    case 'C':
        s->x += n;
        break;
    case 'D':
        s->x -= n;
        break;
    case 'G':
        s->x = n - 1;
        break;
    case 'd':
        s->y = n - 1;
        break;
    case 'J':
        screen_blank(s, s->y, a == 2 ? 0 : s->x, s->width);
        for (int y = a == 2 ? 0 : s->y + 1; y < s->height; y++)
            screen_blank(s, y, 0, s->width);
        break;
    case 'K':
        screen_blank(s, s->y, a == 1 ? 0 : s->x, a == 1 ? s->x + 1 : s->width);
        break;
    case '@':
        for (int x = s->width - 1; x >= s->x + n; x--) {
            strcpy(s->cell[s->y][x], s->cell[s->y][x - n]);
            strcpy(s->style[s->y][x], s->style[s->y][x - n]);
        }
        screen_blank(s, s->y, s->x, s->x + n);
        break;
    case 'X':
        screen_blank(s, s->y, s->x, s->x + n);
        break;
    case 'b':
        for (int i = 0; i < n; i++)
            screen_put(s, s->last, 1);
        break;
    case 'm':
        screen_sgr(s, params);
        break;
    case 'h':
    case 'l':
        screen_mode(s, params, final == 'h');
        break;
    case 'c': /* the Linux console's cursor */
    case 'r':
    case 't': /* xterm's window stack, in smcup and rmcup of some descriptions */
        break;
    default:
        fail_msg("CSI %s%c is not on the list of what may be sent", params, final);
    }
    assert_in_range(s->x, 0, s->width - 1);
    assert_in_range(s->y, 0, s->height - 1);
}

static inline void
screen_feed(struct screen *s, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c == '\033' && bytes[i + 1] == '[') {
            char params[64];
            size_t n = 0;

            for (i += 2; i < length && (unsigned char)bytes[i] < 0x40; i++)
                params[n++] = bytes[i];
            params[n] = '\0';
            screen_csi(s, params, bytes[i]);
        } else if (c == '\033' && strchr("()", bytes[i + 1])) {
            i += 2;
        } else if (c == '\033' && strchr("=>78", bytes[i + 1])) {
            i++;
        } else if (c == '\033' && bytes[i + 1] == 'M') {
            i++;
            s->y -= s->y > 0;
            s->wrap = false;
        } else if (c == '\r') {
            s->x = 0;
            s->wrap = false;
        } else if (c == '\n') {
            s->y += s->y < s->height - 1;
            s->wrap = false;
        } else if (c == '\b') {
            s->x -= s->x > 0;
            s->wrap = false;
        } else if (c == '\t') {
            s->x = (s->x / 8 + 1) * 8 < s->width ? (s->x / 8 + 1) * 8 : s->width - 1;
        } else if (c == 0x0F || c == 0x0E) {
            continue;
        } else if (c >= 0x20 && c != 0x7F) {
            char text[8] = { 0 };
            size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

            assert_true(c < 0x80 || c >= 0xC2);
            memcpy(text, bytes + i, n);
            i += n - 1;
            screen_put(s, text, n == 3 && (unsigned char)text[0] >= 0xE3 && (unsigned char)text[0] <= 0xED ? 2 : 1);
        } else {
            fail_msg("byte %02x (then %02x) is not on the list of what may be sent", c, (unsigned char)bytes[i + 1]);
        }
    }
}

/* Row `y` as text, trailing blanks cut. */
static inline const char *
screen_row(const struct screen *s, int y, char out[SCREEN_W * 4])
{
    size_t n;

    out[0] = '\0';
    for (int x = 0; x < s->width; x++)
        strcat(out, s->cell[y][x]);
    n = strlen(out);
    while (n > 0 && out[n - 1] == ' ')
        out[--n] = '\0';
    return out;
}

#endif
