/* Fuzz target: theme files. Whatever the bytes are: no crash; what is refused has a sentence with a line number and leaves the default theme; what
 * is accepted has a clean name and styles a terminal can show.
 * Built with -fsanitize=fuzzer, or linked into a unit test that replays the corpus. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "term/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
color_is_possible(int32_t color, enum ud_depth depth)
{
    if (color == UD_COLOR_DEFAULT)
        return true;
    if (color & UD_COLOR_RGB)
        return depth == UD_DEPTH_DIRECT;
    return color >= 0 && color < (depth >= UD_DEPTH_256 ? 256 : depth == UD_DEPTH_16 ? 16 : 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ud_error err = { 0 };
    struct ud_theme theme;
    enum ud_status st = ud_theme_parse(&theme, (const char *)data, size, &err);

    if (st != UD_OK && (st != UD_INVALID || !err.message[0] || strcmp(theme.name, "Default") != 0))
        abort();
    if (!ud_text_valid(theme.name, strlen(theme.name)))
        abort();
    for (unsigned depth = 0; depth < UD_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < UD_ROLE_COUNT; role++) {
            struct ud_style s = ud_theme_style(&theme, (enum ud_depth)depth, (enum ud_role)role);

            if (!color_is_possible(s.fg, (enum ud_depth)depth) || !color_is_possible(s.bg, (enum ud_depth)depth))
                abort();
        }
    }
    return 0;
}
