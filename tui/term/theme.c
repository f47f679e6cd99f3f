/* Theme files: inih splits the lines, this file gives them meaning. Never trusts a line: an unknown section, role, colour or
 * attribute ends in a sentence with its number. */
#include "term/theme.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"

#define NAME_MAX_THEME 64

struct reading {
    struct ud_theme *theme;
    bool set[UD_DEPTH_COUNT][UD_ROLE_COUNT];
    char wrong[160]; /* about the first wrong line; empty: none */
};

static const char *const depth_names[UD_DEPTH_COUNT] = { "mono", "16", "256", "direct" };
static const char *const color_names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };
static const char *const attribute_names[] = { "bold", "dim", "underline", "reverse", "italic" };

static bool
parse_number(int32_t *out, const char *word, int base, unsigned long most)
{
    char *end = NULL;
    unsigned long n = strtoul(word, &end, base);

    if (end == word || *end || n > most || word[0] == '-' || word[0] == '+')
        return false;
    *out = (int32_t)n;
    return true;
}

static bool
parse_color(int32_t *out, enum ud_depth depth, const char *word)
{
    bool bright = strncmp(word, "bright-", 7) == 0;

    if (strcmp(word, "default") == 0) {
        *out = UD_COLOR_DEFAULT;
        return true;
    }
    for (int i = 0; i < 8; i++) {
        if (strcmp(color_names[i], bright ? word + 7 : word) == 0) {
            *out = i + (bright ? 8 : 0);
            return true;
        }
    }
    if (word[0] == '#' && strlen(word) == 7 && depth == UD_DEPTH_DIRECT) {
        if (!parse_number(out, word + 1, 16, 0xFFFFFF))
            return false;
        *out |= UD_COLOR_RGB;
        return true;
    }
    return word[0] >= '0' && word[0] <= '9' && parse_number(out, word, 10, depth >= UD_DEPTH_256 ? 255 : 15);
}

static bool
parse_attribute(uint8_t *attributes, const char *word)
{
    for (unsigned i = 0; i < sizeof(attribute_names) / sizeof(attribute_names[0]); i++) {
        if (strcmp(attribute_names[i], word) == 0) {
            *attributes = (uint8_t)(*attributes | 1u << i);
            return true;
        }
    }
    return false;
}

static bool
parse_style(struct reading *r, struct ud_style *out, enum ud_depth depth, const char *value)
{
    struct ud_style style = { UD_COLOR_DEFAULT, UD_COLOR_DEFAULT, 0 };
    char copy[200], *save = NULL;
    bool background = false, colored = depth != UD_DEPTH_MONO;

    snprintf(copy, sizeof(copy), "%s", value);
    for (char *word = strtok_r(copy, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
        if (strcmp(word, "on") == 0) {
            background = true;
            continue;
        }
        if ((colored || strcmp(word, "default") == 0) && parse_color(background ? &style.bg : &style.fg, depth, word)) {
            background = false;
            continue;
        }
        if (background || !parse_attribute(&style.attributes, word)) {
            snprintf(r->wrong, sizeof(r->wrong), _("\"%.60s\" is no %s here"), word,
                background ? _("colour") : _("colour or attribute"));
            return false;
        }
    }
    *out = style;
    return true;
}

static bool
set_role(struct reading *r, enum ud_depth depth, const char *name, const char *value)
{
    enum ud_role role;

    if (!ud_role_parse(&role, name)) {
        snprintf(r->wrong, sizeof(r->wrong), _("there is no role \"%.60s\""), name);
        return false;
    }
    r->set[depth][role] = true;
    return parse_style(r, &r->theme->style[depth][role], depth, value);
}

static int
on_line(void *user, const char *section, const char *name, const char *value)
{
    struct reading *r = user;

    if (r->wrong[0])
        return 0;
    for (unsigned i = 0; i < UD_DEPTH_COUNT; i++) {
        if (strcmp(section, depth_names[i]) == 0)
            return set_role(r, (enum ud_depth)i, name, value);
    }
    if (strcmp(section, "theme") == 0 && strcmp(name, "name") == 0) {
        ud_text_clean(r->theme->name, sizeof(r->theme->name), value, strlen(value));
        return 1;
    }
    if (strcmp(section, "theme") == 0)
        snprintf(r->wrong, sizeof(r->wrong), _("[theme] has no setting \"%.60s\""), name);
    else
        snprintf(r->wrong, sizeof(r->wrong), _("there is no section [%.60s]"), section);
    return 0;
}

static void
inherit(struct reading *r)
{
    for (unsigned depth = UD_DEPTH_16; depth < UD_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < UD_ROLE_COUNT; role++) {
            if (!r->set[depth][role])
                r->theme->style[depth][role] = r->theme->style[depth - 1][role];
        }
    }
}

