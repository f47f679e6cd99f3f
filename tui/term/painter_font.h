/* Large characters, for the secret painter alone. */
#ifndef UD_TERM_PAINTER_FONT_H
#define UD_TERM_PAINTER_FONT_H

#define UD_FONT_FIRST 0x20
#define UD_FONT_COUNT 95
#define UD_FONT_ROWS  7
#define UD_FONT_DOTS  5

/* UD_FONT_ROWS bytes; the leftmost dot is bit UD_FONT_DOTS - 1. Blank for what is no printable ASCII. */
const unsigned char *ud_font_glyph(unsigned char c);

#endif
