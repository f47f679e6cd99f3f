/* The line editor's text and keys. Drawing is in line_draw.c. */
#include "widget/line.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

void
ud_line_init(struct ud_line *line, size_t limit)
{
    memset(line, 0, sizeof(*line));
    line->limit = limit > 0 && limit < UD_LINE_MAX ? limit : UD_LINE_MAX - 1;
}

void
ud_line_init_hidden(struct ud_line *line, struct ud_secret *secret, bool digits_only)
{
    memset(line, 0, sizeof(*line));
    ud_secret_wipe(secret);
    line->secret = secret;
    line->limit = ud_secret_capacity(secret);
    line->digits_only = digits_only;
}

void
ud_line_clear(struct ud_line *line)
{
    if (line->secret)
        ud_secret_wipe(line->secret);
    explicit_bzero(line->text, sizeof(line->text));
    line->length = line->cursor = line->hidden = 0;
}

void
ud_line_set(struct ud_line *line, const char *text)
{
    size_t length = strlen(text), used;

    assert(!line->secret);
    ud_line_clear(line);
    if (length > line->limit) {
        length = line->limit;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(line->text, text, length);
    line->length = length;
    line->cursor = ud_text_fit(line->text, length, UD_LINE_MAX, &used);
}

bool
ud_line_empty(const struct ud_line *line)
{
    return line->secret ? line->hidden == 0 : line->length == 0;
}

/* --- clusters ---------------------------------------------------------------------------------------------------------- */

static size_t
cluster_after(const struct ud_line *line, size_t at)
{
    int width;

    return at < line->length ? at + ud_text_next(line->text + at, line->length - at, &width) : at;
}

static size_t
cluster_before(const struct ud_line *line, size_t at)
{
    size_t previous = 0, next = 0;

    while (next < at) {
        previous = next;
        next = cluster_after(line, next);
        if (next == previous)
            break;
    }
    return previous;
}

static size_t
word_before(const struct ud_line *line, size_t at)
{
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

static enum ud_line_result
remove_range(struct ud_line *line, size_t from, size_t to)
{
    if (from == to)
        return UD_LINE_MOVED;
    memmove(line->text + from, line->text + to, line->length - to + 1);
    line->length -= to - from;
    line->cursor = from;
    return UD_LINE_CHANGED;
}

/* --- what is typed ----------------------------------------------------------------------------------------------------- */

static bool
only_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return true;
}

static enum ud_line_result
insert_plain(struct ud_line *line, const char *text, size_t length)
{
    if (length == 0)
        return UD_LINE_MOVED;
    if (line->digits_only && !only_digits(text, length))
        return UD_LINE_REFUSED;
    if (line->length + length > line->limit)
        return UD_LINE_FULL;
    memmove(line->text + line->cursor + length, line->text + line->cursor, line->length - line->cursor + 1);
    memcpy(line->text + line->cursor, text, length);
    line->length += length;
    line->cursor += length;
    return UD_LINE_CHANGED;
}

static size_t
code_points(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static enum ud_line_result
insert_hidden(struct ud_line *line, const char *text, size_t length)
{
    if (length == 0)
        return UD_LINE_MOVED;
    if (line->digits_only && !only_digits(text, length))
        return UD_LINE_REFUSED;
    if (ud_secret_append(line->secret, text, length, NULL) != UD_OK)
        return UD_LINE_FULL;
    line->hidden += code_points(text, length);
    return UD_LINE_CHANGED;
}

/* Braces, quotes and blanks around a pasted code are no part of it. */
static size_t
strip_code(char *out, const char *text, size_t length)
{
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        if (!strchr("{}()[]<>\"'`", text[i]))
            out[n++] = text[i];
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    return n;
}

static enum ud_line_result
insert_paste(struct ud_line *line, const char *text, size_t length)
{
    char plain[UD_LINE_MAX];
    size_t n;

    while (length > 0 && text[0] == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (line->secret)
        return insert_hidden(line, text, length);
    if (length >= sizeof(plain))
        return UD_LINE_FULL;
    if (!line->code)
        return insert_plain(line, text, length);
    n = strip_code(plain, text, length);
    return insert_plain(line, plain, n);
}

static enum ud_line_result
hidden_backspace(struct ud_line *line)
{
    size_t length = ud_secret_length(line->secret);
    const unsigned char *bytes;

    if (length == 0)
        return UD_LINE_MOVED;
    bytes = ud_secret_open(line->secret);
    do
        length--;
    while (length > 0 && (bytes[length] & 0xC0) == 0x80);
    ud_secret_close(line->secret);
    ud_secret_truncate(line->secret, length);
    line->hidden--;
    return UD_LINE_CHANGED;
}

static enum ud_line_result
hidden_key(struct ud_line *line, const struct ud_key_event *key)
{
    switch (key->code) {
    case UD_KEY_BACKSPACE:
        return hidden_backspace(line);
    case UD_KEY_CTRL:
        if (key->number != 'u' && key->number != 'w')
            return UD_LINE_IGNORED;
        if (line->hidden == 0)
            return UD_LINE_MOVED;
        ud_line_clear(line);
        return UD_LINE_CHANGED;
    case UD_KEY_LEFT:
    case UD_KEY_RIGHT:
    case UD_KEY_HOME:
    case UD_KEY_END:
    case UD_KEY_DELETE:
        return UD_LINE_MOVED;
    default:
        return UD_LINE_IGNORED;
    }
}

static enum ud_line_result
control_key(struct ud_line *line, unsigned char letter)
{
    switch (letter) {
    case 'u':
        return remove_range(line, 0, line->cursor);
    case 'w':
        return remove_range(line, word_before(line, line->cursor), line->cursor);
    case 'k':
        return remove_range(line, line->cursor, line->length);
    case 'e':
        line->cursor = line->length;
        return UD_LINE_MOVED;
    default:
        return UD_LINE_IGNORED;
    }
}

static enum ud_line_result
move_to(struct ud_line *line, size_t at)
{
    line->cursor = at;
    return UD_LINE_MOVED;
}

enum ud_line_result
ud_line_key(struct ud_line *line, const struct ud_key_event *key)
{
    if (key->code == UD_KEY_TEXT)
        return line->secret ? insert_hidden(line, key->text, strlen(key->text))
                            : insert_plain(line, key->text, strlen(key->text));
    if (key->code == UD_KEY_PASTE)
        return insert_paste(line, key->paste, key->paste_length);
    if (line->secret)
        return hidden_key(line, key);
    switch (key->code) {
    case UD_KEY_BACKSPACE:
        return remove_range(line, cluster_before(line, line->cursor), line->cursor);
    case UD_KEY_DELETE:
        return remove_range(line, line->cursor, cluster_after(line, line->cursor));
    case UD_KEY_LEFT:
        return move_to(line, cluster_before(line, line->cursor));
    case UD_KEY_RIGHT:
        return move_to(line, cluster_after(line, line->cursor));
    case UD_KEY_HOME:
        return move_to(line, 0);
    case UD_KEY_END:
        return move_to(line, line->length);
    case UD_KEY_CTRL:
        return control_key(line, key->number);
    default:
        return UD_LINE_IGNORED;
    }
}
