/* Form bodies (application/x-www-form-urlencoded), plain and with a secret as last member. */
#include <string.h>

#include "source/call.h"

void
ud_form_add(struct ud_buf *b, const char *name, const char *value)
{
    char escaped[3 * 1024] = "";

    if (!ud_http_escape(escaped, sizeof(escaped), value)) {
        b->failed = true;
        return;
    }
    if (b->length > 0)
        ud_buf_byte(b, '&');
    ud_buf_text(b, name);
    ud_buf_byte(b, '=');
    ud_buf_text(b, escaped);
}

/* Byte by byte from one secret to the other: three characters at most stand on the stack at a time. */
static void
escape_into(unsigned char *out, size_t *length, const unsigned char *in, size_t in_length)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < in_length; i++) {
        unsigned char c = in[i];
        bool safe = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
                    c == '_' || c == '~';
        if (safe) {
            out[(*length)++] = c;
        } else {
            out[(*length)++] = '%';
            out[(*length)++] = (unsigned char)hex[c >> 4];
            out[(*length)++] = (unsigned char)hex[c & 15];
        }
    }
}

enum ud_status
ud_form_seal(struct ud_secret **out, const struct ud_buf *form, const char *name, struct ud_secret *value, struct ud_error *err)
{
    size_t plain = ud_secret_length(value);
    size_t length = form->length + strlen(name) + 2;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_buf_status(form, err)) != UD_OK || (st = ud_secret_new(out, length + 3 * plain, err)) != UD_OK)
        return st;
    unsigned char *to = ud_secret_open_write(*out);
    memcpy(to, form->data, form->length);
    to[form->length] = '&';
    memcpy(to + form->length + 1, name, strlen(name));
    to[length - 1] = '=';
    escape_into(to, &length, ud_secret_open(value), plain);
    ud_secret_close(value);
    ud_secret_set_length(*out, length);
    ud_secret_close(*out);
    return UD_OK;
}
