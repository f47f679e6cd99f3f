/* Roles: what a cell means. Views name roles, never colours; a theme (term/theme.h) says how each one looks. */
#ifndef UD_GRID_ROLE_H
#define UD_GRID_ROLE_H

#include <stdbool.h>

/* X(enumerator, name in theme files, letter in the style layer of dumps) */
#define UD_ROLE_LIST(X)                                                                                                          \
    X(TEXT, "text", '.')                                                                                                         \
    X(DIM, "dim", 'd')                                                                                                           \
    X(STRONG, "strong", 's')                                                                                                     \
    X(HEADER, "header", 'H')                                                                                                     \
    X(HEADER_STRONG, "header.strong", 'P')                                                                                       \
    X(TRAINING, "training", 'T')                                                                                                 \
    X(HEADING, "heading", 'h')                                                                                                   \
    X(LABEL, "label", 'l')                                                                                                       \
    X(COLUMN, "column", 'c')                                                                                                     \
    X(ROW_SELECTED, "row.selected", 'R')                                                                                         \
    X(ROW_MARKED, "row.marked", 'r')                                                                                             \
    X(MATCH, "match", 'm')                                                                                                       \
    X(FIELD, "field", 'f')                                                                                                       \
    X(FIELD_FOCUS, "field.focus", 'F')                                                                                           \
    X(CHOICE_KEY, "choice.key", 'k')                                                                                             \
    X(CHOICE_CHOSEN, "choice.chosen", 'K')                                                                                       \
    X(STATE_GOOD, "state.good", 'g')                                                                                             \
    X(STATE_WARNING, "state.warning", 'w')                                                                                       \
    X(STATE_BAD, "state.bad", 'b')                                                                                               \
    X(STATE_WAITING, "state.waiting", 'o')                                                                                       \
    X(SECRET, "secret", '*')                                                                                                     \
    X(SECRET_WRONG, "secret.wrong", '!')                                                                                         \
    X(CODE, "code", 'C')                                                                                                         \
    X(QR, "qr", 'q')                                                                                                             \
    X(BORDER, "border", 'x')                                                                                                     \
    X(TITLE, "title", 't')                                                                                                       \
    X(PROGRESS_DONE, "progress.done", 'p')                                                                                       \
    X(PROGRESS_LEFT, "progress.left", '-')                                                                                       \
    X(MESSAGE, "message", 'i')                                                                                                   \
    X(MESSAGE_WARNING, "message.warning", 'W')                                                                                   \
    X(MESSAGE_ERROR, "message.error", 'E')                                                                                       \
    X(FOOTER, "footer", '_')                                                                                                     \
    X(FOOTER_KEY, "footer.key", '#')                                                                                             \
    X(CALL, "call", 'a')                                                                                                         \
    X(CALL_ACTIVE, "call.active", 'A')

enum ud_role {
#define X(name, text, letter) UD_ROLE_##name,
    UD_ROLE_LIST(X)
#undef X
        UD_ROLE_COUNT
};

const char *ud_role_name(enum ud_role role);
char ud_role_letter(enum ud_role role);
/* False where no role has that name. */
bool ud_role_parse(enum ud_role *out, const char *name);

#endif
