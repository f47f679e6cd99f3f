/* The themes that are compiled in: the very files below themes/, taken over by the assembler. Built from the top of the tree. */
#include "term/theme.h"

#include <string.h>

/* clang-format off */
#define EMBED(symbol, file)                                   \
    __asm__(".pushsection .rodata\n"                          \
            ".global ud_theme_" #symbol "\n"                  \
            ".global ud_theme_" #symbol "_end\n"              \
            "ud_theme_" #symbol ":\n"                         \
            ".incbin \"" file "\"\n"                          \
            "ud_theme_" #symbol "_end:\n"                     \
            ".byte 0\n"                                       \
            ".popsection\n");                                 \
    extern const char ud_theme_##symbol[] __attribute__((visibility("hidden"))); \
    extern const char ud_theme_##symbol##_end[] __attribute__((visibility("hidden")))
/* clang-format on */

EMBED(default, "themes/default.theme");
EMBED(high_contrast, "themes/high-contrast.theme");
EMBED(mono, "themes/mono.theme");

static const char *const names[] = { "default", "high-contrast", "mono", NULL };

const char *const *
ud_theme_builtin_names(void)
{
    return names;
}

const char *
ud_theme_builtin_text(const char *name, size_t *length)
{
    const char *start = NULL, *end = NULL;

    if (strcmp(name, "default") == 0) {
        start = ud_theme_default;
        end = ud_theme_default_end;
    } else if (strcmp(name, "high-contrast") == 0) {
        start = ud_theme_high_contrast;
        end = ud_theme_high_contrast_end;
    } else if (strcmp(name, "mono") == 0) {
        start = ud_theme_mono;
        end = ud_theme_mono_end;
    }
    *length = (size_t)(end - start);
    return start;
}
