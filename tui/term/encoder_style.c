/* Roles to curses' attributes and pairs, and to bytes for the painter. */
#include "term/encoder_state.h"

#include <string.h>

/* The 16 colours of indices 8 to 15 on a terminal with 8: bold makes them bright. */
static int
to_eight(int color, uint8_t *attributes)
{
    if (color < 8)
        return color;
    *attributes |= UD_BOLD;
    return color - 8;
}

/* Palette index to 0xrrggbb, for terminals that take nothing else. */
static int
index_to_rgb(int color)
{
    static const int ramp[6] = { 0, 95, 135, 175, 215, 255 };
    static const int low[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
        0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };

    if (color < 16)
        return low[color];
    if (color >= 232)
        return (8 + 10 * (color - 232)) * 0x010101;
    color -= 16;
    return ramp[color / 36] << 16 | ramp[color / 6 % 6] << 8 | ramp[color % 6];
}

/* As the terminal's own number for it; -1 for the default colour. */
static int
terminal_color(const struct ud_encoder *enc, int32_t color, bool background, uint8_t *attributes)
{
    uint8_t ignored = 0;

    if (color == UD_COLOR_DEFAULT)
        return -1;
    if (color & UD_COLOR_RGB)
        return color & 0xFFFFFF;
    if (enc->depth == UD_DEPTH_DIRECT)
        return color < 8 ? color : index_to_rgb(color);
    if (COLORS < 16)
        return to_eight(color, background ? &ignored : attributes);
    return color;
}

/* Attributes that this terminal cannot show together with a colour. */
static uint8_t
without_color(void)
{
    static const struct {
        int bit; /* of no_color_video */
        uint8_t attribute;
    } rows[] = { { 2, UD_UNDERLINE }, { 4, UD_REVERSE }, { 16, UD_DIM }, { 32, UD_BOLD }, { 0x8000, UD_ITALIC } };
    uint8_t none = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && no_color_video > 0; i++)
        none |= no_color_video & rows[i].bit ? rows[i].attribute : 0;
    return none;
}

static attr_t
curses_attributes(uint8_t attributes)
{
    return (attributes & UD_BOLD ? A_BOLD : 0) | (attributes & UD_DIM ? A_DIM : 0) |
           (attributes & UD_UNDERLINE ? A_UNDERLINE : 0) | (attributes & UD_REVERSE ? A_REVERSE : 0) |
           (attributes & UD_ITALIC ? A_ITALIC : 0);
}

/* Numbers the styles, so that writing changes compares numbers and copies bytes. */
static void
number_looks(struct ud_encoder *enc)
{
    struct ud_buf on;

    ud_buf_init(&on, UD_LOOK_BYTES - 1);
    for (unsigned i = 0; i < UD_ROLE_COUNT; i++) {
        uint8_t look = 0;

        ud_buf_clear(&on);
        ud_encoder_style(enc, &on, (enum ud_role)i);
        (void)ud_copy(enc->look_on[i + 1], UD_LOOK_BYTES, on.length > 0 ? on.data : "");
        while (strcmp(enc->look_on[look], enc->look_on[i + 1]) != 0)
            look++;
        enc->look[i] = look;
    }
    ud_buf_free(&on);
}

void
ud_encoder_load_styles(struct ud_encoder *enc)
{
    for (unsigned i = 0; i < UD_ROLE_COUNT; i++) {
        struct ud_style style = ud_theme_style(&enc->theme, enc->depth, (enum ud_role)i);
        int fg = terminal_color(enc, style.fg, false, &style.attributes);
        int bg = terminal_color(enc, style.bg, true, &style.attributes);
        int pair = enc->depth == UD_DEPTH_MONO || (fg < 0 && bg < 0) ? 0 : alloc_pair(fg, bg);

        enc->pair[i] = (short)(pair > 0 ? pair : 0);
        enc->attributes[i] = curses_attributes(style.attributes);
        setcchar(&enc->blank[i], L" ", enc->attributes[i], enc->pair[i], NULL);
    }
    number_looks(enc);
}

void
ud_encoder_append(struct ud_buf *out, const char *capability)
{
    while (capability && *capability) {
        const char *padding = strstr(capability, "$<");
        size_t length = padding ? (size_t)(padding - capability) : strlen(capability);

        ud_buf_append(out, capability, length);
        if (!padding)
            return;
        capability = strchr(padding, '>');
        capability = capability ? capability + 1 : NULL;
    }
}

void
ud_encoder_move(struct ud_encoder *enc, struct ud_buf *out, int x, int y)
{
    (void)enc;
    ud_encoder_append(out, tiparm(cursor_address, y, x));
}

void
ud_encoder_plain(struct ud_encoder *enc, struct ud_buf *out)
{
    (void)enc;
    ud_encoder_append(out, exit_attribute_mode);
    if (enc->depth != UD_DEPTH_MONO)
        ud_encoder_append(out, orig_pair);
}

void
ud_encoder_style(struct ud_encoder *enc, struct ud_buf *out, enum ud_role role)
{
    struct ud_style style = ud_theme_style(&enc->theme, enc->depth, role);
    int fg = terminal_color(enc, style.fg, false, &style.attributes);
    int bg = terminal_color(enc, style.bg, true, &style.attributes);

    if (enc->depth != UD_DEPTH_MONO && (fg >= 0 || bg >= 0))
        style.attributes &= (uint8_t)~without_color();
    if (style.attributes & UD_BOLD)
        ud_encoder_append(out, enter_bold_mode);
    if (style.attributes & UD_DIM)
        ud_encoder_append(out, enter_dim_mode);
    if (style.attributes & UD_UNDERLINE)
        ud_encoder_append(out, enter_underline_mode);
    if (style.attributes & UD_REVERSE)
        ud_encoder_append(out, enter_reverse_mode);
    if (style.attributes & UD_ITALIC)
        ud_encoder_append(out, enter_italics_mode);
    if (enc->depth == UD_DEPTH_MONO)
        return;
    if (fg >= 0 && set_a_foreground)
        ud_encoder_append(out, tiparm(set_a_foreground, fg));
    if (bg >= 0 && set_a_background)
        ud_encoder_append(out, tiparm(set_a_background, bg));
}

void
ud_encoder_back(struct ud_encoder *enc, struct ud_buf *out)
{
    ud_encoder_move(enc, out, enc->cursor_x, enc->cursor_y);
}
