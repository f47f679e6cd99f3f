/* The input decoder: one state machine over bytes. Refuses to take anything for a key that is not exactly one. */
#include "term/decode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "term/decode_sequence.h"

#define QUEUE_MAX 4096
#define ESC       0x1B

#define PASTE_START_NUMBER 200
static const char paste_start[] = "\033[200~";
static const char paste_end[] = "\033[201~";
#define MARKER_LENGTH (sizeof(paste_end) - 1)

enum state {
    GROUND,
    AFTER_ESC,
    IN_CSI,
    IN_SS3,
    IN_LINUX,  /* "ESC [ [": the console's function keys */
    IN_STRING, /* OSC, DCS, APC, PM, SOS */
    IN_STRING_ESC,
    IN_MOUSE, /* three bytes after "ESC [ M" */
    IN_UTF8,
    IN_PASTE,
    IN_FLOOD, /* an endless string: everything is dropped until input pauses */
};

struct ud_decoder {
    enum state state;
    ud_msec last; /* when bytes last came */
    bool esc_due; /* a lone Esc was waiting when more bytes came late */
    unsigned char queue[QUEUE_MAX];
    size_t queue_at, queue_end;
    struct ud_sequence sequence;
    size_t swallowed;
    unsigned mouse_left;
    unsigned char utf8[4];
    size_t utf8_length, utf8_want;
    char *paste; /* raw while it arrives; UD_PASTE_MAX + 1 bytes, only while needed */
    size_t paste_length;
    size_t marker; /* bytes of the end marker seen so far */
    char *clean;   /* the paste as handed out */
    size_t clean_size;
    struct ud_secret *capture; /* where text goes instead; borrowed */
    bool captured;             /* something went there since it was last told */
    bool enter_due;
};

struct ud_decoder *
ud_decoder_new(void)
{
    return ud_xcalloc(1, sizeof(struct ud_decoder));
}

static void
drop_paste(struct ud_decoder *d)
{
    if (d->paste)
        explicit_bzero(d->paste, UD_PASTE_MAX + 1);
    free(d->paste);
    d->paste = NULL;
    d->paste_length = d->marker = 0;
}

static void
drop_handed_out(struct ud_decoder *d)
{
    if (d->clean)
        explicit_bzero(d->clean, d->clean_size);
    free(d->clean);
    d->clean = NULL;
}

static void
to_ground(struct ud_decoder *d)
{
    drop_paste(d);
    explicit_bzero(&d->sequence, sizeof(d->sequence));
    explicit_bzero(d->utf8, sizeof(d->utf8));
    d->utf8_length = d->swallowed = 0;
    d->state = GROUND;
}

void
ud_decoder_flush(struct ud_decoder *d)
{
    to_ground(d);
    drop_handed_out(d);
    explicit_bzero(d->queue, sizeof(d->queue));
    d->queue_at = d->queue_end = 0;
    d->esc_due = false;
}

void
ud_decoder_free(struct ud_decoder **d)
{
    if (!d || !*d)
        return;
    ud_decoder_flush(*d);
    free(*d);
    *d = NULL;
}

static bool
queue_empty(const struct ud_decoder *d)
{
    return d->queue_at == d->queue_end;
}

/* Time that passed without input ends what was begun. Only asked while nothing is queued. */
static void
settle(struct ud_decoder *d, ud_msec now)
{
    if (d->state == AFTER_ESC && now - d->last >= UD_ESC_DELAY) {
        d->esc_due = true;
        d->state = GROUND;
    } else if (d->state != GROUND && d->state != AFTER_ESC && now - d->last >= UD_INPUT_GAP) {
        to_ground(d);
    }
}

size_t
ud_decoder_feed(struct ud_decoder *d, const void *bytes, size_t length, ud_msec now)
{
    size_t room;

    drop_handed_out(d);
    if (queue_empty(d)) {
        settle(d, now);
        d->queue_at = d->queue_end = 0;
    }
    room = QUEUE_MAX - d->queue_end;
    if (length > room)
        length = room;
    memcpy(d->queue + d->queue_end, bytes, length);
    d->queue_end += length;
    if (length > 0)
        d->last = now;
    return length;
}

ud_msec
ud_decoder_deadline(const struct ud_decoder *d)
{
    if (d->esc_due || !queue_empty(d))
        return d->last;
    if (d->state == GROUND)
        return -1;
    return d->last + (d->state == AFTER_ESC ? UD_ESC_DELAY : UD_INPUT_GAP);
}

/* --- capture ------------------------------------------------------------------------------------------------------------ */

