/* Which key runs which command. Bindings are data, layered default < site < user. */
#ifndef UD_APP_KEYMAP_H
#define UD_APP_KEYMAP_H

#include "base/error.h"
#include "grid/key.h"

#define UD_KEYMAP_COMMANDS 96
#define UD_KEYMAP_KEYS     4

struct ud_command;

struct ud_keymap {
    struct ud_key_event key[UD_KEYMAP_COMMANDS][UD_KEYMAP_KEYS]; /* by index in the command table */
    size_t count[UD_KEYMAP_COMMANDS];
};

/* The bindings of the command table. */
void ud_keymap_default(struct ud_keymap *map);
/* Reads a file of lines `command.name = Key Key` in a section [keys]; an empty value unbinds. A missing file is fine. UD_CONFIG names the line, or the
 * two commands that want one key. */
UD_CHECK enum ud_status ud_keymap_load(struct ud_keymap *map, const char *path, struct ud_error *err);
/* Two commands of one place with one key: UD_CONFIG names both. */
UD_CHECK enum ud_status ud_keymap_check(const struct ud_keymap *map, struct ud_error *err);
/* "Enter, Space" for help; `first_only` gives what fits in a footer. out has 64 bytes. */
void ud_keymap_text(char out[64], const struct ud_keymap *map, const struct ud_command *command, bool first_only);

#endif
