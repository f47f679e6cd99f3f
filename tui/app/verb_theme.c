/* `theme list` and `theme check FILE`. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "grid/i18n.h"
#include "term/theme.h"

#define THEME_MAX ((size_t)256 * 1024)

static void
list_directory(const char *path)
{
    DIR *dir = opendir(path);

    if (dir == NULL)
        return;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        const char *dot = strrchr(e->d_name, '.');
        if (dot != NULL && strcmp(dot, ".theme") == 0)
            printf("%-20.*s %s/%s\n", (int)(dot - e->d_name), e->d_name, path, e->d_name);
    }
    (void)closedir(dir);
}

static enum ud_status
list(const struct ud_oneshot *s)
{
    for (const char *const *name = ud_theme_builtin_names(); *name != NULL; name++)
        printf("%-20s %s\n", *name, _("built in"));
    for (size_t i = 0; i < sizeof(s->config.theme_dirs) / sizeof(s->config.theme_dirs[0]); i++)
        list_directory(s->config.theme_dirs[i]);
    return UD_OK;
}

static enum ud_status
check(const char *path, struct ud_error *err)
{
    struct ud_theme theme;
    struct ud_buf data;
    enum ud_status st;

    ud_buf_init(&data, THEME_MAX);
    if ((st = ud_file_read(&data, path, THEME_MAX, err)) == UD_OK &&
        (st = ud_theme_parse(&theme, data.data != NULL ? data.data : "", data.length, err)) == UD_OK)
        printf(_("%s: the theme \"%s\" can be used\n"), path, theme.name);
    ud_buf_free(&data);
    return st;
}

enum ud_status
ud_verb_theme(struct ud_oneshot *s, struct ud_error *err)
{
    return strcmp(s->options->verb, "theme list") == 0 ? list(s) : check(s->options->arg[0], err);
}
