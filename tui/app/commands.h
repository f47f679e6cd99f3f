/* The command table: keys, help, palette, footer and `unlockdesk commands` all come from it. */
#ifndef UD_APP_COMMANDS_H
#define UD_APP_COMMANDS_H

#include <stdio.h>

#include "app/state.h"

/* Places a command works in: a bit a screen. */
#define UD_AT(screen) (1u << UD_SCREEN_##screen)
#define UD_AT_WORK                                                                                                               \
    (UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(REASON) | UD_AT(KEY) | UD_AT(TICKET) | UD_AT(NEW_KEY) | UD_AT(LOG) | UD_AT(NOTICE) | \
        UD_AT(SIGN_IN) | UD_AT(PIN) | UD_AT(STORE) | UD_AT(WAITING) | UD_AT(APPROVALS) | UD_AT(APPROVAL) | UD_AT(MISSING) |      \
        UD_AT(BDE) | UD_AT(BOARD) | UD_AT(REPORT))
#define UD_AT_ANY ((1u << UD_SCREEN_COUNT) - 1)

enum ud_command_flag {
    UD_HINT = 1,       /* in the footer */
    UD_ASKS = 2,       /* asked back before it runs */
    UD_DELIBERATE = 4, /* not within 150 ms of the screen, never out of a paste */
    UD_HIDDEN = 8,     /* not in the palette: it is only a way to move */
    UD_SELF = 16,      /* in self-service too; nothing else is there */
    UD_SELF_HINT = 32, /* in the footer of self-service */
};

struct ud_command {
    const char *name; /* stable; never a key */
    const char *text; /* untranslated */
    unsigned at;      /* bits of UD_AT */
    unsigned flags;
    const char *keys; /* default keys, blanks between */
    void (*run)(struct ud_app *app);
    /* Why it cannot run now, translated; NULL or a NULL answer: it can. */
    const char *(*refused)(const struct ud_app *app);
};

const struct ud_command *ud_commands(size_t *count);
size_t ud_command_index(const struct ud_command *c);
/* Does it work on the present screen? In self-service only the flow's own do. */
bool ud_command_here(const struct ud_app *app, const struct ud_command *c);
/* The command a key runs on the present screen; NULL: none. In a text field printable keys run nothing. */
const struct ud_command *ud_command_for(const struct ud_app *app, const struct ud_key_event *key);
/* Runs it, or says why not, or asks first. */
void ud_command_run(struct ud_app *app, const struct ud_command *c);
/* Does a text field have the focus? */
bool ud_app_in_text(const struct ud_app *app);

/* One line a command: name, keys, screens, text. */
void ud_commands_print(FILE *out, const struct ud_keymap *map);

#endif
