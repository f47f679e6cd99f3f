/* Keys as events, by name. The decoder (term/decode.h) makes them; widgets and the keymap read them. */
#ifndef UD_GRID_KEY_H
#define UD_GRID_KEY_H

#include <stdbool.h>
#include <stddef.h>

/* X(enumerator, name as it stands in keys.conf) */
#define UD_KEY_LIST(X)                                                                                                           \
    X(ENTER, "Enter")                                                                                                            \
    X(ESC, "Esc")                                                                                                                \
    X(TAB, "Tab")                                                                                                                \
    X(BACKTAB, "Shift-Tab")                                                                                                      \
    X(BACKSPACE, "Backspace")                                                                                                    \
    X(DELETE, "Delete")                                                                                                          \
    X(INSERT, "Insert")                                                                                                          \
    X(UP, "Up")                                                                                                                  \
    X(DOWN, "Down")                                                                                                              \
    X(LEFT, "Left")                                                                                                              \
    X(RIGHT, "Right")                                                                                                            \
    X(HOME, "Home")                                                                                                              \
    X(END, "End")                                                                                                                \
    X(PAGE_UP, "PgUp")                                                                                                           \
    X(PAGE_DOWN, "PgDn")

enum ud_key_code {
    UD_KEY_NONE,
    UD_KEY_TEXT,     /* `text`: one code point as typed; Space too */
    UD_KEY_CTRL,     /* `number`: 'a'..'z' or one of "@[\\]^_" */
    UD_KEY_F,        /* `number`: 1..20 */
    UD_KEY_CAPTURED, /* something went to the decoder's capture; `number` 1: a whole paste ended */
    UD_KEY_PASTE,    /* `paste`, `paste_length`: cleaned bytes, line ends and tabs as one space each */
#define X(name, text) UD_KEY_##name,
    UD_KEY_LIST(X)
#undef X
        UD_KEY_COUNT
};

struct ud_key_event {
    enum ud_key_code code;
    unsigned char number;
    char text[8];      /* UTF-8 with NUL; full-width forms of ASCII are plain already */
    const char *paste; /* borrowed until the decoder is used again; may hold a secret the operator pasted: never keep it */
    size_t paste_length;
};

/* Name of a key: "a", "Space", "C-p", "F1", "PgUp", "paste". `out` needs 16 bytes. */
void ud_key_name(char out[16], const struct ud_key_event *key);
/* From a name; letter case counts for single characters only. False where there is no such key. */
bool ud_key_parse(struct ud_key_event *out, const char *name);
/* Same key; for text keys letter case is ignored (commands ignore case). Pastes are never the same as anything. */
bool ud_key_same(const struct ud_key_event *a, const struct ud_key_event *b);
/* A printable character (not a paste). */
bool ud_key_printable(const struct ud_key_event *key);

#endif
