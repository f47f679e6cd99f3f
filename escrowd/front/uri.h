/* The request target, taken apart: strict, in place, nothing shared with the HTTP library's own reading of it. */
#ifndef UD_FRONT_URI_H
#define UD_FRONT_URI_H

#include "escrowd/front/call.h"

/* Decodes call->text in place into segments and options. False where an escape is wrong, a NUL or another control character
 * is hidden in it, it is no UTF-8, or there are too many parts. */
bool ud_uri_split(struct ud_call *c);
/* Decodes percent escapes in place ('+' is a space where `form`); the new length, or SIZE_MAX where an escape is wrong or hides
 * a control character. */
size_t ud_uri_decode(char *text, size_t length, bool form);
/* Appends `text` percent-encoded (letters, digits, "-._~" stay). */
void ud_uri_encode(struct ud_buf *out, const char *text);

#endif