void
ud_decoder_capture(struct ud_decoder *d, struct ud_secret *into)
{
    d->capture = into;
    d->captured = d->captured && into != NULL;
    d->enter_due = d->enter_due && into != NULL;
}

static void
keep(struct ud_decoder *d, unsigned char c)
{
    (void)!ud_secret_append(d->capture, &c, 1, NULL); /* full: its owner sees that it is */
    d->captured = true;
}

/* --- characters --------------------------------------------------------------------------------------------------------- */

static bool
emit(struct ud_key_event *out, enum ud_key_code code)
{
    *out = (struct ud_key_event){ .code = code };
    return true;
}

static bool
character(struct ud_decoder *d, struct ud_key_event *out)
{
    char plain = d->utf8_want == 3 ? ud_decode_plain(d->utf8) : 0;
    bool shown;

    *out = (struct ud_key_event){ .code = UD_KEY_TEXT };
    if (plain)
        out->text[0] = plain;
    else
        ud_text_clean(out->text, sizeof(out->text), (const char *)d->utf8, d->utf8_length);
    shown = out->text[0] != '\0';
    to_ground(d);
    return shown;
}

static bool
control(struct ud_key_event *out, unsigned char c)
{
    switch (c) {
    case '\r':
    case '\n':
        return emit(out, UD_KEY_ENTER);
    case '\t':
        return emit(out, UD_KEY_TAB);
    case 0x08:
    case 0x7F:
        return emit(out, UD_KEY_BACKSPACE);
    default:
        emit(out, UD_KEY_CTRL);
        out->number = (unsigned char)(c >= 1 && c <= 26 ? c + 'a' - 1 : c + '@');
        return true;
    }
}

static bool
ground(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    if (c == ESC) {
        d->state = AFTER_ESC;
        return false;
    }
    if (d->capture && ((c >= 0x20 && c != 0x7F) || c == '\t')) {
        keep(d, c);
        return false;
    }
    if (d->captured && (c == '\r' || c == '\n')) { /* first what was before it */
        d->captured = false;
        d->enter_due = true;
        return emit(out, UD_KEY_CAPTURED);
    }
    if (c < 0x20 || c == 0x7F)
        return control(out, c);
    if (c >= 0xC2 && c <= 0xF4) {
        d->state = IN_UTF8;
        d->utf8[0] = c;
        d->utf8_length = 1;
        d->utf8_want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        return false;
    }
    if (c >= 0x80)
        return false;
    emit(out, UD_KEY_TEXT);
    out->text[0] = (char)c;
    return true;
}

/* --- sequences ---------------------------------------------------------------------------------------------------------- */

static void
begin_paste(struct ud_decoder *d)
{
    to_ground(d);
    if (!d->capture)
        d->paste = ud_xcalloc(1, UD_PASTE_MAX + 1);
    d->state = IN_PASTE;
}

static bool
after_esc(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    switch (c) {
    case '[':
        to_ground(d);
        d->state = IN_CSI;
        return false;
    case 'O':
        d->state = IN_SS3;
        return false;
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X':
        d->state = IN_STRING;
        d->swallowed = 0;
        return false;
    case ESC:
        return emit(out, UD_KEY_ESC);
    default: /* Alt with a key: no command needs it, and a key alone would be another one */
        d->state = GROUND;
        return false;
    }
}

static bool
csi(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    bool known;

    if (c == ESC) {
        d->state = AFTER_ESC;
        return false;
    }
    if (c == '[' && d->sequence.length == 0) {
        d->state = IN_LINUX;
        return false;
    }
    if (c >= 0x20 && c <= 0x3F) {
        if (d->sequence.length < UD_SEQUENCE_MAX)
            d->sequence.bytes[d->sequence.length++] = (char)c;
        else
            d->sequence.overlong = true;
        if (++d->swallowed > UD_SWALLOW_MAX)
            d->state = IN_FLOOD;
        return false;
    }
    if (c == 'M' && d->sequence.length == 0) {
        d->state = IN_MOUSE;
        d->mouse_left = 3;
        return false;
    }
    if (c == '~' && d->sequence.length == 3 && ud_sequence_number(&d->sequence) == PASTE_START_NUMBER) {
        begin_paste(d);
        return false;
    }
    known = c >= 0x40 && c <= 0x7E && ud_sequence_csi(out, &d->sequence, c);
    to_ground(d);
    return known;
}

static bool
string(struct ud_decoder *d, unsigned char c)
{
    bool ended = c == 0x07 || c == 0x18 || c == 0x1A || (d->state == IN_STRING_ESC && c == '\\');

    if (ended)
        to_ground(d);
    else if (++d->swallowed > UD_SWALLOW_MAX)
        d->state = IN_FLOOD;
    else
        d->state = c == ESC ? IN_STRING_ESC : IN_STRING;
    return false;
}

