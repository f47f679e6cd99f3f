#include "app/recorder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"

#define DEPTH 24

/* Name and parent of a process from /proc/PID/stat: "pid (name) state ppid …"; the name may hold anything but its end is the last ')'. */
static bool
read_stat(int pid, char name[32], int *parent)
{
    char path[40], line[512];
    char *open, *close;
    FILE *f;
    bool ok = false;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    if ((f = fopen(path, "re")) == NULL)
        return false;
    if (fgets(line, sizeof(line), f) != NULL && (open = strchr(line, '(')) != NULL && (close = strrchr(line, ')')) != NULL &&
        close > open) {
        *close = '\0';
        (void)ud_copy(name, 32, open + 1);
        ok = close[1] == ' ' && close[2] != '\0' && sscanf(close + 4, "%d", parent) == 1;
    }
    (void)fclose(f);
    return ok;
}

/* sudo keeps its I/O log in a directory of files (sudo_plugin(5)); the process above us holds them open. */
static bool
is_io_log(const char *target)
{
    static const char *const names[] = { "/ttyout", "/ttyin", "/stdout", "/stdin", "/timing" };
    const char *slash = strrchr(target, '/');

    for (size_t i = 0; slash != NULL && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(slash, names[i]) == 0)
            return true;
    return false;
}

enum ud_sudo_log
ud_recorder_sudo_log(int pid)
{
    char path[64], target[512];
    enum ud_sudo_log found = UD_SUDO_NO_LOG;
    DIR *d;

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    if ((d = opendir(path)) == NULL)
        return UD_SUDO_CANNOT_TELL;
    for (struct dirent *e = readdir(d); e != NULL && found == UD_SUDO_NO_LOG; e = readdir(d)) {
        ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        if (is_io_log(target))
            found = UD_SUDO_LOGS;
    }
    (void)closedir(d);
    return found;
}

void
ud_recorder_find(char *out, size_t size, bool *is_screen)
{
    static const char *const recorders[] = { "script", "asciinema", "tlog-rec", "tlog-rec-sessio", "ttyrec", "termrec" };
    const char *sty = getenv("STY");
    char name[32];
    int pid = (int)getppid();

    out[0] = '\0';
    *is_screen = sty != NULL && sty[0] != '\0';
    for (int i = 0, parent; i < DEPTH && pid > 1 && read_stat(pid, name, &parent); i++, pid = parent) {
        enum ud_sudo_log log = strcmp(name, "sudo") == 0 ? ud_recorder_sudo_log(pid) : UD_SUDO_NO_LOG;
        if (log != UD_SUDO_NO_LOG) {
            (void)ud_copy(out, size, log == UD_SUDO_LOGS ? "sudo's I/O log" : _("sudo (its I/O log cannot be ruled out)"));
            *is_screen = false;
            return;
        }
        for (size_t r = 0; r < sizeof(recorders) / sizeof(recorders[0]); r++)
            if (strcmp(name, recorders[r]) == 0) {
                (void)ud_copy(out, size, name);
                *is_screen = false;
                return;
            }
        *is_screen |= strcasecmp(name, "screen") == 0;
    }
    if (*is_screen)
        (void)ud_copy(out, size, "GNU screen");
}
