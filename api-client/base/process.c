/* The first steps of every program: descriptors, limits, environment. The sandbox is in sandbox.c. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#define VALUE_MAX 4096

extern char **environ;

/* A name ending in '*' stands for every name that starts so. */
static const char *const kept_names[] = {
    "TERM",
    "LANG",
    "LC_*",
    "LANGUAGE",
    "TZ",
    "HOME",
    "USER",
    "LOGNAME",
    "SSH_*",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "COLORTERM",
    "NO_COLOR",
    "XDG_*",
#ifdef UD_SEAMS
    "UD_SEAM_*",
#endif
};

static bool
name_is(const char *entry, size_t length, const char *pattern)
{
    size_t n = strlen(pattern);

    if (pattern[n - 1] == '*')
        return length >= n - 1 && memcmp(entry, pattern, n - 1) == 0;
    return length == n && memcmp(entry, pattern, n) == 0;
}

static bool
has_control(const char *value)
{
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value < 0x20 || *value == 0x7F)
            return true;
    }
    return false;
}

/* Values that would make a library open a file of the caller's choice are dropped. */
static bool
value_is_harmless(const char *entry, size_t name_length, const char *value)
{
    bool names_a_locale =
        name_is(entry, name_length, "LANG") || name_is(entry, name_length, "LC_*") || name_is(entry, name_length, "LANGUAGE");

    if (strlen(value) > VALUE_MAX || has_control(value))
        return false;
    if (names_a_locale)
        return strchr(value, '/') == NULL;
    if (name_is(entry, name_length, "TZ"))
        return value[0] != ':' && value[0] != '/' && strstr(value, "..") == NULL;
    return true;
}

static bool
is_kept(const char *entry)
{
    size_t length = strcspn(entry, "=");

    if (entry[length] != '=' || !value_is_harmless(entry, length, entry + length + 1))
        return false;
    for (size_t i = 0; i < sizeof(kept_names) / sizeof(kept_names[0]); i++) {
        if (name_is(entry, length, kept_names[i]))
            return true;
    }
    return false;
}

/* PATH is not inherited: programs are named by absolute paths. A fixed one is set for libraries that insist on it. */
static enum ud_status
rebuild_environment(struct ud_error *err)
{
    size_t count = 0, kept = 0;

    while (environ != NULL && environ[count] != NULL)
        count++;
    char **copy = ud_xcalloc(count + 1, sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        if (is_kept(environ[i]))
            copy[kept++] = ud_xstrdup(environ[i]);
    }
    bool failed = clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0;
    for (size_t i = 0; i < kept; i++) {
        char *value = strchr(copy[i], '=');
        *value++ = '\0';
        failed |= setenv(copy[i], value, 1) != 0;
        free(copy[i]);
    }
    free(copy);
    return failed ? ud_error_set(err, UD_NOMEM, "The environment could not be rebuilt") : UD_OK;
}

/* A program started with 0, 1 or 2 closed would get a state file there, and a message would go into it. */
static enum ud_status
fill_standard_descriptors(struct ud_error *err)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            return ud_error_errno(err, "Descriptors 0 to 2 could not be opened");
    }
    return UD_OK;
}

static enum ud_status
forbid_dumps(struct ud_error *err)
{
    struct rlimit limit = { 0, 0 };

    if (setrlimit(RLIMIT_CORE, &limit) != 0 || getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0)
        return ud_error_set(err, UD_FAILED, "Core dumps could not be switched off");
#ifndef UD_SANITIZED /* the leak checker traces its own process */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return ud_error_set(err, UD_FAILED, "This process could not be closed to debuggers");
#endif
    return UD_OK;
}

enum ud_status
ud_process_harden(struct ud_error *err)
{
    enum ud_status st;

    umask(077);
    if ((st = fill_standard_descriptors(err)) != UD_OK)
        return st;
    if (getuid() != geteuid() || getgid() != getegid())
        return ud_error_set(err, UD_DENIED, "This program must not be installed setuid or setgid");
    if ((st = forbid_dumps(err)) != UD_OK)
        return st;
    return rebuild_environment(err);
}

static bool
is_program(const char *path)
{
    struct stat sb;

    return stat(path, &sb) == 0 && S_ISREG(sb.st_mode) && access(path, X_OK) == 0;
}

/* Beside the running program, or in ../libexec/unlockdesk of the tree it was installed in. */
static bool
find_near(char *out, size_t size, const char *program)
{
    static const char *const places[] = { "", "../libexec/unlockdesk/" };
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n <= 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    for (size_t i = 0; slash != NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        int length = snprintf(out, size, "%.*s/%s%s", (int)(slash - self), self, places[i], program);
        if (length > 0 && (size_t)length < size && is_program(out))
            return true;
    }
    return false;
}

enum ud_status
ud_process_beside(char *out, size_t size, const char *program, struct ud_error *err)
{
    out[0] = '\0';
    if (strchr(program, '/') != NULL)
        return ud_error_set(err, UD_INVALID, "%s is not the name of a program", program);
    if (find_near(out, size, program))
        return UD_OK;
    int length = snprintf(out, size, "%s/%s", UD_LIBEXEC, program);
    if (length > 0 && (size_t)length < size && is_program(out))
        return UD_OK;
    out[0] = '\0';
    ud_error_set(err, UD_NOTFOUND, "The program %s is neither beside this one nor in %s", program, UD_LIBEXEC);
    ud_error_hint(err, "Install the package again, or run make install.");
    return UD_NOTFOUND;
}
