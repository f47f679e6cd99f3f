/* Themes: roles to colours and attributes, for terminals without colour, with 16, 256 and direct colours. Read from INI files:
 *
 *     [theme]
 *     name = Quiet
 *     [mono]            sections: mono, 16, 256, direct; a section that is missing takes the next poorer one's line for a role
 *     row.selected = reverse
 *     [16]
 *     state.warning = yellow bold          foreground, then "on COLOUR", then attributes, in any order
 *     header = white on blue bold
 *
 * Colours: default black red green yellow blue magenta cyan white, bright-…, 0..255 (256 and direct), #rrggbb (direct).
 * Attributes: bold dim underline reverse italic. */
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

/* Names of the compiled-in themes ("default", "high-contrast", "mono"); NULL at the end. */
const char *const *ud_theme_builtin_names(void);
/* A compiled-in theme; false where there is none of that name. */
bool ud_theme_builtin(struct ud_theme *out, const char *name);
/* Parses a theme file's bytes over the compiled-in default theme. UD_INVALID names the line and what is wrong with it; *out then is the default theme. */
UD_CHECK enum ud_status ud_theme_parse(struct ud_theme *out, const char *text, size_t length, struct ud_error *err);
/* Looks for NAME.theme in `directories` (NULL-terminated, the last one wins), then among the compiled-in ones. UD_NOTFOUND lists what there is. */
UD_CHECK enum ud_status ud_theme_load(struct ud_theme *out, const char *name, const char *const *directories, struct ud_error *err);
/* The style of a role at a depth. */
struct ud_style ud_theme_style(const struct ud_theme *theme, enum ud_depth depth, enum ud_role role);

#endif
