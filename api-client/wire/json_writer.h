/* A small escaping JSON writer onto a buffer: commas and quotes are its business, order and sense the caller's. For pages, one-shot
 * --json output and other bodies without a secret. Cannot fail by itself: the buffer's sticky `failed` tells at the end. */
#ifndef UD_WIRE_JSON_WRITER_H
#define UD_WIRE_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "domain/device.h"

struct ud_json_writer {
    struct ud_buf *out;
    bool comma; /* a comma goes before the next item */
};

void ud_json_writer_init(struct ud_json_writer *w, struct ud_buf *out);

/* `name` is NULL inside arrays and at the top. Names are the program's own: plain ASCII, not escaped. */
void ud_json_write_object(struct ud_json_writer *w, const char *name);
void ud_json_write_object_end(struct ud_json_writer *w);
void ud_json_write_array(struct ud_json_writer *w, const char *name);
void ud_json_write_array_end(struct ud_json_writer *w);
/* Bytes that are no UTF-8 are written as U+FFFD. */
void ud_json_write_text(struct ud_json_writer *w, const char *name, const char *text);         /* NULL: null */
void ud_json_write_text_or_null(struct ud_json_writer *w, const char *name, const char *text); /* NULL or "": null */
void ud_json_write_text_n(struct ud_json_writer *w, const char *name, const char *text, size_t length);
void ud_json_write_int(struct ud_json_writer *w, const char *name, int64_t value);
void ud_json_write_bool(struct ud_json_writer *w, const char *name, bool value);
void ud_json_write_tristate(struct ud_json_writer *w, const char *name, enum ud_tristate value); /* true, false, null */
void ud_json_write_null(struct ud_json_writer *w, const char *name);
void ud_json_write_time(struct ud_json_writer *w, const char *name, ud_wall t);                /* RFC 3339; NONE: null */
void ud_json_write_guid(struct ud_json_writer *w, const char *name, const struct ud_guid *id); /* zero: null */
void ud_json_write_base64(struct ud_json_writer *w, const char *name, const void *bytes, size_t length);
void ud_json_write_raw(struct ud_json_writer *w, const char *name, const char *json, size_t length); /* JSON written before */

#endif
