/* The one cleaner for text from outside, and text width in terminal cells (utf8proc). Everything that came from a server, a
 * device, a file or a paste passes ud_text_clean once, on entry. */
#ifndef UD_BASE_TEXT_H
#define UD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `in` to `out` (always terminated, never more than out_size): valid UTF-8 only, no C0, DEL, C1, bidi marks and
 * isolates, zero-width, soft hyphen, variation selectors, tags, line and paragraph separators, private use, non-characters,
 * unassigned; tabs and newlines become one space; at most 2 combining marks a base. Returns true where something was removed
 * or cut: the reader should see a mark. Idempotent. */
bool ud_text_clean(char *out, size_t out_size, const char *in, size_t in_len);
/* Shows what ud_text_clean would remove as \u{202E} (for the "raw form" of a name). */
void ud_text_escape(char *out, size_t out_size, const char *in, size_t in_len);

/* Next grapheme cluster of clean text: its bytes and its width in cells (0, 1 or 2). 0 bytes at the end. */
size_t ud_text_next(const char *text, size_t length, int *width);
/* How many bytes at the start of clean text are a printable character and a cell each. What follows is for ud_text_next. */
size_t ud_text_plain(const char *text, size_t length);
/* Cells that clean text takes. */
size_t ud_text_width(const char *text, size_t length);
/* Bytes of the longest start of `text` that takes at most `cells`; *used gets its width. */
size_t ud_text_fit(const char *text, size_t length, size_t cells, size_t *used);
/* Lower-cased (simple case folding), full-width letters and digits made plain, for search. Returns the length; out terminated. */
size_t ud_text_fold(char *out, size_t out_size, const char *text, size_t length);
bool ud_text_valid(const char *text, size_t length); /* UTF-8, no NUL, no surrogates, no overlong */

#endif
