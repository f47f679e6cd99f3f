/* Geometry of a group of large characters: where the secret painter puts them, and where a view puts marks under them. */
#ifndef UD_GRID_LARGE_H
#define UD_GRID_LARGE_H

#include <stddef.h>

struct ud_large {
    int dot;           /* cells of a dot: 2 (seven rows high), 1 (four rows, half blocks), 0 (plain text, one row) */
    int width, height; /* of the whole group */
    int advance;       /* from one character to the next */
    int character;     /* cells of one character */
    size_t half;       /* a wider gap after that many characters; 0: none */
    int half_gap;
};

/* The largest form that fits into `width` x `height`; plain text where none does. */
struct ud_large ud_large_fit(int width, int height, size_t characters, size_t half);
/* Left edge of a character within the group. */
int ud_large_x(const struct ud_large *large, size_t index);

#endif