static void
clear_theme(struct ud_theme *theme)
{
    memset(theme, 0, sizeof(*theme));
    for (unsigned depth = 0; depth < UD_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < UD_ROLE_COUNT; role++)
            theme->style[depth][role] = (struct ud_style){ UD_COLOR_DEFAULT, UD_COLOR_DEFAULT, 0 };
    }
}

static int
parse_over(struct reading *r, const char *text)
{
    int line = ini_parse_string(text, on_line, r);

    inherit(r);
    return line;
}

bool
ud_theme_builtin(struct ud_theme *out, const char *name)
{
    struct reading r = { .theme = out };
    size_t length;
    const char *text = ud_theme_builtin_text(name, &length);

    if (!text)
        return false;
    clear_theme(out);
    if (strcmp(name, "default") != 0) {
        parse_over(&r, ud_theme_builtin_text("default", &length));
        memset(&r, 0, sizeof(r));
        r.theme = out;
    }
    parse_over(&r, text);
    return true;
}

enum ud_status
ud_theme_parse(struct ud_theme *out, const char *text, size_t length, struct ud_error *err)
{
    struct reading r = { .theme = out };
    char *copy = NULL;
    int line;

    ud_theme_builtin(out, "default");
    if (length > UD_THEME_FILE_MAX || memchr(text, '\0', length))
        return ud_error_set(err, UD_INVALID, "the file is no theme: it is too long, or holds a zero byte");
    copy = ud_xcalloc(1, length + 1);
    memcpy(copy, text, length);
    line = parse_over(&r, copy);
    free(copy);
    if (line == 0)
        return UD_OK;
    ud_theme_builtin(out, "default");
    return ud_error_set(err, UD_INVALID, "line %d: %s", line > 0 ? line : 1,
        r.wrong[0] ? r.wrong : _("this is neither a section nor \"name = value\""));
}

struct ud_style
ud_theme_style(const struct ud_theme *theme, enum ud_depth depth, enum ud_role role)
{
    if ((unsigned)depth >= UD_DEPTH_COUNT || (unsigned)role >= UD_ROLE_COUNT)
        return (struct ud_style){ UD_COLOR_DEFAULT, UD_COLOR_DEFAULT, 0 };
    return theme->style[depth][role];
}

static bool
plain_name(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length <= NAME_MAX_THEME && name[0] != '.' && !strchr(name, '/');
}

/* UD_NOTFOUND where no directory has it; the last directory is asked first. */
static enum ud_status
load_file(struct ud_theme *out, const char *name, const char *const *directories, struct ud_error *err)
{
    enum ud_status st = UD_NOTFOUND;
    struct ud_error detail = { 0 };
    char path[4096] = "";
    struct ud_buf text;
    size_t count = 0;

    while (directories && directories[count])
        count++;
    ud_buf_init(&text, UD_THEME_FILE_MAX);
    while (st == UD_NOTFOUND && count-- > 0) {
        if (snprintf(path, sizeof(path), "%s/%s.theme", directories[count], name) < (int)sizeof(path))
            st = ud_file_read(&text, path, UD_THEME_FILE_MAX, err);
    }
    if (st == UD_OK && (st = ud_theme_parse(out, text.data ? text.data : "", text.length, &detail)) != UD_OK)
        ud_error_set(err, st, "%.160s, %.140s", path, detail.message);
    ud_buf_free(&text);
    return st;
}

enum ud_status
ud_theme_load(struct ud_theme *out, const char *name, const char *const *directories, struct ud_error *err)
{
    enum ud_status st = UD_NOTFOUND;

    if (plain_name(name)) {
        st = load_file(out, name, directories, err);
        if (st == UD_OK || (st == UD_NOTFOUND && ud_theme_builtin(out, name)))
            return UD_OK;
    }
    ud_theme_builtin(out, "default");
    if (st != UD_NOTFOUND)
        return st;
    ud_error_set(err, UD_NOTFOUND, "there is no theme called \"%.80s\"", name);
    ud_error_hint(err, "Built in are default, high-contrast and mono; others are NAME.theme files in the themes directories.");
    return UD_NOTFOUND;
}
