/* Bindings from the command table, then from the site's and the user's key files. */
#include "app/keymap.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "base/buf.h"
#include "grid/i18n.h"

/* Splits "Enter g" into keys. False where one is unknown; `word` (16 bytes) then names it. */
static bool
bind(struct ud_keymap *map, size_t index, const char *keys, char word[16])
{
    char copy[128];
    char *save = NULL;

    map->count[index] = 0;
    (void)ud_copy(copy, sizeof(copy), keys);
    for (char *w = strtok_r(copy, " \t,", &save); w != NULL; w = strtok_r(NULL, " \t,", &save)) {
        if (map->count[index] == UD_KEYMAP_KEYS || !ud_key_parse(&map->key[index][map->count[index]], w)) {
            (void)ud_copy(word, 16, w);
            return false;
        }
        map->count[index]++;
    }
    return true;
}

void
ud_keymap_default(struct ud_keymap *map)
{
    size_t count;
    const struct ud_command *c = ud_commands(&count);
    char word[16];

    memset(map, 0, sizeof(*map));
    for (size_t i = 0; i < count; i++)
        (void)bind(map, i, c[i].keys, word);
}

struct reading {
    struct ud_keymap *map;
    char problem[200];
};

static int
on_line(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;
    size_t count;
    const struct ud_command *c = ud_commands(&count);
    char word[16];

    if (strcmp(section, "keys") != 0) {
        (void)snprintf(r->problem, sizeof(r->problem), _("section [%.40s] is not known, only [keys]"), section);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(c[i].name, name) != 0)
            continue;
        if (bind(r->map, i, value, word))
            return 1;
        (void)snprintf(r->problem, sizeof(r->problem), _("\"%s\" is no key, or one too many for %.40s"), word, name);
        return 0;
    }
    (void)snprintf(r->problem, sizeof(r->problem), _("there is no command %.60s; see: unlockdesk commands"), name);
    return 0;
}

enum ud_status
ud_keymap_load(struct ud_keymap *map, const char *path, struct ud_error *err)
{
    struct reading r = { .map = map };
    int rc;

    if (path[0] == '\0' || access(path, F_OK) != 0)
        return UD_OK;
    rc = ini_parse(path, on_line, &r);
    if (rc == 0)
        return UD_OK;
    if (rc < 0)
        return ud_error_errno(err, path);
    return ud_error_set(err, UD_CONFIG, "%s, line %d: %s", path, rc, r.problem[0] ? r.problem : "not understood");
}

enum ud_status
ud_keymap_check(const struct ud_keymap *map, struct ud_error *err)
{
    size_t count;
    const struct ud_command *c = ud_commands(&count);
    char name[16];

    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++)
            for (size_t i = 0; i < map->count[a] && (c[a].at & c[b].at) != 0; i++)
                for (size_t k = 0; k < map->count[b]; k++)
                    if (ud_key_same(&map->key[a][i], &map->key[b][k])) {
                        ud_key_name(name, &map->key[a][i]);
                        return ud_error_set(err, UD_CONFIG, "%s is bound to %s and to %s, which work on the same screen", name,
                            c[a].name, c[b].name);
                    }
    return UD_OK;
}

void
ud_keymap_text(char out[64], const struct ud_keymap *map, const struct ud_command *command, bool first_only)
{
    size_t index = ud_command_index(command), used = 0;
    char name[16];

    out[0] = '\0';
    for (size_t i = 0; i < map->count[index] && (i == 0 || !first_only); i++) {
        ud_key_name(name, &map->key[index][i]);
        used += (size_t)snprintf(out + used, 64 - used, "%s%s", used > 0 ? ", " : "", name);
        if (used >= 63)
            return;
    }
}
