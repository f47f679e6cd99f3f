/* Large characters: sizes and places only. */
#include "grid/large.h"

#include <stdbool.h>

static bool
with_dot(struct ud_large *out, int dot, int width, int height, size_t characters, size_t half)
{
    struct ud_large large = { .dot = dot, .half = half > 0 && half < characters ? half : 0 };

    large.character = dot > 0 ? 5 * dot : 1;
    large.height = dot == 2 ? 7 : dot == 1 ? 4 : 1;
    large.advance = large.character + (dot > 0 ? 2 : 1);
    large.half_gap = large.half > 0 ? 2 * (dot > 0 ? dot : 1) : 0;
    large.width = characters > 0 ? (int)characters * large.advance - (large.advance - large.character) + large.half_gap : 0;
    *out = large;
    return large.width <= width && large.height <= height;
}

struct ud_large
ud_large_fit(int width, int height, size_t characters, size_t half)
{
    struct ud_large large;

    if (!with_dot(&large, 2, width, height, characters, half) && !with_dot(&large, 1, width, height, characters, half))
        with_dot(&large, 0, width, height, characters, half);
    return large;
}

int
ud_large_x(const struct ud_large *large, size_t index)
{
    return (int)index * large->advance + (large->half > 0 && index >= large->half ? large->half_gap : 0);
}
