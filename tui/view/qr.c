/* QR codes in half blocks: two modules a row, dark on light whatever the terminal's background. The one user of libqrencode. */
#include <qrencode.h>

#include "view/parts.h"

#define QUIET 2

static bool
dark(const QRcode *code, int x, int y)
{
    x -= QUIET;
    y -= QUIET;
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return code->data[y * code->width + x] & 1;
}

static QRcode *
encode(const char *text)
{
    return text && *text ? QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1) : NULL;
}

static int
rows_of(int modules)
{
    return (modules + 1) / 2;
}

int
ud_part_qr_size(const char *text, int *rows)
{
    QRcode *code = encode(text);
    int size = code ? code->width + 2 * QUIET : 0;

    *rows = rows_of(size);
    QRcode_free(code);
    return size;
}

bool
ud_part_qr(struct ud_canvas cv, const char *text)
{
    static const char *const halves[4] = { " ", "▄", "▀", "█" };
    QRcode *code = encode(text);
    int size = code ? code->width + 2 * QUIET : 0;
    bool fits = code && size <= cv.width && rows_of(size) <= cv.height;

    for (int y = 0; fits && y < rows_of(size); y++) {
        for (int x = 0; x < size; x++)
            ud_canvas_text(cv, x, y, UD_ROLE_QR, halves[dark(code, x, 2 * y) << 1 | dark(code, x, 2 * y + 1)]);
    }
    QRcode_free(code);
    return fits;
}
