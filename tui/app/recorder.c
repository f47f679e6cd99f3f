#include "app/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

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

void
ud_recorder_find(char *out, size_t size, bool *is_screen)
{
    static const char *const recorders[] = { "script", "asciinema", "tlog-rec", "tlog-rec-sessio", "ttyrec", "termrec" };
    const char *sty = getenv("STY");
    char name[32];
    int pid = (int)getppid();

    out[0] = '\0';
    *is_screen = sty != NULL && sty[0] != '\0';
    for (int i = 0; i < DEPTH && pid > 1 && read_stat(pid, name, &pid); i++) {
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
