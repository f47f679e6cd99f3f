#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/process.h"
#include "tests/unit/base/child.h"

static int
env_is(const char *name, const char *value)
{
    const char *is = getenv(name);

    if (value == NULL)
        return is == NULL;
    return is != NULL && strcmp(is, value) == 0;
}

static int
environment_after_hardening(void *arg)
{
    (void)arg;
    clearenv();
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "de_DE.UTF-8", 1);
    setenv("LC_TIME", "../../tmp/evil", 1);
    setenv("LANGUAGE", "sv:nl", 1);
    setenv("TZ", ":/tmp/evil", 1);
    setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22", 1);
    setenv("TMUX", "/tmp/tmux-0/default,1,0", 1);
    setenv("XDG_STATE_HOME", "/home/x/.local/state", 1);
    setenv("STY", "a\x1b[2J", 1);
    setenv("PATH", "/tmp/evil", 1);
    setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    setenv("https_proxy", "http://evil", 1);
    setenv("LD_PRELOAD", "evil.so", 1);
    setenv("MALLOC_CHECK_", "3", 1);
    setenv("TERMINFO", "/tmp/evil", 1);
    setenv("TERMX", "x", 1);
    setenv("COLUMNS", "10", 1);
    setenv("UD_SEAM_CLOCK", "/tmp/x", 1);
    if (ud_process_harden(NULL) != UD_OK)
        return 1;
    if (!env_is("TERM", "xterm-256color") || !env_is("LANG", "de_DE.UTF-8") || !env_is("LANGUAGE", "sv:nl") ||
        !env_is("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22") || !env_is("TMUX", "/tmp/tmux-0/default,1,0") ||
        !env_is("XDG_STATE_HOME", "/home/x/.local/state") || !env_is("PATH", "/usr/bin:/bin"))
        return 2;
    static const char *const gone[] = { "LC_TIME", "TZ", "STY", "SSLKEYLOGFILE", "https_proxy", "LD_PRELOAD", "MALLOC_CHECK_",
        "TERMINFO", "TERMX", "COLUMNS", "UD_SEAM_CLOCK" };
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        if (!env_is(gone[i], NULL))
            return (int)i + 10;
    }
    return 0;
}

static void
the_environment_is_rebuilt_from_the_allow_list(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(environment_after_hardening, NULL), 0);
}

static int
descriptors_after_hardening(void *arg)
{
    struct stat sb;

    (void)arg;
    close(0);
    close(1);
    close(2);
    if (ud_process_harden(NULL) != UD_OK)
        return 1;
    for (int fd = 0; fd <= 2; fd++) {
        if (fstat(fd, &sb) != 0 || !S_ISCHR(sb.st_mode))
            return 2;
    }
    int next = open("/dev/null", O_RDONLY);
    return next > 2 ? 0 : 3;
}

static void
closed_standard_descriptors_are_filled(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(descriptors_after_hardening, NULL), 0);
}

static int
dumps_after_hardening(void *arg)
{
    struct rlimit limit;
    char path[] = "/tmp/ud-umask-XXXXXX";
    struct stat sb;

    (void)arg;
    umask(0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (ud_process_harden(NULL) != UD_OK)
        return 1;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
        return 2;
#ifndef UD_SANITIZED
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 3;
#endif
    if (mkdtemp(path) == NULL || rmdir(path) != 0 || mkdir(path, 0777) != 0 || stat(path, &sb) != 0)
        return 4;
    rmdir(path);
    return (sb.st_mode & 0777) == 0700 ? 0 : 5;
}

static void
no_core_no_debugger_and_a_closed_umask(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(dumps_after_hardening, NULL), 0);
}

static int
harden_as_if_setuid(void *arg)
{
    (void)arg;
    if (setegid(65534) != 0 || seteuid(65534) != 0)
        return 9;
    return ud_process_harden(NULL) == UD_DENIED ? 0 : 1;
}

static void
a_program_that_was_made_setuid_does_not_start(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can become somebody else to try */
    assert_int_equal(exit_code_of(harden_as_if_setuid, NULL), 0);
}

static void
programs_are_found_beside_this_one_and_never_by_path(void **state)
{
    char out[4096], self[4096];
    struct ud_error err;

    (void)state;
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    assert_true(n > 0);
    self[n] = '\0';
    assert_int_equal(ud_process_beside(out, sizeof(out), strrchr(self, '/') + 1, NULL), UD_OK);
    assert_string_equal(out, self);
    assert_int_equal(ud_process_beside(out, sizeof(out), "ls", &err), UD_NOTFOUND);
    assert_string_equal(out, "");
    assert_int_equal(ud_process_beside(out, sizeof(out), "../../../../../bin/ls", &err), UD_INVALID);
    assert_int_equal(ud_process_beside(out, 4, strrchr(self, '/') + 1, &err), UD_NOTFOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_is_rebuilt_from_the_allow_list),
        cmocka_unit_test(closed_standard_descriptors_are_filled),
        cmocka_unit_test(no_core_no_debugger_and_a_closed_umask),
        cmocka_unit_test(a_program_that_was_made_setuid_does_not_start),
        cmocka_unit_test(programs_are_found_beside_this_one_and_never_by_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
