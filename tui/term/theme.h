/* Themes: roles to colours and attributes, for terminals without colour, with 16, 256 and direct colours. Read from INI files:
 *
 *     [theme]
 *     name = Quiet
 *     [mono]                      sections: mono, 16, 256, direct
 *     row.selected = reverse
 *     [16]
 *     state.warning = yellow bold
 *     header = white on blue bold     foreground, "on" background, attributes
 *
 * Colours: default black red green yellow blue magenta cyan white, bright-red …, 0..255 (in 256 and direct), #rrggbb (in
 * direct). Attributes: bold dim underline reverse italic. A role that a section does not name looks as in the section before
 * it; one that [mono] does not name, as in the default theme's [mono]. */
#ifndef UD_TERM_THEME_H
#define UD_TERM_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "grid/role.h"

enum ud_depth { UD_DEPTH_MONO, UD_DEPTH_16, UD_DEPTH_256, UD_DEPTH_DIRECT, UD_DEPTH_COUNT };

enum ud_attribute { UD_BOLD = 1, UD_DIM = 2, UD_UNDERLINE = 4, UD_REVERSE = 8, UD_ITALIC = 16 };

#define UD_COLOR_DEFAULT (-1)
#define UD_COLOR_RGB     0x1000000 /* | 0xrrggbb */

struct ud_style {
    int32_t fg, bg;     /* UD_COLOR_DEFAULT, 0..255, or UD_COLOR_RGB | rgb */
    uint8_t attributes; /* enum ud_attribute */
};

struct ud_theme {
    char name[64];
    struct ud_style style[UD_DEPTH_COUNT][UD_ROLE_COUNT];
};

#define UD_THEME_FILE_MAX ((size_t)64 * 1024)

/* Names of the compiled-in themes ("default", "high-contrast", "mono"); NULL at the end. */
const char *const *ud_theme_builtin_names(void);
/* Text of a compiled-in theme, as its file has it; NULL where there is none of that name. */
const char *ud_theme_builtin_text(const char *name, size_t *length);
/* A compiled-in theme; false where there is none of that name. */
bool ud_theme_builtin(struct ud_theme *out, const char *name);
/* Parses a theme file's bytes. UD_INVALID names the first wrong line and what is wrong with it; *out is the default theme
 * then. */
UD_CHECK enum ud_status ud_theme_parse(struct ud_theme *out, const char *text, size_t length, struct ud_error *err);
/* Looks for NAME.theme in `directories` (NULL-terminated, NULL: none; the last one that has it wins), then among the compiled-in
 * ones. UD_NOTFOUND lists the compiled-in ones; *out is the default theme then, as on every failure. */
UD_CHECK enum ud_status ud_theme_load(
    struct ud_theme *out, const char *name, const char *const *directories, struct ud_error *err);
/* The style of a role at a depth. */
struct ud_style ud_theme_style(const struct ud_theme *theme, enum ud_depth depth, enum ud_role role);

#endif
