/* A growing byte buffer with a stated maximum. Not for secrets. */
#ifndef UD_BASE_BUF_H
#define UD_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ud_buf {
    char *data;    /* always NUL-terminated once anything was appended; NULL before */
    size_t length; /* without the NUL */
    size_t room;
    size_t max;  /* the most bytes it may hold; appends beyond it set `failed` and change nothing */
    bool failed; /* sticky: check once at the end */
};

void ud_buf_init(struct ud_buf *b, size_t max);
void ud_buf_free(struct ud_buf *b);  /* back to the state of init */
void ud_buf_clear(struct ud_buf *b); /* keeps the memory */
void ud_buf_append(struct ud_buf *b, const void *bytes, size_t length);
void ud_buf_text(struct ud_buf *b, const char *text);
void ud_buf_byte(struct ud_buf *b, char c);
void ud_buf_format(struct ud_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ud_buf_drop(struct ud_buf *b, size_t count); /* removes from the front */
UD_CHECK enum ud_status ud_buf_status(const struct ud_buf *b, struct ud_error *err);

/* Allocations that cannot sensibly fail: abort cleanly instead of returning NULL. */
void *ud_xcalloc(size_t count, size_t size);
void *ud_xrealloc(void *p, size_t count, size_t size);
char *ud_xstrdup(const char *s);

/* Copies `src` into `dst` of `size` bytes, cut at a UTF-8 boundary, always terminated. Returns false where it was cut. */
bool ud_copy(char *dst, size_t size, const char *src);

#endif
