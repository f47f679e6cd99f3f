/* The growing buffer and the allocations that abort. Not for secrets: nothing here is wiped. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM ((size_t)64)

void
ud_buf_init(struct ud_buf *b, size_t max)
{
    memset(b, 0, sizeof(*b));
    b->max = max;
}

void
ud_buf_free(struct ud_buf *b)
{
    free(b->data);
    ud_buf_init(b, b->max);
}

void
ud_buf_clear(struct ud_buf *b)
{
    b->length = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL; false, and `failed` set, where that is too much. */
static bool
make_room(struct ud_buf *b, size_t more)
{
    if (b->failed)
        return false;
    b->failed = more > b->max || b->length > b->max - more || b->max == SIZE_MAX;
    if (b->failed)
        return false;
    size_t need = b->length + more + 1;
    if (need <= b->room)
        return true;
    size_t room = b->room > b->max / 2 ? b->max + 1 : b->room * 2;
    if (room < need)
        room = need;
    if (room < FIRST_ROOM && FIRST_ROOM <= b->max)
        room = FIRST_ROOM;
    char *data = realloc(b->data, room);
    b->failed = data == NULL;
    if (b->failed)
        return false;
    b->data = data;
    b->room = room;
    return true;
}

void
ud_buf_append(struct ud_buf *b, const void *bytes, size_t length)
{
    if (!make_room(b, length))
        return;
    if (length > 0)
        memcpy(b->data + b->length, bytes, length);
    b->length += length;
    b->data[b->length] = '\0';
}

void
ud_buf_text(struct ud_buf *b, const char *text)
{
    ud_buf_append(b, text, strlen(text));
}

void
ud_buf_byte(struct ud_buf *b, char c)
{
    ud_buf_append(b, &c, 1);
}

void
ud_buf_format(struct ud_buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
        return;
    }
    if (!make_room(b, (size_t)n))
        return;
    va_start(ap, fmt);
    vsnprintf(b->data + b->length, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->length += (size_t)n;
}

void
ud_buf_drop(struct ud_buf *b, size_t count)
{
    if (count >= b->length) {
        b->length = 0;
    } else {
        memmove(b->data, b->data + count, b->length - count);
        b->length -= count;
    }
    if (b->data != NULL)
        b->data[b->length] = '\0';
}

enum ud_status
ud_buf_status(const struct ud_buf *b, struct ud_error *err)
{
    if (!b->failed)
        return UD_OK;
    return ud_error_set(err, UD_NOMEM, "More than %zu bytes, or no memory for them", b->max);
}

static _Noreturn void
out_of_memory(void)
{
    static const char text[] = "unlockdesk: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

    (void)ignored;
    abort(); /* the fatal-signal handler wipes secrets and restores the terminal */
}

void *
ud_xcalloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (p == NULL)
        out_of_memory();
    return p;
}

void *
ud_xrealloc(void *p, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    void *moved = realloc(p, bytes > 0 ? bytes : 1);
    if (moved == NULL)
        out_of_memory();
    return moved;
}

char *
ud_xstrdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(ud_xcalloc(size, 1), s, size);
}

bool
ud_copy(char *dst, size_t size, const char *src)
{
    size_t length = strlen(src);
    bool whole = length < size;

    if (!whole) {
        length = size - 1;
        while (length > 0 && ((unsigned char)src[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(dst, src, length);
    dst[length] = '\0';
    return whole;
}