static bool
utf8(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    if ((c & 0xC0) != 0x80) { /* broken off: the new byte stands for itself */
        to_ground(d);
        return ground(d, out, c);
    }
    d->utf8[d->utf8_length++] = c;
    return d->utf8_length == d->utf8_want && character(d, out);
}

/* --- paste -------------------------------------------------------------------------------------------------------------- */

static bool
finish_paste(struct ud_decoder *d, struct ud_key_event *out)
{
    drop_handed_out(d);
    if (d->capture || !d->paste) { /* it is where it belongs, or nobody wants it any more */
        emit(out, UD_KEY_CAPTURED);
        out->number = 1;
        to_ground(d);
        d->captured = false;
        return d->capture != NULL;
    }
    d->clean_size = d->paste_length + 1;
    d->clean = ud_xcalloc(1, d->clean_size);
    ud_text_clean(d->clean, d->clean_size, d->paste, d->paste_length);
    emit(out, UD_KEY_PASTE);
    out->paste = d->clean;
    out->paste_length = ud_decode_narrow(d->clean, strlen(d->clean));
    to_ground(d);
    return true;
}

static void
keep_paste_byte(struct ud_decoder *d, char c)
{
    if (d->capture)
        keep(d, (unsigned char)c);
    else if (d->paste && d->paste_length < UD_PASTE_MAX)
        d->paste[d->paste_length++] = c;
}

/* An end marker that stood inside the pasted text: another one follows at once, with no start in between. */
static bool
marker_is_content(const struct ud_decoder *d)
{
    const unsigned char *rest = d->queue + d->queue_at;
    size_t length = d->queue_end - d->queue_at;
    const unsigned char *end = memmem(rest, length, paste_end, MARKER_LENGTH);
    const unsigned char *start = memmem(rest, length, paste_start, MARKER_LENGTH);

    return end && (!start || start > end);
}

static bool
paste(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    if (c == (unsigned char)paste_end[d->marker]) {
        if (++d->marker < MARKER_LENGTH)
            return false;
        d->marker = 0;
        return !marker_is_content(d) && finish_paste(d, out);
    }
    for (size_t i = 0; i < d->marker; i++)
        keep_paste_byte(d, paste_end[i]);
    d->marker = c == ESC;
    if (!d->marker)
        keep_paste_byte(d, (char)c);
    return false;
}

/* --- the machine -------------------------------------------------------------------------------------------------------- */

static bool
step(struct ud_decoder *d, struct ud_key_event *out, unsigned char c)
{
    bool known;

    switch (d->state) {
    case GROUND:
        return ground(d, out, c);
    case AFTER_ESC:
        return after_esc(d, out, c);
    case IN_CSI:
        return csi(d, out, c);
    case IN_SS3:
    case IN_LINUX:
        known = d->state == IN_SS3 ? ud_sequence_ss3(out, c) : ud_sequence_linux(out, c);
        d->state = c == ESC ? AFTER_ESC : GROUND;
        return known;
    case IN_STRING:
    case IN_STRING_ESC:
        return string(d, c);
    case IN_MOUSE:
        if (--d->mouse_left == 0)
            to_ground(d);
        return false;
    case IN_UTF8:
        return utf8(d, out, c);
    case IN_PASTE:
        return paste(d, out, c);
    case IN_FLOOD:
        return false;
    }
    return false;
}

static bool
next(struct ud_decoder *d, struct ud_key_event *out)
{
    if (d->esc_due) {
        d->esc_due = false;
        return emit(out, UD_KEY_ESC);
    }
    if (d->enter_due) {
        d->enter_due = false;
        return emit(out, UD_KEY_ENTER);
    }
    while (!queue_empty(d)) {
        unsigned char c = d->queue[d->queue_at];

        explicit_bzero(&d->queue[d->queue_at++], 1);
        if (step(d, out, c))
            return true;
    }
    if (!d->captured)
        return false;
    d->captured = false;
    return emit(out, UD_KEY_CAPTURED);
}

bool
ud_decoder_next(struct ud_decoder *d, struct ud_key_event *out, ud_msec now)
{
    struct ud_secret *open = d->capture;
    bool got;

    drop_handed_out(d);
    if (queue_empty(d))
        settle(d, now);
    if (open != NULL)
        ud_secret_hold(open, true);
    got = next(d, out);
    if (open != NULL)
        ud_secret_release(open);
    return got;
}
