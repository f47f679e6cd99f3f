/* Terminal bytes to key events. Pure: no clock, no I/O; the time is handed in. Whatever a terminal sends unasked (OSC, DCS,
 * APC, PM, SOS, unknown CSI) is swallowed to its terminator, up to 64 KiB; a gap of 500 ms in the middle resynchronises and
 * drops it. A lone Esc is an Esc key after UD_ESC_DELAY. A bracketed paste is one event. */
#ifndef UD_TERM_DECODE_H
#define UD_TERM_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/secret.h"
#include "grid/key.h"

#define UD_ESC_DELAY   ((ud_msec)35)
#define UD_INPUT_GAP   ((ud_msec)500)
#define UD_SWALLOW_MAX ((size_t)64 * 1024)
#define UD_PASTE_MAX   ((size_t)64 * 1024)

struct ud_decoder;

struct ud_decoder *ud_decoder_new(void);
/* Wipes and frees. */
void ud_decoder_free(struct ud_decoder **d);
/* Takes what was read, at the time `now`. At most 4096 bytes are held undecoded: returns how many were taken; feed the rest
 * after draining. */
size_t ud_decoder_feed(struct ud_decoder *d, const void *bytes, size_t length, ud_msec now);
/* From now on text, pasted or typed, goes to `into` as it arrives and yields UD_KEY_CAPTURED events without content; Enter, Esc and other keys
 * stay events. What does not fit is dropped. NULL: as usual again. Borrowed. */
void ud_decoder_capture(struct ud_decoder *d, struct ud_secret *into);
/* The next complete event; false where more bytes (or time) are needed. Bytes are wiped as they are used. */
bool ud_decoder_next(struct ud_decoder *d, struct ud_key_event *out, ud_msec now);
/* When ud_decoder_next should be called again although nothing came; -1: not needed. */
ud_msec ud_decoder_deadline(const struct ud_decoder *d);
/* Drops everything that has arrived (before a question is asked, after a resume). */
void ud_decoder_flush(struct ud_decoder *d);

#endif
