/* One sequence: "set the clipboard to this". There is no way to ask for its content, on purpose. */
#include "term/clipboard.h"

#include <stdlib.h>
#include <string.h>

#include "base/seal.h"

enum ud_status
ud_clipboard_write(struct ud_buf *out, const char *text, struct ud_error *err)
{
    size_t length = strlen(text), room = length / 3 * 4 + 8;
    char *encoded;

    if (length > UD_CLIPBOARD_MAX)
        return ud_error_set(err, UD_INVALID, "that is too long for the clipboard");
    encoded = ud_xcalloc(1, room);
    ud_base64_encode(encoded, room, text, length);
    ud_buf_text(out, "\033]52;c;");
    ud_buf_text(out, encoded);
    ud_buf_text(out, "\033\\");
    free(encoded);
    return ud_buf_status(out, err);
}
