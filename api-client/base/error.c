#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

static void __attribute__((format(printf, 3, 0))) format(char *out, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf(out, size, fmt, ap);

    if (n < 0)
        out[0] = '\0';
    if (n < 0 || (size_t)n < size)
        return;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)out[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)out[end - 1] >= 0xC0)
        end--;
    else
        end = size - 1;
    out[end] = '\0';
}

enum ud_status
ud_error_set(struct ud_error *err, enum ud_status st, const char *fmt, ...)
{
    if (err == NULL)
        return st;
    va_list ap;
    va_start(ap, fmt);
    err->status = st;
    err->hint[0] = '\0';
    format(err->message, sizeof(err->message), ud_translate(fmt), ap);
    va_end(ap);
    return st;
}

enum ud_status
ud_error_hint(struct ud_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return UD_FAILED;
    va_list ap;
    va_start(ap, fmt);
    format(err->hint, sizeof(err->hint), ud_translate(fmt), ap);
    va_end(ap);
    return err->status;
}

static enum ud_status
status_of_errno(int e)
{
    switch (e) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return UD_NOSPACE;
    case ENOMEM:
        return UD_NOMEM;
    case ENOENT:
        return UD_NOTFOUND;
    default:
        return UD_IO;
    }
}

enum ud_status
ud_error_errno(struct ud_error *err, const char *what)
{
    int e = errno;

    return ud_error_set(err, status_of_errno(e), "%s: %s", ud_translate(what), strerror(e));
}

void
ud_error_clear(struct ud_error *err)
{
    if (err != NULL)
        memset(err, 0, sizeof(*err));
}
